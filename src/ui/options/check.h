/* The values of the options of `smtpsh check`. */
#ifndef UI_OPTIONS_CHECK_H
#define UI_OPTIONS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options;
struct span;
struct err;

enum { CHECK_FORMATS_MAX = 4, CHECK_ZONES_MAX = 16 };

struct check_settings {
	const char *from, *rcpt, *mx;
	const char *targets; /* a file of domains, or "-" */
	/*
	 * for mail from a domain: sending IP address, envelope sender, DKIM selectors, block lists
	 */
	const char *source, *return_path;
	const char *selector[CHECK_ZONES_MAX], *zone[CHECK_ZONES_MAX];
	size_t nselectors, nzones;
	bool relay, dry_run;
	/* "html" or "html:FILE" */
	const char *format[CHECK_FORMATS_MAX];
	size_t nformats;
	const char *output;
	uint64_t deadline_ms;
};

bool options_check_format(struct options *, struct span, struct err *);
bool options_check_selector(struct options *, struct span, struct err *);
bool options_check_zone(struct options *, struct span, struct err *);

#endif
