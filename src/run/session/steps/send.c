/*
 * /send and /load - send one message: ask the user for what was not given; then EHLO if necessary,
 * MAIL, every RCPT, the message, and a verdict for each recipient.
 */
#include "run/session/steps/send.h"

#include <stdio.h>

#include "run/session/steps/send_impl.h"
#include "smtp/body.h"

enum { SEND_BODY_MAX = 1 << 20 };

/* ---- the target */

/* The args of a step that sends. */
struct send_args {
	const struct send_plan *plan;
	const struct target *target;	/* NULL: the session's */
	struct span name;		/* of a target, as typed; empty: none */
};

/*
 * Returns the target of /send NAME, with the options of that name. NULL: there is none, and the
 * reason was reported.
 */
static const struct target *
send_named(struct session *s, struct sending *st, struct span name)
{
	struct session_env *env = session_env(s);
	struct target typed = { .text = name };
	struct send_plan plan = { .last = SEND_DATA };
	struct err err = { 0 }, why = { 0 };
	const struct target *found = NULL;

	if (!env->is_named || !env->is_named(env->named_ctx, name)) {
		send_set(&plan, name, SPAN_NONE, &st->arena, &why);
		err_set(&err, ERR_USAGE, "%s; nor is it a name in the config file", why.text);
	} else if (session_view(s).state == SESSION_OPEN) {
		err_set(&err, ERR_USAGE,
		    "connected to %.*s: /close it first, or use /conn N for another session",
		    SPAN_ARG(session_view(s).host));
	} else {
		found = env->named(env->named_ctx, &typed, &err);
	}
	if (err.kind != ERR_NONE)
		session_fail_with(s, &err);
	/* cppcheck-suppress returnDanglingLifetime ; it points to neither of the arguments */
	return found;
}

/* ---- asking the user */

static enum progress send_prepare(struct session *, const struct step *, struct sending *);

/* Returns the prompt, such as "To [you@example.org]:". */
static const char *
send_question(struct session *s, struct sending *st)
{
	const struct session_env *env = session_env(s);
	const char *again = st->stage == AT_FROM ? env->sent.from : env->sent.to;
	bool known = env->sent.any && (st->stage == AT_FROM || st->stage == AT_TO);

	if (st->stage == AT_BODY)
		return buf_span(&st->body).len > 0 ? "Body, a lone dot ends it:" :
						     "Body (a lone dot ends it; /edit: in your "
						     "editor; empty: default):";
	if (st->stage == AT_SUBJECT)
		return "Subject (empty: default):";
	if (!known)
		return st->stage == AT_FROM ? "From (empty: null sender):" : "To:";
	snprintf(st->question, sizeof st->question,
	    "%s [%s]%s:", st->stage == AT_FROM ? "From" : "To",
	    st->stage == AT_FROM && !again[0] ? "<>" : again,
	    st->stage == AT_FROM && again[0] ? " (<>: null sender)" : "");
	return st->question;
}

static enum progress
send_ask(struct session *s, const struct step *step, struct sending *st)
{
	static const char *const what[] = {
		[AT_FROM] = "a sender: use from= or --from",
		[AT_TO] = "a recipient: use to= or --to",
		[AT_SUBJECT] = "a subject",
		[AT_BODY] = "a body",
	};
	bool all = !st->plan.from_given && !st->plan.file && st->plan.last == SEND_DATA &&
	    session_opts(s)->can_ask;

	if (st->stage == AT_FROM && st->plan.from_given)
		st->stage = AT_TO;
	if (st->stage == AT_TO && st->plan.message.nto > 0)
		st->stage = all ? AT_SUBJECT : AT_OPENING;
	if (st->stage >= AT_OPENING)
		return send_prepare(s, step, st);
	/* with a space, since the answer is typed on the same line */
	const char *text = arena_string(&st->arena,
	    arena_printf(&st->arena, "%s ", send_question(s, st)));
	return st->stage == AT_BODY ? session_ask_text(s, text, what[st->stage]) :
				      session_ask(s, text, false, what[st->stage]);
}

/*
 * Takes a line of the body, or the whole text from an editor. Returns whether the body has ended:
 * with a lone dot, or an empty first line, or the text from an editor.
 */
static bool
send_body_ended(struct sending *st, struct span text)
{
	struct span sofar = buf_span(&st->body);

	st->body.max = SEND_BODY_MAX;
	if (body_is_end(text) || (sofar.len == 0 && text.len == 0))
		return true;
	if (span_has(text, '\n')) {
		buf_append(&st->body, text);
		return true;
	}
	buf_append(&st->body, text);
	buf_append(&st->body, SPAN("\n"));
	return false;
}

static enum progress
send_answered(
    struct session *s, const struct step *step, struct sending *st, struct span text)
{
	struct err err = { 0 };
	struct compose *c = &st->plan.message;
	const struct session_env *env = session_env(s);
	struct span answer = span_trim(text);

