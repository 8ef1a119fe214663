/*
 * TLS contexts and handshakes (OpenSSL), the verification that keeps every problem, and plain data
 * about all the peer showed. Nothing here decides whether a problem ends a session: verification is
 * a finding (DESIGN: shown always, enforced when asked).
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct tls_opts {
	/* file or folder of certificates to trust; NULL: the system's */
	const char *ca;
	/* our own, PEM; NULL: none. A server must have them, or `made` */
	const char *cert, *key;
	/* "1.2" by default; below that the security level is lowered too */
	const char *min_version;
	bool legacy_renegotiation;	/* servers without RFC 5746 pass */
	const char *keylog;		/* append secrets here (SSLKEYLOGFILE); NULL: do not */
	bool server;
	/* a certificate made at start, for a server; its CA, for a client of it */
	struct tls_made *made;
};

/* What a client asks of one handshake. */
struct tls_ask {
	/* what the certificate must be for, and the SNI when it is no address; empty: anything */
	struct span name;
	/* asked for in its place: a TLSA base domain (RFC 7672 8.1); empty: the name is */
	struct span sni;
	/* a file gave the name, not who connects: credentials do not follow it */
	bool stranger;
	bool anonymous;			/* our own certificate is not for this server */
	/* signature algorithms to offer, as OpenSSL writes them; NULL: its own */
	const char *sigalgs;
};

/*
 * Keys and certificates by context; costs milliseconds, so it is made when TLS is first needed.
 * Reference-counted.
 */
struct tls_context;
struct tls_context *tls_context_new(const struct tls_opts *, struct err *);
void tls_context_free(struct tls_context *);
/*
 * What is to be said of each of its handshakes: keys are logged, the security level is lowered.
 * NULL: no more.
 */
const char *tls_context_note(const struct tls_context *, size_t i);
bool tls_version_ok(struct span text, struct err *);	/* what min_version takes, ERR_USAGE */

/* A CA and a server certificate for `names`, in memory, made now and valid for 90 days. */
struct tls_made;
struct tls_made *tls_make(const char *const names[], size_t n, struct err *);
void tls_made_free(struct tls_made *);
struct span tls_made_ca_pem(const struct tls_made *);

/* Channel bindings (RFC 9266, RFC 5929). */
enum { TLS_BINDING_MAX = 64 };
enum tls_binding { TLS_EXPORTER, TLS_UNIQUE };

/* The OpenSSL that runs, "3.0.15". */
const char *tls_library_version(void);

#define TLS_NO_DATE INT64_MIN		/* none is given, or it cannot be read */

struct tls_problem {
	int depth;			/* 0: the server's own certificate */
	int code;			/* X509_V_ERR_* */
	struct span text;		/* what is wrong, in OpenSSL's words */
	struct span subject;
	const char *name;		/* "X509_V_ERR_CERT_HAS_EXPIRED" */
};

bool tls_problem_is_issuer(const struct tls_problem *);	/* no chain leads to what is trusted */
/* the certificate is for another host or address */
bool tls_problem_is_name(const struct tls_problem *);

/*
 * What became of the name asked for. RFC 9525 6.3 and 6.5 for all but COMMON_NAME (RFC 7672 3.2.3).
 */
#define TLS_NAMES(X)										\
	X(NOT_ASKED, "not_asked")	/* there was no name to compare with, or no certificate */ \
	X(DNS_ID, "dns_id")		/* it is among the names of the subjectAltName */ \
	X(WILDCARD, "wildcard")		/* one of them has * for the first label */ \
	X(IP_ID, "ip_id")		/* it is among the addresses of the subjectAltName */ \
	/* there are no names but the subject's: with DANE-TA(2) alone */ \
	X(COMMON_NAME, "common_name") \
	X(NO_SAN, "no_san")		/* no: there is no subjectAltName */ \
	X(BAD_SAN, "bad_san")		/* no: the subjectAltName cannot be read */ \
	X(NO_ID, "no_id")		/* no: the subjectAltName has none of that kind */ \
	X(LABELS, "labels") /* no: a * stands for one label, and more would be needed */ \
	X(PARTIAL, "partial")		/* no: a * must be the whole of the first label */ \
	X(OTHER, "other")		/* no: it is for others */
