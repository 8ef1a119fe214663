/*
 * What the peer of a session has told: its last reply, what EHLO offered in each state of the
 * connection, and under which name that was asked. {0} knows nothing.
 */
#ifndef RUN_SESSION_OFFERS_H
#define RUN_SESSION_OFFERS_H

#include "base/arena.h"
#include "run/session/event.h"

struct offers {
	/* each as long as what the last EHLO in that state offered */
	struct arena ehlo[OFFER_STATES];
	struct extensions *of[OFFER_STATES]; /* NULL: EHLO was not sent in that state */
	struct extensions *now;		     /* of the last EHLO; NULL: none, or forgotten */
	struct arena last;
	struct reply *last_reply; /* NULL: none yet; outlives the connection */
	char *name;		  /* in the last EHLO of this connection; NULL: none */
	const char *under;	  /* what --helo or /helo had set then */
};

void offers_release(struct offers *);

/* A copy of the reply, as long as no other is kept. */
void offers_keep_reply(struct offers *, const struct reply *);
/* A good reply to EHLO or LHLO, in that state: what it offers, which is ->now from here on. */
const struct extensions *offers_learn(struct offers *, enum offer_state, const struct reply *);
/* TLS began: what was offered before no longer applies (RFC 3207 4.2), and can still be shown. */
void offers_tls_began(struct offers *);
/* The connection is gone, and all that was offered on it. */
void offers_forget(struct offers *);

enum offer_state offers_state(const struct dialogue *);

/* The line is EHLO, HELO or LHLO, sent while `set` was what the person had set; NULL: nothing. */
void offers_sent_hello(struct offers *, struct span line, const char *set);
/* The name sent last, which is used again until another one is set. NULL: there is none. */
const char *offers_name(const struct offers *, const char *set);

#endif
