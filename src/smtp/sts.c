/* sts - parses the TXT record and the policy of MTA-STS. */
#include "smtp/sts.h"

#include <assert.h>

#include "base/ascii.h"

#define MAX_AGE_MOST 31557600	/* RFC 8461 3.2: a year */

static const char *const modes[] = {
	[STS_MODE_NONE] = "none", [STS_MODE_TESTING] = "testing", [STS_MODE_ENFORCE] = "enforce",
};

const char *
sts_mode_word(enum sts_mode mode)
{
	assert((size_t)mode < sizeof modes / sizeof *modes);
	return modes[mode];
}

static bool
is_alphanumeric(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is_alnum(s.at[i]))
			return false;
	return s.len > 0;
}

/*
 * sts-text-record = "v=STSv1" 1*(*WSP ";" *WSP sts-field) [*WSP ";" *WSP]
 * sts-id          = "id=" 1*32(ALPHA / DIGIT)
 */
bool
sts_record_parse(struct span text, struct span *id, const char **why)
{
	struct span version = span_trim(span_until(&text, ';'));

	*id = SPAN_NONE;
	*why = "it has no id";
	if (!span_eq(version, SPAN("v=STSv1"))) {
		*why = "it does not begin with \"v=STSv1;\"";
		return false;
	}
	while (text.len > 0) {
		struct span value = span_trim(span_until(&text, ';')),
			    key = span_until(&value, '=');
		if (!span_eq(key, SPAN("id")) || id->len > 0)
			continue;
		*why = "its id is not 1 to 32 letters and digits";
		if (!is_alphanumeric(value) || value.len > 32)
			return false;
		*id = value;
	}
	return id->len > 0;
}

static bool
is_pattern(struct span mx)
{
	if (span_starts(mx, SPAN("*.")))
		mx = span_skip(mx, 2);
	for (size_t i = 0; i < mx.len; i++)
		if (!is_alphanumeric((struct span){ mx.at + i, 1 }) && mx.at[i] != '.' &&
		    mx.at[i] != '-' && mx.at[i] != '_')
			return false;
	return mx.len > 0 && mx.len <= 255;
}

struct fields {
	bool version, mode, max_age;
};

/*
 * Adds a field to the policy. The first of a repeated field counts, except for mx; unknown fields
 * are ignored (RFC 8461 3.2). Returns what is wrong with it; NULL: nothing.
 */
static const char *
take_field(struct fields *have, struct sts_policy *p, struct span key, struct span value,
    struct arena *arena)
{
	unsigned long long seconds;

	if (span_eq(key, SPAN("version")) && !have->version) {
		have->version = true;
		return span_eq(value, SPAN("STSv1")) ? NULL : "its version is not STSv1";
	}
	if (span_eq(key, SPAN("mode")) && !have->mode) {
		have->mode = true;
		for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
			if (span_eq(value, span_of(modes[i]))) {
				p->mode = (enum sts_mode)i;
				return NULL;
			}
		return "its mode is not enforce, testing or none";
	}
	if (span_eq(key, SPAN("max_age")) && !have->max_age) {
		have->max_age = true;
		if (!span_number(value, MAX_AGE_MOST, &seconds))
			return "its max_age is not a number of seconds up to 31557600";
		p->max_age = seconds;
	}
	if (!span_eq(key, SPAN("mx")))
		return NULL;
	if (!is_pattern(value))
		return "one of its mx values is neither a host name nor \"*.\" and a host name";
	if (p->nmx == STS_MX_MAX)
		return "it has more than 256 mx lines";
	p->mx[p->nmx++] = arena_copy(arena, value);
	return NULL;
}

/* A policy has lines of "key: value", which end with LF or CRLF. */
bool
sts_policy_parse(struct span text, struct arena *arena, struct sts_policy *out, const char **why)
{
	struct fields have = { false, false, false };
	struct span line;

	*out = (struct sts_policy){ .mx = ARENA_ARRAY(arena, struct span, STS_MX_MAX) };
	while (span_line(&text, &line)) {
		struct span value = line, key = span_until(&value, ':');
		if (span_trim(line).len == 0)
			continue;
		*why = "one of its lines is not \"key: value\"";
		if (!span_has(line, ':') ||
		    (*why = take_field(&have, out, span_trim(key), span_trim(value), arena)))
			return false;
	}
	*why = !have.version				? "it has no version" :
	    !have.mode					? "it has no mode" :
	    !have.max_age				? "it has no max_age" :
	    out->mode != STS_MODE_NONE && out->nmx == 0 ? "it has no mx" :
							  NULL;
	return !*why;
}

bool
sts_policy_names(const struct sts_policy *p, struct span host)
{
	for (size_t i = 0; i < p->nmx; i++) {
		struct span mx = p->mx[i], rest = host;
		if (span_starts(mx, SPAN("*."))) {
			mx = span_skip(mx, 2);
			span_until(&rest, '.');
		}
		if (span_eq_case(mx, rest))
			return true;
	}
	return false;
}
