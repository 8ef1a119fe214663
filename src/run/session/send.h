/*
 * What a session sends, and which replies are then outstanding. False: the step failed, and the
 * reason was reported.
 */
#ifndef RUN_SESSION_SEND_H
#define RUN_SESSION_SEND_H

#include "base/span.h"
#include "smtp/verb.h"

struct session;

/*
 * Sends a line; its reply comes as NEWS_REPLY. EVENT_SENT has the line without its secrets
 * (smtp/secrecy.h), or `shown`, which must be fit to show.
 */
bool session_send(struct session *, struct span line);
bool session_send_secret(struct session *, struct span line, struct span shown); /* SECRET_GIVEN */
/*
 * The same, for one that the stepper may have changed: *line is what was sent, and lives until
 * the next one. Where `skipped` is not NULL it may be left out: *skipped is then set, and no reply
 * is outstanding.
 */
bool session_send_asked(struct session *, struct span *line, bool *skipped);
/*
 * Sends octets as they are. A reply is outstanding for every complete line that is a command, and
 * for the end of a message.
 */
bool session_send_octets(struct session *, struct span octets);
/* Sends octets without an outstanding reply. */
bool session_put(struct session *, struct span octets, bool crlf, bool secret);

/* Sends lines, each with its CRLF, as the octets of the last BDAT. */
bool session_send_chunk(struct session *, struct span lines);
/* Sends a line of message text; "." ends the message, and a reply is outstanding. */
bool session_send_text(struct session *, struct span line);
/* Waits for this many replies to the end of the message, which was already queued. */
void session_expect_message_replies(struct session *, unsigned replies);
/* The last BDAT was LAST: its reply (in LMTP, this many) ends the message. */
void session_expect_last_chunk(struct session *, unsigned replies);
/* What was ended last is a message without recipients (RFC 2920 3.1). */
void session_expect_no_message(struct session *);
/*
 * Expects one more reply: to octets put into the conv, or to what was sent (LMTP's, after the
 * final dot).
 */
bool session_expect_reply(struct session *, enum verb, bool dot);

/* Server: sends a complete reply, given without its last CRLF, as it is. */
bool session_reply(struct session *, struct span reply);
/* Emits the event of a reply whose octets the step put into the conv itself. */
void session_tell_reply(struct session *, struct span reply);

/* The name sent in EHLO; the name for a message's own fields, which must not be secret. */
const char *session_ehlo_name(struct session *);
struct span session_domain(struct session *);
/*
 * Reports, once per connection, which name that is and whether it resolves; not to a peer on this
 * machine.
 */
void session_note_ehlo_name(struct session *);

#endif
