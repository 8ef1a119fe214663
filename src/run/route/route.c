/*
 * route - finds the addresses to try for a target.
 *
 * A path needs no lookup. For a host its addresses are looked up, and in parallel the MX of its
 * name, only to say where its mail goes. For a domain its MX are looked up, then the addresses of
 * each. Each host is a slot; slots with an address become hops. Once one MX has an address, the
 * others have GRACE_MS to get theirs. The result (ROUTE_ENDING) is reported at the next wake-up, so
 * that the caller may free the query without a frame of it on the stack.
 */
#include "run/route/route.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/port.h"
#include "base/text.h"

/* Once one MX host has an address, the lookups of the others have this long to finish. */
#define GRACE_MS 1500

enum { OVERDUE_MS = 50 };

struct slot {				/* an MX, while its addresses are looked up */
	struct route_query *query;
	struct host_query *host;
	struct route_hop hop;
	bool over;
};

struct route_query {
	struct lookup_env env;
	const struct target *target;
	route_fn *fn;
	route_note_fn *note;
	void *ctx;
	struct loop_timer *timer, *deadline;
	enum { ROUTE_BEGIN, ROUTE_ASKING, ROUTE_GRACE, ROUTE_ENDING, ROUTE_TOLD } stage;
	uint64_t began_us;
	bool overdue;			/* the deadline has passed; waiting for queries to fail */
	struct dns_query *mx;
	struct slot *slot;		/* one for each MX; a single one for a host */
	size_t nslots, waiting;
	struct span noted[16];		/* notes made, so that none is repeated */
	size_t nnoted;
	struct route *route;
	struct err err;
};

static void __attribute__((format(printf, 2, 3)))
route_note(struct route_query *q, const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	for (size_t i = 0; i < q->nnoted; i++)
		if (span_eq(q->noted[i], span_of(text)))
			return;
	if (q->nnoted < sizeof q->noted / sizeof *q->noted)
		q->noted[q->nnoted++] = arena_copy(q->env.arena, span_of(text));
	q->note(q->ctx, span_of(text), true);
}

/* Ends the query: it is reported at the next wake-up. */
static void
route_end(struct route_query *q)
{
	if (q->stage >= ROUTE_ENDING)
		return;
	q->stage = ROUTE_ENDING;
	loop_timer_set(q->timer, 0);
}

/* Without c-ares there was no query: a fault of this machine, not of the name. */
static enum err_kind
route_kind(enum err_cause cause)
{
	return cause == CAUSE_NOT_QUERIED ? ERR_SYSTEM : ERR_DNS;
}

static void __attribute__((format(printf, 3, 4)))
route_fail(struct route_query *q, enum err_cause cause, const char *format, ...)
{
	char text[sizeof q->err.text];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	err_set(&q->err, route_kind(cause), "%s", text);
	q->err.cause = cause;
	route_end(q);
}

/* ---- the hosts of an MX set */

/* Turns slots into the route's hops, those without an address last. */
static void
route_collect(struct route_query *q)
{
	struct route *r = q->route;

	r->hop = ARENA_ARRAY(q->env.arena, struct route_hop, q->nslots ? q->nslots : 1);
	for (size_t i = 0; i < q->nslots; i++)
		if (q->slot[i].hop.naddr > 0)
			r->hop[r->nhops++] = q->slot[i].hop;
	r->nall = r->nhops;
	for (size_t i = 0; i < q->nslots; i++)
		if (q->slot[i].hop.naddr == 0)
			r->hop[r->nall++] = q->slot[i].hop;
}

