/* module - a library that is opened when it is first used. */
#include "base/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
	const char *name, *library, *package, *version;
	bool built;
} modules[] = {
#define X(NAME, name, library, package) [MODULE_##NAME] = { name, library, package, MODULE_VERSION_##NAME, MODULE_BUILT_##NAME },
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

/* Installed, though moved as a whole; beside the program, as in the build tree; where it was to be installed. */
static void *
open_file(const char *name)
{
	static const char *const places[] = { "../" MODULE_FOLDER_FROM_BIN "/", "", NULL };
	char folder[3000], path[3500];
	void *handle;

	own_folder(folder, sizeof folder);
	for (size_t i = 0; folder[0] && places[i]; i++) {
		snprintf(path, sizeof path, "%s%ssmtpsh-%s.so", folder, places[i], name);
		handle = access(path, R_OK) == 0 ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
		if (handle)
			return handle;
	}
	snprintf(path, sizeof path, "%s/smtpsh-%s.so", MODULE_FOLDER, name);
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const void *
module_open(enum module m, const void *linked, struct err *err)
{
	char symbol[40];

	if (linked)
		return linked;
	if (!modules[m].built) {
		err_set(err, ERR_SYSTEM, "this smtpsh was built without %s, which is needed here", modules[m].library);
		return NULL;
	}
	void *handle = open_file(modules[m].name);
	snprintf(symbol, sizeof symbol, "module_%s", modules[m].name);
	const void *found = handle ? dlsym(handle, symbol) : NULL;
	if (!found) {
		const char *why = dlerror();
		err_set(err, ERR_SYSTEM, "%s is needed here: install it (Debian's package is %s): %s", modules[m].library,
		    modules[m].package, why ? why : "it cannot be opened");
	}
	return found;
}
