/*
 * step - the dialogue of a probe, phase by phase. It is one step, except for AUTH, which uses the
 * step that all sessions share.
 */
#include <assert.h>
#include <stdio.h>

#include "run/probe/probe_impl.h"
#include "run/session/session.h"
#include "smtp/body.h"

/* ---- phases: when each begins and ends, and which comes next */

void
probe_begin_phase(struct probe *p, enum probe_phase phase)
{
	assert(phase < PHASE_COUNT);
	p->phase = phase;
	p->phase_us = loop_now_us();
	p->problem = SPAN_NONE;
	p->problem_err = ERR_NONE;
	p->cause = CAUSE_UNSET;
	p->job.result->ran |= 1u << phase;
}

static void
probe_end_phase(struct probe *p)
{
	p->job.result->us[p->phase] += loop_now_us() - p->phase_us;
	p->job.result->done |= 1u << p->phase;
}

/*
 * Returns whether TLS was required and did not begin: then there is neither login nor mail (RFC
 * 3207 6).
 */
static bool
lacks_tls(const struct probe *p)
{
	return p->job.result->tls_mode == TARGET_TLS_STARTTLS && !p->job.result->tls;
}

static bool
wants_phase(const struct probe *p, enum probe_phase phase)
{
	const struct probe_opts *o = p->job.opts;
	const struct probe_result *r = p->job.result;

	if (phase >= PHASE_AUTH && phase <= PHASE_BODY && lacks_tls(p))
		return false;
	switch (phase) {
	case PHASE_BANNER:
		return p->until >= DEPTH_BANNER;
	case PHASE_EHLO:
		return p->until >= DEPTH_EHLO;
	case PHASE_STARTTLS:
		return p->until >= DEPTH_EHLO && !r->tls && !o->helo &&
		    (r->tls_mode == TARGET_TLS_TRY || r->tls_mode == TARGET_TLS_STARTTLS) &&
		    r->extensions && extensions_offer(r->extensions, "STARTTLS");
	case PHASE_EHLO_TLS:
		return p->until >= DEPTH_EHLO && p->until != DEPTH_STARTTLS;
	case PHASE_AUTH:
		return o->auth && p->until >= DEPTH_AUTH;
	case PHASE_MAIL:
		return (o->from || o->to) && p->until >= DEPTH_MAIL;
	case PHASE_RCPT:
		return (o->to && p->until >= DEPTH_RCPT) || (o->lines && o->lines[p->nlines]);
	case PHASE_DATA: case PHASE_BODY:
		return o->body.len && p->until >= DEPTH_DATA;
	case PHASE_RSET:
		return (r->done & 1u << PHASE_MAIL) && !(r->done & 1u << PHASE_BODY);
	default:
		return true;
	}
}

static enum probe_phase
phase_after(const struct probe *p, enum probe_phase phase)
{
	const struct probe_opts *o = p->job.opts;
	bool implicit = p->job.result->tls_mode == TARGET_TLS_IMPLICIT;

	switch (phase) {
	case PHASE_CONNECT:
		return implicit ? PHASE_TLS : PHASE_BANNER;
	case PHASE_EHLO:
		return PHASE_STARTTLS;
	/*
	 * STARTTLS was skipped or rejected. If TLS is optional the probe goes on; otherwise nothing
	 * is sent in cleartext, which the server or an attacker may have intended.
	 */
	case PHASE_STARTTLS:
		return lacks_tls(p) && !o->helo && p->until >= DEPTH_EHLO ? PHASE_QUIT : PHASE_AUTH;
	case PHASE_TLS:
		return implicit ? PHASE_BANNER : PHASE_EHLO_TLS;
	case PHASE_RCPT:
		return o->lines && o->lines[p->nlines] ? PHASE_RCPT : PHASE_DATA;
	default:
		return phase + 1;
	}
}

/* ---- what each phase sends */

static enum progress
say(struct session *s, const char *verb, const char *before, const char *what, const char *after)
{
	char line[1100];

	int n = snprintf(line, sizeof line, "%s%s%s%s", verb, before, what, after);
	if (n < 0 || (size_t)n >= sizeof line)
		return session_fail(
		    s, ERR_USAGE, "%s: its argument has more than 1,000 octets", verb);
	return session_send(s, (struct span){ line, (size_t)n }) ? STEP_WAIT : STEP_FAIL;
}

/* Sends the whole message with dots doubled; its size was limited when it was read. */
static enum progress
step_send_body(struct session *s, struct probe *p)
{
	struct span rest = p->job.opts->body, line;
	struct arena arena = { 0 };
	bool ok = true;

	while (ok && span_line(&rest, &line))
		ok = line.len <= 1000 && session_send_text(s, body_line(&arena, line));
	arena_release(&arena);
	if (!ok)
		return session_fail(
		    s, ERR_USAGE, "the message cannot be sent: a line has more than 1,000 octets");
	return session_send_text(s, BODY_END) ? STEP_WAIT : STEP_FAIL;
}

