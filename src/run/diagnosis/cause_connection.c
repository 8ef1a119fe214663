/*
 * cause_connection - connections that fail or end early, servers that are not SMTP servers or break
 * the protocol, and a server's own trouble.
 */
#include "run/diagnosis/cause_rows.h"

const struct cause_row causes_of_connection[] = {
	/* ---- the connection */
	{ CAUSE_CONNECT_REFUSED, CONCERNS_SERVER, STATE_CRITICAL, "Connection refused",
	    "Nothing listens on port {port}[ at {address}], or a firewall rejects the connection",
	    "Senders try the next address or MX, then queue the mail",
	    "start the mail server there, or check the address and port it listens on, and the "
	    "firewall",
	    "check the host name and port (25 for mail between servers, 587 or 465 for "
	    "submission); if they are right, the mail server there is not running",
	    NULL, "RFC 5321 4.5.4.1" },
	{ CAUSE_CONNECT_TIMEOUT, CONCERNS_SERVER, STATE_CRITICAL, "Connection timed out",
	    "No response[ from {address}] on port {port}[ within {waited}]|: a firewall drops the "
	    "packets, the host is down, or outbound port {port} is blocked on this side",
	    "Senders try the next address or MX, then queue the mail",
	    "check that the host is up and that its firewall allows TCP port {port}",
	    "try another port or another network: many providers block outbound port 25", NULL,
	    "RFC 5321 4.5.4.1" },
	{ CAUSE_UNREACHABLE, CONCERNS_NETWORK, STATE_CRITICAL, "Host unreachable",
	    "The network reports {host} as unreachable|: the host is down, a route is missing, or "
	    "a firewall rejects the packets",
	    "Senders try the next address or MX, then queue the mail",
	    "check the host, its address and its routes",
	    "check the address and the route to it (ip route get, traceroute)", NULL, NULL },
	{ CAUSE_NO_ROUTE, CONCERNS_NETWORK, STATE_UNKNOWN, "No route on this machine",
	    "This machine has no route for that address family, so the address was not tested",
	    NULL, NULL, "test from a machine that has one, or use the other family (-4 or -6)",
	    NULL, NULL },
	{ CAUSE_BLOCKED_HERE, CONCERNS_CLIENT, STATE_UNKNOWN, "Blocked on this machine",
	    "This machine does not allow the connection: a local firewall rule or a sandbox",
	    "Nothing was sent, so nothing is known about the server", NULL,
	    "allow outbound TCP port {port} on this machine (firewall, SELinux, container)", NULL,
	    NULL },
	{ CAUSE_PORT_BLOCKED, CONCERNS_NETWORK, STATE_UNKNOWN, "No MX host reachable from here",
	    "No MX host can be reached from here: outbound port 25 is probably blocked on this "
	    "network",
	    "Nothing is known about the servers", NULL,
	    "run the check on the server that sends your mail, or ask the network's provider to "
	    "open outbound port 25",
	    NULL, NULL },
	{ CAUSE_PROXY_FAILED, CONCERNS_CLIENT, STATE_UNKNOWN, "Proxy connection failed",
	    "The proxy did not connect to the server[: {why}]|",
	    "Nothing is known about the server", NULL,
	    "check the proxy's address and credentials, and that it allows port {port}", NULL,
	    NULL },
	{ CAUSE_SILENT_PORT, CONCERNS_SERVER, STATE_CRITICAL, "No greeting",
	    "Connected, but no greeting was received[ within {waited}]|: the port may need "
	    "implicit TLS, the server may delay its greeting, or a firewall or load balancer "
	    "accepted the connection without a server behind it",
	    "Senders wait up to 5 minutes, then try another MX",
	    "check that the mail server on this port is running, and that its DNS resolver works "
	    "(many servers look up the client before they greet)",
	    "[try implicit TLS ({other} or --tls=implicit), or ]allow more time for the greeting "
	    "({option})",
	    NULL, "RFC 5321 4.5.3.2.1" },
	{ CAUSE_TLS_PORT, CONCERNS_DIALOGUE, STATE_CRITICAL, "Port expects implicit TLS",
	    "Port {port} expects implicit TLS, and this connection began without TLS", NULL,
	    "disable implicit TLS on this port and offer STARTTLS; implicit TLS belongs on port "
	    "465",
	    "use smtps://{host}:{port} or --tls=implicit", NULL, "RFC 8314 3.3" },
	{ CAUSE_CLEAR_PORT, CONCERNS_DIALOGUE, STATE_CRITICAL, "Port does not use implicit TLS",
	    "The server sent cleartext[, \"{octets}\",] instead of a TLS handshake|: this port "
	    "does not use implicit TLS",
	    NULL, "enable implicit TLS on this port if it is meant to be port 465 (smtps)",
	    "use smtp://{host}:{port} and STARTTLS (--tls=starttls)", NULL, "RFC 8314 3.3" },
	{ CAUSE_SILENT_IN_TLS, CONCERNS_SERVER, STATE_CRITICAL, "No greeting within TLS",
	    "TLS is up, but no greeting was received[ within {waited}]|: the server may delay its "
	    "greeting, or TLS ends at a proxy without an SMTP server behind it",
	    "Clients cannot use this port",
	    "check that the mail server behind the TLS proxy or port is running",
	    "allow more time for the greeting ({option}), or try port 587 with STARTTLS", NULL,
	    "RFC 5321 4.5.3.2.1" },
	{ CAUSE_GREETING_DELAY, CONCERNS_SERVER, STATE_OK, "Deliberate greeting delay",
	    "The server deliberately delays the last line of its greeting (postscreen: by 6 s)[: "
	    "it was received after {waited}]; the server is healthy",
	    "Senders that wait, as they should, are not affected", NULL,
	    "allow at least 30 s for the greeting ({option}), and send nothing before it", NULL,
	    "RFC 5321 4.5.3.2.1" },
	{ CAUSE_GREETING_SLOW, CONCERNS_SERVER, STATE_OK, "Slow greeting",
	    "The greeting was received after {waited}: a deliberate delay against spam senders, or "
	    "slow DNS lookups of the client by the server",
	    NULL,
	    "if no delay is configured, check the server's resolver and the response times of its "
	    "block lists",
	    "allow at least 30 s for the greeting ({option})", NULL, "RFC 5321 4.5.3.2.1" },
	{ CAUSE_REPLY_TIMEOUT, CONCERNS_SERVER, STATE_CRITICAL, "No reply",
	    "The server did not send {awaited}[ within {waited}]|: usually a lookup, a policy "
	    "service or a content filter there does not respond",
	    "Senders give up after several minutes and retry later",
	    "find what the server waits for at {stage} in its log",
	    "allow more time ({option}): RFC 5321 lets a server take minutes", NULL,
	    "RFC 5321 4.5.3.2" },
	{ CAUSE_EHLO_TIMEOUT, CONCERNS_SERVER, STATE_CRITICAL, "No reply to EHLO",
	    "The server did not send the reply to EHLO[ within {waited}]|: usually the server "
	    "looks up this client or its EHLO name, and its resolver or a block list does not "
	    "respond; or a firewall that inspects SMTP blocks EHLO",
	    "Senders give up after several minutes and retry later",
	    "check the server's resolver, its block lists and policy services; disable SMTP "
	    "inspection on the firewall in front of it",
	    "allow more time ({option}), compare from another network, and try HELO instead of "
	    "EHLO",
	    NULL, "RFC 5321 4.5.3.2" },
	{ CAUSE_REPLY_UNFINISHED, CONCERNS_SERVER, STATE_CRITICAL, "Incomplete reply",
	    "{awaited} began and did not end[ within {waited}][: received \"{octets}\"]|: "
	    "[{what}, ]a server that deliberately sends slowly (a tarpit), or packets held back "
	    "on the path (a proxy, a firewall that inspects SMTP, the MTU)",
	    "Senders give up after several minutes and retry later",
	    "check the server's log, any proxy or firewall in front of it, and the path MTU",
	    "allow more time ({option}), and compare from another network", NULL,
	    "RFC 5321 4.2.1" },
	{ CAUSE_REPLY_SLOW, CONCERNS_SERVER, STATE_OK, "Slow reply",
	    "Slow reply: {what}; usually a lookup or a policy service at the server", NULL,
	    "check the lookups, policy services and filters that run at that stage", NULL, NULL,
	    "RFC 5321 4.5.3.2" },
	{ CAUSE_TARPIT, CONCERNS_SERVER, STATE_OK, "Deliberately slow replies",
	    "Tarpit: the server deliberately slows down clients that it does not trust: {what}",
	    NULL, NULL,
	    "allow more time ({option}); the delay usually ends once the client is known", NULL,
	    NULL },
	{ CAUSE_CLOSED_BEFORE_GREETING, CONCERNS_SERVER, STATE_CRITICAL,
	    "Closed before the greeting",
	    "The server closed the connection before its greeting|: a connection limit, an access "
	    "rule against this address, or a port that expects implicit TLS",
	    "Senders try the next address or MX",
	    "check the server's log and its access rules for this client (tcp wrappers, connection "
	    "limits)",
	    "try from another address, later, or with implicit TLS (--tls=implicit)", NULL,
	    "RFC 5321 3.8" },
	{ CAUSE_CLOSED_WAITING, CONCERNS_SERVER, STATE_CRITICAL, "Closed without a greeting",
	    "The server waited {waited} and closed the connection without a greeting|: usually it "
	    "expects the client to send first, the PROXY protocol header of a load balancer or "
	    "TLS; otherwise it failed to start its service",
	    "Senders try the next address or MX",
	    "check the server's log; if it expects the PROXY protocol, disable that for this port "
	    "or let the load balancer in front send it",
	    "test with --proxy-protocol v1 or v2, or with implicit TLS (--tls=implicit)", NULL,
	    "RFC 5321 3.1" },
	{ CAUSE_RESET_BEFORE_GREETING, CONCERNS_SERVER, STATE_CRITICAL, "Reset before the greeting",
	    "The connection was reset before the greeting|: a firewall, an access rule against "
	    "this address, or a load balancer without a server behind it",
	    "Senders try the next address or MX",
	    "check the firewall and, behind a load balancer, that a mail server answers",
	    "try from another address, another MX of the domain, or with implicit TLS "
	    "(--tls=implicit)",
	    NULL, "RFC 5321 3.8" },
	{ CAUSE_CONNECTION_CLOSED, CONCERNS_SERVER, STATE_CRITICAL, "Connection closed",
	    "The server closed the connection without a reply to {stage}|: a crash, a limit or a "
	    "block; it should have sent 421",
	    "Senders queue the mail and retry", "find what ended this session in the server's log",
	    "try again; if it happens again, read the replies before it", "/reopen",
	    "RFC 5321 3.8" },
	{ CAUSE_CONNECTION_RESET, CONCERNS_SERVER, STATE_CRITICAL, "Connection reset",
	    "The connection was reset while waiting for {awaited}|: the server process ended, or a "
	    "firewall or intrusion prevention system reset the connection",
	    "Senders queue the mail and retry",
	    "check the server's and the firewall's log for this session",
	    "try again, and from another network", "/reopen", "RFC 5321 3.8" },
	{ CAUSE_CLOSED_AT_EHLO, CONCERNS_SERVER, STATE_CRITICAL, "Closed after EHLO",
	    "The connection was closed without a reply to EHLO|: a server, or a firewall that "
	    "inspects SMTP, that does not support EHLO, or a crash, a limit or a block",
	    "Senders queue the mail and retry",
	    "check the server's log, and any SMTP inspection on the firewall in front of it",
	    "try HELO instead of EHLO, and compare from another network", NULL, "RFC 5321 3.2" },
	{ CAUSE_CLOSED_AT_AUTH, CONCERNS_CLIENT, STATE_CRITICAL, "Closed after AUTH",
	    "The connection was closed without a reply to AUTH|: some servers disconnect a client "
	    "after one or several failed logins",
	    NULL, "check the server's log: a crash of its authentication service looks the same",
	    "check the user name and password, then wait a few minutes before the next attempt",
	    "/reopen", "RFC 4954 4" },
	{ CAUSE_CLOSED_IDLE, CONCERNS_NETWORK, STATE_OK, "Closed while idle",
	    "The connection was closed while idle|: servers close connections when they stop, and "
	    "idle ones (after 5 minutes at the earliest); firewalls drop their state",
	    NULL, NULL, "reconnect", "/reopen", "RFC 5321 4.5.3.2.7" },
	{ CAUSE_CLOSED_IN_REPLY, CONCERNS_SERVER, STATE_CRITICAL, "Closed during a reply",
	    "The connection was closed during {awaited}[: \"{octets}\"]|",
	    "Senders queue the mail and retry",
	    "check the server's log, and any proxy or firewall in front of it, for this session",
	    "try again; if it happens again, something on the path closes the connection",
	    "/reopen", "RFC 5321 4.2.1" },
	{ CAUSE_CLOSED_IN_DATA, CONCERNS_SERVER, STATE_CRITICAL, "Closed during the message",
	    "The connection was closed before the end of data|, so the message was not accepted: a "
	    "size limit, a content filter, or a path that drops large packets (MTU)",
	    "Senders retry the message",
	    "check the server's log for this session, and the path MTU",
	    "send a small message to compare; if it is accepted, the path or a size limit is the "
	    "cause",
	    "/reopen", "RFC 5321 4.1.1.4" },
	{ CAUSE_FATE_UNKNOWN, CONCERNS_SERVER, STATE_CRITICAL, "Message status unknown",
	    "No valid reply to the end of data was received|, so whether the message was accepted "
	    "is unknown",
	    "Sending it again may deliver it twice",
	    "look for the message in the server's log[: a content filter that takes longer than "
	    "{waited} at the end of data causes this]",
	    "before sending it again, look for it in the recipient's mailbox or the server's log: "
	    "a second copy may be delivered",
	    NULL, "RFC 1047" },

	/* ---- not an SMTP server, or one that breaks the protocol */
	{ CAUSE_NOT_SMTP, CONCERNS_DIALOGUE, STATE_CRITICAL, "Not an SMTP server",
	    "[Not an SMTP reply (\"{octets}\")|: ]this is {what}, not an SMTP server", NULL,
	    "configure the mail server to listen on this port, or correct the MX record or port "
	    "that leads here",
	    "check the host and port: SMTP uses ports 25, 587 and 465", NULL, NULL },
	{ CAUSE_MAILBOX_SERVER, CONCERNS_DIALOGUE, STATE_CRITICAL, "Not an SMTP server",
	    "[Not an SMTP reply (\"{octets}\")|: ]this is {what}, which gives access to mailboxes "
	    "and does not accept mail",
	    NULL,
	    "configure the mail server to listen on this port, or correct the MX record or port "
	    "that leads here",
	    "use port 587 or 465 to submit mail, 25 for mail between servers", NULL, NULL },
	{ CAUSE_LMTP_SERVER, CONCERNS_DIALOGUE, STATE_CRITICAL, "An LMTP server",
	    "This is an LMTP server: it expects LHLO and does not support EHLO", NULL,
	    "run an SMTP server on this port: LMTP is for local delivery, and never for port 25",
	    "use lmtp:// or --lmtp", NULL, "RFC 2033" },
	{ CAUSE_PROXY_HEADER_WANTED, CONCERNS_DIALOGUE, STATE_CRITICAL, "PROXY header expected",
	    "The server expects a load balancer's PROXY protocol header on this port", NULL,
	    "connect through the load balancer, or disable the PROXY protocol on this port",
	    "test with --proxy-protocol v1 or v2, or connect to the load balancer's address", NULL,
	    NULL },
	{ CAUSE_GREETING_MASKED, CONCERNS_NETWORK, STATE_WARNING, "Masked greeting",
	    "The greeting is masked with asterisks: a firewall that inspects SMTP (Cisco's "
	    "\"inspect esmtp\" or \"fixup\") is on the path and may remove STARTTLS and other "
	    "extensions",
	    "TLS may be unavailable, and messages may stall",
	    "disable SMTP inspection on the firewall in front of the server",
	    "compare from another network: the firewall may be on this side", NULL, NULL },
	{ CAUSE_STARTTLS_STRIPPED, CONCERNS_NETWORK, STATE_WARNING, "STARTTLS overwritten",
	    "STARTTLS was overwritten with X on the path (XXXXXXXA): a firewall that inspects SMTP "
	    "(Cisco's \"inspect esmtp\") is in between",
	    "TLS is not used, so mail and passwords cross the network unencrypted",
	    "disable SMTP inspection on the firewall in front of the server, or let it allow TLS "
	    "(allow-tls)",
	    "compare from another network, and log in only over TLS", NULL, "RFC 3207 6" },
	{ CAUSE_INJECTION, CONCERNS_NETWORK, STATE_CRITICAL, "STARTTLS response injection",
	    "Cleartext[ (\"{octets}\")] followed the 220 to STARTTLS|: it came from the server or "
	    "from someone on the path, and a client that took it for protected would be deceived",
	    "Clients that do not discard it can be deceived",
	    "update the server or the proxy in "
	    "front of it (compare CVE-2011-0411)",
	    "do not log in over this connection; compare from another network", NULL,
	    "RFC 3207 6" },
	{ CAUSE_OUT_OF_STEP, CONCERNS_SERVER, STATE_CRITICAL, "Replies out of step",
	    "A reply was received that belongs to no command here|, so every later reply belongs "
	    "to the command before it; usually a proxy or filter in front of the server",
	    "Replies cannot be relied on: a rejected recipient may pass for an accepted one",
	    "check the proxy or filter in front of the server, and its log",
	    "do not rely on the replies below; reconnect", "/reopen", "RFC 5321 4.2" },
	{ CAUSE_REPLY_MALFORMED, CONCERNS_SERVER, STATE_CRITICAL, "Malformed reply",
	    "The data received is not a valid SMTP reply[: {what}]|",
	    "Clients disconnect or misread it",
	    "check any proxy or filter in front of the server, and its log",
	    "check that this is an SMTP port", NULL, "RFC 5321 4.2" },
	{ CAUSE_REPLY_FLAWED, CONCERNS_SERVER, STATE_WARNING, "Protocol violation",
	    "A reply violates the protocol[: {what}]|", "Strict clients may disconnect",
	    "update or correct the server, or the proxy in front of it", NULL, NULL,
	    "RFC 5321 4.2" },
	{ CAUSE_GREETING_CODE, CONCERNS_SERVER, STATE_CRITICAL, "Invalid greeting code",
	    "The server rejects the connection with {code}, where a greeting has 220, 554 or 421",
	    "Senders try the next MX, then bounce the mail",
	    "correct what sends this greeting: an access rule, a wrapper or a proxy",
	    "read the text of the greeting; no command was sent, so none is the cause", NULL,
	    "RFC 5321 3.1, 4.3.2" },

	/* ---- the server's own trouble */
	{ CAUSE_SERVICE_UNAVAILABLE, CONCERNS_SERVER, STATE_WARNING, "Service not available",
	    "The server closes the session ({code}); the code does not say why: load, a limit, a "
	    "timeout or a shutdown",
	    "Senders retry later", NULL,
	    "try again in a few minutes, with fewer concurrent connections, or use another MX; the "
	    "server's log says why",
	    "/mx", "RFC 5321 3.8" },
	{ CAUSE_SHUTTING_DOWN, CONCERNS_SERVER, STATE_WARNING, "Service shutting down",
	    "The server closes the session or accepts no new ones: a shutdown, a restart or "
	    "maintenance",
	    "Senders retry later", "check that the mail server comes back up, and its log",
	    "try again in a few minutes, or use another MX", "/mx", "RFC 5321 3.8" },
	{ CAUSE_IDLE_TIMEOUT, CONCERNS_DIALOGUE, STATE_WARNING, "Idle timeout",
	    "The server closed the session because the client was idle for too long", NULL, NULL,
	    "reconnect, and send commands without pausing", "/reopen, then /redo",
	    "RFC 5321 4.5.3.2.7" },
	{ CAUSE_OVERLOADED, CONCERNS_SERVER, STATE_WARNING, "Server busy",
	    "The server is overloaded: high load, or all of its processes are in use",
	    "Senders retry later", "check the server's load, process limits and queue",
	    "try again in a few minutes, or use another MX", "/mx", "RFC 3463 3.5" },
	{ CAUSE_DISK_FULL, CONCERNS_SERVER, STATE_WARNING, "Disk full",
	    "The server has no space left for mail: its queue or mail disk is full (or its minimum "
	    "of free space is reached)",
	    "All mail to it is deferred until there is space",
	    "free space on the disk of the mail queue (Postfix: queue_minfree)",
	    "try again later, and contact the server's postmaster by other means", NULL,
	    "RFC 3463 3.4" },
	{ CAUSE_BACK_PRESSURE, CONCERNS_SERVER, STATE_WARNING, "Back pressure",
	    "The server is short of resources and rejects mail until it recovers (back pressure in "
	    "Exchange: disk space or memory)",
	    "All mail to it is deferred until it recovers",
	    "free disk space and memory on the Exchange server; events 15004 to 15007 name the "
	    "resource",
	    "try again later", NULL, NULL },
	{ CAUSE_LOOKUP_FAILED, CONCERNS_SERVER, STATE_WARNING, "Lookup failure at the server",
	    "A lookup table or database failed on the server",
	    "Senders retry, so no mail is lost unless it lasts longer than their queue lifetime",
	    "check the mail server's log, which names the table (LDAP, SQL, a missing map file)",
	    "try again later; only the server's administrator can correct it", NULL,
	    "RFC 3463 3.5" },
	{ CAUSE_SERVER_DNS_FAILED, CONCERNS_SERVER, STATE_WARNING, "DNS failure at the server",
	    "A DNS lookup failed at the server[ for {name}]", "Senders retry",
	    "check the server's resolver",
	    "check the DNS of the sender's domain, the EHLO name and this address (smtpsh resolve "
	    "@DOMAIN), then try again",
	    NULL, "RFC 3463 3.5" },
	{ CAUSE_NEXT_HOP_DOWN, CONCERNS_SERVER, STATE_WARNING, "Next hop not responding",
	    "This server relays the mail, and the server behind it does not respond or did not "
	    "accept the recipient check",
	    "Senders retry", "check the server behind this one, and the route to it",
	    "try again later", NULL, "RFC 3463 3.5" },
	{ CAUSE_FILTER_DOWN, CONCERNS_SERVER, STATE_WARNING, "Filter not available",
	    "A filter of the server (milter, policy service, virus or spam scanner) is not "
	    "available",
	    "All mail through it is deferred until it is back",
	    "restart the milter, policy service or scanner; the server's log names it",
	    "try again later; only the server's administrator can correct it", NULL, NULL },
	{ CAUSE_SERVER_MISCONFIGURED, CONCERNS_SERVER, STATE_WARNING, "Server configuration error",
	    "The server's configuration is wrong, by its own reply",
	    "Mail is deferred or rejected until it is corrected",
	    "check the mail server's log, which names the setting",
	    "contact the server's postmaster by other means", NULL, "RFC 3463 3.4" },
	{ CAUSE_SERVER_ERROR, CONCERNS_SERVER, STATE_WARNING, "Internal server error",
	    "Something failed inside the server; its reply does not say what",
	    "Senders retry after a temporary (4xx) reply",
	    "check the mail server's log for this session", "try again later", NULL,
	    "RFC 3463 3.4" },
	{ CAUSE_MAIL_LOOP, CONCERNS_SERVER, STATE_CRITICAL, "Mail loops back",
	    "The mail would come back to the server that sends it: an MX or route points to a "
	    "server that does not consider the domain local",
	    "Mail for the domain bounces",
	    "configure the server to accept the domain (Postfix: mydestination or "
	    "virtual_mailbox_domains), or correct the MX or route that leads back to it",
	    "compare the domain's MX records with the server that reports the loop", NULL,
	    "RFC 5321 6.3" },
	{ CAUSE_TOO_MANY_HOPS, CONCERNS_SERVER, STATE_CRITICAL, "Too many hops",
	    "The message has passed through too many servers: usually two of them forward it to "
	    "each other",
	    "The message bounces",
	    "read its Received fields to see which servers repeat, and correct the forwarding or "
	    "MX there",
	    "read the Received fields of the bounced message: the servers that repeat form the "
	    "loop",
	    NULL, "RFC 5321 6.3" },
	{ CAUSE_EXPIRED, CONCERNS_SERVER, STATE_CRITICAL, "Delivery time expired",
	    "The message was not delivered within the queue lifetime",
	    "It was bounced, and is no longer retried",
	    "the cause is the last temporary error quoted in the bounce",
	    "the cause is the last temporary error quoted in the bounce; correct that, then send "
	    "again",
	    NULL, "RFC 3463 3.5" },
	{ CAUSE_NONE },
};
