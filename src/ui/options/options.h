/*
 * Every option of every subcommand, in one table with one row and one meaning each, scoped to the
 * subcommands that have it. Usage, completion and the test of the manual read the same rows.
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
	/* prompt: reject lines that look wrong instead of warning */
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
	/* --refuse; room for REFUSALS_MAX and the terminator; NULL: none */
	struct mta_refusal *refusal;
	size_t nrefusals;
	const char *ca_out, *account_file, *maildir, *mbox, *messages;
	const char *profile, *from_dialect;
	unsigned count, times;		/* exit after this many messages, connections */
	unsigned wait;			/* number of the message to print before exiting */
	const char *api;		/* ADDR:PORT */
	const char *debug;
	uint64_t deadline_ms;		/* for the whole run */
	const char *log;		/* --log */
	int no_bodies;			/* --log keeps only the size of messages */
	const char *to;			/* record: where to forward */
	const char *against, *file_root;	/* of the commands that play scripts */
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
	size_t nwords;	     /* number of those before "--" */
	struct given *given; /* options as they were given */
	size_t ngiven;
	const struct config *config; /* the configuration file; NULL: not read */
	/* the section of the target that the first argument names; NULL: none */
	const struct config_section *name;
	enum exit_style exit;		/* --exit */
	struct blame blame;		/* what --exit needs to know of the run */
	bool help, version, no_config;
	bool short_help; /* ->help was requested with -h */
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
	SCOPE_TARGET = 0x10000  /* in a line of --targets: options of a single target */
};

/* How a value is stored: the type of the member of struct options at `offset`. */
enum option_kind {
	OPTION_CALL,		/* by a function */
	OPTION_FLAG,		/* bool */
	OPTION_COUNT,		/* int, incremented each time */
	OPTION_TEXT,		/* const char *, in the arena */
	OPTION_NUMBER,		/* unsigned, up to 10^9 */
	OPTION_MS,		/* uint64_t, "500ms", "10s", "2m" */
	OPTION_SEND,		/* in the send_plan, by the option's name */
	OPTION_CHOICE,		/* an int or enum; without a value, the first choice */
};

/* The headings under which --help lists options, in this order. */
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
	/* writes the value for /set, at most OPTION_SHOWN bytes; NULL: nothing to show */
	void (*show)(const struct options *, char *out);
	/* the scopes in which it is one of the most used, which help lists first */
	unsigned often;
	/*
	 * the values that loosen security, separated by spaces, which are accepted only on the
	 * command line and for a named target; "": every value; NULL: none
	 */
	const char *loosens;
	bool password; /* it says where to find the password */
};
extern const struct option options[];	/* table.c; ends with a NULL name */

const struct option *option_find(enum scope, struct span name);	/* NULL: none in this scope */
bool option_set(const struct option *, struct options *, struct span value, struct err *);
/* Writes the words to `out` as in "off, try or starttls", and returns it. */
enum { CHOICE_WORDS = 200 };
const char *choice_words(const struct choice *, char out[CHOICE_WORDS]);
/*
 * Reads one of these words. Returns false and sets err, which lists them; `option` is the long name
 * of the option.
 */
bool choice_read(
    const struct choice *, const char *option, struct span value, int *out, struct err *);
/* Writes the value as /set takes it: "on", "starttls", "10s". */
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
	unsigned args_max;		/* maximum number of arguments besides options */
	const char *help;		/* imperative, one clause, without a full stop */
	unsigned scope;			/* the scope of its options; 0 when it has main */
	/*
	 * Runs the command after its options were read. Returns the exit status. If err is set, it
	 * is printed, and its kind is the exit status when the returned status is 0.
	 */
	int (*run)(struct options *, struct err *);
	/*
	 * Instead of run: parses options of its own from the arguments after its name. Returns the
	 * exit status.
	 */
	int (*main)(const struct program *, int argc, char *argv[]);
	/*
	 * Returns the i-th of its own words for completion, as in "--hostname" or "bash"; NULL
	 * after the last. NULL: none.
	 */
	const char *(*word)(size_t i);
	/* the exit status when it fails or its output cannot be written; 0: that of the error */
	int lost;
	/*
	 * whether it takes options from the configuration file and the environment, and named
	 * targets
	 */
	enum { CONFIG_NOT, CONFIG_OPTIONS, CONFIG_NAMES } config;
	/* command lines after "smtpsh ", for -h and --help; NULL after the last */
	const char *example[EXAMPLES_MAX + 1];
};

/*
 * What lower layers need to know of the layers above them: the subcommands, ended by NULL, and the
 * names of commands that exist only at the prompt.
 */
struct program {
	const struct command *const *commands;
	bool (*only_at_prompt)(struct span name);
};
/* Returns NULL when there is no such subcommand; talk has no name. */
const struct command *command_find(const struct program *, const char *name);

/* An option as it was given. The source with the lower rank wins. */
struct given {
	const struct option *option;
	struct span value;
	enum { GIVEN_HERE, GIVEN_ENVIRONMENT, GIVEN_NAME, GIVEN_DEFAULTS } rank;
	/* the configuration file, or "SMTPSH_OPTIONS"; NULL: the command line */
	const char *source;
	unsigned line;	 /* of the file; 0: none */
	bool short_help; /* it was -h */
};

/*
 * Reads all options of argv. Returns false and sets err (ERR_USAGE), which suggests the nearest
 * name for an unknown option.
 */
bool options_read(
    struct options *, enum scope, const struct program *, int argc, char *argv[], struct err *);
/*
 * The same in two steps, including what the command takes from the configuration file and the
 * environment. options_parse collects the options with their sources, and replaces a named target
 * by its target; it does not look at values. options_apply sets them: the command line overrides
 * $SMTPSH_OPTIONS, which overrides the section of the named target, which overrides [defaults]. An
 * option replaces those of the same name in overridden sources even if it is repeatable.
 */
bool options_parse(struct options *, const struct command *, const struct program *, int argc,
    char *argv[], struct err *);
bool options_apply(struct options *, struct err *);
/*
 * Finds the value that options_apply sets an option to, by its long name. Returns false when it was
 * not given.
 */
bool options_given(const struct options *, const char *name, struct span *value);
/* Returns whether options_apply skips an option because an overriding source has it. */
bool given_is_replaced(const struct options *, const struct given *);

/*
 * Sets `out` to the options without those of the named target's section, and without a password.
 * The caller must release them.
 */
void options_without_name(const struct options *, enum scope, struct options *out);

/*
 * What happens to an option of a section where the section is used: it is set, ignored because it
 * concerns the whole run, or rejected.
 */
enum section_use { SECTION_SETS, SECTION_SKIPS, SECTION_REFUSES };
/*
 * Sets the options in a named target's section that `scope` has, as `use` tells. Returns false and
 * sets err, with file and line, when a value is invalid or an option is rejected; `what` says for
 * what it cannot be set.
 */
bool options_set_section(struct options *, enum scope, const struct config_section *,
    enum section_use (*use)(const struct option *), const char *what, struct err *);

void options_release(struct options *);

/*
 * Returns the index of the first word that is neither an option nor the value of one, by the
 * options of this scope or, for one that it lacks, of any scope. Returns argc when there is no such
 * word, or an unknown option or "--" comes first.
 */
int options_first_word(enum scope, int argc, char *argv[]);

#endif
