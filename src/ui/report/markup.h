/* Text written into XML and HTML: JUnit's report and the HTML pages. */
#ifndef UI_REPORT_MARKUP_H
#define UI_REPORT_MARKUP_H

#include <stdio.h>

#include "base/span.h"

/* Writes text or an attribute's value, already safe to show, with everything special escaped. */
void markup_put(FILE *, struct span safe);

#endif
