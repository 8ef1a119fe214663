/*
 * The options of the monitoring plugin check_smtp, read as it reads them: getopt_long's
 * abbreviations, joined letters and values, and the plugins' ini file.
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
	bool days;			/* -D was given, with its days */
	unsigned warn_days, crit_days;
	unsigned verbose;
	/* how often each was given */
	unsigned ipv4, ipv6, starttls, tls, sni, proxy, lmtp, ignore_quit, ignore_expiry, help,
	    version;
	const char *format;
};

/*
 * Reads the options. False with err, fit for a status line of UNKNOWN. A password in argv is
 * overwritten with stars there.
 */
bool check_smtp_read(struct check_smtp *, int argc, char *argv[], struct err *);
void check_smtp_release(struct check_smtp *);
/* the i-th option, "--hostname"; NULL after the last */
const char *check_smtp_option(size_t i);

#endif
