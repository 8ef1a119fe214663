/*
 * What `replay` plays and how it tells of it: files of cases, side by side, told of in their order.
 */
#ifndef UI_REPORT_REPLAY_H
#define UI_REPORT_REPLAY_H

#include <stdio.h>

#include "run/play/play.h"
#include "ui/options/options.h"

struct replay_file {
	const char *name;
	struct span text;		/* as it was read; for --update */
	struct script *script;		/* NULL: it cannot be read, err says why */
	struct err err;
	size_t first, n;		/* its cases that are played */
};

struct replay_case {
	struct replay *replay;
	const struct replay_file *file;
	const struct script_case *now;
	size_t number;			/* within those of its file, from 1 */
	struct play *play;
	const struct play_result *result;	/* once it is done */
	bool begun, done, failed;
};

struct replay {
	const struct options *o;
	struct session_env *env;
	const struct target *target;
	struct screen screen;
	struct play_opts opts;
	struct replay_file *file;
	size_t nfiles;
	struct replay_case *cases;
	size_t ncases, next, told, running;
	size_t passed, failed, skipped;
	unsigned uncompared;
	enum err_kind status;
	uint64_t began_us;
	/*
	 * it ends before all is played, with this exit status: a signal came, or --deadline is over
	 */
	int stop;
	bool silent, progress;		/* progress: a line of it stands on the terminal */
	FILE *out;
	void *writer; /* what the report's writer keeps from its begin to its end */
	event_fn *event;		/* what else hears of events; NULL: none */
	void *event_ctx;
	/* a case is about to be played; NULL: none */
	void (*on_begin)(void *ctx, const struct replay_case *);
	void *begin_ctx;
};

/* One format of report: before the first, each file, each case, after the last. NULL: nothing. */
struct replay_report {
	void (*begin)(struct replay *);
	void (*file)(struct replay *, const struct replay_file *);
	void (*one)(struct replay *, const struct replay_case *);
	void (*file_end)(struct replay *, const struct replay_file *);
	void (*end)(struct replay *);
};
#define X(token, word) extern const struct replay_report replay_##word;
REPORT_FORMATS(REPORT_FORMAT_NONE, X)
#undef X
extern const struct replay_report *const replay_reports[];	/* by enum report_format */

/* An item was played: an object of JSON. */
void replay_step(struct replay *, const struct script_item *, const char *why, uint64_t took_us);
/* "the name of the case", or the file's. */
struct span replay_name(const struct replay_case *);
/* One line of a reply, made visible; the n-th, from 0. */
struct span replay_line(struct arena *, const struct reply *, size_t n);

#endif
