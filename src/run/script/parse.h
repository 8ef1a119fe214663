/*
 * The state of the script parser, for script.c, lines.c and commands.c only. Together they are one
 * state machine: script.c takes the lines one by one and decides what each is, lines.c collects
 * what is sent and expected until an exchange is complete, and commands.c handles lines that begin
 * with "/", which may read another file (parse_input) or begin a reply (parse_reply).
 */
#ifndef RUN_SCRIPT_PARSE_H
#define RUN_SCRIPT_PARSE_H

#include "run/script/words.h"

enum parse_mode { PARSE_COMMAND, PARSE_MESSAGE, PARSE_ANSWER, PARSE_CHUNK };

struct block {
	struct script_item *item;
	bool other;			/* after its /else */
	struct script_item **outer;	/* where the list continues after its /end */
};

struct input {
	const char *file;
	struct span rest;
	unsigned line;
	bool marked;
};

struct parser {
	struct script *script;
	struct arena *arena;		/* the script's arena */
	const struct script_opts *opts;
	struct err *err;
	struct script_item **end;	/* where the next item is linked */
	/* the last item; NULL when a reply cannot belong to it */
	struct script_item *last;
	struct block block[SCRIPT_DEPTH_MAX];
	size_t depth, nincludes, nlines;
	struct script_case *now;	/* NULL: the prelude */
	struct script_case **case_end;
	struct script_rule **rule_end, *rule;	/* rule: S: lines are replies of this rule */
	uint64_t rule_delay_ms;			/* delay before the rule's next reply */
	bool rule_over;				/* the rule has closed the connection */

	/* the exchange that is being collected */
	unsigned peer;
	struct script_say *say;
	struct expect **reply;
	size_t nsay, nreply;
	bool open;			/* the last reply, `opened`, continues */
	struct expect *opened;
	enum { PIPELINE_AS_WRITTEN, PIPELINE_ON, PIPELINE_OFF } pipeline;

	/* how the next line of each peer is read */
	struct { enum parse_mode mode; unsigned long long chunk; } of[SCRIPT_PEERS_MAX + 1];
};

struct text_context parser_context(struct parser *, bool reply);
struct script_item *parser_add(struct parser *, enum script_kind, struct place);

/*
 * lines.c: parse the rest of a "C: " or "S: " line; the cursor must be after the mark and its
 * space. Return false and set parser->err.
 */
bool parse_say(struct parser *, unsigned peer, bool raw, struct cursor *);
bool parse_reply(struct parser *, unsigned peer, struct cursor *);
/* Decides from the replies collected so far how the client's next line is read. */
void parse_settle(struct parser *);
/* Turns the collected lines into items. Returns false and sets parser->err. */
bool parse_flush(struct parser *, const struct cursor *);

/*
 * commands.c: handles a line that begins with "/" and a word. Returns false and sets parser->err.
 */
bool parse_command(struct parser *, struct input *, struct span name, struct cursor *);

/* script.c */
bool parse_input(struct parser *, const char *file, struct span text, const struct cursor *from);

#endif
