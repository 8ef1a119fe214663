/*
 * Judges a probe's result: checks, each with a state, a phase, a reason from the closed list and
 * a sentence; the worst of them is the verdict. The table of default states is here, with what
 * --state changes in it.
 */
#ifndef RUN_PROBE_JUDGE_H
#define RUN_PROBE_JUDGE_H

#include "base/ere.h"
#include "run/diagnosis/health.h"
#include "run/probe/probe.h"
#include "run/probe/range.h"
#include "run/session/verify.h"

const char *judge_state_word(enum health);
/* CRITICAL > WARNING > UNKNOWN > OK */
enum health judge_worse(enum health, enum health);

/* What thresholds apply to: the time of every phase, and these. */
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
	/* TLS was explicitly asked for: a failure of it is CRITICAL */
	bool tls_given;
	int tempfail_critical;
	/*
	 * judge an MX by its domain's MTA-STS policy; REQUIRE: there must be one, and it must be
	 * met
	 */
	enum judge_sts sts;
	/* require forward-confirmed reverse DNS that matches the name in the greeting */
	bool expect_ptr;
	/* no default thresholds for the certificate's days */
	bool no_cert_days;
	/* cert_days is the server certificate's alone, not the whole chain's */
	bool days_of_leaf;
	struct range warn[METRIC_COUNT], crit[METRIC_COUNT];
	const char *require_ext, *expect_ext, *forbid_ext;
	const char *ext_set;		/* a recorded set, made by judge_ext_set; NULL: none */
	const struct ere *banner;		/* what the greeting must match; NULL: anything */
	/*
	 * match `banner` and `replies` against a reply as received, codes and CRLF included; a
	 * greeting that matches is right
	 */
	bool as_received;
	/* what the replies to the first lines of probe_opts.lines must match */
	const struct ere *const *expect_reply;
	size_t nexpect_replies;
	enum health expect_state;		/* the state when one does not match */
	struct state_rule rule[STATE_RULES_MAX];
	size_t nrules;
};

struct judge_check {
	struct judge_check *next;
	const char *name;		/* the word of a phase, a metric or an option */
	/* its label in output: the phase's word, or "total" */
	const char *label;
	enum health state;
	enum probe_phase phase;
	enum probe_reason reason;		/* NONE: passed, or a note */
	bool has_value;
	double value;
	struct span warn, crit;		/* of a metric: its ranges */
	struct span want, got;
	struct span message;		/* safe to show; empty: passed without a remark */
	/* it passed, but the message is worth a line */
	bool told;
};

struct finding {
	enum health state;
	/* this machine has no route for that address family: not judged */
	bool skipped;
	struct judge_check *checks;		/* in the order they were made */
	const struct judge_check *worst;	/* NULL: nothing is wrong */
	/* the diagnosis of the worst: why, and what to do; NULL: none */
	const struct diagnosis *diagnosis;
};

/*
 * Judges a result. Everything in the finding lives in the result's arena, and every text in it
 * has passed text_safe.
 */
void judge(
    const struct judge_opts *, const struct probe_opts *, struct probe_result *, struct finding *);

/* Whether it is not judged: this machine has no route for IPv6, and the address is one of IPv6. */
bool judge_skips(const struct probe_result *);

/* Parses "RCPT.reply=WARNING,..." into rules. False with err (ERR_USAGE). */
bool judge_state_rule(struct judge_opts *, struct span, struct err *);
/*
 * Parses "total=1,cert_days=14:", or a single range for the total time, into range[METRIC_COUNT].
 * False with err (ERR_USAGE).
 */
bool judge_threshold(struct range *, struct span, struct arena *, struct err *);
/* The value of a metric: seconds, days, octets or a count. False: the result has none. */
bool judge_metric(const struct probe_result *, unsigned metric, double *value);
/* The extensions as sorted lines "KEYWORD params", to be recorded and compared. In the arena. */
struct span judge_ext_set(const struct extensions *, struct arena *);

#endif
