/*
 * The table of parameters of MAIL and RCPT: what each is for, which extension offers it, and what
 * values it takes.
 */
#ifndef SMTP_PARAMETER_H
#define SMTP_PARAMETER_H

#include "smtp/verb.h"

struct parameter {
	const char *name;
	enum verb verb;			/* VERB_MAIL or VERB_RCPT */
	const char *extension;		/* the EHLO keyword that offers it */
	const char *syntax;		/* after the name: "=octets"; "": takes no value */
	/* all possible values, separated by spaces; NULL: not a fixed list */
	const char *values;
	const char *rfc;
	const char *help;		/* one sentence without a full stop */
};
extern const struct parameter parameters[];	/* by verb, then by name; ends with a NULL name */

/* Finds a verb's parameter by `name`, in any case, without "=". NULL: unknown. */
const struct parameter *parameter_find(enum verb, struct span name);

/*
 * Splits the arguments of MAIL or RCPT without checking them: *path is what stands between "FROM:"
 * or "TO:" and the parameters, including angle brackets, *params the rest. Returns false when
 * there is no "FROM:" or "TO:".
 */
bool parameter_split(enum verb, struct span args, struct span *path, struct span *params);

#endif
