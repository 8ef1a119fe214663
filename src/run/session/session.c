/*
 * session - the callbacks that wake a session, and what callers can ask of it.
 *
 * The parts of a session (wire, link, secure, offers, secrets) return or report what they find, and
 * this file passes it to the current step. Every callback does its work with ->working set and then
 * takes a turn (turn.c), so that a step that is pushed from within an event starts only after that.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/port.h"
#include "run/session/session_impl.h"

enum { HUSH_MS = 5000 };

/* ---- callbacks */

/* Ends an entry point, and starts what was pushed meanwhile. */
static void
session_leave(struct session *s)
{
	s->working = false;
	session_turn(s);
}

static void
session_on_conn(void *ctx, enum conn_news news)
{
	struct session *s = ctx;

	s->working = true;
	switch (news) {
	case CONN_TLS_UP:
		session_tls_came_up(s);
		break;
	case CONN_TLS_FAILED:
		session_tls_failed(s);
		break;
	case CONN_READY:
		child_report(s->link.child); /* before the reply that it may explain */
		session_take_in(s);
		break;
	default:
		break;
	}
	session_leave(s);
}

static void
session_on_child(void *ctx, enum child_news news, struct span line)
{
	struct session *s = ctx;

	if (news == CHILD_WROTE)
		session_note(
		    s, "command stderr: %.*s", SPAN_ARG(session_shown(s, span_first(line, 500))));
	else if (news == CHILD_ENDED && line.len > 0)
		session_note(s, "%.*s", SPAN_ARG(line));
	else if (news == CHILD_OVER && s->wire.conn)
		session_on_conn(s, CONN_READY); /* reads its end of stream again */
}

/* Wakes a step that sleeps only to wait for this note. */
static void
session_on_last_note(struct session *s)
{
	if (s->step && s->state == SESSION_OPENING && s->sleeping)
		session_tell(s, &(struct news){ .kind = NEWS_TIMER });
}

static void
session_on_tlsa(void *ctx, struct tls_dane *dane)
{
	struct session *s = ctx;
	bool within = s->working; /* called from within dane_find */

	s->secure.dane = dane;
	if (within)
		return;
	s->working = true;
	dane_free(s->secure.dane_query);
	s->secure.dane_query = NULL;
	if (s->secure.shake_when_sent)
		session_wait(s, WAIT_TLS, s->opts->timeouts.tls);
	else if (s->wait == WAIT_TLSA)
		session_tell(s, &(struct news){ .kind = NEWS_TLSA });
	session_note_dane(s);
	session_leave(s);
}

/*
 * Looks up the TLSA records as soon as the session is connected, so that they are known before the
 * handshake.
 */
static void
session_ask_tlsa(struct session *s)
{
	struct dane_path named;

	if (s->opts->dane == DANE_OFF)
		return;
	struct lookup_env env = { .dns = session_env_dns(s->env),
		.opts = &s->opts->route,
		.arena = &s->link.arena,
		.until_us = secure_dane_until(&s->opts->timeouts, loop_now_us(), s->until_us) };
	const struct dane_path *path = secure_dane_path(
	    s->opts, s->link.hop, s->link.target.kind != TARGET_UNIX, &named);
	if (s->opts->dane == DANE_ASIDE && !dane_path_is_validated(path))
		return;
	s->secure.dane_query = dane_find(&env, path, link_port(&s->link), session_on_tlsa, s);
}

static void
session_connected(struct session *s, struct conn *conn)
{
	uint64_t now = loop_now_us();
	struct event event = { .kind = EVENT_CONNECTED };

	wire_up(&s->wire, conn, CONV_CLIENT);
	s->state = SESSION_OPEN;
	s->link.up_us = now;
	conn_set_owner(conn, session_on_conn, s);
	conn_want(conn, true, false);
	event.connected.peer = *conn_peer(conn);
	event.connected.local = *conn_local(conn);
	event.connected.host = s->link.host;
	event.connected.took_us = now - s->link.begun_us;
	event.connected.found_us = s->link.found_us;
	session_emit(s, &event);
	session_send_proxy_header(s);
}

