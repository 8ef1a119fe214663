/* conv - one end of an SMTP conversation. */
#include "smtp/conv.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/secret.h"

/* An outstanding reply. */
struct outstanding {
	unsigned ticket;
	bool given_up;
	/* it counts as sent when this many bytes have been written */
	uint64_t asked_at;
	/* bytes fed by then: a reply that begins among them does not answer it */
	uint64_t fed_before;
};

struct conv {
	enum conv_role role;
	struct buf in, out;
	/* bytes of `in` that belong to the last event, to be consumed before the next */
	size_t take;
	struct arena arena;		/* of one event */
	unsigned last_ticket;
	bool secret;			/* wipe unsent bytes once they are written */
	struct outstanding *outstanding; /* a ring */
	size_t outstanding_first, outstanding_n, outstanding_cap;
	size_t outstanding_left;	/* how many, from the first on, have been sent */
	uint64_t wrote, fed;		/* total bytes */

	/* client */
	struct reply_scan scan;
	bool dropping;			/* the rest of a reply that is too long */
	bool chatter;			/* other lines may come between replies */

	/* server */
	enum conv_listen listen;
	unsigned long long octets;	/* octets left for CONV_LISTEN_OCTETS */
	struct body_in body;
	bool skipping;			/* the rest of a line that is too long */
	size_t line_seen;
};

struct conv *
conv_new(enum conv_role role)
{
	struct conv *c = memory_zeroed(sizeof *c);

	c->role = role;
	buf_init(&c->in, role == CONV_CLIENT ? 4 * CONV_REPLY_MAX : 2 * CONV_LINE_MAX);
	/* a server can queue a whole reply of another server on top */
	buf_init(&c->out, CONV_OUTPUT_MAX + (role == CONV_SERVER ? CONV_REPLY_MAX : 0));
	if (role == CONV_CLIENT)
		conv_expect(c);
	return c;
}

void
conv_free(struct conv *c)
{
	if (!c)
		return;
	buf_release(&c->in);
	buf_release(&c->out);
	arena_release(&c->arena);
	free(c->outstanding);
	free(c);
}

/* Marks the commands that have been written as sent, as far as is needed to expect a reply. */
static void
note_left(struct conv *c, uint64_t fed_before)
{
	for (; c->outstanding_left < c->outstanding_n; c->outstanding_left++) {
		struct outstanding
		    *outstanding = &c->outstanding[(c->outstanding_first + c->outstanding_left) %
			c->outstanding_cap];
		if (outstanding->asked_at > c->wrote)
			return;
		outstanding->fed_before = fed_before;
	}
}

static unsigned
expect_reply(struct conv *c, uint64_t asked_at)
{
	if (c->outstanding_n == CONV_OUTSTANDING_MAX)
		return 0;
	if (c->outstanding_n == c->outstanding_cap) {
		size_t cap = c->outstanding_cap ? c->outstanding_cap * 2 : 4;
		struct outstanding *ring = memory_get(cap * sizeof *ring);
		for (size_t i = 0; i < c->outstanding_n; i++)
			ring[i] = c->outstanding[(c->outstanding_first + i) % c->outstanding_cap];
		free(c->outstanding);
		c->outstanding = ring;
		c->outstanding_cap = cap;
		c->outstanding_first = 0;
	}
	if (++c->last_ticket == 0)
		c->last_ticket = CONV_BANNER + 1;
	c->outstanding[(c->outstanding_first + c->outstanding_n++) % c->outstanding_cap] =
	    (struct outstanding){ .ticket = c->last_ticket, .asked_at = asked_at };
	note_left(c, 0);
	return c->last_ticket;
}

unsigned
conv_expect(struct conv *c)
{
	return expect_reply(c, c->wrote + buf_span(&c->out).len);
}

unsigned
conv_expect_next(struct conv *c)
{
	unsigned ticket = expect_reply(c, c->wrote);

	if (ticket == 0 || c->outstanding_n == 1)
		return ticket;
	struct outstanding *last = &c->outstanding[(c->outstanding_first + c->outstanding_n - 1) %
			       c->outstanding_cap],
			   moved = *last;
	bool left = c->outstanding_left == c->outstanding_n; /* already counted as sent */
	c->outstanding_first = (c->outstanding_first + c->outstanding_cap - 1) % c->outstanding_cap;
	c->outstanding[c->outstanding_first] = moved;
	c->outstanding_left += !left;
	return ticket;
}

