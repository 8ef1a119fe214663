/*
 * play_item - begins an item of a script once its session is ready, and judges it once its step has
 * ended. Also the sessions, and what a play keeps of their events.
 */
#include "run/play/play_impl.h"

#include <assert.h>
#include <stdio.h>

#include "run/script/file.h"
#include "run/session/steps/list.h"
#include "run/session/steps/open.h"

/* ---- the sessions */

/* Keeps the reply as received, and what EHLO offers. */
static void
peer_keep_reply(struct play_peer *peer, const struct event *event)
{
	enum verb verb = event->answer.verb;

	arena_reset(&peer->reply_arena);
	peer->came = ARENA_NEW(&peer->reply_arena, struct reply);
	if (reply_parse(arena_copy(&peer->reply_arena, event->answer.raw), &peer->reply_arena,
		peer->came) == 0)
		*peer->came = (struct reply){ .line = ARENA_NEW(&peer->reply_arena, struct span),
			.nlines = 1,
			.code = event->answer.reply->code };
	if ((verb != VERB_EHLO && verb != VERB_LHLO) || peer->came->code / 100 != 2)
		return;
	arena_reset(&peer->offers_arena);
	peer->offers = ARENA_NEW(&peer->offers_arena, struct extensions);
	extensions_parse(peer->came, &peer->offers_arena, peer->offers);
}

static void
peer_on_connected(struct play_peer *peer, const struct event *event)
{
	peer->offers = NULL;
	peer->opened = true;
	peer->closed = peer->quit_sent = false;
	peer->not_354 = peer->not_334 = 0;
	peer->addr = event->connected.peer;
	peer->tls[0] = '\0';
}

/* Appends to the list of verbs sent: "MAIL, RCPT". */
static void
peer_on_sent(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;
	size_t n = strlen(p->verbs);
	enum verb verb = verb_of(event->sent.text, NULL);

	if (verb != VERB_OTHER && event->sent.kind != SENT_TEXT && n < sizeof p->verbs - 12)
		snprintf(p->verbs + n, sizeof p->verbs - n, "%s%s", n ? ", " : "",
		    verb_info(verb)->name);
}

static void
peer_on_reply(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;

	peer_keep_reply(peer, event);
	peer->last_took_us = event->answer.took_us;
	if (event->answer.surprise && event->answer.due.stage != DUE_PARTED &&
	    (!p->finishing || !p->result.failure)) {
		play_fail(p, ERR_EXPECT, NULL, event->answer.reply,
		    p->item ? p->item->place : p->now->place, "unsolicited reply");
		p->failed->out_of_step = event->answer.standing == REPLY_OUT_OF_STEP;
		return;
	}
	if (!p->item || p->item->kind != SCRIPT_STEP || p->ncollected == COLLECTED_MAX)
		return;
	struct reply *copy = ARENA_NEW(&p->scratch, struct reply);
	if (reply_parse(arena_copy(&p->scratch, event->answer.raw), &p->scratch, copy) > 0) {
		p->collected[p->ncollected].reply = copy;
		p->collected[p->ncollected++].place = reply_place_of(&event->answer.due);
	}
}

static void
peer_on_extensions(struct play_peer *peer, const struct event *event)
{
	(void)event;
	play_check_requires(peer->play);
}

static void
peer_on_problem(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;

	p->problem_err = event->err;
	p->result.fate_unknown |= event->err == ERR_UNKNOWN;
	snprintf(p->problem, sizeof p->problem, "%.*s",
	    SPAN_ARG(span_first(event->text, sizeof p->problem - 1)));
}

static void
peer_on_tls(struct play_peer *peer, const struct event *event)
{
	peer->offers = NULL;
	snprintf(peer->tls, sizeof peer->tls, "%.*s", SPAN_ARG(event->shaken.info->version));
}

static void
peer_on_closed(struct play_peer *peer, const struct event *event)
{
	peer->closed = true;
	peer->closed_by = event->closed.by;
}

static void
peer_on_step_ended(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;

	p->step_err = event->err;
	p->stepped = true;
	play_run(p);
}

