/* spf_record - parses an SPF record. */
#include "run/sender/spf_record.h"

#include <assert.h>
#include <arpa/inet.h>

#include "base/ascii.h"

enum { VERSION = sizeof "v=spf1" - 1 };

static const struct {
	const char *name;
	bool counts;
} kinds[] = {
#define X(name, word, counts) [SPF_KIND_##name] = { word, counts },
	SPF_KINDS(X)
#undef X
	    [SPF_KIND_OTHER] = { NULL, false },
};

const char *
spf_result_word(enum spf_result result)
{
	static const char *const words[] = {
#define X(name, word) [SPF_##name] = word,
		SPF_RESULTS(X)
#undef X
	};

	assert((size_t)result < sizeof words / sizeof *words);
	return words[result];
}

const char *
spf_flaw_phrase(enum spf_flaw flaw)
{
	static const char *const phrases[] = {
#define X(name, phrase) [SPF_FLAW_##name] = phrase,
		SPF_FLAWS(X)
#undef X
	};

	assert((size_t)flaw < sizeof phrases / sizeof *phrases);
	return phrases[flaw];
}

bool
spf_kind_counts(enum spf_kind kind)
{
	assert((size_t)kind < sizeof kinds / sizeof *kinds);
	return kinds[kind].counts;
}

bool
spf_is_record(struct span text)
{
	return span_starts_case(text, SPAN("v=spf1")) &&
	    (text.len == VERSION || text.at[VERSION] == ' ');
}

/*
 * macro-string  = *( macro-expand / macro-literal )
 * macro-expand  = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"
 * macro-letter  = "s" / "l" / "o" / "d" / "i" / "p" / "h" / "c" / "r" / "t" / "v"
 * transformers  = *DIGIT [ "r" ]
 * delimiter     = "." / "-" / "+" / "," / "/" / "_" / "="
 * macro-literal = %x21-24 / %x26-7E
 *
 * *last is what follows the last macro-expand. "c", "r" and "t" are for exp= only (RFC 7208 7.2).
 */
static enum spf_flaw
macro_string(struct span s, bool exp, bool *macro, struct span *last)
{
	*macro = false;
	*last = s;
	for (size_t i = 0; i < s.len;) {
		if (s.at[i] < 0x21 || s.at[i] > 0x7E)
			return SPF_FLAW_DOMAIN;
		if (s.at[i++] != '%')
			continue;
		*macro = true;
		if (i == s.len)
			return SPF_FLAW_MACRO;
		if (s.at[i] == '{') {
			const char *letters = exp ? "slodiphvcrt" : "slodiphv";
			if (++i == s.len || !ascii_is_letter(s.at[i]) ||
			    !strchr(letters, s.at[i] | 32))
				return SPF_FLAW_MACRO;
			size_t digits = ++i;
			bool zero = true;
			while (i < s.len && ascii_is_digit(s.at[i]))
				zero &= s.at[i++] == '0';
			if (i > digits && zero) /* RFC 7208 7.1: it must not be zero */
				return SPF_FLAW_MACRO;
			i += i < s.len && (s.at[i] | 32) == 'r';
			while (i < s.len && span_has(SPAN(".-+,/_="), s.at[i]))
				i++;
			if (i == s.len || s.at[i] != '}')
				return SPF_FLAW_MACRO;
		} else if (!span_has(SPAN("%_-"), s.at[i])) {
			return SPF_FLAW_MACRO;
		}
		*last = span_skip(s, ++i);
	}
	return SPF_FLAW_NONE;
}

/*
 * domain-spec = macro-string domain-end
 * domain-end  = ( "." toplabel [ "." ] ) / macro-expand
 * toplabel    = ( *alphanum ALPHA *alphanum ) /
 *               ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
 */
