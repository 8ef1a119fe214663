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

	{ "SPF", "topic",
	    "which addresses may send with a domain in the envelope sender: TXT \"v=spf1 ...\" of "
	    "the domain; `smtpsh check --from` evaluates it, `smtpsh resolve` shows it",
	    "RFC 7208" },
	{ "DKIM", "topic",
	    "a signature in the message's header, whose key is TXT at SELECTOR._domainkey.DOMAIN; "
	    "`smtpsh check --from --selector NAME` looks at the key",
	    "RFC 6376" },
	{ "DMARC", "topic",
	    "what the domain of the From: field asks receivers to do when neither SPF nor DKIM "
	    "passes for it: TXT at _dmarc.DOMAIN; `smtpsh check --from` shows it",
	    "RFC 7489" },
	{ "ARC", "topic", "seals by which forwarders hand on what SPF, DKIM and DMARC said before",
	    "RFC 8617" },
	{ "BIMI", "topic",
	    "a logo that receivers may show beside mail that passes DMARC: TXT at "
	    "default._bimi.DOMAIN; it has no influence on delivery",
	    "draft-brand-indicators-for-message-identification" },
	{ "DNSBL", "topic",
	    "a list of addresses or domains, asked over the DNS, that servers reject mail from; an "
	    "answer 127.0.0.x means listed, 127.255.255.x that the query was rejected; `smtpsh "
	    "check --from --dnsbl ZONE` asks one",
	    "RFC 5782" },
	{ "RBL", "topic", "another name for a DNSBL, after the first of them", "RFC 5782" },
	{ "DANE", "topic",
	    "certificates bound to a host by TLSA records that DNSSEC protects: validating senders "
	    "then require TLS and a match; `smtpsh resolve @DOMAIN` and `smtpsh check` show it",
	    "RFC 7672" },
	{ "TLSA", "topic",
	    "the DNS record of DANE at _25._tcp.HOST: usage, selector, matching type and digest of "
	    "the certificate or key; `smtpsh explain 3 1 1` explains the numbers",
	    "RFC 6698" },
	{ "SRV", "topic",
	    "records that tell clients where to submit and read mail: _submissions._tcp and "
	    "_submission._tcp; mail between servers uses MX",
	    "RFC 2782, RFC 6186, RFC 8314 5" },
	{ "PTR", "topic",
	    "the record of an address's name (reverse DNS); many servers want one that leads back "
	    "to the address (forward-confirmed); `smtpsh resolve` shows both",
	    "RFC 1035 3.3.12, RFC 8601 2.7.3" },
	{ "FCrDNS", "topic",
	    "forward-confirmed reverse DNS: an address has a name (PTR), and that name has the "
	    "address",
	    "RFC 8601 2.7.3" },
	{ "greylisting", "topic",
	    "a server defers unknown senders once (450 or 451), to see whether they try again; "
	    "mail is delayed, not lost",
	    "RFC 6647" },
	{ "smuggling", "topic",
	    "a second message hidden in the first, by an end of data that two servers read "
	    "differently (bare LF); servers reject bare LF against it",
	    "RFC 5321 2.3.8, CVE-2023-51764" },
	{ "injection", "topic",
	    "cleartext put in front of TLS at STARTTLS, by someone on the path, that would pass "
	    "for protected; smtpsh discards it and says so",
	    "RFC 3207 6, CVE-2011-0411" },
	{ "resumption", "topic",
	    "a TLS session taken up again by a ticket, without a new certificate exchange",
	    "RFC 8446 2.2" },
	{ "postscreen", "topic",
	    "Postfix's guard on port 25: it delays its greeting, rejects clients that speak first, "
	    "and may defer a new client once",
	    "Postfix POSTSCREEN_README" },
	{ "pregreet", "topic",
	    "a client sent something before the greeting, and is rejected for it",
	    "RFC 5321 4.3.1" },
	{ "tarpit", "topic", "a server answers slowly on purpose to clients that it does not trust",
	    "no RFC" },
	{ "backscatter", "topic",
	    "bounces to people who sent nothing, since their address was forged; reject during the "
	    "session instead of bouncing later",
	    "RFC 5321 6.1" },
	{ "bounce", "topic",
	    "a delivery status notification (DSN) that says a message was not delivered, and "
	    "quotes the reply: give it to `smtpsh explain` on standard input",
	    "RFC 3464" },
	{ "open relay", "topic",
	    "a server that accepts mail from anyone to anyone; it is soon abused and listed",
	    "RFC 5321 7.9, RFC 2505" },
	{ "relaying", "topic",
	    "accepting mail for a domain that is not the server's own: allowed for logged-in users "
	    "and trusted networks only",
	    "RFC 5321 7.9" },
	{ "null MX", "topic", "MX 0 \".\": the domain accepts no mail", "RFC 7505" },
	{ "MX", "topic",
	    "the records that name a domain's mail servers, by preference; `smtpsh resolve "
	    "@DOMAIN` shows them",
	    "RFC 5321 5.1" },
	{ "SNI", "topic", "the name that a client asks a TLS server for (--sni)", "RFC 6066 3" },
	{ "SAN", "topic",
	    "subjectAltName, the names that a certificate is for; the Common Name does not count",
	    "RFC 9525" },
	{ "DSN", "topic",
	    "delivery status notification: a report on a message's delivery, a bounce",
	    "RFC 3461, RFC 3464" },
	{ "VERP", "topic",
	    "envelope senders that name the recipient, so that bounces tell who it was",
	    "no RFC" },
	{ "SRS", "topic", "a forwarder's rewriting of the envelope sender, so that SPF passes",
	    "no RFC" },
	{ "DNSSEC", "topic",
	    "signatures of DNS records; a broken one makes a validating resolver answer SERVFAIL",
	    "RFC 4033, RFC 8914" },

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