static void (*const peer_events[EVENT_COUNT])(struct play_peer *, const struct event *) = {
	[EVENT_CONNECTED] = peer_on_connected,
	[EVENT_SENT] = peer_on_sent,
	[EVENT_REPLY] = peer_on_reply,
	[EVENT_EXTENSIONS] = peer_on_extensions,
	[EVENT_PROBLEM] = peer_on_problem,
	[EVENT_TLS] = peer_on_tls,
	[EVENT_CLOSED] = peer_on_closed,
	[EVENT_STEP_ENDED] = peer_on_step_ended,
};

static void
peer_on_event(void *ctx, const struct event *event)
{
	struct play_peer *peer = ctx;
	struct play *p = peer->play;

	if (p->opts.event)
		p->opts.event(p->opts.event_ctx, event);
	if (peer_events[event->kind])
		peer_events[event->kind](peer, event);
}

struct play_peer *
play_peer(struct play *p, unsigned number)
{
	struct play_peer *peer = &p->peer[number];

	assert(number > 0 && number <= SCRIPT_PEERS_MAX);
	if (peer->session)
		return peer;
	peer->play = p;
	peer->opts = p->base;
	peer->opts.number = number;
	peer->opts.no_banner = true;
	/* the script may expect such a reply; the play closes the connection itself */
	peer->opts.careful = false;
	peer->opts.auth.needs_tls |= peer->opts.tls == TARGET_TLS_STARTTLS ||
	    peer->opts.tls == TARGET_TLS_IMPLICIT;
	if (peer->opts.tls == TARGET_TLS_STARTTLS || peer->opts.tls == TARGET_TLS_TRY)
		peer->opts.tls = TARGET_TLS_UNSET;	/* the script sends STARTTLS itself */
	peer->session = session_new(
	    p->own_env.loop ? &p->own_env : p->env, &peer->opts, peer_on_event, peer);
	return peer;
}

/*
 * Has the session star all secrets wherever they come back, even from a peer that was not sent
 * them.
 */
static void
peer_mask_secrets(struct play *p, struct play_peer *peer)
{
	if (p->masked == p->vars.secrets + 1)
		return;
	if (p->masked == 0)
		session_mask_all(peer->session, &p->script->secrecy.mask);
	p->masked = p->vars.secrets + 1;
	for (size_t i = 0; p->vars.names && i < p->vars.names->n; i++)
		if (p->vars.set[i] && p->vars.secret[i])
			session_mask(peer->session, p->vars.value[i]);
	for (size_t i = 0; i < p->vars.nbuilt; i++)
		session_mask(peer->session, p->vars.built[i].value);
}

struct play_peer *
play_peer_of(struct play *p)
{
	return play_peer(p, p->item && p->item->peer ? p->item->peer : 1);
}

struct span
play_shown(struct play *p, struct span text)
{
	struct play_peer *peer = play_peer_of(p);

	peer_mask_secrets(p, peer);
	return session_starred(
	    peer->session, &p->scratch, vars_redact(&p->vars, &p->scratch, text));
}

void
play_push(struct play *p, struct play_peer *peer, const struct step *step)
{
	peer_mask_secrets(p, peer);
	p->in_hand = peer;
	p->stepped = false;
	p->problem[0] = '\0';
	session_push(peer->session, step);
}

/* ---- the files that steps name, below the script's directory or below --file-root */

/* Returns where the name of a file begins in a word of the step; NULL: it has none. */
static const char *
file_of_word(const struct step_op *op, struct span word)
{
	static const char *const keys[] = { "data=", "eml=", "attach=" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if ((op->traits & STEP_NAMES_FILES) && span_starts(word, span_of(keys[i])))
			return word.at + strlen(keys[i]);
	if (span_has(word, '=') || span_starts(word, SPAN("<<")) || span_eq(word, SPAN("binary")))
		return NULL;
	return op->traits & STEP_NAMES_FILE ? word.at : NULL;
}

static bool
play_put_word(struct play *p, const struct script_item *item, const struct step_op *op,
    struct span word, struct buf *out)
{
	const char *name = file_of_word(op, word), *path;
	struct err err;

	if (!name)
		return buf_append(out, word);
	size_t before = (size_t)(name - word.at);
	if (!file_below(item->place.file, p->opts.file_root, span_skip(word, before), &p->scratch,
		&path, &err))
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "%s", err.text);
	else if (strpbrk(path, " \t\""))
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "%s: file names in scripts must not contain spaces", path);
	buf_append(out, span_first(word, before));
	return !p->item_failed && buf_append(out, span_of(path));
}

