/*
 * One end of an SMTP conversation, client or server: octets in, events out, and back. It knows
 * neither sockets nor clocks. Octets from the peer are fed, events are pulled, octets for the
 * peer are read from conv_output and reported as written; nothing is called back, so nothing
 * re-enters.
 *
 * A client conv counts the replies that are outstanding: every command sent gets a ticket, and
 * replies carry the ticket of what they answer, in order. An unsolicited reply carries ticket 0:
 * nothing was outstanding, or its octets came before the first octet of the next command went
 * out. A reply that was given up on comes marked late and answers nothing else. In a new client
 * conv the greeting is outstanding, as ticket CONV_BANNER.
 *
 * A server conv turns octets into commands, responses (to a 334) and message text, as conv_listen
 * selects.
 *
 * Bounded: a reply is cut at CONV_REPLY_MAX octets and a line at CONV_LINE_MAX; at most
 * CONV_OUTSTANDING_MAX replies are outstanding. What is fed and not yet pulled is bounded by
 * conv_room: ask it before reading, so that a peer fills no more than that.
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
	/* server: a command line without its line ending, in ->text; ->flaws has how it ended */
	CONV_COMMAND,
	CONV_ANSWER,		/* server: the response to a 334, likewise */
	CONV_TEXT,		/* server: a run of message text, unstuffed */
	CONV_TEXT_END,		/* server: the final dot, or the last counted octet */
	/* client: a line that is not part of a reply, in ->text; only after conv_allow_chatter */
	CONV_CHATTER,
	/*
	 * client: a reply longer than CONV_REPLY_MAX. What was received is in ->reply, with
	 * REPLY_CUT; the rest is dropped
	 */
	CONV_TOO_MUCH,
};

/* Its spans live until the next conv_next, conv_feed or conv_free. */
struct conv_event {
	enum conv_event_kind kind;
	unsigned ticket;	/* what the reply answers; 0: unsolicited */
	bool late;		/* it had been given up on */
	struct reply reply;
	struct span text;
	/* REPLY_BARE_LF, REPLY_LONG_LINE, REPLY_NUL, REPLY_EIGHT_BIT of a line */
	unsigned flaws;
};

struct conv *conv_new(enum conv_role);
void conv_free(struct conv *);		/* NULL is fine */

/*
 * Client: queues the line and CRLF. Returns the ticket of its reply, outstanding from now on; 0
 * when the line does not fit or too many replies are outstanding.
 */
unsigned conv_send(struct conv *, struct span line);
/* Marks what is unsent as secret: it is wiped once reported written. */
void conv_is_secret(struct conv *);
/*
 * Queues octets that no reply will answer: message text, or a server's reply. False when they do
 * not fit; nothing is then queued.
 */
bool conv_put(struct conv *, struct span octets);
/*
 * Expects a reply to what conv_put queued (the final dot, a BDAT chunk, one more in LMTP).
 * Returns its ticket; 0 as above.
 */
unsigned conv_expect(struct conv *);
/*
 * The same for a reply that comes before all that are outstanding: a further one to what was just
 * answered.
 */
unsigned conv_expect_next(struct conv *);
/* Gives up on the reply to this ticket: if it still comes, it is marked late. */
void conv_give_up(struct conv *, unsigned ticket);
/*
 * For a peer that prints more than SMTP (exim -bh): from now on a line without a code between
 * replies is CONV_CHATTER.
 */
void conv_allow_chatter(struct conv *);
size_t conv_outstanding(const struct conv *); /* outstanding replies that were not given up on */
/* The ticket of the first outstanding reply, not given up on, whose command has left; 0: none. */
unsigned conv_due(const struct conv *);
/*
 * A reply taken for late was the reply to conv_due after all: drops what was given up on before
 * it, and it is answered. Returns its ticket.
 */
unsigned conv_settle(struct conv *);
/* Whether a command is about to go out while no earlier one still awaits its reply. */
bool conv_is_about_to_ask(const struct conv *);

/*
 * Server: selects how what comes next is read; a new conv reads commands. `octets` is the count
 * of CONV_LISTEN_OCTETS, and unused otherwise.
 */
enum conv_listen {
	CONV_LISTEN_COMMAND,
	CONV_LISTEN_ANSWER,
	CONV_LISTEN_MESSAGE,
	CONV_LISTEN_OCTETS
};
void conv_listen(struct conv *, enum conv_listen, unsigned long long octets);

/*
 * How many octets may be fed now, which bounds what is kept of a peer. 0: call conv_next first.
 */
size_t conv_room(const struct conv *);
/* Feeds octets, no more than conv_room; they are copied. */
void conv_feed(struct conv *, struct span in);
/* false: nothing more until more is fed */
bool conv_next(struct conv *, struct conv_event *);
/* What has come and is not yet a complete line or reply. */
struct span conv_pending(const struct conv *);

/* What is to be written; valid until the next send, put or conv_wrote. */
struct span conv_output(const struct conv *);
void conv_wrote(struct conv *, size_t n);		/* reports n octets of it as written */
/* The output buffer, for a writer that stuffs message text straight into it. */
struct buf *conv_outbuf(struct conv *);

/*
 * Whether TLS may begin. False when the peer already sent more after the reply that agreed to it:
 * octets that would later pass for protected ones (CVE-2011-0411); they are in conv_pending.
 * conv_tls_begin drops those, everything unsent and every outstanding reply, except a greeting
 * that has not come yet.
 */
bool conv_tls_ready(const struct conv *);
void conv_tls_begin(struct conv *);

#endif
