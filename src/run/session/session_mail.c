/* session - the octets of a message, and the replies that its end is owed. */
#include "run/session/session_impl.h"

void
session_sent_message(struct session *s, struct span what, const struct message *message,
    uint64_t octets, bool chunked)
{
	struct event event = { .kind = EVENT_SENT };

	event.sent.kind = SENT_OCTETS;
	event.sent.text = what;
	event.sent.octets = octets;
	/* who keeps it would keep the secret in it */
	event.sent.message = s->step && s->step->secret ? NULL : message;
	event.sent.chunked = chunked;
	session_emit(s, &event);
}

void
session_wait_room(struct session *s)
{
	session_want_room(s);
	session_wait(s, WAIT_ROOM, s->opts->timeouts.reply);
}

void
session_owe_message(struct session *s, unsigned replies)
{
	for (unsigned i = 0; i < replies; i++)
		session_asked(s, conv_owe(s->conv),
		    (struct due){ .stage = replies > 1 ? DUE_RECIPIENT : DUE_MESSAGE,
			.verb = VERB_DATA,
			.prdr = s->prdr });
	session_wait_message(s);
}

void
session_is_last_chunk(struct session *s, unsigned replies)
{
	struct asked last = s->asked[s->asked_n - 1];

	if (replies <= 1)
		return;
	s->asked[s->asked_n - 1].due.stage = DUE_RECIPIENT;
	for (unsigned i = 1; i < replies; i++) {
		session_asked(s, conv_owe(s->conv),
		    (struct due){ .stage = DUE_RECIPIENT, .verb = VERB_BDAT });
		s->asked[s->asked_n - 1].end = last.end;
	}
}

void
session_is_no_message(struct session *s)
{
	s->asked[s->asked_n - 1].no_message = true;
}

unsigned
session_lose_replies(struct session *s)
{
	unsigned n = 0;

	for (size_t i = 0; s->conv && s->role == CONV_CLIENT && i < s->asked_n; i++) {
		struct asked *a = &s->asked[i];
		n += due_is_message(&a->due) && !a->given_up && !a->no_message &&
		    a->end <= s->octets_out;
		a->given_up = true;
	}
	return n;
}

void
session_tell_unknown(struct session *s)
{
	s->fate_unknown = true;
	session_fail(s, ERR_UNKNOWN,
	    "the message's fate is unknown: no valid reply to its end was received; sending it "
	    "again may "
	    "deliver it twice (RFC 1047)");
}

bool
session_is_within_octets(const struct session *s)
{
	bool ended = false;

	for (size_t i = 0; s->conv && i < s->asked_n; i++) {
		const struct asked *a = &s->asked[i];
		ended |= due_is_message(&a->due);
		if ((due_is_message(&a->due) || a->due.verb == VERB_BDAT) && a->end > s->octets_out)
			return true;
	}
	return s->dialogue.mode == MODE_MESSAGE && !ended;
}

void
session_wait_message(struct session *s)
{
	session_wait(s, WAIT_END_OF_DATA, s->opts->timeouts.dot);
}