static enum progress
probe_enter(struct session *s, struct probe *p, enum probe_phase phase)
{
	const struct probe_opts *o = p->job.opts;

	while (phase < PHASE_QUIT && !wants_phase(p, phase))
		phase = phase_after(p, phase);
	if (phase >= PHASE_QUIT) {
		/* the judgement needs the TLSA records; their lookup has its own deadline */
		p->awaits_tlsa = session_awaits_tlsa(s);
		if (p->awaits_tlsa)
			session_wait(s, WAIT_TLSA, 0);
		return p->awaits_tlsa ? STEP_WAIT : STEP_DONE;
	}
	probe_begin_phase(p, phase);
	switch (phase) {
	case PHASE_BANNER:
		session_expect_greeting(s);
		return STEP_WAIT;
	case PHASE_EHLO: case PHASE_EHLO_TLS:
		p->job.result->hello = p->job.session->lmtp || p->job.target->lmtp ? "LHLO" :
		    o->helo							   ? "HELO" :
										     "EHLO";
		return say(s, p->job.result->hello, " ", session_ehlo_name(s), "");
	case PHASE_STARTTLS:
		return say(s, "STARTTLS", "", "", "");
	case PHASE_TLS:
		return session_shake_hands(s);
	case PHASE_AUTH:
		p->authenticating = true;
		return STEP_DONE;
	case PHASE_MAIL:
		return say(s, "MAIL", " FROM:<", o->from ? o->from : "", ">");
	case PHASE_RCPT:
		if (o->to && !p->job.result->reply[PHASE_RCPT])
			return say(s, "RCPT", " TO:<", o->to, ">");
		return session_send(s, span_of(o->lines[p->nlines++])) ? STEP_WAIT : STEP_FAIL;
	case PHASE_DATA:
		return say(s, "DATA", "", "", "");
	case PHASE_BODY:
		return step_send_body(s, p);
	default:
		return say(s, "RSET", "", "", "");
	}
}

static enum progress
probe_next(struct session *s, struct probe *p)
{
	probe_end_phase(p);
	return probe_enter(s, p, phase_after(p, p->phase));
}

static enum progress
probe_on_reply(struct session *s, struct probe *p, const struct news *news)
{
	const struct reply *r = &news->event->reply;

	if (p->phase == PHASE_STARTTLS) {
		bool on = news->failed == ERR_NONE,
		     tried = p->job.result->tls_mode == TARGET_TLS_TRY && r->code != 421;
		if (!on && !tried)
			return session_refused(s, news);
		if (on)
			probe_end_phase(p);
		else
			p->job.result->us[PHASE_STARTTLS] += loop_now_us() - p->phase_us;
		return probe_enter(s, p, on ? PHASE_TLS : phase_after(p, PHASE_STARTTLS));
	}
	if (p->phase == PHASE_RCPT && p->nlines > 0)
		/* replies to the user's lines are judged later */
		return r->code == 421 ? session_refused(s, news) : probe_next(s, p);
	if (news->failed != ERR_NONE)
		return session_refused(s, news);
	return probe_next(s, p);
}

static enum progress
probe_start(struct session *s, const struct step *step, void *state)
{
	struct probe *p = (struct probe *)(uintptr_t)step->args;
	struct session_env *env = p->job.env;
	char no_way[NO_WAY_SHOWN];
	struct err err;

	(void)state;
	if (p->phase == PHASE_AUTH)
		return probe_next(s, p);
	probe_begin_phase(p, PHASE_CONNECT);
	if (p->job.target->kind != TARGET_DEMO) {
		session_dial(s, p->job.hop);
		return STEP_WAIT;
	}
	if (session_no_way(s, p->job.target, no_way))
		return session_fail(s, ERR_USAGE, "%s", no_way);
	unsigned as = (p->job.session->lmtp ? DEMO_LMTP : 0) |
	    (p->job.result->tls_mode == TARGET_TLS_IMPLICIT ? DEMO_TLS : 0);
	int fd = env->demo ? env->demo(env, as, &err) : -1;
	if (fd < 0)
		return session_fail(s, ERR_CONNECT, "cannot start the built-in test server");
	return session_over(s, fd, p->job.hop->host, env->demo_tls) ? probe_next(s, p) : STEP_FAIL;
}

static enum progress
probe_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	struct probe *p = (struct probe *)(uintptr_t)step->args;

	(void)state;
	switch (news->kind) {
	case NEWS_CONNECTED:
		if (p->job.opts->proxy && !conv_put(session_conv(s), span_of(p->job.opts->proxy)))
			return STEP_FAIL;
		return probe_next(s, p);
	case NEWS_TLS_UP:
		return probe_next(s, p);
	case NEWS_TLSA:
		p->awaits_tlsa = false;
		return STEP_DONE;
	case NEWS_REPLY:
		return probe_on_reply(s, p, news);
	case NEWS_CLOSED:
		if (p->awaits_tlsa)
			/* the dialogue was complete */
			return STEP_DONE;
		if (p->phase == PHASE_CONNECT && news->err) {
			p->job.result->sys = news->err->sys;
			return session_fail(s, news->err->kind, "%s", news->err->text);
		}
		return STEP_FAIL;
	default:
		return STEP_FAIL;
	}
}

const struct step_op probe_step = {
	.name = "probe", .args = "", .help = "", .start = probe_start, .on_news = probe_on_news
};
