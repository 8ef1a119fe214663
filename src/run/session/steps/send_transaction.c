/* send_transaction - MAIL, every RCPT and the message, and a verdict for each recipient. */
#include "run/message/send_lines.h"
#include "run/session/steps/send_impl.h"
#include "smtp/parameter.h"
#include "smtp/queueid.h"

static struct span
send_first_line(struct arena *arena, const struct reply *reply)
{
	return arena_copy(arena, span_first(reply->line[0], 500));
}

static bool
send_is_accepted(const struct verdict *v)
{
	return v->code && v->failed == ERR_NONE;
}

/* Returns how many recipients were accepted. */
static size_t
send_accepted(const struct sending *st)
{
	size_t n = 0;

	for (size_t i = 0; i < st->plan.message.nto; i++)
		n += send_is_accepted(&st->verdict[i]);
	return n;
}

static enum fate
send_fate_by(enum err_kind failed, enum fate otherwise)
{
	return failed == ERR_NONE   ? FATE_ACCEPTED :
	    failed == ERR_TEMPORARY ? FATE_DEFERRED :
	    failed == ERR_REFUSED   ? FATE_REJECTED :
	    failed == ERR_UNKNOWN   ? FATE_UNKNOWN :
				      otherwise;
}

/*
 * Decides the fate of recipient i. The reply to RCPT decides for one that was not accepted; for the
 * others the reply to the end of the message does (their own in LMTP), or the reply that prevented
 * the message from being sent. `unknown`: the end was sent and not answered.
 */
static void
send_decide(struct sending *st, size_t i, bool unknown)
{
	struct verdict *v = &st->verdict[i];
	bool whole = st->final_code || st->final_failed;

	if (st->skipped[i])
		v->fate = FATE_NOT_TRIED;
	else if (st->withheld)
		v->fate = FATE_NOT_SENT;
	else if (v->ended)
		v->fate = send_fate_by(v->failed, FATE_UNKNOWN);
	else if (!v->code)
		v->fate = i < st->sent ? FATE_NOT_SENT : FATE_NOT_TRIED;
	/* without a clear reply its fate is unknown if the message was sent */
	else if (!send_is_accepted(v))
		v->fate = send_fate_by(v->failed,
		    unknown || (st->ended && st->final_failed == ERR_NONE) ? FATE_UNKNOWN :
									     FATE_NOT_SENT);
	else if (st->plan.last < SEND_DATA)
		v->fate = FATE_ACCEPTED;
	else if (unknown && (st->each || !st->ended))
		*v = (struct verdict){ .address = v->address, .fate = FATE_UNKNOWN };
	else if (whole)
		*v = (struct verdict){ .address = v->address,
			.fate = send_fate_by(st->final_failed, FATE_NOT_SENT),
			.code = st->final_code,
			.failed = st->final_failed,
			.text = st->final_text };
	else
		*v = (struct verdict){ .address = v->address, .fate = FATE_NOT_SENT };
}

/*
 * Returns the fate of the message as a whole: the first of unknown, accepted, deferred and rejected
 * that any recipient has, or else not sent; not tried if the transaction was to end earlier.
 */
static enum fate
send_whole_fate(const struct sending *st, size_t good, size_t unknown)
{
	enum fate fate = st->plan.last < SEND_DATA ? FATE_NOT_TRIED : FATE_NOT_SENT;
	bool deferred = false, rejected = false;

	for (size_t i = 0; i < st->plan.message.nto; i++) {
		deferred |= st->verdict[i].fate == FATE_DEFERRED;
		rejected |= st->verdict[i].fate == FATE_REJECTED;
	}
	if (st->plan.last < SEND_DATA)
		return fate;
	return unknown > 0 ? FATE_UNKNOWN :
	    good > 0	   ? FATE_ACCEPTED :
	    deferred	   ? FATE_DEFERRED :
	    rejected	   ? FATE_REJECTED :
			     fate;
}

