/* What a session reports: events, and why the current step failed. */
#ifndef RUN_SESSION_EMIT_H
#define RUN_SESSION_EMIT_H

#include "run/session/event.h"
#include "run/session/step.h"

struct session;

void session_emit(struct session *, struct event *);
void session_note(struct session *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Sets why the step failed and emits EVENT_PROBLEM. Returns STEP_FAIL, so that failing is one
 * line.
 */
enum progress session_fail(struct session *, enum err_kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with the sentence and cause of `err`. */
enum progress session_fail_with(struct session *, const struct err *);
enum progress session_failed(struct session *, enum err_kind);	/* the same, already reported */
/* The same for a reply that is no success; its EVENT_REPLY has already been emitted. */
enum progress session_refused(struct session *, const struct news *);
/* Emits EVENT_PROBLEM: the fate of the message is unknown (RFC 1047). */
void session_tell_unknown(struct session *);

/*
 * Emits EVENT_SENT of something too long to show, described by `what`; message NULL: octets that
 * are not a message.
 */
void session_sent_message(
    struct session *, struct span what, const struct message *, uint64_t octets, bool chunked);
/* Emits EVENT_RESOLVED; there must be a route. `asked`: show all of it. */
void session_show_route(struct session *, bool asked);

#endif
