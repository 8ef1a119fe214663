/*
 * screen - everything the user sees goes through a screen: one FILE, one decision on color and
 * width. A prompt on it is hidden (`hide`) before the first line of a wake-up is printed and shown
 * again after the last.
 */
#ifndef UI_SHOW_SCREEN_H
#define UI_SHOW_SCREEN_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "run/session/event.h"
#include "ui/show/ink.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };
/* How EHLO's reply is shown on a terminal. AUTO: as a table when it is new to the user. */
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
	/* color, or a terminal with NO_COLOR: bold and dim are not colors */
	bool styled;
	bool able;			/* the terminal can move its cursor */
	bool prompt;			/* a user types "/" commands here */
	bool verdict_only;		/* `send`: -q hides the dialogue too */
	/* there are several sessions: lines show the session's number */
	bool numbered;
	/* show a typed line when it is sent: it was typed ahead */
	bool echo;
	enum marks marks;
	bool time;
	int verbose;
	enum ehlo_view ehlo;
	struct palette palette;		/* unset: palette_default */
	bool has_palette;
	unsigned columns;		/* 0: the terminal's */
	bool onlooker;			/* not at a prompt: do not suggest commands of the prompt */
	/* explain a 4xx or 5xx reply below it, the first time */
	bool explain;
	/* the latest explanations given */
	struct { const void *what; uint64_t which; } told[64];
	size_t ntold;
	char reason[300];		/* failure shown last; the problem after it omits it */
	unsigned attempts;		/* failed since the last connection or problem */
	/* what is remembered of each session, by number from 1 (ui/show/past.h) */
	struct screen_past *past[SCREEN_SESSIONS];
	struct arena arena;		/* for the event being printed; reset after it */
	void (*hide)(void *ctx);	/* NULL: no prompt */
	void *hide_ctx;
};

/* Initializes a screen on `out`, which stays the caller's. Free it with screen_release. */
void screen_init(struct screen *, FILE *out, const struct look *);
/* Applies changed settings, after /set. */
void screen_settings(struct screen *, const struct look *);
/*
 * Returns a screen that looks like another, on another stream and without its prompt. It needs
 * screen_release too.
 */
struct screen screen_like(const struct screen *, FILE *out, unsigned columns);
void screen_release(struct screen *);
/*
 * A screen's own state while its output is held back: it then prints to `to`, as wide as before,
 * and does not hide its prompt. `plain`: without color and bold. {0}: nothing is held back.
 */
struct screen_held {
	FILE *out;			/* the screen's own stream; NULL: nothing is held back */
	unsigned columns;
	bool color, styled;
	void (*hide)(void *ctx);
};
void screen_hold(struct screen *, FILE *to, bool plain, struct screen_held *);
void screen_let_go(struct screen *, struct screen_held *);	/* `to` is the caller's again */

unsigned screen_columns(const struct screen *);		/* 80 if not a terminal */
unsigned screen_lines(const struct screen *);		/* 24 if not a terminal */

/*
 * Returns whether to explain something, identified by a row in a table and a number, and remembers
 * it. NEVER: the screen explains nothing; AGAIN: it was explained before.
 */
enum telling { TELL_NEVER, TELL_FIRST, TELL_AGAIN };
enum telling screen_telling(struct screen *, const void *what, uint64_t which);

/* Prints the text as it is: for our own words only. */
void screen_print(struct screen *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Switches to an ink; INK_PLAIN resets. */
void screen_ink(struct screen *, enum ink);
/* Returns the SGR parameters of an ink on this screen; "": it looks like plain text. */
const char *screen_sgr(const struct screen *, enum ink);
/* Prints bytes of a peer or the user, made safe. */
void screen_put(struct screen *, struct span);

/* Prints one event. */
void show_event(struct screen *, const struct event *);

#endif
