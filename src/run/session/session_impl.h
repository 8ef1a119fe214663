/*
 * The session itself, for the files of this room alone: what a session has beside its parts, and
 * what those files ask of each other. From the lowest up: emit.c tells, confide.c decides what may
 * leave, queue.c has the step in hand, send.c sends, connect.c and handshake.c bring the connection
 * about and end it, receive.c takes what came, turn.c goes on until a step waits; session.c alone
 * is woken, and dispatches.
 */
#ifndef RUN_SESSION_SESSION_IMPL_H
#define RUN_SESSION_SESSION_IMPL_H

#include "run/diagnosis/diagnose.h"
#include "run/session/diagnose.h"
#include "run/session/link.h"
#include "run/session/offers.h"
#include "run/session/secure.h"
#include "run/session/session.h"
#include "run/session/wire.h"

/* What was sent, as far as a reply may have to be explained by it. */
struct said {
	char *line;		/* the last command, without its secrets; ours */
	size_t len;		/* 0: none, or too long */
	enum verb verb;
	unsigned hellos;	/* granted since the connection or TLS began */
	bool early;		/* something went out before the greeting */
};

struct queued {
	struct queued *next;
	const struct step *step;
};

struct session {
	struct session_env *env;
	const struct session_opts *opts;
	/* a copy, once a step changed something; NULL: none did */
	struct session_opts *own_opts;
	struct arena settings;			/* what the copy points to */
	event_fn *event;
	void *ctx;
	enum conv_role role;
	unsigned number;
	enum session_state state;
	struct dialogue dialogue;

	struct link link;
	struct wire wire;
	struct secure secure;
	struct offers offers;
	struct secrets secrets;
	struct said said;	/* on this connection */

	struct host_query *helo_query; /* of the name sent in EHLO; nothing waits for it */
	bool helo_noted;
	/*
	 * the local address as a name; made when it is asked for, so that it is this connection's
	 */
	char literal[64];

	const struct step *step; /* in hand; NULL: none is */
	void *step_state;
	struct queued *queue, **queue_end;
	enum err_kind failed; /* of the step in hand, or of the last one */
	bool cancelled;	      /* it is being given up */
	bool asking;	      /* it waits for the person */
	bool sleeping;	      /* it waits for time to pass */
	bool fate_unknown;    /* of a message of it: told */
	bool auth_refused;    /* a 5yz came: not to be tried again unasked */
	/* within an entry point: what is pushed waits for its end */
	bool working;
	enum wait wait;				/* what for */
	enum verb wait_verb;			/* of a reply */
	uint64_t waiting_us, deadline_ms;
	/* the end of its time for everything, of loop_now_us; 0: none */
	uint64_t until_us;

	struct loop_work *offloaded; /* by the step in hand; NULL: nothing is */
	/* each made when it is first needed; hush until the peer has sent something */
	struct loop_timer *deadline, *pace_timer, *hush;
	loop_fn *on_deadline, *on_offloaded; /* session.c's, for queue.c */
};

/* emit.c */
/* to the consumer, and to the trace */
void session_hand_on(struct session *, const struct event *);
void session_trace(struct session *, const char *what, size_t octets);
struct span session_shown(struct session *, struct span octets); /* secrets_shown */

/* facts.c */
void session_facts(const struct session *, struct facts *, struct arena *);
/* What diagnose() makes of what the session tells; NULL: nothing. In the arena. */
void session_note_said(struct session *, enum verb, struct span shown);
const struct diagnosis *session_diagnose_reply(
    struct session *, const struct receipt *, const struct reply *shown, struct arena *);
const struct diagnosis *session_diagnose_err(
    struct session *, const struct err *, struct arena *);
const struct diagnosis *session_diagnose_silence(
    struct session *, const struct silence *, struct arena *);
const struct diagnosis *session_diagnose_close(
    struct session *, const struct event *closed, bool message_lost, struct arena *);

/* queue.c */
/* to the step in hand, if there is one */
void session_tell(struct session *, const struct news *);
void session_run_steps(struct session *);
void session_end_step(struct session *, enum progress);
void session_stop_waiting(struct session *);
void session_wait_anew(struct session *); /* for the same, from now on */

/* connect.c */
void session_drop_link(struct session *);
/* tells, and drops the connection */
void session_closed(struct session *, enum closed_by, bool expected);
void session_send_preface(struct session *);

/* handshake.c */
void session_begin_shaking(struct session *);
void session_tls_came_up(struct session *);
void session_tls_failed(struct session *);
void session_note_dane(struct session *);

/* receive.c */
void session_receive(struct session *, const struct conv_event *);
/*
 * No second reply came: what was given up was never answered, and the late reply was the next
 * one's. True: there was one.
 */
bool session_find_step(struct session *);
/* The peer is of no more use: why, and an end. */
void session_break_off(struct session *, enum err_kind, const char *why);
/* TLS where text is due has no line end to wait for. */
void session_look_for_tls(struct session *);

/* turn.c */
void session_turn(struct session *);	/* nothing, where ->working */
void session_take_in(struct session *); /* the connection can be read or written */

#endif
