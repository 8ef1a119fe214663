/* sense - what refusals usually mean where they come. The first row that fits counts, so the exact ones stand first. */
#include "smtp/sense.h"

#define ANY -1, -1

static const struct sense senses[] = {
	{ 421, STAGE_BANNER, ANY, "The server is there and takes no more connections just now",
	  "too many connections, load, a rate limit, or a shutdown",
	  "wait a minute; try another MX (/mx)" },
	{ 421, STAGE_ANY, ANY, "The server gives up this connection",
	  "idle for too long, too many errors, a shutdown, or a rate limit",
	  "/reopen, and /redo to get back to where it was" },

	/* the enhanced code says it */
	{ 4, STAGE_RCPT, 7, 1, "Most likely greylisting: the server refuses an unknown sender once, to see "
	  "whether it comes again",
	  "greylisting, or a policy that may change",
	  "try the same again after 5 to 15 minutes, from the same address" },
	{ 4, STAGE_DOT, 7, 1, "The message was put off by policy", "a rate limit, or a filter that was not sure",
	  "wait some minutes and send it again" },
	{ 5, STAGE_RCPT, 7, 1, "The server will not take mail for this recipient from here",
	  "relaying: the recipient's domain is not served here; or this address or sender is blocked",
	  "check that this is the recipient's MX (@DOMAIN); to send through it, log in (/auth)" },
	{ 5, STAGE_MAIL, 7, 1, "The server will not take mail from this sender, or from this address",
	  "a block list, or a sender that may not be used here",
	  "read the text for a list's name or link; try another sender" },
	{ 5, STAGE_DOT, 7, 1, "The message itself was refused by policy",
	  "a spam or content filter, DMARC, or an attachment",
	  "read the text; send a plain test message to see whether the content is the cause" },
	{ 5, STAGE_BANNER, 7, 1, "This client's address is refused before a word was said",
	  "a block list, or no reverse DNS",
	  "look the address up at the list that the text names; check its PTR record" },
	{ 5, STAGE_ANY, 1, 1, "There is no such mailbox here", "a typing error, or an account that is gone",
	  "check the address; VRFY rarely helps" },
	{ 4, STAGE_ANY, 1, 1, "Whether the mailbox exists could not be found out now",
	  "a directory or a next server that does not answer",
	  "try again later" },
	{ 0, STAGE_ANY, 1, 2, "The domain behind the @ is not known, or its mail cannot be routed",
	  "a typing error, or DNS without MX and address",
	  "ask DNS: smtpsh resolve @DOMAIN" },
	{ 0, STAGE_ANY, 1, 3, "The recipient's address is not well formed",
	  "missing angle brackets, a blank, or a bare local part",
	  "write RCPT TO:<user@domain>" },
	{ 0, STAGE_ANY, 1, 6, "The mailbox has moved and the server does not say where", NULL,
	  "ask the person for the new address" },
	{ 0, STAGE_ANY, 1, 7, "The sender's address is not well formed",
	  "missing angle brackets, or a blank behind the colon",
	  "write MAIL FROM:<user@domain>" },
	{ 0, STAGE_ANY, 1, 8, "The sender's domain does not exist, or takes no mail itself",
	  "no MX and no address in DNS, or a DNS failure",
	  "ask DNS: smtpsh resolve @DOMAIN; use a sender that can get bounces" },
	{ 0, STAGE_ANY, 1, 10, "The recipient's domain says by a null MX that it takes no mail", NULL,
	  "nothing: the domain takes no mail (RFC 7505)" },
	{ 0, STAGE_ANY, 2, 1, "The mailbox exists and takes no mail", "suspended, or never used",
	  "reach the person in another way" },
	{ 4, STAGE_ANY, 2, 2, "The mailbox is over its quota", NULL, "try later: its owner has to make room" },
	{ 5, STAGE_ANY, 2, 2, "The mailbox is over its quota, and the server does not expect that to change", NULL,
	  "its owner has to make room" },
	{ 0, STAGE_ANY, 2, 3, "The message is larger than this mailbox may get",
	  "attachments grow by a third in base64",
	  "send less, or a link; EHLO's SIZE tells the server's own limit" },
	{ 4, STAGE_ANY, 3, 1, "The server is out of room", "a full disk",
	  "try later; tell the server's postmaster" },
	{ 0, STAGE_ANY, 3, 2, "The server takes no mail just now, or never",
	  "maintenance, or a host that is no mail server",
	  "try later or another MX (/mx)" },
	{ 0, STAGE_ANY, 3, 4, "The message is larger than the server takes",
	  "attachments grow by a third in base64",
	  "compare with SIZE in the EHLO reply (/ext)" },
	{ 0, STAGE_ANY, 3, 5, "The server is wrongly configured, by its own word", NULL,
	  "only its postmaster can mend it" },
	{ 0, STAGE_ANY, 4, 1, "The next server did not answer this one", NULL,
	  "try later; a relay's queue would" },
	{ 0, STAGE_ANY, 4, 3, "A directory or DNS lookup failed at the server",
	  "DNS trouble there, or a domain with broken DNS",
	  "check both domains' DNS (smtpsh resolve @DOMAIN), then try later" },
	{ 0, STAGE_ANY, 4, 6, "The message goes in a circle",
	  "two servers that each take the other for the next one",
	  "read the Received lines; check MX and forwarding" },
	{ 0, STAGE_ANY, 5, 3, "Too many recipients for one message", NULL,
	  "send in parts; LIMITS RCPTMAX names the bound where offered" },
	{ 0, STAGE_ANY, 6, 7, "An address has non-ASCII characters, and this path cannot carry them",
	  "no SMTPUTF8 here or further on",
	  "say SMTPUTF8 in MAIL where it is offered, or use an ASCII address" },
	{ 0, STAGE_ANY, 7, 8, "User name or password are not right, or this account may not log in so",
	  "a wrong password; an app password or OAuth is wanted; the user name must be the whole address",
	  "try the whole address as user name; see which mechanisms EHLO offers (/ext)" },
	{ 0, STAGE_ANY, 7, 9, "The account needs a stronger mechanism", NULL,
	  "take another of those that EHLO offers (/ext)" },
	{ 0, STAGE_ANY, 7, 10, "The server wants TLS for this", NULL,
	  "say STARTTLS (/starttls), then EHLO again" },
	{ 0, STAGE_ANY, 7, 11, "This mechanism is allowed within TLS only", NULL,
	  "say STARTTLS (/starttls), EHLO again, then AUTH" },
	{ 0, STAGE_ANY, 7, 13, "The account is shut", NULL, "ask whoever runs the server" },
	{ 0, STAGE_ANY, 7, 20, "The message has no DKIM signature that passes",
	  "the signer is missing, or the message was changed on the way",
	  "send through the domain's own server, which signs" },
	{ 0, STAGE_ANY, 7, 23, "SPF: the sender's domain does not name this client's address",
	  "sent from elsewhere than the domain allows",
	  "compare the domain's TXT \"v=spf1\" with the address used here" },
	{ 0, STAGE_ANY, 7, 24, "SPF could not be evaluated", "an error in the record, or DNS that did not answer",
	  "check the domain's TXT \"v=spf1\": at most 10 lookups, one record" },
	{ 0, STAGE_ANY, 7, 25, "The client's address has no reverse name that points back to it",
	  "no PTR, or a PTR to a name without this address",
	  "have the address's owner set PTR and A or AAAA alike" },
	{ 0, STAGE_ANY, 7, 26, "SPF, DKIM and DMARC: none of them let this message pass",
	  "sent from elsewhere than the domain allows, unsigned",
	  "send through the domain's own server, or with a sender whose DNS allows this address" },
	{ 0, STAGE_ANY, 7, 27, "The sender's domain says by a null MX that it takes no mail, so it may send none",
	  NULL, "use a sender that can get bounces" },
	{ 0, STAGE_ANY, 7, 28, "Too much mail in a short time", NULL, "slow down; wait an hour" },
	{ 0, STAGE_ANY, 7, 30, "The message asked for REQUIRETLS and the next hop cannot", NULL,
	  "send without REQUIRETLS, or by another path" },

	/* the code says it, where it came */
	{ 554, STAGE_BANNER, ANY, "No SMTP service for this client",
	  "a block list, no reverse DNS, or a host that takes no mail",
	  "read the text for a list's name; check this address's PTR; try from another address" },
	{ 521, STAGE_BANNER, ANY, "This host takes no mail at all", NULL,
	  "ask DNS for the right one: smtpsh resolve @DOMAIN" },
	{ 502, STAGE_HELLO, ANY, "The server knows no EHLO", "a very old server, or a middlebox between",
	  "say HELO instead: no extensions then, and no TLS" },
	{ 500, STAGE_HELLO, ANY, "The server knows no EHLO", "a very old server, or a middlebox between",
	  "say HELO instead: no extensions then, and no TLS" },
	{ 454, STAGE_STARTTLS, ANY, "TLS is offered and does not work now",
	  "the server cannot read its key or certificate",
	  "tell its postmaster; without TLS, do not log in" },
	{ 502, STAGE_STARTTLS, ANY, "The server knows no STARTTLS", "TLS is not set up, or a middlebox removed it",
	  "/ext shows what is offered; try port 465 (smtps://)" },
	{ 500, STAGE_STARTTLS, ANY, "The server knows no STARTTLS", "TLS is not set up, or a middlebox removed it",
	  "/ext shows what is offered; try port 465 (smtps://)" },
	{ 503, STAGE_STARTTLS, ANY, "STARTTLS is not possible at this point",
	  "TLS is on already, or EHLO has not been said",
	  "say EHLO first" },
	{ 454, STAGE_AUTH, ANY, "Logging in does not work now", "the server's password service does not answer",
	  "try later" },
	{ 530, STAGE_AUTH, ANY, "TLS has to begin before AUTH", NULL, "/starttls, then AUTH" },
	{ 530, STAGE_ANY, ANY, "This is allowed only after logging in, or within TLS", "a submission server",
	  "/starttls, then /auth; for mail to this server's own users take port 25" },
	{ 535, STAGE_ANY, ANY, "User name or password are not right",
	  "a wrong password; an app password or OAuth is wanted; a shut account",
	  "try the whole address as user name; see which mechanisms EHLO offers (/ext)" },
	{ 534, STAGE_ANY, ANY, "The account needs another mechanism", NULL,
	  "take another of those that EHLO offers (/ext)" },
	{ 538, STAGE_ANY, ANY, "This mechanism is allowed within TLS only", NULL, "/starttls, then AUTH" },
	{ 504, STAGE_AUTH, ANY, "The server does not know this mechanism", NULL,
	  "take one of those that EHLO offers (/ext)" },
	{ 503, STAGE_AUTH, ANY, "AUTH is not possible at this point",
	  "logged in already, not offered without TLS, or a message is open",
	  "EHLO first; /starttls where AUTH is offered only then" },
	{ 502, STAGE_AUTH, ANY, "The server does not offer AUTH here", "port 25, or AUTH only within TLS",
	  "/starttls; or take port 587" },
	{ 501, STAGE_AUTH, ANY, "The answer could not be read, or it was cancelled",
	  "no base64, or a stray line end", "use /auth, which encodes" },
	{ 450, STAGE_RCPT, ANY, "The recipient is put off", "greylisting, a rate limit, or a mailbox in use",
	  "try the same again after 5 to 15 minutes" },
	{ 451, STAGE_RCPT, ANY, "The recipient is put off", "greylisting, or a lookup that failed at the server",
	  "try the same again after 5 to 15 minutes" },
	{ 452, STAGE_RCPT, ANY, "Too many recipients for one message, or the mailbox is full", NULL,
	  "send what was accepted, then the rest in a new message" },
	{ 550, STAGE_RCPT, 7, -1, "Refused by a policy of the server, not because the mailbox is missing",
	  "a block list, the sender, or relaying",
	  "read the text; try another sender, or from another address" },
	{ 554, STAGE_RCPT, 7, -1, "Refused by a policy of the server, not because the mailbox is missing",
	  "a block list, the sender, or relaying",
	  "read the text; try another sender, or from another address" },
	{ 550, STAGE_RCPT, ANY, "No such mailbox, or relaying is denied",
	  "a typing error; a domain that is not served here; a blocked client",
	  "compare with RCPT TO:<postmaster@its-domain>: refused too, it is relaying or a block" },
	{ 551, STAGE_RCPT, ANY, "The recipient is not local, and the server does not forward", NULL,
	  "ask DNS for its MX: smtpsh resolve @DOMAIN" },
	{ 554, STAGE_RCPT, ANY, "Relaying is denied, or the recipient is refused by policy",
	  "a domain that is not served here, or a block list",
	  "check that this is the recipient's MX (@DOMAIN); to send through it, log in (/auth)" },
	{ 552, STAGE_MAIL, ANY, "The declared size is over the server's limit", NULL,
	  "compare with SIZE in the EHLO reply (/ext)" },
	{ 555, STAGE_MAIL, ANY, "A parameter of MAIL is not known here", "an extension that EHLO did not offer",
	  "/ext shows what is offered" },
	{ 555, STAGE_RCPT, ANY, "A parameter of RCPT is not known here", "an extension that EHLO did not offer",
	  "/ext shows what is offered" },
	{ 501, STAGE_MAIL, ANY, "The argument of MAIL is not well formed",
	  "missing angle brackets, or a blank behind the colon",
	  "write MAIL FROM:<user@domain>, or MAIL FROM:<> for the null sender" },
	{ 501, STAGE_RCPT, ANY, "The argument of RCPT is not well formed",
	  "missing angle brackets, or a blank behind the colon",
	  "write RCPT TO:<user@domain>" },
	{ 501, STAGE_HELLO, ANY, "The name behind EHLO is missing or not well formed",
	  "no name, an underscore, or a bare IP address",
	  "write EHLO client.example or EHLO [192.0.2.1]" },
	{ 553, STAGE_MAIL, ANY, "This sender may not be used here",
	  "the sender is not that of the login, or not well formed", "use an address of your own account" },
	{ 503, STAGE_DATA, ANY, "There is no recipient yet", "every RCPT was refused, or none was said",
	  "RCPT TO:<user@domain> first" },
	{ 554, STAGE_DATA, ANY, "There is no recipient that was accepted", "every RCPT was refused",
	  "look at the replies to RCPT" },
	{ 552, STAGE_DOT, ANY, "The message is too large", NULL, "compare with SIZE in the EHLO reply (/ext)" },
	{ 502, STAGE_ASK, ANY, "The server does not do this", "shut against address harvesting",
	  "that is usual and no fault" },
	{ 500, STAGE_ANY, ANY, "The server did not understand the command",
	  "a typing error, or a line that is too long", "/help shows the commands" },
	{ 501, STAGE_ANY, ANY, "The arguments are not well formed", NULL, "/help VERB shows the syntax" },
	{ 502, STAGE_ANY, ANY, "The server does not do this command", NULL, "/ext shows what it offers" },
	{ 503, STAGE_ANY, ANY, "Something else has to come first",
	  "EHLO before MAIL, MAIL before RCPT, RCPT before DATA",
	  "/help shows what may be said now" },
	{ 504, STAGE_ANY, ANY, "The server does not do this with such arguments", NULL,
	  "/help VERB shows the syntax" },

	/* only the subject */
	{ 0, STAGE_ANY, 1, -1, "Something about an address is not right",
	  "a typing error, or a domain that is not known", "check the address; smtpsh resolve @DOMAIN" },
	{ 0, STAGE_ANY, 2, -1, "Something about the mailbox is not right", "it is full, shut, or busy",
	  "reach its owner in another way" },
	{ 0, STAGE_ANY, 3, -1, "Something in the server's mail system is not right", NULL,
	  "try later; tell its postmaster" },
	{ 0, STAGE_ANY, 4, -1, "The server cannot reach or route something", "DNS or network trouble there",
	  "try later; check the domain's DNS" },
	{ 0, STAGE_ANY, 6, -1, "The server cannot take or convert this content", NULL,
	  "send a plain test message to compare" },
	{ 0, STAGE_ANY, 7, -1, "Refused by a policy of the server",
	  "a block list, missing authentication, or a filter", "read the text: it often says which" },

	/* only the class, where it came */
	{ 5, STAGE_BANNER, ANY, "The server refuses this client before a word was said",
	  "a block list or its own policy",
	  "read the text; try from another address" },
	{ 4, STAGE_BANNER, ANY, "The server will not talk just now", "load, a rate limit, or greylisting",
	  "wait some minutes" },
	{ 4, STAGE_HELLO, ANY, "The server does not like the name or the address of this client just now",
	  "DNS that did not answer",
	  "try again; give a name that resolves: --helo NAME" },
	{ 5, STAGE_HELLO, ANY, "The server does not accept the name said in EHLO",
	  "it does not resolve, or it is the server's own",
	  "give a full name that resolves to this address: --helo NAME" },
	{ 4, STAGE_MAIL, ANY, "The sender or the client is put off",
	  "a rate limit, DNS of the sender's domain, or load", "try again later" },
	{ 5, STAGE_MAIL, ANY, "The sender or the client is refused",
	  "a block list, SPF, or a domain without MX and address", "read the text; try another sender" },
	{ 4, STAGE_DOT, ANY, "The message was not taken, for now",
	  "a filter that is busy, a rate limit, or a full disk",
	  "send it again later: it is not in the server's queue" },
	{ 5, STAGE_DOT, ANY, "The message was refused as a whole", "a spam or content filter, DMARC, or its form",
	  "read the text; send a plain test message to see whether the content is the cause" },
	{ 5, STAGE_ASK, ANY, "The server does not tell", "shut against address harvesting",
	  "that is usual and no fault" },
	{ 4, STAGE_ANY, ANY, "Not now: the same may work later", NULL, "wait some minutes and try again" },
	{ 5, STAGE_ANY, ANY, "Refused: the same will be refused again", NULL,
	  "change something before the next try" },
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

enum stage
stage_of(enum verb verb, bool banner, bool dot)
{
	static const enum stage of[VERB_COUNT] = {
		[VERB_HELO] = STAGE_HELLO, [VERB_EHLO] = STAGE_HELLO, [VERB_LHLO] = STAGE_HELLO,
		[VERB_STARTTLS] = STAGE_STARTTLS, [VERB_AUTH] = STAGE_AUTH, [VERB_MAIL] = STAGE_MAIL,
		[VERB_RCPT] = STAGE_RCPT, [VERB_DATA] = STAGE_DATA, [VERB_BDAT] = STAGE_DOT, [VERB_BURL] = STAGE_DOT,
		[VERB_VRFY] = STAGE_ASK, [VERB_EXPN] = STAGE_ASK, [VERB_HELP] = STAGE_ASK, [VERB_ETRN] = STAGE_ASK,
	};

	return banner ? STAGE_BANNER : dot ? STAGE_DOT : of[verb];
}

const char *
stage_text(enum stage stage)
{
	static const char *const text[] = {
		[STAGE_ANY] = "", [STAGE_BANNER] = "the banner", [STAGE_HELLO] = "EHLO", [STAGE_STARTTLS] = "STARTTLS",
		[STAGE_AUTH] = "AUTH", [STAGE_MAIL] = "MAIL", [STAGE_RCPT] = "RCPT", [STAGE_DATA] = "DATA",
		[STAGE_DOT] = "the end of the message", [STAGE_ASK] = "a question",
	};

	return text[stage];
}

static bool
fits(const struct sense *s, unsigned code, struct status status, enum stage stage)
{
	if (s->code != 0 && s->code != code && s->code != code / 100)
		return false;
	if (s->stage != STAGE_ANY && s->stage != stage)
		return false;
	if (s->subject < 0)
		return true;
	return status.class != 0 && s->subject == status.subject && (s->detail < 0 || s->detail == status.detail);
}

const struct sense *
sense_find(unsigned code, struct status status, enum stage stage)
{
	if (code / 100 != 4 && code / 100 != 5)
		return NULL;
	for (size_t i = 0; i < COUNT(senses); i++)
		if (fits(&senses[i], code, status, stage))
			return &senses[i];
	return NULL;
}

const struct sense *
sense_row(size_t n)
{
	return n < COUNT(senses) ? &senses[n] : NULL;
}
