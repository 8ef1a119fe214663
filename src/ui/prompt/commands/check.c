/* /check - finds out why mail does not arrive: `smtpsh check`, beside the session at the prompt. */
#include <stdlib.h>

#include "base/text.h"
#include "run/check/verdict.h"
#include "ui/options/config.h"
#include "ui/prompt/prompt.h"
#include "ui/report/check.h"

struct state {
	struct prompt *prompt;
	struct arena arena; /* of the target and the recipient; reset by the next run */
	struct target target;
	struct check_opts opts;
	struct session_opts session;
	struct judge_opts judge;
	struct checking *checking; /* kept after its end, until the next run */
	bool running;
};

static void
check_over(void *ctx, const struct check *k)
{
	struct state *st = ctx;
	struct screen *s = st->prompt->screen;
	struct check_verdict verdict;
	struct arena arena = { 0 };

	st->running = false;
	if (s->hide)
		s->hide(s->hide_ctx);
	check_verdict(k, &verdict, &arena);
	check_text(s->out,
	    &(struct check_report){ .check = k,
		.verdict = &verdict,
		.look = &st->prompt->options->look,
		.at_prompt = true });
	arena_release(&arena);
}

/* Reads the target; the default is the server of the session. */
static bool
read_target(struct prompt *p, struct state *st, struct span args)
{
	struct session_view v = player_view(p->player);
	struct err err = { 0 };
	struct span text = span_word(&args);
	const struct target *here = text.len == 0 ? v.target : NULL;
	const struct config_section *named = config_find(p->options->config, text);

	if (here && (here->kind == TARGET_HOST || here->kind == TARGET_MX))
		text = here->text;
	if (named)
		text = named->target;
	if (text.len == 0 || args.len > 0) {
		prompt_problem(
		    p, "/check: expected an address, a domain or a host, as in /check "
		        "bob@example.org");
		return false;
	}
	if (!target_parse(
		&st->target, arena_copy(&st->arena, text), SPAN_NONE, 0, &st->arena, &err)) {
		prompt_problem(p, "%s", err.text);
		return false;
	}
	if (here) {
		st->target.port = here->port;
		st->target.tls = here->tls;
	}
	if (st->target.kind != TARGET_HOST && st->target.kind != TARGET_MX) {
		prompt_problem(p, "/check: \"%.*s\" is not an address, domain or host",
		    SPAN_ARG(text_safe(&p->screen->arena, text)));
		return false;
	}
	return true;
}

static void
check_run(struct prompt *p, void *state, struct span args)
{
	struct state *st = state;

	st->prompt = p;
	if (span_eq_case(args, SPAN("stop")) && st->running) {
		check_stop(st->checking);
		return;
	}
	if (st->running) {
		prompt_note(p, "a check is running; /check stop stops it");
		return;
	}
	check_free(st->checking);
	st->checking = NULL;
	arena_reset(&st->arena);
	if (!read_target(p, st, args))
		return;
	st->session = p->options->session;
	st->session.timeouts = timeouts_check;
	st->session.dane = DANE_CHECK;
	st->session.can_ask = false;
	st->judge = (struct judge_opts){
		.verify = check_is_submission(st->target.port) ? VERIFY_NAME : VERIFY_OFF,
	};
	st->opts = (struct check_opts){
		.session = &st->session,
		.judge = &st->judge,
		.from = "",
	};
	st->running = true;
	st->checking = check_start(
	    p->env, &st->target, &st->opts, &(struct check_fns){ .done = check_over, .ctx = st });
	prompt_note(p, "checking %.*s; the report will follow, /check stop stops it",
	    SPAN_ARG(text_safe(&p->screen->arena, st->target.text)));
}

static void
check_release(void *state)
{
	struct state *st = state;

	check_free(st->checking);
	arena_release(&st->arena);
}

const struct prompt_command prompt_check = {
	.name = "check",
	.group = GROUP_LOOK,
	.args = "[ADDRESS|DOMAIN|HOST|stop]",
	.help = "Find out why mail does not arrive",
	.at_once = true,
	.state_size = sizeof(struct state),
	.one_state = true,
	.run = check_run,
	.release = check_release,
};
