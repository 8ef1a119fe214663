/* markup - text escaped for XML, HTML and Markdown. */
#include "ui/report/markup.h"

void
markup_put(FILE *out, struct span safe)
{
	for (size_t i = 0; i < safe.len; i++)
		switch (safe.at[i]) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			putc(safe.at[i], out);
		}
}

/*
 * A code span cannot contain a backquote or, in a table, "|". These are written between two spans,
 * as entities, which every renderer shows as text.
 */
void
markup_put_code(FILE *out, struct span safe)
{
	while (safe.len > 0) {
		size_t n = 0;
		while (n < safe.len && safe.at[n] != '`' && safe.at[n] != '|')
			n++;
		if (n > 0)
			fprintf(out, "`%.*s`", SPAN_ARG(span_first(safe, n)));
		if (n < safe.len)
			fprintf(out, "&#%d;", safe.at[n++]);
		safe = span_skip(safe, n);
	}
}
