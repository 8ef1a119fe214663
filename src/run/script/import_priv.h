/* The state of an import; for run/script/import*.c only. */
#ifndef RUN_SCRIPT_IMPORT_PRIV_H
#define RUN_SCRIPT_IMPORT_PRIV_H

#include "base/arena.h"
#include "run/script/import.h"
#include "smtp/secrecy.h"
#include "smtp/verb.h"

enum import_mode { IMPORT_COMMANDS, IMPORT_TEXT, IMPORT_ANSWERS, IMPORT_CHUNK };

struct import {
	const struct import_dialect *dialect;
	bool swapped;			/* a symmetric log of the other end */
	struct arena arena;		/* of the current line */
	struct secrecy secrets;		/* all secrets of the log */
	bool noise;			/* within a block that is not part of the dialogue */

	/* for dialects to read */
	enum import_mode mode;
	bool begun, ended;		/* a reply came; the connection is over */
	bool banner;			/* the next reply may be a greeting */
	enum import_side last_side;

	/* the writer's */
	struct buf *out;		/* of the current connection */
	struct buf cases;		/* earlier ones, each with its /case */
	unsigned ncases;
	/* a line that may continue in the next (pasted from RFCs), where `gathers` */
	struct buf pending;
	bool gathers;
	/* a terminal's line that is not a known command: it is one if a reply comes next */
	struct buf doubtful;
	bool doubts;
	enum verb verb;			/* of the last command */
	unsigned owed;			/* commands not yet replied to */
	bool reply_open, text_shown;
	char code[4];			/* of the unfinished reply */
	unsigned answers;		/* responses in this AUTH exchange */
	char mechanism[24], size[24], user[128];
	/* octets announced by BDAT; those not shown yet */
	unsigned long long chunk, chunk_left;
	struct buf chunk_lines;
	bool body_owed;			/* a placeholder for a message waits for its reply */
	struct buf held;		/* lines sent meanwhile */
	bool needs_user, needs_password, needs_token;

	/* counts that tell whether it is a log of this dialect */
	/* commands with a verb, without one; complete replies */
	unsigned commands, strange, replies;
	/* unsolicited replies; lines of neither side, which became comments */
	unsigned unasked, asides;
};

/* import_write.c */
/* Whether it begins with three digits, then "-", a space, or nothing. */
bool import_is_reply(struct span line);
/* Without ANSI sequences and CR, and with backspaces applied. In the arena. */
struct span import_clean(struct arena *, struct span line, bool terminal);
void import_client(struct import *, struct span line);
void import_server(struct import *, struct span line);
void import_comment(struct import *, const char *text);
/* a line of the script, unchanged */
void import_put(struct import *, const char *line);
void import_connection(struct import *);			/* another connection begins */
void import_end(struct import *);
void import_doubt(struct import *, struct span line);		/* a line that may be a command */
/* decides a doubtful line: what comes next is a reply, or not */
void import_settle(struct import *, bool reply);

/* import_secrets.c: adds all secrets of the log to ->secrets */
void import_find_secrets(struct import *, struct span log);

#endif
