/*
 * Why something failed: a kind, which becomes the exit status, and a sentence that names the thing,
 * the place and the cause. It is in lower case and without a full stop, to follow "smtpsh: ".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/span.h"

/*
 * kind, exit status, exit status of swaks and of sysexits(3), word in JSON, and explanation by
 * `smtpsh explain`
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

/* The cause of an error, for code that has to tell failures of the same kind apart. */
enum err_cause {
	CAUSE_UNSET,
	/* ERR_DNS: NXDOMAIN; no address record; a null MX */
	CAUSE_NO_NAME, CAUSE_NO_ADDRESS, CAUSE_NO_MAIL,
	/* ERR_DNS: how the resolvers failed */
	CAUSE_SERVFAIL, CAUSE_DNS_REFUSED, CAUSE_NO_ANSWER, CAUSE_DNS_UNUSABLE,
	CAUSE_NOT_QUERIED,	/* ERR_SYSTEM: no query was sent, because c-ares is missing */
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
	char text[400];		/* NUL-terminated; truncated with "..." when longer */
	/*
	 * For an error in a line of input: that line, safe to show, its number, and the terminal
	 * columns before the place. Empty: no line is to be shown.
	 */
	char source[400];
	unsigned line, before;
};

/*
 * Sets kind and text, and clears the rest; a NULL err is fine. Always returns false, so that a
 * caller can fail with one statement.
 */
bool err_set(struct err *, enum err_kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *err_word(enum err_kind);
const char *err_meaning(enum err_kind);
/*
 * Return the exit status of swaks and of sysexits(3) for a kind. That of swaks also depends on what
 * was rejected, which ui/show/exit_status.h takes into account.
 */
int err_swaks(enum err_kind), err_sysexits(enum err_kind);

/*
 * Returns the one of two failures that a run reports: an unknown outcome of a message before local
 * and connection failures, those before failed expectations, and those before negative replies; of
 * equals `first`.
 */
enum err_kind err_worse(enum err_kind first, enum err_kind second);

#endif
