/*
 * What a session sends, and which replies are then outstanding. Unless noted otherwise, a function
 * that returns false has failed the step and reported the reason.
 */
#ifndef RUN_SESSION_SEND_H
#define RUN_SESSION_SEND_H

#include "base/span.h"
#include "smtp/verb.h"

struct session;

/*
 * Sends a line, whose reply comes as NEWS_REPLY. EVENT_SENT shows the line without its secrets
 * (smtp/secrecy.h), or `shown`, which must contain no secret.
 */
bool session_send(struct session *, struct span line);
bool session_send_secret(struct session *, struct span line, struct span shown); /* SECRET_GIVEN */
/*
 * The same, for a line that the stepper may change: *line is then what was sent, and lives until
 * the next call. If `skipped` is not NULL, the stepper may also skip the line: *skipped is set, and
 * no reply is outstanding.
 */
bool session_send_asked(struct session *, struct span *line, bool *skipped);
/*
 * Sends octets unchanged. A reply is then outstanding for every complete line that is a command,
 * and for the end of a message.
 */
bool session_send_octets(struct session *, struct span octets);
/*
 * Sends octets without expecting a reply. `crlf`: CRLF is added. `secret`: they contain a secret of
 * the command line.
 */
bool session_put(struct session *, struct span octets, bool crlf, bool secret);

/* Sends lines, with CRLF added to each, as the octets of the last BDAT. */
bool session_send_chunk(struct session *, struct span lines);
/* Sends a line of message text; "." ends the message, and a reply is then outstanding. */
bool session_send_text(struct session *, struct span line);
/* Waits for this many replies to the end of the message, which was already queued. */
void session_expect_message_replies(struct session *, unsigned replies);
/* Records that the last BDAT was LAST: its reply (in LMTP, this many) ends the message. */
void session_expect_last_chunk(struct session *, unsigned replies);
/* Records that the message which was ended last has no recipients (RFC 2920 3.1). */
void session_expect_no_message(struct session *);
/*
 * Expects one more reply: to octets that the caller put into the conv or, with `dot`, LMTP's to the
 * end of data. Returns false, unreported, if too many are outstanding.
 */
bool session_expect_reply(struct session *, enum verb, bool dot);

/*
 * Server: sends a complete reply, given without its last CRLF, unchanged. Returns false,
 * unreported, if it cannot be queued.
 */
bool session_reply(struct session *, struct span reply);
/* Server: emits EVENT_ANSWERED for a reply whose octets the step put into the conv itself. */
void session_tell_reply(struct session *, struct span reply);

/*
 * Return the name sent in EHLO, and the name for header fields of a message, which must not be
 * secret.
 */
const char *session_ehlo_name(struct session *);
struct span session_domain(struct session *);
/*
 * Reports, once per connection, which name is sent in EHLO and whether it resolves; not for a peer
 * on this machine or behind a proxy.
 */
void session_note_ehlo_name(struct session *);

#endif
