/*
 * player - runs typed and piped lines, and steps, over sessions. Lines wait as text. The first one
 * is taken when no step is running (player_work_lines): a comment, or an S: line that judges the
 * last reply, is handled at once; content whose 354 or 334 was not received is dropped; a command
 * that needs more lines (<<TAG, BDAT) waits for them; anything else becomes a step, which runs
 * until its session says that it has ended (player_step_ended). Its outcome then decides about the
 * waiting lines: they are sent, are returned to the person who typed them ahead, or are dropped.
 * After the last line, QUIT is sent in each session.
 */
#include "run/play/player.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/text.h"
#include "run/play/player_judge.h"
#include "run/play/waiting.h"
#include "run/session/steps/list.h"
#include "run/session/steps/open.h"
#include "smtp/body.h"
#include "smtp/mechanism.h"

enum { CHUNK_MAX = CONV_OUTPUT_MAX / 2 };	/* of the lines after a BDAT */

struct player {
	struct session_env *env;
	struct player_opts opts;
	event_fn *event;
	void *ctx;
	const struct session_opts *session_opts;
	struct session *sessions[PLAYER_SESSIONS];	/* by number, less 1; NULL: never used */
	bool left[PLAYER_SESSIONS];			/* closed, with QUIT, at the end */
	struct session *session;			/* the selected one */
	/* a connected session that ->session, which is still opening, is to replace; NULL: none */
	struct session *kept;
	enum { BESIDE_OPENS, BESIDE_FAILED, BESIDE_QUITS, BESIDE_DONE } beside;
	struct loop_idle *hook;
	struct loop_timer *deadline;		/* NULL: none */
	/* of the step that opens the target; of the current step */
	struct arena opening, arena;
	struct waiting_list lines;
	const struct step *step;		/* the current step; NULL: none */
	bool stepping, ended, quitting, done, opened, told_chunk;
	struct {				/* the reply to the current line */
		/* it was a typed line, which may invite message text or a response */
		bool typed;
		struct due due;
		unsigned code;			/* 0: none yet */
		enum err_kind failed;		/* what the reply means as an error */
	} answered;
	/* content whose 354 or 334 was not received, and which is not sent */
	struct {
		enum { DROP_NOTHING, DROP_MESSAGE, DROP_RESPONSES } what;
		bool base64;			/* only base64 counts as a response */
		/* they may be answers to /auth, which had nobody to ask */
		bool unasked;
		size_t n;
		unsigned code;			/* the code received instead of the 354 or 334 */
	} drop;
	/*
	 * while `inserting`, a command of the prompt is running: its lines go after this entry,
	 * before all other waiting lines
	 */
	struct waiting *inserted;
	bool inserting;
	struct judge *judge;			/* NULL: interactive */
	/* a rejection that the next S: line may expect */
	enum err_kind held;
	enum err_kind status;
};

static event_fn player_on_event;

/* ---- reporting, returning and holding */

static void
player_tell(struct player *p, enum event_kind kind, enum err_kind err, struct span text)
{
	struct event event = { .kind = kind,
		.session = session_view(p->session).number,
		.at_us = loop_now_us(),
		.err = err,
		.text = text };

	p->event(p->ctx, &event);
}

/* Returns the lines that were typed ahead (EVENT_UNSENT) instead of sending them. */
static void
player_give_back(struct player *p)
{
	for (struct waiting *w = p->lines.first; w; w = w->next)
		player_tell(p, EVENT_UNSENT, ERR_NONE, waiting_text(w));
	waiting_drop(&p->lines);
}

/* No S: line expected the rejection that is held: it is a failure. */
static void
player_settle(struct player *p)
{
	if (p->held == ERR_NONE)
		return;
	p->status = err_worse(p->status, p->held);
	p->held = ERR_NONE;
	if (p->opts.fail_fast || session_view(p->session).state != SESSION_OPEN)
		p->ended = true, waiting_drop(&p->lines);
}

/*
 * Opens a new connection at the prompt beside the old one, which is kept until the new one is open.
 */
static void
player_begin_beside(struct player *p)
{
	p->kept = p->session;
	p->beside = BESIDE_OPENS;
	p->session = session_new(p->env, p->session_opts, player_on_event, p);
	session_set_number(p->session, SESSION_BESIDE + session_view(p->kept).number);
}

