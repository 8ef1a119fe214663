/* module - a library that is opened when it is first used. */
#include "base/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name, *library, *package, *version;
	bool built;
} modules[] = {
#define X(NAME, name, library, package) \
	[MODULE_##NAME] = { name, library, package, MODULE_VERSION_##NAME, MODULE_BUILT_##NAME },
	MODULES(X)
#undef X
};

bool
module_is_built(enum module m)
{
	return modules[m].built;
}

const char *
module_library(enum module m)
{
	return modules[m].library;
}

const char *
module_version(enum module m)
{
	return modules[m].version;
}

/* The folder that this program lies in, with its last "/"; empty where the system does not tell. */
static void
own_folder(char *out, size_t size)
{
	ssize_t n = 0;

#ifdef __linux__
	n = readlink("/proc/self/exe", out, size - 1);
#endif
	while (n > 0 && out[n - 1] != '/')
		n--;
	out[n > 0 ? n : 0] = '\0';
}

/*
 * Installed, though moved as a whole; beside the program, as in the build tree; where it was to be
 * installed. The first that is there is the one: another may be of another version.
 */
static bool
find_file(const char *name, char *path, size_t size)
{
	static const char *const places[] = { "../" MODULE_FOLDER_FROM_BIN "/", "", NULL };
	char folder[3000];

	own_folder(folder, sizeof folder);
	for (size_t i = 0; folder[0] && places[i]; i++) {
		snprintf(path, size, "%s%ssmtpsh-%s.so", folder, places[i], name);
		if (access(path, R_OK) == 0)
			return true;
	}
	snprintf(path, size, "%s/smtpsh-%s.so", MODULE_FOLDER, name);
	return access(path, R_OK) == 0;
}

/*
 * dlopen's words are of files and paths: what is told is what to do, and those only where that is
 * not known.
 */
static void
tell_why(enum module m, bool there, struct err *err)
{
	const char *why = dlerror();

	if (!there)
		err_set(err, ERR_SYSTEM,
		    "%s is needed here, and smtpsh-%s.so, by which smtpsh uses it: install that "
		    "from smtpsh's own "
		    "package or build, with Debian's %s",
		    modules[m].library, modules[m].name, modules[m].package);
	else if (!why ||
	    (strstr(why, modules[m].library) && strstr(why, "cannot open shared object file")))
		err_set(err, ERR_SYSTEM, "%s is needed here: install it (Debian's package is %s)",
		    modules[m].library, modules[m].package);
	else
		err_set(err, ERR_SYSTEM, "%s is needed here, and cannot be opened: %s",
		    modules[m].library, why);
}

const void *
module_open(enum module m, const void *linked, struct err *err)
{
	char symbol[40], path[3500];

	if (linked)
		return linked;
	if (!modules[m].built) {
		err_set(err, ERR_SYSTEM,
		    "%s is needed here, and this smtpsh was built without it: build it with "
		    "-D%s=enabled",
		    modules[m].library, modules[m].name);
		return NULL;
	}
	bool there = find_file(modules[m].name, path, sizeof path);
	void *handle = there ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	snprintf(symbol, sizeof symbol, "module_%s", modules[m].name);
	const void *found = handle ? dlsym(handle, symbol) : NULL;
	if (!found)
		tell_why(m, there, err);
	return found;
}
