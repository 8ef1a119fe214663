/*
 * words - the words of a script that are not steps: parses the arguments of each. The table at the
 * end has one row per word.
 */
#include "run/script/words.h"

/* Declares and allocates the arguments that a parser fills in. */
#define ARGS(type)	type *args = ARENA_NEW(ctx->arena, type); *out = args

static bool
parse_nothing(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	(void)out, (void)ctx, (void)eres;
	return cursor_end(c, err);
}

static bool
parse_text_word(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct script_text);

	(void)eres;
	if (c->rest.len == 0)
		return cursor_fail(c, err, "expected a name");
	return text_parse(args, c, ctx, err);
}

static bool
parse_match(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(enum match_level);

	(void)eres;
	*args = match_level_of(span_trim(c->rest));
	return *args != MATCH_UNSET ||
	    cursor_fail(c, err, "expected a level: class, code, enhanced, text or exact");
}

bool
word_parse_ere(const struct expect_ere **ere, struct cursor *c, struct arena *arena,
    struct expect_ere **eres, struct err *err)
{
	struct cursor at = *c;
	struct err why;
	size_t end = 1, n = 0;

	if (c->rest.len == 0 || c->rest.at[0] != '/')
		return cursor_fail(c, err, "expected a regular expression between slashes");
	while (end < c->rest.len && c->rest.at[end] != '/')
		end += c->rest.at[end] == '\\' ? 2 : 1;
	if (end >= c->rest.len)
		return cursor_fail(c, err, "the regular expression has no closing slash");
	char *source = arena_get(arena, end);
	for (size_t i = 1; i < end; i++) {		/* "\/" between the slashes is a slash */
		i += c->rest.at[i] == '\\' && i + 1 < end && c->rest.at[i + 1] == '/';
		source[n++] = c->rest.at[i];
	}
	c->rest = span_skip(c->rest, end + 1);
	while (c->rest.len > 0 && (c->rest.at[0] == ' ' || c->rest.at[0] == '\t'))
		c->rest = span_skip(c->rest, 1);
	*ere = ere_compile((struct span){ source, n }, arena, eres, &why);
	return *ere || cursor_fail(&at, err, "%s", why.text);
}

/* Parses "+date -host" or "name /ERE/". */
static bool
parse_mask(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_mask);

	while (c->rest.len > 0) {
		struct span word = cursor_word(c);
		bool known = false;
		if (c->rest.len > 0 && c->rest.at[0] == '/')
			return word_parse_ere(&args->own, c, ctx->arena, eres, err) &&
			    cursor_end(c, err);
		for (enum match_mask_bit i = 0; i < MASK_BITS; i++)
			if (word.len > 1 && span_eq(span_skip(word, 1), span_of(mask_word(i)))) {
				*(word.at[0] == '-' ? &args->off : &args->on) |= 1u << i;
				known = word.at[0] == '-' || word.at[0] == '+';
			}
		if (!known)
			return cursor_blame(c, word, err,
			    "expected + or - and a mask: date, queueid, msgid, ip, host, pid, "
			    "uuid, challenge or time; or a name and /ERE/");
	}
	return true;
}

static bool
new_name(struct span word, bool secret, size_t *name, struct cursor *c,
    const struct text_context *ctx, struct err *err)
{
	if (!name_is_valid(word))
		return cursor_blame(c, word, err,
		    "\"%.*s\" is not a variable name: expected letters, digits, - and _, and not "
		    "the name of a function",
		    SPAN_ARG(span_first(word, 60)));
	*name = names_add(ctx->names, arena_copy(ctx->arena, word), secret);
	return *name != NAME_NONE || cursor_fail(c, err, "more than %d variables", NAMES_MAX);
}

static bool
parse_var(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_var);
	struct text_context sent = { .arena = ctx->arena, .names = ctx->names };
	struct span name = span_trim(c->rest);

	(void)eres;
	if (!span_has(name, '='))
		return cursor_fail(c, err, "expected /var NAME=VALUE");
	name = span_until(&c->rest, '=');
	return text_parse(&args->text, c, &sent, err) &&
	    new_name(span_trim(name), args->text.secret, &args->name, c, ctx, err);
}

static bool
parse_secret(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_var);
	struct span name = cursor_word(c);

	(void)eres;
	if (c->rest.len > 0 || span_has(name, '='))
		return cursor_blame(c, name, err,
		    "a script never contains a secret's value: use /secret NAME, and --secret "
		    "NAME=@FILE");
	return new_name(name, true, &args->name, c, ctx, err);
}

static bool
parse_capture(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_capture);
	struct span name = cursor_word(c);

	if (!word_parse_ere(&args->ere, c, ctx->arena, eres, err))
		return false;
	struct span redact = cursor_word(c);
	args->redact = redact.len > 0;
	if (redact.len > 0 && !span_eq(redact, SPAN("redact")))
		return cursor_blame(c, redact, err, "only \"redact\" may follow the expression");
	return new_name(name, args->redact, &args->name, c, ctx, err) && cursor_end(c, err);
}

