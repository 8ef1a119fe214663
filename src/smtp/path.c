/* path - parses the addresses of MAIL and RCPT. */
#include "smtp/path.h"

#include <arpa/inet.h>

#include "base/ascii.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 255, LABEL_MAX = 63 }; /* RFC 5321 4.5.3.1 */

static bool
is_atext(char c)
{
	return ascii_is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c)) ||
	    (unsigned char)c > 0x7F;
}

/* sub-domain *("." sub-domain); underscores are accepted, as servers do. */
static bool
is_domain(struct span s)
{
	if (s.len == 0 || s.len > DOMAIN_MAX)
		return false;
	while (s.at) {
		bool more = span_has(s, '.');
		struct span label = span_until(&s, '.');
		if (label.len == 0 || label.len > LABEL_MAX || label.at[0] == '-' ||
		    label.at[label.len - 1] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++)
			if (!ascii_is_alnum(label.at[i]) && label.at[i] != '-' &&
			    label.at[i] != '_' && (unsigned char)label.at[i] < 0x80)
				return false;
		if (!more)
			return true;
	}
	return false;
}

static bool
is_literal(struct span s)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char octets[16];
	int family = AF_INET;

	if (s.len < 3 || s.at[0] != '[' || s.at[s.len - 1] != ']')
		return false;
	s = span_first(span_skip(s, 1), s.len - 2);
	if (span_starts_case(s, SPAN("IPv6:"))) {
		s = span_skip(s, 5);
		family = AF_INET6;
	}
	if (s.len >= sizeof text)
		return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	return inet_pton(family, text, octets) == 1;
}

bool
path_is_host(struct span s)
{
	return is_domain(s) || is_literal(s);
}

/* Dot-string: atom *("." atom). */
static bool
is_dot_string(struct span s)
{
	bool dot = true;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '.' ? dot : !is_atext(s.at[i]))
			return false;
		dot = s.at[i] == '.';
	}
	return !dot;
}

/* Returns the length of a Quoted-string at the beginning, including both quotes; 0: none. */
static size_t
quoted_length(struct span s)
{
	for (size_t i = 1; s.len > 0 && s.at[0] == '"' && i < s.len; i++) {
		if (s.at[i] == '"')
			return i + 1;
		if (s.at[i] == '\\')
			i++;
		if (i < s.len && ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7F))
			return 0;
	}
	return 0;
}

static const char *
mailbox_parse(struct span s, struct path *out)
{
	size_t quoted = quoted_length(s);
	struct span rest = span_skip(s, quoted);

	out->mailbox = s;
	if (quoted > 0) {
		out->local = span_first(s, quoted);
		if (rest.len > 0 && rest.at[0] != '@')
			return "octets after the quoted local part";
		rest = span_skip(rest, 1);
	} else {
		out->local = span_until(&rest, '@');
		if (!is_dot_string(out->local))
			return "the local part is not a dot-string";
	}
	if (out->local.len > LOCAL_MAX)
		return "the local part is longer than 64 octets";
	out->domain = rest;
	if (s.len > out->local.len)
		return path_is_host(rest) ? NULL : "invalid domain";
	return span_eq_case(s, SPAN("postmaster")) ? NULL : "no @ and no domain";
}

const char *
path_parse(struct span s, struct path *out)
{
	*out = (struct path){ 0 };
	for (size_t i = 0; i < s.len; i++)
		out->utf8 |= (unsigned char)s.at[i] > 0x7F;
	if (s.len < 2 || s.at[0] != '<' || s.at[s.len - 1] != '>')
		return "not in angle brackets";
	s = span_first(span_skip(s, 1), s.len - 2);
	if (s.len == 0)
		return NULL;
	/* A source route is accepted and ignored (RFC 5321 4.1.1.3, appendix C). */
	if (s.at[0] == '@') {
		struct span route = span_until(&s, ':');
		if (s.len == 0)
			return "source route without a mailbox";
		while (route.len > 0) {
			struct span hop = span_until(&route, ',');
			if (!span_starts(hop, SPAN("@")) || !is_domain(span_skip(hop, 1)))
				return "invalid source route";
		}
	}
	return mailbox_parse(s, out);
}
