/* route - the MX of a domain, and their hosts' addresses. */
#include <stdlib.h>
#include <sys/random.h>

#include "run/route/route_impl.h"

/* Once a host's addresses are known, the other MX have this long to become known. */
#define GRACE_MS 1500

/* ---- the hosts of an MX set */

void
route_collect(struct route_query *q)
{
	struct route *r = q->route;

	r->hop = ARENA_ARRAY(q->arena, struct route_hop, q->nslots ? q->nslots : 1);
	for (size_t i = 0; i < q->nslots; i++)
		if (q->slot[i].hop.naddr > 0)
			r->hop[r->nhops++] = q->slot[i].hop;
	r->nall = r->nhops;
	for (size_t i = 0; i < q->nslots; i++)
		if (q->slot[i].hop.naddr == 0)
			r->hop[r->nall++] = q->slot[i].hop;
}

/* Of hosts that have no address: what is true of all of them. */
static enum err_cause
shared_cause(const struct route *r)
{
	for (size_t i = 1; i < r->nall; i++)
		if (r->hop[i].found->cause != r->hop[0].found->cause)
			return CAUSE_NO_ADDRESS;
	return r->hop[0].found->cause;
}

static void
hosts_are_over(struct route_query *q)
{
	struct route *r = q->route;
	struct span all = SPAN_NONE;

	route_collect(q);
	for (size_t i = r->nhops; i < r->nall; i++) {
		const struct route_hop *hop = &r->hop[i];
		struct span out = arena_printf(q->arena, "the MX %u %.*s is left out: %.*s",
		    hop->preference, SPAN_ARG(hop->host), SPAN_ARG(hop->found->why));
		/* where none is left, the failure says it of each */
		q->note(q->ctx, out, r->nhops > 0);
		all = arena_printf(q->arena, "%.*s%s%.*s: %.*s", SPAN_ARG(all), all.len ? "; " : "",
		    SPAN_ARG(hop->host), SPAN_ARG(hop->found->why));
	}
	if (r->nhops == 0)
		route_fail(q, shared_cause(r), "no MX of %.*s has an address: %.*s",
		    SPAN_ARG(r->name), SPAN_ARG(all));
	else
		route_end(q);
}

void
route_take_host(struct slot *s, const struct host *host)
{
	const struct route *r = s->query->route;
	struct host *found = ARENA_NEW(s->query->arena, struct host);
	struct dane_path *path = ARENA_NEW(s->query->arena, struct dane_path);

	*found = *host;
	dane_path_set(path, host);
	if (s->query->target->kind == TARGET_MX) {
		path->domain = r->name;
		path->domain_alias = r->alias;
		path->mx = true;
		path->mx_authentic = r->authentic;
		path->trust = r->trust < path->trust ? r->trust : path->trust;
	}
	s->over = true;
	s->hop.found = found;
	s->hop.path = path;
	s->hop.addr = host->addr;
	s->hop.naddr = host->naddr;
	for (size_t i = 0; i < host->nnotes; i++)
		route_note(s->query, "%.*s", SPAN_ARG(host->note[i]));
}

static void
on_mx_host(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;

	route_take_host(s, host);
	q->waiting--;
	if (q->stage >= ROUTE_ENDING)
		return;
	if (host->alias.len > 0)
		route_note(q,
		    "the MX %.*s is an alias (CNAME) of %.*s, which RFC 5321 5.1 forbids: it is "
		    "used all the same",
		    SPAN_ARG(s->hop.host), SPAN_ARG(host->alias));
	if (q->waiting == 0) {
		hosts_are_over(q);
	} else if (q->stage == ROUTE_ASKING && host->naddr > 0) {
		q->stage = ROUTE_GRACE;
		loop_timer_set(q->timer, GRACE_MS);
	}
}

void
route_grace_is_over(struct route_query *q)
{
	static const struct host late = {
		.why = SPAN_INIT("its address was not found in time"), .cause = CAUSE_NO_ANSWER
	};

	for (size_t i = 0; i < q->nslots; i++)
		if (!q->slot[i].over)
			q->slot[i].hop.found = &late;
	hosts_are_over(q);
}

static void
shuffle(struct slot *slot, size_t n)
{
	unsigned char chance[2 * ROUTE_HOPS_MAX] = { 0 };

	if (getentropy(chance, sizeof chance) != 0)
		return;
	for (size_t i = n; i-- > 1;) {
		size_t j = (chance[2 * i] << 8 | chance[2 * i + 1]) % (i + 1);
		struct slot other = slot[i];
		slot[i] = slot[j];
		slot[j] = other;
	}
}

static void
sort_by_preference(struct slot *slot, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct slot s = slot[i];
		size_t j = i;
		for (; j > 0 && slot[j - 1].hop.preference > s.hop.preference; j--)
			slot[j] = slot[j - 1];
		slot[j] = s;
	}
}

static void
find_hosts(struct route_query *q)
{
	struct addr literal;

	q->waiting = q->nslots;
	for (size_t i = 0; i < q->nslots; i++) {
		struct slot *s = &q->slot[i];
		s->query = q;
		if (addr_parse(&literal, s->hop.host, 0)) {
			struct host none = { .name = s->hop.host,
				.cause = CAUSE_NO_ADDRESS,
				.why = SPAN(
				    "an address stands where a host name is due (RFC 5321 5.1)") };
			on_mx_host(s, &none);
		} else {
			s->host = host_find(
			    &q->env, s->hop.host, q->target->port, false, on_mx_host, s);
		}
	}
}

/* ---- the MX of a domain */