static bool
find_files(struct play *p, const struct script_item *item, struct span line, struct span *out)
{
	struct span rest = line, first = span_until(&rest, '\n'), name;
	struct buf all = { .max = line.len + (64 << 10) };
	bool ok = true, quoted = false;

	*out = line;
	const struct step_op *op = cursor_is_command(first, &name) ? step_find(step_ops, name) :
								    NULL;
	if (!op || !(op->traits & (STEP_NAMES_FILE | STEP_NAMES_FILES)))
		return true;
	buf_append(&all, span_word(&first));
	for (struct span word = span_word(&first); ok && word.len > 0; word = span_word(&first)) {
		buf_append(&all, SPAN(" "));
		ok = quoted ? buf_append(&all, word) : play_put_word(p, item, op, word, &all);
		for (size_t i = 0; i < word.len; i++)
			quoted ^= word.at[i] == '"';
	}
	if (rest.at && rest.at > line.at && rest.at[-1] == '\n') {
		buf_append(&all, SPAN("\n"));
		buf_append(&all, rest);
	}
	*out = arena_copy(&p->scratch, buf_span(&all));
	buf_release(&all);
	return ok;
}

/* ---- items */

static void
play_push_exchange(
    struct play *p, struct play_peer *peer, const struct script_item *item, int phase)
{
	p->exchange.item = item;
	p->exchange.received = 0;
	p->phase = phase;
	play_push(p, peer, &p->step);
}

/* Returns why there is no connection any more. */
static const char *
peer_is_lost(const struct play_peer *peer)
{
	return peer->closed_by == CLOSED_BY_US ?
	    "the connection is closed; use /open to reconnect" :
	    peer->closed_by == CLOSED_RESET ? "the server has already reset the connection" :
					      "the server has already closed the connection";
}

/*
 * Returns true when the peer is connected and its greeting has been read where that is due.
 * Otherwise a step was begun, or the item has failed.
 */
static bool
peer_is_ready(struct play *p, struct play_peer *peer, const struct script_item *item)
{
	bool reads_banner = item->kind == SCRIPT_EXCHANGE && item->nsay == 0;

	if (session_view(peer->session).state != SESSION_OPEN) {
		if (peer->opened) {
			play_fail(p, ERR_PROTO, NULL, NULL, item->place, "%s", peer_is_lost(peer));
		} else if (!p->opts.target) {
			play_fail(p, ERR_USAGE, NULL, NULL, item->place,
			    "no target: use --against TARGET, or /open in the script");
		} else {
			p->phase = PHASE_OPENING;
			play_push(p, peer, step_new_open(p->opts.target, &p->arena));
		}
		return false;
	}
	if (peer->banner_read || p->early || reads_banner)
		return true;
	p->reading = (struct script_item){
		.kind = SCRIPT_EXCHANGE, .place = item->place, .peer = item->peer
	};
	play_push_exchange(p, peer, &p->reading, PHASE_BANNER);
	return false;
}