static void
player_push(struct player *p, const struct step *step)
{
	if (p->opts.interactive && (step->op->traits & STEP_NAMES_TARGET) && !p->kept &&
	    session_view(p->session).state == SESSION_OPEN)
		player_begin_beside(p);
	p->step = step;
	session_push(p->session, step);
}

/* ---- content that must not be sent */

/*
 * Returns whether an AUTH command already contains all credentials, so that no challenge follows
 * (RFC 4954 4).
 */
static bool
is_all_sent(struct span auth)
{
	span_word(&auth);
	const struct mechanism *m = mechanism_named(span_word(&auth));
	return auth.len > 0 && m && (m->flags & AUTH_ONE);
}

/*
 * Decides from the reply to the current line, or the lack of one, whether the lines that follow are
 * content that must not be sent.
 */
static void
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
	bool typed = p->answered.typed, bad = code == 0 || p->answered.failed != ERR_NONE;

	p->answered.typed = false;
	if (!typed || due->stage == DUE_CANCEL)
		return;
	if (due->verb == VERB_DATA && due->stage == DUE_COMMAND && bad)
		p->drop.what = DROP_MESSAGE;
	else if (due->verb == VERB_AUTH &&
	    (bad || (code == 235 && due->stage == DUE_COMMAND && !due->initial)))
		p->drop.what = DROP_RESPONSES;
	else
		return;
	p->drop.base64 = due->verb == VERB_AUTH && due->stage == DUE_COMMAND && step &&
	    is_all_sent(step->text);
	p->drop.n = 0;
	/* a failed reply with several codes: its first code may be 354 or 334 */
	p->drop.code = code == 354 || code == 334 ? 0 : code;
}

/* Reports how many lines were not sent, and why, and ends the dropping. */
static void
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
		    "not sent (%zu line%s): there was nobody to ask for /auth, and the lines after "
		    "it may be the password",
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
 * A response is neither a verb nor a command of smtpsh. A "/" and letters may be base64 too, but a
 * person who types /ext means /ext.
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
 * Drops the first line if it is content: message text, up to its lone dot, is sent only after a
 * 354, and a response only after a 334. After any other reply they would be read as commands, which
 * would also reveal the response.
 */
static bool
player_drop_line(struct player *p)
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
		/* the S: lines that follow would judge a line that is not sent */
		judge_sent(p->judge);
	p->drop.n++;
	if (over)
		player_tell_drop(p);
	return true;
}

/* ---- one line */

static enum dialogue_mode
mode_of(const struct player *p, const struct waiting *w)
{
	return w->command ? MODE_COMMAND : session_view(p->session).dialogue.mode;
}

/*
 * Returns whether the line is a command of smtpsh without its "/", while there is no connection to
 * send it to.
 */
static bool
lacks_slash(const struct player *p, const struct waiting *w, struct span line)
{
	char slashed[40];
	struct span word = span_word(&line);

	if (session_view(p->session).state == SESSION_OPEN || mode_of(p, w) != MODE_COMMAND)
		return false;
	snprintf(slashed, sizeof slashed, "/%.*s", SPAN_ARG(span_first(word, sizeof slashed - 2)));
	return is_known_command(p, span_of(slashed));
}

static const struct step *
player_parse(struct player *p, const struct waiting *w, struct span line)
{
	struct span name, rest = line, word = span_word(&rest);
	struct err err;
	enum dialogue_mode mode = mode_of(p, w);

	if (mode == MODE_COMMAND && p->opts.command && cursor_is_command(line, &name) &&
	    !step_find(step_ops, name)) {
		/* lines that it queues go before those typed ahead */
		p->inserting = true;
		p->inserted = NULL;
		bool known = p->opts.command(
		    p->opts.command_ctx, name, span_trim(span_skip(line, 1 + name.len)));
		p->inserting = false;
		if (known)
			return NULL;
	}
	const struct step *step = NULL;
	struct cursor cursor = { .place = w->place, .line = line, .rest = line };
	if (mode == MODE_COMMAND && p->opts.only_at_prompt && cursor_is_command(line, &name) &&
	    !step_find(step_ops, name) && p->opts.only_at_prompt(name))
		cursor_fail(&cursor, &err, "/%.*s works only at the prompt", SPAN_ARG(name));
	else if (lacks_slash(p, w, line))
		err_set(&err, ERR_CONNECT,
		    "not connected; smtpsh's own commands begin with \"/\": /%.*s", SPAN_ARG(word));
	else if (mode == MODE_COMMAND && waiting_tag(w).len > 0)
		err_set(&err, ERR_USAGE, "unterminated text: no line \"%.*s\"",
		    SPAN_ARG(span_first(waiting_tag(w), 40)));
	else
		step = step_parse(step_ops, line, mode, w->place, &p->arena, &err);
	if (!step) {
		p->status = err_worse(p->status, err.kind);
		player_tell(p, EVENT_PROBLEM, err.kind, span_of(err.text));
	}
	return step;
}

