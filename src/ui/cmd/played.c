/* played - a script in place of lines. */
#include "ui/cmd/played.h"

#include "run/script/file.h"
#include "ui/show/standard.h"
#include "ui/prompt/commands/list.h"
#include "ui/cmd/replay_run.h"

int
played_run(struct session_env *env, const struct options *o, struct outlet *outlet,
    const struct target *target, const char *name, struct span text)
{
	struct replay_file file = { .name = name };
	struct arena arena = { 0 };
	struct replay r = { .o = o,
		.env = env,
		.target = target,
		.file = &file,
		.nfiles = 1,
		.out = stdout,
		.event = outlet_event,
		.event_ctx = outlet };

	file.script = script_parse(name, text,
	    &(struct script_opts){ .load = script_load_file, .only_at_prompt = prompt_knows },
	    &file.err);
	if (!file.script) {
		complain(&file.err);
		return (int)file.err.kind;
	}
	r.opts = (struct play_opts){
		.session = &o->session, .target = target, .level = MATCH_UNSAID
	};
	r.silent = o->format == FORMAT_JSON;
	screen_init(&r.screen, stdout, &o->look);
	replay_list(&r, &arena);
	int status = replay_run(&r, 1);
	script_free(file.script);
	screen_release(&r.screen);
	arena_release(&arena);
	return status;
}
