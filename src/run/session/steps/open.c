/*
 * /open and /reopen - look up the target, connect, begin TLS if it is implicit, and wait for the
 * greeting; then EHLO and STARTTLS if the target says so.
 */
#include <errno.h>

#include "run/session/hello.h"
#include "run/session/steps/open.h"

enum { ELSEWHERE_MS = 1000 };

static bool
open_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct target *target = ARENA_NEW(arena, struct target);
	/* a command may have spaces */
	bool command = span_starts_case(c->rest, SPAN("pipe:"));
	struct span text = command ? span_trim(c->rest) : cursor_word(c),
		    port = command ? SPAN_NONE : cursor_word(c);

	step->args = target;
	if (command)
		c->rest = SPAN_NONE;
	if (text.len == 0)
		return cursor_fail(
		    c, err, "/open requires a target, such as /open mx1.example.org 25");
	return target_parse(target, text, port, 0, arena, err) && cursor_end(c, err);
}

/* If DANE is required, so is TLS. */
static enum target_tls
tls_mode(const struct session *s, const struct target *target)
{
	const struct session_opts *o = session_opts(s);
	enum target_tls mode = o->tls != TARGET_TLS_UNSET ? o->tls : target->tls;

	return o->dane == DANE_REQUIRE && (mode == TARGET_TLS_UNSET || mode == TARGET_TLS_TRY) ?
	    TARGET_TLS_STARTTLS :
	    mode;
}

static enum progress
open_await_greeting(struct session *s, struct open_state *state)
{
	state->stage = OPEN_BANNER;
	if (session_opts(s)->no_banner)
		return STEP_DONE;
	session_expect_greeting(s);
	return STEP_WAIT;
}

static enum progress
open_connected(struct session *s, struct open_state *state)
{
	if (state->tls != TARGET_TLS_IMPLICIT)
		return open_await_greeting(s, state);
	state->stage = OPEN_SHAKING;
	return session_shake_hands(s);
}

/* A script must not use pipe: unless that was allowed, since it runs a command. */
static enum progress
open_pipe(struct session *s, const struct step *step, struct open_state *state,
    const struct target *target)
{
	if (!place_is_user(step->place) && !session_opts(s)->allow_pipe)
		return session_fail(s, ERR_USAGE,
		    "pipe: is allowed only on the command line and at the prompt, because it runs "
		    "a command");
	session_set_target(s, target);
	return session_run_command(s, target->host) ? open_connected(s, state) : STEP_FAIL;
}

enum progress
open_target(struct session *s, const struct step *step, struct open_state *state,
    const struct target *target)
{
	struct session_env *env = session_env(s);
	char no_way[NO_WAY_SHOWN];
	struct err err;

	if (session_view(s).state == SESSION_OPEN)
		session_close(s, true);
	state->tls = tls_mode(s, target);
	if (session_no_way(s, target, no_way))
		session_note(s, "%s", no_way);
	if (target->kind == TARGET_PIPE)
		return open_pipe(s, step, state, target);
	const struct route *proxied = session_proxied_route(s, target);
	if (proxied)
		return open_along(s, state, proxied);
	if (target->kind != TARGET_DEMO) {
		session_find(s, target);
		return STEP_WAIT;
	}
	session_set_target(s, target);
	unsigned as = (session_view(s).lmtp ? DEMO_LMTP : 0) |
	    (state->tls == TARGET_TLS_IMPLICIT ? DEMO_TLS : 0);
	int fd = env->demo ? env->demo(env, as, &err) : -1;
	if (fd < 0)
		return session_fail(s, err.kind, "%s", err.text);
	if (env->demo_note)
		session_note(s, "%s", env->demo_note);
	env->demo_note = NULL;
	if (!session_over(s, fd, SPAN("demo.smtpsh.example"), env->demo_tls))
		return STEP_FAIL;
	return open_connected(s, state);
}

static enum progress
open_dial(struct session *s, struct open_state *state)
{
	const struct route_hop *hop = &state->route->hop[state->hop];
	const struct session_opts *o = session_opts(s);
	char host[ADDR_TEXT];

	for (size_t i = 0; i < hop->naddr; i++)
		if (!addr_is_allowed(o->allow, o->nallow, &hop->addr[i]))
			return session_fail(s, ERR_USAGE,
			    "connecting to %s is not permitted (--allow-target)",
			    addr_host(&hop->addr[i], host));
	state->stage = OPEN_DIALLING;
	session_dial(s, hop);
	return STEP_WAIT;
}

