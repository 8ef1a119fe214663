/*
 * The causes: why mail does not get through, or may not in the future. The list is closed. Each
 * cause has one row, which is the only place for text about it. Code branches on the enumeration;
 * JSON, metric labels and `explain WORD` use the word, which never changes.
 *
 * Sentences are templates: {host} is replaced by a field of the diagnosis (see FIELDS), and a part
 * in square brackets is omitted if a field in it is empty: "nothing listens on port {port}[ at
 * {address}]". The part before a "|" is what was observed. It is omitted below an error line that
 * says it already; if nothing is left then, the consequence is used.
 */
#ifndef RUN_DIAGNOSIS_CAUSE_H
#define RUN_DIAGNOSIS_CAUSE_H

#include "base/span.h"
#include "run/diagnosis/health.h"

/* cause, its word */
#define CAUSES(X)									\
	/* the connection */								\
	X(CONNECT_REFUSED,	"connect_refused")					\
	X(CONNECT_TIMEOUT,	"connect_timeout")					\
	X(UNREACHABLE,		"unreachable")						\
	X(NO_ROUTE,		"no_route")						\
	X(BLOCKED_HERE,		"blocked_here")		/* by this machine's own rules */ \
	X(PORT_BLOCKED,		"port_blocked")		/* nobody answers: outbound port 25 */ \
	X(PROXY_FAILED,		"proxy_failed")						\
	X(SILENT_PORT,		"silent_port")						\
	X(TLS_PORT,		"tls_port")		/* it expects TLS first */	\
	X(CLEAR_PORT,		"clear_port")		/* it does not begin with TLS */ \
	X(SILENT_IN_TLS,	"silent_in_tls")					\
	X(GREETING_DELAY,	"greeting_delay")	/* postscreen holds the last line back */ \
	X(GREETING_SLOW,	"greeting_slow")					\
	X(REPLY_TIMEOUT,	"reply_timeout")					\
	X(EHLO_TIMEOUT,		"ehlo_timeout")						\
	X(REPLY_UNFINISHED,	"reply_unfinished")					\
	X(REPLY_SLOW,		"reply_slow")						\
	X(TARPIT,		"tarpit")						\
	X(CLOSED_BEFORE_GREETING, "closed_before_greeting")				\
	X(CLOSED_WAITING,	"closed_waiting")	/* after a silence, without a greeting */ \
	X(RESET_BEFORE_GREETING, "reset_before_greeting")				\
	X(CONNECTION_CLOSED,	"connection_closed")					\
	X(CONNECTION_RESET,	"connection_reset")					\
	X(CLOSED_AT_EHLO,	"closed_at_ehlo")					\
	X(CLOSED_AT_AUTH,	"closed_at_auth")					\
	X(CLOSED_IDLE,		"closed_idle")		/* nothing was asked */		\
	X(CLOSED_IN_REPLY,	"closed_in_reply")					\
	X(CLOSED_IN_DATA,	"closed_in_data")	/* before the end of data */	\
	X(FATE_UNKNOWN,		"fate_unknown")		/* after the end of data (RFC 1047) */ \
	/* not an SMTP server, or one that breaks the protocol */			\
	X(NOT_SMTP,		"not_smtp")						\
	X(MAILBOX_SERVER,	"mailbox_server")	/* POP3 or IMAP */		\
	X(LMTP_SERVER,		"lmtp_server")						\
	X(PROXY_HEADER_WANTED,	"proxy_header_wanted")					\
	X(GREETING_MASKED,	"greeting_masked")	/* Cisco's 220 **** */		\
	X(STARTTLS_STRIPPED,	"starttls_stripped")	/* XXXXXXXA */			\
	X(INJECTION,		"starttls_injection")					\
	X(OUT_OF_STEP,		"out_of_step")						\
	X(REPLY_MALFORMED,	"reply_malformed")					\
	X(REPLY_FLAWED,		"reply_flawed")						\
	X(GREETING_CODE,	"greeting_code")	/* not one a greeting may have */ \
	/* this client */								\
	X(EARLY_TALKER,		"early_talker")						\
	X(CLIENT_LISTED,	"client_listed")	/* on a block list that is named */ \
	X(DYNAMIC_ADDRESS,	"dynamic_address")					\
	X(CLIENT_BLOCKED,	"client_blocked")	/* by the server's own list */	\
	X(LIST_QUERY_REFUSED,	"list_query_refused") /* the list rejects the server's queries */ \
	X(BAD_REPUTATION,	"bad_reputation")					\
	X(NO_REVERSE_DNS,	"no_reverse_dns")					\
	X(TOO_MANY_CONNECTIONS,	"too_many_connections")					\
	X(RATE_LIMITED,		"rate_limited")						\
	X(TOO_MANY_ERRORS,	"too_many_errors")					\
	X(POSTSCREEN_TESTS,	"postscreen_tests")	/* passed; it says 450 once */	\
	X(GREYLISTED,		"greylisted")						\
	X(NO_SERVICE,		"no_service")		/* 554 as the greeting */	\
	X(TAKES_NO_MAIL,	"takes_no_mail")	/* 521 */			\
	X(HELO_NOT_FQDN,	"helo_not_fqdn")					\
	X(HELO_NOT_FOUND,	"helo_not_found")	/* it does not resolve */	\
	X(HELO_IS_SERVERS,	"helo_is_servers")	/* the server's own name or address */ \
	X(HELO_REJECTED,	"helo_rejected")					\
	X(HELO_SYNTAX,		"helo_syntax")						\
	/* the server's own trouble */							\
	X(SERVICE_UNAVAILABLE,	"service_unavailable")	/* 421, and no reason */	\
	X(SHUTTING_DOWN,	"shutting_down")					\
	X(IDLE_TIMEOUT,		"idle_timeout")						\
	X(OVERLOADED,		"overloaded")						\
	X(DISK_FULL,		"disk_full")						\
	X(BACK_PRESSURE,	"back_pressure")	/* Exchange is short of resources */ \
	X(LOOKUP_FAILED,	"lookup_failed")					\
	X(SERVER_DNS_FAILED,	"server_dns_failed")					\
	X(NEXT_HOP_DOWN,	"next_hop_down")					\
	X(FILTER_DOWN,		"filter_down")		/* its milter or scanner */	\
	X(SERVER_MISCONFIGURED,	"server_misconfigured")					\
	X(SERVER_ERROR,		"server_error")						\
	X(MAIL_LOOP,		"mail_loop")						\
	X(TOO_MANY_HOPS,	"too_many_hops")					\
	X(EXPIRED,		"expired")		/* it lay in a queue for too long */ \
	/* STARTTLS and AUTH */								\
	X(STARTTLS_FAILED,	"starttls_failed")	/* offered, then 454 */		\
	X(STARTTLS_REJECTED,	"starttls_rejected")	/* offered, then 5xx */		\
	X(STARTTLS_MISSING,	"starttls_missing")	/* not offered */		\
	X(STARTTLS_TAKEN,	"starttls_taken") /* another address of the name offers it */ \
	X(STARTTLS_REQUIRED,	"starttls_required")	/* must issue STARTTLS first */	\
	X(STARTTLS_UNKNOWN,	"starttls_unknown")					\
	X(STARTTLS_SEQUENCE,	"starttls_sequence")					\
	X(AUTH_REQUIRED,	"auth_required")					\
	X(AUTH_FAILED,		"auth_failed")		/* credentials */		\
	X(AUTH_PASSWORDS_OFF,	"auth_passwords_off")	/* basic authentication disabled */ \
	X(AUTH_SUBMISSION_OFF,	"auth_submission_off")	/* SMTP AUTH off for tenant or mailbox */ \
	X(AUTH_APP_PASSWORD,	"auth_app_password")					\
	X(AUTH_WEB_LOGIN,	"auth_web_login")					\
	X(AUTH_TOKEN,		"auth_token")						\
	X(AUTH_UNAVAILABLE,	"auth_unavailable")	/* its password service is down */ \
	X(AUTH_MECHANISM,	"auth_mechanism")	/* not available */		\
	X(AUTH_NEEDS_TLS,	"auth_needs_tls")					\
	X(AUTH_TOO_WEAK,	"auth_too_weak")					\
	X(AUTH_NOT_ENABLED,	"auth_not_enabled")					\
	X(AUTH_TWICE,		"auth_twice")		/* logged in already */		\
	X(AUTH_SEQUENCE,	"auth_sequence")	/* in a transaction, before EHLO */ \
	X(AUTH_CODING,		"auth_coding")		/* not base64, or cancelled */	\
	X(AUTH_TOO_LONG,	"auth_too_long")					\
	X(AUTH_POLICY,		"auth_policy") /* conditional access, security defaults */ \
	X(AUTH_LOCKED,		"auth_locked")		/* too many failed logins */	\
	X(AUTH_BINDING,		"auth_binding")		/* channel binding failed */	\
	X(AUTH_TRANSITION,	"auth_transition")					\
	X(ACCOUNT_DISABLED,	"account_disabled")					\
	X(TRUST_REQUIRED,	"trust_required")					\
	X(PASSWORDS_IN_CLEAR,	"passwords_in_clear")	/* AUTH, and no TLS at all */	\
	X(AUTH_BEFORE_TLS,	"auth_before_tls")	/* AUTH without TLS, STARTTLS offered */ \
	/* the sender */								\
	X(SENDER_UNKNOWN_DOMAIN, "sender_unknown_domain")				\
	X(SENDER_UNVERIFIED,	"sender_unverified")					\
	X(SENDER_NOT_OWNED,	"sender_not_owned")					\
	X(SENDER_BLOCKED,	"sender_blocked")					\
	X(SENDER_SYNTAX,	"sender_syntax")					\
	X(SENDER_NULL_MX,	"sender_null_mx")					\
	X(NULL_SENDER_REJECTED,	"null_sender_rejected")					\
	X(SENDER_QUOTA,		"sender_quota")		/* what an account may send */	\
	X(OUTBOUND_BLOCKED,	"outbound_blocked")	/* the account sends spam, they say */ \
	X(FORWARDING_BLOCKED,	"forwarding_blocked")					\
	X(SPF_FAILED,		"spf_failed")						\
	X(SPF_ERROR,		"spf_error")						\
	X(DKIM_FAILED,		"dkim_failed")						\
	X(DMARC_FAILED,		"dmarc_failed")						\
	X(UNAUTHENTICATED,	"unauthenticated")	/* neither SPF nor DKIM passes */ \
	X(ARC_FAILED,		"arc_failed")						\
	/* the recipient */								\
	X(RELAY_DENIED,		"relay_denied")						\
	X(RECIPIENT_UNKNOWN,	"recipient_unknown")					\
	X(RECIPIENT_NOT_IN_DIRECTORY, "recipient_not_in_directory")			\
	X(RECIPIENT_UNROUTABLE,	"recipient_unroutable")	/* user or domain: it does not say */ \
	X(MAILBOX_UNAVAILABLE,	"mailbox_unavailable") /* unknown, disabled, not for us */ \
	X(RECIPIENT_DOMAIN,	"recipient_domain")	/* unknown or not routable */	\
	X(RECIPIENT_SYNTAX,	"recipient_syntax")					\
	X(RECIPIENT_AMBIGUOUS,	"recipient_ambiguous")					\
	X(RECIPIENT_MOVED,	"recipient_moved")					\
	X(RECIPIENT_DISABLED,	"recipient_disabled")					\
	X(RECIPIENT_RESTRICTED,	"recipient_restricted")	/* for some senders only */	\
	X(RECIPIENT_NULL_MX,	"recipient_null_mx")					\
	X(RECIPIENT_UNVERIFIED,	"recipient_unverified")	/* the server could not find out */ \
	X(RECIPIENT_RATE,	"recipient_rate")	/* it gets too much mail */	\
	X(RECIPIENT_BUSY,	"recipient_busy")					\
	X(MAILBOX_FULL,		"mailbox_full")						\
	X(TOO_MANY_RECIPIENTS,	"too_many_recipients")					\
	X(ANOTHER_TRANSACTION,	"another_transaction") /* one more domain: a message of its own */ \
	X(LIST_EXPANSION,	"list_expansion")					\
	X(OWNER_CHANGED,	"owner_changed")	/* RRVS */			\
	/* the message */								\
	X(CONTENT_REJECTED,	"content_rejected")					\
	X(SPAM,			"spam")							\
	X(VIRUS,		"virus")						\
	X(ATTACHMENT,		"attachment")						\
	X(LINK_LISTED,		"link_listed")		/* a link's domain is on a list */ \
	X(MESSAGE_TOO_LARGE,	"message_too_large")					\
	X(HEADERS_INVALID,	"headers_invalid")					\
	X(LINE_TOO_LONG,	"line_too_long")					\
	X(BARE_LF,		"bare_lf")						\
	X(NEEDS_SMTPUTF8,	"needs_smtputf8")					\
	X(NEEDS_CONVERSION,	"needs_conversion")	/* 8-bit, binary: not supported on */ \
	X(PROTECTION,		"protection")		/* encryption, signature of the message */ \
	X(REQUIRETLS,		"requiretls_failed")						\
	X(PRIORITY,		"priority")						\
	X(HOLD_REFUSED,		"hold_refused")		/* HOLDFOR, HOLDUNTIL */	\
	/* the dialogue */								\
	X(PIPELINING,		"improper_pipelining")		/* not waited for a reply */	\
	X(NEEDS_HELO,		"needs_helo")						\
	X(HELO_LOST,		"helo_lost")		/* granted, and not remembered */ \
	X(HELO_TWICE,		"helo_twice")						\
	X(EHLO_UNKNOWN,		"ehlo_unknown")						\
	X(NEEDS_MAIL,		"needs_mail")						\
	X(NEEDS_RCPT,		"needs_rcpt")						\
	X(NO_VALID_RECIPIENT,	"no_valid_recipient")					\
	X(NESTED_MAIL,		"nested_mail")						\
	X(BAD_SEQUENCE,		"bad_sequence")						\
	X(ANGLE_BRACKETS,	"angle_brackets")					\
	X(PARAMETER_NOT_OFFERED, "parameter_not_offered")				\
	X(PARAMETER_REJECTED,	"parameter_rejected")					\
	X(SYNTAX_ERROR,		"syntax_error")						\
	X(COMMAND_UNKNOWN,	"command_unknown")					\
	X(COMMAND_TOO_LONG,	"command_too_long")					\
	X(COMMAND_DISABLED,	"command_disabled")	/* VRFY, EXPN */		\
	/* no more than the code says */						\
	X(POLICY,		"policy")		/* x.7.x */			\
	X(DEFERRED,		"deferred")						\
	X(REJECTED,		"rejected")						\
	/* the TLS handshake */								\
	X(TLS_NOTHING_SHARED,	"tls_nothing_shared")	/* alert 40 */			\
	X(CLIENT_TLS_OLD,	"client_tls_old")	/* the client's, says the server */ \
	X(TLS_VERSION,		"tls_version")		/* alert 70, or too old for this side */ \
	X(TLS_CLIENT_CERT,	"tls_client_cert")	/* alert 116: one is required */ \
	X(TLS_CLIENT_CERT_REJECTED, "tls_client_cert_rejected")				\
	X(TLS_NAME_UNKNOWN,	"tls_name_unknown")	/* alert 112 */			\
	X(TLS_SERVER_ERROR,	"tls_server_error")	/* alert 80 */			\
	X(TLS_ALERT,		"tls_alert")		/* any other */			\
	X(TLS_WEAK,		"tls_weak")		/* a key, a signature: not safe */ \
	X(TLS_RENEGOTIATION,	"tls_renegotiation")	/* without RFC 5746 */		\
	X(TLS_CLEARTEXT,	"tls_cleartext")	/* agreed, then no TLS came */	\
	X(TLS_TIMEOUT,		"tls_timeout")						\
	X(TLS_CLOSED,		"tls_closed")						\
	X(TLS_FAILED,		"tls_failed")						\
	X(TLS_TRUNCATED,	"tls_truncated")	/* closed without close_notify */ \
	/* the certificate */								\
	X(CERT_EXPIRED,		"cert_expired")						\
	X(CERT_EXPIRES,		"cert_expires")		/* soon */			\
	X(CERT_NOT_YET_VALID,	"cert_not_yet_valid")					\
	X(CERT_SELF_SIGNED,	"cert_self_signed")					\
	X(CERT_INTERMEDIATE,	"cert_intermediate")	/* missing */			\
	X(CERT_PRIVATE_CA,	"cert_private_ca")	/* a root that is not trusted here */ \
	X(CERT_NAME,		"cert_name")						\
	X(CERT_NO_SAN,		"cert_no_san")						\
	X(CERT_WILDCARD,	"cert_wildcard")					\
	X(CERT_REVOKED,		"cert_revoked")						\
	X(CERT_WEAK,		"cert_weak")						\
	X(CERT_PURPOSE,		"cert_purpose")						\
	X(CERT_INVALID,		"cert_invalid")		/* any other problem */		\
	X(CERT_OCSP,		"cert_ocsp")						\
	X(NO_CA_LINKS,		"no_ca_links")		/* in the folder that --ca names */ \
	X(NO_TRUST_STORE,	"no_trust_store")	/* on this machine */		\
	/* the DNS */									\
	X(DNS_NO_DOMAIN,	"dns_no_domain")					\
	X(DNS_NO_HOST,		"dns_no_host")						\
	X(DNS_NO_ADDRESS,	"dns_no_address")					\
	X(DNS_NO_FAMILY,	"dns_no_family")	/* no address of the family asked for */ \
	X(DNS_SERVER_FAILURE,	"dns_servfail")						\
	X(DNSSEC_FAILED,	"dnssec_failed")					\
	X(DNS_TIMEOUT,		"dns_timeout")						\
	X(DNS_SLOW,		"dns_slow")		/* little time was left for the rest */ \
	X(DNS_REJECTED,		"dns_refused")						\
	X(DNS_CNAME_LOOP,	"dns_cname_loop")					\
	X(DNS_MALFORMED,	"dns_malformed")					\
	X(NULL_MX,		"null_mx")						\
	X(NULL_MX_BESIDE,	"null_mx_beside_others")				\
	X(NO_MX,		"no_mx") /* mail goes to the domain's own address */ \
	X(NO_MX_REFUSED,	"no_mx_refused")	/* and that takes none */	\
	X(MX_NO_HOST,		"mx_no_host")						\
	X(MX_NO_ADDRESS,	"mx_no_address")					\
	X(MX_UNRESOLVABLE,	"mx_unresolvable")	/* the lookup of its address failed */ \
	X(MX_TRAILING_DOT,	"mx_trailing_dot")					\
	X(MX_IS_ADDRESS,	"mx_is_address")					\
	X(MX_IS_ALIAS,		"mx_is_alias")						\
	X(MX_PRIVATE,		"mx_private")						\
	X(MX_LOOPBACK,		"mx_loopback")						\
	X(MX_SAME_HOST,		"mx_same_host")						\
	/* across addresses */								\
	X(IPV6_DEAD,		"ipv6_dead")						\
	X(IPV4_DEAD,		"ipv4_dead")						\
	X(ONE_ADDRESS_DEAD,	"one_address_dead")					\
	X(PRIMARY_DOWN,		"primary_down")						\
	X(BACKUP_DOWN,		"backup_down")						\
	X(ALL_DOWN,		"all_down")						\
	/* DANE, MTA-STS, TLSRPT */							\
	X(DANE_MISMATCH,	"dane_mismatch")					\
	X(DANE_NO_TLS,		"dane_no_tls")						\
	X(DANE_UNUSABLE,	"dane_unusable")					\
	X(DANE_UNSIGNED,	"dane_unsigned")					\
	X(DANE_PATH_UNSIGNED,	"dane_path_unsigned")					\
	X(DANE_LOOKUP_FAILED,	"dane_lookup_failed")					\
	X(DANE_UNKNOWN,		"dane_unknown")						\
	X(STS_RECORD,		"sts_record")		/* malformed, or several */	\
	X(STS_LOOKUP_FAILED,	"sts_lookup_failed")					\
	X(STS_UNREACHABLE,	"sts_unreachable")					\
	X(STS_POLICY,		"sts_policy")		/* malformed */			\
	X(STS_UNABLE,		"sts_unable")		/* on this side */		\
	X(STS_NOT_LISTED,	"sts_not_listed")					\
	X(STS_NO_TLS,		"sts_no_tls")						\
	X(STS_CERTIFICATE,	"sts_certificate")					\
	X(STS_NO_TLSRPT,	"sts_no_tlsrpt")					\
	X(TLSRPT_RECORD,	"tlsrpt_record")					\
	/* mail from a domain, as the DNS has it: found by looking, not by a reply */	\
	X(SPF_NOT_ALLOWED,	"spf_not_allowed")	/* fail */			\
	X(SPF_SOFTFAIL,		"spf_softfail")						\
	X(SPF_NEUTRAL,		"spf_neutral")						\
	X(SPF_NO_RECORD,	"spf_no_record")					\
	X(SPF_PERMERROR,	"spf_permerror")					\
	X(SPF_LOOKUPS,		"spf_too_many_lookups")					\
	X(SPF_BROKEN_PART,	"spf_broken_part")	/* an early match hides it */	\
	X(SPF_TEMPERROR,	"spf_temperror")					\
	X(SPF_MACRO,		"spf_macro")		/* unknown */			\
	X(SPF_PLUS_ALL,		"spf_plus_all")						\
	X(SPF_REMARK,		"spf_remark")						\
	X(DKIM_NO_KEY,		"dkim_no_key")						\
	X(DKIM_REVOKED,		"dkim_revoked")						\
	X(DKIM_WEAK,		"dkim_weak")						\
	X(DKIM_SHORT,		"dkim_short")						\
	X(DKIM_RECORD,		"dkim_record")		/* malformed, or several */	\
	X(DKIM_TESTING,		"dkim_testing")						\
	X(DKIM_LOOKUP,		"dkim_lookup_failed")					\
	X(DMARC_WOULD_FAIL,	"dmarc_would_fail")					\
	X(DMARC_NOT_ALIGNED,	"dmarc_not_aligned")					\
	X(DMARC_NO_RECORD,	"dmarc_no_record")					\
	X(DMARC_RECORD,		"dmarc_record")		/* malformed, or several */	\
	X(DMARC_LOOKUP,		"dmarc_lookup_failed")					\
	X(PTR_MISSING,		"ptr_missing")						\
	X(PTR_UNCONFIRMED,	"ptr_unconfirmed")					\
	X(PTR_LOOKUP,		"ptr_lookup_failed")					\
	X(EHLO_UNQUALIFIED,	"ehlo_unqualified")					\
	X(EHLO_UNRESOLVABLE,	"ehlo_unresolvable")					\
	X(EHLO_LOOKUP,		"ehlo_lookup_failed")					\
	X(EHLO_DIFFERS,		"ehlo_differs")						\
	X(ADDRESS_LISTED,	"address_listed")					\
	X(LIST_UNKNOWN,		"list_unknown")		/* it refused the query, or is none */