/* Returns the diagnosis of a failed connection attempt. */
static const struct diagnosis *
session_diagnose_attempt(struct session *s, const struct dial_attempt *attempt, struct arena *arena)
{
	char host[ADDR_TEXT];
	struct facts f = { .host = s->link.host, .port = addr_port(attempt->to) };

	f.address = arena_copy(arena, span_of(addr_host(attempt->to, host)));
	facts_of_err(&f, attempt->err->kind, attempt->err->cause, attempt->err->sys, 0);
	if (attempt->err->kind == ERR_TIMEOUT)
		f.waited_ms = attempt->took_us / 1000;
	f.stage = AT_CONNECT;
	return diagnose(&f, arena);
}

static void
session_show_attempt(struct session *s, const struct dial_attempt *attempt)
{
	struct event event = { .kind = EVENT_ATTEMPT };

	event.attempt.to = *attempt->to;
	event.attempt.host = s->link.host;
	event.attempt.took_us = attempt->took_us;
	event.attempt.up = attempt->up;
	if (attempt->err) {
		event.text = span_of(attempt->err->text);
		event.err = attempt->err->kind;
		event.attempt.sys = attempt->err->sys;
	}
	struct arena arena = { 0 };
	if (attempt->err && !attempt->up)
		event.diagnosis = session_diagnose_attempt(s, attempt, &arena);
	session_emit(s, &event);
	arena_release(&arena);
}

static void
session_on_link(void *ctx, const struct link_news *news)
{
	struct session *s = ctx;

	switch (news->kind) {
	case LINK_ATTEMPT:
		session_show_attempt(s, news->attempt);
		return;
	case LINK_PROXIED:
		session_note(s, "connected to the proxy %s; requesting %.*s, port %u",
		    s->opts->proxy.text, SPAN_ARG(s->link.hop->host), link_port(&s->link));
		session_wait(s, WAIT_PROXY, s->opts->timeouts.connect);
		return;
	case LINK_NOTE:
		if (news->note.len > 0) {
			session_note(s, "%.*s", SPAN_ARG(news->note));
			return;
		}
		break;
	default:
		break;
	}

	s->working = true;
	if (news->kind == LINK_NOTE) {
		session_on_last_note(s);
	} else if (news->kind == LINK_ROUTED) {
		if (news->route)
			session_show_route(s, false);
		session_tell(s,
		    &(struct news){ .kind = NEWS_ROUTED, .route = news->route, .err = news->err });
	} else if (news->conn) {
		session_connected(s, news->conn);
		session_ask_tlsa(s);
		session_tell(s, &(struct news){ .kind = NEWS_CONNECTED });
	} else {
		session_tell(s, &(struct news){ .kind = NEWS_CLOSED, .err = news->err });
	}
	session_leave(s);
}

static void
session_on_policy(void *ctx, const struct sts *sts)
{
	struct session *s = ctx;

	s->working = true;
	session_tell(s, &(struct news){ .kind = NEWS_POLICY, .sts = sts });
	session_leave(s);
}

static void
session_on_offloaded(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	loop_work_free(s->offloaded);
	s->offloaded = NULL;
	s->working = true;
	session_tell(s, &(struct news){ .kind = NEWS_WORKED });
	session_leave(s);
}

/*
 * Notes that the peer is silent, long before the greeting timeout: it may delay its greeting, or
 * its port may be for TLS, which look alike.
 */
static void
session_on_hush(void *ctx, unsigned ready)
{
	struct session *s = ctx;
	char text[OBSERVED_SIZE];
	struct arena arena = { 0 };

	(void)ready;
	if (s->state != SESSION_OPEN || s->wait != WAIT_GREETING || s->wire.octets_in > 0 ||
	    s->secure.tls || secure_is_shaking(&s->secure))
		return;
	s->working = true;
	struct silence silence = { .wait = WAIT_GREETING, .ms = HUSH_MS };
	observe_silence(&silence, text);
	session_remark(
	    s, EVENT_NOTE, ERR_NONE, text, session_diagnose_silence(s, &silence, &arena));
	arena_release(&arena);
	session_leave(s);
}

/* ---- steps that are ended from outside */

/*
 * Gives up the current step, when the user cancels it or its deadline has passed. Within a message
 * or a chunk this also closes the connection, since the server would take whatever is sent next as
 * part of it.
 */
