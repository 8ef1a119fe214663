/* peers - queues of turns, and a hash table of who is at work at which address and port. */
#include "run/probe/peers.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"

enum { CHAINS_FIRST = 16 };		/* a power of two, which doubling keeps */

struct peer {
	struct peer *next;
	struct turns waiting;
	unsigned running;
	socklen_t len;
	/* only the used part of the struct addr, since there may be thousands */
	unsigned char addr[];
};

void
turns_init(struct turns *all)
{
	*all = (struct turns){ .last = &all->first };
}

void
turns_add(struct turns *all, struct turn *t)
{
	t->next = NULL;
	*all->last = t;
	all->last = &t->next;
	all->n++;
}

void
turns_put_back(struct turns *all, struct turn *t)
{
	t->next = all->first;
	if (!all->first)
		all->last = &t->next;
	all->first = t;
	all->n++;
}

struct turn *
turns_take(struct turns *all)
{
	struct turn *t = all->first;

	if (!t)
		return NULL;
	if (!(all->first = t->next))
		all->last = &all->first;
	all->n--;
	return t;
}

/* Returns the link of its chain that points to the peer, or where to add it. */
static struct peer **
peers_find(struct peers *p, const void *addr, socklen_t len)
{
	struct peer **at = &p->chain[span_hash((struct span){ addr, len }) & (p->nchains - 1)];

	while (*at && !((*at)->len == len && memcmp((*at)->addr, addr, len) == 0))
		at = &(*at)->next;
	return at;
}

/*
 * Grows the table so that chains stay short: with one probe it is small, with thousands lookups
 * stay fast.
 */
static void
peers_make_room(struct peers *p)
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
			*peers_find(p, each->addr, each->len) = each;
		}
	free(old.chain);
}

bool
peers_enter(struct peers *p, struct turn *t, const struct addr *addr, unsigned most)
{
	static const struct addr nowhere;
	const struct addr *a = addr ? addr : &nowhere;

	assert(!t->peer);
	peers_make_room(p);
	struct peer **at = peers_find(p, &a->any, a->len), *peer = *at;
	if (!peer) {
		peer = *at = memory_zeroed(sizeof *peer + a->len);
		peer->len = a->len;
		memcpy(peer->addr, &a->any, a->len);
		turns_init(&peer->waiting);
		p->n++;
	}
	if (addr && peer->running >= most) {
		turns_add(&peer->waiting, t);
		return false;
	}
	peer->running++;
	t->peer = peer;
	return true;
}

unsigned
peers_at_work(const struct turn *t)
{
	return t->peer ? t->peer->running : 0;
}

struct turn *
peers_leave(struct peers *p, struct turn *t)
{
	struct peer *peer = t->peer;

	assert(peer && peer->running > 0);
	t->peer = NULL;
	struct turn *next = turns_take(&peer->waiting);
	/* the next in the queue takes its place; an address where none is left is forgotten */
	if (next) {
		next->peer = peer;
	} else if (--peer->running == 0) {
		*peers_find(p, peer->addr, peer->len) = peer->next;
		p->n--;
		free(peer);
	}
	return next;
}

void
peers_release(struct peers *p)
{
	for (size_t i = 0; i < p->nchains; i++)
		for (struct peer *each = p->chain[i], *next; each; each = next) {
			next = each->next;
			free(each);
		}
	free(p->chain);
	*p = (struct peers){ 0 };
}
