/* log - writes a transcript to a file. */
#include "ui/show/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/append.h"

struct log {
	struct transcript *transcript;
	char *name;
	struct append file;
	struct err err;			/* the first write that failed */
	bool gap;			/* nothing was written since */
};

static int
log_write_all(int fd, struct span text)
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
log_on_text(void *ctx, struct span text)
{
	struct log *log = ctx;
	struct err err = { 0 };

	if (log->gap &&
	    append_piece(&log->file,
		SPAN("# the session is incomplete: part of it could not be written here\n"), NULL))
		log->gap = false;
	if (!log->gap && append_piece(&log->file, text, &err)) {
		/* the next piece may continue this line */
		log->file.line_ends = 0;
		return;
	}
	log->gap = true;
	if (log->err.kind == ERR_NONE)
		log->err = err;
}

struct log *
log_open(const char *file, bool no_bodies, bool times, struct err *err)
{
	struct log *log = memory_zeroed(sizeof *log);

	log->name = strdup(file);
	if (!append_open(&log->file, log->name, 1, err)) {
		log_close(log);
		return NULL;
	}
	log->transcript = transcript_new(&(struct transcript_opts){
	    .write = log_on_text, .ctx = log, .no_bodies = no_bodies, .times = times });
	return log;
}

void
log_close(struct log *log)
{
	if (!log)
		return;
	transcript_free(log->transcript);
	append_close(&log->file);
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
	if (log->err.kind != ERR_NONE)
		*err = log->err;
	return log->err.kind == ERR_NONE;
}

bool
log_save(const char *file, struct span text, struct err *err)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), error;

	if (fd < 0)
		return err_set(err, ERR_USAGE,
		    errno == EEXIST ? "%s exists; not overwritten" : "cannot write %s: %s",
		    file, strerror(errno));
	error = log_write_all(fd, text);
	if (close(fd) != 0 && !error)
		error = errno;
	return !error || err_set(err, ERR_SYSTEM, "cannot write %s: %s", file, strerror(error));
}
