/*
 * A script (smtpsh-script(5)): cases of items, parsed once, const from then on, and shared by all
 * that play it. Parsing is a pure function of octets and a loader of included files. The play walks
 * it as the client, the mock server as the server; both read the same items:
 *
 *	script
 *	├ prelude: items before the first /case; cases not `standalone` begin with them
 *	└ cases
 *	  └ items: an exchange, a step of run/session/steps, or a word of the script (words.h)
 *
 * An exchange is what the client sends and what the server replies. The server's side takes command
 * i of ->say (one for which script_say_owes is true) and replies with ->reply[i]; what is left of
 * ->reply follows the last. A SAY_MESSAGE or SAY_CHUNK is message text that follows the command
 * before it. script_render makes the octets of a reply. Rules (/on, /otherwise) are apart from the
 * items, in ->rules of the script and of each case.
 */
#ifndef RUN_SCRIPT_SCRIPT_H
#define RUN_SCRIPT_SCRIPT_H

#include "run/script/expect.h"
#include "run/script/fault.h"
#include "run/script/text.h"
#include "run/session/step.h"

enum {
	SCRIPT_OCTETS_MAX = 16 << 20,
	SCRIPT_LINES_MAX = 1000000,
	SCRIPT_INCLUDES_MAX = 64,
	SCRIPT_DEPTH_MAX = 16,
	SCRIPT_PEERS_MAX = 9,
	SCRIPT_REPEAT_MAX = 100000
};

enum script_say_kind {
	SAY_COMMAND,		/* a line; a reply is due */
	SAY_ANSWER,		/* the response to a 334; a reply is due */
	SAY_MESSAGE,		/* a line of message text, as on the wire; no reply */
	/* the final dot; a reply is due, or one per recipient (LMTP) */
	SAY_DOT,
	SAY_CHUNK,		/* octets counted by the BDAT before, to which the reply is due */
	/* `C\:`, octets as they are, without CRLF; as many replies as S: lines follow */
	SAY_RAW,
};

struct script_say {
	enum script_say_kind kind;
	struct place place;
	struct script_text text;	/* without the line ending */
	enum verb verb;			/* of SAY_COMMAND */
	bool crlf;			/* CRLF is sent after it; not for `C\:` */
};

/* Whether a reply is due to it by itself. */
bool script_say_owes(const struct script_say *);

enum script_kind { SCRIPT_EXCHANGE, SCRIPT_STEP, SCRIPT_WORD };

struct script_item {
	struct script_item *next;
	enum script_kind kind;
	struct place place;
	unsigned peer;				/* 1: C and S, 2: C2 and S2 … */

	/* EXCHANGE: none, one command, or a pipelined group */
	struct script_say *say;
	/* ncommands: how many of the lines have a reply due by themselves */
	size_t nsay, ncommands;
	/* EXCHANGE, STEP: its S: lines; none: any 2xx or 3xx will do */
	const struct expect **reply;
	size_t nreply;
	/* /silence, /eof or /drop follows: do not wait for its reply */
	bool unawaited;

	/*
	 * STEP: one of step_ops. A here-document (/body <<TAG) is part of the step's line: LF and
	 * its lines follow "<<TAG"; the closing TAG is left out. Where the line has placeholders,
	 * `step` is NULL, and ->line is filled in and given to step_parse when played.
	 */
	const struct step *step;
	struct script_text line;

	const struct script_word *word;		/* WORD: words.h says what ->args is */
	const void *args;
	struct script_item *body, *other;	/* /repeat, /retry, /if … /else */
};

/*
 * The states of a dialogue that if= and unless= test; `bdat`: a message in chunks is under way;
 * `login`: this ends an AUTH exchange, and the password is right.
 */
#define RULE_STATES(X)  \
	X(HELO, "helo") \
	X(MAIL, "mail") \
	X(RCPT, "rcpt") X(BDAT, "bdat") X(TLS, "tls") X(AUTH, "auth") X(LOGIN, "login")
enum rule_state_bit {
#define X(name, word) RULE_BIT_##name,
	RULE_STATES(X)
#undef X
	RULE_BITS
};
enum rule_state {
#define X(name, word) RULE_IN_##name = 1 << RULE_BIT_##name,
	RULE_STATES(X)
#undef X
};
extern const char *const rule_states[RULE_BITS];

struct rule_reply {
	const struct expect *expect;
	uint64_t delay_ms;
};

/*
 * /on VERB [/ERE/] …, and the replies that it sends one after another. `verb` is VERB_OTHER with
 * `any`, or for a `name` that is not a known verb.
 */
