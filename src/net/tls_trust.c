/* tls_trust - finds the trusted certificates, and loads the bundle only when it is needed. */
#include "net/tls_ctx.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/ascii.h"

static struct tls_trust
trust_of_system(void)
{
	/*
	 * In this order: Debian, Alpine and Gentoo; Fedora and RHEL; SUSE; Alpine, OpenBSD and
	 * macOS; FreeBSD; NetBSD.
	 */
	static const char *const bundles[] = {
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem", "/usr/local/etc/ssl/cert.pem",
		"/usr/local/share/certs/ca-root-nss.crt",
		"/etc/openssl/certs/ca-certificates.crt",
	}, *const folders[] = { "/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/openssl/certs" };
	const char *file = getenv(X509_get_default_cert_file_env()),
		   *folder = getenv(X509_get_default_cert_dir_env());
	struct tls_trust t = { .nbundles = 1, .nfolders = 1 };

	t.bundle[0] = file ? file : X509_get_default_cert_file();
	t.folder[0] = folder ? folder : X509_get_default_cert_dir();
	if (file || folder)
		return t;
	for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++)
		t.bundle[t.nbundles++] = bundles[i];
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct stat own, known;
		if (stat(folders[i], &own) == 0 &&
		    !(stat(t.folder[0], &known) == 0 && own.st_dev == known.st_dev &&
			own.st_ino == known.st_ino))
			t.folder[t.nfolders++] = folders[i];
	}
	return t;
}