static enum spf_flaw
domain_spec(struct span s, bool *macro)
{
	struct span end;
	enum spf_flaw flaw = macro_string(s, false, macro, &end);
	bool digits = true;

	if (s.len == 0)
		return SPF_FLAW_NO_DOMAIN;
	if (flaw)
		return flaw;
	if (*macro && end.len == 0)
		return SPF_FLAW_NONE;
	if (end.at[end.len - 1] == '.')
		end.len--;
	size_t label = end.len;
	while (label > 0 && end.at[label - 1] != '.')
		label--;
	if (label == 0 || label == end.len)
		return SPF_FLAW_DOMAIN;
	for (size_t i = label; i < end.len; i++) {
		bool edge = i == label || i == end.len - 1;
		digits &= ascii_is_digit(end.at[i]);
		if (!ascii_is_digit(end.at[i]) && !ascii_is_letter(end.at[i]) &&
		    (end.at[i] != '-' || edge))
			return SPF_FLAW_DOMAIN;
	}
	return digits ? SPF_FLAW_DOMAIN : SPF_FLAW_NONE;
}

/* "0" / %x31-39 *DIGIT, up to `most`. */
static bool
prefix_length(struct span digits, unsigned most, unsigned *bits)
{
	unsigned long long n;

	if (!span_number(digits, most, &n) || (digits.len > 1 && digits.at[0] == '0'))
		return false;
	*bits = (unsigned)n;
	return true;
}

/*
 * Removes "/" or "//" and the digits after it from the end, and returns them. Empty: there are
 * none.
 */
static struct span
take_prefix(struct span *s, struct span slashes)
{
	size_t at = s->len;

	while (at > 0 && ascii_is_digit(s->at[at - 1]))
		at--;
	struct span digits = span_skip(*s, at), before = span_first(*s, at);
	if (digits.len == 0 || !span_ends_case(before, slashes))
		return SPAN_NONE;
	s->len = at - slashes.len;
	return digits;
}

/* [ ":" domain-spec ] [ ip4-cidr-length ] [ "/" ip6-cidr-length ] */
static enum spf_flaw
host_argument(struct spf_term *t, struct span s)
{
	struct span six = take_prefix(&s, SPAN("//")), four = take_prefix(&s, SPAN("/"));

	t->bits4 = 32;
	t->bits6 = 128;
	if ((six.len > 0 && !prefix_length(six, 128, &t->bits6)) ||
	    (four.len > 0 && !prefix_length(four, 32, &t->bits4)))
		return SPF_FLAW_PREFIX;
	if (s.len == 0)
		return SPF_FLAW_NONE;
	if (s.at[0] != ':')
		return SPF_FLAW_PREFIX;
	t->domain = span_skip(s, 1);
	return domain_spec(t->domain, &t->macro);
}

/* ":" ip4-network [ ip4-cidr-length ], ":" ip6-network [ ip6-cidr-length ] */
static enum spf_flaw
network_argument(struct spf_term *t, struct span s)
{
	bool six = t->kind == SPF_KIND_IP6;
	enum spf_flaw flaw = six ? SPF_FLAW_IP6 : SPF_FLAW_IP4;
	char text[64];
	struct addr *a = &t->net.base;

	if (s.len == 0 || s.at[0] != ':')
		return flaw;
	s = span_skip(s, 1);
	bool prefix = span_has(s, '/');
	struct span address = span_until(&s, '/');
	t->net.bits = six ? 128 : 32;
	if (address.len >= sizeof text || memchr(address.at, 0, address.len))
		return flaw;
	memcpy(text, address.at, address.len);
	text[address.len] = '\0';
	if (six) {
		*a = (struct addr){ .len = sizeof a->in6 };
		a->in6.sin6_family = AF_INET6;
	} else {
		*a = (struct addr){ .len = sizeof a->in4 };
		a->in4.sin_family = AF_INET;
	}
	if (inet_pton(a->any.sa_family, text,
		six ? (void *)&a->in6.sin6_addr : (void *)&a->in4.sin_addr) != 1)
		return flaw;
	return prefix && !prefix_length(s, t->net.bits, &t->net.bits) ? SPF_FLAW_PREFIX :
									SPF_FLAW_NONE;
}

static enum spf_flaw
domain_argument(struct spf_term *t, struct span s)
{
	if (s.len == 0 || s.at[0] != ':')
		return SPF_FLAW_NO_DOMAIN;
	t->domain = span_skip(s, 1);
	return domain_spec(t->domain, &t->macro);
}

