/* reply: what is parsed is a reply of the octets it says, and no proper prefix of it is one. */
#include "fuzz.h"

#include "smtp/reply.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span in = fuzz_span(octets, n);
	struct arena arena = { 0 };
	struct reply reply, again;
	struct reply_scan scan = { 0 };
	size_t end = reply_parse(in, &arena, &reply), seen = 0;

	PROMISE(end <= n);
	while (seen < n && reply_scan(&scan, span_first(in, seen)) == 0)
		seen++;
	if (end > 0) {
		PROMISE(reply.nlines >= 1 && reply.raw.len == end && reply.code < 1000);
		PROMISE(reply_parse(span_first(in, end - 1), &arena, &again) == 0);
		PROMISE(
		    reply_parse(reply.raw, &arena, &again) == end && again.flaws == reply.flaws);
		PROMISE(seen == end || seen == n);
		for (size_t i = 0; i < reply.nlines; i++)
			PROMISE(!span_has(reply.line[i], '\n'));
		for (unsigned flaws = reply.flaws; flaws;)
			PROMISE(reply_flaw_next(&flaws));
	}
	arena_release(&arena);
	return 0;
}
