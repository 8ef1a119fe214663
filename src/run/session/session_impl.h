/*
 * The session itself, for the files of this directory only: its state besides its parts, and what
 * these files call in each other. From the lowest up: emit.c reports, confide.c decides what may be
 * sent, queue.c runs the current step, send.c sends, connect.c and handshake.c make and end the
 * connection, receive.c handles what is received, turn.c runs steps until one waits. session.c is
 * called by the loop, and dispatches.
 */
#ifndef RUN_SESSION_SESSION_IMPL_H
#define RUN_SESSION_SESSION_IMPL_H

#include "run/diagnosis/diagnose.h"
#include "run/session/observe.h"
#include "run/session/link.h"
#include "run/session/offers.h"
#include "run/session/secure.h"
#include "run/session/session.h"
#include "run/session/wire.h"

/* What was sent, and the greeting, for diagnosing a reply. */
struct sent {
	char *line;		/* the last command, without its secrets; owned */
	size_t len;		/* 0: none, or too long */
	enum verb verb;
	char greeting[200];	/* first line of the greeting, cut; "": none yet */
	unsigned hellos;	/* accepted EHLOs since the connection or TLS began */
	bool early;		/* something was sent before the greeting */
};

struct queued {
	struct queued *next;
	const struct step *step;
};

struct session {
	struct session_env *env;
	const struct session_opts *opts;
	/* a copy, once a step changed a setting; NULL: none did */
	struct session_opts *own_opts;
	struct arena settings;			/* holds what the copy points to */
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
	struct sent sent;	/* on this connection */

	struct host_query *helo_query; /* looks up the name sent in EHLO; nothing waits for it */
	bool helo_noted;
	/* the local address as an EHLO name; written when needed, for the current connection */
	char literal[64];

	const struct step *step; /* the current one; NULL: none */
	void *step_state;
	struct queued *queue, **queue_end;
	enum err_kind failed; /* of the current step, or of the last one */
	bool cancelled;	      /* it is being cancelled */
	bool asking;	      /* it waits for the user */
	bool sleeping;	      /* it waits for time to pass */
	bool fate_unknown;    /* the fate of one of its messages is unknown, which was reported */
	bool auth_refused;    /* AUTH was rejected with 5xx: not retried automatically */
	/* within an entry point: steps pushed now start when it ends */
	bool working;
	enum wait wait;				/* what is waited for */
	enum verb wait_verb;			/* the verb of the reply */
	uint64_t waiting_us, deadline_ms;
	/* the deadline for everything, on the clock of loop_now_us; 0: none */
	uint64_t until_us;

	struct loop_work *offloaded; /* by the current step; NULL: nothing */
	/* created when first needed; `hush` runs until the peer has sent something */
	struct loop_timer *deadline, *pace_timer, *hush;
	loop_fn *on_deadline, *on_offloaded; /* session.c's, for queue.c */
};

/* emit.c */
/* Passes an event to the consumer and the trace. */
void session_hand_on(struct session *, const struct event *);
void session_trace(struct session *, const char *what, size_t octets);
/*
 * Emits a note or a problem with its diagnosis, which may be NULL. ERR_NONE: nothing failed because
 * of it.
 */
void session_remark(struct session *, enum event_kind, enum err_kind, const char *text,
    const struct diagnosis *);

/* facts.c */
/* Sets what the session knows now; the addresses are in the arena. */
void session_facts(const struct session *, struct facts *, struct arena *);
/* Remembers a line that was sent, for diagnosing a later reply. */
void session_note_sent(struct session *, enum verb, struct span shown);
/* These return the diagnosis of what the session reports, in the arena. NULL: none. */
const struct diagnosis *session_diagnose_reply(
    struct session *, const struct receipt *, const struct reply *shown, struct arena *);
const struct diagnosis *session_diagnose_err(
    struct session *, const struct err *, struct arena *);
const struct diagnosis *session_diagnose_silence(
    struct session *, const struct silence *, struct arena *);
/*
 * For octets where a reply is due; for a greeting that is masked or not an SMTP server's; for an
 * extension whose keyword was overwritten.
 */
const struct diagnosis *session_diagnose_octets(
    struct session *, struct span octets, struct arena *);
const struct diagnosis *session_diagnose_greeting(
    struct session *, const struct reply *, struct arena *);
const struct diagnosis *session_diagnose_extensions(
    struct session *, const struct extensions *, struct arena *);
const struct diagnosis *session_diagnose_dane(struct session *, struct arena *);
const struct diagnosis *session_diagnose_close(
    struct session *, const struct event *closed, bool message_lost, struct arena *);

/* queue.c */
/* Passes news to the current step, if any. */
void session_tell(struct session *, const struct news *);
void session_run_steps(struct session *);
void session_end_step(struct session *, enum progress);
void session_stop_waiting(struct session *);
void session_wait_anew(struct session *); /* restarts the current wait */

/* connect.c */
void session_drop_link(struct session *);
/* Emits EVENT_CLOSED and drops the connection. */
void session_closed(struct session *, enum closed_by, bool expected);
void session_send_proxy_header(struct session *);

/* handshake.c */
void session_begin_shaking(struct session *);
void session_tls_came_up(struct session *);
void session_tls_failed(struct session *);
void session_note_dane(struct session *);

/* receive.c */
void session_receive(struct session *, const struct conv_event *);
/*
 * Settles a late reply that no second one followed: the command that was given up on was never
 * answered, and the reply was to the next one. Returns false if there was no late reply.
 */
bool session_find_step(struct session *);
/* Reports why the peer is of no further use, and closes the connection. */
void session_break_off(struct session *, enum err_kind, const char *why, const struct diagnosis *);
/* Detects TLS records where text is due; they have no line ending to wait for. */
void session_look_for_tls(struct session *);

/* turn.c */
void session_turn(struct session *);	/* does nothing while ->working */
void session_take_in(struct session *); /* called when the connection can be read or written */

/* Returns octets with secrets starred. Valid until the next call (secrets_shown). */
static inline struct span
session_shown(struct session *s, struct span octets)
{
	return secrets_shown(&s->secrets, octets);
}

#endif
