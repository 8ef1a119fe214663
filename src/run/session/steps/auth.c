/*
 * /auth - log in, with the mechanism given or the best one offered; the user is asked for what is
 * missing.
 */
#include "run/session/login.h"

/* Overwrites a password in the step's text, which lives as long as the step and may be shown. */
static void
auth_hide(struct span value)
{
	char *at;

	/* `value` is within step->text, which is in the arena and may be changed */
	memcpy(&at, &value.at, sizeof at);
	if (value.len > 0)
		memset(at, '*', value.len);
}

static bool
auth_word(
    struct login_args *a, struct cursor *c, struct span word, struct arena *arena, struct err *err)
{
	struct span value = word, name = span_until(&value, '=');

	if (span_eq(word, SPAN("insecure"))) {
		a->insecure = true;
	} else if (!span_has(word, '=')) {
		if (a->user.len)
			return cursor_fail(c, err,
			    "unexpected argument, not shown because it may be a password: expected "
			    "/auth [MECH] [USER]; the password is prompted for");
		*(a->mech.len ? &a->user : &a->mech) = word;
	} else if (span_eq(name, SPAN("user"))) {
		a->user = value;
	} else if (span_eq(name, SPAN("authzid"))) {
		a->authzid = value;
	} else if (span_eq(name, SPAN("password"))) {
		a->password.at = arena_string(arena, value);
		a->password.len = value.len;
		auth_hide(value);
	} else if (span_eq(name, SPAN("initial")) &&
	    (span_eq(value, SPAN("yes")) || span_eq(value, SPAN("no")))) {
		a->initial = span_eq(value, SPAN("yes")) ? LOGIN_INITIAL_YES : LOGIN_INITIAL_NO;
	} else {
		return cursor_fail(c, err,
		    "unknown setting: expected user=, password=, authzid=, initial=yes|no or "
		    "insecure");
	}
	return true;
}

static bool
auth_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct login_args *a = ARENA_NEW(arena, struct login_args);

	step->args = a;
	a->place = step->place;
	for (struct span word = cursor_word(c); word.len > 0; word = cursor_word(c))
		if (!auth_word(a, c, word, arena, err))
			return false;
	/* "/auth bob@example.org" names a user: no mechanism has an "@". */
	if (a->mech.len && !a->user.len && !mechanism_ours(a->mech) && span_has(a->mech, '@')) {
		a->user = a->mech;
		a->mech = SPAN_NONE;
	}
	return true;
}

static enum progress
auth_start(struct session *s, const struct step *step, void *state)
{
	static const struct login_args none;

	return login_begin(s, state, step->args ? step->args : &none);
}

static enum progress
auth_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step;
	return login_on_news(s, state, news);
}

static void
auth_release(void *state)
{
	login_release(state);
}

const struct step_op step_auth = {
	.name = "auth",
	.group = GROUP_IDENTITY,
	.args = "[MECH] [USER]",
	.help = "Log in; prompt for the password without echo",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND | STEP_LOGS_IN,
	.verb = VERB_AUTH,
	.state_size = sizeof(struct login),
	.parse = auth_parse,
	.start = auth_start,
	.on_news = auth_on_news,
	.release = auth_release,
};
