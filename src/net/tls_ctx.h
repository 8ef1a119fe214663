/* The OpenSSL objects behind net/tls.h. Only for the files of the module net/tls_openssl.h. */
#ifndef NET_TLS_CTX_H
#define NET_TLS_CTX_H

#include <openssl/ssl.h>

#include "net/tls_openssl.h"

struct tls_context {
	SSL_CTX *ssl;
	unsigned uses;
	bool server;
	int keylog_fd;		/* -1: none */
	struct tls_trust trust;	/* where to look; empty: all trusted certificates were loaded */
	bool bundle_read;	/* the bundles were read, or are not to be read */
	char note[2][400];
	size_t nnotes;
};

struct tls_made {
	EVP_PKEY *ca_key, *key;
	X509 *ca, *cert;
	char *ca_pem;
	size_t ca_pem_len;
};

enum { TLS_PROBLEMS_MAX = 32 };

struct tls {
	SSL *ssl;
	struct tls_context *context;
	char wanted[256];	/* name the certificate must match; "": none */
	bool name_from_file;		/* as in tls_ask */
	char first[5];		/* the peer's first bytes, a record header if it uses TLS */
	bool has_first;
	int chosen;		/* the version in its ServerHello; 0: none came */
	unsigned reads;		/* from the socket within one call of OpenSSL */
	bool dead;		/* after a fatal error: nothing more may be sent */
	size_t nproblems;
	struct { int depth, code; X509 *cert; } problem[TLS_PROBLEMS_MAX];
};

/* Loads the certificates that a client trusts. Returns false and sets err on failure. */
bool tls_trust_load(struct tls_context *, const struct tls_opts *, struct err *);
/*
 * Whether no trusted certificate was found at all. If so, *where lists the places that were looked
 * at, in the arena.
 */
bool tls_trusts_nobody(const struct tls_context *, struct arena *, struct span *where);

/* Returns the length and the earliest expiry of a chain; NULL: an empty one. */
struct tls_chain tls_chain_of(STACK_OF(X509) *, struct arena *);

/* Describes the certificates in tls_info, in the order sent; NULL: none were sent. */
void tls_read_chain(STACK_OF(X509) *, struct tls_info *, struct arena *);
/* Sets tls_info.name from its certificates, problems and names, which must be set. */
void tls_read_name(struct tls_info *);
/*
 * Checks the stapled OCSP response (empty: none) against the chain and the trusted certificates,
 * and sets info->ocsp and ocsp_until. info->at must be set.
 */
void tls_read_staple(struct span answer, STACK_OF(X509) *, X509_STORE *, struct tls_info *);

/*
 * Sets err (ERR_TLS) from OpenSSL's error queue, "WHAT: reason", and empties the queue. Always
 * returns false.
 */
bool tls_err(struct err *, const char *what);
/* Loads the texts of OpenSSL's errors, which is too slow to be done before one is needed. */
void tls_load_texts(void);

#endif