	switch (st->stage) {
	case AT_FROM:
		if (answer.len == 0 && env->sent.any)
			answer = span_of(env->sent.from);
		if (send_set_sender(&st->plan, answer, &st->arena, &err))
			st->stage = AT_TO;
		break;
	case AT_TO:
		if (answer.len == 0 && env->sent.any)
			answer = span_of(env->sent.to);
		if (send_add_recipients(&st->plan, answer, &st->arena, &err) && c->nto > 0)
			st->stage = st->plan.from_given || st->plan.file ||
				st->plan.last != SEND_DATA ?
			    AT_OPENING :
			    AT_SUBJECT;
		break;
	case AT_SUBJECT:
		c->subject = arena_copy(&st->arena, answer);
		st->stage = AT_BODY;
		break;
	default:
		if (send_body_ended(st, text))
			st->stage = AT_OPENING;
		c->body = buf_span(&st->body);
		break;
	}
	if (err.kind)
		session_note(s, "%s", err.text);
	return send_ask(s, step, st);
}

/* ---- what comes before MAIL */

static enum progress send_go_on(struct session *, struct sending *);

static void
send_keep(char out[1001], struct span text)
{
	snprintf(out, 1001, "%.*s", SPAN_ARG(span_first(text, 1000)));
}

/* Remembers envelope sender and recipients, the defaults for the next /send of this process. */
static void
send_remember(struct session_env *env, const struct sending *st)
{
	const struct compose *c = &st->plan.message;
	struct buf to = { .max = sizeof env->sent.to - 1 };

	for (size_t i = 0; i < c->nto; i++)
		if (!buf_printf(&to, "%s%.*s", i ? ", " : "", SPAN_ARG(c->to[i])))
			break;
	env->sent.any = true;
	send_keep(env->sent.from, c->from);
	send_keep(env->sent.to, buf_span(&to));
	buf_release(&to);
}

/* Checks what can be checked without a connection: unreadable files, invalid header fields. */
static bool
send_try_message(struct session *s, struct sending *st)
{
	struct message tried = MESSAGE_NONE;
	struct err err = { 0 };

	if (st->plan.file || st->plan.last != SEND_DATA)
		return true;
	st->plan.message.helo = SPAN("localhost");
	bool ok = compose(&tried, &st->plan.message, &err);
	message_release(&tried);
	if (!ok)
		session_fail(s, err.kind, "%s", err.text);
	return ok;
}

static bool
send_try_file(struct session *s, const struct sending *st)
{
	struct err err = { 0 };
	int fd = file_open(st->plan.file, FILE_REGULAR, &err);

	if (fd < 0)
		session_fail(s, err.kind, "%s", err.text);
	file_close(fd);
	return fd >= 0;
}

static bool
send_make_message(struct session *s, struct sending *st)
{
	struct err err = { 0 };
	bool ok = true;

	st->made = true;
	st->plan.message.helo = session_domain(s);
	st->verdict = ARENA_ARRAY(&st->arena, struct verdict, st->plan.message.nto + 1);
	st->skipped = ARENA_ARRAY(&st->arena, bool, st->plan.message.nto + 1);
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
		    "%s has no empty line between header and body (RFC 5322 2.1); sending it "
		    "unchanged",
		    st->plan.file);
	if (ok && st->message.facts.long_line && !st->plan.binary)
		session_note(
		    s, "the message has a line of more than 998 octets (RFC 5321 4.5.3.1.6)");
	return ok;
}

