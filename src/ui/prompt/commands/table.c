/* table - every command of the prompt. */
#include "ui/prompt/commands/list.h"

const struct prompt_command *const prompt_commands[] = {
#define X(name) &prompt_##name,
	PROMPT_COMMANDS(X)
#undef X
	NULL
};

bool
prompt_knows(struct span name)
{
	return prompt_find(prompt_commands, name) != NULL;
}