static void
on_own_address(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;
	struct span name = q->route->name;

	if (q->stage >= ROUTE_ENDING)
		return;
	route_take_host(s, host);
	route_collect(q);
	if (host->naddr == 0) {
		route_fail(q, host->cause, "%.*s has no MX, and no address of its own either: %.*s",
		    SPAN_ARG(name), SPAN_ARG(host->why));
		return;
	}
	route_note(
	    q, "%.*s has no MX: mail goes to its own address (RFC 5321 5.1)", SPAN_ARG(name));
	route_end(q);
}

static void
use_own_address(struct route_query *q)
{
	struct span name = q->route->name;

	q->route->implicit = true;
	q->slot = memory_zeroed(sizeof *q->slot);
	q->nslots = 1;
	*q->slot = (struct slot){ .query = q, .hop = { .host = name } };
	q->slot->host = host_find(&q->env, name, q->target->port, false, on_own_address, q->slot);
}

/* The MX records as slots, null MX left out; their number of those. */
static size_t
take_mx(struct route_query *q, const struct dns_answer *a, struct span owner)
{
	const struct dns_record *r = NULL;
	size_t null = 0, more = 0;

	q->slot = memory_zeroed(ROUTE_HOPS_MAX * sizeof *q->slot);
	while ((r = dns_next(a, owner, DNS_MX, r))) {
		q->route->ttl = q->nslots + null == 0 || r->ttl < q->route->ttl ? r->ttl :
										  q->route->ttl;
		if (r->name.len == 0) {
			null++;
			continue;
		}
		size_t same = 0;
		while (same < q->nslots && !dns_name_eq(q->slot[same].hop.host, r->name))
			same++;
		/* one host, one row: the better preference is what senders use */
		if (same < q->nslots) {
			struct route_hop *hop = &q->slot[same].hop;
			route_note(q, "the MX %.*s stands there twice, with preferences %u and %u",
			    SPAN_ARG(hop->host), hop->preference, r->preference);
			hop->preference = r->preference < hop->preference ? r->preference :
									    hop->preference;
		} else if (q->nslots == ROUTE_HOPS_MAX) {
			more++;
		} else {
			struct route_hop *hop = &q->slot[q->nslots++].hop;
			*hop = (struct route_hop){ .host = arena_copy(q->arena, r->name),
				.preference = r->preference };
		}
	}
	if (more > 0)
		route_note(q, "%.*s has %zu MX: %d of them are looked at", SPAN_ARG(q->route->name),
		    q->nslots + more, ROUTE_HOPS_MAX);
	return null;
}

static void
understand_mx(struct route_query *q, const struct dns_reply *reply, struct span owner)
{
	struct span name = q->route->name;

	q->route->trust = reply->trust;
	q->route->resolver = reply->try[reply->ntries - 1].server;
	q->route->authentic = reply->authentic;
	if (!dns_name_eq(owner, name)) {
		q->route->alias = arena_copy(q->arena, owner);
		route_note(q, "%.*s is an alias (CNAME) of %.*s, whose MX count (RFC 5321 5.1)",
		    SPAN_ARG(name), SPAN_ARG(owner));
	}
	size_t null = take_mx(q, reply->answer, owner);
	if (reply->answer->nbad > 0)
		route_note(q, "the MX of %.*s: %zu malformed record%s left out", SPAN_ARG(name),
		    reply->answer->nbad, reply->answer->nbad == 1 ? " is" : "s are");
	q->route->mx = q->nslots + null > 0;
	q->route->unbelieved = reply->answer->ad && !reply->authentic;
	if (q->nslots == 0 && null > 0) {
		route_fail(q, CAUSE_NO_MAIL,
		    "%.*s takes no mail: its MX is \".\" (a null MX, RFC 7505)", SPAN_ARG(name));
		return;
	}
	if (q->nslots == 0) {
		free(q->slot);
		use_own_address(q);
		return;
	}
	if (null > 0)
		route_note(q,
		    "%.*s has a null MX beside others, which RFC 7505 3 forbids: it is left out",
		    SPAN_ARG(name));
	shuffle(q->slot, q->nslots);
	sort_by_preference(q->slot, q->nslots);
	find_hosts(q);
}

void
route_on_mx(void *ctx, const struct dns_reply *reply)
{
	struct route_query *q = ctx;
	struct span name = q->route->name, last;
	unsigned steps;

	q->mx = NULL;
	if (q->stage >= ROUTE_ENDING)
		return;
	if (reply->ok && reply->ntries > 1)
		route_note(q, "%.*s", SPAN_ARG(dns_tries_text(reply, q->arena)));
	if (!reply->ok)
		route_fail(q, dns_cause(reply), "the MX of %.*s cannot be found: %.*s",
		    SPAN_ARG(name), SPAN_ARG(dns_tries_text(reply, q->arena)));
	else if (!dns_follow(reply->answer, name, &last, &steps))
		route_fail(q, CAUSE_NO_ADDRESS,
		    "the MX of %.*s cannot be found: its CNAMEs form a loop", SPAN_ARG(name));
	else if (reply->answer->rcode == DNS_NXDOMAIN && steps > 0)
		route_fail(q, CAUSE_NO_NAME,
		    "%.*s is an alias of %.*s, which does not exist (NXDOMAIN)", SPAN_ARG(name),
		    SPAN_ARG(last));
	else if (reply->answer->rcode == DNS_NXDOMAIN)
		route_fail(
		    q, CAUSE_NO_NAME, "the domain %.*s does not exist (NXDOMAIN)", SPAN_ARG(name));
	else
		understand_mx(q, reply, last);
}
