/* cause_client - why a server rejects this client: its address, its name, its behavior. */
#include "run/diagnosis/cause_rows.h"

const struct cause_row causes_of_client[] = {
	{ CAUSE_EARLY_TALKER, CONCERNS_DIALOGUE, STATE_CRITICAL, "Client spoke before the greeting",
	    "The server rejects clients that send before its greeting (early talkers)",
	    "The server may remember this client for a while", NULL,
	    "wait for the 220 before sending anything; early talkers are usually health checks or "
	    "scripts that do not read replies",
	    NULL, "RFC 5321 4.3.1" },
	{ CAUSE_CLIENT_LISTED, CONCERNS_CLIENT, STATE_CRITICAL, "Client on a block list",
	    "This client's address is on a block list[ ({list})], or the list rejected the "
	    "server's query",
	    "This says nothing about the recipient; other clients are not affected",
	    "if clients that are not listed are rejected too, check that the server's resolver may "
	    "query the list: most lists reject queries from public resolvers",
	    "look the address up on the list: hosts with a dynamic address should send through "
	    "their provider's relay; otherwise fix what got it listed, then request removal",
	    NULL, "RFC 5782" },
	{ CAUSE_DYNAMIC_ADDRESS, CONCERNS_CLIENT, STATE_CRITICAL, "Dynamic address",
	    "The server considers this client's address dynamic or residential, and accepts no "
	    "mail directly from such addresses",
	    "This says nothing about the recipient", NULL,
	    "send through the provider's mail relay or a submission server (port 587), or give a "
	    "static address a reverse DNS name that does not look generated",
	    NULL, NULL },
	{ CAUSE_CLIENT_BLOCKED, CONCERNS_CLIENT, STATE_CRITICAL, "Client blocked",
	    "The server blocks this client's address or name by a local rule or list",
	    "This says nothing about the recipient",
	    "check the access rules for this client in the server's log",
	    "follow the link or contact given in the reply, or ask the server's postmaster; "
	    "compare from another address",
	    NULL, NULL },
	{ CAUSE_LIST_QUERY_REFUSED, CONCERNS_SERVER, STATE_CRITICAL,
	    "Block list rejects the server's queries",
	    "The block list[ {list}] answered that it rejects this server's queries (a public "
	    "resolver, or too many queries), and the server mistakes that for a listing",
	    "Mail from every client is rejected; this does not mean that the client is listed",
	    "query the list through your own resolver or with a key, and treat only 127.0.0.x "
	    "answers as a listing (127.255.255.x are errors)",
	    "contact the server's postmaster by other means", NULL, "RFC 5782 5" },
	{ CAUSE_BAD_REPUTATION, CONCERNS_CLIENT, STATE_CRITICAL, "Bad reputation",
	    "The server assigns this client's address or the sender's domain a bad reputation",
	    "This says nothing about the recipient", NULL,
	    "stop the cause (a compromised account, unwanted bulk mail), check SPF, DKIM and "
	    "reverse DNS, then use the postmaster page given in the reply",
	    NULL, NULL },
	{ CAUSE_NO_REVERSE_DNS, CONCERNS_CLIENT, STATE_CRITICAL, "No reverse DNS name",
	    "This client's address has no reverse DNS name (PTR), or one that does not resolve "
	    "back to the address",
	    "This says nothing about the recipient; other clients are not affected", NULL,
	    "have the owner of the address (usually the provider) set a PTR record, and give that "
	    "name an A or AAAA record with the same address",
	    NULL, "RFC 8601 2.7.3, RFC 1912 2.1" },
	{ CAUSE_TOO_MANY_CONNECTIONS, CONCERNS_CLIENT, STATE_WARNING, "Too many connections",
	    "The server limits concurrent connections, per client or in total[, and this program "
	    "had {what} open there]; the server is healthy",
	    "Senders retry later",
	    "raise the limit for clients that need more (Postfix: "
	    "smtpd_client_connection_count_limit)",
	    "open fewer connections at once (--per-host 1), or try again in a minute", NULL,
	    "RFC 5321 3.8" },
	{ CAUSE_RATE_LIMITED, CONCERNS_CLIENT, STATE_WARNING, "Rate limited",
	    "The server limits the rate at which this client or sender may send",
	    "Senders retry later", NULL,
	    "reduce the sending rate, and try again later; a sender that is limited repeatedly "
	    "should check its reputation",
	    NULL, NULL },
	{ CAUSE_TOO_MANY_ERRORS, CONCERNS_DIALOGUE, STATE_WARNING, "Too many errors",
	    "The server closes sessions with too many rejected or unknown commands", NULL, NULL,
	    "correct the commands that were rejected before, then reconnect", "/reopen", NULL },
	{ CAUSE_POSTSCREEN_TESTS, CONCERNS_SERVER, STATE_WARNING, "First contact tests",
	    "The server defers new clients once while it tests them (postscreen's deep protocol "
	    "tests, or similar); a client that reconnects is let through",
	    "Senders retry and get through; nothing is wrong",
	    "if this delays all mail, disable the deep protocol tests (a client that passes them "
	    "has to reconnect)",
	    "reconnect from the same address after a minute", "/reopen", NULL },
	{ CAUSE_GREYLISTED, CONCERNS_SERVER, STATE_WARNING, "Greylisted",
	    "Greylisting: the server defers unknown senders once, to see whether they retry",
	    "Senders retry and get through; the first message is delayed", NULL,
	    "try again after a few minutes, from the same address with the same sender and "
	    "recipient",
	    NULL, "RFC 6647" },
	{ CAUSE_NO_SERVICE, CONCERNS_CLIENT, STATE_CRITICAL, "No service for this client",
	    "The server greets with {code}: no mail service, for this client or in general; the "
	    "code does not say why",
	    "Senders try the next MX, then bounce the mail",
	    "if this client should be served, find the rule in the server's log",
	    "look for a block list or a reason in the reply's text; check this address's reverse "
	    "DNS, and compare from another address",
	    NULL, "RFC 5321 3.1" },
	{ CAUSE_TAKES_NO_MAIL, CONCERNS_SERVER, STATE_CRITICAL, "Host accepts no mail",
	    "This host accepts no mail at all, by its own reply", "Senders bounce the mail",
	    "remove it from the MX records, or run a mail server that accepts mail",
	    "look up where the domain's mail goes: smtpsh resolve @DOMAIN", NULL, "RFC 7504" },
	{ CAUSE_HELO_NOT_FQDN, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name not fully qualified",
	    "The EHLO name[ {name}] is the problem: the server requires a fully qualified host "
	    "name",
	    "This says nothing about the recipient", NULL,
	    "send a fully qualified name that resolves to this address (--helo mail.example.net); "
	    "on a mail server, set its host name (Postfix: myhostname)",
	    NULL, "RFC 5321 4.1.1.1" },
	{ CAUSE_HELO_NOT_FOUND, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name not found",
	    "The EHLO name[ {name}] is the problem: the server cannot find it in the DNS",
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
	    "send a fully qualified name that resolves to this address and matches its reverse DNS "
	    "(--helo NAME)",
	    NULL, "RFC 5321 4.1.4" },
	{ CAUSE_HELO_SYNTAX, CONCERNS_CLIENT, STATE_CRITICAL, "EHLO name malformed",
	    "The EHLO name is missing or malformed: an underscore, a space, or an address without "
	    "brackets",
	    NULL, NULL,
	    "send EHLO with a host name or an address literal (EHLO client.example.net or EHLO "
	    "[192.0.2.1]; --helo NAME)",
	    NULL, "RFC 5321 4.1.1.1" },
	{ CAUSE_NONE },
};
