/* mta - AUTH (RFC 4954) by what smtp/mechanism serves, against accounts that open nothing. */
#include "run/serve/mta_priv.h"

#include "base/base64.h"

static const struct mta_account shown[] = {
	{ SPAN_INIT(MTA_USER), SPAN_INIT(MTA_PASSWORD) }, { { NULL, 0 }, { NULL, 0 } },
};

bool
mta_is_account(const struct mta_account *a, struct span user, struct span password)
{
	for (; a->user.len; a++)
		if (span_eq(a->user, user) && span_eq(a->password, password))
			return true;
	return false;
}

static enum progress
auth_end(struct session *s, struct mta *m, struct span reply)
{
	m->auth = NULL;
	conv_listen(session_conv(s), CONV_LISTEN_COMMAND, 0);
	dialogue_heard(m->d, VERB_AUTH, reply.at[0] == '2' ? 235 : 535);
	return mta_answer(s, m, reply);
}

static enum progress
auth_challenge_next(struct session *s, struct mta *m, struct arena *arena)
{
	struct span challenge = base64_encode(arena, span_of(m->auth->challenge[m->responses]));

	conv_listen(session_conv(s), CONV_LISTEN_ANSWER, 0);
	dialogue_heard(m->d, VERB_AUTH, 334);
	return mta_answer(s, m, arena_printf(arena, "334 %.*s", SPAN_ARG(challenge)));
}

static enum progress
auth_judge(struct session *s, struct mta *m, struct span password)
{
	const struct mta_account *accounts = m->opts->accounts ? m->opts->accounts : shown;

	if (mta_is_account(accounts, m->user, password))
		return auth_end(s, m, SPAN("235 2.7.0 Welcome"));
	m->user = SPAN_NONE;
	return auth_end(s, m, SPAN("535 5.7.8 Not a user or not the password"));
}

/* What a response has is taken from it; then comes the next challenge, or the end. */
static enum progress
auth_response(struct session *s, struct mta *m, struct span line, struct arena *arena)
{
	struct auth_credentials who = { 0 };
	struct span response = SPAN_NONE;

	if (!span_eq(line, SPAN("=")) && !base64_decode(arena, line, &response))
		return auth_end(s, m, SPAN("501 5.5.2 Not base64"));
	if (!m->auth->take(&who, m->responses++, response))
		return auth_end(s, m,
		    arena_printf(arena, "501 5.5.2 %s wants %s", m->auth->name, m->auth->form));
	if (who.authzid.len > 0 && !span_eq(who.authzid, who.user))
		return auth_end(s, m, SPAN("535 5.7.8 To act as another is not allowed"));
	if (who.user.at)
		mta_keep(&m->user_mem, &m->user, who.user);
	if (m->responses < MECHANISM_STEPS && m->auth->challenge[m->responses])
		return auth_challenge_next(s, m, arena);
	return auth_judge(s, m, who.password);
}

/* `line` without a place is one that was no line at all. */
enum progress
mta_auth_answer(struct session *s, struct mta *m, struct span line)
{
	struct arena arena = { 0 };

	if (!line.at)
		return auth_end(s, m, SPAN("500 5.5.6 The line is too long or not one"));
	if (span_eq(line, SPAN("*"))) {
		m->user = SPAN_NONE;
		return auth_end(s, m, SPAN("501 5.7.0 Cancelled"));
	}
	enum progress progress = auth_response(s, m, line, &arena);
	arena_release(&arena);
	return progress;
}

static enum progress
auth_unknown(struct session *s, struct mta *m)
{
	struct buf reply = { .max = 200 };

	buf_append(&reply, SPAN("504 5.5.4 Mechanism not supported; offered are"));
	mechanisms_served(&reply);
	enum progress progress = mta_answer(s, m, buf_span(&reply));
	buf_release(&reply);
	return progress;
}

enum progress
mta_auth(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	struct arena arena = { 0 };
	struct span name = span_word(&args);
	const struct mechanism *mechanism = mechanism_named(name);

	(void)verb;
	if (m->d->hello == VERB_OTHER || m->d->mail || m->d->authenticated)
		return m->d->authenticated ? MTA_ANSWER(s, m, "503 5.5.1 Logged in already") :
		    m->d->mail		   ? MTA_ANSWER(s, m, "503 5.5.1 Not within a message") :
					     MTA_ANSWER(s, m, "503 5.5.1 EHLO first");
	if (name.len == 0)
		return MTA_ANSWER(s, m, "501 5.5.4 Want AUTH mechanism [initial-response]");
	if (!mechanism || !mechanism->take)
		return auth_unknown(s, m);
	m->auth = mechanism;
	m->responses = 0;
	m->user = SPAN_NONE;
	enum progress progress = args.len > 0 ? auth_response(s, m, args, &arena) :
						auth_challenge_next(s, m, &arena);
	arena_release(&arena);
	return progress;
}
