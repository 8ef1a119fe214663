/*
 * Files named by scripts. They are confined to the script's directory or to --file-root, after
 * symbolic links are resolved.
 */
#ifndef RUN_SCRIPT_FILE_H
#define RUN_SCRIPT_FILE_H

#include "run/script/script.h"

/*
 * Resolves `name`, as written in the file `from`, below `root` (NULL: the directory of `from`).
 * *path lives in the arena. Returns false and sets err (ERR_USAGE) when the file is outside.
 */
bool file_below(const char *from, const char *root, struct span name, struct arena *,
    const char **path, struct err *);

/* Loads an included file for script_parse; ctx is the root, or NULL (as in file_below). */
script_load_fn script_load_file;

#endif
