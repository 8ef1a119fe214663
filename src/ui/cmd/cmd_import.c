/* smtpsh import - turns another tool's log into a script. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "run/script/import.h"
#include "ui/cmd/commands.h"
#include "ui/show/standard.h"
#include "ui/options/options.h"

static void
say_left_out(void *ctx, struct span line)
{
	(void)ctx;
	fprintf(stderr, "smtpsh: omitted: %.*s\n", SPAN_ARG(line));
}

static int
run_import(struct options *o, struct err *err)
{
	bool verbose = o->look.verbose > 0;
	struct import_opts opts = { .from = o->from_dialect,
		.left_out = verbose ? say_left_out : NULL };
	struct buf log = { 0 };
	struct import_result r;

	if (o->nargs == 0) {
		err_set(err, ERR_USAGE, "import: expected one log; - is standard input");
		return 0;
	}
	int fd = file_open(o->arg[0], FILE_PIPE, err);
	bool read = fd >= 0 && file_drain(fd, o->arg[0], IMPORT_LOG_MAX, &log, err);
	file_close(fd);
	if (!read)
		buf_release(&log);
	if (!read || !import_log(&opts, &log, &r, err))
		return 0;
	fwrite(buf_span(&r.head).at, 1, buf_span(&r.head).len, stdout);
	fwrite(buf_span(&r.body).at, 1, buf_span(&r.body).len, stdout);
	if (r.contradiction[0])
		fprintf(stderr, "smtpsh: note: not valid SMTP in the log: %s\n", r.contradiction);
	if (verbose)
		fprintf(stderr, "smtpsh: log format: %s\n", r.form);
	import_result_release(&r);
	return 0;
}

const struct command command_import = {
	.name = "import",
	.group = FOR_SCRIPTS,
	.args = "[--from FORM] LOG",
	.args_max = 1,
	.help = "Make a script from another tool's log",
	.scope = SCOPE_IMPORT,
	.run = run_import,
	.example = { "import LOG" },
};
