/*
 * One judgement in progress, for run/probe/judge*.c only. judge.c has the table of rules and runs
 * them in order; a rule adds checks to the finding and says what each of them found.
 */
#ifndef RUN_PROBE_JUDGEMENT_IMPL_H
#define RUN_PROBE_JUDGEMENT_IMPL_H

#include "run/probe/judge.h"

struct judgement;

/* One row of the table in judge.c. */
struct judge_rule {
	/* name of its checks; NULL: the rule names them itself */
	const char *name;
	enum probe_phase phase;		/* phase of its checks, if ->name is set */
	void (*fn)(struct judgement *);
};

struct judgement {
	const struct judge_opts *o;
	const struct probe_opts *p;
	struct probe_result *r;
	struct finding *v;
	struct judge_check **end;
	const struct judge_rule *rule;	/* the rule that is running */
};

/*
 * Adds a check under the name and phase of the running rule, or with a name and phase of its own.
 * It passes unless judge_find, judge_note or judge_remark is called on it.
 */
struct judge_check *judge_add(struct judgement *);
struct judge_check *judge_add_as(struct judgement *, const char *name, enum probe_phase);
/* Sets what a check found; --state may change the state. */
void judge_find(
    struct judgement *, struct judge_check *, enum health, enum probe_reason, struct span message);
/* Adds a message to a check that passes. A note is shown with --verbose only, a remark always. */
void judge_note(struct judgement *, struct judge_check *, struct span message);
void judge_remark(struct judgement *, struct judge_check *, struct span message);

/* Returns what a phase waits for, for use in a sentence: "RCPT TO". */
const char *judge_what(struct judgement *, enum probe_phase);
/* Returns the name of a phase's reply: "the banner", "the reply to RCPT TO". */
const char *judge_reply_of(struct judgement *, enum probe_phase);
/*
 * Returns `text`, with the phase that took most of the time appended if that is not the phase in
 * which time ran out.
 */
struct span judge_spent(struct judgement *, struct span text);
/* Returns a reply's code and lines in one line of at most 400 octets, safe to show. */
struct span judge_reply_text(struct judgement *, const struct reply *);
/* Returns a line of probe_opts.lines with its secrets replaced by asterisks. */
struct span judge_shown_line(const struct judgement *, size_t i);
/* Returns whether TLS is opportunistic, so that its failure is only a warning. */
bool judge_lenient(const struct judgement *);
enum health judge_temporary(const struct judgement *);		/* the state of a 4xx */
/* Returns whether the phase ended without a failure. */
bool judge_done(const struct judgement *, enum probe_phase);

/* ---- the rules, in the table's order, and the helpers of judge_failure in the other files */

void judge_dane(struct judgement *);

void judge_reply(struct judgement *, struct judge_check *, const struct reply *);
bool judge_banner_expected(struct judgement *, const struct reply *);
void judge_timeout(struct judgement *, struct judge_check *);
void judge_close(struct judgement *, struct judge_check *);
void judge_not_offered(struct judgement *, struct judge_check *);

void judge_farewell(struct judgement *);
void judge_starttls(struct judgement *);
void judge_verify(struct judgement *);
void judge_cert_days(struct judgement *);
void judge_auth_in_clear(struct judgement *);
void judge_sts(struct judgement *);
void judge_tlsrpt(struct judgement *);
void judge_greeting(struct judgement *);
void judge_expect_banner(struct judgement *);
void judge_ptr(struct judgement *);
void judge_require_ext(struct judgement *);
void judge_expect_ext(struct judgement *);
void judge_forbid_ext(struct judgement *);
void judge_expect_ext_set(struct judgement *);
void judge_line_replies(struct judgement *);
void judge_thresholds(struct judgement *);
void judge_quit(struct judgement *);
void judge_greet_pause(struct judgement *);
void judge_slowness(struct judgement *);

#endif
