/*
 * Judges a probe's result. A judgement consists of checks, each with a state, a phase, a reason
 * from the closed list and a sentence; the worst check is the verdict. --state changes the default
 * states.
 */
#ifndef RUN_PROBE_JUDGE_H
#define RUN_PROBE_JUDGE_H

#include "base/ere.h"
#include "run/diagnosis/health.h"
#include "run/probe/probe.h"
#include "run/probe/range.h"
#include "run/session/verify.h"

const char *judge_state_word(enum health);
/* Returns the worse of two states: CRITICAL > WARNING > UNKNOWN > OK. */
enum health judge_worse(enum health, enum health);

/* What thresholds apply to: the time of each phase, and these. */
enum {
	METRIC_TOTAL = PHASE_COUNT,
	METRIC_CERT_DAYS,
	METRIC_SIZE_LIMIT,
	METRIC_EXTENSIONS,
	METRIC_COUNT
};
const char *metric_word(unsigned metric);

struct diagnosis;

enum judge_sts { JUDGE_STS_OFF, JUDGE_STS_CHECK, JUDGE_STS_REQUIRE };

struct state_rule {
	enum probe_phase phase;		/* PHASE_COUNT: any */
	enum probe_reason reason;
	enum health state;
};

enum { STATE_RULES_MAX = 32 };

struct judge_opts {
	enum verify verify;
	/* TLS was asked for explicitly: its failure is CRITICAL */
	bool tls_given;
	int tempfail_critical;
	/*
	 * judge an MX by its domain's MTA-STS policy; REQUIRE: to have none, or to fail it, is
	 * CRITICAL
	 */
	enum judge_sts sts;
	/* require forward-confirmed reverse DNS that matches the name in the greeting */
	bool expect_ptr;
	/* no default thresholds for the days left of a certificate */
	bool no_cert_days;
	/* cert_days counts the server's own certificate, not the whole chain */
	bool days_of_leaf;
	struct range warn[METRIC_COUNT], crit[METRIC_COUNT];
	const char *require_ext, *expect_ext, *forbid_ext;
	const char *ext_set;		/* a recorded set, made by judge_ext_set; NULL: none */
	const struct ere *banner;		/* what the greeting must match; NULL: anything */
	/*
	 * match `banner` and `expect_reply` against the reply as received, with codes and CRLF; a
	 * greeting that matches is accepted whatever its code
	 */
	bool as_received;
	/* what the replies to the first nexpect_replies lines of probe_opts.lines must match */
	const struct ere *const *expect_reply;
	size_t nexpect_replies;
	enum health expect_state;		/* the state when a reply does not match */
	struct state_rule rule[STATE_RULES_MAX];
	size_t nrules;
};

struct judge_check {
	struct judge_check *next;
	const char *name;		/* the word of a phase, a metric or an option */
	/* label in output: the word of the phase, or "total" */
	const char *label;
	enum health state;
	enum probe_phase phase;
	enum probe_reason reason;		/* NONE: passed, or a note */
	bool has_value;
	double value;
	struct span warn, crit;		/* of a metric: its ranges */
	struct span want, got;
	struct span message;		/* safe to show; empty: passed without a remark */
	/* it passed, but its message is shown without --verbose too */
	bool told;
};

struct finding {
	enum health state;
	/* not judged: this machine has no route for the address family */
	bool skipped;
	struct judge_check *checks;		/* in the order they were made */
	const struct judge_check *worst;	/* NULL: nothing is wrong */
	/* why ->worst failed and what to do; NULL: none */
	const struct diagnosis *diagnosis;
};

/*
 * Judges a result and fills in the finding. All that the finding points to lives in the result's
 * arena; all its text has passed text_safe.
 */
void judge(
    const struct judge_opts *, const struct probe_opts *, struct probe_result *, struct finding *);

/* Returns whether the result is not judged: an IPv6 address to which this machine has no route. */
bool judge_skips(const struct probe_result *);

/*
 * Parses "RCPT.reply=WARNING,..." and appends the rules. Returns false and sets err (ERR_USAGE)
 * when malformed.
 */
bool judge_state_rule(struct judge_opts *, struct span, struct err *);
/*
 * Parses "total=1,cert_days=14:", or a single range for the total time, into an array of
 * METRIC_COUNT ranges. Returns false and sets err (ERR_USAGE) when malformed.
 */
bool judge_threshold(struct range *, struct span, struct arena *, struct err *);
/*
 * Sets *value to a metric in seconds, days, octets or as a count. Returns false when the result
 * does not have it.
 */
bool judge_metric(const struct probe_result *, unsigned metric, double *value);
/*
 * Returns the extensions as sorted lines "KEYWORD params", to be recorded and compared; in the
 * arena.
 */
struct span judge_ext_set(const struct extensions *, struct arena *);

#endif
