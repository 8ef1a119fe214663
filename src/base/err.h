/*
 * Why something failed: a kind, which is the exit status it becomes, and one sentence that names
 * the thing, the place and the cause, in lower case, without a full stop, fit to follow "smtpsh: ".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/span.h"

/*
 * kind, exit status, the numbers of swaks and sysexits(3) for it, the word for it in JSON, and
 * what `smtpsh explain` says
 */
#define ERR_KINDS(X)								\
	X(NONE,		0,  0,  0,  "none",	  "everything requested succeeded")	\
	X(EXPECT,	1,  1,  65, "expectation", "an expectation failed")		\
	X(USAGE,	2,  1,  64, "usage",	  "usage error, or an unreadable file") \
	X(DNS,		3,  2,  68, "resolve",	  "name resolution failed")		\
	X(CONNECT,	4,  2,  75, "connect",	  "connection failed")			\
	X(TLS,		5,  29, 76, "tls", \
	    "the TLS handshake failed, or certificate verification where it was " \
	    "requested or credentials were to be sent") \
	X(TEMPORARY,	6,  6,  75, "temporary",  "temporarily rejected (4xx)")		\
	X(REFUSED,	7,  6,  69, "refused",	  "rejected (5xx)")			\
	X(RECIPIENTS,	8,  0,  67, "recipients", "some recipients were rejected")	\
	X(TIMEOUT,	9,  6,  75, "timeout",	  "timed out")				\
	X(PROTO,	10, 6,  76, "protocol", \
	    "the server closed the connection or does not speak SMTP") \
	X(SYSTEM,	11, 10, 71, "system",	  "local system error")	\
	/* Must not be retried: the message may be delivered twice (RFC 1047). */ \
	X(UNKNOWN,	12, 26, 76, "unknown", \
	    "unknown whether a message was accepted: no valid reply to the end of data")

enum err_kind {
#define X(name, status, swaks, sysexits, word, text) ERR_##name = status,
	ERR_KINDS(X)
#undef X
};

/* Which failure of its kind it was, for whoever has to know without reading the sentence. */
enum err_cause {
	CAUSE_UNSET,
	/* ERR_DNS: NXDOMAIN; no address record; a null MX */
	CAUSE_NO_NAME, CAUSE_NO_ADDRESS, CAUSE_NO_MAIL,
	/* ERR_DNS: how the resolvers failed */
	CAUSE_SERVFAIL, CAUSE_DNS_REFUSED, CAUSE_NO_ANSWER, CAUSE_DNS_UNUSABLE,
	CAUSE_NOT_QUERIED,	/* ERR_SYSTEM: c-ares is missing, and nobody was asked */
	CAUSE_ALIAS_LOOP,						/* ERR_DNS: CNAMEs */
	CAUSE_NOT_OFFERED,						/* ERR_TLS: STARTTLS */
	/* ERR_PROTO: cleartext followed the 220 of STARTTLS */
	CAUSE_INJECTED,
	/* ERR_TLS: how the handshake failed; ->alert has the number of an alert */
	CAUSE_SHAKE_ALERT, CAUSE_SHAKE_OLD_VERSION, CAUSE_SHAKE_NOTHING_SHARED, CAUSE_SHAKE_WEAK,
	CAUSE_SHAKE_RENEGOTIATION, CAUSE_SHAKE_CLOSED, CAUSE_SHAKE_CLEARTEXT,
};

struct err {
	enum err_kind kind;
	enum err_cause cause;
	int sys;		/* errno where a system call failed; else 0 */
	unsigned alert;		/* ERR_TLS: the number of the peer's TLS alert; else 0 */
	char text[400];		/* NUL-terminated; cut, with "...", when longer */
	/*
	 * For an error in a line of a file: that line, safe to show, its number, and the columns
	 * before the place. Empty: not about a line.
	 */
	char source[400];
	unsigned line, before;
};

/*
 * Sets kind and text, and clears the rest; a NULL err is fine. Always false, so that failing is
 * one line.
 */
bool err_set(struct err *, enum err_kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *err_word(enum err_kind);
const char *err_meaning(enum err_kind);
/*
 * The exit status that swaks (leaving aside what was rejected: ui/show/exit_status.h) and
 * sysexits(3) have for it.
 */
int err_swaks(enum err_kind), err_sysexits(enum err_kind);

/*
 * Which of two failures a run reports: first that a message's fate is unknown, then our own and
 * connection failures, then expectations, then replies; of equals the first.
 */
enum err_kind err_worse(enum err_kind first, enum err_kind second);

#endif
