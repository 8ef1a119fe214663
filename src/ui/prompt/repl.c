/* repl - the prompt, between a user, a player and a screen. */
#include "ui/prompt/repl.h"

#include <stdio.h>

#include "base/text.h"
#include "smtp/auth.h"
#include "smtp/body.h"
#include "ui/edit/edit.h"
#include "ui/prompt/prompt.h"
#include "ui/prompt/talk.h"
#include "ui/prompt/where.h"

/*
 * ---- lines typed ahead. A line that is not sent because something before it failed comes back:
 * the first into the editor, the others are shown. If one of them was typed without echo, none is
 * shown.
 */

struct ahead {
	struct buf text; /* lines that come back, each ended by LF */
	size_t unseen;	 /* number of waiting lines typed without echo */
	size_t hushed;	 /* number of lines that come back unshown */
	bool hush;	 /* lines that follow are not shown either */
	/* message text after a rejected DATA is dropped up to its lone dot */
	bool skipping;
};

/* A failure is shown now: what is pending in the terminal was typed without knowing of it. */
static void
ahead_failed(struct ahead *a, struct edit *edit, const struct event *event)
{
	const struct step *step = event->step;

	edit_mark(edit);
	a->skipping = event->kind == EVENT_STEP_ENDED && step &&
	    (step->op->traits & STEP_IS_LINE) && verb_of(step->text, NULL) == VERB_DATA;
}

static void
ahead_came_back(struct ahead *a, struct span line)
{
	if (a->hush || a->unseen > 0) {
		a->hushed++;
		return;
	}
	buf_append(&a->text, line);
	buf_append(&a->text, SPAN("\n"));
}

/*
 * A line's turn has come. Returns false when it was typed without echo as a response and none is
 * expected any more: it must never be sent as a command.
 */
static bool
ahead_turn(struct ahead *a, struct place place, enum dialogue_mode mode)
{
	if (place.file != place_unseen)
		return true;
	a->unseen -= a->unseen > 0;
	a->hush |= mode != MODE_ANSWER;
	return mode == MODE_ANSWER;
}

/*
 * Returns whether the last line of edit_read was typed before a failure was shown. The line then
 * comes back, or is dropped.
 */
static bool
ahead_is_late(struct ahead *a, const struct edit *edit, struct span line, bool unseen)
{
	if (!edit_before_mark(edit) || edit_more(edit))
		return false;
	a->hush |= unseen;
	if (!a->skipping)
		ahead_came_back(a, line);
	a->skipping &= !body_is_end(line);
	return true;
}

static void
ahead_show_again(struct talk *t, struct span all, bool into_editor)
{
	struct screen *s = t->commands.screen;
	struct span rest = all, line;
	size_t n = 0;

	while (span_line(&rest, &line))
		n++;
	if (into_editor) {
		span_line(&all, &line);
		edit_insert(t->edit, line);
	}
	prompt_problem(&t->commands, "not sent, %zu line%s%s", n, n == 1 ? "" : "s",
	    !into_editor ? ":" :
		n == 1	 ? "; it is back in the editor" :
			   "; the first is back in the editor, the others were");
	while (span_line(&all, &line)) {
		screen_print(s, "        ");
		screen_put(s, line);
		screen_print(s, "\n");
	}
	arena_reset(&s->arena);
}

static void
ahead_give_back(struct ahead *a, struct talk *t, bool into_editor)
{
	struct span all = buf_span(&a->text);

	if (a->hushed > 0)
		prompt_problem(&t->commands,
		    "not sent: %zu line%s typed ahead, discarded because not all of it was shown",
		    a->hushed, a->hushed == 1 ? "" : "s");
	if (a->hushed > 0 || all.len > 0 || !player_busy(t->commands.player)) {
		t->ahead = a->hushed = a->unseen = 0;
		a->hush = false;
	}
	if (all.len == 0)
		return;
	ahead_show_again(t, all, into_editor && edit_line_is_empty(t->edit));
	buf_consume(&a->text, all.len);
}

