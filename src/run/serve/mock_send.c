/*
 * mock - replies on their way: at once, late, slowly, or not at all, and what they make of the
 * conversation.
 */
#include "run/serve/mock_priv.h"

/* so much is unsent that a loop of replies waits so long for the client to read */
enum { OUTPUT_MANY = 64 << 10, FULL_MS = 20 };

static struct mock_out *
add(struct play *p, enum verb verb, bool dot)
{
	struct mock_out *o = ARENA_NEW(&p->outs, struct mock_out);

	o->verb = verb;
	o->dot = dot;
	o->delay_ms = p->delay_ms ? p->delay_ms : bounds_delay(p, verb, dot);
	p->delay_ms = 0;
	p->up = true;
	p->nout++;
	*p->out_end = o;
	p->out_end = &o->next;
	return o;
}

/* EHLO's reply without the line that offers STARTTLS. */
static struct span
without_starttls(struct arena *arena, struct span reply)
{
	struct buf b = { .max = reply.len + 2 };
	struct span rest = reply, line;
	size_t last = 0;

	while (span_line(&rest, &line)) {
		struct span text = span_skip(line, 4);
		if (buf_span(&b).len > 0 && span_eq_case(span_word(&text), SPAN("STARTTLS")))
			continue;
		if (buf_span(&b).len > 0)
			buf_append(&b, SPAN("\r\n"));
		last = buf_span(&b).len;
		buf_append(&b, line);
	}
	if (buf_span(&b).len > last + 3)
		b.mem[b.head + last + 3] = ' ';
	struct span all = arena_copy(arena, buf_span(&b));
	buf_release(&b);
	return all;
}

/*
 * What the script itself promises is kept as far as this run can: without TLS (--tls=off) no 220 to
 * STARTTLS is said, and it is not offered, unless the script is there to refuse it. Nor is it begun
 * within TLS.
 */
static void
keep_to_what_is_possible(struct play *p, struct mock_out *o)
{
	bool hello = o->verb == VERB_EHLO || o->verb == VERB_LHLO;

	if (o->verb == VERB_STARTTLS && span_starts(o->text, SPAN("220")) && !mock_can_tls(p))
		o->text = p->d->tls ? SPAN("503 5.5.1 TLS already active") :
				      SPAN("454 4.7.0 TLS not available");
	else if (hello && span_starts(o->text, SPAN("250-")) && !session_can_tls(p->s) &&
	    !p->at->refuses_tls)
		o->text = without_starttls(&p->outs, o->text);
}

void
mock_say(struct play *p, struct span reply, enum verb verb, bool dot)
{
	struct mock_out *o = add(p, verb, dot);

	o->text = arena_copy(&p->outs, reply);
	bounds_judge(p, o);
}

void
mock_then(struct play *p, const struct fault *then)
{
	struct mock_out *o = add(p, VERB_OTHER, false);

	o->silent = true;
	o->delay_ms = 0;
	o->then = then;
}

void
mock_reply(struct play *p, const struct expect *x, enum verb verb, bool dot, uint64_t delay_ms,
    const struct fault *then)
{
	struct mock_out *o;
	struct err err;

	/*
	 * A bare "250" to EHLO says nothing of what is offered: where the script's own steps want
	 * something, that is.
	 */
	bool bare = x && (verb == VERB_EHLO || verb == VERB_LHLO) && p->at->needs &&
	    x->nlines == 1 && x->line[0].text.n == 0 && x->line[0].ncodes > 0 &&
	    x->line[0].code[0].digit[0] == '2';
	if (x && (x->any || bare)) {
		p->delay_ms = delay_ms ? delay_ms : p->delay_ms;
		default_answer(p, dot ? MOCK_DOT : p->up ? MOCK_COMMAND : MOCK_CONNECTED, verb);
		if (then)
			mock_then(p, then);
		return;
	}
	o = add(p, verb, dot);
	if (delay_ms)
		o->delay_ms = delay_ms;
	o->then = then;
	o->silent = x == NULL;
	o->own = true;
	if (x && !script_render(x, verb, &p->vars, &p->outs, &o->text, &err)) {
		session_fail(p->s, err.kind, "%s", err.text);
		o->text = SPAN("451 4.3.0 The script has no value for this reply");
	}
	if (!o->silent)
		keep_to_what_is_possible(p, o);
	bounds_judge(p, o);
}

