/*
 * Every option of every subcommand: one table, one row and one meaning each, scoped to its
 * subcommands. Usage, completion and the manual's test read the same rows.
 */
#ifndef UI_OPTIONS_OPTIONS_H
#define UI_OPTIONS_OPTIONS_H

#include <limits.h>

#include "run/message/send.h"
#include "run/play/play.h"
#include "run/serve/serve.h"
#include "ui/show/exit_status.h"
#include "ui/options/check.h"
#include "ui/options/format.h"
#include "ui/options/probe.h"
#include "ui/show/screen.h"

struct config;
struct config_section;
struct given;

enum { LINES_MAX = 256, REFUSALS_MAX = 200, VALUES_MAX = 100 };

enum format { FORMAT_TEXT, FORMAT_JSON };

struct options {
	struct arena arena;
	struct session_opts session;
	struct tls_opts tls;
	struct dns_opts dns;
	unsigned port;
	bool timeouts_given;
	enum format format;
	struct look look;
	const char *file;		/* -f */
	const char **line;		/* -c; room for LINES_MAX */
	size_t nlines;
	bool fail_fast, no_history;
	bool dry_run, step;
	bool realtime;			/* serve: delay replies as recorded */
	/* prompt: refuse lines that look wrong instead of noting it */
	bool strict;
	struct send_plan send;
	const char *listen;
	struct probe_settings probe;
	struct check_settings check;
	const char *allow_port, *modules;
	struct addr_net *allow_target;	/* --allow-target */
	size_t nallow_target;
	const char **allow_host;	/* --allow-host; room for VALUES_MAX */
	size_t nallow_host;
	unsigned history;		/* exporter: number of probes kept for its page */
	struct serve_opts serve;
	/* --refuse; room for REFUSALS_MAX and the end; NULL: none */
	struct mta_refusal *refusal;
	size_t nrefusals;
	const char *ca_out, *account_file, *maildir, *mbox, *messages;
	const char *profile, *from_dialect;
	unsigned count, times;		/* exit after this many messages, connections */
	unsigned wait;			/* print this message and exit */
	const char *api;		/* ADDR:PORT */
	const char *debug;
	uint64_t deadline_ms;		/* for the whole run */
	const char *log;		/* --log */
	int no_bodies;			/* --log keeps only the size of messages */
	const char *to;			/* of record */
	const char *against, *file_root;	/* of what plays scripts */
	const char *tags, *only;		/* --tags, --case */
	enum report_format report;
	enum match_level match_level;
	struct play_value *value;	/* --var, --secret; room for VALUES_MAX */
	size_t nvalues;
	unsigned jobs;
	enum { UPDATE_NO, UPDATE_ALL, UPDATE_ASK } update;
	enum { LEARN_NO, LEARN_SAFE, LEARN_SEND } learn;
	const char *learn_output; /* NULL: the script itself */
	bool keep_going, allow_env, allow_hosts, allow_pipe, allow_unix;
	const char **arg;		/* the arguments that are not options, in order */
	size_t nargs;
	size_t nwords;	     /* of them, those before "--" */
	struct given *given; /* options as they were given */
	size_t ngiven;
	const struct config *config; /* the file of options; NULL: not read */
	/* the section whose target the first argument named; NULL: none */
	const struct config_section *name;
	enum exit_style exit;		/* --exit */
	struct blame blame;		/* what --exit needs to know of the run */
	bool help, version, no_config;
	bool short_help; /* ->help was asked for by -h */
	const struct program *program;
};

enum scope {
	SCOPE_TALK = 1,
	SCOPE_SERVE = 2,
	SCOPE_EXPLAIN = 4,
	SCOPE_SEND = 8,
	SCOPE_RESOLVE = 16,
	SCOPE_COMMON = 32,	/* only the options that every command has */
	SCOPE_REPLAY = 0x100,
	SCOPE_SELFTEST = 0x400,
	SCOPE_RECORD = 0x800,
	SCOPE_IMPORT = 0x200,
	SCOPE_CONNECT = SCOPE_TALK | SCOPE_SEND | SCOPE_REPLAY | SCOPE_RECORD,
	SCOPE_PROBE = 0x1000,
	SCOPE_EXPORTER = 0x2000,
	SCOPE_CHECK = 0x8000,
	SCOPE_ALL = 0xBFFF,
	SCOPE_SET = 0x4000,     /* /set at the prompt */
	SCOPE_TARGET = 0x10000  /* in a line of --targets: options set for one target */
};

