/*
 * mta_login - AUTH PLAIN and LOGIN (RFC 4954, RFC 4616), against accounts that open nothing. Who
 * logs in is noted whatever answers, and is answered here where no rule and no script does.
 */
#include "run/serve/mta_impl.h"

#include "base/base64.h"
#include "smtp/auth.h"
#include "smtp/mechanism.h"

static const struct mta_account shown[] = {
	{ SPAN_INIT(MTA_USER), SPAN_INIT(MTA_PASSWORD) },
	{ { NULL, 0 }, { NULL, 0 } },
};

bool
mta_is_account(const struct mta_account *a, struct span user, struct span password)
{
	for (; a->user.len; a++)
		if (span_eq(a->user, user) && span_eq(a->password, password))
			return true;
	return false;
}

/* Before a script any account will do, unless some are given. */
static bool
mta_login_is_known(const struct mta *m, struct span user, struct span password)
{
	return m->opts->accounts ? mta_is_account(m->opts->accounts, user, password) :
				   m->play || mta_is_account(shown, user, password);
}

/* The challenge that comes next; NULL: none, the user and the password are there. */
static const char *
mta_login_challenge(const struct mta_login *l)
{
	return l->served && l->n < MECHANISM_STEPS ? l->served->challenge[l->n] : NULL;
}

/* Of a mechanism that a plain server does not know there is no judging. */
static void
mta_login_judge(struct mta *m, struct span response)
{
	struct mta_login *l = &m->login;
	struct auth_credentials who = { 0 };
	struct span user = auth_user(span_of(l->mech), l->n, response);

	if (user.len > 0 && l->user.len == 0)		/* who answers without end is named once */
		l->user = arena_copy(&l->arena, user);
	l->due = LOGIN_WANTS_NOTHING;
	l->good = !l->served;
	if (l->served && l->n < MECHANISM_STEPS) {
		if (!l->served->take(&who, l->n, response))
			l->wrong = arena_string(&l->arena,
			    arena_printf(&l->arena, "501 5.5.2 %s wants %s", l->served->name,
				l->served->form));
		else if (who.authzid.len > 0 && !span_eq(who.authzid, who.user))
			l->wrong = "535 5.7.8 To act as another is not allowed";
		l->good = mta_login_is_known(m, l->user, who.password);
	}
	l->n++;
	if (!l->wrong && mta_login_challenge(l))
		l->due = LOGIN_WANTS_MORE;
}

static void
mta_login_response(struct mta *m, struct span line)
{
	struct span response = SPAN_NONE;
	struct arena arena = { 0 };

	m->login.wrong = NULL;
	if (span_eq(line, SPAN("=")) || base64_decode(&arena, line, &response)) {
		mta_login_judge(m, response);
	} else {
		m->login.wrong = "501 5.5.2 Not base64";
		m->login.due = LOGIN_WANTS_NOTHING;
	}
	arena_wipe(&arena);
}

void
mta_login_hear(struct mta *m, const struct act *act)
{
	struct mta_login *l = &m->login;

	if (act->kind == ACT_ANSWER && act->wrong) {
		l->wrong = "500 5.5.6 The line is too long or not one";
		l->due = LOGIN_WANTS_NOTHING;
	} else if (act->kind == ACT_ANSWER && span_eq(act->line, SPAN("*"))) {
		l->wrong = "501 5.7.0 Cancelled";
		l->due = LOGIN_WANTS_NOTHING;
	} else if (act->kind == ACT_ANSWER) {
		mta_login_response(m, act->line);
	} else if (act->kind == ACT_COMMAND && act->verb == VERB_AUTH) {
		struct span args = act->args, mech = span_word(&args);
		arena_reset(&l->arena);
		*l = (struct mta_login){ .arena = l->arena, .due = LOGIN_WANTS_ALL };
		l->mech = arena_string(&l->arena, mech);
		l->served = mechanism_named(mech);
		if (l->served && !l->served->take)
			l->served = NULL;
		if (args.len > 0)
			mta_login_response(m, args);
	}
}

bool
mta_login_is_right(const struct mta *m)
{
	return m->login.due == LOGIN_WANTS_NOTHING && m->login.good && !m->login.wrong;
}

static struct span
mta_login_unknown(struct mta *m)
{
	struct buf names = { .max = 200 };

	mechanisms_served(&names);
	struct span reply = arena_printf(&m->scratch,
	    "504 5.5.4 Mechanism not supported; offered are%.*s", SPAN_ARG(buf_span(&names)));
	buf_release(&names);
	return reply;
}

struct span
mta_login_reply(struct mta *m)
{
	struct mta_login *l = &m->login;
	const char *challenge = mta_login_challenge(l);

	if (l->wrong)
		return span_of(l->wrong);
	if (!l->served && l->withheld.len == 0)
		return mta_login_unknown(m);
	if (l->due != LOGIN_WANTS_NOTHING)
		return challenge ?
		    arena_printf(&m->scratch, "334 %.*s",
			SPAN_ARG(base64_encode(&m->scratch, span_of(challenge)))) :
		    SPAN("334 ");
	return l->good ? SPAN("235 2.7.0 Welcome") :
			 SPAN("535 5.7.8 Not a user or not the password");
}

struct span
mta_login_begin(struct mta *m, const struct act *act)
{
	if (m->d->authenticated)
		return SPAN("503 5.5.1 Logged in already");
	if (m->d->mail)
		return SPAN("503 5.5.1 Not within a message");
	if (m->d->hello == VERB_OTHER)
		return SPAN("503 5.5.1 EHLO first");
	if (act->args.len == 0)
		return SPAN("501 5.5.4 Want AUTH mechanism [initial-response]");
	return m->login.served ? mta_login_reply(m) : mta_login_unknown(m);
}

void
mta_login_withhold(struct mta *m, const struct act *act)
{
	if (act->kind != ACT_COMMAND || act->verb != VERB_AUTH || m->login.due != LOGIN_WANTS_ALL)
		return;
	for (struct mta_reply *r = m->out; r; r = r->next)
		if (r->verb == VERB_AUTH && reply_code(r) == 235) {
			m->login.withheld = arena_copy(&m->login.arena, r->text);
			r->text = arena_copy(&m->outs, mta_login_challenge(&m->login) ?
			    mta_login_reply(m) : SPAN("334 "));
		}
}

bool
mta_login_goes_on(struct mta *m, const struct act *act)
{
	struct mta_login *l = &m->login;
	struct span reply = l->withheld;

	if (act->kind != ACT_ANSWER || reply.len == 0)
		return false;
	if (l->wrong || l->due == LOGIN_WANTS_MORE ||
	    (m->opts->accounts && l->served && !l->good))
		reply = mta_login_reply(m);
	if (l->due == LOGIN_WANTS_NOTHING)
		l->withheld = SPAN_NONE;
	replies_say(m, reply, VERB_AUTH, false);
	return true;
}
