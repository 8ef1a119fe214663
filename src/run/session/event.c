/* event - the one vocabulary of what can happen. */
#include "run/session/event.h"

#include <assert.h>

const char *
event_word(enum event_kind kind)
{
	static const char *const words[] = {
#define X(name, word) [EVENT_##name] = word,
		EVENT_KINDS(X)
#undef X
	};
	assert((size_t)kind < sizeof words / sizeof *words);
	return words[kind];
}

const char *
fate_word(enum fate fate)
{
	static const char *const words[] = {
#define X(name, word) [FATE_##name] = word,
		FATES(X)
#undef X
	};
	assert((size_t)fate < sizeof words / sizeof *words);
	return words[fate];
}

const char *
offer_state_text(enum offer_state state)
{
	static const char *const text[] = {
		[OFFER_CLEAR] = "without TLS",
		[OFFER_TLS] = "over TLS",
		[OFFER_AUTH] = "authenticated",
	};
	assert((size_t)state < sizeof text / sizeof *text);
	return text[state];
}
