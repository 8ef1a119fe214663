/* record - a proxy between clients and a server. */
#include "run/serve/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/serve/serve.h"
#include "run/session/session.h"
#include "run/session/steps/list.h"
#include "run/session/steps/open.h"
#include "run/script/transcript.h"
#include "smtp/body.h"

/*
 * Limits on what one client can make us keep: its script and, in each direction, what the other
 * side has not read. A side is not read from while the other has HELD_ABOVE octets unread, nor the
 * client while UNANSWERED_MAX commands are outstanding. RECORD_ALL_MAX limits the scripts of all
 * clients together.
 */
enum {
	RECORD_MAX = 8 << 20,
	RECORD_ALL_MAX = 64 << 20,
	HELD_ABOVE = 256 << 10,
	LINE_KEPT_MAX = 64 << 10,
	UNANSWERED_MAX = 250
};

struct pair {
	struct pair *next;
	struct record *record;
	struct session *client, *server;	/* towards the client; towards the server */
	struct session_opts client_opts, server_opts;
	struct step step, drain;
	struct pair *back;			/* the args of both steps */
	struct arena arena;
	struct transcript *transcript;
	/* agreed is held until TLS with the server is up */
	struct buf script, line, agreed;	/* agreed: the server's 220 to STARTTLS */
	unsigned number;
	/*
	 * time of the last traffic; time when the server was lost, after which only pending replies
	 * are sent to the client
	 */
	uint64_t heard_us, parted_us;
	bool open, over, cut;			/* cut: the script is full */
	bool draining;				/* the server must read first */
	/* its reply decides how the client's next input is read; VERB_OTHER: none is outstanding */
	enum verb decides;
};

struct record {
	struct session_env *env;
	struct record_opts opts;
	struct listener *listener;
	struct loop_idle *idle;
	struct loop_timer *sweep;
	struct pair *pairs;
	unsigned last_number, npairs;
	size_t held; /* octets of all scripts not written yet */
	bool some_over, sweeping;
};

static void
pair_note(struct pair *p, const char *text)
{
	if (p->record->opts.note)
		p->record->opts.note(p->record->opts.ctx, p->number, text);
}

/*
 * The client is read from if the server is connected and has room, and if it is known how to read
 * the client's next input.
 */
static void
pair_pace_client(struct pair *p)
{
	struct conv *server = session_conv(p->server);

	session_hold(p->client,
	    !p->open || p->draining || p->decides != VERB_OTHER ||
		(server && conv_outstanding(server) >= UNANSWERED_MAX));
}

static void
pair_finish(struct pair *p)
{
	p->over = p->record->some_over = true;
	loop_kick(p->record->env->loop);
}

/* ---- from the server to the client */

static void
pair_answer(struct pair *p, struct span raw)
{
	session_reply(p->client, span_trim_end(raw, "\r\n"));
	if (conv_output(session_conv(p->client)).len < HELD_ABOVE)
		return;
	session_hold(p->server, true);		/* until the client has read */
	session_want_room(p->client);
}

static void
pair_hear_reply(struct pair *p, const struct event *e)
{
	const struct reply *r = e->answer.reply;
	struct conv *conv = session_conv(p->client);

	if (p->over || !conv)
		return;
	if (e->answer.verb == VERB_STARTTLS && r->code == 220 && p->record->opts.tls) {
		buf_release(&p->agreed);
		buf_append(&p->agreed, e->answer.raw);
		session_shake_hands(p->server);
		session_poke(p->server);
		return;
	}
	pair_answer(p, e->answer.raw);
	if (e->answer.verb == VERB_DATA && r->code == 354 && !e->answer.dot)
		conv_listen(conv, CONV_LISTEN_MESSAGE, 0);
	else if (r->code == 334)
		conv_listen(conv, CONV_LISTEN_ANSWER, 0);
	else if (e->answer.verb == VERB_AUTH)
		conv_listen(conv, CONV_LISTEN_COMMAND, 0);
	if (e->answer.verb == p->decides)
		p->decides = VERB_OTHER;
	p->open |= e->answer.banner;
	pair_pace_client(p);
	session_poke(p->client);
}

