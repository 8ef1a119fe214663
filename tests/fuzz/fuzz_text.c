/*
 * What a terminal, a log or a label gets: printable UTF-8, safe once is safe twice, and no wider
 * than it says.
 */
#include "fuzz.h"

#include "base/text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct arena arena = { 0 };
	struct span safe = text_safe(&arena, fuzz_span(octets, n)), rest;
	size_t len;

	PROMISE(text_is_utf8(safe));
	for (rest = safe; rest.len > 0; rest = span_skip(rest, len)) {
		unsigned long c = text_char(rest, &len);
		PROMISE(c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0) &&
		    !(c >= 0x202A && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069));
		PROMISE(len >= 1 && len <= 4);
	}
	PROMISE(span_eq(text_safe(&arena, safe), safe));
	for (rest = safe; rest.len > 0;) {
		struct span part = text_fit(rest, 7);
		PROMISE(part.len > 0 && part.len <= rest.len && text_is_utf8(part));
		rest = span_skip(rest, part.len);
	}
	arena_release(&arena);
	return 0;
}
