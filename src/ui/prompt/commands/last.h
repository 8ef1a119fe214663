/* The last reply of a session and what it answers, kept by /last. */
#ifndef UI_PROMPT_COMMANDS_LAST_H
#define UI_PROMPT_COMMANDS_LAST_H

#include "smtp/stage.h"
#include "ui/prompt/prompt.h"

struct last_reply {
	struct arena arena;
	struct reply *reply;		/* NULL: none yet */
	enum smtp_stage stage;
	bool surprise, late;
	uint64_t took_us;
	struct arena sent_arena;
	struct span sent;		/* the last command line, secrets removed */
};

/* Of the selected session; never NULL. */
const struct last_reply *last_reply(struct prompt *);

#endif
