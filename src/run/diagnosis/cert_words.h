/* Certificates in words: names as people use them, and dates. */
#ifndef RUN_DIAGNOSIS_CERT_WORDS_H
#define RUN_DIAGNOSIS_CERT_WORDS_H

#include "net/tls.h"

/*
 * "R3" of "CN=R3,O=Let's Encrypt,C=US"; the O, or all of it, when there is no CN. In the arena.
 */
struct span cert_name(struct arena *, struct span rfc2253);
/* "R3 (Let's Encrypt)". In the arena. */
struct span cert_name_long(struct arena *, struct span rfc2253);
/* The names it is for: "mx1.example.org, mx2.example.org and 7 more". In the arena. */
struct span cert_names(struct arena *, const struct tls_info *);
struct span cert_san_bare(struct span san);		/* without its "DNS:" or "IP:" */

/* Whole days between two dates; 0 when either is TLS_NO_DATE. */
long cert_days(int64_t later, int64_t earlier);
double cert_days_left(int64_t not_after);	/* from now */
void cert_date(char out[16], int64_t seconds);		/* "2027-02-21"; "" of TLS_NO_DATE */

#endif