unsigned
conv_send(struct conv *c, struct span line)
{
	if (c->outstanding_n == CONV_OUTSTANDING_MAX ||
	    c->out.max - buf_span(&c->out).len < line.len + 2)
		return 0;
	uint64_t first = c->wrote + buf_span(&c->out).len + 1;
	buf_append(&c->out, line);
	buf_append(&c->out, SPAN("\r\n"));
	return expect_reply(c, first);
}

bool
conv_put(struct conv *c, struct span octets)
{
	return buf_append(&c->out, octets);
}

void
conv_give_up(struct conv *c, unsigned ticket)
{
	for (size_t i = 0; i < c->outstanding_n; i++) {
		struct outstanding
		    *outstanding = &c->outstanding[(c->outstanding_first + i) % c->outstanding_cap];
		if (outstanding->ticket == ticket)
			outstanding->given_up = true;
	}
}

void
conv_allow_chatter(struct conv *c)
{
	c->chatter = true;
}

size_t
conv_outstanding(const struct conv *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->outstanding_n; i++)
		n += !c->outstanding[(c->outstanding_first + i) % c->outstanding_cap].given_up;
	return n;
}

unsigned
conv_due(const struct conv *c)
{
	for (size_t i = 0; i < c->outstanding_left; i++) {
		const struct outstanding
		    *outstanding = &c->outstanding[(c->outstanding_first + i) % c->outstanding_cap];
		if (!outstanding->given_up)
			return outstanding->ticket;
	}
	return 0;
}

unsigned
conv_settle(struct conv *c)
{
	unsigned ticket = conv_due(c), gone = 0;

	while (ticket && gone != ticket) {
		gone = c->outstanding[c->outstanding_first].ticket;
		c->outstanding_first = (c->outstanding_first + 1) % c->outstanding_cap;
		c->outstanding_n--;
		c->outstanding_left--;
	}
	return ticket;
}

bool
conv_is_about_to_ask(const struct conv *c)
{
	return c->outstanding_left == 0 && c->outstanding_n > 0;
}

void
conv_listen(struct conv *c, enum conv_listen listen, unsigned long long octets)
{
	c->listen = listen;
	c->octets = octets;
	c->body = (struct body_in){ 0 };
}

/* Drops the rest of a reply's current line, and returns what follows it. */
static struct span
drop(struct conv *c, struct span in)
{
	const char *lf = in.len ? memchr(in.at, '\n', in.len) : NULL;

	if (!lf)
		return SPAN_NONE;
	c->dropping = false;
	return span_skip(in, (size_t)(lf - in.at) + 1);
}

static void
take_spent(struct conv *c)
{
	if (c->take > 0)
		buf_consume(&c->in, c->take);
	c->take = 0;
}

size_t
conv_room(const struct conv *c)
{
	return c->in.max - conv_pending(c).len;
}

void
conv_feed(struct conv *c, struct span in)
{
	take_spent(c);
	if (c->dropping)
		in = drop(c, in);
	bool fits = buf_append(&c->in, in);
	c->fed += in.len;
	assert(fits || !"fed more than there was room for");
	(void)fits;
}

static void
take_outstanding(struct conv *c, struct conv_event *event)
{
	uint64_t began = c->fed - buf_span(&c->in).len;

	if (c->outstanding_left == 0 || began < c->outstanding[c->outstanding_first].fed_before)
		return;
	struct outstanding outstanding = c->outstanding[c->outstanding_first];
	c->outstanding_first = (c->outstanding_first + 1) % c->outstanding_cap;
	c->outstanding_n--;
	c->outstanding_left--;
	event->ticket = outstanding.ticket;
	event->late = outstanding.given_up;
	if (c->outstanding_n == 0) {
		free(c->outstanding);
		c->outstanding = NULL;
		c->outstanding_first = c->outstanding_cap = 0;
	}
}

/*
 * Ends a reply that is too long: its beginning is reported as a reply, and the rest is dropped, up
 * to the end of the current line.
 */