static const struct step *
play_step_of(struct play *p, const struct script_item *item)
{
	struct span line = item->line.source, shown = line, found, name;
	struct err err = { 0 };
	/* The session keeps the target of /open; nothing else outlives the item. */
	bool named = cursor_is_command(line, &name);
	const struct step_op *op = named ? step_find(step_ops, name) : NULL;
	bool kept = op && (op->traits & STEP_NAMES_TARGET);
	struct arena *arena = kept ? &p->arena : &p->scratch;

	if (item->line.n > 0 && !text_fill(&item->line, &p->vars, arena, &line, &shown, &err)) {
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
		return NULL;
	}
	if (!find_files(p, item, line, &found))
		return NULL;
	if (item->step && found.at == line.at)
		return item->step;
	const struct step *step = step_parse(
	    step_ops, found, MODE_COMMAND, item->place, arena, &err);
	bool secret = text_is_secret(&item->line, &p->vars);
	if (step && secret) {
		struct step *copy = ARENA_NEW(arena, struct step);
		*copy = *step;
		copy->text = arena_copy(arena, shown);
		copy->secret = true;
		return copy;
	}
	/* Parse the line as it may be shown, so that the message has no secrets. */
	if (!step && secret && step_parse(step_ops, shown, MODE_COMMAND, item->place, arena, &err))
		err_set(
		    &err, ERR_USAGE, "with its secrets filled in, this is not a smtpsh command");
	if (!step)
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
	return step;
}

static void
play_begin_step(struct play *p, const struct script_item *item)
{
	struct play_peer *peer = play_peer(p, item->peer);
	const struct step *step = play_step_of(p, item);

	p->ncollected = 0;
	if (!step)
		return;
	if (step->writes) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "scripts may not write files");
		return;
	}
	if (step->op->traits & STEP_NAMES_TARGET) {
		const struct target *t = step->args;
		if (t->kind == TARGET_PIPE && !p->opts.allow_pipe) {
			play_fail(p, ERR_USAGE, NULL, NULL, item->place,
			    "scripts may not run commands without --allow-pipe");
			return;
		}
		if (t->kind == TARGET_UNIX && !p->opts.allow_unix) {
			play_fail(p, ERR_USAGE, NULL, NULL, item->place,
			    "scripts may not open Unix sockets without --allow-unix");
			return;
		}
	}
	if (step->op->traits & STEP_OPENS)
		peer->banner_read = false;
	else if (step->op->traits & STEP_NEEDS_CONN && !peer_is_ready(p, peer, item))
		return;
	p->phase = PHASE_ITEM;
	play_push(p, peer, step);
}

/* Returns a copy of the item with its line replaced. */
static const struct script_item *
play_edit_item(struct play *p, const struct script_item *item, struct span line)
{
	struct piece *piece = ARENA_NEW(&p->scratch, struct piece);
	struct script_text text = { .piece = piece, .n = 1 };

	text.source = arena_copy(&p->scratch, line);
	*piece = (struct piece){ .kind = PIECE_TEXT, .text = text.source };
	p->edited = *item;
	if (item->kind == SCRIPT_STEP) {
		p->edited.step = NULL;
		p->edited.line = text;
		return &p->edited;
	}
	p->edited.say = ARENA_NEW(&p->scratch, struct script_say);
	*p->edited.say = item->say[0];
	p->edited.say->text = text;
	if (item->say[0].kind == SAY_COMMAND)
		p->edited.say->verb = verb_of(line, NULL);
	return &p->edited;
}

bool
play_may_begin(struct play *p)
{
	const struct script_item *item = p->item;
	bool says = item->kind == SCRIPT_EXCHANGE && item->nsay > 0;
	const struct script_text *text = says ? &item->say[0].text : &item->line;
	struct span line = text->source, shown = line, was;

	/* it is content after a command: it is skipped if that command was, and only then */
	bool follows = says && item->say[0].kind != SAY_COMMAND && item->say[0].kind != SAY_RAW;

	if (!p->stepper.ask || (!says && item->kind != SCRIPT_STEP))
		return true;
	if (follows && p->skipped) {
		p->item = NULL;
		return false;
	}
	/* a line that cannot be filled in fails when it is played, with the reason */
	struct err err;
	if (text->n > 0 && !text_fill(text, &p->vars, &p->scratch, &line, &shown, &err))
		return true;
	shown = play_shown(p, shown);
	if (says && item->nsay > 1)
		shown = arena_printf(&p->scratch, "%.*s (and %zu more line%s at once)",
		    SPAN_ARG(shown), item->nsay - 1, item->nsay == 2 ? "" : "s");
	bool fixed = text_is_secret(text, &p->vars) || (says && item->nsay > 1) ||
	    (says && item->say[0].kind == SAY_ANSWER);
	was = line;
	enum stepped stepped = p->stepper.ask(
	    p->stepper.ctx, fixed ? NULL : &line, shown, !follows);
	p->skipped = stepped == STEPPED_SKIP;
	switch (stepped) {
	case STEPPED_SEND:
		if (line.at != was.at)
			p->item = play_edit_item(p, item, line);
		return true;
	case STEPPED_SKIP:
		p->item = NULL;
		return false;
	case STEPPED_STOP:
		break;
	}
	p->item = NULL;
	p->result.not_done = play_count_left(p) + 1;
	play_skip(p, SPAN("stopped by the user"));
	return false;
}

