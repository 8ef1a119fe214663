/* What a 4yz or 5yz usually means where it came, what likely caused it, and what to try next. */
#ifndef SMTP_SENSE_H
#define SMTP_SENSE_H

#include "smtp/status.h"
#include "smtp/verb.h"

/* Where a reply stands: what it answers. */
enum stage {
	STAGE_ANY,
	STAGE_BANNER, STAGE_HELLO, STAGE_STARTTLS, STAGE_AUTH, STAGE_MAIL, STAGE_RCPT, STAGE_DATA,
	STAGE_DOT,		/* the end of a message, by the dot or by BDAT */
	STAGE_ASK,		/* VRFY, EXPN, HELP, ETRN */
};
enum stage stage_of(enum verb, bool banner, bool dot);
const char *stage_text(enum stage);			/* "RCPT", "the banner"; "" for STAGE_ANY */

struct sense {
	unsigned code;		/* 0: any; one digit: any of that class */
	enum stage stage;
	short subject, detail;	/* of the enhanced code; -1: any, or for both none */
	const char *means;	/* whole sentences, without the last full stop */
	const char *causes;	/* NULL: none to name */
	const char *next;
};

/* The best row for a reply; NULL when it is no 4yz or 5yz. */
const struct sense *sense_find(unsigned code, struct status, enum stage);
const struct sense *sense_row(size_t n);		/* the whole table; NULL: no more */

#endif
