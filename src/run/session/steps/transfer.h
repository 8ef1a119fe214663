/*
 * One message sent as part of a step: DATA and the final dot, or BDAT in chunks; in LMTP, one
 * reply per recipient.
 */
#ifndef RUN_SESSION_STEPS_TRANSFER_H
#define RUN_SESSION_STEPS_TRANSFER_H

#include "run/message/message.h"
#include "run/session/session.h"

struct transfer {
	const struct message *message;
	uint64_t chunk;			/* octets of a BDAT; 0: DATA */
	bool pipelined;			/* BDAT commands do not wait for each other's replies */
	/* replies to its end: 1; in LMTP, the number of accepted recipients */
	unsigned replies;
	/* called with the first negative reply before the end; NULL: not called */
	void (*refused)(void *ctx, const struct news *);
	void (*final)(void *ctx, unsigned n, const struct news *);
	void *ctx;

	enum { TRANSFER_ASKED, TRANSFER_SENDING, TRANSFER_CHUNK, TRANSFER_END } stage;
	struct message_reader reader;
	struct body_out out;
	uint64_t left;			/* octets left of the current chunk */
	uint64_t unannounced;		/* octets of the message not yet announced by a BDAT */
	struct buf kept;		/* octets read and not yet part of a chunk */
	/* outstanding replies to BDATs; replies to the end received */
	unsigned outstanding, answered;
	bool is_refused;
	enum err_kind failed;		/* of the replies to the end */
};

/*
 * Returns whether BDAT may be used: only where CHUNKING is offered, unless forced, since a server
 * that does not count the octets reads them as commands (RFC 3030 2). If false, the step failed and
 * the reason was reported.
 */
bool transfer_may_chunk(struct session *, bool forced);
/* Begins to send the message. `asked`: DATA was already sent, and its reply is outstanding. */
enum progress transfer_begin(struct session *, struct transfer *, bool asked);
/*
 * Returns STEP_DONE when every reply to the end was positive; STEP_FAIL when one was not, or the
 * message could not be sent to its end. If the end was not answered, session_view's ->fate_unknown
 * is set.
 */
enum progress transfer_on_news(struct session *, struct transfer *, const struct news *);
void transfer_release(struct transfer *);

#endif
