/*
 * The state of a dialogue, computed from the commands and reply codes so far (RFC 5321 3 and
 * 4.1.4), and the same on both ends. It tells how the next line is read and which commands are
 * allowed.
 */
#ifndef SMTP_DIALOGUE_H
#define SMTP_DIALOGUE_H

#include "smtp/verb.h"

enum dialogue_mode {
	MODE_COMMAND,		/* a line is a command */
	/* DATA was answered with 354: lines are message data, until the final dot */
	MODE_MESSAGE,
	MODE_ANSWER,		/* AUTH was answered with 334: a line is the response to it */
};

struct dialogue {
	enum dialogue_mode mode;
	/* VERB_EHLO, VERB_HELO or VERB_LHLO once one was accepted, else VERB_OTHER */
	enum verb hello;
	bool greeted;		/* the greeting came, with 220 */
	bool tls, authenticated;
	bool mail;		/* a transaction is open */
	unsigned rcpts;		/* recipients accepted in it */
	/*
	 * MAIL commands of this connection and RCPT commands of this transaction, including
	 * rejected ones: the limits of RFC 9422 4 count them.
	 */
	unsigned mails, rcpts_sent;
};

/*
 * Applies the reply with `code` to `verb`. The reply to the final dot is applied as one to
 * VERB_DATA, while mode is still MODE_MESSAGE.
 */
void dialogue_received(struct dialogue *, enum verb, unsigned code);
/* Ends the transaction, when the final dot or BDAT LAST was answered. */
void dialogue_message_over(struct dialogue *);
/* Resets the state when TLS has begun: what was said before does not count (RFC 3207 4.2). */
void dialogue_tls(struct dialogue *);

/* Whether `verb` may be sent now; false when it is out of sequence (RFC 5321 4.1.4). */
bool dialogue_allows(const struct dialogue *, enum verb);

/* Forgets the recipients; the sender too; EHLO too. */
enum dialogue_part { DIALOGUE_RCPTS, DIALOGUE_MAIL, DIALOGUE_HELLO };
void dialogue_forget(struct dialogue *, enum dialogue_part);

#endif
