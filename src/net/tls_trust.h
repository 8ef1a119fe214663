/*
 * Where a machine keeps the certificates that it trusts, in the layouts of several distributions:
 * a directory of hash links, which costs nothing until a certificate is looked for, and a bundle,
 * which costs 21 ms to load and is read only when an issuer was not found otherwise.
 */
#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include "base/arena.h"

enum { TLS_BUNDLES_MAX = 10, TLS_FOLDERS_MAX = 4 };

/*
 * As OpenSSL does: SSL_CERT_FILE and SSL_CERT_DIR, each with its own default when unset; when
 * both are unset, the places of other distributions too. Values from the environment are not
 * copied.
 */
struct tls_trust {
	const char *bundle[TLS_BUNDLES_MAX];	/* the first with a certificate is used */
	size_t nbundles;
	/* all of them are used; SSL_CERT_DIR separates several by ":" */
	const char *folder[TLS_FOLDERS_MAX];
	size_t nfolders;
};
/*
 * What --ca names (`ca`, or NULL) or else the system's: a file, and directories joined by ":", as
 * libcurl takes them. NULL: none, or OpenSSL cannot be opened.
 */
void tls_trust_paths(const char *ca, struct arena *, const char **file, const char **folder);
/* Whether the system has neither a bundle nor a directory with hash links, as far as is known. */
bool tls_trust_is_empty(void);

#endif
