/* lines - passes the lines of a file or a pipe to a player. */
#include "ui/prompt/lines.h"

#include <errno.h>
#include <unistd.h>

#include "ui/show/standard.h"
#include "ui/prompt/stop.h"

enum { READ_SIZE = 16 << 10, LINE_MAX_OCTETS = 4 << 20 };

struct lines {
	struct player *player;
	struct buf in;
	int fd;
	const char *name;
	struct loop_watch *watch;	/* NULL: the file cannot be watched and is read directly */
	unsigned number;
	bool over, ended;
};

static void
give_lines(struct lines *l)
{
	while (player_wants(l->player)) {
		struct span in = buf_span(&l->in), rest = in, line;
		const char *lf = in.len ? memchr(in.at, '\n', in.len) : NULL;
		if (!lf && !(l->over && in.len > 0))
			break;
		span_line(&rest, &line);
		player_line(
		    l->player, line, (struct place){ .file = l->name, .line = ++l->number });
		buf_consume(&l->in, in.len - rest.len);
	}
	if (l->over && !l->ended && buf_span(&l->in).len == 0) {
		l->ended = true;
		player_end(l->player);
	}
}

static void
lines_read(struct lines *l)
{
	size_t room;
	char *at = buf_reserve(&l->in, READ_SIZE, &room);

	if (l->over || !at)
		return;
	ssize_t n = read(l->fd, at, room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_commit(&l->in, (size_t)n);
	else
		l->over = true;
}

static void
lines_on_ready(void *ctx, unsigned ready)
{
	struct lines *l = ctx;

	(void)ready;
	lines_read(l);
	give_lines(l);
}

int
lines_run(struct loop *loop, struct player *player, int fd, const char *name, struct span beginning)
{
	struct stop stop = { 0 };
	struct lines l = { .player = player, .fd = fd, .name = name, .over = fd < 0 };

	buf_init(&l.in, LINE_MAX_OCTETS > beginning.len ? LINE_MAX_OCTETS : 2 * beginning.len);
	buf_append(&l.in, beginning);
	if (fd >= 0 && loop_can_watch(fd))
		l.watch = loop_watch(loop, fd, 0, lines_on_ready, &l, NULL);
	stop_begin(&stop, loop, player);
	while (!player_done(player)) {
		bool more = !l.over && player_wants(player);
		if (l.watch)
			loop_want(l.watch, more ? LOOP_READ : 0);
		else if (more)
			lines_read(&l);
		give_lines(&l);
		/* a file that cannot be watched may have more: do not wait */
		standard_turn(loop, !more || l.watch);
	}
	stop_end(&stop);
	loop_unwatch(l.watch);
	buf_release(&l.in);
	return stop_status(&stop, (int)player_status(player));
}
