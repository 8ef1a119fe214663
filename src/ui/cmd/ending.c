/* ending - records SIGINT, SIGTERM and the end of the time limit. */
#include "ui/cmd/ending.h"

#include <signal.h>

static void
ending_by(struct ending *e, int signo)
{
	e->signo = signo;
	e->signals++;
}

static void
ending_on_interrupt(void *ctx, unsigned ready)
{
	(void)ready;
	ending_by(ctx, SIGINT);
}

static void
ending_on_term(void *ctx, unsigned ready)
{
	(void)ready;
	ending_by(ctx, SIGTERM);
}

static void
ending_on_deadline(void *ctx, unsigned ready)
{
	(void)ready;
	((struct ending *)ctx)->late = true;
}

void
ending_begin(struct ending *e, struct loop *loop)
{
	*e = (struct ending){
		.interrupt = loop_signal(loop, SIGINT, ending_on_interrupt, e),
		.term = loop_signal(loop, SIGTERM, ending_on_term, e),
		.deadline = loop_timer(loop, ending_on_deadline, e),
	};
}

void
ending_deadline(struct ending *e, uint64_t ms)
{
	e->late = false;
	loop_timer_stop(e->deadline);
	if (ms)
		loop_timer_set(e->deadline, ms);
}

void
ending_end(struct ending *e)
{
	loop_signal_free(e->interrupt);
	loop_signal_free(e->term);
	loop_timer_free(e->deadline);
	e->interrupt = e->term = NULL;
	e->deadline = NULL;
}

bool
ending_is_due(const struct ending *e)
{
	return e->signo || e->late;
}

int
ending_status(const struct ending *e, int status)
{
	return e->signo ? 128 + e->signo : e->late ? (int)ERR_TIMEOUT : status;
}

bool
ending_in_time(const struct ending *e, struct err *err)
{
	return !e->late || err_set(err, ERR_TIMEOUT, "stopped by --deadline");
}
