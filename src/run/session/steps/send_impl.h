/*
 * A message being sent, for run/session/steps/send*.c only: what /send asks the user, what comes
 * before MAIL, and the transaction.
 */
#ifndef RUN_SESSION_STEPS_SEND_IMPL_H
#define RUN_SESSION_STEPS_SEND_IMPL_H

#include "run/session/login.h"
#include "run/message/send.h"
#include "run/session/steps/open.h"
#include "run/session/steps/transfer.h"

enum stage {
	AT_FROM,
	AT_TO,
	AT_SUBJECT,
	AT_BODY,
	AT_OPENING,
	AT_HELLO,
	AT_TLS,
	AT_LOGIN,
	AT_MAIL,
	AT_RCPT,
	AT_TRANSFER
};

struct sending {
	struct send_plan plan; /* with the user's answers */
	enum stage stage;
	struct arena arena;
	struct message message;
	bool made; /* ->message is open */
	/* NULL: the session's, or else ->found, the one for the first recipient */
	const struct target *target;
	struct target found;
	struct open_state open;
	struct buf body;		 /* its lines, as they are typed */
	char question[1200];
	struct hello hello;
	struct login login;
	struct transfer transfer;
	struct verdict *verdict; /* one per recipient */
	bool *skipped;		 /* the recipients that the stepper left out */
	size_t sent, answered;		/* RCPTs */
	size_t domains;		 /* recipient domains so far, if LIMITS limits them */
	size_t lmtp_next;	 /* the recipient whose reply to the message comes next */
	bool no_tls;		 /* STARTTLS was already tried */
	bool data_sent, mail_good;
	bool withheld; /* the message may not be sent: BDAT is not offered */
	/* each: one reply per recipient to the end (LMTP, PRDR); ended: the end was answered */
	bool each, ended;
	unsigned final_code;
	enum err_kind final_failed;
	struct span final_text, queue_id;
	enum err_kind failed; /* the worst failure so far */
	uint64_t begun_us;    /* when MAIL was sent */
};

/* Each returns how the step goes on. */

/* Sends MAIL and, with PIPELINING, all RCPTs and DATA after it. */
enum progress send_begin_mail(struct session *, struct sending *);
/* Handles a reply at AT_MAIL or AT_RCPT. */
enum progress send_on_reply(struct session *, struct sending *, const struct news *);
/* Handles news at AT_TRANSFER. */
enum progress send_on_transfer(struct session *, struct sending *, const struct news *);
/* Emits EVENT_DELIVERY, and returns what failed; ERR_NONE: nothing. */
enum err_kind send_tell(struct session *, struct sending *);

#endif
