/* The session itself, for run/session*.c alone. */
#ifndef RUN_SESSION_SESSION_IMPL_H
#define RUN_SESSION_SESSION_IMPL_H

#include "net/dial.h"
#include "run/session/session_step.h"
#include "smtp/secrecy.h"

/* What a reply is owed for, beside conv's ticket. */
struct asked {
	unsigned ticket;		/* 0: nothing was asked */
	struct due due;
	uint64_t at_us;
	/* the count of octets at which all that it answers has gone out */
	uint64_t end;
	bool given_up, no_message;	/* no_message: of a message that is for nobody, the end */
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

	struct target target;
	struct span host;			/* the hop's name */
	struct route_query *routing;
	/* of the target; stays when the connection is gone. NULL: none */
	const struct route *route;
	struct arena routed;			/* the route's, and what the target points to */
	struct dial *dial;
	/* on its way, or what the connection went through */
	struct proxy *proxy;
	/* said first on the connections to come: the options' or in ->kept */
	const struct preface *preface;
	struct arena kept;			/* as long as the session */
	struct arena proxied;			/* a route of one name */
	struct loop_child *child;		/* of a pipe: target */
	struct {				/* what it writes to its standard error */
		int fd;
		struct loop_watch *watch;	/* NULL: there is no child */
		struct buf text;
		/* it says no more, and how it ended is waited for; known, or not to be known */
		bool ending, ended;
		struct loop_timer *patience;
	} aside;
	const struct route_hop *hop;
	struct conn *conn;
	/* dead: freed at the next wake-up, its last event may still be read */
	struct conv *conv, *dead_conv;
	struct tls_context *tls_context;	/* not counted: the env's or the listener's */
	const struct tls_info *tls;
	struct host_query *helo_query;		/* of the name said in EHLO; nothing waits for it */
	bool helo_noted;
	/* the name in the last EHLO of this connection; NULL: none */
	char *said_helo;
	const char *said_under;			/* what --helo or /helo had set then */
	struct dane_query *dane_query;		/* the handshake waits for it; NULL: none is out */
	/* the step in hand waits for it; NULL: it does not */
	struct sts_query *sts;
	struct tls_dane *dane;			/* what it found; NULL: nothing yet. In ->link */
	bool dane_noted, starttls_refused;
	/* the end of its time for everything, of loop_now_us; 0: none */
	uint64_t until_us;
	enum session_state state;
	char helo[80];				/* what session_helo made of the address */
	bool said_421, said_221, shut, shut_when_sent, shake_when_sent;
	/* server: what came was not all heard in this turn */
	bool more;
	/* server: the client shut its side, and is still sent what it asked for */
	bool ended;
	struct arena link;			/* as long as the connection */

	struct dialogue dialogue;
	/* each as long as what the last EHLO in that state said */
	struct arena ehlo[OFFER_STATES];
	struct extensions *offered[OFFER_STATES];
	struct extensions *extensions;
	struct arena last;
	struct reply *last_reply;
	struct asked *asked;			/* first to last */
	size_t asked_n, asked_cap;

	const struct step *step;
	void *step_state;
	enum err_kind failed;			/* of the step in hand, or of the last one */
	struct queued *queue, **queue_end;
	bool auth_refused;			/* a 5yz came: not to be tried again unasked */
	struct secrecy secrecy;			/* what of the dialogue may be shown */
	/* a secret of the command line's was said on this connection */
	bool confided;
	bool script_opened;			/* the target was named by a script */
	struct secret unfinished;		/* of a line that goes out in pieces, what went */
	struct arena shown;			/* of session_shown */
	bool cancelled;				/* the step in hand is being given up */
	bool asking;				/* the step in hand waits for the person */
	unsigned surprises;			/* in a row */
	/* a reply that is late, or that of the command which waits */
	struct {
		/* a second one, which a server that answers in order owes, would tell */
		bool open;
		struct due due;			/* of the late one */
		unsigned code;
		enum err_kind failed;
	} late;
	bool out_of_step;			/* as session_view has it */
	/* MAIL asked for a reply for each recipient (PRDR) */
	bool prdr;
	/* what the greeting refused, when nothing waited for it: --early */
	enum err_kind unwelcome;
	bool wants_room;			/* session_want_room was called */
	bool held;				/* what came waits until session_hold(false) */
	bool fate_unknown;			/* of a message of the step in hand: told */
	/* the peer is gone, and what it said last is to be read */
	bool write_failed;
	/* within an entry point: what is pushed waits for its end */
	bool working;