/* Takes what was found about a slot's host, with its notes. */
static void
route_take_host(struct slot *s, const struct host *host)
{
	const struct route *r = s->query->route;
	struct host *found = ARENA_NEW(s->query->env.arena, struct host);
	struct dane_path *path = ARENA_NEW(s->query->env.arena, struct dane_path);

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

/* Returns the cause that all hosts without an address have in common. */
static enum err_cause
shared_cause(const struct route *r)
{
	for (size_t i = 1; i < r->nall; i++)
		if (r->hop[i].found->cause != r->hop[0].found->cause)
			return CAUSE_NO_ADDRESS;
	return r->hop[0].found->cause;
}

static void
route_hosts_are_over(struct route_query *q)
{
	struct route *r = q->route;
	struct span all = SPAN_NONE;

	route_collect(q);
	for (size_t i = r->nhops; i < r->nall; i++) {
		const struct route_hop *hop = &r->hop[i];
		struct span out = arena_printf(q->env.arena, "ignoring MX %u %.*s: %.*s",
		    hop->preference, SPAN_ARG(hop->host), SPAN_ARG(hop->found->why));
		/* if no host is left, the error says so for each */
		q->note(q->ctx, out, r->nhops > 0);
		all = arena_printf(q->env.arena, "%.*s%s%.*s: %.*s", SPAN_ARG(all),
		    all.len ? "; " : "", SPAN_ARG(hop->host), SPAN_ARG(hop->found->why));
	}
	if (r->nhops == 0 && r->nall > 0)
		r->doubt = r->hop[0].found->doubt;
	if (r->nhops == 0)
		route_fail(q, shared_cause(r), "no MX host of %.*s has an address: %.*s",
		    SPAN_ARG(r->name), SPAN_ARG(all));
	else
		route_end(q);
}

static void
route_on_mx_host(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;

	route_take_host(s, host);
	q->waiting--;
	if (q->stage >= ROUTE_ENDING)
		return;
	if (host->alias.len > 0)
		route_note(q,
		    "the MX %.*s is an alias (CNAME) of %.*s, which RFC 5321 5.1 forbids; using it "
		    "anyway",
		    SPAN_ARG(s->hop.host), SPAN_ARG(host->alias));
	if (q->waiting == 0) {
		route_hosts_are_over(q);
	} else if (q->stage == ROUTE_ASKING && host->naddr > 0) {
		q->stage = ROUTE_GRACE;
		loop_timer_set(q->timer, GRACE_MS);
	}
}

/* Gives up the hosts whose addresses are still unknown. */
static void
route_grace_is_over(struct route_query *q)
{
	static const struct host late = { .why = SPAN_INIT("the lookup of its address timed out"),
		.cause = CAUSE_NO_ANSWER };

	for (size_t i = 0; i < q->nslots; i++)
		if (!q->slot[i].over)
			q->slot[i].hop.found = &late;
	route_hosts_are_over(q);
}

static void
shuffle_slots(struct slot *slot, size_t n)
{
	unsigned char chance[2 * ROUTE_HOPS_MAX] = { 0 };

	if (!port_random(chance, sizeof chance))
		return;
	for (size_t i = n; i-- > 1;) {
		size_t j = (chance[2 * i] << 8 | chance[2 * i + 1]) % (i + 1);
		struct slot other = slot[i];
		slot[i] = slot[j];
		slot[j] = other;
	}
}

static void
sort_slots(struct slot *slot, size_t n)
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
route_find_hosts(struct route_query *q)
{
	struct addr literal;

	q->waiting = q->nslots;
	for (size_t i = 0; i < q->nslots; i++) {
		struct slot *s = &q->slot[i];
		s->query = q;
		if (addr_parse(&literal, s->hop.host, 0)) {
			struct host none = { .name = s->hop.host,
				.cause = CAUSE_NO_ADDRESS,
				.why = SPAN("it is an address, where a host name is required (RFC "
					    "5321 5.1)") };
			route_on_mx_host(s, &none);
		} else {
			s->host = host_find(
			    &q->env, s->hop.host, q->target->port, false, route_on_mx_host, s);
		}
	}
}

/* ---- the MX of a domain */

static void
route_on_own_address(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;
	struct span name = q->route->name;

	if (q->stage >= ROUTE_ENDING)
		return;
	route_take_host(s, host);
	route_collect(q);
	if (host->naddr == 0) {
		q->route->doubt = host->doubt;
		route_fail(q, host->cause, "%.*s has no MX, and no address of its own: %.*s",
		    SPAN_ARG(name), SPAN_ARG(host->why));
		return;
	}
	route_note(
	    q, "%.*s has no MX: mail goes to its own address (RFC 5321 5.1)", SPAN_ARG(name));
	route_end(q);
}

static void
route_use_own_address(struct route_query *q)
{
	struct span name = q->route->name;

	q->route->implicit = true;
	q->slot = memory_zeroed(sizeof *q->slot);
	q->nslots = 1;
	*q->slot = (struct slot){ .query = q, .hop = { .host = name } };
	q->slot->host = host_find(
	    &q->env, name, q->target->port, false, route_on_own_address, q->slot);
}

/* Makes slots of the MX records, except null MX. Returns the number of null MX. */
static size_t
route_take_mx(struct route_query *q, const struct dns_answer *a, struct span owner)
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
		/*
		 * a host listed twice gets one slot, with the better preference, as senders use it
		 */
		if (same < q->nslots) {
			struct route_hop *hop = &q->slot[same].hop;
			route_note(q, "the MX %.*s is listed twice, with preferences %u and %u",
			    SPAN_ARG(hop->host), hop->preference, r->preference);
			hop->preference = r->preference < hop->preference ? r->preference :
									    hop->preference;
		} else if (q->nslots == ROUTE_HOPS_MAX) {
			more++;
		} else {
			struct route_hop *hop = &q->slot[q->nslots++].hop;
			*hop = (struct route_hop){ .host = arena_copy(q->env.arena, r->name),
				.preference = r->preference };
		}
	}
	if (more > 0)
		route_note(q, "%.*s has %zu MX records; only %d are used", SPAN_ARG(q->route->name),
		    q->nslots + more, ROUTE_HOPS_MAX);
	return null;
}

