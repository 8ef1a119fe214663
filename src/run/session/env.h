/*
 * What all sessions of a program share: the loop, what TLS and DNS are asked with, the secrets that
 * none may show, a trace. What costs is made when it is first needed.
 */
#ifndef RUN_SESSION_ENV_H
#define RUN_SESSION_ENV_H

#include "base/mask.h"
#include "net/dns.h"
#include "net/loop.h"
#include "net/tls.h"
#include "run/session/event.h"

enum { DEMO_LMTP = 1, DEMO_TLS = 2 }; /* it speaks LMTP; TLS comes before its banner */

/* Shared by all sessions of a program; its contexts are made when TLS is first needed. */
struct session_env {
	struct loop *loop;
	struct tls_opts tls;
	struct tls_context *client_tls; /* of `tls`, once needed */
	struct dns_opts dns;
	struct dns *dns_client; /* of `dns`, once needed */
	char own_name[256];	/* of this machine, once needed */
	char *scratch;		/* what was read last, once needed */
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
	void (*demo_free)(struct session_env *); /* what it made; NULL: nothing */
	const char *demo_note;			 /* what is said of it once it is open */
	struct tls_context *demo_tls;
	void *demo_ctx;
};
void session_env_release(struct session_env *);
/* ->secrets is there from then on, as for a copy of the env that shares it */
void session_env_keep_secrets(struct session_env *);
struct dns *session_env_dns(struct session_env *);

#endif
