/*
 * The addresses of one host: a literal, what --resolve says, and for a name that a person gave,
 * localhost, hosts(5) and the search list of resolv.conf(5) as the system does it; then the DNS.
 * Names of other scripts are asked as A-labels.
 */
#ifndef RUN_ROUTE_HOST_H
#define RUN_ROUTE_HOST_H

#include "net/dns.h"

struct resolve_rule {
	struct span host;
	struct addr addr;
};

struct route_opts {
	unsigned family;			/* 4 or 6; 0: both */
	const struct resolve_rule *rule;	/* of --resolve, over all else */
	size_t nrules;
};

/* What every look-up goes by, and what is the same for the look-ups that it begins itself. */
struct lookup_env {
	struct loop *loop;
	struct dns *dns;
	const struct route_opts *opts;
	struct arena *arena;		/* of all that is told */
	/* when all of it ends, of loop_now_us; 0: when the struct dns gives a question up */
	uint64_t until_us;
};
uint64_t lookup_until(uint64_t ms);	/* that time from now; 0: 0 */

enum host_source { HOST_LITERAL, HOST_GIVEN, HOST_FILE, HOST_DNS };
enum { HOST_NOTES_MAX = 4 };

struct host {
	/* the one that answered, as A-labels; with what the search list added */
	struct span name;
	enum host_source source;
	struct addr *addr;		/* in the order to try them, with the port */
	size_t naddr;
	uint32_t ttl;			/* the least, in seconds; of HOST_DNS */
	bool authentic;			/* validated (DNSSEC), the aliases too */
	enum dns_trust trust;		/* in who says so */
	struct addr resolver;		/* who answered; .len 0: nobody was asked */
	struct span alias;		/* where its CNAMEs end; empty: it has none */
	struct span why;		/* naddr is 0: "the name does not exist (NXDOMAIN)" */
	enum err_cause cause;		/* naddr is 0 */
	struct span note[HOST_NOTES_MAX];	/* what is odd all the same */
	size_t nnotes;
};

/* Told once, perhaps from within host_find. What it tells lives in the arena. */
typedef void host_fn(void *ctx, const struct host *);

struct host_query;
/*
 * NULL: it was told already. `system`: a person gave the name; else it is absolute, as the name of
 * an MX is. The search list goes on only behind a name that does not exist (NXDOMAIN), and what it
 * found is noted.
 */
struct host_query *host_find(
    const struct lookup_env *, struct span name, unsigned port, bool system, host_fn *, void *ctx);
/* also cancels; after it was told too; NULL is fine */
void host_free(struct host_query *);

/*
 * `name` as A-labels without a last dot, in the arena. False with err: it is no name (ERR_DNS), or
 * libidn2 is missing.
 */
bool host_ascii(struct span name, struct arena *, struct span *out, struct err *);
/*
 * Labels of letters, digits, "-" and "_" with dots between them (RFC 952, RFC 1123 2.1; "_" is
 * seen): fit for a URL.
 */
bool host_is_name(struct span ascii);

#endif
