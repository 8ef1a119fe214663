/* judge - what a probe's result means. */
#include "run/probe/judge_impl.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"

static const char *const state_words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

const char *
judge_state_word(enum health state)
{
	return state_words[state];
}

enum health
judge_worse(enum health a, enum health b)
{
	static const int rank[] = {
		[STATE_OK] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2, [STATE_CRITICAL] = 3
	};

	return rank[a] >= rank[b] ? a : b;
}

struct judge_check *
judge_add(struct judgement *j, const char *name, enum probe_phase phase)
{
	struct judge_check *c = ARENA_NEW(&j->r->arena, struct judge_check);

	c->name = name;
	c->label = phase_word(phase);
	c->phase = phase;
	*j->end = c;
	j->end = &c->next;
	return c;
}

void
judge_find(struct judgement *j, struct judge_check *c, enum health state, enum probe_reason reason,
    struct span message)
{
	for (size_t i = 0; i < j->o->nrules; i++)
		if (j->o->rule[i].reason == reason &&
		    (j->o->rule[i].phase == c->phase || j->o->rule[i].phase == PHASE_COUNT))
			state = j->o->rule[i].state;
	c->state = state;
	c->reason = reason;
	c->message = text_safe(&j->r->arena, message);
	j->v->state = judge_worse(j->v->state, state);
}

void
judge_note(struct judgement *j, const char *name, enum probe_phase phase, struct span message)
{
	judge_add(j, name, phase)->message = text_safe(&j->r->arena, message);
}

void
judge_tell(struct judgement *j, const char *name, enum probe_phase phase, struct span message)
{
	struct judge_check *c = judge_add(j, name, phase);

	c->message = text_safe(&j->r->arena, message);
	c->told = true;
}

/* How a sentence calls what a phase waits for. */
const char *
judge_what(struct judgement *j, enum probe_phase phase)
{
	static const char *const words[PHASE_COUNT] = {
		[PHASE_RESOLVE] = "the look-up",
		[PHASE_CONNECT] = "the connection",
		[PHASE_BANNER] = "the banner",
		[PHASE_EHLO] = "EHLO",
		[PHASE_STARTTLS] = "STARTTLS",
		[PHASE_TLS] = "the TLS handshake",
		[PHASE_EHLO_TLS] = "EHLO after TLS",
		[PHASE_AUTH] = "AUTH",
		[PHASE_MAIL] = "MAIL FROM",
		[PHASE_RCPT] = "RCPT TO",
		[PHASE_DATA] = "DATA",
		[PHASE_BODY] = "the message",
		[PHASE_RSET] = "RSET",
		[PHASE_QUIT] = "QUIT",
	};
	bool said = phase == PHASE_RCPT && j->p->say && !j->p->to && j->p->say[j->r->nsaid];

	if (said)
		return arena_printf(
		    &j->r->arena, "\"%.*s\"", SPAN_ARG(judge_said_line(j, j->r->nsaid)))
		    .at;
	/* a script says what it likes */
	return phase == PHASE_EHLO && j->r->hello ? j->r->hello : words[phase];
}

/* ---- what ended the probe */

static void
found_connect(struct judgement *j, struct judge_check *c)
{
	const struct probe_result *r = j->r;
	bool route = r->sys == ENETUNREACH || r->sys == EADDRNOTAVAIL || r->sys == EAFNOSUPPORT;
	enum probe_reason reason = r->err == ERR_TIMEOUT || r->sys == ETIMEDOUT ?
	    REASON_CONNECT_TIMEOUT :
	    r->sys == ECONNREFUSED ? REASON_CONNECT_REFUSED :
	    r->err == ERR_USAGE	   ? REASON_NOT_ALLOWED :
	    r->err == ERR_SYSTEM   ? REASON_INTERNAL :
				     REASON_CONNECT_UNREACHABLE;

	if (route && addr_family(&r->addr) == 6) {
		j->v->skipped = true;
		judge_find(j, c, STATE_UNKNOWN, reason,
		    arena_printf(&j->r->arena, "skipped: this machine has no route for IPv6"));
		return;
	}
	char place[ADDR_TEXT];
	struct span text = r->text, own = span_of(addr_text(&r->addr, place)),
		    prefix = SPAN("no connection: ");
	if (span_starts(text, prefix))		/* a script's words */
		text = span_skip(text, prefix.len);
	if (own.len > 0 && span_starts(text, own))
		/* where it was is said beside the message */
		text = span_skip(text, own.len + 2);
	judge_find(j, c,
	    reason == REASON_INTERNAL || reason == REASON_NOT_ALLOWED ? STATE_UNKNOWN :
									STATE_CRITICAL,
	    reason, reason == REASON_CONNECT_TIMEOUT ? judge_no_answer(j, text) : text);
}

