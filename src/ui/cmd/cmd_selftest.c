/* smtpsh selftest - plays a script against itself. */
#include "run/script/file.h"
#include "run/serve/selftest.h"
#include "ui/cmd/commands.h"
#include "ui/show/standard.h"
#include "ui/options/options.h"
#include "ui/options/values.h"
#include "ui/prompt/commands/list.h"
#include "ui/report/serve.h"
#include "ui/cmd/replay_run.h"

static void
on_begin(void *ctx, const struct replay_case *c)
{
	selftest_case(ctx, (unsigned)c->number);
}

static int
play(struct options *o, struct session_env *env, const char *name, const struct target *demo,
    struct screen *screen)
{
	struct replay_file file = { .name = name };
	struct replay r = { .o = o,
		.env = env,
		.target = demo,
		.file = &file,
		.nfiles = 1,
		.out = stdout,
		.screen = *screen,
		.on_begin = on_begin };
	struct err err;

	file.script = script_read(
	    name, &(struct script_opts){ .only_at_prompt = prompt_knows }, &err);
	struct selftest *t = file.script ? selftest_new(env, file.script, &err) : NULL;
	if (!t) {
		complain(&err);
		script_free(file.script);
		return (int)err.kind;
	}
	o->nvalues = 0;
	/* Secrets need a value; any will do, because the script is its own server. */
	const struct script_names *names = &file.script->names;
	for (size_t i = 0; i < names->n; i++) {
		struct span secret = names->of[i].name;
		struct play_value *v = names->of[i].secret ? options_new_value(o) : NULL;
		if (v)
			*v = (struct play_value){ secret,
				arena_printf(&o->arena, "selftest-%.*s", SPAN_ARG(secret)),
				.secret = true };
	}
	r.begin_ctx = t;
	if (o->look.verbose >= 0)
		serve_report_passed_over(selftest_mock(t), false);
	r.opts = (struct play_opts){ .session = &o->session,
		.target = demo,
		.level = o->match_level,
		.allow_hosts = true,
		.value = o->value,
		.nvalues = o->nvalues };
	replay_list(&r, &o->arena);
	int status = replay_run(&r, 1);
	selftest_free(t);
	script_free(file.script);
	*screen = r.screen;
	return status;
}

static int
selftest(struct options *o)
{
	struct session_env env = { .loop = loop_new() };
	struct target demo;
	struct screen screen;
	int status = 0;

	screen_init(&screen, stdout, &o->look);
	target_parse(&demo, SPAN("demo:"), SPAN_NONE, 0, &o->arena, NULL);
	for (size_t i = 0; i < o->nargs; i++)
		status = (int)err_worse(
		    (enum err_kind)status, (enum err_kind)play(o, &env, o->arg[i], &demo, &screen));
	screen_release(&screen);
	session_env_release(&env);
	loop_free(env.loop);
	return status;
}

static int
run_selftest(struct options *o, struct err *err)
{
	if (o->nargs > 0)
		return selftest(o);
	err_set(err, ERR_USAGE, "no script: smtpsh selftest FILE...");
	return ERR_USAGE;
}

const struct command command_selftest = {
	.name = "selftest",
	.group = FOR_SCRIPTS,
	.args = "[OPTION...] FILE...",
	.args_max = ARGS_ANY,
	.help = "Run a script against itself: its client side against its server side",
	.scope = SCOPE_SELFTEST,
	.run = run_selftest,
	.example = { "selftest FILE" },
};
