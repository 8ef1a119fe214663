/*
 * extension_table - every EHLO keyword that smtpsh knows: IANA's registry, and what is met beside
 * it.
 */
#include "smtp/extension.h"

#define R EXTENSION_REGISTERED
#define H EXTENSION_HISTORIC
#define V EXTENSION_VENDOR
#define M EXTENSION_MASKED

static const struct extension_info known[] = {
	{ "SEND", "RFC 821", H, NULL, "SEND", "mail to a terminal; gone since RFC 5321" },
	{ "SOML", "RFC 821", H, NULL, "SOML",
	    "mail to a terminal or a mailbox; gone since RFC 5321" },
	{ "SAML", "RFC 821", H, NULL, "SAML",
	    "mail to a terminal and a mailbox; gone since RFC 5321" },
	{ "TURN", "RFC 821", H, NULL, "TURN", "swap roles; unsafe, so never use it" },
	{ "EXPN", "RFC 5321", R, NULL, "EXPN", "answers EXPN, who is on a list; often shut" },
	{ "VRFY", "RFC 5321", R, NULL, "VRFY",
	    "answers VRFY, though 252 need not mean that an address exists" },
	{ "HELP", "RFC 5321", R, NULL, "HELP", "answers HELP" },
	{ "8BITMIME", "RFC 6152", R, NULL, "MAIL BODY=7BIT|8BITMIME",
	    "bodies may have octets above 127" },
	{ "SIZE", "RFC 1870", R, "octets; 0 or none: no fixed limit",
	    "MAIL SIZE=", "the largest message taken" },
	{ "VERB", "Sendmail", H, NULL, "VERB", "verbose replies, from Sendmail" },
	{ "ONEX", "Sendmail", H, NULL, "ONEX", "one message only, from Sendmail" },
	{ "CHUNKING", "RFC 3030", R, NULL, "BDAT",
	    "messages in counted parts, by BDAT instead of DATA" },
	{ "BINARYMIME", "RFC 3030", R, NULL, "MAIL BODY=BINARYMIME",
	    "bodies may be any octets, by BDAT" },
	{ "CHECKPOINT", "RFC 1845", R, NULL,
	    "MAIL TRANSID=", "a broken transfer may go on where it stopped" },
	{ "DELIVERBY", "RFC 2852", R, "the least by-time in seconds",
	    "MAIL BY=", "deliver within a time, or say so" },
	{ "PIPELINING", "RFC 2920", R, NULL, NULL, "several commands may go in one write" },
	{ "DSN", "RFC 3461", R, NULL,
	    "MAIL RET= ENVID=, RCPT NOTIFY= ORCPT=", "delivery reports, on request" },
	{ "ETRN", "RFC 1985", R, NULL, "ETRN",
	    "send what is queued for a domain; not on port 587" },
	{ "ENHANCEDSTATUSCODES", "RFC 2034", R, NULL, NULL, "replies carry x.y.z codes" },
	{ "STARTTLS", "RFC 3207", R, NULL, "STARTTLS", "TLS can begin on this connection" },
	{ "NO-SOLICITING", "RFC 3865", R, "keywords of what is not wanted",
	    "MAIL SOLICIT=", "advertising is not wanted" },
	{ "MTRK", "RFC 3885", R, NULL, "MAIL MTRK=", "messages can be tracked" },
	{ "ATRN", "RFC 2645", R, NULL, "ATRN", "on-demand relay, on port 366" },
	{ "AUTH", "RFC 4954", R, "SASL mechanisms",
	    "AUTH, MAIL AUTH=", "log in by one of these mechanisms" },
	{ "BURL", "RFC 4468", R, "imap, or imap://server", "BURL",
	    "a part of a message by its IMAP URL; 587 only" },
	{ "FUTURERELEASE", "RFC 4865", R, "most seconds, latest date",
	    "MAIL HOLDFOR= HOLDUNTIL=", "hold a message until later" },
	{ "CONPERM", "RFC 4141", R, NULL, "MAIL CONPERM",
	    "content may be converted, when the sender permits it" },
	{ "CONNEG", "RFC 4141", R, NULL, "RCPT CONNEG", "asks what content a recipient can take" },
	{ "SUBMITTER", "RFC 4405", H, NULL,
	    "MAIL SUBMITTER=", "the responsible submitter, of Sender ID" },
	{ "UTF8SMTP", "RFC 5336", H, NULL, NULL, "the experiment before SMTPUTF8" },
	{ "SMTPUTF8", "RFC 6531", R, NULL, "MAIL, VRFY, EXPN SMTPUTF8",
	    "addresses and headers may be UTF-8" },
	{ "MT-PRIORITY", "RFC 6710", R, "MIXER, STANAG4406 or NSEP", "MAIL MT-PRIORITY=-9..9",
	    "messages have a priority" },
	{ "RRVS", "RFC 7293", R, NULL,
	    "RCPT RRVS=", "deliver only if the mailbox has not changed hands" },
	{ "REQUIRETLS", "RFC 8689", R, NULL, "MAIL REQUIRETLS",
	    "verified TLS on every hop, on request" },
	{ "LIMITS", "RFC 9422", R, "MAILMAX= RCPTMAX= RCPTDOMAINMAX=", NULL,
	    "limits of this server" },

	{ "XCLIENT", "Postfix", V, "attributes", "XCLIENT",
	    "trusted clients may speak for another client" },
	{ "XFORWARD", "Postfix", V, "attributes", "XFORWARD",
	    "trusted clients may name another client for the log" },
	{ "XVERP", "Postfix", V, NULL, "MAIL XVERP",
	    "a sender address for each recipient, so that bounces name them" },
	{ "VERP", "Postfix", V, NULL, "MAIL VERP",
	    "a sender address for each recipient, so that bounces name them" },
	{ "PRDR", "Exim, draft", V, NULL, "MAIL PRDR",
	    "a reply for each recipient after the message" },
	{ "X_PIPE_CONNECT", "Exim", V, NULL, NULL,
	    "commands may be sent before the banner next time" },
	{ "PIPECONNECT", "Exim", V, NULL, NULL,
	    "commands may be sent before the banner next time" },
	{ "PIPE_CONNECT", "Exim", V, NULL, NULL,
	    "commands may be sent before the banner next time" },
	{ "X-ANONYMOUSTLS", "Exchange", V, NULL, "X-ANONYMOUSTLS",
	    "TLS between servers of one organisation" },
	{ "X-EXPS", "Exchange", V, "mechanisms", "X-EXPS",
	    "log in between servers of one organisation" },
	{ "X-LINK2STATE", "Exchange", V, NULL, "X-LINK2STATE", "routing tables between servers" },
	{ "XEXCH50", "Exchange", V, NULL, "XEXCH50", "message properties between servers" },
	{ "XRDST", "Exchange", V, NULL, "MAIL XRDST=", "where a message is routed to" },
	{ "XSHADOW", "Exchange", V, NULL, "XSHADOW", "a second copy is kept until delivery" },
	{ "XSHADOWREQUEST", "Exchange", V, NULL, NULL,
	    "a second copy is kept until delivery, on request" },
	{ "XOORG", "Exchange", V, NULL,
	    "MAIL XOORG=", "the organisation that a message comes from" },
	{ "XPROXY", "Exchange", V, NULL, "XPROXY", "speak for another client" },
	{ "XPROXYFROM", "Exchange", V, NULL, "XPROXYFROM", "speak for another client" },
	{ "XSESSIONPARAMS", "Exchange", V, NULL, "XSESSIONPARAMS", "parameters of the session" },
	{ "XSYSPROBE", "Exchange", V, NULL, "MAIL XSYSPROBEID=", "marks probes of the system" },
	{ "XORIGFROM", "Exchange", V, NULL, "MAIL XORIGFROM=", "the sender before a rewriting" },
	{ "XMESSAGECONTEXT", "Exchange", V, "names",
	    "MAIL XMESSAGECONTEXT=", "what servers know of a message, between them" },
	{ "XACK", "Exim and others", V, NULL, NULL, "acknowledgements, private" },
	{ "X-RCPTLIMIT", "vendor", V, "a number", NULL,
	    "the most recipients of a message; LIMITS is its standard form" },
	{ "XLOOP", "PMDF, Sun", V, "a token", NULL, "finds loops" },
	{ "XADR", "PMDF, Sun", V, NULL, "XADR", "how an address is routed" },
	{ "XSTA", "PMDF, Sun", V, NULL, "XSTA", "the state of the server's channels" },
	{ "XGEN", "PMDF, Sun", V, NULL, "XGEN", "the generation of its configuration" },
	{ "TIME", "vendor", V, NULL, "TIME", "tells the time" },
	{ "XXXXXXXA", "a middlebox", M, NULL, NULL,
	    "no extension: a firewall wrote X over a keyword, by its length STARTTLS" },
	{ "XXXXXXXX", "a middlebox", M, NULL, NULL,
	    "no extension: a firewall wrote X over a keyword, by its length STARTTLS" },
};

