/*
 * Many probes on one loop: targets are added as they are read, found, and each of their addresses
 * probed and judged; what came of an address is told in order of completion. A bounded number runs
 * at once, fewer to one address and port, and no faster than asked.
 */
#ifndef RUN_PROBE_FLEET_H
#define RUN_PROBE_FLEET_H

#include "run/probe/judge.h"

enum probe_addresses { ADDRESSES_UNSAID, ADDRESSES_FIRST, ADDRESSES_ANY, ADDRESSES_ALL };

struct fleet_opts {
	unsigned jobs;			/* at once; 0: 256, and more while they only wait */
	unsigned jobs_most;		/* how many more; 0: 4096 */
	unsigned per_host;		/* to one address and port; 0: 2 */
	unsigned rate;			/* begun in a second; 0: no bound */
	uint64_t spread_ms;		/* each target begins at a random time within this */
	/* of what failed before there was a verdict on the service */
	unsigned retries;
	uint64_t retry_wait_ms;
	enum probe_addresses addresses;
	/* a target is OK when so many of its addresses are; 0: when all are */
	unsigned quorum;
	bool fail_fast;			/* begin nothing more after the first that is not OK */
	const struct addr_net *allow;	/* no address outside these is connected to */
	size_t nallow;			/* 0: any is */
	bool watch;			/* events are wanted: fleet_watch is called */
};

/* How a target is probed; outlives the fleet, or is released with the target. */
struct fleet_spec {
	void (*release)(const struct fleet_spec *);	/* NULL: it is the caller's */
	const struct session_opts *session;
	/* ways to probe each address, one after the other in ->session; 0: 1 */
	size_t nsessions;
	const struct probe_opts *probe;
	const struct judge_opts *judge;
};

struct fleet_report {
	struct span target;		/* as written */
	const char *name;		/* given to it; NULL: none */
	struct probe_result *result;
	const struct finding *verdict;
	size_t begun, over;		/* targets so far */
};

struct fleet_summary {
	size_t targets, addresses, state[4];	/* targets, by their state */
	bool open;				/* more targets may come */
	/* addresses of a family that this machine cannot reach */
	size_t skipped;
	/* targets that were begun or waiting when it was stopped */
	size_t undone;
	/* lines that name no target; who reads them counts */
	size_t bad;
	/* and could not read them to the end, or there were none */
	bool cut;
	/* and had not come to the end when it was stopped */
	bool unread;
	uint64_t wall_us;
	enum health worst;
};

struct fleet_fns {
	void (*report)(void *ctx, const struct fleet_report *);
	/* A target is over, with all its addresses; or was not done. NULL: none. */
	void (*over)(void *ctx, struct span target, size_t number, enum health, bool done);
	event_fn *watch;
	void *ctx;
};

struct fleet;
struct fleet *fleet_new(struct session_env *, const struct fleet_opts *, const struct fleet_fns *);
void fleet_free(struct fleet *);

/*
 * Target and name (NULL: none) are copied; the spec lives until it is released, or as long as the
 * fleet.
 */
void fleet_add(struct fleet *, const struct target *, const struct fleet_spec *, const char *name);
bool fleet_wants(const struct fleet *);		/* few are waiting: more may be added */
void fleet_end(struct fleet *);			/* no more will be added */
bool fleet_done(const struct fleet *);		/* after fleet_end: all is over */
void fleet_stop(struct fleet *);		/* drops what runs; what is not done is told */
struct fleet_summary fleet_summary(const struct fleet *);
size_t fleet_in_flight(const struct fleet *);

#endif
