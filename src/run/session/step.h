/*
 * Everything that can be done, as steps. A step is plain data, made by one parser from a typed
 * line, a script or a transcript; once parsed it is const and shared by sessions. Each command is a
 * struct step_op in a file below run/session/steps, and is listed in run/session/steps/list.h.
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

/* What a session tells the current step. */
enum news_kind {
	/*
	 * ->event->reply, with ->verb: an outstanding reply; a late or unsolicited one only with
	 * STEP_GETS_ALL
	 */
	NEWS_REPLY,
	NEWS_CLOSED,		/* the connection is closed */
	NEWS_CONNECTED,
	NEWS_TLS_UP, NEWS_TLS_FAILED,
	NEWS_ROUTED,		/* ->route: the addresses are known */
	NEWS_POLICY,		/* ->sts: from session_find_policy */
	NEWS_TIMER,		/* from session_sleep */
	/* the TLSA records are known; sent only to a step that waits for them */
	NEWS_TLSA,
	NEWS_WORKED,		/* from session_offload */
	NEWS_WRITABLE,		/* less than SESSION_LOW_WATER is unsent */
	NEWS_ANSWER,		/* ->text: the user's answer */
	NEWS_COMMAND,		/* server: ->event->text was received */
	NEWS_TEXT, NEWS_TEXT_END,	/* server: message text, its end */
};

struct news {
	enum news_kind kind;
	const struct conv_event *event;
	enum verb verb;		/* what a reply answers */
	/* what the reply amounts to; ERR_NONE: positive (smtp/standing.h) */
	enum err_kind failed;
	enum standing standing;	/* whether its code fits ->due */
	const struct due *due;	/* what the reply answers */
	/* further replies that are now outstanding: PRDR's, after the 353 */
	unsigned more;
	struct span text;
	const struct err *err;	/* of NEWS_TLS_FAILED, and of a failed NEWS_ROUTED */
	const struct route *route;
	const struct sts *sts;
};

enum progress {
	STEP_DONE,
	STEP_WAIT,		/* on_news is called with further news */
	STEP_FAIL,		/* the reason was reported by session_fail */
};

/* Properties of a command that matter outside its own file, so that no logic compares names. */
enum step_trait {
	STEP_NEEDS_CONN = 1 << 0,	/* an open connection */
	STEP_NEEDS_CLEAR = 1 << 1,	/* no TLS on it */
	STEP_NEEDS_TLS = 1 << 2,
	STEP_NEEDS_COMMAND = 1 << 3,	/* not within a message or an AUTH exchange */
	STEP_EXPECTS_CLOSE = 1 << 4,	/* a close by the peer while it runs is no failure */
	STEP_GETS_ALL = 1 << 5,		/* it also gets late and unsolicited replies */
	STEP_IS_LINE = 1 << 6,		/* not a command: the line itself is sent */
	STEP_SENDS_TYPED = 1 << 7,	/* its line is sent as typed */
	STEP_OPENS = 1 << 8,		/* makes a new connection: a failure leaves none */
	STEP_NAMES_TARGET = 1 << 9,	/* ->args is a struct target, which the session keeps */
	STEP_LOGS_IN = 1 << 10,
	STEP_SENDS_MESSAGE = 1 << 11,
	STEP_NAMES_FILE = 1 << 12,	/* a word without "=" is a file name */
	STEP_NAMES_FILES = 1 << 13,	/* data=, eml= and attach= name files */
	STEP_ENDS_TEXT = 1 << 14,	/* the lines after it are commands again */
	STEP_CLOSES = 1 << 15,		/* closes the connection without QUIT */
	STEP_RESETS = 1 << 16,		/* the same, with a TCP reset */
	/* does not first wait for the reply to the command before it */
	STEP_WATCHES = 1 << 17,
	STEP_PAUSES = 1 << 18,		/* ->args is a number of milliseconds */
	STEP_SENDS_OCTETS = 1 << 19,	/* sends octets unchanged; line endings are written as \n */
	STEP_CLIENT_ALONE = 1 << 20,	/* has no counterpart on the server's side */
	/* connects if necessary, where a user answers questions */
	STEP_CONNECTS = 1 << 21,
	STEP_SHOWS = 1 << 22,		/* only shows what is known */
};

/* The section of the help that a command is in, in the help's order. */
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
	GROUP_NONE,		/* not a command: a line, or an item of a script */
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
	/* the SMTP command that it sends, which the server's side waits for; VERB_OTHER: none */
	enum verb verb;
	size_t state_size;	/* zeroed for each run of the step, by the session */
	/* NULL: takes no arguments */
	bool (*parse)(struct step *, struct cursor *, struct arena *, struct err *);
	enum progress (*start)(struct session *, const struct step *, void *state);
	enum progress (*on_news)(
	    struct session *, const struct step *, void *state, const struct news *);
	/*
	 * called when the step is cancelled or times out, after the outstanding replies were given
	 * up; NULL: nothing
	 */
	void (*cancel)(struct session *, const struct step *, void *state);
	/* frees what the state owns, at the end of every run; NULL: nothing */
	void (*release)(void *state);
};

struct step {
	const struct step_op *op;
	struct place place;
	struct span text;	/* as typed */
	const void *args;	/* the op's own, in the arena */
	bool secret;		/* it contains a secret of the command line */
	bool writes;		/* it names a file to write, which a script must not do */
	struct step *child;	/* the steps of a pipelined group, in order */
	struct step *next;
};

/*
 * Parses one line into a step, in the arena. A line is a command to smtpsh when it begins with "/"
 * and a word; "//text" sends "/text"; within a message or an AUTH exchange everything is text.
 * `ops` ends with NULL. Returns NULL and sets err (ERR_USAGE) if the line is invalid.
 */
const struct step *step_parse(const struct step_op *const ops[], struct span line,
    enum dialogue_mode, struct place, struct arena *, struct err *);

/* Returns the command of this name. NULL: none. */
const struct step_op *step_find(const struct step_op *const ops[], struct span name);

/* every command of run/session/steps; ends with NULL */
extern const struct step_op *const step_ops[];
extern const struct step_op step_line;		/* a line that is sent as typed */

#endif
