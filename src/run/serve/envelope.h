/*
 * envelope - a message that a server is receiving: sender, recipients and message data. There is
 * one per client, reused for each transaction.
 */
#ifndef RUN_SERVE_ENVELOPE_H
#define RUN_SERVE_ENVELOPE_H

#include "run/serve/mta.h"
#include "run/session/session.h"

/* maximum octets of addresses and parameters, and of a header, that a client makes us keep */
enum { ENVELOPE_OCTETS_MAX = 1 << 20, ENVELOPE_HEADER_MAX = 64 << 10 };

struct envelope_rcpt {
	struct envelope_rcpt *next;
	struct span mailbox, params;
	bool refused; /* rejected at the end of data, for this recipient alone */
};

struct envelope {
	struct arena arena;		/* released when the transaction ends */
	struct span from, from_params;
	struct envelope_rcpt *rcpts, **rcpts_end;
	unsigned nrcpts;
	size_t held;			/* octets allocated for the recipients */
	bool keep_text;
	struct buf text;
	unsigned long long octets;	/* of the message data so far, kept or not */
	bool bare_lf, chunked;
	bool utf8;	  /* SMTPUTF8: the header is checked */
	bool header_over; /* the header has ended, or exceeds ENVELOPE_HEADER_MAX */
	struct buf header;
	struct event *taken;	  /* the complete message, while it is stored; NULL: none */
	struct storing *storing; /* the store's state while it is busy; NULL: it is not */
};

/* Initializes an envelope. keep_text: the message data is kept, up to text_max octets. */
void envelope_init(struct envelope *, bool keep_text, size_t text_max);
void envelope_release(struct envelope *);
/* Empties the envelope for the next transaction. */
void envelope_forget(struct envelope *);

/* Sets the envelope sender. Copies both spans. */
void envelope_from(struct envelope *, struct span mailbox, struct span params);
/*
 * Adds a recipient and copies both spans. Returns false, and adds nothing, if the addresses would
 * exceed ENVELOPE_OCTETS_MAX.
 */
bool envelope_rcpt(struct envelope *, struct span mailbox, struct span params);
/* Returns whether a recipient of this length would fit. */
bool envelope_has_room(const struct envelope *, struct span rcpt);
/* Forgets the recipients. Their memory counts towards the limit until the transaction ends. */
void envelope_drop_rcpts(struct envelope *);
/* Forgets the message data, and the count of its octets. */
void envelope_drop_text(struct envelope *);
/* Counts message data, and keeps it if keep_text; drops it all once text_max is exceeded. */
void envelope_text(struct envelope *, struct span);

/* Returns whether the header, as far as it is held, is valid UTF-8 (RFC 6532 3.2). */
bool envelope_header_is_utf8(const struct envelope *);

/*
 * Completes the message: sets ->taken to the event that envelope_store stores and emits. It has
 * only the recipients that were not rejected. `helo` and `user` are not copied.
 */
void envelope_complete(struct envelope *, struct session *, struct span id, struct span helo,
    struct span user);
/*
 * Stores the message if opts has a store, and emits EVENT_MESSAGE; *lost is empty. On failure emits
 * EVENT_PROBLEM and sets *lost to the reply to send in place of 250. Returns false if the store is
 * still busy: call again soon.
 */
bool envelope_store(
    struct envelope *, struct session *, const struct mta_opts *, struct span *lost);
/* Stops waiting for the store. Returns the reply for the client. */
struct span envelope_give_up(struct envelope *);

#endif
