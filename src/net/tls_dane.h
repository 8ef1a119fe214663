/*
 * DANE for SMTP (RFC 7672): what each TLSA record makes of the certificates that a peer showed. It
 * is a judgement of its own beside the usual verification, so that both are known: the handshake
 * goes the same way with records or without.
 */
#ifndef NET_TLS_DANE_H
#define NET_TLS_DANE_H

#include "net/dns.h"
#include "net/tls.h"

struct tlsa {
	unsigned usage, selector, matching;
	struct span data;		/* octets */
	bool malformed;			/* it is too short to have them */
};

enum tlsa_verdict {
	/* not for SMTP, or not to be understood: as if it were not there */
	TLSA_UNUSABLE,
	TLSA_DIFFERS,
	TLSA_MATCHES,
};

struct tlsa_result {
	struct tlsa record;
	enum tlsa_verdict verdict;
	int depth;			/* of the certificate that matches; 0: the server's own */
	struct span why;		/* it does not match */
	struct tls_chain chain;		/* that leads to it, where it matches */
	/* the name in the certificate that matched, with DANE-TA(2) */
	struct span peer_name;
	enum tls_name name;		/* by which rule; NOT_ASKED with DANE-EE(3) */
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
	/* "_25._tcp.mx1.example.org"; empty: nothing could be asked for */
	struct span name;
	struct span why;		/* of none, insecure path and failed look-up */
	/* the TLSA base domain, also the name for SNI (RFC 7672 8.1) */
	struct span base;
	/* other names that a certificate may have under DANE-TA (RFC 7672 3.2.2) */
	struct span reference[2];
	size_t nreferences;
	enum dns_trust trust;		/* in who said so */
	struct addr resolver;		/* .len 0: nobody did */
	bool authentic;			/* the records were validated, whatever led to them */
	struct tlsa_result *result;
	size_t n;
	const struct tlsa_result *match;	/* the first; NULL: none */
};

enum { TLS_DANE_RECORDS_MAX = 64 };

const char *dane_state_word(enum dane_state);	/* "matched" */
/* Why a record is not usable whatever the certificates are; NULL: nothing tells. */
const char *tlsa_unusable(const struct tlsa *);
/*
 * Whether the key can change without a gap: some record covers another key than the others do, as a
 * second digest of the same kind does, or one of a CA (2 x x) beside one of a key (3 x x). Two
 * digests by different methods may be of one key.
 */
enum tlsa_rollover { TLSA_NO_RECORD, TLSA_ONE_KEY, TLSA_TWO_KEYS };
enum tlsa_rollover tlsa_rollover(const struct tls_dane *);
/*
 * Validated records, found along a validated path, require TLS of who sends there (RFC 7672 2.2).
 */
bool tls_dane_requires_tls(const struct tls_dane *);
/*
 * DANE, along a validated path, vouches for this peer; of what may be told to it, tls_is_trusted
 * decides.
 */
bool tls_dane_vouches(const struct tls_info *);
const char *tlsa_verdict_word(enum tlsa_verdict);

#endif
