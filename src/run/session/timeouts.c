/* timeouts - the defaults, and how they are written. */
#include "run/session/options.h"

#include <stdio.h>

/* Those of RFC 5321 4.5.3.2, those for a user at a terminal (who has ^C), and those for scripts. */
const struct timeouts timeouts_rfc = { 30000, 30000, 120000, 300000, 300000, 600000, 300000 };
const struct timeouts timeouts_terminal = { 30000, 10000, 60000, 300000, 300000, 600000, 5000 };
const struct timeouts timeouts_default = { 30000, 10000, 30000, 60000, 60000, 600000, 5000 };

static const struct {
	const char *name;
	size_t at;
} phases[] = {
	{ "resolve", offsetof(struct timeouts, resolve) },
	{ "connect", offsetof(struct timeouts, connect) },
	{ "tls", offsetof(struct timeouts, tls) },
	{ "greeting", offsetof(struct timeouts, greeting) },
	{ "reply", offsetof(struct timeouts, reply) },
	{ "dot", offsetof(struct timeouts, dot) },
	{ "quit", offsetof(struct timeouts, quit) },
};

const char *
timeouts_phase(size_t i)
{
	return i < sizeof phases / sizeof *phases ? phases[i].name : NULL;
}

void
timeouts_show(const struct timeouts *t, char out[TIMEOUTS_SHOWN])
{
	uint64_t ms;
	size_t n = 0;

	for (size_t i = 0; i < sizeof phases / sizeof *phases && n < TIMEOUTS_SHOWN; i++) {
		memcpy(&ms, (const char *)t + phases[i].at, sizeof ms);
		bool whole = ms % 1000 == 0;
		n += (size_t)snprintf(out + n, TIMEOUTS_SHOWN - n, "%s%s=%llu%s", i ? " " : "",
		    phases[i].name, (unsigned long long)(whole ? ms / 1000 : ms),
		    whole ? "s" : "ms");
	}
}

bool
timeouts_parse(struct timeouts *t, struct span text, struct cursor *c, struct err *err)
{
	if (span_eq(text, SPAN("rfc"))) {
		*t = timeouts_rfc;
		return true;
	}
	if (text.len == 0)
		return cursor_fail(c, err, "expected a time, such as 10s, or PHASE=TIME");
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == ',' || text.at[i] == ' ') {
			struct span first = span_first(text, i),
				    rest = span_trim(span_skip(text, i + 1));
			return timeouts_parse(t, first, c, err) &&
			    (rest.len == 0 || timeouts_parse(t, rest, c, err));
		}

	struct span name = span_has(text, '=') ? span_until(&text, '=') : SPAN_NONE;
	bool known = name.len == 0;
	uint64_t ms;
	if (!cursor_milliseconds(c, text, &ms, err))
		return false;
	for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
		if (name.len == 0 || span_eq(name, span_of(phases[i].name))) {
			memcpy((char *)t + phases[i].at, &ms, sizeof ms);
			known = true;
		}
	return known ||
	    cursor_blame(c, name, err,
		"unknown phase \"%.*s\": expected resolve, connect, tls, greeting, reply, dot or "
		"quit",
		SPAN_ARG(span_first(name, 40)));
}
