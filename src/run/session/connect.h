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

/* Sets who names the target: secrets are not sent to what a script names. */
void session_set_opener(struct session *, struct place);
void session_set_target(struct session *, const struct target *);
/* also sets it; NEWS_ROUTED follows */
void session_find(struct session *, const struct target *);
/*
 * Through a proxy a host is not looked up here: the route is its name alone. NULL: it must be
 * looked up.
 */
const struct route *session_proxied_route(struct session *, const struct target *);
/*
 * Whether the options ask for a way (--proxy, --bind, -4, -6) that does not apply to this target;
 * `out` says so: a result would not be about that way.
 */
bool session_no_way(const struct session *, const struct target *, char out[NO_WAY_SHOWN]);
/* Sets the PROXY protocol header of later connections. False with err. */
bool session_set_proxy_header(struct session *, struct span text, struct err *);

/* NEWS_CONNECTED or NEWS_CLOSED follows */
void session_dial(struct session *, const struct route_hop *);
/*
 * Uses an already connected descriptor, with implicit TLS unless the context is NULL. False: the
 * step failed.
 */
bool session_over(struct session *, int fd, struct span host, struct tls_context *);
/* Runs the command of a pipe: target. False: the step failed. */
bool session_run_command(struct session *, struct span command);
void session_expect_greeting(struct session *);			/* NEWS_REPLY follows */

/*
 * Begins the handshake; NEWS_TLS_UP or NEWS_TLS_FAILED follows. STEP_FAIL when it cannot begin.
 */
enum progress session_shake_hands(struct session *);
bool session_can_tls(const struct session *);		/* server: whether it has a certificate */
/* Whether the TLSA lookup is still running; after session_wait(WAIT_TLSA), NEWS_TLSA follows. */
bool session_awaits_tlsa(const struct session *);
/* NULL: not looked up, or not known yet */
const struct tls_dane *session_dane(const struct session *);
/* Appends the certificates that the server presented as PEM; nothing without TLS. */
void session_pem(const struct session *, struct buf *);
/*
 * Looks up the MTA-STS policy of a domain; NEWS_POLICY follows. session_forget_policy cancels, as
 * does the end of the step.
 */
void session_find_policy(struct session *, struct span domain);
void session_forget_policy(struct session *);

/* Stops (or resumes) receiving: while a reply of ours is delayed, or output is not drained. */
void session_hold(struct session *, bool held);
void session_shut(struct session *);			/* ends sending */
bool session_is_shut(const struct session *);
void session_close(struct session *, bool expected);	/* emits EVENT_CLOSED */
void session_reset(struct session *);			/* the same, with a TCP reset */

#endif
