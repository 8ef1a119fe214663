/*
 * The options of the monitoring plugin check_smtp, read the way the plugin reads them: with
 * getopt_long's abbreviations, with a value joined to its letter, and with the plugins' ini file.
 * src/ui/cmd/cmd_check_smtp.c turns them into a probe.
 */
#ifndef UI_CMD_CHECK_SMTP_H
#define UI_CMD_CHECK_SMTP_H

#include "base/ere.h"
#include "base/secret.h"
#include "run/probe/range.h"

enum { CHECK_COMMANDS_MAX = 32 };

struct check_smtp {
	struct arena arena;
	const char *host, *expect, *from, *fqdn, *auth, *user;		/* NULL: not given */
	struct secret password;
	unsigned port, seconds;		/* 0: not given */
	const char *command[CHECK_COMMANDS_MAX + 1];	/* ends with NULL */
	const struct ere *response[CHECK_COMMANDS_MAX];
	size_t ncommands, nresponses;
	struct range warn, crit;
	bool days;			/* -D was given, with numbers of days */
	unsigned warn_days, crit_days;
	unsigned verbose;
	/* how many times each was given */
	unsigned ipv4, ipv6, starttls, tls, sni, proxy, lmtp, ignore_quit, ignore_expiry, help,
	    version;
	const char *format;
};

/*
 * Reads the options; check_smtp_release frees what they hold. Returns false and sets err, whose
 * text is fit for an UNKNOWN status line. A password in argv is overwritten with asterisks.
 */
bool check_smtp_read(struct check_smtp *, int argc, char *argv[], struct err *);
void check_smtp_release(struct check_smtp *);
/* Returns the i-th option, as in "--hostname"; NULL after the last. */
const char *check_smtp_option(size_t i);

#endif