enum tls_name {
#define X(name, word) TLS_NAME_##name,
	TLS_NAMES(X)
#undef X
};
const char *tls_name_word(enum tls_name);

/* The chain from the server's certificate to what is trusted. */
struct tls_chain {
	size_t n;			/* 0: there is none */
	int64_t not_after;		/* when the first of them ends; TLS_NO_DATE */
	int depth;			/* which: 0, the server's own */
	struct span subject;		/* whose */
};

struct tls_cert {
	struct span subject, issuer;	/* RFC 2253 */
	struct span *san;		/* "DNS:mx1.example.org", "IP:192.0.2.1" */
	size_t nsan;
	bool bad_san;			/* there is a subjectAltName, and it cannot be read */
	int64_t not_before, not_after;	/* seconds since 1970; TLS_NO_DATE */
	struct span key;		/* "EC P-256", "RSA 2048 bits", "ED25519" */
	struct span signature;		/* "ecdsa-with-SHA256" */
	struct span serial;		/* hexadecimal */
	struct span sha256;		/* of the certificate, hexadecimal */
	/* of its key: the data of a TLSA 3 1 1 record, hexadecimal */
	struct span spki_sha256;
	bool self_signed;
};

struct tls_dane;

/* What the OCSP response that was stapled says (RFC 6066 8); its word in JSON. */
#define TLS_OCSPS(X)                                                    \
	X(NONE, NULL) /* none was sent */                               \
	X(GOOD, "good")                                                 \
	X(REVOKED, "revoked")                                           \
	X(UNKNOWN, "unknown")	    /* to its responder */              \
	X(OF_ANOTHER, "of_another") /* certificate */                   \
	X(UNTRUSTED, "untrusted")   /* its signature does not verify */ \
	X(OUT_OF_DATE, "out_of_date")                                   \
	X(REFUSED, "refused") /* no status: RFC 6960 4.2.1 */           \
	X(MALFORMED, "malformed")

enum tls_ocsp {
#define X(name, word) TLS_OCSP_##name,
	TLS_OCSPS(X)
#undef X
};
const char *tls_ocsp_word(enum tls_ocsp); /* NULL: none was sent */

/* What a handshake came to. Everything lives in the arena given to conn_tls_info. */
struct tls_info {
	struct span version, cipher, group;
	unsigned bits;
	struct span sni;		/* the name asked for; empty: none */
	/* the name the certificate was compared with; empty: none */
	struct span wanted;
	bool stranger;			/* as tls_ask had it */
	/* the name in the certificate that matched; empty: none did */
	struct span peer_name;
	enum tls_name name;		/* by which rule, or why not */
	bool verified;			/* chain and name without a problem */
	struct tls_chain chain;		/* that verified, whatever became of the name */
	bool resumed;
	struct tls_problem *problem;	/* every one, the server's certificate first */
	size_t nproblems;
	/* where certificates to trust were looked for, and there is none; empty: there are */
	struct span no_trust;
	bool ca_given;			/* that was what tls_opts.ca names */
	struct tls_cert *cert;		/* as sent, the server's own first */
	size_t ncerts;
	struct span alpn;
	enum tls_ocsp ocsp;
	int64_t ocsp_until;		/* TLS_NO_DATE: not said */
	int64_t at;			/* when, in seconds since 1970 */
	const struct tls_dane *dane;	/* net/tls_dane.h; NULL: not asked for */
};

/* Chain and name verified, or a TLSA record matched: what credentials may go to. */
bool tls_is_trusted(const struct tls_info *);

/* The chain that verified, by DANE or else as usual; its n is 0 when none did. */
const struct tls_chain *tls_chain(const struct tls_info *);
/*
 * When it ends: the first end in the chain that verified, by DANE or else as usual; without one,
 * the server's certificate's. *depth is whose end that is. TLS_NO_DATE: it showed none, or its date
 * cannot be read.
 */
int64_t tls_ends(const struct tls_info *, int *depth);

#endif
