/* route - from a target to the addresses to try. */
#include "run/route.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* Once a host's addresses are known, the other MX have this long to become known. */
#define GRACE_MS 1500

struct slot {				/* of an MX, while its addresses are sought */
	struct route_query *query;
	struct host_query *host;
	struct route_hop hop;
	bool over;
};

struct route_query {
	struct dns *dns;
	const struct target *target;
	const struct route_opts *opts;
	struct arena *arena;
	route_fn *fn;
	route_note_fn *note;
	void *ctx;
	struct loop_timer *timer, *deadline;
	enum { ROUTE_BEGIN, ROUTE_ASKING, ROUTE_GRACE, ROUTE_ENDING, ROUTE_TOLD } stage;
	uint64_t began_us, deadline_ms;
	struct dns_query *mx;
	struct slot *slot;		/* one for a bare host */
	size_t nslots, waiting;
	struct route *route;
	struct err err;
};

static void __attribute__((format(printf, 2, 3)))
note(struct route_query *q, const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	q->note(q->ctx, span_of(text));
}

/* All is known: told at the next wake-up, so that nothing of ours is on the stack. */
static void
end(struct route_query *q)
{
	if (q->stage >= ROUTE_ENDING)
		return;
	q->stage = ROUTE_ENDING;
	loop_timer_set(q->timer, 0);
}

static void __attribute__((format(printf, 3, 4)))
fail(struct route_query *q, enum err_cause cause, const char *format, ...)
{
	char text[sizeof q->err.text];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	err_set(&q->err, ERR_DNS, "%s", text);
	q->err.cause = cause;
	end(q);
}

/* ---- the hosts of an MX set */

static void
collect(struct route_query *q)
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
		if (r->hop[i].found.cause != r->hop[0].found.cause)
			return CAUSE_NO_ADDRESS;
	return r->hop[0].found.cause;
}

static void
hosts_are_over(struct route_query *q)
{
	struct route *r = q->route;

	collect(q);
	for (size_t i = r->nhops; i < r->nall; i++)
		note(q, "the MX %u %.*s is left out: %.*s", r->hop[i].preference, SPAN_ARG(r->hop[i].host),
		    SPAN_ARG(r->hop[i].found.why));
	if (r->nhops == 0)
		fail(q, shared_cause(r), "no MX of %.*s has an address%s%.*s%s%.*s", SPAN_ARG(r->name), r->nall == 1 ? ": " : "",
		    SPAN_ARG(r->nall == 1 ? r->hop[0].host : SPAN("")), r->nall == 1 ? ": " : "",
		    SPAN_ARG(r->nall == 1 ? r->hop[0].found.why : SPAN("")));
	else
		end(q);
}

static void
take_host(struct slot *s, const struct host *host)
{
	s->over = true;
	s->hop.found = *host;
	s->hop.addr = host->addr;
	s->hop.naddr = host->naddr;
}

static void
on_mx_host(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;

	take_host(s, host);
	q->waiting--;
	if (q->stage >= ROUTE_ENDING)
		return;
	if (host->alias.len > 0)
		note(q, "the MX %.*s is an alias (CNAME) of %.*s, which RFC 5321 5.1 forbids: it is used all the same",
		    SPAN_ARG(s->hop.host), SPAN_ARG(host->alias));
	if (host->note.len > 0)
		note(q, "%.*s", SPAN_ARG(host->note));
	if (q->waiting == 0) {
		hosts_are_over(q);
	} else if (q->stage == ROUTE_ASKING && host->naddr > 0) {
		q->stage = ROUTE_GRACE;
		loop_timer_set(q->timer, GRACE_MS);
	}
}

static void
grace_is_over(struct route_query *q)
{
	for (size_t i = 0; i < q->nslots; i++)
		if (!q->slot[i].over) {
			q->slot[i].hop.found.why = SPAN("its address was not found in time");
			q->slot[i].hop.found.cause = CAUSE_NO_ANSWER;
		}
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
			struct host none = { .name = s->hop.host, .cause = CAUSE_NO_ADDRESS,
				.why = SPAN("an address stands where a host name is due (RFC 5321 5.1)") };
			on_mx_host(s, &none);
		} else {
			s->host = host_find(q->dns, s->hop.host, q->target->port, false, q->opts, q->arena, on_mx_host, s);
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
	take_host(s, host);
	collect(q);
	if (host->naddr == 0) {
		fail(q, host->cause, "%.*s has no MX, and no address of its own either: %.*s", SPAN_ARG(name), SPAN_ARG(host->why));
		return;
	}
	note(q, "%.*s has no MX: mail goes to its own address (RFC 5321 5.1)", SPAN_ARG(name));
	end(q);
}

