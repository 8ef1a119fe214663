/*
 * What a session tells: events, and what the step in hand failed of.
 */
#ifndef RUN_SESSION_EMIT_H
#define RUN_SESSION_EMIT_H

#include "run/session/event.h"
#include "run/session/step.h"

struct session;

void session_emit(struct session *, struct event *);
void session_note(struct session *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Sets what the step failed of and tells it (EVENT_PROBLEM); STEP_FAIL, so that failing is one
 * line.
 */
enum progress session_fail(struct session *, enum err_kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, in the words of `err` and with its cause. */
enum progress session_fail_with(struct session *, const struct err *);
enum progress session_failed(struct session *, enum err_kind);	/* what of was told already */
/* The same for a reply, which was shown already and is no success. */
enum progress session_refused(struct session *, const struct news *);
/* EVENT_PROBLEM: what became of the message is unknown. */
void session_tell_unknown(struct session *);

/*
 * EVENT_SENT of something too long to show, by a few words about it; message NULL: octets of no
 * message.
 */
void session_sent_message(
    struct session *, struct span what, const struct message *, uint64_t octets, bool chunked);
/* EVENT_RESOLVED; there must be a route. `asked`: it is to be shown whole. */
void session_show_route(struct session *, bool asked);

#endif