/* The server's TLS is up: now the client gets the 220, and the handshake shows our certificate. */
static void
pair_hear_tls(struct pair *p)
{
	if (buf_span(&p->agreed).len == 0)
		return;
	pair_answer(p, buf_span(&p->agreed));
	buf_consume(&p->agreed, buf_span(&p->agreed).len);
	pair_note(p, "TLS is intercepted here: the client sees a certificate made by smtpsh");
	session_shake_hands(p->client);
	p->decides = VERB_OTHER;
	pair_pace_client(p);
	session_poke(p->client);
}

/*
 * The server is gone: what the client still sends is dropped, until it has read all replies and
 * closes.
 */
static void
pair_let_go(struct pair *p)
{
	p->open = true;
	p->draining = false;
	p->decides = VERB_OTHER;
	if (p->parted_us == 0)
		p->parted_us = loop_now_us();
	if (session_view(p->client).state != SESSION_OPEN)
		return;
	session_hold(p->client, false);
	session_shut(p->client);
	session_poke(p->client);
}

static void
pair_on_server_event(void *ctx, const struct event *e)
{
	struct pair *p = ctx;

	p->heard_us = loop_now_us();
	transcript_event(p->transcript, e);
	switch (e->kind) {
	case EVENT_REPLY:
		pair_hear_reply(p, e);
		break;
	case EVENT_TLS:
		pair_hear_tls(p);
		break;
	case EVENT_PROBLEM: {
		struct arena arena = { 0 };
		pair_note(p, arena_string(&arena, e->text));
		arena_release(&arena);
		break;
	}
	case EVENT_STEP_ENDED:
		if ((e->step->op->traits & STEP_OPENS) && e->err != ERR_NONE && !p->open) {
			session_reply(
			    p->client, SPAN("421 4.4.1 smtpsh record: cannot connect to server"));
			pair_let_go(p);
		}
		break;
	case EVENT_CLOSED:
		pair_let_go(p);
		break;
	default:
		break;
	}
}

/* ---- from the client to the server */

/* Stops reading from the client while the server has too much unread. */
static void
pair_drain_if_full(struct pair *p)
{
	if (p->draining || conv_output(session_conv(p->server)).len < HELD_ABOVE)
		return;
	p->draining = true;
	session_push(p->server, &p->drain);
}

static enum progress
drain_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	session_want_room(s);
	return STEP_WAIT;
}

static enum progress
drain_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	struct pair *p = *(struct pair *const *)step->args;

	(void)s, (void)state;
	if (news->kind != NEWS_WRITABLE && news->kind != NEWS_CLOSED)
		return STEP_WAIT;
	p->draining = false;
	pair_pace_client(p);
	session_poke(p->client);
	return STEP_DONE;
}

static const struct step_op drain_op = { .name = "",
	.args = "",
	.help = "Wait for buffer space",
	.start = drain_start,
	.on_news = drain_heard };

static void
relay_line(struct pair *p, struct span line, bool answers)
{
	struct span args;
	unsigned long long octets;
	enum verb verb = answers ? VERB_AUTH : verb_of(line, &args);

	if (session_send(p->server, line) &&
	    (verb == VERB_AUTH || verb == VERB_DATA || verb == VERB_STARTTLS))
		p->decides = verb;
	if (verb == VERB_BDAT && span_number(span_word(&args), ~0ull, &octets))
		conv_listen(session_conv(p->client), CONV_LISTEN_OCTETS, octets);
}

/* Sends message data line by line, so that the script has lines. */
static void
relay_text(struct pair *p, struct span text)
{
	buf_append(&p->line, text);
	for (;;) {
		struct span all = buf_span(&p->line), rest = all, line;
		const char *lf = all.len ? memchr(all.at, '\n', all.len) : NULL;
		if (!lf && all.len < LINE_KEPT_MAX)
			return;
		span_line(&rest, &line);
		struct arena arena = { 0 };
		session_send_text(p->server, body_line(&arena, line));
		arena_release(&arena);
		buf_consume(&p->line, all.len - rest.len);
	}
}

static void
relay_end(struct pair *p)
{
	if (buf_span(&p->line).len > 0)
		relay_text(p, SPAN("\r\n"));
	session_send_text(p->server, BODY_END);
}

/*
 * Records the complete lines of a chunk, or a line that exceeds LINE_KEPT_MAX. over: the chunk has
 * ended.
 */
