/*
 * Everything the user sees goes through one screen: one FILE, one decision on colour and width. A
 * prompt on it is hidden before the first line of a wake-up is printed (`hide`) and shown again
 * when all is printed.
 */
#ifndef UI_SHOW_SCREEN_H
#define UI_SHOW_SCREEN_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "run/session/event.h"
#include "ui/show/ink.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };
/* How EHLO's reply is shown on a terminal; AUTO: as a table where that teaches. */
enum ehlo_view { EHLO_AUTO, EHLO_BLOCK, EHLO_TABLE };
enum marks { MARKS_SWAKS, MARKS_RFC, MARKS_NONE };

/* The user's settings. */
struct look {
	enum when color;
	enum marks marks;
	bool time;			/* a time stamp before each line */
	int verbose;			/* -q is -1, -qq is -2 */
	enum ehlo_view ehlo;
	/*
	 * whether rejections and failures are explained: -1 always, 0 on a terminal or with -v, 1
	 * never
	 */
	int no_explain;
};

struct screen_past;

enum { SCREEN_SESSIONS = 9 };

struct screen {
	FILE *out;
	bool terminal, color;
	/* color, or the terminal shows bold and dim, which are no colour (NO_COLOR) */
	bool styled;
	bool able;			/* the terminal can move its cursor */
	bool prompt;			/* somebody types "/" commands here */
	bool verdict_only;		/* -q leaves out the dialogue too: send */
	/* there are several sessions: lines have the session's number */
	bool numbered;
	/* show a typed line when it is sent, since it was typed ahead */
	bool echo;
	enum marks marks;
	bool time;
	int verbose;
	enum ehlo_view ehlo;
	struct palette palette;		/* unset: palette_default */
	bool has_palette;
	unsigned columns;		/* 0: the terminal's */
	bool onlooker;			/* nobody types: do not advise what only a prompt takes */
	/* explain a 4xx or 5xx below it, the first time */
	bool explain;
	/* what was explained, the latest only */
	struct { const void *what; uint64_t which; } told[64];
	size_t ntold;
	char reason[300];		/* in the problem shown last, which the next may repeat */
	unsigned attempts;		/* failed since a connection was last made or asked for */
	/* what is remembered of each session, from number 1 (ui/show/past.h) */
	struct screen_past *past[SCREEN_SESSIONS];
	struct arena arena;		/* for what is being printed; reset by the printer */
	void (*hide)(void *ctx);	/* NULL: no prompt */
	void *hide_ctx;
};

void screen_init(struct screen *, FILE *out, const struct look *);
/* applies changed settings, after /set: all but `out` */
void screen_settings(struct screen *, const struct look *);
/* A screen that looks like another, on another stream, without its prompt; to be released too. */
struct screen screen_like(const struct screen *, FILE *out, unsigned columns);
void screen_release(struct screen *);
/*
 * What a screen is while its output is held back: it prints to `to`, as wide as it was, and does
 * not hide its prompt; `plain`: without colour and bold. {0}: nothing is held back.
 */
struct screen_held {
	FILE *out;			/* the screen's own; NULL: nothing is held back */
	unsigned columns;
	bool color, styled;
	void (*hide)(void *ctx);
};
void screen_hold(struct screen *, FILE *to, bool plain, struct screen_held *);
void screen_let_go(struct screen *, struct screen_held *);	/* `to` is the caller's again */

unsigned screen_columns(const struct screen *);		/* 80 when it is not a terminal */
unsigned screen_lines(const struct screen *);		/* 24 when it is not a terminal */

/*
 * Whether something is to be explained, identified by its row in a table and a number. NEVER:
 * nothing is explained; AGAIN: it already was.
 */
enum telling { TELL_NEVER, TELL_FIRST, TELL_AGAIN };
enum telling screen_telling(struct screen *, const void *what, uint64_t which);

/* Prints as it is: for our own words. */
void screen_print(struct screen *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void screen_ink(struct screen *, enum ink);
/* The SGR parameters of an ink here; "" where it looks like plain text. */
const char *screen_sgr(const struct screen *, enum ink);
/* Prints octets of a peer or the user, made safe. */
void screen_put(struct screen *, struct span);

/* Prints one event. */
void show_event(struct screen *, const struct event *);

#endif
