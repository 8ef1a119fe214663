/*
 * script - plays a script instead of the dialogue, and records its sessions as phases of a probe.
 */
#include "run/probe/probe_impl.h"

#include <stdlib.h>

#include "run/play/play.h"

struct probe_script {
	struct probe_job job;
	void (*done)(void *ctx);
	void *ctx;
	struct session_opts session;	/* the job's, with the hop's addresses as --resolve rules */
	struct target target;
	const struct script_case *now;
	struct play *play, *past;	/* past: freed when the next case begins */
	struct loop_timer *turn;	/* begins the next case between wake-ups */
	/* the current phase; the phase in which a line failed, since QUIT follows it */
	enum probe_phase phase, failed;
	uint64_t phase_us;		/* when ->phase began */
	enum err_cause cause;		/* of the last problem reported */
	bool over;
};

/*
 * Returns the phase of a command; a command without a phase of its own belongs to the current one.
 */
static enum probe_phase
phase_of_verb(enum verb verb, bool tls, enum probe_phase now)
{
	switch (verb) {
	case VERB_HELO: case VERB_EHLO: case VERB_LHLO:
		return tls ? PHASE_EHLO_TLS : PHASE_EHLO;
	case VERB_STARTTLS:
		return PHASE_STARTTLS;
	case VERB_AUTH:
		return PHASE_AUTH;
	case VERB_MAIL:
		return PHASE_MAIL;
	case VERB_RCPT: case VERB_VRFY: case VERB_EXPN:
		return PHASE_RCPT;
	case VERB_DATA: case VERB_BDAT:
		return PHASE_DATA;
	case VERB_RSET:
		return PHASE_RSET;
	case VERB_QUIT:
		return PHASE_QUIT;
	default:
		return now;
	}
}

static void
probe_script_enter(struct probe_script *s, enum probe_phase phase)
{
	if (s->phase != phase)
		s->phase_us = loop_now_us();
	s->phase = phase;
	s->job.result->ran |= 1u << phase;
}

static void
probe_script_leave(struct probe_script *s, enum probe_phase phase, uint64_t took_us)
{
	probe_script_enter(s, phase);
	s->job.result->us[phase] += took_us;
	s->job.result->done |= 1u << phase;
}

static void
probe_script_on_reply(struct probe_script *s, const struct event *e)
{
	struct probe_result *r = s->job.result;
	enum probe_phase phase = e->answer.banner ? PHASE_BANNER : e->answer.dot ? PHASE_BODY :
	    phase_of_verb(e->answer.verb, e->tls, s->phase);

	if (e->answer.late || e->answer.surprise)
		return;
	probe_script_leave(s, phase, e->answer.took_us);
	if (e->answer.drawn_us >= PROBE_DRAWN_US)
		r->drawn |= 1u << phase;
	r->reply[phase] = probe_keep_reply(&r->arena, e->answer.reply);
}

static void
probe_script_on_event(void *ctx, const struct event *e)
{
	struct probe_script *s = ctx;
	struct probe_result *r = s->job.result;

	if (s->job.watch)
		s->job.watch(s->job.ctx, e);
	if (e->session > 1 || s->over)
		return;
	probe_keep_event(r, e);
	switch (e->kind) {
	case EVENT_ATTEMPT:
		r->sys = e->attempt.sys;
		break;
	case EVENT_CONNECTED:
		probe_script_leave(s, PHASE_CONNECT, e->connected.took_us);
		probe_script_enter(s, PHASE_BANNER);
		break;
	case EVENT_SENT:
		if (e->sent.kind != SENT_TEXT)
			probe_script_enter(
			    s, phase_of_verb(verb_of(e->sent.text, NULL), e->tls, s->phase));
		break;
	case EVENT_REPLY:
		probe_script_on_reply(s, e);
		break;
	case EVENT_TLS:
		r->tls = probe_keep_tls(&r->arena, e->shaken.info);
		probe_script_leave(s, PHASE_TLS, e->shaken.took_us);
		break;
	case EVENT_PROBLEM:
		r->fate_unknown |= e->err == ERR_UNKNOWN;
		s->cause = e->cause;
		break;
	case EVENT_CLOSED:
		r->eof = !e->closed.expected && e->closed.by != CLOSED_BY_US;
		r->reset = r->eof && e->closed.by == CLOSED_RESET;
		break;
	default:
		break;
	}
}

static void
probe_script_on_told(void *ctx, const struct script_item *item, const char *why, uint64_t took_us)
{
	struct probe_script *s = ctx;

	(void)item, (void)took_us;
	if (!why) {
		s->cause = CAUSE_UNSET;
		return;
	}
	s->failed = s->phase;
	if (!(s->job.result->done & 1u << s->failed))
		s->job.result->us[s->failed] = loop_now_us() - s->phase_us;
}

static void
probe_script_end(struct probe_script *s)
{
	s->over = true;
	s->done(s->ctx);
}

