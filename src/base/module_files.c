/* module_files - of a program that opens modules' files: none is linked in but by its room. */
#include "base/module.h"

const struct module_links module_links = { .files = true };
