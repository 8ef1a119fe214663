/* markup - text escaped for XML, HTML and Markdown. */
#ifndef UI_REPORT_MARKUP_H
#define UI_REPORT_MARKUP_H

#include <stdio.h>

#include "base/span.h"

/* Writes text or an attribute's value that is safe to show, with all special characters escaped. */
void markup_put(FILE *, struct span safe);

/*
 * Writes a text that is safe to show as Markdown code: it cannot begin markup, a link or a mention,
 * or end a table's cell.
 */
void markup_put_code(FILE *, struct span safe);

#endif
