/*
 * One end of an SMTP conversation, client or server: octets in, events out, and back. It knows
 * neither sockets nor clocks. Octets from the peer are fed, events are pulled, octets for the peer
 * are read from conv_output and reported written; nothing is called back, so nothing re-enters.
 *
 * A client conv counts the replies that are outstanding: every command sent gets a ticket, and
 * replies carry the ticket of what they answer, in order. An unsolicited reply carries ticket 0:
 * one that nothing asked for, or whose octets came before the first of the command that is next
 * went out. A reply that was given up on comes marked late and answers nothing else. Of a new
 * client conv the greeting is outstanding, as ticket CONV_BANNER.
 *
 * A server conv turns octets into commands, answers (to a 334) and message text, as conv_listen
 * says.
 *
 * Bounded: a reply is cut at CONV_REPLY_MAX octets and a line at CONV_LINE_MAX; at most
 * CONV_OUTSTANDING_MAX replies are outstanding. What is fed and not yet pulled is bounded by
 * conv_room: who reads asks it first, so that a peer fills no more than that.
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
	CONV_REPLY,		/* client: a whole reply, in ->reply */
	/* server: a command line without its line end, in ->text; ->flaws says how it ended */
	CONV_COMMAND,
	CONV_ANSWER,		/* server: the answer to a 334, likewise */
	CONV_TEXT,		/* server: a run of message text, unstuffed */
	CONV_TEXT_END,		/* server: the lone dot, or the last counted octet */
	/* client: a line that is none of a reply, in ->text; only after conv_bear_chatter */
	CONV_CHATTER,
	/*
	 * client: a reply beyond CONV_REPLY_MAX. What came of it is in ->reply, marked CUT; the
	 * rest is dropped
	 */
	CONV_TOO_MUCH,
};

/* Its spans live until the next conv_next, conv_feed or conv_free. */
struct conv_event {
	enum conv_event_kind kind;
	unsigned ticket;	/* what the reply answers; 0: nothing asked for it */
	bool late;		/* its asker had given up */
	struct reply reply;
	struct span text;
	/* REPLY_BARE_LF, REPLY_LONG_LINE, REPLY_NUL, REPLY_EIGHT_BIT of a line */
	unsigned flaws;
};

struct conv *conv_new(enum conv_role);
void conv_free(struct conv *);		/* NULL is fine */

/*
 * Client. Sends the line and CRLF. Returns the ticket of the reply, outstanding from then on; 0
 * when too much is queued or outstanding already.
 */
unsigned conv_send(struct conv *, struct span line);
/* What is unsent now holds a secret: it is wiped as it is reported written. */
void conv_is_secret(struct conv *);
/*
 * Octets for which no reply is outstanding: message text, or a reply of the server's. False when
 * too much is queued.
 */
bool conv_put(struct conv *, struct span octets);
/*
 * A reply is outstanding for what conv_put sent (the dot, a BDAT chunk, one more in LMTP): its
 * ticket. 0 as above.
 */
unsigned conv_expect(struct conv *);
/*
 * The same, for a reply that comes before all that are outstanding already: a further one to what
 * was just answered.
 */
unsigned conv_expect_next(struct conv *);
/* The reply to this ticket will come late, if at all. */
void conv_give_up(struct conv *, unsigned ticket);
/*
 * The peer is a program that prints more than SMTP (exim -bh): between replies, a line without a
 * code is CONV_CHATTER.
 */
void conv_bear_chatter(struct conv *);
size_t conv_outstanding(const struct conv *); /* replies that are outstanding and not given up */
/* The first reply that is outstanding to what has left and was not given up: its ticket; 0: none
 * is. */
unsigned conv_due(const struct conv *);
/*
 * What was given up before that will not be answered, and a reply that was called late answered
 * conv_due: its ticket.
 */
unsigned conv_settle(struct conv *);
/* Something is to go out that will be answered, and nothing that went out before still is to be. */
bool conv_is_about_to_ask(const struct conv *);

/*
 * Server: how what comes next is read. Until said otherwise, as commands. `octets`: how many, of
 * CONV_LISTEN_OCTETS alone.
 */
enum conv_listen {
	CONV_LISTEN_COMMAND,
	CONV_LISTEN_ANSWER,
	CONV_LISTEN_MESSAGE,
	CONV_LISTEN_OCTETS
};
void conv_listen(struct conv *, enum conv_listen, unsigned long long octets);

/*
 * How many octets may be fed now: whatever the peer sends, no more than so many are kept. 0:
 * conv_next first.
 */
size_t conv_room(const struct conv *);
/* at most conv_room of them; they are copied */
void conv_feed(struct conv *, struct span in);
bool conv_next(struct conv *, struct conv_event *);	/* false: nothing more, until more is fed */
/* what came and is no whole line or reply yet */
struct span conv_pending(const struct conv *);

/* to be written, until anything is said, put or reported written */
struct span conv_output(const struct conv *);
void conv_wrote(struct conv *, size_t n);		/* n octets of it went out */
/* for writers that stuff message text straight into it */
struct buf *conv_outbuf(struct conv *);

/*
 * TLS is about to begin. False when the peer already sent more behind the reply that agreed to it:
 * octets that would later pass for protected ones (CVE-2011-0411); they are in conv_pending.
 * conv_tls_begin drops them, all unsent and all outstanding but a banner that has not come.
 */
bool conv_tls_ready(const struct conv *);
void conv_tls_begin(struct conv *);

#endif
