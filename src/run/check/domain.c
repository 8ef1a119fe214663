/* domain - turns a check's lookups and connections into the facts of a domain. */
#include "run/check/domain.h"

#include <errno.h>

enum fact_path
check_path(const struct check_address *a)
{
	const struct check_look *look = a->nlooks ? &a->look[0] : NULL;
	const struct probe_result *r;

	if (!look || !look->over)
		return PATH_UNKNOWN;
	r = &look->result;
	if (look->here || judge_skips(&look->result))
		return PATH_SKIPPED;
	if (r->done & (1u << PHASE_EHLO | 1u << PHASE_EHLO_TLS))
		return PATH_UP;
	if (r->err == ERR_TEMPORARY)
		return PATH_DEFERRED;
	if (r->err == ERR_REFUSED)
		return PATH_REJECTED;
	if (r->phase == PHASE_CONNECT)
		return r->sys == ECONNREFUSED				    ? PATH_REFUSED :
		    r->err == ERR_TIMEOUT || r->sys == ETIMEDOUT || r->late ? PATH_SILENT :
									      PATH_DOWN;
	return PATH_DOWN;
}

struct diagnosis *
check_domain(const struct check *k, struct arena *arena)
{
	const struct lookup *l = k->lookup;
	struct mx_facts *host = ARENA_ARRAY(arena, struct mx_facts, k->nhosts);
	struct path_facts *path = ARENA_ARRAY(arena, struct path_facts, k->naddresses);
	size_t npaths = 0;
	bool implicit = l->route->implicit;

	for (size_t i = 0; i < k->nhosts; i++) {
		const struct check_host *h = &k->host[i];
		/*
		 * a private address is no fault if this client can connect to it, or on another
		 * port: in a test network
		 */
		bool real = h->port == 25;
		facts_of_mx(&host[i], h->found->hop, arena);
		for (size_t j = 0; j < h->naddresses; j++) {
			const struct check_address *a = &h->address[j];
			char text[ADDR_TEXT];
			real &= a->nlooks == 0 || !a->look[0].over ||
			    a->look[0].result.local.len == 0;
			path[npaths++] = (struct path_facts){
				.host = h->name,
				.address = arena_copy(arena, span_of(addr_host(&a->addr, text))),
				.preference = h->preference,
				.family = addr_family(&a->addr),
				.path = check_path(a),
			};
		}
		if (!real)
			host[i].loopback_address = host[i].private_address = SPAN_NONE;
	}
	struct span name = k->domain.len    ? k->domain :
	    l->route->name.len ? l->route->name :
				 k->target->host;
	/* For a host that is not an MX, the lookup is about the domain itself. */
	enum fact_dns none = l->err.kind ? facts_of_lookup(l->err.cause) : DNS_NO_DATA;
	struct domain_facts facts = {
		.domain = k->domain,
		.mx = { .name = name,
		    .ede = l->route->doubt.ede,
		    .without_validation = l->route->doubt.without_validation,
		    /* A host with addresses is checked as a host, not as a domain. */
		    .result = l->route->mx			? DNS_ANSWERED :
			k->domain.len == 0 && k->naddresses > 0 ? DNS_NOT_ASKED :
			implicit				? DNS_NO_DATA :
								  none },
		.own = implicit && k->nhosts ?
		    facts_of_host(k->host[0].found->hop->found, k->domain) :
		    (struct dns_facts){
			.result = l->err.kind ? none : DNS_NOT_ASKED, .name = name },
		.null_mx = l->err.cause == CAUSE_NO_MAIL || l->route->null_mx_beside,
		.host = l->route->mx ? host : NULL,
		.nhosts = l->route->mx ? k->nhosts : 0,
		.path = path,
		.npaths = npaths,
		.sts = k->sts,
		.tlsrpt_asked = l->tlsrpt.name.len > 0 && !l->tlsrpt.failed,
		.tlsrpt = l->tlsrpt.n > 0,
		.tlsrpt_wrong = l->tlsrpt.wrong,
	};
	return diagnose_domain(&facts, arena);
}
