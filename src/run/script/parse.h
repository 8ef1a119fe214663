/*
 * The parser of scripts while it works, for script.c, lines.c and commands.c alone, which are one
 * state machine: script.c takes line after line and tells what it is, lines.c gathers what is said
 * and expected until an exchange is whole, commands.c does what begins with "/", which may be to
 * read another file (parse_input) or to begin a reply (parse_reply).
 */
#ifndef RUN_SCRIPT_PARSE_H
#define RUN_SCRIPT_PARSE_H

#include "run/script/words.h"

enum parse_mode { PARSE_COMMAND, PARSE_MESSAGE, PARSE_ANSWER, PARSE_CHUNK };

struct block {
	struct script_item *item;
	bool other;			/* behind its /else */
	struct script_item **outer;	/* where the list goes on behind its /end */
};

struct input {
	const char *file;
	struct span rest;
	unsigned line;
	bool marked;
};

struct parser {
	struct script *script;
	struct arena *arena;		/* the script's */
	const struct script_opts *opts;
	struct err *err;
	struct script_item **end;	/* where the next item goes */
	/* the item made last; NULL when a reply cannot belong to it */
	struct script_item *last;
	struct block block[SCRIPT_DEPTH_MAX];
	size_t depth, nincludes, nlines;
	struct script_case *now;	/* NULL: the prelude */
	struct script_case **case_end;
	struct script_rule **rule_end, *rule;	/* rule: S: lines are its reply */

	/* the exchange that is being gathered */
	unsigned peer;
	struct script_say *say;
	struct expect **reply;
	size_t nsay, nreply;
	bool open;			/* the reply made last, `opened`, goes on */
	struct expect *opened;
	enum { PIPELINE_AS_WRITTEN, PIPELINE_ON, PIPELINE_OFF } pipeline;

	/* how the next line of each peer is understood */
	struct { enum parse_mode mode; unsigned long long chunk; } of[SCRIPT_PEERS_MAX + 1];
};

struct text_context parser_context(struct parser *, bool reply);
struct script_item *parser_add(struct parser *, enum script_kind, struct place);

/* lines.c: "C: ", "S: " and their kin. The cursor stands behind the mark and its blank. */
bool parse_say(struct parser *, unsigned peer, bool raw, struct cursor *);
bool parse_reply(struct parser *, unsigned peer, struct cursor *);
/* The replies gathered say how the client's next line is understood. */
void parse_settle(struct parser *);
/* What was gathered becomes items. */
bool parse_flush(struct parser *, const struct cursor *);

/* commands.c: a line that begins with "/" and a word. */
bool parse_command(struct parser *, struct input *, struct span name, struct cursor *);

/* script.c */
bool parse_input(struct parser *, const char *file, struct span text, const struct cursor *from);

#endif
