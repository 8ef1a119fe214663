/*
 * What real servers write in 4xx and 5xx replies, as phrases, and the cause that each names.
 * Codes are generic, texts are not: a phrase that matches decides, and codes only where none
 * does.
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
	struct span text;		/* all its lines, joined by spaces or line endings */
};

/* The cause that a text names; CAUSE_NONE: none known. Linear in the text, and bounded. */
enum cause reply_text_cause(const struct reply_seen *);

/* The block list that a text names, "zen.spamhaus.org", as a part of it; empty: none. */
struct span reply_text_list(struct span text);

/* The phrase of the n-th row and its cause, for tests. NULL: no more. */
const char *reply_text_phrase(size_t n, enum cause *);

#endif
