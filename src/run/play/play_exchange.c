/* play_exchange - sends what the client says, as one step, and judges the replies. */
#include "run/play/play_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/script/varying.h"
#include "smtp/body.h"

/* Learns the server's own name, the first word of its greeting or EHLO reply. */
static void
play_learn_host(struct play *p, const struct reply *r)
{
	struct span host = varying_host(r->nlines ? r->line[0] : SPAN_NONE);

	if (r->code / 100 == 2 && host.len > 0 && !span_eq(host, p->how.host))
		p->how.host = arena_copy(&p->arena, host);
}

/* Records which lines of the expectation and the reply do not match. */
static void
failure_compare_lines(struct play *p, const struct expect *x, const struct reply *r,
    const struct match_how *how, struct span about)
{
	struct play_failure *f = p->failed;
	bool *want = ARENA_ARRAY(&p->failing, bool, x->nlines),
	     *got = ARENA_ARRAY(&p->failing, bool, r->nlines);

	expect_met(x, r, how, &p->vars, &p->scratch, want, got);
	f->about = about;
	f->want_met = want;
	f->reply_met = got;
}

/*
 * A code that belongs to another command is accepted only where the script names it. A reply that
 * no S: line judges must be a success.
 */
static bool
reply_is_taken(const struct expect *x, const struct news *news, struct match_result *out)
{
	unsigned code = news ? news->event->reply.code : 0;
	char text[STANDING_TEXT];

	if (!news ||
	    (news->standing == REPLY_OUT_OF_STEP ? x && expect_names(x, code) :
						   x || news->failed == ERR_NONE))
		return true;
	standing_text(news->due, news->standing, code, text);
	*out = (struct match_result){ 0 };
	if (text[0])
		snprintf(out->why, sizeof out->why, "%s", text);
	else
		snprintf(out->why, sizeof out->why, "%03u does not accept %s", code,
		    due_text(news->due));
	return false;
}

bool
play_judge(struct play *p, const struct script_item *item, size_t k, const struct reply *r,
    enum reply_place place, const struct news *news)
{
	enum verb verb = news ? news->verb : VERB_OTHER;
	const struct expect *x = k < item->nreply ? item->reply[k] : NULL;
	struct play_peer *peer = play_peer_of(p);
	struct match_how how = p->how;
	struct match_result result;
	struct err err;

	for (size_t i = 0; x && i < x->nlines; i++)
		if (text_names_secret(&x->line[i].text, &p->vars) &&
		    !session_confides(peer->session, SECRET_GIVEN, false, &err)) {
			/* a reply that is compared with a secret could be used to guess it */
			play_fail(p, err.kind, NULL, NULL, x->line[i].place, "%s", err.text);
			return false;
		}
	how.place = place;
	how.secrecy = session_secrets(peer->session);
	how.ehlo = verb_is_ehlo(verb) && r->code / 100 == 2;
	if (how.ehlo || place == PLACE_GREETING)
		play_learn_host(p, r);
	if (r->code == 334)
		p->vars.challenge = arena_copy(&p->arena, r->line[0]);
	how.host = p->how.host;
	p->vars.tainting = session_has_confided(peer->session);
	if (x && p->opts.judged)
		p->opts.judged(p->opts.judged_ctx, x, r, place, how.host,
		    play_shown(p, r->raw).at != r->raw.at);
	bool ok = x ? expect_match(x, r, &how, &p->vars, &p->scratch, &result) :
		      expect_default(r, &result);
	p->vars.tainting = false;
	if (ok && reply_is_taken(x, news, &result)) {
		p->result.uncompared += result.uncompared;
		return true;
	}
	play_fail(p, ERR_EXPECT, x, r,
	    x		   ? x->line[result.line].place :
		item->nsay ? item->say[0].place :
			     item->place,
	    "%s%s", item == &p->reading && item->nreply == 0 ? "greeting: " : "", result.why);
	p->failed->answers = place;
	p->failed->host = how.host;
	if (x)
		failure_compare_lines(p, x, r, &how, result.about);
	p->failed->out_of_step = news && news->standing == REPLY_OUT_OF_STEP;
	return false;
}

/* ---- message text, and responses in an AUTH exchange */

static bool
is_dot(const struct script_say *say)
{
	return say->kind == SAY_COMMAND && body_is_end(say->text.source);
}

