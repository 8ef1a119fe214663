/* cause_client - what a server has against this client: its address, its name, its manners. */
#include "run/diagnosis/cause_rows.h"

const struct cause_row causes_of_client[] = {
	{ CAUSE_EARLY_TALKER, CONCERNS_DIALOGUE, STATE_CRITICAL, "Client spoke before the greeting",
	    "The server rejects clients that send before its greeting (early talkers)",
	    "The server may remember this client for a while", NULL,
	    "wait for the 220 before sending anything; what sends early is usually a health check "
	    "or a script without waits",
	    NULL, "RFC 5321 4.3.1" },
	{ CAUSE_CLIENT_LISTED, CONCERNS_CLIENT, STATE_CRITICAL, "Client on a block list",
	    "This client's address is on a block list[ ({list})], or the list rejected the "
	    "server's query",
	    "This says nothing about the recipient; other clients are not affected",
	    "if clients that are not listed are rejected too, check that the server's resolver may "
	    "query the list: public resolvers are usually not answered",
	    "look the address up at the list: a dynamic range sends through its provider's relay; "
	    "otherwise correct what got it listed, then request removal",
	    NULL, "RFC 5782" },
	{ CAUSE_DYNAMIC_ADDRESS, CONCERNS_CLIENT, STATE_CRITICAL, "Dynamic address",
	    "The server takes this client's address for a dynamic or residential one, and accepts "
	    "no mail directly from such addresses",
	    "This says nothing about the recipient", NULL,
	    "send through the provider's mail relay or a submission server (port 587), or give a "
	    "fixed address a reverse DNS name that does not look generated",
	    NULL, NULL },
	{ CAUSE_CLIENT_BLOCKED, CONCERNS_CLIENT, STATE_CRITICAL, "Client blocked",
	    "The server blocks this client's address or name by a rule or list of its own",
	    "This says nothing about the recipient",
	    "check the access rules for this client in the server's log",
	    "follow the link or contact that the reply names, or ask the server's postmaster; "
	    "compare from another address",
	    NULL, NULL },
	{ CAUSE_LIST_QUERY_REFUSED, CONCERNS_SERVER, STATE_CRITICAL,
	    "Block list rejects the server's queries",
	    "The block list[ {list}] answered that it rejects this server's queries (a public "
	    "resolver, or too many queries), and the server takes that for a listing",
	    "Mail from everyone is rejected; the client is not listed by this",
	    "query the list over a resolver of your own or with a key, and treat only 127.0.0.x "
	    "answers as a listing (127.255.255.x are errors)",
	    "tell the server's postmaster by another way", NULL, "RFC 5782 5" },
	{ CAUSE_BAD_REPUTATION, CONCERNS_CLIENT, STATE_CRITICAL, "Bad reputation",
	    "The server gives this client's address or the sender's domain a bad reputation",
	    "This says nothing about the recipient", NULL,
	    "stop what causes it (a compromised account, unwanted bulk mail), check SPF, DKIM and "
	    "reverse DNS, then use the receiver's postmaster page that the reply names",
	    NULL, NULL },
	{ CAUSE_NO_REVERSE_DNS, CONCERNS_CLIENT, STATE_CRITICAL, "No reverse DNS name",
	    "This client's address has no reverse DNS name (PTR), or one that does not lead back "
	    "to the address",
	    "This says nothing about the recipient; other clients are not affected", NULL,
	    "have the address's owner (usually the provider) set a PTR record, and give that name "
	    "an A or AAAA record with the same address",
	    NULL, "RFC 8601 2.7.3, RFC 1912 2.1" },
	{ CAUSE_TOO_MANY_CONNECTIONS, CONCERNS_CLIENT, STATE_WARNING, "Too many connections",
	    "The server limits connections, per client or in all[, and this program had {what} "
	    "open there]; the server is healthy",
	    "Senders try again later", "raise the limit for clients that need more (Postfix: "
	    "smtpd_client_connection_count_limit)",
	    "open fewer connections at a time (--per-host 1), or try again in a minute", NULL,
	    "RFC 5321 3.8" },
	{ CAUSE_RATE_LIMITED, CONCERNS_CLIENT, STATE_WARNING, "Rate limited",
	    "The server limits how much this client or sender may send in a time",
	    "Senders try again later", NULL,
	    "send less often, and try again later; a sender that is limited repeatedly should "
	    "check its reputation",
	    NULL, NULL },
	{ CAUSE_TOO_MANY_ERRORS, CONCERNS_DIALOGUE, STATE_WARNING, "Too many errors",
	    "The server ends the session after too many rejected or unknown commands in it", NULL,
	    NULL, "correct the commands that were rejected before, then reconnect", "/reopen",
	    NULL },
	{ CAUSE_POSTSCREEN_TESTS, CONCERNS_SERVER, STATE_WARNING, "First contact tests",
	    "The server turns a client away once while it tests it (postscreen's deep protocol "
	    "tests, or similar); a client that comes back is let through",
	    "Senders try again and get through; nothing is wrong",
	    "if all mail is delayed by it, switch the deep protocol tests off (they need a retry)",
	    "connect again from the same address after a minute", "/reopen", NULL },
	{ CAUSE_GREYLISTED, CONCERNS_SERVER, STATE_WARNING, "Greylisted",
	    "Greylisting: the server defers unknown senders once, to see whether they try again",
	    "Senders try again and get through; the first message is delayed", NULL,
	    "try again from the same address with the same sender and recipient, after some "
	    "minutes",
	    NULL, "RFC 6647" },
	{ CAUSE_NO_SERVICE, CONCERNS_CLIENT, STATE_CRITICAL, "No service for this client",
	    "The server greets with {code}: no mail service, for this client or at all; its code "
	    "does not say why",
	    "Senders try the next MX, then return the mail",
	    "if this client should be served, the server's log names the rule",
	    "read the text for a list's name or a reason; check this address's reverse DNS, and "
	    "compare from another address",
	    NULL, "RFC 5321 3.1" },
	{ CAUSE_TAKES_NO_MAIL, CONCERNS_SERVER, STATE_CRITICAL, "Host accepts no mail",
	    "This host says that it accepts no mail at all", "Senders return the mail",
	    "remove it from the MX records, or start a mail server that accepts mail",
	    "look up where the domain's mail goes: smtpsh resolve @DOMAIN", NULL, "RFC 7504" },
	{ CAUSE_HELO_NOT_FQDN, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name not fully qualified",
	    "The EHLO name[ {name}] is the problem: the server wants a fully qualified host name",
	    "This says nothing about the recipient", NULL,
	    "send a full name that resolves to this address (--helo mail.example.net); in a mail "
	    "server, set its host name (Postfix: myhostname)",
	    NULL, "RFC 5321 4.1.1.1" },
	{ CAUSE_HELO_NOT_FOUND, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name not found",
	    "The EHLO name[ {name}] is the problem: the server does not find it in the DNS",
	    "This says nothing about the recipient", NULL,
	    "send a name that has an A, AAAA or MX record (--helo NAME), or publish one for it",
	    NULL, "RFC 5321 4.1.4" },
	{ CAUSE_HELO_IS_SERVERS, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name is the server's own",
	    "The EHLO name[ {name}] is the problem: it is the server's own name, domain or address",
	    "This says nothing about the recipient", NULL,
	    "send this client's own name (--helo NAME)", NULL, "RFC 5321 4.1.4" },
	{ CAUSE_HELO_REJECTED, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name rejected",
	    "The EHLO name[ {name}] is the problem: the server does not accept it",
	    "This says nothing about the recipient", NULL,
	    "send a full name that resolves to this address, and that its reverse DNS names "
	    "(--helo NAME)",
	    NULL, "RFC 5321 4.1.4" },
	{ CAUSE_HELO_SYNTAX, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name malformed",
	    "The name after EHLO is missing or malformed: an underscore, a space, or an address "
	    "without brackets",
	    NULL, NULL,
	    "send EHLO with a host name or an address literal (EHLO client.example.net or EHLO "
	    "[192.0.2.1]; --helo NAME)",
	    NULL, "RFC 5321 4.1.1.1" },
	{ CAUSE_NONE },
};
