/*
 * Secrets of a session: what may be shown, and whether one may leave over its connection, which
 * secrets.h decides.
 */
#ifndef RUN_SESSION_CONFIDE_H
#define RUN_SESSION_CONFIDE_H

#include "run/session/secrets.h"

struct session;

/* Starred from now on in all sessions of the program. */
void session_mask(struct session *, struct span secret);
void session_mask_all(struct session *, const struct mask *);
/*
 * Octets of a script or a peer as they may be shown, with every secret of the session starred. In
 * the arena, or themselves.
 */
struct span session_starred(struct session *, struct arena *, struct span octets);
/* secrets_piece, of octets that are sent now. */
struct span session_shown_piece(struct session *, struct span piece, struct arena *);
const struct secrecy *session_secrets(const struct session *);

/* secrets_may_leave, over this connection. */
bool session_confides(struct session *, enum secret_from, bool forced, struct err *);
/* Is what the command line gave for its target for this peer, whatever it is sent over? */
bool session_is_meant(const struct session *);
/*
 * Before octets go out: `secret` ones, or those of a step with a secret in it, fail it where none
 * may leave.
 */
bool session_lets_out(struct session *, bool secret);
/* Was the peer told a secret of the command line's? What it sends may then be one. */
bool session_has_confided(const struct session *);

/* The peer is on this machine, with nothing between. */
bool session_is_local(const struct session *);
/* What a login is bound to; empty without TLS. */
void session_bindings(struct session *, struct span *tls_exporter, struct span *tls_unique);

#endif
