/* smtpsh version - prints the version of smtpsh and those of its libraries. */
#include "ui/cmd/commands.h"
#include "ui/show/version.h"

static int
run_version(struct options *o, struct err *err)
{
	(void)o, (void)err;
	version_print(stdout);
	return 0;
}

const struct command command_version = {
	.name = "version",
	.group = FOR_PROGRAM,
	.args = "",
	.help = "Show the versions of smtpsh and of the libraries it uses",
	.scope = SCOPE_COMMON,
	.run = run_version,
};
