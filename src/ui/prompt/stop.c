/* stop - SIGINT and SIGTERM where there is no prompt. */
#include "ui/prompt/stop.h"

#include <signal.h>
#include <stdio.h>

static void
stop_by(struct stop *s, int signo)
{
	s->signo = signo;
	player_stop(s->player);
}

static void
stop_on_interrupt(void *ctx, unsigned ready)
{
	(void)ready;
	stop_by(ctx, SIGINT);
}

static void
stop_on_term(void *ctx, unsigned ready)
{
	(void)ready;
	stop_by(ctx, SIGTERM);
}

void
stop_begin(struct stop *s, struct loop *loop, struct player *player)
{
	s->player = player;
	s->interrupt = loop_signal(loop, SIGINT, stop_on_interrupt, s);
	s->term = loop_signal(loop, SIGTERM, stop_on_term, s);
}

void
stop_end(struct stop *s)
{
	loop_signal_free(s->interrupt);
	loop_signal_free(s->term);
	s->interrupt = s->term = NULL;
}

int
stop_status(const struct stop *s, int status)
{
	if (!s->signo || status == ERR_UNKNOWN)
		return status;
	fflush(NULL);
	raise(s->signo);
	return 128 + s->signo;
}
