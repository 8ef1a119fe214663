/* player_peer - the sessions of a play, and what of their events it keeps. */
#include <stdio.h>

#include "run/play/player_script_priv.h"

/* The reply is kept as it came, and what EHLO offers. */
static void
keep_reply(struct play_peer *peer, const struct event *event)
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
on_connected(struct play_peer *peer, const struct event *event)
{
	peer->offers = NULL;
	peer->opened = true;
	peer->closed = peer->quit_said = false;
	peer->not_354 = peer->not_334 = 0;
	peer->addr = event->connected.peer;
	peer->tls[0] = '\0';
}

/* "MAIL, RCPT": the verbs of an item, for what is said of it. */
static void
on_sent(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;
	size_t n = strlen(p->said);
	enum verb verb = verb_of(event->sent.text, NULL);

	if (verb != VERB_OTHER && event->sent.kind != SENT_TEXT && n < sizeof p->said - 12)
		snprintf(
		    p->said + n, sizeof p->said - n, "%s%s", n ? ", " : "", verb_info(verb)->name);
}

static void
on_reply(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;

	keep_reply(peer, event);
	peer->last_took_us = event->answer.took_us;
	if (event->answer.surprise && event->answer.due.stage != DUE_PARTED &&
	    (!p->finishing || !p->result.failure)) {
		play_fail(p, ERR_EXPECT, NULL, event->answer.reply,
		    p->item ? p->item->place : p->now->place,
		    "unexpected reply: nothing asked for it");
		p->failed->out_of_step = event->answer.standing == REPLY_OUT_OF_STEP;
		return;
	}
	if (!p->item || p->item->kind != SCRIPT_STEP || p->ncollected == COLLECTED_MAX)
		return;
	struct reply *copy = ARENA_NEW(&p->scratch, struct reply);
	if (reply_parse(arena_copy(&p->scratch, event->answer.raw), &p->scratch, copy) > 0)
		p->collected[p->ncollected++] = copy;
}

static void
on_extensions(struct play_peer *peer, const struct event *event)
{
	(void)event;
	play_check_requires(peer->play);
}

static void
on_problem(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;

	p->problem_err = event->err;
	p->result.fate_unknown |= event->err == ERR_UNKNOWN;
	snprintf(p->problem, sizeof p->problem, "%.*s",
	    SPAN_ARG(span_first(event->text, sizeof p->problem - 1)));
}

static void
on_tls(struct play_peer *peer, const struct event *event)
{
	peer->offers = NULL;
	snprintf(peer->tls, sizeof peer->tls, "%.*s", SPAN_ARG(event->shaken.info->version));
}

static void
on_closed(struct play_peer *peer, const struct event *event)
{
	peer->closed = true;
	peer->closed_by = event->closed.by;
}

static void
on_step_ended(struct play_peer *peer, const struct event *event)
{
	struct play *p = peer->play;

	p->step_err = event->err;
	p->stepped = true;
	play_run(p);
}

static void (*const heard[EVENT_COUNT])(struct play_peer *, const struct event *) = {
	[EVENT_CONNECTED] = on_connected,
	[EVENT_SENT] = on_sent,
	[EVENT_REPLY] = on_reply,
	[EVENT_EXTENSIONS] = on_extensions,
	[EVENT_PROBLEM] = on_problem,
	[EVENT_TLS] = on_tls,
	[EVENT_CLOSED] = on_closed,
	[EVENT_STEP_ENDED] = on_step_ended,
};

static void
on_event(void *ctx, const struct event *event)
{
	struct play_peer *peer = ctx;
	struct play *p = peer->play;

	if (p->opts.event)
		p->opts.event(p->opts.event_ctx, event);
	if (heard[event->kind])
		heard[event->kind](peer, event);
}

struct play_peer *
play_peer(struct play *p, unsigned number)
{
	struct play_peer *peer = &p->peer[number];

	if (peer->session)
		return peer;
	peer->play = p;
	peer->opts = p->base;
	peer->opts.number = number;
	peer->opts.no_banner = true;
	/* the script may name the very code: who plays it closes */
	peer->opts.careful = false;
	peer->opts.auth.needs_tls |= peer->opts.tls == TARGET_TLS_STARTTLS ||
	    peer->opts.tls == TARGET_TLS_IMPLICIT;
	if (peer->opts.tls == TARGET_TLS_STARTTLS || peer->opts.tls == TARGET_TLS_TRY)
		peer->opts.tls = TARGET_TLS_UNSAID;	/* the script says STARTTLS itself */
	peer->session = session_new(
	    p->own_env.loop ? &p->own_env : p->env, &peer->opts, on_event, peer);
	return peer;
}

/* What is secret is starred wherever it comes back, also by who was not told it. */
static void
mask_secrets(struct play *p, struct play_peer *peer)
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

struct session_view
play_view(struct play *p)
{
	return session_view(play_peer_of(p)->session);
}

struct span
play_shown(struct play *p, struct span text)
{
	struct play_peer *peer = play_peer_of(p);

	mask_secrets(p, peer);
	return session_starred(
	    peer->session, &p->scratch, vars_redact(&p->vars, &p->scratch, text));
}

void
play_push(struct play *p, struct play_peer *peer, const struct step *step)
{
	mask_secrets(p, peer);
	p->in_hand = peer;
	p->stepped = false;
	p->problem[0] = '\0';
	session_push(peer->session, step);
}
