/* fleet - how many run at one address and port, so that no server meets a crowd. */
#include "run/fleet_impl.h"

#include <stdlib.h>

/* Where it stands in its chain, or would. */
static struct peer **
place_of(struct fleet *f, const void *addr, socklen_t len)
{
	const unsigned char *octet = addr;
	unsigned hash = 2166136261u;

	for (socklen_t i = 0; i < len; i++)
		hash = (hash ^ octet[i]) * 16777619u;
	struct peer **at = &f->peer[hash % PEERS];
	while (*at && !((*at)->len == len && memcmp((*at)->addr, addr, len) == 0))
		at = &(*at)->next;
	return at;
}

static struct peer *
peer_of(struct fleet *f, const struct addr *a)
{
	struct peer **at = place_of(f, &a->any, a->len);

	if (!*at) {
		*at = memory_zeroed(sizeof **at + a->len);
		(*at)->len = a->len;
		memcpy((*at)->addr, &a->any, a->len);
		slot_list_init(&(*at)->waiting);
	}
	return *at;
}

/* The server inside has no address, and every probe its own server. */
bool
peer_enter(struct fleet *f, struct slot *s)
{
	static const struct addr none;
	struct peer *p = peer_of(f, s->hop.naddr > 0 ? &s->hop.addr[0] : &none);

	if (s->hop.naddr > 0 && p->running >= f->opts.per_host) {
		slot_list_add(&p->waiting, s);
		return false;
	}
	p->running++;
	s->peer = p;
	return true;
}

/* An address nobody waits for is forgotten. */
void
peer_leave(struct fleet *f, struct slot *s)
{
	struct peer *p = s->peer;
	struct slot *next = slot_list_take(&p->waiting);

	s->peer = NULL;
	if (next) {
		next->peer = p;
		slot_list_put_back(&f->ready, next);
	} else if (--p->running == 0) {
		struct peer **at = place_of(f, p->addr, p->len);
		*at = p->next;
		free(p);
	}
}

void
peers_free(struct fleet *f)
{
	for (size_t i = 0; i < PEERS; i++)
		for (struct peer *p = f->peer[i], *next; p; p = next) {
			next = p->next;
			free(p);
		}
}
