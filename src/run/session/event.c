/* event - the words for events and what they contain. */
#include "run/session/event.h"

#include <assert.h>

#include "smtp/verb.h"

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
#define X(name, word, text) [FATE_##name] = word,
		FATES(X)
#undef X
	};
	assert((size_t)fate < sizeof words / sizeof *words);
	return words[fate];
}

const char *
fate_text(enum fate fate)
{
	static const char *const texts[] = {
#define X(name, word, text) [FATE_##name] = text,
		FATES(X)
#undef X
	};
	assert((size_t)fate < sizeof texts / sizeof *texts);
	return texts[fate];
}

const char *
answer_word(const struct event *e)
{
	const char *verb = verb_info(e->answer.verb)->name;

	return e->answer.banner ? "banner" : e->answer.dot ? "message" : verb[0] ? verb : "other";
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
