/*
 * DANE for SMTP (RFC 7672): compares each TLSA record with the certificates that the server
 * presented. This is done in addition to the usual verification, so that both results are known;
 * the handshake is the same with and without TLSA records.
 */
#ifndef NET_TLS_DANE_H
#define NET_TLS_DANE_H

#include "net/dns.h"
#include "net/tls.h"

struct tlsa {
	unsigned usage, selector, matching;
	struct span data;		/* octets */
	bool malformed;			/* too short to have the fields above */
};

enum tlsa_verdict {
	/* malformed, of an unknown type, or not for SMTP: treated as absent */
	TLSA_UNUSABLE,
	TLSA_DIFFERS,
	TLSA_MATCHES,
};

struct tlsa_result {
	struct tlsa record;
	enum tlsa_verdict verdict;
	int depth;			/* of the matching certificate; 0: the server's own */
	struct span why;		/* why it does not match; empty when it does */
	struct tls_chain chain;		/* the verified chain, when it matches */
	/* for DANE-TA(2): the name in the certificate that matched */
	struct span peer_name;
	/* rule by which it matched; NOT_ASKED for DANE-EE(3) */
	enum tls_name name;
};

/* state, the word for it in JSON */
#define DANE_STATES(X)									\
	X(NONE,		"none")			/* there are no records */		\
	/* there are, not validated: they count for nothing (RFC 7672 2.2) */ \
	X(INSECURE,	"insecure") \
	/* there are, and the MX or the address was not validated: the same */ \
	X(PATH,		"insecure_path") \
	X(UNKNOWN,	"unknown")		/* the resolver is not known to validate */ \
	X(FAILED,	"lookup_failed")						\
	/* there are, and none is usable: TLS is still required (RFC 7672 2.2) */ \
	X(UNUSABLE,	"unusable") \
	X(USABLE,	"usable") /* there are, and no certificate has come to compare with */ \
	X(MATCHED,	"matched")							\
	X(MISMATCHED,	"mismatched")

enum dane_state {
#define X(name, word) DANE_##name,
	DANE_STATES(X)
#undef X
};

struct tls_dane {
	enum dane_state state;
	/* "_25._tcp.mx1.example.org"; empty: there was nothing to look up */
	struct span name;
	struct span why;		/* for DANE_NONE, DANE_PATH and DANE_FAILED */
	/* the TLSA base domain, also sent as SNI (RFC 7672 8.1) */
	struct span base;
	/* other names that a certificate may have under DANE-TA (RFC 7672 3.2.2) */
	struct span reference[2];
	size_t nreferences;
	enum dns_trust trust;		/* in the resolver's AD bit */
	struct addr resolver;		/* .len 0: none answered */
	/* the records themselves were validated, whether or not the path to them was */
	bool authentic;
	struct tlsa_result *result;
	size_t n;
	const struct tlsa_result *match;	/* the first record that matched; NULL: none */
};

enum { TLS_DANE_RECORDS_MAX = 64 };

const char *dane_state_word(enum dane_state);	/* "matched" */
/* Returns why a record is unusable with any certificate; NULL: it may be usable. */
const char *tlsa_unusable(const struct tlsa *);
/*
 * Whether the records allow for a key rollover, that is, cover more than one key: two records of
 * the same type with different data do, and so do records for a CA (2 x x) and for a key (3 x x).
 * Data of different selectors or matching types may be of the same key. Unusable records do not
 * count.
 */
enum tlsa_rollover { TLSA_NO_RECORD, TLSA_ONE_KEY, TLSA_TWO_KEYS };
enum tlsa_rollover tlsa_rollover(const struct tls_dane *);
/*
 * Whether DANE requires TLS: there are validated TLSA records, found through a validated path (RFC
 * 7672 2.2). NULL: no.
 */
bool tls_dane_requires_tls(const struct tls_dane *);
/*
 * Whether DANE authenticates this peer, through a validated path. Whether credentials may be sent
 * is up to tls_is_trusted.
 */
bool tls_dane_vouches(const struct tls_info *);
const char *tlsa_verdict_word(enum tlsa_verdict);

#endif
