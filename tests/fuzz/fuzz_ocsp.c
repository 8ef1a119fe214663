/*
 * A stapled OCSP answer, judged and shown. The octets are the server's certificate in DER, its
 * issuer's where there is one, and the answer; the last certificate is trusted. What says nothing
 * of this certificate has no date.
 */
#include "fuzz_peer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct arena arena = { 0 };
	struct tls_info info = { .at = 1800000000 };
	X509_STORE *trusted = X509_STORE_new();

	struct span in = fuzz_span(octets, n < 8192 ? n : 8192);
	STACK_OF(X509) *chain = take_chain(&in, 2);
	if (sk_X509_num(chain) > 0)
		X509_STORE_add_cert(trusted, sk_X509_value(chain, sk_X509_num(chain) - 1));
	tls_read_chain(chain, &info, &arena);
	tls_read_staple(in, chain, trusted, &info);
	PROMISE((in.len > 0) == (info.ocsp != TLS_OCSP_NONE));
	bool said = info.ocsp == TLS_OCSP_GOOD || info.ocsp == TLS_OCSP_REVOKED ||
	    info.ocsp == TLS_OCSP_UNKNOWN || info.ocsp == TLS_OCSP_OUT_OF_DATE;
	PROMISE(said ? info.ncerts > 0 : info.ocsp_until == TLS_NO_DATE);
	PROMISE(ERR_peek_error() == 0);
	show_peer(&info);
	sk_X509_pop_free(chain, X509_free);
	X509_STORE_free(trusted);
	arena_release(&arena);
	return 0;
}
