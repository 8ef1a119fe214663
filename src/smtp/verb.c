/* verb - the table of SMTP commands. */
#include "smtp/verb.h"

static const struct verb_info verbs[VERB_COUNT] = {
	[VERB_OTHER] = { "", "", "not a command that smtpsh knows", "", true, 250 },
	[VERB_HELO] = { "HELO", " domain", "Say who you are, without extensions",
	    "RFC 5321 4.1.1.1", true, 250, .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_EHLO] = { "EHLO", " domain|[address]", "Say who you are and ask for the extensions",
	    "RFC 5321 4.1.1.1", true, 250, .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_LHLO] = { "LHLO", " domain", "EHLO as LMTP has it", "RFC 2033 4.1", true, 250,
	    .codes = { 250 }, .codes_rfc = "RFC 2033 4.1" },
	[VERB_MAIL] = { "MAIL", " FROM:<sender> [parameters]", "Begin a message",
	    "RFC 5321 4.1.1.2", false, 250, .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_RCPT] = { "RCPT", " TO:<recipient> [parameters]", "Name one recipient",
	    "RFC 5321 4.1.1.3", false, 250, .codes = { 250, 251 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_DATA] = { "DATA", "", "Send the message, ended by a line with a lone dot",
	    "RFC 5321 4.1.1.4", true, 354, .codes = { 354 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_BDAT] = { "BDAT", " octets [LAST]", "Send a part of the message, counted",
	    "RFC 3030 2", false, 250, "CHUNKING", .codes = { 250 }, .codes_rfc = "RFC 3030 2" },
	[VERB_RSET] = { "RSET", "", "Drop the message begun", "RFC 5321 4.1.1.5", false, 250,
	    .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_VRFY] = { "VRFY", " user", "Ask whether an address exists", "RFC 5321 4.1.1.6", true,
	    252, .codes = { 250, 251, 252 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_EXPN] = { "EXPN", " list", "Ask who is on a list", "RFC 5321 4.1.1.7", true, 250,
	    .codes = { 250, 252 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_HELP] = { "HELP", " [topic]", "Ask the server for help", "RFC 5321 4.1.1.8", true,
	    214, .codes = { 211, 214 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_NOOP] = { "NOOP", " [text]", "Do nothing; the server answers", "RFC 5321 4.1.1.9",
	    true, 250, .codes = { 250 }, .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_QUIT] = { "QUIT", "", "Say goodbye", "RFC 5321 4.1.1.10", true, 221, .codes = { 221 },
	    .codes_rfc = "RFC 5321 4.3.2" },
	[VERB_STARTTLS] = { "STARTTLS", "", "Begin TLS on this connection", "RFC 3207 4", true, 220,
	    "STARTTLS", .codes = { 220 }, .codes_rfc = "RFC 3207 4" },
	[VERB_AUTH] = { "AUTH", " mechanism [initial-response]", "Log in by SASL", "RFC 4954 4",
	    true, 235, "AUTH", .codes = { 235, 334 }, .codes_rfc = "RFC 4954 4" },
	[VERB_ETRN] = { "ETRN", " domain", "Ask the server to send what it holds for a domain",
	    "RFC 1985 5", true, 250, "ETRN", .codes = { 250, 251, 252, 253 },
	    .codes_rfc = "RFC 1985 5.1" },
	[VERB_XCLIENT] = { "XCLIENT", " name=value...", "Speak for another client (Postfix)",
	    "Postfix XCLIENT_README", true, 220, "XCLIENT", .codes = { 220 },
	    .codes_rfc = "Postfix XCLIENT_README" },
	[VERB_XFORWARD] = { "XFORWARD", " name=value...", "Log as another client (Postfix)",
	    "Postfix XFORWARD_README", true, 250, "XFORWARD", .codes = { 250 },
	    .codes_rfc = "Postfix XFORWARD_README" },
	[VERB_BURL] = { "BURL", " url [LAST]", "Send a part of the message by reference",
	    "RFC 4468 3", true, 250, "BURL", .codes = { 250 }, .codes_rfc = "RFC 4468 3" },
	[VERB_ATRN] = { "ATRN", " [domain,...]",
	    "Swap roles and get what is held for these domains, after AUTH", "RFC 2645 4", true,
	    250, "ATRN" },
	[VERB_TURN] = { "TURN", "", "Swap roles; obsolete and unsafe", "RFC 5321 F.1", true, 250,
	    "TURN" },
	[VERB_SEND] = { "SEND", " FROM:<sender>", "Begin a message for a terminal; obsolete",
	    "RFC 5321 F.6", false, 250, "SEND" },
	[VERB_SOML] = { "SOML", " FROM:<sender>",
	    "Begin a message for a terminal or a mailbox; obsolete", "RFC 5321 F.6", false, 250,
	    "SOML" },
	[VERB_SAML] = { "SAML", " FROM:<sender>",
	    "Begin a message for a terminal and a mailbox; obsolete", "RFC 5321 F.6", false, 250,
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
