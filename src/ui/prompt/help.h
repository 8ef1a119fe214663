/* Help, made from the tables: what can come next, a verb, a command, a topic. */
#ifndef UI_PROMPT_HELP_H
#define UI_PROMPT_HELP_H

#include "ui/prompt/prompt.h"

struct help_topic {
	const char *name;
	const char *title;		/* one line, for the list */
	/*
	 * paragraphs separated by "\n", wrapped when printed. A line that begins with a space is
	 * kept
	 */
	const char *text;
};
extern const struct help_topic help_topics[];	/* ends with a NULL name */

/* Shows what can come next. `table`: the prompt's commands. */
void help_state(
    struct screen *, const struct session_view *, const struct prompt_command *const table[]);
/*
 * Shows the help of a verb, a command with or without its slash, a topic, or "commands". False:
 * nothing has this name.
 */
bool help_word(struct screen *, const struct session_view *, struct span word,
    const struct prompt_command *const table[]);
/* The nearest name; NULL: none is near. */
const char *help_nearest(struct span word, const struct prompt_command *const table[]);

#endif
