/* tls_peer - conclusions from a peer's certificates and TLSA records, without calling OpenSSL. */
#include "net/tls_dane.h"

#include <assert.h>
#include <openssl/x509_vfy.h>

const struct tls_chain *
tls_chain(const struct tls_info *info)
{
	return info->dane && info->dane->match ? &info->dane->match->chain : &info->chain;
}

int64_t
tls_ends(const struct tls_info *info, int *depth)
{
	const struct tls_chain *chain = tls_chain(info);

	*depth = chain->n > 0 ? chain->depth : 0;
	return chain->n > 0  ? chain->not_after :
	    info->ncerts > 0 ? info->cert[0].not_after :
			       TLS_NO_DATE;
}

const char *
tls_ocsp_word(enum tls_ocsp ocsp)
{
	static const char *const words[] = {
#define X(name, word) [TLS_OCSP_##name] = word,
		TLS_OCSPS(X)
#undef X
	};

	assert((size_t)ocsp < sizeof words / sizeof *words);
	return words[ocsp];
}

const char *
tls_name_word(enum tls_name name)
{
	static const char *const words[] = {
#define X(name, word) [TLS_NAME_##name] = word,
		TLS_NAMES(X)
#undef X
	};

	assert((size_t)name < sizeof words / sizeof *words);
	return words[name];
}

bool
tls_problem_is_issuer(const struct tls_problem *p)
{
	return p->code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	    p->code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	    p->code == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
	    p->code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

bool
tls_problem_is_name(const struct tls_problem *p)
{
	return p->code == X509_V_ERR_HOSTNAME_MISMATCH || p->code == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

const char *
dane_state_word(enum dane_state state)
{
	static const char *const words[] = {
#define X(name, word) [DANE_##name] = word,
		DANE_STATES(X)
#undef X
	};
	assert((size_t)state < sizeof words / sizeof *words);
	return words[state];
}

enum tlsa_rollover
tlsa_rollover(const struct tls_dane *d)
{
	enum tlsa_rollover found = TLSA_NO_RECORD;

	for (size_t i = 0; i < d->n; i++) {
		const struct tlsa *a = &d->result[i].record;
		if (tlsa_unusable(a))
			continue;
		for (size_t j = 0; j < i; j++) {
			const struct tlsa *b = &d->result[j].record;
			if (tlsa_unusable(b))
				continue;
			if (a->usage != b->usage ||
			    (a->selector == b->selector && a->matching == b->matching &&
				!span_eq(a->data, b->data)))
				return TLSA_TWO_KEYS;
		}
		found = TLSA_ONE_KEY;
	}
	return found;
}

bool
tls_dane_requires_tls(const struct tls_dane *d)
{
	return d &&
	    (d->state == DANE_UNUSABLE || d->state == DANE_USABLE || d->state == DANE_MATCHED ||
		d->state == DANE_MISMATCHED);
}

bool
tls_dane_vouches(const struct tls_info *info)
{
	return info->dane && info->dane->state == DANE_MATCHED;
}

const char *
tlsa_verdict_word(enum tlsa_verdict verdict)
{
	static const char *const words[] = { "unusable", "differs", "matches" };

	assert((size_t)verdict < sizeof words / sizeof *words);
	return words[verdict];
}

bool
tls_is_trusted(const struct tls_info *info)
{
	return !info->name_from_file && (info->verified || tls_dane_vouches(info));
}

/* OpenSSL accepts usages 0 and 1, which RFC 7672 3.1.3 rules out for SMTP. */
const char *
tlsa_unusable(const struct tlsa *r)
{
	static const size_t digest[] = { 0, 32, 64 };

	if (r->malformed)
		return "malformed: too short for a TLSA record";
	if (r->usage < 2)
		return "usages 0 and 1 are not for SMTP (RFC 7672 3.1.3)";
	if (r->usage > 3 || r->selector > 1 || r->matching > 2)
		return "unknown usage, selector or matching type";
	if (r->data.len == 0)
		return "it has no data";
	return r->matching > 0 && r->data.len != digest[r->matching] ?
	    "its data does not fit its usage, selector and matching type" :
	    NULL;
}
