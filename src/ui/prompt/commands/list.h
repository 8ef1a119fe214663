/*
 * Every command that only shows or edits and therefore belongs to the prompt alone: one file and
 * one line here each, in the order of help.
 */
#ifndef UI_PROMPT_COMMANDS_LIST_H
#define UI_PROMPT_COMMANDS_LIST_H

#include "ui/prompt/prompt.h"

#define PROMPT_COMMANDS(X) \
	X(help)            \
	X(set)             \
	X(explain)         \
	X(last)            \
	X(timing)          \
	X(save)            \
	X(log)             \
	X(conn)            \
	X(redo)            \
	X(again)           \
	X(watch)           \
	X(include)         \
	X(edit)            \
	X(as)              \
	X(copy)            \
	X(check)           \
	X(version)

#define X(name) extern const struct prompt_command prompt_##name;
PROMPT_COMMANDS(X)
#undef X

extern const struct prompt_command *const prompt_commands[];	/* ends with NULL */
/* A player_opts.only_at_prompt and script_opts.only_at_prompt. */
bool prompt_knows(struct span name);

#endif
