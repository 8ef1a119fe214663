/*
 * mock - what the options of the server ask comes before the script: refusals, requirements and
 * bounds.
 */
#include "run/serve/mock_priv.h"

#include "run/serve/mta.h"
#include "smtp/parameter.h"

static bool
declares_more(struct span params, unsigned long long limit)
{
	unsigned long long n;

	for (struct span word; (word = span_word(&params)).len > 0;)
		if (span_eq_case(span_until(&word, '='), SPAN("SIZE")) &&
		    span_number(word, ~0ull, &n) && n > limit)
			return true;
	return false;
}

/* On behalf of any recipient so far. */
static struct span
for_recipients(const struct play *p, enum mta_stage stage)
{
	struct span reply = SPAN_NONE;

	for (const struct envelope_rcpt *r = p->mail.rcpts; r && reply.len == 0; r = r->next)
		reply = mta_refusal_of(p->mock->opts.mta->refusals, stage, r->mailbox);
	return reply;
}

static struct span
at_mail(const struct play *p, struct span mailbox, struct span params)
{
	const struct mta_opts *o = p->mock->opts.mta;

	if (o->require_auth && !p->d->authenticated)
		return SPAN("530 5.7.0 AUTH first");
	if (o->messages_max && p->messages >= o->messages_max)
		return SPAN("421 4.7.0 No more messages on this connection");
	if (o->size_limit && declares_more(params, o->size_limit))
		return SPAN("552 5.3.4 The message is larger than SIZE allows");
	return mta_refusal_of(o->refusals, MTA_MAIL, mailbox);
}

static struct span
at_command(const struct play *p, enum verb verb, struct span line)
{
	const struct mta_opts *o = p->mock->opts.mta;
	struct span args, mailbox, params;

	verb_of(line, &args);
	if (o->require_tls && !p->d->tls && verb != VERB_OTHER && !mta_needs_no_tls(verb))
		return SPAN("530 5.7.0 STARTTLS first");
	switch (verb) {
	case VERB_HELO: case VERB_EHLO: case VERB_LHLO:
		return mta_refusal_of(o->refusals, MTA_HELO, span_word(&args));
	case VERB_MAIL:
		mock_mailbox(verb, args, &mailbox, &params);
		return at_mail(p, mailbox, params);
	case VERB_RCPT:
		if ((o->rcpt_max && p->mail.nrcpts >= o->rcpt_max) ||
		    !envelope_has_room(&p->mail, line))
			return SPAN("452 4.5.3 Too many recipients");
		mock_mailbox(verb, args, &mailbox, &params);
		return mta_refusal_of(o->refusals, MTA_RCPT, mailbox);
	case VERB_DATA:
		return for_recipients(p, MTA_DATA);
	default:
		return SPAN_NONE;
	}
}

/* What is too large to be kept is not taken either. */
static struct span
at_message(const struct play *p)
{
	if ((p->mock->opts.mta->size_limit || p->mail.keep_text) &&
	    p->mail.octets > p->mail.text.max)
		return SPAN("552 5.3.4 The message is larger than SIZE allows");
	return for_recipients(p, MTA_DOT);
}

bool
bounds_full(const struct play *p, enum mock_what what, enum verb verb)
{
	return what == MOCK_COMMAND && verb == VERB_RCPT && !p->mock->opts.mta->rcpt_max &&
	    p->mail.nrcpts >= MTA_RCPT_MAX;
}

bool
bounds_take(struct play *p, enum mock_what what, enum verb verb, struct span line, bool message)
{
	struct span reply = message ? at_message(p) :
	    what == MOCK_COMMAND    ? at_command(p, verb, line) :
				      SPAN_NONE;

	if (reply.len == 0)
		return false;
	mock_say(p, reply, verb, what == MOCK_DOT);
	if (span_starts(reply, SPAN("421")))
		mock_then(p, fault_close);
	return true;
}

/* --max-errors and --fail-fast look at every reply, whoever made it. */
void
bounds_judge(struct play *p, struct mock_out *o)
{
	const struct mta_opts *opts = p->mock->opts.mta;
	char kind = o->text.len ? o->text.at[0] : '2';

	if (kind == '5' && opts->errors_max && ++p->errors > opts->errors_max) {
		o->text = SPAN("421 4.7.0 Too many errors on this connection");
		o->then = fault_close;
	}
	if (opts->fail_fast && (kind == '4' || kind == '5') && !o->then)
		o->then = fault_close;
}

uint64_t
bounds_delay(const struct play *p, enum verb verb, bool dot)
{
	const struct mta_opts *opts = p->mock->opts.mta;

	return dot ? opts->delay_dot_ms : p->up ? opts->delay_ms[verb] : opts->delay_banner_ms;
}
