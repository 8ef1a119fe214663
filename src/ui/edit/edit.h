/*
 * Reads one line at a time from a terminal (libedit) while the loop runs: replies appear above
 * the line, which stays. A terminal that cannot move its cursor (TERM=dumb) gets plain lines,
 * without editing.
 */
#ifndef UI_EDIT_EDIT_H
#define UI_EDIT_EDIT_H

#include <stdio.h>

#include "base/buf.h"
#include "net/loop.h"

struct edit;

/*
 * A piece of the prompt. The list ends with a NULL text; the last piece is not empty and has no
 * colour.
 */
struct edit_piece {
	const char *text;	/* printable UTF-8 */
	const char *sgr;	/* "36"; NULL: none */
};

enum edit_secret {
	EDIT_SHOWN,
	/* no echo; a half-typed line is its beginning */
	EDIT_SECRET_LINE,
	/* no echo, for an answer to a question: a half-typed line is restored afterwards */
	EDIT_SECRET_ANSWER,
};

#define EDIT_PLAIN_TAB	((size_t)-1)

/*
 * What the editor asks its owner whenever it draws or waits. What is returned must live until the
 * next call.
 */
struct edit_view {
	const struct edit_piece *(*prompt)(void *ctx);
	/* the line above the prompt; NULL: none */
	const char *(*status)(void *ctx);
	/* shown dim after a line whose cursor is at its end; may be empty */
	struct span (*hint)(void *ctx, struct span line);
	/*
	 * where the hint is empty: the rest of an earlier line that begins so, shown likewise and
	 * taken by Right; may be empty
	 */
	struct span (*ghost)(void *ctx, struct span line);
	/*
	 * Adds the possible completions of `line`, each ended by LF, to `out` and returns how
	 * many octets at its end they replace. A tab may follow the text, and then what it means.
	 * EDIT_PLAIN_TAB: nothing is completed here, Tab is a character.
	 */
	size_t (*complete)(void *ctx, struct span line, struct buf *out);
	enum edit_secret (*secret)(void *ctx);
};

struct edit_opts {
	/* SGR parameters of hints and of the status; "": no hints, and pieces have no colour */
	const char *dim;
	bool plain;		/* no libedit: the terminal cannot move its cursor */
};

enum edit_result {
	EDIT_LINE,
	/* a line typed without echo; to be wiped by edit_forget once used */
	EDIT_SECRET,
	EDIT_COMMAND,		/* a line typed after ^]: for smtpsh in any mode */
	EDIT_END,		/* ^D on an empty line, or the terminal is gone */
	/* ^C; edit_dropped tells whether it dropped a half-typed line */
	EDIT_INTERRUPT,
	EDIT_STOPPED,		/* edit_stop was called */
	EDIT_KILLED,		/* by the signal edit_signal */
};

struct edit *edit_new(
    struct loop *, FILE *out, const struct edit_opts *, const struct edit_view *, void *ctx);
void edit_free(struct edit *);				/* restores the terminal */

/*
 * Runs the loop until there is a line (UTF-8, without its line ending, alive until the next
 * call). The prompt appears with edit_show or the first key. A paste of several lines is given
 * line after line, while edit_more is true.
 */
enum edit_result edit_read(struct edit *, struct span *line);
/* Runs the loop without a prompt, until edit_stop, ^C or a fatal signal. */
enum edit_result edit_run(struct edit *);
bool edit_dropped(const struct edit *);
/*
 * Marks that something was shown which the user did not know when typing what is pending in the
 * terminal now. edit_before_mark tells whether the last line of edit_read was typed before that.
 */
void edit_mark(struct edit *);
bool edit_before_mark(const struct edit *);
bool edit_more(const struct edit *);
/* whether the last line of edit_read is one of several that were pasted */
bool edit_is_pasted(const struct edit *);
void edit_forget(struct edit *);			/* wipes what was typed without echo */
int edit_signal(const struct edit *);
/* Called within the loop: makes edit_read return. */
void edit_stop(struct edit *);

/*
 * Hides, or shows again, the prompt and the half-typed line. Within the loop; harmless when there
 * is none.
 */
void edit_hide(struct edit *);
void edit_show(struct edit *);
bool edit_line_is_empty(const struct edit *);
/* Inserts into the line, now or when the next one is read. */
void edit_insert(struct edit *, struct span text);

/* Gives the terminal to another program (an editor), and takes it back. */
void edit_lend(struct edit *);
void edit_take_back(struct edit *);

void edit_remember(struct edit *, struct span line);	/* for the arrow keys and ^R */

#endif
