/* session - its life, and what it tells of itself. */
#include "run/session/session_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
session_env_release(struct session_env *env)
{
	tls_context_free(env->client_tls);
	tls_context_free(env->demo_tls);
	dns_free(env->dns_client);
	free(env->scratch);
	if (env->secrets)
		mask_release(env->secrets);
	free(env->secrets);
	env->client_tls = env->demo_tls = NULL;
	env->dns_client = NULL;
	env->scratch = NULL;
	env->secrets = NULL;
}

void
session_env_keep_secrets(struct session_env *env)
{
	if (!env->secrets)
		env->secrets = memory_zeroed(sizeof *env->secrets);
}

struct dns *
session_env_dns(struct session_env *env)
{
	if (!env->dns_client)
		env->dns_client = dns_new(env->loop, &env->dns);
	return env->dns_client;
}

struct session *
session_new(struct session_env *env, const struct session_opts *opts, event_fn *event, void *ctx)
{
	struct session *s = memory_zeroed(sizeof *s);

	*s = (struct session){ .env = env,
		.opts = opts,
		.number = opts->number ? opts->number : 1,
		.event = event,
		.ctx = ctx,
		.role = CONV_CLIENT };
	s->queue_end = &s->queue;
	s->preface = &opts->preface;
	session_env_keep_secrets(env);
	s->secrecy.others = env->secrets;
	return s;
}

struct session *
session_serve(struct session_env *env, const struct session_opts *opts, int fd,
    struct tls_context *tls, event_fn *event, void *ctx, struct err *err)
{
	struct session *s = session_new(env, opts, event, ctx);

	s->role = CONV_SERVER;
	s->tls_context = tls;
	s->conn = conn_over(env->loop, fd, session_on_conn, s, err);
	if (!s->conn) {
		session_free(s);
		return NULL;
	}
	s->conv = conv_new(CONV_SERVER);
	s->state = SESSION_OPEN;
	s->dialogue.greeted = true;
	conn_want(s->conn, true, false);
	return s;
}

void
session_free(struct session *s)
{
	if (!s)
		return;
	session_drop_link(s);
	conv_free(s->dead_conv);
	for (struct queued *q = s->queue, *next; q; q = next) {
		next = q->next;
		free(q);
	}
	if (s->step && s->step->op->release)
		s->step->op->release(s->step_state);
	free(s->step_state);
	loop_timer_free(s->timer);
	loop_timer_free(s->hush);
	loop_timer_free(s->paced.timer);
	arena_release(&s->link);
	arena_release(&s->kept);
	arena_release(&s->proxied);
	arena_release(&s->settings);
	free(s->own_opts);
	arena_release(&s->routed);
	for (size_t i = 0; i < OFFER_STATES; i++)
		arena_release(&s->ehlo[i]);
	arena_release(&s->last);
	free(s->asked);
	secrecy_release(&s->secrecy);
	secret_release(&s->unfinished);
	arena_release(&s->shown);
	free(s);
}

void
session_hand_on(struct session *s, const struct event *event)
{
	if (s->env->trace)
		s->env->trace(s->env->trace_ctx, event);
	s->event(s->ctx, event);
}

void
session_trace(struct session *s, const char *what, size_t n)
{
	if (s->env->trace_octets)
		s->env->trace_octets(s->env->trace_ctx, s->number, what, n);
}

void
session_emit(struct session *s, struct event *event)
{
	event->session = s->number;
	event->at_us = loop_now_us();
	event->tls = s->dialogue.tls;
	event->step = s->step;
	session_hand_on(s, event);
}

static void __attribute__((format(printf, 4, 0))) emit_text(
    struct session *s, enum event_kind kind, enum err_kind err, const char *format, va_list ap)
{
	char text[600];

	vsnprintf(text, sizeof text, format, ap);
	session_emit(s, &(struct event){ .kind = kind, .err = err, .text = span_of(text) });
}

