/* trace - writes the trace of --debug. */
#include "ui/show/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utc.h"
#include "ui/show/json.h"
#include "ui/show/version.h"

struct trace {
	FILE *out;
	const char *name;
	struct json *json;
	uint64_t began_us;
};

static void
trace_on_event(void *ctx, const struct event *event)
{
	struct trace *t = ctx;
	json_event(t->json, event);
}

static void
trace_on_octets(void *ctx, unsigned session, const char *what, size_t n)
{
	struct trace *t = ctx;
	double at = (double)(loop_now_us() - t->began_us) / 1e6;

	if (n > 0)
		fprintf(t->out, "# %.6f session %u: %s %zu octets\n", at, session, what, n);
	else
		fprintf(t->out, "# %.6f session %u: %s\n", at, session, what);
}

static void
trace_where(struct trace *t)
{
	struct utsname system;
	char date[24];

	utc_text(date, time(NULL));
	fprintf(t->out,
	    "# trace written by smtpsh --debug, %s; contains addresses and names, but no "
	    "passwords\n",
	    date);
	if (uname(&system) == 0)
		fprintf(t->out, "# %s %s %s\n", system.sysname, system.release, system.machine);
	version_print(t->out);
}

bool
trace_begin(struct session_env *env, const char *file, struct err *err)
{
	if (!file)
		return true;
	int fd = file_append(file, err);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "a");
	if (!out)
		return false;
	struct trace *t = memory_zeroed(sizeof *t);
	*t = (struct trace){
		.out = out, .name = file, .json = json_new(out), .began_us = loop_now_us()
	};
	setvbuf(out, NULL, _IOLBF, 0);		/* complete even after a crash */
	trace_where(t);
	env->trace = trace_on_event;
	env->trace_octets = trace_on_octets;
	env->trace_ctx = t;
	return true;
}

bool
trace_end(struct session_env *env, struct err *err)
{
	struct trace *t = env->trace_ctx;

	if (!t)
		return true;
	json_free(t->json);
	bool ok = !ferror(t->out);
	ok = fclose(t->out) == 0 && ok;
	if (!ok && err->kind == ERR_NONE)
		err_set(err, ERR_SYSTEM, "cannot write %s: %s", t->name, strerror(errno));
	free(t);
	return ok;
}
