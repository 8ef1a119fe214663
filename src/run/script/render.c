/* render - a reply as a server sends it, and a script as text again. */
#include <stdio.h>

#include "run/script/words.h"

/* "2xx" is the verb's usual code where it fits, else the plainest of its class. */
static void
pick_code(const struct expect_line *l, enum verb verb, char out[4])
{
	static const char *const plain[] = { "250", "250", "250", "354", "451", "550" };
	char usual[4];
	const char *digit = l->code[0].digit;
	bool fits = true;

	snprintf(usual, sizeof usual, "%03u", verb_info(verb)->success % 1000);
	for (size_t i = 0; i < 3; i++)
		fits &= digit[i] == 'x' || digit[i] == usual[i];
	const char *from = fits ? usual :
				  plain[digit[0] >= '0' && digit[0] <= '5' ? digit[0] - '0' : 5];
	for (size_t i = 0; i < 3; i++)
		out[i] = digit[i] == 'x' ? from[i] : digit[i];
	out[3] = '\0';
}

/*
 * The last line that goes out: one that stands for further lines does not, but for a reply of its
 * own.
 */
static size_t
lines_sent(const struct expect *x)
{
	size_t last = 0;

	for (size_t i = 0; i < x->nlines; i++)
		if (x->line[i].ncodes > 0 && !x->line[i].more)
			last = i + 1;
	return last ? last : 1;
}

bool
script_render(const struct expect *x, enum verb verb, struct script_vars *vars, struct arena *arena,
    struct span *out, struct err *err)
{
	struct buf all = { .max = CONV_REPLY_MAX };
	size_t n = lines_sent(x);
	bool ok = true;

	if (x->any || x->nlines == 0) {
		*out = arena_printf(arena, "%03u Ok", verb_info(verb)->success);
		return true;
	}
	for (size_t i = 0; ok && i < n; i++) {
		const struct expect_line *l = &x->line[i];
		struct span text;
		char code[4];
		if (l->ncodes == 0)
			continue;
		if (l->ere) {
			ok = err_set(err, ERR_USAGE, "%s:%u: an /ERE/ cannot be sent",
			    l->place.file, l->place.line);
			break;
		}
		ok = text_fill(&l->text, vars, arena, &text, NULL, err);
		if (!ok)
			break;
		pick_code(l, verb, code);
		while (l->text.patterns && text.len > 0 && text.at[text.len - 1] == ' ')
			text.len--;
		char separator = i + 1 < n ? '-' : text.len || l->separator == ' ' ? ' ' : 0;
		buf_printf(&all, "%s%s%.*s%.*s", buf_span(&all).len ? "\r\n" : "", code,
		    separator ? 1 : 0, &separator, SPAN_ARG(text));
	}
	*out = arena_copy(arena, buf_span(&all));
	buf_release(&all);
	return ok;
}

/* ---- the script as text */

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

void
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