/* ---- questions asked by a session */

struct question {
	bool asking;
	bool secret;			/* the answer is typed without echo */
	bool of_text;			/* several lines, which /edit writes in an editor */
	char words[200];
	struct edit_piece piece[3];
};

/* ---- asking and answering */

static void
question_put(struct question *q, const struct event *event)
{
	struct arena arena = { 0 };

	snprintf(q->words, sizeof q->words, "%.*s",
	    SPAN_ARG(span_trim(text_safe(&arena, event->question.prompt))));
	arena_release(&arena);
	q->piece[0] = (struct edit_piece){ q->words, "1" };
	q->piece[1] = (struct edit_piece){ " ", NULL };
	q->piece[2] = (struct edit_piece){ NULL, NULL };
	q->asking = true;
	q->secret = event->question.secret;
	q->of_text = event->question.text;
}

static void
question_answer(struct question *q, struct prompt *p, struct span line)
{
	struct arena arena = { 0 };

	if (!q->of_text || !span_eq(span_trim(line), SPAN("/edit")) ||
	    prompt_write_text(p, &arena, &line)) {
		q->asking = false;
		player_answer(p->player, line);
	}
	arena_release(&arena);
}

/* ---- the prompt */

/* An immediate reply is shown before the prompt, so that the prompt does not flicker. */
enum { HOLD_MS = 100 };

struct repl {
	struct talk talk;
	struct player *player;
	struct edit *edit;
	struct screen *screen;
	struct loop *loop;
	struct loop_idle *hook;
	struct loop_timer *timer;
	uint64_t hold_until_us;
	struct where where;
	struct question question;
	bool leaving;
	bool by_hand;			/* the user types the AUTH exchange */
	/* the reply to AUTH may ask for a secret: input may be one already */
	bool auth_waits;
	bool undecided;			/* the reply decides what the next line means */
	struct ahead ahead;
	/*
	 * /auth asks for what it was not given, and the user may type that earlier. This many of
	 * the next lines are such answers: typed without echo, kept in ->answers until they are
	 * asked for, and never sent as lines.
	 */
	unsigned answers_due;
	struct buf answers;
	unsigned nlines, interrupts;
};

/* ---- called by the editor */

static bool
is_answering(const struct repl *r)
{
	return r->by_hand && (r->auth_waits || player_view(r->player).dialogue.mode == MODE_ANSWER);
}

static const struct edit_piece *
prompt_pieces(void *ctx)
{
	struct repl *r = ctx;
	struct session_view v = player_view(r->player);

	r->where.numbered = r->screen->numbered;
	return r->question.asking ? r->question.piece :
				    where_prompt(&r->where, &v, is_answering(r));
}

static const char *
status_line(void *ctx)
{
	struct repl *r = ctx;
	struct session_view v = player_view(r->player);

	return r->question.asking ? NULL : where_waits(&r->where, &v);
}

static enum edit_secret
is_secret(void *ctx)
{
	struct repl *r = ctx;

	if (r->question.asking)
		return r->question.secret ? EDIT_SECRET_ANSWER : EDIT_SHOWN;
	if (r->answers_due > 0)
		return EDIT_SECRET_ANSWER;
	return is_answering(r) ? EDIT_SECRET_LINE : EDIT_SHOWN;
}

static size_t
repl_complete(void *ctx, struct span line, struct buf *out)
{
	struct repl *r = ctx;
	return talk_complete(&r->talk, line, out);
}

static struct span
repl_hint(void *ctx, struct span line)
{
	struct repl *r = ctx;
	return r->question.asking ? SPAN_NONE : talk_hint(&r->talk, line);
}

static struct span
repl_ghost(void *ctx, struct span line)
{
	struct repl *r = ctx;
	return r->question.asking ? SPAN_NONE : talk_ghost(&r->talk, line);
}

