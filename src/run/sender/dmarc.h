/*
 * The DMARC policy for the domain in From (RFC 7489 6), and the organizational domain, which
 * relaxed alignment compares. RFC 7489 finds the latter in a list of public suffixes; here it is
 * found in the DNS alone, by the tree walk of the successor of that RFC (DMARCbis 4.10), and the
 * result says how.
 */
#ifndef RUN_SENDER_DMARC_H
#define RUN_SENDER_DMARC_H

#include "run/route/host.h"

enum { DMARC_QUERIES_MAX = 8 };		/* DMARCbis 4.10 */

enum dmarc_policy { DMARC_P_NONE, DMARC_P_QUARANTINE, DMARC_P_REJECT, DMARC_P_UNSET };
const char *dmarc_policy_word(enum dmarc_policy);	/* NULL: unset */

struct dmarc_record {
	enum dmarc_policy p, sp, np;	/* as published */
	unsigned pct;			/* percent; 100 when not given */
	bool strict_dkim, strict_spf;	/* adkim, aspf */
	char psd;			/* 'y', 'n' or 'u', the default (DMARCbis) */
	bool testing;			/* t=y (DMARCbis) */
	struct span rua, ruf;		/* as published */
	/* what receivers ignore or misread in the record; NULL: nothing */
	const char *wrong;
};

/*
 * Parses a record; `rua` and `ruf` point into `text`. Returns false and sets *why when it is
 * invalid (RFC 7489 6.3, 6.6.3).
 */
bool dmarc_record_parse(struct span text, struct dmarc_record *, const char **why);
/*
 * Returns whether a text begins with the tag "v=DMARC1". Other records are ignored (RFC 7489
 * 6.6.3).
 */
bool dmarc_is_record(struct span text);

/* state, the word for it in JSON */
#define DMARC_STATES(X)                                          \
	X(NONE, "none")                                          \
	X(FAILED, "lookup_failed")                               \
	X(SEVERAL, "several_records") /* all count for nothing */ \
	X(MALFORMED, "malformed")                                \
	X(FOUND, "found")

enum dmarc_state {
#define X(name, word) DMARC_##name,
	DMARC_STATES(X)
#undef X
};
const char *dmarc_state_word(enum dmarc_state);

/* How the organizational domain was found: the word in JSON. */
#define DMARC_ORGANIZATIONS(X)                                                             \
	X(SELF, "self")		/* there is no DMARC record above it */                    \
	X(TOP, "highest_record") /* it has the DMARC record closest to the root */         \
	X(PSD_NO, "psd_n")	/* its DMARC record has psd=n */                           \
	X(PSD_YES, "psd_y")	/* the DMARC record above it has psd=y */                  \
	X(UNSURE, "lookup_failed") /* a lookup of the domains above it failed */

enum dmarc_organization {
#define X(name, word) DMARC_ORGANIZATION_##name,
	DMARC_ORGANIZATIONS(X)
#undef X
};
const char *dmarc_organization_word(enum dmarc_organization);

struct dmarc {
	enum dmarc_state state;
	struct span domain;		/* the domain looked up */
	/*
	 * the domain whose record applies or is invalid: ->domain or one above it; NONE: ->domain
	 */
	struct span at;
	struct span text;		/* that record, as published */
	bool authentic;			/* DNSSEC-validated */
	struct dmarc_record record;
	/* if FOUND: what receivers are asked to do with mail that fails */
	enum dmarc_policy policy;
	struct span why;		/* why it is not FOUND */
	struct span organization;
	enum dmarc_organization by;
	unsigned queries;
};

/* Called once, possibly within dmarc_find; the result lives in the env's arena. */
typedef void dmarc_fn(void *ctx, const struct dmarc *);

struct dmarc_query;
/*
 * Looks up the policy of a domain, given in A-labels. Returns NULL if dmarc_fn was called already.
 */
struct dmarc_query *dmarc_find(
    const struct lookup_env *, struct span domain, dmarc_fn *, void *ctx);
/*
 * Also cancels; must also be called after dmarc_fn, unless dmarc_find returned NULL. NULL is fine.
 */
void dmarc_free(struct dmarc_query *);

/* Returns one sentence, fit to follow "DMARC: " and safe to show. In the arena. */
struct span dmarc_sentence(const struct dmarc *, struct arena *);

/*
 * Returns whether the domain in From aligns with one that SPF or DKIM authenticated, by what
 * dmarc_find found for each (RFC 7489 3.1). UNSURE: their organizational domains are unknown.
 */
enum dmarc_alignment { DMARC_NOT_ALIGNED, DMARC_ALIGNED, DMARC_ALIGNMENT_UNSURE };
enum dmarc_alignment dmarc_align(
    const struct dmarc *from, const struct dmarc *other, bool strict);

#endif
