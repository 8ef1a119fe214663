/* Help, generated from the tables: what can come next, or a verb, a command, a topic. */
#ifndef UI_PROMPT_HELP_H
#define UI_PROMPT_HELP_H

#include "ui/prompt/prompt.h"

struct help_topic {
	const char *name;
	const char *title;		/* one line, for the list */
	/*
	 * paragraphs, each ended by "\n" and wrapped when printed; a line that begins with a space
	 * is printed unchanged
	 */
	const char *text;
};
extern const struct help_topic help_topics[];	/* ends with a NULL name */

/* Shows what can come next. `table`: the commands of the prompt. */
void help_state(
    struct screen *, const struct session_view *, const struct prompt_command *const table[]);
/*
 * Shows the help on a verb, a command with or without its slash, a topic, or "commands". Returns
 * false when nothing has this name.
 */
bool help_word(struct screen *, const struct session_view *, struct span word,
    const struct prompt_command *const table[]);
/* Returns the nearest name; NULL: none is similar. */
const char *help_nearest(struct span word, const struct prompt_command *const table[]);

#endif
