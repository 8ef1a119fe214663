/*
 * mta_login - AUTH (RFC 4954) with accounts that protect nothing. Mechanisms that send a password,
 * a token or a name are verified here, those that compute a proof by libgsasl (smtp/auth.h). The
 * exchange is followed even if a rule or a script answers it, and is answered here if none does.
 */
#include "run/serve/mta_impl.h"

#include "base/base64.h"
#include "smtp/auth.h"
#include "smtp/mechanism.h"

static const struct mta_account shown[] = {
	{ SPAN_INIT(MTA_USER), SPAN_INIT(MTA_PASSWORD) },
	{ { NULL, 0 }, { NULL, 0 } },
};

/* ---- accounts */

/* Finds an account. named false: any name will do, since a token may come without one. */
static const struct mta_account *
account_find(const struct mta_account *a, struct span user, struct span password, bool named)
{
	for (; a->user.len; a++)
		if ((!named || span_eq(a->user, user)) &&
		    (!password.at || span_eq(a->password, password)))
			return a;
	return NULL;
}

/* With a script any account is accepted, unless some are given. */
static bool
mta_login_takes_any(const struct mta *m)
{
	return m->play && !m->opts->accounts;
}

static const struct mta_account *
mta_login_accounts(const struct mta *m)
{
	return m->opts->accounts ? m->opts->accounts : shown;
}

/*
 * For libgsasl. If any account is accepted, each has the password MTA_PASSWORD: a server that must
 * prove that it knows the password needs one.
 */
static struct span
mta_login_password(void *ctx, struct span user)
{
	const struct mta *m = ctx;
	const struct mta_account *a;

	if (mta_login_takes_any(m))
		return SPAN(MTA_PASSWORD);
	a = account_find(mta_login_accounts(m), user, SPAN_NONE, true);
	return a ? a->password : SPAN_NONE;
}

/* ---- mechanisms */

/* Returns whether the mechanism can be verified on this connection. */
static bool
mta_login_can(const struct mta *m, const struct mechanism *mech)
{
	const struct tls_info *tls = session_view(m->s).tls;
	const struct sasl *lib = mech->flags & AUTH_JUDGED ? sasl(NULL) : NULL;

	if (!mechanism_is_served(mech) || ((mech->flags & AUTH_BOUND) && !tls))
		return false;
	return !(mech->flags & AUTH_JUDGED) || (lib && lib->serves(mech->name));
}

/* Returns whether it is offered if no script says what is: only if it can succeed. */
static bool
mta_login_offers(const struct mta *m, const struct mechanism *mech)
{
	const struct tls_info *tls = session_view(m->s).tls;

	if ((mech->flags & AUTH_MUTUAL) && mta_login_takes_any(m))
		return false;
	if (mech->kind == MECHANISM_OUTSIDE && !(tls && tls->client.len > 0))
		return false;
	return mta_login_can(m, mech);
}

void
mta_login_mechanisms(const struct mta *m, struct buf *out)
{
	const struct mechanism *mech;

	for (size_t i = 0; (mech = mechanism_row(i)); i++)
		if (mta_login_offers(m, mech))
			buf_printf(out, " %s", mech->name);
}

/*
 * Returns the mechanisms in all AUTH lines of the script's own reply to EHLO; .at NULL: there is no
 * such line. Old servers write AUTH=LOGIN.
 */
static struct span
mta_login_listed(struct mta *m)
{
	struct buf names = { .max = 2 * m->offers.len + 1 };
	struct span lines = m->offers, line;
	bool any = false;

	while (span_line(&lines, &line)) {
		line = span_skip(line, 4);
		struct span first = span_word(&line), keyword = span_until(&first, '=');
		if (!span_eq_case(keyword, SPAN("AUTH")))
			continue;
		any = true;
		for (; first.len > 0 || line.len > 0; first = span_word(&line))
			if (first.len > 0)
				buf_printf(&names, "%.*s ", SPAN_ARG(first));
	}
	struct span listed =
	    any ? arena_copy(&m->scratch, span_trim(buf_span(&names))) : SPAN_NONE;
	buf_release(&names);
	return any && !listed.at ? SPAN("") : listed;
}

