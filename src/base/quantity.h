/*
 * Parses times and sizes with units. Every form that text.h writes is accepted, including fractions
 * and a space before the unit.
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdint.h>

#include "base/span.h"

/*
 * Parses "10" (seconds), "500ms", "1.5s", "1.5 s", "2m", "1h", of at most 10^9 units. Fractions of
 * a millisecond are rounded up. Returns false and leaves *ms unchanged for anything else.
 */
bool quantity_milliseconds(struct span, uint64_t *ms);

/*
 * Parses "500", "64k", "10M", "9.77 MiB", "1G", "500 octets", of at most 2^33 units, which are
 * powers of 1024. Fractions of an octet are rounded up. Returns false and leaves *octets unchanged
 * for anything else.
 */
bool quantity_octets(struct span, uint64_t *octets);

#endif
