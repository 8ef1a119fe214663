/* executable - the path of the running program. */
#include "base/executable.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined __linux__
#include <sys/auxv.h>
#elif defined __APPLE__
#include <mach-o/dyld.h>
#elif defined __FreeBSD__ || defined __DragonFly__ || defined __NetBSD__
#include <sys/types.h>
#include <sys/sysctl.h>
#endif

#ifndef __linux__
/* Writes the path as the system tells it, which may contain symbolic links. */
static bool
executable_told(char *out, size_t size)
{
#if defined __APPLE__
	uint32_t room = (uint32_t)size;
	return _NSGetExecutablePath(out, &room) == 0;
#elif defined __FreeBSD__ || defined __DragonFly__
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1 };
	return sysctl(name, 4, out, &size, NULL, 0) == 0 && size > 1;
#elif defined __NetBSD__
	int name[] = { CTL_KERN, KERN_PROC_ARGS, -1, KERN_PROC_PATHNAME };
	return sysctl(name, 4, out, &size, NULL, 0) == 0 && size > 1;
#else
	(void)out, (void)size;
	return false;
#endif
}
#else
/* Without /proc, as in an empty container: the path given to execve(2), if it is absolute. */
static bool
executable_told(char *out, size_t size)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	return name && name[0] == '/' && (size_t)snprintf(out, size, "%s", name) < size;
}
#endif

bool
executable_path(char *out, size_t size)
{
	char *real;

#ifdef __linux__
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	if (n > 0 && (size_t)n < size - 1) {
		out[n] = '\0';
		return true;
	}
#endif
	if (executable_told(out, size) && (real = realpath(out, NULL))) {
		bool fits = (size_t)snprintf(out, size, "%s", real) < size;
		free(real);
		if (fits)
			return true;
	}
	out[0] = '\0';
	return false;
}

bool
executable_folder(char *out, size_t size)
{
	bool known = executable_path(out, size);

	if (known)
		strrchr(out, '/')[1] = '\0';
	return known;
}

bool
executable_is_privileged(void)
{
#ifdef __linux__
	return getauxval(AT_SECURE) != 0;
#else
	return getuid() != geteuid() || getgid() != getegid();
#endif
}