/* Returns the mechanism; NULL: there is none of that name, or it is not offered. */
static const struct mechanism *
mta_login_mechanism(struct mta *m, struct span name)
{
	const struct mechanism *mech = mechanism_named(name);
	struct span listed = mta_login_listed(m);

	if (!mech || !mta_login_can(m, mech) || (listed.at && !auth_offered(listed, mech->name)))
		return NULL;
	return listed.at || m->offers.len > 0 || m->play || mta_login_offers(m, mech) ? mech : NULL;
}

/* ---- the current exchange */

void
mta_login_release(struct mta_login *l)
{
	if (l->exchange)
		l->lib->end(l->exchange);
	arena_wipe(&l->arena);
	*l = (struct mta_login){ 0 };
}

static void
mta_login_fails(struct mta_login *l, const char *wrong)
{
	l->wrong = wrong;
	l->due = LOGIN_WANTS_NOTHING;
}

#define MTA_LOGIN_BAD "535 5.7.8 Authentication credentials invalid"

static const char *
mta_login_malformed(struct mta_login *l)
{
	const char *form = l->served->form;

	return arena_string(&l->arena,
	    form ? arena_printf(
		       &l->arena, "501 5.5.2 %s response: expected %s", l->served->name, form) :
		   arena_printf(&l->arena, "501 5.5.2 Malformed %s response (%s)", l->served->name,
		       l->served->source));
}

/* Returns whether the server sends the first challenge, from here or from libgsasl. */
static bool
mta_login_speaks_first(const struct mechanism *mech)
{
	return !(mech->flags & AUTH_FIRST);
}

/* A script may accept any proof, unless the server must send one of its own. */
static bool
mta_login_passes(const struct mta *m, enum auth_verdict verdict)
{
	return verdict == AUTH_GOOD ||
	    (verdict == AUTH_BAD && mta_login_takes_any(m) &&
		!(m->login.served->flags & AUTH_MUTUAL));
}

/*
 * Passes the response to libgsasl. Once libgsasl has sent its last data (the server's proof, in
 * SCRAM and DIGEST-MD5), the client's empty response is still outstanding: in SMTP a 235 cannot
 * carry data for the mechanism.
 */
static void
mta_login_judge_proof(struct mta *m, struct span response)
{
	struct mta_login *l = &m->login;
	struct buf text = { .max = AUTH_RESPONSE_MAX };
	enum auth_verdict verdict;

	l->challenge = NULL;
	if (l->proved) {
		if (response.len > 0)
			mta_login_fails(l, mta_login_malformed(l));
		l->good = !l->wrong;
		l->due = LOGIN_WANTS_NOTHING;
		return;
	}
	verdict = l->lib->judge(l->exchange, response, &text);
	if (response.len == 0) /* libgsasl takes this for a client that has not begun */
		verdict = AUTH_MALFORMED;
	bool says = buf_span(&text).len > 0 && verdict < AUTH_BAD;
	if (says)
		l->challenge = arena_string(&l->arena, buf_span(&text));
	l->proved = says && verdict == AUTH_GOOD;
	l->good = !l->proved && mta_login_passes(m, verdict);
	l->due = l->proved || verdict == AUTH_GOES_ON ? LOGIN_WANTS_MORE : LOGIN_WANTS_NOTHING;
	if (verdict == AUTH_MALFORMED)
		mta_login_fails(l, mta_login_malformed(l));
	buf_release(&text);
}

/*
 * Returns whether the credentials are right. No one may act as another user here; see the caller.
 */
