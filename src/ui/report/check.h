/*
 * check - what `smtpsh check` prints, in several formats. All have the same content: the vantage
 * point, the verdict, each address, the policies, each class of sender, what to do, and the
 * connections made.
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
	/* returns a connection's conversation as text, by its number from 1; NULL: not recorded */
	struct span (*talk)(void *ctx, unsigned number);
	void *ctx;
	const struct look *look;
	bool at_prompt;			/* do not suggest command-line options */
};

struct check_format {
	const char *name;
	void (*write)(FILE *, const struct check_report *);
	/* for a check of mail from a domain */
	void (*write_sender)(FILE *, const struct look *, const struct sender *);
};
extern const struct check_format check_formats[];	   /* ends with a NULL name */
const struct check_format *check_format(struct span name); /* NULL: no such format */

/* What all formats share. Texts are safe to show and live in the arena. */

/* Returns "198.51.100.7 (PTR client.example.net)"; empty: no connection was made. */
struct span check_vantage(const struct check *, struct arena *);
/* Returns the text to use if check_vantage is empty: no connection was made, or none succeeded. */
struct span check_no_vantage(const struct check *);
/* Returns the result of one address in a few words: "connection refused", "accepted". */
struct span check_outcome(
    const struct check_report *, const struct check_address *, struct arena *);
/* Returns "enforce; names mx1.example.org only"; empty: no policy. */
struct span check_policy(const struct check *, struct arena *);
/* Returns "3 1 1 does not match its certificate"; empty: no records. */
struct span check_dane(const struct check_host *, struct arena *);
/* Returns "mx1.example.org", "mx1.example.org[192.0.2.1]", or the domain. */
struct span check_where(const struct check *, const struct check_finding *, struct arena *);
/*
 * Returns the connections made to a host, "2 connections to mx1 …; its log shows 1 failed
 * handshake"; empty: none.
 */
struct span check_opened(const struct check *, const struct check_host *, struct arena *);
/* Returns who should take the step: "You", "example.org's administrator". */
struct span check_who(const struct check *, const struct check_step *, struct arena *);

#define X(word)                                                                       \
	void check_##word(FILE *, const struct check_report *);                       \
	void check_sender_##word(FILE *, const struct look *, const struct sender *);
CHECK_FORMATS(X)
#undef X

/* Returns the worst state of the findings. */
enum health check_sender_state(const struct sender *);
/* Returns the verdict as a sentence. */
struct span check_sender_verdict(const struct sender *, struct arena *);

/* Writes text that is safe to show, with all characters special in Markdown or HTML escaped. */
void check_put_markdown(FILE *, struct span safe);

#endif
