/*
 * Every option of every subcommand: one table, a row each, scoped to the subcommands it serves,
 * with one meaning each. Usage, completion and the manual's test read the same rows.
 */
#ifndef UI_OPTIONS_OPTIONS_H
#define UI_OPTIONS_OPTIONS_H

#include "run/message/send.h"
#include "run/play/play.h"
#include "run/serve/serve.h"
#include "ui/show/exit_status.h"
#include "ui/options/check.h"
#include "ui/options/format.h"
#include "ui/options/probe.h"
#include "ui/show/screen.h"

enum { LINES_MAX = 256, REFUSALS_MAX = 200, VALUES_MAX = 100 };

enum format { FORMAT_TEXT, FORMAT_JSON };

struct options {
	struct arena arena;
	struct session_opts session;
	struct tls_opts tls;
	struct dns_opts dns;
	unsigned port;
	bool timeouts_said;
	enum format format;
	struct look look;
	const char *file;		/* -f */
	const char **line;		/* -c; room for LINES_MAX */
	size_t nlines;
	bool fail_fast, no_history;
	bool realtime;			/* serve waits as long as was recorded */
	/* the prompt refuses what looks wrong instead of noting it */
	bool strict;
	struct send_plan send;
	const char *listen;
	struct probe_settings probe;
	struct check_settings check;
	const char *allow_port, *modules;
	struct addr_net *allow_target;	/* --allow-target */
	size_t nallow_target;
	struct serve_opts serve;
	/* --refuse; room for REFUSALS_MAX and the end; NULL: none */
	struct mta_refusal *refusal;
	size_t nrefusals;
	const char *ca_out, *account_file, *maildir, *mbox, *messages;
	const char *profile, *from_dialect;
	unsigned count, times;		/* of messages, of connections; then it ends */
	const char *debug;
	uint64_t deadline_ms;		/* of the whole */
	const char *log;		/* --log */
	int no_bodies;			/* it keeps of messages their size only */
	const char *to;			/* of record */
	const char *against, *file_root;	/* of what plays scripts */
	const char *tags, *only;		/* --tags, --case */
	enum report_format report;
	enum match_level match_level;
	struct play_value *value;	/* --var, --secret; room for VALUES_MAX */
	size_t nvalues;
	unsigned jobs;
	enum { UPDATE_NO, UPDATE_ALL, UPDATE_ASK } update;
	bool keep_going, allow_env, allow_hosts, allow_pipe, allow_unix;
	const char **arg;		/* what is no option, in order */
	size_t nargs;
	enum exit_style exit;		/* --exit */
	struct blame blame;		/* what that wants to know of the run */
	bool help, version;
	const struct program *program;
};

enum scope {
	SCOPE_TALK = 1,
	SCOPE_SERVE = 2,
	SCOPE_EXPLAIN = 4,
	SCOPE_SEND = 8,
	SCOPE_RESOLVE = 16,
	SCOPE_COMMON = 32,	/* the options that all have, and no more */
	SCOPE_REPLAY = 0x100,
	SCOPE_SELFTEST = 0x400,
	SCOPE_RECORD = 0x800,
	SCOPE_IMPORT = 0x200,
	SCOPE_CONNECT = SCOPE_TALK | SCOPE_SEND | SCOPE_REPLAY | SCOPE_RECORD,
	SCOPE_PROBE = 0x1000,
	SCOPE_EXPORTER = 0x2000,
	SCOPE_CHECK = 0x8000,
	SCOPE_ALL = 0xBFFF,
	SCOPE_SET = 0x4000,     /* by /set, at the prompt */
	SCOPE_TARGET = 0x10000  /* in a line of --targets: what a call sets for one target */
};

/* How a value is kept: the type of the member of struct options at `offset`. */
enum option_kind {
	OPTION_CALL,		/* by a function */
	OPTION_FLAG,		/* bool */
	OPTION_COUNT,		/* int, one more each time */
	OPTION_TEXT,		/* const char *, in the arena */
	OPTION_NUMBER,		/* unsigned, to 10^9 */
	OPTION_MS,		/* uint64_t, "500ms", "10s", "2m" */
	OPTION_SEND,		/* of the message's plan, by its name */
	OPTION_CHOICE,		/* an int or enum; without a value the first choice */
};

struct choice { const char *word; int value; };		/* a list ends in a NULL word */
extern const struct choice probe_formats[];		/* values.c */
extern const struct choice check_format_choices[];	/* check.c */

struct option {
	const char *name;		/* long, without dashes */
	char letter;			/* short, or 0 */
	unsigned scope;
	/* what its value is called; NULL: it takes none; "[=X]": may be left out */
	const char *arg;
	const char *help;		/* one sentence without a full stop */
	enum option_kind kind;
	size_t offset;
	const struct choice *choices;
	bool (*call)(struct options *, struct span value, struct err *);
	/* what a call has set, for /set; OPTION_SHOWN octets */
	void (*show)(const struct options *, char *out);
};
extern const struct option options[];	/* table.c; ends in a NULL name */

const struct option *option_find(enum scope, struct span name);	/* NULL: none in this scope */
bool option_set(const struct option *, struct options *, struct span value, struct err *);
/* "off, try or starttls", into CHOICE_WORDS octets. */
enum { CHOICE_WORDS = 200 };
const char *choice_words(const struct choice *, char out[CHOICE_WORDS]);
/* Of these words; the error lists them. `option` is the long name of whose value it is. */
bool choice_read(
    const struct choice *, const char *option, struct span value, int *out, struct err *);
/* Its value as /set takes it: "on", "starttls", "10s". */
enum { OPTION_SHOWN = TIMEOUTS_SHOWN };
void option_show(const struct option *, const struct options *, char out[OPTION_SHOWN]);

/* A subcommand: one file and one line in the table of them each. */
struct command {
	const char *name;		/* "" for talk, which has no word of its own */
	const char *args;		/* as the usage line shows them */
	const char *help;		/* one sentence without a full stop */
	unsigned scope;			/* whose options it takes; 0 where it has main */
	/*
	 * Its options were read. The exit status; with err it is said what went wrong, and the
	 * status, where it is 0, is err's.
	 */
	int (*run)(struct options *, struct err *);
	/* or it has options of its own, and reads what stands behind its name; the exit status */
	int (*main)(const struct program *, int argc, char *argv[]);
	/*
	 * its own, that a shell completes: "--hostname", "bash"; NULL behind the last. NULL: none
	 */
	const char *(*word)(size_t i);
	/* the exit status when it failed, or its output could not be written; 0: as the error has
	 * it */
	int lost;
};

/*
 * What the rooms above have: the subcommands, NULL behind the last, and the names that only the
 * prompt takes.
 */
struct program {
	const struct command *const *commands;
	bool (*only_at_prompt)(struct span name);
};

/* Reads them all. False with err (ERR_USAGE): an unknown option names the nearest. */
bool options_read(
    struct options *, enum scope, const struct program *, int argc, char *argv[], struct err *);
void options_release(struct options *);

/*
 * The index of the first word that is neither an option nor the value of one, by the rows of a
 * scope, and by those of others for an option that it has not. argc where there is no such word,
 * and where an unknown option or "--" stands before it.
 */
int options_first_word(enum scope, int argc, char *argv[]);

/*
 * A subcommand from its command line to its exit status: reads the options, answers --help, which
 * is made from the rows, and --version, runs it, and says on standard error what went wrong.
 */
int command_run(const struct command *, const struct program *, int argc, char *argv[]);

#endif
