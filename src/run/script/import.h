/*
 * Another tool's log becomes a script. A pure function of octets: what wraps the log is taken off
 * it, the marks of the two sides are learned (or are those of a known form), and the dialogue is
 * written as C: and S: lines. What a log does not show is marked with a comment and never made up;
 * what is secret in it is replaced by the function that makes it again (/var user, /secret
 * password). What contradicts SMTP is named.
 */
#ifndef RUN_SCRIPT_IMPORT_H
#define RUN_SCRIPT_IMPORT_H

#include "base/buf.h"
#include "base/err.h"

enum { IMPORT_LOG_MAX = 16 << 20, IMPORT_OUT_MAX = 64 << 20, IMPORT_LINE_MAX = 64 << 10 };

struct import_opts {
	const char *from; /* the form's name; NULL: it is found out */
	/* A line of the log that is not in the script, with its secrets starred; NULL: not wanted.
	 */
	void (*left_out)(void *ctx, struct span line);
	void *ctx;
};

struct import_result {
	struct buf head, body;	 /* the script, in two pieces */
	const char *form;	 /* what it was read as */
	char contradiction[200]; /* where the log contradicts SMTP; "": nowhere */
};

/* The n-th form that is known, from 0; NULL: no more. */
const char *import_form_name(unsigned n);

/*
 * Reads *log, which is released as soon as its lines are taken from it. False with err (ERR_USAGE):
 * there is no dialogue in it, or no such form; there is nothing to release then.
 */
bool import_log(const struct import_opts *, struct buf *log, struct import_result *, struct err *);
void import_result_release(struct import_result *);

#endif
