/* session - the octets of a message, and the replies that its end is owed. */
#include "run/session/session_impl.h"

void
session_sent_message(struct session *s, struct span what, const struct message *message, uint64_t octets, bool chunked)
{
	struct event event = { .kind = EVENT_SENT };

	event.sent.kind = SENT_OCTETS;
	event.sent.text = what;
	event.sent.octets = octets;
	event.sent.message = message;
	event.sent.chunked = chunked;
	session_emit(s, &event);
}

void
session_wait_room(struct session *s)
{
	session_want_room(s);
	session_wait(s, "room to send more of the message", s->opts->timeouts.reply);
}

void
session_owe_message(struct session *s, unsigned replies)
{
	for (unsigned i = 0; i < replies; i++)
		session_asked(s, conv_owe(s->conv), (struct due){ .stage = replies > 1 ? DUE_RECIPIENT : DUE_MESSAGE, .verb = VERB_DATA });
	session_wait_message(s);
}

void
session_is_last_chunk(struct session *s, unsigned replies)
{
	if (s->asked_n > 0)
		s->asked[s->asked_n - 1].due.stage = replies > 1 ? DUE_RECIPIENT : DUE_MESSAGE;
	for (unsigned i = 1; i < replies; i++)
		session_asked(s, conv_owe(s->conv), (struct due){ .stage = DUE_RECIPIENT, .verb = VERB_BDAT });
}

void
session_wait_message(struct session *s)
{
	session_wait(s, "the reply to the message", s->opts->timeouts.dot);
}
