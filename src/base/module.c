/* module - opens shared modules when they are first used. */
#include "base/module.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/executable.h"

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
	return modules[m].built && (module_links.files || module_links.module[m]);
}

bool
module_is_static(enum module m)
{
	return module_links.module[m] != NULL;
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

/*
 * Opens the first file that exists: in the installed place relative to the program, so that an
 * installation can be moved; next to the program, as in the build tree; in the configured
 * directory. Later ones are not tried, since they may be of another version. -1: none exists.
 */
static int
open_file(const char *name, char *path, size_t size)
{
	static const char *const places[] = { "../" MODULE_FOLDER_FROM_BIN "/", "", NULL };
	char folder[3000];
	int fd = -1;

	bool beside = executable_folder(folder, sizeof folder) && !executable_is_privileged();
	for (size_t i = 0; fd < 0 && beside && places[i]; i++) {
		snprintf(path, size, "%s%ssmtpsh-%s" MODULE_SUFFIX, folder, places[i], name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0) {
		snprintf(path, size, "%s/smtpsh-%s" MODULE_SUFFIX, MODULE_FOLDER, name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	return fd;
}

/* Returns false and sets err when another user may have put the file there. */
static bool
is_trusted(int fd, const char *path, struct err *err)
{
	struct stat file, program;
	char own[3000];

	if (!executable_path(own, sizeof own) || stat(own, &program) != 0)
		program.st_uid = geteuid();
	if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))
		return err_set(err, ERR_SYSTEM, "%.300s is not a regular file; not loaded", path);
	if (file.st_uid != 0 && file.st_uid != geteuid() && file.st_uid != program.st_uid)
		return err_set(err, ERR_SYSTEM,
		    "%.300s belongs to another user (%lu); not loaded", path,
		    (unsigned long)file.st_uid);
	if (file.st_mode & S_IWOTH)
		return err_set(err, ERR_SYSTEM,
		    "%.300s can be written by every user; not loaded", path);
	return true;
}

/*
 * Sets err to what the user has to install. dlerror(3), which speaks of files and symbols, is
 * quoted only when the cause is another one.
 */
static void
tell_why(enum module m, bool there, struct err *err)
{
	const char *why = dlerror();

	if (!there)
		err_set(err, ERR_SYSTEM,
		    "%s is used through smtpsh-%s" MODULE_SUFFIX
		    ", which is missing: install it from smtpsh's "
		    "own package or build, together with Debian's %s",
		    modules[m].library, modules[m].name, modules[m].package);
	else if (!why ||
	    (strstr(why, modules[m].library) && strstr(why, "cannot open shared object file")))
		err_set(err, ERR_SYSTEM, "%s is required: install it (Debian's package is %s)",
		    modules[m].library, modules[m].package);
	else
		err_set(err, ERR_SYSTEM, "%s is required, and cannot be opened: %s",
		    modules[m].library, why);
}

const void *
module_open(enum module m, const void *linked, struct err *err)
{
	char symbol[40], path[3500];

	if (linked || module_links.module[m])
		return linked ? linked : module_links.module[m];
	if (!module_links.files) {
		err_set(err, ERR_SYSTEM,
		    "%s is required, and is not part of this static smtpsh: use one that is linked "
		    "with shared libraries",
		    modules[m].library);
		return NULL;
	}
	if (!modules[m].built) {
		err_set(err, ERR_SYSTEM,
		    "%s is required, and this smtpsh was built without it: build it with "
		    "-D%s=enabled",
		    modules[m].library, modules[m].name);
		return NULL;
	}
	int fd = open_file(modules[m].name, path, sizeof path);
	bool there = fd >= 0, trusted = there && is_trusted(fd, path, err);
	if (there)
		close(fd);
	if (there && !trusted)
		return NULL;
	/*
	 * Opened by name, though only the descriptor was checked: even in a sticky directory nobody
	 * but the owner can have replaced the file since.
	 */
	void *handle = there ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	snprintf(symbol, sizeof symbol, "module_%s", modules[m].name);
	const void *found = handle ? dlsym(handle, symbol) : NULL;
	const char *version = found ? dlsym(handle, "smtpsh_module_version") : NULL;
	if (!found)
		tell_why(m, there, err);
	else if (!version || strcmp(version, SMTPSH_VERSION) != 0) {
		err_set(err, ERR_SYSTEM,
		    "%.300s is of smtpsh %.20s, and this is smtpsh %s; install both from one "
		    "package or build",
		    path, version ? version : "(unknown)", SMTPSH_VERSION);
		found = NULL;
	}
	return found;
}
