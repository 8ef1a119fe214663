/* complain - what went wrong, for people. */
#include "ui/show/complain.h"

#include <stdio.h>

void
complain(const struct err *err)
{
	fprintf(stderr, "smtpsh: %s\n", err->text);
	if (err->source[0])
		fprintf(stderr, "%5u | %s\n      | %*s^\n", err->line, err->source,
		    (int)err->before, "");
}
