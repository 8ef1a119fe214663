/* smtpsh check - finds out why mail does not arrive, for a domain, an address or a host. */
#include <stdlib.h>

#include "base/alarm.h"
#include "base/file.h"
#include "base/text.h"
#include "run/check/verdict.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/ending.h"
#include "ui/cmd/env.h"
#include "ui/report/check.h"
#include "ui/report/talk.h"
#include "ui/show/draft.h"
#include "ui/show/progress.h"
#include "ui/show/standard.h"

enum { TARGETS_AT_ONCE = 8, FILE_MOST = 8 << 20 };

/* One target, from start to report. */
struct job {
	struct job *next;
	struct run *run;
	struct target target;
	struct target mx;
	struct check_opts opts;
	struct checking *checking;
	struct talk *talk;
	const struct check *check; /* set when it is done */
};

struct run {
	struct options *o;
	struct session_env env;
	struct judge_opts judge;
	struct check_manners manners;
	struct job *jobs, **jobs_end;
	size_t running, ended, all, state[4];
	struct ending ending;
	struct progress_line *progress;
};

/* ---- progress, on a terminal */

static void
check_progress(void *ctx, char out[PROGRESS_SIZE])
{
	const struct run *r = ctx;
	size_t over = 0, at_work = 0;

	if (r->all > 1) {
		snprintf(out, PROGRESS_SIZE, "%zu of %zu checked, %zu running, ^C stops", r->ended,
		    r->all, r->running);
	} else if (r->jobs && r->jobs->checking) {
		const struct check *k = check_now(r->jobs->checking);
		for (size_t i = 0; i < k->nhosts; i++)
			for (size_t j = 0; j < k->host[i].naddresses; j++) {
				const struct check_address *a = &k->host[i].address[j];
				for (size_t n = 0; n < a->nlooks; n++)
					a->look[n].over ? ++over : ++at_work;
			}
		if (k->nhosts == 0)
			snprintf(
			    out, PROGRESS_SIZE, "looking up MX hosts and addresses, ^C stops");
		else
			snprintf(out, PROGRESS_SIZE,
			    "%zu address%s: %zu connection%s done, %zu open, ^C stops",
			    k->naddresses, k->naddresses == 1 ? "" : "es", over,
			    over == 1 ? "" : "s", at_work);
	}
}

/* ---- one target */

static void
on_watch(
    void *ctx, const struct check_address *a, const struct check_look *look, const struct event *e)
{
	struct job *j = ctx;

	(void)a, (void)look;
	if (j->talk)
		talk_event(j->talk, e);
}

static void
on_done(void *ctx, const struct check *k)
{
	struct job *j = ctx;

	j->check = k;
}

static void
add_job(struct run *r, const struct target *target, const struct target *mx)
{
	struct options *o = r->o;
	struct job *j = memory_zeroed(sizeof *j);

	j->run = r;
	j->target = *target;
	j->opts = (struct check_opts){
		.session = &o->session,
		.judge = &r->judge,
		.manners = &r->manners,
		.from = o->check.from ? o->check.from : "",
		.rcpt = o->check.rcpt && *o->check.rcpt ? o->check.rcpt : NULL,
		.no_rcpt = o->check.rcpt ? !*o->check.rcpt : o->check.targets != NULL,
		.relay = o->check.relay,
		.deadline_ms = o->check.deadline_ms,
		.dry_run = o->check.dry_run,
	};
	if (mx) {
		j->mx = *mx;
		j->opts.mx = &j->mx;
	}
	*r->jobs_end = j;
	r->jobs_end = &j->next;
	r->all++;
}

static void
begin_job(struct run *r, struct job *j)
{
	bool talks = !r->o->check.targets;

	/*
	 * The time limit is for one domain, so each one restarts the alarm that would end the run.
	 */
	if (r->o->check.deadline_ms)
		alarm_deadline(r->o->check.deadline_ms, STATE_UNKNOWN);
	j->talk = talks ? talk_new() : NULL;
	j->checking = check_start(&r->env, &j->target, &j->opts,
	    &(struct check_fns){ .watch = talks ? on_watch : NULL, .done = on_done, .ctx = j });
	r->running++;
}

