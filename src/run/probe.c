/* probe - one address, phase by phase. */
#include "run/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "run/probe_impl.h"
#include "run/session_priv.h"
#include "run/steps/list.h"

struct probe {
	struct probe_job job;
	struct session *session;
	struct probe_script *script;	/* NULL: the dialogue of the options */
	struct step step, quit;
	struct loop_timer *deadline;
	enum probe_depth until;
	enum probe_phase phase;
	size_t said;
	uint64_t began_us, phase_us;
	bool over, authenticating;
	struct span problem;		/* told in this phase; it counts when the step then fails */
	enum err_cause cause;		/* its */
};

const struct timeouts timeouts_probe = {
	.resolve = 5000, .connect = 3000, .tls = 5000, .greeting = 5000, .reply = 3000, .dot = 10000, .quit = 1000,
};

const char *
phase_word(enum probe_phase phase)
{
	static const char *const words[] = {
#define X(name, word) word,
		PROBE_PHASES(X)
#undef X
	};
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
	return words[reason];
}

enum target_tls
probe_tls_mode(const struct session_opts *o, const struct target *t)
{
	enum target_tls said = o->tls != TARGET_TLS_UNSAID ? o->tls : t->tls;

	if (said != TARGET_TLS_UNSAID && (said != TARGET_TLS_TRY || o->dane != DANE_REQUIRE))
		return said;
	return t->port == 465 ? TARGET_TLS_IMPLICIT : t->port == 587 || o->dane == DANE_REQUIRE ? TARGET_TLS_STARTTLS : TARGET_TLS_TRY;
}

static enum probe_depth
depth(const struct probe_opts *o)
{
	if (o->until != DEPTH_UNSAID)
		return o->until;
	return o->body.len ? DEPTH_DATA : o->to || o->say ? DEPTH_RCPT : o->from ? DEPTH_MAIL : o->auth ? DEPTH_AUTH : DEPTH_EHLO;
}

/* ---- phases: when each begins and ends, and which comes next */

static void
begin_phase(struct probe *p, enum probe_phase phase)
{
	p->phase = phase;
	p->phase_us = loop_now_us();
	p->problem = SPAN_NONE;
	p->cause = CAUSE_UNSAID;
	p->job.result->ran |= 1u << phase;
}

static void
end_phase(struct probe *p)
{
	p->job.result->us[p->phase] += loop_now_us() - p->phase_us;
	p->job.result->done |= 1u << p->phase;
}

static bool
starttls_wanted(const struct probe *p)
{
	const struct probe_result *r = p->job.result;

	if (p->until < DEPTH_EHLO || r->tls || p->job.opts->helo ||
	    (r->tls_mode != TARGET_TLS_TRY && r->tls_mode != TARGET_TLS_STARTTLS))
		return false;
	return r->extensions && extensions_offer(r->extensions, "STARTTLS");
}

static bool
wanted(const struct probe *p, enum probe_phase phase)
{
	const struct probe_opts *o = p->job.opts;

	switch (phase) {
	case PHASE_BANNER:
		return p->until >= DEPTH_BANNER;
	case PHASE_EHLO:
		return p->until >= DEPTH_EHLO;
	case PHASE_STARTTLS:
		return starttls_wanted(p);
	case PHASE_EHLO_TLS:
		return p->until >= DEPTH_EHLO && p->until != DEPTH_STARTTLS;
	case PHASE_AUTH:
		return o->auth && p->until >= DEPTH_AUTH;
	case PHASE_MAIL:
		return (o->from || o->to) && p->until >= DEPTH_MAIL;
	case PHASE_RCPT:
		return (o->to && p->until >= DEPTH_RCPT) || (o->say && o->say[p->said]);
	case PHASE_DATA: case PHASE_BODY:
		return o->body.len && p->until >= DEPTH_DATA;
	case PHASE_RSET:
		return (p->job.result->done & 1u << PHASE_MAIL) && !(p->job.result->done & 1u << PHASE_BODY);
	default:
		return true;
	}
}

