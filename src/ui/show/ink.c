/* ink - the roles of text, their SGR parameters, and SMTPSH_COLORS. */
#include "ui/show/ink.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/span.h"

enum { VALUE_MAX = 20, SHOWN = 40 };

const struct palette palette_default = { {
#define X(name, word, sgr) [INK_##name] = sgr,
	INKS(X)
#undef X
} };

static const char *const words[] = {
#define X(name, word, sgr) [INK_##name] = word,
	INKS(X)
#undef X
};

/* Allows only digits and semicolons, so that nothing else gets into an escape sequence. */
static bool
is_parameters(struct span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!ascii_is_digit(value.at[i]) && value.at[i] != ';')
			return false;
	return value.len <= VALUE_MAX;
}

static bool
take_role(struct palette *p, struct span name, struct span value)
{
	for (size_t i = 0; i < INK_COUNT; i++)
		if (words[i] && span_eq(name, span_of(words[i]))) {
			snprintf(p->sgr[i], SGR_SIZE, "%.*s", SPAN_ARG(value));
			return true;
		}
	return false;
}

/* Joins two lists of parameters; either may be empty. */
static void
combine(char out[SGR_SIZE], const char *one, const char *other)
{
	const char *between = one[0] && other[0] ? ";" : "";

	snprintf(out, SGR_SIZE, "%.*s%s%.*s", VALUE_MAX, one, between, VALUE_MAX, other);
}

bool
palette_read(struct palette *p, const char *value, struct err *err)
{
	struct span rest = span_of(value);
	bool ok = true;

	*p = palette_default;
	while (rest.len > 0) {
		struct span part = span_until(&rest, ':'), params = part;
		struct span name = span_until(&params, '=');
		if (part.len == 0)
			continue;
		if (name.len < part.len && is_parameters(params) && take_role(p, name, params))
			continue;
		if (ok)
			err_set(err, ERR_USAGE,
			    "SMTPSH_COLORS: ignoring \"%.*s\": expected ROLE=SGR, as in "
			    "rejected=1;35 (roles: dim, bold, accepted, deferred, rejected, sent, "
			    "host)",
			    SPAN_ARG(span_first(part, SHOWN)));
		ok = false;
	}
	combine(p->sgr[INK_WARN_BOLD], p->sgr[INK_BOLD], p->sgr[INK_WARN]);
	combine(p->sgr[INK_BAD_BOLD], p->sgr[INK_BOLD], p->sgr[INK_BAD]);
	return ok;
}

/* Returns how many parameters belong to a 38, 48 or 58: 5 and an index, or 2 and three values. */
static size_t
count_color(struct span rest)
{
	struct span kind = span_until(&rest, ';');

	return span_eq(kind, SPAN("5")) ? 2 : span_eq(kind, SPAN("2")) ? 4 : 1;
}

static void
remove_color(char sgr[SGR_SIZE])
{
	char kept[SGR_SIZE] = "";
	struct span rest = span_of(sgr);
	size_t skip = 0, n = 0;

	while (rest.len > 0) {
		unsigned long long number = 0;
		struct span one = span_until(&rest, ';');
		if (skip > 0) {
			skip--;
			continue;
		}
		if (!span_number(one, 1000, &number) || number >= 30) {
			skip = number == 38 || number == 48 || number == 58 ? count_color(rest) : 0;
			continue;
		}
		n += (size_t)snprintf(
		    kept + n, sizeof kept - n, "%s%.*s", n > 0 ? ";" : "", SPAN_ARG(one));
	}
	snprintf(sgr, SGR_SIZE, "%s", kept);
}

void
palette_without_color(struct palette *p)
{
	for (size_t i = 0; i < INK_COUNT; i++)
		remove_color(p->sgr[i]);
}
