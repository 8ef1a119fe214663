/*
 * smtpsh TARGET - a session with a server: at a prompt, or with the lines of a file, a pipe or the
 * command line.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "run/script/file.h"
#include "run/serve/serve.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/dry_run.h"
#include "ui/cmd/env.h"
#include "ui/cmd/outlet.h"
#include "ui/cmd/replay_run.h"
#include "ui/cmd/stepping.h"
#include "ui/options/named.h"
#include "ui/prompt/commands/list.h"
#include "ui/prompt/lines.h"
#include "ui/prompt/repl.h"
#include "ui/show/standard.h"
#include "ui/show/waiting.h"

/* ---- a script instead of lines */

/*
 * -f FILE and a pipe may also be a script, whose first line begins with C: or S:. Plays it and
 * shows the dialogue and what failed. Returns the exit status.
 */
static int
play_script(struct session_env *env, const struct options *o, struct outlet *outlet,
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
		.session = &o->session, .target = target, .level = MATCH_UNSET
	};
	r.silent = o->format == FORMAT_JSON;
	struct session_opts session = o->session;
	struct stepping stepping = { .stopped = false };
	if (o->step) {
		session.stepper = stepping_stepper(&stepping);
		r.opts.session = &session;
	}
	screen_init(&r.screen, stdout, &o->look);
	replay_list(&r, &arena);
	int status = replay_run(&r, 1);
	script_free(file.script);
	screen_release(&r.screen);
	stepping_end(&stepping);
	arena_release(&arena);
	return status;
}

/* ---- targets and lines */

/* how long a pipe may take to show whether it is a script */
enum { BEGINNING_MS = 200, BEGINNING_MAX = 16 << 10 };

/*
 * The buffer is not on the stack: with -fstack-clash-protection, a function touches each page of
 * its stack frame when it is called.
 */
static struct span
read_once(int fd, struct arena *arena)
{
	struct buf piece = { .max = BEGINNING_MAX };
	size_t room;
	char *at = buf_reserve(&piece, BEGINNING_MAX, &room);
	ssize_t n = read(fd, at, room);
	struct span text = n > 0 ? arena_copy(arena, (struct span){ at, (size_t)n }) : SPAN_NONE;

	buf_release(&piece);
	return text;
}

/* Reads the beginning of a file or pipe, so that a script is recognized before any connection. */
static bool
read_beginning(
    const char *file, int fd, struct arena *arena, struct span *text, bool *whole, struct err *err)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct stat st;

	*text = SPAN_NONE;
	*whole = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (*whole)
		return file_read(file, FILE_PIPE, SCRIPT_OCTETS_MAX, arena, text, err);
	if (poll(&ready, 1, BEGINNING_MS) > 0)
		*text = read_once(fd, arena);
	if (!script_is_marked(*text))
		return true;
	struct buf rest = { 0 };
	*whole = file_drain(fd, file, SCRIPT_OCTETS_MAX, &rest, err);
	*text = arena_printf(arena, "%.*s%.*s", SPAN_ARG(*text), SPAN_ARG(buf_span(&rest)));
	buf_release(&rest);
	return *whole;
}

static struct session_view
view_of_player(void *player)
{
	return player_view(player);
}

/* Where events go, and the commands that record them, such as /last. */
struct feed { struct outlet *outlet; struct prompt commands; };

static void
feed_on_event(void *ctx, const struct event *event)
{
	struct feed *f = ctx;

	outlet_event(f->outlet, event);
	prompt_on_event(&f->commands, event);
}

static int
feed(struct session_env *env, struct options *o, struct outlet *outlet,
    const struct target *target, int fd, struct span beginning)
{
	struct player_opts opts = { .fail_fast = o->fail_fast,
		.deadline_ms = o->deadline_ms,
		.only_at_prompt = prompt_knows };
	struct feed f = { .outlet = outlet,
		.commands = { .screen = outlet->screen,
		    .env = env,
		    .table = prompt_commands,
		    .options = o,
		    .without = true } };
	struct waiting waiting = { 0 };

	if (o->format == FORMAT_TEXT) {
		opts.command = prompt_run;
		opts.command_ctx = &f.commands;
	}
	struct stepping stepping = { .waiting = &waiting };
	if (o->step) {
		opts.turn = stepping_turn;
		opts.turn_ctx = &stepping;
	}
	struct player *player = player_new(env, &o->session, &opts, feed_on_event, &f);
	f.commands.player = player;

	if (outlet->screen->terminal && o->format == FORMAT_TEXT)
		waiting_begin(&waiting, outlet->screen, env->loop, view_of_player, player);
	if (target)
		player_open(player, target);
	if (target && o->session.auth.wanted)
		player_line(
		    player, SPAN("/auth"), (struct place){ .file = place_option, .line = 1 });
	for (size_t i = 0; i < o->nlines; i++)
		player_line(player, span_of(o->line[i]),
		    (struct place){ .file = place_line, .line = (unsigned)i + 1 });
	if (fd < 0 && beginning.len == 0)
		player_end(player);
	int status = lines_run(env->loop, player, fd, o->file ? o->file : "-", beginning);
	waiting_end(&waiting);
	stepping_end(&stepping);
	player_free(player);
	prompt_end(&f.commands);
	if (f.commands.failed && status < 128)
		status = (int)err_worse((enum err_kind)status, ERR_USAGE);
	return status;
}

