/* What an EHLO reply offers (RFC 5321 4.1.1.1), and what each keyword means. */
#ifndef SMTP_EXTENSION_H
#define SMTP_EXTENSION_H

#include "base/arena.h"
#include "smtp/reply.h"

enum extension_kind {
	EXTENSION_REGISTERED,		/* with IANA */
	EXTENSION_HISTORIC,		/* registered once, no longer of use */
	EXTENSION_VENDOR,		/* never registered */
	/* not an extension: what a middlebox overwrote one with */
	EXTENSION_MASKED,
};

struct extension_info {
	const char *keyword;
	const char *source;		/* the RFC, or who made it */
	enum extension_kind kind;
	const char *argument;		/* what follows it in the EHLO reply; NULL: nothing */
	const char *adds;		/* the verbs and parameters that come with it; NULL: none */
	const char *meaning;		/* a phrase without a full stop */
};

struct extension {
	struct span keyword;		/* as the server wrote it */
	struct span params;		/* all that follows the keyword, trimmed */
	const struct extension_info *info;	/* NULL: smtpsh does not know it */
};

struct extensions {
	/* the first word of the first line: the server's name for itself */
	struct span host;
	struct span greeting;		/* the rest of the first line */
	struct extension *list;		/* in the order offered; AUTH=LOGIN is merged into AUTH */
	size_t n;
	/* more than EXTENSIONS_MAX keywords came; the rest was dropped */
	bool cut;
	bool auth_equals;		/* the old form "AUTH=" was offered */
	/* a last line that is not an extension, like "250 Ok"; else empty */
	struct span closing;
};

/*
 * Reads the reply to EHLO or LHLO. Everything in *out is copied into the arena. At most
 * EXTENSIONS_MAX keywords are kept, and no mechanism of a second AUTH line once there is 1 KiB of
 * them: no real server offers so many.
 */
enum { EXTENSIONS_MAX = 1000 };
void extensions_parse(const struct reply *, struct arena *, struct extensions *out);

/* Keywords compare in any case; NULL when not offered. */
const struct extension *extensions_find(const struct extensions *, struct span keyword);
bool extensions_offer(const struct extensions *, const char *keyword);

const struct extension_info *extension_info(struct span keyword);	/* NULL: not known */
/* The n-th row of the table; NULL: no more. */
const struct extension_info *extension_row(size_t n);

/* Reads the limit `name` of LIMITS (RFC 9422 4). False: not given. */
bool extensions_limit(const struct extensions *, const char *name, unsigned long long *max);
/* What a limit of LIMITS (RFC 9422) means; NULL: not registered. */
const char *limit_meaning(struct span name);

#endif
