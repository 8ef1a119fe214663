/* /version - shows the version of smtpsh and of the libraries it runs with. */
#include "ui/show/version.h"

#include "ui/prompt/prompt.h"

static void
prompt_version_run(struct prompt *p, void *state, struct span args)
{
	(void)state;
	if (args.len > 0) {
		prompt_problem(p, "/version takes no argument");
		return;
	}
	if (p->screen->hide)
		p->screen->hide(p->screen->hide_ctx);
	version_print(p->screen->out);
}

const struct prompt_command prompt_version = {
	.name = "version",
	.group = GROUP_LOOK,
	.args = "",
	.help = "Show the version of smtpsh and of the libraries it uses",
	.at_once = true,
	.run = prompt_version_run,
};
