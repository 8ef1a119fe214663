/*
 * The modules of the exporter: a file is read, or refused with a sentence that names the line or
 * the module.
 */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ui/cmd/commands.h"
#include "ui/cmd/exporter_modules.h"

/*
 * Options that read a file, a descriptor or a command, or look a name up: fuzzed words must do none
 * of it.
 */
static bool
reaches_out(struct span text)
{
	static const char *const words[] = { "password", "/", "proxy", "script", "file", "data",
		"fd", "@", "cert", "key", "ca", "send", "set" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_find(text, span_of(words[i])).len > 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static struct loop *loop;
	struct err err = { 0 };
	char path[64];

	if (reaches_out(fuzz_span(octets, n)))
		return 0;
	if (!loop)
		loop = loop_new();
	int fd = memfd_create("modules", MFD_CLOEXEC);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	PROMISE(fd >= 0 && write(fd, octets, n) == (ssize_t)n);
	struct probe_module *modules = modules_read(loop, &program, path, &err);
	close(fd);
	PROMISE(modules ? module_find(modules, "smtp_starttls") && module_find(modules, "mx") :
			  err.text[0]);
	for (struct probe_module *m = modules; m; m = m->next)
		PROMISE(m->name[0] && module_find(modules, m->name) == m);
	modules_free(modules);
	return 0;
}
