/*
 * What reads the arguments of words; ->parse of their rows. Only run/script_words*.c include this.
 */
#ifndef RUN_SCRIPT_SCRIPT_WORDS_PRIV_H
#define RUN_SCRIPT_SCRIPT_WORDS_PRIV_H

#include "run/script/words.h"

/* What a reader fills and gives out, in the arena. */
#define ARGS(type)	type *args = ARENA_NEW(ctx->arena, type); *out = args
#define WORD_READER(name)                                                         \
	bool name(const void **out, struct cursor *, const struct text_context *, \
	    struct expect_ere **, struct err *)

WORD_READER(word_parse_requires);
WORD_READER(word_parse_timeout);
WORD_READER(word_parse_tls);
WORD_READER(word_parse_assert);
WORD_READER(word_parse_time);

/* An expression between slashes, and the blanks behind it. */
bool word_parse_ere(const struct expect_ere **, struct cursor *, struct arena *,
    struct expect_ere **eres, struct err *);

#endif
