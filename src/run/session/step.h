/*
 * The one vocabulary of what can be done. A step is plain data, made by one parser from a typed
 * line, a script or a transcript; once parsed it is const and shared by sessions. A command is one
 * struct step_op in one file below run/session/steps, listed once in run/session/steps/list.h.
 */
#ifndef RUN_SESSION_STEP_H
#define RUN_SESSION_STEP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "smtp/conv.h"
#include "smtp/dialogue.h"
#include "smtp/standing.h"

struct session;
struct step;
struct sts;

/* What a session tells the step in hand. */
enum news_kind {
	/* ->event->reply, with ->verb: one that is outstanding, never a late or unsolicited one */
	NEWS_REPLY,
	NEWS_CLOSED,		/* the connection is gone */
	NEWS_CONNECTED,
	NEWS_TLS_UP, NEWS_TLS_FAILED,
	NEWS_ROUTED,		/* ->route: the addresses are known */
	NEWS_POLICY,		/* ->sts: from session_find_policy */
	NEWS_TIMER,		/* from session_sleep */
	NEWS_TLSA,		/* the TLSA records are known; to who waits for them */
	NEWS_WORKED,		/* from session_offload */
	NEWS_WRITABLE,		/* less than SESSION_LOW_WATER is unsent */
	NEWS_ANSWER,		/* ->text: what the person said */
	NEWS_COMMAND,		/* server: ->event->text came */
	NEWS_TEXT, NEWS_TEXT_END,	/* server: message text, its end */
};

struct news {
	enum news_kind kind;
	const struct conv_event *event;
	enum verb verb;		/* what a reply answers */
	/* what the reply comes to; ERR_NONE: it is good (smtp/standing.h) */
	enum err_kind failed;
	enum standing standing;	/* whether its code belongs to what it answers, */
	const struct due *due;	/* which is this */
	/* further replies that are outstanding to the same from now on: PRDR's, after its 353 */
	unsigned more;
	struct span text;
	const struct err *err;	/* of NEWS_TLS_FAILED, and of NEWS_ROUTED when it failed */
	const struct route *route;
	const struct sts *sts;
};

enum progress {
	STEP_DONE,
	STEP_WAIT,		/* on_news is called for what comes */
	STEP_FAIL,		/* session_fail said why */
};

/* What is asked of a command elsewhere than in its own file: nobody compares names. */
enum step_trait {
	STEP_NEEDS_CONN = 1 << 0,	/* an open connection */
	STEP_NEEDS_CLEAR = 1 << 1,	/* no TLS on it */
	STEP_NEEDS_TLS = 1 << 2,
	STEP_NEEDS_COMMAND = 1 << 3,	/* not within a message or an AUTH exchange */
	STEP_EXPECTS_CLOSE = 1 << 4,	/* that the peer closes while it runs is no failure */
	STEP_GETS_ALL = 1 << 5,		/* also late replies, and unsolicited ones */
	STEP_IS_LINE = 1 << 6,		/* no command: the line itself goes on the wire */
	STEP_SENDS_TYPED = 1 << 7,	/* what is typed goes on the wire as it is */
	STEP_OPENS = 1 << 8,		/* connects anew: a failure leaves no connection */
	STEP_NAMES_TARGET = 1 << 9,	/* ->args is a struct target, which the session keeps */
	STEP_LOGS_IN = 1 << 10,
	STEP_SENDS_MESSAGE = 1 << 11,
	STEP_NAMES_FILE = 1 << 12,	/* a word without "=" is a file's name */
	STEP_NAMES_FILES = 1 << 13,	/* data=, eml= and attach= are followed by one */
	STEP_ENDS_TEXT = 1 << 14,	/* the lines after it are commands, whatever was before */
	STEP_CLOSES = 1 << 15,		/* ends the connection from this side, without a word */
	STEP_RESETS = 1 << 16,		/* the same by a TCP reset */
	STEP_WATCHES = 1 << 17,		/* no reply to the command before it is waited for first */
	STEP_PAUSES = 1 << 18,		/* ->args is for how many milliseconds */
	STEP_SENDS_OCTETS = 1 << 19,	/* as they are written, line ends too: \n is one */
	STEP_CLIENT_ALONE = 1 << 20,	/* has no counterpart on the server's side */
};

/* Where a command stands in the help, in the help's order. */
#define STEP_GROUPS(X)			\
	X(CONNECTION, "connection")	\
	X(TLS, "TLS")			\
	X(IDENTITY, "identity")		\
	X(MESSAGE, "message")		\
	X(LOOK, "look")			\
	X(WIRE, "wire")			\
	X(FILES, "files")		\
	X(AGAIN, "again")		\
	X(SETTINGS, "settings")

enum step_group {
	GROUP_NONE,		/* not a command: a line, what a script plays */
#define X(name, word) GROUP_##name,
	STEP_GROUPS(X)
#undef X
	GROUP_COUNT
};
extern const char *const step_groups[GROUP_COUNT];

struct step_op {
	const char *name;	/* without the slash */
	enum step_group group;
	const char *args;	/* for help: "TARGET", "[MECH] [USER]"; "" for none */
	const char *help;	/* one sentence without a full stop */
	unsigned traits;	/* STEP_*, of enum step_trait */
	/* the command that it sends, which a server's side then waits for; VERB_OTHER: none */
	enum verb verb;
	size_t state_size;	/* zeroed for each run of the step, by the session */
	/* NULL: takes no arguments */
	bool (*parse)(struct step *, struct cursor *, struct arena *, struct err *);
	enum progress (*start)(struct session *, const struct step *, void *state);
	enum progress (*on_news)(
	    struct session *, const struct step *, void *state, const struct news *);
	/* NULL: replies that are outstanding become late */
	void (*cancel)(struct session *, const struct step *, void *state);
	/* what the state owns, at the end of every run; NULL: nothing */
	void (*release)(void *state);
};

struct step {
	const struct step_op *op;
	struct place place;
	struct span text;	/* as typed */
	const void *args;	/* the op's own, in the arena */
	bool secret;		/* there is a secret of the command line's in it */
	struct step *child;	/* a pipelined group's, in order */
	struct step *next;
};

/*
 * Makes a step of one line, in the arena. A line is a command to smtpsh when it begins with "/" and
 * a word, "//text" sends "/text", and within a message or an answer everything is text. `ops` ends
 * in NULL. NULL with `err`.
 */
const struct step *step_parse(const struct step_op *const ops[], struct span line,
    enum dialogue_mode, struct place, struct arena *, struct err *);

/* NULL: none */
const struct step_op *step_find(const struct step_op *const ops[], struct span name);

/* every command of run/session/steps, ends in NULL */
extern const struct step_op *const step_ops[];
extern const struct step_op step_line;		/* a line that goes on the wire as typed */

#endif
