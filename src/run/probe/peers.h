/*
 * Whose turn it is: FIFO queues, and a limit on how many work at one address at once, so that no
 * server is overrun. A turn is a member of the struct that waits, and is in at most one queue.
 */
#ifndef RUN_PROBE_PEERS_H
#define RUN_PROBE_PEERS_H

#include "net/addr.h"

struct peer;

struct turn {
	struct turn *next;
	struct peer *peer;		/* where it is working; NULL: not working */
};

struct turns {
	struct turn *first, **last;
	size_t n;
};

void turns_init(struct turns *);
void turns_add(struct turns *, struct turn *);
void turns_put_back(struct turns *, struct turn *);	/* at the front */
struct turn *turns_take(struct turns *);		/* NULL: empty */

/* {0} has none. */
struct peers {
	struct peer **chain;		/* by a hash of address and port */
	size_t nchains, n;
};

/*
 * Asks to work at that address and port. False: `most` others already do, and the turn is in that
 * peer's queue until peers_leave returns it. Address NULL: no peer in particular, and no limit.
 */
bool peers_enter(struct peers *, struct turn *, const struct addr *, unsigned most);
/* How many are at work where it is, itself too; 0: it is nowhere. */
unsigned peers_at_work(const struct turn *);
/* Ends a turn's work. Returns the turn that has entered in its place; NULL: none was waiting. */
struct turn *peers_leave(struct peers *, struct turn *);
void peers_release(struct peers *);

#endif
