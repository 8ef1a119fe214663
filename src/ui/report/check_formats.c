/* check_formats - the writers of all formats, by the rows of ui/options/format.h. */
#include "ui/report/check.h"

const struct check_format check_formats[] = {
#define X(word) { #word, check_##word, check_sender_##word },
	CHECK_FORMATS(X)
#undef X
	{ NULL, NULL, NULL },
};

const struct check_format *
check_format(struct span name)
{
	for (const struct check_format *f = check_formats; f->name; f++)
		if (span_eq(span_of(f->name), name))
			return f;
	return NULL;
}