static const struct { const char *name, *meaning; } limits[] = {
	{ "MAILMAX", "messages a connection" },
	{ "RCPTMAX", "recipients a message" },
	{ "RCPTDOMAINMAX", "domains among the recipients of a connection" },
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

/* A firewall writes X over each letter of a keyword, and A or X at its end. */
static bool
is_masked(struct span keyword)
{
	if (keyword.len < 4)
		return false;
	for (size_t i = 0; i + 1 < keyword.len; i++)
		if (keyword.at[i] != 'X')
			return false;
	return keyword.at[keyword.len - 1] == 'X' || keyword.at[keyword.len - 1] == 'A';
}

const struct extension_info *
extension_info(struct span keyword)
{
	static const struct extension_info masked = { "XXXX", "a middlebox", M, NULL, NULL,
	    "no extension: a firewall wrote X over a keyword to hide it" };

	for (size_t i = 0; i < COUNT(known); i++)
		if (span_eq_case(keyword, span_of(known[i].keyword)))
			return &known[i];
	return is_masked(keyword) ? &masked : NULL;
}

const struct extension_info *
extension_row(size_t n)
{
	return n < COUNT(known) ? &known[n] : NULL;
}

const char *
limit_meaning(struct span name)
{
	for (size_t i = 0; i < COUNT(limits); i++)
		if (span_eq_case(name, span_of(limits[i].name)))
			return limits[i].meaning;
	return NULL;
}
