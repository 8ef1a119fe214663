/* wire - octets in and out, and what each reply answers. */
#include "run/session/wire.h"

#include <assert.h>
#include <stdlib.h>

#include "net/loop.h"

static void
wire_stop_pacing(struct wire *w)
{
	w->paced_us = w->next_us = 0;
	w->paced_at = 0;
}

void
wire_drop(struct wire *w)
{
	conn_free(w->conn);
	conv_free(w->dead_conv);
	w->conn = NULL;
	w->dead_conv = w->conv;
	w->conv = NULL;
	w->nasked = 0;
	w->late.open = false;
	w->got_421 = w->got_221 = w->shut = w->shut_when_sent = w->write_failed = w->held =
	    w->ended = false;
	wire_stop_pacing(w);
}

void
wire_release(struct wire *w)
{
	wire_drop(w);
	conv_free(w->dead_conv);
	free(w->asked);
	*w = (struct wire){ 0 };
}

void
wire_up(struct wire *w, struct conn *conn, enum conv_role role)
{
	assert(!w->conn);
	w->conn = conn;
	w->conv = conv_new(role);
	w->out_of_step = false;
	w->unwelcome = ERR_NONE;
	w->replies = w->octets_in = w->octets_out = 0;
}

/* ---- what is outstanding */

void
wire_ask(struct wire *w, unsigned ticket, struct due due)
{
	if (w->nasked == w->asked_room) {
		w->asked_room = w->asked_room ? w->asked_room * 2 : 2;
		w->asked = memory_resize(w->asked, w->asked_room * sizeof *w->asked);
	}
	w->asked[w->nasked++] = (struct asked){ .ticket = ticket,
		.due = due,
		.at_us = loop_now_us(),
		.end = w->octets_out + conv_output(w->conv).len };
}

void
wire_asked_line(struct wire *w, struct span line)
{
	struct asked *a = &w->asked[w->nasked - 1];
	unsigned long long octets = 0;
	struct span args;

	if (verb_of(line, &args) != VERB_BDAT ||
	    !span_number(span_word(&args), ~0ull >> 1, &octets))
		return;
	a->end += octets;
	if (span_eq_case(span_word(&args), SPAN("LAST")))
		a->due.stage = DUE_MESSAGE;
}

static struct asked *
wire_find(const struct wire *w, unsigned ticket)
{
	for (size_t i = 0; ticket && i < w->nasked; i++)
		if (w->asked[i].ticket == ticket)
			return &w->asked[i];
	return NULL;
}

/* Returns what the reply with this ticket answers. NULL: nothing. */
static const struct due *
wire_due(const struct wire *w, unsigned ticket)
{
	const struct asked *a = wire_find(w, ticket);

	return a ? &a->due : NULL;
}

static struct asked
wire_take(struct wire *w, unsigned ticket)
{
	struct asked *at = wire_find(w, ticket), taken = at ? *at : (struct asked){ 0 };

	if (at)
		memmove(at, at + 1, (size_t)(w->asked + --w->nasked - at) * sizeof *at);
	return taken;
}

void
wire_ask_last_chunk(struct wire *w, unsigned replies)
{
	assert(w->nasked > 0);
	uint64_t end = w->asked[w->nasked - 1].end;

	if (replies <= 1)
		return;
	w->asked[w->nasked - 1].due.stage = DUE_RECIPIENT;
	for (unsigned i = 1; i < replies; i++) {
		wire_ask(w, conv_expect(w->conv),
		    (struct due){ .stage = DUE_RECIPIENT, .verb = VERB_BDAT });
		w->asked[w->nasked - 1].end = end;
	}
}

void
wire_ask_for_no_message(struct wire *w)
{
	assert(w->nasked > 0);
	w->asked[w->nasked - 1].no_message = true;
}

void
wire_not_carried_out(struct wire *w, const struct asked *asked)
{
	for (size_t i = 0; i < w->nasked; i++)
		if (w->asked[i].due.stage == DUE_RECIPIENT && w->asked[i].end == asked->end)
			w->asked[i].no_message = true;
}

/*
 * After a 353 the server sends a reply for each accepted recipient and one for all of them
 * (draft-hall-prdr). Expects those that are not outstanding yet, and returns their number.
 */
static unsigned
wire_ask_each(struct wire *w, unsigned recipients)
{
	unsigned due = recipients + 1, counted = 0, more;

	for (size_t i = 0; i < w->nasked; i++)
		counted += w->asked[i].due.stage == DUE_RECIPIENT ||
		    w->asked[i].due.stage == DUE_MESSAGE;
	more = due > counted ? due - counted : 0;
	for (unsigned i = 0; i < more; i++)
		wire_ask(w, conv_expect_next(w->conv),
		    (struct due){ .stage = i == 0 && counted == 0 ? DUE_MESSAGE : DUE_RECIPIENT,
			.verb = VERB_DATA });
	return more;
}

/* Times the outstanding replies from now on, since the peer could not reply earlier. */
static void
wire_ask_anew(struct wire *w)
{
	for (size_t i = 0; i < w->nasked; i++)
		w->asked[i].at_us = loop_now_us();
}

unsigned
wire_in_doubt(const struct wire *w)
{
	unsigned n = 0;

	for (size_t i = 0; i < w->nasked; i++) {
		const struct asked *a = &w->asked[i];
		n += due_is_message(&a->due) && !a->given_up && !a->no_message &&
		    a->end <= w->octets_out;
	}
	return n;
}

