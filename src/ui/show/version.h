/* version - the versions of the program and of the libraries that it uses. */
#ifndef UI_SHOW_VERSION_H
#define UI_SHOW_VERSION_H

#include <stdio.h>

void version_print(FILE *);

#endif
