/*
 * How output is written: at once, a number of octets at a time, or split at given positions. {0}:
 * at once.
 */
#ifndef RUN_SESSION_PACE_H
#define RUN_SESSION_PACE_H

#include "run/session/step.h"

enum { PACE_SPLITS = 16 };

struct pace {
	unsigned octets;		/* octets per piece; 0: all */
	uint64_t every_ms;		/* between two pieces; 0: PACE_GAP_MS */
	/* positions to split at, from the first octet of the output, ascending */
	unsigned split[PACE_SPLITS];
	size_t nsplit;
};

#define PACE_SYNTAX	"slow=N/s | split=N,N | off"

bool pace_parse(struct pace *, struct cursor *, struct err *);		/* PACE_SYNTAX */
/* Parses "1/s", "10/500ms" or "off". */
bool pace_parse_rate(struct pace *, struct cursor *, struct err *);

void pace_show(const struct pace *, char *out, size_t size);		/* as PACE_SYNTAX */
bool pace_is_slow(const struct pace *);
/* Returns how many of the `left` octets to send next, after `at` were sent. */
size_t pace_piece(const struct pace *, size_t at, size_t left);
uint64_t pace_gap_ms(const struct pace *);

#endif