/* Is called when everything has been asked: connects, if there is no connection, and goes on. */
static enum progress
send_prepare(struct session *s, const struct step *step, struct sending *st)
{
	struct err err;

	if (session_opts(s)->can_ask)
		send_remember(session_env(s), st);
	if (session_view(s).state == SESSION_OPEN)
		return send_go_on(s, st);
	if (!send_try_message(s, st) || (st->plan.file && !send_make_message(s, st)))
		return STEP_FAIL;
	const struct target *target = st->target;
	if (!target && session_target(s)->text.len > 0)
		target = session_target(s);
	if (!target) {
		struct span to = st->plan.message.to[0];
		if (!target_parse(&st->found, to, SPAN_NONE, 0, &st->arena, &err))
			return session_fail(s, err.kind, "%s", err.text);
		target = &st->found;
	}
	st->plan.prepare = true;
	st->stage = AT_OPENING;
	session_set_opener(s, step->place);
	struct target copy = *target;		/* opening overwrites the session's own */
	enum progress progress = open_target(s, step, &st->open, &copy);
	return progress == STEP_DONE ? send_go_on(s, st) : progress;
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
send_begin(struct session *s, const struct step *step, struct sending *st,
    const struct send_plan *plan)
{
	st->plan = *plan;
	st->message = MESSAGE_NONE;
	st->stage = st->plan.last <= SEND_AUTH ? AT_OPENING : AT_FROM;
	/*
	 * before anything is asked; but a file of the command line may be a pipe, which opens only
	 * once
	 */
	if (st->plan.file && !st->plan.prepare && !send_try_file(s, st))
		return STEP_FAIL;
	if (st->plan.last == SEND_MAIL && st->plan.from_given)
		st->stage = AT_OPENING;
	return st->stage == AT_OPENING ? send_prepare(s, step, st) : send_ask(s, step, st);
}

static enum progress
send_start(struct session *s, const struct step *step, void *mem)
{
	const struct send_args *args = step->args;
	struct sending *st = mem;

	st->target = args->name.len > 0 ? send_named(s, st, args->name) : args->target;
	if (args->name.len > 0 && !st->target)
		return STEP_FAIL;
	return send_begin(s, step, st, args->plan);
}

static enum progress
send_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct sending *st = mem;
	enum progress progress = STEP_FAIL;

	switch (st->stage) {
	case AT_FROM: case AT_TO: case AT_SUBJECT: case AT_BODY:
		return news->kind == NEWS_ANSWER ? send_answered(s, step, st, news->text) :
						   STEP_FAIL;
	case AT_OPENING:
		progress = open_on_news(s, step, &st->open, news);
		break;
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

/* Reports the verdicts so far: the user wants them all the more after a timeout. */
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
	buf_release(&st->body);
	arena_release(&st->arena);
}

/* A step with a target of its own, which it connects to. */
static const struct step_op step_send_there = {
	.name = "send",
	.group = GROUP_MESSAGE,
	.args = "",
	.help = "Connect and send a message",
	.traits = STEP_SENDS_MESSAGE,
	.verb = VERB_MAIL,
	.state_size = sizeof(struct sending),
	.start = send_start,
	.on_news = send_on_news,
	.cancel = send_cancel,
	.release = send_release,
};

/*
 * Returns whether the first word is a name: typed by the user, without "=" or "@", and not a flag.
 */
static bool
send_begins_with_name(const struct step *step, struct cursor c, struct span *name)
{
	const char *word;
	bool flag;

	*name = cursor_word(&c);
	if (name->len == 0 || span_has(*name, '=') || span_has(*name, '@') ||
	    !place_is_user(step->place))
		return false;
	for (size_t i = 0; (word = send_word(i, &flag)) != NULL; i++)
		if (span_eq(*name, span_of(word)))
			return false;
	return true;
}

static struct send_plan *
send_new_args(struct step *step, struct arena *arena, struct span name)
{
	struct send_plan *plan = ARENA_NEW(arena, struct send_plan);
	struct send_args *args = ARENA_NEW(arena, struct send_args);

	plan->last = SEND_DATA;
	*args = (struct send_args){ .plan = plan, .name = name };
	step->args = args;
	return plan;
}

static bool
send_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct span name;
	bool named = send_begins_with_name(step, *c, &name);

	if (named) {
		cursor_word(c);
		step->op = &step_send_there;
	}
	return send_parse_words(
	    send_new_args(step, arena, named ? name : SPAN_NONE), c, arena, err);
}

const struct step_op step_send = {
	.name = "send",
	.group = GROUP_MESSAGE,
	.args = "[SECTION] [from=A] [to=B,...] [WORD=VALUE...]",
	.help = "Send a message, to the target of a SECTION in the config file; prompt for "
		"anything not given",
	.traits = STEP_NEEDS_CONN | STEP_CONNECTS | STEP_NEEDS_COMMAND | STEP_SENDS_MESSAGE |
	    STEP_NAMES_FILES,
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
	struct send_plan *plan = send_new_args(step, arena, SPAN_NONE);
	struct span path = cursor_word(c);

	if (path.len == 0)
		return cursor_fail(c, err, "/load requires a file, such as /load mail.eml");
	plan->file = arena_string(arena, path);
	return send_parse_words(plan, c, arena, err);
}

const struct step_op step_load = {
	.name = "load",
	.group = GROUP_MESSAGE,
	.args = "FILE [from=A] [to=B,...] [WORD=VALUE...]",
	.help = "Send a message file unchanged",
	.traits = STEP_NEEDS_CONN | STEP_CONNECTS | STEP_NEEDS_COMMAND | STEP_SENDS_MESSAGE |
	    STEP_NAMES_FILE | STEP_NAMES_FILES,
	.state_size = sizeof(struct sending),
	.parse = load_parse,
	.start = send_start,
	.on_news = send_on_news,
	.cancel = send_cancel,
	.release = send_release,
};

/* ---- from the command line, with the target */

const struct step *
step_new_send(
    const struct send_plan *plan, const struct target *target, struct arena *arena)
{
	struct step *step = ARENA_NEW(arena, struct step);
	struct send_args *args = ARENA_NEW(arena, struct send_args);

	*args = (struct send_args){ .plan = plan, .target = target };
	*step = (struct step){ .op = &step_send_there, .text = SPAN("/send"), .args = args };
	return step;
}
