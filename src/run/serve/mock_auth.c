/*
 * mock - logins: who logs in is noted whatever answers, and is answered as a plain server would
 * where no script does.
 */
#include "run/serve/mock_priv.h"

#include "base/base64.h"
#include "run/serve/mta.h"
#include "smtp/auth.h"

static bool
is_known(const struct play *p, struct span user, struct span password)
{
	const struct mta_account *accounts = p->mock->opts.mta->accounts;

	return !accounts || mta_is_account(accounts, user, password);
}

/* The one that comes next; NULL: none, the user and the password are there. */
static const char *
challenge_of(const struct login *l)
{
	return l->served && l->n < MECHANISM_STEPS ? l->served->challenge[l->n] : NULL;
}

/* Of a mechanism that a plain server does not know there is no judging. */
static void
judge(struct play *p, struct span response)
{
	struct login *l = &p->login;
	struct auth_credentials who = { 0 };
	struct span user = auth_user(span_of(l->mech), l->n, response);

	if (user.len > 0 && l->user.len == 0)		/* who answers without end is named once */
		l->user = arena_copy(&l->arena, user);
	l->due = LOGIN_WANTS_NOTHING;
	l->good = !l->served;
	if (l->served && l->n < MECHANISM_STEPS) {
		l->bad = !l->served->take(&who, l->n, response);
		l->good = is_known(p, l->user, who.password);
	}
	l->n++;
	if (l->served && !l->bad && challenge_of(l))
		l->due = LOGIN_WANTS_MORE;
}

static void
hear_response(struct play *p, struct span line)
{
	struct span response = SPAN_NONE;

	p->login.bad = !span_eq(line, SPAN("=")) && !base64_decode(&p->scratch, line, &response);
	if (p->login.bad)
		p->login.due = LOGIN_WANTS_NOTHING;
	else
		judge(p, response);
}

static void
hear_auth(struct play *p, struct span line)
{
	struct login *l = &p->login;
	struct span args, mech;

	verb_of(line, &args);
	mech = span_word(&args);
	arena_reset(&l->arena);
	*l = (struct login){ .arena = l->arena, .due = LOGIN_WANTS_ALL };
	l->mech = arena_string(&l->arena, mech);
	l->served = mechanism_named(mech);
	if (l->served && !l->served->take)
		l->served = NULL;
	if (args.len > 0)
		hear_response(p, args);
}

void
login_hear(struct play *p, enum mock_what what, enum verb verb, struct span line)
{
	if (what == MOCK_COMMAND && verb == VERB_AUTH) {
		hear_auth(p, line);
	} else if (what == MOCK_ANSWER) {
		p->login.cancelled = span_eq(line, SPAN("*"));
		if (p->login.cancelled)
			p->login.due = LOGIN_WANTS_NOTHING;
		else
			hear_response(p, line);
	}
}

bool
login_is_right(const struct play *p)
{
	const struct login *l = &p->login;

	return l->due == LOGIN_WANTS_NOTHING && l->good && !l->bad && !l->cancelled;
}

struct span
login_reply(struct play *p)
{
	const struct login *l = &p->login;

	if (l->cancelled)
		return SPAN("501 5.7.0 Cancelled");
	if (!l->served && l->withheld.len == 0)
		return SPAN("504 5.5.4 Mechanism not supported");
	if (l->bad)
		return SPAN("501 5.5.2 Malformed response");
	if (l->due != LOGIN_WANTS_NOTHING)
		return arena_printf(&p->login.arena, "334 %.*s",
		    SPAN_ARG(base64_encode(&p->login.arena, span_of(challenge_of(l)))));
	return l->good ? SPAN("235 2.7.0 Welcome") :
			 SPAN("535 5.7.8 Not a user or not the password");
}

void
login_withhold(struct play *p, enum mock_what what, enum verb verb)
{
	if (what != MOCK_COMMAND || verb != VERB_AUTH || p->login.due != LOGIN_WANTS_ALL)
		return;
	for (struct mock_out *o = p->out; o; o = o->next)
		if (o->verb == VERB_AUTH && !o->silent && span_starts(o->text, SPAN("235"))) {
			p->login.withheld = arena_copy(&p->login.arena, o->text);
			o->text = !p->login.served ? SPAN("334 ") : login_reply(p);
		}
}

bool
login_goes_on(struct play *p, enum mock_what what)
{
	struct span reply = p->login.withheld;

	if (what != MOCK_ANSWER || reply.len == 0)
		return false;
	if (p->login.cancelled || p->login.bad || p->login.due == LOGIN_WANTS_MORE ||
	    (p->mock->opts.mta->accounts && p->login.served && !p->login.good))
		reply = login_reply(p);
	if (p->login.due == LOGIN_WANTS_NOTHING)
		p->login.withheld = SPAN_NONE;
	mock_say(p, reply, VERB_AUTH, false);
	return true;
}