void
play_begin_item(struct play *p)
{
	const struct script_item *item = p->item;

	p->phase = PHASE_NEXT;
	switch (item->kind) {
	case SCRIPT_WORD:
		play_word(p, item);
		break;
	case SCRIPT_STEP:
		play_begin_step(p, item);
		break;
	case SCRIPT_EXCHANGE: {
		struct play_peer *peer = play_peer(p, item->peer);
		if (peer_is_ready(p, peer, item))
			play_push_exchange(p, peer, item, PHASE_ITEM);
		break;
	}
	}
}

/* Records the failure of a step that ended without one. */
static void
play_step_failed(struct play *p)
{
	const struct script_item *item = p->item;
	const struct reply *last = p->ncollected ? p->collected[p->ncollected - 1].reply : NULL;
	const struct exchange *x = &p->exchange;
	bool reply = p->phase == PHASE_ITEM && item->kind == SCRIPT_EXCHANGE &&
	    x->received < item->nreply;

	if (p->item_failed)
		return;
	if (p->in_hand && p->in_hand->closed &&
	    (p->step_err == ERR_PROTO || p->step_err == ERR_CONNECT) && p->exchange.received == 0 &&
	    item->kind == SCRIPT_EXCHANGE) {
		play_fail(p, ERR_PROTO, NULL, NULL, item->place, "%s", peer_is_lost(p->in_hand));
		return;
	}
	if (p->problem[0] || !last)
		play_fail(p, p->step_err, reply ? item->reply[x->received] : NULL, NULL,
		    reply && item->reply[x->received] ? item->reply[x->received]->place :
							item->place,
		    "%s", p->problem[0] ? p->problem : err_meaning(p->step_err));
	else
		play_fail(p, ERR_EXPECT, NULL, last, item->place, "expected success, received %03u",
		    last->code);
}

/*
 * The S: lines after a step judge its last replies. If the step received fewer, the rest is read
 * now.
 */
static void
play_judge_step(struct play *p)
{
	const struct script_item *item = p->item;
	size_t have = p->ncollected < item->nreply ? p->ncollected : item->nreply;

	for (size_t k = 0; k < have && !p->item_failed; k++) {
		size_t at = p->ncollected - have + k;
		play_judge(p, item, k, p->collected[at].reply, p->collected[at].place, NULL);
	}
	if (have == item->nreply || p->item_failed)
		return;
	p->reading = (struct script_item){ .kind = SCRIPT_EXCHANGE,
		.place = item->place,
		.peer = item->peer,
		.reply = item->reply + have,
		.nreply = item->nreply - have };
	play_push_exchange(p, &p->peer[item->peer], &p->reading, PHASE_REST);
}

void
play_take_up(struct play *p)
{
	int phase = (int)p->phase;
	bool judged = p->phase == PHASE_ITEM && p->item->kind == SCRIPT_STEP && p->item->nreply > 0;
	bool refused = p->step_err == ERR_TEMPORARY || p->step_err == ERR_REFUSED ||
	    p->step_err == ERR_RECIPIENTS;

	if (p->step_err != ERR_NONE && !(judged && refused && p->ncollected > 0))
		play_step_failed(p);
	p->in_hand = NULL;
	p->phase = PHASE_NEXT;
	if (p->item_failed || p->finishing)
		return;
	if (phase == PHASE_OPENING || phase == PHASE_BANNER)
		p->phase = PHASE_BEGIN;
	else if (judged)
		play_judge_step(p);
}
