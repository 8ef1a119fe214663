/*
 * What may be shown of a session's dialogue, and whether a secret may be sent. Only
 * secrets_may_leave decides the latter, from plain facts: the peer, the transport, how it was
 * verified, and who allowed it.
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
	struct arena shown;	  /* holds the result of secrets_shown */
	bool confided;		  /* the peer has received a secret of the command line */
};

void secrets_release(struct secrets *);

/* Returns octets of either side with secrets starred. Valid until the next call. */
struct span secrets_shown(struct secrets *, struct span octets);
/* The same for a reply; in the arena if anything was starred. */
struct reply secrets_shown_reply(struct secrets *, const struct reply *, struct arena *);
/* Learns what is secret in a reply to AUTH; must be called before the reply is shown. */
void secrets_learn(struct secrets *, const struct reply *);
/*
 * Returns what may be shown of octets that are sent unchanged and reach at most to the end of a
 * line: nothing secret of AUTH or a response. In the arena.
 */
struct span secrets_piece(struct secrets *, struct span piece, enum dialogue_mode, struct arena *);
/*
 * Server: returns what may be shown of a client's command or response, in the arena. Not even the
 * user name is shown, since a relay that passes the line on may receive it back.
 */
struct span secrets_of_client(struct secrets *, const struct conv_event *, struct arena *);

/*
 * Where a secret comes from. SECRET_GIVEN: from the command line (--secret, --password-file ...),
 * or derived from such a secret. SECRET_ENTERED: entered in the very command that sends it.
 */
enum secret_from { SECRET_GIVEN, SECRET_ENTERED };

/* The peer that a secret would be sent to. */
struct confidant {
	bool connected;
	const struct tls_info *tls; /* NULL: without TLS */
	const struct target *target;
	enum target_tls asked;		/* overrides the target's own, unless UNSET */
	const struct credentials *auth; /* of the command line, with their target */
	bool dane_required;
	bool local;		/* on this machine, with no proxy in between */
	bool chosen_by_script;	/* a script named the target */
	bool trusted_by_script; /* a script changed the CA or the TLS version for verification */
	bool ours;		/* the step is the user's, who may force it */
};

/*
 * Returns whether the secrets that the command line gave for its target are meant for this peer,
 * over whatever transport. Returns false and sets err otherwise.
 */
bool secrets_are_meant_for(const struct confidant *, struct err *);
/*
 * Returns whether a secret may be sent: only to this machine, to demo:, or over TLS whose chain and
 * name verified (or by DANE) as set on the command line; never without TLS if TLS was requested;
 * and a secret of the command line only to its target. `forced`: the user explicitly overrides the
 * verification, which a script must not. Returns false and sets err otherwise.
 */
bool secrets_may_leave(const struct confidant *, enum secret_from, bool forced, struct err *);

#endif
