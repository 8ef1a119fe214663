/* What reply codes (RFC 5321 4.2) and enhanced status codes (RFC 3463) are, and what they mean. */
#ifndef SMTP_STATUS_H
#define SMTP_STATUS_H

#include "base/span.h"

struct status {
	unsigned char class;		/* 2, 4 or 5; 0: none */
	unsigned short subject, detail;
};

/*
 * An enhanced code at the front of a reply text, "5.1.1 User unknown", and its octets in *len;
 * class and *len 0: none is there.
 */
struct status status_parse(struct span text, size_t *len);

struct reply_code {
	unsigned code;
	const char *text;		/* a phrase without a full stop */
	const char *rfc;		/* or who uses it */
};
const struct reply_code *reply_code_info(unsigned code);	/* NULL: not known */
/* by the first digit: "refused for now"; NULL: none */
const char *reply_class_text(unsigned code);
/* by the second digit: "syntax"; NULL: none */
const char *reply_group_text(unsigned code);

/* A row of IANA's registry of enhanced codes; its class stands for itself. */
struct status_info {
	unsigned short subject, detail;
	const char *text;		/* as registered, in lower case */
	/* the reply codes that the registry pairs with it; "": it names none */
	const char *basic;
	const char *rfc;
	const char *also;		/* another meaning that is in use; NULL: none */
};
/* NULL: not registered */
const struct status_info *status_info(unsigned subject, unsigned detail);
const struct status_info *status_row(size_t n);			/* the whole table; NULL: no more */
/* "permanent"; NULL: there is no such class */
const char *status_class_text(unsigned class);
/* "security or policy"; NULL: there is none such */
const char *status_subject_text(unsigned subject);

#endif
