/* verb - the table of SMTP commands. */
#include "smtp/verb.h"

static const struct verb_info verbs[VERB_COUNT] = {
	[VERB_OTHER] = { "", "", "not a command known to smtpsh", "", true, 250 },
	[VERB_HELO] = { "HELO", " domain", "Identify the client, without extensions",
	    "RFC 5321 4.1.1.1", true, 250, .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_EHLO] = { "EHLO", " domain|[address]", "Identify the client and request extensions",
	    "RFC 5321 4.1.1.1", true, 250, .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_LHLO] = { "LHLO", " domain", "EHLO for LMTP", "RFC 2033 4.1", true, 250,
	    .codes = { 250 }, .codes_rfc = "RFC 2033 4.1" },
	[VERB_MAIL] = { "MAIL", " FROM:<sender> [parameters]", "Start a message",
	    "RFC 5321 4.1.1.2", false, 250, .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_RCPT] = { "RCPT", " TO:<recipient> [parameters]", "Specify one recipient",
	    "RFC 5321 4.1.1.3", false, 250, .codes = { 250, 251 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_DATA] = { "DATA", "", "Send the message data, ended with a lone dot",
	    "RFC 5321 4.1.1.4", true, 354, .codes = { 354 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_BDAT] = { "BDAT", " octets [LAST]", "Send a counted chunk of the message data",
	    "RFC 3030 2", false, 250, "CHUNKING", .codes = { 250 }, .codes_rfc = "RFC 3030 2" },
	[VERB_RSET] = { "RSET", "", "Abort the current transaction", "RFC 5321 4.1.1.5", false, 250,
	    .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_VRFY] = { "VRFY", " user", "Verify an address", "RFC 5321 4.1.1.6", true, 252,
	    .codes = { 250, 251, 252 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_EXPN] = { "EXPN", " list", "Expand a mailing list", "RFC 5321 4.1.1.7", true, 250,
	    .codes = { 250, 252 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_HELP] = { "HELP", " [topic]", "Request help from the server", "RFC 5321 4.1.1.8",
	    true, 214, .codes = { 211, 214 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_NOOP] = { "NOOP", " [text]", "No operation", "RFC 5321 4.1.1.9", true, 250,
	    .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_QUIT] = { "QUIT", "", "End the session", "RFC 5321 4.1.1.10", true, 221,
	    .codes = { 221 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_STARTTLS] = { "STARTTLS", "", "Start TLS on this connection", "RFC 3207 4", true, 220,
	    "STARTTLS", .codes = { 220 }, .codes_rfc = "RFC 3207 4" },
	[VERB_AUTH] = { "AUTH", " mechanism [initial-response]", "Authenticate with SASL",
	    "RFC 4954 4", true, 235, "AUTH", .codes = { 235, 334 }, .codes_rfc = "RFC 4954 4" },
	[VERB_ETRN] = { "ETRN", " domain", "Start delivery of mail queued for a domain",
	    "RFC 1985 5", true, 250, "ETRN", .codes = { 250, 251, 252, 253 },
	    .codes_rfc = "RFC 1985 5.1" },
	[VERB_XCLIENT] = { "XCLIENT", " name=value...",
	    "Assume another client's identity (Postfix)", "Postfix XCLIENT_README", true, 220,
	    "XCLIENT", .codes = { 220 }, .codes_rfc = "Postfix XCLIENT_README" },
	[VERB_XFORWARD] = { "XFORWARD", " name=value...",
	    "Name another client for the log (Postfix)", "Postfix XFORWARD_README", true, 250,
	    "XFORWARD", .codes = { 250 }, .codes_rfc = "Postfix XFORWARD_README" },
	[VERB_BURL] = { "BURL", " url [LAST]", "Send a chunk of the message data by reference",
	    "RFC 4468 3", true, 250, "BURL", .codes = { 250 }, .codes_rfc = "RFC 4468 3" },
	[VERB_ATRN] = { "ATRN", " [domain,...]",
	    "Swap roles and receive the mail queued for these domains, after AUTH", "RFC 2645 4",
	    true, 250, "ATRN" },
	[VERB_TURN] = { "TURN", "", "Swap roles; obsolete and insecure", "RFC 5321 F.1", true, 250,
	    "TURN" },
	[VERB_SEND] = { "SEND", " FROM:<sender>", "Start a message to a terminal; obsolete",
	    "RFC 5321 F.6", false, 250, "SEND" },
	[VERB_SOML] = { "SOML", " FROM:<sender>",
	    "Start a message to a terminal or a mailbox; obsolete", "RFC 5321 F.6", false, 250,
	    "SOML" },
	[VERB_SAML] = { "SAML", " FROM:<sender>",
	    "Start a message to a terminal and a mailbox; obsolete", "RFC 5321 F.6", false, 250,
	    "SAML" },
};

enum verb
verb_of(struct span line, struct span *args)
{
	struct span rest = line;
	struct span word = span_word(&rest);

	if (args)
		*args = rest;
	for (enum verb v = VERB_OTHER + 1; v < VERB_COUNT; v++)
		if (span_eq_case(word, span_of(verbs[v].name)))
			return v;
	return VERB_OTHER;
}

const struct verb_info *
verb_info(enum verb verb)
{
	return &verbs[verb];
}
