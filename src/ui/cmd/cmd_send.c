/*
 * smtpsh send - sends one message to one server: shows EHLO, TLS, AUTH, envelope and message, then
 * a verdict for each recipient.
 */
#include <stdlib.h>

#include "run/play/player.h"
#include "run/serve/serve.h"
#include "run/session/steps/send.h"
#include "ui/edit/ask.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/dry_run.h"
#include "ui/show/standard.h"
#include "ui/edit/foreground.h"
#include "ui/cmd/env.h"
#include "ui/cmd/outlet.h"
#include "ui/cmd/stepping.h"
#include "ui/prompt/stop.h"
#include "ui/show/screen.h"
#include "ui/show/waiting.h"

struct sender {
	struct screen screen;
	struct outlet out;
	struct span prompt;		/* of a question; empty: none */
	char question[200];
	bool secret, text;
	/* the result for the message, shown at the end; another ->kind: not known yet */
	struct event delivery;
	struct arena arena;		/* of ->delivery */
	bool out_of_step;		/* a reply was unsolicited or out of step */
};

/*
 * The verdict is shown only at the end: an unsolicited reply may become apparent only at QUIT, and
 * then any reply may have belonged to another command.
 */
static void
keep_delivery(struct sender *s, const struct event *event)
{
	struct verdict *rcpt = ARENA_ARRAY(&s->arena, struct verdict, event->delivery.nrcpts + 1);

	for (size_t i = 0; i < event->delivery.nrcpts; i++) {
		rcpt[i] = event->delivery.rcpt[i];
		rcpt[i].address = arena_copy(&s->arena, rcpt[i].address);
		rcpt[i].text = arena_copy(&s->arena, rcpt[i].text);
	}
	s->delivery = *event;
	s->delivery.step = NULL;
	s->delivery.delivery.rcpt = rcpt;
	s->delivery.delivery.from = arena_copy(&s->arena, event->delivery.from);
	s->delivery.delivery.text = arena_copy(&s->arena, event->delivery.text);
	s->delivery.delivery.queue_id = arena_copy(&s->arena, event->delivery.queue_id);
}

/* No reply can be relied on: it is unknown which recipients were accepted or rejected. */
static void
doubt_delivery(struct sender *s)
{
	struct event *e = &s->delivery;
	bool sent = !e->delivery.tried || e->delivery.ended;
	struct verdict *rcpt = ARENA_ARRAY(&s->arena, struct verdict, e->delivery.nrcpts + 1);

	e->delivery.unknown = e->delivery.accepted = 0;
	for (size_t i = 0; i < e->delivery.nrcpts; i++) {
		enum fate fate = e->delivery.rcpt[i].fate;
		if (fate == FATE_ACCEPTED || fate == FATE_REJECTED || fate == FATE_DEFERRED)
			fate = sent ? FATE_UNKNOWN : FATE_NOT_SENT;
		rcpt[i] = (struct verdict){ .address = e->delivery.rcpt[i].address, .fate = fate };
		e->delivery.unknown += fate == FATE_UNKNOWN;
	}
	e->delivery.rcpt = rcpt;
	if (e->delivery.tried)
		e->delivery.fate = e->delivery.unknown > 0 ? FATE_UNKNOWN : FATE_NOT_SENT;
	e->delivery.queue_id = SPAN_NONE;
}

/*
 * An accepted message stays accepted, however the session ends. If a 421 or a close after the reply
 * counted as a failure, the message would be sent again.
 */
static int
status_of_delivery(const struct event *e, int status)
{
	bool ended = status == ERR_TEMPORARY || status == ERR_PROTO || status == ERR_TIMEOUT;

	if (!ended || e->delivery.fate != FATE_ACCEPTED || e->delivery.unknown > 0)
		return status;
	return e->delivery.accepted == e->delivery.nrcpts ? ERR_NONE : ERR_RECIPIENTS;
}

static void
send_on_event(void *ctx, const struct event *event)
{
	struct sender *s = ctx;

	if (event->kind == EVENT_DELIVERY) {
		keep_delivery(s, event);
		return;
	}
	s->out_of_step |= event->kind == EVENT_REPLY && event->answer.standing == REPLY_OUT_OF_STEP;
	if (event->kind == EVENT_QUESTION) {
		struct span prompt = span_first(event->question.prompt, sizeof s->question);
		memcpy(s->question, prompt.at, prompt.len);
		s->prompt = (struct span){ s->question, prompt.len };
		s->secret = event->question.secret;
		s->text = event->question.text;
	}
	outlet_event(&s->out, event);
}

static void
send_answer(struct sender *s, struct player *player)
{
	struct secret text = { 0 };
	struct span prompt = s->prompt, written;
	struct arena arena = { 0 };
	struct err err;

	s->prompt = SPAN_NONE;
	fflush(s->screen.out);
	if (!ask_terminal(prompt, s->secret, &text)) {
		player_cancel(player);
	} else if (!s->text || !span_eq(span_trim(secret_span(&text)), SPAN("/edit"))) {
		player_answer(player, secret_span(&text));
	} else if (editor_write(&arena, &written, &err)) {
		player_answer(player, written);
	} else {
		fprintf(stderr, "smtpsh: %s\n", err.text);
		s->prompt = prompt;	/* the question is asked again */
	}
	arena_release(&arena);
	secret_release(&text);
}

