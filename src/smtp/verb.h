/*
 * The table of SMTP commands: what each is for, its syntax, where it stands, what it needs to have
 * gone before.
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
	const char *syntax;	/* behind the name, with its blank: " FROM:<sender> [parameters]" */
	const char *help;	/* one sentence */
	const char *rfc;
	bool ends_group;	/* may only end a pipelined group (RFC 2920 3.1) */
	unsigned success;	/* its usual code */
	const char *extension;	/* the EHLO keyword that offers it; NULL: none is needed */
	/* the positive codes that answer it, up to a 0; none: there is no list */
	unsigned codes[VERB_CODES];
	const char *codes_rfc;	/* where that list stands */
};

/*
 * The verb that a line begins with, in any case; its arguments, without the blanks before them, in
 * *args when given.
 */
enum verb verb_of(struct span line, struct span *args);

const struct verb_info *verb_info(enum verb);		/* never NULL */

#endif
