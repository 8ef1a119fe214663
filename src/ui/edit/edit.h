/*
 * One line at a time from a person at a terminal (libedit), while the loop runs: replies appear
 * above the line, which stays. A terminal that cannot move its cursor (TERM=dumb) gets plain lines,
 * without editing.
 */
#ifndef UI_EDIT_EDIT_H
#define UI_EDIT_EDIT_H

#include <stdio.h>

#include "base/buf.h"
#include "net/loop.h"

struct edit;

/*
 * A piece of the prompt. The list ends in a NULL text; the last piece is not empty and has no
 * colour.
 */
struct edit_piece {
	const char *text;	/* printable UTF-8 */
	const char *sgr;	/* "36"; NULL: as it is */
};

enum edit_secret {
	EDIT_SHOWN,
	/* what is typed is not shown; what stands there half-typed is its beginning */
	EDIT_SECRET_LINE,
	/* the same to a question: what stands there half-typed comes back afterwards */
	EDIT_SECRET_ANSWER,
};

#define EDIT_PLAIN_TAB	((size_t)-1)

/*
 * What the editor asks of the one it works for, whenever it draws or waits. What is given lives
 * until the next call.
 */
struct edit_view {
	const struct edit_piece *(*prompt)(void *ctx);
	/* stands above the prompt; NULL: nothing */
	const char *(*status)(void *ctx);
	/* dim, behind a line that is typed at its end; or empty */
	struct span (*hint)(void *ctx, struct span line);
	/*
	 * What could stand at the end of `line`, each ended by LF, into `out`; how many octets of
	 * `line` they replace. EDIT_PLAIN_TAB: nothing is completed here, Tab is a character.
	 */
	size_t (*complete)(void *ctx, struct span line, struct buf *out);
	enum edit_secret (*secret)(void *ctx);
};

struct edit_opts {
	bool color;		/* also: hints */
	bool plain;		/* no libedit: the terminal cannot move its cursor */
};

enum edit_result {
	EDIT_LINE,
	/* a line that was typed without being shown; forget it (edit_forget) once used */
	EDIT_SECRET,
	EDIT_COMMAND,		/* a line typed behind ^]: for smtpsh, whatever the mode */
	EDIT_END,		/* ^D on an empty line, or the terminal is gone */
	/* ^C; edit_dropped tells whether that dropped something half-typed */
	EDIT_INTERRUPT,
	EDIT_STOPPED,		/* edit_stop was called */
	EDIT_KILLED,		/* by the signal edit_signal */
};

struct edit *edit_new(
    struct loop *, FILE *out, const struct edit_opts *, const struct edit_view *, void *ctx);
void edit_free(struct edit *);				/* the terminal is as it was */

/*
 * Runs the loop until there is a line (UTF-8, without its end, alive until the next call). The
 * prompt is not there before edit_show or the first key. A paste of several lines is given line
 * after line, and edit_more is true meanwhile.
 */
enum edit_result edit_read(struct edit *, struct span *line);
/* Runs the loop without a prompt, until edit_stop, ^C or a signal that kills. */
enum edit_result edit_run(struct edit *);
bool edit_dropped(const struct edit *);
/*
 * Something was shown that the person did not know when they typed what waits in the terminal now.
 * edit_before_mark tells, of the line that edit_read gave last, whether it was typed before.
 */
void edit_mark(struct edit *);
bool edit_before_mark(const struct edit *);
bool edit_more(const struct edit *);
void edit_forget(struct edit *);			/* wipes what was typed unseen */
int edit_signal(const struct edit *);
/* from within the loop: edit_read returns */
void edit_stop(struct edit *);

/*
 * The prompt and the half-typed line go away, or come back. From within the loop; harmless when
 * there is none.
 */
void edit_hide(struct edit *);
void edit_show(struct edit *);
bool edit_line_is_empty(const struct edit *);
/* into the line, now or when the next one is read */
void edit_insert(struct edit *, struct span text);

/* The terminal belongs to another program (an editor), then to us again. */
void edit_lend(struct edit *);
void edit_take_back(struct edit *);

void edit_remember(struct edit *, struct span line);	/* for the arrow keys and ^R */

#endif
