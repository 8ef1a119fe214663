/* judge_reply - replies that differ from what was expected, or came late or never. */
#include "base/text.h"
#include "run/probe/judgement_impl.h"

/* A 421 that the server sent before the command. */
static struct span
came_before(struct judgement *j, enum probe_phase phase, struct span reply)
{
	return arena_printf(&j->r->arena, "unsolicited reply before %s: %.*s", judge_what(j, phase),
	    SPAN_ARG(reply));
}

void
judge_reply(struct judgement *j, struct judge_check *c, const struct reply *reply)
{
	struct probe_result *r = j->r;
	struct span text = judge_reply_text(j, reply);
	const char *rejected = c->phase == PHASE_BANNER ? "connection" : judge_what(j, c->phase);
	enum health lasting = c->phase == PHASE_STARTTLS && judge_lenient(j) ? STATE_WARNING :
									       STATE_CRITICAL;

	c->want = c->phase == PHASE_DATA			   ? SPAN("354") :
	    c->phase == PHASE_BANNER || c->phase == PHASE_STARTTLS ? SPAN("220") :
								     SPAN("2xx");
	c->got = arena_printf(&r->arena, "%u", reply->code);
	if (reply->flaws & (REPLY_NO_CODE | REPLY_BAD_CODE | REPLY_MIXED))
		judge_find(j, c, STATE_CRITICAL, REASON_MALFORMED,
		    arena_printf(&r->arena, "%s is malformed: %.*s", judge_reply_of(j, c->phase),
			SPAN_ARG(text)));
	else if (r->unsolicited & 1u << c->phase)
		judge_find(
		    j, c, judge_temporary(j), REASON_RATE_LIMITED, came_before(j, c->phase, text));
	else if (reply->code / 100 == 4)
		judge_find(j, c, judge_temporary(j),
		    reply->code == 421 ? REASON_RATE_LIMITED : REASON_REPLY,
		    arena_printf(
			&r->arena, "%s temporarily rejected: %.*s", rejected, SPAN_ARG(text)));
	else if (reply->code / 100 == 5)
		judge_find(j, c, lasting, c->phase == PHASE_AUTH ? REASON_AUTH : REASON_REPLY,
		    arena_printf(&r->arena, "%s rejected: %.*s", rejected, SPAN_ARG(text)));
	else
		judge_find(j, c, STATE_CRITICAL, REASON_UNEXPECTED,
		    arena_printf(&r->arena, "%s was answered with %.*s", judge_what(j, c->phase),
			SPAN_ARG(text)));
}

void
judge_farewell(struct judgement *j)
{
	const struct reply *reply = j->r->reply[PHASE_QUIT];

	if (!reply || j->r->err != ERR_NONE || reply->code / 100 == 2)
		return;
	struct judge_check *c = judge_add(j);
	struct span text = judge_reply_text(j, reply);
	text = j->r->unsolicited & 1u << PHASE_QUIT ?
	    came_before(j, PHASE_QUIT, text) :
	    arena_printf(&j->r->arena, "QUIT was answered with %.*s", SPAN_ARG(text));
	if (reply->code != 421) {
		judge_note(j, c, text);
		return;
	}
	c->want = SPAN("221");
	c->got = SPAN("421");
	judge_find(j, c, judge_temporary(j), REASON_RATE_LIMITED, text);
}

void
judge_quit(struct judgement *j)
{
	const struct probe_result *r = j->r;

	if (r->late_quit)
		judge_note(j, judge_add(j), SPAN("no reply to QUIT in time (noted only)"));
	else if ((r->ran & 1u << PHASE_QUIT) && !r->reply[PHASE_QUIT] && r->err == ERR_NONE)
		judge_note(j, judge_add(j),
		    SPAN("the server closed the connection without a 221 (noted only)"));
}

/* ---- what the options expect of a reply */

/*
 * Returns what an expression is matched against: the text of the lines or, with as_received, the
 * reply as received without its final line ending.
 */
