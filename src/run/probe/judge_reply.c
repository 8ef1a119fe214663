/* judge - replies: another than was wanted, one that was expected, one that came late or never. */
#include <strings.h>

#include "base/text.h"
#include "run/probe/judgement_impl.h"
#include "run/session/diagnose.h"

static bool
mentions(struct span text, const char *word)
{
	for (size_t n = strlen(word); text.len >= n; text = span_skip(text, 1))
		if (strncasecmp(text.at, word, n) == 0)
			return true;
	return false;
}

static bool
mentions_one(struct span text, const char *const *words)
{
	while (*words && !mentions(text, *words))
		words++;
	return *words != NULL;
}

/*
 * Most greylisting says so; some says only when to come again, and so does much that is something
 * else.
 */
static const char *
refused_for_now(enum probe_phase phase, const struct reply *reply, struct span text)
{
	static const char *const names[] = { "greylist", "graylist", "grey-list", "gray-list",
		"grey list", "gray list", NULL };
	static const char *const again[] = { "try again", "try later", "retry", "come back",
		"minutes", "seconds", NULL };
	static const char *const others[] = {
		"rate",
		"limit",
		"too many",
		"quota",
		"full",
		"resource",
		"load",
		"local",
		"temporar",
		"unavailable",
		"system",
		"internal",
		"lookup",
		"look up",
		"resolve",
		"dns",
		"hostname",
		"database",
		"virus",
		"scan",
		NULL,
	};
	bool early = phase == PHASE_MAIL || phase == PHASE_RCPT || phase == PHASE_DATA;

	if (early && mentions_one(text, names))
		return "is greylisted (the same sender and recipient pass some minutes later)";
	if (early && (reply->code == 450 || reply->code == 451) && mentions_one(text, again) &&
	    !mentions_one(text, others))
		return "refused for now (greylisting? then the same sender and recipient pass some "
		       "minutes later)";
	return "refused for now";
}

static struct span
limits_its_service(struct judgement *j, const struct reply *reply)
{
	return arena_printf(&j->r->arena,
	    "the server limits its service for now (ask later, or less often): %.*s",
	    SPAN_ARG(judge_reply_text(j, reply)));
}

void
judge_reply(struct judgement *j, struct judge_check *c, const struct reply *reply)
{
	struct probe_result *r = j->r;
	struct span text = judge_reply_text(j, reply);
	const char *other = c->phase == PHASE_EHLO && reply->code / 100 == 5 &&
		r->reply[PHASE_BANNER] ?
	    diagnose_refused_hello(r->reply[PHASE_BANNER], reply) :
	    NULL;
	enum health lasting = c->phase == PHASE_STARTTLS && judge_lenient(j) ? STATE_WARNING :
									       STATE_CRITICAL;

	c->want = c->phase == PHASE_DATA			   ? SPAN("354") :
	    c->phase == PHASE_BANNER || c->phase == PHASE_STARTTLS ? SPAN("220") :
								     SPAN("2xx");
	c->got = arena_printf(&r->arena, "%u", reply->code);
	if (reply->flaws & (REPLY_NO_CODE | REPLY_BAD_CODE | REPLY_CODES_DIFFER))
		judge_find(j, c, STATE_CRITICAL, REASON_MALFORMED,
		    arena_printf(&r->arena, "%s is malformed: %.*s", judge_reply_of(j, c->phase),
			SPAN_ARG(text)));
	else if (reply->code == 421)
		judge_find(
		    j, c, judge_temporary(j), REASON_RATE_LIMITED, limits_its_service(j, reply));
	else if (reply->code / 100 == 4)
		judge_find(j, c, judge_temporary(j), REASON_REPLY,
		    arena_printf(&r->arena, "%s %s: %.*s", judge_what(j, c->phase),
			refused_for_now(c->phase, reply, text), SPAN_ARG(text)));
	else if (reply->code / 100 == 5)
		judge_find(j, c, lasting, c->phase == PHASE_AUTH ? REASON_AUTH : REASON_REPLY,
		    arena_printf(&r->arena, "%s%s: %.*s%s%s",
			c->phase == PHASE_BANNER ? "the server offers no service here" :
						   judge_what(j, c->phase),
			c->phase == PHASE_BANNER ? "" : " refused", SPAN_ARG(text),
			other ? "; " : "", other ? other : ""));
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
	if (reply->code != 421) {
		judge_note(j, judge_add(j),
		    arena_printf(&j->r->arena, "QUIT was answered with %.*s",
			SPAN_ARG(judge_reply_text(j, reply))));
		return;
	}
	struct judge_check *c = judge_add(j);
	c->want = SPAN("221");
	c->got = SPAN("421");
	judge_find(j, c, judge_temporary(j), REASON_RATE_LIMITED, limits_its_service(j, reply));
}

void
judge_quit(struct judgement *j)
{
	const struct probe_result *r = j->r;

	if (r->late_quit)
		judge_note(j, judge_add(j),
		    SPAN("QUIT was not answered in time, which is noted only"));
	else if ((r->ran & 1u << PHASE_QUIT) && !r->reply[PHASE_QUIT] && r->err == ERR_NONE)
		judge_note(j, judge_add(j),
		    SPAN("the server closed without its 221, which is noted only"));
}

/* ---- what the options expect of a reply */