enum err_kind
send_tell(struct session *s, struct sending *st)
{
	struct event event = { .kind = EVENT_DELIVERY };
	bool no_answer = session_view(s).fate_unknown && st->stage == AT_TRANSFER;
	size_t good = 0, unknown = 0, all = st->plan.message.nto;
	struct arena arena = { 0 };
	struct verdict *rcpt = ARENA_ARRAY(&arena, struct verdict, all + 1);

	for (size_t i = 0; i < all; i++) {
		send_decide(st, i, no_answer);
		good += st->verdict[i].fate == FATE_ACCEPTED;
		unknown += st->verdict[i].fate == FATE_UNKNOWN;
		rcpt[i] = st->verdict[i];
		rcpt[i].address = session_starred(s, &arena, rcpt[i].address);
	}
	event.delivery.from = session_starred(s, &arena, st->plan.message.from);
	event.delivery.rcpt = rcpt;
	event.delivery.nrcpts = all;
	event.delivery.accepted = good;
	event.delivery.unknown = unknown;
	event.delivery.fate = send_whole_fate(st, good, unknown);
	event.delivery.tried = st->plan.last == SEND_DATA;
	event.delivery.ended = st->ended || (st->plan.chunk > 0 && st->final_code);
	event.delivery.code = st->final_code;
	event.delivery.text = st->final_text;
	event.delivery.queue_id = st->queue_id;
	event.delivery.octets = st->message.facts.octets;
	event.delivery.took_us = loop_now_us() - st->begun_us;
	session_emit(s, &event);
	arena_release(&arena);
	/*
	 * Later replies could answer anything, and a program that gives a verdict must not rely on
	 * them.
	 */
	if (no_answer && session_opts(s)->careful)
		session_close(s, true);
	if (unknown > 0)
		return ERR_UNKNOWN;
	return st->failed != ERR_NONE && good > 0 ? ERR_RECIPIENTS : st->failed;
}

static enum progress
send_finish(struct session *s, struct sending *st)
{
	enum err_kind failed = send_tell(s, st);

	return failed == ERR_NONE ? STEP_DONE : session_failed(s, failed);
}

static void
send_note_failure(struct sending *st, const struct news *news)
{
	st->failed = err_worse(st->failed, news->failed);
}

static void
send_note_unoffered(struct session *s, enum verb verb, struct span params)
{
	for (struct span word = span_word(&params); word.len > 0; word = span_word(&params)) {
		struct span rest = word, name = span_until(&rest, '=');
		const struct parameter *known = parameter_find(verb, name);
		if (known && session_view(s).extensions && !session_offers(s, known->extension))
			session_note(s,
			    "%s is not offered (the server does not list %s); sending it anyway",
			    known->name, known->extension);
	}
}

/*
 * Returns which of the parameters that the message needs are offered, and notes those that are not.
 */
static struct send_adds
send_offered(struct session *s, struct sending *st)
{
	const struct message_facts *f = &st->message.facts;
	struct send_adds adds = send_adds(&st->plan, f);
	const struct extension *size = session_view(s).extensions ?
	    extensions_find(session_view(s).extensions, SPAN("SIZE")) :
	    NULL;
	unsigned long long limit;

	if (size && st->plan.last == SEND_DATA && span_number(size->params, ~0ull, &limit) &&
	    limit > 0 && f->octets > limit)
		session_note(s, "the message has %llu octets; the server accepts at most %llu",
		    (unsigned long long)f->octets, limit);
	adds.size &= size != NULL;
	if (adds.eight_bit && !session_offers(s, "8BITMIME")) {
		adds.eight_bit = false;
		session_note(s,
		    "the message has octets above 127 and 8BITMIME is not offered; sending it "
		    "unchanged");
	}
	if (adds.utf8 && !session_offers(s, "SMTPUTF8")) {
		adds.utf8 = false;
		session_note(s,
		    "an address or the header is in UTF-8 and SMTPUTF8 is not offered; sending it "
		    "unchanged");
	}
	return adds;
}

static struct span
send_domain_of(struct span address)
{
	size_t n = address.len;

	while (n > 0 && address.at[n - 1] != '@')
		n--;
	return span_skip(address, n);
}

/* Returns whether the next recipient is the first one in its domain. */
static bool
send_is_new_domain(const struct sending *st)
{
	const struct span *to = st->plan.message.to;

	for (size_t i = 0; i < st->sent; i++)
		if (span_eq_case(send_domain_of(to[i]), send_domain_of(to[st->sent])))
			return false;
	return true;
}

