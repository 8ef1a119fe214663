/* /send and /load - one message handed to the server: EHLO if due, MAIL, every RCPT, the message, a verdict for each. */
#include "run/send.h"

#include <stdio.h>

#include "run/login.h"
#include "run/steps/transfer.h"
#include "smtp/parameter.h"
#include "smtp/queueid.h"

enum stage { AT_FROM, AT_TO, AT_SUBJECT, AT_BODY, AT_HELLO, AT_TLS, AT_LOGIN, AT_MAIL, AT_RCPT, AT_TRANSFER };

struct state {
	struct send_plan plan;		/* with what was asked */
	enum stage stage;
	struct arena arena;
	struct message message;
	bool made;			/* ->message is open */
	struct hello hello;
	struct login login;
	struct transfer transfer;
	struct verdict *verdict;	/* a recipient each */
	size_t said, heard;		/* RCPTs */
	size_t lmtp_next;		/* whose reply to the message comes next */
	bool no_tls;			/* it was asked for already */
	bool data_said, mail_good;
	unsigned final_code;
	struct span final_text, queue_id;
	enum err_kind failed;		/* the first refusal's */
	uint64_t begun_us;		/* MAIL */
};

static enum progress go_on(struct session *, struct state *);

static struct span
first_line(struct arena *arena, const struct reply *reply)
{
	return arena_copy(arena, span_first(reply->line[0], 500));
}

/* ---- the end */

static size_t
accepted(const struct state *st)
{
	size_t n = 0;

	for (size_t i = 0; i < st->plan.message.nto; i++)
		n += st->verdict[i].code / 100 == 2;
	return n;
}

/* What the reply to the message says counts for each recipient that had been accepted; in LMTP each has its own already. */
static void
tell(struct session *s, struct state *st)
{
	struct event event = { .kind = EVENT_DELIVERY };

	event.delivery.from = st->plan.message.from;
	event.delivery.rcpt = st->verdict;
	event.delivery.nrcpts = st->plan.message.nto;
	event.delivery.accepted = st->final_code && st->final_code / 100 != 2 && st->transfer.replies <= 1 ? 0 : accepted(st);
	event.delivery.tried = st->plan.last == SEND_DATA;
	event.delivery.code = st->final_code;
	event.delivery.text = st->final_text;
	event.delivery.queue_id = st->queue_id;
	event.delivery.octets = st->message.facts.octets;
	event.delivery.took_us = loop_now_us() - st->begun_us;
	session_emit(s, &event);
}

static enum progress
finish(struct session *s, struct state *st)
{
	size_t good = accepted(st);

	tell(s, st);
	if (st->failed == ERR_NONE)
		return STEP_DONE;
	return session_failed(s, good > 0 && (st->final_code == 0 || st->final_code / 100 == 2 || st->transfer.replies > 1) ?
	    ERR_RECIPIENTS : st->failed);
}

static void
note_failure(struct state *st, const struct reply *reply)
{
	if (reply->code / 100 != 2 && st->failed == ERR_NONE)
		st->failed = reply->code / 100 == 4 ? ERR_TEMPORARY : reply->code / 100 == 5 ? ERR_REFUSED : ERR_PROTO;
}

/* ---- what is said */

static bool
has_param(struct span params, const char *name)
{
	for (struct span word = span_word(&params); word.len > 0; word = span_word(&params)) {
		struct span rest = word;
		if (span_eq_case(span_until(&rest, '='), span_of(name)))
			return true;
	}
	return false;
}

static bool
offers(struct session *s, const char *keyword)
{
	const struct extensions *e = session_view(s).extensions;
	return e && extensions_offer(e, keyword);
}

static void
note_unoffered(struct session *s, enum verb verb, struct span params)
{
	for (struct span word = span_word(&params); word.len > 0; word = span_word(&params)) {
		struct span rest = word, name = span_until(&rest, '=');
		const struct parameter *known = parameter_find(verb, name);
		if (known && session_view(s).extensions && !offers(s, known->extension))
			session_note(s, "%s is not offered (the server does not list %s); it is sent all the same", known->name,
			    known->extension);
	}
}