static bool
mta_login_is_known(struct mta *m, const struct auth_credentials *who)
{
	const struct tls_info *tls = session_view(m->s).tls;
	struct mta_login *l = &m->login;
	bool token = l->served->kind == MECHANISM_TOKEN;

	if (l->served->kind == MECHANISM_OUTSIDE) {
		struct span client = tls ? tls->client : SPAN_NONE;
		if (l->user.len == 0)
			l->user = arena_copy(&l->arena, client);
		return mta_login_takes_any(m) ||
		    (client.len > 0 &&
			(!m->opts->accounts ||
			    account_find(m->opts->accounts, l->user, SPAN_NONE, true)));
	}
	if (mta_login_takes_any(m))
		return true;
	struct span password = who->password.at ? who->password : SPAN("");
	const struct mta_account *a = account_find(
	    mta_login_accounts(m), l->user, password, !token || l->user.len > 0);
	if (a && l->user.len == 0)
		l->user = a->user;
	return a != NULL;
}

static void
mta_login_judge_response(struct mta *m, struct span response)
{
	struct mta_login *l = &m->login;
	struct auth_credentials who = { 0 };

	l->due = LOGIN_WANTS_NOTHING;
	l->challenge = NULL;
	if (l->failing) { /* the client's response to the reason */
		l->wrong = MTA_LOGIN_BAD;
		return;
	}
	if (!l->served->take(&who, l->n, response)) {
		mta_login_fails(l, mta_login_malformed(l));
		return;
	}
	if (l->n + 1 < MECHANISM_STEPS && l->served->challenge[l->n + 1]) {
		l->challenge = l->served->challenge[l->n + 1];
		l->due = LOGIN_WANTS_MORE;
		return;
	}
	l->good = mta_login_is_known(m, &who);
	if (who.authzid.len > 0 && !span_eq(who.authzid, who.user))
		mta_login_fails(l, "535 5.7.8 Authorization identity not permitted");
	else if (!l->good && l->served->failure) {
		l->failing = true;
		l->challenge = l->served->failure;
		l->due = LOGIN_WANTS_MORE;
	}
}

/* The response to a mechanism that the plain server does not know is taken to be right. */
static void
mta_login_judge(struct mta *m, struct span response)
{
	struct mta_login *l = &m->login;
	struct span user = auth_user(span_of(l->mech), l->n, response);

	if (user.len > 0 && l->user.len == 0) /* only the first response names the user */
		l->user = arena_copy(&l->arena, user);
	if (!l->served) {
		l->due = LOGIN_WANTS_NOTHING;
		l->good = true;
	} else if (l->exchange)
		mta_login_judge_proof(m, response);
	else
		mta_login_judge_response(m, response);
	l->n++;
}

static void
mta_login_response(struct mta *m, struct span line)
{
	struct span response = SPAN_NONE;
	struct arena arena = { 0 };

	m->login.wrong = NULL;
	if (span_eq(line, SPAN("=")) || base64_decode(&arena, line, &response))
		mta_login_judge(m, response);
	else
		mta_login_fails(&m->login, "501 5.5.2 Invalid base64 data");
	arena_wipe(&arena);
}

/*
 * Channel bindings are used only if a -PLUS mechanism is offered. Otherwise a client that supports
 * them, but was not offered any, would look like the victim of a downgrade attack (RFC 5802 6).
 */
static bool
mta_login_binds(struct mta *m)
{
	struct span listed = mta_login_listed(m);

	return (m->login.served->flags & AUTH_BOUND) ||
	    (listed.at ? span_find(listed, SPAN("-PLUS")).len > 0 : !mta_login_takes_any(m));
}

