/*
 * player_lines - the lines that wait: which go on, which are given back or dropped after a failure.
 */
#include <stdio.h>

#include "base/base64.h"
#include "run/play/player_priv.h"
#include "run/session/steps/list.h"
#include "smtp/body.h"
#include "smtp/mechanism.h"

void
player_tell(struct player *p, enum event_kind kind, enum err_kind err, struct span text)
{
	struct event event = { .kind = kind,
		.session = session_view(p->session).number,
		.at_us = loop_now_us(),
		.err = err,
		.text = text };

	p->event(p->ctx, &event);
}

void
player_give_back(struct player *p)
{
	for (struct waiting *w = p->lines.first; w; w = w->next)
		player_tell(p, EVENT_UNSENT, ERR_NONE, waiting_text(w));
	waiting_drop(&p->lines);
}

/* ---- content that must not go */

/* Of AUTH: nothing is asked for any more when the credentials are there already (RFC 4954 4). */
static bool
is_all_said(struct span auth)
{
	span_word(&auth);
	const struct mechanism *m = mechanism_named(span_word(&auth));
	return auth.len > 0 && m && (m->flags & AUTH_ONE);
}

void
player_find_drop(struct player *p, const struct step *step)
{
	const struct due *due = &p->answered.due;
	unsigned code = p->answered.code;
	p->drop.unasked = !p->opts.interactive && step && (step->op->traits & STEP_LOGS_IN) &&
	    session_view(p->session).failed == ERR_USAGE;
	if (p->drop.unasked) {
		p->drop.what = DROP_RESPONSES;
		p->drop.base64 = false;
		p->drop.n = 0;
	}
	bool said = p->answered.typed, bad = code == 0 || p->answered.failed != ERR_NONE;

	p->answered.typed = false;
	if (!said || due->stage == DUE_CANCEL)
		return;
	if (due->verb == VERB_DATA && due->stage == DUE_COMMAND && bad)
		p->drop.what = DROP_MESSAGE;
	else if (due->verb == VERB_AUTH &&
	    (bad || (code == 235 && due->stage == DUE_COMMAND && !due->initial)))
		p->drop.what = DROP_RESPONSES;
	else
		return;
	p->drop.base64 = due->verb == VERB_AUTH && due->stage == DUE_COMMAND && step &&
	    is_all_said(step->text);
	p->drop.n = 0;
	/* of a reply with two codes */
	p->drop.code = code == 354 || code == 334 ? 0 : code;
}

void
player_tell_drop(struct player *p)
{
	bool message = p->drop.what == DROP_MESSAGE;
	const char *what = message ? "DATA" : "AUTH",
		   *rfc = message ? "354 (RFC 5321 4.1.1.4)" : "334 (RFC 4954 4)";
	char text[200], code[60] = "was not answered with";

	p->drop.what = DROP_NOTHING;
	if (p->drop.n == 0)
		return;
	if (p->drop.unasked) {
		snprintf(text, sizeof text,
		    "not sent (%zu line%s): /auth had nobody to ask, and what follows it may be "
		    "the password",
		    p->drop.n, p->drop.n == 1 ? "" : "s");
		p->drop.n = 0;
		player_tell(p, EVENT_PROBLEM, ERR_NONE, span_of(text));
		return;
	}
	if (p->drop.code)
		snprintf(code, sizeof code, "was answered with %03u, not", p->drop.code);
	snprintf(text, sizeof text, "%s not sent (%zu line%s): %s %s %s",
	    message ? "message" : "AUTH response", p->drop.n, p->drop.n == 1 ? "" : "s", what, code,
	    rfc);
	p->drop.n = 0;
	player_tell(p, EVENT_PROBLEM, ERR_NONE, span_of(text));
}

static bool
is_known_command(const struct player *p, struct span line)
{
	struct span name;

	return cursor_is_command(line, &name) &&
	    (step_find(step_ops, name) || (p->opts.only_at_prompt && p->opts.only_at_prompt(name)));
}

/*
 * A response is no verb and no command of ours; a "/" and letters may be base64 too, but who types
 * /ext wants /ext.
 */
static bool
may_be_response(const struct player *p, const struct waiting *w)
{
	struct span line = waiting_text(w);

	if (w->command || w->step || verb_of(line, NULL) != VERB_OTHER || is_known_command(p, line))
		return false;
	if (p->judge && (judge_takes(line) || span_starts(line, SPAN("#"))))
		return false;
	return !p->drop.base64 || (line.len > 0 && base64_is(line));
}

