/*
 * What varies in a reply: an S: line written of any text can be parsed and fits that text, also
 * where the place is another one, and the words found go on from each other to the end.
 */
#include "fuzz.h"

#include "run/script/script.h"
#include "run/script/varying.h"

static void
check_place(struct span text, struct span said, enum reply_place place)
{
	struct varying_context context = {
		.place = place, .masks = MASKS_ALL, .host = SPAN("mx.example.org"), .said = said
	};
	struct buf file = { .max = 1 << 20 }, wire = { .max = 1 << 20 };
	struct arena arena = { 0 };
	struct err err = { 0 };
	struct reply reply;
	struct match_result result;
	struct varying v;

	for (size_t i = 0, n; i < text.len; i += n) {
		n = varying_at(text, i, &context, &v);
		PROMISE(n > 0 && n <= text.len - i);
	}
	buf_append(&file, SPAN("S: 250 "));
	varying_put(&file, text, &context);
	buf_append(&file, SPAN("\n"));
	buf_printf(&wire, "250 %.*s\r\n", SPAN_ARG(text));
	struct script *s = script_parse("t", buf_span(&file), NULL, &err);
	PROMISE(s != NULL);
	struct script_vars vars = { .names = &s->names, .arena = &arena };
	struct match_how how = { .level = MATCH_TEXT, .masks = MASKS_ALL, .place = place };
	if (reply_parse(buf_span(&wire), &arena, &reply) > 0 && reply.nlines == 1 && text.len > 0)
		PROMISE(expect_match(s->prelude->reply[0], &reply, &how, &vars, &arena, &result));
	script_free(s);
	buf_release(&file);
	buf_release(&wire);
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span rest = fuzz_span(octets, n), text = span_until(&rest, '\n');

	if (text.len > 2000 || span_has(text, '\r') || span_has(text, '\0'))
		return 0;
	for (enum reply_place place = PLACE_ANY; place <= PLACE_QUEUED; place++)
		check_place(text, span_first(rest, 1000), place);
	return 0;
}
