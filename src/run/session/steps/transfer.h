/*
 * One message over the wire as a part of a step: DATA and the lone dot, or BDAT in chunks; in LMTP
 * a reply for each recipient.
 */
#ifndef RUN_SESSION_STEPS_TRANSFER_H
#define RUN_SESSION_STEPS_TRANSFER_H

#include "run/message/message.h"
#include "run/session/session.h"

struct transfer {
	const struct message *message;
	uint64_t chunk;			/* octets of a BDAT; 0: DATA */
	bool pipelined;			/* BDATs do not wait for each other's replies */
	/* that answer its end: 1, in LMTP the recipients accepted */
	unsigned replies;
	/* A reply to the end, the n-th from 0. */
	/* the first reply before the end that is not good. NULL: not told */
	void (*refused)(void *ctx, const struct news *);
	void (*final)(void *ctx, unsigned n, const struct news *);
	void *ctx;

	enum { TRANSFER_ASKED, TRANSFER_SENDING, TRANSFER_CHUNK, TRANSFER_END } stage;
	struct message_reader reader;
	struct body_out out;
	uint64_t left;			/* octets of the chunk in hand */
	uint64_t unannounced;		/* octets of the message that no BDAT has announced yet */
	struct buf kept;		/* octets read and not yet part of a chunk */
	unsigned outstanding, answered;	/* replies to BDATs; those to the end that came */
	bool is_refused;
	enum err_kind failed;		/* of the replies to the end */
};

/*
 * By BDAT a message goes only where CHUNKING is offered, unless it is forced: a server that does
 * not count the octets reads them as commands (RFC 3030 2). False: it may not, and session_fail
 * told so.
 */
bool transfer_may_chunk(struct session *, bool forced);
/* `asked`: DATA was sent already and its reply comes. */
enum progress transfer_begin(struct session *, struct transfer *, bool asked);
/*
 * STEP_DONE: every reply to the end came and was good, STEP_FAIL: one was not, or it went no
 * further. What became of the message without an answer is session_view's ->fate_unknown.
 */
enum progress transfer_on_news(struct session *, struct transfer *, const struct news *);
void transfer_release(struct transfer *);

#endif