/*
 * Message text goes only after a 354, up to its lone dot, and a response only after a 334: after
 * any other reply they would be read as commands, and a response would be told to everybody.
 */
static bool
drop_line(struct player *p)
{
	struct waiting *w = p->lines.first;

	if (p->drop.what == DROP_NOTHING || !w)
		return false;
	if (p->drop.what == DROP_RESPONSES && !may_be_response(p, w)) {
		player_tell_drop(p);
		return false;
	}
	bool over = p->drop.what == DROP_MESSAGE && body_is_end(waiting_text(w));
	waiting_skip(&p->lines);
	if (p->judge)
		judge_sent(p->judge);		/* what S: lines follow would judge is not sent */
	p->drop.n++;
	if (over)
		player_tell_drop(p);
	return true;
}

void
player_drop_ahead(struct player *p)
{
	while (drop_line(p))
		;
	player_tell_drop(p);
}

void
player_settle(struct player *p)
{
	if (p->held == ERR_NONE)
		return;
	p->status = err_worse(p->status, p->held);
	p->held = ERR_NONE;
	if (p->opts.fail_fast || session_view(p->session).state != SESSION_OPEN)
		p->ended = true, waiting_drop(&p->lines);
}

static enum dialogue_mode
mode_of(const struct player *p, const struct waiting *w)
{
	return w->command ? MODE_COMMAND : session_view(p->session).dialogue.mode;
}

/* What it queues goes before what was typed ahead. */
static bool
run_command(struct player *p, struct span name, struct span args)
{
	p->inserting = true;
	p->inserted = NULL;
	bool known = p->opts.command(p->opts.command_ctx, name, args);
	p->inserting = false;
	return known;
}

static const struct step *
parse(struct player *p, const struct waiting *w)
{
	struct span line = waiting_text(w), name;
	struct err err;
	enum dialogue_mode mode = mode_of(p, w);

	if (mode == MODE_COMMAND && p->opts.command && cursor_is_command(line, &name) &&
	    !step_find(step_ops, name) &&
	    run_command(p, name, span_trim(span_skip(line, 1 + name.len))))
		return NULL;
	const struct step *step = NULL;
	struct cursor cursor = { .place = w->place, .line = line, .rest = line };
	if (mode == MODE_COMMAND && p->opts.only_at_prompt && cursor_is_command(line, &name) &&
	    !step_find(step_ops, name) && p->opts.only_at_prompt(name))
		cursor_fail(&cursor, &err, "/%.*s works only at the prompt", SPAN_ARG(name));
	else if (mode == MODE_COMMAND && waiting_tag(w).len > 0)
		err_set(&err, ERR_USAGE, "the text has no end: a line \"%.*s\" is missing",
		    SPAN_ARG(span_first(waiting_tag(w), 40)));
	else
		step = step_parse(step_ops, line, mode, w->place, &p->arena, &err);
	if (!step) {
		p->status = err_worse(p->status, err.kind);
		player_tell(p, EVENT_PROBLEM, err.kind, span_of(err.text));
	}
	return step;
}

/* The text of a command that ends in <<TAG goes with it. False: it has not all come. */
static bool
gather_text(struct player *p)
{
	return mode_of(p, p->lines.first) != MODE_COMMAND || waiting_join_text(&p->lines) ||
	    p->ended;
}

/* ---- BDAT: its octets are those of the lines that follow, and go with it (RFC 3030 2) */

enum { CHUNK_MAX = CONV_OUTPUT_MAX / 2 };

/* How many octets the first line announces; 0: it is no BDAT, or none follow. */
static unsigned long long
chunk_of(const struct player *p)
{
	const struct waiting *w = p->lines.first;
	struct span rest = waiting_text(w), line = span_until(&rest, '\n'), args;
	unsigned long long octets;

	if (w->command || w->step || mode_of(p, w) != MODE_COMMAND ||
	    session_view(p->session).state != SESSION_OPEN || verb_of(line, &args) != VERB_BDAT ||
	    !span_number(span_word(&args), 1ull << 40, &octets))
		return 0;
	return octets;
}

