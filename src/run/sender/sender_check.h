/*
 * Why mail *from* a domain is rejected, as far as the DNS tells: SPF of the client's address, the
 * keys of DKIM, DMARC and whether either of them would be aligned, reverse DNS of the address, the
 * EHLO name, block lists that were named. All of it is asked at once, under one deadline. None of
 * it says anything about mail *to* the domain.
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

/* What is empty or NULL is not asked about. All of it must stay until the check is told. */
struct sender_opts {
	struct span from;		/* of the From header: "alice@example.org", "example.org" */
	/* the envelope sender; empty: the same; "<>": null, and SPF goes by the EHLO name */
	struct span envelope;
	const struct addr *source;	/* the client that sends; its port does not matter */
	struct span ehlo;
	/* "s1", or "s1._domainkey.example.net" for signatures of another domain (d=) */
	const struct span *selector;
	size_t nselectors;		/* up to SENDER_SELECTORS_MAX */
	const struct span *dnsbl;	/* zones; asked about ->source alone */
	size_t ndnsbl;			/* up to SENDER_LISTS_MAX */
};

struct diagnosis;

struct sender_dkim {
	struct span selector, domain;	/* d= as A-labels */
	const struct dkim_key *key;
	/* of a signature by it: with the domain in From */
	enum dmarc_alignment aligned;
};

struct sender {
	struct span domain;		/* in From, as A-labels */
	struct addr source;		/* .len 0: none; IPv4 where it was IPv4 within IPv6 */
	const struct spf *spf;		/* NULL: a null sender, and no EHLO name */
	enum dmarc_alignment spf_aligned;	/* its domain, with the one in From */
	struct sender_dkim *dkim;
	size_t ndkim;
	const struct dmarc *dmarc;
	const struct lookup_address *reverse;	/* NULL: no source */
	const struct ehlo *ehlo;		/* NULL: no name was given */
	const struct dnsbl **dnsbl;		/* in the order of the options */
	size_t ndnsbl;
	/* What is wrong with it, and what is worth knowing; the worst first. NULL: nothing. */
	struct diagnosis *findings;
};

/* What sender_check fills in, of all the rest: a pure function. */
struct diagnosis *sender_findings(const struct sender *, struct arena *);

/* Told once, never from within sender_check_start; it lives in the arena. */
typedef void sender_check_fn(void *ctx, const struct sender *);

struct sender_check;
/* NULL with err (ERR_USAGE, ERR_SYSTEM): a name is none. `deadline_ms` 0: none. */
struct sender_check *sender_check_start(struct loop *, struct dns *, const struct sender_opts *,
    uint64_t deadline_ms, struct arena *, sender_check_fn *, void *ctx, struct err *);
/*
 * The questions that it begins with, "TXT _dmarc.example.org", of which some lead to others (the
 * includes of SPF, the domains above it of DMARC, the addresses of reverse names). False with err
 * as above.
 */
enum { SENDER_QUESTIONS_MAX = 8 + 2 * SENDER_SELECTORS_MAX + SENDER_LISTS_MAX };
bool sender_check_questions(const struct sender_opts *, struct arena *,
    struct span out[SENDER_QUESTIONS_MAX], size_t *n, struct err *);
/* Also cancels; may be called from within the callback; NULL is fine. */
void sender_check_free(struct sender_check *);

#endif
