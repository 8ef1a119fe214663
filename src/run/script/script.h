/*
 * A script (smtpsh-script(5)): cases made of items. It is parsed once, is const from then on, and
 * is shared by all that play it. Parsing is a pure function of octets and a loader of included
 * files. The play walks the items as the client, the mock server as the server; both read the same
 * items:
 *
 *	script
 *	├ prelude: items before the first /case; cases not `standalone` begin with them
 *	└ cases
 *	  └ items: an exchange, a step of run/session/steps, or a word of the script (words.h)
 *
 * An exchange is what the client sends and what the server replies. The server's side receives
 * command i of ->say (counting those for which script_say_owes is true) and sends ->reply[i]; the
 * remaining replies follow the last command. A SAY_MESSAGE or SAY_CHUNK is message text that
 * follows the command before it. script_render makes the octets of a reply. Rules (/on, /otherwise)
 * are not items: they are in ->rules of the script and of each case.
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
	/* the end of data; a reply is due, or one per recipient (LMTP) */
	SAY_DOT,
	/* octets counted by the BDAT before them; the reply is due to the BDAT */
	SAY_CHUNK,
	/*
	 * `C\:`, octets sent as they are, without CRLF; as many replies are due as S: lines follow
	 */
	SAY_RAW,
};

struct script_say {
	enum script_say_kind kind;
	struct place place;
	struct script_text text;	/* without the line ending */
	enum verb verb;			/* of a SAY_COMMAND */
	bool crlf;			/* CRLF is sent after it; not for `C\:` */
};

/* Returns whether a reply is due to this line by itself. */
bool script_say_owes(const struct script_say *);

enum script_kind { SCRIPT_EXCHANGE, SCRIPT_STEP, SCRIPT_WORD };

struct script_item {
	struct script_item *next;
	enum script_kind kind;
	struct place place;
	unsigned peer;				/* 1: C and S, 2: C2 and S2 … */

	/* EXCHANGE: none, one command, or a pipelined group */
	struct script_say *say;
	/* ncommands: number of lines for which script_say_owes is true */
	size_t nsay, ncommands;
	/* EXCHANGE, STEP: its S: lines; none: any 2xx or 3xx is accepted */
	const struct expect **reply;
	size_t nreply;
	/* /silence, /eof or /drop follows: do not wait for its reply */
	bool unawaited;

	/*
	 * STEP: one of step_ops. A here-document (/body <<TAG) is part of the step's line: its
	 * lines follow "<<TAG", each after a LF, without the closing TAG. When the line has
	 * placeholders, `step` is NULL: ->line is filled in and given to step_parse when it is
	 * played.
	 */
	const struct step *step;
	struct script_text line;

	const struct script_word *word;		/* WORD: the type of ->args is in words.h */
	const void *args;
	struct script_item *body, *other;	/* /repeat, /retry, /if … /else */
};

/*
 * The states of a dialogue that if= and unless= test. `bdat`: a message in chunks is under way.
 * `login`: the command ends an AUTH exchange, and the password is right.
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
 * /on VERB [/ERE/] … and the replies that it sends, in this order. `verb` is VERB_OTHER with `any`,
 * or when `name` is not a known verb.
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
	/* matches the whole command line, or any line of the message (DOT); NULL: always */
	const struct expect_ere *ere;
	/* bits of RULE_STATES: all of `when` must hold, and none of `unless` */
	unsigned when, unless;
	/* applies to messages with more octets than this; 0: any size */
	unsigned long long over;
	/* applies to this many commands of a connection; 0: all */
	unsigned times;
	uint64_t delay_ms;
	/* RULE_IN_HELO, _MAIL and _RCPT: states that are reset before it replies */
	unsigned forgets;
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

/* The text of a file, kept to show its lines. */
struct script_source {
	struct script_source *next;
	const char *file;
	struct span text;
	bool marked;			/* result of script_is_marked */
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
	/* place of the first /ERE/ in an S: line, which a server cannot send; .file NULL: none */
	struct place ere_in_reply;
	struct secrecy secrecy;		/* secrets in the script's own text */
	/* lines without a mark in a marked file, which are ignored */
	struct place *ignored;
	size_t nignored;
};

/*
 * Loads the included file `name`; `from` is the including file. Sets *text, and *path (in the
 * arena) to the file's name in messages. Returns false and sets err. A NULL loader in script_opts
 * forbids includes.
 */
typedef bool script_load_fn(void *ctx, const char *from, struct span name, struct arena *,
    const char **path, struct span *text, struct err *);

struct script_opts {
	script_load_fn *load;
	void *load_ctx;
	const struct span *known;	/* names of variables set from outside */
	const struct span *secret;	/* names of secrets set from outside */
	size_t nknown, nsecret;
	/* returns whether a command works only at the prompt; NULL: unknown */
	bool (*only_at_prompt)(struct span name);
	/* for `serve`: unmarked lines and an /ERE/ in an S: line are errors */
	bool server;
};

/*
 * Returns whether a script is marked, that is whether its first line that is not blank, a comment
 * or a command begins with C: or S:.
 */
bool script_is_marked(struct span text);

/*
 * Parses a script; `file` and `text` are copied. Returns NULL and sets err (ERR_USAGE) to a message
 * with file, line, column and what was expected. The caller frees it with script_free.
 */
struct script *script_parse(
    const char *file, struct span text, const struct script_opts *, struct err *);
void script_free(struct script *);		/* NULL is fine */

/* Returns the source line at a place of the script; empty: none. */
struct span script_source_line(const struct script *, struct place);

/*
 * Returns text of the script as it may be shown: the passwords in the script (password=, AUTH
 * responses, literal arguments of functions that build AUTH) are starred wherever they occur. The
 * result is in the arena, or is `text` itself.
 */
struct span script_shown(const struct script *, struct arena *, struct span text);
void script_find_secrets(struct script *);		/* fills ->secrecy; for script_parse only */

/*
 * Reads and parses a file ("-": standard input) and the files it includes from below its directory.
 * Returns NULL and sets err, also when the script has nothing to play. The caller frees it with
 * script_free.
 */
struct script *script_read(const char *file, const struct script_opts *, struct err *);

/*
 * Return the two lists of items that a case plays, one after the other: the prelude and the case's
 * own. script_second returns NULL when there is only one.
 */
struct script_item *script_first(const struct script *, const struct script_case *);
struct script_item *script_second(const struct script *, const struct script_case *);

/*
 * Renders a reply as a server sends it, with CRLF between lines: 2xx becomes the verb's usual code,
 * a|b becomes a, and a pattern for anything becomes empty. Typed placeholders that are not set get
 * made-up values, which are kept. *out lives in the arena. Returns false and sets err.
 */
bool script_render(const struct expect *, enum verb, struct script_vars *, struct arena *,
    struct span *out, struct err *);

#endif
