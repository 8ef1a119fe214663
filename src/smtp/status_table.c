/*
 * status_table - the meanings of reply codes and enhanced status codes: those in IANA's registry,
 * and others in use.
 */
#include "smtp/status.h"

static const struct reply_code codes[] = {
	{ 211, "system status, or reply to HELP", "RFC 5321" },
	{ 214, "help", "RFC 5321" },
	{ 220, "ready", "RFC 5321, RFC 3207" },
	{ 221, "closing connection", "RFC 5321" },
	{ 235, "authenticated", "RFC 4954" },
	{ 250, "done", "RFC 5321" },
	{ 251, "user not local; will forward", "RFC 5321" },
	{ 252, "cannot VRFY user, but will accept message and attempt delivery", "RFC 5321" },
	{ 253, "messages are pending for this domain", "RFC 1985" },
	{ 334, "server challenge of an AUTH exchange", "RFC 4954" },
	{ 353, "one reply per recipient follows the message data", "PRDR, draft" },
	{ 354, "start mail input; end with <CRLF>.<CRLF>", "RFC 5321" },
	{ 355, "resume at this octet", "RFC 1845" },
	{ 421, "service not available, closing connection", "RFC 5321" },
	{ 422, "mailbox over quota, or a password transition is needed", "vendor, RFC 5248" },
	{ 430, "vendor code, not in RFC 5321: often authentication", "vendor" },
	{ 431, "vendor code, not in RFC 5321: often disk full", "vendor" },
	{ 432, "a password transition is needed", "RFC 4954" },
	{ 441, "vendor code, not in RFC 5321: no answer from the recipient's server", "vendor" },
	{ 442, "vendor code, not in RFC 5321: the connection was dropped", "vendor" },
	{ 446, "vendor code, not in RFC 5321: too many hops", "vendor" },
	{ 447, "vendor code, not in RFC 5321: message delivery timed out", "vendor" },
	{ 450, "mailbox temporarily unavailable", "RFC 5321" },
	{ 451, "local error in processing", "RFC 5321" },
	{ 452, "insufficient system storage, or too many recipients", "RFC 5321" },
	{ 453, "no messages for you", "RFC 2645" },
	{ 454, "TLS not available, or temporary authentication failure", "RFC 3207, RFC 4954" },
	{ 455, "unable to accommodate parameters", "RFC 5321" },
	{ 458, "unable to queue messages for this domain", "RFC 1985" },
	{ 459, "this domain is not allowed", "RFC 1985" },
	{ 471, "vendor code, not in RFC 5321: often a spam filter", "vendor" },
	{ 500, "syntax error, or line too long", "RFC 5321" },
	{ 501, "syntax error in parameters or arguments", "RFC 5321" },
	{ 502, "command not implemented", "RFC 5321" },
	{ 503, "bad sequence of commands", "RFC 5321" },
	{ 504, "command parameter not implemented", "RFC 5321" },
	{ 521, "host does not accept mail", "RFC 7504" },
	{ 523, "encryption required", "RFC 5248" },
	{ 524, "encryption required for the requested mechanism (old form of 538)", "RFC 5248" },
	{ 525, "user account disabled", "RFC 5248" },
	{ 530, "authentication or STARTTLS required", "RFC 4954, RFC 3207" },
	{ 533, "delivery rejected", "RFC 5248" },
	{ 534, "authentication mechanism is too weak", "RFC 4954" },
	{ 535, "authentication credentials invalid", "RFC 4954" },
	{ 538, "encryption required for the requested mechanism", "RFC 4954" },
	{ 550, "mailbox unavailable, or rejected by policy", "RFC 5321" },
	{ 551, "user not local", "RFC 5321" },
	{ 552, "exceeded storage allocation", "RFC 5321" },
	{ 553, "mailbox name not allowed", "RFC 5321" },
	{ 554, "transaction failed; as a greeting, no SMTP service here", "RFC 5321" },
	{ 555, "MAIL or RCPT parameters not recognized or not implemented", "RFC 5321" },
	{ 556, "domain does not accept mail", "RFC 7504" },
};

