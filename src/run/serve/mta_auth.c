/* mta - AUTH PLAIN and LOGIN (RFC 4954, RFC 4616), against accounts that open nothing. */
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
end(struct session *s, struct mta *m, struct span reply)
{
	m->auth = MTA_NO_AUTH;
	conv_listen(session_conv(s), CONV_LISTEN_COMMAND, 0);
	dialogue_heard(m->d, VERB_AUTH, reply.at[0] == '2' ? 235 : 535);
	return mta_answer(s, m, reply);
}

static enum progress
ask(struct session *s, struct mta *m, int next, struct span challenge)
{
	m->auth = next;
	conv_listen(session_conv(s), CONV_LISTEN_ANSWER, 0);
	dialogue_heard(m->d, VERB_AUTH, 334);
	return mta_answer(s, m, challenge);
}

static enum progress
judge(struct session *s, struct mta *m, struct span user, struct span password)
{
	if (!mta_is_account(m->opts->accounts ? m->opts->accounts : shown, user, password)) {
		m->user = SPAN_NONE;
		return end(s, m, SPAN("535 5.7.8 Not a user or not the password"));
	}
	mta_keep(&m->user_mem, &m->user, user);
	return end(s, m, SPAN("235 2.7.0 Welcome"));
}

/* [authzid] NUL authcid NUL password */
static enum progress
plain(struct session *s, struct mta *m, struct span answer)
{
	unsigned nuls = 0;

	for (size_t i = 0; i < answer.len; i++)
		nuls += answer.at[i] == '\0';
	if (nuls != 2)
		return end(s, m, SPAN("501 5.5.2 PLAIN wants NUL user NUL password (RFC 4616 2)"));
	struct span as = span_until(&answer, '\0'), user = span_until(&answer, '\0');
	if (as.len > 0 && !span_eq(as, user))
		return end(s, m, SPAN("535 5.7.8 To act as another is not allowed"));
	return judge(s, m, user, answer);
}

static enum progress
understand(struct session *s, struct mta *m, struct span line)
{
	struct span answer = SPAN_NONE;
	struct arena arena = { 0 };
	enum progress progress;

	if (!span_eq(line, SPAN("=")) && !base64_decode(&arena, line, &answer)) {
		progress = end(s, m, SPAN("501 5.5.2 Not base64"));
	} else if (m->auth == MTA_AUTH_PLAIN) {
		progress = plain(s, m, answer);
	} else if (m->auth == MTA_AUTH_USER) {
		mta_keep(&m->user_mem, &m->user, answer);
		progress = ask(s, m, MTA_AUTH_PASSWORD, SPAN("334 UGFzc3dvcmQ6"));
	} else {
		progress = judge(s, m, m->user, answer);
	}
	arena_release(&arena);
	return progress;
}

/* `line` without a place is one that was no line at all. */
enum progress
mta_auth_answer(struct session *s, struct mta *m, struct span line)
{
	if (!line.at)
		return end(s, m, SPAN("500 5.5.6 The line is too long or not one"));
	if (span_eq(line, SPAN("*"))) {
		m->user = SPAN_NONE;
		return end(s, m, SPAN("501 5.7.0 Cancelled"));
	}
	return understand(s, m, line);
}

enum progress
mta_auth(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	struct span mechanism = span_word(&args);
	bool plain = span_eq_case(mechanism, SPAN("PLAIN"));

	(void)verb;
	if (m->d->hello == VERB_OTHER || m->d->mail || m->d->authenticated)
		return m->d->authenticated ? MTA_ANSWER(s, m, "503 5.5.1 Logged in already") :
		    m->d->mail		   ? MTA_ANSWER(s, m, "503 5.5.1 Not within a message") :
					     MTA_ANSWER(s, m, "503 5.5.1 EHLO first");
	if (mechanism.len == 0)
		return MTA_ANSWER(s, m, "501 5.5.4 Want AUTH mechanism [initial-response]");
	if (!plain && !span_eq_case(mechanism, SPAN("LOGIN")))
		return MTA_ANSWER(s, m, "504 5.5.4 There are PLAIN and LOGIN");
	m->auth = plain ? MTA_AUTH_PLAIN : MTA_AUTH_USER;
	if (args.len > 0)
		return understand(s, m, args);
	return plain ? ask(s, m, MTA_AUTH_PLAIN, SPAN("334 ")) :
		       ask(s, m, MTA_AUTH_USER, SPAN("334 VXNlcm5hbWU6"));
}
