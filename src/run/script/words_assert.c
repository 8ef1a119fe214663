/* words_assert - how /assert, /time and /if say what must hold. */
#include "run/script/script_words_priv.h"

static const struct {
	const char *word;
	enum assert_subject subject;
	enum { KIND_TEXT, KIND_NUMBER, KIND_TIME, KIND_NONE } kind;
} subjects[] = {
	{ "time", ASSERT_TIME, KIND_TIME },
	{ "total", ASSERT_TOTAL, KIND_TIME },
	{ "reply.lines", ASSERT_LINES, KIND_NUMBER },
	{ "reply.text", ASSERT_TEXT, KIND_TEXT },
	{ "reply.enhanced", ASSERT_ENHANCED, KIND_TEXT },
	{ "ehlo", ASSERT_EHLO, KIND_TEXT },
	{ "tls.version", ASSERT_TLS_VERSION, KIND_TEXT },
	{ "tls.cipher", ASSERT_TLS_CIPHER, KIND_TEXT },
	{ "cert.days", ASSERT_CERT_DAYS, KIND_NUMBER },
	{ "cert.name", ASSERT_CERT_NAME, KIND_TEXT },
	{ "cert.verified", ASSERT_CERT_VERIFIED, KIND_NONE },
	{ "ip", ASSERT_IP, KIND_TEXT },
	{ "family", ASSERT_FAMILY, KIND_NUMBER },
	{ "var", ASSERT_VAR, KIND_TEXT },
};

static const struct {
	const char *word;
	enum assert_op op;
} ops[] = {
	{ "exists", ASSERT_EXISTS },
	{ "==", ASSERT_EQ },
	{ "!=", ASSERT_NE },
	{ "<", ASSERT_LT },
	{ "<=", ASSERT_LE },
	{ ">", ASSERT_GT },
	{ ">=", ASSERT_GE },
	{ "contains", ASSERT_CONTAINS },
	{ "matches", ASSERT_MATCHES },
};

static bool
parse_value(struct word_assert *a, int kind, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	struct text_context sent = { .arena = ctx->arena, .names = ctx->names };
	unsigned long long number;

	if (a->op == ASSERT_MATCHES)
		return word_parse_ere(&a->ere, c, ctx->arena, eres, err) && cursor_end(c, err);
	if (c->rest.len == 0)
		return cursor_fail(c, err, "a value must follow");
	if (kind == KIND_TIME) {
		struct span word = cursor_word(c);
		return cursor_milliseconds(c, word, &a->number, err) && cursor_end(c, err);
	}
	if (kind == KIND_NUMBER || (a->op >= ASSERT_LT && a->op <= ASSERT_GE)) {
		if (!span_number(span_trim(c->rest), ~0ull >> 1, &number)) {
			if (a->subject != ASSERT_TLS_VERSION)
				return cursor_fail(c, err, "want a number");
		} else {
			a->number = number;
		}
	}
	c->rest = span_trim(c->rest);
	return text_parse(&a->value, c, &sent, err);
}

static bool
parse_what(struct word_assert *a, struct span word, int *kind, struct cursor *c,
    const struct text_context *ctx, struct err *err)
{
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		if (!span_eq(word, span_of(subjects[i].word)))
			continue;
		a->subject = subjects[i].subject;
		*kind = (int)subjects[i].kind;
		if (a->subject == ASSERT_VAR) {
			struct span name = cursor_word(c);
			a->name = names_find(ctx->names, name);
			return a->name != NAME_NONE ||
			    cursor_blame(c, name, err, "\"%.*s\" is not set on an earlier line",
				SPAN_ARG(span_first(name, 60)));
		}
		struct span peek = c->rest;
		if (a->subject == ASSERT_EHLO && span_eq(span_word(&peek), SPAN("not"))) {
			a->negated = true;		/* "ehlo not AUTH" reads best */
			c->rest = peek;
		}
		if (a->subject == ASSERT_EHLO)
			a->keyword = arena_copy(ctx->arena, cursor_word(c));
		return a->subject != ASSERT_EHLO || a->keyword.len > 0 ||
		    cursor_fail(c, err, "want an EHLO keyword");
	}
	return cursor_blame(c, word, err,
	    "want time, total, reply.lines, reply.text, reply.enhanced, ehlo KEYWORD, tls.version, "
	    "tls.cipher, cert.days, cert.name, cert.verified, ip, family or var NAME");
}

bool
word_parse_assert(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_assert);
	struct span word, source = c->rest;
	int kind = KIND_NONE;

	args->source = arena_copy(ctx->arena, source);
	args->name = NAME_NONE;
	if (!parse_what(args, cursor_word(c), &kind, c, ctx, err))
		return false;
	word = cursor_word(c);
	if (span_eq(word, SPAN("not"))) {
		args->negated = true;
		word = cursor_word(c);
	}
	if (word.len == 0)
		return true;		/* it exists, it is so */
	if (span_eq(word, SPAN("=")))
		word = SPAN("==");
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (span_eq(word, span_of(ops[i].word))) {
			args->op = ops[i].op;
			return args->op == ASSERT_EXISTS ?
			    cursor_end(c, err) :
			    parse_value(args, kind, c, ctx, eres, err);
		}
	return cursor_blame(c, word, err, "want == != < <= > >= contains, matches or exists");
}

bool
word_parse_time(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	struct span source = arena_printf(ctx->arena, "time %.*s", SPAN_ARG(c->rest));

	c->line = c->rest = source;
	return word_parse_assert(out, c, ctx, eres, err);
}
