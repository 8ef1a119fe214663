/*
 * What a probe's result means: checks with a state each, a phase, a reason from the closed list and
 * a sentence; the worst of them is the verdict. The table of PROBE's states is here, and what
 * --state changes of it.
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

/* What thresholds may name: every phase, and these. */
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
	/* TLS was asked for by name: what is wrong with it is CRITICAL */
	bool tls_said;
	int tempfail_critical;
	/* an MX is judged by its domain's MTA-STS policy; REQUIRE: there is one, and it is met */
	enum judge_sts sts;
	/* the address has a name that points back and is the banner's */
	bool expect_ptr;
	/* no thresholds for the certificate's days but those given */
	bool no_cert_days;
	/* cert_days is of the server's certificate, whatever its issuers' */
	bool days_of_leaf;
	struct range warn[METRIC_COUNT], crit[METRIC_COUNT];
	const char *require_ext, *expect_ext, *forbid_ext;
	const char *ext_set;		/* a recorded set, as judge_ext_set makes it; NULL: none */
	const struct ere *banner;		/* NULL: any */
	/*
	 * banner and `said` see a reply as it came, codes and CRLF in it; a banner they find is
	 * right
	 */
	bool as_said;
	/* what the first lines of probe_opts.say are answered by */
	const struct ere *const *said;
	size_t nsaid;
	enum health said_state;		/* when one does not match */
	struct state_rule rule[STATE_RULES_MAX];
	size_t nrules;
};

struct judge_check {
	struct judge_check *next;
	const char *name;		/* a phase's or a metric's word, or the option's */
	/* what a line says it is about: the phase's word, or "total" */
	const char *label;
	enum health state;
	enum probe_phase phase;
	enum probe_reason reason;		/* NONE: passed, or noted */
	bool has_value;
	double value;
	struct span warn, crit;		/* ranges, of a metric */
	struct span want, got;
	struct span message;		/* safe to show; empty: passed without a word */
	/* it passed, and the message is worth a line all the same */
	bool told;
};

struct finding {
	enum health state;
	bool skipped;			/* this machine has no route for that family: not judged */
	struct judge_check *checks;		/* in the order they were made */
	const struct judge_check *worst;	/* NULL: all is well */
	/* why, and what to do (run/diagnosis), of the worst; NULL: nothing to say */
	const struct diagnosis *diagnosis;
};

/* Everything in it lives in the result's arena, and every text in it has passed text_safe. */
void judge(
    const struct judge_opts *, const struct probe_opts *, struct probe_result *, struct finding *);

/* "RCPT.reply=WARNING,..." */
bool judge_state_rule(struct judge_opts *, struct span, struct err *);
/* "total=1,cert_days=14:" or a range for the whole time. */
bool judge_threshold(struct range *, struct span, struct arena *, struct err *);
/* false: it has none */
bool judge_metric(const struct probe_result *, unsigned metric, double *value);
/* "KEYWORD params" a line, sorted: to be recorded and compared. */
struct span judge_ext_set(const struct extensions *, struct arena *);

#endif
