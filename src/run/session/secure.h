/*
 * TLS on a session's connection: its progress, what was found, and what the requested
 * verification makes of it. The decisions are pure; the session acts on them.
 */
#ifndef RUN_SESSION_SECURE_H
#define RUN_SESSION_SECURE_H

#include "net/tls_dane.h"
#include "run/route/dane.h"
#include "run/session/options.h"
#include "smtp/extension.h"

struct secure {
	struct tls_context
	    *context;		    /* the listener's or demo:'s; NULL: the environment's */
	const struct tls_info *tls; /* NULL: without TLS */
	struct dane_query *dane_query; /* the handshake waits for it; NULL: none is running */
	struct tls_dane *dane;	       /* its result; NULL: none yet. In the link's arena */
	struct sts_query *sts;	       /* the current step waits for it; NULL: it does not */
	bool dane_noted, starttls_refused;
	bool shake_when_sent; /* begin the handshake once all is sent */
	uint64_t shake_us;    /* when it began; 0: not running */
};

/* The connection is closed. */
void secure_forget(struct secure *);
/* Whether TLS was agreed on and the handshake is not over. */
bool secure_is_shaking(const struct secure *);

/*
 * The name sent as SNI and verified: that of --sni, else the host's. Empty for a client: any name
 * will do.
 */
struct span secure_reference(const struct session_opts *, struct span host);

/*
 * How the host was found, for its TLSA records: the options' path when it is about the same host,
 * else the hop's, or `named` (filled in) where --sni gives a name to an address.
 */
const struct dane_path *secure_dane_path(const struct session_opts *, const struct route_hop *,
    bool by_network, struct dane_path *named);
/* The deadline for the TLSA records, on the clock of loop_now_us; 0: the resolver's own. */
uint64_t secure_dane_until(const struct timeouts *, uint64_t now_us, uint64_t until_us);

/* The first problem that the requested verification does not allow; NULL: none. */
const struct tls_problem *secure_fatal(const struct tls_info *, enum verify);
/* Whether the server's key or certificate is one of the options' pins, or they have none. */
bool secure_is_pinned(const struct tls_info *, const struct session_opts *);
/* Why --dane=require ends the session; empty: it does not. In the arena. */
struct span secure_dane_refuses(const struct tls_info *, enum dane, struct arena *);
/*
 * Without TLS, when none will come: what the TLSA records demand, once per connection. Empty:
 * nothing. In the arena.
 */
struct span secure_dane_note(struct secure *, const struct extensions *, struct arena *);

/* What is known of the TLSA records. NULL: not looked up, or not known yet. */
const struct tls_dane *secure_dane(const struct secure *);

#endif
