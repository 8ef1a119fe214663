/*
 * Everything a person sees goes through one screen: one FILE, one idea of colour and width. A
 * prompt that stands on it is hidden before the first line of a wake-up is printed (`hide`) and
 * shown again when all is printed.
 */
#ifndef UI_SHOW_SCREEN_H
#define UI_SHOW_SCREEN_H

#include <stdio.h>

#include "base/arena.h"
#include "run/session/event.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };
enum marks { MARKS_SWAKS, MARKS_RFC, MARKS_NONE };

/* How the person wants it to look. */
struct look {
	enum when color;
	enum marks marks;
	bool time;			/* a time stamp before each line */
	int verbose;			/* -q is -1 */
	/* what is rejected or fails is explained: -1 always, 0 on a terminal or with -v, 1 never */
	int no_explain;
};

enum ink { INK_PLAIN, INK_DIM, INK_BOLD, INK_GOOD, INK_WARN, INK_BAD, INK_SENT };

struct screen {
	FILE *out;
	bool terminal, color;
	bool able;			/* a terminal that can move its cursor */
	bool numbered;			/* several sessions: what is one's says whose it is */
	/* a typed line is shown when it goes: it was typed long before */
	bool echo;
	enum marks marks;
	bool time;
	int verbose;
	unsigned columns;		/* 0: as the terminal says */
	bool onlooker;			/* nobody types: what only a prompt takes is no advice */
	/* the meaning of a 4yz or 5yz stands under it, the first time */
	bool explain;
	struct { const void *what; unsigned which; } told[64];	/* what was explained: the latest */
	size_t ntold;
	char attempt[200];		/* why an address was not reached, shown last */
	struct arena arena;		/* of what is being printed; reset by the printer */
	void (*hide)(void *ctx);	/* NULL: there is no prompt */
	void *hide_ctx;
};

void screen_init(struct screen *, FILE *out, const struct look *);
/* again, after /set: all but `out` */
void screen_settings(struct screen *, const struct look *);
void screen_release(struct screen *);
unsigned screen_columns(const struct screen *);		/* 80 when it is no terminal */

/*
 * Is something to be explained? It is known by the row of a table it stands in and a number beside.
 * NEVER: nothing is; AGAIN: it was.
 */
enum telling { TELL_NEVER, TELL_FIRST, TELL_AGAIN };
enum telling screen_telling(struct screen *, const void *what, unsigned which);

/* Printed as they are: for our own words. */
void screen_print(struct screen *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void screen_ink(struct screen *, enum ink);
/* Octets of a peer or a person, made safe. */
void screen_put(struct screen *, struct span);

/* One event, as a person reads it. */
void show_event(struct screen *, const struct event *);

#endif