static enum probe_phase
behind(const struct probe *p, enum probe_phase phase)
{
	bool implicit = p->job.result->tls_mode == TARGET_TLS_IMPLICIT;

	switch (phase) {
	case PHASE_CONNECT:
		return implicit ? PHASE_TLS : PHASE_BANNER;
	case PHASE_EHLO:
		return PHASE_STARTTLS;
	case PHASE_STARTTLS:			/* passed over, or refused where TLS was only tried */
		return PHASE_AUTH;
	case PHASE_TLS:
		return implicit ? PHASE_BANNER : PHASE_EHLO_TLS;
	case PHASE_RCPT:
		return p->job.opts->say && p->job.opts->say[p->said] ? PHASE_RCPT : PHASE_DATA;
	default:
		return phase + 1;
	}
}

/* ---- what each phase says */

static enum progress
say(struct session *s, const char *verb, const char *before, const char *what, const char *after)
{
	char line[1100];

	int n = snprintf(line, sizeof line, "%s%s%s%s", verb, before, what, after);
	if (n < 0 || (size_t)n >= sizeof line)
		return session_fail(s, ERR_USAGE, "%s: its argument has more than 1,000 octets", verb);
	return session_say(s, (struct span){ line, (size_t)n }) ? STEP_WAIT : STEP_FAIL;
}

static enum progress
say_hello(struct session *s, struct probe *p)
{
	bool lmtp = p->job.session->lmtp || p->job.target->lmtp;

	return say(s, lmtp ? "LHLO" : p->job.opts->helo ? "HELO" : "EHLO", " ", session_helo(s), "");
}

static enum progress
say_next(struct session *s, struct probe *p)
{
	const struct probe_opts *o = p->job.opts;

	if (o->to && !p->job.result->reply[PHASE_RCPT])
		return say(s, "RCPT", " TO:<", o->to, ">");
	struct span line = span_of(o->say[p->said++]);
	bool secret = session_dialogue(s)->mode == MODE_ANSWER || verb_of(line, NULL) == VERB_AUTH;
	return (secret ? session_say_auth(s, line) : session_say(s, line)) ? STEP_WAIT : STEP_FAIL;
}

/* The whole message at once, its dots doubled; it is small, or was refused when it was read. */
static enum progress
say_body(struct session *s, struct probe *p)
{
	struct span rest = p->job.opts->body, line;
	struct buf stuffed = { .max = 1100 };
	bool ok = true;

	while (ok && span_line(&rest, &line)) {
		buf_consume(&stuffed, buf_span(&stuffed).len);
		ok = (line.len == 0 || line.at[0] != '.' || buf_append(&stuffed, SPAN("."))) && buf_append(&stuffed, line) &&
		    session_say_text(s, buf_span(&stuffed).at ? buf_span(&stuffed) : SPAN(""));
	}
	buf_release(&stuffed);
	if (!ok)
		return session_fail(s, ERR_USAGE, "the message cannot be sent: a line of it has more than 1,000 octets");
	return session_say_text(s, SPAN(".")) ? STEP_WAIT : STEP_FAIL;
}

static enum progress
enter(struct session *s, struct probe *p, enum probe_phase phase)
{
	while (phase < PHASE_QUIT && !wanted(p, phase))
		phase = behind(p, phase);
	if (phase >= PHASE_QUIT)
		return STEP_DONE;
	begin_phase(p, phase);
	switch (phase) {
	case PHASE_BANNER:
		session_expect_banner(s);
		return STEP_WAIT;
	case PHASE_EHLO: case PHASE_EHLO_TLS:
		return say_hello(s, p);
	case PHASE_STARTTLS:
		return say(s, "STARTTLS", "", "", "");
	case PHASE_TLS:
		return session_shake_hands(s);
	case PHASE_AUTH:
		p->authenticating = true;
		return STEP_DONE;
	case PHASE_MAIL:
		return say(s, "MAIL", " FROM:<", p->job.opts->from ? p->job.opts->from : "", ">");
	case PHASE_RCPT:
		return say_next(s, p);
	case PHASE_DATA:
		return say(s, "DATA", "", "", "");
	case PHASE_BODY:
		return say_body(s, p);
	default:
		return say(s, "RSET", "", "", "");
	}
}

static enum progress
next(struct session *s, struct probe *p)
{
	end_phase(p);
	return enter(s, p, behind(p, p->phase));
}