/* ---- events */

static void
repl_hide(void *ctx)
{
	struct repl *r = ctx;
	edit_hide(r->edit);
}

/*
 * The reply to AUTH may ask for a secret, unless the command had everything; the reply to DATA
 * decides whether text follows.
 */
static void
repl_sent(struct repl *r, const struct event *event)
{
	bool typed = event->step && (event->step->op->traits & STEP_IS_LINE);
	struct span args;
	enum verb verb = verb_of(event->sent.text, &args);

	if (event->sent.kind == SENT_TEXT)
		return;
	r->undecided = typed && (verb == VERB_DATA || verb == VERB_AUTH);
	if (verb != VERB_AUTH)
		return;
	const struct mechanism *m = mechanism_named(span_word(&args));
	r->by_hand = typed;
	r->auth_waits = typed && (args.len == 0 || (m && (m->flags & AUTH_ASKED)));
}

static void
repl_on_event(void *ctx, const struct event *event)
{
	struct repl *r = ctx;
	bool current = event->session == player_view(r->player).number;
	struct event shown = *event;

	if (shown.session > SESSION_BESIDE)
		shown.session -= SESSION_BESIDE;
	if (event->kind == EVENT_SENT && event->sent.kind == SENT_SECRET)
		where_user(&r->where, shown.session, auth_shown_user(event->sent.text));
	if (current && event->kind == EVENT_SENT)
		repl_sent(r, event);
	if (current && event->kind == EVENT_STEP_ENDED)
		shell_pipe_end(&r->talk.pipe, &r->talk.commands);
	if (current && (event->kind == EVENT_STEP_ENDED || event->kind == EVENT_CLOSED)) {
		r->question.asking = r->auth_waits = r->undecided = false;
		if (event->err)
			ahead_failed(&r->ahead, r->edit, event);
		edit_hide(r->edit);		/* the prompt may change */
	}
	if (current && event->kind == EVENT_UNSENT) {
		ahead_came_back(&r->ahead, event->text);
	} else if (current && event->kind == EVENT_QUESTION) {
		edit_hide(r->edit);
		question_put(&r->question, event);
	} else if (!prompt_hides(&r->talk.commands, event)) {
		show_event(r->screen, &shown);
	}
	prompt_on_event(&r->talk.commands, event);
}

/* A line typed ahead answers the question; what no question asked for is discarded. */
static void
answer_ahead(struct repl *r)
{
	struct span rest = buf_span(&r->answers), line;

	if (!player_busy(r->player))
		r->answers_due = 0;
	if (r->question.asking && span_line(&rest, &line)) {
		question_answer(&r->question, &r->talk.commands, line);
		buf_consume(&r->answers, buf_span(&r->answers).len - rest.len);
	} else if (rest.len > 0 && !player_busy(r->player)) {
		prompt_note(&r->talk.commands,
		    "what was typed after /auth was not requested and has been discarded");
		secret_release_buf(&r->answers);
	}
}

static void
repl_on_idle(void *ctx, unsigned ready)
{
	struct repl *r = ctx;

	(void)ready;
	if (!player_busy(r->player))
		shell_pipe_end(&r->talk.pipe, &r->talk.commands);
	answer_ahead(r);
	ahead_give_back(&r->ahead, &r->talk, !r->leaving);
	if (!player_busy(r->player) || loop_now_us() >= r->hold_until_us || r->question.asking)
		edit_show(r->edit);
	fflush(r->screen->out);
	if (player_done(r->player))
		edit_stop(r->edit);
}

/* Wakes the loop at the end of the hold, then regularly while waiting. */
static void
repl_on_timer(void *ctx, unsigned ready)
{
	struct repl *r = ctx;
	struct session_view v = player_view(r->player);

	(void)ready;
	if (!player_busy(r->player))
		return;
	loop_timer_set(r->timer, waiting_tick_ms(&v));
	if (where_waits(&r->where, &v) && r->screen->able)
		edit_hide(r->edit);
}