static bool
may_ask(const struct options *o)
{
	return o->format != FORMAT_JSON && ask_is_possible();
}

static struct session_view
view_of_player(void *player)
{
	return player_view(player);
}

static int
send_one(struct options *o, const struct target *target)
{
	struct session_env env;
	struct sender sender = { 0 };
	struct stop stop = { 0 };
	struct waiting waiting = { 0 };
	struct err err;
	struct player_opts opts = { .fail_fast = true, .deadline_ms = o->deadline_ms };

	/* rejections are explained, even without -v */
	if (o->look.no_explain == 0)
		o->look.no_explain = -1;
	screen_init(&sender.screen, stdout, &o->look);
	sender.screen.verdict_only = true;
	if (!env_begin(&env, o, &err) || !outlet_open(&sender.out, &sender.screen, o, &err)) {
		complain(&err);
		outlet_close(&sender.out, ERR_USAGE);
		screen_release(&sender.screen);
		env_end(&env, &err);
		return ERR_USAGE;
	}
	o->session.careful = true;
	o->session.can_ask = may_ask(o);
	struct stepping stepping = { .waiting = &waiting };
	if (o->step)
		o->session.stepper = stepping_stepper(&stepping);
	struct player *player = player_new(&env, &o->session, &opts, send_on_event, &sender);
	player_step(player, step_new_send(&o->send, target, &o->arena));
	player_end(player);
	stop_begin(&stop, env.loop, player);
	if (!sender.out.json)
		waiting_begin(&waiting, &sender.screen, env.loop, view_of_player, player);
	while (!player_done(player)) {
		standard_turn(env.loop, true);
		if (sender.prompt.len == 0)
			continue;
		waiting_hide(&waiting);
		stop_end(&stop);		/* a question handles ^C itself */
		send_answer(&sender, player);
		stop_begin(&stop, env.loop, player);
	}
	stop_end(&stop);
	stepping_end(&stepping);
	waiting_end(&waiting);
	int status = (int)player_status(player);
	player_free(player);
	struct event *told = &sender.delivery;
	bool known = told->kind == EVENT_DELIVERY;
	if (known && sender.out_of_step)
		doubt_delivery(&sender);
	if (known && sender.out_of_step && told->delivery.fate == FATE_UNKNOWN)
		status = ERR_UNKNOWN;
	if (known)
		status = status_of_delivery(told, status);
	if (known)
		outlet_event(&sender.out, told);
	arena_release(&sender.arena);
	status = stop_status(&stop, status);
	status = outlet_close(&sender.out, status);
	screen_release(&sender.screen);
	return env_finish(&env, status);
}

/*
 * Without a target, the message goes to the mail server of the first recipient; user@domain as a
 * target is a recipient too.
 */
static bool
send_read_words(struct options *o, struct target *target, struct err *err)
{
	struct compose *c = &o->send.message;
	struct span text = span_of(o->nargs > 0 ? o->arg[0] : NULL);

	if (o->nargs == 0 && c->nto > 0)
		text = c->to[0];
	if (text.len == 0)
		return err_set(err, ERR_USAGE,
		    "no target: smtpsh send --to you@example.org mx1.example.org");
	if (!target_parse(
		target, text, span_of(o->nargs > 1 ? o->arg[1] : NULL), o->port, &o->arena, err))
		return false;
	if (target->kind == TARGET_MX && target->sender.len > 0 && c->nto == 0 &&
	    !send_add_recipients(&o->send, text, &o->arena, err))
		return false;
	o->session.auth.target = target;
	o->send.prepare = true;
	/* with a recipient nothing is asked: a terminal is treated like a pipe */
	bool asks = o->send.last >= SEND_RCPT && c->nto == 0;
	if (asks && (o->dry_run || !may_ask(o)))
		return err_set(err, ERR_USAGE,
		    "no recipient: use --to ADDR, or --quit-after ehlo, starttls, auth or mail");
	if (!o->send.from_given && !asks) {
		const char *user = getenv("LOGNAME");
		c->from = arena_printf(&o->arena, "%s@%s", user && user[0] ? user : "smtpsh",
		    o->session.helo && o->session.helo[0] != '[' ? o->session.helo :
								   "localhost.localdomain");
		o->send.from_given = true;
	}
	return true;
}

static int
run_send(struct options *o, struct err *err)
{
	struct target *target = ARENA_NEW(&o->arena, struct target);

	if (!send_read_words(o, target, err))
		return ERR_USAGE;
	if (!o->dry_run)
		return !o->step || stepping_begin(&(struct stepping){ .stopped = false }, err) ?
		    send_one(o, target) :
		    ERR_USAGE;
	if (o->format != FORMAT_TEXT)
		err_set(err, ERR_USAGE, "--dry-run prints text: use it without --format json");
	else
		dry_run_send(o, target, err);
	return (int)err->kind;
}

const struct command command_send = {
	.name = "send",
	.group = FOR_MAIL,
	.args = "[OPTION...] [TARGET [PORT]]",
	.args_max = 2,
	.help = "Send a message and show the result for each recipient",
	.scope = SCOPE_SEND,
	.run = run_send,
	.example = { "send --to you@example.org mx1.example.org",
	    "send --to you@example.org --data x.eml @example.org",
	    "send --to you@example.org --quit-after rcpt mx1.example.org" },
	.config = CONFIG_NAMES,
};