static unsigned
code_of(struct span reply)
{
	unsigned long long code = 0;

	span_number(span_first(reply, 3), 999, &code);
	return (unsigned)code;
}

enum { DELIVERY_LOOKS = 400, DELIVERY_LOOK_MS = 5, PIECE_MAX = 64 << 10 };

/* There and then, or when all is acknowledged, or after two seconds. */
static enum progress
replies_end(struct play *p, const struct fault *fault)
{
	if (!p->ending)
		p->looks = DELIVERY_LOOKS;
	p->ending = fault;
	if (fault->when_delivered && --p->looks > 0 && session_unheard(p->s)) {
		session_hold(p->s, true);
		session_sleep(p->s, DELIVERY_LOOK_MS);
		return STEP_WAIT;
	}
	fault->end(p->s);
	return STEP_DONE;
}

/* What goes on from here: message text, an answer, TLS, the end. */
static enum progress
follow(struct play *p, const struct mock_out *o)
{
	unsigned code = code_of(o->text);
	/* elsewhere a 354 is a fault, and no message follows */
	bool message = code == 354 && o->verb == VERB_DATA;
	struct conv *conv = session_conv(p->s);

	if (o->then || (o->verb == VERB_QUIT && code == 221))
		return replies_end(p, o->then ? o->then : fault_close);
	if (o->silent)
		return STEP_WAIT;
	conv_listen(conv,
	    message	    ? CONV_LISTEN_MESSAGE :
		code == 334 ? CONV_LISTEN_ANSWER :
			      CONV_LISTEN_COMMAND,
	    0);
	if ((o->verb == VERB_EHLO || o->verb == VERB_LHLO || o->verb == VERB_HELO) && code == 250) {
		arena_reset(&p->offers_mem);
		p->offers = o->own ? arena_copy(&p->offers_mem, o->text) : SPAN_NONE;
	}
	if (!o->dot)
		dialogue_heard(p->d, o->verb, message ? 250 : code);
	return o->verb == VERB_STARTTLS && code == 220 ? session_shake_hands(p->s) : STEP_WAIT;
}

/* True when all of it is said. Else there is a pause, or the client is to read first. */
static bool
send_piece(struct play *p, const struct mock_out *o)
{
	struct span rest = span_skip(o->text, p->sent);
	bool slow = p->slow && pace_is_slow(p->slow);
	size_t n = slow		 ? pace_piece(p->slow, p->sent, rest.len) :
	    rest.len < PIECE_MAX ? rest.len :
				   PIECE_MAX;

	if (p->sent == 0)
		session_tell_answer(p->s, o->text);
	conv_put(session_conv(p->s), span_first(rest, n));
	p->sent += n;
	if (n == rest.len) {
		conv_put(session_conv(p->s), SPAN("\r\n"));
		p->sent = 0;
		return true;
	}
	session_hold(p->s, true);
	if (slow)
		session_sleep(p->s, pace_gap_ms(p->slow));
	else
		session_want_room(p->s);
	return false;
}

/* Not yet: the client has too much to read. */
static bool
is_full(struct play *p)
{
	if (conv_output(session_conv(p->s)).len < SESSION_LOW_WATER)
		return false;
	session_hold(p->s, true);
	session_want_room(p->s);
	return true;
}

enum progress
mock_pump(struct play *p)
{
	if (p->ending)
		return replies_end(p, p->ending);
	while (p->out) {
		struct mock_out *o = p->out;
		if (o->delay_ms > 0) {
			session_hold(p->s, true);
			session_sleep(p->s, o->delay_ms);
			o->delay_ms = 0;
			return STEP_WAIT;
		}
		if (!o->silent && (is_full(p) || !send_piece(p, o)))
			return STEP_WAIT;
		session_hold(p->s, false);
		p->out = o->next;
		p->nout--;
		if (!p->out)
			p->out_end = &p->out;
		enum progress progress = follow(p, o);
		if (progress != STEP_WAIT || p->ending)
			return progress;
	}
	session_hold(p->s, false);
	arena_reset(&p->outs);
	if (p->more) {
		bool full = conv_output(session_conv(p->s)).len > OUTPUT_MANY;
		session_hold(p->s, true);
		session_sleep(p->s, full ? FULL_MS : 0);
	}
	return STEP_WAIT;
}
