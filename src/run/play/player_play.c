/* player_play - the life of a play. */
#include <stdlib.h>

#include "run/play/player_script_priv.h"

/* ---- a step that waits, for rounds */

static enum progress
pause_start(struct session *s, const struct step *step, void *state)
{
	const struct play *p = *(struct play *const *)step->args;

	(void)state;
	session_sleep(s, p->pause_ms);
	return STEP_WAIT;
}

static enum progress
pause_heard(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)s, (void)step, (void)state;
	return news->kind == NEWS_TIMER || news->kind == NEWS_CLOSED ? STEP_DONE : STEP_WAIT;
}

static const struct step_op pause_op = {
	.name = "", .args = "", .help = "Wait", .start = pause_start, .heard = pause_heard
};

/* ---- its life */

struct play *
play_new(struct session_env *env, const struct script *script, const struct script_case *now,
    const struct play_opts *opts)
{
	struct play *p = memory_zeroed(sizeof *p);

	p->env = env;
	p->script = script;
	p->now = now;
	p->opts = *opts;
	p->base = *opts->session;
	p->base.auth.target = opts->target;
	p->base.auth.anywhere = opts->allow_hosts;
	p->self = p;
	p->step = (struct step){ .op = &play_exchange_op, .args = &p->self };
	p->pause = (struct step){ .op = &pause_op, .args = &p->self };
	p->failure_end = &p->result.failure;
	p->how = (struct match_how){
		.level = opts->level == MATCH_UNSAID ? MATCH_CODE : opts->level, .masks = MASKS_ALL
	};
	p->vars = (struct script_vars){
		.names = &script->names, .arena = &p->arena, .allow_env = opts->allow_env
	};
	p->began_us = loop_now_us();
	for (size_t i = 0; i < opts->nvalues; i++) {
		size_t name = names_find(&script->names, opts->value[i].name);
		if (name == NAME_NONE)
			continue;
		p->vars.secret[name] = opts->value[i].secret;
		vars_set(&p->vars, name, opts->value[i].value);
	}
	if (script_second(script, now))
		play_enter(p, script_second(script, now), NULL, 1);
	play_enter(p, script_first(script, now), NULL, 1);
	if (now->skip.len > 0)
		play_skip(p, now->skip);
	play_run(p);
	return p;
}

void
play_free(struct play *p)
{
	if (!p)
		return;
	p->done = true;
	p->running = true;		/* nothing that ends now goes on */
	loop_timer_free(p->turn);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		session_free(p->peer[i].session);
		arena_release(&p->peer[i].reply_arena);
		arena_release(&p->peer[i].offers_arena);
	}
	if (p->own_env.loop) {
		p->own_env.dns_client = NULL;		/* is shared */
		p->own_env.secrets = NULL;
		if (p->own_env.demo_ctx == p->env->demo_ctx)
			p->own_env.demo_tls = NULL;	/* and so is this */
		else if (p->own_env.demo_free)
			p->own_env.demo_free(&p->own_env);	/* demo: was first met here */
		session_env_release(&p->own_env);
	}
	arena_release(&p->scratch);
	arena_release(&p->failing);
	arena_release(&p->arena);
	free(p);
}

const struct play_result *
play_result(const struct play *p)
{
	return &p->result;
}

void
play_stop(struct play *p, enum err_kind kind, const char *why)
{
	if (p->done)
		return;
	play_fail(p, kind, NULL, NULL, p->item ? p->item->place : p->now->place, "%s", why);
	p->running = true;
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++)
		if (p->peer[i].session) {
			session_cancel(p->peer[i].session);
			session_close(p->peer[i].session, true);
		}
	p->running = false;
	play_conclude(p);
}
