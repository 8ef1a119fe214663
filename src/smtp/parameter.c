/* parameter - the table of ESMTP parameters. */
#include "smtp/parameter.h"

const struct parameter parameters[] = {
	{ "AUTH", VERB_MAIL, "AUTH", "=address|<>", "<>", "RFC 4954 5",
	    "Authenticated identity of the original submitter" },
	{ "BODY", VERB_MAIL, "8BITMIME", "=7BIT|8BITMIME|BINARYMIME", "7BIT 8BITMIME BINARYMIME",
	    "RFC 6152 2", "Type of octets in the body" },
	{ "BY", VERB_MAIL, "DELIVERBY", "=seconds;R|N[T]", NULL, "RFC 2852 4",
	    "Deliver within this time, or return or notify" },
	{ "CONPERM", VERB_MAIL, "CONPERM", "", NULL, "RFC 4141 4",
	    "Permission to convert the content" },
	{ "ENVID", VERB_MAIL, "DSN", "=xtext", NULL, "RFC 3461 4.4",
	    "Envelope identifier, repeated in notifications" },
	{ "HOLDFOR", VERB_MAIL, "FUTURERELEASE", "=seconds", NULL, "RFC 4865 4",
	    "Hold the message for so many seconds" },
	{ "HOLDUNTIL", VERB_MAIL, "FUTURERELEASE", "=date-time", NULL, "RFC 4865 4",
	    "Hold the message until this time" },
	{ "MT-PRIORITY", VERB_MAIL, "MT-PRIORITY", "=-9..9", "-9 -4 0 4 9", "RFC 6710 5",
	    "Message priority" },
	{ "MTRK", VERB_MAIL, "MTRK", "=certifier[:timeout]", NULL, "RFC 3885 4",
	    "Request message tracking" },
	{ "PRDR", VERB_MAIL, "PRDR", "", NULL, "draft-hall-prdr-00",
	    "One reply per recipient after the message data" },
	{ "REQUIRETLS", VERB_MAIL, "REQUIRETLS", "", NULL, "RFC 8689 2",
	    "Relay the message only over verified TLS" },
	{ "RET", VERB_MAIL, "DSN", "=FULL|HDRS", "FULL HDRS", "RFC 3461 4.3",
	    "Part of the message to return in notifications" },
	{ "SIZE", VERB_MAIL, "SIZE", "=octets", NULL, "RFC 1870 6", "Message size in octets" },
	{ "SMTPUTF8", VERB_MAIL, "SMTPUTF8", "", NULL, "RFC 6531 3.4",
	    "Addresses or header contain UTF-8" },
	{ "SOLICIT", VERB_MAIL, "NO-SOLICITING", "=keywords", NULL, "RFC 3865 2.4",
	    "Type of solicitation" },
	{ "SUBMITTER", VERB_MAIL, "SUBMITTER", "=address", NULL, "RFC 4405 4",
	    "Responsible submitter" },
	{ "TRANSID", VERB_MAIL, "CHECKPOINT", "=<id>", NULL, "RFC 1845 4",
	    "Transaction identifier, to resume it" },
	{ "XVERP", VERB_MAIL, "XVERP", "[=chars]", NULL, "Postfix VERP_README",
	    "Use one sender address per recipient" },
	{ "CONNEG", VERB_RCPT, "CONNEG", "", NULL, "RFC 4141 5",
	    "Query the content types that the recipient accepts" },
	{ "NOTIFY", VERB_RCPT, "DSN", "=NEVER|SUCCESS,FAILURE,DELAY",
	    "NEVER SUCCESS FAILURE DELAY SUCCESS,FAILURE SUCCESS,FAILURE,DELAY", "RFC 3461 4.1",
	    "When to send a delivery status notification" },
	{ "ORCPT", VERB_RCPT, "DSN", "=rfc822;xtext", "rfc822; utf-8;", "RFC 3461 4.2",
	    "Original recipient address" },
	{ "RRVS", VERB_RCPT, "RRVS", "=date-time[;C|R]", NULL, "RFC 7293 3",
	    "Deliver only if the mailbox has not changed owners since then" },
	{ .name = NULL },
};

const struct parameter *
parameter_find(enum verb verb, struct span name)
{
	for (const struct parameter *p = parameters; p->name; p++)
		if (p->verb == verb && span_eq_case(name, span_of(p->name)))
			return p;
	return NULL;
}

/*
 * Returns the length of a path, up to and including ">", or up to the first space when it has no
 * angle brackets. Spaces in a quoted local part do not end it.
 */
static size_t
path_length(struct span s)
{
	bool quoted = false, angled = s.len > 0 && s.at[0] == '<';

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		if (quoted && c == '\\' && i + 1 < s.len)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && angled && c == '>')
			return i + 1;
		else if (!quoted && !angled && (c == ' ' || c == '\t'))
			return i;
	}
	return s.len;
}

bool
parameter_split(enum verb verb, struct span args, struct span *path, struct span *params)
{
	struct span word = verb == VERB_MAIL ? SPAN("FROM:") : SPAN("TO:");

	if (!span_starts_case(args, word))
		return false;
	struct span rest = span_skip(args, word.len);
	while (rest.len > 0 && (rest.at[0] == ' ' || rest.at[0] == '\t'))
		rest = span_skip(rest, 1);
	*path = span_first(rest, path_length(rest));
	*params = span_trim(span_skip(rest, path->len));
	return true;
}
