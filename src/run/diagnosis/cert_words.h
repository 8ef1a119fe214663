/*
 * Certificates in words: names as people say them, dates, and what a failed verification is about.
 */
#ifndef RUN_DIAGNOSIS_CERT_WORDS_H
#define RUN_DIAGNOSIS_CERT_WORDS_H

#include "net/tls.h"

/*
 * Of "CN=R3,O=Let's Encrypt,C=US": "R3"; the O, or all of it, where there is no CN. In the arena.
 */
struct span cert_name(struct arena *, struct span rfc2253);
/* "R3 (Let's Encrypt)" */
struct span cert_name_long(struct arena *, struct span rfc2253);
/* what it is for: "mx1.example.org, mx2.example.org and 7 more" */
struct span cert_names(struct arena *, const struct tls_info *);
struct span cert_san_bare(struct span san);		/* without its "DNS:" or "IP:" */

/* whole days between; 0 where one is none */
long cert_days(int64_t later, int64_t earlier);
double cert_days_left(int64_t not_after);	/* from now */
void cert_date(char out[16], int64_t seconds);		/* "2027-02-21"; "" of TLS_NO_DATE */

/* "not for a.b.example.org, it is for *.example.org: ...", of a name that does not match. */
struct span cert_mismatch(struct arena *, const struct tls_info *);
/*
 * One problem in plain words with its dates and names; what to do about it in *next (NULL: nothing
 * to say).
 */
struct span cert_problem(
    struct arena *, const struct tls_info *, const struct tls_problem *, const char **next);

#endif
