/* progress - the progress of long work. */
#include "ui/show/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"

enum { FIRST_MS = 500, EVERY_MS = 200 };

struct progress_line {
	struct loop_timer *timer;
	progress_fn *tell;
	void *ctx;
	bool shown;
};

void
progress_hide(void *progress)
{
	struct progress_line *p = progress;

	if (!p || !p->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->shown = false;
}

static void
progress_on_tick(void *ctx, unsigned ready)
{
	struct progress_line *p = ctx;
	struct winsize size;
	char text[PROGRESS_SIZE] = "";
	bool sized = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;

	(void)ready;
	p->tell(p->ctx, text);
	if (text[0]) {
		/* one column less than the terminal has, so that it never wraps */
		fprintf(stderr, "\r\033[K%.*s", (sized ? size.ws_col : 80) - 1, text);
		fflush(stderr);
		p->shown = true;
	} else {
		progress_hide(p);
	}
	loop_timer_set(p->timer, EVERY_MS);
}

struct progress_line *
progress_new(struct loop *loop, bool quiet, progress_fn *tell, void *ctx)
{
	const char *term = getenv("TERM");

	if (quiet || !isatty(STDERR_FILENO) || !term || strcmp(term, "dumb") == 0)
		return NULL;
	struct progress_line *p = memory_zeroed(sizeof *p);
	*p = (struct progress_line){ .tell = tell, .ctx = ctx };
	p->timer = loop_timer(loop, progress_on_tick, p);
	loop_timer_set(p->timer, FIRST_MS);
	return p;
}

void
progress_free(struct progress_line *p)
{
	if (!p)
		return;
	progress_hide(p);
	loop_timer_free(p->timer);
	free(p);
}
