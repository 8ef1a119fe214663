/*
 * The secrets of a session: what may be shown, and whether one may be sent over its connection,
 * which secrets.h decides.
 */
#ifndef RUN_SESSION_CONFIDE_H
#define RUN_SESSION_CONFIDE_H

#include "run/session/secrets.h"

struct session;

/* From now on starred in all sessions of the program. */
void session_mask(struct session *, struct span secret);
void session_mask_all(struct session *, const struct mask *);
/*
 * Octets of a script or a peer with every secret of the session starred. In the arena, or
 * `octets` itself.
 */
struct span session_starred(struct session *, struct arena *, struct span octets);
/* secrets_piece, for octets that are sent now. */
struct span session_shown_piece(struct session *, struct span piece, struct arena *);
const struct secrecy *session_secrets(const struct session *);

/* secrets_may_leave, for this connection. False with err. */
bool session_confides(struct session *, enum secret_from, bool forced, struct err *);
/*
 * Whether secrets that the command line gave for its target are for this peer, whatever the
 * transport.
 */
bool session_is_meant(const struct session *);
/*
 * Called before octets are sent: when they are secret, or the step's line has a secret, and none
 * may be sent, fails the step and returns false.
 */
bool session_lets_out(struct session *, bool secret);
/*
 * Whether the peer has received a secret of the command line, so that what it sends may be one.
 */
bool session_has_confided(const struct session *);

/* Whether the peer is on this machine, with nothing in between. */
bool session_is_local(const struct session *);
/* The channel bindings for a login; empty without TLS. Valid as long as the connection. */
void session_bindings(struct session *, struct span *tls_exporter, struct span *tls_unique);

#endif
