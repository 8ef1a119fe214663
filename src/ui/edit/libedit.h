/*
 * Line editing by libedit: emacs and vi keys, history, ^R, ~/.editrc. A shared module
 * (base/module.h), since only a prompt needs it: libedit() gets it. What a key does beyond editing,
 * ui/edit*.c does, by the calls given to open. Lines are wide characters of the locale; libedit's
 * own memory holds them until the next call.
 */
#ifndef UI_EDIT_LIBEDIT_H
#define UI_EDIT_LIBEDIT_H

#include <stdio.h>
#include <wchar.h>

#include "base/module.h"

struct libedit_line { const wchar_t *at, *cursor, *end; };

/* a key that was taken */
enum libedit_after { LIBEDIT_AS_DRAWN, LIBEDIT_REFRESH, LIBEDIT_BEEP };

/* What the editor asks of its owner. */
struct libedit_calls {
	/* 1: a key; 0: the end; -1: the reading ends without a line */
	int (*key)(void *ctx, wchar_t *out);
	wchar_t *(*prompt)(void *ctx);			/* with "\1" around what has no width */
	enum libedit_after (*complete)(void *ctx);	/* Tab */
	enum libedit_after (*escape)(void *ctx);	/* ^] */
	/* ESC [200~, which a terminal sends before what is pasted */
	enum libedit_after (*paste)(void *ctx);
};

struct libedit_editor;

struct libedit {
	/*
	 * From the standard input, the keys bound, ~/.editrc read. The calls outlive it. NULL: this
	 * terminal cannot.
	 */
	struct libedit_editor *(*open)(FILE *out, const struct libedit_calls *, void *ctx);
	void (*close)(struct libedit_editor *);			/* the terminal as it was at open */
	/* by ~/.editrc: a paste is then not marked */
	bool (*is_vi)(struct libedit_editor *);
	/* a line with its end; NULL or 0: none */
	const wchar_t *(*get)(struct libedit_editor *, int *n);
	int (*get_key)(struct libedit_editor *, wchar_t *);	/* from within a call; as `key` */
	struct libedit_line (*line)(struct libedit_editor *);
	/* at the cursor; false: it is too long */
	bool (*insert)(struct libedit_editor *, const wchar_t *);
	void (*erase)(struct libedit_editor *, size_t n);	/* characters before the cursor */
	void (*to_end)(struct libedit_editor *);		/* the cursor; not drawn */
	void (*draw)(struct libedit_editor *);			/* the prompt and the line, anew */
	void (*resize)(struct libedit_editor *);		/* the terminal has another size */
	/* the terminal's modes: for editing, or for others */
	void (*prepare)(struct libedit_editor *, bool);
	/* in its history of 1,000, once each */
	void (*remember)(struct libedit_editor *, const wchar_t *);
};
extern const struct libedit module_libedit MODULE_EXPORT;

static inline const struct libedit *
libedit(struct err *err)
{
	return module_open(MODULE_LIBEDIT, MODULE_LINKED_LIBEDIT, err);
}

#endif