/*
 * What the reply itself says goes before what the script wanted of it; ASSERTION is what only the
 * script minds.
 */
static enum probe_reason
reason_of_reply(const struct probe_result *r, const struct reply *reply)
{
	unsigned class = reply->code / 100;

	if (reply->flaws & (REPLY_NO_CODE | REPLY_BAD_CODE | REPLY_CODES_DIFFER))
		return REASON_MALFORMED;
	if (reply->code == 421)
		return REASON_RATE_LIMITED;
	if (class == 4)
		return REASON_REPLY;
	if (!r->refused)
		return REASON_ASSERTION;
	return class != 5 ? REASON_UNEXPECTED : r->phase == PHASE_AUTH ? REASON_AUTH : REASON_REPLY;
}

static enum probe_reason
reason_of_line(const struct probe_result *r)
{
	switch (r->err) {
	case ERR_USAGE: case ERR_SYSTEM:
		return REASON_INTERNAL;
	case ERR_TLS:			/* a secret, which does not go in the clear */
		return REASON_AUTH;
	case ERR_PROTO:
		return REASON_UNEXPECTED;
	default:
		return REASON_ASSERTION;
	}
}

/* A line of a script: what it wanted did not come. A "not now" is judged as everywhere else. */
static void
found_script(struct judgement *j, struct judge_check *c, const struct reply *reply)
{
	struct probe_result *r = j->r;
	enum probe_reason reason = reply ? reason_of_reply(r, reply) : reason_of_line(r);
	bool temporary = reason == REASON_RATE_LIMITED ||
	    (reason == REASON_REPLY && reply->code / 100 == 4);

	if (r->cause == CAUSE_NOT_OFFERED) {
		judge_not_offered(j, c);
		return;
	}
	if (reply)
		c->got = arena_printf(&r->arena, "%u", reply->code);
	judge_find(j, c,
	    reason == REASON_INTERNAL		      ? STATE_UNKNOWN :
		temporary && !j->o->tempfail_critical ? STATE_WARNING :
							STATE_CRITICAL,
	    reason,
	    arena_printf(&r->arena, reply ? "%.*s: %.*s: %.*s" : "%.*s: %.*s%.*s",
		SPAN_ARG(r->place), SPAN_ARG(r->text),
		SPAN_ARG(reply ? judge_reply_text(j, reply) : SPAN_NONE)));
}

static void
judge_failure(struct judgement *j)
{
	struct probe_result *r = j->r;
	const struct reply *reply = r->reply[r->phase];

	if (!r->out_of_step && r->phase == PHASE_BANNER && reply && judge_banner_expected(j, reply))
		return;
	struct judge_check *c = judge_add(j, phase_word(r->phase), r->phase);

	if (r->out_of_step)
		judge_find(j, c, STATE_CRITICAL, REASON_UNEXPECTED, r->text);
	else if (r->phase == PHASE_RESOLVE)
		judge_find(j, c,
		    r->err == ERR_SYSTEM || r->err == ERR_USAGE ? STATE_UNKNOWN : STATE_CRITICAL,
		    judge_resolve_reason(r), r->text);
	else if (r->place.len > 0 && (r->err == ERR_USAGE || r->err == ERR_SYSTEM))
		found_script(j, c, reply);
	else if (r->phase == PHASE_CONNECT)
		found_connect(j, c);
	else if (r->cause == CAUSE_INJECTED)
		judge_find(j, c, STATE_CRITICAL, REASON_INJECTION, r->text);
	else if (r->eof && !reply)
		judge_close(j, c);
	else if (r->err == ERR_TIMEOUT)
		judge_timeout(j, c);
	else if (r->place.len > 0 && r->phase != PHASE_TLS)
		found_script(j, c, reply);
	else if (reply && reply->flaws & REPLY_NO_CODE && r->text.len > 0)
		judge_find(j, c, STATE_CRITICAL, REASON_MALFORMED, r->text);
	else if (r->phase == PHASE_TLS && r->tls && r->tls->dane && !tls_dane_vouches(r->tls))
		judge_find(j, c, STATE_CRITICAL, REASON_TLS_DANE, r->text);
	else if (r->phase == PHASE_TLS && r->err != ERR_USAGE)
		judge_find(j, c, judge_lenient(j) ? STATE_WARNING : STATE_CRITICAL,
		    REASON_TLS_HANDSHAKE, r->text);
	else if (reply &&
	    (r->text.len == 0 ||
		r->phase == PHASE_BANNER)) /* a banner may have a remark beside it */
		judge_reply(j, c, reply);
	else /* the server's fault, or that of who asks: no password, a library that is not here */
		judge_find(j, c,
		    r->err == ERR_SYSTEM || r->err == ERR_USAGE ? STATE_UNKNOWN : STATE_CRITICAL,
		    r->phase == PHASE_AUTH ? REASON_AUTH : REASON_INTERNAL, r->text);
	if (!r->fate_unknown)
		return;
	c->state = STATE_CRITICAL;		/* whatever made it so */
	c->message = arena_printf(
	    &r->arena, "the message's fate is unknown (RFC 1047): %.*s", SPAN_ARG(c->message));
	j->v->state = judge_worse(j->v->state, STATE_CRITICAL);
}

