/*
 * board - the addresses of a run as a table: one row each, worst first, and notes beneath on what
 * is wrong, one for each reason. A board may be used for many rounds: it then keeps the times of
 * each row in the last rounds, and what changed in a round.
 *
 *	STATE  TARGET                TIME  TLS   CERT  PHASES / REASON
 *	CRIT   mx3.example.net:25   3.0 s  -     -     greeting: timed out (1)
 *	OK     mx4.example.org:465  22 ms  1.3   41 d  [cccceeeestttt]
 */
#ifndef UI_REPORT_BOARD_H
#define UI_REPORT_BOARD_H

#include <limits.h>
#include <time.h>

#include "run/diagnosis/cause.h"
#include "run/probe/fleet.h"
#include "ui/show/screen.h"

enum { BOARD_LAST = 20, BOARD_BAR = 13, BOARD_TLS = 8, BOARD_CHAINS = 1024 };

/* How each state is shown, by enum health. */
extern const struct board_state { const char *word; enum ink ink; } board_states[];

/* What is wrong, shared by all rows of which it is true. */
struct board_reason {
	struct board_reason *next;	/* next in the hash chain */
	enum cause cause;		/* CAUSE_NONE: reasons are told apart by `text` */
	struct span text;		/* "tls: the certificate is self-signed" */
	struct span advice;		/* what to do; may be empty */
	bool mixed;			/* rows differ: `text` and `advice` are the cause's */
	/* set by board_sort: number of rows, of their targets; number of the last target counted */
	size_t rows, targets, number;
	unsigned note;			/* number of its note beneath the table; 0: none */
};

struct board_row {
	struct board_row *next;		/* next in the hash chain */
	char *place;			/* "mx1.example.org[192.0.2.1]:25", safe to show */
	size_t number;			/* of the target; orders rows of equal state */
	enum health state;
	uint32_t us;			/* duration; 0: not begun */
	short days;			/* certificate's; -1: expired; BOARD_NO_DAYS: unknown */
	bool verified;
	char tls[BOARD_TLS];		/* "1.3"; empty: no TLS */
	char bar[BOARD_BAR + 1];
	struct board_reason *reason;	/* NULL: nothing is wrong */
	struct span text;		/* the reason in the words of this row */
	unsigned more;			/* number of other checks that did not pass */
	/* for boards of several rounds */
	bool seen, changed;		/* reported in this round; with another state than before */
	enum health before;
	time_t when, until;		/* start of this state; of the previous one */
	/* durations in the last rounds, oldest first; BOARD_FAILED: it was CRITICAL or UNKNOWN */
	uint32_t *last;			/* NULL: a board of one round */
	unsigned nlast;
};

#define BOARD_FAILED	UINT32_MAX
#define BOARD_NO_DAYS	SHRT_MIN

struct board {
	struct board_row **row;
	size_t n, cap;
	size_t nleft_out;		/* OK rows for which there was no room */
	/* beyond this number only rows that are not OK are kept; 0: unlimited */
	size_t rows_most;
	size_t nchanged;		/* rows whose state changed in this round */
	bool rounds;			/* used for several rounds */
	/* for the reasons of this round and of the previous one, which some rows still refer to */
	struct arena arena, older;
	struct board_reason *reason[BOARD_CHAINS];	/* of this round; a hash table */
	struct board_row *place[BOARD_CHAINS];		/* a hash table; only with `rounds` */
};

/* An empty board is {0}, with `rounds` and `rows_most` set. */
void board_release(struct board *);

/* Starts a round; rows that are not added again until board_end_round are removed by it. */
void board_begin_round(struct board *);
/* Adds the result of an address; replaces that of an earlier round. */
void board_add(struct board *, const struct fleet_report *);
/* Ends a round: rows that were not reported in it are removed. */
void board_end_round(struct board *);

struct board_look {
	unsigned columns, lines;	/* lines: draw at most this many; 0: unlimited */
	bool only_bad;			/* leave out OK rows */
	bool utf8;			/* the terminal displays UTF-8 */
	const char *line_end;		/* "\n", or a clearing sequence and "\n" */
};

/* Sorts the rows, worst first, and counts the rows of each reason. */
void board_sort(struct board *);
/* Writes "4 targets", "2 addresses" or "3 addresses of 2 targets" to out. */
enum { BOARD_COUNT = 80 };
void board_count(const struct board_reason *, char out[BOARD_COUNT]);
/* Sorts the rows and draws heading, rows and notes. */
void board_draw(struct board *, struct screen *, const struct board_look *);
/* Prints " 9 targets   1 ok  3 warn  5 crit  " in colors, no line ending. Returns its width. */
unsigned board_draw_counts(struct screen *, const struct fleet_summary *);

/* Returns whether the user's locale uses UTF-8. */
bool board_utf8(void);

#endif