/* Where the report is written in one of the formats: standard output, or a file. */
struct output {
	const struct check_format *format;
	FILE *out;
	struct draft draft;
};

static size_t
count_outputs(const struct options *o)
{
	return o->check.nformats ? o->check.nformats : 1;
}

static bool
output_begin(struct output *to, const struct options *o, size_t i, struct err *err)
{
	struct span file = span_of(o->check.nformats ? o->check.format[i] : "text"),
		    name = span_until(&file, ':');
	const char *path = file.len ? file.at : i + 1 >= o->check.nformats ? o->check.output : NULL;

	*to = (struct output){ .format = check_format(name), .out = stdout };
	if (!path)
		return true;
	if (!draft_begin(&to->draft, path, err))
		return false;
	to->out = to->draft.out;
	return true;
}

static bool
output_end(struct output *to, struct err *err)
{
	return !to->draft.out || draft_keep(&to->draft, err);
}

static bool
write_report(struct run *r, struct job *j, const struct check_verdict *v, size_t i, struct err *err)
{
	struct options *o = r->o;
	struct output to;

	if (!output_begin(&to, o, i, err))
		return false;
	bool talks = j->talk && (o->look.verbose > 0 || to.format->write == check_html);
	to.format->write(to.out,
	    &(struct check_report){
		.check = j->check,
		.verdict = v,
		.talk = talks ? talk_text : NULL,
		.ctx = j->talk,
		.look = &o->look,
	    });
	return output_end(&to, err);
}

static bool
end_job(struct run *r, struct job *j, struct err *err)
{
	struct arena arena = { 0 };
	struct check_verdict v;
	bool ok = true,
	     text = r->o->check.nformats == 0 ||
	    span_eq(span_of(r->o->check.format[0]), SPAN("text"));

	check_verdict(j->check, &v, &arena);
	r->state[v.state]++;
	r->running--;
	r->ended++;
	progress_hide(r->progress);
	/* many domains: a line each, in the order in which they finish */
	if (r->o->check.targets && text && !r->o->check.output)
		printf("%-8s %.*s\n", judge_state_word(v.state),
		    SPAN_ARG(text_safe(&arena, v.title)));
	else
		for (size_t i = 0; ok && i < count_outputs(r->o); i++)
			ok = write_report(r, j, &v, i, err);
	fflush(stdout);
	check_free(j->checking);
	j->checking = NULL;
	talk_free(j->talk);
	j->talk = NULL;
	arena_release(&arena);
	return ok;
}

static bool
run_jobs(struct run *r, struct err *err)
{
	struct job *next = r->jobs;
	bool ok = true;

	while (ok && (next || r->running > 0)) {
		bool stop = ending_is_due(&r->ending);
		while (next && r->running < TARGETS_AT_ONCE && !stop) {
			begin_job(r, next);
			next = next->next;
		}
		if (stop && r->running == 0)
			break;
		standard_turn(r->env.loop, true);
		stop = ending_is_due(&r->ending);
		for (struct job *j = r->jobs; stop && j; j = j->next)
			if (j->checking && !j->check)
				check_stop(j->checking);
		for (struct job *j = r->jobs; ok && j != next; j = j->next)
			if (j->checking && j->check)
				ok = end_job(r, j, err);
	}
	for (struct job *j = r->jobs; j; j = j->next) {
		check_free(j->checking);
		talk_free(j->talk);
		j->checking = NULL;
		j->talk = NULL;
	}
	return ok;
}

