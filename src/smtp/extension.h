/* The extensions that an EHLO reply offers (RFC 5321 4.1.1.1), and what each keyword means. */
#ifndef SMTP_EXTENSION_H
#define SMTP_EXTENSION_H

#include "base/arena.h"
#include "smtp/reply.h"

enum extension_kind {
	EXTENSION_REGISTERED,		/* with IANA */
	EXTENSION_HISTORIC,		/* registered, but obsolete */
	EXTENSION_VENDOR,		/* never registered */
	/* not an extension: the pattern with which a middlebox overwrites keywords */
	EXTENSION_MASKED,
};

struct extension_info {
	const char *keyword;
	const char *source;		/* the RFC, or who made it */
	enum extension_kind kind;
	const char *argument;		/* its parameters in the EHLO reply; NULL: none */
	const char *adds;		/* verbs and parameters that it adds; NULL: none */
	const char *meaning;		/* a phrase without a full stop */
};

struct extension {
	struct span keyword;		/* as the server wrote it */
	struct span params;		/* everything after the keyword, trimmed */
	const struct extension_info *info;	/* NULL: unknown */
};

struct extensions {
	/* first word of the first line, the server's own name */
	struct span host;
	struct span greeting;		/* the rest of the first line */
	struct extension *list;		/* in the order offered; AUTH=LOGIN is merged into AUTH */
	size_t n;
	/* keywords beyond EXTENSIONS_MAX were dropped */
	bool cut;
	bool auth_equals;		/* the old form "AUTH=" was offered */
	/* a last line that is not an extension, such as "250 Ok"; else empty */
	struct span closing;
};

/*
 * Parses the reply to EHLO or LHLO. Everything in *out is copied into the arena. At most
 * EXTENSIONS_MAX keywords are kept, and mechanisms of further AUTH lines are dropped beyond 1 KiB:
 * no real server offers that many.
 */
enum { EXTENSIONS_MAX = 1000 };
void extensions_parse(const struct reply *, struct arena *, struct extensions *out);

/* Finds an extension by its keyword, in any case; NULL: not offered. */
const struct extension *extensions_find(const struct extensions *, struct span keyword);
bool extensions_offer(const struct extensions *, const char *keyword);

const struct extension_info *extension_info(struct span keyword);	/* NULL: not known */
/* The n-th row of the table; NULL: no more. */
const struct extension_info *extension_row(size_t n);

/* Reads the limit `name` from the LIMITS extension (RFC 9422 4). False: not given. */
bool extensions_limit(const struct extensions *, const char *name, unsigned long long *max);
/* Returns what a limit of LIMITS (RFC 9422) means; NULL: not registered. */
const char *limit_meaning(struct span name);

#endif
