/*
 * How a session's connection comes about, begins TLS and ends. What takes time is told to the step
 * in hand.
 */
#ifndef RUN_SESSION_CONNECT_H
#define RUN_SESSION_CONNECT_H

#include "net/tls_dane.h"
#include "run/session/options.h"
#include "run/session/step.h"

struct session;

/* Who names the target: what a script names, secrets do not go to. */
void session_set_opener(struct session *, struct place);
void session_set_target(struct session *, const struct target *);
void session_find(struct session *, const struct target *);	/* sets it too; NEWS_ROUTED */
/* Through a proxy a host is not looked up here: the route is its name alone. NULL: look it up. */
const struct route *session_proxied_route(struct session *, const struct target *);
/*
 * Was a way asked for (--proxy, --bind, -4, -6) to what has none? Says so: its result is not that
 * of the way.
 */
bool session_no_way(const struct session *, const struct target *, char out[NO_WAY_SHOWN]);
/* A PROXY protocol header for the connections to come. False with err. */
bool session_set_preface(struct session *, struct span text, struct err *);

void session_dial(struct session *, const struct route_hop *);	/* NEWS_CONNECTED, NEWS_CLOSED */
/* Connected already. False: the step failed. */
bool session_over(struct session *, int fd, struct span host, struct tls_context *);
/* pipe: its input and output are the connection. False: the step failed. */
bool session_run_command(struct session *, struct span command);
void session_expect_greeting(struct session *);			/* NEWS_REPLY */

/* The handshake, NEWS_TLS_UP or NEWS_TLS_FAILED; STEP_FAIL when it cannot begin. */
enum progress session_shake_hands(struct session *);
bool session_can_tls(const struct session *);		/* server: it has a certificate */
/* Are the TLSA records still to come? After session_wait(WAIT_TLSA) NEWS_TLSA does. */
bool session_awaits_tlsa(const struct session *);
const struct tls_dane *session_dane(const struct session *);	/* NULL: not asked, or not known */
/*
 * The MTA-STS policy of a domain: NEWS_POLICY. Forgotten when the step that asked is released.
 */
void session_find_policy(struct session *, struct span domain);
void session_forget_policy(struct session *);

/*
 * Nothing more is received until it is let go: while a reply of ours is delayed, or has nowhere to
 * go.
 */
void session_hold(struct session *, bool held);
void session_shut(struct session *);			/* no more will be sent */
bool session_is_shut(const struct session *);
void session_close(struct session *, bool expected);	/* EVENT_CLOSED */
void session_reset(struct session *);			/* the same, by a TCP reset */

#endif