/* How a value is stored: the type of the member of struct options at `offset`. */
enum option_kind {
	OPTION_CALL,		/* by a function */
	OPTION_FLAG,		/* bool */
	OPTION_COUNT,		/* int, incremented each time */
	OPTION_TEXT,		/* const char *, in the arena */
	OPTION_NUMBER,		/* unsigned, to 10^9 */
	OPTION_MS,		/* uint64_t, "500ms", "10s", "2m" */
	OPTION_SEND,		/* in the send_plan, by its name */
	OPTION_CHOICE,		/* an int or enum; the first choice without a value */
};

/* The headings that --help lists options under, in this order, a row each. */
#define OPTION_GROUPS(X)                   \
	X(LINES, "Lines and scripts")      \
	X(DIALOGUE, "Dialogue")            \
	X(CONNECTION, "Connection")        \
	X(TLS, "TLS")                      \
	X(AUTH, "Authentication")          \
	X(MESSAGE, "Message")              \
	X(ENVELOPE, "Envelope parameters") \
	X(JUDGEMENT, "Judgement")          \
	X(SENDER, "Mail from a domain")    \
	X(TARGETS, "Targets")              \
	X(SERVER, "Server")                \
	X(STORE, "Message store")          \
	X(OUTPUT, "Output")                \
	X(GENERAL, "General")
enum option_group {
#define X(token, title) IN_##token,
	OPTION_GROUPS(X)
#undef X
};

struct choice { const char *word; int value; };		/* a list ends with a NULL word */
extern const struct choice probe_formats[];		/* values.c */
extern const struct choice check_format_choices[];	/* check.c */

struct option {
	const char *name;		/* long, without dashes */
	char letter;			/* short, or 0 */
	unsigned scope;
	enum option_group group;
	/* name of its value; NULL: takes none; "[=X]": optional */
	const char *arg;
	const char *help; /* imperative, one clause, without a full stop */
	enum option_kind kind;
	size_t offset;
	const struct choice *choices;
	bool (*call)(struct options *, struct span value, struct err *);
	/* writes the value for /set, up to OPTION_SHOWN octets */
	void (*show)(const struct options *, char *out);
	/* the scopes in which it is among those used most, which help lists first */
	unsigned often;
	/*
	 * the values, separated by spaces, that loosen security, and are taken on the command line
	 * and for a named target only; "": every value; NULL: none
	 */
	const char *loosens;
	bool password; /* it says where the password is */
};
extern const struct option options[];	/* table.c; ends with a NULL name */

const struct option *option_find(enum scope, struct span name);	/* NULL: none in this scope */
bool option_set(const struct option *, struct options *, struct span value, struct err *);
/* Writes and returns "off, try or starttls". */
enum { CHOICE_WORDS = 200 };
const char *choice_words(const struct choice *, char out[CHOICE_WORDS]);
/*
 * Reads one of these words. False with err, which lists them; `option` is the long name of the
 * option.
 */
bool choice_read(
    const struct choice *, const char *option, struct span value, int *out, struct err *);
/* Writes its value as /set takes it: "on", "starttls", "10s". */
enum { OPTION_SHOWN = TIMEOUTS_SHOWN };
void option_show(const struct option *, const struct options *, char out[OPTION_SHOWN]);

enum { EXAMPLES_MAX = 3 };
#define ARGS_ANY UINT_MAX

/* What subcommands are for, in the order in which help lists them. */
#define COMMAND_GROUPS(X)                      \
	X(SESSION, "Session")                  \
	X(MAIL, "Mail")                        \
	X(DIAGNOSIS, "Diagnosis")              \
	X(MONITORING, "Monitoring")            \
	X(SCRIPTS, "Scripts and mock servers") \
	X(PROGRAM, "Program")
