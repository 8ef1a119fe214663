/*
 * What all sessions of a program share: the loop, the settings of TLS and DNS, the secrets that no
 * session may show, a trace. What is expensive is created when first needed.
 */
#ifndef RUN_SESSION_ENV_H
#define RUN_SESSION_ENV_H

#include "base/mask.h"
#include "net/dns.h"
#include "net/loop.h"
#include "net/tls.h"
#include "run/session/event.h"

enum { DEMO_LMTP = 1, DEMO_TLS = 2 }; /* flags for ->demo: LMTP; implicit TLS */

struct session_env {
	struct loop *loop;
	struct tls_opts tls;
	struct tls_context *client_tls; /* for `tls`; NULL: not needed yet */
	struct dns_opts dns;
	struct dns *dns_client; /* for `dns`; NULL: not needed yet */
	char own_name[256];	/* this machine's; "": not needed yet */
	char *scratch;		/* a read buffer; NULL: not needed yet */
	/* a script changed `tls`: a verified certificate does not permit sending secrets */
	bool distrusted;
	/*
	 * the envelope of the last /send, the default for the next one; `from` is "" for the null
	 * sender
	 */
	struct {
		char from[1001], to[1001];
		bool any;
	} sent;
	/* the secrets of all sessions, starred in each of them; NULL: not needed yet */
	struct mask *secrets;
	/*
	 * For a trace: ->trace is called with every event of every session, ->trace_octets with the
	 * number of octets read or written. NULL: no trace.
	 */
	event_fn *trace;
	void (*trace_octets)(void *ctx, unsigned session, const char *what, size_t n);
	void *trace_ctx;
	/*
	 * Connects to the built-in test server. Returns a descriptor, or -1 with err, and sets
	 * ->demo_tls, which trusts the server's certificate. `as`: DEMO_*.
	 */
	int (*demo)(struct session_env *, unsigned as, struct err *);
	void (*demo_free)(struct session_env *); /* frees what ->demo made; NULL: nothing */
	const char *demo_note;			 /* shown once, when it is first opened */
	struct tls_context *demo_tls;
	void *demo_ctx;
	/*
	 * Is called when the user opens a target. If `typed` is a name, returns the target it
	 * stands for and switches to the settings of that name. NULL: it is not a name or, with err
	 * set, one that cannot be used. The function itself is NULL if there are no names.
	 */
	const struct target *(*named)(void *ctx, const struct target *typed, struct err *);
	bool (*is_named)(void *ctx, struct span name);	/* set if ->named is; changes nothing */
	void *named_ctx;
};
void session_env_release(struct session_env *);
/* Creates ->secrets if necessary, so that copies of the env share it. */
void session_env_keep_secrets(struct session_env *);
struct dns *session_env_dns(struct session_env *);

#endif
