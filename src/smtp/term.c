/* term - names beside the protocol's own. */
#include "smtp/term.h"

#define WITH(name, meaning, source)	{ name, "Received: with", "the hop was " meaning, source }

static const struct term terms[] = {
	{ "tls-unique", "channel binding",
	    "the login is bound to the first Finished message of TLS 1.2", "RFC 5929 3" },
	{ "tls-server-end-point", "channel binding",
	    "the login is bound to the server's certificate", "RFC 5929 4" },
	{ "tls-exporter", "channel binding",
	    "the login is bound to a secret of this TLS 1.3 connection", "RFC 9266" },

	WITH("SMTP", "HELO, in the clear", "RFC 5321 4.4"),
	WITH("ESMTP", "EHLO, in the clear", "RFC 3848"),
	WITH("ESMTPA", "EHLO, logged in", "RFC 3848"),
	WITH("ESMTPS", "EHLO within TLS", "RFC 3848"),
	WITH("ESMTPSA", "EHLO within TLS, logged in", "RFC 3848"),
	WITH("LMTP", "LMTP", "RFC 3848"),
	WITH("LMTPA", "LMTP, logged in", "RFC 3848"),
	WITH("LMTPS", "LMTP within TLS", "RFC 3848"),
	WITH("LMTPSA", "LMTP within TLS, logged in", "RFC 3848"),
	WITH("UTF8SMTP", "EHLO, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8SMTPA", "EHLO, with SMTPUTF8, logged in", "RFC 6531 4.3"),
	WITH("UTF8SMTPS", "EHLO within TLS, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8SMTPSA", "EHLO within TLS, with SMTPUTF8, logged in", "RFC 6531 4.3"),
	WITH("UTF8LMTP", "LMTP, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8LMTPA", "LMTP, with SMTPUTF8, logged in", "RFC 6531 4.3"),
	WITH("UTF8LMTPS", "LMTP within TLS, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8LMTPSA", "LMTP within TLS, with SMTPUTF8, logged in", "RFC 6531 4.3"),
	WITH("MMS", "from a gateway of multimedia messages", "RFC 4356"),

	{ "MTA-STS", "policy",
	    "a domain says by HTTPS that its MX have TLS with valid certificates: /cert and "
	    "resolve show it",
	    "RFC 8461" },
	{ "STSv1", "policy",
	    "version of an MTA-STS record at _mta-sts.DOMAIN (TXT, with an id), and of the policy",
	    "RFC 8461 3" },
	{ "enforce", "MTA-STS mode",
	    "do not deliver to an MX that is not listed or does not verify", "RFC 8461 5" },
	{ "testing", "MTA-STS mode", "deliver all the same, and report it (TLSRPT)", "RFC 8461 5" },
	{ "max_age", "MTA-STS field",
	    "for how many seconds the policy is kept, 31557600 at the most", "RFC 8461 3.2" },
	{ "TLSRPT", "policy",
	    "where reports of failed TLS go: a TXT at _smtp._tls.DOMAIN, with rua=mailto: or "
	    "https:",
	    "RFC 8460" },

	{ "port 24", "port", "LMTP, by habit: never across the Internet", "RFC 2033" },
	{ "port 25", "port", "mail between servers; often blocked for who sends from home",
	    "RFC 5321 4.5.4.2" },
	{ "port 366", "port", "ODMR: mail is fetched by ATRN", "RFC 2645" },
	{ "port 465", "port", "submissions: handing in mail, TLS from the start", "RFC 8314 3.3" },
	{ "port 587", "port", "submission: handing in mail, STARTTLS and AUTH", "RFC 6409" },

	{ "OK", "text", "a bare \"250 OK\" at the end of an EHLO reply is text, not a keyword",
	    "RFC 5321 4.1.1.1" },
};

const struct term *
term_row(size_t n)
{
	return n < sizeof terms / sizeof *terms ? &terms[n] : NULL;
}

const struct term *
term_find(struct span name)
{
	if (name.len > 0 && name.at[0] == '_')		/* "_mta-sts" is where the record stands */
		name = span_skip(name, 1);
	for (size_t i = 0; term_row(i); i++)
		if (span_eq_case(name, span_of(terms[i].name)))
			return &terms[i];
	return NULL;
}
