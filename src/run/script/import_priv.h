/* What the files of the import share. Only run/import*.c include this. */
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
	struct arena arena;		/* of the line in hand */
	struct secrecy secrets;		/* all of the log's */
	bool noise;			/* within a block that is not of the dialogue */

	/* what a dialect may look at */
	enum import_mode mode;
	bool begun, ended;		/* a reply came; the connection is over */
	bool banner;			/* the next reply may be one */
	enum import_side last_side;

	/* the writer's */
	struct buf *out;		/* of the connection in hand */
	struct buf cases;		/* those before it, each with its /case */
	unsigned ncases;
	/* one line that may go on in the next (RFC pastes), where `gathers` */
	struct buf pending;
	bool gathers;
	/* a terminal's line that is no known command: it is one if a reply to it comes next */
	struct buf doubtful;
	bool doubts;
	enum verb verb;			/* last said */
	unsigned owed;			/* commands that no reply came to yet */
	bool reply_open, text_shown;
	char code[4];			/* of the reply that is open */
	unsigned answers;		/* given in this AUTH */
	char mechanism[24], size[24], user[128];
	/* octets that BDAT announced; those not shown yet */
	unsigned long long chunk, chunk_left;
	struct buf chunk_lines;
	bool body_owed;			/* what stands for a message waits for its reply */
	struct buf held;		/* the lines said meanwhile */
	bool needs_user, needs_password, needs_token;

	/* is it a log of this dialect at all? */
	unsigned commands, strange, replies;	/* with a verb, without one; whole replies */
	/* replies that no command asks for; lines of neither side, which became comments */
	unsigned unasked, asides;
};

/* import_write.c */
/* three digits, then "-", a blank, or nothing */
bool import_is_reply(struct span line);
/* no ANSI, no CR; backspaces done */
struct span import_clean(struct arena *, struct span line, bool terminal);
void import_client(struct import *, struct span line);
void import_server(struct import *, struct span line);
void import_comment(struct import *, const char *text);
void import_put(struct import *, const char *line);		/* a line of the script as it is */
void import_connection(struct import *);			/* another one begins */
void import_end(struct import *);
void import_doubt(struct import *, struct span line);		/* this line may be a command */
/* what comes next is a reply, or not */
void import_settle(struct import *, bool reply);

/* import_secrets.c: all of them go into ->secrets */
void import_find_secrets(struct import *, struct span log);

#endif