static void
session_leave_off(struct session *s)
{
	bool within = s->role == CONV_CLIENT && wire_is_within_octets(&s->wire, s->dialogue.mode);

	for (size_t i = 0; i < s->wire.nasked; i++)
		conv_give_up(s->wire.conv, s->wire.asked[i].ticket);
	if (wire_lose(&s->wire) > 0) {
		session_tell_unknown(s);
		/* its end was sent: the next line is a command */
		dialogue_message_over(&s->dialogue);
	}
	if (within && s->wire.conn) {
		session_note(s, "connection closed without completing the message");
		session_close(s, true);
	}
	if (s->step->op->cancel && (s->role == CONV_CLIENT || s->cancelled))
		s->step->op->cancel(s, s->step, s->step_state);
}

static void
session_timed_out(struct session *s)
{
	char text[OBSERVED_SIZE];

	if (session_find_step(s))
		return;
	struct silence silence = session_silence(s);
	observe_silence(&silence, text);
	struct arena arena = { 0 };
	const struct diagnosis *d = session_diagnose_silence(s, &silence, &arena);
	session_stop_waiting(s);
	s->failed = ERR_TIMEOUT;
	session_emit(s,
	    &(struct event){
		.kind = EVENT_PROBLEM, .err = ERR_TIMEOUT, .text = span_of(text), .diagnosis = d });
	arena_release(&arena);
	session_leave_off(s);
	/* After half a handshake, neither cleartext nor TLS can be sent. */
	if ((s->state == SESSION_OPENING && !s->wire.conn) || s->opts->careful ||
	    secure_is_shaking(&s->secure))
		session_close(s, true);
	session_end_step(s, STEP_FAIL);
}

static void
session_on_deadline(void *ctx, unsigned ready)
{
	struct session *s = ctx;

	(void)ready;
	s->working = true;
	if (s->sleeping) {
		session_stop_waiting(s);
		session_tell(s, &(struct news){ .kind = NEWS_TIMER });
	} else if (s->waiting_us) {
		session_timed_out(s);
	}
	session_leave(s);
}

static void
session_forget_queue(struct session *s)
{
	for (struct queued *q; (q = s->queue); free(q))
		s->queue = q->next;
	s->queue_end = &s->queue;
}

void
session_cancel(struct session *s)
{
	session_forget_queue(s);
	if (!s->step)
		return;
	s->working = true;
	session_stop_waiting(s);
	s->failed = ERR_NONE;
	s->cancelled = true;
	session_leave_off(s);
	if (s->wire.paced_us)
		session_note(s,
		    "the rest of the current line is still sent at the current pace; /write off "
		    "sends it at once");
	if (s->state == SESSION_OPENING || s->dialogue.mode == MODE_MESSAGE ||
	    secure_is_shaking(&s->secure))
		session_close(s, true);
	session_end_step(s, STEP_FAIL);
	session_leave(s);
}

/* ---- for callers */

void
session_push(struct session *s, const struct step *step)
{
	struct queued *q = memory_get(sizeof *q);

	assert(step && step->op);
	*q = (struct queued){ .step = step };
	*s->queue_end = q;
	s->queue_end = &q->next;
	if (!s->working)
		session_turn(s);
}

bool
session_answer_question(struct session *s, struct span text)
{
	if (!s->asking || !s->step)
		return false;
	s->asking = false;
	s->working = true;
	session_tell(s, &(struct news){ .kind = NEWS_ANSWER, .text = text });
	session_leave(s);
	return true;
}

void
session_poke(struct session *s)
{
	session_turn(s);
}

void
session_hold(struct session *s, bool held)
{
	s->wire.held = held;
}

void
session_disconnect(struct session *s)
{
	s->working = true;
	session_close(s, true);
	s->working = false;
}

/*
 * Notes at once that the port is for TLS, or after HUSH_MS that the peer is silent, rather than
 * when the wait is over.
 */
void
session_expect_greeting(struct session *s)
{
	unsigned port = s->wire.conn && s->opts->proxy.kind == PROXY_NONE ?
	    addr_port(conn_peer(s->wire.conn)) :
	    0;
	struct arena arena = { 0 };

	if (s->role == CONV_CLIENT && !s->dialogue.tls && port != 0) {
		if (smtp_port_is_tls(port)) {
			session_remark(s, EVENT_NOTE, ERR_NONE, "this connection is not encrypted",
			    session_diagnose_silence(
				s, &(struct silence){ .wait = WAIT_GREETING }, &arena));
			arena_release(&arena);
		} else {
			if (!s->hush)
				s->hush = loop_timer(s->env->loop, session_on_hush, s);
			loop_timer_set(s->hush, HUSH_MS);
		}
	}
	wire_ask(&s->wire, CONV_BANNER, (struct due){ .stage = DUE_GREETING });
	session_wait(s, WAIT_GREETING, s->opts->timeouts.greeting);
}

