/*
 * Names as the system resolves them before it asks the DNS, and how it asks: hosts(5) and
 * resolv.conf(5).
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
	unsigned attempts;			/* how often each server is asked at most */
};

/*
 * Parses the text of a resolv.conf, ignoring what it does not understand. The search list lives
 * in the arena.
 */
void resolv_conf_parse(struct resolv_conf *, struct span text, struct arena *);

/*
 * Finds the addresses of a name in the text of a hosts file, in order and up to `max`; returns
 * how many.
 */
size_t hosts_find(struct span text, struct span name, struct addr out[], size_t max);

/* The full name (one with a dot) on a line of it that has this short name; empty: none. */
struct span hosts_full_name(struct span text, struct span name);

/* The file's text, at most 1 MiB; empty when it cannot be read. */
struct span sysnames_file(const char *path, struct arena *);

#endif
