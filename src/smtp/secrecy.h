/*
 * Hides the secrets of a dialogue from its display. It takes every line of the client and every
 * reply to AUTH, in order, and finds the secrets in them: initial and later AUTH responses,
 * anything recognizably meant as one (misspelled, wrapped, in the wrong place, sent as a command),
 * and the proofs in the server's challenges, which depend on the password (RFC 5802 9). Every
 * secret is added to a mask, as sent and decoded, so that it is replaced by stars wherever it
 * occurs again, on either side. In doubt, text is treated as secret.
 *
 * There is one for each dialogue, of a session or an imported log. {0} is the initial state.
 */
#ifndef SMTP_SECRECY_H
#define SMTP_SECRECY_H

#include "base/mask.h"

struct secrecy {
	struct mask mask;		/* every secret so far, in all its forms */
	const struct mask *others;	/* secrets known from elsewhere, not owned; NULL: none */
	char mech[24];			/* of the last AUTH command; "": unknown */
	unsigned n;			/* responses sent in that exchange */
	bool asks_user;			/* the last challenge asks for a user name */
	/* AUTH was sent and no other command since: anything else is taken for a response */
	bool pending;
};

void secrecy_release(struct secrecy *);		/* wipes and frees; {0} is fine */
/* Adds a secret known from elsewhere. */
void secrecy_add(struct secrecy *, struct span secret);

/*
 * Takes a line of the client, without its line ending, and returns what may be shown of it: `line`
 * itself if it has no secret, else a text in the arena, in which <user "bob", 24 octets> or
 * <secret, 24 octets> replaces the secret. `answer`: the line follows a 334.
 */
struct span secrecy_sent(struct secrecy *, struct span line, bool answer, struct arena *);
/* Whether the beginning of a line contains a secret; does not change the state. */
bool secrecy_conceals(const struct secrecy *, struct span beginning, bool answer);

/* Takes a line of a reply to AUTH or to a response, without its code, before it is shown. */
void secrecy_received(struct secrecy *, unsigned code, struct span text);

/*
 * Returns `octets` with stars in place of every known secret, a copy of the same length in the
 * arena; `octets` itself when it has none.
 */
struct span secrecy_shown(const struct secrecy *, struct arena *, struct span octets);

#endif
