/* cause_mail - what a server has against the sender, the recipient or the message. */
#include "run/diagnosis/cause_rows.h"

const struct cause_row causes_of_mail[] = {
	/* ---- the sender */
	{ CAUSE_SENDER_UNKNOWN_DOMAIN, CONCERNS_SENDER, STATE_CRITICAL, "Sender's domain not found",
	    "The server does not find the sender's domain[ ({from})] in the DNS, or no MX and "
	    "address for it",
	    "This says nothing about the recipient", NULL,
	    "check the sender's domain (smtpsh resolve @DOMAIN); use a sender whose domain "
	    "receives mail",
	    NULL, "RFC 5321 3.6.2" },
	{ CAUSE_SENDER_UNVERIFIED, CONCERNS_SENDER, STATE_CRITICAL, "Sender verification failed",
	    "The server tried to verify the sender's address[ {from}] at its own domain, and that "
	    "failed",
	    "This says nothing about the recipient", NULL,
	    "use a sender address that exists and accepts mail from <> (bounces)", NULL, NULL },
	{ CAUSE_SENDER_NOT_OWNED, CONCERNS_SENDER, STATE_CRITICAL, "Sender not allowed for login",
	    "The account that is logged in (or not) may not send as this address[ ({from})]", NULL,
	    "allow the account to send as this address (Postfix: smtpd_sender_login_maps; "
	    "Exchange: Send As)",
	    "send with the account's own address in MAIL FROM and From:, or log in as its owner",
	    NULL, "RFC 6409 6.1" },
	{ CAUSE_SENDER_BLOCKED, CONCERNS_SENDER, STATE_CRITICAL, "Sender rejected",
	    "The server rejects this sender's address or domain[ ({from})] by a rule or list",
	    "This says nothing about the recipient",
	    "the server's log names the rule", "correct what the reply names; compare with another "
	    "sender", NULL, NULL },
	{ CAUSE_SENDER_SYNTAX, CONCERNS_DIALOGUE, STATE_CRITICAL, "Sender's address malformed",
	    "The sender's address[ ({from})] is malformed, or not fully qualified", NULL, NULL,
	    "write MAIL FROM:<user@domain>, without a space after the colon; MAIL FROM:<> is the "
	    "null sender",
	    NULL, "RFC 5321 4.1.2" },
	{ CAUSE_SENDER_NULL_MX, CONCERNS_SENDER, STATE_CRITICAL, "Sender's domain accepts no mail",
	    "The sender's domain has a null MX, so bounces could not be returned", NULL, NULL,
	    "use a sender whose domain receives mail, or remove its null MX", NULL,
	    "RFC 7505 4.2" },
	{ CAUSE_NULL_SENDER_REJECTED, CONCERNS_SERVER, STATE_CRITICAL, "Null sender rejected",
	    "The server does not accept the null sender <>, which bounces and many tests use",
	    "Bounces and delivery reports do not reach its users",
	    "accept MAIL FROM:<>", "test with a real sender address (--from)", NULL,
	    "RFC 5321 6.1" },
	{ CAUSE_SENDER_QUOTA, CONCERNS_SENDER, STATE_WARNING, "Sending limit reached",
	    "The account or domain has reached the number of messages or recipients it may send in "
	    "a time",
	    "Its mail is rejected until the period ends", NULL,
	    "send less, or wait until the period ends; if you did not send that much, the account "
	    "may be compromised",
	    NULL, NULL },
	{ CAUSE_OUTBOUND_BLOCKED, CONCERNS_SENDER, STATE_CRITICAL, "Sender blocked for spam",
	    "The provider has blocked the account or its organization from sending: it takes it "
	    "for compromised or a source of spam",
	    NULL, "secure the account (password, rules, forwards), then remove the restriction "
	    "(Microsoft 365: Restricted entities)",
	    "ask the account's administrator to secure the account and remove the restriction",
	    NULL, NULL },
	{ CAUSE_FORWARDING_BLOCKED, CONCERNS_SENDER, STATE_CRITICAL, "External forwarding blocked",
	    "The recipient's organization does not allow automatic forwarding to outside addresses",
	    "The forwarded copy is returned; the mailbox itself may have received the message",
	    "allow forwarding for this mailbox in the outbound spam filter policy, or remove the "
	    "forwarding rule",
	    "ask the administrator of the organization that forwards", NULL, NULL },
	{ CAUSE_SPF_FAILED, CONCERNS_SENDER, STATE_CRITICAL, "SPF failed",
	    "SPF: the sender's domain[ ({from})] does not list this client's address",
	    "This says nothing about the recipient", NULL,
	    "send through a server that the domain's SPF record lists, or add this address to the "
	    "record (TXT \"v=spf1 …\")",
	    NULL, "RFC 7208, RFC 7372" },
	{ CAUSE_SPF_ERROR, CONCERNS_SENDER, STATE_CRITICAL, "SPF record in error",
	    "The SPF record of the sender's domain could not be evaluated: a mistake in it, more "
	    "than one record, more than 10 lookups, or DNS that fails",
	    "This says nothing about the recipient", NULL,
	    "correct the domain's SPF record: one TXT \"v=spf1 …\", at most 10 lookups", NULL,
	    "RFC 7208 4.6" },
	{ CAUSE_DKIM_FAILED, CONCERNS_SENDER, STATE_CRITICAL, "No valid DKIM signature",
	    "The message has no DKIM signature that passes and that the server accepts", NULL, NULL,
	    "sign with the domain of the From: field, and check the key in the DNS "
	    "(SELECTOR._domainkey.DOMAIN); a test message has no signature unless a server adds "
	    "one",
	    NULL, "RFC 6376, RFC 7372" },
	{ CAUSE_DMARC_FAILED, CONCERNS_SENDER, STATE_CRITICAL, "DMARC failed",
	    "DMARC: neither SPF nor DKIM passes for the domain of the From: field, and that domain "
	    "asks for rejection",
	    "This says nothing about the recipient", NULL,
	    "send through the domain's own server, which signs, or make SPF or DKIM pass with the "
	    "same domain as From:",
	    NULL, "RFC 7489 6.6" },
	{ CAUSE_UNAUTHENTICATED, CONCERNS_SENDER, STATE_CRITICAL, "Sender not authenticated",
	    "The receiver requires SPF or DKIM to pass for the sender's domain, and neither does",
	    "This says nothing about the recipient", NULL,
	    "publish SPF for the sending address and sign with DKIM; for tests, send through the "
	    "domain's own server",
	    NULL, "RFC 7372" },
	{ CAUSE_ARC_FAILED, CONCERNS_SENDER, STATE_CRITICAL, "ARC validation failed",
	    "The chain of forwarders' seals (ARC) does not verify: the message was changed on the "
	    "way, or a forwarder's key is gone",
	    NULL, NULL, "send it directly to compare; the forwarder has to correct its seal", NULL,
	    "RFC 8617" },

	/* ---- the recipient */
	{ CAUSE_RELAY_DENIED, CONCERNS_CLIENT, STATE_CRITICAL, "Relaying denied",
	    "The server does not relay for this client: the domain of the recipient[ {to}] is not "
	    "one of its own, or it does not know that it is",
	    NULL,
	    "if the domain should be accepted here, add it (Postfix: mydestination, "
	    "virtual_mailbox_domains or relay_domains); if the client is yours, add it to the "
	    "trusted networks",
	    "use the recipient's MX (@DOMAIN), or log in to send through this server", "/auth",
	    "RFC 5321 7.9" },
	{ CAUSE_RECIPIENT_UNKNOWN, CONCERNS_RECIPIENT, STATE_CRITICAL, "No such recipient",
	    "The server does not know the recipient[ {to}]", "Senders return the mail",
	    "create the mailbox or alias if it should exist; check the server's user tables",
	    "check the address for a typing error, and that this is the domain's current mail "
	    "server",
	    NULL, "RFC 3463 3.2" },
	{ CAUSE_RECIPIENT_NOT_IN_DIRECTORY, CONCERNS_RECIPIENT, STATE_CRITICAL,
	    "Recipient not in the directory",
	    "The recipient is not in the organization's directory (Microsoft 365 directory-based "
	    "edge blocking), or the domain is not set up there",
	    "Senders return the mail",
	    "check that the mailbox or contact exists in the tenant and is synchronized, and that "
	    "the domain is accepted; for a partly hosted domain set it to internal relay",
	    "check the address; the domain's administrator can see whether it exists", NULL,
	    NULL },
	{ CAUSE_RECIPIENT_UNROUTABLE, CONCERNS_RECIPIENT, STATE_CRITICAL, "Recipient not routable",
	    "The server has no route for the recipient's address[ {to}]: it knows no such user, or "
	    "does not find the domain",
	    "Senders return the mail",
	    "check the server's user tables and its routes for the domain",
	    "check the address for a typing error, and that this is the domain's mail server", NULL,
	    "RFC 3463 3.2" },
	{ CAUSE_MAILBOX_UNAVAILABLE, CONCERNS_RECIPIENT, STATE_CRITICAL, "Mailbox unavailable",
	    "The server says that the mailbox[ {to}] is unavailable: it does not exist, is "
	    "disabled, or is not for this client or sender; the reply does not say which",
	    "Senders return the mail", "the server's log says which it is",
	    "check the address for a typing error; compare with another sender and from another "
	    "address",
	    NULL, "RFC 5321 4.2.3" },
	{ CAUSE_RECIPIENT_DOMAIN, CONCERNS_RECIPIENT, STATE_CRITICAL, "Recipient's domain unknown",
	    "The server does not find the recipient's domain[ ({to})], or no route to it", NULL,
	    "check the domain's MX and address records, and the server's routes for it",
	    "check the domain for a typing error (smtpsh resolve @DOMAIN)", NULL,
	    "RFC 3463 3.2" },
	{ CAUSE_RECIPIENT_SYNTAX, CONCERNS_DIALOGUE, STATE_CRITICAL, "Recipient's address "
	    "malformed",
	    "The recipient's address[ ({to})] is malformed, or not fully qualified", NULL, NULL,
	    "write RCPT TO:<user@domain>, without a space after the colon", NULL,
	    "RFC 5321 4.1.2" },
	{ CAUSE_RECIPIENT_AMBIGUOUS, CONCERNS_RECIPIENT, STATE_CRITICAL, "Recipient ambiguous",
	    "The address matches more than one mailbox", NULL, NULL, "write the address in full",
	    NULL, "RFC 3463 3.2" },
	{ CAUSE_RECIPIENT_MOVED, CONCERNS_RECIPIENT, STATE_CRITICAL, "Recipient has moved",
	    "The mailbox has moved, or is not local to this server", NULL, NULL,
	    "use the address or server that the reply names, or ask the recipient", NULL,
	    "RFC 5321 3.4" },
	{ CAUSE_RECIPIENT_DISABLED, CONCERNS_RECIPIENT, STATE_CRITICAL, "Mailbox disabled",
	    "The mailbox exists and does not accept mail: disabled, suspended or inactive",
	    "Senders return the mail", "enable the mailbox if it should receive mail",
	    "reach the recipient in another way", NULL, "RFC 3463 3.3" },
	{ CAUSE_RECIPIENT_RESTRICTED, CONCERNS_RECIPIENT, STATE_CRITICAL, "Recipient restricted",
	    "The recipient accepts mail from some senders only (members of a list, users inside "
	    "the organization, logged-in users)",
	    NULL, "allow outside senders for this address or group if they should reach it",
	    "send from an allowed address, or ask the recipient's administrator", NULL,
	    "RFC 3463 3.8" },
	{ CAUSE_RECIPIENT_NULL_MX, CONCERNS_RECIPIENT, STATE_CRITICAL,
	    "Recipient's domain accepts no mail",
	    "The recipient's domain has a null MX: it accepts no mail", NULL,
	    "remove the null MX if the domain should receive mail",
	    "check the address: nothing can be delivered there", NULL, "RFC 7505" },
	{ CAUSE_RECIPIENT_UNVERIFIED, CONCERNS_SERVER, STATE_WARNING, "Recipient could not be "
	    "checked",
	    "The server could not find out whether the recipient exists: the server or directory "
	    "that knows does not answer",
	    "Senders try again later",
	    "check the server or directory behind this one (Postfix: address verification; the log "
	    "names the reason)",
	    "try again later", NULL, NULL },
	{ CAUSE_RECIPIENT_RATE, CONCERNS_RECIPIENT, STATE_WARNING, "Recipient gets too much mail",
	    "The mailbox receives mail faster than it may at the moment", "Senders try again later",
	    NULL, "try again later; only the recipient can reduce what arrives", NULL, NULL },
	{ CAUSE_RECIPIENT_BUSY, CONCERNS_RECIPIENT, STATE_WARNING, "Mailbox unavailable now",
	    "The mailbox is not available at the moment: locked, being moved or in maintenance",
	    "Senders try again later", "the server's log says why",
	    "try again later", NULL, "RFC 5321 4.2.3" },
	{ CAUSE_MAILBOX_FULL, CONCERNS_RECIPIENT, STATE_WARNING, "Mailbox full",
	    "The recipient's mailbox is over its quota", "Mail to it is deferred or returned until "
	    "there is room",
	    "raise the quota, or remove mail", "its owner has to make room; reach them in another "
	    "way", NULL, "RFC 3463 3.3" },
	{ CAUSE_TOO_MANY_RECIPIENTS, CONCERNS_DIALOGUE, STATE_WARNING, "Too many recipients",
	    "The message has more recipients than the server accepts at a time", NULL, NULL,
	    "send what was accepted, then the rest in another message", NULL, "RFC 5321 4.5.3.1.8",
	     },
	{ CAUSE_ANOTHER_TRANSACTION, CONCERNS_DIALOGUE, STATE_WARNING, "Send separately",
	    "The server wants recipients of different domains in messages of their own", NULL, NULL,
	    "send to this recipient in a message of its own", NULL, NULL },
	{ CAUSE_LIST_EXPANSION, CONCERNS_RECIPIENT, STATE_CRITICAL, "List cannot be expanded",
	    "The address is a mailing list, and the server could not expand it to its members",
	    NULL,
	    "correct the list's configuration", "tell the list's owner", NULL, "RFC 3463 3.3" },
	{ CAUSE_OWNER_CHANGED, CONCERNS_RECIPIENT, STATE_CRITICAL, "Mailbox has another owner",
	    "The mailbox or domain has another owner than at the time that RRVS= names, or that "
	    "cannot be told",
	    NULL, NULL, "ask the person for their new address; without RRVS= the message would go "
	    "to the new owner",
	    NULL, "RFC 7293" },

	/* ---- the message */
	{ CAUSE_CONTENT_REJECTED, CONCERNS_MESSAGE, STATE_CRITICAL, "Content rejected",
	    "The server rejects the message for what is in it", "It was not delivered",
	    "the server's log or filter report names the rule",
	    "correct what the reply names; send a plain message to see whether the content is the "
	    "cause",
	    NULL, "RFC 5321 7.9" },
	{ CAUSE_SPAM, CONCERNS_MESSAGE, STATE_CRITICAL, "Taken for spam",
	    "A filter takes the message, or the mail from this sender, for spam",
	    "It was not delivered", "the filter's log has the score and the rules",
	    "correct what the reply names (links, attachments, authentication of the sender), or "
	    "ask the receiver's postmaster",
	    NULL, NULL },
	{ CAUSE_VIRUS, CONCERNS_MESSAGE, STATE_CRITICAL, "Malware found",
	    "A scanner found malware in the message, or takes something in it for such",
	    "It was not delivered", NULL,
	    "scan the attachment and the machine it came from; if it is a false alarm, the "
	    "scanner's vendor has to correct it",
	    NULL, NULL },
	{ CAUSE_ATTACHMENT, CONCERNS_MESSAGE, STATE_CRITICAL, "Attachment not allowed",
	    "The server does not accept an attachment of this type or name", "It was not delivered",
	    NULL, "send a link, or the file in a form that the receiver allows", NULL, NULL },
	{ CAUSE_LINK_LISTED, CONCERNS_MESSAGE, STATE_CRITICAL, "Link on a block list",
	    "A link or domain in the message is on a block list[ ({list})]", "It was not delivered",
	    NULL, "look the domain up at the list; remove the link, or have the listing removed "
	    "once its cause is gone", NULL, NULL },
	{ CAUSE_MESSAGE_TOO_LARGE, CONCERNS_MESSAGE, STATE_CRITICAL, "Message too large",
	    "The message is larger than the server or mailbox accepts[ (at most {size})]; "
	    "attachments grow by a third in base64",
	    "Senders return the mail", "raise the limit if such messages should be accepted "
	    "(Postfix: message_size_limit)",
	    "send less, or a link; SIZE in the EHLO reply is the server's limit", "/ext",
	    "RFC 1870" },
	{ CAUSE_HEADERS_INVALID, CONCERNS_MESSAGE, STATE_CRITICAL, "Message header invalid",
	    "The message's header is missing or breaks the rules: From:, Date: or Message-ID: "
	    "absent, a field twice, or a malformed address",
	    "It was not delivered", NULL,
	    "write one From:, one Date: and one Message-ID:, and an empty line before the body",
	    NULL, "RFC 5322 3.6" },
	{ CAUSE_LINE_TOO_LONG, CONCERNS_MESSAGE, STATE_CRITICAL, "Line too long",
	    "The message has a line of more than 998 octets", "It was not delivered", NULL,
	    "wrap the lines, or encode the body (quoted-printable or base64)", NULL,
	    "RFC 5321 4.5.3.1.6" },
	{ CAUSE_BARE_LF, CONCERNS_MESSAGE, STATE_CRITICAL, "Bare LF",
	    "A line ended with a bare LF (or CR), and the server rejects that, since it allows "
	    "SMTP smuggling",
	    "It was not delivered",
	    "if an old client of yours sends this, allow it for that client alone (Postfix: "
	    "smtpd_forbid_bare_newline_exclusions)",
	    "end every line with CRLF; the program that made the message sends bare LF", NULL,
	    "RFC 5321 2.3.8" },
	{ CAUSE_NEEDS_SMTPUTF8, CONCERNS_MESSAGE, STATE_CRITICAL, "Needs SMTPUTF8",
	    "An address or header has non-ASCII characters, and SMTPUTF8 is missing in MAIL, or "
	    "not supported on the way to the recipient",
	    NULL, "enable SMTPUTF8 on the server (Postfix: smtputf8_enable)",
	    "add SMTPUTF8 to MAIL where EHLO offers it, or use an ASCII address", "/ext",
	    "RFC 6531" },
	{ CAUSE_NEEDS_CONVERSION, CONCERNS_MESSAGE, STATE_CRITICAL, "Conversion needed",
	    "The message needs a feature (8-bit, binary, a media type) that this server, or the "
	    "next one, does not support, and it cannot be converted",
	    "It was not delivered", NULL,
	    "send it with quoted-printable or base64, without BODY= parameters that EHLO does not "
	    "offer",
	    "/ext", "RFC 6152 3" },
	{ CAUSE_PROTECTION, CONCERNS_MESSAGE, STATE_CRITICAL, "Message's protection not accepted",
	    "The encryption or signature of the message cannot be accepted, checked or kept", NULL,
	    NULL, "check with which key and algorithm it was encrypted or signed", NULL,
	    "RFC 3463 3.8" },
	{ CAUSE_REQUIRETLS, CONCERNS_MESSAGE, STATE_CRITICAL, "REQUIRETLS not possible",
	    "The message asks for REQUIRETLS, and the next server cannot do it", NULL, NULL,
	    "send it without REQUIRETLS, or by another path", NULL, "RFC 8689" },
	{ CAUSE_PRIORITY, CONCERNS_MESSAGE, STATE_WARNING, "Priority not accepted",
	    "The server does not accept a message of this priority or of this size at it", NULL,
	    NULL, "try again later, or with another MT-PRIORITY=", NULL, "RFC 6710" },
	{ CAUSE_HOLD_REFUSED, CONCERNS_MESSAGE, STATE_CRITICAL, "Future release not accepted",
	    "The server does not accept the hold that HOLDFOR= or HOLDUNTIL= asks for", NULL, NULL,
	    "use a shorter hold, within what FUTURERELEASE offers", "/ext", "RFC 4865" },
	{ CAUSE_NONE },
};
