/*
 * What a session sends, and which replies are outstanding for it. False: the step failed, and of
 * what was told.
 */
#ifndef RUN_SESSION_SEND_H
#define RUN_SESSION_SEND_H

#include "base/span.h"
#include "smtp/verb.h"

struct session;

/*
 * Sends a line; its reply comes as NEWS_REPLY. EVENT_SENT has it without what is secret in it
 * (smtp/secrecy.h), or `shown`, which may be shown.
 */
bool session_send(struct session *, struct span line);
bool session_send_secret(struct session *, struct span line, struct span shown); /* SECRET_GIVEN */
/*
 * Octets as they are. For every whole line of them that is a command, and for a message's end, a
 * reply is outstanding.
 */
bool session_send_octets(struct session *, struct span octets);
/* Octets for which no reply is. */
bool session_put(struct session *, struct span octets, bool crlf, bool secret);

/* Lines, each with its CRLF, as the octets of the BDAT sent last. */
bool session_send_chunk(struct session *, struct span lines);
/* A line of message text; "." ends the message, and a reply is outstanding. */
bool session_send_text(struct session *, struct span line);
/* So many replies to the end of the message, which conv_put has sent; they are waited for. */
void session_expect_message_replies(struct session *, unsigned replies);
/* The BDAT sent last was the LAST: its reply, in LMTP so many of them, end the message. */
void session_expect_last_chunk(struct session *, unsigned replies);
/* What was ended last is for nobody (RFC 2920 3.1). */
void session_expect_no_message(struct session *);
/*
 * One reply more: to octets put into the conv, or one more for what was sent (LMTP's, after the
 * dot).
 */
bool session_expect_reply(struct session *, enum verb, bool dot);

/* Server: a reply, whole, without its last CRLF; goes out as it is. */
bool session_reply(struct session *, struct span reply);
/* Of one whose octets the step puts into the conv itself. */
void session_tell_reply(struct session *, struct span reply);

/* The name that is sent in EHLO; in a message's own fields, where it must be no secret. */
const char *session_ehlo_name(struct session *);
struct span session_domain(struct session *);
/*
 * Notes, once a connection, which name that is and how it stands with it; not to a peer on this
 * machine.
 */
void session_note_ehlo_name(struct session *);

#endif
