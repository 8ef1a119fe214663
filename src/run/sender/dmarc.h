/*
 * The DMARC policy for the domain in From (RFC 7489 6), and the organizational domain that relaxed
 * alignment compares. RFC 7489 leaves the latter to a list of public suffixes; here it is found in
 * the DNS alone, by the tree walk of its successor (DMARCbis 4.10), and how is said.
 */
#ifndef RUN_SENDER_DMARC_H
#define RUN_SENDER_DMARC_H

#include "run/route/host.h"

enum { DMARC_QUERIES_MAX = 8 };		/* DMARCbis 4.10 */

enum dmarc_policy { DMARC_P_NONE, DMARC_P_QUARANTINE, DMARC_P_REJECT, DMARC_P_UNSET };
const char *dmarc_policy_word(enum dmarc_policy);	/* NULL: unset */

struct dmarc_record {
	enum dmarc_policy p, sp, np;	/* as published */
	unsigned pct;			/* 100 where it is not given */
	bool strict_dkim, strict_spf;	/* adkim, aspf */
	char psd;			/* 'y', 'n' or 'u', which is the default (DMARCbis) */
	bool testing;			/* t=y (DMARCbis) */
	struct span rua, ruf;		/* octets of the peer's */
	/* what receivers ignore in it, or take for something else; NULL: nothing */
	const char *wrong;
};

/*
 * A record as a function of octets; `rua` and `ruf` point into it. False: it is none, and *why says
 * what is wrong (RFC 7489 6.3, 6.6.3).
 */
bool dmarc_record_parse(struct span text, struct dmarc_record *, const char **why);
/* Does it begin with "v=DMARC1" as a tag? Others are left alone (RFC 7489 6.6.3). */
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

/* How the organizational domain was found: the word in JSON, what is said of it. */
#define DMARC_ORGANIZATIONS(X)                                                                     \
	X(SELF, "self", "no DMARC record stands above it")                                         \
	X(TOP, "highest_record", "it has the DMARC record closest to the root")                    \
	X(PSD_NO, "psd_n", "its DMARC record has psd=n")                                           \
	X(PSD_YES, "psd_y", "the DMARC record above it has psd=y")                                 \
	X(UNSURE, "lookup_failed", "a lookup on the way up failed")

enum dmarc_organization {
#define X(name, word, text) DMARC_ORGANIZATION_##name,
	DMARC_ORGANIZATIONS(X)
#undef X
};
const char *dmarc_organization_word(enum dmarc_organization);
const char *dmarc_organization_text(enum dmarc_organization);

struct dmarc {
	enum dmarc_state state;
	struct span domain;		/* asked about */
	/* whose record applies, or counts for nothing: it, or one above it; of NONE: it */
	struct span at;
	struct span text;		/* that record; octets of the peer's */
	bool authentic;			/* DNSSEC-validated */
	struct dmarc_record record;
	/* of FOUND: what receivers are asked to do with mail that fails: p, or sp of a subdomain */
	enum dmarc_policy policy;
	struct span why;		/* it is not FOUND */
	struct span organization;
	enum dmarc_organization by;
	unsigned queries;
};

/* Told once, perhaps from within dmarc_find; it lives in the arena of the env. */
typedef void dmarc_fn(void *ctx, const struct dmarc *);

struct dmarc_query;
/* `domain` as A-labels. NULL: it was told already. */
struct dmarc_query *dmarc_find(
    const struct lookup_env *, struct span domain, dmarc_fn *, void *ctx);
void dmarc_free(struct dmarc_query *);	/* also cancels; after it was told too; NULL is fine */

/* One sentence, fit to follow "DMARC: ", safe to show. */
struct span dmarc_sentence(const struct dmarc *, struct arena *);

/*
 * The domain in From and one that SPF or DKIM authenticated, each with what dmarc_find told of it
 * (RFC 7489 3.1). UNSURE: their organizational domains could not be found out.
 */
enum dmarc_alignment { DMARC_NOT_ALIGNED, DMARC_ALIGNED, DMARC_ALIGNMENT_UNSURE };
enum dmarc_alignment dmarc_align(
    const struct dmarc *from, const struct dmarc *other, bool strict);

#endif
