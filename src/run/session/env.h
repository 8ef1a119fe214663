/*
 * What all sessions of a program share: the loop, settings of TLS and DNS, the secrets that none
 * may show, a trace. Whatever is costly is made when first needed.
 */
#ifndef RUN_SESSION_ENV_H
#define RUN_SESSION_ENV_H

#include "base/mask.h"
#include "net/dns.h"
#include "net/loop.h"
#include "net/tls.h"
#include "run/session/event.h"

enum { DEMO_LMTP = 1, DEMO_TLS = 2 }; /* LMTP; TLS before its greeting */

struct session_env {
	struct loop *loop;
	struct tls_opts tls;
	struct tls_context *client_tls; /* for `tls`, once needed */
	struct dns_opts dns;
	struct dns *dns_client; /* for `dns`, once needed */
	char own_name[256];	/* this machine's, once needed */
	char *scratch;		/* a read buffer, once needed */
	/* a script changed `tls`: a verified certificate does not permit secrets */
	bool distrusted;
	/* what the last /send had, offered to the next; "": nothing yet, or the null sender */
	struct {
		char from[1001], to[1001];
		bool any;
	} sent;
	/* the secrets of any session, starred in all of them; once needed */
	struct mask *secrets;
	/*
	 * For a trace: called with every event of every session, and with the number of octets
	 * read and written. NULL: no trace.
	 */
	event_fn *trace;
	void (*trace_octets)(void *ctx, unsigned session, const char *what, size_t n);
	void *trace_ctx;
	/*
	 * The built-in test server: gives a connected descriptor (-1 with err), and sets the TLS
	 * context that trusts its certificate. `as`: DEMO_*.
	 */
	int (*demo)(struct session_env *, unsigned as, struct err *);
	void (*demo_free)(struct session_env *); /* frees what it made; NULL: nothing */
	const char *demo_note;			 /* a note shown once, when it is first open */
	struct tls_context *demo_tls;
	void *demo_ctx;
	/*
	 * Called when the user opens a target: the target that it is a name for, with whose
	 * settings the session then goes on. NULL: it is no name or, with err, one that cannot be
	 * used. NULL as a function: there are no names.
	 */
	const struct target *(*named)(void *ctx, const struct target *typed, struct err *);
	bool (*is_named)(void *ctx, struct span name);	/* set with ->named; changes nothing */
	void *named_ctx;
};
void session_env_release(struct session_env *);
/* Makes ->secrets, so that a copy of the env shares it. */
void session_env_keep_secrets(struct session_env *);
struct dns *session_env_dns(struct session_env *);

#endif
