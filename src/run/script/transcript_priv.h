/* A transcript while it is written, for transcript*.c alone. */
#ifndef RUN_SCRIPT_TRANSCRIPT_PRIV_H
#define RUN_SCRIPT_TRANSCRIPT_PRIV_H

#include "run/script/transcript.h"

enum { TRANSCRIPT_KEPT_MAX = 1 << 20 };	/* octets of a message that is kept */

struct transcript {
	struct transcript_opts opts;
	struct buf out;			/* of one event */
	struct arena arena;		/* likewise */
	unsigned ncases;
	bool begun;			/* a case is open */
	unsigned secrets_said;		/* which /secret lines stand in this case, bit by bit */
	char mech[24];			/* of the AUTH going on */
	unsigned responses;
	uint64_t body_octets;
	struct buf chunks;		/* of a message that goes by BDAT, what no chunk has had */
	uint64_t took_us;		/* the longest of the replies since something was sent */
};

/* "C: "; "S2\: " */
void transcript_mark(struct transcript *, char who, const struct event *, const char *raw);
/* what was written so far goes out: a message may be more than there is room for */
void transcript_flush(struct transcript *);

/* transcript_sent.c: EVENT_SENT. */
void transcript_sent(struct transcript *, const struct event *);

#endif
