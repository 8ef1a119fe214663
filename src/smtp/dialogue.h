/*
 * The state of a dialogue: what has been sent and answered so far, and how the next line is read.
 * A pure function of commands and reply codes (RFC 5321 3 and 4.1.4), the same for both ends.
 */
#ifndef SMTP_DIALOGUE_H
#define SMTP_DIALOGUE_H

#include "smtp/verb.h"

enum dialogue_mode {
	MODE_COMMAND,		/* a line is a command */
	/* DATA was answered 354: a line is message text, until the final dot */
	MODE_MESSAGE,
	MODE_ANSWER,		/* AUTH was answered 334: a line is the response to a challenge */
};

struct dialogue {
	enum dialogue_mode mode;
	/* VERB_EHLO, VERB_HELO or VERB_LHLO once answered 250, else VERB_OTHER */
	enum verb hello;
	bool greeted;		/* the greeting came, with 220 */
	bool tls, authenticated;
	bool mail;		/* a transaction is open */
	unsigned rcpts;		/* recipients accepted in it */
	/*
	 * MAIL commands of this connection and RCPT commands of this transaction, those rejected
	 * included: RFC 9422 4 counts them.
	 */
	unsigned mails, rcpts_sent;
};

/*
 * Applies the reply `code` to `verb`. For the reply to the final dot, pass VERB_DATA while mode
 * is still MODE_MESSAGE.
 */
void dialogue_received(struct dialogue *, enum verb, unsigned code);
/* The final dot, or BDAT LAST, was answered: the transaction is over. */
void dialogue_message_over(struct dialogue *);
/* TLS began: everything before no longer applies (RFC 3207 4.2). */
void dialogue_tls(struct dialogue *);

/* Whether `verb` may be sent now. False also for what RFC 5321 4.1.4 calls out of sequence. */
bool dialogue_allows(const struct dialogue *, enum verb);

/* What a server takes back: the recipients; the sender too; EHLO too. */
enum dialogue_part { DIALOGUE_RCPTS, DIALOGUE_MAIL, DIALOGUE_HELLO };
void dialogue_forget(struct dialogue *, enum dialogue_part);

#endif
