/*
 * Where the system keeps its trusted certificates, in the layouts of several distributions: a
 * directory of hash links, which costs nothing until an issuer is looked up, and a bundle, which
 * takes 21 ms to load and is read only when an issuer was not found in the directories.
 */
#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include "base/arena.h"

enum { TLS_BUNDLES_MAX = 10, TLS_FOLDERS_MAX = 4 };

/*
 * SSL_CERT_FILE and SSL_CERT_DIR, as in OpenSSL, each with OpenSSL's default when unset. When both
 * are unset, the locations used by other distributions follow. Values from the environment are
 * not copied.
 */
struct tls_trust {
	const char *bundle[TLS_BUNDLES_MAX];	/* the first with a certificate is used */
	size_t nbundles;
	/* all of them are used; each may be a list separated by ":", as SSL_CERT_DIR is */
	const char *folder[TLS_FOLDERS_MAX];
	size_t nfolders;
};
/*
 * Sets *file and *folder to the certificates to trust, in the form that libcurl takes: a file, and
 * directories joined by ":". They are those of `ca` (the --ca option) or, when that is NULL, the
 * system's. NULL: none, or OpenSSL cannot be loaded.
 */
void tls_trust_paths(const char *ca, struct arena *, const char **file, const char **folder);
/* Whether no bundle and no directory with hash links was found; false without OpenSSL. */
bool tls_trust_is_empty(void);

#endif
