/* render - renders a reply as a server sends it. */
#include <stdio.h>

#include "run/script/words.h"

/*
 * Picks the code for a pattern such as "2xx": the verb's usual code if it fits, else the most
 * general one of its class.
 */
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
 * Returns the number of lines to send. A "..." at the end is not sent, unless it is the only line.
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
		if (l->text.patterns)
			text = span_trim_end(text, " ");
		char separator = i + 1 < n ? '-' : text.len || l->separator == ' ' ? ' ' : 0;
		buf_printf(&all, "%s%s%.*s%.*s", buf_span(&all).len ? "\r\n" : "", code,
		    separator ? 1 : 0, &separator, SPAN_ARG(text));
	}
	*out = arena_copy(arena, buf_span(&all));
	buf_release(&all);
	return ok;
}
