/*
 * A script: cases of items, parsed once, const ever after, and shared by all that play it
 *(smtpsh-script(5)). Parsing is a pure function of octets and a loader of included files. The
 *client's player walks it as the client, the mock server as the server; both read the same items:
 *
 *	script ─ prelude items (lines before the first /case; each case that is not `standalone`
 *begins with them) └ cases ─ items: an exchange, a step of run/session/steps, or a word of the
 *script itself (words.h)
 *
 * An exchange is what the client says and what the server answers to it. For the server's side:
 *take command i of
 * ->say (a say that `owes` a reply), answer with ->reply[i]; what is left of ->reply goes out after
 *the last. A say with SAY_MESSAGE or SAY_CHUNK is message text behind the command before it.
 *`script_render` makes the octets of a reply. Rules (/on, /otherwise) stand apart from the linear
 *items, in ->rules of the script and of each case.
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
	SAY_COMMAND,		/* a line; a reply is owed */
	SAY_ANSWER,		/* to a 334; a reply is owed */
	SAY_MESSAGE,		/* a line of message text, as on the wire; no reply is owed */
	/* the lone dot; a reply is owed, or one for each recipient (LMTP) */
	SAY_DOT,
	SAY_CHUNK,		/* octets counted by the BDAT before, which owes the reply */
	/* `C\:`, octets as they are, no CRLF added; owes what S: lines follow */
	SAY_RAW,
};

struct script_say {
	enum script_say_kind kind;
	struct place place;
	struct script_text text;	/* without the line end */
	enum verb verb;			/* of SAY_COMMAND */
	bool crlf;			/* a line end goes out behind it; not for `C\:` */
};

/* Does it owe a reply by itself? */
bool script_say_owes(const struct script_say *);

enum script_kind { SCRIPT_EXCHANGE, SCRIPT_STEP, SCRIPT_WORD };

struct script_item {
	struct script_item *next;
	enum script_kind kind;
	struct place place;
	unsigned peer;				/* 1: C and S, 2: C2 and S2 … */

	/* EXCHANGE: none, one command, or a pipelined group */
	struct script_say *say;
	/* ncommands of the says owe a reply by themselves */
	size_t nsay, ncommands;
	/* EXCHANGE, STEP: the S: behind it; NULL or none: any 2yz or 3yz will do */
	const struct expect **reply;
	size_t nreply;
	/* /silence, /eof or /drop follows: its reply is not waited for */
	bool unawaited;

	/*
	 * STEP: one of step_ops. A here-document (/body <<TAG) is part of the step's line: LF and
	 * its lines stand behind
	 * "<<TAG", the closing TAG does not. Where the line has places in it, `step` is NULL and
	 * ->line is to be filled and given to step_parse when it is played.
	 */
	const struct step *step;
	struct script_text line;

	const struct script_word *word;		/* WORD: see script_words.h for what ->args is */
	const void *args;
	struct script_item *body, *other;	/* /repeat, /retry, /if … /else */
};

/*
 * What if= and unless= ask of the dialogue: what was granted so far; `login`: this ends an AUTH,
 * and the password is right.
 */
#define RULE_STATES(X)  \
	X(HELO, "helo") \
	X(MAIL, "mail") X(RCPT, "rcpt") X(TLS, "tls") X(AUTH, "auth") X(LOGIN, "login")
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

/*
 * /on VERB [/ERE/] …; the reply may be of one S: only. `verb` is VERB_OTHER with `any`, or for a
 * `name` of no known verb.
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
	/* of the command's whole line, of any line of the message (DOT); NULL: any */
	const struct expect_ere *ere;
	unsigned when, unless;		/* bits of RULE_STATES: all of these hold, none of those */
	unsigned long long over;	/* the message has more octets; 0: whatever it has */
	unsigned times;			/* it takes so many commands of a connection; 0: all */
	uint64_t delay_ms;
	const struct fault *then;	/* behind the reply; NULL: none */
	const struct expect *reply;	/* NULL: nothing is answered */
};

struct script_case {
	struct script_case *next;
	struct span name;		/* empty: the file has no /case */
	struct place place;
	struct span skip;		/* why it is skipped; empty: it is not */
	struct span tags;		/* "a,b" */
	bool standalone;		/* without the prelude */
	struct script_item *items;
	struct script_rule *rules;
};

/* A file as it was read, to show lines of it. */
struct script_source { struct script_source *next; const char *file; struct span text; };

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
	/* the first /ERE/ of an S: line, .file NULL when none: it cannot be emitted */
	struct place ere_in_reply;
	struct secrecy secrecy;		/* of its own text */
	struct place *ignored;		/* stage directions and page furniture of a marked file */
	size_t nignored;
};

/*
 * Gives the text of an included file; `from` is the file that asks. *path (in the arena) is what
 * places will name. NULL in script_opts: there are no includes.
 */
typedef bool script_load_fn(void *ctx, const char *from, struct span name, struct arena *,
    const char **path, struct span *text, struct err *);

struct script_opts {
	script_load_fn *load;
	void *load_ctx;
	const struct span *known;	/* names of variables that are set from outside */
	const struct span *secret;	/* names of secrets that are */
	size_t nknown, nsecret;
	/* a command that scripts do not have; NULL: nobody knows */
	bool (*only_at_prompt)(struct span name);
	bool server;			/* for `serve`: no unmarked line, no /ERE/ in an S: line */
};

/* Is it marked: does its first line that is no command, comment or blank begin with C: or S:? */
bool script_is_marked(struct span text);

/*
 * `file` and `text` are copied. NULL with err (ERR_USAGE), which names file, line, column and what
 * was expected.
 */
struct script *script_parse(
    const char *file, struct span text, const struct script_opts *, struct err *);
void script_free(struct script *);		/* NULL is fine */

/* The line at a place of the script; empty when there is none. */
struct span script_source_line(const struct script *, struct place);

/*
 * Text of the script as it may be shown: passwords that stand in it (password=, what AUTH says,
 * literal arguments of functions that build AUTH) are starred, wherever. In the arena, or the text
 * itself.
 */
struct span script_shown(const struct script *, struct arena *, struct span text);
void script_find_secrets(struct script *);		/* for script_parse alone */

/*
 * From a file, its includes below its folder; "-" is standard input. One without a line to play is
 * an error.
 */
struct script *script_read(const char *file, const struct script_opts *, struct err *);

/* The items that a case plays, in order: first the prelude's (unless standalone), then its own. */
struct script_item *script_first(const struct script *, const struct script_case *);
struct script_item *script_second(const struct script *, const struct script_case *);

/*
 * The reply as a server sends it, lines with CRLF but the last: 2xx becomes the verb's usual code,
 * a|b becomes a, and what stands for anything becomes nothing. Typed placeholders that are unset
 * are made up and kept. In the arena.
 */
bool script_render(const struct expect *, enum verb, struct script_vars *, struct arena *,
    struct span *out, struct err *);

/* The same script again as text: parsing that gives the same script. */
void script_write(const struct script *, struct buf *);

#endif
