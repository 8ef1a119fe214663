/* loop_child - child processes. */
#include <signal.h>

#include "base/arena.h"
#include "net/loop_priv.h"

struct loop_child {
	uv_process_t uv;
	loop_child_fn *fn;
	void *ctx;
	bool ended;
};

static void
on_exit_of_child(uv_process_t *uv, int64_t status, int signo)
{
	struct loop_child *c = uv->data;

	c->ended = true;
	c->fn(c->ctx, (int)status, signo);
}

struct loop_child *
loop_spawn(struct loop *loop, char *const argv[], int fd, int err_fd, loop_child_fn *fn, void *ctx, struct err *err)
{
	struct loop_child *c = memory_zeroed(sizeof *c);
	uv_stdio_container_t stdio[3] = {
		{ .flags = UV_INHERIT_FD, .data.fd = fd },
		{ .flags = UV_INHERIT_FD, .data.fd = fd },
		{ .flags = UV_INHERIT_FD, .data.fd = err_fd },
	};
	uv_process_options_t how = {
		.file = argv[0], .args = (char **)(uintptr_t)argv, .exit_cb = on_exit_of_child,
		.stdio = stdio, .stdio_count = 3,
	};

	*c = (struct loop_child){ .fn = fn, .ctx = ctx };
	c->uv.data = c;
	int bad = uv_spawn(&loop->uv, &c->uv, &how);
	if (bad != 0) {
		uv_close((uv_handle_t *)&c->uv, loop_free_data);
		err_set(err, ERR_SYSTEM, "cannot start %s: %s", argv[0], uv_strerror(bad));
		return NULL;
	}
	return c;
}

void
loop_child_free(struct loop_child *c)
{
	if (!c)
		return;
	if (!c->ended)
		uv_process_kill(&c->uv, SIGTERM);
	uv_close((uv_handle_t *)&c->uv, loop_free_data);
}
