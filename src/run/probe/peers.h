/*
 * FIFO queues, and a limit on how many probes work at one address and port at once, so that no
 * server is overloaded. A turn is embedded in the struct that waits, and is in at most one queue.
 */
#ifndef RUN_PROBE_PEERS_H
#define RUN_PROBE_PEERS_H

#include "net/addr.h"

struct peer;

struct turn {
	struct turn *next;
	struct peer *peer;		/* where it is at work; NULL: nowhere */
};

struct turns {
	struct turn *first, **last;
	size_t n;
};

void turns_init(struct turns *);
void turns_add(struct turns *, struct turn *);
void turns_put_back(struct turns *, struct turn *);	/* at the front */
struct turn *turns_take(struct turns *);		/* NULL: empty */

/* {0} is the empty set. */
struct peers {
	struct peer **chain;		/* by a hash of address and port */
	size_t nchains, n;
};

/*
 * Asks to work at that address and port. Returns false if `most` turns are at work there already;
 * the turn is then queued until peers_leave returns it. Address NULL: no limit.
 */
bool peers_enter(struct peers *, struct turn *, const struct addr *, unsigned most);
/*
 * Returns how many turns are at work at the turn's address, itself included; 0: it is not at work.
 */
unsigned peers_at_work(const struct turn *);
/* Ends a turn's work. Returns the queued turn that takes its place; NULL: none was waiting. */
struct turn *peers_leave(struct peers *, struct turn *);
void peers_release(struct peers *);

#endif
