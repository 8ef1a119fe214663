/*
 * TLS on a session's connection: its progress, what was found, and whether that satisfies the
 * requested verification. These functions only decide; the session acts on it.
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
	struct sts_query *sts;	       /* lookup that the current step waits for; NULL: none */
	bool dane_noted, starttls_refused;
	bool shake_when_sent; /* begin the handshake once all is sent */
	uint64_t shake_us;    /* when it began; 0: not running */
};

/* Forgets what belongs to the connection, and cancels the TLSA lookup. */
void secure_forget(struct secure *);
/* Returns whether TLS was agreed on and the handshake has not ended. */
bool secure_is_shaking(const struct secure *);

/*
 * Returns the name to send as SNI and to verify: that of --sni, or else the host's, without a final
 * dot. Empty: any name will do.
 */
struct span secure_reference(const struct session_opts *, struct span host);

/*
 * Returns how the host was found, for its TLSA records: the options' path if it is for the same
 * host, or else the hop's; or `named`, which is filled in, if --sni gives a name to an address.
 */
const struct dane_path *secure_dane_path(const struct session_opts *, const struct route_hop *,
    bool by_network, struct dane_path *named);
/* Returns the deadline for the TLSA records, on the clock of loop_now_us; 0: the resolver's own. */
uint64_t secure_dane_until(const struct timeouts *, uint64_t now_us, uint64_t until_us);

/* Returns the first problem that the requested verification does not allow; NULL: none. */
const struct tls_problem *secure_fatal(const struct tls_info *, enum verify);
/* Returns whether the server's key or certificate matches one of the pins, or there are none. */
bool secure_is_pinned(const struct tls_info *, const struct session_opts *);
/* Returns why --dane=require ends the session, in the arena; empty: it does not. */
struct span secure_dane_refuses(const struct tls_info *, enum dane, struct arena *);
/*
 * Returns what the TLSA records demand, in the arena, once per connection, when there is no TLS and
 * STARTTLS is not offered or was rejected. Empty: nothing.
 */
struct span secure_dane_note(struct secure *, const struct extensions *, struct arena *);

/* Returns what is known of the TLSA records. NULL: not looked up, or not known yet. */
const struct tls_dane *secure_dane(const struct secure *);

#endif
