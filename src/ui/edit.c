/* edit - one line at a time, on libedit, while the loop runs. */
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "ui/edit_impl.h"

enum { KEYS_A_TURN = 4096 };		/* keys that may be taken before the loop runs again */

/* ---- the terminal, and the signals that concern it */

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
on_key(void *ctx, unsigned ready)
{
	struct edit *e = ctx;

	(void)ready;
	if (e->wake == WAKE_NONE)
		e->wake = WAKE_KEY;
}

static void
on_interrupt(void *ctx, unsigned ready)
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
on_term(void *ctx, unsigned ready)
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
on_quit(void *ctx, unsigned ready)
{
	(void)ready;
	killed(ctx, SIGQUIT);
}

/* The terminal has reflowed the rows already: they are counted at the new width. */
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

/* The signal's own action, so that the shell sees a job that stopped. */
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

/* ---- waiting for keys */

static size_t
octets_waiting(const struct edit *e)
{
	int n;

	return ioctl(e->fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

void
edit_mark(struct edit *e)
{
	e->mark = e->octets + octets_waiting(e);
}

bool
edit_before_mark(const struct edit *e)
{
	return e->octets <= e->mark && e->mark > 0;
}

/* What was given back, or was put aside for a command or a question, stands in the line again. */
static void
put_stash(struct edit *e)
{
	bool shown = !e->hidden;

	if (buf_span(&e->stash).len == 0 || e->escaped || e->unseen || !edit_line_is_empty(e))
		return;
	edit_hide(e);
	edit_set_line(e, buf_span(&e->stash));
	buf_consume(&e->stash, buf_span(&e->stash).len);
	if (shown)
		edit_show(e);
}

/* Whether what is typed may be seen changes with what the peer says. */
void
edit_follow(struct edit *e)
{
	if (!e->el) {
		edit_plain_echo(e, e->view.secret(e->ctx) == EDIT_SHOWN);
		return;
	}
	enum edit_secret unseen = e->escaped ? EDIT_SHOWN : e->view.secret(e->ctx);
	if (unseen && !e->unseen)
		edit_secret_begin(e, unseen);
	else if (!unseen && e->unseen) {
		e->octets += octets_waiting(e);
		tcflush(e->fd, TCIFLUSH);		/* typed as a part of it, and now it would be shown */
		edit_secret_end(e, true);
	}
	put_stash(e);
}

void
edit_wait(struct edit *e)
{
	e->wake = WAKE_NONE;
	if (e->el && octets_waiting(e) > 0 && ++e->keys_taken < KEYS_A_TURN) {
		e->wake = WAKE_KEY;
		edit_follow(e);
		return;
	}
	e->keys_taken = 0;
	loop_want(e->keys, LOOP_READ);
	for (bool wait = false; e->wake == WAKE_NONE && !e->stop; wait = true) {
		loop_turn(e->loop, wait);
		edit_follow(e);
		if (e->el && e->hint_width == 0 && e->wake == WAKE_NONE && !e->stop)
			edit_hint_show(e);
	}
	loop_want(e->keys, 0);
	if (e->el)
		edit_hint_hide(e);
}

/* A key without a line to show it in: the line is shown first. */
static bool
next_octet(struct edit *e, char *octet)
{
	for (;;) {
		edit_wait(e);
		if (e->stop || e->wake != WAKE_KEY)
			return false;
		ssize_t n = read(e->fd, octet, 1);
		e->octets += n == 1;
		if (n == 1)
			break;
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		e->wake = WAKE_END;
		return false;
	}
	edit_show(e);
	return true;
}

static bool
is_whole(wchar_t *out, const char *octets, size_t *n)
{
	mbstate_t state = { 0 };
	size_t used = mbrtowc(out, octets, *n, &state);

	if (used == (size_t)-1 || (used == (size_t)-2 && *n == MB_LEN_MAX))
		*n = 0;
	return used != (size_t)-1 && used != (size_t)-2;
}

/* -1 for all but a character: libedit then returns, and ->wake says why. */
static int
read_key(void *ctx, wchar_t *out)
{
	struct edit *e = ctx;
	char octets[MB_LEN_MAX];
	size_t n = 0;

	for (;;) {
		if (!next_octet(e, &octets[n])) {
			e->line_was_there = !edit_line_is_empty(e) || buf_span(&e->secret).len > 0;
			if (e->wake == WAKE_INTERRUPT)
				edit_to_end(e);
			errno = EINTR;
			return e->wake == WAKE_END ? 0 : -1;
		}
		if (e->unseen && octets[n] == (']' & 0x1F)) {
			edit_secret_end(e, true);
			*out = octets[n];
			return 1;
		}
		if (e->unseen && octets[n] == ('D' & 0x1F) && buf_span(&e->secret).len == 0) {
			e->wake = WAKE_END;
			return 0;
		}
		if (e->unseen) {
			if (!edit_secret_key(e, octets[n]))
				continue;
			e->wake = WAKE_SECRET;
			return -1;
		}
		n++;
		if (!is_whole(out, octets, &n))
			continue;
		if (*out == L'\r' || *out == L'\n')
			edit_to_end(e);
		return 1;
	}
}

/* ---- the editor */

static void
take_signal(struct edit *e, int signo, loop_fn *fn)
{
	e->signals[e->nsignals++] = loop_signal(e->loop, signo, fn, e);
}

/* Without libedit there are plain lines still, and a word of why. */
static void
begin_libedit(struct edit *e)
{
	static const struct libedit_calls calls = {
		read_key, edit_give_prompt, edit_on_complete, edit_on_escape, edit_on_paste,
	};
	struct err err;

	e->lib = libedit(&err);
	if (!e->lib) {
		fprintf(e->out, "no line editing: %s\n", err.text);
		return;
	}
	e->el = e->lib->open(e->out, &calls, e);
	if (e->el && !e->lib->is_vi(e->el))
		fputs("\033[?2004h", e->out);
}

/* A description of its own: the loop makes it non-blocking, and the shell's and stdout's must not be. */
static int
open_terminal(void)
{
	const char *name = ttyname(STDIN_FILENO);
	int fd = name ? open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC) : -1;

	return fd >= 0 ? fd : STDIN_FILENO;
}

struct edit *
edit_new(struct loop *loop, FILE *out, const struct edit_opts *opts, const struct edit_view *view, void *ctx)
{
	struct edit *e = memory_zeroed(sizeof *e);

	*e = (struct edit){ .opts = *opts, .view = *view, .ctx = ctx, .loop = loop, .out = out };
	e->line.max = e->stash.max = e->secret.max = EDIT_LINE_MAX * 4;
	e->plain.max = e->paste.max = EDIT_PASTE_MAX;
	text_locale();
	tcgetattr(STDIN_FILENO, &e->original);
	e->fd = open_terminal();
	if (!opts->plain)
		begin_libedit(e);
	e->keys = loop_watch(loop, e->fd, 0, on_key, e, NULL);
	if (e->keys)
		loop_urgent(e->keys);
	take_signal(e, SIGINT, on_interrupt);
	take_signal(e, SIGTERM, on_term);
	take_signal(e, SIGHUP, on_hangup);
	take_signal(e, SIGQUIT, on_quit);
	take_signal(e, SIGWINCH, on_resize);
	take_signal(e, SIGTSTP, on_suspend);
	take_signal(e, SIGCONT, on_continue);
	return e;
}

void
edit_free(struct edit *e)
{
	if (!e)
		return;
	edit_forget(e);
	loop_unwatch(e->keys);
	for (size_t i = 0; i < e->nsignals; i++)
		loop_signal_free(e->signals[i]);
	if (e->el) {
		fputs("\033[?2004l", e->out);
		e->lib->close(e->el);
	}
	fflush(e->out);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &e->original);
	if (e->fd != STDIN_FILENO)
		close(e->fd);
	buf_release(&e->line);
	buf_release(&e->plain);
	buf_release(&e->stash);
	buf_release(&e->secret);
	buf_release(&e->paste);
	free(e);
}

