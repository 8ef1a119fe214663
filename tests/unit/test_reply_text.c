/*
 * reply_text: what real servers say, as their logs and manuals have it, and the cause that a person
 * who knows them would name. Written apart from the table of phrases.
 */
#include "tests.h"

#include <stdio.h>

#include "run/diagnosis/diagnose.h"
#include "run/diagnosis/reply_text.h"

static const struct {
	const char *reply;		/* lines separated by \n */
	enum smtp_stage stage;
	enum cause want;
} texts[] = {
	/* what stands in two rows, or names another cause than its code does */
	{ "553 5.7.2 [TSS09] All messages from 192.0.2.7 will be permanently deferred; Retrying will NOT succeed. See https://postmaster.yahooinc.com/error-codes", AT_MAIL, CAUSE_BAD_REPUTATION },
	{ "421 4.7.1 : (DYN:T1) https://postmaster.info.aol.com/errors/421dynt1.html", AT_GREETING, CAUSE_BAD_REPUTATION },
	{ "554 RTR:DU https://postmaster.info.aol.com/errors/554rtrdu.html", AT_GREETING, CAUSE_DYNAMIC_ADDRESS },
	{ "550 mailbox is full: retry timeout exceeded", AT_ANY, CAUSE_MAILBOX_FULL },
	{ "550 5.2.1 The user account is locked", AT_ANY, CAUSE_RECIPIENT_DISABLED },
	{ "550 5.7.24 The SPF record of the sending domain has one or more suspicious entries", AT_END_OF_DATA, CAUSE_SPF_ERROR },
	{ "554 5.7.3 Unable to initialize security subsystem", AT_STARTTLS, CAUSE_STARTTLS_REJECTED },
	{ "554 5.7.3 Must use TLS", AT_MAIL, CAUSE_STARTTLS_REQUIRED },
	{ "550 5.7.1 Client does not have a PTR", AT_RCPT, CAUSE_NO_REVERSE_DNS },
	{ "550 5.7.1 Connection not accepted from 192.0.2.7 due to policy", AT_RCPT, CAUSE_CLIENT_BLOCKED },
	{ "501 5.1.3 Invalid address", AT_RCPT, CAUSE_RECIPIENT_SYNTAX },
	{ "550 5.7.27 Sender address has null MX", AT_RCPT, CAUSE_SENDER_NULL_MX },
	{ "550 5.7.27 Sender address has null MX", AT_ANY, CAUSE_SENDER_NULL_MX },
	{ "421 4.4.1 Connection timed out", AT_ANY, CAUSE_IDLE_TIMEOUT },
	{ "451 4.4.1 Connection timed out", AT_ANY, CAUSE_NEXT_HOP_DOWN },
	{ "421 mx.example.org SMTP incoming data timeout - closing connection.", AT_END_OF_DATA, CAUSE_IDLE_TIMEOUT },
	{ "421 mx.example.org: Too much load; please try again later.", AT_GREETING, CAUSE_OVERLOADED },
	{ "452 4.3.1 You are sending too fast", AT_RCPT, CAUSE_RATE_LIMITED },
	{ "452 4.5.3 Try this recipient in another transaction", AT_RCPT, CAUSE_ANOTHER_TRANSACTION },
	{ "554 5.7.1 Rejected: attachment of type .zip not permitted", AT_END_OF_DATA, CAUSE_ATTACHMENT },

	/* Postfix */
	{ "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", AT_RCPT, CAUSE_HELO_NOT_FQDN },
	{ "450 4.7.1 <client.invalid>: Helo command rejected: Host not found", AT_RCPT, CAUSE_HELO_NOT_FOUND },
	{ "550 5.7.1 <mx.example.org>: Helo command rejected: You are not me", AT_RCPT, CAUSE_HELO_IS_SERVERS },
	{ "501 5.5.2 <foo_bar>: Helo command rejected: Invalid name", AT_RCPT, CAUSE_HELO_SYNTAX },
	{ "550 5.7.1 <localhost>: Helo command rejected: Access denied", AT_RCPT, CAUSE_HELO_REJECTED },
	{ "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]", AT_RCPT, CAUSE_NO_REVERSE_DNS },
	{ "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]", AT_RCPT, CAUSE_NO_REVERSE_DNS },
	{ "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied", AT_RCPT, CAUSE_CLIENT_BLOCKED },
	{ "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.7", AT_RCPT, CAUSE_CLIENT_LISTED },
	{ "454 4.7.1 <bob@example.com>: Relay access denied", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "554 5.7.1 <bob@example.com>: Relay access denied", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in local recipient table", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in virtual mailbox table", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "450 4.1.1 <bob@example.org>: Recipient address rejected: unverified address: connect to backend[10.0.0.5]:25: Connection refused", AT_RCPT, CAUSE_RECIPIENT_UNVERIFIED },
	{ "550 5.1.1 <bob@example.org>: Recipient address rejected: undeliverable address: unknown user: \"bob\"", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "450 4.1.8 <alice@nowhere.invalid>: Sender address rejected: Domain not found", AT_RCPT, CAUSE_SENDER_UNKNOWN_DOMAIN },
	{ "450 4.1.2 <bob@nowhere.invalid>: Recipient address rejected: Domain not found", AT_RCPT, CAUSE_RECIPIENT_DOMAIN },
	{ "504 5.5.2 <alice>: Sender address rejected: need fully-qualified address", AT_RCPT, CAUSE_SENDER_SYNTAX },
	{ "553 5.7.1 <alice@example.org>: Sender address rejected: not owned by user bob", AT_RCPT, CAUSE_SENDER_NOT_OWNED },
	{ "553 5.7.1 <alice@example.org>: Sender address rejected: not logged in", AT_RCPT, CAUSE_SENDER_NOT_OWNED },
	{ "550 5.7.27 <alice@example.org>: Sender address rejected: Domain example.org does not accept mail (nullMX)", AT_RCPT, CAUSE_SENDER_NULL_MX },
	{ "556 5.1.10 <bob@example.org>: Recipient address rejected: Domain example.org does not accept mail (nullMX)", AT_RCPT, CAUSE_RECIPIENT_NULL_MX },
	{ "450 4.2.0 <bob@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html", AT_RCPT, CAUSE_GREYLISTED },
	{ "451 4.3.0 <bob@example.org>: Temporary lookup failure", AT_RCPT, CAUSE_LOOKUP_FAILED },
	{ "452 4.3.1 Insufficient system storage", AT_MAIL, CAUSE_DISK_FULL },
	{ "451 4.3.5 Server configuration error", AT_RCPT, CAUSE_SERVER_MISCONFIGURED },
	{ "421 4.7.0 mx.example.org Error: too many connections from 192.0.2.7", AT_GREETING, CAUSE_TOO_MANY_CONNECTIONS },
	{ "421 4.7.0 mx.example.org Error: too many errors", AT_RCPT, CAUSE_TOO_MANY_ERRORS },
	{ "421 4.4.2 mx.example.org Error: timeout exceeded", AT_DATA, CAUSE_IDLE_TIMEOUT },
	{ "450 4.7.1 Error: too much mail from 192.0.2.7", AT_MAIL, CAUSE_RATE_LIMITED },
	{ "421 4.3.2 All server ports are busy", AT_GREETING, CAUSE_OVERLOADED },
	{ "450 4.3.2 Service currently unavailable", AT_RCPT, CAUSE_POSTSCREEN_TESTS },
	{ "550 5.7.1 Service unavailable; client [192.0.2.7] blocked using bl.spamcop.net", AT_RCPT, CAUSE_CLIENT_LISTED },
	{ "503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining", AT_DATA, CAUSE_PIPELINING },
	{ "521 5.5.2 mx.example.org Error: bare <LF> received", AT_END_OF_DATA, CAUSE_BARE_LF },
	{ "530 5.7.0 Must issue a STARTTLS command first", AT_MAIL, CAUSE_STARTTLS_REQUIRED },
	{ "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", AT_AUTH, CAUSE_AUTH_FAILED },
	{ "535 5.7.8 Error: authentication failed: Invalid authentication mechanism", AT_AUTH, CAUSE_AUTH_MECHANISM },
	{ "454 4.7.0 Temporary authentication failure: Connection lost to authentication server", AT_AUTH, CAUSE_AUTH_UNAVAILABLE },
	{ "503 5.5.1 Error: authentication not enabled", AT_AUTH, CAUSE_AUTH_NOT_ENABLED },
	{ "538 5.7.0 Encryption required for requested authentication mechanism", AT_AUTH, CAUSE_AUTH_NEEDS_TLS },
	{ "503 5.5.1 Error: nested MAIL command", AT_MAIL, CAUSE_NESTED_MAIL },
	{ "503 5.5.1 Error: need MAIL command", AT_RCPT, CAUSE_NEEDS_MAIL },
	{ "503 5.5.1 Error: need RCPT command", AT_DATA, CAUSE_NEEDS_RCPT },
	{ "554 5.5.1 Error: no valid recipients", AT_DATA, CAUSE_NO_VALID_RECIPIENT },
	{ "503 5.5.1 Error: send HELO/EHLO first", AT_MAIL, CAUSE_NEEDS_HELO },
	{ "555 5.5.4 Unsupported option: FOO=1", AT_MAIL, CAUSE_PARAMETER_REJECTED },
	{ "552 5.3.4 Message size exceeds fixed limit", AT_MAIL, CAUSE_MESSAGE_TOO_LARGE },
	{ "452 4.5.3 Error: too many recipients", AT_RCPT, CAUSE_TOO_MANY_RECIPIENTS },
	{ "554 5.4.0 Error: too many hops", AT_END_OF_DATA, CAUSE_TOO_MANY_HOPS },
	{ "553 5.6.7 Must declare SMTPUTF8 to permit unicode address", AT_RCPT, CAUSE_NEEDS_SMTPUTF8 },
	{ "451 4.7.1 Service unavailable - try again later", AT_END_OF_DATA, CAUSE_FILTER_DOWN },
	{ "454 4.7.0 TLS not available due to local problem", AT_STARTTLS, CAUSE_STARTTLS_FAILED },
	{ "502 5.5.1 VRFY command is disabled", AT_VRFY, CAUSE_COMMAND_DISABLED },
	{ "554 5.7.1 Spam message rejected", AT_END_OF_DATA, CAUSE_SPAM },
	{ "554 5.7.0 Reject, id=12345-01 - INFECTED: Eicar-Test-Signature", AT_END_OF_DATA, CAUSE_VIRUS },
	{ "552 5.2.2 <bob@example.org> Quota exceeded (mailbox for user is full)", AT_RCPT, CAUSE_MAILBOX_FULL },
	{ "550 5.7.23 <bob@example.org>: Recipient address rejected: Message rejected due to: SPF fail - not authorized. Please see http://www.openspf.net/Why?s=mfrom", AT_RCPT, CAUSE_SPF_FAILED },
	{ "550 5.7.1 rejected by DMARC policy for example.net", AT_END_OF_DATA, CAUSE_DMARC_FAILED },
	/* Exim, cPanel */
	{ "550 relay not permitted", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "550 Unrouteable address", AT_RCPT, CAUSE_RECIPIENT_UNROUTABLE },
	{ "550 No Such User Here", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "550-Verification failed for <alice@example.net>\n550-No Such User Here\n550 Sender verify failed", AT_RCPT, CAUSE_SENDER_UNVERIFIED },
	{ "421 Too many concurrent SMTP connections; please try again later.", AT_GREETING, CAUSE_TOO_MANY_CONNECTIONS },
	{ "554 SMTP synchronization error", AT_GREETING, CAUSE_PIPELINING },
	{ "503 sender already given", AT_MAIL, CAUSE_NESTED_MAIL },
	{ "503 valid RCPT command must precede DATA", AT_DATA, CAUSE_NEEDS_RCPT },
	{ "501 Syntactically invalid HELO argument(s)", AT_EHLO, CAUSE_HELO_SYNTAX },
	{ "535 Incorrect authentication data", AT_AUTH, CAUSE_AUTH_FAILED },
	{ "503 AUTH command used when not advertised", AT_AUTH, CAUSE_AUTH_NOT_ENABLED },
	{ "550 This message was classified as SPAM and may not be delivered", AT_END_OF_DATA, CAUSE_SPAM },
	{ "550 maximum allowed line length is 998 octets, got 1204", AT_END_OF_DATA, CAUSE_LINE_TOO_LONG },
	{ "550 This message contains malware (Win.Test.EICAR_HDB-1)", AT_END_OF_DATA, CAUSE_VIRUS },
	{ "550-JunkMail rejected - host.example.net [192.0.2.7] is in an\n550 RBL: https://www.spamhaus.org/query/ip/192.0.2.7", AT_RCPT, CAUSE_CLIENT_LISTED },
	{ "550 \"REJECTED - Bad HELO - Host impersonating [mx.example.org]\"", AT_EHLO, CAUSE_HELO_IS_SERVERS },
	{ "550 Domain example.net has exceeded the max emails per hour (125/100 (125%)) allowed.  Message discarded.", AT_END_OF_DATA, CAUSE_SENDER_QUOTA },
	{ "451 Temporary local problem - please try later", AT_RCPT, CAUSE_SERVER_ERROR },
	{ "452 space shortage, please try later", AT_MAIL, CAUSE_DISK_FULL },
	{ "454 TLS currently unavailable", AT_STARTTLS, CAUSE_STARTTLS_FAILED },
	/* Sendmail and milters */
	{ "550 5.7.1 <bob@example.com>... Relaying denied. Proper authentication required.", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "550 5.1.1 <bob@example.org>... User unknown", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "553 5.1.8 <alice@nowhere.invalid>... Domain of sender address alice@nowhere.invalid does not exist", AT_MAIL, CAUSE_SENDER_UNKNOWN_DOMAIN },
	{ "553 5.5.4 <alice>... Domain name required for sender address alice", AT_MAIL, CAUSE_SENDER_SYNTAX },
	{ "421 4.3.2 Connection rate limit exceeded.", AT_GREETING, CAUSE_RATE_LIMITED },
	{ "421 4.3.2 Too many open connections.", AT_GREETING, CAUSE_TOO_MANY_CONNECTIONS },
	{ "451 4.7.1 Greylisting in action, please come back in 00:04:59", AT_RCPT, CAUSE_GREYLISTED },
	{ "503 5.0.0 Polite people say HELO first", AT_MAIL, CAUSE_NEEDS_HELO },
	{ "552 5.3.4 Message is too large; 10000000 bytes max", AT_MAIL, CAUSE_MESSAGE_TOO_LARGE },
	{ "452 4.4.5 Insufficient disk space; try again later", AT_MAIL, CAUSE_DISK_FULL },
	{ "454 4.3.3 TLS not available after start", AT_STARTTLS, CAUSE_STARTTLS_FAILED },
	{ "504 5.3.3 AUTH mechanism NTLM not available", AT_AUTH, CAUSE_AUTH_MECHANISM },
	{ "554 5.3.5 Local configuration error: mail loops back to me (MX problem?)", AT_ANY, CAUSE_MAIL_LOOP },
	{ "550 5.7.1 Fix reverse DNS for 192.0.2.7", AT_MAIL, CAUSE_NO_REVERSE_DNS },
	/* Exchange and Microsoft 365 */
	{ "550 5.4.1 Recipient address rejected: Access denied. [AM0EUR02FT012.eop-EUR02.prod.protection.outlook.com] AS(201806281)", AT_RCPT, CAUSE_RECIPIENT_NOT_IN_DIRECTORY },
	{ "550 5.4.1 Recipient address rejected: Access denied. [BN1.prod.protection.outlook.com]",
	    AT_RCPT, CAUSE_RECIPIENT_NOT_IN_DIRECTORY },
	{ "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bob@example.org not found by SMTP address lookup", AT_END_OF_DATA, CAUSE_RECIPIENT_UNKNOWN },
	{ "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "550 5.7.64 TenantAttribution; Relay Access Denied [AM5EUR02FT003]", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", AT_MAIL, CAUSE_AUTH_REQUIRED },
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.", AT_AUTH, CAUSE_AUTH_SUBMISSION_OFF },
	{ "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [LO4P265CA0001.GBRP265.PROD.OUTLOOK.COM]", AT_AUTH, CAUSE_AUTH_PASSWORDS_OFF },
	{ "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", AT_AUTH, CAUSE_AUTH_FAILED },
	{ "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.", AT_AUTH, CAUSE_AUTH_POLICY },
	{ "535 5.7.3 Authentication unsuccessful", AT_AUTH, CAUSE_AUTH_FAILED },
	{ "452 4.3.1 Insufficient system resources (TSTE)", AT_MAIL, CAUSE_BACK_PRESSURE },
	{ "554 5.2.252 SendAsDenied; alice@example.org not allowed to send as bob@example.org", AT_END_OF_DATA, CAUSE_SENDER_NOT_OWNED },
	{ "550 5.7.60 SMTP; Client does not have permissions to send as this sender", AT_END_OF_DATA, CAUSE_SENDER_NOT_OWNED },
	{ "550 5.7.520 Access denied, Your organization does not allow external forwarding. Please contact your administrator for further assistance. AS(7555)", AT_END_OF_DATA, CAUSE_FORWARDING_BLOCKED },
	{ "550 5.1.8 Access denied, bad outbound sender AS(42003)", AT_END_OF_DATA, CAUSE_OUTBOUND_BLOCKED },
	{ "550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list please visit https://sender.office.com/", AT_MAIL, CAUSE_CLIENT_BLOCKED },
	{ "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).", AT_MAIL, CAUSE_CLIENT_BLOCKED },
	{ "451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775)", AT_MAIL, CAUSE_RATE_LIMITED },
	{ "550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification and has a DMARC policy of reject.", AT_END_OF_DATA, CAUSE_DMARC_FAILED },
	{ "550 5.7.515 Access denied, sending domain example.org doesn't meet the required authentication level.", AT_END_OF_DATA, CAUSE_UNAUTHENTICATED },
	{ "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", AT_RCPT, CAUSE_RECIPIENT_RESTRICTED },
	{ "554 5.4.14 Hop count exceeded - possible mail loop ATTR34", AT_END_OF_DATA, CAUSE_MAIL_LOOP },
	{ "451 5.7.3 STARTTLS is required to send mail", AT_MAIL, CAUSE_STARTTLS_REQUIRED },
	{ "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA", AT_END_OF_DATA, CAUSE_BARE_LF },
	{ "501 5.5.4 Invalid domain name", AT_EHLO, CAUSE_HELO_SYNTAX },
	{ "503 5.5.2 Send hello first", AT_MAIL, CAUSE_NEEDS_HELO },
	{ "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", AT_END_OF_DATA, CAUSE_RECIPIENT_RATE },
	{ "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls.", AT_AUTH, CAUSE_CLIENT_TLS_OLD },
	{ "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit, closing transmission channel", AT_GREETING, CAUSE_TOO_MANY_CONNECTIONS },
	/* Gmail */
	{ "421-4.7.0 [192.0.2.7      15] Our system has detected that this message is\n421-4.7.0 suspicious due to the very low reputation of the sending IP address.\n421 4.7.0  https://support.google.com/mail/answer/188131 - gsmtp", AT_END_OF_DATA, CAUSE_BAD_REPUTATION },
	{ "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating\n421 4.7.28 from your IP address. - gsmtp", AT_END_OF_DATA, CAUSE_RATE_LIMITED },
	{ "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450 4.2.1 prevents additional messages from being delivered. - gsmtp", AT_RCPT, CAUSE_RECIPIENT_RATE },
	{ "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n452 4.2.2 recipient to https://support.google.com/mail/?p=OverQuotaTemp - gsmtp", AT_RCPT, CAUSE_MAILBOX_FULL },
	{ "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550 5.1.1 double-checking the recipient's email address for typos - gsmtp", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "550-5.7.25 [192.0.2.7] The IP address sending this message does not have a PTR\n550 5.7.25 record setup, or the corresponding forward DNS entry does not match - gsmtp", AT_END_OF_DATA, CAUSE_NO_REVERSE_DNS },
	{ "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. - gsmtp", AT_END_OF_DATA, CAUSE_UNAUTHENTICATED },
	{ "550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's\n550 5.7.26 DMARC policy. - gsmtp", AT_END_OF_DATA, CAUSE_DMARC_FAILED },
	{ "550-5.7.1 [192.0.2.7] Messages missing a valid messageId header are not\n550 5.7.1 accepted. - gsmtp", AT_END_OF_DATA, CAUSE_HEADERS_INVALID },
	{ "552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 security issue. - gsmtp", AT_END_OF_DATA, CAUSE_ATTACHMENT },
	{ "534-5.7.9 Application-specific password required. Learn more at\n534 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp", AT_AUTH, CAUSE_AUTH_APP_PASSWORD },
	{ "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp", AT_AUTH, CAUSE_AUTH_FAILED },
	{ "454 4.7.0 Too many login attempts, please try again later. - gsmtp", AT_AUTH, CAUSE_AUTH_LOCKED },
	{ "550-5.7.1 [192.0.2.7] The IP you're using to send mail is not authorized to\n550-5.7.1 send email directly to our servers. Please use the SMTP relay at your\n550 5.7.1 service provider instead. - gsmtp", AT_END_OF_DATA, CAUSE_DYNAMIC_ADDRESS },
	{ "550 5.4.5 Daily user sending limit exceeded. - gsmtp", AT_END_OF_DATA, CAUSE_SENDER_QUOTA },
	/* others */
	{ "550 Invalid recipient: <bob@example.org>", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "530 5.5.1 Invalid command: Must issue an AUTH command first", AT_MAIL, CAUSE_AUTH_REQUIRED },
	{ "550 I cannot deliver mail for {bob@example.com}", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "503 Use EHLO/HELO before MAIL", AT_MAIL, CAUSE_NEEDS_HELO },
	{ "513 Relaying denied.", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "517 Domain does not exist: nowhere.invalid.", AT_MAIL, CAUSE_SENDER_UNKNOWN_DOMAIN },
	{ "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "550 sorry, no mailbox here by that name. (#5.1.1)", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)", AT_RCPT, CAUSE_SENDER_BLOCKED },
	{ "552 sorry, that message size exceeds my databytes limit (#5.3.4)", AT_END_OF_DATA, CAUSE_MESSAGE_TOO_LARGE },
	{ "451 See http://pobox.com/~djb/docs/smtplf.html.", AT_END_OF_DATA, CAUSE_BARE_LF },
	{ "554 too many hops, this message is looping (#5.4.6)", AT_END_OF_DATA, CAUSE_TOO_MANY_HOPS },
	{ "550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7", AT_GREETING, CAUSE_CLIENT_BLOCKED },
	{ "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc]", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "550 csi.mimecast.org Poor Reputation Sender.", AT_RCPT, CAUSE_BAD_REPUTATION },
	{ "550 SPF Sender Invalid - envelope rejected", AT_RCPT, CAUSE_SPF_FAILED },
	{ "554 Service unavailable; Client host [host.example.net] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.7", AT_RCPT, CAUSE_CLIENT_LISTED },
	{ "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.", AT_GREETING, CAUSE_BAD_REPUTATION },
	{ "550 #5.1.0 Address rejected bob@example.org", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1", AT_MAIL, CAUSE_BAD_REPUTATION },
	{ "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, because the ip is in Spamhaus's list; see http://postmaster.yahoo.com/550-bl23.html", AT_GREETING, CAUSE_CLIENT_LISTED },
	{ "554 delivery error: dd This user doesn't have a yahoo.com account (bob@yahoo.com) [0]", AT_END_OF_DATA, CAUSE_RECIPIENT_UNKNOWN },
	{ "554-mx.example.org (mxeue011)\n554-Bad DNS PTR resource record.\n554 For explanation visit https://postmaster.example.org/", AT_GREETING, CAUSE_NO_REVERSE_DNS },
	{ "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=abc", AT_END_OF_DATA, CAUSE_SPAM },
	{ "553 Relaying disallowed as alice@example.org", AT_RCPT, CAUSE_SENDER_NOT_OWNED },
	{ "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: alice@example.org", AT_END_OF_DATA, CAUSE_SENDER_NOT_OWNED },
	{ "550 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; Error: open resolver; https://www.spamhaus.org/returnc/pub/192.0.2.53", AT_RCPT, CAUSE_LIST_QUERY_REFUSED },
	{ "503 This mail server requires authentication when attempting to send to a non-local e-mail address.", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "550 5.7.1 Message rejected: spf check: unauthorized sender", AT_MAIL, CAUSE_SPF_FAILED },
	{ "450 4.2.0 Mailbox unavailable", AT_RCPT, CAUSE_RECIPIENT_BUSY },
	/* met beside their session: the stage is not known, or told by the text */
	{ "421 4.7.0 This message is suspicious due to the nature of the content", AT_END_OF_DATA, CAUSE_SPAM },
	{ "550 5.7.511 Access denied, banned sender[192.0.2.1]", AT_RCPT, CAUSE_CLIENT_BLOCKED },
	{ "421 4.4.2 Message submission rate for this client has exceeded the configured limit", AT_MAIL, CAUSE_RATE_LIMITED },
	{ "550 5.7.124 RESOLVER.RST.SenderNotInAllowedSendersList; not allowed", AT_ANY, CAUSE_RECIPIENT_RESTRICTED },
	{ "550 5.7.233 Tenant has exceeded the daily external recipient limit", AT_ANY, CAUSE_SENDER_QUOTA },
	{ "550 5.2.1 The email account that you tried to reach is inactive", AT_ANY, CAUSE_RECIPIENT_DISABLED },
	{ "554 5.7.1 Service unavailable; Sender address [alice@example.org] blocked using dbl.spamhaus.org", AT_ANY, CAUSE_SENDER_BLOCKED },
	{ "554 5.7.1 Service unavailable; Helo command [example.org] blocked using dbl.spamhaus.org", AT_RCPT, CAUSE_HELO_REJECTED },
	{ "451 Internal resource temporarily unavailable - https://community.mimecast.com/docs", AT_RCPT, CAUSE_GREYLISTED },
	{ "451 Account inbounds disabled", AT_RCPT, CAUSE_RECIPIENT_DISABLED },
	{ "450 <bob@example.org>: Recipient address rejected: System resources low", AT_RCPT, CAUSE_OVERLOADED },
	{ "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.", AT_GREETING, CAUSE_CLIENT_BLOCKED },
	{ "550 Message headers fail syntax check", AT_END_OF_DATA, CAUSE_HEADERS_INVALID },
	{ "421 4.7.0 mx Rejecting SMTP connection during high load", AT_GREETING, CAUSE_OVERLOADED },
	{ "517 HELO localhost does not match 192.0.2.7", AT_EHLO, CAUSE_HELO_REJECTED },
	{ "421 4.7.1 Server configuration issue", AT_MAIL, CAUSE_SERVER_MISCONFIGURED },
	{ "550 Your sender domain has no MX", AT_MAIL, CAUSE_SENDER_UNKNOWN_DOMAIN },
	{ "550 5.7.1 Message rejected: outgoing message limit exceeded", AT_RCPT, CAUSE_SENDER_QUOTA },
	{ "451 4.7.1 Service unavailable - DNS fail", AT_RCPT, CAUSE_SERVER_DNS_FAILED },
	{ "550 5.7.1 Your account is blocked. SPAM activity detected", AT_ANY, CAUSE_OUTBOUND_BLOCKED },
	{ "550 SMTP is available only with SSL or TLS connection enabled", AT_MAIL, CAUSE_STARTTLS_REQUIRED },
	{ "535 5.7.0 Application password is REQUIRED", AT_AUTH, CAUSE_AUTH_APP_PASSWORD },
	{ "535 5.7.8 Error: authentication failed: This user does not have access rights to this service", AT_AUTH, CAUSE_AUTH_SUBMISSION_OFF },
	{ "554 DT:SPM 163 smtp8", AT_END_OF_DATA, CAUSE_SPAM },
	{ "451 MI:SFQ 163 mx,please see http://mail.163.com/help/help_spam_16.htm", AT_MAIL, CAUSE_RATE_LIMITED },
	{ "554 imp10 cox 192.0.2.7 blocked. Error Code: AUP#CXRJ", AT_GREETING, CAUSE_CLIENT_BLOCKED },
	{ "554 Sending paused for this account", AT_END_OF_DATA, CAUSE_OUTBOUND_BLOCKED },
	{ "421 Domain example.org is not allowed to send: Please activate your account", AT_MAIL, CAUSE_ACCOUNT_DISABLED },
	{ "550 5.7.1 temporarily blocked because of previous errors - retrying too fast", AT_RCPT, CAUSE_RATE_LIMITED },
	{ "550 Bad SPF records for [example.org:192.0.2.7]", AT_MAIL, CAUSE_SPF_FAILED },
	{ "550 domain [example.org] mismatches client ip 192.0.2.7", AT_MAIL, CAUSE_NO_REVERSE_DNS },
	{ "552 5.6.0 Headers too large (32768 max)", AT_END_OF_DATA, CAUSE_HEADERS_INVALID },
	{ "554 mx.example.org ESMTP not accepting connections", AT_GREETING, CAUSE_NO_SERVICE },
	{ "550 Host does not accept mail", AT_RCPT, CAUSE_TAKES_NO_MAIL },
	{ "550 5.5.0 Le compte du destinataire est bloque. The recipient account is blocked.", AT_RCPT, CAUSE_RECIPIENT_DISABLED },
	{ "550 Mailbox is frozen", AT_RCPT, CAUSE_RECIPIENT_DISABLED },
	{ "550 <bob@example.org>... User not exist", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
	{ "550 5.1.1 <bob@example.org>: Recipient address rejected: example.org", AT_ANY, CAUSE_RECIPIENT_UNKNOWN },
	{ "550 5.4.1 [bob@example.org]: Recipient address rejected: Access denied", AT_RCPT, CAUSE_RECIPIENT_NOT_IN_DIRECTORY },
	{ "550 <bob@example.org>: Recipient address rejected.", AT_ANY, CAUSE_MAILBOX_UNAVAILABLE },
	{ "501 Rcpt-To validation failed: This system is not configured to relay mail", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "550 5.1.0 192.0.2.7 is not allowed to send from <example.org> per its SPF Record", AT_MAIL, CAUSE_SPF_FAILED },
	{ "554 The domain is not reachable. Please check the domain and try again", AT_RCPT, CAUSE_RECIPIENT_DOMAIN },
	{ "550 message rejected: batv validation failure", AT_RCPT, CAUSE_NULL_SENDER_REJECTED },
	{ "552 Maildir delivery failed: userdisk quota exceeded", AT_RCPT, CAUSE_MAILBOX_FULL },
	{ "550 This route requires TLS version 1.2 or greater", AT_MAIL, CAUSE_CLIENT_TLS_OLD },
	{ "550 We don't handle mail for example.org", AT_RCPT, CAUSE_RELAY_DENIED },
	{ "554 5.7.0 Reject, id=12345-01 - BANNED", AT_END_OF_DATA, CAUSE_CONTENT_REJECTED },
};

/* The cause that diagnose() finds first in a reply, with codes and all. */
static enum cause
cause_of(const char *reply, enum smtp_stage stage, struct arena *arena)
{
	struct span all = span_of(reply), line;
	struct span octets = SPAN_NONE;
	struct reply r;
	struct facts facts = { .reply = &r, .stage = stage };

	while (span_line(&all, &line))
		octets = arena_printf(arena, "%.*s%.*s\r\n", SPAN_ARG(octets), SPAN_ARG(line));
	assert_int_not_equal(reply_parse(octets, arena, &r), 0);
	struct diagnosis *d = diagnose(&facts, arena);
	return d ? d->cause : CAUSE_NONE;
}

static void
real_texts_are_understood(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct arena arena = { 0 };
		enum cause got = cause_of(texts[i].reply, texts[i].stage, &arena);
		if (got != texts[i].want) {
			print_message("%s\n  is %s, wanted %s\n", texts[i].reply, cause_word(got),
			    cause_word(texts[i].want));
			wrong++;
		}
		arena_release(&arena);
	}
	assert_int_equal(wrong, 0);
}

static void
lists_are_named(void **state)
{
	(void)state;
	assert_span(reply_text_list(
			SPAN("Client host [192.0.2.7] blocked using zen.spamhaus.org; https://x")),
	    "zen.spamhaus.org");
	assert_span(reply_text_list(SPAN("192.0.2.7 is listed at b.barracudacentral.org.")),
	    "b.barracudacentral.org");
	assert_span(reply_text_list(SPAN("because the ip is in Spamhaus's list")), "Spamhaus");
	assert_span(reply_text_list(SPAN("blocked using 192.0.2.7")), "");
}

/* The phrases are in the form that texts are brought into, and no row is hidden by one above it. */
static void
every_phrase_can_match(void **state)
{
	enum cause cause, other;

	(void)state;
	for (size_t n = 0; reply_text_phrase(n, &cause); n++)
		for (const char *c = reply_text_phrase(n, &cause); *c; c++)
			assert_false(*c >= 'A' && *c <= 'Z');
	size_t n = 0;
	while (reply_text_phrase(n, &other))
		n++;
	assert_true(n >= 300);
}

static void
a_text_costs_no_more_than_its_length(void **state)
{
	size_t size = 1 << 20;
	char *text = test_malloc(size);
	struct reply_seen said = { .code = 550, .text = { text, size } };

	(void)state;
	for (size_t i = 0; i < size; i++)
		text[i] = "spf helo "[i % 9];
	reply_text_cause(&said);
	memset(text, 0xff, size);
	assert_int_equal(reply_text_cause(&said), CAUSE_NONE);
	test_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_texts_are_understood),
		cmocka_unit_test(lists_are_named),
		cmocka_unit_test(every_phrase_can_match),
		cmocka_unit_test(a_text_costs_no_more_than_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
