/*
 * Whose turn it is: queues, first come first served, and the addresses of which each may have only
 * so many at work at once, so that no server meets a crowd. A turn is a member of what waits, and
 * is in one queue at most.
 */
#ifndef RUN_PROBE_PEERS_H
#define RUN_PROBE_PEERS_H

#include "net/addr.h"

struct peer;

struct turn {
	struct turn *next;
	struct peer *peer;		/* where it is at work; NULL: nowhere yet */
};

struct turns {
	struct turn *first, **last;
	size_t n;
};

void turns_init(struct turns *);
void turns_add(struct turns *, struct turn *);
void turns_put_back(struct turns *, struct turn *);	/* it is the next to be taken */
struct turn *turns_take(struct turns *);		/* NULL: none is left */

/* {0} has none. */
struct peers {
	struct peer **chain;		/* by a hash of the address and port */
	size_t nchains, n;
};

/*
 * Leave to work at that address and port. False: `most` do already, and the turn is in a queue of
 * theirs until it is returned by peers_leave. NULL: nowhere in particular, where any number may be.
 */
bool peers_enter(struct peers *, struct turn *, const struct addr *, unsigned most);
/* How many are at work where it is, itself too; 0: it is nowhere. */
unsigned peers_at_work(const struct turn *);
/* Returns whose turn it is there now: it has entered. NULL: nobody waits. */
struct turn *peers_leave(struct peers *, struct turn *);
void peers_release(struct peers *);

#endif
