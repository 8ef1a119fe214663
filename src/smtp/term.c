/* term - the glossary. */
#include "smtp/term.h"

#define WITH(name, meaning, source)                                     \
	{                                                               \
		name, "Received: with", "the hop used " meaning, source \
	}

static const struct term terms[] = {
	{ "tls-unique", "channel binding", "login bound to the first Finished message of TLS 1.2",
	    "RFC 5929 3" },
	{ "tls-server-end-point", "channel binding", "login bound to the server's certificate",
	    "RFC 5929 4" },
	{ "tls-exporter", "channel binding", "login bound to a secret of this TLS 1.3 connection",
	    "RFC 9266" },

	WITH("SMTP", "HELO, unencrypted", "RFC 5321 4.4"),
	WITH("ESMTP", "EHLO, unencrypted", "RFC 3848"),
	WITH("ESMTPA", "EHLO, authenticated", "RFC 3848"),
	WITH("ESMTPS", "EHLO over TLS", "RFC 3848"),
	WITH("ESMTPSA", "EHLO over TLS, authenticated", "RFC 3848"),
	WITH("LMTP", "LMTP", "RFC 3848"),
	WITH("LMTPA", "LMTP, authenticated", "RFC 3848"),
	WITH("LMTPS", "LMTP over TLS", "RFC 3848"),
	WITH("LMTPSA", "LMTP over TLS, authenticated", "RFC 3848"),
	WITH("UTF8SMTP", "EHLO, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8SMTPA", "EHLO, with SMTPUTF8, authenticated", "RFC 6531 4.3"),
	WITH("UTF8SMTPS", "EHLO over TLS, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8SMTPSA", "EHLO over TLS, with SMTPUTF8, authenticated", "RFC 6531 4.3"),
	WITH("UTF8LMTP", "LMTP, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8LMTPA", "LMTP, with SMTPUTF8, authenticated", "RFC 6531 4.3"),
	WITH("UTF8LMTPS", "LMTP over TLS, with SMTPUTF8", "RFC 6531 4.3"),
	WITH("UTF8LMTPSA", "LMTP over TLS, with SMTPUTF8, authenticated", "RFC 6531 4.3"),
	WITH("MMS", "from a multimedia message gateway", "RFC 4356"),

	{ "SPF", "topic",
	    "which addresses may send with a domain in the envelope sender: a TXT record \"v=spf1 "
	    "...\" at the domain; `smtpsh check --from` evaluates it, `smtpsh resolve` shows it",
	    "RFC 7208" },
	{ "DKIM", "topic",
	    "a signature in the message's header, with its key in a TXT record at "
	    "SELECTOR._domainkey.DOMAIN; `smtpsh check --from --selector NAME` checks the key",
	    "RFC 6376" },
	{ "DMARC", "topic",
	    "what the domain of the From: field asks receivers to do if neither SPF nor DKIM "
	    "passes for it: a TXT record at _dmarc.DOMAIN; `smtpsh check --from` shows it",
	    "RFC 7489" },
	{ "ARC", "topic",
	    "seals with which forwarders pass on the earlier results of SPF, DKIM and DMARC",
	    "RFC 8617" },
	{ "BIMI", "topic",
	    "a logo that receivers may show with mail that passes DMARC: a TXT record at "
	    "default._bimi.DOMAIN; it does not affect delivery",
	    "draft-brand-indicators-for-message-identification" },
	{ "DNSBL", "topic",
	    "a DNS-based list of addresses or domains that servers reject mail from; an answer "
	    "127.0.0.x means listed, 127.255.255.x that the query was rejected; `smtpsh check "
	    "--from --dnsbl ZONE` queries one",
	    "RFC 5782" },
	{ "RBL", "topic", "another name for a DNSBL, after the first one", "RFC 5782" },
	{ "DANE", "topic",
	    "binds certificates to a host with DNSSEC-validated TLSA records: validating senders "
	    "then require TLS and a match; `smtpsh resolve @DOMAIN` and `smtpsh check` show it",
	    "RFC 7672" },
	{ "TLSA", "topic",
	    "the DNS record of DANE at _25._tcp.HOST: usage, selector, matching type and data "
	    "(certificate, key or a digest of them); `smtpsh explain 3 1 1` explains the numbers",
	    "RFC 6698" },
	{ "SRV", "topic",
	    "records that tell clients where to submit and read mail: _submissions._tcp and "
	    "_submission._tcp; mail between servers uses MX",
	    "RFC 2782, RFC 6186, RFC 8314 5" },
	{ "PTR", "topic",
	    "the record of an address's name (reverse DNS); many servers require one that resolves "
	    "back to the address (forward-confirmed); `smtpsh resolve` shows both",
	    "RFC 1035 3.3.12, RFC 8601 2.7.3" },
	{ "FCrDNS", "topic",
	    "forward-confirmed reverse DNS: an address has a name (PTR), and that name has the "
	    "address",
	    "RFC 8601 2.7.3" },
	{ "greylisting", "topic",
	    "a server defers unknown senders once (450 or 451), to see whether they retry; mail is "
	    "delayed, not lost",
	    "RFC 6647" },
	{ "smuggling", "topic",
	    "a second message hidden inside the first, using an end of data that two servers read "
	    "differently (bare LF); rejecting bare LF prevents it",
	    "RFC 5321 2.3.8, CVE-2023-51764" },
	{ "injection", "topic",
	    "cleartext injected after STARTTLS by someone on the path, which would be taken for "
	    "protected; smtpsh discards and reports it",
	    "RFC 3207 6, CVE-2011-0411" },
	{ "resumption", "topic",
	    "resumes an earlier TLS session with a ticket, without sending the certificate again",
	    "RFC 8446 2.2" },
	{ "postscreen", "topic",
	    "Postfix's screening server on port 25: it delays its greeting, rejects clients that "
	    "send first, and may defer a new client once",
	    "Postfix POSTSCREEN_README" },
	{ "pregreet", "topic",
	    "a client sent something before the greeting, and is rejected for it",
	    "RFC 5321 4.3.1" },
	{ "tarpit", "topic",
	    "a server that deliberately responds slowly to clients that it does not trust",
	    "no RFC" },
	{ "backscatter", "topic",
	    "bounces sent to people whose addresses were forged; reject during the session instead "
	    "of bouncing later",
	    "RFC 5321 6.1" },
	{ "bounce", "topic",
	    "a delivery status notification (DSN) that reports a failed delivery and quotes the "
	    "reply: pipe it into `smtpsh explain`",
	    "RFC 3464" },
	{ "open relay", "topic",
	    "a server that relays mail from anyone to anyone; it is soon abused and listed",
	    "RFC 5321 7.9, RFC 2505" },
	{ "relaying", "topic",
	    "accepting mail for domains other than the server's own: allowed only for "
	    "authenticated users and trusted networks",
	    "RFC 5321 7.9" },
	{ "null MX", "topic", "MX 0 \".\": the domain accepts no mail", "RFC 7505" },
	{ "MX", "topic",
	    "the records that name a domain's mail servers, by preference; `smtpsh resolve "
	    "@DOMAIN` shows them",
	    "RFC 5321 5.1" },
	{ "SNI", "topic",
	    "server name indication: the host name that a client requests in the TLS handshake "
	    "(--sni)",
	    "RFC 6066 3" },
	{ "SAN", "topic",
	    "subjectAltName, the names that a certificate is valid for; the Common Name does not "
	    "count",
	    "RFC 9525" },
	{ "DSN", "topic",
	    "delivery status notification: reports a message's delivery or failure (a bounce)",
	    "RFC 3461, RFC 3464" },
	{ "VERP", "topic",
	    "envelope sender addresses that contain the recipient, so that bounces identify it",
	    "no RFC" },
	{ "SRS", "topic", "rewriting of the envelope sender by a forwarder, so that SPF passes",
	    "no RFC" },
	{ "DNSSEC", "topic",
	    "signed DNS records; if validation fails, a validating resolver answers SERVFAIL",
	    "RFC 4033, RFC 8914" },

	{ "MTA-STS", "policy",
	    "a domain declares over HTTPS that its MX hosts support TLS with valid certificates; "
	    "/cert and `smtpsh resolve` show it",
	    "RFC 8461" },
	{ "STSv1", "policy",
	    "version of an MTA-STS record at _mta-sts.DOMAIN (TXT, with an id), and of the policy",
	    "RFC 8461 3" },
	{ "enforce", "MTA-STS mode",
	    "do not deliver to an MX host that is not listed or whose certificate does not verify",
	    "RFC 8461 5" },
	{ "testing", "MTA-STS mode", "deliver anyway, and report it (TLSRPT)", "RFC 8461 5" },
	{ "max_age", "MTA-STS field",
	    "seconds for which the policy may be cached, at most 31557600", "RFC 8461 3.2" },
	{ "TLSRPT", "policy",
	    "where to report TLS failures: a TXT record at _smtp._tls.DOMAIN, with rua=mailto: or "
	    "https:",
	    "RFC 8460" },

	{ "port 24", "port", "LMTP, by convention; never across the Internet", "RFC 2033" },
	{ "port 25", "port", "mail between servers; often blocked for residential addresses",
	    "RFC 5321 4.5.4.2" },
	{ "port 366", "port", "ODMR: mail is fetched with ATRN", "RFC 2645" },
	{ "port 465", "port", "submissions: message submission with implicit TLS", "RFC 8314 3.3" },
	{ "port 587", "port", "submission: message submission with STARTTLS and AUTH", "RFC 6409" },

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
	if (name.len > 0 && name.at[0] == '_')		/* "_mta-sts" is the name of the record */
		name = span_skip(name, 1);
	for (size_t i = 0; term_row(i); i++)
		if (span_eq_case(name, span_of(terms[i].name)))
			return &terms[i];
	return NULL;
}
