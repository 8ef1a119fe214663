/* player_exchange - what the client says, as one step, and the replies to it judged. */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "run/play/player_script_priv.h"

const struct reply *
play_copy_reply(struct play *p, const struct reply *r)
{
	struct reply *copy = ARENA_NEW(&p->arena, struct reply);

	if (reply_parse(arena_copy(&p->arena, vars_redact(&p->vars, &p->scratch, r->raw)), &p->arena, copy) == 0)
		*copy = (struct reply){ .line = ARENA_NEW(&p->arena, struct span), .nlines = 1, .code = r->code, .flaws = r->flaws };
	return copy;
}

/* The server's own name is what its banner or EHLO says first. */
static void
learn_host(struct play *p, const struct reply *r)
{
	struct span rest = r->nlines ? r->line[0] : SPAN_NONE, host = span_word(&rest);

	if (r->code / 100 == 2 && host.len > 0 && span_has(host, '.'))
		p->how.host = arena_copy(&p->arena, host);
}

/* Which lines are to blame. */
static void
compare_lines(struct play *p, const struct expect *x, const struct reply *r, const struct match_how *how, struct span about)
{
	struct play_failure *f = p->failed;
	bool *want = ARENA_ARRAY(&p->arena, bool, x->nlines), *got = ARENA_ARRAY(&p->arena, bool, r->nlines);

	expect_met(x, r, how, &p->vars, &p->scratch, want, got);
	f->about = about;
	f->want_met = want;
	f->reply_met = got;
}

bool
play_judge(struct play *p, const struct script_item *item, size_t k, const struct reply *r, enum verb verb)
{
	const struct expect *x = k < item->nreply ? item->reply[k] : NULL;
	struct match_how how = p->how;
	struct match_result result;

	how.ehlo = (verb == VERB_EHLO || verb == VERB_LHLO) && r->code / 100 == 2;
	if (how.ehlo || (verb == VERB_OTHER && p->how.host.len == 0))
		learn_host(p, r);
	if (r->code == 334)
		p->vars.challenge = arena_copy(&p->arena, r->line[0]);
	how.host = p->how.host;
	if (x ? expect_match(x, r, &how, &p->vars, &p->scratch, &result) : expect_default(r, &result)) {
		p->result.uncompared += result.uncompared;
		return true;
	}
	play_fail(p, ERR_EXPECT, x, r, x ? x->line[result.line].place : item->nsay ? item->say[0].place : item->place, "%s%s",
	    item == &p->reading && item->nreply == 0 ? "the banner: " : "", result.why);
	if (x)
		compare_lines(p, x, r, &how, result.about);
	return false;
}

/* ---- saying */

static bool
is_secret_allowed(struct session *s, struct play *p, const struct script_say *say)
{
	const struct session_opts *o = session_opts(s);
	struct session_view v = session_view(s);

	if (!say->text.secret)
		return true;
	if (p->foreign && !p->opts.allow_hosts) {
		play_fail(p, ERR_USAGE, NULL, NULL, say->place, "secrets go only to the target of the command line; --allow-hosts "
		    "lets them go to where the script's /open leads");
		return false;
	}
	if (o->auth.insecure || session_is_local(s) || session_target(s)->kind == TARGET_DEMO || (v.tls && tls_is_trusted(v.tls)))
		return true;
	play_fail(p, ERR_TLS, NULL, NULL, say->place, "no secret goes to %.*s: the connection is %s (--auth-insecure forces it)",
	    SPAN_ARG(v.host), v.tls ? "to a server that did not verify" : "in the clear");
	return false;
}

/* What is about to be said in secret is starred out where it comes back. */
static void
mask_secrets(struct session *s, const struct play *p, const struct script_say *say)
{
	if (!say->text.secret)
		return;
	for (size_t i = 0; p->vars.names && i < p->vars.names->n; i++)
		if (p->vars.set[i] && p->vars.secret[i])
			session_mask(s, p->vars.value[i]);
	for (size_t i = 0; i < p->vars.nbuilt; i++)
		session_mask(s, p->vars.built[i].value);
}

