/* facts - what a session knows, for run/diagnosis, and the diagnoses of what it reports. */
#include "run/session/session_impl.h"

enum { SENT_LINE_MAX = 300 };

/* Returns the stage for what is waited for; that of a reply is its command's. */
static enum smtp_stage
stage_of_wait(enum wait wait, enum verb verb)
{
	static const enum smtp_stage of[] = {
		[WAIT_ROUTE] = AT_RESOLVE,
		[WAIT_CONNECT] = AT_CONNECT,
		[WAIT_PROXY] = AT_PROXY,
		[WAIT_TLS] = AT_TLS,
		[WAIT_TLSA] = AT_RESOLVE,
		[WAIT_POLICY] = AT_RESOLVE,
		[WAIT_GREETING] = AT_GREETING,
		[WAIT_END_OF_DATA] = AT_END_OF_DATA,
		[WAIT_ROOM] = AT_MESSAGE,
		[WAIT_PACED] = AT_MESSAGE,
		[WAIT_SECOND] = AT_OTHER,
	};

	if (wait == WAIT_REPLY)
		return smtp_stage_of(verb, false, false);
	return wait < sizeof of / sizeof *of && of[wait] != AT_ANY ? of[wait] : AT_OTHER;
}

void
session_facts(const struct session *s, struct facts *f, struct arena *arena)
{
	const struct route *route = s->link.route;
	char host[ADDR_TEXT];

	*f = (struct facts){
		.host = s->link.host,
		.dialogue = s->dialogue,
		.hellos = s->sent.hellos,
		.offered = s->offers.now,
		.clear = s->offers.of[OFFER_CLEAR],
		.early_talker = s->sent.early,
		.helo = span_of(s->offers.name),
		.implicit_tls = s->dialogue.tls && !s->dialogue.greeted,
		.sent = (struct span){ s->sent.line, s->sent.len },
		.outstanding = (unsigned)s->wire.nasked,
		.before_greeting = s->wire.conn && s->wire.octets_in == 0,
	};
	if (route && route->mx)
		f->domain = route->name;
	if (s->link.hop) {
		f->mx = route && route->mx;
		f->implicit_mx = route && route->implicit;
		f->preference = s->link.hop->preference;
	}
	if (s->wire.conn && s->opts->proxy.kind == PROXY_NONE) {
		f->port = addr_port(conn_peer(s->wire.conn));
		f->address = arena_copy(arena, span_of(addr_host(conn_peer(s->wire.conn), host)));
	} else if (s->state == SESSION_OPENING && s->link.hop && s->link.hop->naddr > 0) {
		f->port = addr_port(&s->link.hop->addr[0]);
		if (s->link.hop->naddr == 1)
			f->address = arena_copy(
			    arena, span_of(addr_host(&s->link.hop->addr[0], host)));
	}
	if (s->sent.verb == VERB_AUTH) {
		struct span rest = f->sent;
		span_word(&rest);
		f->mechanism = span_word(&rest);
		f->binding = f->mechanism.len > 5 && span_ends_case(f->mechanism, SPAN("-PLUS"));
	}
}

void
session_note_sent(struct session *s, enum verb verb, struct span shown)
{
	if (s->role != CONV_CLIENT || s->dialogue.mode == MODE_ANSWER)
		return;
	s->sent.early |= !s->dialogue.greeted && !s->dialogue.tls;
	s->sent.verb = verb;
	s->sent.len = shown.len < SENT_LINE_MAX ? shown.len : 0;
	if (s->sent.len > 0) {
		s->sent.line = memory_resize(s->sent.line, s->sent.len);
		memcpy(s->sent.line, shown.at, s->sent.len);
	}
}

/*
 * Sets the facts of a failure, without what EHLO offered, which is not its cause. Returns false in
 * the server role, which is not diagnosed.
 */
static bool
facts_of_failure(const struct session *s, struct facts *f, struct arena *arena)
{
	if (s->role != CONV_CLIENT)
		return false;
	session_facts(s, f, arena);
	f->offered = f->clear = NULL;
	return true;
}

/* Returns a list, of which the first diagnosis is the cause of the reply. */
const struct diagnosis *
session_diagnose_reply(struct session *s, const struct receipt *r, const struct reply *shown,
    struct arena *arena)
{
	struct facts f;

	if (s->role != CONV_CLIENT || r->event.late || r->asked.due.stage == DUE_FURTHER)
		return NULL;
	/*
	 * A server may send 421 at any time. Any other unsolicited reply shifts the ones after it.
	 */
	bool unsolicited = r->surprise && shown->code != 421;
	if (!unsolicited && shown->code / 100 != 4 && shown->code / 100 != 5)
		return NULL;
	session_facts(s, &f, arena);
	f.unsolicited = unsolicited;
	f.reply = shown;
	f.verb = r->asked.due.verb;
	f.stage = r->surprise ? AT_ANY :
				smtp_stage_of(f.verb, r->greeting, due_is_message(&r->asked.due));
	if (!r->greeting && s->sent.verb != f.verb)
		f.sent = SPAN_NONE;		/* in a group, it answers another line */
	if (f.verb != VERB_AUTH)
		f.mechanism = SPAN_NONE;
	f.clear = NULL;				/* what is offered is no cause of a reply */
	/* the greeting shows which software does not know EHLO */
	struct span first = span_of(s->sent.greeting);
	struct reply greeting = { .code = 220, .line = &first, .nlines = 1 };
	if (f.stage == AT_EHLO && first.len > 0)
		f.greeting = &greeting;
	return diagnose(&f, arena);
}

