/*
 * Why mail *from* a domain is rejected, as far as the DNS tells: SPF for the client's address, DKIM
 * keys, DMARC and whether either is aligned, reverse DNS of the address, the EHLO name, and block
 * lists named by the user. All lookups are made in parallel, under one deadline. Nothing here is
 * about mail *to* the domain.
 */
#ifndef RUN_SENDER_SENDER_CHECK_H
#define RUN_SENDER_SENDER_CHECK_H

#include "run/route/lookup.h"
#include "run/sender/dkim.h"
#include "run/sender/dmarc.h"
#include "run/sender/dnsbl.h"
#include "run/sender/ehlo.h"
#include "run/sender/spf.h"

enum { SENDER_SELECTORS_MAX = 16, SENDER_LISTS_MAX = 16 };

/*
 * Nothing is checked for a field that is empty or NULL. All of it must live until the check is
 * done.
 */
struct sender_opts {
	struct span from;		/* the From header: "alice@example.org", "example.org" */
	/*
	 * the envelope sender; empty: as ->from; "<>": the null sender, for which SPF uses the EHLO
	 * name
	 */
	struct span envelope;
	const struct addr *source;	/* the sending client; its port is ignored */
	struct span ehlo;
	/* "s1", or "s1._domainkey.example.net" for signatures of another domain (d=) */
	const struct span *selector;
	size_t nselectors;		/* up to SENDER_SELECTORS_MAX */
	const struct span *dnsbl;	/* zones, looked up for ->source */
	size_t ndnsbl;			/* up to SENDER_LISTS_MAX */
};

struct diagnosis;

struct sender_dkim {
	struct span selector, domain;	/* d= as A-labels */
	const struct dkim_key *key;
	/* whether a signature with this key aligns with the domain in From */
	enum dmarc_alignment aligned;
};

struct sender {
	struct span domain;		/* domain in From, as A-labels */
	struct addr source;		/* .len 0: none; an IPv4-mapped address as IPv4 */
	const struct spf *spf;		/* NULL: the null sender without an EHLO name */
	/* whether the SPF domain aligns with the one in From */
	enum dmarc_alignment spf_aligned;
	struct sender_dkim *dkim;
	size_t ndkim;
	const struct dmarc *dmarc;
	const struct lookup_address *reverse;	/* NULL: no source */
	const struct ehlo *ehlo;		/* NULL: no name was given */
	const struct dnsbl **dnsbl;		/* in the order of the options */
	size_t ndnsbl;
	/* What is wrong or worth knowing, the worst first. NULL: nothing. */
	struct diagnosis *findings;
};

/* Returns ->findings, computed from all other fields: a pure function. In the arena. */
struct diagnosis *sender_findings(const struct sender *, struct arena *);

/* Called once, never within sender_check_start; the result lives in the arena. */
typedef void sender_check_fn(void *ctx, const struct sender *);

struct sender_check;
/*
 * Starts a check. Returns NULL and sets err when a name is malformed (ERR_USAGE) or libidn2 is
 * missing (ERR_SYSTEM). The route options of the env are ignored: both address families are looked
 * up.
 */
struct sender_check *sender_check_start(const struct lookup_env *, const struct sender_opts *,
    sender_check_fn *, void *ctx, struct err *);
/*
 * Sets `out` to the queries that a check begins with, such as "TXT _dmarc.example.org". Some of
 * these lead to more (the includes of SPF, the parent domains for DMARC, the addresses of reverse
 * names). Returns false and sets err as above.
 */
enum { SENDER_QUESTIONS_MAX = 8 + 2 * SENDER_SELECTORS_MAX + SENDER_LISTS_MAX };
bool sender_check_questions(const struct sender_opts *, struct arena *,
    struct span out[SENDER_QUESTIONS_MAX], size_t *n, struct err *);
/* Also cancels; may be called within the callback; NULL is fine. */
void sender_check_free(struct sender_check *);

#endif
