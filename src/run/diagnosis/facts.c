/* facts - turns errors, lookups and routes into facts. */
#include "run/diagnosis/facts.h"

#include <errno.h>

static const struct {
	enum err_cause cause;
	enum fact_dns dns;
} lookups[] = {
	{ CAUSE_NO_NAME, DNS_NAME_ERROR },
	{ CAUSE_NO_ADDRESS, DNS_NO_DATA },
	{ CAUSE_SERVFAIL, DNS_FAILED },
	{ CAUSE_DNS_REFUSED, DNS_DENIED },
	{ CAUSE_NO_ANSWER, DNS_SILENT },
	{ CAUSE_DNS_UNUSABLE, DNS_BROKEN },
	{ CAUSE_ALIAS_LOOP, DNS_LOOP },
};

static const struct {
	enum err_cause cause;
	enum fact_handshake handshake;
} handshakes[] = {
	{ CAUSE_SHAKE_ALERT, SHAKE_ALERT },
	{ CAUSE_SHAKE_OLD_VERSION, SHAKE_OLD_VERSION },
	{ CAUSE_SHAKE_NOTHING_SHARED, SHAKE_NOTHING_SHARED },
	{ CAUSE_SHAKE_WEAK, SHAKE_WEAK },
	{ CAUSE_SHAKE_RENEGOTIATION, SHAKE_RENEGOTIATION },
	{ CAUSE_SHAKE_CLOSED, SHAKE_CLOSED },
	{ CAUSE_SHAKE_CLEARTEXT, SHAKE_CLEARTEXT },
};

static enum fact_end
end_of_connect(int sys)
{
	switch (sys) {
	case ECONNREFUSED:
		return END_REFUSED;
	case ETIMEDOUT:
		return END_TIMED_OUT;
	case EADDRNOTAVAIL: case EAFNOSUPPORT:
		return END_NO_ROUTE;
	case EACCES: case EPERM:
		return END_FORBIDDEN;
	case ECONNRESET:
		return END_RESET;
	case 0:
		return END_NONE;
	default:
		return END_UNREACHABLE;
	}
}

void
facts_of_err(
    struct facts *f, enum err_kind kind, enum err_cause cause, int sys, unsigned alert)
{
	switch (kind) {
	case ERR_DNS:
		f->stage = AT_RESOLVE;
		for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++)
			if (lookups[i].cause == cause)
				f->dns.result = lookups[i].dns;
		f->null_mx = cause == CAUSE_NO_MAIL;
		break;
	case ERR_CONNECT:
		f->stage = AT_CONNECT;
		f->end = end_of_connect(sys);
		break;
	case ERR_TLS:
		if (cause == CAUSE_NOT_OFFERED) {
			f->starttls_wanted = true;
			break;
		}
		for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++)
			if (handshakes[i].cause == cause)
				f->handshake = handshakes[i].handshake;
		if (f->handshake != SHAKE_UNKNOWN)
			f->end = END_TLS_FAILED;
		f->alert = alert;
		break;
	case ERR_TIMEOUT:
		f->end = END_TIMED_OUT;
		break;
	case ERR_PROTO:
		f->injected = cause == CAUSE_INJECTED;
		break;
	case ERR_UNKNOWN:
		f->fate_unknown = true;
		break;
	default:
		break;
	}
}

void
facts_of_route(struct facts *f, const struct target *target, const struct route *route)
{
	/* A bare name is a domain if the lookup took it for one. */
	bool domain = target->kind == TARGET_MX || f->null_mx ||
	    (route && (route->mx || route->implicit));

	f->host = target->host;
	if (route) {
		f->dns.ede = route->doubt.ede;
		f->dns.without_validation = route->doubt.without_validation;
	}
	if (!domain) {
		f->dns.name = f->host;
		return;
	}
	f->domain = target->host;
	if (route && route->mx && route->nhops == 0 && route->nall > 0) {
		f->mx = true;
		f->host = route->hop[0].host;
		f->preference = route->hop[0].preference;
	}
	f->dns.name = f->host;
}

enum fact_dns
facts_of_lookup(enum err_cause cause)
{
	for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++)
		if (lookups[i].cause == cause)
			return lookups[i].dns;
	return DNS_NOT_ASKED;
}

struct dns_facts
facts_of_host(const struct host *found, struct span name)
{
	return (struct dns_facts){
		.result = found->naddr > 0 ? DNS_ANSWERED : facts_of_lookup(found->cause),
		.name = name,
		.ede = found->doubt.ede,
		.without_validation = found->doubt.without_validation,
	};
}

void
facts_of_mx(struct mx_facts *m, const struct route_hop *hop, struct arena *arena)
{
	char text[ADDR_TEXT];

	*m = (struct mx_facts){
		.host = hop->host,
		.preference = hop->preference,
		.dns = facts_of_host(hop->found, hop->host),
		.alias = hop->found->alias.len > 0,
	};
	for (size_t i = 0; i < hop->naddr; i++) {
		struct span address = arena_copy(arena, span_of(addr_host(&hop->addr[i], text)));
		if (i == 0)
			m->address = address;
		if (addr_is_loopback(&hop->addr[i]) || addr_is_any(&hop->addr[i]))
			m->loopback_address = address;
		else if (addr_is_private(&hop->addr[i]))
			m->private_address = address;
	}
}