/*
 * Returns the first item, from this one on, with a lone dot in place of a command. NULL: there is
 * none before the next DATA.
 */
static const struct script_item *
dot_follows(const struct play *p, const struct script_item *item)
{
	const struct script_item *i = item;

	while (i) {
		for (size_t k = 0;
		     i->kind == SCRIPT_EXCHANGE && i->peer == item->peer && k < i->nsay; k++)
			if (is_dot(&i->say[k]))
				return i;
			else if (i->say[k].verb == VERB_DATA)
				return NULL;
		i = i != item ? i->next : p->depth > 0 ? p->frame[p->depth - 1].next : NULL;
	}
	return NULL;
}

/*
 * Skips message text up to the lone dot, after which the play continues. Returns the number of
 * lines skipped.
 */
static size_t
exchange_leave_message_out(struct play *p, const struct script_item *item)
{
	const struct script_item *dot = dot_follows(p, item);
	size_t n = item->nsay;

	for (const struct script_item *i = item; dot && i != dot; n += i->nsay)
		i = i != item ? i->next : p->frame[p->depth - 1].next;
	if (dot && dot != item)
		p->frame[p->depth - 1].next = dot->next;
	return n;
}

/*
 * Message text is sent only after a 354, a response only after a 334: after any other reply they
 * would be read as commands. Where the script accepts any reply (`S: *`), the parser took them for
 * commands. They are recognized here: message text by the lone dot that ends it, a response by not
 * being a verb.
 */
static bool
exchange_may_go(struct session *s, struct play *p, const struct script_item *item)
{
	struct play_peer *peer = p->in_hand;
	enum script_say_kind kind = item->nsay > 0 ? item->say[0].kind : SAY_RAW;
	enum dialogue_mode mode = session_dialogue(s)->mode;
	bool text = kind == SAY_MESSAGE || kind == SAY_DOT ||
	    (kind == SAY_COMMAND && peer->not_354 && dot_follows(p, item));
	bool response = kind == SAY_ANSWER ||
	    (kind == SAY_COMMAND && peer->not_334 && item->say[0].verb == VERB_OTHER);

	if (text && mode != MODE_MESSAGE) {
		size_t n = exchange_leave_message_out(p, item);
		play_fail(p, ERR_EXPECT, NULL, NULL, item->place,
		    peer->not_354 > 1 ?
			"message not sent, %zu line%s: DATA was answered with %03u, "
			"not 354 (RFC 5321 4.1.1.4)" :
			"message not sent, %zu line%s: no 354 received",
		    n, n == 1 ? "" : "s", peer->not_354);
	} else if (response && mode != MODE_ANSWER) {
		play_fail(p, ERR_EXPECT, NULL, NULL, item->place,
		    peer->not_334 > 1 ? "response not sent: AUTH was answered with %03u, not 334 "
					"(RFC 4954 4)" :
					"response not sent: no 334 received",
		    peer->not_334);
	} else {
		if (kind == SAY_COMMAND)
			peer->not_354 = peer->not_334 = 0;
		return true;
	}
	return false;
}

/* ---- sending */

/*
 * Returns `shown` with credentials starred: a line that the parser did not take for a command may
 * still be AUTH, or part of it.
 */
static struct span
exchange_shown(struct session *s, struct play *p, const struct script_say *say, struct span shown)
{
	if (say->text.secret || say->kind == SAY_DOT ||
	    !(say->kind == SAY_RAW || say->kind == SAY_ANSWER || say->verb == VERB_AUTH))
		return shown;
	struct span piece = say->crlf ? arena_printf(&p->scratch, "%.*s\n", SPAN_ARG(shown)) :
					shown;
	struct span hidden = session_shown_piece(s, piece, &p->scratch);
	return hidden.at == piece.at ? shown : hidden;
}

static bool
exchange_put(struct session *s, struct play *p, const struct script_say *say, struct span line,
    struct span shown, bool secret)
{
	struct event event = { .kind = EVENT_SENT };

	if (!session_put(s, line, say->crlf, secret))
		return false;
	event.sent.kind = secret ? SENT_SECRET : SENT_TEXT;
	event.sent.text = exchange_shown(s, p, say, shown);
	event.sent.octets = line.len + 2u * say->crlf;
	session_emit(s, &event);
	return true;
}

