/* terminal - the terminal's modes and signals, and input without libedit. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/alarm.h"
#include "base/port.h"
#include "ui/edit/edit_impl.h"

/*
 * Opens a file description of its own: the loop makes it non-blocking, which would affect the shell
 * and standard output on a shared one.
 */
static int
own_descriptor(void)
{
	const char *name = ttyname(STDIN_FILENO);
	int fd = name ? open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC) : -1;

	return fd >= 0 ? fd : STDIN_FILENO;
}

void
edit_terminal_open(struct edit *e)
{
	if (tcgetattr(STDIN_FILENO, &e->original) == 0)
		alarm_terminal(STDIN_FILENO, &e->original);
	e->fd = own_descriptor();
}

void
edit_terminal_close(struct edit *e)
{
	for (size_t i = 0; i < e->nsignals; i++)
		loop_signal_free(e->signals[i]);
	fflush(e->out);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &e->original);
	alarm_terminal(-1, NULL);
	if (e->fd != STDIN_FILENO)
		close(e->fd);
}

void
edit_lend(struct edit *e)
{
	edit_hide(e);
	fputs(e->el ? "\033[?2004l" : "", e->out);
	fflush(e->out);
	if (e->el)
		e->lib->prepare(e->el, false);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &e->original);
}

void
edit_take_back(struct edit *e)
{
	if (!e->el)
		return;
	fputs(e->lib->is_vi(e->el) ? "" : "\033[?2004h", e->out);
	e->lib->prepare(e->el, e->reading);
	e->lib->resize(e->el);
	edit_show(e);
}

static void
terminal_on_interrupt(void *ctx, unsigned ready)
{
	struct edit *e = ctx;

	(void)ready;
	e->wake = WAKE_INTERRUPT;
}

static void
killed(struct edit *e, int signal)
{
	e->wake = WAKE_KILL;
	e->signal = signal;
}

static void
terminal_on_term(void *ctx, unsigned ready)
{
	(void)ready;
	killed(ctx, SIGTERM);
}

static void
on_hangup(void *ctx, unsigned ready)
{
	(void)ready;
	killed(ctx, SIGHUP);
}

static void
terminal_on_quit(void *ctx, unsigned ready)
{
	(void)ready;
	killed(ctx, SIGQUIT);
}

/* The terminal has already reflowed its rows, so they are counted at the new width. */
static void
on_resize(void *ctx, unsigned ready)
{
	struct edit *e = ctx;

	(void)ready;
	if (!e->reading || !e->el)
		return;
	bool shown = !e->hidden;
	edit_hide(e);
	e->lib->resize(e->el);
	if (shown)
		edit_show(e);
}

/* Stops with the signal's default action, so that the shell sees a stopped job. */
static void
on_suspend(void *ctx, unsigned ready)
{
	struct edit *e = ctx;
	struct sigaction plain = { .sa_handler = SIG_DFL }, ours;

	(void)ready;
	edit_lend(e);
	sigaction(SIGTSTP, &plain, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	edit_take_back(e);
}

static void
on_continue(void *ctx, unsigned ready)
{
	struct edit *e = ctx;

	(void)ready;
	edit_hide(e);
	edit_take_back(e);
}

void
edit_watch_signals(struct edit *e)
{
	static const struct {
		int signo;
		loop_fn *fn;
	} all[] = {
		{ SIGINT, terminal_on_interrupt },
		{ SIGTERM, terminal_on_term },
		{ SIGHUP, on_hangup },
		{ SIGQUIT, terminal_on_quit },
		{ SIGWINCH, on_resize },
		{ SIGTSTP, on_suspend },
		{ SIGCONT, on_continue },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		e->signals[e->nsignals++] = loop_signal(e->loop, all[i].signo, all[i].fn, e);
}

/* ---- typing without echo */

static void
wipe(struct buf *b)
{
	if (b->mem)
		port_wipe(b->mem, b->cap);
	buf_consume(b, buf_span(b).len);
}

void
edit_forget(struct edit *e)
{
	wipe(&e->secret);
	wipe(&e->line);
}

void
edit_secret_begin(struct edit *e, enum edit_secret unseen)
{
	edit_hide(e);
	wipe(&e->secret);
	if (e->el && !e->escaped) {
		edit_line_text(e, unseen == EDIT_SECRET_LINE ? &e->secret : &e->stash);
		edit_set_line(e, SPAN_NONE);
	}
	e->unseen = unseen;
	e->sequence = 0;
	edit_show(e);
}

/*
 * `give_up`: the secret is discarded because it is no longer wanted, for instance because the
 * server closed the connection.
 */
void
edit_secret_end(struct edit *e, bool give_up)
{
	bool shown = !e->hidden;

	edit_hide(e);
	e->unseen = EDIT_SHOWN;
	if (give_up)
		wipe(&e->secret);
	if (give_up && e->el) {
		edit_set_line(e, buf_span(&e->stash));
		buf_consume(&e->stash, buf_span(&e->stash).len);
	}
	if (shown)
		edit_show(e);
}

static void
erase_character(struct buf *b)
{
	while (b->tail > b->head && ((unsigned char)b->mem[b->tail - 1] & 0xC0) == 0x80)
		b->tail--;
	if (b->tail > b->head)
		b->mem[--b->tail] = '\0';
}

/* Skips arrow keys and the marks around a paste: ESC, "[" or "O", up to a final byte. */
static bool
in_sequence(struct edit *e, unsigned char c)
{
	if (e->sequence == 0 && c != 0x1B)
		return false;
	if (e->sequence == 0 || (e->sequence == 1 && (c == '[' || c == 'O')))
		e->sequence++;
	else if (e->sequence == 1 || (c >= 0x40 && c <= 0x7E))
		e->sequence = 0;
	return true;
}

bool
edit_secret_key(struct edit *e, char c)
{
	if (in_sequence(e, (unsigned char)c))
		return false;
	switch (c) {
	case '\r': case '\n':
		return true;
	case '\b': case 0x7F:
		erase_character(&e->secret);
		break;
	case 'U' & 0x1F: case 'W' & 0x1F:
		wipe(&e->secret);
		break;
	default:
		if ((unsigned char)c >= ' ' || c == '\t')
			buf_append(&e->secret, (struct span){ &c, 1 });
		break;
	}
	return false;
}

/* ---- plain lines, where the terminal cannot move its cursor */

void
edit_plain_echo(struct edit *e, bool on)
{
	struct termios t = e->original;

	if (!on)
		t.c_lflag &= (tcflag_t)~ECHO;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

static bool
terminal_take_line(struct edit *e)
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
terminal_read(struct edit *e)
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
	while (!terminal_take_line(e)) {
		edit_wait(e);
		if (e->stop)
			return EDIT_STOPPED;
		if (e->wake == WAKE_INTERRUPT)
			return EDIT_INTERRUPT;
		if (e->wake == WAKE_KILL)
			return EDIT_KILLED;
		if (e->wake == WAKE_KEY && !terminal_read(e))
			return EDIT_END;
	}
	e->hidden = true;
	return result(e, e->view.secret(e->ctx), line);
}
