/*
 * What may be shown of a dialogue. It is given each line of the client and each reply to AUTH, in
 * order, and finds what is secret in them: the initial response and the later ones, whatever is
 * recognisably meant as one (misspelt, wrapped, in the wrong place, sent as a command), and what
 * in the server's challenges depends on the password alone (RFC 5802 9). Every secret goes into a
 * mask, as it is and decoded, so that it is starred wherever it occurs again, on either side. In
 * doubt it is secret.
 *
 * One per dialogue: a session's, or that of an imported log. {0} is the initial state.
 */
#ifndef SMTP_SECRECY_H
#define SMTP_SECRECY_H

#include "base/mask.h"

struct secrecy {
	struct mask mask;		/* every secret so far, in all its forms */
	const struct mask *others;	/* secrets known from elsewhere, not owned; NULL: none */
	char mech[24];			/* of the last AUTH command; "": unknown */
	unsigned n;			/* responses sent in that exchange */
	bool asks_user;			/* the last challenge asks for a user name by name */
	/* AUTH was sent, and no other command since: what is not a command belongs to it */
	bool pending;
};

void secrecy_release(struct secrecy *);		/* wipes; {0} is fine */
/* adds one known from elsewhere */
void secrecy_add(struct secrecy *, struct span secret);

/*
 * Takes a line of the client, without its line ending, and returns what may be shown of it:
 * `line` itself when that is all of it, else a text in the arena, in which <user "bob", 24
 * octets> or <secret, 24 octets> replaces the rest. `answer`: the line follows a 334.
 */
struct span secrecy_sent(struct secrecy *, struct span line, bool answer, struct arena *);
/* Whether the beginning of a line has something secret in it; learns nothing from it. */
bool secrecy_conceals(const struct secrecy *, struct span beginning, bool answer);

/*
 * Takes a line of a reply to AUTH or to a response, without its code; to be called before it is
 * shown.
 */
void secrecy_received(struct secrecy *, unsigned code, struct span text);

/*
 * Octets of either side with every known secret starred, in the arena and of the same length;
 * `octets` itself when it has none.
 */
struct span secrecy_shown(const struct secrecy *, struct arena *, struct span octets);

#endif
