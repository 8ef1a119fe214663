/*
 * The words of a script that are not steps of a session: settings of the play, assertions, and what
 * only the server's side does. Each word is one row of a table; ->args of the item points to the
 * type named here. A word belongs to the client, to the server, or to both; the other side ignores
 * it.
 */
#ifndef RUN_SCRIPT_WORDS_H
#define RUN_SCRIPT_WORDS_H

#include "run/script/script.h"
#include "run/session/session.h"

enum script_word_kind {
	/* structure; never an item */
	WORD_CASE, WORD_INCLUDE, WORD_ELSE, WORD_END, WORD_ON, WORD_OTHERWISE,
	WORD_REQUIRES,		/* struct word_requires: skip the case unless offered */
	WORD_TIMEOUT,		/* struct span, for timeouts_parse */
	WORD_TLS,		/* struct word_tls */
	WORD_HELO,		/* struct script_text */
	WORD_MATCH,		/* enum match_level */
	WORD_MASK,		/* struct word_mask */
	WORD_VAR,		/* struct word_var */
	WORD_SECRET,		/* struct word_var; its text is empty */
	WORD_CAPTURE,		/* struct word_capture */
	WORD_ASSERT,		/* struct word_assert */
	WORD_TIME,		/* struct word_assert */
	WORD_EARLY,		/* NULL */
	WORD_PIPELINE,		/* bool; for the parser, which has already grouped the commands */
	WORD_WRITE,		/* struct pace */
	WORD_REPEAT,		/* struct word_repeat */
	WORD_RETRY,		/* struct word_repeat */
	WORD_IF,		/* struct word_assert */
	WORD_LISTEN,		/* struct span: ADDR:PORT */
	WORD_DELAY,		/* uint64_t, milliseconds before the next reply (server) */
	WORD_TRICKLE,		/* struct pace: how replies are sent from now on (server) */
	/* uint64_t, milliseconds that the last reply took (server, mock_opts.realtime) */
	WORD_TOOK,
	WORD_TIMES,		/* unsigned: how many connections play this case (server) */
	WORD_KINDS
};

enum { WORD_CLIENT = 1, WORD_SERVER = 2, WORD_BOTH = 3 };

struct script_word {
	const char *name, *args, *help;
	enum script_word_kind kind;
	unsigned side;
	bool block;			/* begins a block, which ends at /end */
	bool (*parse)(const void **args, struct cursor *, const struct text_context *,
	    struct expect_ere **, struct err *);
};
/*
 * Parses an expression between slashes, and skips the spaces after it. Returns false and sets err
 * (ERR_USAGE).
 */
bool word_parse_ere(const struct expect_ere **, struct cursor *, struct arena *,
    struct expect_ere **eres, struct err *);
extern const struct script_word script_words[];		/* ends with a NULL name */
const struct script_word *script_word_find(struct span name);

struct word_requires { struct span keyword; bool negated; const struct word_requires *next; };
struct word_tls { struct tls_settings set; struct span fail; };
struct word_mask { unsigned on, off; const struct expect_ere *own; };	/* bits of MATCH_MASKS */
struct word_var { size_t name; struct script_text text; };
struct word_capture { size_t name; const struct expect_ere *ere; bool redact; };
struct word_repeat { unsigned times; uint64_t every_ms; };

enum assert_subject {
	ASSERT_TIME,
	ASSERT_TOTAL,
	ASSERT_LINES,
	ASSERT_TEXT,
	ASSERT_ENHANCED,
	ASSERT_EHLO,
	ASSERT_TLS_VERSION,
	ASSERT_TLS_CIPHER,
	ASSERT_CERT_DAYS,
	ASSERT_CERT_NAME,
	ASSERT_CERT_VERIFIED,
	ASSERT_IP,
	ASSERT_FAMILY,
	ASSERT_VAR
};
enum assert_op {
	ASSERT_EXISTS,
	ASSERT_EQ,
	ASSERT_NE,
	ASSERT_LT,
	ASSERT_LE,
	ASSERT_GT,
	ASSERT_GE,
	ASSERT_CONTAINS,
	ASSERT_MATCHES
};
struct word_assert {
	struct span source;		/* "cert.days > 14" */
	enum assert_subject subject;
	struct span keyword;		/* EHLO: the keyword */
	size_t name;			/* VAR: the variable */
	bool negated;
	enum assert_op op;
	struct script_text value;
	uint64_t number;		/* in milliseconds when it is a time */
	const struct expect_ere *ere;
};

#endif
