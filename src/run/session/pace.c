/* pace - the pace at which output is sent. */
#include "run/session/pace.h"

#include <stdio.h>

#include "base/ascii.h"

enum { PACE_GAP_MS = 20 };

static bool
rate_is_wrong(const struct cursor *c, struct span word, struct err *err)
{
	return cursor_blame(c, word, err, "expected octets and a time, such as 1/s or 10/500ms");
}

static bool
parse_rate(struct pace *pace, struct span word, struct cursor *c, struct err *err)
{
	struct span time = word, number = span_until(&time, '/');
	unsigned long long octets;

	if (!span_number(number, 1 << 20, &octets) || octets == 0 || time.len == 0)
		return rate_is_wrong(c, word, err);
	pace->octets = (unsigned)octets;
	if (ascii_is_digit(time.at[0]))
		return cursor_milliseconds(c, time, &pace->every_ms, err);
	pace->every_ms = span_eq(time, SPAN("s")) ? 1000 :
	    span_eq(time, SPAN("m"))		  ? 60000 :
	    span_eq(time, SPAN("ms"))		  ? 1 :
						    0;
	return pace->every_ms || rate_is_wrong(c, word, err);
}

static bool
parse_split(struct pace *pace, struct span list, struct cursor *c, struct err *err)
{
	struct span all = list;
	unsigned long long at;

	for (struct span one = span_until(&list, ','); one.len > 0; one = span_until(&list, ',')) {
		unsigned before = pace->nsplit ? pace->split[pace->nsplit - 1] : 0;
		if (pace->nsplit == PACE_SPLITS || !span_number(one, 1 << 20, &at) || at <= before)
			return cursor_blame(c, one, err,
			    "expected up to %d ascending split positions, such as split=3,7",
			    PACE_SPLITS);
		pace->split[pace->nsplit++] = (unsigned)at;
	}
	return pace->nsplit > 0 ||
	    cursor_blame(c, all, err, "expected split positions, such as split=3,7");
}

bool
pace_parse_rate(struct pace *pace, struct cursor *c, struct err *err)
{
	struct span word = cursor_word(c);

	return (span_eq(word, SPAN("off")) || parse_rate(pace, word, c, err)) && cursor_end(c, err);
}

bool
pace_parse(struct pace *pace, struct cursor *c, struct err *err)
{
	struct span word = cursor_word(c), value = word, key = span_until(&value, '=');
	bool good;

	if (span_eq(key, SPAN("slow")))
		good = parse_rate(pace, value, c, err);
	else if (span_eq(key, SPAN("split")))
		good = parse_split(pace, value, c, err);
	else
		good = span_eq(word, SPAN("off")) ||
		    cursor_blame(c, word, err, "expected slow=1/s, split=3,7 or off");
	return good && cursor_end(c, err);
}

void
pace_show(const struct pace *pace, char *out, size_t size)
{
	size_t n = 0;

	if (pace->octets && pace->every_ms == 1000)
		snprintf(out, size, "slow=%u/s", pace->octets);
	else if (pace->octets)
		snprintf(
		    out, size, "slow=%u/%llums", pace->octets, (unsigned long long)pace->every_ms);
	else if (pace->nsplit == 0)
		snprintf(out, size, "off");
	for (size_t i = 0; i < pace->nsplit && n < size; i++)
		n += (size_t)snprintf(
		    out + n, size - n, "%s%u", i ? "," : "split=", pace->split[i]);
}

bool
pace_is_slow(const struct pace *pace)
{
	return pace->octets || pace->nsplit;
}

size_t
pace_piece(const struct pace *pace, size_t at, size_t left)
{
	size_t n = pace->octets && pace->octets < left ? pace->octets : left;

	for (size_t i = 0; i < pace->nsplit; i++)
		if (pace->split[i] > at)
			return pace->split[i] - at < n ? pace->split[i] - at : n;
	return n;
}

uint64_t
pace_gap_ms(const struct pace *pace)
{
	return pace->every_ms ? pace->every_ms : PACE_GAP_MS;
}
