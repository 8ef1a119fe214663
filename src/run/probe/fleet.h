/*
 * Many probes on one loop. Targets are added as they are read and then looked up; each of their
 * addresses is probed and judged, and results are reported in order of completion. The number of
 * probes that run at once is limited, in all and per address and port, and so is the rate at which
 * they begin.
 */
#ifndef RUN_PROBE_FLEET_H
#define RUN_PROBE_FLEET_H

#include "run/probe/judge.h"

enum probe_addresses { ADDRESSES_UNSET, ADDRESSES_FIRST, ADDRESSES_ANY, ADDRESSES_ALL };

struct fleet_opts {
	/* probes at once; 0: 256, raised while most of them only wait for servers */
	unsigned jobs;
	unsigned jobs_most;		/* the limit of that raise; 0: 4096 */
	unsigned per_host;		/* probes at once to one address and port; 0: 2 */
	unsigned rate;			/* probes begun per second; 0: unlimited */
	uint64_t spread_ms;		/* each target begins at a random time within this span */
	/* retries of a probe that failed before the server gave a verdict */
	unsigned retries;
	uint64_t retry_wait_ms;
	enum probe_addresses addresses;
	/* how many of its addresses must be OK for a target to be OK; 0: all */
	unsigned quorum;
	bool fail_fast;			/* stop after the first target that is not OK */
	const struct addr_net *allow;	/* connect to no address outside these networks */
	size_t nallow;			/* 0: any address */
	bool watch;			/* call fleet_fns.watch with every event */
	/* the session of a watched event is the number of the address within its target, from 1 */
	bool numbered;
};

/* How a target is probed. It must outlive the fleet, unless it has ->release. */
struct fleet_spec {
	/* called when its target is finished or dropped; NULL: the caller keeps ownership */
	void (*release)(const struct fleet_spec *);
	const struct session_opts *session;
	/* elements of ->session, each a way to probe every address; 0: 1 */
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
	/* targets begun or waiting when the fleet was stopped */
	size_t undone;
	/* set by the reader of the list of targets: lines that are not a target */
	size_t bad;
	/* the list could not be read to its end, or was empty */
	bool cut;
	/* the end of the list had not been reached when the fleet was stopped */
	bool unread;
	uint64_t wall_us;
	enum health worst;
};

struct fleet_fns {
	void (*report)(void *ctx, const struct fleet_report *);
	/*
	 * Called when a target is finished with all its addresses, or (`done` false) was dropped.
	 * NULL: not reported.
	 */
	void (*over)(void *ctx, struct span target, size_t number, enum health, bool done);
	event_fn *watch;
	void *ctx;
};

struct fleet;
struct fleet *fleet_new(struct session_env *, const struct fleet_opts *, const struct fleet_fns *);
void fleet_free(struct fleet *);

/*
 * Adds a target. Copies the target and `name` (NULL: none); the spec must live until its ->release
 * is called, or as long as the fleet.
 */
void fleet_add(struct fleet *, const struct target *, const struct fleet_spec *, const char *name);
bool fleet_wants(const struct fleet *);		/* few targets are waiting: add more */
void fleet_end(struct fleet *);			/* no more will be added */
bool fleet_done(const struct fleet *);		/* after fleet_end: all targets are finished */
/* Drops all targets that are not finished, and reports each as not done. */
void fleet_stop(struct fleet *);
struct fleet_summary fleet_summary(const struct fleet *);
size_t fleet_in_flight(const struct fleet *);
/* Returns what the first unfinished target waits for, as probe_waits_for does; NULL: unknown. */
const char *fleet_waits_for(const struct fleet *);

#endif