static bool
is_ascii(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] > 0x7F)
			return false;
	return true;
}

static bool
wants_utf8(const struct state *st)
{
	bool utf8 = st->message.facts.utf8_header || !is_ascii(st->plan.message.from);

	for (size_t i = 0; i < st->plan.message.nto; i++)
		utf8 |= !is_ascii(st->plan.message.to[i]);
	return utf8;
}

/* SIZE=, BODY= and SMTPUTF8, where they are offered and fit the message; what is missing is noted. */
static struct span
own_params(struct session *s, struct state *st, struct arena *arena)
{
	const struct message_facts *f = &st->message.facts;
	struct span given = st->plan.mail_params, out = SPAN_NONE;
	const struct extension *size = session_view(s).extensions ? extensions_find(session_view(s).extensions, SPAN("SIZE")) : NULL;
	unsigned long long limit;

	if (size && st->plan.last == SEND_DATA && span_number(size->params, ~0ull, &limit) && limit > 0 && f->octets > limit)
		session_note(s, "the message has %llu octets, the server takes %llu at most", (unsigned long long)f->octets, limit);
	if (size && !st->plan.no_size && st->plan.last == SEND_DATA && !has_param(given, "SIZE"))
		out = arena_printf(arena, " SIZE=%llu", (unsigned long long)f->octets);
	if (!st->plan.no_body && !has_param(given, "BODY")) {
		if (st->plan.binary)
			out = arena_printf(arena, "%.*s BODY=BINARYMIME", SPAN_ARG(out));
		else if (f->eight_bit && offers(s, "8BITMIME"))
			out = arena_printf(arena, "%.*s BODY=8BITMIME", SPAN_ARG(out));
		else if (f->eight_bit)
			session_note(s, "the message has octets above 127 and 8BITMIME is not offered; it is sent as it is");
	}
	if (wants_utf8(st) && !st->plan.no_body && !has_param(given, "SMTPUTF8")) {
		if (offers(s, "SMTPUTF8"))
			out = arena_printf(arena, "%.*s SMTPUTF8", SPAN_ARG(out));
		else
			session_note(s, "an address or the header is in UTF-8 and SMTPUTF8 is not offered; it is sent as it is");
	}
	return out;
}

static bool
say_mail(struct session *s, struct state *st)
{
	struct arena arena = { 0 };
	struct span own = own_params(s, st, &arena), given = st->plan.mail_params;

	note_unoffered(s, VERB_MAIL, given);
	note_unoffered(s, VERB_RCPT, st->plan.rcpt_params);
	bool ok = session_say(s, arena_printf(&arena, "MAIL FROM:<%.*s>%.*s%s%.*s", SPAN_ARG(st->plan.message.from), SPAN_ARG(own),
	    given.len ? " " : "", SPAN_ARG(given)));
	arena_release(&arena);
	return ok;
}

static bool
say_rcpt(struct session *s, struct state *st)
{
	struct arena arena = { 0 };
	struct span given = st->plan.rcpt_params;
	bool ok = session_say(s, arena_printf(&arena, "RCPT TO:<%.*s>%s%.*s", SPAN_ARG(st->plan.message.to[st->said]),
	    given.len ? " " : "", SPAN_ARG(given)));

	st->said++;
	arena_release(&arena);
	return ok;
}

static enum progress
begin_mail(struct session *s, struct state *st)
{
	bool group = st->plan.pipeline && offers(s, "PIPELINING");

	if (st->plan.pipeline && !group)
		session_note(s, "PIPELINING is not offered: each command waits for its reply");
	if (st->plan.chunk > 0 && !offers(s, "CHUNKING"))
		session_note(s, "CHUNKING is not offered: BDAT is tried all the same");
	if (session_dialogue(s)->mail)
		return session_fail(s, ERR_USAGE, "a transaction is open already: RSET drops it, /body FILE sends its message");
	st->stage = AT_MAIL;
	st->begun_us = loop_now_us();
	if (!say_mail(s, st))
		return STEP_FAIL;
	while (group && st->plan.last > SEND_MAIL && st->said < st->plan.message.nto)
		if (!say_rcpt(s, st))
			return STEP_FAIL;
	if (group && st->plan.last == SEND_DATA && st->plan.chunk == 0) {
		st->data_said = true;
		if (!session_say(s, SPAN("DATA")))
			return STEP_FAIL;
	}
	session_wait_reply(s, VERB_MAIL);
	return STEP_WAIT;
}