/* modifier = redirect / explanation / unknown-modifier; `s` follows the "=" */
static enum spf_flaw
parse_modifier(struct spf_term *t, struct span name, struct span s)
{
	struct span last;

	t->kind = span_eq_case(name, SPAN("redirect")) ? SPF_KIND_REDIRECT :
	    span_eq_case(name, SPAN("exp"))	       ? SPF_KIND_EXP :
							 SPF_KIND_OTHER;
	t->domain = s;
	return t->kind == SPF_KIND_OTHER ? macro_string(s, true, &t->macro, &last) :
					   domain_spec(s, &t->macro);
}

/*
 * directive  = [ qualifier ] mechanism
 * qualifier  = "+" / "-" / "?" / "~"
 * name       = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
 */
static enum spf_flaw
parse_term(struct spf_term *t, struct span text)
{
	struct span s = text;
	size_t n = 0;

	*t = (struct spf_term){ .kind = SPF_KIND_OTHER, .qualifier = SPF_PASS, .text = text };
	bool qualified = span_has(SPAN("+-?~"), s.at[0]);
	if (qualified) {
		t->qualifier = s.at[0] == '+' ? SPF_PASS :
		    s.at[0] == '-'	      ? SPF_FAIL :
		    s.at[0] == '~'	      ? SPF_SOFTFAIL :
						SPF_NEUTRAL;
		s = span_skip(s, 1);
	}
	while (n < s.len &&
	    (ascii_is_letter(s.at[n]) ||
		(n > 0 && (ascii_is_digit(s.at[n]) || span_has(SPAN("-_."), s.at[n])))))
		n++;
	struct span name = span_first(s, n), rest = span_skip(s, n);
	if (!qualified && name.len > 0 && rest.len > 0 && rest.at[0] == '=')
		return parse_modifier(t, name, span_skip(rest, 1));
	for (enum spf_kind kind = SPF_KIND_ALL; kind < SPF_KIND_REDIRECT; kind++)
		if (span_eq_case(name, span_of(kinds[kind].name)))
			t->kind = kind;
	switch (t->kind) {
	case SPF_KIND_ALL:
		return rest.len > 0 ? SPF_FLAW_ARGUMENT : SPF_FLAW_NONE;
	case SPF_KIND_A:
	case SPF_KIND_MX:
		return host_argument(t, rest);
	case SPF_KIND_PTR:
		return rest.len > 0 ? domain_argument(t, rest) : SPF_FLAW_NONE;
	case SPF_KIND_IP4:
	case SPF_KIND_IP6:
		return network_argument(t, rest);
	case SPF_KIND_INCLUDE:
	case SPF_KIND_EXISTS:
		return domain_argument(t, rest);
	default:
		return SPF_FLAW_MECHANISM;
	}
}

/*
 * record = version terms *SP
 * terms  = *( 1*SP ( directive / modifier ) )
 */
bool
spf_record_parse(struct span text, struct arena *arena, struct spf_record *record,
    enum spf_flaw *flaw, struct span *at)
{
	struct span rest = span_skip(text, VERSION);
	bool exp = false;
	size_t most = 0;

	for (size_t i = 1; i < rest.len; i++)
		most += rest.at[i] != ' ' && rest.at[i - 1] == ' ';
	if (most > SPF_TERMS_MAX)
		most = SPF_TERMS_MAX;
	*record = (struct spf_record){ .term = ARENA_ARRAY(arena, struct spf_term, most) };
	*flaw = SPF_FLAW_NONE;
	while (rest.len > 0) {
		*at = span_until(&rest, ' ');
		if (at->len == 0)
			continue;
		if (record->n == SPF_TERMS_MAX) {
			*flaw = SPF_FLAW_TERMS;
			return false;
		}
		struct spf_term *t = &record->term[record->n];
		*flaw = parse_term(t, *at);
		if (!*flaw &&
		    ((t->kind == SPF_KIND_REDIRECT && record->redirect) ||
			(t->kind == SPF_KIND_EXP && exp)))
			*flaw = SPF_FLAW_TWICE; /* RFC 7208 6 */
		if (*flaw)
			return false;
		exp |= t->kind == SPF_KIND_EXP;
		if (t->kind == SPF_KIND_REDIRECT)
			record->redirect = t;
		if (t->kind == SPF_KIND_ALL && !record->all)
			record->all = t;
		record->n++;
	}
	return true;
}
