/* version - prints the versions of the program and of the libraries that it uses. */
#include "ui/show/version.h"

#include "base/module.h"
#include "commit.h"
#include "net/loop.h"
#include "ui/show/json.h"

void
version_print(FILE *out)
{
	fprintf(out, "smtpsh %s%s%s%s\n", SMTPSH_VERSION, SMTPSH_COMMIT[0] ? " (commit " : "",
	    SMTPSH_COMMIT, SMTPSH_COMMIT[0] ? ")" : "");
	fprintf(out, "with libuv %s, jansson %s\n", loop_library_version(), json_library_version());
	for (enum module m = 0; m < MODULE_COUNT; m++)
		if (module_is_static(m))
			fprintf(out, "with %s %s\n", module_library(m), module_version(m));
		else if (module_is_built(m))
			fprintf(out, "with %s, loaded when needed (built with %s)\n",
			    module_library(m), module_version(m));
		else
			fprintf(out, "without %s\n", module_library(m));
}
