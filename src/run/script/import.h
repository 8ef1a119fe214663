/*
 * Another tool's log becomes a script. A pure function of octets: lines are cleaned, told apart by
 * the marks of the dialect, and written as C: and S: lines. What a log does not show is marked with
 * a comment and never made up; what is secret in it is replaced by the function that makes it again
 * (/var user, /secret password).
 */
#ifndef RUN_SCRIPT_IMPORT_H
#define RUN_SCRIPT_IMPORT_H

#include "base/buf.h"
#include "base/err.h"

enum { IMPORT_LOG_MAX = 16 << 20, IMPORT_OUT_MAX = 64 << 20, IMPORT_LINE_MAX = 64 << 10 };

enum import_side { IMPORT_CLIENT, IMPORT_SERVER };

/*
 * How the lines of one side begin: at the line's start, or behind whatever stands before (a date, a
 * process).
 */
struct import_mark {
	enum import_side side;
	const char *text;
	bool inside;
};

struct import;
struct import_dialect {
	const char *name, *help;
	struct import_mark mark[10];		/* ends in a NULL text */
	/* a line that begins so gives it away; NULL: its marks do */
	const char *sign;
	/* a screen was captured: both sides bare, told apart by what they say */
	bool terminal;
	bool hides_text;			/* the message's text is not shown */
	bool hides_dot;				/* or it is, without its dot */
	/* of either end: who speaks in codes is the server */
	bool symmetric;
	bool indented;				/* blanks may stand before its marks */
	bool bare_server;			/* the server's lines have no mark */
	bool names_peer;			/* "host[address]: " stands behind a mark */
	/* One cleaned line; false: as its marks say. NULL: always as its marks say. */
	bool (*line)(struct import *, struct span);
};
extern const struct import_dialect import_dialects[];	/* ends in a NULL name */

const struct import_dialect *import_dialect(struct span name);	/* NULL: there is none */
const struct import_dialect *import_recognise(struct span log);	/* NULL: it looks like none */

/*
 * Appends the script of `log` to *out. False with err (ERR_USAGE) when there is no dialogue in it.
 */
bool import_log(const struct import_dialect *, struct span log, struct buf *out, struct err *);

#endif
