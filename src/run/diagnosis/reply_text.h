/*
 * What real servers say in 4xx and 5xx replies, as phrases, and the cause that each names. Codes
 * are generic, texts are not: where a phrase matches, it decides, and codes decide only where none
 * does.
 */
#ifndef RUN_DIAGNOSIS_REPLY_TEXT_H
#define RUN_DIAGNOSIS_REPLY_TEXT_H

#include "base/arena.h"
#include "run/diagnosis/cause.h"
#include "smtp/stage.h"
#include "smtp/status.h"

enum { REPLY_TEXT_MAX = 1200 };		/* octets of a text that are looked at */

struct reply_said {
	unsigned code;			/* 0: not known */
	struct status status;
	enum smtp_stage stage;		/* AT_ANY: not known */
	struct span text;		/* all its lines, joined by spaces or line ends */
};

/* CAUSE_NONE: the text names none that is known. Linear in the text, and bounded. */
enum cause reply_text_cause(const struct reply_said *);

/* The block list that a text names: "zen.spamhaus.org"; empty: none. In the text. */
struct span reply_text_list(struct span text);

/* The rows, for tests: NULL: no more. */
const char *reply_text_phrase(size_t n, enum cause *);

#endif