static void
repl_hold(struct repl *r)
{
	r->hold_until_us = loop_now_us() + HOLD_MS * 1000;
	loop_timer_set(r->timer, HOLD_MS);
}

/* ---- input of the user */

static bool
is_leaving(struct span line)
{
	struct span name;
	return cursor_is_command(line, &name) && span_eq(name, SPAN("quit"));
}

static enum player_turn
repl_on_turn(void *ctx, struct span *line, struct place place, enum dialogue_mode mode)
{
	struct repl *r = ctx;

	if (!ahead_turn(&r->ahead, place, mode))
		return TURN_BACK;
	enum player_turn turn = talk_turn(&r->talk, line, place, mode);
	if (mode == MODE_COMMAND && turn == TURN_SEND && is_leaving(*line))
		player_end(r->player);
	/* nobody typed it: it is shown */
	r->screen->echo |= place.file && place.file != place_pasted ? place.file != place_unseen :
								      place.line == 0;
	return turn;
}

static void
queue_line(struct repl *r, struct span line, bool unseen)
{
	if (player_busy(r->player) || edit_more(r->edit))
		r->talk.ahead++;
	const char *file = unseen ? place_unseen : edit_is_pasted(r->edit) ? place_pasted : NULL;

	if (player_line(r->player, line, (struct place){ file, ++r->nlines }))
		r->ahead.unseen += unseen;
	else
		prompt_problem(&r->talk.commands, "%d lines are already waiting; this one was not "
		    "sent",
		    PLAYER_LINES_MAX);
}

/* Commands that only show run at once, even while waiting for a reply. */
static void
take_command(struct repl *r, struct span line)
{
	struct span name;

	/* after ^] the first slash was there already */
	if (span_starts(line, SPAN("//")))
		line = span_skip(line, 1);
	line = talk_expand(&r->talk, line);
	const struct prompt_command *const *table = r->talk.commands.table;
	struct span step = line, command;
	bool shell = shell_is_asked(line, &command),
	     piped = !shell && shell_split(table, &step, &command);
	/* a step shows its output later: its pipe begins with its turn */
	bool later = piped && cursor_is_command(step, &name) && !prompt_find(table, name);
	if ((shell || piped) && !later) {
		talk_shell(&r->talk, &line);
		return;
	}
	if (cursor_is_command(line, &name) && prompt_find(r->talk.commands.table, name)) {
		prompt_run(&r->talk.commands, name, span_trim(span_skip(line, 1 + name.len)));
		return;
	}
	player_command(r->player, line);
	if (is_leaving(line))
		player_end(r->player);
}

/*
 * Returns whether a line need not wait for its turn: it only shows, and is a command whatever the
 * outstanding reply will be.
 */
static bool
goes_at_once(struct repl *r, struct span line)
{
	struct span name;

	if (!player_busy(r->player) || player_has_lines(r->player) || r->talk.ahead > 0 ||
	    r->undecided || edit_more(r->edit))
		return false;
	line = talk_expand(&r->talk, line);
	if (player_view(r->player).dialogue.mode != MODE_COMMAND || !cursor_is_command(line, &name))
		return false;
	struct span shown = line, pipe;
	const struct prompt_command *command = prompt_find(r->talk.commands.table, name);
	return command && command->at_once &&
	    !shell_split(r->talk.commands.table, &shown, &pipe);
}

static void
repl_lend(void *ctx)
{
	edit_lend(((struct repl *)ctx)->edit);
}

static void
repl_take_back(void *ctx)
{
	edit_take_back(((struct repl *)ctx)->edit);
}

/*
 * Returns how many of the next lines are answers to this one: the user name and the password that
 * /auth was not given.
 */
