/* environment - variables that hold secrets, kept from children. */
#include "base/environment.h"

#include <stdlib.h>
#include <unistd.h>

static const char secret[] = "SMTPSH_SECRET_";

/*
 * It is moved to a name that no child inherits, and no option can have: what followed "@" was
 * called so.
 */
const char *
environment_secret(const char *name)
{
	struct arena arena = { 0 };
	const char *value = getenv(name),
		   *hidden = arena_string(&arena, arena_printf(&arena, "%s@%s", secret, name));

	if (value && setenv(hidden, value, 1) == 0)
		unsetenv(name);
	value = getenv(hidden);
	arena_release(&arena);
	return value;
}

char **
environment_of_child(struct arena *arena)
{
	size_t n = 0, kept = 0;

	while (environ && environ[n])
		n++;
	char **all = ARENA_ARRAY(arena, char *, n + 1);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], secret, sizeof secret - 1) != 0)
			all[kept++] = environ[i];
	return all;
}
