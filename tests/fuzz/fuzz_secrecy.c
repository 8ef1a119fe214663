/*
 * Secrecy: whatever both sides say, what was said in secret is shown of no line that comes later,
 * and no line is lost.
 */
#include "fuzz.h"

#include "smtp/secrecy.h"

#define SECRET	"S3cr3t-S3cr3t"

/*
 * Each line is the client's ("C"), an answer of it ("A"), a 334 ("3") or a 235 ("2"), by its first
 * octet.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct secrecy w = { 0 };
	struct arena arena = { 0 };
	struct span rest = fuzz_span(octets, n), line;

	if (n > 4096)
		return 0;
	secrecy_sent(&w, SPAN("AUTH PLAIN AGJvYgBTM2NyM3QtUzNjcjN0"), false, &arena);
	while (span_line(&rest, &line)) {
		struct span text = span_skip(line, 1);
		char side = line.len ? line.at[0] : 'C';
		if (side == '3' || side == '2') {
			secrecy_received(&w, side == '3' ? 334 : 235, text);
		} else {
			secrecy_conceals(&w, text, side == 'A');
			secrecy_sent(&w, text, side == 'A', &arena);
		}
		struct span shown = secrecy_shown(&w, &arena, line);
		PROMISE(shown.len == line.len && span_find(shown, SPAN(SECRET)).len == 0);
	}
	secrecy_release(&w);
	arena_release(&arena);
	return 0;
}