static void
relay_note_chunk(struct pair *p, bool over)
{
	struct span all = buf_span(&p->line);
	struct arena arena = { 0 };

	while (all.len > 0 && all.at[all.len - 1] != '\n' && !over &&
	    buf_span(&p->line).len < LINE_KEPT_MAX)
		all.len--;
	if (all.len == 0)
		return;
	struct event event = { .kind = EVENT_SENT, .at_us = loop_now_us() };
	event.sent.kind = SENT_TEXT;
	event.sent.text = session_starred(p->server, &arena, all);
	event.sent.octets = event.sent.text.len; /* line endings are part of it */
	transcript_event(p->transcript, &event);
	arena_release(&arena);
	buf_consume(&p->line, all.len);
}

static void
relay_chunk(struct pair *p, struct span text)
{
	conv_put(session_conv(p->server), text);
	buf_append(&p->line, text);
	relay_note_chunk(p, false);
}

static enum progress
relay_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	session_hold(s, true);		/* until the server has sent its greeting */
	return STEP_WAIT;
}

static enum progress
relay_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	struct pair *p = *(struct pair *const *)step->args;

	(void)s, (void)state;
	p->heard_us = loop_now_us();
	if (news->kind == NEWS_WRITABLE) {
		session_hold(p->server, false);
		session_poke(p->server);
		return STEP_WAIT;
	}
	if (news->kind == NEWS_CLOSED || session_view(p->server).state != SESSION_OPEN)
		return news->kind == NEWS_CLOSED ? STEP_DONE : STEP_WAIT;
	bool chunk = news->event && news->kind != NEWS_COMMAND &&
	    session_view(p->server).dialogue.mode != MODE_MESSAGE;
	switch (news->kind) {
	case NEWS_COMMAND:
		relay_line(p, news->event->text, news->event->kind == CONV_ANSWER);
		break;
	case NEWS_TEXT:
		if (chunk)
			relay_chunk(p, news->event->text);
		else
			relay_text(p, news->event->text);
		break;
	case NEWS_TEXT_END:
		if (chunk)
			relay_note_chunk(p, true);
		else
			relay_end(p);
		break;
	default:
		return STEP_WAIT;
	}
	pair_drain_if_full(p);
	pair_pace_client(p);
	session_poke(p->server);
	return STEP_WAIT;
}

static const struct step_op relay_op = { .name = "",
	.args = "",
	.help = "Relay what a client sends",
	.start = relay_start,
	.on_news = relay_heard };

static void
pair_on_client_event(void *ctx, const struct event *e)
{
	struct pair *p = ctx;

	if (e->kind == EVENT_CLOSED)
		pair_finish(p);
}

/* ---- pairs */

static void
pair_on_script(void *ctx, struct span text)
{
	struct pair *p = ctx;

	if (p->cut)
		return;
	if (p->record->held + text.len > RECORD_ALL_MAX) {
		p->cut = true;
		pair_note(
		    p, "the sessions are too long to be recorded in full: this script ends here");
	} else if (buf_append(&p->script, text)) {
		p->record->held += text.len;
	} else {
		p->cut = true;
		pair_note(p,
		    "the session is too long to be recorded in full: the script ends after 8 MiB");
	}
}

static void
pair_free(struct pair *p)
{
	struct err err = { 0 };

	if (buf_span(&p->script).len > 0 &&
	    !p->record->opts.write(p->record->opts.ctx, buf_span(&p->script), &err))
		pair_note(p, err.text);
	p->record->held -= buf_span(&p->script).len;
	p->record->npairs--;
	session_free(p->client);
	session_free(p->server);
	transcript_free(p->transcript);
	buf_release(&p->script);
	buf_release(&p->line);
	buf_release(&p->agreed);
	arena_release(&p->arena);
	free(p);
}

static void
record_on_idle(void *ctx, unsigned ready)
{
	struct record *r = ctx;

	(void)ready;
	if (!r->some_over)
		return;
	r->some_over = false;
	for (struct pair **at = &r->pairs; *at;) {
		struct pair *p = *at;
		if (!p->over) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		pair_free(p);
	}
}

static uint64_t
record_idle_ms(const struct record *r)
{
	return r->opts.idle_ms ? r->opts.idle_ms : RECORD_IDLE_MS;
}

