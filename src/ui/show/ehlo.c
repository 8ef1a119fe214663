/*
 * ehlo - what an EHLO reply offers: as a table that explains each keyword, as a block of a few
 * lines, or as the difference from the previous EHLO.
 */
#include "base/text.h"

#include "run/session/step.h"
#include "ui/show/past.h"
#include "ui/show/show_line.h"

/* ---- the table */

static void
put_size(struct flow *f, const struct extension *x)
{
	unsigned long long size;
	char human[24];

	if (x->params.len == 0 || span_eq(x->params, SPAN("0"))) {
		flow_put(f, INK_PLAIN, x->params);
		flow_print(f, INK_DIM, "%sno fixed limit", x->params.len ? ": " : "");
		return;
	}
	flow_put(f, INK_PLAIN, x->params);
	if (!span_number(x->params, ~0ull, &size)) {
		flow_print(f, INK_WARN, ": not a number of octets");
		return;
	}
	text_size(human, size);
	flow_print(f, INK_DIM, ": messages up to %s", human);
}

static void
put_limits(struct flow *f, const struct extension *x)
{
	struct span rest = x->params;

	for (struct span word = span_word(&rest); word.len > 0; word = span_word(&rest)) {
		struct span value = word, name = span_until(&value, '=');
		const char *meaning = limit_meaning(name);
		flow_put(f, INK_PLAIN, word);
		if (meaning)
			flow_print(f, INK_DIM, " (%s)", meaning);
		flow_put(f, INK_DIM, rest.len ? SPAN(", ") : SPAN_NONE);
	}
}

static void
put_source(struct flow *f, const struct extension_info *info)
{
	static const char *const kind[] = {
		[EXTENSION_REGISTERED] = "",
		[EXTENSION_HISTORIC] = ", historic",
		[EXTENSION_VENDOR] = ", not registered",
		[EXTENSION_MASKED] = "",
	};

	if (info->kind != EXTENSION_MASKED)
		flow_print(f, INK_DIM, " (%s%s)", info->source, kind[info->kind]);
}

static void
put_meaning(struct flow *f, const struct extension *x)
{
	const char *glue = x->params.len ? ": " : "";

	if (!x->info) {
		flow_print(f, INK_DIM, "%s%s", glue,
		    x->keyword.at[0] == 'X' || x->keyword.at[0] == 'x' ?
			"private extension, unknown to smtpsh" :
			"unknown to smtpsh");
		return;
	}
	flow_print(f, x->info->kind == EXTENSION_MASKED ? INK_WARN : INK_DIM, "%s%s", glue,
	    x->info->meaning);
	put_source(f, x->info);
}

static void
show_extension(struct screen *s, const struct event *e, const struct extension *x, unsigned column)
{
	struct flow f = show_below(s, e);
	bool masked = x->info && x->info->kind == EXTENSION_MASKED;
	unsigned indent = f.indent + column;

	flow_put(&f, masked ? INK_WARN : INK_BOLD, x->keyword);
	f.indent = indent;
	flow_pad(&f, indent);
	if (span_eq_case(x->keyword, SPAN("SIZE"))) {
		put_size(&f, x);
		put_source(&f, x->info);
	} else if (span_eq_case(x->keyword, SPAN("LIMITS"))) {
		put_limits(&f, x);
		put_source(&f, x->info);
	} else {
		flow_put(&f, INK_PLAIN, x->params);
		put_meaning(&f, x);
	}
	flow_end(&f);
}

static unsigned
keyword_column(struct screen *s, const struct extensions *x)
{
	unsigned widest = 8;

	for (size_t i = 0; i < x->n; i++) {
		unsigned width = text_width(text_safe(&s->arena, x->list[i].keyword));
		if (width > widest && width <= 20)
			widest = width;
	}
	return widest + 2;
}

static void
show_closing(struct screen *s, const struct event *e, const struct extensions *x)
{
	if (x->closing.len == 0)
		return;
	struct flow f = show_below(s, e);
	flow_print(&f, INK_DIM, "its last line is text, not an extension: ");
	flow_put(&f, INK_PLAIN, x->closing);
	flow_end(&f);
}

void
show_extension_table(struct screen *s, const struct event *e, const struct extensions *x)
{
	unsigned column = keyword_column(s, x);

	for (size_t i = 0; i < x->n; i++)
		show_extension(s, e, &x->list[i], column);
	if (x->n == 0)
		show_line(s, MARK_NOTE, e, "no extensions offered");
	show_closing(s, e, x);
	if (x->auth_equals)
		show_line(s, MARK_NOTE, e,
		    "AUTH is also offered in its old form, \"AUTH=\"; both are shown as one");
}

/* ---- the block, and the difference */

enum { GAP = 2 };