static enum progress
open_on_greeting(struct session *s, struct open_state *state, const struct news *news)
{
	if (news->failed != ERR_NONE)
		return session_refused(s, news);
	if (state->tls != TARGET_TLS_STARTTLS && state->tls != TARGET_TLS_TRY)
		return STEP_DONE;
	state->stage = OPEN_HELLO;
	enum progress progress = hello_begin(s, &state->hello, true);
	state->hello.optional = state->tls == TARGET_TLS_TRY;
	return progress;
}

enum progress
open_along(struct session *s, struct open_state *state, const struct route *route)
{
	state->tls = tls_mode(s, session_target(s));
	state->route = route;
	return open_dial(s, state);
}

/* Closes the connection, but keeps the route for /mx and /use. */
static enum progress
open_give_up(struct session *s)
{
	session_close(s, true);
	return STEP_FAIL;
}

/* Notes what the user may have meant by the target. */
static void
open_hint(struct session *s)
{
	struct span hint = session_target(s)->hint;

	if (hint.len > 0)
		session_note(s, "%.*s", SPAN_ARG(hint));
}

static enum progress
open_not_found(struct session *s, const struct err *err)
{
	session_fail_with(s, err);
	open_hint(s);
	return open_give_up(s);
}

static enum progress
open_failed(struct session *s, struct open_state *state, const struct err *err)
{
	const struct route *route = state->route;
	const char *what = !route->mx ? "connection failed" :
	    route->nhops == 1	      ? "connection to the only MX failed" :
					"connections to all MX hosts failed";

	struct err why;
	err_set(&why, ERR_CONNECT, "%s: %s", what, err->text);
	why.sys = err->kind == ERR_TIMEOUT ? ETIMEDOUT : err->sys;
	session_fail_with(s, &why);
	open_hint(s);
	if (route->asking) {
		state->stage = OPEN_ELSEWHERE;		/* wait a moment for its note */
		session_sleep(s, ELSEWHERE_MS);
		return STEP_WAIT;
	}
	if (route->elsewhere.len > 0)
		session_note(s, "mail for %.*s goes to %.*s: use @%.*s", SPAN_ARG(route->name),
		    SPAN_ARG(route->elsewhere), SPAN_ARG(route->name));
	return open_give_up(s);
}

static enum progress
open_start(struct session *s, const struct step *step, void *state)
{
	struct session_env *env = session_env(s);
	const struct target *target = step->args, *named = NULL;
	struct err err = { 0 };

	session_set_opener(s, step->place);
	if (env->named && place_is_user(step->place))
		named = env->named(env->named_ctx, target, &err);
	if (err.kind != ERR_NONE)
		return session_fail(s, err.kind, "%s", err.text);
	return open_target(s, step, state, named ? named : target);
}

static enum progress
reopen_start(struct session *s, const struct step *step, void *state)
{
	struct target target = *session_target(s);

	if (target.kind == TARGET_HOST && target.host.len == 0)
		return session_fail(s, ERR_USAGE, "no previous target: use /open TARGET");
	return open_target(s, step, state, &target);
}

enum progress
open_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct open_state *state = mem;

	(void)step;
	if (state->stage == OPEN_HELLO)
		return hello_on_news(s, &state->hello, news);
	if (state->stage == OPEN_ELSEWHERE)
		return open_give_up(s);
	switch (news->kind) {
	case NEWS_ROUTED:
		if (!news->route)
			return open_not_found(s, news->err);
		return open_along(s, state, news->route);
	case NEWS_CONNECTED:
		return open_connected(s, state);
	case NEWS_TLS_UP:
		return open_await_greeting(s, state);
	case NEWS_REPLY:
		return open_on_greeting(s, state, news);
	case NEWS_CLOSED:
		if (state->stage != OPEN_DIALLING)
			return STEP_FAIL;
		if (++state->hop < state->route->nhops)
			return open_dial(s, state);
		return open_failed(s, state, news->err);
	default:
		return STEP_FAIL;
	}
}

const struct step_op step_open = {
	.name = "open",
	.group = GROUP_CONNECTION,
	.args = "TARGET [PORT]",
	.help = "Connect and wait for the greeting",
	.traits = STEP_OPENS | STEP_NAMES_TARGET | STEP_CLIENT_ALONE,
	.state_size = sizeof(struct open_state),
	.parse = open_parse,
	.start = open_start,
	.on_news = open_on_news,
};

const struct step_op step_reopen = {
	.name = "reopen",
	.group = GROUP_CONNECTION,
	.args = "",
	.help = "Reconnect to the last target",
	.traits = STEP_OPENS | STEP_CLIENT_ALONE,
	.state_size = sizeof(struct open_state),
	.start = reopen_start,
	.on_news = open_on_news,
};

const struct step *
step_new_open(const struct target *target, struct arena *arena)
{
	struct step *step = ARENA_NEW(arena, struct step);

	*step = (struct step){ .op = &step_open, .text = target->text, .args = target };
	return step;
}
