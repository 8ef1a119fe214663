/* functions - the functions that a text may call: {{plain user password}}, {{uuid}} … */
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/utc.h"
#include "run/script/text.h"
#include "smtp/auth.h"

/* Makes the initial response of a mechanism, or its response to the challenge of the last 334. */
static bool
make_response(struct script_vars *v, const char *mechanism, struct span arg[2], struct arena *arena,
    struct span *out, struct err *err)
{
	struct auth_credentials who = { .user = arg[0], .password = arg[1] };
	struct buf response = { .max = AUTH_RESPONSE_MAX };
	const struct mechanism *m = mechanism_ours(span_of(mechanism));
	const struct sasl *lib = m->respond ? NULL : sasl(err);
	struct span challenge = SPAN_NONE;

	if (!m->respond && !lib)
		return false;
	if (!(m->flags & AUTH_FIRST) &&
	    (v->challenge.len == 0 || !base64_decode(arena, v->challenge, &challenge)))
		return err_set(
		    err, ERR_USAGE, "{{cram-md5}} responds to a 334 challenge, but there was none");
	struct auth *auth = auth_new(m, &who, lib, err);
	bool ok = auth && auth_respond(auth, challenge, &response, err);
	if (ok)
		*out = base64_encode(arena, buf_span(&response));
	auth_free(auth);
	buf_release(&response);
	return ok;
}

static bool
make_plain(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	return make_response(v, "PLAIN", arg, arena, out, err);
}

static bool
make_b64(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	(void)v, (void)err;
	*out = base64_encode(arena, arg[0]);
	return true;
}

static bool
make_xoauth2(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	return make_response(v, "XOAUTH2", arg, arena, out, err);
}

static bool
make_cram(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	return make_response(v, "CRAM-MD5", arg, arena, out, err);
}

static bool
make_uuid(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	(void)v, (void)arg, (void)err;
	*out = value_make(TYPE_UUID, arena);
	return true;
}

static bool
make_now(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	char text[24];

	(void)v, (void)arg, (void)err;
	utc_now(text);
	*out = arena_copy(arena, span_of(text));
	return true;
}

static bool
make_date(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	(void)v, (void)arg, (void)err;
	*out = value_make(TYPE_DATE, arena);
	return true;
}

static bool
make_repeat(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	unsigned long long times;

	(void)v;
	if (!span_number(arg[0], FILLED_MAX, &times) || times * arg[1].len > FILLED_MAX)
		return err_set(err, ERR_USAGE,
		    "{{repeat N X}}: expected a number, and at most %d octets in total",
		    FILLED_MAX);
	char *mem = arena_get(arena, (size_t)times * arg[1].len + 1);
	for (size_t i = 0; arg[1].len > 0 && i < times; i++)
		memcpy(mem + i * arg[1].len, arg[1].at, arg[1].len);
	*out = (struct span){ mem, (size_t)times * arg[1].len };
	return true;
}

static bool
make_env(struct script_vars *v, struct span arg[2], struct arena *arena, struct span *out,
    struct err *err)
{
	const char *value = getenv(arena_string(arena, arg[0]));

	if (span_starts(arg[0], SPAN("SMTPSH_SECRET_")))
		return err_set(err, ERR_USAGE, "{{env %.*s}}: use /secret to read a secret",
		    SPAN_ARG(span_first(arg[0], 60)));
	if (!v->allow_env)
		return err_set(err, ERR_USAGE,
		    "{{env %.*s}}: scripts may read the environment only with --allow-env",
		    SPAN_ARG(span_first(arg[0], 60)));
	if (!value)
		return err_set(err, ERR_USAGE, "{{env %.*s}}: not set in the environment",
		    SPAN_ARG(span_first(arg[0], 60)));
	*out = span_of(value);
	return true;
}

const struct function functions[] = {
	{ "plain", "USER PASSWORD", "The initial response of AUTH PLAIN", 2, true, true, true,
	    make_plain },
	{ "b64", "X", "X in base64", 1, false, false, true, make_b64 },
	{ "login-user", "USER", "The user name as AUTH LOGIN sends it", 1, false, true, false,
	    make_b64 },
	{ "login-pass", "PASSWORD", "The password as AUTH LOGIN sends it", 1, true, true, true,
	    make_b64 },
	{ "cram-md5", "USER PASSWORD", "The response to the challenge of AUTH CRAM-MD5", 2, true,
	    true, true, make_cram },
	{ "xoauth2", "USER TOKEN", "The initial response of AUTH XOAUTH2", 2, true, true, true,
	    make_xoauth2 },
	{ "uuid", "", "A new UUID each time", 0, false, false, false, make_uuid },
	{ "now", "", "The current time in UTC, as 2026-01-31T12:00:00Z", 0, false, false, false,
	    make_now },
	{ "date-rfc5322", "", "The current time, as in a Date header", 0, false, false, false,
	    make_date },
	{ "repeat", "N X", "X, N times", 2, false, false, false, make_repeat },
	{ "env", "NAME", "An environment variable; only with --allow-env", 1, false, false, false,
	    make_env },
	{ .name = NULL },
};
