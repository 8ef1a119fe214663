/* append - a file to which pieces are appended, each in full or not at all. */
#include "base/append.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

bool
append_open(struct append *a, const char *name, unsigned line_ends, struct err *err)
{
	int fd = file_append(name, err);

	*a = (struct append){ .fd = -1 };
	if (fd < 0)
		return false;
	append_over(a, name, fd, line_ends);
	a->owned = true;
	return true;
}

/* Reads the last n bytes before the next piece; returns their number, -1: they cannot be read. */
static ssize_t
read_end(const struct append *a, char *last, size_t n)
{
	int fd = a->regular && a->owned ? open(a->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	ssize_t got = fd < 0 ? -1 :
			       pread(fd, last, n, a->before >= (off_t)n ? a->before - (off_t)n : 0);

	file_close(fd);
	return got;
}

void
append_over(struct append *a, const char *name, int fd, unsigned line_ends)
{
	struct stat st;

	*a = (struct append){ .name = name, .fd = fd, .line_ends = line_ends };
	a->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Returns the line endings that are missing before the next piece. */
static struct span
lead(const struct append *a)
{
	static const char ends[] = "\n\n";
	char last[2] = { 0 };
	unsigned lacks = a->line_ends;

	if (a->regular && a->before == 0)
		return SPAN_NONE;
	ssize_t n = read_end(a, last, sizeof last);
	if (n < 0)
		return (struct span){ ends, a->torn ? lacks : 0 };
	while (n > 0 && lacks > 0 && last[n - 1] == '\n') {
		n--;
		lacks--;
	}
	return (struct span){ ends, lacks };
}

static bool
write_all(struct append *a, struct span s)
{
	while (s.len > 0) {
		ssize_t n = write(a->fd, s.at, s.len);
		if (n < 0 && errno != EINTR)
			return false;
		if (n == 0) {
			errno = ENOSPC;
			return false;
		}
		a->wrote += n > 0 ? (size_t)n : 0;
		s = span_skip(s, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* Whether no error is pending: a network file system may report errors only on close(2). */
static bool
is_flushed(const struct append *a)
{
	int twin = a->regular ? fcntl(a->fd, F_DUPFD_CLOEXEC, 3) : -1;

	return twin < 0 || close(twin) == 0;
}

static bool
append_failed(struct append *a, int why, struct err *err)
{
	append_undo(a);
	err_set(err, ERR_SYSTEM, "cannot write %s: %s", a->name, strerror(why));
	if (err)
		err->sys = why;
	return false;
}

bool
append_piece(struct append *a, struct span piece, struct err *err)
{
	struct stat st;

	a->wrote = 0;
	a->before = a->regular && fstat(a->fd, &st) == 0 ? st.st_size : 0;
	if (write_all(a, lead(a)) && write_all(a, piece) && is_flushed(a)) {
		a->torn = false;
		return true;
	}
	return append_failed(a, errno, err);
}

/* bounds a call, so that the event loop goes on */
enum { WRITES_AT_ONCE = 1024 };

enum append_progress
append_some(struct append *a, struct span piece, struct err *err)
{
	struct span ends = lead(a);

	for (int i = 0; i < WRITES_AT_ONCE; i++) {
		struct span rest = a->wrote < ends.len ? span_skip(ends, a->wrote) :
							 span_skip(piece, a->wrote - ends.len);
		if (rest.len == 0) {
			a->torn = false;
			return APPEND_DONE;
		}
		/* if there is room, writing up to PIPE_BUF bytes does not block (POSIX, write) */
		struct pollfd room = { .fd = a->fd, .events = POLLOUT };
		if (poll(&room, 1, 0) <= 0)
			return APPEND_AGAIN;
		ssize_t n = write(a->fd, rest.at, span_first(rest, PIPE_BUF).len);
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			append_failed(a, errno, err);
			return APPEND_FAILED;
		}
		a->wrote += n > 0 ? (size_t)n : 0;
	}
	return APPEND_AGAIN;
}

/* Does not truncate the file if another program has appended to it since. */
void
append_undo(struct append *a)
{
	struct stat st;

	if (a->wrote > 0)
		a->torn = !a->regular || fstat(a->fd, &st) != 0 ||
		    st.st_size != a->before + (off_t)a->wrote || ftruncate(a->fd, a->before) != 0 ||
		    lseek(a->fd, a->before, SEEK_SET) < 0;
	a->wrote = 0;
}

void
append_close(struct append *a)
{
	if (a->owned)
		close(a->fd);
	a->fd = -1;
	a->owned = false;
}

bool
append_is_full(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}
