/*
 * What is given for a message that is handed to a server: envelope, parameters, content, and how
 * far to go. The words of /send, and the options of `smtpsh send`. What sends it is
 * run/session/steps/send.h.
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
	struct compose message;			/* ->from, ->to: the envelope's too */
	bool from_said;				/* else it is asked for, or is made up */
	/* an .eml, octet for octet, instead of a composed one; "-": standard input */
	const char *file;
	struct span mail_params, rcpt_params;	/* as they are, with blanks between */
	uint64_t chunk;				/* BDAT with so many octets; 0: DATA */
	bool forced;				/* by BDAT though CHUNKING is not offered */
	/* BODY=BINARYMIME, and nothing is done to line ends */
	bool binary;
	bool pipeline;				/* where it is offered */
	/* of the command line: STARTTLS where offered, and AUTH where asked for, come first */
	bool prepare;
	bool no_size, no_body;			/* SIZE=, BODY= and SMTPUTF8 are not said unasked */
	enum send_stage last;			/* SEND_DATA: all of it */
};

/*
 * One answer by its name: as /send NAME=VALUE, as --NAME VALUE of `smtpsh send`. A flag takes no
 * value. False with err: there is no such name, or the value is none. What is kept lives in the
 * arena.
 */
bool send_set(
    struct send_plan *, struct span name, struct span value, struct arena *, struct err *);
/* NULL after the last; flag: it may stand without a value */
const char *send_word(size_t i, bool *flag);
/* NAME=VALUE..., NAME="a b" */
bool send_parse_words(struct send_plan *, struct cursor *, struct arena *, struct err *);
struct span send_unescape(struct arena *, struct span);		/* a written "\\n" as a line end */
struct span send_xtext(struct arena *, struct span);		/* RFC 3461 4 */

/* A stage as --quit-after names it (swaks's words too). */
bool send_stage_parse(struct span, enum send_stage *, struct err *);
/* "a@b, c@d" into to; they live where the list does. */
bool send_add_recipients(struct send_plan *, struct span list, struct arena *, struct err *);
bool send_add_header(struct send_plan *, struct span, struct arena *, struct err *);
bool send_add_attachment(struct send_plan *, struct span, struct arena *, struct err *);

/* A size as quantity.h has it: "500", "64k", "9.77 MiB". */
bool send_size_parse(struct span, uint64_t *, struct err *);

#endif
