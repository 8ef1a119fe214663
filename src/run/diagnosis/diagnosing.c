/*
 * diagnosing - the list of diagnoses in progress, and helpers shared by the files that add to it.
 */
#include "net/dns_words.h"
#include "run/diagnosis/diagnose_impl.h"

struct diagnosis *
diagnosing_add(struct diagnosing *x, enum cause cause, enum smtp_stage stage)
{
	const struct facts *f = x->f;
	struct diagnosis_place place = {
		.domain = f->domain,
		.host = f->host,
		.address = f->address,
		.port = f->port,
		.preference = f->preference,
		.mx = f->mx,
		.stage = stage,
	};
	struct diagnosis *d = diagnosis_new(cause, &place, x->arena);

	*x->end = d;
	x->end = &d->next;
	return d;
}

struct diagnosis *
diagnosing_add_symptom(struct diagnosing *x, enum cause cause, enum smtp_stage stage)
{
	bool symptom = x->first != NULL;
	struct diagnosis *d = diagnosing_add(x, cause, stage);

	d->symptom = symptom;
	return d;
}

enum cause
rcode_cause(unsigned rcode)
{
	static const enum cause causes[] = {
		[1] = CAUSE_DNS_MALFORMED,
		[2] = CAUSE_DNS_SERVER_FAILURE,
		[3] = CAUSE_DNS_NO_HOST,
		[4] = CAUSE_DNS_MALFORMED,
		[5] = CAUSE_DNS_REJECTED,
	};

	return rcode < sizeof causes / sizeof *causes ? causes[rcode] : CAUSE_NONE;
}

enum cause
diagnosing_lookup(const struct dns_facts *dns, bool of_domain)
{
	switch (dns->result) {
	case DNS_NAME_ERROR:
		return of_domain ? CAUSE_DNS_NO_DOMAIN : CAUSE_DNS_NO_HOST;
	case DNS_NO_DATA:
		return dns->family_only ? CAUSE_DNS_NO_FAMILY : CAUSE_DNS_NO_ADDRESS;
	case DNS_FAILED:
		return dns->without_validation || (dns->ede >= 5 && dns->ede <= 12) ||
			dns->ede == 1 || dns->ede == 2 || dns->ede == 27 ?
		    CAUSE_DNSSEC_FAILED :
		    CAUSE_DNS_SERVER_FAILURE;
	case DNS_DENIED:
		return CAUSE_DNS_REJECTED;
	case DNS_SILENT:
		return CAUSE_DNS_TIMEOUT;
	case DNS_BROKEN:
		return CAUSE_DNS_MALFORMED;
	case DNS_LOOP:
		return CAUSE_DNS_CNAME_LOOP;
	default:
		return CAUSE_NONE;
	}
}

void
diagnosing_set_lookup(struct diagnosis *d, const struct dns_facts *dns, struct arena *arena)
{
	const char *ede = dns->ede > 0 ? dns_ede_word(dns->ede) : NULL;

	diagnosis_set(d, FIELD_NAME, dns->name, arena);
	if (ede)
		d->field[FIELD_WHY] = span_of(ede);
	if (dns->without_validation)
		d->field[FIELD_OTHER] = SPAN("without validation the lookup succeeds");
}

bool
diagnosing_lacks_dot(struct span host, struct span domain)
{
	if (host.len <= domain.len + 1 || !span_ends_case(host, domain))
		return false;
	struct span rest = span_first(host, host.len - domain.len);
	if (rest.at[rest.len - 1] != '.')
		return false;
	rest.len--;
	return span_ends_case(rest, domain) &&
	    (rest.len == domain.len || rest.at[rest.len - domain.len - 1] == '.');
}
