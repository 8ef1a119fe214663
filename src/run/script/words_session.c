/*
 * words_session - how the words are read that the session is run by: /requires, /timeout and /tls.
 */
#include "run/script/script_words_priv.h"

bool
word_parse_requires(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	struct word_requires *first = NULL, **end = &first;
	bool negated = false;

	(void)eres;
	while (c->rest.len > 0) {
		struct span word = cursor_word(c);
		if (span_eq(word, SPAN("not"))) {
			negated = true;
			continue;
		}
		*end = ARENA_NEW(ctx->arena, struct word_requires);
		**end = (struct word_requires){ .keyword = arena_copy(ctx->arena, word),
			.negated = negated };
		end = (struct word_requires **)(void *)&(*end)->next;
		negated = false;
	}
	*out = first;
	return (first && !negated) ||
	    cursor_fail(
		c, err, "want an EHLO keyword, as in /requires STARTTLS or /requires not AUTH");
}

bool
word_parse_timeout(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_timeout);
	struct timeouts *t = &args->timeouts;
	const struct {
		const char *name;
		uint64_t *ms;
	} phases[] = {
		{ "resolve", &t->resolve },
		{ "connect", &t->connect },
		{ "tls", &t->tls },
		{ "greeting", &t->greeting },
		{ "reply", &t->reply },
		{ "dot", &t->dot },
		{ "quit", &t->quit },
	};

	(void)eres;
	memset(t, 0xFF, sizeof *t);
	for (struct span word = cursor_word(c); word.len > 0; word = cursor_word(c)) {
		struct span time = word,
			    name = span_has(word, '=') ? span_until(&time, '=') : SPAN_NONE;
		bool known = false;
		uint64_t ms;
		if (span_eq(word, SPAN("rfc"))) {
			*t = timeouts_rfc;
			continue;
		}
		if (!cursor_milliseconds(c, time, &ms, err))
			return false;
		for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
			if (name.len == 0 || span_eq(name, span_of(phases[i].name))) {
				*phases[i].ms = ms;
				known = true;
			}
		if (!known)
			return cursor_blame(c, word, err,
			    "there is no wait \"%.*s\": want resolve, connect, tls, greeting, "
			    "reply, dot or quit",
			    SPAN_ARG(span_first(name, 40)));
	}
	return true;
}

static bool
is_tls_version(struct span value)
{
	return value.len == 3 && value.at[0] == '1' && value.at[1] == '.' && value.at[2] >= '0' &&
	    value.at[2] <= '3';
}

bool
word_parse_tls(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_tls);
	const struct {
		const char *name;
		struct span *value;
	} keys[] = {
		{ "min", &args->min },
		{ "sni", &args->sni },
		{ "ca", &args->ca },
		{ "fail", &args->fail },
	};

	(void)eres;
	while (c->rest.len > 0) {
		struct span word = cursor_word(c), value = word, key = span_until(&value, '=');
		bool ok = span_eq(key, SPAN("verify")) && verify_read(&args->verify, value);
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
			if (span_eq(key, span_of(keys[i].name)) &&
			    (i == 0 ? is_tls_version(value) : value.len > 0)) {
				*keys[i].value = arena_copy(ctx->arena, value);
				ok = true;
			}
		if (!ok)
			return cursor_blame(c, word, err,
			    "want verify=off|chain|name, min=1.0|1.1|1.2|1.3, sni=NAME, ca=FILE or "
			    "fail=REASON");
	}
	return true;
}
