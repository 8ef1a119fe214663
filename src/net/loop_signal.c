/* loop_signal - signals, worked off before all but the terminal. */
#include "base/arena.h"
#include "net/loop_priv.h"

struct loop_signal {
	uv_signal_t uv;
	struct ready ready;
};

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
	s->ready.fn = fn;
	s->ready.ctx = ctx;
	uv_signal_start(&s->uv, on_signal, signo);
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
