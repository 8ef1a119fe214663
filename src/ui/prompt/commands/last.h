/* The last replies of a session and the commands they answer, kept by /last. */
#ifndef UI_PROMPT_COMMANDS_LAST_H
#define UI_PROMPT_COMMANDS_LAST_H

#include "smtp/stage.h"
#include "ui/prompt/prompt.h"

enum { LAST_KEPT = 20 };

struct last_reply {
	struct arena arena;
	struct reply *reply;		/* NULL: none yet */
	enum smtp_stage stage;
	bool surprise, late;
	uint64_t took_us;
	struct span sent;		/* the command line it answers, without secrets */
};

/* Returns the n-th last reply of the selected session, from 1; NULL: there are fewer. */
const struct last_reply *last_reply(struct prompt *, size_t n);
/*
 * Reads which reply is meant: "" or "1" to "20". Returns false when `args` is neither. Sets *reply
 * to NULL when there are fewer replies; that was printed.
 */
bool last_read(struct prompt *, struct span args, const struct last_reply **reply);

#endif
