/*
 * The SASL mechanisms used with SMTP (RFC 4422): one row each, with what it needs, how a client
 * responds to its challenges, what our server asks and reads, what of a response is secret, and
 * how a script writes it. Challenges and responses are decoded here, never in base64.
 */
#ifndef SMTP_MECHANISM_H
#define SMTP_MECHANISM_H

#include "base/buf.h"
#include "base/err.h"

struct auth_credentials {
	struct span user, password; /* for OAuth mechanisms the password is the token */
	struct span authzid;	    /* the identity to act as; empty: the user's own */
	/* the server's name and port, which OAUTHBEARER, DIGEST-MD5 and GSSAPI send */
	struct span host;
	unsigned port;
	/* channel bindings (RFC 9266, RFC 5929), raw; empty: none */
	struct span tls_exporter, tls_unique;
};

enum mechanism_kind {
	/* sends the password itself: within TLS only */
	MECHANISM_PASSWORD,
	MECHANISM_PROOF,		/* sends only a proof of it */
	MECHANISM_TOKEN,		/* a bearer token: within TLS only */
	/* the identity is known otherwise: a certificate, a ticket, anonymous */
	MECHANISM_OUTSIDE,
	MECHANISM_OLD,			/* broken or historic */
};

enum mechanism_flag {
	AUTH_FIRST = 1,		/* the client sends first: an initial response is possible */
	AUTH_USER = 2,		/* needs a user name */
	AUTH_PASSWORD = 4,	/* needs a password or a token */
	AUTH_BOUND = 8,		/* bound to the TLS channel */
	AUTH_GSASL = 16,	/* libgsasl implements the client */
	AUTH_MUTUAL = 32,	/* the server proves itself too */
	AUTH_ROUNDS = 64,	/* the server says how many rounds of hashing a response takes */
	AUTH_ONE = 128,		/* one response is all the server needs */
	AUTH_ASKED = 512,	/* only the free text of a challenge tells what its response is */
	AUTH_NO_RESPONSE = 256, /* the server may authenticate without a response */
	AUTH_JUDGED = 1024,	/* libgsasl implements the server, and our server offers it */
};

enum { MECHANISM_STEPS = 2 }; /* responses, for mechanisms that our server and scripts have */

struct mechanism {
	const char *name;   /* "GS2-*": any name that begins with "GS2-" */
	const char *source; /* the RFC, or who made it */
	enum mechanism_kind kind;
	const char *meaning; /* a sentence without its full stop */
	unsigned flags;
	/* preference without and with TLS, highest first; 0: used only when named */
	unsigned rank, rank_tls;
	/*
	 * Adds the client's n-th response (from 0) to `out`. False with err. NULL: see
	 * AUTH_GSASL.
	 */
	bool (*respond)(const struct auth_credentials *, unsigned n, struct span challenge,
	    struct buf *out, struct err *);
	/* Our server's challenges, for mechanisms that it implements without libgsasl. */
	const char *challenge[MECHANISM_STEPS];
	/* Reads the n-th response into the credentials, which point into it. False: malformed. */
	bool (*take)(struct auth_credentials *, unsigned n, struct span response);
	const char *form; /* the form of a response, for the error about a malformed one */
	/* The challenge that says why a login failed, before the 535. NULL: the 535 alone. */
	const char *failure;
	/* The user name in the n-th response; empty: it has none. NULL: no response has one. */
	struct span (*user)(unsigned n, struct span response);
	/*
	 * The secret in a response, all of it when malformed; `asked`: the challenge asked for a
	 * user name. NULL: every response is secret as a whole.
	 */
	struct span (*secret)(unsigned n, bool asked, struct span response);
	/* The n-th response as a script writes it; NULL: scripts have no function for it. */
	const char *script[MECHANISM_STEPS];
};

/* Finds a mechanism by its name, in any case, with or without -PLUS. NULL: unknown. */
const struct mechanism *mechanism_named(struct span name);
/* The same among those that smtpsh can log in with. */
const struct mechanism *mechanism_ours(struct span name);
const struct mechanism *mechanism_row(size_t n); /* the n-th row of the table; NULL: no more */
bool mechanism_is_served(const struct mechanism *); /* whether our server can offer it */
const char *mechanism_kind_text(enum mechanism_kind);

/*
 * Whether a decoded LOGIN challenge, which is free text, asks for a user name; only then is its
 * response not secret.
 */
bool auth_asks_user(struct span challenge);

#endif
