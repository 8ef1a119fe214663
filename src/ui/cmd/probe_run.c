/* probe_run - probes every target once. */
#include "ui/cmd/probe_run.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/text.h"
#include "ui/show/draft.h"
#include "ui/show/progress.h"
#include "ui/show/screen.h"
#include "ui/show/standard.h"
#include "ui/options/targets.h"

enum {
	UNDONE_SHOWN = 10,
	FILES_SPARE = 32,
	FILES_OWN = 8
};

struct run {
	struct options *o;
	struct loop *loop;
	struct fleet *fleet;
	struct targets *targets;
	struct report *report[FORMATS_MAX];
	size_t nreports;
	struct screen screen;		/* of the transcript */
	struct progress_line *progress;
	bool told;			/* something was reported since the last wake-up */
	bool watched;			/* standard error is a terminal */
	/* several addresses; their only output is a table at the end */
	bool several, tabled;
	struct probe_watch *watch;	/* the table shown instead of all this; NULL: none */
	size_t undone;
	/* for the first file, other than reports, that could not be written */
	struct err err;
};

/* Each probe needs a descriptor: bounds the jobs by those available, less what else needs them. */
static void
bound_jobs(struct fleet_opts *opts)
{
	unsigned long long limit = descriptors_max();
	unsigned most;

	if (limit == 0 || limit > 1 << 20)
		return;
	unsigned files = (unsigned)limit;
	most = files > 2 * FILES_SPARE ? files - FILES_SPARE :
	    files > FILES_OWN + 2      ? (files - FILES_OWN) / 2 :
					 1;
	opts->jobs_most = files / 2 < 4096 ? files / 2 : 4096;
	if (opts->jobs > most) {
		fprintf(stderr,
		    "smtpsh: --jobs %u reduced to %u: only %u file descriptors (ulimit -n)\n",
		    opts->jobs, most, files);
		opts->jobs = most;
	}
}

static void
probe_on_report(void *ctx, const struct fleet_report *one)
{
	struct run *r = ctx;

	if (r->o->probe.write_ext_set && one->result->extensions && !r->err.kind)
		draft_write(r->o->probe.write_ext_set, 0666,
		    judge_ext_set(one->result->extensions, &one->result->arena), &r->err);
	r->told = true;
	if (r->watch)
		probe_watch_add(r->watch, one);
	if (!r->tabled)
		progress_hide(r->progress);
	for (size_t i = 0; i < r->nreports; i++)
		report_one(r->report[i], one);
}

static void
on_over(void *ctx, struct span target, size_t number, enum health state, bool done)
{
	struct run *r = ctx;

	(void)state;
	if (done) {
		targets_over(r->targets, number);
		return;
	}
	progress_hide(r->progress);
	if (r->o->probe.targets && !r->watch && r->o->look.verbose >= 0 &&
	    (r->undone++ < UNDONE_SHOWN || !r->watched))
		fprintf(stderr, "smtpsh: not probed: %.*s\n", SPAN_ARG(span_first(target, 200)));
}

static void
probe_on_event(void *ctx, const struct event *e)
{
	struct run *r = ctx;

	show_event(&r->screen, e);
}

/* With a single target, shows what it is waiting for. */
static void
probe_progress(void *ctx, char out[PROGRESS_SIZE])
{
	const struct run *r = ctx;
	const struct probe_settings *p = &r->o->probe;
	struct fleet_summary sum = fleet_summary(r->fleet);
	size_t over = sum.state[0] + sum.state[1] + sum.state[2] + sum.state[3];
	double seconds = (double)sum.wall_us / 1e6;
	const char *what = r->several ? NULL : fleet_waits_for(r->fleet);
	char most[24];

	text_limit(most, p->deadline_ms ? p->deadline_ms : p->probe.total_ms);
	if (what)
		snprintf(out, PROGRESS_SIZE, "waiting for %s, %.1f of %s", what, seconds, most);
	else
		snprintf(out, PROGRESS_SIZE,
		    "%zu of %zu%s done, %zu running, %zu not ok, %.1f s, %s%s", over, sum.targets,
		    sum.open ? "+" : "", fleet_in_flight(r->fleet), over - sum.state[STATE_OK],
		    seconds, p->deadline_ms ? "at most " : "each up to ", most);
}

/*
 * Returns whether several addresses are probed, which a table can show: hosts, a list, a domain's
 * MX.
 */
static bool
is_several(const struct options *o)
{
	struct arena arena = { 0 };
	struct target target;
	struct err err;

	if (o->nargs != 1 || o->probe.targets || o->probe.mx)
		return true;
	bool several =
	    target_parse(&target, span_of(o->arg[0]), SPAN_NONE, o->port, &arena, &err) &&
	    target.kind == TARGET_MX;
	arena_release(&arena);
	return several;
}

