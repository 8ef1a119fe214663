/*
 * What a session has learned from its peer: the last reply, what EHLO offered in each state of the
 * connection, and the name sent in that EHLO. {0}: nothing.
 */
#ifndef RUN_SESSION_OFFERS_H
#define RUN_SESSION_OFFERS_H

#include "base/arena.h"
#include "run/session/event.h"

struct offers {
	/* each holds what the last EHLO in that state offered */
	struct arena ehlo[OFFER_STATES];
	struct extensions *of[OFFER_STATES]; /* NULL: EHLO was not sent in that state */
	/* offered by the last EHLO; NULL: none, or no longer valid */
	struct extensions *now;
	struct arena last;
	struct reply *last_reply; /* NULL: none yet; outlives the connection */
	char *name;		  /* sent in the last EHLO of this connection; NULL: none */
	const char *under;	  /* the setting of --helo or /helo at that time */
};

void offers_release(struct offers *);

/* Keeps a copy of the reply until the next one. */
void offers_keep_reply(struct offers *, const struct reply *);
/*
 * Parses a positive reply to EHLO or LHLO in that state. Returns what it offers, which is ->now
 * from then on.
 */
const struct extensions *offers_learn(struct offers *, enum offer_state, const struct reply *);
/*
 * Clears ->now when TLS begins, since what was offered before no longer applies (RFC 3207 4.2);
 * ->of keeps it, so that it can be shown.
 */
void offers_tls_began(struct offers *);
/* Forgets everything that was offered on a connection, and the name sent on it. */
void offers_forget(struct offers *);

enum offer_state offers_state(const struct dialogue *);

/*
 * Remembers the name in an EHLO, HELO or LHLO line that was sent. `set` is the user's setting at
 * that time; NULL: none.
 */
void offers_sent_hello(struct offers *, struct span line, const char *set);
/* Returns the name last sent, which is used again until another one is set. NULL: none. */
const char *offers_name(const struct offers *, const char *set);

#endif
