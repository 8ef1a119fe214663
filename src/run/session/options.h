/*
 * A session's settings: its own name, how to connect, timeouts, what to verify. Plain data,
 * shared by sessions; a step that changes a setting changes the session's own copy.
 */
#ifndef RUN_SESSION_OPTIONS_H
#define RUN_SESSION_OPTIONS_H

#include "base/cursor.h"
#include "net/proxy.h"
#include "net/proxy_header.h"
#include "run/route/route.h"
#include "run/route/target.h"
#include "run/session/credentials.h"
#include "run/session/pace.h"
#include "run/session/verify.h"

/*
 * DANE_REQUIRE: a TLSA record must match, which also requires TLS. DANE_ASIDE: TLSA records are
 * looked up and used only where the MX and the address were validated; records that senders ignore
 * are not mentioned.
 */
enum dane { DANE_OFF, DANE_CHECK, DANE_REQUIRE, DANE_ASIDE };

/* Milliseconds; 0: unlimited. */
struct timeouts {
	uint64_t resolve, connect, tls, greeting, reply, dot, quit;
};
extern const struct timeouts timeouts_default, timeouts_terminal, timeouts_rfc;

/*
 * Parses "30s" for every timeout, "connect=3s,reply=5s" (or separated by spaces), or "rfc"; other
 * timeouts are left unchanged. Returns false and sets err (ERR_USAGE) at the cursor's place.
 */
bool timeouts_parse(struct timeouts *, struct span, struct cursor *, struct err *);
enum { TIMEOUTS_SHOWN = 256, NO_WAY_SHOWN = 100 };
/* Writes all timeouts, such as "resolve=10s connect=…". */
void timeouts_show(const struct timeouts *, char out[TIMEOUTS_SHOWN]);
const char *timeouts_phase(size_t i); /* "resolve" …; NULL after the last */

/* What to do with a line: send it, skip it, or stop sending. */
enum stepped { STEPPED_SEND, STEPPED_SKIP, STEPPED_STOP };
/*
 * Asks the user about a line before it is sent, and waits for the answer. `shown` is the line
 * without secrets. Unless `line` is NULL, it may be replaced, with text that lives until the next
 * call.
 */
struct stepper {
	enum stepped (*ask)(void *ctx, struct span *line, struct span shown, bool may_skip);
	void *ctx;
};

enum { PINS_MAX = 8 };

struct session_opts {
	unsigned number;  /* 1: C and S … */
	const char *helo; /* the EHLO name; NULL: chosen automatically */
	/* the name to send as SNI and to verify, in place of the host's; NULL: the host's */
	const char *sni;
	/*
	 * a step set ->sni, perhaps from a file: it is verified, but does not permit sending
	 * credentials
	 */
	bool sni_of_step;
	/* the name that the certificate must have, in place of the one sent; NULL: the same */
	const char *verify_host;
	/* SHA-256 of the keys or certificates, one of which the server must have; npins 0: any */
	struct span pin[PINS_MAX];
	size_t npins;
	bool helo_is_secret; /* ->helo contains a secret */
	/* signature algorithms to offer in TLS, in OpenSSL's syntax; NULL: its default */
	const char *sigalgs;
	/* name of this way of probing, if there are several; NULL: the only one */
	const char *way;
	struct timeouts timeouts;
	struct route_opts route;
	/*
	 * how the host was found, for DANE, if ->route has its addresses; NULL: as the route says
	 */
	const struct dane_path *path;
	struct addr from;
	enum verify verify; /* which problems end the session; all of them are shown */
	/* whether TLSA records are looked up; a match counts as verified */
	enum dane dane;
	enum target_tls tls; /* overrides the target's own, unless UNSET */
	bool lmtp;
	struct credentials auth;
	struct proxy_opts proxy; /* the proxy to connect through */
	struct proxy_header proxy_header; /* the PROXY protocol header sent on each connection */
	struct pace pace;	 /* how output is written: /write */
	/* networks that a step may connect to; 0: any */
	const struct addr_net *allow;
	size_t nallow;
	bool allow_pipe;	 /* a file may name pipe: targets */
	bool can_ask;		 /* a user answers EVENT_QUESTION */
	/*
	 * asked before each command line except QUIT, and by a script before each of its items;
	 * .ask NULL: nobody is asked
	 */
	struct stepper stepper;
	bool no_banner;		 /* do not wait for the greeting: /early */
	/*
	 * close the connection after a timeout, or a reply that is out of step, since later replies
	 * cannot be relied on
	 */
	bool careful;
	/* not shared: steps change the settings here, not in a copy */
	bool own;
};

#endif
