/*
 * Text with placeholders: literal text, {{variables}}, {{name:type}} placeholders and
 * {{functions}}. The same pieces are used for what is sent (they are filled in) and for what is
 * expected (they are matched and captured, see run/script/expect.h).
 */
#ifndef RUN_SCRIPT_TEXT_H
#define RUN_SCRIPT_TEXT_H

#include "run/session/step.h"

enum { NAMES_MAX = 256, FILLED_MAX = 1 << 20, SECRET_VARIABLE_MAX = 100 };

/* type, its word */
#define VALUE_TYPES(X)		\
	X(ANY, "any") X(WORD, "word") X(REST, "rest") X(INT, "int") X(HOST, "host") X(IP, "ip") \
	X(ENH, "enh") X(QUEUEID, "queueid") X(MSGID, "msgid") X(DATE, "date") X(B64, "b64") \
	X(UUID, "uuid")

enum value_type {
	TYPE_NONE,
#define X(name, word) TYPE_##name,
	VALUE_TYPES(X)
#undef X
};

enum piece_kind {
	PIECE_TEXT,	/* ->text as it is */
	PIECE_ANYTHING, /* "[..]": any text within a line */
	PIECE_REST,	/* a trailing " ..." */
	PIECE_PLACE,	/* {{name}}, {{name:type}}, {{:type}}, {{:type=given}} */
	PIECE_CALL,	/* {{function args}} */
};

struct call_arg { bool literal; struct span text; size_t name; };

struct piece {
	enum piece_kind kind;
	struct span text;		/* TEXT */
	/* PLACE: index of the script's names; NAME_NONE: unnamed */
	size_t name;
	enum value_type type;		/* PLACE; TYPE_NONE: must be set */
	/*
	 * PLACE: what a server sends while the variable is not set; .at NULL: it makes up a value
	 */
	struct span given;
	const struct function *function;	/* CALL */
	struct call_arg arg[2];
};

struct script_text {
	struct span source;		/* as written */
	struct piece *piece;
	size_t n;
	bool secret;			/* contains a secret, or a function that takes one */
	/* contains more than literal text and variables */
	bool patterns;
};

/* The names of a script's variables. A play keeps their values in an array in the same order. */
enum { NAME_NONE = NAMES_MAX };
struct script_names {
	struct { struct span name; bool secret, outside; } of[NAMES_MAX];
	size_t n;
};
/* Returns the index of a name; NAME_NONE: no such name. */
size_t names_find(const struct script_names *, struct span name);
/*
 * Returns the index of a name, which is added if missing; NAME_NONE: the table is full. With
 * `secret` it is marked as a secret. The text of the name is not copied.
 */
size_t names_add(struct script_names *, struct span name, bool secret);
/* A variable set from outside before a script plays. */
struct play_value { struct span name, value; bool secret; };

/*
 * Returns whether the name is valid: at most 64 letters, digits, - and _, not beginning with a
 * digit, and not the name of a function.
 */
bool name_is_valid(struct span);
/* The name of what a rule's expression matched: its first group, or the whole match without one. */
#define NAME_MATCHED SPAN("1")

/* The context in which a text is parsed. A typed placeholder adds its name. */
struct text_context {
	struct arena *arena;
	struct script_names *names;
	/* in an S: line: [..] and a trailing " ..." are patterns */
	bool reply;
	bool matched; /* in a rule with an expression, whose match is {{1}} */
};
/* Parses the rest of the cursor's line. Returns false and sets err (ERR_USAGE). */
bool text_parse(struct script_text *, struct cursor *, const struct text_context *, struct err *);

/*
 * The values of one play. The initial state is {0} with ->names and ->arena set, which belong to
 * the caller.
 */
struct script_vars {
	const struct script_names *names;
	struct arena *arena;
	struct span value[NAMES_MAX];
	bool set[NAMES_MAX];
	bool secret[NAMES_MAX];		/* includes those of `/capture … redact` */
	/*
	 * received from a peer that had been sent a secret: it may be sent only where a secret may,
	 * but may be shown
	 */
	bool tainted[NAMES_MAX];
	bool tainting;			/* values set now are tainted */
	unsigned secrets;		/* incremented for each further value to star */
	/* octets allocated for value[], reused when a loop sets it again */
	size_t room[NAMES_MAX];
	struct span challenge;		/* of the last 334, in base64 */
	/* what functions made of secrets, and the call that made it */
	struct { struct span value, source; } built[16];
	size_t nbuilt;
	bool allow_env;
};
/* Sets a variable to a copy of the value. */
void vars_set(struct script_vars *, size_t name, struct span value);

/*
 * Fills in a text as it is sent. Typed placeholders that are not set get made-up values, which are
 * kept. `shown`, unless NULL, gets the same text with secrets, and what was made of them, replaced
 * by their source. Both live in the arena. Returns false and sets err when a variable is not set or
 * a function fails.
 */
bool text_fill(const struct script_text *, struct script_vars *, struct arena *, struct span *out,
    struct span *shown, struct err *);

/* Returns whether the text, with the current values, may be sent only where a secret may. */
bool text_is_secret(const struct script_text *, const struct script_vars *);
/*
 * Returns whether the text has a secret, or what a function makes of one. Unlike text_is_secret it
 * ignores tainted values.
 */
bool text_names_secret(const struct script_text *, const struct script_vars *);

/*
 * Sets a secret from SMTPSH_SECRET_NAME in the environment unless it has a value, and marks it as a
 * secret. `variable` gets the name of the environment variable. Returns whether the secret now has
 * a value.
 */
bool vars_secret(struct script_vars *, size_t name, char variable[SECRET_VARIABLE_MAX]);
/*
 * Returns `text` with every secret in it (as it is, in base64, and as what functions made of it)
 * replaced by its source. In the arena, or `text` itself.
 */
struct span vars_redact(const struct script_vars *, struct arena *, struct span text);

enum value_type value_type_of(struct span word);	/* TYPE_NONE: no such type */
const char *value_type_word(enum value_type);
/*
 * Returns the length of the value of this type at the front of `text`; 0: none. ANY, WORD and REST
 * take as much as possible.
 */
size_t value_length(enum value_type, struct span text);
/* Makes a value that a server may send. In the arena. */
struct span value_make(enum value_type, struct arena *);

/* The functions that a text may call, also listed in help and manual. Ends with a NULL name. */
struct function {
	const char *name, *args, *help;
	unsigned nargs;
	bool builds_auth;		/* its result is secret whatever its arguments are */
	bool takes_secrets;		/* an argument that names no variable declares a secret */
	bool hides_last;		/* its last argument, when quoted, may be a secret */
	bool (*make)(struct script_vars *, struct span arg[2], struct arena *, struct span *out,
	    struct err *);
};
extern const struct function functions[];
const struct function *function_find(struct span name); /* NULL: no such function */

#endif
