/* Shared by the files of the import. Only run/script/import*.c include this. */
#ifndef RUN_SCRIPT_IMPORT_PRIV_H
#define RUN_SCRIPT_IMPORT_PRIV_H

#include "base/arena.h"
#include "run/script/import.h"
#include "smtp/secrecy.h"
#include "smtp/verb.h"

/* ---- import_read.c: splits the log into lines and unwraps it; appends to *out */

enum { IMPORT_ROW = 32 }; /* maximum octets in a row of a hex dump */

void import_read(struct span log, struct buf *out);
/* Decodes the hexadecimal octets of a row, up to the text column. Returns how many there are. */
size_t import_row_octets(struct span row, char out[IMPORT_ROW]);

/* ---- import_blocks.c: logs in which a header line says who sent the lines below it */

struct import_blocks {
	bool inside;
	bool dots;	   /* the log shows CR and LF as dots */
	bool follow, rows; /* tshark's Follow Stream; socat's rows of octets */
	bool open;	   /* the last row did not end its line */
	int side;	   /* who sent the lines: 0 or 1; -1: neither */
	unsigned blanks;   /* blank lines not yet written: text only if more text follows */
	char first[64];	   /* the address or name seen first, which is side 0 */
};
/* Returns true when the line belongs to a block; what it has of text is then appended to *out. */
bool import_blocks_take(struct import_blocks *, struct span line, struct buf *out);
/* the prefix of each side's lines in *out, for dumps and blocks */
extern const char *const import_sides[];

/* ---- import_shape.c: the prefix of a line, with its varying parts left open */

enum { IMPORT_SHAPE_MAX = 240, IMPORT_TAIL_MAX = 48, IMPORT_MARKS = 12 };
enum { IMPORT_CLOSES_FIELD = 'f' }; /* `closing` for a quoted field of comma-separated values */

/* Words without a digit that identify sessions, and thus vary. They point into the log. */
enum { IMPORT_NAMES = 32 };
struct import_names {
	struct span name[IMPORT_NAMES];
	unsigned n;
};

/*
 * Makes the shape of `text`; `ids` may be NULL. Returns false when it cannot be one: it is too
 * long, or has control octets.
 */
bool import_shape(struct span text, const struct import_names *ids, char out[IMPORT_SHAPE_MAX]);
/* the word that begins at s.at[i]; empty: none */
struct span import_word_at(struct span, size_t i);
/*
 * Returns whether `line` begins with the shape; *rest is then what follows. *closing is what ends
 * *rest: a quotation mark, a comma, IMPORT_CLOSES_FIELD, or 0 for the end of the line.
 */
bool import_shape_takes(const char *shape, struct span line, struct span *rest, char *closing);
/*
 * Sets *word to the nth word (from 0) of the line that the shape leaves open. Returns false when
 * the line does not match or has no such word.
 */
bool import_shape_word(const char *shape, struct span line, unsigned nth, struct span *word);
/*
 * Returns the text of such a *rest: up to `closing`, with its escapes decoded. Lives in the arena.
 */
struct span import_unquote(struct arena *, struct span rest, char closing);

/* ---- formats: how the lines of the two sides are told apart */

enum import_side { IMPORT_CLIENT, IMPORT_SERVER };

struct import_mark {
	enum import_side side;
	char shape[IMPORT_SHAPE_MAX];
	/* a shape at the end of the side's lines that is not part of the text */
	char tail[IMPORT_TAIL_MAX];
};

struct import;
/* A known format. */
struct import_row {
	const char *name, *help;
	/*
	 * strings, up to a NULL, of which the log must contain one to be of this format; NULL: any
	 * log
	 */
	const char *const *sign;
	/* a captured terminal: neither side has a marker, they are told apart by what they say */
	bool terminal;
	void (*line)(struct import *, struct span); /* reads one line; NULL: by the markers */
	/* the markers that `line` looks for: "C:" and "S:" */
	const char *client, *server;
};
extern const struct import_row import_rows[]; /* the learned format first; ends with a NULL name */
#define import_learned import_rows[0]
/* whether the log has one of its signs */
bool import_has(struct span log, const struct import_row *);

struct import_form {
	const struct import_row *row;
	char base[IMPORT_SHAPE_MAX];	       /* prefix of all lines that the program wrote */
	struct import_mark mark[IMPORT_MARKS]; /* longest first */
	unsigned nmarks;
};

/*
 * Finds the format that reads most of the log; if `only` is not NULL, of that row. The words in
 * `ids` (may be NULL) vary. `pairs` gets formats made of the most common markers of each side, the
 * most common two first: alternatives for a log whose interleaved sessions make no sense until they
 * are separated.
 */
enum { IMPORT_COMMON = 3, IMPORT_PAIRS = IMPORT_COMMON * IMPORT_COMMON };

void import_learn(struct span log, const struct import_row *only, const struct import_names *ids,
    struct import_form *, struct import_form pairs[IMPORT_PAIRS]);
/*
 * Finds words that occur in the prefixes of both commands and replies, but only of some lines:
 * these may be names of sessions. They point into the log.
 */
void import_find_names(struct span log, struct import_names *out);

/* ---- the dialogue: written as a script line by line, and judged */

enum import_mode { IMPORT_COMMANDS, IMPORT_TEXT, IMPORT_ANSWERS, IMPORT_CHUNK };
enum { IMPORT_OWED_MAX = 128 };

struct import {
	const struct import_form *form;
	struct arena arena;	       /* of the current line; reset after each */
	const struct secrecy *secrets; /* all secrets of the log */
	const struct import_opts *opts;
	/*
	 * the logged texts include their line endings; `partial`: a line of a message that has none
	 * yet
	 */
	bool lines_end;
	struct buf partial;
	bool noise;	    /* inside a block that is not part of the dialogue */
	bool noise_follows; /* the last line may have begun one */