/* ---- BDAT: its octets are those of the lines that follow, and are sent with it (RFC 3030 2) */

/* Returns how many octets the first line announces; 0: it is not a BDAT, or announces none. */
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

/* Joins the lines of a chunk to its BDAT. Returns false when more lines are needed. */
static bool
player_gather_chunk(struct player *p)
{
	unsigned long long octets = chunk_of(p), had = p->lines.first->octets;

	if (octets == 0 || octets > CHUNK_MAX || waiting_join_chunk(&p->lines, octets))
		return true;
	if (p->opts.interactive && had == 0 && p->lines.first->octets == 0 && !p->told_chunk) {
		char text[120];
		snprintf(text, sizeof text,
		    "the next lines are the %llu octets of this chunk, each line ending counts as "
		    "two; ^C cancels it",
		    octets);
		player_tell(p, EVENT_NOTE, ERR_NONE, span_of(text));
		p->told_chunk = true;
	}
	return p->ended;
}

/*
 * Drops a chunk whose lines have too few or too many octets: what is left of them would be read as
 * commands.
 */
static bool
player_drop_bad_chunk(struct player *p)
{
	unsigned long long octets = chunk_of(p), have = p->lines.first->octets;
	char text[160];

	if (octets == 0)
		return false;
	if (octets > CHUNK_MAX)
		snprintf(text, sizeof text,
		    "not sent: a chunk of lines has at most %d octets; use /bdat FILE to send more",
		    CHUNK_MAX);
	else if (have > octets)
		snprintf(text, sizeof text,
		    "not sent: the lines after BDAT %llu have %llu octets including line endings",
		    octets, have);
	else if (have < octets && p->ended && !p->lines.first->next)
		snprintf(text, sizeof text,
		    "not sent: the lines after BDAT %llu are %llu octets short", octets,
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

/*
 * Handles the first line if it is a comment, or an S: line that judges the reply before it. Returns
 * false when it is neither.
 */
static bool
player_takes_aside(struct player *p)
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
	if (judged != JUDGED_OPEN && !judge_has_rejection(p->judge))
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

/* Runs as many lines as possible without waiting. */
static void
player_work_lines(struct player *p)
{
	while (!p->step && p->lines.first) {
		struct waiting *w = p->lines.first;
		if (player_takes_aside(p) || player_drop_line(p))
			continue;
		/* a command that ends in <<TAG, or a BDAT, takes its lines with it */
		if (mode_of(p, w) == MODE_COMMAND && !waiting_join_text(&p->lines) && !p->ended)
			break;
		if (!player_gather_chunk(p))
			break;
		if (player_drop_bad_chunk(p))
			continue;
		w = p->lines.first;
		struct span rest = waiting_text(w),
			    line = w->octets > 0 ? span_until(&rest, '\n') : rest;
		p->told_chunk = false;
		struct span typed = line;
		enum player_turn turn = w->step || !p->opts.turn ?
		    TURN_SEND :
		    p->opts.turn(p->opts.turn_ctx, &line, w->place, mode_of(p, w));
		if (turn == TURN_BACK) {
			player_give_back(p);
			continue;
		}
		waiting_take(&p->lines);
		if (turn == TURN_TAKEN) {
			waiting_free(w);
			continue;
		}
		arena_reset(&p->arena);
		const struct step *step = w->step	   ? w->step :
		    line.at == typed.at ? player_parse(p, w, waiting_text(w)) :
					  player_parse(p, w, line);
		waiting_free(w);
		if (step && p->judge)
			judge_sent(p->judge);
		if (step)
			player_push(p, step);
	}
}

/* ---- a new connection beside the current one */

static const struct step player_quit = { .op = &step_quit };

static void
player_note_host(struct player *p, const char *what, struct span host)
{
	struct arena arena = { 0 };

	player_tell(p, EVENT_NOTE, ERR_NONE,
	    arena_printf(&arena, "%s %.*s", what, SPAN_ARG(text_safe(&arena, host))));
	arena_release(&arena);
}

/* The new connection is open: closes the old one, with QUIT where possible. */
static void
player_leave_kept(struct player *p)
{
	struct session_view v = session_view(p->kept);

	if (v.state != SESSION_CLOSED)
		player_note_host(p, "closing the previous connection to", v.host);
	p->beside = BESIDE_DONE;
	if (v.state == SESSION_OPEN && v.dialogue.mode == MODE_COMMAND && !v.busy) {
		p->beside = BESIDE_QUITS;
		p->step = &player_quit;
		session_push(p->kept, p->step);
	} else if (v.state != SESSION_CLOSED) {
		session_disconnect(p->kept);
	}
}

static void
player_on_event_of_kept(struct player *p, const struct event *event)
{
	if (event->kind != EVENT_STEP_ENDED || p->beside != BESIDE_QUITS)
		return;
	p->step = NULL;
	p->beside = BESIDE_DONE;
}

/* Frees one of the two sessions. Called between wake-ups, not within an event of either. */
static void
player_settle_beside(struct player *p)
{
	bool done = p->beside == BESIDE_DONE;
	struct session *fresh = p->session, *kept = p->kept;
	unsigned number = session_view(kept).number;

	p->kept = NULL;
	if (done) {
		session_set_number(fresh, number);
		p->sessions[number - 1] = fresh;
	} else {
		p->session = kept;
	}
	session_free(done ? kept : fresh);
	player_tell(p, EVENT_SETTLED, done ? ERR_NONE : ERR_CONNECT, SPAN_NONE);
	struct session_view v = session_view(p->session);
	if (!done && v.state == SESSION_OPEN)
		player_note_host(p, "still connected to", v.host);
}

/* ---- events of the selected session */

static void
player_step_ended(struct player *p, const struct event *event)
{
	bool refused = event->err == ERR_TEMPORARY || event->err == ERR_REFUSED ||
	    (event->err == ERR_PROTO && p->answered.code &&
		session_view(p->session).state == SESSION_OPEN);

	p->step = NULL;
	if (p->kept && event->err == ERR_NONE && !event->cancelled)
		player_leave_kept(p);
	else if (p->kept)
		p->beside = BESIDE_FAILED;
	player_find_drop(p, event->step);
	if (p->opts.interactive) {
		/* drop what was typed ahead, but nothing that is typed from now on */
		while (player_drop_line(p))
			;
		player_tell_drop(p);
	}
	if (event->err == ERR_NONE)
		return;
	if (p->judge && (event->step->op->traits & STEP_IS_LINE) && refused) {
		p->held = event->err;
		return;
	}
	p->status = err_worse(p->status, event->err);
	if (p->opts.interactive)
		player_give_back(p);
	else if (p->opts.fail_fast || (event->step->op->traits & STEP_NAMES_TARGET) ||
	    session_view(p->session).state != SESSION_OPEN)
		p->ended = true, waiting_drop(&p->lines);
}

/*
 * The lines after an unexpected close cannot be sent, unless the next one is a command, which may
 * reconnect.
 */
static void
player_after_close(struct player *p)
{
	struct span next = waiting_text(p->lines.first);

	if (cursor_is_command(next, NULL) || (p->judge && judge_takes(next)))
		return;
	p->ended = true;
	waiting_drop(&p->lines);
}

/* Notes a sent command that may invite content, or a response. */
static void
player_on_sent(struct player *p, const struct event *event)
{
	const struct step *step = event->step;
	bool typed = step && (step->op->traits & STEP_SENDS_TYPED);

	p->answered.code = 0;
	p->answered.typed = typed && event->sent.kind != SENT_TEXT;
	if (!p->answered.typed)
		return;
	p->answered.due = due_command(span_trim(event->sent.text));
	if (session_view(p->session).dialogue.mode == MODE_ANSWER)
		p->answered.due = (struct due){ .stage = DUE_RESPONSE, .verb = VERB_AUTH };
}

static void
player_on_event(void *ctx, const struct event *event)
{
	struct player *p = ctx;

	p->event(p->ctx, event);
	if (p->kept && event->session == session_view(p->kept).number)
		player_on_event_of_kept(p, event);
	if (event->session != session_view(p->session).number)
		/* of another session: it does not affect the lines */
		return;
	switch (event->kind) {
	case EVENT_SENT:
		player_on_sent(p, event);
		break;
	case EVENT_CONNECTED:
		p->opened = true;
		break;
	case EVENT_PROBLEM:
		if (event->err == ERR_UNKNOWN)		/* with or without a current step */
			p->status = err_worse(p->status, event->err);
		break;
	case EVENT_REPLY:
		if (p->judge)
			judge_received(p->judge, event);
		if (!event->answer.surprise && !event->answer.late) {
			p->answered.due = event->answer.due;
			p->answered.code = event->answer.reply->code;
			p->answered.failed = event->err;
		}
		if (event->answer.surprise && p->opts.interactive)
			player_give_back(p);
		if (event->answer.surprise)
			p->status = err_worse(p->status, event->err);
		break;
	case EVENT_CLOSED:
		p->status = err_worse(p->status, event->err);
		if (p->opts.interactive && !event->closed.expected)
			player_give_back(p);
		else if (!p->opts.interactive && !p->step && event->closed.by != CLOSED_BY_US)
			player_after_close(p);
		break;
	case EVENT_STEP_ENDED:
		player_step_ended(p, event);
		break;
	default:
		break;
	}
}

/* ---- the end */

/* Selects the next session that is still open. Returns false when there is none. */
static bool
player_next_to_leave(struct player *p)
{
	p->left[session_view(p->session).number - 1] = true;
	for (size_t i = 0; i < PLAYER_SESSIONS; i++)
		if (p->sessions[i] && !p->left[i] &&
		    session_view(p->sessions[i]).state != SESSION_CLOSED) {
			p->session = p->sessions[i];
			p->quitting = false;
			return true;
		}
	return false;
}

static void
player_finish(struct player *p)
{
	struct session_view view = session_view(p->session);

	player_settle(p);
	player_tell_drop(p);
	if (p->quitting && view.state != SESSION_CLOSED)
		session_cancel(p->session);
	if (view.state == SESSION_CLOSED || p->quitting) {
		p->done = !player_next_to_leave(p);
		if (p->done)
			return;
		view = session_view(p->session);
	}
	if (view.dialogue.mode == MODE_MESSAGE)
		p->status = err_worse(p->status, ERR_USAGE);
	p->quitting = true;
	player_push(p, &player_quit);
}

/* Is called once per wake-up. */
static void
player_on_idle(void *ctx, unsigned ready)
{
	struct player *p = ctx;

	(void)ready;
	if (p->stepping || p->done)
		return;
	p->stepping = true;
	if (p->kept && !p->step)
		player_settle_beside(p);
	player_work_lines(p);
	if (!p->step && !p->lines.first && p->ended)
		player_finish(p);
	p->stepping = false;
	if (p->opts.idle)
		p->opts.idle(p->ctx);
}

static void
player_on_deadline(void *ctx, unsigned ready)
{
	struct player *p = ctx;
	char text[100];

	(void)ready;
	snprintf(text, sizeof text, "not finished within %llu.%03llu s (--deadline)",
	    (unsigned long long)p->opts.deadline_ms / 1000,
	    (unsigned long long)p->opts.deadline_ms % 1000);
	player_tell(p, EVENT_PROBLEM, ERR_TIMEOUT, span_of(text));
	p->status = err_worse(p->status, ERR_TIMEOUT);
	player_stop(p);
}

/* ---- creation, destruction and the interface */

struct player *
player_new(struct session_env *env, const struct session_opts *session_opts,
    const struct player_opts *opts, event_fn *event, void *ctx)
{
	struct player *p = memory_zeroed(sizeof *p);

	*p = (struct player){ .env = env, .opts = *opts, .event = event, .ctx = ctx };
	waiting_init(&p->lines);
	p->session_opts = session_opts;
	player_use(p, 1);
	if (opts->deadline_ms) {
		p->deadline = loop_timer(env->loop, player_on_deadline, p);
		loop_timer_set(p->deadline, opts->deadline_ms);
	}
	p->hook = loop_idle(env->loop, player_on_idle, p);
	if (!opts->interactive)
		p->judge = judge_new();
	return p;
}

void
player_free(struct player *p)
{
	if (!p)
		return;
	if (p->kept)
		session_free(p->session);
	for (size_t i = 0; i < PLAYER_SESSIONS; i++)
		session_free(p->sessions[i]);
	loop_timer_free(p->deadline);
	loop_idle_free(p->hook);
	waiting_drop(&p->lines);
	judge_free(p->judge);
	arena_release(&p->opening);
	arena_release(&p->arena);
	free(p);
}

void
player_open(struct player *p, const struct target *target)
{
	arena_reset(&p->opening);
	player_push(p, step_new_open(target, &p->opening));
}

void
player_command(struct player *p, struct span line)
{
	if (cursor_is_command(line, NULL))
		waiting_insert(&p->lines, NULL, line, (struct place){ 0 })->command = true;
	else
		player_tell(p, EVENT_PROBLEM, ERR_USAGE,
		    SPAN("only a command that begins with \"/\" and a word is allowed here"));
}

bool
player_use(struct player *p, unsigned number)
{
	struct session **s = &p->sessions[number - 1];

	if (p->step || p->kept)
		return false;
	if (!*s) {
		*s = session_new(p->env, p->session_opts, player_on_event, p);
		session_set_number(*s, number);
	}
	p->session = *s;
	return true;
}

bool
player_busy(const struct player *p)
{
	return p->step || p->lines.first || p->kept;
}

bool
player_has_lines(const struct player *p)
{
	return p->lines.first;
}

void
player_line_first(struct player *p, struct span line, struct place place)
{
	waiting_insert(&p->lines, NULL, line, place);
	loop_kick(p->env->loop);
}

bool
player_line(struct player *p, struct span line, struct place place)
{
	if (p->lines.n == PLAYER_LINES_MAX)
		return false;
	if (p->inserting)
		p->inserted = waiting_insert(&p->lines, p->inserted, line, place);
	else
		waiting_add(&p->lines, line, place);
	loop_kick(p->env->loop);
	return true;
}

void
player_step(struct player *p, const struct step *step)
{
	waiting_add(&p->lines, step->text, step->place)->step = step;
	loop_kick(p->env->loop);
}

bool
player_wants(const struct player *p)
{
	return p->lines.n < PLAYER_WINDOW && !p->ended;
}

void
player_end(struct player *p)
{
	p->ended = true;
	loop_kick(p->env->loop);
}

bool
player_cancel(struct player *p)
{
	if (!p->step && !p->lines.first)
		return false;
	player_give_back(p);
	session_cancel(p->kept && p->beside == BESIDE_QUITS ? p->kept : p->session);
	return true;
}

void
player_stop(struct player *p)
{
	waiting_drop(&p->lines);
	if (p->kept)
		session_disconnect(p->session);
	for (size_t i = 0; i < PLAYER_SESSIONS; i++)
		if (p->sessions[i]) {
			session_cancel(p->sessions[i]);
			session_disconnect(p->sessions[i]);
		}
	p->ended = p->done = true;
}

void
player_drop(struct player *p)
{
	if (p->kept)
		session_cancel(p->kept);
	session_cancel(p->session);
	waiting_drop(&p->lines);
}

bool
player_answer(struct player *p, struct span text)
{
	return session_answer_question(p->session, text);
}

bool
player_done(const struct player *p)
{
	return p->done;
}

enum err_kind
player_status(const struct player *p)
{
	return p->status;
}

bool
player_opened(const struct player *p)
{
	return p->opened;
}

struct session_view
player_view(const struct player *p)
{
	return session_view(p->session);
}

struct session_view
player_view_of(const struct player *p, unsigned number)
{
	const struct session *s = number >= 1 && number <= PLAYER_SESSIONS ?
	    p->sessions[number - 1] :
	    NULL;

	return s ? session_view(s) : (struct session_view){ 0 };
}
