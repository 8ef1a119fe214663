/*
 * Files that scripts name, confined (symbolic links resolved) to the script's directory or to
 * --file-root.
 */
#ifndef RUN_SCRIPT_FILE_H
#define RUN_SCRIPT_FILE_H

#include "run/script/script.h"

/*
 * Resolves `name` as given in the file `from`; *path lives in the arena. root NULL: the directory
 * of `from`. False with err (ERR_USAGE) when it is outside.
 */
bool file_below(const char *from, const char *root, struct span name, struct arena *,
    const char **path, struct err *);

/* A script_load_fn; ctx is the root or NULL. */
script_load_fn script_load_file;

#endif
