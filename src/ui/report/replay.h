/*
 * replay - what `replay` plays and how it reports: files of cases, played in parallel, reported in
 * order.
 */
#ifndef UI_REPORT_REPLAY_H
#define UI_REPORT_REPLAY_H

#include <stdio.h>

#include "run/play/play.h"
#include "ui/options/options.h"

struct replay_file {
	const char *name;
	struct span text;		/* as read; for --update */
	struct script *script;		/* NULL: it could not be read, see err */
	struct err err;
	size_t first, n;		/* its selected cases */
};

struct replay_case {
	struct replay *replay;
	const struct replay_file *file;
	const struct script_case *now;
	size_t number;			/* within its file, from 1 */
	struct play *play;
	const struct play_result *result;	/* set when done */
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
	/* exit status of a run that ends early, by a signal or --deadline; 0: it does not */
	int stop;
	bool silent;
	struct progress_line *progress;
	FILE *out;
	void *writer; /* state of the report's writer */
	event_fn *event;		/* also gets every event; NULL: none */
	void *event_ctx;
	/* called before a case is played; NULL: not called */
	void (*on_begin)(void *ctx, const struct replay_case *);
	void *begin_ctx;
};

/*
 * A format of reports: functions called at the start, for each file, for each case, at the end of
 * each file, and at the end. NULL: nothing to write.
 */
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

/* Writes a JSON object for an item that was played. why NULL: it passed. */
void replay_step(struct replay *, const struct script_item *, const char *why, uint64_t took_us);
/* Returns the name of the case, or of its file if it has none. */
struct span replay_name(const struct replay_case *);
/* Returns line n (from 0) of a reply, safe to show, in the arena. */
struct span replay_line(struct arena *, const struct reply *, size_t n);

#endif
