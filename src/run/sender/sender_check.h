/*
 * Why mail *from* a domain is rejected, as far as the DNS tells: SPF of the client's address,
 * DKIM keys, DMARC and whether either would be aligned, reverse DNS of the address, the EHLO
 * name, and block lists named by the user. All of it is looked up at once, under one deadline.
 * None of it is about mail *to* the domain.
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

/* What is empty or NULL is not checked. All of it must live until the check is done. */
struct sender_opts {
	struct span from;		/* the From header: "alice@example.org", "example.org" */
	/* the envelope sender; empty: the same; "<>": null, and SPF uses the EHLO name */
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
	/* whether a signature by it aligns with the domain in From */
	enum dmarc_alignment aligned;
};

struct sender {
	struct span domain;		/* in From, as A-labels */
	struct addr source;		/* .len 0: none; an IPv4-mapped address as IPv4 */
	const struct spf *spf;		/* NULL: a null sender, and no EHLO name */
	/* whether its domain aligns with the one in From */
	enum dmarc_alignment spf_aligned;
	struct sender_dkim *dkim;
	size_t ndkim;
	const struct dmarc *dmarc;
	const struct lookup_address *reverse;	/* NULL: no source */
	const struct ehlo *ehlo;		/* NULL: no name was given */
	const struct dnsbl **dnsbl;		/* in the order of the options */
	size_t ndnsbl;
	/* What is wrong, and what is worth knowing, the worst first. NULL: nothing. */
	struct diagnosis *findings;
};

/* Computes ->findings from all the rest: a pure function. In the arena. */
struct diagnosis *sender_findings(const struct sender *, struct arena *);

/* Called once, never within sender_check_start; the result lives in the arena. */
typedef void sender_check_fn(void *ctx, const struct sender *);

struct sender_check;
/*
 * NULL with err (ERR_USAGE: a name is malformed; ERR_SYSTEM: libidn2 is missing). The env's options
 * of routes count for nothing: addresses of either family are asked for.
 */
struct sender_check *sender_check_start(const struct lookup_env *, const struct sender_opts *,
    sender_check_fn *, void *ctx, struct err *);
/*
 * The queries that it begins with, like "TXT _dmarc.example.org", of which some lead to others
 * (the includes of SPF, DMARC's domains above, the addresses of reverse names). False with err as
 * above.
 */
enum { SENDER_QUESTIONS_MAX = 8 + 2 * SENDER_SELECTORS_MAX + SENDER_LISTS_MAX };
bool sender_check_questions(const struct sender_opts *, struct arena *,
    struct span out[SENDER_QUESTIONS_MAX], size_t *n, struct err *);
/* Also cancels; may be called within the callback; NULL is fine. */
void sender_check_free(struct sender_check *);

#endif
