/*
 * The addresses of a run as a table: worst first, each in one row, and what is wrong with several
 * of them told once beneath it. The same board can take many rounds: it then remembers the last
 * times of each row, and what changed in a round.
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

/* What is wrong, of every row of which it is true. */
struct board_reason {
	struct board_reason *next;	/* of its chain */
	enum cause cause;		/* CAUSE_NONE: `text` alone tells one from another */
	struct span text;		/* "tls: the certificate is self-signed" */
	struct span advice;		/* what to do; may be empty */
	bool mixed;			/* `text` and `advice` are of its cause, not of one row */
	/* set by board_sort: how many rows, of how many targets; of which one of these last */
	size_t rows, targets, number;
	unsigned note;			/* its number beneath the table; 0: it has none */
};

struct board_row {
	struct board_row *next;		/* of its chain */
	char *place;			/* "mx1.example.org[192.0.2.1]:25", safe to show */
	size_t number;			/* the order in which equal states are shown */
	enum health state;
	uint32_t us;			/* 0: it was not begun */
	short days;			/* of the certificate; -1: expired; NO_DAYS: not known */
	bool verified;
	char tls[BOARD_TLS];		/* "1.3"; empty: no TLS */
	char bar[BOARD_BAR + 1];
	struct board_reason *reason;	/* NULL: nothing is wrong */
	struct span text;		/* the reason, as it is of this row */
	unsigned more;			/* how many other checks did not pass */
	/* over several rounds */
	bool seen, changed;		/* it was reported in this round; with another state */
	enum health before;
	time_t when, until;		/* of this state; of the one before */
	/* the times of the last rounds, oldest first; BOARD_FAILED: it was CRITICAL or UNKNOWN */
	uint32_t *last;			/* NULL: a board of one round */
	unsigned nlast;
};

#define BOARD_FAILED	UINT32_MAX
#define BOARD_NO_DAYS	SHRT_MIN

struct board {
	struct board_row **row;
	size_t n, cap;
	size_t nleft_out;		/* rows that are OK and for which there was no room */
	/* more rows are kept only of what is not OK; 0: any number */
	size_t rows_most;
	size_t nchanged;		/* rows whose state changed in this round */
	bool rounds;			/* keep what several rounds need */
	/* of the reasons, of this round and of the one before, to which some rows still point */
	struct arena arena, older;
	struct board_reason *reason[BOARD_CHAINS];	/* of this round, by a hash */
	struct board_row *place[BOARD_CHAINS];		/* by a hash; only with `rounds` */
};

/* {0} with `rounds` and `rows_most` set is an empty board. */
void board_release(struct board *);

void board_begin_round(struct board *);
void board_add(struct board *, const struct fleet_report *);
/* Rows that were not reported in this round are dropped. */
void board_end_round(struct board *);

struct board_look {
	unsigned columns, lines;	/* lines: draw no more than these; 0: any number */
	bool only_bad;			/* leave out what is OK */
	bool utf8;			/* the terminal shows it */
	const char *line_end;		/* "\n", or what clears the rest of a line before it */
};

/* Sorts the rows, worst first, and counts those of each reason. */
void board_sort(struct board *);
/* "4 targets", "2 addresses", "3 addresses of 2 targets". */
enum { BOARD_COUNT = 80 };
void board_count(const struct board_reason *, char out[BOARD_COUNT]);
/* Sorts the rows, and draws the heading, the rows and the notes beneath. */
void board_draw(struct board *, struct screen *, const struct board_look *);
/* " 9 targets   1 ok  3 warn  5 crit  ", in their colours, without a line end; its columns. */
unsigned board_draw_counts(struct screen *, const struct fleet_summary *);

/* Whether the user's locale is UTF-8, so that its characters may be drawn. */
bool board_utf8(void);

#endif
