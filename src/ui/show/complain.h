/*
 * What went wrong, on standard error: the sentence and, where it is about a line of a file, that
 * line with a mark below.
 */
#ifndef UI_SHOW_COMPLAIN_H
#define UI_SHOW_COMPLAIN_H

#include "base/err.h"

void complain(const struct err *);

#endif
