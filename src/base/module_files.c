/* module_files - for programs that open modules as files; see module_links in base/module.h. */
#include "base/module.h"

const struct module_links module_links = { .files = true };
