/*
 * check_smtp's own options, read as it reads them: getopt_long's shortened names, joined letters
 * and values, and the plugins' ini file. What they mean for a probe is
 * src/ui/cmd/cmd_check_smtp.c's.
 */
#ifndef UI_CMD_CHECK_SMTP_H
#define UI_CMD_CHECK_SMTP_H

#include "base/ere.h"
#include "base/secret.h"
#include "run/probe/range.h"

enum { CHECK_COMMANDS_MAX = 32 };

struct check_smtp {
	struct arena arena;
	const char *host, *expect, *from, *fqdn, *auth, *user;		/* NULL: not said */
	struct secret password;
	unsigned port, seconds;		/* 0: not said */
	const char *command[CHECK_COMMANDS_MAX + 1];	/* ends in NULL */
	const struct ere *response[CHECK_COMMANDS_MAX];
	size_t ncommands, nresponses;
	struct range warn, crit;
	bool days;			/* -D, and its days */
	unsigned warn_days, crit_days;
	unsigned verbose;
	/* how often */
	unsigned ipv4, ipv6, starttls, tls, sni, proxy, lmtp, ignore_quit, ignore_expiry, help,
	    version;
	const char *format;
};

/*
 * False with err, fit for a line of UNKNOWN. A password among the words is starred out in argv
 * itself.
 */
bool check_smtp_read(struct check_smtp *, int argc, char *argv[], struct err *);
void check_smtp_release(struct check_smtp *);
const char *check_smtp_option(size_t i);	/* "--hostname"; NULL behind the last */

#endif
