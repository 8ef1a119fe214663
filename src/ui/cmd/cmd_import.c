/* smtpsh import - another tool's log becomes a script. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "run/script/import.h"
#include "ui/cmd/commands.h"
#include "ui/show/standard.h"
#include "ui/options/options.h"

static bool
read_log(const char *name, struct buf *log, struct err *err)
{
	int fd = file_open(name, FILE_PIPE, err);
	bool ok = fd >= 0 && file_drain(fd, name, IMPORT_LOG_MAX, log, err);

	file_close(fd);
	return ok;
}

static void
say_left_out(void *ctx, struct span line)
{
	(void)ctx;
	fprintf(stderr, "smtpsh: left out: %.*s\n", SPAN_ARG(line));
}

static bool
import(const struct options *o, struct err *err)
{
	bool verbose = o->look.verbose > 0;
	struct import_opts opts = { .from = o->from_dialect,
		.left_out = verbose ? say_left_out : NULL };
	struct buf log = { 0 };
	struct import_result r;

	if (!read_log(o->arg[0], &log, err)) {
		buf_release(&log);
		return false;
	}
	if (!import_log(&opts, &log, &r, err))
		return false;
	fwrite(buf_span(&r.head).at, 1, buf_span(&r.head).len, stdout);
	fwrite(buf_span(&r.body).at, 1, buf_span(&r.body).len, stdout);
	if (r.contradiction[0])
		fprintf(stderr, "smtpsh: note: the log contradicts SMTP: %s\n", r.contradiction);
	if (verbose)
		fprintf(stderr, "smtpsh: read as a log of %s\n", r.form);
	import_result_release(&r);
	return true;
}

static int
run_import(struct options *o, struct err *err)
{
	if (o->nargs != 1)
		err_set(err, ERR_USAGE, "import wants one log; - is standard input");
	else
		import(o, err);
	return 0;
}

const struct command command_import = {
	.name = "import",
	.group = FOR_SCRIPTS,
	.args = "[--from FORM] LOG",
	.help = "Make a script from another tool's log",
	.scope = SCOPE_IMPORT,
	.run = run_import,
	.example = { "import LOG" },
};
