/* serve - serves each client by a session in the server role. */
#include "run/serve/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/port.h"

struct client {
	struct client *next;
	struct serve *serve;
	struct session *session;
	struct session_opts opts;
	struct mta_role role;
	struct step step;
	/* connected; last heard; its step ended, and only the last replies remain to be sent */
	uint64_t since_us, heard_us, ended_us;
	bool over;
};

struct serve {
	struct session_env *env;
	struct serve_opts opts;
	event_fn *event;
	void *ctx;
	struct listener *listener;
	struct loop_idle *idle;
	struct loop_timer *sweep;
	struct client *clients;
	unsigned nclients, last_number;
	unsigned long long queue;
	bool some_over, sweeping;
};

static void
serve_on_event(void *ctx, const struct event *event)
{
	struct client *c = ctx;

	if (event->kind == EVENT_CLOSED) {
		c->over = true;
		c->serve->some_over = true;
	}
	if (event->kind == EVENT_STEP_ENDED)
		c->ended_us = event->at_us;
	if (c->serve->event)
		c->serve->event(c->serve->ctx, event);
}

/* Sessions are freed only between wake-ups, never in their own callbacks. */
static void
serve_on_idle(void *ctx, unsigned ready)
{
	struct serve *serve = ctx;

	(void)ready;
	if (!serve->some_over)
		return;
	serve->some_over = false;
	for (struct client **p = &serve->clients; *p;) {
		struct client *c = *p;
		if (!c->over) {
			p = &c->next;
			continue;
		}
		*p = c->next;
		serve->nclients--;
		session_free(c->session);
		free(c);
	}
}

static uint64_t
serve_idle_ms(const struct serve *serve)
{
	return serve->opts.idle_ms ? serve->opts.idle_ms : SERVE_IDLE_MS;
}

uint64_t
serve_sweep_ms(uint64_t idle_ms)
{
	uint64_t ms = idle_ms / 4;

	return ms < 10 ? 10 : ms > 500 ? 500 : ms;
}

/* One timer serves all clients: thousands of them are checked at most a few times a second. */
static void
serve_set_sweep(struct serve *serve)
{
	serve->sweeping = serve->clients != NULL;
	if (serve->sweeping)
		loop_timer_set(serve->sweep, serve_sweep_ms(serve_idle_ms(serve)));
}

static void
serve_on_sweep(void *ctx, unsigned ready)
{
	struct serve *serve = ctx;
	uint64_t now = loop_now_us();

	(void)ready;
	for (struct client *c = serve->clients; c; c = c->next) {
		struct session_view view = session_view(c->session);
		uint64_t heard = c->heard_us ? c->heard_us : c->since_us;
		heard = view.sent_us > heard ? view.sent_us : heard;
		if (c->ended_us && now - c->ended_us > SERVE_LINGER_MS * 1000)
			c->over = serve->some_over = true;
		else if (!c->ended_us && !view.held && now - heard > serve_idle_ms(serve) * 1000)
			session_cancel(c->session);
	}
	serve_set_sweep(serve);
}

struct serve *
serve_new(struct session_env *env, const struct serve_opts *opts, event_fn *event, void *ctx)
{
	struct serve *serve = memory_zeroed(sizeof *serve);

	*serve = (struct serve){ .env = env, .opts = *opts, .event = event, .ctx = ctx };
	serve->queue = (unsigned long long)time(NULL) << 8;
	serve->opts.mta.queue = &serve->queue;
	serve->idle = loop_idle(env->loop, serve_on_idle, serve);
	serve->sweep = loop_timer(env->loop, serve_on_sweep, serve);
	return serve;
}

static void
serve_tell_of_client(struct client *c)
{
	struct event event = {
		.kind = EVENT_CONNECTED, .session = c->opts.number, .at_us = c->since_us
	};

	event.connected.peer = session_view(c->session).peer;
	serve_on_event(c, &event);
}

void
serve_turn_away(int fd)
{
	static const char full[] = "421 4.3.2 Too many concurrent connections\r\n";
	ssize_t n = write(fd, full, sizeof full - 1);

	(void)n;
	close(fd);
}

