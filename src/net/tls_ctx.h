/* Inside the module of net/tls_openssl.h only: OpenSSL objects behind the public names. */
#ifndef NET_TLS_CTX_H
#define NET_TLS_CTX_H

#include <openssl/ssl.h>

#include "net/tls_openssl.h"

struct tls_context {
	SSL_CTX *ssl;
	unsigned uses;
	bool server;
	int keylog_fd;		/* -1: none */
	struct tls_trust trust;	/* where to look; empty: all trusted certificates were read */
	bool bundle_read;	/* the bundles were read, or need not be */
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
	char wanted[256];	/* the name checked; "": none */
	bool name_from_file;		/* as in tls_ask */
	char first[5];		/* the peer's first octets, the header of a record */
	bool has_first;
	int chosen;		/* the version of its ServerHello; 0: none came */
	unsigned reads;		/* within one call of OpenSSL's */
	bool dead;		/* after a fatal error: nothing more may be sent */
	size_t nproblems;
	struct { int depth, code; X509 *cert; } problem[TLS_PROBLEMS_MAX];
};

/* Loads what a client trusts. False with err. */
bool tls_trust_load(struct tls_context *, const struct tls_opts *, struct err *);
/*
 * Whether no certificate at all was found where it was looked for; *where is that place, in the
 * arena.
 */
bool tls_trusts_nobody(const struct tls_context *, struct arena *, struct span *where);

struct tls_chain tls_chain_of(STACK_OF(X509) *, struct arena *);

/* Reads the certificates, as sent (NULL: none), into tls_info. */
void tls_read_chain(STACK_OF(X509) *, struct tls_info *, struct arena *);
/* Sets tls_info.name from its certificates, problems and names. */
void tls_read_name(struct tls_info *);
/*
 * Checks the OCSP response (empty: none was stapled) against the chain and the trusted
 * certificates; info->at must be set.
 */
void tls_read_staple(struct span answer, STACK_OF(X509) *, X509_STORE *, struct tls_info *);

/*
 * Sets err (ERR_TLS) from OpenSSL's error queue, "WHAT: reason", and empties the queue. Always
 * false.
 */
bool tls_err(struct err *, const char *what);
/* Makes OpenSSL know the texts of its errors, which costs too much until there is one. */
void tls_load_texts(void);

#endif