static unsigned
answers_of(const struct repl *r, struct span line)
{
	const struct credentials *given = &r->talk.commands.options->session.auth;
	const struct mechanism *mech = given->mech ? mechanism_ours(span_of(given->mech)) : NULL;
	bool user = given->user, password = given->password.at || given->netrc;
	struct span name, rest = line;

	const struct step_op *op = cursor_is_command(line, &name) ? step_find(step_ops, name) :
								    NULL;
	if (!op || !(op->traits & STEP_LOGS_IN))
		return 0;
	span_word(&rest);
	for (struct span word; (word = span_word(&rest)).len > 0;) {
		mech = mechanism_ours(word) ? mechanism_ours(word) : mech;
		user |= span_starts(word, SPAN("user=")) ||
		    (!mechanism_ours(word) && !span_has(word, '=') &&
			!span_eq(word, SPAN("insecure")));
		password |= span_starts(word, SPAN("password="));
	}
	unsigned flags = mech ? mech->flags : AUTH_USER | AUTH_PASSWORD;
	return (!user && (flags & AUTH_USER)) + (!password && (flags & AUTH_PASSWORD));
}

static void
repl_take_line(struct repl *r, struct span line, bool unseen)
{
	r->interrupts = 0;
	if (!r->question.asking && r->answers_due > 0 && unseen) {
		r->answers_due--;
		r->answers.max = 64 << 10;
		buf_append(&r->answers, line);
		buf_append(&r->answers, SPAN("\n"));
		return;
	}
	if (ahead_is_late(&r->ahead, r->edit, line, unseen))
		return;
	if (r->question.asking) {
		r->answers_due -= r->answers_due > 0;
		question_answer(&r->question, &r->talk.commands, line);
	} else if (!unseen && goes_at_once(r, line)) {
		take_command(r, line);
	} else {
		queue_line(r, line, unseen);
		r->answers_due += unseen ? 0 : answers_of(r, talk_expand(&r->talk, line));
	}
}

static void
interrupted_message(struct repl *r)
{
	if (r->interrupts++ == 0) {
		prompt_problem(&r->talk.commands,
		    "the message is incomplete; ^C again closes the connection without the final "
		    "dot");
		return;
	}
	prompt_problem(&r->talk.commands,
	    "connection closed without the final dot; the message was not completed");
	if (!player_cancel(r->player))
		player_command(r->player, SPAN("/close"));
}

static void
repl_interrupted(struct repl *r)
{
	struct session_view v = player_view(r->player);
	const char *what = wait_phrase(v.wait, v.wait_verb);

	r->question.asking = false;
	if (v.state == SESSION_OPEN && v.dialogue.mode == MODE_MESSAGE) {
		interrupted_message(r);
		return;
	}
	if (edit_dropped(r->edit))
		return;
	bool given_up = player_cancel(r->player);
	if (given_up && what)
		prompt_note(&r->talk.commands, "cancelled: %s", what);
	else if (given_up)
		;		/* a pause, or a step that reports its end itself */
	else if (v.dialogue.mode == MODE_ANSWER)
		prompt_note(&r->talk.commands,
		    "the server is waiting for an AUTH response; a lone * cancels it, ^D quits");
	else
		prompt_note(&r->talk.commands, "^D leaves");
}

/* Sends QUIT and waits for the reply; ^C cancels that too. */
static int
repl_leave(struct repl *r)
{
	r->leaving = true;
	player_end(r->player);
	while (!player_done(r->player)) {
		switch (edit_run(r->edit)) {
		case EDIT_INTERRUPT:
			if (r->interrupts++ > 0 || !player_cancel(r->player))
				player_drop(r->player);
			break;
		case EDIT_KILLED:
			return 128 + edit_signal(r->edit);
		default:
			break;
		}
	}
	return -1;
}

