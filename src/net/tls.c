/* tls - calls the module with OpenSSL, which is opened when it is first needed. */
#include "net/tls_openssl.h"

#include <stdatomic.h>

/* Returns NULL and sets err when it cannot be opened. */
static const struct tls_openssl *
openssl(struct err *err)
{
	static _Atomic(const struct tls_openssl *) opened;
	const struct tls_openssl *o = atomic_load(&opened);

	if (!o) {
		o = module_open(MODULE_TLS_OPENSSL, MODULE_LINKED_TLS_OPENSSL, err);
		atomic_store(&opened, o);
	}
	return o;
}

/* For functions that take an object of the module, which must have been opened to make it. */
static const struct tls_openssl *
its(void)
{
	return openssl(NULL);
}

struct tls_context *
tls_context_new(const struct tls_opts *opts, struct err *err)
{
	const struct tls_openssl *o = openssl(err);
	return o ? o->context_new(opts, err) : NULL;
}

void
tls_context_free(struct tls_context *c)
{
	if (c)
		its()->context_free(c);
}

const char *
tls_context_note(const struct tls_context *c, size_t i)
{
	return its()->context_note(c, i);
}

bool
tls_is_server(const struct tls_context *c)
{
	return its()->is_server(c);
}

struct tls_made *
tls_make(const char *const names[], size_t n, struct err *err)
{
	const struct tls_openssl *o = openssl(err);
	return o ? o->make(names, n, err) : NULL;
}

void
tls_made_free(struct tls_made *m)
{
	if (m)
		its()->made_free(m);
}

struct span
tls_made_ca_pem(const struct tls_made *m)
{
	return its()->made_ca_pem(m);
}

/* ---- connections */

struct tls *
tls_new(struct tls_context *context, int fd, const struct tls_ask *ask, struct err *err)
{
	return its()->new (context, fd, ask, err);
}

void
tls_free(struct tls *t)
{
	if (t)
		its()->free(t);
}

enum tls_status
tls_shake(struct tls *t, struct err *err)
{
	return its()->shake(t, err);
}

enum tls_status
tls_read(struct tls *t, char *out, size_t size, size_t *got, struct err *err)
{
	return its()->read(t, out, size, got, err);
}

enum tls_status
tls_write(struct tls *t, struct span s, size_t *wrote, struct err *err)
{
	return its()->write(t, s, wrote, err);
}

void
tls_shut(struct tls *t)
{
	its()->shut(t);
}

struct span
tls_no_record(const struct tls *t)
{
	return its()->no_record(t);
}

const struct tls_info *
tls_describe(struct tls *t, struct arena *arena)
{
	return its()->describe(t, arena);
}

void
tls_write_pem(const struct tls *t, struct buf *out)
{
	its()->write_pem(t, out);
}

void
tls_dane(const struct tls *t, struct tls_dane *dane, struct arena *arena)
{
	its()->dane(t, dane, arena);
}

size_t
tls_binding(struct tls *t, enum tls_binding which, char out[TLS_BINDING_MAX])
{
	return its()->binding(t, which, out);
}

/* ---- without a connection */

unsigned
tls_key_rsa_bits(struct span der, struct err *err)
{
	const struct tls_openssl *o = openssl(err);
	return o ? o->key_rsa_bits(der, err) : 0;
}

void
tls_trust_paths(const char *ca, struct arena *arena, const char **file, const char **folder)
{
	const struct tls_openssl *o = its();

	*file = *folder = NULL;
	if (o)
		o->trust_paths(ca, arena, file, folder);
}

bool
tls_trust_is_empty(void)
{
	const struct tls_openssl *o = its();
	return o && o->trust_is_empty();
}

const char *
tls_verify_text(int code)
{
	const struct tls_openssl *o = its();
	return o ? o->verify_text(code) : NULL;
}

int
tls_verify_text_code(struct span text)
{
	for (int code = 1; code < TLS_VERIFY_CODES; code++) {
		const char *known = tls_verify_text(code);
		if (known && tls_same_words(text, span_of(known)))
			return code;
	}
	return 0;
}
