/*
 * How a session's connection is made, begins TLS and ends. Results come as news to the current
 * step.
 */
#ifndef RUN_SESSION_CONNECT_H
#define RUN_SESSION_CONNECT_H

#include "net/tls_dane.h"
#include "run/session/options.h"
#include "run/session/step.h"

struct session;

/*
 * Records whether a script names the target, since secrets are not sent to a target that only a
 * script names.
 */
void session_set_opener(struct session *, struct place);
/* Sets the target, of which a copy is kept, and forgets the route. */
void session_set_target(struct session *, const struct target *);
/* Drops any connection, sets the target and looks it up; NEWS_ROUTED follows. */
void session_find(struct session *, const struct target *);
/*
 * Sets the target and returns its route if it is a host that is reached through a proxy: the host's
 * name alone, since the proxy looks it up. NULL: it must be looked up with session_find.
 */
const struct route *session_proxied_route(struct session *, const struct target *);
/*
 * Returns whether the options ask for a way to connect (--proxy, --bind, -4, -6) that does not
 * apply to this target; `out` then says so, since the result does not test that way.
 */
bool session_no_way(const struct session *, const struct target *, char out[NO_WAY_SHOWN]);
/*
 * Sets the PROXY protocol header of later connections. Returns false and sets err if it is invalid.
 */
bool session_set_proxy_header(struct session *, struct span text, struct err *);

/* Connects to an address of the hop; NEWS_CONNECTED or NEWS_CLOSED follows. */
void session_dial(struct session *, const struct route_hop *);
/*
 * Takes over a descriptor that is already connected to a peer named `host`. `context` is for a
 * later TLS handshake; NULL: the environment's. Returns false if the step failed.
 */
bool session_over(struct session *, int fd, struct span host, struct tls_context *);
/* Runs the command of a pipe: target and connects to it. Returns false if the step failed. */
bool session_run_command(struct session *, struct span command);
void session_expect_greeting(struct session *);			/* NEWS_REPLY follows */

/*
 * Begins the TLS handshake; NEWS_TLS_UP or NEWS_TLS_FAILED follows. Returns STEP_FAIL if the peer
 * sent cleartext where TLS was to begin.
 */
enum progress session_shake_hands(struct session *);
bool session_can_tls(const struct session *);		/* server: whether it has a certificate */
/*
 * Returns whether the TLSA lookup is still running. A step that calls session_wait(WAIT_TLSA) gets
 * NEWS_TLSA when it ends.
 */
bool session_awaits_tlsa(const struct session *);
/* Returns what is known of the TLSA records. NULL: not looked up, or not known yet. */
const struct tls_dane *session_dane(const struct session *);
/* Appends the certificates that the server presented, in PEM; nothing without TLS. */
void session_pem(const struct session *, struct buf *);
/*
 * Looks up the MTA-STS policy of a domain; NEWS_POLICY follows. session_forget_policy cancels the
 * lookup, and must be called by a step that ends before the news.
 */
void session_find_policy(struct session *, struct span domain);
void session_forget_policy(struct session *);

/*
 * Stops or resumes receiving, while a reply of the server is delayed or its output has not drained.
 */
void session_hold(struct session *, bool held);
void session_shut(struct session *);			/* ends sending once all is sent */
bool session_is_shut(const struct session *);
void session_close(struct session *, bool expected);	/* emits EVENT_CLOSED */
void session_reset(struct session *);			/* the same, with a TCP reset */

#endif
