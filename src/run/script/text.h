/*
 * Text with places in it: literal runs, {{variables}}, {{name:type}} placeholders and
 * {{functions}}. The same pieces serve what is sent (they are filled in) and what is expected (they
 * are matched and captured, run/script/expect.h).
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
	PIECE_ANYTHING, /* [..] within a line, or a trailing " ..." */
	PIECE_REST,
	PIECE_PLACE, /* {{name}}, {{name:type}}, {{:type}}, {{:type=given}} */
	PIECE_CALL,  /* {{function args}} */
};

struct call_arg { bool literal; struct span text; size_t name; };

struct piece {
	enum piece_kind kind;
	struct span text;		/* TEXT */
	size_t name;			/* PLACE: of the script's names; NAME_NONE: of none */
	enum value_type type;		/* PLACE; TYPE_NONE: must be set */
	/* PLACE: what a server sends while the variable is not set; .at NULL: one is made up */
	struct span given;
	const struct function *function;	/* CALL */
	struct call_arg arg[2];
};

struct script_text {
	struct span source;		/* as written */
	struct piece *piece;
	size_t n;
	bool secret;			/* a secret or a function of one is in it */
	/* there is something other than literal text and set variables */
	bool patterns;
};

/* The names of a script's variables. A play keeps its values in an array of the same order. */
enum { NAME_NONE = NAMES_MAX };
struct script_names {
	struct { struct span name; bool secret, outside; } of[NAMES_MAX];
	size_t n;
};
/* NAME_NONE: there is none */
size_t names_find(const struct script_names *, struct span name);
/* finds it or adds it; NAME_NONE: full */
size_t names_add(struct script_names *, struct span name, bool secret);
/* A variable that is set from outside, before a script plays. */
struct play_value { struct span name, value; bool secret; };

bool name_is_valid(struct span);		/* letters, digits, - and _; no function's name */

/* What is known where a text is parsed. A typed placeholder adds its name. */
struct text_context {
	struct arena *arena;
	struct script_names *names;
	bool reply;			/* of an S: line: [..] and a trailing " ..." are patterns */
};
/* The cursor's rest up to its end. */
bool text_parse(struct script_text *, struct cursor *, const struct text_context *, struct err *);

/* Values of one play. Zeroed, with ->names set, is a beginning; the arena is the caller's. */
struct script_vars {
	const struct script_names *names;
	struct arena *arena;
	struct span value[NAMES_MAX];
	bool set[NAMES_MAX];
	bool secret[NAMES_MAX];		/* also those of `/capture … redact` */
	/* came from a peer that was told a secret: may leave as a secret may, and may be shown */
	bool tainted[NAMES_MAX];
	bool tainting;			/* what is set now is so */
	unsigned secrets;		/* counts up whenever there is one more to be starred */
	/* octets that are value[]'s own: a loop that sets it anew needs no more */
	size_t room[NAMES_MAX];
	struct span challenge;		/* of the last 334, still in base64 */
	/* what functions made of secrets, and how */
	struct { struct span value, source; } built[16];
	size_t nbuilt;
	bool allow_env;
};
void vars_set(struct script_vars *, size_t name, struct span value);		/* copied */

/*
 * Fills everything in: what goes on the wire. Typed places that are unset are made up and kept.
 * `shown`, when given, is the same with secrets and what was made of them replaced by their source.
 * False: a variable is not set.
 */
bool text_fill(const struct script_text *, struct script_vars *, struct arena *, struct span *out,
    struct span *shown, struct err *);

/* Is something in it, as the values are now, that may leave only as a secret may? */
bool text_is_secret(const struct script_text *, const struct script_vars *);
/* Is a secret itself in it, or what a function makes of one? */
bool text_names_secret(const struct script_text *, const struct script_vars *);

/*
 * The value of SMTPSH_SECRET_NAME, where it has none yet. False: it is not in the environment;
 * `variable` names it.
 */
bool vars_secret(struct script_vars *, size_t name, char variable[SECRET_VARIABLE_MAX]);
/*
 * `text` with every secret in it (as it is, in base64, and in what functions made of it) replaced.
 */
struct span vars_redact(const struct script_vars *, struct arena *, struct span text);

enum value_type value_type_of(struct span word);	/* TYPE_NONE: no such type */
const char *value_type_word(enum value_type);
/*
 * How much of the front of `text` is a value of the type; 0: none is. ANY, WORD and REST as far as
 * they can go.
 */
size_t value_length(enum value_type, struct span text);
struct span value_make(enum value_type, struct arena *);	/* one that a server may give */

/* Functions that a text may call: for the help and the manual. Ends in a NULL name. */
struct function {
	const char *name, *args, *help;
	unsigned nargs;
	bool builds_auth;		/* credentials go into it */
	bool takes_secrets;		/* a name that is not set is one of a secret */
	bool hides_last;		/* its last argument in quotes may be a secret */
	bool (*make)(struct script_vars *, struct span arg[2], struct arena *, struct span *out,
	    struct err *);
};
extern const struct function functions[];
const struct function *function_find(struct span name); /* NULL: none is called so */

#endif