static void
route_understand_mx(struct route_query *q, const struct dns_reply *reply, struct span owner)
{
	struct span name = q->route->name;

	q->route->trust = reply->trust;
	q->route->resolver = reply->try[reply->ntries - 1].server;
	q->route->authentic = reply->authentic;
	if (!dns_name_eq(owner, name)) {
		q->route->alias = arena_copy(q->env.arena, owner);
		route_note(q,
		    "%.*s is an alias (CNAME) of %.*s, whose MX records apply (RFC 5321 5.1)",
		    SPAN_ARG(name), SPAN_ARG(owner));
	}
	size_t null = route_take_mx(q, reply->answer, owner);
	if (reply->answer->nbad > 0)
		route_note(q, "MX of %.*s: ignored %zu malformed record%s", SPAN_ARG(name),
		    reply->answer->nbad, reply->answer->nbad == 1 ? " is" : "s are");
	q->route->mx = q->nslots + null > 0;
	q->route->null_mx_beside = q->nslots > 0 && null > 0;
	q->route->ad_untrusted = reply->answer->ad && !reply->authentic;
	if (q->nslots == 0 && null > 0) {
		route_fail(q, CAUSE_NO_MAIL,
		    "%.*s accepts no mail: its MX is \".\" (null MX, RFC 7505)", SPAN_ARG(name));
		return;
	}
	if (q->nslots == 0) {
		free(q->slot);
		route_use_own_address(q);
		return;
	}
	if (null > 0)
		route_note(q,
		    "%.*s has a null MX along with others, which RFC 7505 3 forbids; ignoring it",
		    SPAN_ARG(name));
	shuffle_slots(q->slot, q->nslots);
	sort_slots(q->slot, q->nslots);
	route_find_hosts(q);
}

/* Called with the MX of q->route->name: fails, or starts the lookups of the hosts. */
static void
route_on_mx(void *ctx, const struct dns_reply *reply)
{
	struct route_query *q = ctx;
	struct span name = q->route->name, last;
	unsigned steps;

	q->mx = NULL;
	if (q->stage >= ROUTE_ENDING)
		return;
	if (reply->ok && reply->ntries > 1)
		route_note(q, "%.*s", SPAN_ARG(dns_tries_text(reply, q->env.arena)));
	q->route->doubt = reply->doubt;
	if (!reply->ok)
		route_fail(q, dns_cause(reply), "MX lookup of %.*s failed: %.*s", SPAN_ARG(name),
		    SPAN_ARG(dns_tries_text(reply, q->env.arena)));
	else if (!dns_follow(reply->answer, name, &last, &steps))
		route_fail(q, CAUSE_ALIAS_LOOP, "MX lookup of %.*s failed: its CNAMEs form a loop",
		    SPAN_ARG(name));
	else if (reply->answer->rcode == DNS_NXDOMAIN && steps > 0)
		route_fail(q, CAUSE_NO_NAME,
		    "%.*s is an alias of %.*s, which does not exist (NXDOMAIN)", SPAN_ARG(name),
		    SPAN_ARG(last));
	else if (reply->answer->rcode == DNS_NXDOMAIN)
		route_fail(
		    q, CAUSE_NO_NAME, "the domain %.*s does not exist (NXDOMAIN)", SPAN_ARG(name));
	else
		route_understand_mx(q, reply, last);
}

/* ---- a host, and where the mail for its name goes */

static void
route_on_elsewhere(void *ctx, const struct dns_reply *reply)
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
		q->route->elsewhere = arena_copy(q->env.arena, best->name);
		q->note(q->ctx,
		    arena_printf(q->env.arena, "mail for %.*s goes to %.*s: use @%.*s",
			SPAN_ARG(name), SPAN_ARG(best->name), SPAN_ARG(name)),
		    false);
	}
	q->route->asking = false;
	if (q->stage == ROUTE_ASKING && q->err.kind != ERR_NONE)
		route_end(q);
	if (q->stage == ROUTE_TOLD)
		q->note(q->ctx, SPAN(""), false);	/* the callee may free q */
}

static void
route_on_host(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;

	if (q->stage >= ROUTE_ENDING)
		return;
	s->hop.host = q->route->name;
	route_take_host(s, host);
	route_collect(q);
	if (host->naddr == 0) {
		err_set(&q->err, route_kind(host->cause), "no address for %.*s: %.*s",
		    SPAN_ARG(host->name), SPAN_ARG(host->why));
		q->err.cause = host->cause;
		q->route->doubt = host->doubt;
	}
	if (host->naddr > 0 || !q->mx)
		route_end(q);			/* otherwise the MX may tell where the mail goes */
}

