/*
 * Writes a message out of a few answers: From, To, Date, Message-ID, Subject, a body, attachments
 * (RFC 5322, RFC 2045).
 */
#ifndef RUN_MESSAGE_COMPOSE_H
#define RUN_MESSAGE_COMPOSE_H

#include "base/arena.h"
#include "run/message/message.h"

enum { COMPOSE_ATTACH_MAX = 64, COMPOSE_HEADERS_MAX = 64 };

struct compose {
	struct span from;			/* of the envelope; empty: the null sender */
	const struct span *to;
	size_t nto;
	struct span subject, body;		/* empty: ready ones */
	struct span helo;			/* what stands behind the "@" of the Message-ID */
	/* "Name: value"; takes the place of ours of that name */
	const char *header[COMPOSE_HEADERS_MAX];
	size_t nheaders;
	const char *attach[COMPOSE_ATTACH_MAX];	/* paths */
	size_t nattach;
	uint64_t size;				/* 0: as large as it comes out */
};

/*
 * The message is the caller's to release, in either case. False with err: ERR_USAGE when a header
 * is none, an attachment cannot be read or `size` is too small; ERR_SYSTEM without room for a
 * temporary file.
 */
bool compose(struct message *, const struct compose *, struct err *);

#endif
