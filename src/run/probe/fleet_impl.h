/*
 * A fleet while it works, for run/fleet*.c alone: targets become items, their addresses slots, and
 * slots become probes.
 */
#ifndef RUN_PROBE_FLEET_IMPL_H
#define RUN_PROBE_FLEET_IMPL_H

#include "run/probe/fleet.h"
#include "run/probe/reverse.h"

struct peer;
struct policy;

/* One address of one target: what is probed. */
struct slot {
	struct slot *next;
	struct item *item;
	struct route_hop hop;
	struct span domain;
	bool mx, implicit;
	struct peer *peer;		/* NULL: it has no leave to run there yet */
	const struct session_opts *session;	/* one of the spec's */
	/* none of its addresses may be connected to: the first of them */
	const struct addr *barred;
	struct span lost;		/* it has no address, and why; empty: it has */
	enum err_cause why_lost;
	struct reverse *reverse;	/* asked behind the probe */
	struct probe *probe;
	struct probe_result result;
	struct loop_timer *timer;	/* until it is tried again */
	unsigned attempt;
	/* probed, and waiting for its host's other addresses; told */
	bool held, over;
	bool offers;			/* STARTTLS */
};

enum { ITEM_NOTES_MAX = 8 };

struct item {
	struct item *next, **back;	/* of all that are not over */
	struct item *queued;
	struct fleet *fleet;
	/* looking: of the look-up alone, which takes much and gives little */
	struct arena arena, looking;
	struct target target;
	const struct fleet_spec *spec;
	const char *name;
	size_t number;
	struct route_query *routing;
	struct policy *policy;		/* NULL: not asked for */
	struct loop_timer *timer;	/* until it begins, and until it is found */
	const struct route *route;
	struct span note[ITEM_NOTES_MAX];
	size_t nnotes;
	uint64_t began_us, found_us;
	unsigned attempt;		/* at the look-up */
	struct slot *slots;		/* on its own: an arena would take twice as much */
	size_t nslots, left, passed, judged;
	enum health state;
};

/* First come, first served. */
struct slot_list { struct slot *first, **last; size_t n; };

/* How many probes of one address and port run, and which wait for that. */
struct peer {
	struct peer *next;
	struct slot_list waiting;
	unsigned running;
	socklen_t len;
	/* so much of the struct addr as it has: there may be thousands */
	unsigned char addr[];
};

struct peers {
	struct peer **chain;		/* by a hash of the address and port */
	size_t nchains, n;
};

struct fleet {
	struct session_env *env;
	struct fleet_opts opts;
	struct fleet_fns fns;
	struct loop_idle *hook;
	struct loop_timer *tick, *pace;	/* pace: until --rate allows the next */
	struct item *items, **items_end, *waiting, **waiting_end;
	size_t nwaiting, looking, running, begun, finished, finished_at_tick;
	unsigned jobs;
	uint64_t began_us, ended_us, next_us;
	struct slot_list ready, ended;
	struct peers peers;
	bool over, stopped;
	struct fleet_summary sum;
};

/* fleet_peer.c */
/*
 * Leave to run there. False: too many do, and the slot, which is on no list, waits for one of them.
 */
bool peer_enter(struct fleet *, struct slot *);
void peer_leave(struct fleet *, struct slot *);		/* who waited for that is ready again */
void peers_free(struct fleet *);

/* fleet_slot.c */
void slot_list_init(struct slot_list *);
void slot_list_add(struct slot_list *, struct slot *);
void slot_list_put_back(struct slot_list *, struct slot *);	/* it is the next to be taken */
struct slot *slot_list_take(struct slot_list *);		/* NULL: it is empty */
void slot_ready(struct slot *);
void slot_start(struct slot *);
void slot_over(struct slot *);		/* its probe has ended: told, or tried again */
void slot_tell(struct slot *);
void slot_free(struct slot *);

/* fleet_policy.c */
void policy_ask(struct item *);		/* where it is wanted: the domain's, once */
/*
 * False: its result has what was found, if that was wanted. True: it is not known yet; the slot, on
 * no list, ends later.
 */
bool policy_holds(struct slot *);
void policy_free(struct policy *);	/* NULL is fine */

/* fleet_offer.c */
/*
 * STARTTLS is missing: whether the same host offers it elsewhere is not known yet; the slot, on no
 * list, ends later.
 */
bool offer_holds(struct slot *);
/* one that need not wait any longer; NULL: there is none */
struct slot *offer_release(struct item *);
bool offer_is_made(const struct probe_result *);

/* fleet_item.c */
/* of its time, and of the limit if there is one; 0: no end */
uint64_t item_left_ms(const struct item *, uint64_t limit_ms);
void item_begin(struct item *);		/* finds its addresses; they become slots */
/* nothing more is wanted of the look-up; what is needed of it was copied */
void item_found(struct item *);
void item_over(struct item *, bool done);	/* and is gone */
void item_free(struct item *);

#endif
