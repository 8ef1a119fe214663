/*
 * Runs steps against one peer. A session owns one connection at a time, its conv, its deadline and
 * a queue of steps; it turns steps into events and decides nothing else. In the server role it runs
 * the other side.
 *
 * Steps run one after the other; each ends with an EVENT_STEP_ENDED. Events come from within loop
 * callbacks: their consumer may push steps, and must not free the session (do that between
 * wake-ups).
 */
#ifndef RUN_SESSION_SESSION_H
#define RUN_SESSION_SESSION_H

#include "run/session/diagnose.h"
#include "run/session/env.h"
#include "run/session/event.h"
#include "run/session/options.h"
#include "run/session/secrets.h"
#include "run/session/step.h"
#include "run/session/wait.h"
#include "smtp/auth.h"

struct session;

enum { SESSION_LOW_WATER = 64 << 10 };

struct session *session_new(
    struct session_env *, const struct session_opts *, event_fn *, void *ctx);
/*
 * The server role, over an accepted descriptor. `tls` may be NULL: STARTTLS is then not possible.
 */
struct session *session_serve(struct session_env *, const struct session_opts *, int fd,
    struct tls_context *tls, event_fn *, void *ctx, struct err *);
void session_free(struct session *);
void session_set_number(struct session *, unsigned);	/* over that of the options */
/*
 * The end of its time for everything, of loop_now_us: what it asks the DNS beside the dialogue gets
 * a share of it.
 */
void session_set_end(struct session *, uint64_t until_us);

void session_push(struct session *, const struct step *);
/*
 * Ends the step in hand, if any, and forgets those queued. Within a handshake or a message only
 * closing can do that.
 */
void session_cancel(struct session *);

/* Drops the connection, if there is one, without a word. */
void session_disconnect(struct session *);

/* The answer to the last EVENT_QUESTION. False when nothing was asked. */
bool session_answer_question(struct session *, struct span text);

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
	uint64_t heard_us;		/* when octets last came; 0: never */
	uint64_t waiting_us;		/* since when it waits for the peer; 0: it does not */
	enum wait wait;			/* what for */
	enum verb wait_verb;		/* of a reply */
	uint64_t deadline_ms;		/* how long that may take; 0: no end */
	enum err_kind failed;		/* the last step's failure */
};
struct session_view session_view(const struct session *);

/*
 * What a step, or who plays one, may ask of a session: to send, to wait, to fail, to change what it
 * was told.
 */

/*
 * Says a line; its reply comes as NEWS_REPLY. Emits EVENT_SENT without what is secret in it
 * (smtp/secrecy.h), or of `shown`, which may be shown. False: failed.
 */
bool session_say(struct session *, struct span line);
bool session_say_secret(struct session *, struct span line, struct span shown); /* a SECRET_GIVEN */
void session_mask_all(struct session *, const struct mask *);
/* starred from now on in all sessions of the program */
void session_mask(struct session *, struct span secret);
/*
 * Octets of a script or a peer as they may be shown, with every secret of the session starred. In
 * the arena, or themselves.
 */
struct span session_starred(struct session *, struct arena *, struct span octets);
const struct secrecy *session_secrets(const struct session *);

/* secrets_may_leave, over this connection. */
bool session_confides(struct session *, enum secret_from, bool forced, struct err *);
/* Is what the command line gave for its target for this peer, whatever it is sent over? */
bool session_is_meant(const struct session *);
/*
 * Before octets go out: `secret` ones, or those of a step with a secret in it, fail it where none
 * may leave.
 */
bool session_lets_out(struct session *, bool secret);
/* Octets for which no reply is owed. False: failed. */
bool session_put(struct session *, struct span octets, bool crlf, bool secret);
/* Was the peer told a secret of the command line's? What it says may then be one. */
bool session_has_confided(const struct session *);
/*
 * What may be shown of octets that go out as they are, up to a line's end: nothing of AUTH and of
 * an answer. In the arena.
 */
struct span session_hide_piece(struct session *, struct span piece, struct arena *);
/*
 * Puts a question to the person: NEWS_ANSWER comes. Fails where there is no terminal: then `what`
 * is what lacks.
 */
enum progress session_ask(struct session *, const char *prompt, bool secret, const char *what);
/* of many lines */
enum progress session_ask_text(struct session *, const char *prompt, const char *what);
/* the peer is on this machine, with nothing between */
bool session_is_local(const struct session *);
/* empty without TLS */
void session_bindings(struct session *, struct span *tls_exporter, struct span *tls_unique);
/*
 * Octets as they are. For every whole line of them that is a command, and for a message's end, a
 * reply is owed.
 */
bool session_say_octets(struct session *, struct span octets);
/* Lines, each with its CRLF, as the octets of the BDAT said last. */
bool session_say_chunk(struct session *, struct span lines);
/* A line of message text, without a reply due; "." ends the message, and a reply is due. */
bool session_say_text(struct session *, struct span line);
/* Server: a reply, whole, without its last CRLF; goes out as it is. */
bool session_answer(struct session *, struct span reply);
/* of one whose octets the step puts into the conv itself */
void session_tell_answer(struct session *, struct span reply);
bool session_can_tls(const struct session *); /* server: it has a certificate */
/* something that was said has not reached the peer's system yet */
bool session_unheard(const struct session *);
/*
 * Nothing more is heard, or read, until it is let go: while an answer is delayed, or has nowhere to
 * go.
 */
void session_hold(struct session *, bool held);
/*
 * EVENT_SENT of something too long to show, by a few words about it; message NULL: octets of no
 * message.
 */
