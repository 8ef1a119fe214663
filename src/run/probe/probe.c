/* probe - one address: runs a session and records its events. */
#include "run/probe/probe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/probe/probe_impl.h"
#include "run/session/session.h"
#include "run/session/steps/list.h"

const struct timeouts timeouts_probe = {
	/* other waits are limited by opts.total_ms only */
	.quit = 1000,
};

const char *
phase_word(enum probe_phase phase)
{
	static const char *const words[] = {
#define X(name, word) word,
		PROBE_PHASES(X)
#undef X
	};
	assert((size_t)phase < sizeof words / sizeof *words);
	return words[phase];
}

const char *
reason_word(enum probe_reason reason)
{
	static const char *const words[] = {
#define X(name, word) word,
		PROBE_REASONS(X)
#undef X
	};
	assert((size_t)reason < sizeof words / sizeof *words);
	return words[reason];
}

enum target_tls
probe_tls_mode(const struct session_opts *o, const struct target *t)
{
	enum target_tls given = o->tls != TARGET_TLS_UNSET ? o->tls : t->tls;

	if (given != TARGET_TLS_UNSET && (given != TARGET_TLS_TRY || o->dane != DANE_REQUIRE))
		return given;
	return t->port == 465			      ? TARGET_TLS_IMPLICIT :
	    t->port == 587 || o->dane == DANE_REQUIRE ? TARGET_TLS_STARTTLS :
							TARGET_TLS_TRY;
}

enum probe_depth
probe_depth(const struct probe_opts *o)
{
	if (o->until != DEPTH_UNSET)
		return o->until;
	return o->body.len  ? DEPTH_DATA :
	    o->to || o->lines ? DEPTH_RCPT :
	    o->from	    ? DEPTH_MAIL :
	    o->auth	    ? DEPTH_AUTH :
			      DEPTH_EHLO;
}

static void
probe_note_reply(struct probe *p, const struct event *e)
{
	struct probe_result *r = p->job.result;

	if (e->answer.late)
		return;
	if (e->answer.standing == REPLY_OUT_OF_STEP)
		probe_keep_out_of_step(r, e, p->phase);
	if (e->answer.surprise && !(e->answer.reply->code == 421 && r->err == ERR_NONE))
		return;
	if (e->answer.surprise)
		r->unsolicited |= 1u << p->phase;
	const struct reply *kept = probe_keep_reply(&r->arena, e->answer.reply);
	if (e->answer.drawn_us >= PROBE_DRAWN_US)
		r->drawn |= 1u << p->phase;
	if (p->phase != PHASE_RCPT || p->nlines == 0 || kept->code == 421)	/* it ends all */
		r->reply[p->phase] = kept;
	else if (r->nline_replies < p->nlines)
		r->line_reply[r->nline_replies++] = kept;
}

/*
 * Keeps the last command, which may explain a later reply. A response to a challenge is not a
 * command.
 */
static void
probe_note_sent(struct probe *p, const struct event *e)
{
	enum { LINE_MAX_KEPT = 300 };
	struct probe_result *r = p->job.result;
	struct span args;

	r->ran |= 1u << p->phase;	/* for QUIT, which is not always sent */
	if (r->err != ERR_NONE || p->phase >= PHASE_RSET ||
	    (e->sent.kind != SENT_COMMAND && e->sent.kind != SENT_SECRET) ||
	    (p->authenticating && verb_of(e->sent.text, &args) != VERB_AUTH))
		return;
	r->line_phase = p->phase;
	r->line = arena_copy(&r->arena, span_first(e->sent.text, LINE_MAX_KEPT));
}

static void
probe_note_failure(struct probe *p, enum err_kind err, struct span text)
{
	struct probe_result *r = p->job.result;

	if (r->err != ERR_NONE || p->phase == PHASE_QUIT)
		return;
	r->err = err == ERR_NONE ? ERR_PROTO : err;
	r->cause = p->cause;
	r->phase = p->phase;
	r->text = arena_copy(&r->arena, span_first(text, 600));
	r->us[p->phase] = loop_now_us() - p->phase_us;
}

/* Keeps the unfinished reply when time has expired. */
static void
probe_note_rest(struct probe *p)
{
	struct probe_result *r = p->job.result;

	if (r->err != ERR_NONE || p->phase == PHASE_QUIT)
		return;
	struct silence silence = session_silence(p->session);
	r->rest = arena_copy(&r->arena,
	    span_skip(silence.pending, silence.pending.len > 200 ? silence.pending.len - 200 : 0));
	r->pieces = silence.pieces;
}

static void
probe_note_closed(struct probe *p, const struct event *e)
{
	struct probe_result *r = p->job.result;

	if (e->closed.expected || e->closed.by == CLOSED_BY_US || p->phase == PHASE_QUIT ||
	    p->awaits_tlsa)
		return;
	if (r->err == ERR_NONE) {
		r->eof = true;
		r->reset = e->closed.by == CLOSED_RESET;
		r->truncated = e->closed.by == CLOSED_TRUNCATED;
		r->half = e->closed.rest.len > 0;
		probe_note_failure(p, ERR_PROTO, e->closed.rest);
	}
}