bool
serve_client(struct serve *serve, int fd, struct err *err)
{
	static const struct timeouts patient = { .tls = 60000 };

	if (serve->opts.clients_max && serve->nclients >= serve->opts.clients_max) {
		serve_turn_away(fd);
		return err_set(err, ERR_SYSTEM, "too many concurrent connections");
	}
	struct client *c = memory_zeroed(sizeof *c);
	*c = (struct client){ .serve = serve, .next = serve->clients, .since_us = loop_now_us() };
	c->opts = (struct session_opts){ .number = ++serve->last_number, .timeouts = patient };
	c->session = session_serve(
	    serve->env, &c->opts, fd, serve->opts.tls, serve_on_event, c, err);
	if (!c->session) {
		free(c);
		return false;
	}
	serve->clients = c;
	serve->nclients++;
	if (!serve->sweeping)
		serve_set_sweep(serve);
	if (serve->event)
		serve_tell_of_client(c);
	c->role = (struct mta_role){ .opts = &serve->opts.mta, .heard_us = &c->heard_us };
	if (serve->opts.play)
		c->role.front = serve->opts.play(serve->opts.play_ctx, c->opts.number);
	c->step = (struct step){ .op = &step_mta, .args = &c->role };
	session_push(c->session, &c->step);
	return true;
}

static void
serve_on_accepted(void *ctx, int fd)
{
	serve_client(ctx, fd, NULL);
}

bool
serve_listen(struct serve *serve, const struct addr *at, struct addr *bound, struct err *err)
{
	serve->listener = listen_on(serve->env->loop, at, serve_on_accepted, serve, err);
	if (serve->listener && bound)
		*bound = *listen_addr(serve->listener);
	return serve->listener != NULL;
}

void
serve_deafen(struct serve *serve)
{
	listen_free(serve->listener);
	serve->listener = NULL;
}

void
serve_stop(struct serve *serve)
{
	serve_deafen(serve);
	serve->opts.mta.closing = true;
	for (struct client *c = serve->clients; c; c = c->next)
		if (!c->ended_us)
			session_cancel(c->session);
}

unsigned
serve_clients(const struct serve *serve)
{
	return serve->nclients;
}

void
serve_free(struct serve *serve)
{
	if (!serve)
		return;
	listen_free(serve->listener);
	loop_idle_free(serve->idle);
	loop_timer_free(serve->sweep);
	for (struct client *c = serve->clients, *next; c; c = next) {
		next = c->next;
		session_free(c->session);
		free(c);
	}
	free(serve);
}

struct tls_made *
serve_certificate(const char *name, struct err *err)
{
	const char *const names[] = { name, "localhost", "127.0.0.1", "::1" };

	return tls_make(name ? names : names + 1, name ? 4 : 3, err);
}

struct demo {
	struct tls_made *made;
	struct tls_context *server_tls;
	/* by DEMO_* bits; NULL: not opened yet */
	struct serve *serve[DEMO_LMTP + DEMO_TLS + 1];
};

static bool
demo_make(struct session_env *env, struct err *err)
{
	struct demo *demo = env->demo_ctx = memory_zeroed(sizeof *demo);

	demo->made = serve_certificate(MTA_HOST, err);
	if (!demo->made)
		return false;
	demo->server_tls = tls_context_new(
	    &(struct tls_opts){ .server = true, .made = demo->made }, err);
	env->demo_tls = tls_context_new(&(struct tls_opts){ .made = demo->made,
					    .min_version = env->tls.min_version,
					    .max_version = env->tls.max_version,
					    .ciphers = env->tls.ciphers,
					    .groups = env->tls.groups,
					    .keylog = env->tls.keylog },
	    err);
	return demo->server_tls && env->demo_tls;
}

int
serve_demo(struct session_env *env, unsigned as, struct err *err)
{
	int pair[2];
	struct demo *demo;

	if (!env->demo_ctx && !demo_make(env, err))
		return -1;
	demo = env->demo_ctx;
	if (!demo->serve[as])
		demo->serve[as] = serve_new(env, &(struct serve_opts){ .tls = demo->server_tls,
		    .mta = { .lmtp = as & DEMO_LMTP, .implicit_tls = as & DEMO_TLS } }, NULL, NULL);
	if (port_pair(pair, true) != 0) {
		err_set(
		    err, ERR_SYSTEM, "cannot create a socket pair for demo: %s", strerror(errno));
		return -1;
	}
	if (!serve_client(demo->serve[as], pair[1], err)) {
		close(pair[0]);
		return -1;
	}
	return pair[0];
}

void
serve_demo_free(struct session_env *env)
{
	struct demo *demo = env->demo_ctx;

	if (!demo)
		return;
	for (size_t i = 0; i < sizeof demo->serve / sizeof *demo->serve; i++)
		serve_free(demo->serve[i]);
	tls_context_free(demo->server_tls);
	tls_made_free(demo->made);
	free(demo);
	env->demo_ctx = NULL;
}
