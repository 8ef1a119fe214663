/* markup - text for XML and HTML. */
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
