/*
 * What of a session's dialogue may be shown, and whether a secret may leave. One place decides the
 * latter, from plain facts: to which peer, over what, verified how, allowed by whom.
 */
#ifndef RUN_SESSION_SECRETS_H
#define RUN_SESSION_SECRETS_H

#include "net/tls.h"
#include "run/route/target.h"
#include "run/session/credentials.h"
#include "smtp/conv.h"
#include "smtp/dialogue.h"
#include "smtp/secrecy.h"

struct secrets {
	struct secrecy secrecy;
	struct secret unfinished; /* of a line that goes out in pieces, what went */
	struct arena shown;	  /* of secrets_shown */
	bool confided;		  /* the peer was told a secret of the command line's */
};

void secrets_release(struct secrets *);

/* Octets of either side as they may be shown: secrets starred out. Until the next call. */
struct span secrets_shown(struct secrets *, struct span octets);
/* The same of a reply; in the arena when something was starred. */
struct reply secrets_shown_reply(struct secrets *, const struct reply *, struct arena *);
/* A reply to AUTH, before it is shown: what of it is secret. */
void secrets_heed(struct secrets *, const struct reply *);
/*
 * What may be shown of octets that go out as they are, up to a line's end: nothing of AUTH and of
 * an answer. In the arena.
 */
struct span secrets_piece(struct secrets *, struct span piece, enum dialogue_mode, struct arena *);
/*
 * Server: what may be shown of a command or an answer of the client's. Not even the user name; who
 * hands the line on may receive it again.
 */
struct span secrets_of_client(struct secrets *, const struct conv_event *, struct arena *);

/*
 * Whose secret it is. A SECRET_GIVEN is the command line's (--secret, --password-file ...),
 * whatever was made of it; a SECRET_SAID was said at this very place.
 */
enum secret_from { SECRET_GIVEN, SECRET_SAID };

/* The peer that a secret would go to. */
struct confidant {
	bool connected;
	const struct tls_info *tls; /* NULL: in the clear */
	const struct target *target;
	enum target_tls asked;		/* over the target's own, unless unsaid */
	const struct credentials *auth; /* the command line's, and whom they are for */
	bool dane_required;
	bool local;		/* on this machine, with nothing between */
	bool chosen_by_script;	/* a script named the target */
	bool trusted_by_script; /* a script changed what certificates are judged by */
	bool ours;		/* the person could force it at this place */
};

/* Is what the command line gave for its target for this peer, whatever it is sent over? */
bool secrets_are_meant_for(const struct confidant *, struct err *);
/*
 * May it leave? Only over TLS whose chain and name verified (or by DANE) as the command line has
 * it, to this machine, or to demo:; never without a TLS that was asked for; and what the command
 * line gave only to its target. `forced`: by name, by the person; a script never is. False with
 * err.
 */
bool secrets_may_leave(const struct confidant *, enum secret_from, bool forced, struct err *);

#endif
