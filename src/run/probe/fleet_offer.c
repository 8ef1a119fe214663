/*
 * fleet - STARTTLS that one address of a host offers and another does not: someone between may have
 * taken it away.
 */
#include "run/probe/fleet_impl.h"

bool
offer_is_made(const struct probe_result *r)
{
	return r->clear && extensions_offer(r->clear, "STARTTLS");
}

static bool
is_missing(const struct slot *s)
{
	const struct probe_result *r = &s->result;

	return r->clear && !offer_is_made(r) && !s->item->spec->probe->helo &&
	    (r->tls_mode == TARGET_TLS_TRY || r->tls_mode == TARGET_TLS_STARTTLS);
}

/* Another address of the same host of which it is not known yet. */
static bool
is_to_come(const struct item *item, const struct slot *s)
{
	for (size_t i = 0; i < item->nslots; i++) {
		const struct slot *other = &item->slots[i];
		if (other != s && !other->over && !other->held &&
		    span_eq(other->hop.host, s->hop.host))
			return true;
	}
	return false;
}

static void
look_elsewhere(struct slot *s)
{
	const struct item *item = s->item;

	for (size_t i = 0; i < item->nslots && !s->result.elsewhere; i++)
		if (item->slots[i].offers && span_eq(item->slots[i].hop.host, s->hop.host))
			s->result.elsewhere = item->slots[i].hop.addr;
}

bool
offer_holds(struct slot *s)
{
	enum probe_addresses how = s->item->fleet->opts.addresses;

	if ((how != ADDRESSES_ALL && how != ADDRESSES_UNSAID) || !is_missing(s))
		return false;
	s->held = is_to_come(s->item, s);
	if (!s->held)
		look_elsewhere(s);
	return s->held;
}

struct slot *
offer_release(struct item *item)
{
	for (size_t i = 0; i < item->nslots; i++) {
		struct slot *s = &item->slots[i];
		if (!s->held || is_to_come(item, s))
			continue;
		s->held = false;
		look_elsewhere(s);
		return s;
	}
	return NULL;
}