static int
run_lines(
    struct session_env *env, struct options *o, struct screen *screen, const struct target *target)
{
	struct outlet outlet;
	struct arena arena = { 0 };
	struct span beginning = SPAN_NONE;
	struct err err = { 0 };
	bool whole = false, named = o->file && strcmp(o->file, "-") != 0;
	int fd = o->nlines ? -1 :
	    named	   ? file_open(o->file, FILE_PIPE, &err) :
			     STDIN_FILENO,
	    status = ERR_USAGE;

	if ((!named || fd >= 0) && outlet_open(&outlet, screen, o, &err)) {
		bool read = fd < 0 ||
		    read_beginning(named ? o->file : "-", fd, &arena, &beginning, &whole, &err);
		if (read)
			status = script_is_marked(beginning) ?
			    play_script(
				env, o, &outlet, target, o->file ? o->file : "-", beginning) :
			    feed(env, o, &outlet, target, whole ? -1 : fd, beginning);
		status = outlet_close(&outlet, status);
	}
	if (err.kind)
		complain(&err);
	file_close(fd);
	arena_release(&arena);
	return status;
}

static bool
is_interactive(const struct options *o)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && o->nlines == 0 && !o->file &&
	    o->format == FORMAT_TEXT;
}

static int
talk(struct options *o, const struct target *target)
{
	struct session_env env;
	struct screen screen;
	struct named named;
	struct err err;
	int status;

	o->session.own = true;
	if (!env_begin(&env, o, &err)) {
		complain(&err);
		env_end(&env, &err);
		return ERR_USAGE;
	}
	named_begin(&named, o, &env, target);
	screen_init(&screen, stdout, &o->look);
	if (is_interactive(o))
		status = repl_run(&env, o, &screen, target, prompt_commands);
	else
		status = run_lines(&env, o, &screen, target);
	screen_release(&screen);
	named_end(&named);
	return env_finish(&env, status);
}

static bool
talk_read_target(struct options *o, struct target *target, struct err *err)
{
	struct span hint = command_hint(o, o->arg[0]), more = o->nargs > 1 ? hint : SPAN_NONE;
	struct err why;

	if (!target_parse(target, span_of(o->arg[0]), span_of(o->nargs > 1 ? o->arg[1] : NULL),
		o->port, &o->arena, &why))
		return err_set(err, why.kind, "%s%s%.*s", why.text, more.len ? "; " : "",
		    SPAN_ARG(more));
	if (hint.len > 0)
		target->hint = hint;
	o->session.auth.target = target;		/* credentials are for this target only */
	return true;
}

/* The lines are read completely, since nothing replies to them. */
static int
talk_dry(struct options *o, const struct target *target, struct err *err)
{
	struct span text = SPAN_NONE;
	const char *file = o->file ? o->file : "-";

	if (o->format != FORMAT_TEXT)
		err_set(err, ERR_USAGE, "--dry-run cannot be used with --format json");
	else if ((o->nlines > 0 || (!o->file && isatty(STDIN_FILENO))) ||
	    file_read(file, FILE_PIPE, SCRIPT_OCTETS_MAX, &o->arena, &text, err))
		dry_run(o, target, text);
	return (int)err->kind;
}

static int
run_talk(struct options *o, struct err *err)
{
	struct target *target = o->nargs > 0 ? ARENA_NEW(&o->arena, struct target) : NULL;
	struct stepping stepping;

	if (target && !talk_read_target(o, target, err))
		return ERR_USAGE;
	if (o->dry_run)
		return talk_dry(o, target, err);
	if (o->step && is_interactive(o))
		err_set(err, ERR_USAGE, "--step requires -c, -f or a pipe");
	else if (!o->step || stepping_begin(&stepping, err))
		return talk(o, target);
	return ERR_USAGE;
}

const struct command command_talk = {
	.name = "",
	.group = FOR_SESSION,
	.args = "[OPTION...] [TARGET [PORT]]",
	.args_max = 2,
	.help = "Open an SMTP session at a prompt, or run lines from a file, a pipe or -c",
	.scope = SCOPE_TALK,
	.run = run_talk,
	.example = { "mx1.example.org", "@example.org",
	    "submission://smtp.example.org --user me --auth" },
	.config = CONFIG_NAMES,
};
