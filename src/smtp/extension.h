/* What an EHLO reply offers (RFC 5321 4.1.1.1), and what each keyword means. */
#ifndef SMTP_EXTENSION_H
#define SMTP_EXTENSION_H

#include "base/arena.h"
#include "smtp/reply.h"

enum extension_kind {
	EXTENSION_REGISTERED,		/* with IANA */
	EXTENSION_HISTORIC,		/* registered once, of no use now */
	EXTENSION_VENDOR,		/* never registered */
	EXTENSION_MASKED,		/* no extension: what a middlebox wrote over one */
};

struct extension_info {
	const char *keyword;
	const char *source;		/* the RFC, or who made it */
	enum extension_kind kind;
	const char *argument;		/* what stands behind it in the EHLO reply; NULL: nothing */
	const char *adds;		/* the verbs and parameters that come with it; NULL: none */
	const char *meaning;		/* as the table shows it: a phrase without a full stop */
};

struct extension {
	struct span keyword;		/* as the server wrote it */
	struct span params;		/* all behind the keyword, blanks trimmed */
	const struct extension_info *info;	/* NULL: not known to smtpsh */
};

struct extensions {
	/* the first line's first word: what the server calls itself */
	struct span host;
	struct span greeting;		/* the rest of the first line */
	struct extension *list;		/* in the order offered; AUTH=LOGIN is merged into AUTH */
	size_t n;
	/* more than EXTENSIONS_MAX keywords came: those beyond are not here */
	bool cut;
	bool auth_equals;		/* the old "AUTH=" form was there */
	/* a last line that is text and no extension, as "250 Ok"; else empty */
	struct span closing;
};

/*
 * Reads the reply to EHLO or LHLO. Everything in *out lives in the arena, copied. No more than
 * EXTENSIONS_MAX keywords are taken, and no mechanism of a second AUTH line once there is 1 KiB of
 * them: no server has so many, only an attack.
 */
enum { EXTENSIONS_MAX = 1000 };
void extensions_parse(const struct reply *, struct arena *, struct extensions *out);

/* Keywords compare in any case; NULL when not offered. */
const struct extension *extensions_find(const struct extensions *, struct span keyword);
bool extensions_offer(const struct extensions *, const char *keyword);

const struct extension_info *extension_info(struct span keyword);	/* NULL: not known */
/* the whole table, in its order; NULL: no more */
const struct extension_info *extension_row(size_t n);

/* The number that LIMITS gives for `name` (RFC 9422 4). False: it gives none. */
bool extensions_limit(const struct extensions *, const char *name, unsigned long long *max);
/* A limit of LIMITS (RFC 9422), in words; NULL: not registered. */
const char *limit_meaning(struct span name);

#endif
