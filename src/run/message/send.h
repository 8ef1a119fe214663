/*
 * What is given to send a message: envelope, parameters, content, and the last stage. The words
 * of /send, and the options of `smtpsh send`. run/session/steps/send.h sends it.
 */
#ifndef RUN_MESSAGE_SEND_H
#define RUN_MESSAGE_SEND_H

#include "run/message/compose.h"
#include "base/cursor.h"

enum send_stage {
	SEND_CONNECT,
	SEND_EHLO,
	SEND_STARTTLS,
	SEND_AUTH,
	SEND_MAIL,
	SEND_RCPT,
	SEND_DATA
};

struct send_plan {
	struct compose message;			/* its ->from and ->to are the envelope's too */
	/* a sender was given; else it is asked for, or made up */
	bool from_given;
	/* an .eml file, unchanged, instead of a composed message; "-": standard input */
	const char *file;
	struct span mail_params, rcpt_params;	/* as given, separated by spaces */
	uint64_t chunk;				/* octets per BDAT chunk; 0: DATA */
	bool forced;				/* use BDAT even when CHUNKING is not offered */
	/* BODY=BINARYMIME, line endings unchanged */
	bool binary;
	bool pipeline;				/* pipeline where offered */
	/*
	 * for the command line: first STARTTLS where offered, and AUTH where credentials were
	 * given
	 */
	bool prepare;
	/* do not add SIZE=, or BODY= and SMTPUTF8, by default */
	bool no_size, no_body;
	/* stop after this stage; SEND_DATA: send all of it */
	enum send_stage last;
};

/*
 * Sets one value by its name: /send NAME=VALUE, or --NAME VALUE of `smtpsh send`. A flag takes no
 * value. False with err (ERR_USAGE): no such name, or a bad value. What is kept lives in the
 * arena.
 */
bool send_set(
    struct send_plan *, struct span name, struct span value, struct arena *, struct err *);
/* The i-th name; NULL after the last. *flag: it may be given without a value. */
const char *send_word(size_t i, bool *flag);
/* Parses NAME=VALUE..., with quotes as in NAME="a b". False with err (ERR_USAGE). */
bool send_parse_words(struct send_plan *, struct cursor *, struct arena *, struct err *);
/* Sets the sender, without its angle brackets. False with err (ERR_USAGE). */
bool send_set_sender(struct send_plan *, struct span, struct arena *, struct err *);
struct span send_xtext(struct arena *, struct span);		/* RFC 3461 4 */

/* Parses a stage as --quit-after names it (swaks's words too). False with err (ERR_USAGE). */
bool send_stage_parse(struct span, enum send_stage *, struct err *);
/* Adds the recipients of "a@b, c@d"; they point into `list`. False with err (ERR_USAGE). */
bool send_add_recipients(struct send_plan *, struct span list, struct arena *, struct err *);
bool send_add_header(struct send_plan *, struct span, struct arena *, struct err *);
bool send_add_attachment(struct send_plan *, struct span, struct arena *, struct err *);

/*
 * Parses a size in octets as quantity.h does: "500", "64k", "9.77 MiB". False with err
 * (ERR_USAGE).
 */
bool send_size_parse(struct span, uint64_t *, struct err *);

#endif