/* Returns the first bundle that exists and is not empty; NULL: none. */
static const char *
trust_bundle(const struct tls_trust *t)
{
	struct stat st;

	for (size_t i = 0; i < t->nbundles; i++)
		if (stat(t->bundle[i], &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
			return t->bundle[i];
	return NULL;
}

/* "5ad8a5d6.0" */
static bool
is_hash_link(const char *name)
{
	size_t n = 0;

	while (ascii_hex(name[n]) >= 0)
		n++;
	return n == 8 && name[8] == '.' && ascii_is_digit(name[9]);
}

/* Whether one of the directories, separated by ":", has hash links. */
static bool
has_hash_links(const char *folders)
{
	struct arena arena = { 0 };
	bool any = false;

	for (struct span rest = span_of(folders); rest.len > 0 && !any;) {
		DIR *dir = opendir(arena_string(&arena, span_until(&rest, ':')));
		for (struct dirent *e; dir && !any && (e = readdir(dir));)
			any = is_hash_link(e->d_name);
		if (dir)
			closedir(dir);
	}
	arena_release(&arena);
	return any;
}

bool
openssl_trust_is_empty(void)
{
	struct tls_trust t = trust_of_system();

	for (size_t i = 0; i < t.nfolders; i++)
		if (has_hash_links(t.folder[i]))
			return false;
	return !trust_bundle(&t);
}

void
openssl_trust_paths(const char *ca, struct arena *arena, const char **file, const char **folder)
{
	struct tls_trust t = trust_of_system();
	struct span all = SPAN_NONE;
	struct stat st;

	tls_load_texts();	/* libcurl reports OpenSSL's errors by them */
	if (ca) {
		bool is_folder = stat(ca, &st) == 0 && S_ISDIR(st.st_mode);
		*file = is_folder ? NULL : ca;
		*folder = is_folder ? ca : NULL;
		return;
	}
	for (size_t i = 0; i < t.nfolders; i++)
		all = arena_join(arena, all, ":", span_of(t.folder[i]));
	*file = trust_bundle(&t);
	*folder = arena_string(arena, all);
}

/*
 * Whether the bundle is that of update-ca-certificates(8), which writes the same certificates as
 * hash links into the bundle's directory. `hashed` says which directories have hash links.
 */
static bool
is_in_folder(const struct tls_trust *t, const bool *hashed, const char *bundle)
{
	static const char name[] = "/ca-certificates.crt";
	char *real = realpath(bundle, NULL);
	size_t n = real ? strlen(real) : 0;
	bool in = false;

	if (n > sizeof name - 1 && strcmp(real + n - (sizeof name - 1), name) == 0) {
		real[n - (sizeof name - 1)] = '\0';
		for (size_t i = 0; i < t->nfolders && !in; i++) {
			char *folder = hashed[i] ? realpath(t->folder[i], NULL) : NULL;
			in = folder && strcmp(folder, real) == 0;
			free(folder);
		}
	}
	free(real);
	return in;
}

/*
 * Searches as OpenSSL does. If that finds no issuer, loads a bundle, once per context, and searches
 * again. The bundles of other distributions are loaded only if no directory has hash links:
 * otherwise they have the same certificates, and loading them takes 20 ms.
 */
static int
find_issuer(X509 **issuer, X509_STORE_CTX *ctx, X509 *cert)
{
	X509_STORE *store = X509_STORE_CTX_get0_store(ctx);
	struct tls_context *c = X509_STORE_get_ex_data(store, 0);
	int found = X509_STORE_CTX_get1_issuer(issuer, ctx, cert);

	if (found != 0 || !c || c->bundle_read)
		return found;
	c->bundle_read = true;
	bool any = false, hashed[TLS_FOLDERS_MAX] = { false }, some = false;
	for (size_t i = 0; i < c->trust.nfolders; i++)
		some |= hashed[i] = has_hash_links(c->trust.folder[i]);
	size_t n = some && c->trust.nbundles > 1 ? 1 : c->trust.nbundles;
	for (size_t i = 0; i < n && !any; i++)
		any = is_in_folder(&c->trust, hashed, c->trust.bundle[i]) ||
		    X509_STORE_load_file(store, c->trust.bundle[i]) == 1;
	ERR_clear_error();
	return any ? X509_STORE_CTX_get1_issuer(issuer, ctx, cert) : found;
}

static void
trust_system(struct tls_context *c)
{
	c->trust = trust_of_system();
	for (size_t i = 0; i < c->trust.nfolders; i++)
		SSL_CTX_load_verify_dir(c->ssl, c->trust.folder[i]);
	ERR_clear_error();
	X509_STORE *store = SSL_CTX_get_cert_store(c->ssl);
	X509_STORE_set_ex_data(store, 0, c);
	X509_STORE_set_get_issuer(store, find_issuer);
}

bool
tls_trust_load(struct tls_context *c, const struct tls_opts *o, struct err *err)
{
	struct stat st;

	if (o->made)
		return X509_STORE_add_cert(SSL_CTX_get_cert_store(c->ssl), o->made->ca) == 1;
	if (!o->ca) {
		trust_system(c);
		return true;
	}
	if (stat(o->ca, &st) != 0)
		return err_set(err, ERR_USAGE, "cannot read the certificates in %s: %s", o->ca,
		    strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		c->trust.folder[c->trust.nfolders++] = o->ca;
		c->bundle_read = true;
	}
	if (S_ISDIR(st.st_mode) ? SSL_CTX_load_verify_dir(c->ssl, o->ca) :
				  SSL_CTX_load_verify_file(c->ssl, o->ca))
		return true;
	ERR_clear_error();
	return err_set(err, ERR_USAGE, "%s contains no readable PEM certificate", o->ca);
}

/* Is not cached: certificates may be added to the directories while the context lives. */
bool
tls_trusts_nobody(const struct tls_context *c, struct arena *arena, struct span *where)
{
	if (c->trust.nfolders == 0 ||
	    sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(c->ssl))) > 0)
		return false;
	*where = c->trust.nbundles > 0 ? arena_printf(arena, "%s", c->trust.bundle[0]) : SPAN_NONE;
	for (size_t i = 0; i < c->trust.nfolders; i++) {
		if (has_hash_links(c->trust.folder[i]))
			return false;
		*where = arena_join(arena, *where, ", ", span_of(c->trust.folder[i]));
	}
	return true;
}
