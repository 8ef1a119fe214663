/* event - the one vocabulary of what can happen. */
#include "run/session/event.h"

const char *
event_word(enum event_kind kind)
{
	static const char *const words[] = {
#define X(name, word) [EVENT_##name] = word,
		EVENT_KINDS(X)
#undef X
	};
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
	return words[fate];
}

const char *
offer_state_text(enum offer_state state)
{
	static const char *const text[] = {
		[OFFER_CLEAR] = "in the clear",
		[OFFER_TLS] = "within TLS",
		[OFFER_AUTH] = "logged in",
	};
	return text[state];
}