bool
session_over(struct session *s, int fd, struct span host, struct tls_context *context)
{
	struct err err;

	session_drop_link(s);
	link_over(&s->link, host);
	s->secure.context = context;
	struct conn *conn = conn_over(s->env->loop, fd, session_on_conn, s, &err);
	if (!conn) {
		session_fail(s, err.kind, "%s", err.text);
		return false;
	}
	session_connected(s, conn);
	return true;
}

bool
session_run_command(struct session *s, struct span command)
{
	struct err err;
	int pair[2];

	if (port_pair(pair, false) != 0) {
		session_fail(s, ERR_SYSTEM, "cannot create a socket pair for the command: %s",
		    strerror(errno));
		return false;
	}
	fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
	bool ok = session_over(s, pair[0], SPAN("pipe"), NULL);
	if (ok) {
		conv_allow_chatter(s->wire.conv);
		s->link.child = child_run(
		    s->env->loop, command, pair[1], session_on_child, s, &err);
		ok = s->link.child != NULL;
		if (!ok)
			session_fail(s, err.kind, "%s", err.text);
	}
	close(pair[1]);
	return ok;
}

void
session_find_policy(struct session *s, struct span domain)
{
	const struct timeouts *t = &s->opts->timeouts;
	struct sts_way way = {
		.env = { .loop = s->env->loop,
		    .dns = session_env_dns(s->env),
		    .opts = &s->opts->route,
		    .arena = &s->link.arena },
		.proxy = &s->opts->proxy,
		.ca = s->env->tls.ca,
		.timeout_ms = t->connect,
	};

	session_forget_policy(s);
	s->secure.sts = sts_start(&way, domain, session_on_policy, s);
	/* At most three DNS queries, and the fetch. */
	session_wait(
	    s, WAIT_POLICY, t->resolve && t->connect ? 3 * t->resolve + t->connect + 1000 : 0);
}

void
session_forget_policy(struct session *s)
{
	sts_free(s->secure.sts);
	s->secure.sts = NULL;
}

/* ---- creating and freeing */

struct session *
session_new(struct session_env *env, const struct session_opts *opts, event_fn *event, void *ctx)
{
	struct session *s = memory_zeroed(sizeof *s);

	assert(opts && event);
	*s = (struct session){ .env = env,
		.opts = opts,
		.number = opts->number ? opts->number : 1,
		.event = event,
		.ctx = ctx,
		.role = CONV_CLIENT,
		.link = { .proxy_header = &opts->proxy_header, .news = session_on_link, .ctx = s },
		.on_deadline = session_on_deadline,
		.on_offloaded = session_on_offloaded };
	s->queue_end = &s->queue;
	session_env_keep_secrets(env);
	s->secrets.secrecy.others = env->secrets;
	return s;
}

struct session *
session_serve(struct session_env *env, const struct session_opts *opts, int fd,
    struct tls_context *tls, event_fn *event, void *ctx, struct err *err)
{
	struct session *s = session_new(env, opts, event, ctx);
	struct conn *conn = conn_over(env->loop, fd, session_on_conn, s, err);

	if (!conn) {
		session_free(s);
		return NULL;
	}
	s->role = CONV_SERVER;
	s->secure.context = tls;
	wire_up(&s->wire, conn, CONV_SERVER);
	s->state = SESSION_OPEN;
	s->dialogue.greeted = true;
	conn_want(conn, true, false);
	return s;
}

void
session_free(struct session *s)
{
	if (!s)
		return;
	session_drop_link(s);
	session_forget_queue(s);
	if (s->step && s->step->op->release)
		s->step->op->release(s->step_state);
	free(s->step_state);
	loop_timer_free(s->deadline);
	loop_timer_free(s->hush);
	loop_timer_free(s->pace_timer);
	link_release(&s->link);
	wire_release(&s->wire);
	offers_release(&s->offers);
	secrets_release(&s->secrets);
	arena_release(&s->settings);
	free(s->own_opts);
	free(s);
}
