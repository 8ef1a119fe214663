/*
 * Plays one case of a script as the client, over one to nine sessions. It walks the items in
 * order; each is done when its replies are judged. The first failure ends the case (unless
 * `keep_going`), with QUIT sent where possible. Nothing is parsed while it plays; the script is
 * const and may be played by thousands at once.
 */
#ifndef RUN_PLAY_PLAY_H
#define RUN_PLAY_PLAY_H

#include "run/script/script.h"
#include "run/session/session.h"

struct play;

struct play_opts {
	const struct session_opts *session;
	/* the target of a script without /open; NULL: it must have one */
	const struct target *target;
	enum match_level level;		/* MATCH_UNSET: the script's own, else `code` */
	bool keep_going, allow_env, allow_hosts, allow_pipe, allow_unix;
	const char *file_root;		/* NULL: the script's directory */
	const struct play_value *value;
	size_t nvalues;
	event_fn *event;		/* every event of every session; NULL: not reported */
	void *event_ctx;
	/* an item is done; `why` is NULL unless it failed. NULL: not reported */
	void (*told)(void *ctx, const struct script_item *, const char *why, uint64_t took_us);
	void *told_ctx;
	/*
	 * a reply stands against an S: line; starred: something in it may not be shown. NULL: not
	 * reported
	 */
	void (*judged)(void *ctx, const struct expect *, const struct reply *, enum reply_place,
	    struct span host, bool starred);
	void *judged_ctx;
	/* called once; the play may be freed between wake-ups, not within it */
	void (*done)(void *ctx, struct play *);
	void *done_ctx;
};

enum play_verdict { PLAY_PASSED, PLAY_FAILED, PLAY_SKIPPED };
const char *play_verdict_word(enum play_verdict);	/* "passed" */

struct play_failure {
	struct play_failure *next;
	struct place place;		/* of the line that failed */
	const struct script_item *item;
	const struct expect *expect;	/* NULL: no S: line judged it */
	/* the expectation with variables filled in, lines ended by LF; empty: none */
	struct span want;
	const struct reply *reply;	/* the reply, with secrets starred; NULL: none came */
	bool starred;			/* something in it was starred */
	/* the part of the line that failed; empty: all of it */
	struct span about;
	/* for each line of either, whether one of the other matches it; NULL: not compared */
	const bool *want_met, *reply_met;
	enum err_kind kind;		/* ERR_EXPECT, or the error of the session */
	enum match_level level;
	enum reply_place answers;	/* where the reply stands in the dialogue */
	struct span host;		/* the server's own name; empty: not known */
	bool out_of_step;		/* the reply did not belong to what it answered */
	char why[400];
};

struct play_result {
	enum play_verdict verdict;
	struct span why_skipped;
	struct play_failure *failure;	/* the first; more with keep_going */
	enum err_kind status;
	uint64_t took_us;
	bool fate_unknown;		/* a message's fate is unknown (RFC 1047) */
	unsigned uncompared;		/* texts that the match level did not compare */
	unsigned not_done;		/* items after the failure */
	/* where it was: "mx1.example.net[192.0.2.25]:25 TLSv1.3; after EHLO, MAIL" */
	struct span where;
};

/* Starts a play at once. Everything const that is passed must outlive it. */
struct play *play_new(struct session_env *, const struct script *, const struct script_case *,
    const struct play_opts *);
void play_free(struct play *);		/* NULL is fine; drops connections that are still open */
const struct play_result *play_result(const struct play *);
/* Ends it now as a failure of this kind; `done` is called. */
void play_stop(struct play *, enum err_kind, const char *why);

#endif
