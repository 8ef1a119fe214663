/*
 * The editor itself, private to edit.c, draw.c, keys.c and terminal.c, which together are one state
 * machine for the line being edited. edit.c starts and ends it and connects it to libedit; keys.c
 * has what keys do to the line; draw.c shows and hides it; terminal.c has the terminal modes, the
 * signals, and input without libedit (a secret, a dumb terminal). Any key may involve all of them.
 */
#ifndef UI_EDIT_EDIT_IMPL_H
#define UI_EDIT_EDIT_IMPL_H

#include <termios.h>
#include <wchar.h>

#include "ui/edit/edit.h"
#include "ui/edit/libedit.h"

enum { EDIT_LINE_MAX = 1 << 16, EDIT_PASTE_MAX = 4 << 20, EDIT_PROMPT_MAX = 512 };

enum wake { WAKE_NONE, WAKE_KEY, WAKE_INTERRUPT, WAKE_STOP, WAKE_END, WAKE_SECRET, WAKE_KILL };

struct edit {
	struct edit_opts opts;
	struct edit_view view;
	void *ctx;
	struct loop *loop;
	FILE *out;
	struct termios original;
	int fd;				/* of the terminal */
	/* bytes read from it so far, and at edit_mark */
	size_t octets, mark;
	struct loop_watch *keys;
	struct loop_signal *signals[7];
	size_t nsignals;
	enum wake wake;
	int signal;
	bool reading, hidden, stop;

	const struct libedit *lib;
	struct libedit_editor *el;	/* NULL: plain lines */
	wchar_t prompt_wide[EDIT_PROMPT_MAX];
	unsigned columns;		/* as libedit knows them */
	unsigned prompt_width, status_width, hint_width;
	bool status_off;		/* the line is finished: the status above it is removed */

	struct buf line;		/* the last result of edit_read */
	struct buf plain;		/* plain lines: input not used yet */
	/*
	 * Up and Down: the position in the history (0: none), what a line must begin with to be
	 * found, and the line that was put in place. When the current line differs from that one,
	 * the search starts anew. Both are wide characters with a NUL.
	 */
	unsigned depth;
	struct buf beginning, recalled;
	struct buf stash;		/* to be inserted when the next line is read */
	struct buf secret;		/* typed without echo */
	enum edit_secret unseen;
	bool escaped;			/* after ^] */
	struct buf paste;		/* several lines, waiting for Enter */
	bool pasted, firing;		/* pasted lines wait for Enter; they are being returned */
	bool gave_pasted;		/* the last line returned was one of these */
	bool line_was_there, dropped;	/* at the last ^C */
	unsigned keys_taken;		/* keys handled since the loop last ran */
	/* while typing without echo: position in an escape sequence */
	int sequence;
};

/* draw.c */
unsigned edit_columns(const struct edit *);
unsigned edit_rows(const struct edit *);
/* Prints as much of the text as fits into `room` columns. */
void edit_put_dim(struct edit *, struct span, unsigned room);
void edit_hint_show(struct edit *);
void edit_hint_hide(struct edit *);
/* Moves the cursor to the end of the line and removes the status. */
void edit_to_end(struct edit *);
wchar_t *edit_give_prompt(void *edit);

/* keys.c */
enum libedit_after edit_on_complete(void *edit);
enum libedit_after edit_on_escape(void *edit);
enum libedit_after edit_on_paste(void *edit);
enum libedit_after edit_on_take(void *edit);
enum libedit_after edit_on_older(void *edit);
enum libedit_after edit_on_newer(void *edit);
/* Replaces the line without redrawing it. */
void edit_set_line(struct edit *, struct span);
void edit_wide_to_utf8(struct buf *, const wchar_t *, size_t n);
void edit_line_text(const struct edit *, struct buf *);	/* the whole line */

/* terminal.c: typing without echo */
void edit_secret_begin(struct edit *, enum edit_secret);
void edit_secret_end(struct edit *, bool give_up);
bool edit_secret_key(struct edit *, char octet);	/* true: the line is complete */

/* terminal.c: plain lines */
enum edit_result edit_plain_read(struct edit *, struct span *line);
void edit_plain_echo(struct edit *, bool on);

/* terminal.c */
void edit_terminal_open(struct edit *);			/* opens a descriptor of its own */
void edit_terminal_close(struct edit *);		/* restores the modes; frees the signals */
void edit_watch_signals(struct edit *);

/* keys.c: input before libedit sees it */
void edit_watch_keys(struct edit *);
/*
 * Returns 1 with a character. Returns 0 at the end of input and -1 for anything else; ->wake then
 * tells why.
 */
int edit_read_key(void *edit, wchar_t *out);
void edit_follow(struct edit *);			/* applies the view's current ->secret */
void edit_wait(struct edit *);				/* until ->wake is set, or ->stop */

#endif
