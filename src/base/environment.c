/* environment - keeps variables with secrets from child processes. */
#include "base/environment.h"

#include <stdlib.h>
#include <unistd.h>

static const char secret[] = "SMTPSH_SECRET_";

/*
 * Moves the variable to SMTPSH_SECRET_@NAME, which children do not inherit and which no option
 * can name.
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
