/* What others can see and change of a session. */
#ifndef RUN_SESSION_VIEW_H
#define RUN_SESSION_VIEW_H

#include "run/session/env.h"
#include "run/session/event.h"
#include "run/session/options.h"

struct session;

enum session_state { SESSION_CLOSED, SESSION_OPENING, SESSION_OPEN };
struct session_view {
	unsigned number;
	enum session_state state;
	struct dialogue dialogue;
	const struct target *target;	/* NULL: never opened */
	struct span host;		/* as given; empty: never opened */
	struct addr peer;
	const struct tls_info *tls;	/* NULL: without TLS */
	/* offered by the last EHLO; NULL: none, or no longer valid */
	const struct extensions *extensions;
	const struct reply *last_reply;	/* NULL: none yet */
	const struct route *route;	/* of the target; NULL: none */
	/* a reply on this connection, or the last one, was out of step */
	bool out_of_step;
	/* the fate of a message of the current or the last step is unknown */
	bool fate_unknown;
	/* a line that is not a command may be meant as a response to AUTH */
	bool auth_pending;
	bool auth_refused;		/* AUTH was rejected with a 5xx in this session */
	bool lmtp;			/* LHLO, and one reply per recipient */
	bool local;			/* the peer is on this machine, with no proxy in between */
	bool ehlo_due;			/* TLS began after EHLO, and EHLO was not sent since */
	bool asking;			/* a question is open */
	bool busy;			/* a step is running */
	bool held;			/* server: a reply is delayed on purpose */
	uint64_t sent_us;		/* when octets were last sent; 0: never */
	uint64_t waiting_us;		/* when the wait for the peer began; 0: no wait */
	enum wait wait;			/* what it waits for */
	enum verb wait_verb;		/* the reply's verb */
	uint64_t deadline_ms;		/* how long that may take; 0: unlimited */
	enum err_kind failed;		/* the last step's failure */
};
struct session_view session_view(const struct session *);
/* Returns what /info shows. */
struct session_info session_info(struct session *);

struct conv *session_conv(struct session *);		/* NULL: there is no connection */
struct dialogue *session_dialogue(struct session *);
struct session_env *session_env(const struct session *);
const struct target *session_target(const struct session *);
/*
 * Returns the route of the last lookup. NULL: none, or it failed. Its arena lives as long as the
 * target.
 */
const struct route *session_route(const struct session *);
struct arena *session_route_arena(struct session *);
enum offer_state session_offer_state(const struct session *);
/* Returns whether the last EHLO reply offers the keyword; false if EHLO was not sent. */
bool session_offers(const struct session *, const char *keyword);
/* Returns what EHLO offered in that state of this connection; NULL: EHLO was not sent in it. */
const struct extensions *session_offered(const struct session *, enum offer_state);
/* Returns whether some octets have not reached the peer's system yet. */
bool session_has_unsent(const struct session *);

const struct session_opts *session_opts(const struct session *);
/*
 * Returns the settings for changing them; they are then the session's own. What they point to must
 * live in the settings' arena.
 */
struct session_opts *session_change(struct session *);
struct arena *session_settings_arena(struct session *);
/*
 * Returns the TLS settings of all sessions for changing them; changes apply from the next
 * handshake.
 */
struct tls_opts *session_change_tls(struct session *);

/* Overrides the number given by the options: 1 is C and S. */
void session_set_number(struct session *, unsigned);
/*
 * Sets the deadline for the whole run, on the clock of loop_now_us. Lookups of TLSA records get at
 * most half of the time that is left.
 */
void session_set_end(struct session *, uint64_t until_us);

#endif