static void
on_final(void *ctx, unsigned n, const struct reply *reply)
{
	struct state *st = ctx;

	(void)n;
	st->final_code = reply->code;
	st->final_text = first_line(&st->arena, reply);
	for (size_t i = 0; i < reply->nlines && reply->code / 100 == 2 && st->queue_id.len == 0; i++)
		st->queue_id = arena_copy(&st->arena, queueid_find(reply->line[i]));	/* Exim names it in the last line */
	note_failure(st, reply);
	if (st->transfer.replies <= 1)
		return;
	/* LMTP: one for each that was accepted, in their order (RFC 2033 4.2). */
	while (st->lmtp_next < st->plan.message.nto && st->verdict[st->lmtp_next].code / 100 != 2)
		st->lmtp_next++;
	if (st->lmtp_next < st->plan.message.nto)
		st->verdict[st->lmtp_next] = (struct verdict){ st->verdict[st->lmtp_next].address, reply->code, st->final_text };
	st->lmtp_next++;
}

static enum progress
begin_transfer(struct session *s, struct state *st)
{
	bool lmtp = session_dialogue(s)->hello == VERB_LHLO;
	size_t good = accepted(st);

	if (!st->data_said && (good == 0 || st->plan.last < SEND_DATA))
		return finish(s, st);
	st->stage = AT_TRANSFER;
	st->transfer = (struct transfer){
		.message = &st->message, .chunk = st->plan.chunk, .pipelined = st->plan.pipeline && offers(s, "PIPELINING"),
		.replies = good == 0 ? 0 : lmtp ? (unsigned)good : 1, .final = on_final, .ctx = st,
	};
	if (st->data_said)
		session_wait_reply(s, VERB_DATA);
	return transfer_begin(s, &st->transfer, st->data_said);
}

/* ---- what is heard */

static enum progress
heard_mail(struct session *s, struct state *st, const struct reply *reply)
{
	note_failure(st, reply);
	st->mail_good = reply->code / 100 == 2;
	if (!st->mail_good)
		for (size_t i = 0; i < st->plan.message.nto; i++)
			st->verdict[i] = (struct verdict){ .address = st->verdict[i].address, .code = reply->code,
			    .text = first_line(&st->arena, reply) };
	st->stage = AT_RCPT;
	if (st->said > 0) {
		session_wait_reply(s, VERB_RCPT);
		return STEP_WAIT;
	}
	if (!st->mail_good || st->plan.last <= SEND_MAIL)
		return finish(s, st);
	return say_rcpt(s, st) ? STEP_WAIT : STEP_FAIL;
}

static enum progress
heard_rcpt(struct session *s, struct state *st, const struct reply *reply)
{
	note_failure(st, reply);
	if (st->mail_good) {
		st->verdict[st->heard].code = reply->code;
		st->verdict[st->heard].text = first_line(&st->arena, reply);
	}
	if (++st->heard < st->said) {
		session_wait_reply(s, VERB_RCPT);
		return STEP_WAIT;
	}
	if (st->said < st->plan.message.nto)
		return say_rcpt(s, st) ? STEP_WAIT : STEP_FAIL;
	return begin_transfer(s, st);
}

static enum progress
heard_transfer(struct session *s, struct state *st, const struct news *news)
{
	enum progress progress = transfer_heard(s, &st->transfer, news);

	if (progress == STEP_WAIT)
		return STEP_WAIT;
	if (progress == STEP_FAIL && news->kind == NEWS_REPLY && st->final_code == 0) {
		st->final_code = news->event->reply.code;
		st->final_text = first_line(&st->arena, &news->event->reply);
		note_failure(st, &news->event->reply);
	}
	if (progress == STEP_FAIL && st->failed == ERR_NONE)
		st->failed = session_view(s).failed ? session_view(s).failed : ERR_PROTO;
	return finish(s, st);
}

