/*
 * Phrases that real servers use in 4xx and 5xx replies, and the cause that each means. Reply codes
 * are generic and texts are not, so a phrase that matches decides, and the code only if none does.
 */
#ifndef RUN_DIAGNOSIS_REPLY_TEXT_H
#define RUN_DIAGNOSIS_REPLY_TEXT_H

#include "base/arena.h"
#include "run/diagnosis/cause.h"
#include "smtp/stage.h"
#include "smtp/status.h"

enum { REPLY_TEXT_MAX = 1200 };		/* octets of a text that are examined */

struct reply_seen {
	unsigned code;			/* 0: unknown */
	struct status status;
	enum smtp_stage stage;		/* AT_ANY: unknown */
	struct span text;		/* all lines, joined by spaces or line endings */
};

/*
 * Returns the cause that a text names; CAUSE_NONE: unknown. Takes time linear in the text, which is
 * cut at REPLY_TEXT_MAX.
 */
enum cause reply_text_cause(const struct reply_seen *);

/*
 * Returns the block list that a text names, "zen.spamhaus.org": a part of the text, or a well-known
 * name. Empty: none.
 */
struct span reply_text_list(struct span text);

/* Returns the phrase of the n-th row and its cause, for tests. NULL: there is no such row. */
const char *reply_text_phrase(size_t n, enum cause *);

#endif
