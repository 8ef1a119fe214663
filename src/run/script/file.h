/*
 * Files that scripts name: they stay below the script's folder, links out of it included, or below
 * --file-root.
 */
#ifndef RUN_SCRIPT_FILE_H
#define RUN_SCRIPT_FILE_H

#include "run/script/script.h"

/*
 * Where `name`, as the file `from` gives it, really is, when that is allowed. root NULL: the folder
 * of `from`.
 */
bool file_below(const char *from, const char *root, struct span name, struct arena *,
    const char **path, struct err *);

/* A script_load_fn; ctx is the root or NULL. */
script_load_fn script_load_file;

#endif