/* Notes that the next recipient is the first one beyond what LIMITS announces (RFC 9422 4). */
static void
send_note_limits(struct session *s, struct sending *st)
{
	unsigned long long max;

	if (!session_view(s).extensions)
		return;
	if (extensions_limit(session_view(s).extensions, "RCPTMAX", &max) && st->sent == max)
		session_note(s,
		    "the server accepts at most %llu recipient%s per message (LIMITS RCPTMAX), and "
		    "this one has %zu",
		    max, max == 1 ? "" : "s", st->plan.message.nto);
	if (extensions_limit(session_view(s).extensions, "RCPTDOMAINMAX", &max) &&
	    send_is_new_domain(st) && st->domains++ == max)
		session_note(s,
		    "the server accepts recipients in at most %llu domain%s (LIMITS RCPTDOMAINMAX)",
		    max, max == 1 ? "" : "s");
}

/* Returns the address in a line as it was sent: `planned` if it is the same. */
static struct span
send_address(struct sending *st, struct span line, struct span planned)
{
	struct span rest = line, address;

	span_until(&rest, '<');
	address = span_until(&rest, '>');
	return span_eq(address, planned) ? planned : arena_copy(&st->arena, address);
}

static bool
send_mail(struct session *s, struct sending *st)
{
	struct arena arena = { 0 };
	struct send_adds adds = send_offered(s, st);
	unsigned long long max;

	send_note_unoffered(s, VERB_MAIL, st->plan.mail_params);
	if (session_view(s).extensions &&
	    extensions_limit(session_view(s).extensions, "MAILMAX", &max) &&
	    session_dialogue(s)->mails >= max)
		session_note(s,
		    "the server accepts at most %llu message%s per connection (LIMITS MAILMAX)",
		    max, max == 1 ? "" : "s");
	send_note_unoffered(s, VERB_RCPT, st->plan.rcpt_params);
	struct span line = send_mail_line(&st->plan, adds, st->message.facts.octets, &arena);
	bool ok = session_send_asked(s, &line, NULL);
	st->plan.message.from = send_address(st, line, st->plan.message.from);
	arena_release(&arena);
	return ok;
}

static bool
send_rcpt(struct session *s, struct sending *st)
{
	struct arena arena = { 0 };

	send_note_limits(s, st);
	struct span line = send_rcpt_line(&st->plan, st->sent, &arena);
	bool ok = session_send_asked(s, &line, &st->skipped[st->sent]);
	struct verdict *v = &st->verdict[st->sent++];

	v->address = send_address(st, line, v->address);
	arena_release(&arena);
	return ok;
}

enum progress
send_begin_mail(struct session *s, struct sending *st)
{
	bool group = st->plan.pipeline && session_offers(s, "PIPELINING");

	if (st->plan.pipeline && !group)
		session_note(s, "PIPELINING is not offered: waiting for each reply");
	if (session_dialogue(s)->mail)
		return session_fail(s, ERR_USAGE,
		    "a transaction is already open: RSET aborts it, /body FILE sends its message");
	st->stage = AT_MAIL;
	st->begun_us = loop_now_us();
	if (st->plan.chunk > 0 && st->plan.last == SEND_DATA &&
	    !transfer_may_chunk(s, st->plan.forced)) {
		st->withheld = true;
		send_tell(s, st);
		return STEP_FAIL;
	}
	if (!send_mail(s, st))
		return STEP_FAIL;
	while (group && st->plan.last > SEND_MAIL && st->sent < st->plan.message.nto)
		if (!send_rcpt(s, st))
			return STEP_FAIL;
	if (group && st->plan.last == SEND_DATA && st->plan.chunk == 0) {
		st->data_sent = true;
		if (!session_send(s, SPAN("DATA")))
			return STEP_FAIL;
	}
	session_wait_reply(s, VERB_MAIL);
	return STEP_WAIT;
}

static void
send_on_refused(void *ctx, const struct news *news)
{
	struct sending *st = ctx;

	st->final_code = news->event->reply.code;
	st->final_failed = news->failed ? news->failed : ERR_PROTO;
	st->final_text = send_first_line(&st->arena, &news->event->reply);
	send_note_failure(st, news);
}

