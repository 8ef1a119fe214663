/* terminal - the terminal: whose it is, how it was found, and the signals that concern it. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/alarm.h"
#include "ui/edit/edit_impl.h"

/* A description of its own: the loop makes it non-blocking, and the shell's and stdout's must not be. */
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

void
edit_watch_signals(struct edit *e)
{
	static const struct { int signo; loop_fn *fn; } all[] = {
		{ SIGINT, on_interrupt }, { SIGTERM, on_term }, { SIGHUP, on_hangup }, { SIGQUIT, on_quit },
		{ SIGWINCH, on_resize }, { SIGTSTP, on_suspend }, { SIGCONT, on_continue },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		e->signals[e->nsignals++] = loop_signal(e->loop, all[i].signo, all[i].fn, e);
}
