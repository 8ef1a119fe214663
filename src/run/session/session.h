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

#include "base/mask.h"
#include "net/conn.h"
#include "net/preface.h"
#include "net/proxy.h"
#include "run/session/credentials.h"
#include "run/session/event.h"
#include "run/session/pace.h"
#include "run/route/route.h"
#include "run/session/step.h"
#include "run/session/verify.h"
#include "run/route/target.h"
#include "run/session/wait.h"

struct session;

enum { SESSION_LOW_WATER = 64 << 10 };


/* Require: a TLSA record must match, so TLS is required too. */
enum dane { DANE_OFF, DANE_CHECK, DANE_REQUIRE };

/* Milliseconds; 0 waits without end. */
struct timeouts {
	uint64_t resolve, connect, tls, greeting, reply, dot, quit;
};
extern const struct timeouts timeouts_default, timeouts_terminal, timeouts_rfc;

/*
 * "30s" for every wait, "connect=3s,reply=5s" (or with blanks), "rfc"; the others stay. Errors
 * stand where the cursor does.
 */
bool timeouts_parse(struct timeouts *, struct span, struct cursor *, struct err *);
enum { TIMEOUTS_SHOWN = 256 };
/* "resolve=10s connect=…" */
void timeouts_show(const struct timeouts *, char out[TIMEOUTS_SHOWN]);
const char *timeouts_phase(size_t i);		/* "resolve" …; NULL behind the last */

enum { DEMO_LMTP = 1, DEMO_TLS = 2 };	/* it speaks LMTP; TLS comes before its banner */

/* Shared by all sessions of a program; its contexts are made when TLS is first needed. */
struct session_env {
	struct loop *loop;
	struct tls_opts tls;
	struct tls_context *client_tls;		/* of `tls`, once needed */
	struct dns_opts dns;
	struct dns *dns_client;			/* of `dns`, once needed */
	char own_name[256];			/* of this machine, once needed */
	char *scratch;				/* what was read last, once needed */
	/* a script changed `tls`: what verifies counts for no secret */
	bool distrusted;
	/* given to any session: starred in all of them; once needed */
	struct mask *secrets;
	/*
	 * Every event of every session, and the octets of the wire by number, for a trace; NULL:
	 * none is written.
	 */
	event_fn *trace;
	void (*trace_octets)(void *ctx, unsigned session, const char *what, size_t n);
	void *trace_ctx;
	/*
	 * The server inside: a connected descriptor, and the TLS context that trusts its
	 * certificate. `as`: DEMO_*.
	 */
	int (*demo)(struct session_env *, unsigned as, struct err *);
	void (*demo_free)(struct session_env *);	/* what it made; NULL: nothing */
	const char *demo_note;		/* what is said of it once it is open */
	struct tls_context *demo_tls;
	void *demo_ctx;
};
void session_env_release(struct session_env *);
/* ->secrets is there from then on, as for a copy of the env that shares it */
void session_env_keep_secrets(struct session_env *);
struct dns *session_env_dns(struct session_env *);

struct session_opts {
	unsigned number;		/* 1: C and S … */
	const char *helo;		/* NULL: found out */
	/* the name to ask for and to judge by, in place of the host's; NULL: the host's */
	const char *sni;
	/* a step gave it, which may be a file's: it is judged by, and no credentials follow it */
	bool sni_of_step;
	bool helo_is_secret;		/* there is a secret in it */
	/* signature algorithms to offer in TLS, as OpenSSL writes them; NULL: its own */
	const char *sigalgs;
	/* what this way of probing is called, among several; NULL: it is the only one */
	const char *way;
	struct timeouts timeouts;
	struct route_opts route;
	/*
	 * what led to the host, where ->route has its addresses for DANE's sake; NULL: the route
	 * says
	 */
	const struct dane_path *path;
	struct addr from;
	enum verify verify;		/* what ends the session; all is shown in any case */
	/* whether TLSA records are asked for; a match counts as verified */
	enum dane dane;
	enum target_tls tls;		/* over the target's own, unless unsaid */
	bool lmtp;
	struct credentials auth;
	struct proxy_opts proxy;	/* the way there, instead of connecting directly */
	struct preface preface;		/* said first on every connection */
	struct pace pace;		/* how what is said goes out: /write */
	bool allow_pipe;		/* a file may name pipe: targets */
	bool can_ask;			/* somebody answers EVENT_QUESTION */
	bool no_banner;			/* do not wait for one: /early */
	/*
	 * no reply is relied on after a wait that was given up, or out of step: the connection is
	 * closed then
	 */
	bool careful;
	/* nobody else has these: a step that changes a setting changes it here */
	bool own;
};

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

#endif
