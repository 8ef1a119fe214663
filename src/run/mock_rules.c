/* mock - rules in no order, and what a plain server answers to what no script has. */
#include "run/mock_priv.h"

#include "run/mta.h"
#include "smtp/parameter.h"

static bool
is_about(const struct script_rule *r, enum mock_what what, enum verb verb, struct span line)
{
	struct span rest = line;

	switch (r->at) {
	case RULE_BANNER:
		return what == MOCK_CONNECTED;
	case RULE_DOT:
		return what == MOCK_DOT;
	case RULE_ANSWER:
		return what == MOCK_ANSWER;
	case RULE_VERB:
		if (what != MOCK_COMMAND)
			return false;
		if (r->verb == VERB_OTHER ? !span_eq_case(span_word(&rest), r->name) : r->verb != verb)
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
	mock_reply(p, r->reply, what == MOCK_DOT ? VERB_OTHER : verb, what == MOCK_DOT, r->delay_ms, r->then);
}

static bool
take_from(struct play *p, const struct script_rule *r, size_t *i, enum mock_what what, enum verb verb, struct span line)
{
	for (; r; r = r->next, ++*i)
		if ((r->times == 0 || p->taken[*i] < r->times) && is_about(r, what, verb, line)) {
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
			if (r->at == RULE_OTHERWISE && (r->times == 0 || p->taken[at] < r->times)) {
				take(p, r, at, MOCK_COMMAND, verb);
				return true;
			}
	return false;
}

/* ---- without a script */

static void
say_auth(struct play *p, struct span line)
{
	struct span args, mechanism;

	verb_of(line, &args);
	mechanism = span_word(&args);
	bool plain = span_eq_case(mechanism, SPAN("PLAIN")), login = span_eq_case(mechanism, SPAN("LOGIN"));
	p->auth = login && args.len == 0 ? AUTH_PASSWORD_DUE : AUTH_LAST;
	if (!plain && !login) {
		p->auth = AUTH_NONE;
		mock_say(p, SPAN("504 5.5.4 There are PLAIN and LOGIN"), VERB_AUTH, false);
	} else if (plain && args.len > 0) {
		p->auth = AUTH_NONE;
		mock_say(p, SPAN("235 2.7.0 Welcome"), VERB_AUTH, false);
	} else {
		mock_say(p, plain ? SPAN("334 ") : args.len ? SPAN("334 UGFzc3dvcmQ6") : SPAN("334 VXNlcm5hbWU6"), VERB_AUTH, false);
	}
}

static void
say_answer(struct play *p, struct span line)
{
	bool more = p->auth == AUTH_PASSWORD_DUE;

	p->auth = more ? AUTH_LAST : AUTH_NONE;
	if (span_eq(line, SPAN("*")))
		mock_say(p, SPAN("501 5.7.0 Cancelled"), VERB_AUTH, false);
	else
		mock_say(p, more ? SPAN("334 UGFzc3dvcmQ6") : SPAN("235 2.7.0 Welcome"), VERB_AUTH, false);
}

static void
say_taken(struct play *p)
{
	unsigned long long id = p->mock->opts.queue ? ++*p->mock->opts.queue : 1;

	mock_say(p, arena_printf(&p->scratch, "250 2.0.0 Ok: queued as %010llX", id), VERB_OTHER, true);
}

void
default_answer(struct play *p, enum mock_what what, enum verb verb, struct span line)
{
	static const struct span usual[VERB_COUNT] = {
		[VERB_OTHER] = SPAN_INIT("500 5.5.2 Not a command known here"), [VERB_MAIL] = SPAN_INIT("250 2.1.0 Ok"),
		[VERB_RCPT] = SPAN_INIT("250 2.1.5 Ok"), [VERB_DATA] = SPAN_INIT("354 Go on"), [VERB_RSET] = SPAN_INIT("250 2.0.0 Ok"),
		[VERB_NOOP] = SPAN_INIT("250 2.0.0 Ok"), [VERB_QUIT] = SPAN_INIT("221 2.0.0 Bye"), [VERB_BDAT] = SPAN_INIT("250 2.0.0 Ok"),
		[VERB_VRFY] = SPAN_INIT("252 2.5.2 Cannot say"), [VERB_HELP] = SPAN_INIT("214 2.0.0 A script answers here"),
		[VERB_STARTTLS] = SPAN_INIT("220 2.0.0 Ready for TLS"),
	};
	const char *host = p->mock->opts.host ? p->mock->opts.host : MTA_HOST;

	if (what == MOCK_CONNECTED)
		mock_say(p, arena_printf(&p->scratch, "220 %s ESMTP", host), VERB_OTHER, false);
	else if (what == MOCK_DOT)
		say_taken(p);
	else if (what == MOCK_ANSWER)
		say_answer(p, line);
	else if (verb == VERB_AUTH)
		say_auth(p, line);
	else if (verb == VERB_HELO || verb == VERB_EHLO || verb == VERB_LHLO)
		mock_say(p, arena_printf(&p->scratch, "250 %s", host), verb, false);
	else
		mock_say(p, usual[verb].len ? usual[verb] : SPAN("502 5.5.1 Not done here"), verb, false);
}
