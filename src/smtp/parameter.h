/*
 * The parameters behind MAIL FROM:<> and RCPT TO:<>: what each is for, what offers it, what values
 * it takes.
 */
#ifndef SMTP_PARAMETER_H
#define SMTP_PARAMETER_H

#include "smtp/verb.h"

struct parameter {
	const char *name;
	enum verb verb;			/* VERB_MAIL or VERB_RCPT */
	const char *extension;		/* the EHLO keyword that offers it */
	const char *syntax;		/* behind the name: "=octets"; "" when it takes no value */
	/* the values there are, parted by blanks; NULL: they cannot be listed */
	const char *values;
	const char *rfc;
	const char *help;		/* one sentence without a full stop */
};
extern const struct parameter parameters[];	/* by verb, then by name; ends in a NULL name */

/* `name` in any case, without "=". NULL: this verb has none of this name that smtpsh knows. */
const struct parameter *parameter_find(enum verb, struct span name);

/*
 * The line of MAIL or RCPT taken apart, without judging it: what stands between "FROM:" or "TO:"
 * and the parameters in *path, with its angle brackets if it has them; *params is the rest. False:
 * there is no "FROM:" or "TO:".
 */
bool parameter_split(enum verb, struct span args, struct span *path, struct span *params);

#endif
