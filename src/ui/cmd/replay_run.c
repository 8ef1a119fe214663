/* replay_run - plays cases concurrently on one loop. */
#include "ui/cmd/ending.h"
#include "ui/cmd/replay_run.h"
#include "ui/show/progress.h"
#include "ui/show/standard.h"

/* ---- reporting, in the order of the files */

static void
replay_progress(void *ctx, char out[PROGRESS_SIZE])
{
	const struct replay *r = ctx;

	snprintf(out, PROGRESS_SIZE, "%zu of %zu done, %zu running, %.1f s", r->told, r->ncases,
	    (size_t)r->running, (double)(loop_now_us() - r->began_us) / 1e6);
}

static void
tell_ready(struct replay *r)
{
	static const struct replay_report nothing = { 0 };
	const struct replay_report *report = r->silent ? &nothing : replay_reports[r->o->report];

	while (r->told < r->ncases && r->cases[r->told].done) {
		struct replay_case *c = &r->cases[r->told++];
		const struct play_result *result = c->result;
		progress_hide(r->progress);
		if (c->number == 1 && report->file)
			report->file(r, c->file);
		c->failed = result->verdict == PLAY_FAILED;
		r->passed += result->verdict == PLAY_PASSED;
		r->failed += result->verdict == PLAY_FAILED;
		r->skipped += result->verdict == PLAY_SKIPPED;
		r->uncompared += result->uncompared;
		r->status = err_worse(r->status, result->status);
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

/* ---- selecting cases */

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

void
replay_list(struct replay *r, struct arena *arena)
{
	const struct options *o = r->o;
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
			if ((o->only && !span_eq(replay_name(&c), span_of(o->only))) ||
			    (o->tags && !has_tag_of(k->tags, span_of(o->tags))))
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

	progress_hide(r->progress);
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

int
replay_run(struct replay *r, unsigned jobs)
{
	const struct options *o = r->o;
	const struct replay_report *report = replay_reports[o->report];
	struct ending ending;
	bool quiet = o->report != REPORT_TEXT || r->ncases < 2 || o->look.verbose < 0 ||
	    o->update || o->learn;

	ending_begin(&ending, r->env->loop);
	ending_deadline(&ending, o->deadline_ms);
	r->began_us = loop_now_us();
	r->progress = progress_new(r->env->loop, quiet, replay_progress, r);
	if (report->begin && !r->silent)
		report->begin(r);
	while (r->told < r->ncases) {
		while (r->running < jobs && r->next < r->ncases && !r->stop)
			replay_begin(r, &r->cases[r->next++]);
		for (size_t i = r->told; r->stop && i < r->next; i++)
			if (!r->cases[i].done)
				play_stop(r->cases[i].play, ending.signo ? ERR_SYSTEM : ERR_TIMEOUT,
				    ending.signo ? "interrupted" : "did not finish within "
				        "--deadline");
		if (r->stop)
			r->ncases = r->next;
		tell_ready(r);
		if (r->told < r->ncases && (r->running == jobs || r->next == r->ncases)) {
			standard_turn(r->env->loop, r->running > 0);
			r->stop = ending_status(&ending, 0);
		}
	}
	progress_free(r->progress);
	r->progress = NULL;
	if (report->end && !r->silent)
		report->end(r);
	ending_end(&ending);
	return r->stop ? r->stop : (int)r->status;
}
