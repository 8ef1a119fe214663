/*
 * What of a dialogue may be shown. It is told each line of the client and each reply to AUTH, in
 * their order, and finds what is secret in them: the initial response and the answers, whatever is
 * recognisably meant as one (misspelt, wrapped, in the wrong place, sent as a command), and what of
 * the server's part depends on the password alone (RFC 5802 9). Every secret goes into a mask, as
 * it stands and decoded, so that it is starred wherever it comes again, on either side. In doubt it
 * is secret.
 *
 * One a dialogue: a session's, or a log's that is imported. {0} is the beginning of one.
 */
#ifndef SMTP_SECRECY_H
#define SMTP_SECRECY_H

#include "base/mask.h"

struct secrecy {
	struct mask mask;		/* every secret so far, in all its forms */
	const struct mask *others;	/* known from elsewhere, and not its own; NULL: none */
	char mech[24];			/* of the AUTH said last; "": not known */
	unsigned n;			/* responses given in it */
	bool asks_user;			/* the last challenge asks for a user name by name */
	/* AUTH was said, and no other command since: what is no command belongs to it */
	bool pending;
};

void secrecy_release(struct secrecy *);		/* wipes; {0} is fine */
void secrecy_add(struct secrecy *, struct span secret);		/* known from elsewhere */

/*
 * A line of the client, without its line end: what may be shown of it. `line` itself when that is
 * all of it; else a text in the arena, in which <user "bob", 24 octets> or <secret, 24 octets>
 * stands for the rest. `answer`: it follows a 334.
 */
struct span secrecy_sent(struct secrecy *, struct span line, bool answer, struct arena *);
/* The same of the beginning of a line, without learning from it: is something secret in it? */
bool secrecy_conceals(const struct secrecy *, struct span beginning, bool answer);

/* A line of a reply to AUTH or to an answer, without its code; to be told before it is shown. */
void secrecy_received(struct secrecy *, unsigned code, struct span text);

/*
 * Octets of either side with every known secret starred, of the same length; `octets` themselves
 * when they have none.
 */
struct span secrecy_shown(const struct secrecy *, struct arena *, struct span octets);

#endif
