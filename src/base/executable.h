/* The path of the running program, from which the files installed with it are found. */
#ifndef BASE_EXECUTABLE_H
#define BASE_EXECUTABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes its absolute path, without symbolic links. Returns false and writes "" when the system
 * does not tell, as OpenBSD does not, or when it does not fit. Linux appends " (deleted)" when the
 * file has been replaced.
 */
bool executable_path(char *out, size_t size);
/* The same, up to and including the last "/". */
bool executable_folder(char *out, size_t size);
/*
 * Whether it runs with privileges that its user lacks (set-user-ID, set-group-ID, file
 * capabilities). That user may control the files next to it, which then must not be trusted.
 */
bool executable_is_privileged(void);

#endif