/* ---- before MAIL */

static bool
make_message(struct session *s, struct state *st)
{
	struct err err = { 0 };
	bool ok = true;

	st->made = true;
	st->plan.message.helo = span_of(session_helo(s));
	st->verdict = ARENA_ARRAY(&st->arena, struct verdict, st->plan.message.nto + 1);
	for (size_t i = 0; i < st->plan.message.nto; i++)
		st->verdict[i].address = st->plan.message.to[i];
	if (st->plan.file)
		ok = message_file(&st->message, st->plan.file, st->plan.binary, &err);
	else if (st->plan.last == SEND_DATA)
		ok = compose(&st->message, &st->plan.message, &err);
	if (!ok)
		session_fail(s, err.kind, "%s", err.text);
	else if (st->plan.file && st->message.facts.no_blank_line)
		session_note(s, "%s has no blank line between header and body (RFC 5322 2.1); it is sent as it is", st->plan.file);
	if (ok && st->message.facts.long_line && !st->plan.binary)
		session_note(s, "the message has a line of more than 998 octets (RFC 5321 4.5.3.1.6)");
	return ok;
}

static enum progress
go_on(struct session *s, struct state *st)
{
	static const struct login_args as_the_options_say;
	struct session_view v = session_view(s);

	if (!st->made && !make_message(s, st))
		return STEP_FAIL;
	if (st->plan.last == SEND_CONNECT)
		return STEP_DONE;
	if (v.dialogue.hello == VERB_OTHER) {
		st->stage = AT_HELLO;
		return hello_begin(s, &st->hello, false);
	}
	if (st->plan.last == SEND_EHLO)
		return STEP_DONE;
	bool clear = st->plan.prepare && !v.tls && session_opts(s)->tls != TARGET_TLS_OFF && session_target(s)->tls != TARGET_TLS_OFF;
	if (clear && !st->no_tls && offers(s, "STARTTLS")) {
		st->stage = AT_TLS;
		enum progress progress = hello_begin(s, &st->hello, true);
		st->hello.optional = !session_opts(s)->auth.wanted && session_opts(s)->tls == TARGET_TLS_UNSAID;
		st->no_tls = true;
		return progress;
	}
	if (st->plan.last == SEND_STARTTLS)
		return STEP_DONE;
	if (st->plan.prepare && session_opts(s)->auth.wanted && !v.dialogue.authenticated) {
		st->stage = AT_LOGIN;
		return login_begin(s, &st->login, &as_the_options_say);
	}
	return st->plan.last == SEND_AUTH ? STEP_DONE : begin_mail(s, st);
}

/* ---- asking */

static enum progress
ask(struct session *s, struct state *st)
{
	static const struct { const char *prompt, *what; } questions[] = {
		[AT_FROM] = { "From (empty: the null sender): ", "a sender: from= or --from gives it" },
		[AT_TO] = { "To: ", "a recipient: to= or --to gives it" },
		[AT_SUBJECT] = { "Subject (empty: a ready one): ", "a subject" },
		[AT_BODY] = { "Body (\\n begins a new line; /edit: in your editor; empty: a ready one): ", "a body" },
	};
	bool all = !st->plan.from_said && !st->plan.file && session_opts(s)->can_ask;

	if (st->stage == AT_FROM && st->plan.from_said)
		st->stage = AT_TO;
	if (st->stage == AT_TO && st->plan.message.nto > 0)
		st->stage = all ? AT_SUBJECT : AT_HELLO;
	if (st->stage >= AT_HELLO)
		return go_on(s, st);
	if (st->stage == AT_BODY)
		return session_ask_text(s, questions[AT_BODY].prompt, questions[AT_BODY].what);
	return session_ask(s, questions[st->stage].prompt, false, questions[st->stage].what);
}