void
edit_stop(struct edit *e)
{
	e->stop = true;
}

int
edit_signal(const struct edit *e)
{
	return e->signal;
}

void
edit_color(struct edit *e, bool color)
{
	e->opts.color = color;
}

bool
edit_line_is_empty(const struct edit *e)
{
	if (!e->el)
		return true;
	struct libedit_line line = e->lib->line(e->el);
	return line.end == line.at;
}

void
edit_insert(struct edit *e, struct span text)
{
	if (e->el)
		buf_append(&e->stash, text);
}

void
edit_remember(struct edit *e, struct span line)
{
	char *text = memory_zeroed(line.len + 1);
	wchar_t *wide = memory_zeroed((line.len + 1) * sizeof *wide);

	if (line.len > 0)
		memcpy(text, line.at, line.len);
	if (e->el && mbstowcs(wide, text, line.len) != (size_t)-1 && wide[0])
		e->lib->remember(e->el, wide);
	free(text);
	free(wide);
}

/* ---- a line */

bool
edit_more(const struct edit *e)
{
	return e->firing && buf_span(&e->paste).len > 0;
}

static enum edit_result
give_pasted(struct edit *e, struct span *line)
{
	struct span all = buf_span(&e->paste), rest = all;

	span_line(&rest, line);
	buf_consume(&e->line, buf_span(&e->line).len);
	buf_append(&e->line, *line);
	buf_consume(&e->paste, all.len - rest.len);
	e->firing = rest.len > 0;
	*line = buf_span(&e->line);
	return EDIT_LINE;
}

