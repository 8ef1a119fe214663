/* mock - rules in no order, and what a plain server answers to what no script has. */
#include "run/serve/mock_priv.h"

#include "run/serve/mta.h"

static bool
is_in_text(const struct expect_ere *ere, struct span text)
{
	struct span line, hit;

	while (span_line(&text, &line))
		if (ere_match(ere, line, &hit))
			return true;
	return false;
}

static unsigned
states(const struct play *p)
{
	const struct dialogue *d = p->d;

	return (d->hello != VERB_OTHER ? RULE_IN_HELO : 0u) | (d->mail ? RULE_IN_MAIL : 0u) |
	    (d->rcpts ? RULE_IN_RCPT : 0u) | (d->tls ? RULE_IN_TLS : 0u) |
	    (d->authenticated ? RULE_IN_AUTH : 0u) | (login_is_right(p) ? RULE_IN_LOGIN : 0u);
}

/* Does it hold now, whatever it is about? */
static bool
holds(const struct play *p, const struct script_rule *r, size_t i)
{
	unsigned now = states(p);

	return (r->times == 0 || p->taken[i] < r->times) && (now & r->when) == r->when &&
	    !(now & r->unless) && (r->over == 0 || p->mail.octets > r->over);
}

static bool
is_about(const struct play *p, const struct script_rule *r, enum mock_what what, enum verb verb,
    struct span line)
{
	struct span rest = line;

	switch (r->at) {
	case RULE_BANNER:
		return what == MOCK_CONNECTED;
	case RULE_IDLE:
		return what == MOCK_IDLE;
	case RULE_DOT:
		return what == MOCK_DOT && (!r->ere || is_in_text(r->ere, buf_span(&p->mail.text)));
	case RULE_ANSWER:
		return what == MOCK_ANSWER && (!r->ere || ere_match(r->ere, line, &rest));
	case RULE_VERB:
		if (what != MOCK_COMMAND)
			return false;
		if (r->verb == VERB_OTHER ? !span_eq_case(span_word(&rest), r->name) :
					    r->verb != verb)
			return false;
		return !r->ere || ere_match(r->ere, line, &rest);
	case RULE_OTHERWISE:
		return false;
	}
	return false;
}

static void
take(struct play *p, const struct script_rule *r, size_t i, enum mock_what what, enum verb verb)
{
	p->taken[i]++;
	mock_reply(p, r->reply, what == MOCK_DOT ? VERB_OTHER : verb, what == MOCK_DOT, r->delay_ms,
	    r->then);
}

static bool
take_from(struct play *p, const struct script_rule *r, size_t *i, enum mock_what what,
    enum verb verb, struct span line)
{
	for (; r; r = r->next, ++*i)
		if (holds(p, r, *i) && is_about(p, r, what, verb, line)) {
			take(p, r, *i, what, verb);
			return true;
		}
	return false;
}

bool
rules_take(struct play *p, enum mock_what what, enum verb verb, struct span line)
{
	size_t i = 0;

	return take_from(p, p->c->rules, &i, what, verb, line) ||
	    take_from(p, p->mock->script->rules, &i, what, verb, line);
}

bool
otherwise_takes(struct play *p, enum verb verb)
{
	const struct script_rule *lists[] = { p->c->rules, p->mock->script->rules };
	size_t at = 0;

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (const struct script_rule *r = lists[i]; r; r = r->next, at++)
			if (r->at == RULE_OTHERWISE && holds(p, r, at)) {
				take(p, r, at, MOCK_COMMAND, verb);
				return true;
			}
	return false;
}

/* ---- without a script */

static void
say_taken(struct play *p)
{
	unsigned long long id = p->mock->opts.mta->queue ? ++*p->mock->opts.mta->queue : 1;

	mock_say(
	    p, arena_printf(&p->scratch, "250 2.0.0 Ok: queued as %010llX", id), VERB_OTHER, true);
}

bool
mock_can_tls(const struct play *p)
{
	return session_can_tls(p->s) && !p->d->tls;
}

