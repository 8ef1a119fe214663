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
	/* what follows the name, with a leading space: " FROM:<sender> [parameters]" */
	const char *syntax;
	const char *help;	/* one sentence */
	const char *rfc;
	/* allowed in a pipelined group only as its last command (RFC 2920 3.1) */
	bool ends_group;
	unsigned success;	/* usual code of success */
	const char *extension;	/* the EHLO keyword that offers it; NULL: none is needed */
	/* positive codes that may answer it, terminated by 0; none: unspecified */
	unsigned codes[VERB_CODES];
	const char *codes_rfc;	/* the source of that list */
};

/*
 * Returns the verb at the beginning of a line, in any case. Sets *args, unless NULL, to its
 * arguments without leading spaces.
 */
enum verb verb_of(struct span line, struct span *args);

/* EHLO, or LHLO of LMTP: a positive reply lists the extensions. */
static inline bool
verb_is_ehlo(enum verb verb)
{
	return verb == VERB_EHLO || verb == VERB_LHLO;
}

/* EHLO, LHLO or HELO. */
static inline bool
verb_is_hello(enum verb verb)
{
	return verb == VERB_HELO || verb_is_ehlo(verb);
}

const struct verb_info *verb_info(enum verb);		/* never NULL */

#endif
