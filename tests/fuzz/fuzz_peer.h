/*
 * Certificates in DER, one after the other, read as the chain a peer sent; what follows the last
 * that can be read is left.
 */
#ifndef TESTS_FUZZ_FUZZ_PEER_H
#define TESTS_FUZZ_FUZZ_PEER_H

#include "fuzz_show.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/tls_ctx.h"

static inline STACK_OF(X509) *
take_chain(struct span *in, int most)
{
	STACK_OF(X509) *chain = sk_X509_new_null();

	while (in->len > 0 && sk_X509_num(chain) < most) {
		const unsigned char *at = (const unsigned char *)in->at;
		X509 *cert = d2i_X509(NULL, &at, (long)in->len);
		if (!cert)
			break;
		sk_X509_push(chain, cert);
		*in = span_skip(*in, (size_t)((const char *)at - in->at));
	}
	ERR_clear_error();
	return chain;
}

static inline void
show_peer(const struct tls_info *info)
{
	struct shown to = { 0 };

	shown_begin(&to);
	show(&to, &(struct event){ .kind = EVENT_TLS, .shaken.info = info });
	show(&to, &(struct event){ .kind = EVENT_CERT, .cert.tls = info });
	shown_end(&to);
}

#endif