/* "+ SIZE 26214400", with the size in readable units. */
static void
put_keyword(struct flow *f, unsigned gap, const char *sign, const struct extension *x)
{
	bool masked = x->info && x->info->kind == EXTENSION_MASKED;
	unsigned long long size;
	char human[24];

	flow_item(f, masked ? INK_WARN_BOLD : INK_PLAIN, gap,
	    arena_printf(&f->screen->arena, "%s%.*s%s%.*s", sign, SPAN_ARG(x->keyword),
		x->params.len > 0 ? " " : "", SPAN_ARG(x->params)));
	if (!span_eq_case(x->keyword, SPAN("SIZE")) || !span_number(x->params, ~0ull, &size))
		return;
	text_size(human, size);
	if (size > 0)
		flow_print(f, INK_DIM, " (%s)", human);
}

static void
show_block(struct screen *s, const struct event *e)
{
	const struct extensions *x = e->extensions;
	struct flow f = show_below(s, e);

	for (size_t i = 0; i < x->n; i++)
		put_keyword(&f, GAP, "", &x->list[i]);
	if (x->n == 0)
		flow_print(&f, INK_DIM, "no extensions offered");
	if (s->prompt && x->n > 0)
		flow_right(&f, INK_DIM, SPAN("(/ext explains each)"), false);
	flow_end(&f);
}

static bool
is_same(const struct extension *one, const struct extension *other)
{
	return one && other && span_eq(one->params, other->params);
}

/* Returns how many keywords of `now` are missing or different in `before`. */
static size_t
count_changes(const struct extensions *before, const struct extensions *now)
{
	size_t n = 0;

	for (size_t i = 0; i < now->n; i++)
		n += !is_same(extensions_find(before, now->list[i].keyword), &now->list[i]);
	return n;
}

/* Appends " +WORD" for each word of `params` that is not among the `others`. */
static struct span
add_words(struct arena *arena, struct span to, char sign, struct span params, struct span others)
{
	for (struct span word = span_word(&params); word.len > 0; word = span_word(&params)) {
		struct span rest = others, other = span_word(&rest);
		while (other.len > 0 && !span_eq_case(word, other))
			other = span_word(&rest);
		if (other.len == 0)
			to = arena_printf(
			    arena, "%.*s %c%.*s", SPAN_ARG(to), sign, SPAN_ARG(word));
	}
	return to;
}

/* "AUTH +SCRAM-SHA-256-PLUS -LOGIN" */
static struct span
changed(struct arena *arena, const struct extension *old, const struct extension *now)
{
	struct span text = add_words(arena, now->keyword, '+', now->params, old->params);

	text = add_words(arena, text, '-', old->params, now->params);
	return text.len > now->keyword.len ? text :
					     arena_printf(arena, "%.*s %.*s",
						 SPAN_ARG(now->keyword), SPAN_ARG(now->params));
}

static void
show_difference(struct screen *s, const struct event *e, const struct extensions *before)
{
	const struct extensions *now = e->extensions;
	struct flow f = show_below(s, e);
	bool same = count_changes(before, now) + count_changes(now, before) == 0;
	unsigned gap = 1;

	flow_print(&f, INK_PLAIN, same ? "as before" : "as before,");
	for (size_t i = 0; i < now->n; i++) {
		const struct extension *old = extensions_find(before, now->list[i].keyword);
		if (is_same(old, &now->list[i]))
			continue;
		if (old)
			flow_item(&f, INK_PLAIN, gap, changed(&s->arena, old, &now->list[i]));
		else
			put_keyword(&f, gap, "+ ", &now->list[i]);
		gap = GAP;
	}
	for (size_t i = 0; i < before->n; i++) {
		if (extensions_find(now, before->list[i].keyword))
			continue;
		flow_item(&f, INK_PLAIN, gap,
		    arena_printf(&s->arena, "- %.*s", SPAN_ARG(before->list[i].keyword)));
		gap = GAP;
	}
	flow_end(&f);
}

/* ---- choosing among these */

static uint64_t
hash(struct span s)
{
	uint64_t h = 14695981039346656037u;		/* FNV-1a */

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.at[i]) * 1099511628211u;
	return h;
}

/* The table is shown once for each server when a user types EHLO, if it fits the screen. */
static bool
wants_table(struct screen *s, const struct event *e)
{
	static const char told[] = "table";
	enum { BESIDE = 8 };	/* rows for the reply, the prompt and wrapped lines */
	bool typed = e->step && (e->step->op->traits & STEP_IS_LINE);

	if (s->ehlo != EHLO_AUTO)
		return s->ehlo == EHLO_TABLE;
	return s->prompt && typed && e->extensions->n + BESIDE <= screen_lines(s) &&
	    screen_telling(s, told, hash(e->extensions->host)) == TELL_FIRST;
}

/* If not on a terminal, the reply's lines were shown already. */
void
show_extensions(struct screen *s, const struct event *e)
{
	struct screen_past *past = past_of(s, e);
	const struct extensions *before = past->offered, *now = e->extensions;

	if (!s->terminal)
		return;
	bool table = wants_table(s, e);
	if (table) {
		show_extension_table(s, e, now);
	} else if (before && before->n > 0 && 2 * count_changes(before, now) <= now->n &&
	    2 * count_changes(now, before) <= before->n) {
		show_difference(s, e, before);
	} else {
		show_block(s, e);
	}
	if (!table)
		show_closing(s, e, now);
	past_offered(past, now);
}