/* One timer serves all clients, as in serve.c. */
static void
record_set_sweep(struct record *r)
{
	r->sweeping = r->pairs != NULL;
	if (r->sweeping)
		loop_timer_set(r->sweep, serve_sweep_ms(record_idle_ms(r)));
}

static void
record_on_sweep(void *ctx, unsigned ready)
{
	struct record *r = ctx;
	uint64_t now = loop_now_us();

	(void)ready;
	for (struct pair *p = r->pairs; p; p = p->next) {
		struct conv *conv = session_conv(p->client);
		bool silent = now - p->heard_us > record_idle_ms(r) * 1000;
		bool told = !conv || conv_output(conv).len == 0;
		if (p->parted_us && now - p->parted_us > SERVE_LINGER_MS * 1000 &&
		    (told || now - p->parted_us > record_idle_ms(r) * 1000)) {
			pair_finish(p);
		} else if (!p->parted_us && silent) {
			pair_note(p, "idle timeout exceeded");
			if (session_view(p->client).state == SESSION_OPEN)
				session_reply(p->client,
				    SPAN("421 4.4.2 smtpsh record: idle timeout exceeded"));
			pair_let_go(p);
			session_close(p->server, true);
		}
	}
	record_set_sweep(r);
}

void
record_client(struct record *r, int fd)
{
	unsigned most = r->opts.clients_max ? r->opts.clients_max : RECORD_CLIENTS_MAX;

	if (r->npairs >= most) {
		serve_turn_away(fd);
		return;
	}
	struct pair *p = memory_zeroed(sizeof *p);
	*p = (struct pair){ .record = r,
		.heard_us = loop_now_us(),
		.number = ++r->last_number,
		.client_opts = { .number = r->last_number },
		.server_opts = *r->opts.session,
		.script = { .max = RECORD_MAX },
		.line = { .max = RECORD_MAX },
		.agreed = { .max = 2 * CONV_REPLY_MAX } };
	p->server_opts.number = 1;
	/* no reply timeouts of our own: the client has its own */
	p->server_opts.timeouts.reply = p->server_opts.timeouts.dot = 0;
	p->back = p;
	p->step = (struct step){ .op = &relay_op, .args = &p->back };
	p->drain = (struct step){ .op = &drain_op, .args = &p->back };
	p->transcript = transcript_new(&(struct transcript_opts){ .write = pair_on_script,
	    .ctx = p,
	    .no_bodies = r->opts.no_bodies,
	    .times = r->opts.times,
	    .before = p->number - 1 });
	p->client = session_serve(
	    r->env, &p->client_opts, fd, r->opts.tls, pair_on_client_event, p, NULL);
	if (!p->client) {
		transcript_free(p->transcript);
		free(p);
		return;
	}
	p->server = session_new(r->env, &p->server_opts, pair_on_server_event, p);
	p->next = r->pairs;
	r->pairs = p;
	r->npairs++;
	if (!r->sweeping)
		record_set_sweep(r);
	session_push(p->client, &p->step);
	session_push(p->server, step_new_open(r->opts.to, &p->arena));
}

static void
record_on_accepted(void *ctx, int fd)
{
	record_client(ctx, fd);
}

struct record *
record_new(struct session_env *env, const struct record_opts *opts)
{
	struct record *r = memory_zeroed(sizeof *r);

	*r = (struct record){ .env = env, .opts = *opts };
	r->idle = loop_idle(env->loop, record_on_idle, r);
	r->sweep = loop_timer(env->loop, record_on_sweep, r);
	return r;
}

bool
record_listen(struct record *r, const struct addr *at, struct addr *bound, struct err *err)
{
	r->listener = listen_on(r->env->loop, at, record_on_accepted, r, err);
	if (r->listener && bound)
		*bound = *listen_addr(r->listener);
	return r->listener != NULL;
}

void
record_free(struct record *r)
{
	if (!r)
		return;
	listen_free(r->listener);
	loop_idle_free(r->idle);
	loop_timer_free(r->sweep);
	for (struct pair *p = r->pairs, *next; p; p = next) {
		next = p->next;
		p->over = true;
		pair_free(p);
	}
	free(r);
}
