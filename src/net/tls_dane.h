/*
 * DANE for SMTP (RFC 7672): compares each TLSA record with the certificates that a peer
 * presented. It is judged beside the usual verification, so that both results are known: the
 * handshake is the same with records or without.
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
	/* not for SMTP, or not understood: treated as absent */
	TLSA_UNUSABLE,
	TLSA_DIFFERS,
	TLSA_MATCHES,
};

struct tlsa_result {
	struct tlsa record;
	enum tlsa_verdict verdict;
	int depth;			/* of the matching certificate; 0: the server's own */
	struct span why;		/* why it does not match; empty when it does */
	struct tls_chain chain;		/* the chain that leads to it, when it matches */
	/* the name in the certificate that matched, for DANE-TA(2) */
	struct span peer_name;
	/* the rule by which it matched; NOT_ASKED for DANE-EE(3) */
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
	/* "_25._tcp.mx1.example.org"; empty: nothing could be looked up */
	struct span name;
	struct span why;		/* the reason for none, insecure path and failed lookup */
	/* the TLSA base domain, also sent as SNI (RFC 7672 8.1) */
	struct span base;
	/* other names that a certificate may have under DANE-TA (RFC 7672 3.2.2) */
	struct span reference[2];
	size_t nreferences;
	enum dns_trust trust;		/* trust in the resolver's AD bit */
	struct addr resolver;		/* .len 0: none answered */
	/* the records themselves were validated, whether or not the path was */
	bool authentic;
	struct tlsa_result *result;
	size_t n;
	const struct tlsa_result *match;	/* the first; NULL: none */
};

enum { TLS_DANE_RECORDS_MAX = 64 };

const char *dane_state_word(enum dane_state);	/* "matched" */
/* Why a record is unusable whatever the certificates are; NULL: it may be usable. */
const char *tlsa_unusable(const struct tlsa *);
/*
 * Whether the key can be replaced without a gap: some record covers another key than the others
 * do, as a second digest of the same matching type does, or one for a CA (2 x x) beside one for a
 * key (3 x x). Two digests of different matching types may be of one key.
 */
enum tlsa_rollover { TLSA_NO_RECORD, TLSA_ONE_KEY, TLSA_TWO_KEYS };
enum tlsa_rollover tlsa_rollover(const struct tls_dane *);
/*
 * Whether TLS is required: there are validated records, found along a validated path (RFC 7672
 * 2.2). NULL: it is not.
 */
bool tls_dane_requires_tls(const struct tls_dane *);
/*
 * Whether DANE, along a validated path, authenticates this peer. Whether credentials may be sent
 * is up to tls_is_trusted.
 */
bool tls_dane_vouches(const struct tls_info *);
const char *tlsa_verdict_word(enum tlsa_verdict);

#endif