static void
route_find_host(struct route_query *q)
{
	const struct target *t = q->target;

	q->slot = memory_zeroed(sizeof *q->slot);
	q->nslots = 1;
	q->slot->query = q;
	q->slot->host = host_find(&q->env, t->host, t->port, true, route_on_host, q->slot);
	if (q->slot->host && q->stage == ROUTE_ASKING && span_has(q->route->name, '.'))
		q->mx = dns_ask(
		    q->env.dns, q->route->name, DNS_MX, q->env.until_us, route_on_elsewhere, q);
	q->route->asking = q->mx != NULL;
}

static void
route_find_path(struct route_query *q)
{
	static const struct host none = { .source = HOST_LITERAL };
	struct route *r = q->route;

	r->hop = ARENA_NEW(q->env.arena, struct route_hop);
	r->hop->host = q->target->host;
	r->hop->found = &none;
	r->hop->addr = ARENA_NEW(q->env.arena, struct addr);
	r->hop->naddr = r->nhops = r->nall = 1;
	addr_unix(r->hop->addr, q->target->host, &q->err);
	route_end(q);
}

/* ---- the query */

static void
route_begin(struct route_query *q)
{
	const struct target *t = q->target;
	struct addr literal;

	q->stage = ROUTE_ASKING;
	if (t->kind == TARGET_UNIX) {
		route_find_path(q);
		return;
	}
	if (!host_ascii(t->host, q->env.arena, &q->route->name, &q->err)) {
		route_end(q);
		return;
	}
	if (q->route->name.at != t->host.at)
		route_note(
		    q, "%.*s is %.*s in the DNS", SPAN_ARG(t->host), SPAN_ARG(q->route->name));
	if (t->kind != TARGET_MX || addr_parse(&literal, t->host, 0)) {
		route_find_host(q);
	} else if (!(q->mx = dns_ask(
			 q->env.dns, q->route->name, DNS_MX, q->env.until_us, route_on_mx, q))) {
		route_fail(q, CAUSE_NO_ADDRESS,
		    "\"%.*s\" is not a domain name: labels have 1 to 63 octets, and the whole name "
		    "at most 253",
		    SPAN_ARG(t->host));
	}
}

static void
route_tell(struct route_query *q)
{
	q->stage = ROUTE_TOLD;
	loop_timer_stop(q->deadline);
	q->route->took_us = loop_now_us() - q->began_us;
	q->fn(q->ctx, q->route, &q->err);
}

static void
route_on_timer(void *ctx, unsigned ready)
{
	struct route_query *q = ctx;

	(void)ready;
	if (q->stage == ROUTE_BEGIN)
		route_begin(q);
	else if (q->stage == ROUTE_GRACE)
		route_grace_is_over(q);
	else if (q->stage == ROUTE_ENDING)
		route_tell(q);
}

/*
 * The queries have a deadline of their own, which is earlier, and their errors say what the name
 * servers did; OVERDUE_MS gives them the time to do so when the loop is late. What remains is a
 * query that was never sent because of too many others.
 */
static void
route_on_deadline(void *ctx, unsigned ready)
{
	struct route_query *q = ctx;
	char within[24];

	(void)ready;
	text_limit(within, (q->env.until_us - q->began_us + 999) / 1000);
	if (q->stage == ROUTE_GRACE) {
		route_grace_is_over(q);
		return;
	}
	if (q->stage < ROUTE_ENDING && !q->overdue) {
		q->overdue = true;
		loop_timer_set(q->deadline, OVERDUE_MS);
		return;
	}
	if (q->stage < ROUTE_ENDING && q->err.kind == ERR_NONE)
		route_fail(q, CAUSE_NO_ANSWER,
		    "lookup of %.*s timed out after %s: the name servers are too slow",
		    SPAN_ARG(q->target->host), within);
	else
		route_end(q);
}

struct route_query *
route_find(const struct lookup_env *env, const struct target *target, route_fn *fn,
    route_note_fn *note, void *ctx)
{
	struct route_query *q = memory_zeroed(sizeof *q);
	uint64_t now = loop_now_us(), until = env->until_us;

	*q = (struct route_query){
		.env = *env,
		.target = target,
		.fn = fn,
		.note = note,
		.ctx = ctx,
		.began_us = now,
		.route = ARENA_NEW(env->arena, struct route),
	};
	q->env.until_us = lookup_questions_until(until);
	q->timer = loop_timer(env->loop, route_on_timer, q);
	q->deadline = loop_timer(env->loop, route_on_deadline, q);
	loop_timer_set(q->timer, 0);
	if (until)
		loop_timer_set(q->deadline, until > now ? (until - now + 999) / 1000 : 0);
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