static struct span
matched_text(struct judgement *j, const struct reply *r)
{
	struct buf b = { .max = 16 << 10 };

	if (!j->o->as_received)
		return judge_reply_text(j, r);
	for (size_t i = 0; i < r->nlines; i++) {
		if (!(r->flaws & REPLY_NO_CODE))
			buf_printf(&b, "%03u%c", r->code, i + 1 < r->nlines ? '-' : ' ');
		buf_append(&b, r->line[i]);
		buf_append(&b, i + 1 < r->nlines ? SPAN("\r\n") : SPAN_NONE);
	}
	struct span text = arena_copy(&j->r->arena, buf_span(&b));
	buf_release(&b);
	return text;
}

static bool
reply_matches(struct judgement *j, const struct ere *expected, const struct reply *r)
{
	return ere_search(expected, matched_text(j, r), NULL);
}

/* A greeting that matches is accepted whatever its code, if opts.as_received. */
bool
judge_banner_expected(struct judgement *j, const struct reply *r)
{
	return r && j->o->as_received && j->o->banner && reply_matches(j, j->o->banner, r);
}

void
judge_greeting(struct judgement *j)
{
	const struct reply *r = j->r->reply[PHASE_BANNER];

	if (r && judge_done(j, PHASE_BANNER) && !j->o->banner && r->code != 220)
		judge_find(j, judge_add(j), STATE_CRITICAL, REASON_UNEXPECTED,
		    arena_printf(&j->r->arena, "invalid greeting: %.*s, not 220 (RFC 5321 4.3.2)",
			SPAN_ARG(judge_reply_text(j, r))));
}

void
judge_expect_banner(struct judgement *j)
{
	const struct reply *r = j->r->reply[PHASE_BANNER];

	if (!r || !judge_done(j, PHASE_BANNER) || !j->o->banner)
		return;
	struct judge_check *c = judge_add(j);
	if (!reply_matches(j, j->o->banner, r))
		judge_find(j, c, STATE_WARNING, REASON_ASSERTION,
		    arena_printf(&j->r->arena, "unexpected greeting: %.*s",
			SPAN_ARG(judge_reply_text(j, r))));
}

void
judge_line_replies(struct judgement *j)
{
	for (size_t i = 0; i < j->r->nline_replies; i++) {
		const struct reply *r = j->r->line_reply[i];
		struct judge_check *c = judge_add(j);
		struct span text = judge_reply_text(j, r);
		if (i < j->o->nexpect_replies && !reply_matches(j, j->o->expect_reply[i], r))
			judge_find(j, c, j->o->expect_state, REASON_ASSERTION,
			    arena_printf(&j->r->arena, "unexpected reply to \"%.*s\": %.*s",
				SPAN_ARG(judge_shown_line(j, i)), SPAN_ARG(text)));
	}
}

/* ---- the reply did not come */

enum { SLOW_US = 2000000 };		/* a longer reply is worth a remark */

struct span
judge_spent(struct judgement *j, struct span text)
{
	enum probe_phase most = probe_most_time(j->r);
	char took[24];

	if (most == PHASE_COUNT)
		return text;
	text_limit(took, (j->r->us[most] + 50000) / 100000 * 100);
	return arena_printf(&j->r->arena, "%.*s; %s took %s of that", SPAN_ARG(text),
	    judge_reply_of(j, most), took);
}

/* Returns what had not been received when the total time expired in a phase. */
static struct span
what_lacked(struct judgement *j, enum probe_phase phase)
{
	const struct probe_result *r = j->r;
	struct span rest = text_safe(&j->r->arena, span_trim(r->rest)), all = r->text;
	const char *reply = judge_reply_of(j, phase);

	if (r->rest.len == 0)
		return judge_spent(j,
		    arena_printf(&j->r->arena, "%.*s: %s was not received", SPAN_ARG(all), reply));
	return judge_spent(j,
	    arena_printf(&j->r->arena, "%.*s: %s was incomplete: received \"%.*s\"", SPAN_ARG(all),
		reply, SPAN_ARG(rest)));
}

