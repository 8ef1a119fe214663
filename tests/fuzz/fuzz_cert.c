/*
 * A chain of certificates, described and shown. The first octet chooses the name asked for and how
 * many problems the chain has besides; the certificates follow in DER. A name is said to match only
 * where the names could be read.
 */
#include "fuzz_peer.h"

enum { CERTS_MAX = 10 };

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const char *const wanted[] = { "mx.example.org", "a.b.example.org", "192.0.2.1",
		"2001:db8::1" };
	struct arena arena = { 0 };
	struct tls_problem problem[2] = { { 0 },
		{ .depth = 1, .code = X509_V_ERR_CERT_HAS_EXPIRED } };
	struct tls_info info = { .at = 1800000000, .problem = problem, .ocsp_until = TLS_NO_DATE };

	if (n < 2 || n > 8192)
		return 0;
	struct span in = fuzz_span(octets + 1, n - 1);
	const char *name = wanted[octets[0] % 4];
	STACK_OF(X509) *chain = take_chain(&in, CERTS_MAX);
	X509 *own = sk_X509_value(chain, 0);
	bool literal = octets[0] & 2;
	char *found = NULL;

	int matches = !own ? 1 : literal ? X509_check_ip_asc(own, name, 0) :
	    X509_check_host(own, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, &found);
	if (matches != 1) {
		problem[0].code = literal ? X509_V_ERR_IP_ADDRESS_MISMATCH :
					    X509_V_ERR_HOSTNAME_MISMATCH;
		info.nproblems = octets[0] & 0x80 ? 2 : 1;
	}
	info.wanted = span_of(name);
	info.peer_name = span_of(found);
	tls_read_chain(chain, &info, &arena);
	PROMISE(info.ncerts == (size_t)sk_X509_num(chain));
	tls_read_name(&info);
	for (size_t i = 0; i < info.nproblems; i++) {
		problem[i].name = "X509_V_ERR";
		problem[i].text = span_of(X509_verify_cert_error_string(problem[i].code));
		problem[i].subject = info.cert[0].subject;
	}
	if (info.name == TLS_NAME_DNS_ID || info.name == TLS_NAME_WILDCARD ||
	    info.name == TLS_NAME_IP_ID)
		PROMISE(info.cert[0].nsan > 0 && !info.cert[0].bad_san);
	info.chain = tls_chain_of(chain, &arena);
	PROMISE(info.chain.n == info.ncerts);
	PROMISE(info.chain.depth == 0 || (size_t)info.chain.depth < info.ncerts);
	info.verified = own && info.nproblems == 0;
	show_peer(&info);
	OPENSSL_free(found);
	sk_X509_pop_free(chain, X509_free);
	arena_release(&arena);
	ERR_clear_error();
	return 0;
}
