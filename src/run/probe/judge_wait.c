/* judge - what was waited for: too long, in vain, until the peer was gone. */
#include "base/text.h"
#include "run/session/diagnose.h"
#include "run/probe/judge_impl.h"

enum { SLOW_US = 2000000 };		/* a reply that takes longer is worth a word */

static bool
is_implicit(const struct judgement *j)
{
	return j->r->tls_mode == TARGET_TLS_IMPLICIT;
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

/* ---- too long */

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

static void
note_greet_pause(struct judgement *j)
{
	const struct probe_result *r = j->r;
	bool held_back = r->drawn & 1u << PHASE_BANNER;

	judge_tell(j, "greet_pause", PHASE_BANNER,
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
		if (!is_slow(r, p))
			continue;
		if (is_greet_pause(r, p)) {
			note_greet_pause(j);
			continue;
		}
		several |= list.len > 0;
		drops |= came_in_drops(r, p);
		list = arena_printf(&j->r->arena, "%.*s%s%s took %.1f s%s", SPAN_ARG(list),
		    list.len > 0 ? ", " : "", judge_what(j, p), (double)r->us[p] / 1e6,
		    came_in_drops(r, p) ? " in drops" : "");
	}
	if (list.len == 0)
		return;
	if (several || drops)
		judge_tell(j, "tarpit", PHASE_EHLO,
		    arena_printf(&j->r->arena, "a tarpit, which slows whom it does not trust: %.*s",
			SPAN_ARG(list)));
	else
		judge_tell(j, "slow", PHASE_EHLO,
		    arena_printf(
			&j->r->arena, "%.*s: a look-up behind it, or a tarpit", SPAN_ARG(list)));
}

/* ---- gone */

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