static enum edit_result
whole_line(struct edit *e, const wchar_t *wide, int n, struct span *line)
{
	while (n > 0 && (wide[n - 1] == L'\n' || wide[n - 1] == L'\r'))
		n--;
	if (e->pasted) {
		edit_wide_to_utf8(&e->paste, wide, (size_t)n);
		if (n > 0)
			buf_append(&e->paste, SPAN("\n"));
		e->pasted = false;
		e->firing = true;
		return give_pasted(e, line);
	}
	buf_consume(&e->line, buf_span(&e->line).len);
	edit_wide_to_utf8(&e->line, wide, (size_t)n);
	*line = buf_span(&e->line);
	if (!e->escaped)
		return EDIT_LINE;
	e->escaped = false;
	return EDIT_COMMAND;
}

/* ^C: whatever was begun is dropped. */
static enum edit_result
interrupted(struct edit *e)
{
	e->dropped = e->escaped || e->pasted || e->line_was_there;
	e->escaped = e->pasted = false;
	buf_consume(&e->paste, buf_span(&e->paste).len);
	e->unseen = EDIT_SHOWN;
	edit_forget(e);
	return EDIT_INTERRUPT;
}

bool
edit_dropped(const struct edit *e)
{
	return e->dropped;
}

static enum edit_result
no_line(struct edit *e, struct span *line)
{
	if (e->stop)
		return EDIT_STOPPED;
	switch (e->wake) {
	case WAKE_INTERRUPT:
		return interrupted(e);
	case WAKE_SECRET:
		*line = buf_span(&e->secret);
		e->unseen = EDIT_SHOWN;
		return EDIT_SECRET;
	case WAKE_KILL:
		return EDIT_KILLED;
	default:
		return EDIT_END;
	}
}

static enum edit_result
read_line(struct edit *e, struct span *line)
{
	int n = 0;
	const wchar_t *wide;

	if (!e->el)
		return edit_plain_read(e, line);
	wide = e->lib->get(e->el, &n);
	if (wide && n > 0)
		return whole_line(e, wide, n, line);
	if (!e->hidden)
		fputs(e->wake == WAKE_INTERRUPT ? "^C\r\n" : "\r\n", e->out);
	return no_line(e, line);
}

enum edit_result
edit_read(struct edit *e, struct span *line)
{
	*line = SPAN_NONE;
	if (edit_more(e))
		return give_pasted(e, line);
	e->reading = e->hidden = true;
	e->stop = e->status_off = e->line_was_there = false;
	e->status_width = e->hint_width = 0;
	enum edit_result result = read_line(e, line);
	e->reading = false;
	return result;
}

enum edit_result
edit_run(struct edit *e)
{
	e->wake = WAKE_NONE;
	e->stop = false;
	for (bool wait = false; e->wake == WAKE_NONE && !e->stop; wait = true)
		loop_turn(e->loop, wait);
	return e->stop ? EDIT_STOPPED : e->wake == WAKE_KILL ? EDIT_KILLED : EDIT_INTERRUPT;
}