static int
check(struct run *r, struct err *err)
{
	struct options *o = r->o;
	int status = STATE_UNKNOWN;
	bool begun = env_begin(&r->env, o, err);

	ending_begin(&r->ending, r->env.loop);
	r->progress = progress_new(r->env.loop, o->look.verbose < 0, check_progress, r);
	if (begun && run_jobs(r, err))
		status = r->state[STATE_CRITICAL]			     ? STATE_CRITICAL :
		    r->state[STATE_UNKNOWN] || r->ended < r->all ? STATE_UNKNOWN :
		    r->state[STATE_WARNING]			     ? STATE_WARNING :
								       STATE_OK;
	progress_free(r->progress);
	if (o->check.targets && r->all > 1 && err->kind == ERR_NONE)
		printf("%zu checked: %zu ok, %zu warning, %zu critical, %zu unknown%s\n", r->ended,
		    r->state[STATE_OK], r->state[STATE_WARNING], r->state[STATE_CRITICAL],
		    r->state[STATE_UNKNOWN], r->ended < r->all ?
		        "; the rest were not checked" : "");
	ending_end(&r->ending);
	env_end(&r->env, err);
	return ending_status(&r->ending, status);
}

/* ---- mail from a domain */

struct sending {
	struct options *o;
	struct arena arena;
	const struct sender *sender;
};

static void
on_sender(void *ctx, const struct sender *sender)
{
	((struct sending *)ctx)->sender = sender;
}

/* Returns the values of a repeatable option as spans. */
static const struct span *
spans_of(struct options *o, const char *const *word, size_t n)
{
	struct span *out = ARENA_ARRAY(&o->arena, struct span, n);

	for (size_t i = 0; i < n; i++)
		out[i] = span_of(word[i]);
	return out;
}

static int
check_from(struct options *o, struct err *err)
{
	struct session_env env;
	struct sending s = { .o = o };
	struct addr source;
	struct sender_check *query = NULL;
	struct ending ending;
	int status = STATE_UNKNOWN;
	uint64_t ms = o->check.deadline_ms ? o->check.deadline_ms : 30000;

	if (o->check.source && !addr_parse(&source, span_of(o->check.source), 25)) {
		err_set(err, ERR_USAGE, "--source %s: expected an IP address", o->check.source);
		return status;
	}
	struct sender_opts opts = {
		.from = span_of(o->check.from),
		.envelope = span_of(o->check.return_path),
		.source = o->check.source ? &source : NULL,
		.ehlo = span_of(o->session.helo),
		.selector = spans_of(o, o->check.selector, o->check.nselectors),
		.nselectors = o->check.nselectors,
		.dnsbl = spans_of(o, o->check.zone, o->check.nzones),
		.ndnsbl = o->check.nzones,
	};
	if (o->check.dry_run) {
		struct span question[SENDER_QUESTIONS_MAX];
		size_t n = 0;
		bool ok = sender_check_questions(&opts, &o->arena, question, &n, err);
		for (size_t i = 0; i < n; i++)
			printf("%.*s\n", SPAN_ARG(text_safe(&o->arena, question[i])));
		return ok ? STATE_OK : STATE_UNKNOWN;
	}
	bool begun = env_begin(&env, o, err);
	ending_begin(&ending, env.loop);
	if (begun)
		query = sender_check_start(&(struct lookup_env){ .loop = env.loop,
					       .dns = session_env_dns(&env),
					       .arena = &s.arena,
					       .until_us = lookup_until(ms) },
		    &opts, on_sender, &s, err);
	while (query && !s.sender && !ending_is_due(&ending))
		standard_turn(env.loop, true);
	bool ok = s.sender != NULL;
	for (size_t i = 0; ok && i < count_outputs(o); i++) {
		struct output to;
		ok = output_begin(&to, o, i, err);
		if (ok)
			to.format->write_sender(to.out, &o->look, s.sender);
		ok = ok && output_end(&to, err);
	}
	if (ok)
		status = (int)check_sender_state(s.sender);
	sender_check_free(query);
	ending_end(&ending);
	env_end(&env, err);
	arena_release(&s.arena);
	return ending_status(&ending, status);
}

/* ---- the command line */

/* These become part of a command: after a line break, a second command would follow, even DATA. */
static bool
is_one_line(const char *what, struct span text, struct err *err)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '\r' || text.at[i] == '\n' || text.at[i] == '\0')
			return err_set(err, ERR_USAGE, "check: line break in %s", what);
	return true;
}

