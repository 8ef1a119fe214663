/* domain - from a check's lookups and connections to the facts of a domain. */
#include "run/check/domain.h"

#include <errno.h>

static enum fact_dns
result_of(enum err_cause cause)
{
	switch (cause) {
	case CAUSE_NO_NAME:
		return DNS_NAME_ERROR;
	case CAUSE_NO_ADDRESS:
		return DNS_NO_DATA;
	case CAUSE_SERVFAIL:
		return DNS_FAILED;
	case CAUSE_DNS_REFUSED:
		return DNS_DENIED;
	case CAUSE_NO_ANSWER:
		return DNS_SILENT;
	default:
		return DNS_NOT_ASKED;
	}
}

static struct dns_facts
facts_of_host(const struct host *found, struct span name)
{
	return (struct dns_facts){
		.result = found->naddr > 0 ? DNS_ANSWERED : result_of(found->cause),
		.name = name,
		.ede = found->doubt.ede,
		.without_validation = found->doubt.without_validation,
	};
}

enum fact_path
check_path(const struct check_address *a)
{
	const struct check_look *look = a->nlooks ? &a->look[0] : NULL;
	const struct probe_result *r;

	if (!look || !look->over)
		return PATH_UNKNOWN;
	r = &look->result;
	if (look->judged.skipped || look->here)
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

static bool
is_private(const struct addr *a)
{
	static const char *const nets[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
		"100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10" };
	struct addr_net net;

	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
		if (addr_net_parse(&net, span_of(nets[i]), NULL) && addr_net_has(&net, a))
			return true;
	return false;
}

static struct span
address_text(const struct addr *a, struct arena *arena)
{
	char text[ADDR_TEXT];

	return arena_copy(arena, span_of(addr_host(a, text)));
}

/* It let this client in, whatever it did then. */
static bool
answers(const struct check_address *a)
{
	return a->nlooks > 0 && a->look[0].over && a->look[0].result.local.len > 0;
}

static void
fill_host(struct mx_facts *m, const struct check_host *h, struct arena *arena)
{
	const struct route_hop *hop = h->found->hop;

	*m = (struct mx_facts){
		.host = h->name,
		.preference = h->preference,
		.dns = facts_of_host(hop->found, h->name),
		.alias = hop->found->alias.len > 0,
	};
	for (size_t i = 0; i < hop->naddr; i++) {
		struct span text = address_text(&hop->addr[i], arena);
		if (i == 0)
			m->address = text;
		/* Where something answers, or another port is asked for, it is a test's network. */
		if (answers(&h->address[i]) || h->port != 25)
			continue;
		if (addr_is_loopback(&hop->addr[i]) || addr_is_any(&hop->addr[i]))
			m->loopback_address = text;
		else if (is_private(&hop->addr[i]))
			m->private_address = text;
	}
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
		fill_host(&host[i], h, arena);
		for (size_t j = 0; j < h->naddresses; j++)
			path[npaths++] = (struct path_facts){
				.host = h->name,
				.address = address_text(&h->address[j].addr, arena),
				.preference = h->preference,
				.family = addr_family(&h->address[j].addr),
				.path = check_path(&h->address[j]),
			};
	}
	struct span name = k->domain.len    ? k->domain :
	    l->route->name.len ? l->route->name :
				 k->target->host;
	/* Of a host that is no MX the lookup tells about the domain itself. */
	enum fact_dns none = l->err.kind ? result_of(l->err.cause) : DNS_NO_DATA;
	struct domain_facts facts = {
		.domain = k->domain,
		.mx = { .name = name,
		    .ede = l->route->doubt.ede,
		    .without_validation = l->route->doubt.without_validation,
		    /* A host that answers is asked about as a host. */
		    .result = l->route->mx			? DNS_ANSWERED :
			k->domain.len == 0 && k->naddresses > 0 ? DNS_NOT_ASKED :
			implicit				? DNS_NO_DATA :
								  none },
		.own = implicit && k->nhosts ?
		    facts_of_host(k->host[0].found->hop->found, k->domain) :
		    (struct dns_facts){
			.result = l->err.kind ? none : DNS_NOT_ASKED, .name = name },
		.null_mx = l->err.cause == CAUSE_NO_MAIL,
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
