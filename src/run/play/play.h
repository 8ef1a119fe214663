/*
 * Plays one case of a script as the client, over one to nine sessions. It walks the items in order;
 * an item is done when its replies are judged. The first failure ends the case (unless
 * `keep_going`), and QUIT is sent where possible. Nothing is parsed while a case plays, except
 * steps with placeholders or file names; the script is const and may be played by thousands at
 * once.
 */
#ifndef RUN_PLAY_PLAY_H
#define RUN_PLAY_PLAY_H

#include "run/script/script.h"
#include "run/session/session.h"

struct play;

struct play_opts {
	const struct session_opts *session;
	/* the target of a script without /open; NULL: the script must have one */
	const struct target *target;
	/* overrides the script's level; MATCH_UNSET: the script's own, or `code` */
	enum match_level level;
	bool keep_going, allow_env, allow_hosts, allow_pipe, allow_unix;
	const char *file_root;		/* NULL: the script's directory */
	const struct play_value *value;
	size_t nvalues;
	/* is called for each event of each session; NULL: not called */
	event_fn *event;
	void *event_ctx;
	/* is called when an item is done; `why` is NULL unless it failed. NULL: not called */
	void (*told)(void *ctx, const struct script_item *, const char *why, uint64_t took_us);
	void *told_ctx;
	/*
	 * is called when a reply is about to be compared with an S: line; starred: the reply
	 * contains secrets. NULL: not called
	 */
	void (*judged)(void *ctx, const struct expect *, const struct reply *, enum reply_place,
	    struct span host, bool starred);
	void *judged_ctx;
	/*
	 * is called once, when the play is done; the play may be freed later, but not from within
	 */
	void (*done)(void *ctx, struct play *);
	void *done_ctx;
};

enum play_verdict { PLAY_PASSED, PLAY_FAILED, PLAY_SKIPPED };
const char *play_verdict_word(enum play_verdict);	/* "passed" */

struct play_failure {
	struct play_failure *next;
	struct place place;		/* of the line that failed */
	const struct script_item *item;
	const struct expect *expect;	/* the S: lines it failed; NULL: none */
	/* the expectation with variables filled in, as lines separated by LF; empty: none */
	struct span want;
	const struct reply *reply;	/* with secrets starred; NULL: no reply was received */
	bool starred;			/* secrets in the reply were starred */
	/* the part of the line that failed; empty: all of it */
	struct span about;
	/*
	 * for each expected and each received line, whether a line of the other side matches it;
	 * NULL: not compared
	 */
	const bool *want_met, *reply_met;
	enum err_kind kind;		/* ERR_EXPECT, or the session's error */
	enum match_level level;
	enum reply_place answers;	/* what the reply answers */
	struct span host;		/* the server's own name; empty: unknown */
	bool out_of_step;		/* the reply did not fit the command that it answered */
	char why[400];
};

struct play_result {
	enum play_verdict verdict;
	struct span why_skipped;
	struct play_failure *failure;	/* the first; more with keep_going */
	enum err_kind status;
	uint64_t took_us;
	bool fate_unknown;		/* a message's fate is unknown (RFC 1047) */
	unsigned uncompared;		/* number of texts that the match level did not compare */
	unsigned not_done;		/* number of items that were not played */
	/* where it ended: "mx1.example.net[192.0.2.25]:25 TLSv1.3; after EHLO, MAIL" */
	struct span where;
};

/*
 * Starts a play at once; it may be done before this returns. Everything const that is passed must
 * outlive it. The caller frees it with play_free.
 */
struct play *play_new(struct session_env *, const struct script *, const struct script_case *,
    const struct play_opts *);
void play_free(struct play *);		/* NULL is fine; drops connections that are still open */
const struct play_result *play_result(const struct play *);
/* Ends the play now with a failure of this kind; ->done is called. Does nothing when it is done. */
void play_stop(struct play *, enum err_kind, const char *why);

#endif
