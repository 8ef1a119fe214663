/* loop_signal - signals, worked off before all but the terminal. */
#include <signal.h>

#include "base/alarm.h"
#include "base/arena.h"
#include "net/loop_priv.h"

struct loop_signal {
	uv_signal_t uv;
	struct ready ready;
	loop_fn *fn;
	void *ctx;
};

/*
 * SIGINT and SIGTERM must end even a loop that does not turn: before libuv's handler, which only writes to a pipe, the
 * alarm is set, and what is told of the signal takes it back.
 */
static void (*libuv_handler[2])(int);

static size_t
place_of(int signo)
{
	return signo == SIGTERM;
}

static void
on_end_signal(int signo)
{
	alarm_signalled(signo);
	libuv_handler[place_of(signo)](signo);
}

static void
watch_end_signal(int signo)
{
	struct sigaction now;

	if ((signo != SIGINT && signo != SIGTERM) || sigaction(signo, NULL, &now) != 0 || now.sa_handler == on_end_signal)
		return;
	libuv_handler[place_of(signo)] = now.sa_handler;
	now.sa_handler = on_end_signal;
	sigaction(signo, &now, NULL);
}

static void
on_ready(void *ctx, unsigned ready)
{
	struct loop_signal *s = ctx;

	alarm_heard();
	s->fn(s->ctx, ready);
}

static void
on_signal(uv_signal_t *uv, int signo)
{
	struct loop_signal *s = uv->data;
	(void)signo;
	loop_list_add(&((struct loop *)uv->loop)->urgent, &s->ready);
}

struct loop_signal *
loop_signal(struct loop *loop, int signo, loop_fn *fn, void *ctx)
{
	struct loop_signal *s = memory_zeroed(sizeof *s);

	uv_signal_init(&loop->uv, &s->uv);
	s->uv.data = s;
	s->ready.fn = on_ready;
	s->ready.ctx = s;
	s->fn = fn;
	s->ctx = ctx;
	uv_signal_start(&s->uv, on_signal, signo);
	watch_end_signal(signo);
	return s;
}

void
loop_signal_free(struct loop_signal *s)
{
	if (!s)
		return;
	loop_list_remove((struct loop *)s->uv.loop, &s->ready);
	uv_signal_stop(&s->uv);
	uv_close((uv_handle_t *)&s->uv, loop_free_data);
}
