/*
 * Many probes on one loop: targets are added as they are read, looked up, and each of their
 * addresses probed and judged; results are reported in order of completion. A bounded number runs
 * at once, fewer per address and port, and no faster than the given rate.
 */
#ifndef RUN_PROBE_FLEET_H
#define RUN_PROBE_FLEET_H

#include "run/probe/judge.h"

enum probe_addresses { ADDRESSES_UNSET, ADDRESSES_FIRST, ADDRESSES_ANY, ADDRESSES_ALL };

struct fleet_opts {
	/* probes at once; 0: 256, and more while they only wait */
	unsigned jobs;
	unsigned jobs_most;		/* the maximum while they only wait; 0: 4096 */
	unsigned per_host;		/* probes at once to one address and port; 0: 2 */
	unsigned rate;			/* probes begun per second; 0: unlimited */
	uint64_t spread_ms;		/* each target begins at a random time within this span */
	/* how often to retry a probe that failed without a verdict on the service */
	unsigned retries;
	uint64_t retry_wait_ms;
	enum probe_addresses addresses;
	/* a target is OK when this many of its addresses are; 0: when all are */
	unsigned quorum;
	bool fail_fast;			/* begin no more after the first that is not OK */
	const struct addr_net *allow;	/* connect to no address outside these networks */
	size_t nallow;			/* 0: any address */
	bool watch;			/* call fleet_fns.watch with every event */
	/* watched events have the address's number among its target's as their session */
	bool numbered;
};

/* How a target is probed. It must outlive the fleet, unless it is released with its target. */
struct fleet_spec {
	/* called when its target is over; NULL: the caller owns it */
	void (*release)(const struct fleet_spec *);
	const struct session_opts *session;
	/* elements of ->session, the ways to probe each address, one after the other; 0: 1 */
	size_t nsessions;
	const struct probe_opts *probe;
	const struct judge_opts *judge;
};

struct fleet_report {
	struct span target;		/* as written */
	const char *name;		/* the name given to it; NULL: none */
	struct probe_result *result;
	const struct finding *verdict;
	size_t begun, over;		/* targets begun and finished so far */
};

struct fleet_summary {
	size_t targets, addresses, state[4];	/* state: targets by enum health */
	bool open;				/* more targets may come */
	/* addresses of a family that this machine cannot reach */
	size_t skipped;
	/* targets begun or waiting when it was stopped */
	size_t undone;
	/* counted by whoever reads the list of targets: lines that are not a target, */
	size_t bad;
	/* the list could not be read to its end, or was empty, */
	bool cut;
	/* its end had not been reached when it was stopped */
	bool unread;
	uint64_t wall_us;
	enum health worst;
};

struct fleet_fns {
	void (*report)(void *ctx, const struct fleet_report *);
	/*
	 * A target is finished with all its addresses, or (done false) was dropped. NULL: not
	 * reported.
	 */
	void (*over)(void *ctx, struct span target, size_t number, enum health, bool done);
	event_fn *watch;
	void *ctx;
};

struct fleet;
struct fleet *fleet_new(struct session_env *, const struct fleet_opts *, const struct fleet_fns *);
void fleet_free(struct fleet *);

/*
 * Adds a target. Target and name (NULL: none) are copied; the spec must live until it is
 * released, or as long as the fleet.
 */
void fleet_add(struct fleet *, const struct target *, const struct fleet_spec *, const char *name);
bool fleet_wants(const struct fleet *);		/* few are waiting: more may be added */
void fleet_end(struct fleet *);			/* no more will be added */
bool fleet_done(const struct fleet *);		/* after fleet_end: all targets are finished */
/* drops what runs, and reports what was not done */
void fleet_stop(struct fleet *);
struct fleet_summary fleet_summary(const struct fleet *);
size_t fleet_in_flight(const struct fleet *);
/* What the first target that is not finished waits for, as probe_waits_for; NULL: not known. */
const char *fleet_waits_for(const struct fleet *);

#endif
