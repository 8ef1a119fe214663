/* The tables of reply codes (RFC 5321 4.2) and enhanced status codes (RFC 3463). */
#ifndef SMTP_STATUS_H
#define SMTP_STATUS_H

#include "base/span.h"

struct status {
	unsigned char class;		/* 2, 4 or 5; 0: none */
	unsigned short subject, detail;
};

/*
 * Parses the enhanced code at the beginning of a reply text, as in "5.1.1 User unknown", and sets
 * *len to its length. The class and *len are 0 when there is none.
 */
struct status status_parse(struct span text, size_t *len);

struct reply_code {
	unsigned code;
	const char *text;		/* a phrase without a full stop */
	const char *rfc;		/* or the software that uses it */
};
const struct reply_code *reply_code_info(unsigned code);	/* NULL: not known */
/* Describes the first digit; NULL: unknown. */
const char *reply_class_text(unsigned code);
/* Describes the second digit: "syntax"; NULL: unknown. */
const char *reply_group_text(unsigned code);

/* A row of IANA's registry of enhanced codes, which are registered without the class. */
struct status_info {
	unsigned short subject, detail;
	const char *text;		/* as registered, in lower case */
	/* reply codes that the registry lists for it; "": none */
	const char *basic;
	const char *rfc;
	const char *also;		/* another meaning in use; NULL: none */
};
/* NULL: not registered */
const struct status_info *status_info(unsigned subject, unsigned detail);
/* the n-th row of the table; NULL: no more */
const struct status_info *status_row(size_t n);
/* "permanent"; NULL: no such class. */
const char *status_class_text(unsigned class);
/* "security or policy"; NULL: no such subject. */
const char *status_subject_text(unsigned subject);

#endif
