/*
 * A message on its way, for run/session/steps/send*.c alone: what /send asks the person, what goes
 * before MAIL, the transaction.
 */
#ifndef RUN_SESSION_STEPS_SEND_IMPL_H
#define RUN_SESSION_STEPS_SEND_IMPL_H

#include "run/session/login.h"
#include "run/message/send.h"
#include "run/session/steps/transfer.h"

enum stage {
	AT_FROM,
	AT_TO,
	AT_SUBJECT,
	AT_BODY,
	AT_HELLO,
	AT_TLS,
	AT_LOGIN,
	AT_MAIL,
	AT_RCPT,
	AT_TRANSFER
};

struct sending {
	struct send_plan plan; /* with what was asked */
	enum stage stage;
	struct arena arena;
	struct message message;
	bool made; /* ->message is open */
	struct hello hello;
	struct login login;
	struct transfer transfer;
	struct verdict *verdict; /* a recipient each */
	size_t sent, answered;		/* RCPTs */
	size_t domains;		 /* of the recipients sent, where LIMITS bounds them */
	size_t lmtp_next;	 /* whose reply to the message comes next */
	bool no_tls;		 /* it was asked for already */
	bool data_sent, mail_good;
	bool withheld; /* nothing of it may be sent: BDAT is not offered */
	/* LMTP: each recipient has a reply to the end; it was answered */
	bool each, ended;
	unsigned final_code;
	enum err_kind final_failed;
	struct span final_text, queue_id;
	enum err_kind failed; /* the first refusal's */
	uint64_t begun_us;    /* MAIL */
};

/* Each returns how the step goes on. */

/* The transaction: MAIL, and with PIPELINING all RCPTs and DATA after it. */
enum progress send_begin_mail(struct session *, struct sending *);
/* AT_MAIL and AT_RCPT */
enum progress send_on_reply(struct session *, struct sending *, const struct news *);
/* AT_TRANSFER */
enum progress send_on_transfer(struct session *, struct sending *, const struct news *);
/* EVENT_DELIVERY: what became of it; the failure that it is */
enum err_kind send_tell(struct session *, struct sending *);

#endif
