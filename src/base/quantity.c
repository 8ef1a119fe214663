/* quantity - parses times and sizes. */
#include "base/quantity.h"

#include "base/ascii.h"

struct unit {
	const char *name;
	uint64_t scale;
};

/* maximum number of decimal places; more are surely a mistake */
enum { DECIMALS_MAX = 6 };

/* Parses "1.5" into its whole part and its millionths. */
static bool
read_decimal(struct span text, uint64_t most, uint64_t *whole, uint64_t *millionths)
{
	unsigned long long n, part = 0;
	struct span fraction = text, digits = span_until(&fraction, '.');
	bool pointed = digits.len < text.len;

	if (!span_number(digits, most, &n))
		return false;
	if (pointed && (fraction.len > DECIMALS_MAX || !span_number(fraction, 999999, &part)))
		return false;
	for (size_t i = fraction.len; pointed && i < DECIMALS_MAX; i++)
		part *= 10;
	*whole = n;
	*millionths = part;
	return true;
}

/* Parses a number, of at most `most`, and its unit, and scales it; fractions are rounded up. */
static bool
read_quantity(struct span text, const struct unit *units, uint64_t most, uint64_t *out)
{
	size_t n = 0;
	uint64_t whole, millionths;

	while (n < text.len && (ascii_is_digit(text.at[n]) || text.at[n] == '.'))
		n++;
	struct span name = span_trim(span_skip(text, n));
	for (const struct unit *u = units; u->name; u++)
		if (span_eq_case(name, span_of(u->name))) {
			if (!read_decimal(span_first(text, n), most, &whole, &millionths) ||
			    whole >= UINT64_MAX / u->scale)
				return false;
			*out = whole * u->scale + (millionths * u->scale + 999999) / 1000000;
			return true;
		}
	return false;
}

bool
quantity_milliseconds(struct span text, uint64_t *ms)
{
	static const struct unit units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "min", 60000 }, { "h", 3600000 }, { "", 1000 }, { NULL, 0 } };

	return read_quantity(text, units, 1000000000, ms);
}

bool
quantity_octets(struct span text, uint64_t *octets)
{
	static const struct unit units[] = { { "", 1 }, { "octets", 1 }, { "bytes", 1 },
		{ "k", 1 << 10 }, { "KiB", 1 << 10 }, { "m", 1 << 20 }, { "MiB", 1 << 20 },
		{ "g", 1 << 30 }, { "GiB", 1 << 30 }, { "TiB", 1ull << 40 }, { NULL, 0 } };

	return read_quantity(text, units, 1ull << 33, octets);
}
