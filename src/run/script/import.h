/*
 * Converts the log of another tool to a script. This is a pure function of octets: whatever wraps
 * the log is removed, the markers of the two sides are learned (or taken from a known format), and
 * the dialogue is written as C: and S: lines. What the log does not show is marked with a comment
 * and never made up. Secrets are replaced by the functions that build them again (/var user,
 * /secret password). Violations of SMTP are reported.
 */
#ifndef RUN_SCRIPT_IMPORT_H
#define RUN_SCRIPT_IMPORT_H

#include "base/buf.h"
#include "base/err.h"

enum { IMPORT_LOG_MAX = 16 << 20, IMPORT_OUT_MAX = 64 << 20, IMPORT_LINE_MAX = 64 << 10 };

struct import_opts {
	const char *from; /* name of the format; NULL: detect it */
	/*
	 * Is called for each line of the log that is not in the script, with secrets starred. NULL:
	 * not called.
	 */
	void (*left_out)(void *ctx, struct span line);
	void *ctx;
};

struct import_result {
	/* the script: its first lines (comments, /var and /secret), then the dialogue */
	struct buf head, body;
	const char *form;	 /* description of the format it was read as */
	char contradiction[200]; /* the first violation of SMTP in the log; "": none */
};

/* Returns the name of the n-th known format, from 0; NULL: no more. */
const char *import_form_name(unsigned n);

/*
 * Converts *log, which is released as soon as its lines have been copied. Returns false and sets
 * err (ERR_USAGE) when it has no dialogue or the format is unknown; *result then needs no release.
 */
bool import_log(const struct import_opts *, struct buf *log, struct import_result *, struct err *);
void import_result_release(struct import_result *);

#endif
