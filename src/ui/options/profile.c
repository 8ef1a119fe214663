/* profile - finds the scripts of servers that come with the program. */
#include "ui/options/profile.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/executable.h"
#include <config.h>		/* of the build; the config.h in this directory is the user's */

/*
 * Returns the directory of the files that come with the program: $SMTPSH_DATA, else relative to the
 * executable, since an installation may have been moved as a whole, else as configured.
 */
static const char *
profile_data(struct arena *arena)
{
	const char *told = getenv("SMTPSH_DATA");
	char folder[3000];

	if (told)
		return told;
	if (executable_folder(folder, sizeof folder) && !executable_is_privileged()) {
		char *beside = realpath(
		    arena_printf(arena, "%s" SMTPSH_DATADIR_FROM_BIN, folder).at, NULL);
		const char *found = beside ? arena_string(arena, span_of(beside)) : SMTPSH_DATADIR;
		free(beside);
		return found;
	}
	return SMTPSH_DATADIR;
}

bool
profile_find(const char *name, struct arena *arena, const char **path, struct err *err)
{
	const char *folder = profile_data(arena);

	for (const char *p = name; *p; p++)
		if (!ascii_is_lower(*p) && !ascii_is_digit(*p) && *p != '-')
			return err_set(err, ERR_USAGE,
			    "--profile %s: the name of a profile has only letters, digits and -; "
			    "for a script of your own, omit --profile",
			    name);
	*path = arena_printf(arena, "%s/profiles/%s.smtp", folder, name).at;
	return access(*path, R_OK) == 0 ||
	    err_set(err, ERR_USAGE, "no profile \"%s\" in %s/profiles", name, folder);
}