/* Returns the phase that failed, which may be later than that of the last command. */
static enum probe_phase
phase_of_failure(const struct probe_script *s, const struct play_failure *f)
{
	const struct reply *go = s->failed == PHASE_STARTTLS ?
	    s->job.result->reply[PHASE_STARTTLS] :
	    NULL;

	if (f->kind == ERR_DNS)
		return PHASE_RESOLVE;
	if (s->cause == CAUSE_NOT_OFFERED)
		return PHASE_STARTTLS;
	return s->cause == CAUSE_INJECTED || (f->kind == ERR_TLS && go && go->code == 220) ?
	    PHASE_TLS :
	    s->failed;
}

static void
probe_script_note_failure(struct probe_script *s, const struct play_failure *f)
{
	struct probe_result *r = s->job.result;

	r->err = f->kind == ERR_NONE ? ERR_EXPECT : f->kind;
	r->cause = s->cause;
	r->out_of_step = f->out_of_step;
	r->phase = phase_of_failure(s, f);
	r->done &= ~(1u << r->phase);
	r->refused = f->reply && !f->expect && f->item && f->item->kind != SCRIPT_WORD;
	r->text = arena_copy(&r->arena, span_of(f->why));
	r->place = arena_printf(&r->arena, "%s:%u", f->place.file, f->place.line);
	if (!f->reply)
		/* the last reply of that phase is not why it failed */
		r->reply[r->phase] = NULL;
}

static void
probe_script_on_done(void *ctx, struct play *play)
{
	struct probe_script *s = ctx;
	struct probe_result *r = s->job.result;
	const struct play_result *result = play_result(play);

	if (s->over)
		return;
	if (result->verdict == PLAY_FAILED) {
		probe_script_note_failure(s, result->failure);
		probe_script_end(s);
		return;
	}
	if (result->verdict == PLAY_SKIPPED) {
		struct span before = r->left_out;
		r->left_out = arena_printf(&r->arena, "%.*s%s%.*s (%.*s)", SPAN_ARG(before),
		    before.len ? "; " : "", SPAN_ARG(s->now->name), SPAN_ARG(result->why_skipped));
	}
	s->now = s->now->next;
	if (s->now)
		loop_timer_set(s->turn, 0);
	else
		probe_script_end(s);
}

static void
probe_script_on_turn(void *ctx, unsigned ready)
{
	struct probe_script *s = ctx;

	(void)ready;
	play_free(s->past);
	s->past = s->play;
	s->play = NULL;
	probe_script_enter(s, PHASE_CONNECT);
	struct play *play = play_new(s->job.env, s->job.opts->script, s->now,
	    &(struct play_opts){ .session = &s->session,
		.target = &s->target,
		.value = s->job.opts->value,
		.nvalues = s->job.opts->nvalues,
		.event = probe_script_on_event,
		.event_ctx = s,
		.told = probe_script_on_told,
		.told_ctx = s,
		.done = probe_script_on_done,
		.done_ctx = s });
	s->play = play;
}

/*
 * Sets target and --resolve rules so that the script connects to the hop's addresses under its
 * name.
 */
static void
probe_script_aim(struct probe_script *s)
{
	const struct target *t = s->job.target;
	const struct route_hop *hop = s->job.hop;
	size_t n = hop->naddr;

	s->session = *s->job.session;
	s->target = *t;
	if (t->kind != TARGET_HOST && t->kind != TARGET_MX)
		return;
	s->target = (struct target){ .kind = TARGET_HOST,
		.text = hop->host,
		.host = hop->host,
		.tls = t->tls,
		.lmtp = t->lmtp,
		.port = n > 0 ? addr_port(&hop->addr[0]) : t->port,
		.port_given = true };
	struct route_opts *route = &s->session.route;
	struct resolve_rule *rule = ARENA_ARRAY(
	    &s->job.result->arena, struct resolve_rule, n + route->nrules);
	for (size_t i = 0; i < n; i++)
		rule[i] = (struct resolve_rule){ hop->host, hop->addr[i] };
	for (size_t i = 0; i < route->nrules; i++)
		rule[n + i] = route->rule[i];
	route->rule = rule;
	route->nrules += n;
	s->session.path = s->job.hop->path;
}

struct probe_script *
probe_script_new(const struct probe_job *job, void (*done)(void *ctx), void *ctx)
{
	struct probe_script *s = memory_zeroed(sizeof *s);

	*s = (struct probe_script){
		.job = *job, .done = done, .ctx = ctx, .now = job->opts->script->cases
	};
	probe_script_aim(s);
	s->turn = loop_timer(job->env->loop, probe_script_on_turn, s);
	loop_timer_set(s->turn, 0);
	return s;
}

void
probe_script_late(struct probe_script *s, struct span why)
{
	struct probe_result *r = s->job.result;

	s->over = true;
	r->err = ERR_TIMEOUT;
	r->phase = s->phase;
	r->done &= ~(1u << s->phase);
	r->text = arena_copy(&r->arena, why);
}

void
probe_script_free(struct probe_script *s)
{
	if (!s)
		return;
	s->over = true;
	play_free(s->play);
	play_free(s->past);
	loop_timer_free(s->turn);
	free(s);
}
