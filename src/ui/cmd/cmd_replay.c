/* smtpsh replay - plays scripts against a server, compares the replies, and reports. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "run/serve/serve.h"
#include "run/script/file.h"
#include "ui/cmd/commands.h"
#include "ui/show/standard.h"
#include "ui/cmd/env.h"
#include "ui/options/values.h"
#include "ui/cmd/replay_run.h"
#include "ui/cmd/stepping.h"

enum { FILES_MAX = 10000, JOBS_MAX = 5000 };

/* ---- files and directories */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names { const char **name; size_t n; struct arena *arena; };

static bool
add_name(struct names *names, const char *name, struct err *err)
{
	if (names->n == FILES_MAX)
		return err_set(err, ERR_USAGE, "more than %d files", FILES_MAX);
	names->name[names->n++] = name;
	return true;
}

/* Adds all *.smtp files below a directory, sorted by name. */
static bool
add_folder(struct names *names, const char *folder, unsigned depth, struct err *err)
{
	DIR *dir = opendir(folder);
	size_t from = names->n;
	struct dirent *entry;
	bool ok = true;

	if (!dir)
		return err_set(err, ERR_USAGE, "cannot read %s: %s", folder, strerror(errno));
	while (ok && (entry = readdir(dir))) {
		const char *path = arena_printf(names->arena, "%s/%s", folder, entry->d_name).at;
		struct stat st;
		if (entry->d_name[0] == '.' || stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			ok = depth == 16 || add_folder(names, path, depth + 1, err);
		else if (span_ends_case(span_of(path), SPAN(".smtp")))
			ok = add_name(names, path, err);
	}
	closedir(dir);
	qsort(names->name + from, names->n - from, sizeof *names->name, by_name);
	return ok;
}

static bool
find_files(struct names *names, const struct options *o, struct err *err)
{
	for (size_t i = 0; i < o->nargs; i++) {
		struct stat st;
		size_t before = names->n;
		bool folder = stat(o->arg[i], &st) == 0 && S_ISDIR(st.st_mode);
		if (folder ? !add_folder(names, o->arg[i], 0, err) :
			     !add_name(names, o->arg[i], err))
			return false;
		if (folder && names->n == before)
			return err_set(err, ERR_USAGE, "no *.smtp files in %s", o->arg[i]);
	}
	return names->n > 0 ||
	    err_set(err, ERR_USAGE,
		"no scripts: give files or directories, as in smtpsh replay --against TARGET "
		"FILE...");
}

/* ---- scripts and their cases */

/* All scripts are read before the first is played, so that every mistake is reported at once. */
static bool
read_scripts(struct replay *r, struct options *o, const struct names *names, struct err *err)
{
	struct script_opts opts = { .load = script_load_file };

	opts.load_ctx = arena_string(&o->arena, span_of(o->file_root));
	if (!o->file_root)
		opts.load_ctx = NULL;
	options_script(o, &opts);
	r->file = ARENA_ARRAY(&o->arena, struct replay_file, names->n);
	for (size_t i = 0; i < names->n; i++) {
		struct replay_file *f = &r->file[i];
		f->name = names->name[i];
		if ((o->update || o->learn) &&
		    !file_read(
			f->name, FILE_REGULAR, SCRIPT_OCTETS_MAX, &o->arena, &f->text, &f->err))
			continue;
		f->script = script_read(f->name, &opts, &f->err);
	}
	r->nfiles = names->n;
	for (size_t i = 0; i < r->nfiles; i++) {
		if (r->file[i].script)
			continue;
		if (err->kind != ERR_NONE)
			complain(err);
		*err = r->file[i].err;
	}
	return err->kind == ERR_NONE;
}

static void
replay_told(void *ctx, const struct script_item *item, const char *why, uint64_t took_us)
{
	struct replay *r = ctx;

	replay_step(r, item, why, took_us);
}

static void
play_all(struct replay *r, struct options *o, struct err *err)
{
	r->opts = (struct play_opts){ .session = &o->session,
		.target = r->target,
		.level = o->match_level,
		.keep_going = o->keep_going || o->update,
		.allow_env = o->allow_env,
		.allow_hosts = o->allow_hosts,
		.allow_pipe = o->allow_pipe,
		.allow_unix = o->allow_unix,
		.file_root = o->file_root,
		.value = o->value,
		.nvalues = o->nvalues };
	if (o->report == REPORT_JSON) {
		r->opts.told = replay_told;
		r->opts.told_ctx = r;
	}
	for (size_t i = 0; o->look.verbose > 0 && i < r->nfiles; i++)
		for (size_t k = 0; k < r->file[i].script->nignored; k++)
			fprintf(stderr, "%s:%u: ignored: not a line of the dialogue\n",
			    r->file[i].script->ignored[k].file, r->file[i].script->ignored[k].line);
	if (o->learn) {
		replay_learn(r, err);
		return;
	}
	/* a trace of concurrent cases would be unreadable */
	unsigned jobs = o->jobs && !o->debug ? o->jobs : 1;
	replay_run(r, jobs > JOBS_MAX ? JOBS_MAX : jobs);
}

static bool
any_chosen(const struct replay *r, struct err *err)
{
	const struct options *o = r->o;
	const char *tags = o->tags ? o->tags : "", *name = o->only ? o->only : "";

	return r->ncases > 0 ||
	    err_set(err, ERR_USAGE, "no case matches%s%.60s%s%.80s", *tags ? " --tags " : "",
		tags, *name ? " --case " : "", name);
}

static int
replay(struct options *o, const struct target *target, struct err *err)
{
	struct session_env env;
	struct names names = { .name = ARENA_ARRAY(&o->arena, const char *, FILES_MAX),
		.arena = &o->arena };
	struct replay r = { .o = o, .env = &env, .target = target, .out = stdout };
	bool begun = env_begin(&env, o, err);

	struct stepping stepping = { .stopped = false };
	screen_init(&r.screen, stdout, &o->look);
	if (o->step) {
		begun = begun && stepping_begin(&stepping, err);
		o->session.stepper = stepping_stepper(&stepping);
	}
	if (begun && o->update == UPDATE_ASK && !isatty(STDIN_FILENO))
		err_set(err, ERR_USAGE, "--update=ask requires a terminal");
	else if (begun && o->step && (o->learn || o->jobs > 1))
		err_set(err, ERR_USAGE, "--step cannot be used with --jobs or --learn");
	else if (begun && o->learn && o->update)
		err_set(err, ERR_USAGE, "use either --learn or --update");
	else if (begun && o->learn_output && (!o->learn || o->nargs != 1))
		err_set(err, ERR_USAGE, "--output is for --learn with a single script");
	else if (begun && find_files(&names, o, err)) {
		if (read_scripts(&r, o, &names, err)) {
			replay_list(&r, &o->arena);
			if (any_chosen(&r, err) && (!o->learn || replay_may_learn(&r, err)))
				play_all(&r, o, err);
			/* the plays were kept until now because they have the replies */
			bool updates = o->update && !r.stop;
			for (size_t i = 0; updates && i < r.nfiles; i++)
				updates = replay_update(&r, &r.file[i], err);
		}
	}
	for (size_t i = 0; i < r.ncases; i++)
		play_free(r.cases[i].play);
	for (size_t i = 0; i < r.nfiles; i++)
		script_free(r.file[i].script);
	screen_release(&r.screen);
	stepping_end(&stepping);
	env_end(&env, err);
	return err->kind ? (int)err->kind : r.stop ? r.stop : (int)r.status;
}

static int
run_replay(struct options *o, struct err *err)
{
	struct target *target = o->against ? ARENA_NEW(&o->arena, struct target) : NULL;

	if (target &&
	    !target_parse(target, span_of(o->against), SPAN_NONE, o->port, &o->arena, err))
		return ERR_USAGE;
	if (target)
		o->session.auth.target = target;
	return replay(o, target, err);
}

const struct command command_replay = {
	.name = "replay",
	.group = FOR_SCRIPTS,
	.args = "[OPTION...] FILE|DIR...",
	.args_max = ARGS_ANY,
	.help = "Run scripts against a server and report which replies differ",
	.scope = SCOPE_REPLAY,
	.run = run_replay,
	.example = { "replay --against mx1.example.org FILE",
	    "replay --learn --against mx1.example.org FILE",
	    "replay --format junit DIR --against demo:" },
};