static bool
next_cut(struct conv *c, struct span in, struct conv_event *event)
{
	struct span kept = span_first(in, CONV_LINE_MAX);
	struct span rest = span_skip(in, CONV_REPLY_MAX);
	char *whole = arena_get(&c->arena, kept.len + 8);

	memcpy(whole, kept.at, kept.len);
	memcpy(whole + kept.len, "\r\n000 \r\n", 8);
	event->kind = CONV_TOO_MUCH;
	reply_parse((struct span){ whole, kept.len + 8 }, &c->arena, &event->reply);
	event->reply.flaws = (event->reply.flaws &
				 ~(unsigned)(REPLY_CODES_DIFFER | REPLY_MIXED | REPLY_BAD_CODE)) |
	    REPLY_CUT;
	if (event->reply.nlines > 1)
		event->reply.nlines--;

	c->dropping = true;
	size_t kept_after = drop(c, rest).len;
	c->take = in.len - kept_after;
	c->scan = (struct reply_scan){ 0 };
	take_outstanding(c, event);
	return true;
}

static bool
has_digits(struct span code)
{
	unsigned long long n;

	return code.len == 3 && span_number(code, 999, &n);
}

/*
 * A server that receives a command before it has sent its whole greeting may break it off and
 * reply, as Postfix's postscreen does after "220-...". If the greeting and another reply are
 * outstanding, a line with a different code begins the next reply. Returns the length of the
 * incomplete greeting; 0: it was not broken off.
 */
static size_t
broken_off(const struct conv *c, struct span in)
{
	struct span rest = in, first = span_first(in, 3), line;

	if (c->outstanding_left < 2 || c->outstanding[c->outstanding_first].ticket != CONV_BANNER ||
	    !has_digits(first))
		return 0;
	while (rest.len > 3 && span_starts(rest, first) && rest.at[3] == '-' &&
	    span_line(&rest, &line))
		;
	return rest.len > 3 && rest.len < in.len && !span_starts(rest, first) &&
		rest.at[0] >= '2' && rest.at[0] <= '5' ?
	    in.len - rest.len :
	    0;
}

static bool
next_broken(struct conv *c, struct span reply, struct conv_event *event)
{
	char *whole = arena_get(&c->arena, reply.len + 6);

	memcpy(whole, reply.at, reply.len);
	memcpy(whole + reply.len, reply.at, 3);		/* a last line, only for the parser */
	memcpy(whole + reply.len + 3, "\r\n", 2);
	reply_parse((struct span){ whole, reply.len + 5 }, &c->arena, &event->reply);
	event->reply.nlines--;
	event->reply.raw = reply;
	event->reply.flaws |= REPLY_UNFINISHED;
	event->kind = CONV_REPLY;
	c->take = reply.len;
	c->scan = (struct reply_scan){ 0 };
	take_outstanding(c, event);
	return true;
}

static bool
next_chatter(struct conv *c, struct span in, struct conv_event *event)
{
	struct span rest = in, line;

	if (!c->chatter || in.len == 0 || ascii_is_digit(in.at[0]) || !memchr(in.at, '\n', in.len))
		return false;
	span_line(&rest, &line);
	event->kind = CONV_CHATTER;
	event->text = span_trim(line);
	c->take = in.len - rest.len;
	c->scan = (struct reply_scan){ 0 };
	return true;
}

static bool
next_reply(struct conv *c, struct conv_event *event)
{
	struct span in = buf_span(&c->in);
	if (next_chatter(c, in, event))
		return true;
	size_t broken = broken_off(c, in), end = broken ? 0 : reply_scan(&c->scan, in);

	if (broken)
		return next_broken(c, span_first(in, broken), event);
	if (end == 0)
		return in.len >= CONV_REPLY_MAX && next_cut(c, in, event);

	event->kind = CONV_REPLY;
	reply_parse(span_first(in, end), &c->arena, &event->reply);
	c->take = end;
	c->scan = (struct reply_scan){ 0 };
	take_outstanding(c, event);
	return true;
}

static unsigned
line_flaws(struct span line, bool crlf)
{
	unsigned flaws = crlf ? 0 : REPLY_BARE_LF;

	if (line.len + 2 > 512)
		flaws |= REPLY_LONG_LINE;
	for (size_t i = 0; i < line.len; i++) {
		if (line.at[i] == 0)
			flaws |= REPLY_NUL;
		if ((unsigned char)line.at[i] > 0x7F)
			flaws |= REPLY_EIGHT_BIT;
	}
	return flaws;
}

