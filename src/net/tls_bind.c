/* tls_bind - what binds an exchange within TLS to the channel it is in. */
#include <string.h>

#include "net/tls_ctx.h"

/*
 * RFC 9266 4.2; below TLS 1.3 the exporter is only sound with the extended master secret (RFC
 * 7627).
 */
static size_t
exporter(SSL *ssl, char out[TLS_BINDING_MAX])
{
	static const char label[] = "EXPORTER-Channel-Binding";

	if (SSL_version(ssl) < TLS1_3_VERSION && SSL_get_extms_support(ssl) != 1)
		return 0;
	return SSL_export_keying_material(
		   ssl, (unsigned char *)out, 32, label, sizeof label - 1, NULL, 0, 0) == 1 ?
	    32 :
	    0;
}

/*
 * RFC 5929 3.1: the first Finished, which is the client's unless the session was resumed. TLS 1.3
 * has none (RFC 8446 C.5).
 */
static size_t
unique(SSL *ssl, char out[TLS_BINDING_MAX])
{
	if (SSL_version(ssl) >= TLS1_3_VERSION)
		return 0;
	return SSL_session_reused(ssl) ? SSL_get_peer_finished(ssl, out, TLS_BINDING_MAX) :
					 SSL_get_finished(ssl, out, TLS_BINDING_MAX);
}

size_t
tls_binding(struct tls *t, enum tls_binding which, char out[TLS_BINDING_MAX])
{
	size_t n = which == TLS_EXPORTER ? exporter(t->ssl, out) : unique(t->ssl, out);

	return n <= TLS_BINDING_MAX ? n : 0;
}
