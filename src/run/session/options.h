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
 * Require: a TLSA record must match, which also requires TLS. Aside: where MX and address were
 * validated the records are looked up too, and count; of those that senders ignore nothing is said.
 */
enum dane { DANE_OFF, DANE_CHECK, DANE_REQUIRE, DANE_ASIDE };

/* Milliseconds; 0: unlimited. */
struct timeouts {
	uint64_t resolve, connect, tls, greeting, reply, dot, quit;
};
extern const struct timeouts timeouts_default, timeouts_terminal, timeouts_rfc;

/*
 * Parses "30s" for every timeout, "connect=3s,reply=5s" (or separated by spaces), or "rfc"; other
 * timeouts are left unchanged. False with err (ERR_USAGE) at the cursor's place.
 */
bool timeouts_parse(struct timeouts *, struct span, struct cursor *, struct err *);
enum { TIMEOUTS_SHOWN = 256, NO_WAY_SHOWN = 100 };
/* "resolve=10s connect=…" */
void timeouts_show(const struct timeouts *, char out[TIMEOUTS_SHOWN]);
const char *timeouts_phase(size_t i); /* "resolve" …; NULL after the last */

/* What becomes of a line before it goes: sent, left out, or the end of all sending. */
enum stepped { STEPPED_SEND, STEPPED_SKIP, STEPPED_STOP };
/*
 * Asks a person about it, and waits. `shown` is the line without secrets. Where `line` is not
 * NULL it may be replaced, with text that lives until the next call.
 */
struct stepper {
	enum stepped (*ask)(void *ctx, struct span *line, struct span shown, bool may_skip);
	void *ctx;
};

enum { PINS_MAX = 8 };

struct session_opts {
	unsigned number;  /* 1: C and S … */
	const char *helo; /* the name for EHLO; NULL: found out */
	/* the name to send as SNI and to verify, in place of the host's; NULL: the host's */
	const char *sni;
	/*
	 * a step gave ->sni, perhaps from a file: it is verified, but does not permit credentials
	 */
	bool sni_of_step;
	/* the name that the certificate must have, in place of the one sent; NULL: that one */
	const char *verify_host;
	/* SHA-256 of the key or certificate that the server must have, one of them; 0: any */
	struct span pin[PINS_MAX];
	size_t npins;
	bool helo_is_secret; /* it contains a secret */
	/* signature algorithms to offer in TLS, in OpenSSL's syntax; NULL: its default */
	const char *sigalgs;
	/* the name of this way of probing among several; NULL: the only one */
	const char *way;
	struct timeouts timeouts;
	struct route_opts route;
	/* the path to the host for DANE, where ->route has its addresses; NULL: the route's */
	const struct dane_path *path;
	struct addr from;
	enum verify verify; /* what ends the session; every problem is shown anyway */
	/* whether TLSA records are looked up; a match counts as verified */
	enum dane dane;
	enum target_tls tls; /* overrides the target's own, unless UNSAID */
	bool lmtp;
	struct credentials auth;
	struct proxy_opts proxy; /* the proxy to connect through */
	struct proxy_header proxy_header; /* the PROXY protocol header sent on each connection */
	struct pace pace;	 /* how output is written: /write */
	/* networks that a step may connect to; 0: any */
	const struct addr_net *allow;
	size_t nallow;
	bool allow_pipe;	 /* a file may name pipe: targets */
	bool can_ask;		 /* someone answers EVENT_QUESTION */
	/*
	 * asked before each command line but QUIT, of a script before each of its items; .ask NULL:
	 * nobody is
	 */
	struct stepper stepper;
	bool no_banner;		 /* do not wait for the greeting: /early */
	/*
	 * rely on no reply after a wait that timed out, or one that is out of step: close the
	 * connection instead
	 */
	bool careful;
	/* not shared: a step that changes a setting changes it here */
	bool own;
};

#endif
