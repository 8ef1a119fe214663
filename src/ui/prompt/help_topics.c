/* help_topics - short texts on what people come with. */
#include "ui/prompt/help.h"

static const char tls[] =
	"Port 25 and 587 begin in the clear; after EHLO the server offers STARTTLS, the client says it, and when the reply is 220 both "
	"begin TLS on the same connection. What EHLO said before is then void: say EHLO again. Port 465 begins with TLS at once.\n"
	"    EHLO me.example\n"
	"    STARTTLS              by hand; the handshake follows by itself\n"
	"    /starttls             EHLO, STARTTLS, the handshake, EHLO again\n"
	"    smtpsh smtps://host   TLS from the start; also host 465\n"
	"The certificate's problems are always shown, and end the session only with --verify (or /set verify name). Mail servers on port 25 "
	"mostly send whatever the certificate says, unless DANE or MTA-STS asks for more; submission clients must check it.\n"
	"If the handshake fails: \"wrong version number\" means the other side did not speak TLS, an alert names what the server did not "
	"accept. --min-tls 1.0 lets an old server in, --sni NAME asks for another certificate.\n";

static const char auth[] =
	"EHLO lists the mechanisms behind AUTH. PLAIN and LOGIN send the password itself and belong inside TLS; SCRAM and CRAM-MD5 send a "
	"proof; XOAUTH2 and OAUTHBEARER a token; EXTERNAL takes the name from the client certificate.\n"
	"    AUTH PLAIN <base64 of NUL user NUL password>\n"
	"    AUTH LOGIN            the server asks 334 VXNlcm5hbWU6 (Username:), then 334 UGFzc3dvcmQ6 (Password:)\n"
	"After a 334 the line is an answer, in base64, and what is typed is not shown; a lone * cancels. 235 is success; 535 is a wrong "
	"name or password; 534 wants a stronger mechanism; 538 wants TLS first; 530 means that something else needs AUTH before it.\n"
	"Passwords are never shown, kept in the history or written to a log. AUTH over a connection whose certificate was not verified is "
	"asked about once.\n";

static const char dane[] =
	"A domain whose zone is signed by DNSSEC can publish in TLSA records which certificate its mail server shows, under "
	"_25._tcp. and the MX host's name. A sender that looks for it then insists on TLS and on that certificate, and no CA is needed (RFC 7672).\n"
	"    _25._tcp.mx1.example.org. TLSA 3 1 1 <SHA-256 of the public key>\n"
	"3 1 1 names the server's own key, 2 1 1 the key of the CA that signed it, which the server must then send along. Usages 0 and 1 "
	"do not count for SMTP. When the key changes, the new record must be published before the new key is used: most DANE failures are "
	"a renewed certificate with an old record.\n";

static const char relay[] =
	"A server that takes mail from anyone to anyone is an open relay and will soon be on block lists. To see that it is none, from an "
	"outside address and without AUTH:\n"
	"    EHLO me.example\n"
	"    MAIL FROM:<test@example.com>\n"
	"    RCPT TO:<test@example.net>     neither domain is the server's\n"
	"A 550, 551 or 554 (5.7.1) is right. 250 here may still be refused after DATA, so an open relay is proved only by a message that "
	"arrives. Also try RCPT TO:<user%other.example@their.example> and <\"user@other.example\"@their.example>. RSET or QUIT leaves nothing behind.\n";

static const char greylisting[] =
	"A server that greylists refuses the first attempt of an unknown client, sender and recipient with a 4yz and takes the second some "
	"minutes later; senders that do not try again are mostly spam. So a 450 or 451 with 4.7.1, 4.2.0 or a word like \"try again\" is "
	"no fault: wait as long as it says, five minutes where it says nothing, and try the same envelope from the same address.\n"
	"421 and 452 are the other temporary refusals: too many connections, too much load, too many recipients, a full disk.\n";

static const char smuggling[] =
	"The end of a message is CR LF . CR LF. A server that also takes LF . LF, LF . CR LF or CR . CR as its end lets a sender hide a "
	"second message, with its own MAIL and RCPT, in the text of the first: the outer server sees one, the inner one two, and the second "
	"seems to come from the first server (CVE-2023-51764, -51765, -51766).\n"
	"A good server refuses or repairs bare LF and CR in message text, and never ends a message at them. To try it, send such an "
	"ending to a server of your own and see whether what follows is answered as commands; several replies to one message say yes.\n";

static const char ports[] =
	"    25    between servers. Clear, then STARTTLS; no AUTH as a rule. Often blocked outbound by providers\n"
	"    465   submission with TLS from the start (RFC 8314); AUTH wanted\n"
	"    587   submission; clear, then STARTTLS; AUTH wanted (RFC 6409)\n"
	"    24    LMTP, to a mailbox server: LHLO, and a reply for each recipient after the message (RFC 2033)\n"
	"    2525  no standard; what hosting providers open when 25 is blocked\n"
	"If 25 times out but 587 answers, the way is blocked, not the server broken. If a server connects and says nothing on 465, it waits "
	"for your TLS: use smtps://host. If it answers TLS with plain text, the port is one that begins in the clear.\n";

static const char scripts[] =
	"What is typed here also runs without a terminal: the lines of a file or a pipe are sent one after the other, each after the reply "
	"to the one before; the exit status says how it went.\n"
	"    smtpsh mx1.example.org 25 < lines\n"
	"    smtpsh -c 'EHLO me.example' -c 'MAIL FROM:<>' -c QUIT mx1.example.org\n"
	"A script may say what it expects, as S: lines, and is then a test; a log of a session is such a script. smtpsh-script(5) has the "
	"language.\n";

const struct help_topic help_topics[] = {
	{ "tls", "STARTTLS, TLS from the start, and certificates", tls },
	{ "auth", "logging in: mechanisms, base64, and where passwords go", auth },
	{ "dane", "certificates pinned in DNS by TLSA records", dane },
	{ "relay", "is it an open relay?", relay },
	{ "greylisting", "refused for now: 450, 451, 421", greylisting },
	{ "smuggling", "messages hidden in messages by odd line ends", smuggling },
	{ "ports", "25, 465, 587, 24: which is for what", ports },
	{ "scripts", "the same lines from a file, a pipe, a test", scripts },
	{ .name = NULL },
};
