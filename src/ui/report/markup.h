/* Text written into XML, HTML and Markdown. */
#ifndef UI_REPORT_MARKUP_H
#define UI_REPORT_MARKUP_H

#include <stdio.h>

#include "base/span.h"

/* Writes text or an attribute's value, already safe to show, with everything special escaped. */
void markup_put(FILE *, struct span safe);

/*
 * Writes a text, already safe to show, as Markdown code: no markup, link or mention can begin in
 * it, and no cell of a table ends in it.
 */
void markup_put_code(FILE *, struct span safe);

#endif
