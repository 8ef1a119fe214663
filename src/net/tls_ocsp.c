/* tls_ocsp - the OCSP answer that a server staples to its certificate (RFC 6066 8). */
#include "net/tls_ctx.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <time.h>

/* What the answer says of the server's own certificate, whoever signed it. */
static const char *
status_of(OCSP_BASICRESP *basic, STACK_OF(X509) *chain, int64_t *until)
{
	static const char *const word[] = {
		[V_OCSP_CERTSTATUS_GOOD] = "good",
		[V_OCSP_CERTSTATUS_REVOKED] = "revoked",
		[V_OCSP_CERTSTATUS_UNKNOWN] = "unknown",
	};
	X509 *own = sk_X509_value(chain, 0),
	     *issuer = sk_X509_num(chain) > 1 ? sk_X509_value(chain, 1) : NULL;
	ASN1_GENERALIZEDTIME *next = NULL;
	int status = -1;

	/* Without its issuer the certificate's number must do. */
	for (int i = 0; own && status < 0 && i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);
		OCSP_CERTID *id = issuer ? OCSP_cert_to_id(NULL, own, issuer) : NULL;
		ASN1_INTEGER *serial = NULL;
		OCSP_id_get0_info(NULL, NULL, NULL, &serial,
		    (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(one));
		if (id ? OCSP_id_cmp(id, OCSP_SINGLERESP_get0_id(one)) == 0 :
			 ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(own)) == 0)
			status = OCSP_single_get0_status(one, NULL, NULL, NULL, &next);
		OCSP_CERTID_free(id);
	}
	*until = tls_seconds(next);
	return status >= 0 && status <= V_OCSP_CERTSTATUS_UNKNOWN ? word[status] : "of_another";
}

void
tls_read_staple(
    struct span answer, STACK_OF(X509) * chain, X509_STORE *trusted, struct tls_info *info)
{
	const unsigned char *octets = (const unsigned char *)answer.at;
	OCSP_RESPONSE *response = answer.len > 0 ?
	    d2i_OCSP_RESPONSE(NULL, &octets, (long)answer.len) :
	    NULL;
	OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;

	info->ocsp_stapled = answer.len > 0;
	info->ocsp_status = answer.len > 0 ? "malformed" : NULL;
	info->ocsp_until = TLS_NO_DATE;
	if (response && OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		/* a whole answer that says nothing of a certificate: RFC 6960 4.2.1 */
		info->ocsp_status = "refused";
	else if (basic && chain) {
		info->ocsp_status = status_of(basic, chain, &info->ocsp_until);
		if (OCSP_basic_verify(basic, chain, trusted, 0) != 1)
			info->ocsp_status = "untrusted", info->ocsp_until = TLS_NO_DATE;
		else if (info->ocsp_until != TLS_NO_DATE && info->ocsp_until < info->at)
			info->ocsp_status = "out_of_date";
	}
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
}
