/* range - Nagios ranges: when a value is alarming. */
#include "run/probe/range.h"

#include <math.h>
#include <stdlib.h>

static bool
number(struct span s, double *out)
{
	char text[40], *end;

	if (s.len == 0 || s.len >= sizeof text)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!s.at[i] || !strchr("0123456789.-+", s.at[i]))
			return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	*out = strtod(text, &end);
	return *end == '\0';
}

bool
range_parse(struct range *r, struct span text, struct arena *arena, struct err *err)
{
	struct span rest = text;

	*r = (struct range){ .set = true, .high = INFINITY, .text = arena_copy(arena, text) };
	if (rest.len > 0 && rest.at[0] == '@') {
		r->inside = true;
		rest = span_skip(rest, 1);
	}
	bool two = span_has(rest, ':'), ok = rest.len > 0;
	if (two) {
		struct span low = span_until(&rest, ':');
		if (span_eq(low, SPAN("~")))
			r->low = -INFINITY;
		else if (low.len > 0)
			ok = number(low, &r->low);
	}
	if (rest.len > 0)
		ok = ok && number(rest, &r->high);
	if (ok && r->low <= r->high)
		return true;
	return err_set(err, ERR_USAGE,
	    "\"%.*s\" is not a range: expected 10, 10:, ~:10, 10:20 or @10:20",
	    SPAN_ARG(span_first(text, 60)));
}

bool
range_alerts(const struct range *r, double value)
{
	bool within = value >= r->low && value <= r->high;

	return r->set && within == r->inside;
}
