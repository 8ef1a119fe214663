/* Certificates in words: names as people use them, and dates. */
#ifndef RUN_DIAGNOSIS_CERT_WORDS_H
#define RUN_DIAGNOSIS_CERT_WORDS_H

#include "net/tls.h"

/*
 * Returns the CN of a name, "R3" for "CN=R3,O=Let's Encrypt,C=US"; without a CN the O, or else all
 * of it. In the arena.
 */
struct span cert_name(struct arena *, struct span rfc2253);
/* Returns CN and O, "R3 (Let's Encrypt)". In the arena. */
struct span cert_name_long(struct arena *, struct span rfc2253);
/*
 * Returns the names that a certificate is for: "mx1.example.org, mx2.example.org and 7 more". In
 * the arena.
 */
struct span cert_names(struct arena *, const struct tls_info *);
struct span cert_san_bare(struct span san);		/* without the "DNS:" or "IP:" */

/* Returns the whole days between two dates; 0 if either is TLS_NO_DATE. */
long cert_days(int64_t later, int64_t earlier);
double cert_days_left(int64_t not_after);	/* from now */
void cert_date(char out[16], int64_t seconds);		/* "2027-02-21"; "" for TLS_NO_DATE */

#endif
