/* The last replies of a session and what they answer, kept by /last. */
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
	struct span sent;		/* the command line that it answers, secrets removed */
};

/* The n-th last of the selected session, 1 is the last; NULL: there are not so many. */
const struct last_reply *last_reply(struct prompt *, size_t n);
/*
 * Reads which reply is meant, "" or "1" to "20". False: the words are no such number. *reply is
 * NULL when there are not so many, which was printed.
 */
bool last_read(struct prompt *, struct span args, const struct last_reply **reply);

#endif
