/* log - a transcript into a file. */
#include "base/file.h"
#include "ui/show/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct log {
	struct transcript *transcript;
	char *name;
	int fd, error;
};

static int
write_all(int fd, struct span text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.at, text.len);
		if (n < 0 && errno != EINTR)
			return errno;
		text = span_skip(text, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

static void
on_text(void *ctx, struct span text)
{
	struct log *log = ctx;

	if (!log->error)
		log->error = write_all(log->fd, text);
}

FILE *
log_stream(const char *file, struct err *err)
{
	int fd = file_append(file, err);

	return fd >= 0 ? fdopen(fd, "a") : NULL;
}

struct log *
log_open(const char *file, bool no_bodies, bool times, struct err *err)
{
	int fd = file_append(file, err);

	if (fd < 0)
		return NULL;
	struct log *log = memory_zeroed(sizeof *log);
	*log = (struct log){ .fd = fd, .name = strdup(file) };
	log->transcript = transcript_new(&(struct transcript_opts){ .write = on_text, .ctx = log, .no_bodies = no_bodies,
	    .times = times });
	return log;
}

void
log_close(struct log *log)
{
	if (!log)
		return;
	transcript_free(log->transcript);
	close(log->fd);
	free(log->name);
	free(log);
}

const char *
log_name(const struct log *log)
{
	return log->name;
}

void
log_event(void *ctx, const struct event *event)
{
	struct log *log = ctx;

	transcript_event(log->transcript, event);
}

bool
log_ok(const struct log *log, struct err *err)
{
	return !log->error || err_set(err, ERR_SYSTEM, "cannot write %s: %s", log->name, strerror(log->error));
}

bool
log_save(const char *file, struct span text, struct err *err)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), error;

	if (fd < 0)
		return err_set(err, ERR_USAGE, errno == EEXIST ? "%s exists and is not written over" : "cannot write %s: %s", file,
		    strerror(errno));
	error = write_all(fd, text);
	if (close(fd) != 0 && !error)
		error = errno;
	return !error || err_set(err, ERR_SYSTEM, "cannot write %s: %s", file, strerror(error));
}
