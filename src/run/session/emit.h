/* What a session reports: events, and why the current step failed. */
#ifndef RUN_SESSION_EMIT_H
#define RUN_SESSION_EMIT_H

#include "run/session/event.h"
#include "run/session/step.h"

struct session;

/* Emits an event, after setting its session, time, TLS and step. */
void session_emit(struct session *, struct event *);
/* Emits EVENT_NOTE. The text is cut at 599 bytes, here and in session_fail. */
void session_note(struct session *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Emits EVENT_PROBLEM and records why the current step failed. Returns STEP_FAIL, for the step to
 * return.
 */
enum progress session_fail(struct session *, enum err_kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with the text, cause and diagnosis of `err`. */
enum progress session_fail_with(struct session *, const struct err *);
enum progress session_failed(struct session *, enum err_kind);	/* the same, without the event */
/* The same for a reply that is not a success, whose EVENT_REPLY has already been emitted. */
enum progress session_refused(struct session *, const struct news *);
/* Emits EVENT_PROBLEM: the fate of the message is unknown (RFC 1047). */
void session_tell_unknown(struct session *);

/*
 * Emits EVENT_SENT for something too long to show, described by `what`. message NULL: the octets
 * are not a message.
 */
void session_sent_message(
    struct session *, struct span what, const struct message *, uint64_t octets, bool chunked);
/*
 * Emits EVENT_RESOLVED for the current route, which must exist. `asked`: all of it is to be shown.
 */
void session_show_route(struct session *, bool asked);

#endif