static int
repl_talk(struct repl *r)
{
	struct span line;

	while (!player_done(r->player)) {
		switch (edit_read(r->edit, &line)) {
		case EDIT_LINE:
			repl_hold(r);
			repl_take_line(r, line, false);
			break;
		case EDIT_SECRET:
			repl_hold(r);
			repl_take_line(r, line, true);
			edit_forget(r->edit);
			break;
		case EDIT_COMMAND:
			take_command(r, line);
			break;
		case EDIT_INTERRUPT:
			repl_interrupted(r);
			break;
		case EDIT_END:
			return repl_leave(r);
		case EDIT_KILLED:
			return 128 + edit_signal(r->edit);
		case EDIT_STOPPED:
			break;
		}
	}
	return -1;
}

static void
begin_history(struct repl *r, const struct options *o, const struct target *target)
{
	struct arena arena = { 0 };

	history_load(&r->talk.history, !o->no_history);
	for (struct span all = buf_span(&r->talk.history.lines), line; span_line(&all, &line);)
		if (talk_may_keep(line))
			edit_remember(r->edit, line);
	if (target && !span_has(target->text, '@'))
		history_add(
		    &r->talk.history, arena_printf(&arena, "/open %.*s", SPAN_ARG(target->text)));
	arena_release(&arena);
}

int
repl_run(struct session_env *env, struct options *o, struct screen *screen,
    const struct target *target, const struct prompt_command *const commands[])
{
	struct repl r = { .screen = screen,
		.loop = env->loop,
		.ahead.text.max = 4 << 20,
		.where.screen = screen };
	struct player_opts opts = { .interactive = true,
		.only_at_prompt = o->program->only_at_prompt,
		.command = prompt_run,
		.command_ctx = &r.talk.commands,
		.turn = repl_on_turn,
		.turn_ctx = &r };
	struct edit_view view = { prompt_pieces, status_line, repl_hint, repl_ghost, repl_complete,
		is_secret };
	struct edit_opts edit = { .dim = screen_sgr(screen, INK_DIM), .plain = !screen->able };

	if (!o->timeouts_given)
		o->session.timeouts = timeouts_terminal;
	o->session.can_ask = true;
	r.player = player_new(env, &o->session, &opts, repl_on_event, &r);
	r.talk.commands = (struct prompt){ .screen = screen,
		.env = env,
		.player = r.player,
		.table = commands,
		.options = o,
		.lend = repl_lend,
		.take_back = repl_take_back,
		.lend_ctx = &r };
	r.timer = loop_timer(env->loop, repl_on_timer, &r);
	r.edit = r.talk.edit = edit_new(env->loop, screen->out, &edit, &view, &r);
	screen->prompt = true;
	screen->hide = repl_hide;
	// cppcheck-suppress autoVariables ; taken back below
	screen->hide_ctx = &r;
	r.hook = loop_idle(env->loop, repl_on_idle, &r);
	begin_history(&r, o, target);
	repl_hold(&r);
	if (target)
		player_open(r.player, target);
	else
		prompt_note(&r.talk.commands,
		    "not connected; use /open TARGET, as in /open demo: or /open @example.org; "
		    "/help has more");
	if (target && o->session.auth.wanted)
		player_line(
		    r.player, SPAN("/auth"), (struct place){ .file = place_option, .line = 1 });
	int status = repl_talk(&r);
	if (status < 0)
		status = player_opened(r.player) ? 0 : (int)player_status(r.player);
	struct err err;
	if (!history_save(&r.talk.history, &err))
		prompt_note(&r.talk.commands, "%s", err.text);
	history_release(&r.talk.history);
	screen->prompt = false;
	screen->hide = NULL;
	loop_idle_free(r.hook);
	loop_timer_free(r.timer);
	player_free(r.player);
	prompt_end(&r.talk.commands);
	edit_free(r.edit);
	buf_release(&r.ahead.text);
	secret_release_buf(&r.talk.written_out);
	secret_release_buf(&r.answers);
	return status;
}
