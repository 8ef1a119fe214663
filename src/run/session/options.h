/*
 * What a session is told beforehand: whom to be, how to get there, how long to wait, what to
 * verify. Plain data, shared by sessions; a step that changes something changes a session's own
 * copy.
 */
#ifndef RUN_SESSION_OPTIONS_H
#define RUN_SESSION_OPTIONS_H

#include "base/cursor.h"
#include "net/preface.h"
#include "net/proxy.h"
#include "run/route/route.h"
#include "run/route/target.h"
#include "run/session/credentials.h"
#include "run/session/pace.h"
#include "run/session/verify.h"

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
enum { TIMEOUTS_SHOWN = 256, NO_WAY_SHOWN = 100 };
/* "resolve=10s connect=…" */
void timeouts_show(const struct timeouts *, char out[TIMEOUTS_SHOWN]);
const char *timeouts_phase(size_t i); /* "resolve" …; NULL behind the last */

struct session_opts {
	unsigned number;  /* 1: C and S … */
	const char *helo; /* NULL: found out */
	/* the name to ask for and to judge by, in place of the host's; NULL: the host's */
	const char *sni;
	/* a step gave it, which may be a file's: it is judged by, and no credentials follow it */
	bool sni_of_step;
	bool helo_is_secret; /* there is a secret in it */
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
	enum verify verify; /* what ends the session; all is shown in any case */
	/* whether TLSA records are asked for; a match counts as verified */
	enum dane dane;
	enum target_tls tls; /* over the target's own, unless unsaid */
	bool lmtp;
	struct credentials auth;
	struct proxy_opts proxy; /* the way there, instead of connecting directly */
	struct preface preface;	 /* said first on every connection */
	struct pace pace;	 /* how what is said goes out: /write */
	/* where a step may connect to; 0: anywhere */
	const struct addr_net *allow;
	size_t nallow;
	bool allow_pipe;	 /* a file may name pipe: targets */
	bool can_ask;		 /* somebody answers EVENT_QUESTION */
	bool no_banner;		 /* do not wait for one: /early */
	/*
	 * no reply is relied on after a wait that was given up, or out of step: the connection is
	 * closed then
	 */
	bool careful;
	/* nobody else has these: a step that changes a setting changes it here */
	bool own;
};

#endif