const struct diagnosis *
session_diagnose_err(struct session *s, const struct err *err, struct arena *arena)
{
	struct facts f;
	bool early;

	if (!facts_of_failure(s, &f, arena))
		return NULL;
	f.stage = stage_of_wait(s->wait, s->wait_verb);
	facts_of_err(&f, err->kind, err->cause, err->sys, err->alert);
	if (err->kind == ERR_DNS)
		facts_of_route(&f, &s->link.target, s->link.lost);
	if (f.handshake != SHAKE_UNKNOWN) {
		f.implicit_tls = !s->dialogue.greeted;
		f.octets = s->wire.conn ? conn_plain(s->wire.conn, &early) : SPAN_NONE;
	}
	/* The handshake succeeded, but its result was not accepted. */
	if (err->kind == ERR_TLS && f.handshake == SHAKE_UNKNOWN && s->secure.tls) {
		f.tls = s->secure.tls;
		f.dane = secure_dane(&s->secure);
		f.verify = true;
	}
	if (f.injected && s->wire.conv)
		f.octets = conv_pending(s->wire.conv);
	f.octets = session_shown(s, f.octets);
	return diagnose(&f, arena);
}

const struct diagnosis *
session_diagnose_silence(struct session *s, const struct silence *silence, struct arena *arena)
{
	struct facts f;

	if (!facts_of_failure(s, &f, arena))
		return NULL;
	f.stage = stage_of_wait(silence->wait, silence->verb);
	f.end = END_TIMED_OUT;
	f.waited_ms = silence->ms;
	f.fate_known = wire_in_doubt(&s->wire) == 0;
	f.octets = silence->pending;
	f.pieces = silence->pieces;
	return diagnose(&f, arena);
}

const struct diagnosis *
session_diagnose_octets(struct session *s, struct span octets, struct arena *arena)
{
	struct facts f;

	if (!facts_of_failure(s, &f, arena))
		return NULL;
	f.stage = s->dialogue.greeted ? AT_OTHER : AT_GREETING;
	f.octets = octets;
	return diagnose(&f, arena);
}

/* Returns the first diagnosis of a list with one of two causes. NULL: none. */
static const struct diagnosis *
first_of(const struct diagnosis *d, enum cause a, enum cause b)
{
	while (d && d->cause != a && d->cause != b)
		d = d->next;
	return d;
}

const struct diagnosis *
session_diagnose_greeting(struct session *s, const struct reply *r, struct arena *arena)
{
	struct facts f;

	if (!facts_of_failure(s, &f, arena))
		return NULL;
	f.greeting = r;
	return first_of(diagnose(&f, arena), CAUSE_GREETING_MASKED, CAUSE_NOT_SMTP);
}

const struct diagnosis *
session_diagnose_extensions(struct session *s, const struct extensions *e, struct arena *arena)
{
	struct facts f;

	if (s->role != CONV_CLIENT || s->dialogue.tls)
		return NULL;
	session_facts(s, &f, arena);
	f.offered = f.clear = e;
	return first_of(diagnose(&f, arena), CAUSE_STARTTLS_STRIPPED, CAUSE_STARTTLS_STRIPPED);
}

const struct diagnosis *
session_diagnose_dane(struct session *s, struct arena *arena)
{
	struct facts f;

	session_facts(s, &f, arena);
	f.dane = s->secure.dane;
	if (s->secure.starttls_refused) {
		f.stage = AT_STARTTLS;
		f.reply = s->offers.last_reply;
	}
	const struct diagnosis *d = diagnose(&f, arena);
	while (d && (d->cause < CAUSE_DANE_MISMATCH || d->cause > CAUSE_DANE_UNKNOWN))
		d = d->next;
	return d;
}

const struct diagnosis *
session_diagnose_close(
    struct session *s, const struct event *closed, bool message_lost, struct arena *arena)
{
	struct facts f;
	bool rejected = s->offers.last_reply && s->offers.last_reply->code / 100 >= 4 &&
	    s->wire.got_421;

	if (closed->closed.by == CLOSED_BY_US || closed->closed.expected || rejected ||
	    !facts_of_failure(s, &f, arena))
		return NULL;
	f.stage = closed->closed.wait == WAIT_NOTHING ?
	    AT_ANY :
	    stage_of_wait(closed->closed.wait, closed->closed.verb);
	f.end = closed->closed.by == CLOSED_RESET ? END_RESET :
	    closed->closed.by == CLOSED_TRUNCATED ? END_TRUNCATED :
						    END_CLOSED;
	f.fate_known = !message_lost;
	if (f.stage == AT_GREETING)
		f.waited_ms = (loop_now_us() - s->link.up_us) / 1000;
	f.octets = closed->closed.rest;
	return diagnose(&f, arena);
}
