/*
 * Line editing with libedit: emacs and vi keys, history, ^R, ~/.editrc. It is a shared module
 * (base/module.h), loaded by libedit(), because only a prompt needs it. What keys do beyond editing
 * is in the other files of ui/edit, in the calls given to open. Lines are wide characters of the
 * locale, in libedit's memory, and valid until the next call.
 */
#ifndef UI_EDIT_LIBEDIT_H
#define UI_EDIT_LIBEDIT_H

#include <stdio.h>
#include <wchar.h>

#include "base/module.h"

struct libedit_line { const wchar_t *at, *cursor, *end; };

/* what libedit does after a key was handled */
enum libedit_after {
	LIBEDIT_AS_DRAWN,
	LIBEDIT_REFRESH,
	LIBEDIT_BEEP,
	LIBEDIT_FORWARD,		/* the cursor moves forward by one character */
};

/* What libedit calls. */
struct libedit_calls {
	/* 1: a key; 0: end of input; -1: stop reading, without a line */
	int (*key)(void *ctx, wchar_t *out);
	wchar_t *(*prompt)(void *ctx);			/* with "\1" around what has no width */
	enum libedit_after (*complete)(void *ctx);	/* Tab */
	enum libedit_after (*escape)(void *ctx);	/* ^] */
	enum libedit_after (*take)(void *ctx);		/* Right */
	enum libedit_after (*older)(void *ctx);		/* Up */
	enum libedit_after (*newer)(void *ctx);		/* Down */
	/* ESC [200~, which a terminal sends before pasted text */
	enum libedit_after (*paste)(void *ctx);
};

struct libedit_editor;

struct libedit {
	/*
	 * Opens an editor on standard input, binds the keys and reads ~/.editrc. The calls must
	 * outlive it. Returns NULL when the terminal is not usable.
	 */
	struct libedit_editor *(*open)(FILE *out, const struct libedit_calls *, void *ctx);
	void (*close)(struct libedit_editor *);			/* restores the terminal */
	/* ~/.editrc selects vi keys: pastes are then not recognized */
	bool (*is_vi)(struct libedit_editor *);
	/* returns a line with its line ending; NULL or *n = 0: none */
	const wchar_t *(*get)(struct libedit_editor *, int *n);
	/* from within a call; returns the same as `key` */
	int (*get_key)(struct libedit_editor *, wchar_t *);
	struct libedit_line (*line)(struct libedit_editor *);
	/* at the cursor; false: it does not fit */
	bool (*insert)(struct libedit_editor *, const wchar_t *);
	void (*erase)(struct libedit_editor *, size_t n);	/* characters before the cursor */
	void (*to_end)(struct libedit_editor *);		/* moves the cursor; not redrawn */
	/* redraws the prompt and the line */
	void (*draw)(struct libedit_editor *);
	/* the size of the terminal has changed */
	void (*resize)(struct libedit_editor *);
	/* sets the terminal's modes: true for editing, false for other programs */
	void (*prepare)(struct libedit_editor *, bool);
	/* adds to its history of 1,000 distinct lines */
	void (*remember)(struct libedit_editor *, const wchar_t *);
	/*
	 * Returns the next line in its history that begins with `beginning` and is not `now`: older
	 * than the *depth-th newest with `back`, else newer. Sets *depth to its position. NULL:
	 * none.
	 */
	const wchar_t *(*recall)(struct libedit_editor *, bool back, unsigned *depth,
	    const wchar_t *beginning, const wchar_t *now);
};
extern const struct libedit module_libedit MODULE_EXPORT;

static inline const struct libedit *
libedit(struct err *err)
{
	return module_open(MODULE_LIBEDIT, MODULE_LINKED_LIBEDIT, err);
}

#endif