void
session_note(struct session *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	emit_text(s, EVENT_NOTE, ERR_NONE, format, ap);
	va_end(ap);
}

enum progress
session_fail(struct session *s, enum err_kind err, const char *format, ...)
{
	va_list ap;

	s->failed = err;
	va_start(ap, format);
	emit_text(s, EVENT_PROBLEM, err, format, ap);
	va_end(ap);
	return STEP_FAIL;
}

enum progress
session_fail_with(struct session *s, const struct err *err)
{
	s->failed = err->kind;
	session_emit(s,
	    &(struct event){ .kind = EVENT_PROBLEM,
		.err = err->kind,
		.cause = err->cause,
		.text = span_of(err->text) });
	return STEP_FAIL;
}

enum progress
session_failed(struct session *s, enum err_kind kind)
{
	s->failed = kind;
	return STEP_FAIL;
}

enum progress
session_refused(struct session *s, const struct news *news)
{
	return session_failed(s, news->failed ? news->failed : ERR_PROTO);
}

struct session_view
session_view(const struct session *s)
{
	struct session_view v = {
		.number = s->number,
		.state = s->state,
		.target = s->host.len || s->target.text.len ? &s->target : NULL,
		.dialogue = s->dialogue,
		.host = s->host,
		.tls = s->tls,
		.extensions = s->extensions,
		.last_reply = s->last_reply,
		.busy = s->step != NULL || s->queue != NULL,
		.held = s->held && !s->wants_room,
		.heard_us = s->heard_us,
		.waiting_us = s->waiting_us,
		.wait = s->wait,
		.wait_verb = s->wait_verb,
		.deadline_ms = s->deadline_ms,
		.failed = s->failed,
		.out_of_step = s->out_of_step,
		.auth_refused = s->auth_refused,
		.auth_pending = s->secrecy.pending,
		.asking = s->asking,
		.fate_unknown = s->fate_unknown,
		.route = s->route,
		.lmtp = s->opts->lmtp || s->target.lmtp,
	};

	if (s->paced.begun_us) {
		v.waiting_us = s->paced.begun_us;
		v.wait = WAIT_PACED;
		v.deadline_ms = 0;
	}
	v.local = s->target.kind == TARGET_DEMO || session_is_local(s);
	/* behind a proxy it is not known */
	if (s->conn && s->opts->proxy.kind == PROXY_NONE)
		v.peer = *conn_peer(s->conn);
	return v;
}

void
session_set_number(struct session *s, unsigned number)
{
	s->number = number;
}

void
session_set_end(struct session *s, uint64_t until_us)
{
	s->until_us = until_us;
}

struct conv *
session_conv(struct session *s)
{
	return s->conv;
}

struct dialogue *
session_dialogue(struct session *s)
{
	return &s->dialogue;
}

const struct target *
session_target(const struct session *s)
{
	return &s->target;
}

const struct session_opts *
session_opts(const struct session *s)
{
	return s->opts;
}

struct session_env *
session_env(const struct session *s)
{
	return s->env;
}

void
session_disconnect(struct session *s)
{
	s->working = true;
	session_close(s, true);
	s->working = false;
}

struct session_opts *
session_change(struct session *s)
{
	if (!s->own_opts && !s->opts->own) {
		s->own_opts = memory_get(sizeof *s->own_opts);
		*s->own_opts = *s->opts;
		s->opts = s->own_opts;
	}
	struct session_opts *mine;
	memcpy(&mine, &s->opts, sizeof mine);	/* it was said to be ours to change */
	return mine;
}

struct tls_opts *
session_change_tls(struct session *s)
{
	tls_context_free(s->env->client_tls);
	s->env->client_tls = NULL;
	return &s->env->tls;
}

struct arena *
session_settings_arena(struct session *s)
{
	return &s->settings;
}

struct arena *
session_route_arena(struct session *s)
{
	return &s->routed;
}