static void
probe_finish(struct probe *p)
{
	struct probe_result *r = p->job.result;

	if (p->over)
		return;
	p->over = true;
	r->total_us = loop_now_us() - p->began_us + r->us[PHASE_RESOLVE];
	p->job.done(p->job.ctx, p);
}

static void
probe_step_ended(struct probe *p, const struct event *e)
{
	struct session *s = p->session;
	struct probe_result *r = p->job.result;

	if (e->step == &p->quit || p->over) {
		if (r->ran & 1u << PHASE_QUIT)
			r->us[PHASE_QUIT] = loop_now_us() - p->phase_us;
		r->late_quit = (r->ran & 1u << PHASE_QUIT) && !r->reply[PHASE_QUIT] &&
		    e->err == ERR_TIMEOUT;
		probe_finish(p);
		return;
	}
	if (e->err != ERR_NONE)
		probe_note_failure(p, e->err == ERR_UNKNOWN ? p->problem_err : e->err, p->problem);
	if (e->err == ERR_NONE && p->authenticating) {
		p->authenticating = false;
		session_push(s, p->job.opts->auth);
		return;
	}
	if (e->err == ERR_NONE && e->step == p->job.opts->auth) {
		session_push(s, &p->step);
		return;
	}
	if (session_view(s).state != SESSION_OPEN) {
		probe_finish(p);
		return;
	}
	if (!r->dane)
		r->dane = probe_keep_dane(&r->arena, session_dane(s));
	probe_begin_phase(p, PHASE_QUIT);
	r->ran &= ~(1u << PHASE_QUIT);
	session_push(s, &p->quit);
}

static void
probe_on_event(void *ctx, const struct event *e)
{
	struct probe *p = ctx;
	struct probe_result *r = p->job.result;

	if (p->job.watch)
		p->job.watch(p->job.ctx, e);
	probe_keep_event(r, e);
	switch (e->kind) {
	case EVENT_SENT:
		probe_note_sent(p, e);
		break;
	case EVENT_REPLY:
		probe_note_reply(p, e);
		break;
	case EVENT_PROBLEM:
		/* the failure that led to it was reported before */
		if (e->err == ERR_UNKNOWN) {
			r->fate_unknown = true;
			break;
		}
		p->problem_err = e->err;
		p->cause = e->cause;
		r->alert = e->alert;
		p->problem = arena_copy(&r->arena, span_first(e->text, 600));
		if (e->err == ERR_TIMEOUT || e->err == ERR_PROTO)
			probe_note_rest(p);
		break;
	case EVENT_CLOSED:
		probe_note_closed(p, e);
		break;
	case EVENT_STEP_ENDED:
		probe_step_ended(p, e);
		break;
	default:
		break;
	}
}

static void
probe_on_script_end(void *ctx)
{
	probe_finish(ctx);
}

static void
probe_on_deadline(void *ctx, unsigned ready)
{
	struct probe *p = ctx;
	char within[24], text[50];

	(void)ready;
	if (p->over)
		return;
	text_limit(within, p->job.opts->total_ms);
	snprintf(text, sizeof text, "not finished within %s", within);
	p->job.result->late = true;
	if (p->session)
		p->job.result->wait = session_view(p->session).wait;
	if (p->script) {
		probe_script_late(p->script, span_of(text));
	} else {
		probe_note_rest(p);
		probe_note_failure(p, ERR_TIMEOUT, span_of(text));
		session_disconnect(p->session);		/* a message may be in transit */
	}
	probe_finish(p);
}

struct probe *
probe_new(const struct probe_job *job)
{
	struct probe *p = memory_zeroed(sizeof *p);
	size_t n = 0;

	assert(job->result && job->done);
	*p = (struct probe){
		.job = *job, .until = probe_depth(job->opts), .began_us = loop_now_us(),
		.step = { .op = &probe_step, .args = p }, .quit = { .op = &step_quit },
	};
	while (job->opts->lines && job->opts->lines[n])
		n++;
	if (n > 0)
		job->result->line_reply = ARENA_ARRAY(&job->result->arena, const struct reply *, n);
	job->result->tls_mode = probe_tls_mode(job->session, job->target);
	if (job->opts->script && job->result->tls_mode != TARGET_TLS_IMPLICIT)
		/* a script has its own STARTTLS */
		job->result->tls_mode = TARGET_TLS_OFF;
	uint64_t left_ms = job->opts->total_ms, found_ms = job->result->us[PHASE_RESOLVE] / 1000;
	if (left_ms) {
		left_ms = left_ms > found_ms ? left_ms - found_ms : 1;
		p->deadline = loop_timer(job->env->loop, probe_on_deadline, p);
		loop_timer_set(p->deadline, left_ms);
	}
	if (job->opts->script) {
		p->script = probe_script_new(job, probe_on_script_end, p);
		return p;
	}
	p->session = session_new(job->env, job->session, probe_on_event, p);
	if (left_ms)
		session_set_end(p->session, p->began_us + left_ms * 1000);
	session_push(p->session, &p->step);
	return p;
}

const char *
probe_waits_for(const struct probe *p)
{
	if (!p->session)
		return NULL;
	struct session_view v = session_view(p->session);
	return wait_phrase(v.wait, v.wait_verb);
}

void
probe_free(struct probe *p)
{
	if (!p)
		return;
	session_free(p->session);
	probe_script_free(p->script);
	loop_timer_free(p->deadline);
	free(p);
}
