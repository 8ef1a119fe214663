/*
 * The parameters of MAIL FROM:<> and RCPT TO:<>: what each is for, which extension offers it,
 * what values it takes.
 */
#ifndef SMTP_PARAMETER_H
#define SMTP_PARAMETER_H

#include "smtp/verb.h"

struct parameter {
	const char *name;
	enum verb verb;			/* VERB_MAIL or VERB_RCPT */
	const char *extension;		/* the EHLO keyword that offers it */
	const char *syntax;		/* after the name: "=octets"; "" when it takes no value */
	/* its values, separated by spaces; NULL: they cannot be listed */
	const char *values;
	const char *rfc;
	const char *help;		/* one sentence without a full stop */
};
extern const struct parameter parameters[];	/* by verb, then by name; ends with a NULL name */

/*
 * Finds a parameter by `name`, in any case, without "=". NULL: smtpsh knows no such parameter of
 * this verb.
 */
const struct parameter *parameter_find(enum verb, struct span name);

/*
 * Splits the arguments of MAIL or RCPT without judging them: what is between "FROM:" or "TO:" and
 * the parameters goes to *path, with its angle brackets if any, the rest to *params. False: there
 * is no "FROM:" or "TO:".
 */
bool parameter_split(enum verb, struct span args, struct span *path, struct span *params);

#endif
