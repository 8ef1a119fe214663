/* /helo, /timeout, /tls, /early and /write - change the settings of this session. */
#include "run/session/session.h"

/* ---- /helo */

static bool
helo_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct span name = cursor_word(c);

	step->args = arena_string(arena, name);
	return (name.len > 0 || cursor_fail(c, err, "expected the EHLO name")) &&
	    cursor_end(c, err);
}

static enum progress
helo_start(struct session *s, const struct step *step, void *state)
{
	(void)state;
	session_change(s)->helo = arena_string(session_settings_arena(s), span_of(step->args));
	session_note(s, "EHLO name from now on: %s", session_opts(s)->helo);
	return STEP_DONE;
}

const struct step_op step_helo = {
	.name = "helo",
	.group = GROUP_IDENTITY,
	.args = "NAME",
	.help = "Set the EHLO name",
	.parse = helo_parse,
	.start = helo_start,
};

/* ---- /timeout */

static bool
timeout_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct span *text = ARENA_NEW(arena, struct span);
	struct timeouts tried = { 0 };

	step->args = text;
	*text = span_trim(c->rest);
	return timeouts_parse(&tried, *text, c, err);
}

static enum progress
timeout_start(struct session *s, const struct step *step, void *state)
{
	struct cursor nowhere = { 0 };
	char shown[TIMEOUTS_SHOWN];

	(void)state;
	timeouts_parse(
	    &session_change(s)->timeouts, *(const struct span *)step->args, &nowhere, NULL);
	timeouts_show(&session_opts(s)->timeouts, shown);
	session_note(s, "timeouts from now on: %s", shown);
	return STEP_DONE;
}

const struct step_op step_timeout = {
	.name = "timeout",
	.group = GROUP_SETTINGS,
	.args = "T | PHASE=T ... | rfc",
	.help = "Timeout for every phase, or per phase: resolve, connect, tls, greeting, reply, "
		"dot or quit",
	.parse = timeout_parse,
	.start = timeout_start,
};

/* ---- /tls */

static bool
tls_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct tls_settings *set = ARENA_NEW(arena, struct tls_settings);

	step->args = set;
	while (c->rest.len > 0)
		if (!tls_settings_read(set, cursor_word(c)))
			return cursor_fail(
			    c, err, "/tls: expected " TLS_SETTINGS_WORDS " or ca=FILE");
	return true;
}

static void
settings_show(struct session *s, bool now)
{
	const struct session_opts *o = session_opts(s);
	const struct tls_opts *t = &session_env(s)->tls;
	const struct tls_info *info = session_view(s).tls;

	session_note(s, "next handshake: verify=%s min=%s sni=%s ca=%s", verify_word(o->verify),
	    t->min_version ? t->min_version : "1.2", o->sni ? o->sni : "(the host)",
	    t->ca ? t->ca : "(system)");
	if (!now)
		return;
	if (info)
		session_note(s, "TLS is active: %.*s, %.*s; certificate %s; see /cert",
		    SPAN_ARG(info->version), SPAN_ARG(info->cipher),
		    info->verified ? "verifies" : "not verified");
	else if (session_view(s).state == SESSION_OPEN)
		session_note(s, "the connection is not encrypted; use /starttls");
}

/*
 * A script may require more than the command line does, but not less. What verifies only because of
 * the script does not permit sending secrets.
 */
static bool
may_script_set(struct session *s, const struct tls_settings *set, struct err *err)
{
	const char *min = session_env(s)->tls.min_version;
	bool lower = set->min.len > 0 && memcmp(set->min.at, min ? min : "1.2", 3) < 0;

	if (set->verify != VERIFY_UNSET && set->verify < session_opts(s)->verify)
		return err_set(err, ERR_USAGE,
		    "/tls verify=%s is weaker than the command line requires",
		    verify_word(set->verify));
	if (set->ca.len > 0 && session_opts(s)->verify > VERIFY_OFF)
		return err_set(err, ERR_USAGE,
		    "/tls ca= is not allowed in a script if --verify is used with the command "
		    "line's CA");
	if (lower && min)
		return err_set(err, ERR_USAGE, "/tls min=%.*s is lower than --min-tls %s",
		    SPAN_ARG(set->min), min);
	/* sni= sets sni_of_step instead */
	session_env(s)->distrusted |= lower || set->ca.len > 0;
	return true;
}

static enum progress
tls_start(struct session *s, const struct step *step, void *state)
{
	const struct tls_settings *set = step->args;
	struct arena *arena = session_settings_arena(s);
	struct err err;

	(void)state;
	if (!place_is_user(step->place) && !may_script_set(s, set, &err))
		return session_fail(s, err.kind, "%s", err.text);
	if (set->verify != VERIFY_UNSET)
		session_change(s)->verify = set->verify;
	if (set->sni.len > 0) {
		session_change(s)->sni = arena_string(arena, set->sni);
		session_change(s)->sni_of_step = true;
	}
	if (set->min.len > 0)
		session_change_tls(s)->min_version = arena_string(arena, set->min);
	if (set->ca.len > 0)
		session_change_tls(s)->ca = arena_string(arena, set->ca);
	settings_show(s,
	    set->verify == VERIFY_UNSET && set->sni.len + set->min.len + set->ca.len == 0);
	return STEP_DONE;
}

const struct step_op step_tls = {
	.name = "tls",
	.group = GROUP_TLS,
	.args = "[verify=off|chain|name] [min=VERSION] [sni=NAME] [ca=FILE]",
	.help = "Set TLS options for the next handshake; without arguments, show them",
	.parse = tls_parse,
	.start = tls_start,
};

/* ---- /early */

static enum progress
early_start(struct session *s, const struct step *step, void *state)
{
	(void)step, (void)state;
	session_change(s)->no_banner = true;
	if (session_view(s).state == SESSION_OPEN)
		session_note(s, "takes effect with the next connection; use /reopen");
	return STEP_DONE;
}

const struct step_op step_early = {
	.name = "early",
	.group = GROUP_WIRE,
	.args = "",
	.help = "Send before the greeting is received (tests early-talker detection)",
	.start = early_start,
};

/* ---- /write */

static bool
write_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct pace *pace = ARENA_NEW(arena, struct pace);

	step->args = pace;
	return pace_parse(pace, c, err);
}

static enum progress
write_start(struct session *s, const struct step *step, void *state)
{
	char shown[200];

	(void)state;
	session_change(s)->pace = *(const struct pace *)step->args;
	pace_show(&session_opts(s)->pace, shown, sizeof shown);
	session_note(s, "sending %s%s from now on",
	    pace_is_slow(&session_opts(s)->pace) ? "with " : "immediately",
	    pace_is_slow(&session_opts(s)->pace) ? shown : "");
	return STEP_DONE;
}

const struct step_op step_write = {
	.name = "write",
	.group = GROUP_WIRE,
	.args = PACE_SYNTAX,
	.help = "Send slowly from here on, or split at these positions",
	.parse = write_parse,
	.start = write_start,
};
