/*
 * The SASL mechanisms met in SMTP (RFC 4422): one row each, with what it sends and needs, how a
 * client responds to its challenges, what our server asks and reads, what of a response is secret,
 * and how a script writes it. Challenges and responses are decoded here, neither is base64.
 */
#ifndef SMTP_MECHANISM_H
#define SMTP_MECHANISM_H

#include "base/buf.h"
#include "base/err.h"

struct auth_credentials {
	struct span user, password; /* of the OAuth mechanisms the password is the token */
	struct span authzid;	    /* to act as somebody else; empty: as the user */
	/* the server's name, and its port: OAUTHBEARER, DIGEST-MD5 and GSSAPI send them */
	struct span host;
	unsigned port;
	/* channel bindings (RFC 9266, RFC 5929), raw; empty: none */
	struct span tls_exporter, tls_unique;
};

enum mechanism_kind {
	/* the password itself goes over the wire: within TLS only */
	MECHANISM_PASSWORD,
	MECHANISM_PROOF,		/* only a proof of it */
	MECHANISM_TOKEN,		/* a bearer token: within TLS only */
	/* who it is is known otherwise: a certificate, a ticket, nobody */
	MECHANISM_OUTSIDE,
	MECHANISM_OLD,			/* broken or historic */
};

enum mechanism_flag {
	AUTH_FIRST = 1,		/* the client sends first: an initial response is possible */
	AUTH_USER = 2,		/* needs a user name */
	AUTH_PASSWORD = 4,	/* needs a password or a token */
	AUTH_BOUND = 8,		/* bound to the TLS channel */
	AUTH_GSASL = 16,	/* libgsasl has the client's side */
	AUTH_MUTUAL = 32,	/* the server proves itself too */
	AUTH_ROUNDS = 64,	/* the server says how many rounds of hashing a response takes */
	AUTH_ONE = 128,		/* one response has all that the server needs */
	AUTH_ASKED = 512,	/* what a response is, its challenge alone says, in free text */
	AUTH_NO_RESPONSE = 256, /* the server may know who it is without a response */
};

enum { MECHANISM_STEPS = 2 }; /* responses, of those that our server and scripts have */

struct mechanism {
	const char *name;   /* "GS2-*": any that begins so */
	const char *source; /* the RFC, or who made it */
	enum mechanism_kind kind;
	const char *meaning; /* a sentence without its full stop */
	unsigned flags;
	/* the highest is the best, in the clear and within TLS; 0: never chosen unnamed */
	unsigned rank, rank_tls;
	/* The client's n-th response, from 0, added to `out`; NULL: see AUTH_GSASL. */
	bool (*respond)(const struct auth_credentials *, unsigned n, struct span challenge,
	    struct buf *out, struct err *);
	/* Our server's n-th challenge; none at all: it does not offer the mechanism. */
	const char *challenge[MECHANISM_STEPS];
	/* Reads the n-th response into the credentials, which point into it. False: malformed. */
	bool (*take)(struct auth_credentials *, unsigned n, struct span response);
	const char *form; /* of the response, for who sent a malformed one */
	/* The user name in the n-th response; empty: none is there. NULL: no response has one. */
	struct span (*user)(unsigned n, struct span response);
	/*
	 * The secret in it, all of it where it is not of the mechanism's form; `asked`: the
	 * challenge asked for a user name. NULL: all of each response is secret.
	 */
	struct span (*secret)(unsigned n, bool asked, struct span response);
	/* The n-th response as scripts write it; NULL: they have no function for it. */
	const char *script[MECHANISM_STEPS];
};

/* In any case; with -PLUS too. NULL: not known. */
const struct mechanism *mechanism_named(struct span name);
/* The same, of those that smtpsh can log in by. */
const struct mechanism *mechanism_ours(struct span name);
const struct mechanism *mechanism_row(size_t n); /* the whole table; NULL: no more */
/* The names of those that our server offers, each after a space. */
void mechanisms_served(struct buf *);
const char *mechanism_kind_text(enum mechanism_kind);

/*
 * LOGIN's challenges are free text: does this one, decoded, ask for a user name? Then alone is its
 * response no secret.
 */
bool auth_asks_user(struct span challenge);

#endif
