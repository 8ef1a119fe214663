/* EHLO replies: every keyword is kept, none twice, all within what came. */
#include "fuzz.h"

#include "smtp/extension.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct arena arena = { 0 };
	struct reply reply;
	struct extensions e;

	if (reply_parse(fuzz_span(octets, n), &arena, &reply) > 0) {
		extensions_parse(&reply, &arena, &e);
		PROMISE(e.n < reply.nlines || e.n == 0);
		for (size_t i = 0; i < e.n; i++) {
			PROMISE(e.list[i].keyword.len > 0);
			PROMISE(extensions_find(&e, e.list[i].keyword) == &e.list[i]);
		}
	}
	arena_release(&arena);
	return 0;
}
