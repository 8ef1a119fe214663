/* The file that this process runs, by which it finds what was installed together with it. */
#ifndef BASE_EXECUTABLE_H
#define BASE_EXECUTABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Its path, absolute and without links: Linux, macOS and the BSDs but OpenBSD. False, with "": the
 * system does not say, or it does not fit. Of a file that was replaced since, Linux adds
 * " (deleted)".
 */
bool executable_path(char *out, size_t size);
/* The same up to its last "/", which stays. */
bool executable_folder(char *out, size_t size);
/*
 * Set-user-ID, set-group-ID or file capabilities: it has privileges that its user lacks, and that
 * user may have chosen what lies beside it.
 */
bool executable_is_privileged(void);

#endif