static void
send_on_final(void *ctx, unsigned n, const struct news *news)
{
	struct sending *st = ctx;
	const struct reply *reply = &news->event->reply;

	(void)n;
	st->ended = true;
	st->final_code = reply->code;
	st->final_failed = news->failed;
	st->final_text = send_first_line(&st->arena, reply);
	for (size_t i = 0; i < reply->nlines && news->failed == ERR_NONE && st->queue_id.len == 0;
	     i++)
		/* Exim has the queue ID in the last line */
		st->queue_id = arena_copy(&st->arena, queueid_find(reply->line[i]));
	send_note_failure(st, news);
	st->each |= st->transfer.replies > 1;		/* PRDR */
	if (!st->each)
		return;
	/* LMTP: one reply for each accepted recipient, in their order (RFC 2033 4.2). */
	while (
	    st->lmtp_next < st->plan.message.nto && !send_is_accepted(&st->verdict[st->lmtp_next]))
		st->lmtp_next++;
	if (st->lmtp_next < st->plan.message.nto)
		st->verdict[st->lmtp_next] = (struct verdict){
			.address = st->verdict[st->lmtp_next].address,
			.ended = true,
			.code = reply->code,
			.failed = news->failed,
			.text = st->final_text
		};
	st->lmtp_next++;
}

static enum progress
send_begin_transfer(struct session *s, struct sending *st)
{
	bool lmtp = session_dialogue(s)->hello == VERB_LHLO;
	size_t good = send_accepted(st);

	if (!st->data_sent && (good == 0 || st->plan.last < SEND_DATA))
		return send_finish(s, st);
	st->stage = AT_TRANSFER;
	st->each = lmtp;
	st->transfer = (struct transfer){
		.message = &st->message,
		.chunk = st->plan.chunk,
		.pipelined = st->plan.pipeline && session_offers(s, "PIPELINING"),
		.replies = good == 0 ? 0 :
		    lmtp	     ? (unsigned)good :
				       1,
		.refused = send_on_refused,
		.final = send_on_final,
		.ctx = st,
	};
	if (st->data_sent)
		session_wait_reply(s, VERB_DATA);
	return transfer_begin(s, &st->transfer, st->data_sent);
}

/* Sends the next RCPT or, if none is left, the message. */
static enum progress
send_next_rcpt(struct session *s, struct sending *st)
{
	while (st->sent < st->plan.message.nto) {
		if (!send_rcpt(s, st))
			return STEP_FAIL;
		if (!st->skipped[st->sent - 1])
			return STEP_WAIT;
	}
	return send_begin_transfer(s, st);
}

/* Returns whether replies to RCPT are outstanding; a skipped RCPT has none. */
static bool
send_awaits_rcpt(struct sending *st)
{
	while (st->answered < st->sent && st->skipped[st->answered])
		st->answered++;
	return st->answered < st->sent;
}

static enum progress
send_on_mail(struct session *s, struct sending *st, const struct news *news)
{
	const struct reply *reply = &news->event->reply;

	send_note_failure(st, news);
	st->mail_good = news->failed == ERR_NONE;
	if (!st->mail_good)
		for (size_t i = 0; i < st->plan.message.nto; i++)
			st->verdict[i] = (struct verdict){ .address = st->verdict[i].address,
				.code = reply->code,
				.failed = news->failed,
				.text = send_first_line(&st->arena, reply) };
	st->stage = AT_RCPT;
	if (send_awaits_rcpt(st)) {
		session_wait_reply(s, VERB_RCPT);
		return STEP_WAIT;
	}
	if ((!st->mail_good && !st->data_sent) || st->plan.last <= SEND_MAIL)
		return send_finish(s, st);
	return send_next_rcpt(s, st);
}

static enum progress
send_on_rcpt(struct session *s, struct sending *st, const struct news *news)
{
	const struct reply *reply = &news->event->reply;

	send_note_failure(st, news);
	send_awaits_rcpt(st);
	if (st->mail_good) {
		st->verdict[st->answered].code = reply->code;
		st->verdict[st->answered].failed = news->failed;
		st->verdict[st->answered].text = send_first_line(&st->arena, reply);
	}
	st->answered++;
	if (send_awaits_rcpt(st)) {
		session_wait_reply(s, VERB_RCPT);
		return STEP_WAIT;
	}
	return send_next_rcpt(s, st);
}

enum progress
send_on_reply(struct session *s, struct sending *st, const struct news *news)
{
	return st->stage == AT_MAIL ? send_on_mail(s, st, news) : send_on_rcpt(s, st, news);
}

enum progress
send_on_transfer(struct session *s, struct sending *st, const struct news *news)
{
	enum progress progress = transfer_on_news(s, &st->transfer, news);

	if (progress == STEP_WAIT)
		return STEP_WAIT;
	if (progress == STEP_FAIL)
		st->failed = err_worse(
		    st->failed, session_view(s).failed ? session_view(s).failed : ERR_PROTO);
	return send_finish(s, st);
}
