/*
 * What may be shown of a session's dialogue, and whether a secret may be sent. One place decides
 * the latter, from plain facts: to which peer, over which transport, how verified, allowed by
 * whom.
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
	struct secret unfinished; /* the part already sent of a line that is sent in pieces */
	struct arena shown;	  /* for secrets_shown */
	bool confided;		  /* the peer has received a secret of the command line */
};

void secrets_release(struct secrets *);

/* Octets of either side with secrets starred. Valid until the next call. */
struct span secrets_shown(struct secrets *, struct span octets);
/* The same for a reply; in the arena when something was starred. */
struct reply secrets_shown_reply(struct secrets *, const struct reply *, struct arena *);
/* Takes a reply to AUTH before it is shown, and learns what is secret in it. */
void secrets_learn(struct secrets *, const struct reply *);
/*
 * What may be shown of octets sent as they are, up to a line ending: nothing of AUTH and of a
 * response. In the arena.
 */
struct span secrets_piece(struct secrets *, struct span piece, enum dialogue_mode, struct arena *);
/*
 * Server: what may be shown of a client's command or response; not even the user name, since
 * whoever passes the line on may receive it again. In the arena.
 */
struct span secrets_of_client(struct secrets *, const struct conv_event *, struct arena *);

/*
 * Whose secret it is. SECRET_GIVEN: the command line's (--secret, --password-file ...) or made
 * from one; SECRET_ENTERED: entered at this very place.
 */
enum secret_from { SECRET_GIVEN, SECRET_ENTERED };

/* The peer that a secret would be sent to. */
struct confidant {
	bool connected;
	const struct tls_info *tls; /* NULL: without TLS */
	const struct target *target;
	enum target_tls asked;		/* overrides the target's own, unless UNSAID */
	const struct credentials *auth; /* the command line's, with their target */
	bool dane_required;
	bool local;		/* on this machine, with nothing in between */
	bool chosen_by_script;	/* a script named the target */
	bool trusted_by_script; /* a script changed what certificates are verified by */
	bool ours;		/* the user may force it at this place */
};

/*
 * Whether secrets that the command line gave for its target are for this peer, whatever the
 * transport. False with err.
 */
bool secrets_are_meant_for(const struct confidant *, struct err *);
/*
 * Whether it may be sent: only over TLS whose chain and name verified (or by DANE) as set on the
 * command line, to this machine, or to demo:; never without a TLS that was asked for; and what
 * the command line gave only to its target. `forced`: explicitly, by the user; a script never
 * may. False with err.
 */
bool secrets_may_leave(const struct confidant *, enum secret_from, bool forced, struct err *);

#endif