/* Vendors use hundreds of other codes, of which only class and subject can be explained. */
static const struct status_info statuses[] = {
	{ 0, 0, "other undefined status", "any", "RFC 3463", NULL },
	{ 1, 0, "other address status", "", "RFC 3463", NULL },
	{ 1, 1, "bad destination mailbox address", "451, 550", "RFC 3463", NULL },
	{ 1, 2, "bad destination system address", "", "RFC 3463", NULL },
	{ 1, 3, "bad destination mailbox address syntax", "501", "RFC 3463", NULL },
	{ 1, 4, "destination mailbox address ambiguous", "", "RFC 3463", NULL },
	{ 1, 5, "destination address valid", "250", "RFC 3463", NULL },
	{ 1, 6, "destination mailbox has moved, no forwarding address", "", "RFC 3463", NULL },
	{ 1, 7, "bad sender's mailbox address syntax", "", "RFC 3463", NULL },
	{ 1, 8, "bad sender's system address", "451, 501", "RFC 3463", NULL },
	{ 1, 9, "message relayed to non-compliant mailer", "", "RFC 3886", NULL },
	{ 1, 10, "recipient address has null MX", "556", "RFC 7505, RFC 7504", NULL },
	{ 2, 0, "other or undefined mailbox status", "", "RFC 3463", NULL },
	{ 2, 1, "mailbox disabled, not accepting messages", "", "RFC 3463", NULL },
	{ 2, 2, "mailbox full", "552", "RFC 3463", NULL },
	{ 2, 3, "message length exceeds administrative limit", "552", "RFC 3463", NULL },
	{ 2, 4, "mailing list expansion problem", "450, 452", "RFC 3463", NULL },
	{ 3, 0, "other or undefined mail system status", "221, 250, 421, 451, 550, 554", "RFC 3463",
	    NULL },
	{ 3, 1, "mail system full", "452", "RFC 3463", NULL },
	{ 3, 2, "system not accepting network messages", "453, 521", "RFC 3463, RFC 7504", NULL },
	{ 3, 3, "system not capable of selected features", "", "RFC 3463", NULL },
	{ 3, 4, "message too big for system", "552, 554", "RFC 3463", NULL },
	{ 3, 5, "system incorrectly configured", "", "RFC 3463", NULL },
	{ 3, 6, "requested priority was changed", "250, 251", "RFC 6710", NULL },
	{ 4, 0, "other or undefined network or routing status", "", "RFC 3463", NULL },
	{ 4, 1, "no answer from host", "451", "RFC 3463", NULL },
	{ 4, 2, "bad connection", "421", "RFC 3463", NULL },
	{ 4, 3, "directory server failure", "451, 550", "RFC 3463", NULL },
	{ 4, 4, "unable to route", "", "RFC 3463", NULL },
	{ 4, 5, "mail system congestion", "451", "RFC 3463", NULL },
	{ 4, 6, "routing loop detected", "", "RFC 3463", NULL },
	{ 4, 7, "delivery time expired", "", "RFC 3463", NULL },
	{ 5, 0, "other or undefined protocol status",
	    "220, 250-253, 451, 452, 454, 458, 459, 501-503, 554", "RFC 3463", NULL },
	{ 5, 1, "invalid command", "430, 500, 501, 503, 530, 550, 554, 555", "RFC 3463", NULL },
	{ 5, 2, "syntax error", "500-502, 550, 555", "RFC 3463", NULL },
	{ 5, 3, "too many recipients", "451", "RFC 3463", NULL },
	{ 5, 4, "invalid command arguments", "451, 501-504, 550, 555", "RFC 3463", NULL },
	{ 5, 5, "wrong protocol version", "", "RFC 3463", NULL },
	{ 5, 6, "authentication exchange line is too long", "500", "RFC 4954", NULL },
	{ 6, 0, "other or undefined media error", "", "RFC 3463", NULL },
	{ 6, 1, "media not supported", "", "RFC 3463", NULL },
	{ 6, 2, "conversion required and prohibited", "", "RFC 3463", NULL },
	{ 6, 3, "conversion required but not supported", "554", "RFC 3463", NULL },
	{ 6, 4, "conversion with loss performed", "250", "RFC 3463", NULL },
	{ 6, 5, "conversion failed", "", "RFC 3463", NULL },
	{ 6, 6, "message content not available", "554", "RFC 4468", NULL },
	{ 6, 7, "non-ASCII addresses not permitted for that sender/recipient", "550, 553",
	    "RFC 6531", NULL },
	{ 6, 8, "UTF-8 string reply required but not permitted by the client", "252, 550, 553",
	    "RFC 6531", NULL },
	{ 6, 9, "UTF-8 header message cannot be transferred to one or more recipients", "550",
	    "RFC 6531", NULL },
	{ 6, 10, "superseded by X.6.8, same meaning", "", "RFC 6531", NULL },
	{ 7, 0, "other or undefined security status",
	    "220, 235, 450, 454, 500, 501, 503, 504, 530, 535, 550", "RFC 3463", NULL },
	{ 7, 1, "delivery not authorized, message refused", "451, 454, 502, 503, 533, 550, 551",
	    "RFC 3463", NULL },
	{ 7, 2, "mailing list expansion prohibited", "550", "RFC 3463", NULL },
	{ 7, 3, "security conversion required but not possible", "", "RFC 3463", NULL },
	{ 7, 4, "security features not supported", "504", "RFC 3463", NULL },
	{ 7, 5, "cryptographic failure", "", "RFC 3463", NULL },
	{ 7, 6, "cryptographic algorithm not supported", "", "RFC 3463", NULL },
	{ 7, 7, "message integrity failure", "", "RFC 3463", NULL },
	{ 7, 8, "authentication credentials invalid", "535, 554", "RFC 4954", NULL },
	{ 7, 9, "authentication mechanism is too weak", "534", "RFC 4954", NULL },
	{ 7, 10, "encryption needed", "523", "RFC 5248", NULL },
	{ 7, 11, "encryption required for requested mechanism", "524, 538", "RFC 4954", NULL },
	{ 7, 12, "a password transition is needed", "422, 432", "RFC 4954", NULL },
	{ 7, 13, "user account disabled", "525", "RFC 5248", NULL },
	{ 7, 14, "trust relationship required", "535, 554", "RFC 5248", NULL },
	{ 7, 15, "priority level is too low", "450, 550 (other 4xx/5xx)", "RFC 6710", NULL },
	{ 7, 16, "message too big for the specified priority", "552 (other 4xx/5xx)", "RFC 6710",
	    "RFC 4865 uses the same number for a rejected hold (HOLDFOR, HOLDUNTIL)" },
	{ 7, 17, "mailbox owner has changed", "5xx", "RFC 7293",
	    "RFC 4865 uses the same number for a rejected hold (HOLDFOR, HOLDUNTIL)" },
	{ 7, 18, "domain owner has changed", "5xx", "RFC 7293", NULL },
	{ 7, 19, "RRVS test cannot be completed", "5xx", "RFC 7293", NULL },
	{ 7, 20, "no passing DKIM signature found", "550", "RFC 7372, RFC 6376", NULL },
	{ 7, 21, "no acceptable DKIM signature found", "550", "RFC 7372, RFC 6376", NULL },
	{ 7, 22, "no valid author-matched DKIM signature found", "550", "RFC 7372, RFC 6376",
	    NULL },
	{ 7, 23, "SPF validation failed", "550", "RFC 7372, RFC 7208", NULL },
	{ 7, 24, "SPF validation error", "451, 550", "RFC 7372, RFC 7208", NULL },
	{ 7, 25, "reverse DNS validation failed", "550", "RFC 7372, RFC 7601", NULL },
	{ 7, 26, "multiple authentication checks failed", "550", "RFC 7372", NULL },
	{ 7, 27, "sender address has null MX", "550", "RFC 7505", NULL },
	{ 7, 28, "mail flood detected", "", "draft-levine-mailbomb-header", NULL },
	{ 7, 29, "ARC validation failure", "550", "RFC 8617", NULL },
	{ 7, 30, "REQUIRETLS support required", "550", "RFC 8689", NULL },
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

const struct reply_code *
reply_code_info(unsigned code)
{
	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i].code == code)
			return &codes[i];
	return NULL;
}

