/*
 * /send and /load - one message handed to the server: what was not given is asked of the person;
 * then EHLO if it is due, MAIL, every RCPT, the message, a verdict for each.
 */
#include "run/session/steps/send.h"

#include "run/session/steps/send_impl.h"

/* ---- what is asked of the person */

static enum progress send_go_on(struct session *, struct sending *);

static enum progress
send_ask(struct session *s, struct sending *st)
{
	static const struct {
		const char *prompt, *what;
	} questions[] = {
		[AT_FROM] = { "From (empty: the null sender): ",
		    "a sender: from= or --from gives it" },
		[AT_TO] = { "To: ", "a recipient: to= or --to gives it" },
		[AT_SUBJECT] = { "Subject (empty: a ready one): ", "a subject" },
		[AT_BODY] = { "Body (\\n begins a new line; /edit: in your editor; empty: a ready "
			      "one): ",
		    "a body" },
	};
	bool all = !st->plan.from_given && !st->plan.file && session_opts(s)->can_ask;

	if (st->stage == AT_FROM && st->plan.from_given)
		st->stage = AT_TO;
	if (st->stage == AT_TO && st->plan.message.nto > 0)
		st->stage = all ? AT_SUBJECT : AT_HELLO;
	if (st->stage >= AT_HELLO)
		return send_go_on(s, st);
	if (st->stage == AT_BODY)
		return session_ask_text(s, questions[AT_BODY].prompt, questions[AT_BODY].what);
	return session_ask(s, questions[st->stage].prompt, false, questions[st->stage].what);
}

static enum progress
send_answered(struct session *s, struct sending *st, struct span text)
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
		st->stage = c->nto == 0			? AT_TO :
		    st->plan.from_given || st->plan.file ? AT_HELLO :
							  AT_SUBJECT;
		break;
	case AT_SUBJECT:
		c->subject = arena_copy(&st->arena, span_trim(text));
		st->stage = AT_BODY;
		break;
	default:
		c->body = span_has(text, '\n') ? arena_copy(&st->arena, text) :
						 send_unescape(&st->arena, text);
		st->stage = AT_HELLO;
		break;
	}
	return st->stage == AT_HELLO ? send_go_on(s, st) : send_ask(s, st);
}

/* ---- what comes before MAIL */

static bool
send_make_message(struct session *s, struct sending *st)
{
	struct err err = { 0 };
	bool ok = true;

	st->made = true;
	st->plan.message.helo = session_domain(s);
	st->verdict = ARENA_ARRAY(&st->arena, struct verdict, st->plan.message.nto + 1);
	for (size_t i = 0; i < st->plan.message.nto; i++)
		st->verdict[i].address = st->plan.message.to[i];
	if (st->plan.file)
		ok = message_file(&st->message, st->plan.file,
		    st->plan.prepare ? FILE_PIPE : FILE_REGULAR, st->plan.binary, &err);
	else if (st->plan.last == SEND_DATA)
		ok = compose(&st->message, &st->plan.message, &err);
	if (!ok)
		session_fail(s, err.kind, "%s", err.text);
	else if (st->plan.file && st->message.facts.no_blank_line)
		session_note(s,
		    "%s has no blank line between header and body (RFC 5322 2.1); it is sent as it "
		    "is",
		    st->plan.file);
	if (ok && st->message.facts.long_line && !st->plan.binary)
		session_note(
		    s, "the message has a line of more than 998 octets (RFC 5321 4.5.3.1.6)");
	return ok;
}

static enum progress
send_go_on(struct session *s, struct sending *st)
{
	static const struct login_args as_the_options_say;
	struct session_view v = session_view(s);

	if (!st->made && !send_make_message(s, st))
		return STEP_FAIL;
	if (st->plan.last == SEND_CONNECT)
		return STEP_DONE;
	if (v.dialogue.hello == VERB_OTHER) {
		st->stage = AT_HELLO;
		return hello_begin(s, &st->hello, false);
	}
	if (st->plan.last == SEND_EHLO)
		return STEP_DONE;
	bool clear = st->plan.prepare && !v.tls && session_opts(s)->tls != TARGET_TLS_OFF &&
	    session_target(s)->tls != TARGET_TLS_OFF;
	if (clear && !st->no_tls && session_offers(s, "STARTTLS")) {
		st->stage = AT_TLS;
		enum progress progress = hello_begin(s, &st->hello, true);
		st->hello.optional = !session_opts(s)->auth.wanted &&
		    session_opts(s)->tls == TARGET_TLS_UNSET;
		st->no_tls = true;
		return progress;
	}
	if (st->plan.last == SEND_STARTTLS)
		return STEP_DONE;
	if (st->plan.prepare && session_opts(s)->auth.wanted && !v.dialogue.authenticated) {
		st->stage = AT_LOGIN;
		return login_begin(s, &st->login, &as_the_options_say);
	}
	return st->plan.last == SEND_AUTH ? STEP_DONE : send_begin_mail(s, st);
}

static enum progress
send_start(struct session *s, const struct step *step, void *mem)
{
	struct sending *st = mem;

	st->plan = *(const struct send_plan *)step->args;
	st->message = MESSAGE_NONE;
	st->stage = st->plan.last <= SEND_AUTH ? AT_HELLO : AT_FROM;
	if (st->plan.last == SEND_MAIL && st->plan.from_given)
		st->stage = AT_HELLO;
	return st->stage == AT_HELLO ? send_go_on(s, st) : send_ask(s, st);
}

static enum progress
send_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct sending *st = mem;
	enum progress progress = STEP_FAIL;

	(void)step;
	switch (st->stage) {
	case AT_FROM: case AT_TO: case AT_SUBJECT: case AT_BODY:
		return news->kind == NEWS_ANSWER ? send_answered(s, st, news->text) : STEP_FAIL;
	case AT_HELLO: case AT_TLS:
		progress = hello_on_news(s, &st->hello, news);
		break;
	case AT_LOGIN:
		progress = login_on_news(s, &st->login, news);
		break;
	case AT_TRANSFER:
		return send_on_transfer(s, st, news);
	default:
		if (news->kind != NEWS_REPLY) {
			send_tell(s, st);
			return STEP_FAIL;
		}
		return send_on_reply(s, st, news);
	}
	return progress == STEP_DONE ? send_go_on(s, st) : progress;
}

/* The table is what a person waits for, and never more than when the wait was in vain. */
static void
send_cancel(struct session *s, const struct step *step, void *mem)
{
	struct sending *st = mem;

	(void)step;
	if (st->stage >= AT_MAIL)
		send_tell(s, st);
}

static void
send_release(void *mem)
{
	struct sending *st = mem;

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
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND | STEP_SENDS_MESSAGE | STEP_NAMES_FILES,
	.verb = VERB_MAIL,
	.state_size = sizeof(struct sending),
	.parse = send_parse,
	.start = send_start,
	.on_news = send_on_news,
	.cancel = send_cancel,
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
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND | STEP_SENDS_MESSAGE | STEP_NAMES_FILE |
	    STEP_NAMES_FILES,
	.state_size = sizeof(struct sending),
	.parse = load_parse,
	.start = send_start,
	.on_news = send_on_news,
	.cancel = send_cancel,
	.release = send_release,
};

const struct step *
step_new_send(const struct send_plan *plan, struct arena *arena)
{
	struct step *step = ARENA_NEW(arena, struct step);

	*step = (struct step){ .op = &step_send, .text = SPAN("/send"), .args = plan };
	return step;
}