static void
use_own_address(struct route_query *q)
{
	struct span name = q->route->name;

	q->slot = memory_zeroed(sizeof *q->slot);
	q->nslots = 1;
	*q->slot = (struct slot){ .query = q, .hop = { .host = name } };
	q->slot->host = host_find(q->dns, name, q->target->port, false, q->opts, q->arena, on_own_address, q->slot);
}

/* The MX records as slots, null MX left out; their number of those. */
static size_t
take_mx(struct route_query *q, const struct dns_answer *a, struct span owner)
{
	const struct dns_record *r = NULL;
	size_t null = 0, more = 0;

	q->slot = memory_zeroed(ROUTE_HOPS_MAX * sizeof *q->slot);
	while ((r = dns_next(a, owner, DNS_MX, r))) {
		q->route->ttl = q->nslots + null == 0 || r->ttl < q->route->ttl ? r->ttl : q->route->ttl;
		if (r->name.len == 0) {
			null++;
		} else if (q->nslots == ROUTE_HOPS_MAX) {
			more++;
		} else {
			struct route_hop *hop = &q->slot[q->nslots++].hop;
			*hop = (struct route_hop){ .host = arena_copy(q->arena, r->name), .preference = r->preference };
		}
	}
	if (more > 0)
		note(q, "%.*s has %zu MX: %d of them are looked at", SPAN_ARG(q->route->name), q->nslots + more, ROUTE_HOPS_MAX);
	return null;
}

static void
understand_mx(struct route_query *q, const struct dns_reply *reply, struct span owner)
{
	struct span name = q->route->name;
	size_t null = take_mx(q, reply->answer, owner);

	q->route->mx = q->nslots + null > 0;
	q->route->authentic = reply->authentic;
	q->route->unbelieved = reply->answer->ad && !reply->authentic;
	if (q->nslots == 0 && null > 0) {
		fail(q, CAUSE_NO_MAIL, "%.*s takes no mail: its MX is \".\" (a null MX, RFC 7505)", SPAN_ARG(name));
		return;
	}
	if (q->nslots == 0) {
		free(q->slot);
		use_own_address(q);
		return;
	}
	if (null > 0)
		note(q, "%.*s has a null MX beside others, which RFC 7505 3 forbids: it is left out", SPAN_ARG(name));
	shuffle(q->slot, q->nslots);
	sort_by_preference(q->slot, q->nslots);
	find_hosts(q);
}

static void
on_mx(void *ctx, const struct dns_reply *reply)
{
	struct route_query *q = ctx;
	struct span name = q->route->name, last;
	unsigned steps;

	q->mx = NULL;
	if (q->stage >= ROUTE_ENDING)
		return;
	if (reply->ok && reply->ntries > 1)
		note(q, "%.*s", SPAN_ARG(dns_tries_text(reply, q->arena)));
	if (!reply->ok)
		fail(q, dns_cause(reply), "the MX of %.*s cannot be found: %.*s", SPAN_ARG(name), SPAN_ARG(dns_tries_text(reply, q->arena)));
	else if (!dns_follow(reply->answer, name, &last, &steps))
		fail(q, CAUSE_NO_ADDRESS, "the MX of %.*s cannot be found: its CNAMEs form a loop", SPAN_ARG(name));
	else if (reply->answer->rcode == DNS_NXDOMAIN && steps > 0)
		fail(q, CAUSE_NO_NAME, "%.*s is an alias of %.*s, which does not exist (NXDOMAIN)", SPAN_ARG(name), SPAN_ARG(last));
	else if (reply->answer->rcode == DNS_NXDOMAIN)
		fail(q, CAUSE_NO_NAME, "the domain %.*s does not exist (NXDOMAIN)", SPAN_ARG(name));
	else
		understand_mx(q, reply, last);
}

/* ---- a host, and where the mail for its name goes */

static void
on_elsewhere(void *ctx, const struct dns_reply *reply)
{
	struct route_query *q = ctx;
	struct span name = q->route->name, last;
	const struct dns_record *r = NULL, *best = NULL;
	unsigned steps;

	q->mx = NULL;
	if (reply->ok && dns_follow(reply->answer, name, &last, &steps))
		while ((r = dns_next(reply->answer, last, DNS_MX, r))) {
			if (dns_name_eq(r->name, name)) {
				best = NULL;
				break;
			}
			if (r->name.len > 0 && (!best || r->preference < best->preference))
				best = r;
		}
	if (best) {
		q->route->elsewhere = arena_copy(q->arena, best->name);
		note(q, "mail for %.*s goes to %.*s: @%.*s", SPAN_ARG(name), SPAN_ARG(best->name), SPAN_ARG(name));
	}
	q->route->asking = false;
	if (q->stage == ROUTE_ASKING && q->err.kind != ERR_NONE)
		end(q);
	if (q->stage == ROUTE_TOLD)
		q->note(q->ctx, SPAN(""));	/* its owner may free q */
}

