/* plain - lines from a terminal that cannot move its cursor: the terminal itself edits them. */
#include <errno.h>
#include <unistd.h>

#include "ui/edit/edit_impl.h"

void
edit_plain_echo(struct edit *e, bool on)
{
	struct termios t = e->original;

	if (!on)
		t.c_lflag &= (tcflag_t)~ECHO;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

static bool
take_line(struct edit *e)
{
	struct span rest = buf_span(&e->plain), in = rest, line;

	if (in.len == 0 || !memchr(in.at, '\n', in.len))
		return false;
	span_line(&rest, &line);
	buf_consume(&e->line, buf_span(&e->line).len);
	buf_append(&e->line, line);
	buf_consume(&e->plain, in.len - rest.len);
	return true;
}

static bool
read_some(struct edit *e)
{
	size_t room;
	char *at = buf_reserve(&e->plain, 4096, &room);
	ssize_t n = at ? read(e->fd, at, room) : 0;

	if (n > 0)
		buf_commit(&e->plain, (size_t)n);
	e->octets += n > 0 ? (size_t)n : 0;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static enum edit_result
result(struct edit *e, enum edit_secret secret, struct span *line)
{
	struct span got = buf_span(&e->line);

	if (secret)
		fputs("\n", e->out);
	if (!secret && got.len > 1 && got.at[0] == (']' & 0x1F)) {
		*line = span_skip(got, 1);
		return EDIT_COMMAND;
	}
	*line = got;
	return secret ? EDIT_SECRET : EDIT_LINE;
}

enum edit_result
edit_plain_read(struct edit *e, struct span *line)
{
	while (!take_line(e)) {
		edit_wait(e);
		if (e->stop)
			return EDIT_STOPPED;
		if (e->wake == WAKE_INTERRUPT)
			return EDIT_INTERRUPT;
		if (e->wake == WAKE_KILL)
			return EDIT_KILLED;
		if (e->wake == WAKE_KEY && !read_some(e))
			return EDIT_END;
	}
	e->hidden = true;
	return result(e, e->view.secret(e->ctx), line);
}