	struct loop_timer *timer;
	struct loop_work *offloaded;		/* by the step in hand; NULL: nothing is */
	/* a port that says nothing is told of before the wait is over; NULL: it has said something */
	struct loop_timer *hush;
	bool sleeping;
	enum wait wait;				/* what for */
	enum verb wait_verb;			/* of a reply */
	struct {
		struct loop_timer *timer;
		uint64_t begun_us, next_us;	/* 0: nothing is on its way in pieces */
		size_t at;			/* octets of it that went */
	} paced;
	struct {				/* the reply that is coming */
		uint64_t began_us;		/* 0: none is */
		unsigned pieces;
	} coming;
	uint64_t heard_us;			/* when octets last came */
	uint64_t waiting_us, deadline_ms, shake_us, dial_us, find_us, found_us;
	uint64_t up_us, replies, octets_in, octets_out;
};

/* session_way.c */
/*
 * Connected as far as the dial goes: through the proxy, if there is one. True: `conn` is taken, and
 * it ends in session_is_up.
 */
bool session_goes_on(struct session *, struct conn *);
void session_is_up(struct session *, struct conn *, const struct err *);
void session_say_preface(struct session *);
void session_leave_way(struct session *);	/* proxy and child */

/* session_child.c */
/* what it has said beside is told, by whole lines */
void session_hear_child(struct session *);
void session_hear_child_out(struct session *);	/* all of it, for there will be no more */
/*
 * Its side of the connection is closed: is how it ended still to come? A command is waited for half
 * a second.
 */
bool session_child_is_ending(struct session *);
void session_leave_child(struct session *);

/* session_auth.c */
/* Octets of the peer as they may be shown: secrets starred out. Until the next call. */
struct span session_shown(struct session *, struct span octets);
/* The same of a reply; in the arena when something was. */
struct reply session_shown_reply(struct session *, const struct reply *, struct arena *);
/* before it is shown: what of it is secret */
void session_heed_proofs(struct session *, const struct reply *);
void session_heard_auth(struct session *, const struct reply *);

/* session.c */
/* to the consumer, and to the trace */
void session_hand_on(struct session *, const struct event *);
void session_trace(struct session *, const char *what, size_t octets);

/* session_steps.c */
void session_run_steps(struct session *);
/* to the step in hand, if there is one */
void session_tell(struct session *, const struct news *);

/* session_pace.c */
size_t session_may_send(const struct session *);	/* of what the conv has; 0: none yet */
void session_paced(struct session *, size_t n);	/* so many went */
void session_pace_stop(struct session *);

/* session_tls.c */
void session_begin_shaking(struct session *);
void session_tls_came_up(struct session *);
void session_tls_failed(struct session *);

/* session_dane.c */
/* the name that a certificate is judged by; empty: any will do */
struct span session_reference(const struct session *);
void session_ask_tlsa(struct session *);	/* as soon as it is connected, if it is wanted */
void session_forget_dane(struct session *);
/*
 * The same with what DANE makes of it, where that is wanted; and why that ends the session, empty:
 * it does not.
 */
const struct tls_info *session_judge_dane(struct session *, const struct tls_info *);
struct span session_dane_refuses(struct session *);
void session_note_dane(struct session *);	/* what the records say of that there is no TLS */

/* session_known.c */
void session_keep_last(struct session *, const struct reply *);
void session_learn_extensions(struct session *, const struct reply *);
void session_forget_offers(struct session *);

/* session_helo.c */
void session_said_helo(struct session *, struct span line);	/* the line is EHLO, HELO or LHLO */

/* session_mail.c */
/*
 * The replies that are due will not come, or not be believed: of a message whose end has gone out
 * nobody knows now what became of it (RFC 1047). How many such replies there are, of each once.
 */
unsigned session_lose_replies(struct session *);
/* of a message or a chunk, what is begun has not all gone out */
bool session_is_within_octets(const struct session *);

/* session_link.c */
/* tells, and drops the connection */
void session_closed(struct session *, enum closed_by, bool expected);
void session_drop_link(struct session *);

/* session_io.c */
void session_work(struct session *);		/* write, read, understand, run steps */
/*
 * No second reply came: what was given up was never answered, and the late reply was the next
 * one's. True: there was one.
 */
bool session_find_step(struct session *);
conn_fn session_on_conn;
void session_asked(struct session *, unsigned ticket, struct due);

#endif
