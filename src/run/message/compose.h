/*
 * Composes a message from a few values: From, To, Date, Message-ID, Subject, a body, attachments
 * (RFC 5322, RFC 2045).
 */
#ifndef RUN_MESSAGE_COMPOSE_H
#define RUN_MESSAGE_COMPOSE_H

#include "base/arena.h"
#include "run/message/message.h"

enum { COMPOSE_ATTACH_MAX = 64, COMPOSE_HEADERS_MAX = 64 };

struct compose {
	struct span from;			/* the envelope sender; empty: the null sender */
	const struct span *to;
	size_t nto;
	struct span subject, body;		/* empty: default ones */
	struct span helo;			/* the part of the Message-ID after the "@" */
	/* "Name: value"; replaces our own field of that name */
	const char *header[COMPOSE_HEADERS_MAX];
	size_t nheaders;
	const char *attach[COMPOSE_ATTACH_MAX];	/* paths */
	size_t nattach;
	/* octets of the whole message, reached by filler; 0: no filler */
	uint64_t size;
};

/*
 * Composes into a message that the caller releases, in either case. False with err: ERR_USAGE
 * when a header field is malformed, an attachment cannot be read or `size` is too small;
 * ERR_SYSTEM without room for a temporary file.
 */
bool compose(struct message *, const struct compose *, struct err *);

/* What its Date is: now, in local time (RFC 5322 3.3). */
struct span compose_date(struct arena *);
/* What its Message-ID has before the "@": the time, and 80 random bits. */
struct span compose_unique(struct arena *);

#endif
