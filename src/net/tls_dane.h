/*
 * DANE for SMTP (RFC 7672): what each TLSA record makes of the certificates that a peer showed. It is a judgement of its
 * own beside the usual verification, so that both are known: the handshake goes the same way with records or without.
 */
#ifndef NET_TLS_DANE_H
#define NET_TLS_DANE_H

#include "net/tls.h"

struct tlsa {
	unsigned usage, selector, matching;
	struct span data;		/* octets */
};

enum tlsa_verdict {
	TLSA_UNUSABLE,			/* not for SMTP, or not to be understood: as if it were not there */
	TLSA_DIFFERS,
	TLSA_MATCHES,
};

struct tlsa_result {
	struct tlsa record;
	enum tlsa_verdict verdict;
	int depth;			/* of the certificate that matches; 0: the server's own */
	struct span why;		/* it does not match */
	struct tls_chain chain;		/* that leads to it, where it matches */
	struct span peer_name;		/* the name in the certificate that matched, with DANE-TA(2) */
	enum tls_name name;		/* by which rule; NOT_ASKED with DANE-EE(3) */
};

enum dane_state {
	DANE_NONE,			/* there are no records */
	DANE_INSECURE,			/* there are, not validated: they count for nothing (RFC 7672 2.2) */
	DANE_UNKNOWN,			/* they could not be asked for */
	DANE_UNUSABLE,			/* there are, and none is usable */
	DANE_MATCHED,
	DANE_MISMATCHED,
};

struct tls_dane {
	enum dane_state state;
	struct span name;		/* "_25._tcp.mx1.example.org"; empty: nothing could be asked for */
	struct span why;		/* of none and unknown */
	struct tlsa_result *result;
	size_t n;
	const struct tlsa_result *match;	/* the first; NULL: none */
};

enum { TLS_DANE_RECORDS_MAX = 64 };

const char *dane_state_word(enum dane_state);	/* "matched" */
const char *tlsa_verdict_word(enum tlsa_verdict);

#endif