struct script_rule {
	struct script_rule *next;
	struct place place;
	enum script_rule_at {
		RULE_VERB,
		RULE_BANNER,
		RULE_DOT,
		RULE_ANSWER,
		RULE_IDLE,
		RULE_OTHERWISE
	} at;
	enum verb verb;
	struct span name;		/* as written: "RCPT", "XFOO", "*" */
	/* for the whole command line, or any line of the message (DOT); NULL: any */
	const struct expect_ere *ere;
	/* bits of RULE_STATES: all of `when` hold, none of `unless` */
	unsigned when, unless;
	unsigned long long over;	/* the message has more octets than this; 0: any size */
	/* it applies to this many commands of a connection; 0: all */
	unsigned times;
	uint64_t delay_ms;
	unsigned forgets;		/* HELO, MAIL or RCPT: taken back before it replies */
	const struct fault *then;	/* after the last reply; NULL: none */
	struct rule_reply *reply;
	size_t nreply; /* 0: no reply */
};

struct script_case {
	struct script_case *next;
	struct span name;		/* empty: the file has no /case */
	struct place place;
	struct span skip;		/* why it is skipped; empty: not skipped */
	struct span tags;		/* "a,b" */
	bool standalone;		/* without the prelude */
	struct script_item *items;
	struct script_rule *rules;
};

/* A file as read, to show lines of it. */
struct script_source {
	struct script_source *next;
	const char *file;
	struct span text;
	bool marked;			/* as script_is_marked has it */
};

struct script {
	struct arena arena;
	struct script_source *sources;
	const char *file;
	bool marked;
	struct script_item *prelude;
	struct script_rule *rules;
	struct script_case *cases;	/* at least one */
	size_t ncases;
	struct script_names names;
	struct expect_ere *eres;
	/* the first /ERE/ in an S: line, which cannot be sent; .file NULL: none */
	struct place ere_in_reply;
	struct secrecy secrecy;		/* secrets in its own text */
	/* lines without a mark in a marked file, which are ignored */
	struct place *ignored;
	size_t nignored;
};

/*
 * Gives the text of an included file; `from` is the including file. *path (in the arena) is its
 * name in places. NULL in script_opts: no includes. False with err.
 */
typedef bool script_load_fn(void *ctx, const char *from, struct span name, struct arena *,
    const char **path, struct span *text, struct err *);

struct script_opts {
	script_load_fn *load;
	void *load_ctx;
	const struct span *known;	/* names of variables set from outside */
	const struct span *secret;	/* names of secrets set from outside */
	size_t nknown, nsecret;
	/* whether it is a command of the prompt only; NULL: unknown */
	bool (*only_at_prompt)(struct span name);
	bool server;			/* for `serve`: no unmarked line, no /ERE/ in an S: line */
};

/*
 * Whether a script is marked: its first line that is not a command, a comment or blank begins
 * with C: or S:.
 */
bool script_is_marked(struct span text);

/*
 * Parses a script; `file` and `text` are copied. NULL with err (ERR_USAGE), which names file,
 * line, column and what was expected.
 */
struct script *script_parse(
    const char *file, struct span text, const struct script_opts *, struct err *);
void script_free(struct script *);		/* NULL is fine */

/* The source line at a place of the script; empty: none. */
struct span script_source_line(const struct script *, struct place);

/*
 * Text of the script as it may be shown: passwords in it (password=, AUTH responses, literal
 * arguments of functions that build AUTH) are starred wherever they occur. In the arena, or
 * `text` itself.
 */
struct span script_shown(const struct script *, struct arena *, struct span text);
void script_find_secrets(struct script *);		/* for script_parse only */

/*
 * Reads and parses a file, with includes from below its directory; "-" is standard input. NULL
 * with err; a script without a line to play is an error.
 */
struct script *script_read(const char *file, const struct script_opts *, struct err *);

/* The two lists of items that a case plays: the prelude's (NULL if standalone), then its own. */
struct script_item *script_first(const struct script *, const struct script_case *);
struct script_item *script_second(const struct script *, const struct script_case *);

/*
 * Renders a reply as a server sends it, with CRLF between lines: 2xx becomes the verb's usual
 * code, a|b becomes a, and a pattern for anything becomes nothing. Typed placeholders that are
 * unset get made-up values, which are kept. *out lives in the arena. False with err.
 */
bool script_render(const struct expect *, enum verb, struct script_vars *, struct arena *,
    struct span *out, struct err *);

#endif