enum command_group {
#define X(token, title) FOR_##token,
	COMMAND_GROUPS(X)
#undef X
};

/* A subcommand: one file, and one line in the table of subcommands. */
struct command {
	const char *name;		/* "" for talk, which has no name of its own */
	enum command_group group;
	const char *args;		/* as in the usage line */
	unsigned args_max;		/* how many there may be besides options */
	const char *help;		/* imperative, one clause, without a full stop */
	unsigned scope;			/* the scope of its options; 0 when it has main */
	/*
	 * Runs it after its options were read. Returns the exit status; err, when set, is
	 * printed, and its kind is the status if that is 0.
	 */
	int (*run)(struct options *, struct err *);
	/*
	 * or it parses options of its own from the arguments after its name; returns the exit
	 * status
	 */
	int (*main)(const struct program *, int argc, char *argv[]);
	/*
	 * its own words for completion: "--hostname", "bash"; returns NULL after the last. NULL:
	 * none
	 */
	const char *(*word)(size_t i);
	/* the exit status when it fails or its output cannot be written; 0: the error's own */
	int lost;
	/*
	 * whether it takes options from the file and the environment, and names for targets too
	 */
	enum { CONFIG_NOT, CONFIG_OPTIONS, CONFIG_NAMES } config;
	/* command lines after "smtpsh ", for -h and --help; NULL after the last */
	const char *example[EXAMPLES_MAX + 1];
};

/*
 * What rooms above this one have: the subcommands, ended by NULL, and the names that only the
 * prompt takes.
 */
struct program {
	const struct command *const *commands;
	bool (*only_at_prompt)(struct span name);
};
/* NULL: no such subcommand; talk has no name. */
const struct command *command_find(const struct program *, const char *name);

/* An option as it was given; what came from a source of a lower rank wins. */
struct given {
	const struct option *option;
	struct span value;
	enum { GIVEN_HERE, GIVEN_ENVIRONMENT, GIVEN_NAME, GIVEN_DEFAULTS } rank;
	/* the file, or "SMTPSH_OPTIONS"; NULL: the command line */
	const char *source;
	unsigned line;	 /* of the file; 0: none */
	bool short_help; /* it was -h */
};

/*
 * Reads all options of argv. False with err (ERR_USAGE): for an unknown option it names the
 * nearest one.
 */
bool options_read(
    struct options *, enum scope, const struct program *, int argc, char *argv[], struct err *);
/*
 * The same in two steps, with what the command takes from the user's file and the environment.
 * options_parse finds what was given where, and puts the target of a name in the name's place;
 * values are not looked at. options_apply sets them: the command line wins, then
 * $SMTPSH_OPTIONS, then the section of the name, then [defaults]. An option replaces those of the
 * same name in sources that it wins over, also where it is repeatable.
 */
bool options_parse(struct options *, const struct command *, const struct program *, int argc,
    char *argv[], struct err *);
bool options_apply(struct options *, struct err *);
/* What options_apply sets an option to, by its long name. False: it is not given. */
bool options_given(const struct options *, const char *name, struct span *value);
/* Whether options_apply leaves it out, because a source that wins has it. */
bool given_is_replaced(const struct options *, const struct given *);

/*
 * The options as they are without the section of the name, and without the password that they
 * were given; to be released.
 */
void options_without_name(const struct options *, enum scope, struct options *out);

/* Whether an option in a section can be set where the section is used, or belongs to the run. */
enum section_use { SECTION_SETS, SECTION_SKIPS, SECTION_REFUSES };
/*
 * Sets the options in a named target's section, of those that `scope` has, as `use` tells. False
 * with err, with file and line: a value is wrong, or an option is refused, for `what`.
 */
bool options_set_section(struct options *, enum scope, const struct config_section *,
    enum section_use (*use)(const struct option *), const char *what, struct err *);

void options_release(struct options *);

/*
 * The index of the first word that is neither an option nor the value of one, by the rows of a
 * scope, and by those of other scopes for an option that this one lacks. argc when there is no
 * such word, or an unknown option or "--" comes before it.
 */
int options_first_word(enum scope, int argc, char *argv[]);

#endif
