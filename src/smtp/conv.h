/*
 * One end of an SMTP conversation, client or server, without sockets and clocks. The caller feeds
 * the peer's bytes with conv_feed, takes events with conv_next, writes what conv_output returns,
 * and reports it with conv_wrote. There are no callbacks, so nothing is re-entered.
 *
 * A client conv tracks the outstanding replies: every command sent gets a ticket, and each reply
 * carries the ticket of the command that it answers, in order. Ticket 0 marks an unsolicited reply:
 * nothing was outstanding, or it came before the first byte of the next command was written. A
 * reply that was given up on is marked late when it comes, and answers nothing else. In a new
 * client conv the greeting is outstanding, as ticket CONV_BANNER.
 *
 * A server conv turns bytes into commands, responses (to a 334) and message data, as selected by
 * conv_listen.
 *
 * Memory is bounded: a reply is cut at CONV_REPLY_MAX bytes and a line at CONV_LINE_MAX, and at
 * most CONV_OUTSTANDING_MAX replies are outstanding. conv_room limits the bytes that were fed but
 * not yet taken; check it before reading from the peer.
 */
#ifndef SMTP_CONV_H
#define SMTP_CONV_H

#include "smtp/body.h"
#include "smtp/reply.h"

enum {
	CONV_REPLY_MAX = 1 << 20,
	CONV_LINE_MAX = 1 << 16,
	CONV_OUTPUT_MAX = 1 << 20,
	CONV_OUTSTANDING_MAX = 1 << 16
};
enum { CONV_BANNER = 1 };

enum conv_role { CONV_CLIENT, CONV_SERVER };

enum conv_event_kind {
	CONV_REPLY,		/* client: a complete reply, in ->reply */
	/* server: a command line without its line ending, in ->text; its flaws in ->flaws */
	CONV_COMMAND,
	CONV_ANSWER,		/* server: the response to a 334, likewise */
	CONV_TEXT,		/* server: a piece of message data, unstuffed */
	CONV_TEXT_END,		/* server: the final dot, or the last counted octet */
	/* client: a line that is not part of a reply, in ->text; only after conv_allow_chatter */
	CONV_CHATTER,
	/*
	 * client: a reply longer than CONV_REPLY_MAX; its beginning is in ->reply, with REPLY_CUT,
	 * and the rest is dropped
	 */
	CONV_TOO_MUCH,
};

/* Its spans live until the next conv_next, conv_feed or conv_free. */
struct conv_event {
	enum conv_event_kind kind;
	unsigned ticket;	/* of the command that the reply answers; 0: unsolicited */
	bool late;		/* the reply had been given up on */
	struct reply reply;
	struct span text;
	/* of a line: REPLY_BARE_LF, REPLY_LONG_LINE, REPLY_NUL, REPLY_EIGHT_BIT */
	unsigned flaws;
};

struct conv *conv_new(enum conv_role);
void conv_free(struct conv *);		/* NULL is fine */

/*
 * Client: queues the line and CRLF. Returns the ticket of its reply, which is outstanding from now
 * on, or 0 when the line does not fit or too many replies are outstanding.
 */
unsigned conv_send(struct conv *, struct span line);
/* Marks everything unsent as secret, to be wiped from memory once it is reported written. */
void conv_is_secret(struct conv *);
/*
 * Queues bytes that no reply answers: message data, or a server's reply. Returns false and queues
 * nothing when they do not fit.
 */
bool conv_put(struct conv *, struct span octets);
/*
 * Expects a reply to what conv_put queued (the final dot, a BDAT chunk), or one more reply in LMTP.
 * Returns its ticket, or 0 when too many replies are outstanding.
 */
unsigned conv_expect(struct conv *);
/*
 * Like conv_expect, for a further reply to the command that was just answered: it comes before all
 * that are outstanding.
 */
unsigned conv_expect_next(struct conv *);
/* Gives up on the reply with this ticket: if it still comes, it is marked late. */
void conv_give_up(struct conv *, unsigned ticket);
/*
 * From now on, reports a line without a code between replies as CONV_CHATTER, for a peer that
 * prints more than SMTP (exim -bh).
 */
void conv_allow_chatter(struct conv *);
size_t conv_outstanding(const struct conv *); /* outstanding replies that were not given up on */
/*
 * Returns the ticket of the first outstanding reply that was not given up on and whose command has
 * been written; 0: none.
 */
unsigned conv_due(const struct conv *);
/*
 * To be called when a reply marked late turns out to be the reply to conv_due: marks that as
 * answered, drops the replies before it that were given up on, and returns its ticket.
 */
unsigned conv_settle(struct conv *);
/* Whether a command is about to be written while no earlier one still awaits its reply. */
bool conv_is_about_to_ask(const struct conv *);

/*
 * Server: selects how the following bytes are read; a new conv reads commands. `octets` is the
 * count for CONV_LISTEN_OCTETS, and unused otherwise.
 */
enum conv_listen {
	CONV_LISTEN_COMMAND,
	CONV_LISTEN_ANSWER,
	CONV_LISTEN_MESSAGE,
	CONV_LISTEN_OCTETS
};
void conv_listen(struct conv *, enum conv_listen, unsigned long long octets);

/* Returns how many bytes may be fed now. 0: call conv_next first. */
size_t conv_room(const struct conv *);
/* Feeds bytes from the peer, at most conv_room of them; they are copied. */
void conv_feed(struct conv *, struct span in);
/* Takes the next event. Returns false when there is none until more is fed. */
bool conv_next(struct conv *, struct conv_event *);
/* Returns what was fed and is not yet a complete line or reply. */
struct span conv_pending(const struct conv *);

/* Returns what is to be written; valid until the next conv_send, conv_put or conv_wrote. */
struct span conv_output(const struct conv *);
void conv_wrote(struct conv *, size_t n);		/* reports n bytes of it as written */
/* Returns the output buffer, for a caller that stuffs message data directly into it. */
struct buf *conv_outbuf(struct conv *);

/*
 * conv_tls_ready returns whether TLS may begin. False: the peer sent more after its positive reply
 * to STARTTLS, cleartext that would later be taken for protected data (CVE-2011-0411); it is in
 * conv_pending. conv_tls_begin drops that, everything unsent, and every outstanding reply except
 * a greeting that has not come yet.
 */
bool conv_tls_ready(const struct conv *);
void conv_tls_begin(struct conv *);

#endif