static enum progress
heard_reply(struct session *s, struct probe *p, const struct reply *r)
{
	unsigned class = r->code / 100;

	if (p->phase == PHASE_STARTTLS) {
		bool on = r->code == 220, tried = p->job.result->tls_mode == TARGET_TLS_TRY && r->code != 421;
		if (!on && !tried)
			return session_refused(s, r);
		if (on)
			end_phase(p);
		else
			p->job.result->us[PHASE_STARTTLS] += loop_now_us() - p->phase_us;
		return enter(s, p, on ? PHASE_TLS : behind(p, PHASE_STARTTLS));
	}
	if (p->phase == PHASE_RCPT && p->said > 0)
		return r->code == 421 ? session_refused(s, r) : next(s, p);	/* what was said by request is judged later */
	if (class != (p->phase == PHASE_DATA ? 3 : 2))
		return session_refused(s, r);
	return next(s, p);
}

/* ---- the step */

static enum progress
probe_start(struct session *s, const struct step *step, void *state)
{
	struct probe *p = (struct probe *)(uintptr_t)step->args;
	struct session_env *env = p->job.env;
	char no_way[NO_WAY_SHOWN];
	struct err err;

	(void)state;
	if (p->phase == PHASE_AUTH)
		return next(s, p);
	begin_phase(p, PHASE_CONNECT);
	if (p->job.target->kind != TARGET_DEMO) {
		session_dial(s, p->job.hop);
		return STEP_WAIT;
	}
	if (session_no_way(s, p->job.target, no_way))
		return session_fail(s, ERR_USAGE, "%s", no_way);
	unsigned as = (p->job.session->lmtp ? DEMO_LMTP : 0) | (p->job.result->tls_mode == TARGET_TLS_IMPLICIT ? DEMO_TLS : 0);
	int fd = env->demo ? env->demo(env, as, &err) : -1;
	if (fd < 0)
		return session_fail(s, ERR_CONNECT, "the server inside cannot be started");
	return session_over(s, fd, p->job.hop->host, env->demo_tls) ? next(s, p) : STEP_FAIL;
}

static enum progress
probe_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	struct probe *p = (struct probe *)(uintptr_t)step->args;

	(void)state;
	switch (news->kind) {
	case NEWS_CONNECTED:
		if (p->job.opts->proxy && !conv_put(session_conv(s), span_of(p->job.opts->proxy)))
			return STEP_FAIL;
		return next(s, p);
	case NEWS_TLS_UP:
		return next(s, p);
	case NEWS_REPLY:
		return heard_reply(s, p, &news->event->reply);
	case NEWS_CLOSED:
		if (p->phase == PHASE_CONNECT && news->err) {
			p->job.result->sys = news->err->sys;
			return session_fail(s, news->err->kind, "%s", news->err->text);
		}
		return STEP_FAIL;
	default:
		return STEP_FAIL;
	}
}

static const struct step_op op = { .name = "probe", .args = "", .help = "", .start = probe_start, .heard = probe_heard };

/* ---- what its events tell */

static void
note_reply(struct probe *p, const struct event *e)
{
	struct probe_result *r = p->job.result;

	if (e->answer.late)
		return;
	if (e->answer.surprise && p->phase != PHASE_QUIT)
		r->surprise = true;
	if (e->answer.surprise && !(e->answer.reply->code == 421 && r->err == ERR_NONE))
		return;
	const struct reply *kept = probe_keep_reply(&r->arena, e->answer.reply);
	if (e->answer.drawn_us >= PROBE_DRAWN_US)
		r->drawn |= 1u << p->phase;
	if (p->phase != PHASE_RCPT || p->said == 0)
		r->reply[p->phase] = kept;
	else if (r->nsaid < p->said)
		r->said[r->nsaid++] = kept;
}

static void
note_failure(struct probe *p, enum err_kind err, struct span text)
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

/* The time for it is over. */
static void
note_rest(struct probe *p)
{
	struct probe_result *r = p->job.result;

	if (r->err != ERR_NONE || p->phase == PHASE_QUIT)
		return;
	struct silence silence = session_silence(p->session);
	r->rest = arena_copy(&r->arena, span_skip(silence.pending, silence.pending.len > 200 ? silence.pending.len - 200 : 0));
	r->pieces = silence.pieces;
}

