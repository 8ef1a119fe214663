/*
 * Where a dialogue stands: what has been said and answered so far, and how the next line is
 * understood. A pure function of commands and reply codes (RFC 5321 3 and 4.1.4), the same for both
 * ends.
 */
#ifndef SMTP_DIALOGUE_H
#define SMTP_DIALOGUE_H

#include "smtp/verb.h"

enum dialogue_mode {
	MODE_COMMAND,		/* a line is a command */
	/* DATA was answered 354: a line is message text, until the lone dot */
	MODE_MESSAGE,
	MODE_ANSWER,		/* AUTH was answered 334: a line is the answer to a challenge */
};

struct dialogue {
	enum dialogue_mode mode;
	/* VERB_EHLO, VERB_HELO or VERB_LHLO once answered 250, else VERB_OTHER */
	enum verb hello;
	bool greeted;		/* the banner came, with 220 */
	bool tls, authenticated;
	bool mail;		/* a transaction is open */
	unsigned rcpts;		/* recipients accepted in it */
	/*
	 * MAILs of this connection and RCPTs of this transaction, those rejected too: RFC 9422 4
	 * counts them.
	 */
	unsigned mails, rcpts_said;
};

/*
 * What the reply `code` to `verb` makes of it. The final dot's reply is received as VERB_DATA with
 * the mode MODE_MESSAGE left.
 */
void dialogue_received(struct dialogue *, enum verb, unsigned code);
/* the final dot, or BDAT LAST, was answered */
void dialogue_message_over(struct dialogue *);
/* TLS began: all before is forgotten (RFC 3207 4.2) */
void dialogue_tls(struct dialogue *);

/* May `verb` be said now? False also for what RFC 5321 4.1.4 calls out of sequence. */
bool dialogue_allows(const struct dialogue *, enum verb);

#endif
