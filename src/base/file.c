/* file - reads files, and opens files for appending. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* bytes to read at once: few at first, since most files are small, such as hosts(5) */
enum { READ_LEAST = 4 << 10, READ_MOST = 64 << 10 };

/* Returns why the file is refused; NULL: it is not. */
static const char *
unfit(int fd, enum file_take take)
{
	struct stat st, null;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (S_ISREG(st.st_mode))
		return NULL;
	if (S_ISDIR(st.st_mode))
		return "it is a directory";
	if (S_ISCHR(st.st_mode) && stat("/dev/null", &null) == 0 && null.st_rdev == st.st_rdev)
		return NULL;
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		return take == FILE_PIPE ? NULL : "it is a pipe, not a regular file";
	return take == FILE_PIPE && isatty(fd) ? NULL : "it is a device, not a regular file";
}

int
file_open(const char *path, enum file_take take, struct err *err)
{
	bool standard = take == FILE_PIPE && strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why = fd < 0 ? strerror(errno) : unfit(fd, take);

	if (!why)
		return fd;
	file_close(fd);
	err_set(err, ERR_USAGE, "cannot read %s: %s", standard ? "standard input" : path, why);
	return -1;
}

void
file_close(int fd)
{
	if (fd > STDIN_FILENO)
		close(fd);
}

ssize_t
file_some(int fd, char *out, size_t room)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t n = poll(&ready, 1, -1) < 0 ? -1 : read(fd, out, room);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
	}
}

bool
file_drain(int fd, const char *name, size_t max, struct buf *out, struct err *err)
{
	size_t room;

	*out = (struct buf){ .max = max + 1 };
	for (;;) {
		size_t have = buf_span(out).len;
		size_t want = have < READ_LEAST ? READ_LEAST : have < READ_MOST ? have : READ_MOST;
		char *at = buf_reserve(out, want, &room);
		if (!at || have > max)
			return err_set(err, ERR_USAGE, "%s has more than %zu %s", name,
			    max < 1 << 20 ? max >> 10 : max >> 20, max < 1 << 20 ? "KiB" : "MiB");
		ssize_t n = file_some(fd, at, room);
		if (n < 0)
			return err_set(err, ERR_USAGE, "cannot read %s: %s", name, strerror(errno));
		if (n == 0)
			return true;
		buf_commit(out, (size_t)n);
	}
}

bool
file_read(const char *path, enum file_take take, size_t max, struct arena *arena, struct span *text,
    struct err *err)
{
	int fd = file_open(path, take, err);
	struct buf all = { 0 };
	bool ok = fd >= 0 && file_drain(fd, path, max, &all, err);

	file_close(fd);
	if (ok)
		*text = arena_copy(arena, buf_span(&all));
	buf_release(&all);
	return ok;
}

int
file_append(const char *path, struct err *err)
{
	/*
	 * Without O_NONBLOCK, open(2) would wait for a pipe's reader. It is cleared afterwards, so
	 * that writing may block.
	 */
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd >= 0 && fcntl(fd, F_SETFL, O_WRONLY | O_APPEND) == 0)
		return fd;
	int why = errno;
	err_set(err, ERR_USAGE, "cannot write %s: %s", path,
	    why == ENXIO ? "the pipe has no reader" : strerror(why));
	if (err)
		err->sys = why;
	file_close(fd);
	return -1;
}
