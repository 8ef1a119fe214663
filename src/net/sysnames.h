/*
 * The system's resolver configuration: hosts(5), which precedes the DNS, and resolv.conf(5), which
 * says how the DNS is queried.
 */
#ifndef NET_SYSNAMES_H
#define NET_SYSNAMES_H

#include "base/arena.h"
#include "net/addr.h"

enum { SYSNAMES_SERVERS = 8, SYSNAMES_SEARCH = 16 };

struct resolv_conf {
	struct addr server[SYSNAMES_SERVERS];	/* with ports; 127.0.0.1 when the file names none */
	size_t nservers;
	struct span search[SYSNAMES_SEARCH];
	size_t nsearch;
	/* a name with at least this many dots is tried as it is before the search list */
	unsigned ndots;
	bool trust_ad;
	uint64_t timeout_ms;			/* for one server's answer; 0: not given */
	unsigned attempts;			/* maximum number of queries to each server */
};

/*
 * Parses the text of a resolv.conf. Unknown or invalid lines are ignored. The search list is
 * copied into the arena.
 */
void resolv_conf_parse(struct resolv_conf *, struct span text, struct arena *);

/*
 * Writes to `out` up to `max` addresses that the text of a hosts file has for `name`, in the
 * order of the file, and returns their number.
 */
size_t hosts_find(struct span text, struct span name, struct addr out[], size_t max);

/*
 * Returns the first name with a dot on a line of a hosts file that also has `name`, as a part of
 * `text`. Empty: none.
 */
struct span hosts_full_name(struct span text, struct span name);

/* Reads a file of at most 1 MiB into the arena; empty when it cannot be read or is larger. */
struct span sysnames_file(const char *path, struct arena *);

#endif
