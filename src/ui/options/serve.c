/* serve - the values of --refuse, --delay and --size. */
#include "ui/options/serve.h"

static const struct { const char *word; enum mta_stage stage; const char *reply; } stages[] = {
	{ "helo", MTA_HELO, "550 5.7.1 This name is refused" },
	{ "mail", MTA_MAIL, "550 5.7.1 This sender is refused" },
	{ "rcpt", MTA_RCPT, "550 5.1.1 No such mailbox here" },
	{ "data", MTA_DATA, "554 5.5.1 No message for this recipient" },
	{ "dot", MTA_DOT, "554 5.7.1 The message is refused" },
};

/* What goes on the wire as a reply must be one: three digits, and no line end within. */
static bool
is_reply(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 0x20)
			return false;
	return s.len >= 3 && (s.at[0] == '4' || s.at[0] == '5') && s.at[1] >= '0' &&
	    s.at[1] <= '9' && s.at[2] >= '0' && s.at[2] <= '9' && (s.len == 3 || s.at[3] == ' ');
}

/* STAGE:WHO[=REPLY] */
bool
option_refuse(struct options *o, struct span v, struct err *err)
{
	struct span whole = v, stage = span_until(&v, ':'), who = span_until(&v, '=');

	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		if (!span_eq_case(stage, span_of(stages[i].word)))
			continue;
		if (who.len == 0)
			break;
		if (v.len > 0 && !is_reply(v))
			return err_set(err, ERR_USAGE,
			    "--refuse %.*s: \"%.*s\" is no refusal: want 4yz or 5yz and a text",
			    SPAN_ARG(whole), SPAN_ARG(v));
		if (o->nrefusals == REFUSALS_MAX)
			return err_set(err, ERR_USAGE,
			    "more than %d refusals: a script with /on rules has no bound",
			    REFUSALS_MAX);
		if (!o->refusal)
			o->refusal = ARENA_ARRAY(&o->arena, struct mta_refusal, REFUSALS_MAX + 1);
		o->refusal[o->nrefusals++] = (struct mta_refusal){ stages[i].stage,
			span_of(arena_string(&o->arena, who)),
			v.len ? span_of(arena_string(&o->arena, v)) : span_of(stages[i].reply) };
		return true;
	}
	return err_set(err, ERR_USAGE,
	    "--refuse %.*s: want helo:NAME, or mail:, rcpt:, data: or dot: and an address, "
	    "then =REPLY if not the usual",
	    SPAN_ARG(whole));
}

static bool
delay_all(struct mta_opts *m, uint64_t ms)
{
	for (size_t v = 0; v < VERB_COUNT; v++)
		m->delay_ms[v] = ms;
	m->delay_banner_ms = m->delay_dot_ms = ms;
	return true;
}

/* "2s" for every reply, or "banner=5s,RCPT=1s,dot=3s". */
bool
option_delay(struct options *o, struct span v, struct err *err)
{
	struct mta_opts *m = &o->serve.mta;
	struct cursor c = { .line = v, .rest = v };
	uint64_t ms;

	while (v.len > 0) {
		struct span time = span_until(&v, ','), name = { 0 };
		if (span_has(time, '='))
			name = span_until(&time, '=');
		if (!cursor_milliseconds(&c, time, &ms, err))
			return false;
		enum verb verb = verb_of(name, NULL);
		if (name.len == 0)
			delay_all(m, ms);
		else if (span_eq_case(name, SPAN("banner")))
			m->delay_banner_ms = ms;
		else if (span_eq_case(name, SPAN("dot")))
			m->delay_dot_ms = ms;
		else if (verb != VERB_OTHER)
			m->delay_ms[verb] = ms;
		else
			return err_set(err, ERR_USAGE,
			    "--delay: \"%.*s\" is no SMTP command; there are banner and dot too",
			    SPAN_ARG(name));
	}
	return true;
}

bool
option_size(struct options *o, struct span v, struct err *err)
{
	static const struct {
		char letter;
		unsigned shift;
	} units[] = { { 'k', 10 }, { 'm', 20 }, { 'g', 30 } };
	unsigned long long n;
	struct span number = v;
	unsigned shift = 0;

	for (size_t i = 0; i < sizeof units / sizeof *units && v.len > 0; i++)
		if ((v.at[v.len - 1] | 0x20) == units[i].letter) {
			shift = units[i].shift;
			number.len = v.len - 1;
		}
	if (!span_number(number, ((1ull << 40) - 1) >> shift, &n) || n == 0)
		return err_set(err, ERR_USAGE, "--size %.*s: want octets, as in 10240, 64k or 25m",
		    SPAN_ARG(v));
	o->serve.mta.size_limit = n << shift;
	return true;
}

bool
options_allow_target(struct options *o, struct span v, struct err *err)
{
	if (o->nallow_target == VALUES_MAX)
		return err_set(err, ERR_USAGE, "more than %d times --allow-target", VALUES_MAX);
	if (!o->allow_target)
		o->allow_target = ARENA_ARRAY(&o->arena, struct addr_net, VALUES_MAX);
	return addr_net_parse(&o->allow_target[o->nallow_target++], v, err);
}