/*
 * What an expression is held against: the text of the lines, or all of it as it came, without the
 * last line's end.
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

/* Whatever its code: opts.as_received. */
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
		    arena_printf(&j->r->arena, "a banner is 220 (RFC 5321 4.3.2), this one is %.*s",
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
		    arena_printf(&j->r->arena, "the banner is not what was expected: %.*s",
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
			    arena_printf(&j->r->arena,
				"\"%.*s\" was not answered as expected: %.*s",
				SPAN_ARG(judge_shown_line(j, i)), SPAN_ARG(text)));
	}
}

/* ---- the reply did not come */

enum { SLOW_US = 2000000 };		/* a reply that takes longer is worth a word */

static bool
is_implicit(const struct judgement *j)
{
	return j->r->tls_mode == TARGET_TLS_IMPLICIT;
}

/* Which --timeout it was. */
static const char *
timeout_of(const struct probe_result *r, enum probe_phase phase)
{
	static const char *const words[PHASE_COUNT] = {
		[PHASE_CONNECT] = "--timeout connect=T",
		[PHASE_BANNER] = "--timeout greeting=T",
		[PHASE_TLS] = "--timeout tls=T",
		[PHASE_BODY] = "--timeout dot=T",
	};

	return r->late ? "-t T" : words[phase] ? words[phase] : "--timeout reply=T";
}

static const char *
why_silent(const struct judgement *j, enum probe_phase phase)
{
	struct silence silence = { .wait = phase == PHASE_BANNER ? WAIT_GREETING : WAIT_REPLY,
		.pending = j->r->rest,
		.pieces = j->r->pieces };

	if (silence.pending.len > 0)
		return diagnose_slowness(&silence);
	if (phase == PHASE_BANNER)
		return is_implicit(j) ? "a greet pause, or no SMTP server behind this TLS" :
		    "a greet pause, a port that wants TLS first, or nobody behind it";
	return phase > PHASE_BANNER && phase != PHASE_TLS && j->r->us[PHASE_BANNER] >= SLOW_US ?
	    "a tarpit? the banner was slow too" :
	    NULL;
}

/* The time for all was over: what it was over in. */
static struct span
what_lacked(struct judgement *j, enum probe_phase phase)
{
	const struct probe_result *r = j->r;
	struct span rest = text_safe(&j->r->arena, span_trim(r->rest)), all = r->text;
	const char *reply = judge_reply_of(j, phase);

	if (r->rest.len == 0)
		return arena_printf(&j->r->arena, "%.*s: %s had not come", SPAN_ARG(all), reply);
	return arena_printf(&j->r->arena, "%.*s: %s had not ended, \"%.*s\" had come of it",
	    SPAN_ARG(all), reply, SPAN_ARG(rest));
}

void
judge_timeout(struct judgement *j, struct judge_check *c)
{
	struct probe_result *r = j->r;
	struct span text = r->late ? what_lacked(j, c->phase) : r->text, rest = text;
	const char *why = why_silent(j, c->phase), *more = timeout_of(r, c->phase);

	if (!r->late && r->rest.len == 0 && c->phase == PHASE_BANNER)
		text = span_until(&rest, ':');			/* our own reasons are shorter */
	if (!r->late && r->rest.len > 0)
		why = NULL;					/* it says so */
	judge_find(j, c, c->phase == PHASE_TLS && judge_lenient(j) ? STATE_WARNING : STATE_CRITICAL,
	    REASON_TIMEOUT,
	    arena_printf(&r->arena, "%.*s (%s%s%s waits longer)", SPAN_ARG(text), why ? why : "",
		why ? "; " : "", more));
}

struct span
judge_no_answer(struct judgement *j, struct span text)
{
	return arena_printf(&j->r->arena,
	    "%.*s%s (a firewall that drops it, or a host that is down; %s waits longer)",
	    SPAN_ARG(text), j->r->late ? ": nothing answered" : "",
	    timeout_of(j->r, PHASE_CONNECT));
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
		    arena_printf(&j->r->arena, "a greet pause: %s came after %.1f s",
			held_back ? "the last line of the banner" : "the banner",
			(double)r->us[PHASE_BANNER] / 1e6));
}

/*
 * One slow reply may be a look-up of the server's; several, or one that comes in drops, are meant
 * to be slow.
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
		    came_in_drops(r, p) ? " in drops" : "");
	}
	if (list.len == 0)
		return;
	if (several || drops)
		judge_remark(j, judge_add_as(j, "tarpit", PHASE_EHLO),
		    arena_printf(&j->r->arena, "a tarpit, which slows whom it does not trust: %.*s",
			SPAN_ARG(list)));
	else
		judge_remark(j, judge_add_as(j, "slow", PHASE_EHLO),
		    arena_printf(&j->r->arena, "%.*s: a look-up behind it, or a tarpit",
			SPAN_ARG(list)));
}

static const char *
why_gone(const struct judgement *j, enum probe_phase phase)
{
	if (phase > PHASE_BANNER)
		return "a crash, a limit or a block; it should have said 421, RFC 5321 3.8";
	if (j->r->reset)
		return "a firewall, an address it refuses, or nothing behind a load balancer";
	return is_implicit(j) ? "a limit, or an address it refuses" :
				"a limit, an address it refuses, or a port that wants TLS first";
}

/* Octets of several lines as one line. */
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
	    "its banner" :
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
		    arena_printf(&r->arena, "the server %s the connection within %s: %.*s", how,
			its, SPAN_ARG(one_line(&r->arena, r->text))));
	else
		judge_find(j, c, STATE_CRITICAL, reason,
		    arena_printf(&r->arena, "the server %s the connection early, before %s (%s)",
			how, its, why_gone(j, c->phase)));
}
