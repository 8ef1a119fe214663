/*
 * Runs steps against one peer. A session owns one connection at a time, its conv, its deadline
 * and a queue of steps; it turns steps into events and decides nothing else. In the server role
 * it is the other side.
 *
 * Steps run one after the other; each ends with an EVENT_STEP_ENDED. Events come within loop
 * callbacks: their consumer may push steps, but must not free the session (do that between
 * wake-ups).
 *
 * This is what other rooms and the steps include; each header below is about one noun.
 */
#ifndef RUN_SESSION_SESSION_H
#define RUN_SESSION_SESSION_H

#include "run/session/confide.h"
#include "run/session/connect.h"
#include "run/session/emit.h"
#include "run/session/queue.h"
#include "run/session/send.h"
#include "run/session/view.h"

struct session *session_new(
    struct session_env *, const struct session_opts *, event_fn *, void *ctx);
/*
 * The server role, over an accepted descriptor, which it then owns. `tls` NULL: STARTTLS is not
 * possible. NULL with err.
 */
struct session *session_serve(struct session_env *, const struct session_opts *, int fd,
    struct tls_context *tls, event_fn *, void *ctx, struct err *);
void session_free(struct session *);

void session_push(struct session *, const struct step *);
/*
 * Cancels the current step, if any, and drops those queued. While connecting, or within a
 * handshake or a message, that closes the connection.
 */
void session_cancel(struct session *);
/* Drops the connection, if any, without QUIT. */
void session_disconnect(struct session *);
/* Answers the last EVENT_QUESTION. False when no question is open. */
bool session_answer_question(struct session *, struct span text);
/* Sends what another session's events queued here. Harmless within its own callbacks. */
void session_poke(struct session *);

#endif
