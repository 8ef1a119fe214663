/*
 * Converts another tool's log to a script. A pure function of octets: lines are cleaned, told
 * apart by the marks of the dialect, and written as C: and S: lines. What a log does not show is
 * marked with a comment and never made up; a secret in it is replaced by the function that makes
 * it again (/var user, /secret password).
 */
#ifndef RUN_SCRIPT_IMPORT_H
#define RUN_SCRIPT_IMPORT_H

#include "base/buf.h"
#include "base/err.h"

enum { IMPORT_LOG_MAX = 16 << 20, IMPORT_OUT_MAX = 64 << 20, IMPORT_LINE_MAX = 64 << 10 };

enum import_side { IMPORT_CLIENT, IMPORT_SERVER };

/*
 * How the lines of one side are marked: at the start of the line, or (inside) after anything such
 * as a date or a process.
 */
struct import_mark {
	enum import_side side;
	const char *text;
	bool inside;
};

struct import;
struct import_dialect {
	const char *name, *help;
	struct import_mark mark[10];		/* ends with a NULL text */
	/* a line that begins with this identifies the dialect; NULL: its marks do */
	const char *sign;
	/* a captured screen: neither side is marked; they are told apart by their content */
	bool terminal;
	bool hides_text;			/* it does not show the message's text */
	bool hides_dot;				/* it shows the text, but not the final dot */
	/* a log of either end: the side with reply codes is the server */
	bool symmetric;
	bool indented;				/* spaces may precede its marks */
	bool bare_server;			/* the server's lines have no mark */
	bool names_peer;			/* "host[address]: " follows a mark */
	/* Handles one cleaned line; false: handle it by its marks. NULL: always by its marks. */
	bool (*line)(struct import *, struct span);
};
extern const struct import_dialect import_dialects[];	/* ends with a NULL name */

const struct import_dialect *import_dialect(struct span name);	/* NULL: no such dialect */
const struct import_dialect *import_recognise(struct span log);	/* NULL: none recognised */

/*
 * Appends the script to *out. False with err (ERR_USAGE) when the log has no dialogue of this
 * dialect.
 */
bool import_log(const struct import_dialect *, struct span log, struct buf *out, struct err *);

#endif
