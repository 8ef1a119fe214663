/* replay_run - cases side by side on one loop. */
#include <signal.h>
#include <unistd.h>

#include "ui/cmd/replay_run.h"
#include "ui/show/standard.h"

/* ---- telling, in the order of the files */

static void
replay_count(struct replay *r, const struct play_result *result)
{
	r->passed += result->verdict == PLAY_PASSED;
	r->failed += result->verdict == PLAY_FAILED;
	r->skipped += result->verdict == PLAY_SKIPPED;
	r->uncompared += result->uncompared;
	r->status = err_worse(r->status, result->status);
}

/* On a terminal: how far it is, in a line that goes before anything else is said. */
static void
replay_show_progress(struct replay *r)
{
	if (!isatty(STDERR_FILENO) || r->o->report != REPORT_TEXT || r->ncases < 2 ||
	    r->o->look.verbose < 0 || r->o->update || r->o->learn)
		return;
	if (r->told < r->ncases)
		fprintf(stderr, "\r\033[K%zu of %zu", r->told, r->ncases);
	r->progress = r->told < r->ncases;
}

static void
replay_hide_progress(struct replay *r)
{
	if (r->progress)
		fputs("\r\033[K", stderr);
	r->progress = false;
}

static void
tell_ready(struct replay *r)
{
	static const struct replay_report nothing = { 0 };
	const struct replay_report *report = r->silent ? &nothing : replay_reports[r->o->report];

	while (r->told < r->ncases && r->cases[r->told].done) {
		struct replay_case *c = &r->cases[r->told++];
		replay_hide_progress(r);
		if (c->number == 1 && report->file)
			report->file(r, c->file);
		c->failed = c->result->verdict == PLAY_FAILED;
		replay_count(r, c->result);
		if (report->one)
			report->one(r, c);
		if (c->number == c->file->n && report->file_end)
			report->file_end(r, c->file);
		if (!r->o->update && !r->o->learn) {
			play_free(c->play);
			c->play = NULL;
		}
	}
}

/* ---- choosing */

static bool
has_tag_of(struct span tags, struct span wanted)
{
	while (wanted.len > 0) {
		struct span one = span_trim(span_until(&wanted, ',')), all = tags;
		while (one.len > 0 && all.len > 0)
			if (span_eq(span_until(&all, ','), one))
				return true;
	}
	return false;
}

static bool
is_chosen(const struct options *o, const struct replay_case *c)
{
	return (!o->only || span_eq(replay_name(c), span_of(o->only))) &&
	    (!o->tags || has_tag_of(c->now->tags, span_of(o->tags)));
}

void
replay_list(struct replay *r, struct arena *arena)
{
	size_t max = 0;

	for (size_t i = 0; i < r->nfiles; i++)
		max += r->file[i].script->ncases;
	r->cases = ARENA_ARRAY(arena, struct replay_case, max);
	for (size_t i = 0; i < r->nfiles; i++) {
		struct replay_file *f = &r->file[i];
		f->first = r->ncases;
		for (const struct script_case *k = f->script->cases; k; k = k->next) {
			struct replay_case c = {
				.replay = r, .file = f, .now = k, .number = f->n + 1
			};
			if (!is_chosen(r->o, &c))
				continue;
			r->cases[r->ncases++] = c;
			f->n++;
		}
	}
}

/* ---- playing */

static void
replay_on_done(void *ctx, struct play *play)
{
	struct replay_case *c = ctx;

	c->play = play;
	c->result = play_result(play);
	c->done = true;
	c->replay->running--;
}

static void
replay_on_event(void *ctx, const struct event *event)
{
	struct replay *r = ctx;

	replay_hide_progress(r);
	show_event(&r->screen, event);
}

static void
replay_begin(struct replay *r, struct replay_case *c)
{
	struct play_opts opts = r->opts;

	opts.done = replay_on_done;
	opts.done_ctx = c;
	if (r->event) {
		opts.event = r->event;
		opts.event_ctx = r->event_ctx;
	} else if (r->o->look.verbose > 0 && r->o->report == REPORT_TEXT) {
		opts.event = replay_on_event;
		opts.event_ctx = r;
	}
	c->begun = true;
	if (r->on_begin)
		r->on_begin(r->begin_ctx, c);
	r->running++;
	struct play *play = play_new(r->env, c->file->script, c->now, &opts);
	c->play = play;
}

static void
replay_on_interrupt(void *ctx, unsigned ready)
{
	(void)ready;
	((struct replay *)ctx)->stop = 128 + SIGINT;
}

static void
replay_on_term(void *ctx, unsigned ready)
{
	(void)ready;
	((struct replay *)ctx)->stop = 128 + SIGTERM;
}

static void
replay_on_deadline(void *ctx, unsigned ready)
{
	struct replay *r = ctx;

	(void)ready;
	if (r->told < r->ncases && !r->stop)
		r->stop = ERR_TIMEOUT;
}

static void
stop_all(struct replay *r)
{
	bool late = r->stop == ERR_TIMEOUT;

	for (size_t i = r->told; i < r->next; i++)
		if (!r->cases[i].done)
			play_stop(r->cases[i].play, late ? ERR_TIMEOUT : ERR_SYSTEM,
			    late ? "not over within --deadline" : "interrupted");
	r->ncases = r->next;
}

int
replay_run(struct replay *r, unsigned jobs)
{
	const struct replay_report *report = replay_reports[r->o->report];
	struct loop_signal *interrupt = loop_signal(r->env->loop, SIGINT, replay_on_interrupt, r);
	struct loop_signal *term = loop_signal(r->env->loop, SIGTERM, replay_on_term, r);
	struct loop_timer *deadline = loop_timer(r->env->loop, replay_on_deadline, r);

	r->began_us = loop_now_us();
	if (r->o->deadline_ms)
		loop_timer_set(deadline, r->o->deadline_ms);
	if (report->begin && !r->silent)
		report->begin(r);
	while (r->told < r->ncases) {
		while (r->running < jobs && r->next < r->ncases && !r->stop)
			replay_begin(r, &r->cases[r->next++]);
		if (r->stop)
			stop_all(r);
		size_t before = r->told;
		tell_ready(r);
		if (r->told > before)
			replay_show_progress(r);
		if (r->told < r->ncases && (r->running == jobs || r->next == r->ncases)) {
			standard_turn(r->env->loop, r->running > 0);
		}
	}
	if (report->end && !r->silent)
		report->end(r);
	loop_signal_free(interrupt);
	loop_signal_free(term);
	loop_timer_free(deadline);
	return r->stop ? r->stop : (int)r->status;
}