/* False: they have not all come. */
static bool
gather_chunk(struct player *p)
{
	unsigned long long octets = chunk_of(p), had = p->lines.first->octets;

	if (octets == 0 || octets > CHUNK_MAX || waiting_join_chunk(&p->lines, octets))
		return true;
	if (p->opts.interactive && had == 0 && p->lines.first->octets == 0 && !p->told_chunk) {
		char text[120];
		snprintf(text, sizeof text,
		    "the next lines are the %llu octets of this chunk, each line end counts two; "
		    "^C drops it",
		    octets);
		player_tell(p, EVENT_NOTE, ERR_NONE, span_of(text));
		p->told_chunk = true;
	}
	return p->ended;
}

/*
 * A chunk that the lines do not fill, or overfill, is not sent: what is left of them would be read
 * as commands.
 */
static bool
drop_bad_chunk(struct player *p)
{
	unsigned long long octets = chunk_of(p), have = p->lines.first->octets;
	char text[160];

	if (octets == 0)
		return false;
	if (octets > CHUNK_MAX)
		snprintf(text, sizeof text,
		    "not sent: a chunk of lines has at most %d octets; /bdat FILE sends more",
		    CHUNK_MAX);
	else if (have > octets)
		snprintf(text, sizeof text,
		    "not sent: the lines after BDAT %llu have %llu octets with their line ends",
		    octets, have);
	else if (have < octets && p->ended && !p->lines.first->next)
		snprintf(text, sizeof text,
		    "not sent: the lines after BDAT %llu end %llu octets short", octets,
		    octets - have);
	else
		return false;
	player_tell(p, EVENT_PROBLEM, ERR_USAGE, span_of(text));
	p->status = err_worse(p->status, ERR_USAGE);
	waiting_skip(&p->lines);
	if (p->opts.interactive)
		player_give_back(p);
	if (p->opts.fail_fast)
		p->ended = true, waiting_drop(&p->lines);
	return true;
}

/* A comment, or an S: line that judges the reply before it. */
static bool
is_about_lines(struct player *p)
{
	struct waiting *w = p->lines.first;
	struct span line = waiting_text(w);
	struct err err;

	if (!p->judge || !w || w->command || w->step)
		return false;
	if (p->drop.what == DROP_MESSAGE && p->drop.n > 0)
		return false;
	if (!judge_takes(line) || !(judge_waits(p->judge) || mode_of(p, w) == MODE_COMMAND)) {
		player_settle(p);
		if (!p->lines.first)
			return true;
		if (p->drop.what == DROP_MESSAGE || line.len == 0 || line.at[0] != '#' ||
		    mode_of(p, w) != MODE_COMMAND)
			return false;
		waiting_skip(&p->lines);
		return true;
	}
	enum judged judged = judge_line(p->judge, line, w->place, &err);
	if (judged != JUDGED_OPEN && !judge_fears(p->judge))
		p->held = ERR_NONE;
	if (judged == JUDGED_BAD) {
		p->status = err_worse(p->status, err.kind);
		player_tell(p, EVENT_PROBLEM, err.kind, span_of(err.text));
	}
	waiting_skip(&p->lines);
	if (judged == JUDGED_BAD && p->opts.fail_fast)
		p->ended = true, waiting_drop(&p->lines);
	return true;
}

static void
next_line(struct player *p)
{
	struct waiting *w = p->lines.first;
	struct span rest = waiting_text(w), line = w->octets > 0 ? span_until(&rest, '\n') : rest;

	p->told_chunk = false;
	if (!w->step && p->opts.turn &&
	    !p->opts.turn(p->opts.turn_ctx, line, w->place, mode_of(p, w))) {
		player_give_back(p);
		return;
	}
	waiting_take(&p->lines);
	arena_reset(&p->arena);
	const struct step *step = w->step ? w->step : parse(p, w);
	waiting_free(w);
	if (step && p->judge)
		judge_sent(p->judge);
	if (step)
		player_push(p, step);
}

void
player_push(struct player *p, const struct step *step)
{
	p->step = step;
	session_push(p->session, step);
}

void
player_work_lines(struct player *p)
{
	while (!p->step && p->lines.first) {
		if (is_about_lines(p) || drop_line(p))
			continue;
		if (!gather_text(p) || !gather_chunk(p))
			break;
		if (!drop_bad_chunk(p))
			next_line(p);
	}
}
