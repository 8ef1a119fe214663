/*
 * TLS on a session's connection: how far it has come, what was found, and what the verification
 * that was asked for makes of it. The decisions are pure; the session acts on them.
 */
#ifndef RUN_SESSION_SECURE_H
#define RUN_SESSION_SECURE_H

#include "net/tls_dane.h"
#include "run/route/dane.h"
#include "run/session/options.h"
#include "smtp/extension.h"

struct secure {
	struct tls_context
	    *context;		    /* the listener's or demo:'s; NULL: the environment's is used */
	const struct tls_info *tls; /* NULL: in the clear */
	struct dane_query *dane_query; /* the handshake waits for it; NULL: none is out */
	struct tls_dane *dane;	       /* what it found; NULL: nothing yet. In the link's arena */
	struct sts_query *sts;	       /* the step in hand waits for it; NULL: it does not */
	bool dane_noted, starttls_refused;
	bool shake_when_sent; /* once all is sent the handshake begins */
	uint64_t shake_us;    /* when it began; 0: it did not, or is over */
};

/* The connection is gone. */
void secure_forget(struct secure *);
/* Between the agreement to begin TLS and the end of the handshake? */
bool secure_is_shaking(const struct secure *);

/*
 * The name that the peer's certificate is judged by and asked for: what --sni gives, else the
 * host's. Empty of a client: any will do.
 */
struct span secure_reference(const struct session_opts *, struct span host);

/*
 * How the host was found, for its TLSA records: as the options say where they are about the same
 * host, as the hop says, or as `named` where --sni gives a name to an address.
 */
const struct dane_path *secure_dane_path(const struct session_opts *, const struct route_hop *,
    bool by_network, struct dane_path *named);
/* How long the TLSA records may be waited for, of loop_now_us; 0: as the resolver has it. */
uint64_t secure_dane_until(const struct timeouts *, uint64_t now_us, uint64_t until_us);

/* The first problem that the verification asked for does not allow; NULL: none. */
const struct tls_problem *secure_fatal(const struct tls_info *, enum verify);
/* What --dane=require makes of it; empty: it goes on. In the arena. */
struct span secure_dane_refuses(const struct tls_info *, enum dane, struct arena *);
/*
 * Without TLS, and it will not come: what the TLSA records say of that, once a connection. Empty:
 * nothing.
 */
struct span secure_dane_note(struct secure *, const struct extensions *, struct arena *);

#endif
