/*
 * extension_table - the EHLO keywords that smtpsh knows: those in IANA's registry, and others in
 * use.
 */
#include "smtp/extension.h"

#define R EXTENSION_REGISTERED
#define H EXTENSION_HISTORIC
#define V EXTENSION_VENDOR
#define M EXTENSION_MASKED

static const struct extension_info known[] = {
	{ "SEND", "RFC 821", H, NULL, "SEND", "mail to a terminal; removed by RFC 5321" },
	{ "SOML", "RFC 821", H, NULL, "SOML",
	    "mail to a terminal or a mailbox; removed by RFC 5321" },
	{ "SAML", "RFC 821", H, NULL, "SAML",
	    "mail to a terminal and a mailbox; removed by RFC 5321" },
	{ "TURN", "RFC 821", H, NULL, "TURN",
	    "swap client and server roles; insecure, do not use" },
	{ "EXPN", "RFC 5321", R, NULL, "EXPN",
	    "EXPN lists the members of a mailing list; often disabled" },
	{ "VRFY", "RFC 5321", R, NULL, "VRFY",
	    "VRFY verifies an address; 252 does not mean that it exists" },
	{ "HELP", "RFC 5321", R, NULL, "HELP", "HELP is supported" },
	{ "8BITMIME", "RFC 6152", R, NULL, "MAIL BODY=7BIT|8BITMIME",
	    "message bodies may have octets above 127" },
	{ "SIZE", "RFC 1870", R, "octets; 0 or absent: no fixed limit",
	    "MAIL SIZE=", "maximum message size" },
	{ "VERB", "Sendmail", H, NULL, "VERB", "verbose replies (Sendmail)" },
	{ "ONEX", "Sendmail", H, NULL, "ONEX", "one message per session (Sendmail)" },
	{ "CHUNKING", "RFC 3030", R, NULL, "BDAT",
	    "message data in counted chunks, with BDAT instead of DATA" },
	{ "BINARYMIME", "RFC 3030", R, NULL, "MAIL BODY=BINARYMIME",
	    "message bodies may have any octets, with BDAT" },
	{ "CHECKPOINT", "RFC 1845", R, NULL,
	    "MAIL TRANSID=", "an interrupted transfer can be resumed" },
	{ "DELIVERBY", "RFC 2852", R, "minimum by-time in seconds",
	    "MAIL BY=", "deliver within a time limit, or notify the sender" },
	{ "PIPELINING", "RFC 2920", R, NULL, NULL,
	    "several commands may be sent without waiting for replies" },
	{ "DSN", "RFC 3461", R, NULL, "MAIL RET= ENVID=, RCPT NOTIFY= ORCPT=",
	    "delivery status notifications (DSN) on request" },
	{ "ETRN", "RFC 1985", R, NULL, "ETRN",
	    "start delivery of queued mail for a domain; not on port 587" },
	{ "ENHANCEDSTATUSCODES", "RFC 2034", R, NULL, NULL,
	    "replies have enhanced status codes (x.y.z)" },
	{ "STARTTLS", "RFC 3207", R, NULL, "STARTTLS", "TLS can be started on this connection" },
	{ "NO-SOLICITING", "RFC 3865", R, "keywords of unwanted solicitations",
	    "MAIL SOLICIT=", "no unsolicited advertising" },
	{ "MTRK", "RFC 3885", R, NULL, "MAIL MTRK=", "message tracking" },
	{ "ATRN", "RFC 2645", R, NULL, "ATRN", "on-demand mail relay, on port 366" },
	{ "AUTH", "RFC 4954", R, "SASL mechanisms",
	    "AUTH, MAIL AUTH=", "authentication with one of these mechanisms" },
	{ "BURL", "RFC 4468", R, "imap, or imap://server", "BURL",
	    "include message parts by IMAP URL; port 587 only" },
	{ "FUTURERELEASE", "RFC 4865", R, "maximum seconds, latest date",
	    "MAIL HOLDFOR= HOLDUNTIL=", "hold a message for later release" },
	{ "CONPERM", "RFC 4141", R, NULL, "MAIL CONPERM",
	    "content may be converted, if the sender permits it" },
	{ "CONNEG", "RFC 4141", R, NULL, "RCPT CONNEG",
	    "query the content types that a recipient accepts" },
	{ "SUBMITTER", "RFC 4405", H, NULL,
	    "MAIL SUBMITTER=", "responsible submitter, for Sender ID" },
	{ "UTF8SMTP", "RFC 5336", H, NULL, NULL, "experimental predecessor of SMTPUTF8" },
	{ "SMTPUTF8", "RFC 6531", R, NULL, "MAIL, VRFY, EXPN SMTPUTF8",
	    "UTF-8 in addresses and headers" },
	{ "MT-PRIORITY", "RFC 6710", R, "MIXER, STANAG4406 or NSEP", "MAIL MT-PRIORITY=-9..9",
	    "message priorities" },
	{ "RRVS", "RFC 7293", R, NULL,
	    "RCPT RRVS=", "deliver only if the mailbox has not changed owners" },
	{ "REQUIRETLS", "RFC 8689", R, NULL, "MAIL REQUIRETLS",
	    "verified TLS on every hop, on request" },
	{ "LIMITS", "RFC 9422", R, "MAILMAX= RCPTMAX= RCPTDOMAINMAX=", NULL,
	    "limits of this server" },

	{ "XCLIENT", "Postfix", V, "attributes", "XCLIENT",
	    "trusted clients may assume another client's identity" },
	{ "XFORWARD", "Postfix", V, "attributes", "XFORWARD",
	    "trusted clients may name another client for the log" },
	{ "XVERP", "Postfix", V, NULL, "MAIL XVERP",
	    "one sender address per recipient, so that bounces identify it" },
	{ "VERP", "Postfix", V, NULL, "MAIL VERP",
	    "one sender address per recipient, so that bounces identify it" },
	{ "PRDR", "Exim, draft", V, NULL, "MAIL PRDR",
	    "one reply per recipient after the message data" },
	{ "X_PIPE_CONNECT", "Exim", V, NULL, NULL,
	    "commands may be sent before the greeting next time" },
	{ "PIPECONNECT", "Exim", V, NULL, NULL,
	    "commands may be sent before the greeting next time" },
	{ "PIPE_CONNECT", "Exim", V, NULL, NULL,
	    "commands may be sent before the greeting next time" },
	{ "X-ANONYMOUSTLS", "Exchange", V, NULL, "X-ANONYMOUSTLS",
	    "TLS between servers of one organization" },
	{ "X-EXPS", "Exchange", V, "mechanisms", "X-EXPS",
	    "authentication between servers of one organization" },
	{ "X-LINK2STATE", "Exchange", V, NULL, "X-LINK2STATE",
	    "link-state routing tables between servers" },
	{ "XEXCH50", "Exchange", V, NULL, "XEXCH50", "message properties between servers" },
	{ "XRDST", "Exchange", V, NULL, "MAIL XRDST=", "destination routing of a message" },
	{ "XSHADOW", "Exchange", V, NULL, "XSHADOW",
	    "a second copy is kept until delivery (shadow redundancy)" },
	{ "XSHADOWREQUEST", "Exchange", V, NULL, NULL,
	    "a second copy is kept until delivery, on request" },
	{ "XOORG", "Exchange", V, NULL,
	    "MAIL XOORG=", "the organization that a message comes from" },
	{ "XPROXY", "Exchange", V, NULL, "XPROXY", "assume another client's identity" },
	{ "XPROXYFROM", "Exchange", V, NULL, "XPROXYFROM", "assume another client's identity" },
	{ "XSESSIONPARAMS", "Exchange", V, NULL, "XSESSIONPARAMS", "session parameters" },
	{ "XSYSPROBE", "Exchange", V, NULL,
	    "MAIL XSYSPROBEID=", "identifies the system's probe messages" },
	{ "XORIGFROM", "Exchange", V, NULL, "MAIL XORIGFROM=", "the sender before rewriting" },
	{ "XMESSAGECONTEXT", "Exchange", V, "names",
	    "MAIL XMESSAGECONTEXT=", "message properties exchanged between servers" },
	{ "XACK", "Exim and others", V, NULL, NULL, "acknowledgements, proprietary" },
	{ "X-RCPTLIMIT", "vendor", V, "a number", NULL,
	    "maximum recipients per message; LIMITS is the standard form" },
	{ "XLOOP", "PMDF, Sun", V, "a token", NULL, "loop detection" },
	{ "XADR", "PMDF, Sun", V, NULL, "XADR", "how an address is routed" },
	{ "XSTA", "PMDF, Sun", V, NULL, "XSTA", "status of the server's channels" },
	{ "XGEN", "PMDF, Sun", V, NULL, "XGEN", "generation of its configuration" },
	{ "TIME", "vendor", V, NULL, "TIME", "the server's time" },
	{ "XXXXXXXA", "a middlebox", M, NULL, NULL,
	    "not an extension: a firewall overwrote a keyword with X, STARTTLS by its length" },
	{ "XXXXXXXX", "a middlebox", M, NULL, NULL,
	    "not an extension: a firewall overwrote a keyword with X, STARTTLS by its length" },
};

static const struct {
	const char *name, *meaning;
} limits[] = {
	{ "MAILMAX", "messages per connection" },
	{ "RCPTMAX", "recipients per message" },
	{ "RCPTDOMAINMAX", "recipient domains per connection" },
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

/* Some firewalls overwrite the letters of a keyword with X, and the last with A or X. */
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
		"not an extension: a firewall overwrote a keyword with X to hide it" };

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
