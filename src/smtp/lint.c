/* lint - reports what looks wrong with a line before it is sent. */
#include "smtp/lint.h"

#include "base/suggest.h"
#include "base/suggest.h"
#include "base/text.h"
#include "smtp/body.h"
#include "smtp/parameter.h"

struct lint {
	struct span line, args;
	enum verb verb;
	const struct dialogue *dialogue;
	const struct extensions *extensions;
	struct buf *out;
};

/* ---- the whole line */

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7F)
			return true;
	return false;
}

static bool
offers(const struct lint *l, const char *keyword)
{
	return l->extensions && extensions_offer(l->extensions, keyword);
}

/* 512 octets with CRLF (RFC 5321 4.5.3.1.4), plus what each offered extension adds. */
static size_t
longest(const struct lint *l)
{
	static const struct {
		enum verb verb;
		const char *extension;
		size_t more;
	} growth[] = {
		{ VERB_MAIL, "SIZE", 26 },
		{ VERB_MAIL, "8BITMIME", 17 },
		{ VERB_MAIL, "DSN", 107 },
		{ VERB_MAIL, "AUTH", 500 },
		{ VERB_MAIL, "SMTPUTF8", 10 },
		{ VERB_MAIL, "DELIVERBY", 17 },
		{ VERB_MAIL, "MT-PRIORITY", 15 },
		{ VERB_MAIL, "FUTURERELEASE", 34 },
		{ VERB_RCPT, "DSN", 500 },
		{ VERB_AUTH, "AUTH", 12288 - 512 },
	};
	size_t max = 512;

	for (size_t i = 0; i < sizeof growth / sizeof *growth; i++)
		if (growth[i].verb == l->verb && offers(l, growth[i].extension))
			max += growth[i].more;
	return max;
}

static void
lint_whole_line(struct lint *l)
{
	if (l->line.len == 0)
		buf_printf(l->out, "an empty line is not a command\n");
	else if (l->line.at[0] == ' ' || l->line.at[0] == '\t')
		buf_printf(l->out, "the line begins with whitespace\n");
	if (has_control(l->line))
		buf_printf(l->out, "the line has control octets\n");
	if (l->line.len + 2 > longest(l))
		buf_printf(l->out,
		    "the line has %zu octets with CRLF, more than %zu (RFC 5321 4.5.3.1.4)\n",
		    l->line.len + 2, longest(l));
	if (!text_is_ascii(l->line) && l->extensions && !offers(l, "SMTPUTF8"))
		buf_printf(l->out,
		    "the line has octets above 127, and SMTPUTF8 is not offered (RFC 6531)\n");
}

/* ---- the verb */

static void
lint_unknown_verb(struct lint *l)
{
	struct span rest = l->line, word = span_word(&rest);
	struct suggestion suggestion = suggest_begin(word);

	for (enum verb v = VERB_OTHER + 1; v < VERB_COUNT; v++)
		suggest_try(&suggestion, verb_info(v)->name);
	if (word.len > 0 && suggestion.best)
		buf_printf(l->out, "not an SMTP command (did you mean %s?)\n", suggestion.best);
}

static const char *
lint_out_of_sequence(const struct lint *l)
{
	const struct dialogue *d = l->dialogue;

	if (d->hello == VERB_OTHER && l->verb != VERB_RCPT && l->verb != VERB_DATA &&
	    l->verb != VERB_BDAT)
		return "EHLO must come first";
	switch (l->verb) {
	case VERB_MAIL:
		return "a transaction is already open";
	case VERB_RCPT:
		return "MAIL must come first";
	case VERB_STARTTLS:
		return d->tls ? "TLS is already active" : "a transaction is open";
	case VERB_AUTH:
		return d->authenticated ? "the session is already authenticated" :
					  "a transaction is open";
	default:
		return d->mail ? "no recipient was accepted" : "MAIL and RCPT must come first";
	}
}

static void
lint_sequence(struct lint *l)
{
	if (!dialogue_allows(l->dialogue, l->verb))
		buf_printf(l->out, "%s is out of sequence: %s (RFC 5321 4.1.4)\n",
		    verb_info(l->verb)->name, lint_out_of_sequence(l));
}

static void
lint_verb_offered(struct lint *l)
{
	const char *extension = verb_info(l->verb)->extension;

	if (!extension)
		return;
	if (l->extensions && !offers(l, extension))
		buf_printf(l->out, "the server does not offer %s\n", extension);
	else if (l->dialogue->hello == VERB_HELO)
		buf_printf(l->out, "no extensions after HELO: send EHLO to get them\n");
}