static void
on_host(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;

	if (q->stage >= ROUTE_ENDING)
		return;
	s->hop.host = q->route->name;
	take_host(s, host);
	collect(q);
	if (host->naddr == 0) {
		err_set(&q->err, ERR_DNS, "no address for %.*s: %.*s", SPAN_ARG(host->name), SPAN_ARG(host->why));
		q->err.cause = host->cause;
	} else if (host->note.len > 0) {
		note(q, "%.*s", SPAN_ARG(host->note));
	}
	if (host->naddr > 0 || !q->mx)
		end(q);			/* else the MX may still tell where else to go */
}

static void
find_host(struct route_query *q)
{
	const struct target *t = q->target;

	q->slot = memory_zeroed(sizeof *q->slot);
	q->nslots = 1;
	q->slot->query = q;
	q->slot->host = host_find(q->dns, t->host, t->port, true, q->opts, q->arena, on_host, q->slot);
	if (q->slot->host && q->stage == ROUTE_ASKING && span_has(q->route->name, '.'))
		q->mx = dns_ask(q->dns, q->route->name, DNS_MX, on_elsewhere, q);
	q->route->asking = q->mx != NULL;
}

static void
find_path(struct route_query *q)
{
	struct route *r = q->route;

	r->hop = ARENA_NEW(q->arena, struct route_hop);
	r->hop->host = q->target->host;
	r->hop->addr = ARENA_NEW(q->arena, struct addr);
	r->hop->naddr = r->nhops = r->nall = 1;
	addr_unix(r->hop->addr, q->target->host, &q->err);
	end(q);
}

/* ---- the way of a query */

static void
begin(struct route_query *q)
{
	const struct target *t = q->target;
	struct addr literal;

	q->stage = ROUTE_ASKING;
	if (t->kind == TARGET_UNIX) {
		find_path(q);
		return;
	}
	if (!host_ascii(t->host, q->arena, &q->route->name, &q->err)) {
		end(q);
		return;
	}
	if (q->route->name.at != t->host.at)
		note(q, "%.*s is %.*s in the DNS", SPAN_ARG(t->host), SPAN_ARG(q->route->name));
	if (t->kind != TARGET_MX || addr_parse(&literal, t->host, 0)) {
		find_host(q);
	} else if (!(q->mx = dns_ask(q->dns, q->route->name, DNS_MX, on_mx, q))) {
		fail(q, CAUSE_NO_ADDRESS, "\"%.*s\" is no domain name: labels have 1 to 63 octets, and all together 253 at most", SPAN_ARG(t->host));
	}
}

static void
tell(struct route_query *q)
{
	q->stage = ROUTE_TOLD;
	loop_timer_stop(q->deadline);
	q->route->took_us = loop_now_us() - q->began_us;
	q->fn(q->ctx, q->route, &q->err);
}

static void
on_timer(void *ctx, unsigned ready)
{
	struct route_query *q = ctx;

	(void)ready;
	if (q->stage == ROUTE_BEGIN)
		begin(q);
	else if (q->stage == ROUTE_GRACE)
		grace_is_over(q);
	else if (q->stage == ROUTE_ENDING)
		tell(q);
}

static void
on_deadline(void *ctx, unsigned ready)
{
	struct route_query *q = ctx;

	(void)ready;
	if (q->stage == ROUTE_GRACE) {
		grace_is_over(q);
		return;
	}
	if (q->stage < ROUTE_ENDING && q->err.kind == ERR_NONE)
		fail(q, CAUSE_NO_ANSWER, "%.*s was not found within %llu ms: the name servers take too long",
		    SPAN_ARG(q->target->host), (unsigned long long)q->deadline_ms);
	else
		end(q);
}

struct route_query *
route_find(struct loop *loop, struct dns *dns, const struct target *target, const struct route_opts *opts,
    uint64_t deadline_ms, struct arena *arena, route_fn *fn, route_note_fn *note_fn, void *ctx)
{
	struct route_query *q = memory_zeroed(sizeof *q);

	*q = (struct route_query){
		.dns = dns, .target = target, .opts = opts, .arena = arena, .fn = fn, .note = note_fn, .ctx = ctx,
		.began_us = loop_now_us(), .deadline_ms = deadline_ms, .route = ARENA_NEW(arena, struct route),
	};
	q->timer = loop_timer(loop, on_timer, q);
	q->deadline = loop_timer(loop, on_deadline, q);
	loop_timer_set(q->timer, 0);
	if (deadline_ms)
		loop_timer_set(q->deadline, deadline_ms);
	return q;
}

void
route_free(struct route_query *q)
{
	if (!q)
		return;
	dns_cancel(q->mx);
	for (size_t i = 0; i < q->nslots; i++)
		host_free(q->slot[i].host);
	free(q->slot);
	loop_timer_free(q->timer);
	loop_timer_free(q->deadline);
	free(q);
}
