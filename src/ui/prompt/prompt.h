/*
 * What a person may ask of the prompt itself: commands that only show or edit. They are a table as
 * the steps are, one file below ui/prompt/commands and one line in ui/prompt/commands/list.h each.
 * Steps act on the session; a script has only those.
 */
#ifndef UI_PROMPT_PROMPT_H
#define UI_PROMPT_PROMPT_H

#include "run/play/player.h"
#include "ui/options/options.h"
#include "ui/show/screen.h"

/* What a command may see and change. */
struct prompt {
	struct screen *screen;
	struct session_env *env;
	struct player *player;
	const struct prompt_command *const *table;	/* every command; ends in NULL */
	/* a change holds from the next use on; the session reads ->session through it */
	struct options *options;
	void (*lend)(void *ctx), (*take_back)(void *ctx);	/* the terminal, to a pager */
	void *lend_ctx;
	/* of each command, in the table's order; by the session's number, less 1 */
	void **state[PLAYER_SESSIONS];
};

struct prompt_command {
	const char *name;		/* without the slash */
	enum step_group group;
	const char *args;		/* for help: "[VERB|COMMAND|TOPIC]"; "" for none */
	const char *help;		/* one sentence without a full stop */
	bool pages;			/* what it shows may be taller than the screen */
	bool at_once;			/* it only shows or sets: it need not wait for its turn */
	/* one for each session: zeroed when it is first needed, kept until the prompt ends */
	size_t state_size;
	bool one_state;			/* one for all sessions */
	void (*run)(struct prompt *, void *state, struct span args);
	/* each event, once it was shown. NULL: none */
	void (*heard)(struct prompt *, void *state, const struct event *);
	void (*release)(void *state);	/* NULL: nothing to give back */
};
/* NULL: none */
const struct prompt_command *prompt_find(
    const struct prompt_command *const table[], struct span name);

/*
 * All that may be said behind a "/": the steps and the table as one. Begun by setting ->table;
 * false behind the last.
 */
struct prompt_word {
	const struct prompt_command *const *table;
	const char *name, *args, *help;
	enum step_group group;
	size_t next;
};
bool prompt_next_word(struct prompt_word *);

/* begun by setting screen, player, table and options */
void prompt_end(struct prompt *);
/* player_opts.command: runs "/name args", or says what was probably meant; always true. */
bool prompt_run(void *prompt, struct span name, struct span args);
void prompt_heard(struct prompt *, const struct event *);
/*
 * Of a command of the table, for the session in use: what one command keeps, another may ask for.
 */
void *prompt_state(struct prompt *, const struct prompt_command *);

/* What the person writes in their editor. False: it failed, and that is said. */
bool prompt_write_text(struct prompt *, struct arena *, struct span *text);

/* One line that begins as notes or problems do; a warning is a note that wants to be seen. */
void prompt_warn(struct prompt *, struct span);
void prompt_note(struct prompt *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void prompt_problem(struct prompt *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