/* Limits that the server announced with LIMITS (RFC 9422 4). */
static void
lint_limits(struct lint *l)
{
	unsigned long long max;

	if (!l->extensions)
		return;
	if (l->verb == VERB_MAIL && extensions_limit(l->extensions, "MAILMAX", &max) &&
	    l->dialogue->mails >= max)
		buf_printf(l->out,
		    "the server accepts at most %llu message%s per connection (LIMITS MAILMAX)\n",
		    max, max == 1 ? "" : "s");
	if (l->verb == VERB_RCPT && extensions_limit(l->extensions, "RCPTMAX", &max) &&
	    l->dialogue->rcpts_sent >= max)
		buf_printf(l->out,
		    "the server accepts at most %llu recipient%s per message (LIMITS RCPTMAX)\n",
		    max, max == 1 ? "" : "s");
}

static void
lint_arguments(struct lint *l)
{
	switch (l->verb) {
	case VERB_DATA: case VERB_RSET: case VERB_QUIT: case VERB_STARTTLS:
		if (l->args.len > 0)
			buf_printf(l->out, "%s takes no arguments\n", verb_info(l->verb)->name);
		break;
	case VERB_HELO: case VERB_EHLO: case VERB_LHLO:
		if (l->args.len == 0)
			buf_printf(l->out,
			    "%s requires a domain or an [address] (RFC 5321 4.1.1.1)\n",
			    verb_info(l->verb)->name);
		break;
	case VERB_VRFY: case VERB_EXPN: case VERB_ETRN:
		if (l->args.len == 0)
			buf_printf(l->out, "%s requires an argument\n", verb_info(l->verb)->name);
		break;
	default:
		break;
	}
}

/* Checks only the mechanism of AUTH. */
static void
lint_mechanism(struct lint *l)
{
	struct span rest = l->args, word = span_word(&rest), have, offered;

	if (l->verb != VERB_AUTH)
		return;
	if (word.len == 0)
		buf_printf(l->out, "AUTH requires a mechanism (RFC 4954 4)\n");
	const struct extension *x = l->extensions ? extensions_find(l->extensions, SPAN("AUTH")) :
						    NULL;
	if (!x || word.len == 0)
		return;
	for (have = x->params; (offered = span_word(&have)).len > 0;)
		if (span_eq_case(offered, word))
			return;
	buf_printf(l->out, "the mechanism ");
	text_safe_to(l->out, span_first(word, 40));
	buf_printf(l->out, " is not offered\n");
}

/* ---- MAIL and RCPT */

static void
lint_path(struct lint *l, struct span given)
{
	const char *word = l->verb == VERB_MAIL ? "FROM:" : "TO:";
	struct span after = span_skip(l->args, strlen(word));

	if (after.len > 0 && (after.at[0] == ' ' || after.at[0] == '\t'))
		buf_printf(l->out, "there is a space after \"%s\" (RFC 5321 3.3)\n", word);
	if (given.len == 0)
		buf_printf(l->out, "the address is missing\n");
	else if (given.at[0] != '<')
		buf_printf(l->out,
		    "the address has no angle brackets: %s<address> (RFC 5321 4.1.1.%c)\n", word,
		    l->verb == VERB_MAIL ? '2' : '3');
	else if (given.at[given.len - 1] != '>')
		buf_printf(l->out, "the address has no closing angle bracket\n");
}

static bool
among(struct span value, const char *values)
{
	struct span list = span_of(values), v;

	while ((v = span_word(&list)).len > 0)
		if (span_eq_case(v, value))
			return true;
	return false;
}

/* Whether the list of values is complete, so that others are wrong. */
static bool
lint_is_closed(const struct parameter *p)
{
	return strcmp(p->name, "BODY") == 0 || strcmp(p->name, "RET") == 0;
}

static void
lint_size_value(struct lint *l, struct span value)
{
	const struct extension *x = l->extensions ? extensions_find(l->extensions, SPAN("SIZE")) :
						    NULL;
	unsigned long long size, limit;

	if (!span_number(value, ~0ull, &size))
		buf_printf(l->out, "SIZE requires a number of octets (RFC 1870 6)\n");
	else if (x && span_number(x->params, ~0ull, &limit) && limit > 0 && size > limit)
		buf_printf(l->out, "SIZE=%llu exceeds the server's limit of %llu (RFC 1870 6.1)\n",
		    size, limit);
}

static void
value(struct lint *l, const struct parameter *p, struct span given, bool has_value)
{
	if (p->syntax[0] == '=' && given.len == 0)
		buf_printf(l->out, "%s requires a value: %s%s (%s)\n", p->name, p->name, p->syntax,
		    p->rfc);
	else if (p->syntax[0] == '\0' && has_value)
		buf_printf(l->out, "%s has no value (%s)\n", p->name, p->rfc);
	else if (strcmp(p->name, "SIZE") == 0)
		lint_size_value(l, given);
	else if (lint_is_closed(p) && !among(given, p->values))
		buf_printf(l->out, "%s must be one of: %s (%s)\n", p->name, p->values, p->rfc);
	else if (strcmp(p->name, "BODY") == 0 && span_eq_case(given, SPAN("BINARYMIME")) &&
	    l->extensions && !offers(l, "BINARYMIME"))
		buf_printf(l->out, "BINARYMIME is not offered (RFC 3030)\n");
}