static bool
exchange_send(struct session *s, struct play *p, const struct script_say *say)
{
	struct span line, shown;
	struct err err;

	if (!text_fill(&say->text, &p->vars, &p->scratch, &line, &shown, &err)) {
		play_fail(p, err.kind, NULL, NULL, say->place, "%s", err.text);
		return false;
	}
	bool secret = text_is_secret(&say->text, &p->vars);
	switch (say->kind) {
	case SAY_COMMAND: case SAY_ANSWER:
		if (p->exchange.item->say[0].kind == SAY_COMMAND &&
		    session_dialogue(s)->mode == MODE_MESSAGE && dot_follows(p, p->exchange.item))
			return is_dot(say) ? session_send_text(s, line) :
					     exchange_put(s, p, say, line, shown, secret);
		if (say->verb == VERB_QUIT)
			p->in_hand->quit_sent = true;
		if (secret)
			return session_send_secret(s, line, shown);
		return session_send(s, line);
	case SAY_DOT:
		return session_send_text(s, line);
	default:
		return exchange_put(s, p, say, line, shown, secret);
	}
}

/* ---- replies */

/*
 * Returns whether the exchange ends with BDAT LAST: further replies are then for recipients, as
 * after the end of data.
 */
static bool
is_last_chunk(const struct script_item *item)
{
	size_t n = item->nsay;

	while (n > 0 && item->say[n - 1].kind == SAY_CHUNK)
		n--;
	return n > 0 && item->say[n - 1].kind == SAY_COMMAND &&
	    item->say[n - 1].verb == VERB_BDAT &&
	    span_ends_case(item->say[n - 1].text.source, SPAN(" LAST"));
}

static enum progress
exchange_wait(struct session *s, struct play *p)
{
	const struct script_item *item = p->exchange.item;
	size_t outstanding = item->ncommands;
	bool raw_dot = item->nsay > 0 && item->say[item->nsay - 1].kind == SAY_RAW &&
	    session_dialogue(s)->mode == MODE_MESSAGE;
	bool chunk = is_last_chunk(item);
	enum verb verb = chunk ? VERB_BDAT :
	    item->nsay	       ? item->say[item->nsay - 1].verb :
				 VERB_OTHER;

	/* /early, or an S: line for the greeting */
	if (!p->in_hand->banner_read && !item->unawaited) {
		p->in_hand->banner_read = true;
		session_expect_greeting(s);
		outstanding += item->nsay == 0;
		if (item->nsay > 0 && item->nreply == 0)
			p->exchange.needed++;
	}
	for (; outstanding < item->nreply; outstanding++)
		session_expect_reply(s, raw_dot ? VERB_DATA : verb,
		    raw_dot || chunk || (item->nsay && item->say[item->nsay - 1].kind == SAY_DOT));
	if (p->exchange.needed == 0 || item->unawaited)
		return STEP_DONE;
	if (item->nsay > 0 && item->say[item->nsay - 1].kind == SAY_DOT)
		session_wait(s, WAIT_END_OF_DATA, session_opts(s)->timeouts.dot);
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
	x->received = 0;
	x->needed = item->nreply > item->ncommands ? item->nreply : item->ncommands;
	x->failed = false;
	if (item == &p->reading && item->nreply == 0)
		x->needed = 1;
	if (!exchange_may_go(s, p, item))
		return STEP_DONE;
	for (size_t i = 0; i < item->nsay; i++)
		if (!exchange_send(s, p, &item->say[i]))
			return STEP_FAIL;
	/* it turned out to be a line of message text */
	if (item->ncommands == 1 && item->nreply == 0 && conv_outstanding(session_conv(s)) == 0)
		return STEP_DONE;
	/*
	 * No S: line expects the 221, so our side can be shut down at once; some servers wait for
	 * that.
	 */
	if (p->in_hand->quit_sent && item->nreply == 0 && play_is_last(p))
		session_shut(s);
	return exchange_wait(s, p);
}

/*
 * Notes that DATA or AUTH was not answered with 354 or 334 and that the script does not say so:
 * content that may follow must not be sent.
 */
