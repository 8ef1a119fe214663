/*
 * Composes a message (RFC 5322, RFC 2045) from a few values: From, To, Date, Message-ID, Subject, a
 * body and attachments.
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
	/* "Name: value"; replaces the default field of that name */
	const char *header[COMPOSE_HEADERS_MAX];
	size_t nheaders;
	const char *attach[COMPOSE_ATTACH_MAX];	/* paths */
	size_t nattach;
	/* size of the whole message in octets, reached by filler; 0: no filler */
	uint64_t size;
};

/*
 * Composes a message, which the caller must release even on failure. Returns false and sets err:
 * ERR_USAGE when a header field is malformed, an attachment cannot be read or `size` is too small;
 * ERR_SYSTEM when a temporary file cannot be created or written.
 */
bool compose(struct message *, const struct compose *, struct err *);

/* Returns a value for Date: now, in local time (RFC 5322 3.3). In the arena. */
struct span compose_date(struct arena *);
/*
 * Returns a value for the part of Message-ID before the "@": the time, and 80 random bits. In the
 * arena.
 */
struct span compose_unique(struct arena *);

#endif
