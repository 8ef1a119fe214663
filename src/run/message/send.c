/* send - collects what to send into a plan. */
#include "run/message/send.h"

#include "base/quantity.h"
#include "base/suggest.h"

enum { RCPT_MAX = 10000 };

static const struct {
	const char *word;
	enum send_stage stage;
} stages[] = {
	{ "connect", SEND_CONNECT },
	{ "banner", SEND_CONNECT },
	{ "ehlo", SEND_EHLO },
	{ "helo", SEND_EHLO },
	{ "lhlo", SEND_EHLO },
	{ "first-helo", SEND_EHLO },
	{ "first-ehlo", SEND_EHLO },
	{ "starttls", SEND_STARTTLS },
	{ "tls", SEND_STARTTLS },
	{ "auth", SEND_AUTH },
	{ "mail", SEND_MAIL },
	{ "from", SEND_MAIL },
	{ "rcpt", SEND_RCPT },
	{ "to", SEND_RCPT },
};

bool
send_stage_parse(struct span word, enum send_stage *stage, struct err *err)
{
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
		if (span_eq_case(word, span_of(stages[i].word))) {
			*stage = stages[i].stage;
			return true;
		}
	return err_set(err, ERR_USAGE,
	    "unknown stage \"%.*s\" to stop after: expected connect, ehlo, starttls, auth, mail or "
	    "rcpt",
	    SPAN_ARG(span_first(word, 40)));
}

/* Removes angle brackets. Rejects a line ending, which would end the command early. */
static bool
clean_address(struct span *address, struct err *err)
{
	struct span a = span_trim(*address);

	if (a.len >= 2 && a.at[0] == '<' && a.at[a.len - 1] == '>')
		a = span_skip(span_first(a, a.len - 1), 1);
	if (span_has(a, '\r') || span_has(a, '\n') || a.len > 1000)
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is not an address: it contains a line ending, or is too long",
		    SPAN_ARG(span_first(a, 60)));
	*address = a;
	return true;
}

/* Removes the next address from a list; a comma within quotes does not separate. */
static struct span
next_address(struct span *list)
{
	bool quoted = false;

	for (size_t i = 0; i < list->len; i++) {
		if (list->at[i] == '"')
			quoted = !quoted;
		if (list->at[i] != ',' || quoted)
			continue;
		struct span address = span_first(*list, i);
		*list = span_skip(*list, i + 1);
		return address;
	}
	struct span address = *list;
	*list = SPAN_NONE;
	return address;
}

bool
send_add_recipients(struct send_plan *plan, struct span list, struct arena *arena, struct err *err)
{
	while (list.len > 0) {
		struct span address = next_address(&list);
		if (!clean_address(&address, err))
			return false;
		if (plan->message.nto == RCPT_MAX)
			return err_set(err, ERR_USAGE, "more than %d recipients", RCPT_MAX);
		struct span *to;
		memcpy(&to, &plan->message.to, sizeof to);
		to = arena_more(arena, to, plan->message.nto, sizeof *to);
		to[plan->message.nto++] = arena_copy(arena, address);
		plan->message.to = to;
	}
	return true;
}

bool
send_set_sender(struct send_plan *plan, struct span address, struct arena *arena, struct err *err)
{
	if (!clean_address(&address, err))
		return false;
	plan->message.from = arena_copy(arena, address);
	return true;
}

bool
send_add_header(struct send_plan *plan, struct span line, struct arena *arena, struct err *err)
{
	if (plan->message.nheaders == COMPOSE_HEADERS_MAX)
		return err_set(err, ERR_USAGE, "more than %d header fields", COMPOSE_HEADERS_MAX);
	plan->message.header[plan->message.nheaders++] = arena_string(arena, line);
	return true;
}

bool
send_add_attachment(struct send_plan *plan, struct span path, struct arena *arena, struct err *err)
{
	if (plan->message.nattach == COMPOSE_ATTACH_MAX)
		return err_set(err, ERR_USAGE, "more than %d attachments", COMPOSE_ATTACH_MAX);
	plan->message.attach[plan->message.nattach++] = arena_string(arena, path);
	return true;
}

bool
send_size_parse(struct span word, uint64_t *octets, struct err *err)
{
	return quantity_octets(word, octets) ||
	    err_set(err, ERR_USAGE,
		"\"%.*s\" is not a size: expected octets, such as 500, 64k, 10M or 1.5G",
		SPAN_ARG(span_first(word, 40)));
}
