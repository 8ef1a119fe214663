/* What the files of the import share. Only run/script/import*.c include this. */
#ifndef RUN_SCRIPT_IMPORT_PRIV_H
#define RUN_SCRIPT_IMPORT_PRIV_H

#include "base/arena.h"
#include "run/script/import.h"
#include "smtp/secrecy.h"
#include "smtp/verb.h"

/* ---- import_read.c: the log as lines, without what wraps it; adds to *out */

enum { IMPORT_ROW = 32 }; /* octets in a line of a dump */

void import_read(struct span log, struct buf *out);
/* The octets of a row in hexadecimal, up to what follows them; how many. */
size_t import_row_octets(struct span row, char out[IMPORT_ROW]);

/* ---- import_blocks.c: lines below a line that says who sent them */

struct import_blocks {
	bool inside;
	bool dots;	   /* CR and LF are shown as dots */
	bool follow, rows; /* tshark's Follow Stream; socat's rows of octets */
	bool open;	   /* a line of such rows has not ended yet */
	int side;	   /* whose the lines are; -1: nobody's */
	unsigned blanks;   /* which are the text's if more follows */
	char first[64];	   /* who was seen first */
};
/* True: the line belongs to a block, and is in *out as far as it is text. */
bool import_blocks_take(struct import_blocks *, struct span line, struct buf *out);
extern const char *const import_sides[]; /* what lines of a dump or a block begin with */

/* ---- import_shape.c: what stands before a text, with what varies left open */

enum { IMPORT_SHAPE_MAX = 240, IMPORT_TAIL_MAX = 48, IMPORT_MARKS = 12 };
enum { IMPORT_CLOSES_FIELD = 'f' }; /* a quoted field of comma-separated values */

/* Words without a digit that tell sessions apart, and so vary. The text is the log's. */
enum { IMPORT_NAMES = 32 };
struct import_names {
	struct span name[IMPORT_NAMES];
	unsigned n;
};

/* The shape of `text`; `ids` may be NULL. False: it is too long to be one. */
bool import_shape(struct span text, const struct import_names *ids, char out[IMPORT_SHAPE_MAX]);
struct span import_word_at(struct span, size_t i); /* up to what is of no word; empty: none */
/*
 * Does `line` begin so? What follows is in *rest, which ends at *closing when that is not 0: at a
 * quotation mark, at a comma.
 */
bool import_shape_takes(const char *shape, struct span line, struct span *rest, char *closing);
/* The n-th, from 0, of the words of such a line that the shape leaves open; false: none. */
bool import_shape_word(const char *shape, struct span line, unsigned nth, struct span *word);
/* What such a rest says: up to what closes it, with its escapes undone. Lives in the arena. */
struct span import_unquote(struct arena *, struct span rest, char closing);

/* ---- forms: how the lines of a log are told apart */

enum import_side { IMPORT_CLIENT, IMPORT_SERVER };

struct import_mark {
	enum import_side side;
	char shape[IMPORT_SHAPE_MAX];
	char tail[IMPORT_TAIL_MAX]; /* a shape that ends the side's lines, and is not of them */
};

struct import;
/* A form that is known beforehand. */
struct import_row {
	const char *name, *help;
	/* lines of the log begin so, or have it in them: else it is another form; up to a NULL */
	const char *const *sign;
	/* a screen was captured: both sides bare, told apart by what they say */
	bool terminal;
	void (*line)(struct import *, struct span); /* NULL: as the marks say */
	/* the marks, where `line` looks for them: "C: " and "S: " */
	const char *client, *server;
};
extern const struct import_row import_rows[]; /* the learned form first; ends in a NULL name */
#define import_learned import_rows[0]
bool import_has(struct span log, const struct import_row *); /* one of its signs */

struct import_form {
	const struct import_row *row;
	char base[IMPORT_SHAPE_MAX];	       /* what stands before all that the program wrote */
	struct import_mark mark[IMPORT_MARKS]; /* the longest first */
	unsigned nmarks;
};

/*
 * The form that reads most of the log, where what is in `ids` (may be NULL) varies; `only`: of this
 * row. In `pairs` the commonest marks of each side, first the commonest two: other forms, where
 * sessions that went on at the same time make nonsense of it.
 */
enum { IMPORT_COMMON = 3, IMPORT_PAIRS = IMPORT_COMMON * IMPORT_COMMON };

void import_learn(struct span log, const struct import_row *only, const struct import_names *ids,
    struct import_form *, struct import_form pairs[IMPORT_PAIRS]);
/*
 * Words before commands and before replies alike, which some lines have and others do not: names of
 * sessions, perhaps. Their text is the log's.
 */
void import_find_names(struct span log, struct import_names *out);

/* ---- the dialogue, written as a script line by line, and judged */

enum import_mode { IMPORT_COMMANDS, IMPORT_TEXT, IMPORT_ANSWERS, IMPORT_CHUNK };
enum { IMPORT_OWED_MAX = 128 };

