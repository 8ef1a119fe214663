/* judgement - what every rule needs: adding checks, and names for use in sentences. */
#include "run/probe/judgement_impl.h"

#include <assert.h>

#include "base/text.h"
#include "smtp/verb.h"

static const char *const state_words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

const char *
judge_state_word(enum health state)
{
	assert((size_t)state < sizeof state_words / sizeof *state_words);
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
judge_add(struct judgement *j)
{
	assert(j->rule->name);
	return judge_add_as(j, j->rule->name, j->rule->phase);
}

struct judge_check *
judge_add_as(struct judgement *j, const char *name, enum probe_phase phase)
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
judge_note(struct judgement *j, struct judge_check *c, struct span message)
{
	c->message = text_safe(&j->r->arena, message);
}

void
judge_remark(struct judgement *j, struct judge_check *c, struct span message)
{
	judge_note(j, c, message);
	c->told = true;
}

const char *
judge_what(struct judgement *j, enum probe_phase phase)
{
	static const char *const words[PHASE_COUNT] = {
		[PHASE_RESOLVE] = "the DNS lookup",
		[PHASE_CONNECT] = "the connection",
		[PHASE_BANNER] = "the greeting",
		[PHASE_EHLO] = "EHLO",
		[PHASE_STARTTLS] = "STARTTLS",
		[PHASE_TLS] = "the TLS handshake",
		[PHASE_EHLO_TLS] = "EHLO after TLS",
		[PHASE_AUTH] = "AUTH",
		[PHASE_MAIL] = "MAIL FROM",
		[PHASE_RCPT] = "RCPT TO",
		[PHASE_DATA] = "DATA",
		[PHASE_BODY] = "the end of data",
		[PHASE_RSET] = "RSET",
		[PHASE_QUIT] = "QUIT",
	};
	bool line = phase == PHASE_RCPT && j->p->lines && !j->p->to &&
	    j->p->lines[j->r->nline_replies];

	if (line)
		return arena_printf(
		    &j->r->arena, "\"%.*s\"", SPAN_ARG(judge_shown_line(j, j->r->nline_replies)))
		    .at;
	/* as sent: EHLO, HELO or LHLO */
	return phase == PHASE_EHLO && j->r->hello ? j->r->hello : words[phase];
}

struct span
judge_reply_text(struct judgement *j, const struct reply *r)
{
	struct buf b = { .max = 401 };

	for (size_t i = 0; i < r->nlines && buf_span(&b).len < 400; i++) {
		buf_append(&b, i ? SPAN(" ") : SPAN_NONE);
		buf_append(&b, span_first(r->line[i], 400 - buf_span(&b).len));
	}
	/* made safe before "%.*s", which stops at a NUL */
	struct span safe = text_safe(&j->r->arena, buf_span(&b));
	struct span text = r->flaws & REPLY_NO_CODE ?
	    arena_copy(&j->r->arena, safe) :
	    arena_printf(&j->r->arena, "%03u %.*s", r->code, SPAN_ARG(safe));
	buf_release(&b);
	return text;
}

/* What follows the mechanism of an AUTH line, and the response to a 334, are secrets. */
struct span
judge_shown_line(const struct judgement *j, size_t i)
{
	struct span line = span_of(j->p->lines[i]), rest = line;

	if (i > 0 && j->r->line_reply[i - 1]->code == 334)
		return SPAN("the response to 334");
	if (verb_of(line, NULL) != VERB_AUTH)
		return line;
	span_word(&rest), span_word(&rest);
	return span_trim(span_first(line, line.len - rest.len));
}

const char *
judge_reply_of(struct judgement *j, enum probe_phase phase)
{
	if (j->r->late && j->r->wait == WAIT_TLSA)
		return wait_phrase(WAIT_TLSA, VERB_OTHER);
	if (phase == PHASE_TLS)
		return "the end of the TLS handshake";
	if (phase <= PHASE_BANNER)
		return judge_what(j, phase);
	return arena_printf(&j->r->arena, "the reply to %s", judge_what(j, phase)).at;
}

bool
judge_lenient(const struct judgement *j)
{
	return j->r->tls_mode == TARGET_TLS_TRY && !j->o->tls_given &&
	    j->o->verify == VERIFY_UNSET;
}

enum health
judge_temporary(const struct judgement *j)
{
	return j->o->tempfail_critical ? STATE_CRITICAL : STATE_WARNING;
}

bool
judge_done(const struct judgement *j, enum probe_phase phase)
{
	return j->r->done & 1u << phase;
}