/* Did the script's own reply to EHLO offer it? */
static bool
is_offered(const struct play *p, const char *keyword)
{
	struct span rest = p->offers, line;

	while (span_line(&rest, &line)) {
		line = span_skip(line, 4);
		struct span word = span_word(&line);
		/* old servers: AUTH=PLAIN */
		if (span_eq_case(span_until(&word, '='), span_of(keyword)))
			return true;
	}
	return false;
}

static void
say_hello(struct play *p, enum verb verb)
{
	struct buf b = { .max = 4096 };
	const char *host = p->mock->opts.mta->host ? p->mock->opts.mta->host : MTA_HOST;

	buf_printf(&b, "250-%s", host);
	if (verb != VERB_HELO)
		script_offer(p->at->needs, mock_can_tls(p), &b);
	struct span all = buf_span(&b);
	size_t last = all.len;
	while (last > 0 && all.at[last - 1] != '\n')
		last--;
	b.mem[b.head + last + 3] = ' ';
	mock_say(p, buf_span(&b), verb, false);
	buf_release(&b);
}

/* What this run, or this script, cannot do is not granted: NULL where it can. */
static const char *
not_here(const struct play *p, enum verb verb)
{
	if (verb == VERB_STARTTLS && p->d->tls)
		return "503 5.5.1 TLS already active";
	if (verb == VERB_STARTTLS && !session_can_tls(p->s))
		return "502 5.5.1 STARTTLS not supported";
	if (verb == VERB_AUTH && p->offers.len > 0 && !p->mock->opts.mta->accounts &&
	    !is_offered(p, "AUTH"))
		return "502 5.5.1 AUTH not supported";
	if (verb == VERB_BDAT && p->offers.len > 0 && !is_offered(p, "CHUNKING"))
		return "502 5.5.1 CHUNKING not supported";
	return NULL;
}

void
default_answer(struct play *p, enum mock_what what, enum verb verb)
{
	static const struct span usual[VERB_COUNT] = {
		[VERB_OTHER] = SPAN_INIT("500 5.5.2 Not a command known here"),
		[VERB_MAIL] = SPAN_INIT("250 2.1.0 Ok"),
		[VERB_RCPT] = SPAN_INIT("250 2.1.5 Ok"),
		[VERB_DATA] = SPAN_INIT("354 Go on"),
		[VERB_RSET] = SPAN_INIT("250 2.0.0 Ok"),
		[VERB_NOOP] = SPAN_INIT("250 2.0.0 Ok"),
		[VERB_QUIT] = SPAN_INIT("221 2.0.0 Bye"),
		[VERB_BDAT] = SPAN_INIT("250 2.0.0 Ok"),
		[VERB_VRFY] = SPAN_INIT("252 2.5.2 Cannot say"),
		[VERB_HELP] = SPAN_INIT("214 2.0.0 A script answers here"),
		[VERB_STARTTLS] = SPAN_INIT("220 2.0.0 Ready for TLS"),
		[VERB_XFORWARD] = SPAN_INIT("250 2.0.0 Ok"),
	};
	const char *host = p->mock->opts.mta->host ? p->mock->opts.mta->host : MTA_HOST;
	const char *not = what == MOCK_COMMAND ? not_here(p, verb) : NULL;

	if (not)
		mock_say(p, span_of(not), verb, false);
	else if (what == MOCK_CONNECTED ||
	    (verb == VERB_XCLIENT && what == MOCK_COMMAND && p->at->needs))
		mock_say(p, arena_printf(&p->scratch, "220 %s ESMTP", host), verb, false);
	else if (what == MOCK_DOT)
		say_taken(p);
	else if (what == MOCK_ANSWER || verb == VERB_AUTH)
		mock_say(p, login_reply(p), VERB_AUTH, false);
	else if (verb == VERB_HELO || verb == VERB_EHLO || verb == VERB_LHLO)
		say_hello(p, verb);
	else
		mock_say(p, usual[verb].len ? usual[verb] : SPAN("502 5.5.1 Not done here"), verb,
		    false);
}