struct import {
	const struct import_form *form;
	struct arena arena;	       /* of the line in hand */
	const struct secrecy *secrets; /* all of the log's */
	const struct import_opts *opts;
	/* the marks' texts bring their line ends; what came of a message's line without one */
	bool lines_end;
	struct buf partial;
	bool noise;	    /* within a block that is not of the dialogue */
	bool noise_follows; /* the last line may have begun one */

	/* what a row may look at */
	enum import_mode mode;
	bool begun, ended; /* a reply came; the connection is over */
	bool banner;	   /* the next reply may be one */
	enum import_side last_side;

	/* the writer's */
	struct buf out;
	size_t case_at;	 /* where in it the connection in hand begins */
	unsigned ncases; /* those before it */
	/* one line that may go on in the next (RFC pastes), where `gathers` */
	struct buf pending;
	bool gathers;
	/* a line that is no known command: it is one if a reply that refuses it comes next */
	struct buf doubtful;
	bool doubts;
	struct buf reply; /* its newest line, which may go on */
	bool reply_begun, reply_open;
	unsigned reply_lines;
	char code[4];			 /* of the reply in hand */
	enum verb verb;			 /* last said */
	enum verb owed[IMPORT_OWED_MAX]; /* commands that no reply came to yet */
	unsigned nowed, rcpts;
	bool lmtp;
	size_t text_at; /* where the message begins */
	unsigned text_lines;
	bool text_header, text_marked;
	/* lines without a mark below the message's first line, which has one: they may go on in it
	 */
	struct buf loose;
	unsigned nloose;
	bool text_loose; /* they do */
	/* a line like a reply where a message would begin, and how many blank ones followed it */
	struct buf first_line;
	unsigned blanks;
	size_t hello_at; /* where the last EHLO stands */
	size_t last_at;	 /* where the client's last line stands */
	bool tls_offered, tls_given;
	unsigned answers; /* given in this AUTH */
	char mechanism[24], size[24], user[128];
	unsigned long long noted; /* octets of the message, as a line beside it says */
	/* octets that BDAT announced; those not shown yet */
	unsigned long long chunk, chunk_left;
	struct buf chunk_lines;
	bool body_owed;	 /* what stands for a message waits for its reply */
	struct buf held; /* the lines said meanwhile */
	bool needs_user, needs_password, needs_token;

	/* is it a dialogue at all? */
	unsigned commands, strange, replies, answered;
	unsigned unasked;	 /* replies that no command asks for */
	unsigned late;		 /* other replies after the one to QUIT */
	unsigned unanswered;	 /* commands that had to be answered before the next */
	unsigned misfits;	 /* replies of a code that cannot answer the command */
	unsigned messages;	 /* shown */
	unsigned unended;	 /* connections that another one follows before they end */
	unsigned asides, cut;	 /* lines that became comments; replies without an end */
	char contradiction[200]; /* the first of them, in words; "": none */
};

/* ---- import_sessions.c: sessions that went on at the same time are put after each other */

enum { IMPORT_IDS_TRIED = 24 }; /* words before a text that are tried */

/*
 * How well the log is read when it is put together by the word in *nth, which is the best;
 * IMPORT_IDS_TRIED: as it is.
 */
long import_parting(struct span log, const struct import_form *, unsigned *nth);
void import_part(struct buf *log, const struct import_form *, unsigned nth);

/* import_dialects.c: two lines of one side bare, as on a screen */
void import_bare_line(struct import *, struct span line);
void import_bare_end(struct import *);

/* import_write.c */
extern const char *const import_line_ends[]; /* as logs write them out; ends in NULL */
/* three digits, then "-", a blank, or nothing */
bool import_is_reply(struct span line);
void import_client(struct import *, struct span line);
void import_server(struct import *, struct span line);
/* A line of neither mark: it may go on with what is open. `based`: the form's base was before it.
 */
void import_unmarked(struct import *, struct span line, bool based);
bool import_hides_auth(struct span line); /* a remark: what was sent is not shown */
void import_left_out(struct import *, struct span line);
void import_comment(struct import *, const char *text);
void import_put(struct import *, const char *line); /* a line of the script as it is */
void import_case(struct import *);		    /* its heading */
void import_cut(struct import *);		    /* takes that and what follows it away */
void import_connection(struct import *);	    /* another one begins */
void import_end(struct import *);
/* The client's last line was not sent: it becomes a comment, or is no text of the message. */
void import_take_back(struct import *, const char *why);
void import_doubt(struct import *, struct span line); /* this line may be a command */
/* What comes next is a reply of this code, or none (NULL). */
void import_settle(struct import *, const char *code);

/* ---- import_lines.c: lines told apart by the marks of a form */

/* Begins a script in im->out. The form and the secrecy outlive it; import_finish releases it. */
void import_begin(struct import *, const struct import_form *, const struct secrecy *);
void import_finish(struct import *);
/* Reads all lines of a log and ends the script. */
void import_read_lines(struct import *, struct span log);
/* How well a form reads the log; the more the better. */
long import_try(const struct import_form *, struct span log);
/* A line without what the form has before its text. */
struct span import_text_of(const struct import_form *, struct span line);

/* import_secrets.c: all of them go into the secrecy */
void import_find_secrets(struct secrecy *, const struct import_form *, struct span log);

#endif
