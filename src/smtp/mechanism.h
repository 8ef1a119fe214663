/*
 * The table of SASL mechanisms used with SMTP (RFC 4422). Each row says what a mechanism needs, how
 * a client responds to its challenges, what our server asks and reads, which part of a response
 * is secret, and how a script writes it. Challenges and responses are never in base64 here.
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
	/* sends the password itself: only with TLS */
	MECHANISM_PASSWORD,
	MECHANISM_PROOF,		/* proves knowledge of the password */
	MECHANISM_TOKEN,		/* sends a bearer token: only with TLS */
	/* needs no password: a certificate, a ticket, or anonymous */
	MECHANISM_OUTSIDE,
	MECHANISM_OLD,			/* broken or historic */
};

enum mechanism_flag {
	AUTH_FIRST = 1,		/* the client sends first: an initial response is possible */
	AUTH_USER = 2,		/* needs a user name */
	AUTH_PASSWORD = 4,	/* needs a password or a token */
	AUTH_BOUND = 8,		/* bound to the TLS channel */
	AUTH_GSASL = 16,	/* libgsasl implements the client */
	AUTH_MUTUAL = 32,	/* the server authenticates itself too */
	AUTH_ROUNDS = 64,	/* the server chooses the number of hashing rounds (SCRAM) */
	AUTH_ONE = 128,		/* one response is all the server needs */
	AUTH_ASKED = 512,	/* a challenge says in free text what its response is (LOGIN) */
	AUTH_NO_RESPONSE = 256, /* the server may authenticate without a response */
	AUTH_JUDGED = 1024,	/* libgsasl implements the server, and our server offers it */
};

enum { MECHANISM_STEPS = 2 }; /* maximum number of responses for our server and scripts */

struct mechanism {
	const char *name;   /* "GS2-*": any name that begins with "GS2-" */
	const char *source; /* the RFC, or who made it */
	enum mechanism_kind kind;
	const char *meaning; /* a sentence without a full stop */
	unsigned flags;
	/* preference without and with TLS, highest first; 0: used only when named */
	unsigned rank, rank_tls;
	/*
	 * Appends the client's n-th response (from 0) to `out`. Returns false and sets err on
	 * failure. NULL: see AUTH_GSASL.
	 */
	bool (*respond)(const struct auth_credentials *, unsigned n, struct span challenge,
	    struct buf *out, struct err *);
	/* Our server's challenges, for mechanisms that it implements without libgsasl. */
	const char *challenge[MECHANISM_STEPS];
	/* Parses the n-th response; the credentials point into it. False: malformed. */
	bool (*take)(struct auth_credentials *, unsigned n, struct span response);
	const char *form; /* syntax of a response, for the error about a malformed one */
	/* The challenge with the error that precedes the 535. NULL: none. */
	const char *failure;
	/* The user name in the n-th response; empty: it has none. NULL: no response has one. */
	struct span (*user)(unsigned n, struct span response);
	/*
	 * Returns the secret part of a response, all of it when malformed. `asked`: the challenge
	 * asked for a user name. NULL: every response is secret as a whole.
	 */
	struct span (*secret)(unsigned n, bool asked, struct span response);
	/* The n-th response as a script writes it; NULL: scripts have no function for it. */
	const char *script[MECHANISM_STEPS];
};

/* Finds a mechanism by its name, in any case, with or without -PLUS. NULL: unknown. */
const struct mechanism *mechanism_named(struct span name);
/* The same, but only mechanisms that smtpsh can log in with. */
const struct mechanism *mechanism_ours(struct span name);
const struct mechanism *mechanism_row(size_t n); /* the n-th row of the table; NULL: no more */
bool mechanism_is_served(const struct mechanism *); /* whether our server can offer it */
const char *mechanism_kind_text(enum mechanism_kind);

/*
 * Whether a decoded LOGIN challenge, which is free text, asks for a user name. The response to any
 * other challenge is secret.
 */
bool auth_asks_user(struct span challenge);

#endif