void
judge_timeout(struct judgement *j, struct judge_check *c)
{
	const struct probe_result *r = j->r;

	judge_find(j, c, c->phase == PHASE_TLS && judge_lenient(j) ? STATE_WARNING : STATE_CRITICAL,
	    REASON_TIMEOUT, r->late ? what_lacked(j, c->phase) : r->text);
}

static bool
is_slow(const struct probe_result *r, enum probe_phase phase)
{
	return r->us[phase] >= SLOW_US && (r->done & 1u << phase) && phase != PHASE_TLS;
}

static bool
came_in_drops(const struct probe_result *r, enum probe_phase phase)
{
	return (r->drawn & 1u << phase) && (phase != PHASE_BANNER || r->reply[phase]->nlines == 1);
}

static bool
is_greet_pause(const struct probe_result *r, enum probe_phase phase)
{
	return phase == PHASE_BANNER && !came_in_drops(r, phase);
}

void
judge_greet_pause(struct judgement *j)
{
	const struct probe_result *r = j->r;
	bool held_back = r->drawn & 1u << PHASE_BANNER;

	if (is_slow(r, PHASE_BANNER) && is_greet_pause(r, PHASE_BANNER))
		judge_remark(j, judge_add(j),
		    arena_printf(&j->r->arena, "%s was received after %.1f s",
			held_back ? "the last line of the greeting" : "the greeting",
			(double)r->us[PHASE_BANNER] / 1e6));
}

/*
 * A single slow reply may be due to a DNS lookup by the server; several, or one that arrives octet
 * by octet, are probably deliberate.
 */
void
judge_slowness(struct judgement *j)
{
	const struct probe_result *r = j->r;
	struct span list = SPAN_NONE;
	bool several = false, drops = false;

	for (enum probe_phase p = PHASE_BANNER; p < PHASE_QUIT; p++) {
		if (!is_slow(r, p) || is_greet_pause(r, p))
			continue;
		several |= list.len > 0;
		drops |= came_in_drops(r, p);
		list = arena_printf(&j->r->arena, "%.*s%s%s took %.1f s%s", SPAN_ARG(list),
		    list.len > 0 ? ", " : "", judge_what(j, p), (double)r->us[p] / 1e6,
		    came_in_drops(r, p) ? " piecemeal" : "");
	}
	if (list.len > 0)
		judge_remark(
		    j, judge_add_as(j, several || drops ? "tarpit" : "slow", PHASE_EHLO), list);
}

/* Returns octets of several lines as one line. */
static struct span
one_line(struct arena *arena, struct span octets)
{
	struct buf b = { .max = 210 };
	struct span line;

	for (struct span rest = span_first(octets, 200); rest.len > 0;) {
		if (!span_line(&rest, &line)) {
			line = rest;
			rest = SPAN_NONE;
		}
		buf_append(&b, buf_span(&b).len ? SPAN(" ") : SPAN_NONE);
		buf_append(&b, span_trim(line));
	}
	struct span text = text_safe(arena, arena_copy(arena, buf_span(&b)));
	buf_release(&b);
	return text;
}

static const char *
its_reply(struct judgement *j, enum probe_phase phase)
{
	return phase == PHASE_BANNER ?
	    "its greeting" :
	    arena_printf(&j->r->arena, "its reply to %s", judge_what(j, phase)).at;
}

void
judge_close(struct judgement *j, struct judge_check *c)
{
	struct probe_result *r = j->r;
	const char *how = r->reset ? "reset" : "closed", *its = its_reply(j, c->phase);
	enum probe_reason reason = r->reset ? REASON_RESET : REASON_EOF;

	if (r->half)
		judge_find(j, c, STATE_CRITICAL, reason,
		    arena_printf(&r->arena, "the server %s the connection during %s: %.*s", how,
			its, SPAN_ARG(one_line(&r->arena, r->text))));
	else
		judge_find(j, c, STATE_CRITICAL, reason,
		    arena_printf(&r->arena, "the server %s the connection before %s", how, its));
}
