/* send_ask - what /send was not told is asked of the person. */
#include "run/session/steps/send_priv.h"

enum progress
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
	bool all = !st->plan.from_said && !st->plan.file && session_opts(s)->can_ask;

	if (st->stage == AT_FROM && st->plan.from_said)
		st->stage = AT_TO;
	if (st->stage == AT_TO && st->plan.message.nto > 0)
		st->stage = all ? AT_SUBJECT : AT_HELLO;
	if (st->stage >= AT_HELLO)
		return send_go_on(s, st);
	if (st->stage == AT_BODY)
		return session_ask_text(s, questions[AT_BODY].prompt, questions[AT_BODY].what);
	return session_ask(s, questions[st->stage].prompt, false, questions[st->stage].what);
}

enum progress
send_heard_answer(struct session *s, struct sending *st, struct span text)
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
		    st->plan.from_said || st->plan.file ? AT_HELLO :
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