void session_sent_message(
    struct session *, struct span what, const struct message *, uint64_t octets, bool chunked);
/*
 * So many replies are owed to the end of the message, which conv_put has sent; they are waited for.
 */
void session_owe_message(struct session *, unsigned replies);
/* The BDAT said last was the LAST: its reply, in LMTP so many of them, end the message. */
void session_is_last_chunk(struct session *, unsigned replies);
/* what was ended last is for nobody (RFC 2920 3.1) */
void session_is_no_message(struct session *);
/* EVENT_PROBLEM: what became of the message is unknown */
void session_tell_unknown(struct session *);
void session_wait_message(struct session *);
void session_wait_room(struct session *); /* session_want_room, with a deadline */
/*
 * One reply more is owed: to octets put into the conv, or one more for what was said (LMTP's, after
 * the dot).
 */
bool session_owe(struct session *, enum verb, bool dot);
/* What another session's events made this one say goes out. Harmless within its own callbacks. */
void session_poke(struct session *);
/* NEWS_WRITABLE comes, once, when less than SESSION_LOW_WATER is unsent. */
void session_want_room(struct session *);
struct conv *session_conv(struct session *);
struct dialogue *session_dialogue(struct session *);

/*
 * Sets what the step failed of and tells it (EVENT_PROBLEM); STEP_FAIL, so that failing is one
 * line.
 */
enum progress session_fail(struct session *, enum err_kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, in the words of `err` and with its cause. */
enum progress session_fail_with(struct session *, const struct err *);
enum progress session_failed(struct session *, enum err_kind); /* what of was told already */
/* The same for a reply, which was shown already and is no success. */
enum progress session_refused(struct session *, const struct news *);
/*
 * Says, once a connection, which name EHLO says and how it stands with that name; not to a peer on
 * this machine.
 */
void session_note_helo(struct session *);
void session_note(struct session *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void session_emit(struct session *, struct event *);

/* What the step waits for next, for the deadline and the screen. */
void session_wait(struct session *, enum wait, uint64_t ms);
/* what is waited for now, and what came of it; until the next call */
struct silence session_silence(struct session *);
void session_sleep(struct session *, uint64_t ms); /* NEWS_TIMER comes */
/*
 * What would keep the loop from everybody else is done in a thread: `work` gets the data alone, and
 * NEWS_WORKED comes. A step that ends before leaves the data to `drop`.
 */
void session_offload(
    struct session *, void (*work)(void *data), void (*drop)(void *data), void *data);
/* With how much time the reply to what was said last is waited for. */
void session_wait_reply(struct session *, enum verb);

/* who names the target: what a script names, secrets do not go to */
void session_set_opener(struct session *, struct place);
/* session_find does it too */
void session_set_target(struct session *, const struct target *);
void session_find(struct session *, const struct target *); /* NEWS_ROUTED comes */
/* of the last look-up; NULL: none, or it failed */
const struct route *session_route(const struct session *);
/* as long as the target is the same */
struct arena *session_route_arena(struct session *);
/* EVENT_RESOLVED; there must be a route */
void session_show_route(struct session *, bool asked);
/* Through a proxy a host is not looked up here: the route is its name alone. NULL: look it up. */
const struct route *session_proxied_route(struct session *, const struct target *);
/*
 * Was a way asked for (--proxy, --bind, -4, -6) to what has none? Says so: its result is not that
 * of the way.
 */
bool session_no_way(const struct session *, const struct target *, char out[NO_WAY_SHOWN]);
/* pipe: its input and output are the connection */
bool session_run_command(struct session *, struct span command);
/* for the connections to come */
bool session_set_preface(struct session *, struct span text, struct err *);
/* NEWS_CONNECTED or a failed step */
void session_dial(struct session *, const struct route_hop *);
/* connected already */
bool session_over(struct session *, int fd, struct span host, struct tls_context *);
void session_expect_banner(struct session *); /* NEWS_REPLY comes */
/* The handshake, NEWS_TLS_UP or NEWS_TLS_FAILED; STEP_FAIL when it cannot begin. */
enum progress session_shake_hands(struct session *);
void session_shut(struct session *);	      /* no more will be sent */
bool session_is_shut(const struct session *); /* QUIT was said */
void session_close(struct session *, bool expected);
void session_reset(struct session *); /* drops it with a TCP reset */
const struct target *session_target(const struct session *);
const struct session_opts *session_opts(const struct session *);
/* The same to be changed, from here on; what it points to lives in the settings' arena. */
struct session_opts *session_change(struct session *);
/* of all sessions; for the next handshake */
struct tls_opts *session_change_tls(struct session *);
struct arena *session_settings_arena(struct session *);
struct session_env *session_env(const struct session *);
enum offer_state session_offer_state(const struct session *);
/* on this connection; NULL: nothing */
const struct extensions *session_offered(const struct session *, enum offer_state);
/*
 * The MTA-STS policy of a domain: NEWS_POLICY comes. Forgotten when the step that asked is
 * released.
 */
void session_find_policy(struct session *, struct span domain);
void session_forget_policy(struct session *);
struct session_info session_info(struct session *);
const char *session_helo(struct session *);
/* the same for a message's own fields; none that is a secret */
struct span session_domain(struct session *);
/* session_wait(WAIT_TLSA): NEWS_TLSA comes */
bool session_awaits_tlsa(const struct session *);
/* NULL: not asked for, or not known yet */
const struct tls_dane *session_dane(const struct session *);

#endif
