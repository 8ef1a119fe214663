/* Message text: what is stuffed comes back unstuffed the same, and ends where it was ended. */
#include "fuzz.h"

#include "smtp/body.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct buf out = { .max = 1 << 20 }, back = { .max = 1 << 20 }, again = { .max = 1 << 20 };
	struct body_out stuff = { 0 }, stuff_again = { 0 };
	struct body_in in = { 0 };
	struct span text;

	if (n > 1 << 16)
		return 0;
	PROMISE(body_stuff(&stuff, fuzz_span(octets, n), &out) == n && body_end(&stuff, &out));
	for (struct span rest = buf_span(&out); rest.len > 0 && !in.over;) {
		rest = span_skip(rest, body_unstuff(&in, rest, &text));
		buf_append(&back, text);
		PROMISE(!in.over || rest.len == 0);
	}
	PROMISE(in.over && !in.bare_lf);
	/* A second round finds canonical text and changes nothing. */
	body_stuff(&stuff_again, buf_span(&back), &again);
	body_end(&stuff_again, &again);
	PROMISE(span_eq(buf_span(&out), buf_span(&again)));
	buf_release(&out);
	buf_release(&back);
	buf_release(&again);
	return 0;
}
