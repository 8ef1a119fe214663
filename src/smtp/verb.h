/*
 * The table of SMTP commands: what each is for, its syntax, its replies, and which extension
 * offers it.
 */
#ifndef SMTP_VERB_H
#define SMTP_VERB_H

#include "base/span.h"

enum verb {
	VERB_OTHER,		/* not in the table */
	VERB_HELO, VERB_EHLO, VERB_LHLO,
	VERB_MAIL, VERB_RCPT, VERB_DATA, VERB_BDAT, VERB_RSET,
	VERB_VRFY, VERB_EXPN, VERB_HELP, VERB_NOOP, VERB_QUIT,
	VERB_STARTTLS, VERB_AUTH, VERB_ETRN, VERB_XCLIENT, VERB_XFORWARD, VERB_BURL,
	VERB_ATRN, VERB_TURN, VERB_SEND, VERB_SOML, VERB_SAML,
	VERB_COUNT
};

enum { VERB_CODES = 5 };

struct verb_info {
	const char *name;
	/* after the name, with its space: " FROM:<sender> [parameters]" */
	const char *syntax;
	const char *help;	/* one sentence */
	const char *rfc;
	/* allowed in a pipelined group only as its last command (RFC 2920 3.1) */
	bool ends_group;
	unsigned success;	/* its usual code */
	const char *extension;	/* the EHLO keyword that offers it; NULL: none is needed */
	/* the positive codes that answer it, ended by 0; none: no list */
	unsigned codes[VERB_CODES];
	const char *codes_rfc;	/* the source of that list */
};

/*
 * The verb at the beginning of a line, in any case; its arguments, without leading spaces, go to
 * *args unless that is NULL.
 */
enum verb verb_of(struct span line, struct span *args);

/* EHLO, or LMTP's LHLO: a positive reply lists extensions. */
static inline bool
verb_is_ehlo(enum verb verb)
{
	return verb == VERB_EHLO || verb == VERB_LHLO;
}

/* The same, or HELO: begins the dialogue. */
static inline bool
verb_is_hello(enum verb verb)
{
	return verb == VERB_HELO || verb_is_ehlo(verb);
}

const struct verb_info *verb_info(enum verb);		/* never NULL */

#endif