static enum progress
heard_answer(struct session *s, struct state *st, struct span text)
{
	struct err err;
	struct compose *c = &st->plan.message;

	switch (st->stage) {
	case AT_FROM:
		c->from = arena_copy(&st->arena, span_trim(text));
		st->stage = AT_TO;
		break;
	case AT_TO:
		if (!send_add_recipients(&st->plan, text, &st->arena, &err))
			return session_fail(s, err.kind, "%s", err.text);
		st->stage = c->nto == 0 ? AT_TO : st->plan.from_said || st->plan.file ? AT_HELLO : AT_SUBJECT;
		break;
	case AT_SUBJECT:
		c->subject = arena_copy(&st->arena, span_trim(text));
		st->stage = AT_BODY;
		break;
	default:
		c->body = span_has(text, '\n') ? arena_copy(&st->arena, text) : send_unescape(&st->arena, text);
		st->stage = AT_HELLO;
		break;
	}
	return st->stage == AT_HELLO ? go_on(s, st) : ask(s, st);
}

/* ---- the step */

static enum progress
send_start(struct session *s, const struct step *step, void *mem)
{
	struct state *st = mem;

	st->plan = *(const struct send_plan *)step->args;
	st->message = MESSAGE_NONE;
	st->stage = st->plan.last <= SEND_AUTH ? AT_HELLO : AT_FROM;
	if (st->plan.last == SEND_MAIL && st->plan.from_said)
		st->stage = AT_HELLO;
	return st->stage == AT_HELLO ? go_on(s, st) : ask(s, st);
}

static enum progress
send_heard(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct state *st = mem;
	enum progress progress = STEP_FAIL;

	(void)step;
	switch (st->stage) {
	case AT_FROM: case AT_TO: case AT_SUBJECT: case AT_BODY:
		return news->kind == NEWS_ANSWER ? heard_answer(s, st, news->text) : STEP_FAIL;
	case AT_HELLO: case AT_TLS:
		progress = hello_heard(s, &st->hello, news);
		break;
	case AT_LOGIN:
		progress = login_heard(s, &st->login, news);
		break;
	case AT_TRANSFER:
		return heard_transfer(s, st, news);
	default:
		if (news->kind != NEWS_REPLY) {
			tell(s, st);
			return STEP_FAIL;
		}
		return st->stage == AT_MAIL ? heard_mail(s, st, &news->event->reply) : heard_rcpt(s, st, &news->event->reply);
	}
	return progress == STEP_DONE ? go_on(s, st) : progress;
}

static void
send_release(void *mem)
{
	struct state *st = mem;

	if (st->made)
		message_release(&st->message);
	transfer_release(&st->transfer);
	login_release(&st->login);
	arena_release(&st->arena);
}

static bool
send_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct send_plan *plan = ARENA_NEW(arena, struct send_plan);

	plan->last = SEND_DATA;
	step->args = plan;
	return send_parse_words(plan, c, arena, err);
}

const struct step_op step_send = {
	.name = "send",
	.group = GROUP_MESSAGE,
	.args = "[from=A] [to=B,...] [WORD=VALUE...]",
	.help = "Send a message: what is not said is asked for",
	.needs = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND,
	.state_size = sizeof(struct state),
	.parse = send_parse,
	.start = send_start,
	.heard = send_heard,
	.release = send_release,
};

static bool
load_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct send_plan *plan = ARENA_NEW(arena, struct send_plan);
	struct span path = cursor_word(c);

	plan->last = SEND_DATA;
	step->args = plan;
	if (path.len == 0)
		return cursor_fail(c, err, "/load wants a file, as in /load mail.eml");
	plan->file = arena_string(arena, path);
	return send_parse_words(plan, c, arena, err);
}

const struct step_op step_load = {
	.name = "load",
	.group = GROUP_MESSAGE,
	.args = "FILE [from=A] [to=B,...] [WORD=VALUE...]",
	.help = "Send a file as it is, octet for octet",
	.needs = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND,
	.state_size = sizeof(struct state),
	.parse = load_parse,
	.start = send_start,
	.heard = send_heard,
	.release = send_release,
};

const struct step *
step_new_send(const struct send_plan *plan, struct arena *arena)
{
	struct step *step = ARENA_NEW(arena, struct step);

	*step = (struct step){ .op = &step_send, .text = SPAN("/send"), .args = plan };
	return step;
}
