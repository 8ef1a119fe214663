/*
 * What a session lets others see and change of itself.
 */
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
	struct span host;		/* as asked for; empty: never opened */
	struct addr peer;
	const struct tls_info *tls;	/* NULL: in the clear */
	const struct extensions *extensions;	/* of the last EHLO; NULL: none or forgotten */
	const struct reply *last_reply;	/* NULL: none yet */
	const struct route *route;	/* of the target; NULL: none */
	/* a reply of this connection, or of the last one, did not belong to what it answered */
	bool out_of_step;
	/* what became of the message of the step in hand, or of the last one */
	bool fate_unknown;
	/* what is no command now may be meant as an answer to AUTH */
	bool auth_pending;
	bool auth_refused;		/* AUTH was answered 5yz in this session */
	bool lmtp;			/* LHLO, and a reply for each recipient */
	bool local;			/* the peer is on this machine, with nothing between */
	bool asking;			/* a question waits for its answer */
	bool busy;			/* a step is in hand */
	bool held;			/* server: an answer is delayed, by us */
	uint64_t sent_us;		/* when octets last went out; 0: never */
	uint64_t waiting_us;		/* since when it waits for the peer; 0: it does not */
	enum wait wait;			/* what for */
	enum verb wait_verb;		/* of a reply */
	uint64_t deadline_ms;		/* how long that may take; 0: no end */
	enum err_kind failed;		/* the last step's failure */
};
struct session_view session_view(const struct session *);
/* What /info shows. */
struct session_info session_info(struct session *);

struct conv *session_conv(struct session *);		/* NULL: there is no connection */
struct dialogue *session_dialogue(struct session *);
struct session_env *session_env(const struct session *);
const struct target *session_target(const struct session *);
/* Of the last look-up; NULL: none, or it failed. Its arena lives as long as the target. */
const struct route *session_route(const struct session *);
struct arena *session_route_arena(struct session *);
enum offer_state session_offer_state(const struct session *);
/* Does the last EHLO reply offer it? False also where EHLO was not sent. */
bool session_offers(const struct session *, const char *keyword);
/* On this connection; NULL: EHLO was not sent in that state. */
const struct extensions *session_offered(const struct session *, enum offer_state);
/* Something has not reached the peer's system yet. */
bool session_has_unsent(const struct session *);

const struct session_opts *session_opts(const struct session *);
/* The same to be changed, from here on; what it points to lives in the settings' arena. */
struct session_opts *session_change(struct session *);
struct arena *session_settings_arena(struct session *);
/* Of all sessions; for the next handshake. */
struct tls_opts *session_change_tls(struct session *);

/* Over that of the options: 1 is C and S. */
void session_set_number(struct session *, unsigned);
/*
 * The end of its time for everything, of loop_now_us: what it asks the DNS beside the dialogue gets
 * a share of it.
 */
void session_set_end(struct session *, uint64_t until_us);

#endif
