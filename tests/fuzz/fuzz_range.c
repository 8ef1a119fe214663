/*
 * Ranges and thresholds: a range is itself again when its text is read; what --expect-* take
 * compiles within a bound.
 */
#include "fuzz.h"

#include <math.h>

#include "run/probe/judge.h"

static void
check_range(struct span text, struct arena *arena)
{
	static const double values[] = { 0, -1, 1, 10, 1e300, -1e300, 0.1 };
	struct range r = { .set = false }, again;
	struct err err = { 0 };

	if (!range_parse(&r, text, arena, &err)) {
		PROMISE(err.text[0]);
		return;
	}
	PROMISE(
	    r.set && !isnan(r.low) && !isnan(r.high) && range_parse(&again, r.text, arena, &err));
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		PROMISE(range_alerts(&r, values[i]) == range_alerts(&again, values[i]));
	for (size_t i = 0; !r.inside && i < sizeof values / sizeof *values; i++)
		PROMISE(range_alerts(&r, values[i]) == (values[i] < r.low || values[i] > r.high));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span text = fuzz_span(octets, n);
	struct range ranges[METRIC_COUNT] = { { .set = false } };
	struct arena arena = { 0 };
	struct err err = { 0 };

	check_range(text, &arena);
	PROMISE(judge_threshold(ranges, text, &arena, &err) || err.text[0]);
	arena_release(&arena);
	return 0;
}