static void
exchange_note_invitation(struct play *p, const struct expect *x, const struct news *news)
{
	unsigned code = news->event->reply.code,
		 instead = code == 0 || code == 354 || code == 334 ? 1 : code;
	bool named = x && expect_names(x, code),
	     in = code == 235 && (news->due->stage != DUE_COMMAND || news->due->initial);

	if (news->due->stage == DUE_COMMAND && news->verb == VERB_DATA)
		p->in_hand->not_354 = news->failed && !named ? instead : 0;
	if (news->verb == VERB_AUTH)
		p->in_hand->not_334 = (news->failed || (code == 235 && !in)) && !named ? instead :
											 0;
}

static enum progress
exchange_on_reply(struct session *s, struct play *p, const struct news *news)
{
	struct exchange *x = &p->exchange;
	/* set by EVENT_REPLY, which precedes this news */
	const struct reply *r = p->in_hand->came;
	bool early_banner = news->event->ticket == CONV_BANNER && x->item->nsay > 0 &&
	    x->item->nreply == 0;
	size_t k = early_banner ? COLLECTED_MAX * 1024u : x->received;

	if (!x->failed)
		x->failed = !play_judge(p, x->item, k, r, reply_place_of(news->due), news);
	x->received++;
	x->needed += news->more;
	exchange_note_invitation(p, k < x->item->nreply ? x->item->reply[k] : NULL, news);
	if (news->failed == ERR_NONE && news->verb == VERB_STARTTLS &&
	    session_dialogue(s)->mode == MODE_COMMAND)
		return x->failed ? STEP_DONE : session_shake_hands(s);
	if (r->code == 421 && x->received < x->needed && x->failed)
		return STEP_DONE;
	if (x->received < x->needed) {
		session_wait_reply(s, news->verb);
		return STEP_WAIT;
	}
	return STEP_DONE;
}

static enum progress
exchange_on_tls_failed(struct play *p, const struct news *news)
{
	if (p->tls_fail.len > 0 && news->err &&
	    strcasestr(news->err->text, arena_string(&p->scratch, p->tls_fail))) {
		p->tls_fail = SPAN_NONE;
		p->finishing = true;
		return STEP_DONE;
	}
	const char *why = news->err ? news->err->text : "the TLS handshake failed";
	if (p->tls_fail.len > 0)
		play_fail(p, ERR_TLS, NULL, NULL, p->exchange.item->place,
		    "expected the handshake to fail with \"%.*s\", but it failed with: %s",
		    SPAN_ARG(p->tls_fail), why);
	else
		play_fail(p, ERR_TLS, NULL, NULL, p->exchange.item->place, "%s", why);
	return STEP_DONE;
}

static enum progress
exchange_on_closed(struct play *p)
{
	struct exchange *x = &p->exchange;
	bool last = play_is_last(p) && x->item->nreply == 0;

	if (x->failed || last || (p->in_hand->quit_sent && x->item->nreply == 0))
		return STEP_DONE;
	if (p->problem[0]) {
		play_fail(p, p->problem_err == ERR_UNKNOWN ? ERR_UNKNOWN : ERR_PROTO, NULL, NULL,
		    x->item->place, "%s", p->problem);
		return STEP_DONE;
	}
	play_fail(p, ERR_PROTO, x->received < x->item->nreply ? x->item->reply[x->received] : NULL,
	    NULL,
	    x->received < x->item->nreply && x->item->reply[x->received] ?
		x->item->reply[x->received]->place :
		x->item->place,
	    "the server closed the connection instead of replying");
	return STEP_DONE;
}

static enum progress
exchange_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	struct play *p = *(struct play *const *)step->args;

	(void)state;
	switch (news->kind) {
	case NEWS_REPLY:
		return exchange_on_reply(s, p, news);
	case NEWS_TLS_UP:
		if (p->tls_fail.len > 0)
			play_fail(p, ERR_EXPECT, NULL, NULL, p->exchange.item->place,
			    "expected the handshake to fail with \"%.*s\", but it succeeded",
			    SPAN_ARG(p->tls_fail));
		return STEP_DONE;
	case NEWS_TLS_FAILED:
		return exchange_on_tls_failed(p, news);
	case NEWS_CLOSED:
		return exchange_on_closed(p);
	default:
		return STEP_WAIT;
	}
}

const struct step_op play_exchange_op = {
	.name = "",
	.args = "",
	.help = "Send what a script sends and compare the replies",
	.traits = STEP_NEEDS_CONN,
	.start = exchange_start,
	.on_news = exchange_on_news,
};
