/*
 * Secrets: what is shown is as long as what came, and no window of the secret, nor of its base64,
 * is left in it.
 */
#include "fuzz.h"

#include "base/base64.h"
#include "base/mask.h"

static void
check_absent(struct span shown, struct span form)
{
	for (size_t i = 0; i + 8 <= form.len; i++)
		PROMISE(span_has(span_first(span_skip(form, i), 8), '*') ||
		    span_find(shown, span_first(span_skip(form, i), 8)).len == 0);
}

/* Starred out, such a secret looks as before; so does none. */
static bool
is_stars(struct span secret)
{
	while (secret.len > 0 && secret.at[0] == '*')
		secret = span_skip(secret, 1);
	return secret.len == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span rest = fuzz_span(octets, n), secret = span_until(&rest, '\n');
	struct arena arena = { 0 };
	struct mask mask = { 0 };

	if (secret.len > 300)
		return 0;
	mask_add(&mask, secret);
	struct span shown = mask_shown(&mask, &arena, rest);
	PROMISE(shown.len == rest.len);
	for (size_t i = 0; i < rest.len; i++)
		PROMISE(shown.at[i] == rest.at[i] || shown.at[i] == '*');
	check_absent(shown, secret);
	check_absent(shown, base64_encode(&arena, secret));
	PROMISE(mask_shown(&mask, &arena, secret).at != secret.at || secret.len < 4);
	struct span told = arena_printf(&arena, "535 (%.*s)", SPAN_ARG(secret));
	PROMISE(told.len != secret.len + 6 || is_stars(secret) ||
	    span_find(mask_shown(&mask, &arena, told), told).len == 0);
	mask_release(&mask);
	arena_release(&arena);
	return 0;
}