static bool
parse_pipeline(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(bool);
	struct span word = span_trim(c->rest);

	(void)eres;
	*args = word.len == 0 || span_eq(word, SPAN("on"));
	return *args || span_eq(word, SPAN("off")) ||
	    cursor_fail(c, err, "expected /pipeline on or /pipeline off");
}

static bool
parse_write(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct pace);

	(void)eres;
	return pace_parse(args, c, err);
}

static bool
parse_trickle(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct pace);

	(void)eres;
	return pace_parse_rate(args, c, err);
}

static bool
parse_times(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(unsigned);
	unsigned long long n;

	(void)eres;
	if (!span_number(span_trim(c->rest), SCRIPT_REPEAT_MAX, &n) || n == 0)
		return cursor_fail(c, err, "expected a number from 1 to %d", SCRIPT_REPEAT_MAX);
	*args = (unsigned)n;
	return true;
}

static bool
parse_repeat(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_repeat);
	unsigned long long n;

	(void)eres;
	struct span times = cursor_word(c);
	if (!span_number(times, SCRIPT_REPEAT_MAX, &n) || n == 0)
		return cursor_blame(
		    c, times, err, "expected a count from 1 to %d", SCRIPT_REPEAT_MAX);
	args->times = (unsigned)n;
	if (c->rest.len == 0)
		return true;
	struct span every = cursor_word(c);
	if (!span_eq(every, SPAN("every")))
		return cursor_blame(
		    c, every, err, "expected \"every\" and a time, such as /retry 3 every 5s");
	return cursor_milliseconds(c, cursor_word(c), &args->every_ms, err) && cursor_end(c, err);
}

static bool
parse_delay(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(uint64_t);

	(void)eres;
	return cursor_milliseconds(c, cursor_word(c), args, err) && cursor_end(c, err);
}

static bool
parse_listen(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct span);

	(void)eres;
	*args = arena_copy(ctx->arena, span_trim(c->rest));
	return args->len > 0 ||
	    cursor_fail(c, err, "expected an address, such as /listen 127.0.0.1:2525");
}

/* ---- conditions: /assert, /time and /if */

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
		return cursor_fail(c, err, "expected a value");
	if (kind == KIND_TIME) {
		struct span word = cursor_word(c);
		return cursor_milliseconds(c, word, &a->number, err) && cursor_end(c, err);
	}
	if (kind == KIND_NUMBER || (a->op >= ASSERT_LT && a->op <= ASSERT_GE)) {
		if (!span_number(span_trim(c->rest), ~0ull >> 1, &number)) {
			if (a->subject != ASSERT_TLS_VERSION)
				return cursor_fail(c, err, "expected a number");
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
		    cursor_fail(c, err, "expected an EHLO keyword");
	}
	return cursor_blame(c, word, err,
	    "expected time, total, reply.lines, reply.text, reply.enhanced, ehlo KEYWORD, "
	    "tls.version, tls.cipher, cert.days, cert.name, cert.verified, ip, family or var NAME");
}

static bool
parse_assert(const void **out, struct cursor *c, const struct text_context *ctx,
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
		return true;		/* no operator: the subject must exist, or be true */
	if (span_eq(word, SPAN("=")))
		word = SPAN("==");
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (span_eq(word, span_of(ops[i].word))) {
			args->op = ops[i].op;
			return args->op == ASSERT_EXISTS ?
			    cursor_end(c, err) :
			    parse_value(args, kind, c, ctx, eres, err);
		}
	return cursor_blame(c, word, err, "expected == != < <= > >= contains, matches or exists");
}

static bool
parse_time(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	struct span source = arena_printf(ctx->arena, "time %.*s", SPAN_ARG(c->rest));

	c->line = c->rest = source;
	return parse_assert(out, c, ctx, eres, err);
}

/* ---- session settings: /requires, /timeout and /tls */

static bool
parse_requires(const void **out, struct cursor *c, const struct text_context *ctx,
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
	    cursor_fail(c, err,
		"expected an EHLO keyword, such as /requires STARTTLS or /requires not AUTH");
}

static bool
parse_timeout(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct span);
	struct timeouts tried = { 0 };

	(void)eres;
	*args = arena_copy(ctx->arena, span_trim(c->rest));
	return timeouts_parse(&tried, span_trim(c->rest), c, err);
}

static bool
parse_tls(const void **out, struct cursor *c, const struct text_context *ctx,
    struct expect_ere **eres, struct err *err)
{
	ARGS(struct word_tls);
	struct tls_settings *set = &args->set;

	(void)eres;
	while (c->rest.len > 0) {
		struct span word = cursor_word(c);
		if (span_starts(word, SPAN("fail=")) && word.len > strlen("fail="))
			args->fail = arena_copy(ctx->arena, span_skip(word, strlen("fail=")));
		else if (!tls_settings_read(set, word))
			return cursor_blame(c, word, err,
			    "expected " TLS_SETTINGS_WORDS ", ca=FILE or fail=REASON");
	}
	set->min = arena_copy(ctx->arena, set->min);
	set->sni = arena_copy(ctx->arena, set->sni);
	set->ca = arena_copy(ctx->arena, set->ca);
	return true;
}