static struct report_opts
report_opts(const struct run *r, const char *file)
{
	const struct options *o = r->o;

	return (struct report_opts){
		.verbose = o->look.verbose,
		.color = !file && r->screen.color,
		.terminal = !file && r->screen.terminal,
		.many = o->nargs > 1 || o->probe.targets,
		.fleet = o->probe.targets != NULL,
		.table = !file && r->screen.terminal && o->look.verbose <= 0 && r->several,
		.columns = screen_columns(&r->screen),
		.like = &r->screen,
		.lines = screen_lines(&r->screen),
		.judge = &o->probe.judge,
		.total_ms = o->probe.probe.total_ms,
	};
}

static bool
open_reports(struct run *r, struct err *err)
{
	const struct probe_settings *p = &r->o->probe;
	size_t n = p->nreports ? p->nreports : 1;

	for (size_t i = 0; i < n; i++) {
		const struct report_kind *kind = report_kinds[p->report[i].format];
		const char *file = !p->report[i].file && i + 1 == n ? p->output : p->report[i].file;
		if (!file && r->watch)
			continue;
		struct report_opts opts = report_opts(r, file);
		struct report *one = file ? report_new(kind, file, &opts, err) :
				      report_to(kind, stdout, &opts);
		if (!one)
			return false;
		r->report[r->nreports++] = one;
		r->tabled = n == 1 && opts.table && p->report[i].format == REPORT_TEXT;
	}
	return true;
}

static void
probe_run_begin(struct run *r, struct session_env *env)
{
	struct options *o = r->o;
	struct fleet_opts opts = o->probe.fleet;

	opts.watch = o->look.verbose > 0 && !o->probe.targets &&
	    o->probe.report[0].format == REPORT_TEXT;
	/* Transcripts and traces of concurrent probes would be unreadable. */
	if (opts.watch || o->debug)
		opts.jobs = 1;
	bound_jobs(&opts);
	r->fleet = fleet_new(env, &opts,
	    &(struct fleet_fns){
		.report = probe_on_report, .over = on_over, .watch = probe_on_event, .ctx = r });
	r->watched = isatty(STDERR_FILENO);
	if (r->watch)
		probe_watch_begin(r->watch, r->fleet);
	else
		r->progress = progress_new(
		    env->loop, o->look.verbose < 0 || opts.watch, probe_progress, r);
}

bool
probe_run(struct session_env *env, struct options *o, struct ending *ending,
    struct probe_watch *watch, struct fleet_summary *sum, struct err *err)
{
	struct run r = { .o = o, .loop = env->loop, .several = is_several(o), .watch = watch };

	*sum = (struct fleet_summary){ 0 };
	screen_init(&r.screen, stdout, &o->look);
	r.screen.onlooker = true;
	r.targets = targets_new(env->loop, o, err);
	if (!r.targets || !open_reports(&r, err)) {
		for (size_t i = 0; i < r.nreports; i++)
			report_drop(r.report[i]);
		targets_free(r.targets);
		screen_release(&r.screen);
		return false;
	}
	probe_run_begin(&r, env);
	ending_deadline(ending, o->probe.deadline_ms);
	while (!fleet_done(r.fleet)) {
		bool waits = targets_feed(r.targets, r.fleet);
		if (!fleet_done(r.fleet))
			standard_turn(env->loop, waits);
		if (ending_is_due(ending))
			fleet_stop(r.fleet);
		if (r.told && fflush(stdout) != 0)
			fleet_stop(r.fleet);		/* the reader is gone */
		r.told = false;
	}
	progress_free(r.progress);
	if (r.watched && !watch && r.undone > UNDONE_SHOWN)
		fprintf(stderr,
		    "smtpsh: and %zu more; with --resume FILE the next run probes the rest\n",
		    r.undone - UNDONE_SHOWN);
	*sum = fleet_summary(r.fleet);
	sum->bad = targets_bad(r.targets);
	sum->cut = targets_failed(r.targets);
	sum->unread = targets_unread(r.targets);
	/*
	 * Targets that were not probed are UNKNOWN, except after --fail-fast, which left them out
	 * on purpose.
	 */
	if (sum->bad || sum->cut || ((sum->undone || sum->unread) && !o->probe.fleet.fail_fast))
		sum->worst = judge_worse(sum->worst, STATE_UNKNOWN);
	if (watch)
		probe_watch_end(watch, sum, ending->signo != 0);
	bool ok = r.err.kind == ERR_NONE;
	if (!ok)
		*err = r.err;
	for (size_t i = 0; i < r.nreports; i++)
		ok = report_end(r.report[i], sum, ok ? err : NULL) && ok;
	ending_deadline(ending, 0);
	fleet_free(r.fleet);
	targets_free(r.targets);
	screen_release(&r.screen);
	return ok;
}