/* What stands outside a message and is no line of the grammar's may still be AUTH, or a part of it. */
static struct span
may_show(struct session *s, struct play *p, const struct script_say *say, struct span shown)
{
	if (say->text.secret || say->kind == SAY_DOT || !(say->kind == SAY_RAW || say->kind == SAY_ANSWER || say->verb == VERB_AUTH))
		return shown;
	struct span piece = say->crlf ? arena_printf(&p->scratch, "%.*s\n", SPAN_ARG(shown)) : shown;
	struct span hidden = session_hide_piece(s, piece, &p->scratch);
	return hidden.at == piece.at ? shown : hidden;
}

static bool
put(struct session *s, struct play *p, const struct script_say *say, struct span line, struct span shown)
{
	struct event event = { .kind = EVENT_SENT };

	if (!conv_put(session_conv(s), line) || (say->crlf && !conv_put(session_conv(s), SPAN("\r\n"))))
		return session_fail(s, ERR_SYSTEM, "too much is waiting to be sent") == STEP_DONE;
	event.sent.kind = say->text.secret ? SENT_SECRET : SENT_TEXT;
	event.sent.text = may_show(s, p, say, shown);
	event.sent.octets = line.len + 2u * say->crlf;
	session_emit(s, &event);
	return true;
}

static bool
say_one(struct session *s, struct play *p, const struct script_say *say)
{
	struct span line, shown;
	struct err err;

	if (!is_secret_allowed(s, p, say))
		return false;
	if (!text_fill(&say->text, &p->vars, &p->scratch, &line, &shown, &err)) {
		play_fail(p, err.kind, NULL, NULL, say->place, "%s", err.text);
		return false;
	}
	mask_secrets(s, p, say);
	switch (say->kind) {
	case SAY_COMMAND: case SAY_ANSWER:
		if (say->verb == VERB_QUIT)
			p->in_hand->quit_said = true;
		if (say->text.secret)
			return session_say_secret(s, line, shown);
		return session_say(s, line);
	case SAY_DOT:
		return session_say_text(s, line);
	default:
		return put(s, p, say, line, shown);
	}
}

/* ---- hearing */

static enum progress
wait_for_replies(struct session *s, struct play *p)
{
	const struct script_item *item = p->exchange.item;
	size_t owed = item->ncommands;
	bool raw_dot = item->nsay > 0 && item->say[item->nsay - 1].kind == SAY_RAW && session_dialogue(s)->mode == MODE_MESSAGE;
	enum verb verb = item->nsay ? item->say[item->nsay - 1].verb : VERB_OTHER;

	if (!p->in_hand->banner_read && !item->unawaited) {	/* /early, or an S: for the banner */
		p->in_hand->banner_read = true;
		session_expect_banner(s);
		owed += item->nsay == 0;
		if (item->nsay > 0 && item->nreply == 0)
			p->exchange.needed++;
	}
	for (; owed < item->nreply; owed++)
		session_owe(s, raw_dot ? VERB_DATA : verb, raw_dot || (item->nsay && item->say[item->nsay - 1].kind == SAY_DOT));
	if (p->exchange.needed == 0 || item->unawaited)
		return STEP_DONE;
	if (item->nsay > 0 && item->say[item->nsay - 1].kind == SAY_DOT)
		session_wait(s, "the reply to the message", session_opts(s)->timeouts.dot);
	else if (item->nsay > 0)
		session_wait_reply(s, verb);
	return STEP_WAIT;
}

