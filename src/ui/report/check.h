/*
 * What `smtpsh check` prints, in a format each. All say the same: the vantage point, the verdict,
 * each address, the policies, each class of sender, what to do, and what was opened.
 */
#ifndef UI_REPORT_CHECK_H
#define UI_REPORT_CHECK_H

#include <stdio.h>

#include "run/check/verdict.h"
#include "run/sender/sender_check.h"
#include "ui/options/format.h"
#include "ui/show/screen.h"

struct check_report {
	const struct check *check;
	const struct check_verdict *verdict;
	/* each connection's conversation as text, by its number from 1; NULL: it is not known */
	struct span (*talk)(void *ctx, unsigned number);
	void *ctx;
	const struct look *look;
	bool at_prompt;			/* options of the command line are no advice */
};

struct check_format {
	const char *name;
	void (*write)(FILE *, const struct check_report *);
	/* of mail from a domain */
	void (*write_sender)(FILE *, const struct look *, const struct sender *);
};
extern const struct check_format check_formats[];	   /* ends in a NULL name */
const struct check_format *check_format(struct span name); /* NULL: there is none */

/* What all formats share; texts are safe to show and live in the arena. */

/* "198.51.100.7 (PTR client.example.net)"; empty: nothing was connected to. */
struct span check_vantage(const struct check *, struct arena *);
/* In its place where no connection was made, or none succeeded. */
struct span check_no_vantage(const struct check *);
/* What became of one address, in a few words: "connection refused", "accepted". */
struct span check_outcome(
    const struct check_report *, const struct check_address *, struct arena *);
/* "enforce; names mx1.example.org only"; empty: there is no policy. */
struct span check_policy(const struct check *, struct arena *);
/* "3 1 1 does not match its certificate"; empty: there are no records. */
struct span check_dane(const struct check_host *, struct arena *);
/* "mx1.example.org", "mx1.example.org[192.0.2.1]", or the domain. */
struct span check_where(const struct check *, const struct check_finding *, struct arena *);
/*
 * What was opened, a line for each host: "2 connections to mx1 …; its log shows 1 failed
 * handshake". NULL behind the last.
 */
struct span check_opened(const struct check *, const struct check_host *, struct arena *);
/* Whose step it is: "You", "example.org's administrator". */
struct span check_who(const struct check *, const struct check_step *, struct arena *);

#define X(word)                                                                       \
	void check_##word(FILE *, const struct check_report *);                       \
	void check_sender_##word(FILE *, const struct look *, const struct sender *);
CHECK_FORMATS(X)
#undef X

enum health check_sender_state(const struct sender *);
struct span check_sender_verdict(const struct sender *, struct arena *);

/* Text that is safe to show, with all that Markdown or HTML would read escaped. */
void check_put_markdown(FILE *, struct span safe);

#endif