static void
note_closed(struct probe *p, const struct event *e)
{
	struct probe_result *r = p->job.result;

	if (e->closed.expected || e->closed.by == CLOSED_BY_US || p->phase == PHASE_QUIT)
		return;
	if (r->err == ERR_NONE) {
		r->eof = true;
		r->reset = e->closed.by == CLOSED_RESET;
		r->half = e->closed.rest.len > 0;
		note_failure(p, ERR_PROTO, e->closed.rest);
	}
}

static void
finish(struct probe *p)
{
	struct probe_result *r = p->job.result;

	if (p->over)
		return;
	p->over = true;
	r->total_us = loop_now_us() - p->began_us + r->us[PHASE_RESOLVE];
	p->job.done(p->job.ctx, p);
}

static void
step_ended(struct probe *p, const struct event *e)
{
	struct session *s = p->session;
	struct probe_result *r = p->job.result;

	if (e->step == &p->quit || p->over) {
		if (r->ran & 1u << PHASE_QUIT)
			r->us[PHASE_QUIT] = loop_now_us() - p->phase_us;
		r->late_quit = (r->ran & 1u << PHASE_QUIT) && !r->reply[PHASE_QUIT] && e->err == ERR_TIMEOUT;
		finish(p);
		return;
	}
	if (e->err != ERR_NONE)
		note_failure(p, e->err, p->problem);
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
		finish(p);
		return;
	}
	begin_phase(p, PHASE_QUIT);
	r->ran &= ~(1u << PHASE_QUIT);
	session_push(s, &p->quit);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct probe *p = ctx;
	struct probe_result *r = p->job.result;

	if (p->job.watch)
		p->job.watch(p->job.ctx, e);
	probe_keep_event(r, e);
	switch (e->kind) {
	case EVENT_SENT:
		r->ran |= 1u << p->phase;	/* QUIT, which is not always said */
		break;
	case EVENT_REPLY:
		note_reply(p, e);
		break;
	case EVENT_PROBLEM:
		p->cause = e->cause;
		p->problem = arena_copy(&r->arena, span_first(e->text, 600));
		if (e->err == ERR_TIMEOUT)
			note_rest(p);
		break;
	case EVENT_CLOSED:
		note_closed(p, e);
		break;
	case EVENT_STEP_ENDED:
		step_ended(p, e);
		break;
	default:
		break;
	}
}

static void
on_script(void *ctx)
{
	finish(ctx);
}

static void
on_deadline(void *ctx, unsigned ready)
{
	struct probe *p = ctx;
	char within[24], text[50];

	(void)ready;
	if (p->over)
		return;
	text_limit(within, p->job.opts->total_ms);
	snprintf(text, sizeof text, "not done within %s", within);
	p->job.result->late = true;
	if (p->script) {
		probe_script_late(p->script, span_of(text));
	} else {
		note_rest(p);
		note_failure(p, ERR_TIMEOUT, span_of(text));
	}
	finish(p);
}

struct probe *
probe_new(const struct probe_job *job)
{
	struct probe *p = memory_zeroed(sizeof *p);
	size_t n = 0;

	*p = (struct probe){
		.job = *job, .until = depth(job->opts), .began_us = loop_now_us(),
		.step = { .op = &op, .args = p }, .quit = { .op = &step_quit },
	};
	while (job->opts->say && job->opts->say[n])
		n++;
	if (n > 0)
		job->result->said = ARENA_ARRAY(&job->result->arena, const struct reply *, n);
	job->result->tls_mode = probe_tls_mode(job->session, job->target);
	if (job->opts->script && job->result->tls_mode != TARGET_TLS_IMPLICIT)
		job->result->tls_mode = TARGET_TLS_OFF;		/* the script asks for it, or does not */
	if (job->opts->total_ms) {
		p->deadline = loop_timer(job->env->loop, on_deadline, p);
		loop_timer_set(p->deadline, job->opts->total_ms);
	}
	if (job->opts->script) {
		p->script = probe_script_new(job, on_script, p);
		return p;
	}
	p->session = session_new(job->env, job->session, on_event, p);
	session_push(p->session, &p->step);
	return p;
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
