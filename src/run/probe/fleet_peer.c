/* fleet - how many run at one address and port, so that no server meets a crowd. */
#include "run/probe/fleet_impl.h"

#include <stdlib.h>

enum { CHAINS_FIRST = 16 };		/* a power of two, as all that follow */

static unsigned
hash_of(const void *addr, socklen_t len)
{
	const unsigned char *octet = addr;
	unsigned hash = 2166136261u;

	for (socklen_t i = 0; i < len; i++)
		hash = (hash ^ octet[i]) * 16777619u;
	return hash;
}

/* Where it stands in its chain, or would. */
static struct peer **
place_of(struct peers *p, const void *addr, socklen_t len)
{
	struct peer **at = &p->chain[hash_of(addr, len) & (p->nchains - 1)];

	while (*at && !((*at)->len == len && memcmp((*at)->addr, addr, len) == 0))
		at = &(*at)->next;
	return at;
}

/* As many chains as peers, so that one probe has few to make and thousands find theirs. */
static void
make_room(struct peers *p)
{
	struct peers old = *p;

	if (p->n < p->nchains)
		return;
	p->nchains = old.nchains ? old.nchains * 2 : CHAINS_FIRST;
	p->chain = memory_zeroed(p->nchains * sizeof(struct peer *));
	for (size_t i = 0; i < old.nchains; i++)
		for (struct peer *each = old.chain[i], *next; each; each = next) {
			next = each->next;
			each->next = NULL;
			*place_of(p, each->addr, each->len) = each;
		}
	free(old.chain);
}

static struct peer *
peer_of(struct peers *p, const struct addr *a)
{
	make_room(p);
	struct peer **at = place_of(p, &a->any, a->len);

	if (!*at) {
		*at = memory_zeroed(sizeof **at + a->len);
		(*at)->len = a->len;
		memcpy((*at)->addr, &a->any, a->len);
		slot_list_init(&(*at)->waiting);
		p->n++;
	}
	return *at;
}

/* The server inside has no address, and every probe its own server. */
bool
peer_enter(struct fleet *f, struct slot *s)
{
	static const struct addr none;
	struct peer *p = peer_of(&f->peers, s->hop.naddr > 0 ? &s->hop.addr[0] : &none);

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
		*place_of(&f->peers, p->addr, p->len) = p->next;
		f->peers.n--;
		free(p);
	}
}

void
peers_free(struct fleet *f)
{
	for (size_t i = 0; i < f->peers.nchains; i++)
		for (struct peer *p = f->peers.chain[i], *next; p; p = next) {
			next = p->next;
			free(p);
		}
	free(f->peers.chain);
}
