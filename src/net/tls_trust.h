/*
 * Where the certificates are that a machine trusts, however its distribution lays them out: a
 * folder of hash links, which costs nothing until a certificate is looked for, and a bundle, which
 * costs 21 ms at once and is read when an issuer was not found otherwise.
 */
#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include "base/arena.h"

enum { TLS_BUNDLES_MAX = 10, TLS_FOLDERS_MAX = 4 };

/*
 * As OpenSSL has it: SSL_CERT_FILE and SSL_CERT_DIR, each its own default where it is not set.
 * Where neither is, also where other distributions have them. What lives in the environment is not
 * copied.
 */
struct tls_trust {
	const char *bundle[TLS_BUNDLES_MAX];	/* the first with a certificate counts */
	size_t nbundles;
	/* all of them count; SSL_CERT_DIR may name several with ":" */
	const char *folder[TLS_FOLDERS_MAX];
	size_t nfolders;
};
struct tls_trust tls_trust_of_system(void);
/* the first that is there and not empty; NULL: none is */
const char *tls_trust_bundle(const struct tls_trust *);
/*
 * What --ca names, or else the system's: a file and folders, joined by ":", as libcurl takes them.
 * NULL: there is none.
 */
void tls_trust_paths(const char *ca, struct arena *, const char **file, const char **folder);
/* neither a bundle nor a folder with hash links is there */
bool tls_trust_is_empty(const struct tls_trust *);

#endif
