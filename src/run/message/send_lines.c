/* send_lines - the MAIL and RCPT lines of a message. */
#include "run/message/send_lines.h"

#include "base/text.h"

static bool
has_param(struct span params, const char *name)
{
	for (struct span word = span_word(&params); word.len > 0; word = span_word(&params)) {
		struct span rest = word;
		if (span_eq_case(span_until(&rest, '='), span_of(name)))
			return true;
	}
	return false;
}

struct send_adds
send_adds(const struct send_plan *p, const struct message_facts *f)
{
	bool body = !p->no_body && !has_param(p->mail_params, "BODY"),
	     utf8 = f->utf8_header || !text_is_ascii(p->message.from);

	for (size_t i = 0; i < p->message.nto; i++)
		utf8 |= !text_is_ascii(p->message.to[i]);
	return (struct send_adds){
		.size = !p->no_size && p->last == SEND_DATA && !has_param(p->mail_params, "SIZE"),
		.binary = body && p->binary,
		.eight_bit = body && !p->binary && f->eight_bit,
		.utf8 = utf8 && !p->no_body && !has_param(p->mail_params, "SMTPUTF8"),
	};
}

struct span
send_added(struct send_adds adds, uint64_t octets, struct arena *arena)
{
	struct span size = adds.size ?
	    arena_printf(arena, " SIZE=%llu", (unsigned long long)octets) :
	    SPAN_NONE;

	return arena_printf(arena, "%.*s%s%s", SPAN_ARG(size),
	    adds.binary		   ? " BODY=BINARYMIME" :
		adds.eight_bit ? " BODY=8BITMIME" :
				 "",
	    adds.utf8 ? " SMTPUTF8" : "");
}

struct span
send_mail_line(
    const struct send_plan *p, struct send_adds adds, uint64_t octets, struct arena *arena)
{
	struct span own = send_added(adds, octets, arena), given = p->mail_params;

	return arena_printf(arena, "MAIL FROM:<%.*s>%.*s%s%.*s", SPAN_ARG(p->message.from),
	    SPAN_ARG(own), given.len ? " " : "", SPAN_ARG(given));
}

struct span
send_rcpt_line(const struct send_plan *p, size_t i, struct arena *arena)
{
	struct span given = p->rcpt_params;

	return arena_printf(arena, "RCPT TO:<%.*s>%s%.*s", SPAN_ARG(p->message.to[i]),
	    given.len ? " " : "", SPAN_ARG(given));
}
