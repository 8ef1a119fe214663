/*
 * TLS contexts and handshakes (OpenSSL), certificate verification that records every problem, and
 * a description of everything that the peer presented. A problem does not fail the handshake:
 * the result of verification is always reported, and whether to enforce it is up to the caller.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct tls_opts {
	/* file or directory of certificates to trust; NULL: the system's */
	const char *ca;
	/* our own certificate and key, PEM files; NULL: none. A server needs them, or `made` */
	const char *cert, *key;
	/* NULL: "1.2", or max_version when lower; below 1.2 the security level is lowered too */
	const char *min_version;
	const char *max_version; /* NULL: OpenSSL's maximum */
	/* in OpenSSL's syntax, including those of TLS 1.3 (TLS_...); NULL: its default */
	const char *ciphers;
	const char *groups;		/* for key exchange, "X25519:P-256"; NULL: its default */
	bool legacy_renegotiation;	/* allow servers without RFC 5746 */
	/* file to append the session's secrets to (SSLKEYLOGFILE); NULL: none */
	const char *keylog;
	bool server;
	/* from tls_make: a server's certificate; for a client, the CA to trust */
	struct tls_made *made;
};

/* A client's parameters for one handshake. */
struct tls_ask {
	/*
	 * The name or address that the certificate must match; empty: any. A name is also sent as
	 * SNI.
	 */
	struct span name;
	/* sent as SNI instead: the TLSA base domain (RFC 7672 8.1); empty: `name` */
	struct span sni;
	/* the name comes from a file, not from the user: a match does not permit credentials */
	bool name_from_file;
	bool anonymous;			/* do not present our own certificate to this server */
	/* signature algorithms to offer, in OpenSSL's syntax; NULL: its default */
	const char *sigalgs;
};

/*
 * Creates the keys, certificates and settings shared by connections. That takes milliseconds, so it
 * is done when TLS is first needed. Reference-counted. Returns NULL and sets err on failure.
 */
struct tls_context;
struct tls_context *tls_context_new(const struct tls_opts *, struct err *);
void tls_context_free(struct tls_context *);
/*
 * Returns the i-th note to show with each handshake, such as that keys are logged or that the
 * security level is lowered. NULL: no more.
 */
const char *tls_context_note(const struct tls_context *, size_t i);
/* Whether it is a version for min_version and max_version; if not, sets err (ERR_USAGE). */
bool tls_version_ok(struct span text, struct err *);

/*
 * Creates a CA and a server certificate for `names`, valid for 90 days and kept in memory only.
 * Returns NULL and sets err on failure.
 */
struct tls_made;
struct tls_made *tls_make(const char *const names[], size_t n, struct err *);
void tls_made_free(struct tls_made *);
struct span tls_made_ca_pem(const struct tls_made *);

/* Channel bindings (RFC 9266, RFC 5929). */
enum { TLS_BINDING_MAX = 64 };
enum tls_binding { TLS_EXPORTER, TLS_UNIQUE };

#define TLS_NO_DATE INT64_MIN		/* no date was given, or it is invalid */

struct tls_problem {
	int depth;			/* 0: the server's own certificate */
	int code;			/* X509_V_ERR_* */
	struct span text;		/* OpenSSL's description */
	struct span subject;
	const char *name;		/* "X509_V_ERR_CERT_HAS_EXPIRED" */
};

bool tls_problem_is_issuer(const struct tls_problem *);	/* no chain leads to a trusted CA */
/* the certificate does not match the host or address */
bool tls_problem_is_name(const struct tls_problem *);

/*
 * The result of comparing the certificate with the wanted name, by RFC 9525 6.3 and 6.5;
 * COMMON_NAME is from RFC 7672 3.2.3.
 */
#define TLS_NAMES(X)										\
	X(NOT_ASKED, "not_asked")	/* no name to compare with, or no certificate */ \
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

/* A chain from the server's certificate to a trusted one. */
struct tls_chain {
	size_t n;			/* certificates; 0: no chain */
	int64_t not_after;		/* earliest expiry in the chain, or TLS_NO_DATE */
	int depth;			/* of the certificate that expires first; 0: the server's */
	struct span subject;		/* of that certificate */
};

struct tls_cert {
	struct span subject, issuer;	/* RFC 2253 */
	struct span *san;		/* "DNS:mx1.example.org", "IP:192.0.2.1" */
	size_t nsan;
	bool bad_san;			/* its subjectAltName cannot be parsed */
	int64_t not_before, not_after;	/* seconds since 1970, or TLS_NO_DATE */
	struct span key;		/* "EC P-256", "RSA 2048 bits", "ED25519" */
	struct span signature;		/* "ecdsa-with-SHA256" */
	struct span serial;		/* hexadecimal */
	struct span sha256;		/* of the certificate, hexadecimal */
	/* of its public key: the data of a TLSA 3 1 1 record, hexadecimal */
	struct span spki_sha256;
	bool self_signed;
};

struct tls_dane;

/* The status in the stapled OCSP response (RFC 6066 8); its word in JSON. */
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

/* The result of a handshake. Everything in it lives in the arena given to conn_tls_info. */
struct tls_info {
	struct span version, cipher, group;
	unsigned bits;
	struct span sni;		/* name sent as SNI; empty: none */
	/* name that the certificate was compared with; empty: none */
	struct span wanted;
	bool name_from_file;			/* as in tls_ask */
	/* name in the certificate that matched; empty: none did */
	struct span peer_name;
	enum tls_name name;		/* rule by which it matched, or why none did */
	bool verified;			/* no problem with chain or name */
	/* the verified chain, whether or not the name matched */
	struct tls_chain chain;
	bool resumed;
	struct tls_problem *problem;	/* all that were found, in order of verification */
	size_t nproblems;
	/* where trusted certificates were expected but none were found; empty: some were */
	struct span no_trust;
	bool ca_given;			/* no_trust is tls_opts.ca */
	struct tls_cert *cert;		/* as sent, the server's own first */
	size_t ncerts;
	struct span der;		/* the server's own certificate; empty: none */
	struct span alpn;
	enum tls_ocsp ocsp;
	int64_t ocsp_until;		/* TLS_NO_DATE: not given */
	int64_t at;			/* time of the handshake, seconds since 1970 */
	const struct tls_dane *dane;	/* net/tls_dane.h; NULL: not looked up */
	/*
	 * On a server: the email address or the subject in the client's certificate, which is not
	 * verified; empty: the client presented none.
	 */
	struct span client;
};

/*
 * Whether credentials may be sent: the certificate was verified or a TLSA record matched, and the
 * name does not come from a file.
 */
bool tls_is_trusted(const struct tls_info *);

/* Returns the chain verified by DANE, or else by the trusted CAs; n is 0 when neither did. */
const struct tls_chain *tls_chain(const struct tls_info *);
/*
 * Returns the earliest expiry in tls_chain() or, without a chain, the expiry of the server's
 * certificate, and sets *depth to the depth of that certificate. TLS_NO_DATE: no certificate was
 * presented, or its date is invalid.
 */
int64_t tls_ends(const struct tls_info *, int *depth);

#endif
