/*
 * Commands of the prompt itself, which only show or edit. Like the steps they are a table, with one
 * file below ui/prompt/commands and one line in ui/prompt/commands/list.h each. Steps act on the
 * session, and a script has only those.
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
	/* commands may change them; the session reads ->session when it next uses it */
	struct options *options;
	void (*lend)(void *ctx), (*take_back)(void *ctx);	/* give the terminal to a pager */
	void *lend_ctx;			/* ->lend NULL: nothing is paged */
	bool without;			/* no prompt: only commands with ->everywhere */
	bool failed;			/* a problem was printed */
	/*
	 * The state of each command, in the order of the table; indexed by the session's number
	 * less 1. The last element is for a connection that is made beside an existing one.
	 */
	void **state[PLAYER_SESSIONS + 1];
};

struct prompt_command {
	const char *name;		/* without the slash */
	enum step_group group;
	const char *args;		/* for help: "[VERB|COMMAND|TOPIC]"; "" for none */
	const char *help;		/* one sentence without a full stop */
	bool pages;			/* its output may be taller than the screen */
	bool at_once;			/* it only shows or sets, and need not wait for its turn */
	bool everywhere;		/* it only prints: a pipe and -c may have it too */
	/* one per session, zeroed when first needed, freed when the prompt ends */
	size_t state_size;
	bool one_state;			/* one for all sessions */
	void (*run)(struct prompt *, void *state, struct span args);
	/* is called with each event after it was shown; NULL: not called */
	void (*on_event)(struct prompt *, void *state, const struct event *);
	/* returns whether it shows this event itself, in on_event; NULL: never */
	bool (*hides)(struct prompt *, void *state, const struct event *);
	void (*release)(void *state);	/* NULL: nothing to free */
};
/* NULL: no such command */
const struct prompt_command *prompt_find(
    const struct prompt_command *const table[], struct span name);

/*
 * Iterates over all commands, steps as well as those of the table. Set ->table first; returns false
 * after the last.
 */
struct prompt_word {
	const struct prompt_command *const *table;
	const char *name, *args, *help;
	enum step_group group;
	size_t next;
};
bool prompt_next_word(struct prompt_word *);

/* Frees the states. A prompt is initialized to {0} with screen, player, table and options set. */
void prompt_end(struct prompt *);
/*
 * A player_opts.command: runs "/name args", or suggests what was probably meant. Returns false when
 * there is no prompt and the command needs one.
 */
bool prompt_run(void *prompt, struct span name, struct span args);
void prompt_on_event(struct prompt *, const struct event *);
/* Returns whether a command shows this event itself. */
bool prompt_hides(struct prompt *, const struct event *);
/* Returns the state of a command for the selected session; other commands may use it. */
void *prompt_state(struct prompt *, const struct prompt_command *);

/* Lets the user write a text in an editor. Returns false when that failed; it was reported. */
bool prompt_write_text(struct prompt *, struct arena *, struct span *text);

/* Print one line, marked as a note or a problem; a warning is a highlighted note. */
void prompt_warn(struct prompt *, struct span);
void prompt_note(struct prompt *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void prompt_problem(struct prompt *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