static void
parameter(struct lint *l, struct span word)
{
	struct span given = word, name = span_until(&given, '=');
	const struct parameter *p = parameter_find(l->verb, name);

	if (!p) {
		enum verb other = l->verb == VERB_MAIL ? VERB_RCPT : VERB_MAIL;
		struct suggestion near = suggest_begin(name);
		for (p = parameters; p->name; p++)
			if (p->verb == l->verb)
				suggest_try(&near, p->name);
		buf_printf(l->out, "the parameter ");
		text_safe_to(l->out, span_first(name, 40));
		if (parameter_find(other, name))
			buf_printf(l->out, " belongs to %s\n", verb_info(other)->name);
		else
			buf_printf(l->out, " is not a parameter of %s known to smtpsh%s%s%s\n",
			    verb_info(l->verb)->name, SUGGESTION_ARG(near.best, "", "="));
		return;
	}
	if (l->extensions && !offers(l, p->extension))
		buf_printf(l->out, "%s is not offered: the server does not list %s (%s)\n", p->name,
		    p->extension, p->rfc);
	value(l, p, given, name.len < word.len);
}

static void
lint_envelope(struct lint *l)
{
	struct span given, params, word;

	if (l->verb != VERB_MAIL && l->verb != VERB_RCPT)
		return;
	if (!parameter_split(l->verb, l->args, &given, &params)) {
		buf_printf(l->out, "%s requires %s<address>\n", verb_info(l->verb)->name,
		    l->verb == VERB_MAIL ? "FROM:" : "TO:");
		return;
	}
	lint_path(l, given);
	bool utf8 = false;
	while ((word = span_word(&params)).len > 0) {
		utf8 |= span_eq_case(word, SPAN("SMTPUTF8"));
		parameter(l, word);
	}
	if (l->verb == VERB_MAIL && !text_is_ascii(given) && !utf8)
		buf_printf(
		    l->out, "a non-ASCII address requires the SMTPUTF8 parameter (RFC 6531 3.4)\n");
}

void
lint_command(struct span line, const struct dialogue *dialogue, const struct extensions *extensions,
    struct buf *out)
{
	struct lint l = {
		.line = line, .dialogue = dialogue, .extensions = extensions, .out = out
	};

	l.verb = verb_of(line, &l.args);
	l.args = span_trim(l.args);
	lint_whole_line(&l);
	if (l.verb == VERB_OTHER) {
		lint_unknown_verb(&l);
		return;
	}
	lint_sequence(&l);
	lint_verb_offered(&l);
	lint_limits(&l);
	lint_arguments(&l);
	lint_mechanism(&l);
	lint_envelope(&l);
}

/* ---- message data */

/* Whether a line begins with a field name and ":", or continues a folded field (RFC 5322 2.2). */
static bool
is_header(struct span line, bool first)
{
	size_t n = 0;

	if (!first && (line.at[0] == ' ' || line.at[0] == '\t'))
		return true;
	while (n < line.len && line.at[n] > ' ' && line.at[n] < 0x7F && line.at[n] != ':')
		n++;
	return n > 0 && n < line.len && line.at[n] == ':';
}

void
lint_text(
    struct lint_message *m, struct span line, const struct extensions *extensions, struct buf *out)
{
	if (body_is_end(line)) {
		if (!m->blank)
			buf_printf(out,
			    "no empty line between header and body: the whole text counts as "
			    "header (RFC 5322 2.1)\n");
		else if (m->no_header)
			buf_printf(out,
			    "the text before the first empty line is not a header (RFC 5322 "
			    "2.2)\n");
		return;
	}
	if (line.len > 1 && line.at[0] == '.' && line.at[1] != '.')
		buf_printf(out,
		    "the server removes the first dot of this line; to keep it, type it twice (RFC "
		    "5321 4.5.2)\n");
	if (line.len > 998)
		buf_printf(out, "this line has %zu octets, more than 998 (RFC 5321 4.5.3.1.6)\n",
		    line.len);
	if (!m->eight_bit_noted && !text_is_ascii(line) && extensions &&
	    !extensions_offer(extensions, "8BITMIME")) {
		buf_printf(out,
		    "this line has octets above 127, and 8BITMIME is not offered (RFC 6152)\n");
		m->eight_bit_noted = true;
	}
	if (!m->blank && line.len > 0 && !is_header(line, !m->begun))
		m->no_header = true;
	m->blank |= line.len == 0;
	m->begun = true;
}

struct span
lint_marker(struct span line)
{
	if (line.len > 0 && line.at[0] == '#')
		return span_first(line, 1);
	if (span_starts(line, SPAN("C: ")) || span_starts(line, SPAN("S: ")))
		return span_first(line, 2);
	return SPAN_NONE;
}
