/*
 * The envelope of a message as commands: MAIL, with the parameters that the message requires, and
 * RCPT.
 */
#ifndef RUN_MESSAGE_SEND_LINES_H
#define RUN_MESSAGE_SEND_LINES_H

#include "run/message/send.h"

/* Parameters added to MAIL by default: SIZE=, BODY= and SMTPUTF8. */
struct send_adds {
	bool size, binary, eight_bit, utf8;
};
/*
 * Returns the parameters that the message requires. The caller must drop SIZE=, BODY=8BITMIME and
 * SMTPUTF8 where the server does not offer them.
 */
struct send_adds send_adds(const struct send_plan *, const struct message_facts *);

/*
 * Returns the parameters as " SIZE=312 BODY=8BITMIME"; `octets`: the size of the message. In the
 * arena.
 */
struct span send_added(struct send_adds, uint64_t octets, struct arena *);
/* Return the lines, with the parameters that the user gave. In the arena. */
struct span send_mail_line(
    const struct send_plan *, struct send_adds, uint64_t octets, struct arena *);
struct span send_rcpt_line(const struct send_plan *, size_t i, struct arena *);

#endif
