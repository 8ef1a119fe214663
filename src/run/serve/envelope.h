/*
 * A message while a server receives it: sender, recipients, and octets. One per client, reused
 * for each transaction.
 */
#ifndef RUN_SERVE_ENVELOPE_H
#define RUN_SERVE_ENVELOPE_H

#include "run/serve/mta.h"
#include "run/session/session.h"

/* octets of addresses and parameters, and of a header, that a client can make the server keep */
enum { ENVELOPE_OCTETS_MAX = 1 << 20, ENVELOPE_HEADER_MAX = 64 << 10 };

struct envelope_rcpt {
	struct envelope_rcpt *next;
	struct span mailbox, params;
	bool refused; /* rejected at the end of data, for this recipient alone */
};

struct envelope {
	struct arena arena;		/* alive as long as the transaction */
	struct span from, from_params;
	struct envelope_rcpt *rcpts, **rcpts_end;
	unsigned nrcpts;
	size_t held;			/* octets held by the recipients */
	bool keep_text;
	struct buf text;
	unsigned long long octets;	/* so far, kept or not */
	bool bare_lf, chunked;
	bool utf8;	  /* SMTPUTF8: the header is looked at */
	bool header_over; /* it has ended, or is too long to be held */
	struct buf header;
	struct event *taken;	  /* it is stored, or being stored, as this; NULL: not yet */
	struct storing *storing; /* a reader of the store is waited for; NULL: none is */
};

void envelope_init(struct envelope *, bool keep_text, size_t text_max);
void envelope_release(struct envelope *);
void envelope_forget(struct envelope *);

void envelope_from(struct envelope *, struct span mailbox, struct span params);		/* copied */
/*
 * Adds a recipient, copied. False: the addresses would exceed ENVELOPE_OCTETS_MAX; it is not
 * added.
 */
bool envelope_rcpt(struct envelope *, struct span mailbox, struct span params);
/* whether this RCPT line would fit */
bool envelope_has_room(const struct envelope *, struct span rcpt);
/* Forgets the recipients; their memory still counts, so that it stays bounded. */
void envelope_drop_rcpts(struct envelope *);
void envelope_drop_text(struct envelope *);
void envelope_text(struct envelope *, struct span);	/* counted always, kept up to text_max */

/* Is the header UTF-8, as far as it is held (RFC 6532 3.2)? */
bool envelope_header_is_utf8(const struct envelope *);

/* The message is complete, and is stored for the recipients that are not refused. */
void envelope_complete(struct envelope *, struct session *, struct span id, struct span helo,
    struct span user);
/*
 * Stores the message if it is to be stored, and emits EVENT_MESSAGE: ->len of `lost` is 0. When
 * that fails, emits EVENT_PROBLEM, and `lost` is the reply in place of 250. False: the store is
 * still busy; to be called again in a moment.
 */
bool envelope_store(
    struct envelope *, struct session *, const struct mta_opts *, struct span *lost);
/* Gives up waiting for the store. Returns the reply for the client. */
struct span envelope_give_up(struct envelope *);

#endif