/* ---- what went through, and may still be wrong */

/*
 * Some clients end a reply at other places than others do, or give it up: not of check_smtp, which
 * takes them all.
 */
static void
judge_flaws(struct judgement *j)
{
	const unsigned breaking = REPLY_BARE_LF | REPLY_NUL | REPLY_BAD_SEPARATOR |
	    REPLY_CODES_DIFFER | REPLY_MIXED | REPLY_NO_CODE | REPLY_UNFINISHED;

	for (unsigned p = 0; p < PHASE_COUNT; p++) {
		const struct reply *r = j->r->reply[p];
		unsigned left = r ? r->flaws : 0;
		const struct reply_flaw_info *flaw;
		while ((flaw = reply_flaw_next(&left))) {
			struct span text = arena_printf(&j->r->arena, "in %s %s (%s)",
			    judge_reply_of(j, (enum probe_phase)p), flaw->text, flaw->rfc);
			if (flaw->flaw & breaking && !j->o->as_said)
				judge_find(j, judge_add(j, flaw->word, (enum probe_phase)p),
				    STATE_WARNING, REASON_MALFORMED, text);
			else
				judge_note(j, flaw->word, (enum probe_phase)p, text);
		}
	}
}

static void
judge_phases(struct judgement *j)
{
	for (unsigned p = PHASE_CONNECT; p < PHASE_QUIT; p++)
		if (j->r->done & 1u << p)
			judge_add(j, phase_word((enum probe_phase)p), (enum probe_phase)p);
}

static void
judge_manners(struct judgement *j)
{
	struct probe_result *r = j->r;

	if (r->late_quit)
		judge_note(j, "quit", PHASE_QUIT,
		    SPAN("QUIT was not answered in time, which is noted only"));
	else if ((r->ran & 1u << PHASE_QUIT) && !r->reply[PHASE_QUIT] && r->err == ERR_NONE)
		judge_note(j, "quit", PHASE_QUIT,
		    SPAN("the server closed without its 221, which is noted only"));
}

void
judge(const struct judge_opts *o, const struct probe_opts *p, struct probe_result *r,
    struct finding *v)
{
	struct judgement j = { .o = o, .p = p, .r = r, .v = v, .end = &v->checks };

	*v = (struct finding){ .state = STATE_OK };
	j.end = &v->checks;
	judge_phases(&j);
	judge_dane(&j);
	if (r->err != ERR_NONE)
		judge_failure(&j);
	judge_farewell(&j);
	judge_tls(&j);
	judge_sts(&j);
	judge_banner(&j);
	judge_ptr(&j);
	judge_extensions(&j);
	judge_said(&j);
	judge_thresholds(&j);
	judge_manners(&j);
	judge_slowness(&j);
	for (size_t i = 0; i < r->nnotes; i++)
		judge_tell(&j, "route", PHASE_RESOLVE, r->note[i]);
	if (r->left_out.len > 0)
		judge_note(&j, "script", PHASE_CONNECT,
		    arena_printf(&r->arena, "left out: %.*s", SPAN_ARG(r->left_out)));
	judge_flaws(&j);
	for (const struct judge_check *c = v->checks; c; c = c->next)
		if (c->state != STATE_OK && c->state == v->state && !v->worst)
			v->worst = c;
}