static void
mta_login_begins(struct mta *m, struct span mech)
{
	struct mta_login *l = &m->login;
	struct err err = { 0 };

	mta_login_release(l);
	l->due = LOGIN_WANTS_ALL;
	l->mech = arena_string(&l->arena, mech);
	l->served = mta_login_mechanism(m, mech);
	if (!l->served)
		return;
	l->challenge = l->served->challenge[0];
	if (!(l->served->flags & AUTH_JUDGED))
		return;
	l->server = (struct auth_server){
		.host = plain_host(m), .password = mta_login_password, .ctx = m
	};
	if (m->d->tls && m->tls_exporter.len + m->tls_unique.len == 0)
		session_bindings(m->s, &m->tls_exporter, &m->tls_unique);
	if (mta_login_binds(m)) {
		l->server.tls_exporter = m->tls_exporter;
		l->server.tls_unique = m->tls_unique;
	}
	l->lib = sasl(NULL);
	l->exchange = l->lib->accept(l->served, &l->server, &err);
	if (!l->exchange)
		mta_login_fails(l, "454 4.7.0 Temporary authentication failure");
	else if (mta_login_speaks_first(l->served)) {
		struct buf text = { .max = AUTH_RESPONSE_MAX };
		l->lib->judge(l->exchange, SPAN_NONE, &text);
		l->challenge = arena_string(&l->arena, buf_span(&text));
		buf_release(&text);
	}
}

void
mta_login_hear(struct mta *m, const struct act *act)
{
	struct mta_login *l = &m->login;

	if (act->kind == ACT_ANSWER && act->wrong) {
		mta_login_fails(l, "500 5.5.6 Authentication exchange line too long");
	} else if (act->kind == ACT_ANSWER && span_eq(act->line, SPAN("*"))) {
		mta_login_fails(l, "501 5.7.0 Cancelled");
	} else if (act->kind == ACT_ANSWER) {
		mta_login_response(m, act->line);
	} else if (act->kind == ACT_COMMAND && act->verb == VERB_AUTH) {
		struct span args = act->args, mech = span_word(&args);
		mta_login_begins(m, mech);
		if (args.len > 0 && l->exchange && mta_login_speaks_first(l->served))
			mta_login_fails(
			    l, "501 5.5.2 Mechanism does not support an initial response");
		else if (args.len > 0 && !l->wrong)
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
	struct buf names = { .max = 400 };
	struct span listed = mta_login_listed(m);

	if (listed.at && auth_offered(listed, m->login.mech))
		return arena_printf(&m->scratch,
		    "504 5.5.4 %s is offered, but this server cannot verify it", m->login.mech);
	if (listed.at)
		buf_printf(&names, " %.*s", SPAN_ARG(span_first(listed, 300)));
	else
		mta_login_mechanisms(m, &names);
	struct span reply = arena_printf(&m->scratch,
	    "504 5.5.4 Unrecognized authentication type; offered:%.*s", SPAN_ARG(buf_span(&names)));
	buf_release(&names);
	return reply;
}

struct span
mta_login_reply(struct mta *m)
{
	struct mta_login *l = &m->login;

	if (l->wrong)
		return span_of(l->wrong);
	if (!l->served && l->withheld.len == 0)
		return mta_login_unknown(m);
	if (l->due != LOGIN_WANTS_NOTHING)
		return l->challenge ?
		    arena_printf(&m->scratch, "334 %.*s",
			SPAN_ARG(base64_encode(&m->scratch, span_of(l->challenge)))) :
		    SPAN("334 ");
	return l->good ? SPAN("235 2.7.0 Welcome") : SPAN(MTA_LOGIN_BAD);
}

struct span
mta_login_begin(struct mta *m, const struct act *act)
{
	if (m->d->authenticated)
		return SPAN("503 5.5.1 Already authenticated");
	if (m->d->mail)
		return SPAN("503 5.5.1 AUTH not permitted during a mail transaction");
	if (m->d->hello == VERB_OTHER)
		return SPAN("503 5.5.1 Send EHLO first");
	if (act->args.len == 0)
		return SPAN("501 5.5.4 Syntax: AUTH mechanism [initial-response]");
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
			r->text = arena_copy(
			    &m->outs, m->login.challenge ? mta_login_reply(m) : SPAN("334 "));
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
