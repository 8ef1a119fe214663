/* parameter - the table of ESMTP parameters. */
#include "smtp/parameter.h"

const struct parameter parameters[] = {
	{ "AUTH", VERB_MAIL, "AUTH", "=address|<>", "<>", "RFC 4954 5",
	    "Who handed the message in first" },
	{ "BODY", VERB_MAIL, "8BITMIME", "=7BIT|8BITMIME|BINARYMIME", "7BIT 8BITMIME BINARYMIME",
	    "RFC 6152 2", "What octets the body has" },
	{ "BY", VERB_MAIL, "DELIVERBY", "=seconds;R|N[T]", NULL, "RFC 2852 4",
	    "Deliver within this time, or return or notify" },
	{ "CONPERM", VERB_MAIL, "CONPERM", "", NULL, "RFC 4141 4", "The content may be converted" },
	{ "ENVID", VERB_MAIL, "DSN", "=xtext", NULL, "RFC 3461 4.4",
	    "A name that notifications repeat" },
	{ "HOLDFOR", VERB_MAIL, "FUTURERELEASE", "=seconds", NULL, "RFC 4865 4",
	    "Keep the message back for so long" },
	{ "HOLDUNTIL", VERB_MAIL, "FUTURERELEASE", "=date-time", NULL, "RFC 4865 4",
	    "Keep the message back until then" },
	{ "MT-PRIORITY", VERB_MAIL, "MT-PRIORITY", "=-9..9", "-9 -4 0 4 9", "RFC 6710 5",
	    "How urgent the message is" },
	{ "MTRK", VERB_MAIL, "MTRK", "=certifier[:timeout]", NULL, "RFC 3885 4",
	    "The message may be tracked" },
	{ "PRDR", VERB_MAIL, "PRDR", "", NULL, "draft-hall-prdr-00",
	    "Reply for each recipient after the message" },
	{ "REQUIRETLS", VERB_MAIL, "REQUIRETLS", "", NULL, "RFC 8689 2",
	    "Pass the message on over verified TLS only" },
	{ "RET", VERB_MAIL, "DSN", "=FULL|HDRS", "FULL HDRS", "RFC 3461 4.3",
	    "How much of the message a notification returns" },
	{ "SIZE", VERB_MAIL, "SIZE", "=octets", NULL, "RFC 1870 6", "How large the message is" },
	{ "SMTPUTF8", VERB_MAIL, "SMTPUTF8", "", NULL, "RFC 6531 3.4",
	    "Addresses or header are in UTF-8" },
	{ "SOLICIT", VERB_MAIL, "NO-SOLICITING", "=keywords", NULL, "RFC 3865 2.4",
	    "What solicitation the message is" },
	{ "SUBMITTER", VERB_MAIL, "SUBMITTER", "=address", NULL, "RFC 4405 4",
	    "Who is responsible for handing it in" },
	{ "TRANSID", VERB_MAIL, "CHECKPOINT", "=<id>", NULL, "RFC 1845 4",
	    "Names the transaction, to resume it" },
	{ "XVERP", VERB_MAIL, "XVERP", "[=chars]", NULL, "Postfix VERP_README",
	    "A sender of its own for each recipient" },
	{ "CONNEG", VERB_RCPT, "CONNEG", "", NULL, "RFC 4141 5",
	    "Ask what content the recipient takes" },
	{ "NOTIFY", VERB_RCPT, "DSN", "=NEVER|SUCCESS,FAILURE,DELAY",
	    "NEVER SUCCESS FAILURE DELAY SUCCESS,FAILURE SUCCESS,FAILURE,DELAY", "RFC 3461 4.1",
	    "When to send a delivery status notification" },
	{ "ORCPT", VERB_RCPT, "DSN", "=rfc822;xtext", "rfc822; utf-8;", "RFC 3461 4.2",
	    "The recipient as first written" },
	{ "RRVS", VERB_RCPT, "RRVS", "=date-time[;C|R]", NULL, "RFC 7293 3",
	    "Only if the mailbox has had its owner since then" },
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
 * Where a path ends: after its ">", blanks in a quoted local part included, else at the first
 * blank.
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
