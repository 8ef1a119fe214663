/* check - the formats of its report: a row each, and a file check_FORMAT.c. */
#include "ui/report/check.h"

const struct check_format check_formats[] = {
	{ "text", "For a person", check_text, check_sender_text },
	{ "json", "One JSON object", check_json, check_sender_json },
	{ "html", "One self-contained page, to pass on", check_html, check_sender_html },
	{ "markdown", "For a ticket", check_markdown, check_sender_markdown },
	{ NULL, NULL, NULL, NULL },
};

const struct check_format *
check_format(struct span name)
{
	for (const struct check_format *f = check_formats; f->name; f++)
		if (span_eq(span_of(f->name), name))
			return f;
	return NULL;
}
