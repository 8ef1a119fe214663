/* Targets: a host and a sane port, or a sentence. */
#include "fuzz.h"

#include "net/addr.h"
#include "run/route/target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span text = fuzz_span(octets, n), word = { 0 };
	struct arena arena = { 0 };
	struct target t;
	struct err err = { 0 };
	struct addr a;

	if (span_has(text, ' ')) {
		word = text;
		text = span_until(&word, ' ');
	}
	if (target_parse(&t, text, word, 0, &arena, &err))
		PROMISE(t.port <= 65535 && (t.kind == TARGET_DEMO || t.host.len > 0));
	else
		PROMISE(err.kind != ERR_NONE && err.text[0]);
	addr_parse(&a, text, 25);
	addr_parse_listen(&a, text, &err);
	arena_release(&arena);
	return 0;
}
