/* profile - a server's behaviour that comes with the program. */
#include "ui/options/profile.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/ascii.h"
#include <config.h>		/* of the build; the one beside this file is the user's */

bool
profile_find(const char *name, struct arena *arena, const char **path, struct err *err)
{
	const char *data = getenv("SMTPSH_DATA");
	const char *folder = data ? data : SMTPSH_DATADIR;

	for (const char *p = name; *p; p++)
		if (!ascii_is_lower(*p) && !ascii_is_digit(*p) && *p != '-')
			return err_set(err, ERR_USAGE,
			    "--profile %s: a profile's name has letters, digits and -; a script of "
			    "your own "
			    "is named without --profile",
			    name);
	*path = arena_printf(arena, "%s/profiles/%s.smtp", folder, name).at;
	return access(*path, R_OK) == 0 ||
	    err_set(err, ERR_USAGE, "there is no profile \"%s\" in %s/profiles", name, folder);
}