unsigned
wire_lose(struct wire *w)
{
	unsigned n = wire_in_doubt(w);

	for (size_t i = 0; i < w->nasked; i++)
		w->asked[i].given_up = true;
	return n;
}

bool
wire_is_within_octets(const struct wire *w, enum dialogue_mode mode)
{
	bool ended = false;

	for (size_t i = 0; i < w->nasked; i++) {
		const struct asked *a = &w->asked[i];
		ended |= due_is_message(&a->due);
		if ((due_is_message(&a->due) || a->due.verb == VERB_BDAT) && a->end > w->octets_out)
			return true;
	}
	return mode == MODE_MESSAGE && !ended;
}

/* ---- what was received */

/* Drops what was given up, and returns the next command, which the late reply answers after all. */
static struct asked
wire_settle(struct wire *w)
{
	unsigned ticket = conv_settle(w->conv);

	while (w->nasked > 0 && w->asked[0].ticket != ticket)
		wire_take(w, w->asked[0].ticket);
	return wire_take(w, ticket);
}

/*
 * Returns whether a late reply has a code that cannot answer what was given up, but fits the next
 * command. What was given up was then never answered, and replies are in step.
 */
static bool
wire_answers_what_waits(const struct wire *w, const struct conv_event *e, const struct asked *asked)
{
	const struct due *waits = e->late ? wire_due(w, conv_due(w->conv)) : NULL;

	return waits && standing_of(&asked->due, e->reply.code) == REPLY_OUT_OF_STEP &&
	    standing_of(waits, e->reply.code) == REPLY_FITS;
}

struct receipt
wire_receive(struct wire *w, const struct conv_event *came, unsigned recipients)
{
	struct receipt r = { .asked = wire_take(w, came->ticket), .event = *came };
	unsigned code = came->reply.code;

	r.drawn_us = w->drawn_us ? loop_now_us() - w->drawn_us : 0;
	if (wire_answers_what_waits(w, came, &r.asked)) {
		r.asked = wire_settle(w);
		r.event.ticket = r.asked.ticket;
		r.event.late = false;
	}
	r.greeting = r.event.ticket == CONV_BANNER;
	r.surprise = !r.greeting && r.asked.ticket == 0;
	if (r.greeting)
		r.asked.due.stage = DUE_GREETING;
	else if (r.surprise)
		r.asked.due.stage = w->got_221 ? DUE_PARTED : DUE_NOTHING;
	bool late = r.event.late, message = due_is_message(&r.asked.due);
	r.standing = late ? REPLY_FITS : standing_of(&r.asked.due, code);
	r.err = standing_err(&r.asked.due, r.standing, &came->reply);
	if (r.err == ERR_NONE && message && r.asked.end > w->octets_out)
		/* not all of it was sent: this cannot be the reply to its end */
		r.err = ERR_UNKNOWN;
	if (r.err == ERR_UNKNOWN && r.asked.no_message)
		r.err = ERR_PROTO;

	/* A reply in order shows that the late one before it did answer what was given up. */
	if (w->late.open && !late && r.event.ticket)
		r.before = w->late;
	w->late.open &= r.event.ticket == 0;
	if (r.asked.due.stage == DUE_MESSAGE && r.asked.due.prdr && code == 353 &&
	    r.err == ERR_NONE && !late)
		r.more = wire_ask_each(w, recipients);
	r.or = late ? wire_due(w, conv_due(w->conv)) : NULL;
	if (r.or &&standing_of(r.or, code) != REPLY_OUT_OF_STEP) {
		w->late = (struct late){
			.open = true, .due = r.asked.due, .code = code, .failed = r.err
		};
	} else if (r.more == 0 && (r.asked.ticket || r.greeting)) {
		r.or = NULL;
		r.takes_effect = true;
	}
	w->out_of_step |= r.standing == REPLY_OUT_OF_STEP;
	if (r.greeting && (r.err == ERR_TEMPORARY || r.err == ERR_REFUSED))
		w->unwelcome = r.err;
	w->got_421 |= code == 421; /* the server then closes (RFC 5321 3.8) */
	w->got_221 |= code == 221;
	w->surprises = r.asked.ticket ? 0 : w->surprises + 1;
	w->drawn_us = 0;
	w->replies++;
	return r;
}

struct asked
wire_find_step(struct wire *w)
{
	bool open = w->late.open && conv_due(w->conv);

	w->late.open = false;
	return open ? wire_settle(w) : (struct asked){ 0 };
}

/* ---- paced output */

size_t
wire_may_send(const struct wire *w, const struct pace *pace)
{
	size_t left = conv_output(w->conv).len;

	if (!pace_is_slow(pace))
		return left;
	return loop_now_us() < w->next_us ? 0 : pace_piece(pace, w->paced_at, left);
}

uint64_t
wire_sent(struct wire *w, const struct pace *pace, size_t n)
{
	assert(w->conv);
	conv_wrote(w->conv, n);
	w->octets_out += n;
	w->sent_us = loop_now_us();
	if (!pace_is_slow(pace)) {
		wire_stop_pacing(w);
		return 0;
	}
	if (w->paced_us) /* the peer cannot answer what it has not received */
		wire_ask_anew(w);
	if (conv_output(w->conv).len == 0) {
		wire_stop_pacing(w);
		return 0;
	}
	if (!w->paced_us)
		w->paced_us = loop_now_us();
	w->paced_at += n;
	w->next_us = loop_now_us() + 1000 * pace_gap_ms(pace);
	return pace_gap_ms(pace);
}
