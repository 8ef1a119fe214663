/*
 * Commands of the prompt itself, which only show or edit. They are a table like the steps: one
 * file below ui/prompt/commands and one line in ui/prompt/commands/list.h each. Steps act on the
 * session; a script has only those.
 */
#ifndef UI_PROMPT_PROMPT_H
#define UI_PROMPT_PROMPT_H

#include "run/play/player.h"
#include "ui/options/options.h"
#include "ui/show/screen.h"

/* What a command may read and change. */
struct prompt {
	struct screen *screen;
	struct session_env *env;
	struct player *player;
	const struct prompt_command *const *table;	/* every command; ends with NULL */
	/* changes apply from the next use on; the session reads ->session */
	struct options *options;
	void (*lend)(void *ctx), (*take_back)(void *ctx);	/* give the terminal to a pager */
	void *lend_ctx;			/* ->lend NULL: nothing is paged */
	bool without;			/* no prompt: only what works everywhere */
	bool failed;			/* a problem was printed */
	/*
	 * the state of each command, in the table's order; index: session number less 1. The last
	 * is that of a connection made beside another one.
	 */
	void **state[PLAYER_SESSIONS + 1];
};

struct prompt_command {
	const char *name;		/* without the slash */
	enum step_group group;
	const char *args;		/* for help: "[VERB|COMMAND|TOPIC]"; "" for none */
	const char *help;		/* one sentence without a full stop */
	bool pages;			/* its output may be taller than the screen */
	bool at_once;			/* it only shows or sets: it need not wait for its turn */
	bool everywhere;		/* it only prints: lines from a pipe or -c take it too */
	/* one per session, zeroed when first needed, kept until the prompt ends */
	size_t state_size;
	bool one_state;			/* one for all sessions */
	void (*run)(struct prompt *, void *state, struct span args);
	/* called with each event after it was shown; NULL: not called */
	void (*on_event)(struct prompt *, void *state, const struct event *);
	/* whether it shows this event itself, in its on_event; NULL: it never does */
	bool (*hides)(struct prompt *, void *state, const struct event *);
	void (*release)(void *state);	/* NULL: nothing to free */
};
/* NULL: no such command */
const struct prompt_command *prompt_find(
    const struct prompt_command *const table[], struct span name);

/*
 * Iterates over all commands, steps and the table alike. Begin by setting ->table; false after
 * the last.
 */
struct prompt_word {
	const struct prompt_command *const *table;
	const char *name, *args, *help;
	enum step_group group;
	size_t next;
};
bool prompt_next_word(struct prompt_word *);

/* Frees the states. A prompt begins as {0} with screen, player, table and options set. */
void prompt_end(struct prompt *);
/*
 * player_opts.command: runs "/name args", or suggests what was probably meant. False: without a
 * prompt there is no such command.
 */
bool prompt_run(void *prompt, struct span name, struct span args);
void prompt_on_event(struct prompt *, const struct event *);
/* Whether a command shows this event in its own way. */
bool prompt_hides(struct prompt *, const struct event *);
/* The state of a command for the selected session, which other commands may use. */
void *prompt_state(struct prompt *, const struct prompt_command *);

/* Has the user write a text in an editor. False: it failed, which was reported. */
bool prompt_write_text(struct prompt *, struct arena *, struct span *text);

/* Prints one line marked as a note or a problem; a warning is a note that stands out. */
void prompt_warn(struct prompt *, struct span);
void prompt_note(struct prompt *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void prompt_problem(struct prompt *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