static bool
next_line(struct conv *c, struct conv_event *event)
{
	struct span in = buf_span(&c->in);
	size_t from = c->line_seen < in.len ? c->line_seen : 0;
	const char *lf = in.len ? memchr(in.at + from, '\n', in.len - from) : NULL;

	if (!lf && in.len < CONV_LINE_MAX) {
		c->line_seen = in.len;
		return false;
	}
	c->line_seen = 0;
	struct span line = lf ? (struct span){ in.at, (size_t)(lf - in.at) } :
				span_first(in, CONV_LINE_MAX);
	c->take = lf ? line.len + 1 : line.len;
	if (c->skipping) {
		c->skipping = !lf;
		take_spent(c);
		return next_line(c, event);
	}
	c->skipping = !lf;

	bool crlf = lf && line.len > 0 && line.at[line.len - 1] == '\r';
	line.len -= crlf;
	event->kind = c->listen == CONV_LISTEN_ANSWER ? CONV_ANSWER : CONV_COMMAND;
	event->text = line;
	event->flaws = line_flaws(line, crlf || !lf);
	return true;
}

static bool
next_text(struct conv *c, struct conv_event *event)
{
	struct span in = buf_span(&c->in);

	if (c->body.over) {
		event->flaws = c->body.bare_lf ? REPLY_BARE_LF : 0;
		conv_listen(c, CONV_LISTEN_COMMAND, 0);
		event->kind = CONV_TEXT_END;
		return true;
	}
	if (in.len == 0)
		return false;
	c->take = body_unstuff(&c->body, in, &event->text);
	if (event->text.len == 0) {
		take_spent(c);
		return next_text(c, event);
	}
	event->kind = CONV_TEXT;
	return true;
}

static bool
next_octets(struct conv *c, struct conv_event *event)
{
	struct span in = buf_span(&c->in);

	if (c->octets == 0) {
		conv_listen(c, CONV_LISTEN_COMMAND, 0);
		event->kind = CONV_TEXT_END;
		return true;
	}
	if (in.len == 0)
		return false;
	event->kind = CONV_TEXT;
	event->text = span_first(in, c->octets < in.len ? (size_t)c->octets : in.len);
	c->octets -= event->text.len;
	c->take = event->text.len;
	return true;
}

bool
conv_next(struct conv *c, struct conv_event *event)
{
	*event = (struct conv_event){ 0 };
	take_spent(c);
	arena_release(&c->arena);	/* not reset: thousands of conversations may be idle */
	if (c->role == CONV_CLIENT)
		return !c->dropping && next_reply(c, event);
	switch (c->listen) {
	case CONV_LISTEN_MESSAGE:
		return next_text(c, event);
	case CONV_LISTEN_OCTETS:
		return next_octets(c, event);
	default:
		return next_line(c, event);
	}
}

struct span
conv_pending(const struct conv *c)
{
	return span_skip(buf_span(&c->in), c->take);
}

struct span
conv_output(const struct conv *c)
{
	return buf_span(&c->out);
}

void
conv_wrote(struct conv *c, size_t n)
{
	if (c->secret)
		secret_wipe(span_first(buf_span(&c->out), n));
	buf_consume(&c->out, n);
	c->wrote += n;
	note_left(c, c->fed);
	c->secret &= buf_span(&c->out).len > 0;
}

void
conv_is_secret(struct conv *c)
{
	c->secret = true;
}

struct buf *
conv_outbuf(struct conv *c)
{
	return &c->out;
}

bool
conv_tls_ready(const struct conv *c)
{
	return conv_pending(c).len == 0;
}

void
conv_tls_begin(struct conv *c)
{
	buf_release(&c->in);
	buf_release(&c->out);
	c->take = 0;
	c->scan = (struct reply_scan){ 0 };
	c->line_seen = 0;
	/* With implicit TLS, the greeting comes after the handshake. */
	bool banner_to_come = c->outstanding_n > 0 &&
	    c->outstanding[c->outstanding_first].ticket == CONV_BANNER;
	c->outstanding_n = c->outstanding_left = banner_to_come ? 1 : 0;
}