const char *
reply_class_text(unsigned code)
{
	static const char *const text[] = {
		[2] = "done",
		[3] = "continue: more input is expected",
		[4] = "temporarily rejected: the same may be accepted later",
		[5] = "rejected: the same will be rejected again",
	};

	return code / 100 < COUNT(text) ? text[code / 100] : NULL;
}

const char *
reply_group_text(unsigned code)
{
	static const char *const text[10] = {
		[0] = "syntax",
		[1] = "information",
		[2] = "the connection",
		[3] = "unspecified: authentication uses it",
		[4] = "unspecified",
		[5] = "the mail system",
	};

	return text[code / 10 % 10];
}

const struct status_info *
status_info(unsigned subject, unsigned detail)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (statuses[i].subject == subject && statuses[i].detail == detail)
			return &statuses[i];
	return NULL;
}

const struct status_info *
status_row(size_t n)
{
	return n < COUNT(statuses) ? &statuses[n] : NULL;
}

const char *
status_class_text(unsigned class)
{
	static const char *const text[] = { [2] = "success", [4] = "temporary", [5] = "permanent" };

	return class < COUNT(text) ? text[class] : NULL;
}

const char *
status_subject_text(unsigned subject)
{
	static const char *const text[] = {
		"other",
		"address",
		"mailbox",
		"mail system",
		"network and routing",
		"protocol",
		"content or media",
		"security or policy",
	};

	return subject < COUNT(text) ? text[subject] : NULL;
}
