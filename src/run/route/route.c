/* route - from a target to the addresses to try. */
#include "run/route/route_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

void
route_note(struct route_query *q, const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	for (size_t i = 0; i < q->nsaid; i++)
		if (span_eq(q->said[i], span_of(text)))
			return;
	if (q->nsaid < sizeof q->said / sizeof *q->said)
		q->said[q->nsaid++] = arena_copy(q->arena, span_of(text));
	q->note(q->ctx, span_of(text), true);
}

/* All is known: told at the next wake-up, so that nothing of ours is on the stack. */
void
route_end(struct route_query *q)
{
	if (q->stage >= ROUTE_ENDING)
		return;
	q->stage = ROUTE_ENDING;
	loop_timer_set(q->timer, 0);
}

void
route_fail(struct route_query *q, enum err_cause cause, const char *format, ...)
{
	char text[sizeof q->err.text];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	err_set(&q->err, ERR_DNS, "%s", text);
	q->err.cause = cause;
	route_end(q);
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
		q->note(q->ctx,
		    arena_printf(q->arena, "mail for %.*s goes to %.*s: @%.*s", SPAN_ARG(name),
			SPAN_ARG(best->name), SPAN_ARG(name)),
		    false);
	}
	q->route->asking = false;
	if (q->stage == ROUTE_ASKING && q->err.kind != ERR_NONE)
		route_end(q);
	if (q->stage == ROUTE_TOLD)
		q->note(q->ctx, SPAN(""), false);	/* its owner may free q */
}

static void
on_host(void *ctx, const struct host *host)
{
	struct slot *s = ctx;
	struct route_query *q = s->query;

	if (q->stage >= ROUTE_ENDING)
		return;
	s->hop.host = q->route->name;
	route_take_host(s, host);
	route_collect(q);
	if (host->naddr == 0) {
		err_set(&q->err, ERR_DNS, "no address for %.*s: %.*s", SPAN_ARG(host->name),
		    SPAN_ARG(host->why));
		q->err.cause = host->cause;
	}
	if (host->naddr > 0 || !q->mx)
		route_end(q);			/* else the MX may still tell where else to go */
}

static void
find_host(struct route_query *q)
{
	const struct target *t = q->target;

	q->slot = memory_zeroed(sizeof *q->slot);
	q->nslots = 1;
	q->slot->query = q;
	q->slot->host = host_find(&q->env, t->host, t->port, true, on_host, q->slot);
	if (q->slot->host && q->stage == ROUTE_ASKING && span_has(q->route->name, '.'))
		q->mx = dns_ask(
		    q->env.dns, q->route->name, DNS_MX, q->env.until_us, on_elsewhere, q);
	q->route->asking = q->mx != NULL;
}

static void
find_path(struct route_query *q)
{
	static const struct host none = { .source = HOST_LITERAL };
	struct route *r = q->route;

	r->hop = ARENA_NEW(q->arena, struct route_hop);
	r->hop->host = q->target->host;
	r->hop->found = &none;
	r->hop->addr = ARENA_NEW(q->arena, struct addr);
	r->hop->naddr = r->nhops = r->nall = 1;
	addr_unix(r->hop->addr, q->target->host, &q->err);
	route_end(q);
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
		route_end(q);
		return;
	}
	if (q->route->name.at != t->host.at)
		route_note(
		    q, "%.*s is %.*s in the DNS", SPAN_ARG(t->host), SPAN_ARG(q->route->name));
	if (t->kind != TARGET_MX || addr_parse(&literal, t->host, 0)) {
		find_host(q);
	} else if (!(q->mx = dns_ask(
			 q->env.dns, q->route->name, DNS_MX, q->env.until_us, route_on_mx, q))) {
		route_fail(q, CAUSE_NO_ADDRESS,
		    "\"%.*s\" is no domain name: labels have 1 to 63 octets, and all together 253 "
		    "at most",
		    SPAN_ARG(t->host));
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
		route_grace_is_over(q);
	else if (q->stage == ROUTE_ENDING)
		tell(q);
}

static void
on_deadline(void *ctx, unsigned ready)
{
	struct route_query *q = ctx;
	char within[24];

	(void)ready;
	text_limit(within, q->deadline_ms);
	if (q->stage == ROUTE_GRACE) {
		route_grace_is_over(q);
		return;
	}
	if (q->stage < ROUTE_ENDING && q->err.kind == ERR_NONE)
		route_fail(q, CAUSE_NO_ANSWER,
		    "%.*s was not found within %s: the name servers take too long",
		    SPAN_ARG(q->target->host), within);
	else
		route_end(q);
}

struct route_query *
route_find(struct loop *loop, struct dns *dns, const struct target *target,
    const struct route_opts *opts, uint64_t deadline_ms, struct arena *arena, route_fn *fn,
    route_note_fn *note_fn, void *ctx)
{
	struct route_query *q = memory_zeroed(sizeof *q);

	/*
	 * The questions end a little before all of it, so that what the name servers did is known
	 * when it is told.
	 */
	uint64_t questions_ms = deadline_ms - (deadline_ms > 1000 ? 50 : deadline_ms / 20);
	*q = (struct route_query){
		.env = { .dns = dns,
		    .opts = opts,
		    .arena = arena,
		    .until_us = deadline_ms ? loop_now_us() + questions_ms * 1000 : 0 },
		.target = target,
		.arena = arena,
		.fn = fn,
		.note = note_fn,
		.ctx = ctx,
		.began_us = loop_now_us(),
		.deadline_ms = deadline_ms,
		.route = ARENA_NEW(arena, struct route),
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