static bool
read_target(struct run *r, struct span text, struct err *err)
{
	struct options *o = r->o;
	struct target target, mx;

	if (!is_one_line("the target", text, err))
		return false;
	if (!target_parse(&target, text, SPAN_NONE, o->port, &o->arena, err))
		return false;
	if (target.kind != TARGET_HOST && target.kind != TARGET_MX)
		return err_set(err, ERR_USAGE, "check: \"%.*s\" is not an address, domain or host",
		    SPAN_ARG(span_first(text, 200)));
	if (!o->check.mx) {
		add_job(r, &target, NULL);
		return true;
	}
	if (!target_parse(&mx, span_of(o->check.mx), SPAN_NONE, o->port, &o->arena, err))
		return false;
	if (mx.kind != TARGET_HOST)
		return err_set(err, ERR_USAGE, "check: --mx %s: expected a host", o->check.mx);
	target.kind = TARGET_MX;
	add_job(r, &target, &mx);
	return true;
}

/* Returns whether to check mail from a domain instead: there is no target. */
static bool
sends_from(const struct options *o)
{
	return o->nargs == 0 && !o->check.targets && o->check.from && *o->check.from;
}

static bool
prepare(struct run *r, struct err *err)
{
	struct options *o = r->o;
	struct span text, line;

	if (!is_one_line("--from", span_of(o->check.from), err) ||
	    !is_one_line("--rcpt", span_of(o->check.rcpt), err) ||
	    !is_one_line("--helo", span_of(o->session.helo), err))
		return false;
	if (!o->timeouts_given)
		o->session.timeouts = timeouts_check;
	o->session.dane = DANE_CHECK;
	if (sends_from(o))
		return true;
	if (o->check.source || o->check.return_path || o->check.nselectors || o->check.nzones)
		return err_set(err, ERR_USAGE,
		    "check: --source, --return-path, --selector and --dnsbl check mail from a "
		    "domain: use them with --from and no target");
	if (o->check.targets ? o->nargs > 0 : o->nargs != 1)
		return err_set(err, ERR_USAGE,
		    "check: expected one ADDRESS, DOMAIN or HOST[:PORT], or --targets FILE");
	if (!o->check.targets)
		return read_target(r, span_of(o->arg[0]), err);
	if (!file_read(o->check.targets, FILE_PIPE, FILE_MOST, &o->arena, &text, err))
		return false;
	while (span_line(&text, &line)) {
		line = span_trim(line);
		if (line.len > 0 && line.at[0] != '#' && !read_target(r, span_word(&line), err))
			return false;
	}
	return r->jobs || err_set(err, ERR_USAGE, "check: no domains in %s", o->check.targets);
}

static int
run_check(struct options *o, struct err *err)
{
	struct run r = { .o = o };
	int status = STATE_UNKNOWN;

	r.jobs_end = &r.jobs;
	if (prepare(&r, err)) {
		/*
		 * Submission clients verify the certificate; between mail servers only a policy
		 * makes it matter.
		 */
		bool submission = r.jobs && check_is_submission(r.jobs->target.port);
		r.judge.verify = submission ? VERIFY_NAME : VERIFY_OFF;
		status = sends_from(o) ? check_from(o, err) : check(&r, err);
	}
	for (struct job *j = r.jobs, *next; j; j = next) {
		next = j->next;
		free(j);
	}
	return status;
}

const struct command command_check = {
	.name = "check",
	.group = FOR_DIAGNOSIS,
	.args = "[OPTION...] ADDRESS|DOMAIN|HOST[:PORT]",
	.args_max = 1,
	.help = "Find out why mail does not arrive: DNS, connections, TLS, policies, verdict",
	.scope = SCOPE_CHECK,
	.run = run_check,
	.lost = 3, /* UNKNOWN */
	.example = { "check bob@example.org", "check example.org",
	    "check --from alice@example.org --source 192.0.2.1" },
	.config = CONFIG_NAMES,
};