enum cause {
	CAUSE_NONE,
#define X(name, word) CAUSE_##name,
	CAUSES(X)
#undef X
	CAUSE_COUNT
};

/* Whom a cause concerns, and who therefore has to act. concern, its word */
#define CONCERNS(X)						\
	X(SERVER,	"server")	/* whoever runs it */	\
	X(DOMAIN,	"domain")	/* its DNS records, its policy */ \
	X(CLIENT,	"client")	/* this machine, its address, its names */ \
	X(SENDER,	"sender")	/* the sender's address, account or domain */ \
	X(RECIPIENT,	"recipient")	/* the mailbox and its owner */ \
	X(MESSAGE,	"message")				\
	X(DIALOGUE,	"dialogue")	/* what was sent, in which order */ \
	X(NETWORK,	"network")	/* between the two */	\
	X(RESOLVER,	"resolver")	/* of this side */

enum concern {
#define X(name, word) CONCERNS_##name,
	CONCERNS(X)
#undef X
};
const char *concern_word(enum concern);

/* Sentences begin with a capital letter and have no full stop at the end, except where noted. */
struct cause_row {
	enum cause cause;
	enum concern concern;
	enum health state;		/* its default state in a probe; STATE_OK: a note */
	const char *title;		/* a few words: "Connection refused" */
	const char *sentence;		/* what happened and what it means */
	/* the consequence for the mail or its sender; NULL: the sentence says it */
	const char *consequence;
	/*
	 * What to do, in the imperative: for the operator of the server or zone, and for its
	 * clients. At least one is set.
	 */
	const char *server, *client;
	const char *prompt;		/* what to type at the prompt: "/starttls"; NULL: nothing */
	const char *reference;		/* "RFC 5321 4.5.3.2.1"; NULL: none */
};
const struct cause_row *cause_row(enum cause);		/* NULL only for CAUSE_NONE */
const char *cause_word(enum cause);			/* "none" for CAUSE_NONE */
/* Returns the cause with this word, in which "-" and " " stand for "_" too; CAUSE_NONE: unknown. */
enum cause cause_named(struct span word);

#endif
