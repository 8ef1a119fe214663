/*
 * What to send: envelope, parameters, content, and the last stage, as given by the words of /send
 * and the options of `smtpsh send`. run/session/steps/send.h sends it.
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
	struct compose message;			/* ->from and ->to are also the envelope */
	/* a sender was given; otherwise it is asked for or made up */
	bool from_given;
	/* an .eml file to send unchanged instead of a composed message; "-": standard input */
	const char *file;
	struct span mail_params, rcpt_params;	/* as given, separated by spaces */
	uint64_t chunk;				/* octets per BDAT chunk; 0: DATA */
	bool forced;				/* use BDAT even if CHUNKING is not offered */
	/* BODY=BINARYMIME, with line endings unchanged */
	bool binary;
	bool pipeline;				/* pipeline if PIPELINING is offered */
	/*
	 * for the command line: use STARTTLS first if it is offered, and AUTH if there are
	 * credentials
	 */
	bool prepare;
	/* do not add SIZE=; do not add BODY= and SMTPUTF8 */
	bool no_size, no_body;
	/* stop after this stage; SEND_DATA: send everything */
	enum send_stage last;
};

/*
 * Sets one value by its name: /send NAME=VALUE, or --NAME VALUE of `smtpsh send`. A flag takes no
 * value. Returns false and sets err (ERR_USAGE) when there is no such name or the value is bad.
 * What is kept is copied into the arena.
 */
bool send_set(
    struct send_plan *, struct span name, struct span value, struct arena *, struct err *);
/* Returns the i-th name; NULL after the last. *flag: it may be given without a value. */
const char *send_word(size_t i, bool *flag);
/*
 * Parses NAME=VALUE..., with quotes as in NAME="a b". Returns false and sets err (ERR_USAGE) when
 * malformed.
 */
bool send_parse_words(struct send_plan *, struct cursor *, struct arena *, struct err *);
/*
 * Sets the envelope sender, with or without angle brackets. Returns false and sets err (ERR_USAGE)
 * when it contains a line ending or is too long.
 */
bool send_set_sender(struct send_plan *, struct span, struct arena *, struct err *);
struct span send_xtext(struct arena *, struct span);		/* RFC 3461 4 */

/*
 * Parses a stage as --quit-after names it (the words of swaks are valid too). Returns false and
 * sets err (ERR_USAGE) when it is unknown.
 */
bool send_stage_parse(struct span, enum send_stage *, struct err *);
/*
 * Add the recipients of "a@b, c@d", a header field and an attachment, copied into the arena. Return
 * false and set err (ERR_USAGE) when malformed or too many.
 */
bool send_add_recipients(struct send_plan *, struct span list, struct arena *, struct err *);
bool send_add_header(struct send_plan *, struct span, struct arena *, struct err *);
bool send_add_attachment(struct send_plan *, struct span, struct arena *, struct err *);

/*
 * Parses a size in octets as quantity.h does: "500", "64k", "9.77 MiB". Returns false and sets err
 * (ERR_USAGE) when malformed.
 */
bool send_size_parse(struct span, uint64_t *, struct err *);

#endif