/* ---- the table */

const struct script_word script_words[] = {
	{ "case", "\"NAME\" [skip=WHY] [tags=A,B] [standalone]",
	    "Begin a case, with a connection of its own", WORD_CASE, WORD_BOTH, false, NULL },
	{ "include", "FILE", "Include another script", WORD_INCLUDE, WORD_BOTH, false, NULL },
	{ "requires", "KEYWORD... | not KEYWORD", "Skip the case unless EHLO offers KEYWORD",
	    WORD_REQUIRES, WORD_CLIENT, false, parse_requires },
	{ "timeout", "T | PHASE=T ... | rfc", "Timeout for every phase, or per phase", WORD_TIMEOUT,
	    WORD_CLIENT, false, parse_timeout },
	{ "tls", "verify=off|chain|name min=1.2 sni=NAME ca=FILE fail=REASON", "Set TLS options",
	    WORD_TLS, WORD_CLIENT, false, parse_tls },
	{ "helo", "NAME", "Set the EHLO name", WORD_HELO, WORD_CLIENT, false, parse_text_word },
	{ "match", "class|code|enhanced|text|exact",
	    "Set how strictly replies are compared from here on", WORD_MATCH, WORD_BOTH, false,
	    parse_match },
	{ "mask", "+NAME -NAME | NAME /ERE/", "Ignore this when comparing at level text", WORD_MASK,
	    WORD_BOTH, false, parse_mask },
	{ "var", "NAME=VALUE", "Set a variable", WORD_VAR, WORD_BOTH, false, parse_var },
	{ "secret", "NAME",
	    "Declare a variable set with --secret or the environment, and never show it",
	    WORD_SECRET, WORD_BOTH, false, parse_secret },
	{ "capture", "NAME /ERE/ [redact]", "Capture a part of the last reply", WORD_CAPTURE,
	    WORD_CLIENT, false, parse_capture },
	{ "assert", "SUBJECT [not] OP VALUE", "Fail unless the condition holds", WORD_ASSERT,
	    WORD_CLIENT, false, parse_assert },
	{ "time", "OP TIME", "Limit the time that the last reply took", WORD_TIME, WORD_CLIENT,
	    false, parse_time },
	{ "early", "", "Send before the greeting is received", WORD_EARLY, WORD_CLIENT, false,
	    parse_nothing },
	{ "pipeline", "on|off", "Send consecutive commands together, or one at a time",
	    WORD_PIPELINE, WORD_CLIENT, false, parse_pipeline },
	{ "write", PACE_SYNTAX, "Send slowly, or split at these positions", WORD_WRITE, WORD_CLIENT,
	    false, parse_write },
	{ "repeat", "N", "Repeat the lines up to /end N times", WORD_REPEAT, WORD_CLIENT, true,
	    parse_repeat },
	{ "retry", "N [every T]", "Repeat the lines up to /end until they succeed, at most N times",
	    WORD_RETRY, WORD_CLIENT, true, parse_repeat },
	{ "if", "SUBJECT [not] [OP VALUE]",
	    "Run the lines up to /else or /end only if the condition holds", WORD_IF, WORD_CLIENT,
	    true, parse_assert },
	{ "else", "", "Otherwise", WORD_ELSE, WORD_CLIENT, false, NULL },
	{ "end", "", "End /repeat, /retry or /if", WORD_END, WORD_CLIENT, false, NULL },
	{ "listen", "ADDR:PORT", "Set the address that serve listens on", WORD_LISTEN, WORD_SERVER,
	    false, parse_listen },
	{ "delay", "T", "Wait before the next reply", WORD_DELAY, WORD_SERVER, false, parse_delay },
	{ "trickle", "N/s | off", "Send replies slowly", WORD_TRICKLE, WORD_SERVER, false,
	    parse_trickle },
	{ "took", "T",
	    "Time that the previous reply took when recorded; serve --realtime waits as long",
	    WORD_TOOK, WORD_SERVER, false, parse_delay },
	{ "times", "N", "Use this case for N connections", WORD_TIMES, WORD_SERVER, false,
	    parse_times },
	{ "on",
	    "VERB [/ERE/] [if=STATE,...] [unless=STATE,...] [over=N] [times=N] [delay=T] "
	    "[then=FAULT]",
	    "Rule: answer this with the S: lines that follow", WORD_ON, WORD_SERVER, false, NULL },
	{ "otherwise", "S: REPLY", "Answer everything that no rule covers", WORD_OTHERWISE,
	    WORD_SERVER, false, NULL },
	{ .name = NULL },
};

const struct script_word *
script_word_find(struct span name)
{
	for (const struct script_word *w = script_words; w->name; w++)
		if (span_eq(name, span_of(w->name)))
			return w;
	return NULL;
}
