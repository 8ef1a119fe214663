/*
 * The secrets of a session: what may be shown of them, and whether one may be sent over its
 * connection, as secrets.h decides.
 */
#ifndef RUN_SESSION_CONFIDE_H
#define RUN_SESSION_CONFIDE_H

#include "run/session/secrets.h"

struct session;

/* Stars the secret, or each one of a mask, in all sessions of the program from now on. */
void session_mask(struct session *, struct span secret);
void session_mask_all(struct session *, const struct mask *);
/*
 * Returns octets of a script or a peer with every secret of the session starred: a copy in the
 * arena, or `octets` itself.
 */
struct span session_starred(struct session *, struct arena *, struct span octets);
/* Returns what secrets_piece permits to show of octets that are being sent. */
struct span session_shown_piece(struct session *, struct span piece, struct arena *);
const struct secrecy *session_secrets(const struct session *);

/*
 * Returns whether secrets_may_leave permits sending a secret over this connection. Returns false
 * and sets err otherwise.
 */
bool session_confides(struct session *, enum secret_from, bool forced, struct err *);
/*
 * Returns whether the secrets that the command line gave for its target are meant for this peer,
 * over whatever transport.
 */
bool session_is_meant(const struct session *);
/*
 * Must be called before octets are sent. If they are secret, or the current step's line has a
 * secret, and a secret may not be sent here, fails the step and returns false.
 */
bool session_lets_out(struct session *, bool secret);
/*
 * Returns whether the peer has received a secret of the command line, which it may then send back.
 */
bool session_has_confided(const struct session *);

/* Returns whether the peer is on this machine, with no proxy in between. */
bool session_is_local(const struct session *);
/*
 * Sets the TLS channel bindings for a login; empty without TLS. They live as long as the
 * connection.
 */
void session_bindings(struct session *, struct span *tls_exporter, struct span *tls_unique);

#endif
