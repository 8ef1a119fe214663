/*
 * Writes a script as text again. Parsing that gives the same script: so a test sees that nothing is
 * lost between the two.
 */
#ifndef TESTS_LIB_SCRIPT_WRITE_H
#define TESTS_LIB_SCRIPT_WRITE_H

#include "run/script/words.h"

static void
write_replies(struct buf *out, unsigned peer, const struct expect *const *reply, size_t n)
{
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; reply[k] && i < reply[k]->nlines; i++) {
			const struct span source = reply[k]->line[i].source;
			buf_printf(out, "S%.0u:", peer > 1 ? peer : 0);
			buf_printf(out, "%s%.*s\n", source.len ? " " : "", SPAN_ARG(source));
		}
}

static void
write_say(struct buf *out, const struct script *s, unsigned peer, const struct script_say *say)
{
	const struct span source = say->text.source;

	if (!s->marked) {
		bool slash = say->kind == SAY_COMMAND && source.len > 0 && source.at[0] == '/';
		buf_printf(out, "%s%.*s\n", slash ? "/" : "", SPAN_ARG(source));
		return;
	}
	buf_printf(
	    out, "C%.0u%s:", peer > 1 ? peer : 0, say->kind == SAY_RAW || !say->crlf ? "\\" : "");
	buf_printf(out, "%s%.*s\n", source.len ? " " : "", SPAN_ARG(source));
}

/* The closing tag of a here-document. */
static void
write_step(struct buf *out, struct span line)
{
	struct span first = line, mark;

	buf_printf(out, "%.*s\n", SPAN_ARG(line));
	first = span_until(&first, '\n');
	mark = span_find(first, SPAN("<<"));
	if (mark.len > 0 && first.len < line.len) {
		mark = span_skip(mark, 2);
		struct span tag = span_word(&mark);
		buf_printf(out, "%.*s\n", SPAN_ARG(tag));
	}
}

static void
write_items(struct buf *out, const struct script *s, const struct script_item *item)
{
	for (; item; item = item->next) {
		for (size_t i = 0; i < item->nsay; i++)
			write_say(out, s, item->peer, &item->say[i]);
		if (item->kind != SCRIPT_EXCHANGE)
			write_step(out, item->line.source);
		write_replies(out, item->peer, item->reply, item->nreply);
		if (item->kind != SCRIPT_WORD || !item->word->block)
			continue;
		write_items(out, s, item->body);
		if (item->other) {
			buf_append(out, SPAN("/else\n"));
			write_items(out, s, item->other);
		}
		buf_append(out, SPAN("/end\n"));
	}
}

static void
write_states(struct buf *out, const char *key, unsigned bits)
{
	const char *before = "=";

	if (bits)
		buf_printf(out, " %s", key);
	for (size_t i = 0; i < RULE_BITS; i++)
		if (bits & 1u << i) {
			buf_printf(out, "%s%s", before, rule_states[i]);
			before = ",";
		}
}

static void
write_rules(struct buf *out, const struct script_rule *r)
{
	for (; r; r = r->next) {
		buf_printf(out, "/on %.*s", SPAN_ARG(r->name));
		if (r->ere)
			buf_printf(out, " /%.*s/", SPAN_ARG(r->ere->source));
		write_states(out, "if", r->when);
		write_states(out, "unless", r->unless);
		write_states(out, "forget", r->forgets);
		if (r->over)
			buf_printf(out, " over=%llu", r->over);
		if (r->times)
			buf_printf(out, " times=%u", r->times);
		if (r->delay_ms)
			buf_printf(out, " delay=%llums", (unsigned long long)r->delay_ms);
		if (r->then)
			buf_printf(out, " then=%s", r->then->name);
		buf_append(out, SPAN("\n"));
		for (size_t i = 0; i < r->nreply; i++) {
			if (r->reply[i].delay_ms)
				buf_printf(out, "/delay %llums\n",
				    (unsigned long long)r->reply[i].delay_ms);
			write_replies(out, 1, &r->reply[i].expect, 1);
		}
		buf_append(out, SPAN("\n"));
	}
}

static void
script_write(const struct script *s, struct buf *out)
{
	write_rules(out, s->rules);
	write_items(out, s, s->prelude);
	for (const struct script_case *k = s->cases; k; k = k->next) {
		if (k->name.len > 0)
			/* a blank line of an unmarked file would be sent */
			buf_printf(
			    out, "%s/case \"%.*s\"", s->marked ? "\n" : "", SPAN_ARG(k->name));
		if (k->skip.len > 0)
			buf_printf(out, " skip=\"%.*s\"", SPAN_ARG(k->skip));
		if (k->tags.len > 0)
			buf_printf(out, " tags=%.*s", SPAN_ARG(k->tags));
		buf_append(out,
		    k->standalone   ? SPAN(" standalone\n") :
			k->name.len ? SPAN("\n") :
				      SPAN(""));
		write_rules(out, k->rules);
		write_items(out, s, k->items);
	}
}

#endif
