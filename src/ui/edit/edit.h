/*
 * Reads lines from a terminal (libedit) while the loop runs: replies appear above the line being
 * edited, which stays in place. A terminal that cannot move its cursor (TERM=dumb) gets plain lines
 * without editing.
 */
#ifndef UI_EDIT_EDIT_H
#define UI_EDIT_EDIT_H

#include <stdio.h>

#include "base/buf.h"
#include "net/loop.h"

struct edit;

/*
 * A piece of the prompt. The list ends with a NULL text; the last piece must not be empty and has
 * no color.
 */
struct edit_piece {
	const char *text;	/* printable UTF-8 */
	const char *sgr;	/* "36"; NULL: none */
};

enum edit_secret {
	EDIT_SHOWN,
	/* no echo; a half-typed line becomes the beginning of the secret */
	EDIT_SECRET_LINE,
	/* no echo, for the answer to a question; a half-typed line is restored afterwards */
	EDIT_SECRET_ANSWER,
};

#define EDIT_PLAIN_TAB	((size_t)-1)

/*
 * Called by the editor whenever it draws or waits. What is returned must live until the next call.
 */
struct edit_view {
	const struct edit_piece *(*prompt)(void *ctx);
	/* the line above the prompt; NULL: none */
	const char *(*status)(void *ctx);
	/* shown dim after the line while the cursor is at its end; may be empty */
	struct span (*hint)(void *ctx, struct span line);
	/*
	 * when the hint is empty: the rest of an earlier line that begins with this one, shown the
	 * same way and accepted with Right; may be empty
	 */
	struct span (*ghost)(void *ctx, struct span line);
	/*
	 * Appends the possible completions of `line` to `out`, each ended by LF, and returns how
	 * many bytes at the end of the line they replace. A completion may be followed by a tab and
	 * its description. EDIT_PLAIN_TAB: no completion here, Tab inserts a character.
	 */
	size_t (*complete)(void *ctx, struct span line, struct buf *out);
	enum edit_secret (*secret)(void *ctx);
};

struct edit_opts {
	/* SGR parameters for hints and the status; "": no hints, and pieces have no color */
	const char *dim;
	bool plain;		/* no libedit: the terminal cannot move its cursor */
};

enum edit_result {
	EDIT_LINE,
	/* a line typed without echo; must be wiped with edit_forget after use */
	EDIT_SECRET,
	EDIT_COMMAND,		/* a line typed after ^], which is for smtpsh in any mode */
	EDIT_END,		/* ^D on an empty line, or the terminal is gone */
	/* ^C; edit_dropped tells whether it discarded a half-typed line */
	EDIT_INTERRUPT,
	EDIT_STOPPED,		/* edit_stop was called */
	EDIT_KILLED,		/* by the signal that edit_signal returns */
};

struct edit *edit_new(
    struct loop *, FILE *out, const struct edit_opts *, const struct edit_view *, void *ctx);
void edit_free(struct edit *);				/* restores the terminal */

/*
 * Runs the loop until there is a line: UTF-8, without its line ending, valid until the next call.
 * The prompt appears with edit_show or with the first key. A paste of several lines is returned
 * line by line, while edit_more is true.
 */
enum edit_result edit_read(struct edit *, struct span *line);
/* Runs the loop without a prompt until edit_stop, ^C or a fatal signal. */
enum edit_result edit_run(struct edit *);
bool edit_dropped(const struct edit *);
/*
 * Notes that something was shown that the user cannot have seen when typing the input that is
 * pending in the terminal now. edit_before_mark tells whether the last line of edit_read was typed
 * before that.
 */
void edit_mark(struct edit *);
bool edit_before_mark(const struct edit *);
bool edit_more(const struct edit *);
/* whether the last line of edit_read was pasted together with others */
bool edit_is_pasted(const struct edit *);
void edit_forget(struct edit *);			/* wipes what was typed without echo */
int edit_signal(const struct edit *);
/* Makes edit_read return; called from within the loop. */
void edit_stop(struct edit *);

/*
 * Hides, or shows again, the prompt and the half-typed line. Called from within the loop; does
 * nothing when there is no prompt.
 */
void edit_hide(struct edit *);
void edit_show(struct edit *);
bool edit_line_is_empty(const struct edit *);
/* Inserts text into the line, now or when the next one is read. */
void edit_insert(struct edit *, struct span text);

/* Gives the terminal to another program, such as an editor, and takes it back. */
void edit_lend(struct edit *);
void edit_take_back(struct edit *);

void edit_remember(struct edit *, struct span line);	/* for the arrow keys and ^R */

#endif
