/* The envelope of a message as commands: MAIL, with what the message itself calls for, and RCPT. */
#ifndef RUN_MESSAGE_SEND_LINES_H
#define RUN_MESSAGE_SEND_LINES_H

#include "run/message/send.h"

/* Parameters that are added to MAIL by default: SIZE=, BODY= and SMTPUTF8. */
struct send_adds {
	bool size, binary, eight_bit, utf8;
};
/* Those that the message calls for; a server must offer the last two, and SIZE, to get them. */
struct send_adds send_adds(const struct send_plan *, const struct message_facts *);

/* " SIZE=312 BODY=8BITMIME"; `octets`: the size of the message. In the arena. */
struct span send_added(struct send_adds, uint64_t octets, struct arena *);
/* The lines, with the parameters that were given. In the arena. */
struct span send_mail_line(
    const struct send_plan *, struct send_adds, uint64_t octets, struct arena *);
struct span send_rcpt_line(const struct send_plan *, size_t i, struct arena *);

#endif
