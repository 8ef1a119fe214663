/*
 * Scripts: parsed or refused with a place; written and parsed again it is the same; its
 * expectations take any reply.
 */
#include "fuzz.h"

#include "../lib/script_write.h"

#include "run/script/script.h"

static void
match_all(const struct script *s, struct span octets)
{
	struct arena arena = { 0 };
	struct script_vars vars = { .names = &s->names, .arena = &arena };
	struct match_result result;
	struct reply reply;

	if (reply_parse(octets, &arena, &reply) > 0)
		for (const struct script_item *i = s->prelude; i; i = i->next)
			for (size_t k = 0; k < i->nreply && i->reply[k]; k++)
				for (int level = 0; level < MATCH_UNSET; level++) {
					struct match_how how = { .level = (enum match_level)level,
						.masks = MASKS_ALL,
						.ehlo = k % 2 };
					bool ok = expect_match(
					    i->reply[k], &reply, &how, &vars, &arena, &result);
					PROMISE(ok == result.ok && (ok || result.why[0]));
				}
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span all = fuzz_span(octets, n), text = span_until(&all, '\0');
	struct err err = { 0 };
	struct script *s = script_parse("fuzz", text, NULL, &err);

	if (!s) {
		PROMISE(err.kind == ERR_USAGE && err.text[0]);
		return 0;
	}
	PROMISE(s->ncases > 0);
	match_all(s, all);

	struct buf once = { .max = 1 << 22 }, twice = { .max = 1 << 22 };
	script_write(s, &once);
	struct script *again = script_parse("fuzz", buf_span(&once), NULL, &err);
	if (again) {
		script_write(again, &twice);
		PROMISE(span_eq(buf_span(&once), buf_span(&twice)));
	}
	script_free(again);
	script_free(s);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