	/* for import_row.line */
	enum import_mode mode;
	bool begun, ended; /* a reply was received; the connection is over */
	bool banner;	   /* the next reply may be a greeting */
	enum import_side last_side;

	/* for import_write.c */
	struct buf out;
	size_t case_at;	 /* where in `out` the current connection begins */
	unsigned ncases; /* connections before the current one */
	/* while `gathers`: a line that may continue in the next (in examples pasted from RFCs) */
	struct buf pending;
	bool gathers;
	/*
	 * while `doubts`: a line that is no known command; it counts as one if the next reply can
	 * be to it
	 */
	struct buf doubtful;
	bool doubts;
	struct buf reply; /* the newest line of the current reply; more may follow */
	bool reply_begun, reply_open;
	unsigned reply_lines;
	char code[4];			 /* of the current reply */
	enum verb verb;			 /* of the last command */
	enum verb owed[IMPORT_OWED_MAX]; /* commands whose replies are outstanding */
	unsigned nowed, rcpts;
	bool lmtp;
	size_t text_at; /* where in `out` the message begins */
	unsigned text_lines;
	bool text_header, text_marked;
	/*
	 * lines without a marker after the first line of a message that has one: perhaps part of
	 * the message
	 */
	struct buf loose;
	unsigned nloose;
	bool text_loose; /* such lines are part of the message */
	/* a line like a reply right after the 354, and how many blank lines followed it */
	struct buf first_line;
	unsigned blanks;
	size_t hello_at; /* where in `out` the last EHLO is */
	size_t last_at;	 /* where in `out` the client's last line is */
	bool tls_offered, tls_given;
	unsigned answers; /* responses sent in this AUTH exchange */
	char mechanism[24], size[24], user[128];
	unsigned long long noted; /* size of the message according to a remark in the log */
	/* octets that BDAT announced; how many of them are still missing */
	unsigned long long chunk, chunk_left;
	struct buf chunk_lines;
	bool body_owed;	 /* the reply to a placeholder message is outstanding */
	struct buf held; /* client lines logged meanwhile */
	bool needs_user, needs_password, needs_token;

	/* counted to judge whether this is a dialogue at all */
	unsigned commands, strange, replies, answered;
	unsigned unasked; /* replies without a command */
	unsigned late;	  /* different replies after the one to QUIT */
	/* commands that may not be pipelined, but were followed by another before their reply */
	unsigned unanswered;
	unsigned misfits;  /* replies whose code does not fit the command */
	unsigned messages; /* messages whose text is in the log */
	unsigned unended;  /* connections that had not ended when the next began */
	/* lines that became comments; replies whose last line is missing */
	unsigned asides, cut;
	char contradiction[200]; /* the first violation of SMTP; "": none */
};

/* ---- import_sessions.c: separates sessions whose lines are interleaved */

enum { IMPORT_IDS_TRIED = 24 }; /* words of the prefix that are tried as session ID */

/*
 * Finds the word of the prefix by which the log is best separated into sessions, and returns the
 * score it then reaches. *nth is the word, from 0; IMPORT_IDS_TRIED: the log is best left as it is.
 */
long import_parting(struct span log, const struct import_form *, unsigned *nth);
void import_part(struct buf *log, const struct import_form *, unsigned nth);

/* ---- import_dialects.c: lines of a side without a marker, as on a terminal */
void import_bare_line(struct import *, struct span line);
void import_bare_end(struct import *);

/* import_write.c */
/* line endings as logs spell them out; ends with NULL */
extern const char *const import_line_ends[];
/* whether it begins with a reply code, followed by "-", a space, or nothing */
bool import_is_reply(struct span line);
void import_client(struct import *, struct span line);
void import_server(struct import *, struct span line);
/*
 * Takes a line without a marker, which may continue what is open. `based`: the format's base was
 * before it.
 */
void import_unmarked(struct import *, struct span line, bool based);
/* whether the line is a remark that stands for hidden credentials */
bool import_hides_auth(struct span line);
void import_left_out(struct import *, struct span line);
void import_comment(struct import *, const char *text);
void import_put(struct import *, const char *line); /* writes a line of the script as it is */
void import_case(struct import *);		    /* writes the /case line */
void import_cut(struct import *);		    /* removes the current case */
void import_connection(struct import *);	    /* another connection begins */
void import_end(struct import *);
/*
 * Removes the client's last line, which was not sent after all: it becomes a comment with `why`, or
 * is dropped when it was in a message.
 */
void import_take_back(struct import *, const char *why);
void import_doubt(struct import *, struct span line); /* holds a line that may be a command */
/* Decides about the held line: a reply with this code follows it, or none (NULL). */
void import_settle(struct import *, const char *code);

/* ---- import_lines.c: tells lines apart by the markers of a format */

/*
 * Begins a script in im->out. The format and the secrecy must outlive *im, which import_finish
 * releases.
 */
void import_begin(struct import *, const struct import_form *, const struct secrecy *);
void import_finish(struct import *);
/* Reads all lines of a log and ends the script. */
void import_read_lines(struct import *, struct span log);
/* Returns a score for how well a format reads the log; higher is better. */
long import_try(const struct import_form *, struct span log);
/* Returns the line without the prefix that the format has. */
struct span import_text_of(const struct import_form *, struct span line);

/* ---- import_secrets.c: finds the secrets of a log and adds them to the secrecy */
void import_find_secrets(struct secrecy *, const struct import_form *, struct span log);

#endif
