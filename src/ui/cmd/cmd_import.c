/* smtpsh import - another tool's log becomes a script. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "run/script/import.h"
#include "run/script/script.h"
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

static const struct import_dialect *
import_choose(const struct options *o, struct span log, struct err *err)
{
	const struct import_dialect *d = o->from_dialect ?
	    import_dialect(span_of(o->from_dialect)) :
	    import_recognise(log);
	struct buf names = { .max = 300 };

	if (d)
		return d;
	for (d = import_dialects; d->name; d++)
		buf_printf(&names, " %s", d->name);
	if (o->from_dialect)
		err_set(err, ERR_USAGE, "--from %s: there is no such dialect; there are%.*s",
		    o->from_dialect, SPAN_ARG(buf_span(&names)));
	else
		err_set(err, ERR_USAGE, "%s: no dialect is recognised; --from names one of%.*s",
		    o->arg[0], SPAN_ARG(buf_span(&names)));
	buf_release(&names);
	return NULL;
}

static bool
import(const struct options *o, struct err *err)
{
	struct buf log = { 0 }, script = { .max = IMPORT_OUT_MAX };
	const struct import_dialect *d = NULL;
	struct err parse = { 0 };

	bool ok = read_log(o->arg[0], &log, err) && (d = import_choose(o, buf_span(&log), err)) &&
	    import_log(d, buf_span(&log), &script, err);
	if (ok) {
		struct span text = buf_span(&script);
		fwrite(text.at, 1, text.len, stdout);
		struct script *s = script_parse(
		    "the script", text, &(struct script_opts){ 0 }, &parse);
		if (!s)
			fprintf(stderr, "smtpsh: note: the log leaves something open: %s\n",
			    parse.text);
		script_free(s);
	}
	if (ok && o->look.verbose > 0)
		fprintf(stderr, "smtpsh: read as a log of %s\n", d->help);
	buf_release(&log);
	buf_release(&script);
	return ok;
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
	.args = "[--from DIALECT] LOG",
	.help = "Make a script of another tool's log",
	.scope = SCOPE_IMPORT,
	.run = run_import,
};
