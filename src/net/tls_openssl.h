/*
 * The functions of OpenSSL that net/tls.c calls. net/tls_openssl.c and the other files that include
 * net/tls_ctx.h are a shared module (base/module.h), which is opened when TLS, a key or one of
 * OpenSSL's texts is first needed: loading OpenSSL is most of the start-up time, and a session
 * without TLS does not need it.
 */
#ifndef NET_TLS_OPENSSL_H
#define NET_TLS_OPENSSL_H

#include "base/module.h"
#include "net/tls_key.h"
#include "net/tls_priv.h"
#include "net/tls_trust.h"
#include "net/tls_words.h"

/* Each openssl_NAME of the module implements tls_NAME, and its header documents it. */
#define TLS_FUNCTIONS(X)						\
	X(context_new)							\
	X(context_free)							\
	X(context_note)							\
	X(is_server)							\
	X(make)								\
	X(made_free)							\
	X(made_ca_pem)							\
	X(new)								\
	X(free)								\
	X(shake)							\
	X(read)								\
	X(write)							\
	X(shut)								\
	X(no_record)							\
	X(describe)							\
	X(write_pem)							\
	X(dane)								\
	X(binding)							\
	X(key_rsa_bits)							\
	X(trust_paths)							\
	X(trust_is_empty)						\
	X(verify_text)

#define X(name) __typeof__(tls_##name) openssl_##name;
TLS_FUNCTIONS(X)
#undef X

struct tls_openssl {
#define X(name) __typeof__(tls_##name) *name;
	TLS_FUNCTIONS(X)
#undef X
};
extern const struct tls_openssl module_tls_openssl MODULE_EXPORT;

#endif