static enum progress
exchange_start(struct session *s, const struct step *step, void *state)
{
	struct play *p = *(struct play *const *)step->args;
	struct exchange *x = &p->exchange;
	const struct script_item *item = x->item;

	(void)state;
	x->heard = 0;
	x->needed = item->nreply > item->ncommands ? item->nreply : item->ncommands;
	x->failed = false;
	if (item == &p->reading && item->nreply == 0)
		x->needed = 1;
	for (size_t i = 0; i < item->nsay; i++)
		if (!say_one(s, p, &item->say[i]))
			return STEP_FAIL;
	/* Nobody asks for the 221 by name: our end may be shut at once, which some servers wait for. */
	if (p->in_hand->quit_said && item->nreply == 0 && play_is_last(p))
		session_shut(s);
	return wait_for_replies(s, p);
}

static enum progress
heard_reply(struct session *s, struct play *p, const struct news *news)
{
	struct exchange *x = &p->exchange;
	const struct reply *r = &news->event->reply;
	bool early_banner = news->event->ticket == CONV_BANNER && x->item->nsay > 0 && x->item->nreply == 0;
	size_t k = early_banner ? COLLECTED_MAX * 1024u : x->heard;

	if (!x->failed)
		x->failed = !play_judge(p, x->item, k, r, news->verb);
	x->heard++;
	if (r->code == 220 && news->verb == VERB_STARTTLS && session_dialogue(s)->mode == MODE_COMMAND)
		return x->failed ? STEP_DONE : session_shake_hands(s);
	if (r->code == 421 && x->heard < x->needed && x->failed)
		return STEP_DONE;
	if (x->heard < x->needed) {
		session_wait_reply(s, news->verb);
		return STEP_WAIT;
	}
	return STEP_DONE;
}

static enum progress
heard_tls_failed(struct play *p, const struct news *news)
{
	if (p->tls_fail.len > 0 && news->err && strcasestr(news->err->text, arena_string(&p->scratch, p->tls_fail))) {
		p->tls_fail = SPAN_NONE;
		p->finishing = true;
		return STEP_DONE;
	}
	const char *why = news->err ? news->err->text : "the TLS handshake failed";
	if (p->tls_fail.len > 0)
		play_fail(p, ERR_TLS, NULL, NULL, p->exchange.item->place, "expected the handshake to fail for \"%.*s\", and it failed so: %s",
		    SPAN_ARG(p->tls_fail), why);
	else
		play_fail(p, ERR_TLS, NULL, NULL, p->exchange.item->place, "%s", why);
	return STEP_DONE;
}

static enum progress
heard_closed(struct play *p)
{
	struct exchange *x = &p->exchange;
	bool last = play_is_last(p) && x->item->nreply == 0;

	if (x->failed || last || (p->in_hand->quit_said && x->item->nreply == 0))
		return STEP_DONE;
	if (p->problem[0]) {
		play_fail(p, ERR_PROTO, NULL, NULL, x->item->place, "%s", p->problem);
		return STEP_DONE;
	}
	play_fail(p, ERR_PROTO, x->heard < x->item->nreply ? x->item->reply[x->heard] : NULL, NULL, x->heard < x->item->nreply &&
	    x->item->reply[x->heard] ? x->item->reply[x->heard]->place : x->item->place,
	    "the server closed the connection instead of a reply");
	return STEP_DONE;
}

static enum progress
exchange_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	struct play *p = *(struct play *const *)step->args;

	(void)state;
	switch (news->kind) {
	case NEWS_REPLY:
		return heard_reply(s, p, news);
	case NEWS_TLS_UP:
		if (p->tls_fail.len > 0)
			play_fail(p, ERR_EXPECT, NULL, NULL, p->exchange.item->place, "expected the handshake to fail for \"%.*s\", and it did not",
			    SPAN_ARG(p->tls_fail));
		return STEP_DONE;
	case NEWS_TLS_FAILED:
		return heard_tls_failed(p, news);
	case NEWS_CLOSED:
		return heard_closed(p);
	default:
		return STEP_WAIT;
	}
}

const struct step_op play_exchange_op = {
	.name = "",
	.args = "",
	.help = "Say what a script says and judge what is answered",
	.needs = STEP_NEEDS_CONN,
	.start = exchange_start,
	.heard = exchange_heard,
};
