/*
 * Times and sizes as people write them: every form that text.h writes can be read back, fractions
 * and a space before the unit included.
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdint.h>

#include "base/span.h"

/*
 * "10" (seconds), "500ms", "1.5s", "1.5 s", "2m", "1h". At most 10^9 of the unit. What
 * is less than a millisecond counts as one. False: the text is no time; *ms is left alone.
 */
bool quantity_milliseconds(struct span, uint64_t *ms);

/*
 * "500", "64k", "10M", "9.77 MiB", "1G", "500 octets", in powers of 1024. At most 2^33 of the
 * unit. False: the text is no size; *octets is left alone.
 */
bool quantity_octets(struct span, uint64_t *octets);

#endif
