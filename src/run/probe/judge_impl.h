/* Between run/judge*.c only: one judgement while it is made. */
#ifndef RUN_PROBE_JUDGE_IMPL_H
#define RUN_PROBE_JUDGE_IMPL_H

#include "run/probe/judge.h"

struct judgement {
	const struct judge_opts *o;
	const struct probe_opts *p;
	struct probe_result *r;
	struct finding *v;
	struct judge_check **end;
};

struct judge_check *judge_add(struct judgement *, const char *name, enum probe_phase);
/* Sets what a check found; --state may change the state. */
void judge_find(
    struct judgement *, struct judge_check *, enum health, enum probe_reason, struct span message);
/* Worth a word, not a state; told: also to who did not ask for more. */
void judge_tell(struct judgement *, const char *name, enum probe_phase, struct span message);
void judge_note(struct judgement *, const char *name, enum probe_phase, struct span message);
struct span judge_reply_text(struct judgement *, const struct reply *);
/* how a sentence calls what a phase does: "RCPT TO" */
const char *judge_what(struct judgement *, enum probe_phase);
/* "the banner", "the reply to RCPT TO" */
const char *judge_reply_of(struct judgement *, enum probe_phase);

/* it was not the one wanted */
void judge_reply(struct judgement *, struct judge_check *, const struct reply *);
/* whatever its code: opts.as_said */
bool judge_banner_expected(struct judgement *, const struct reply *);
void judge_banner(struct judgement *);
void judge_said(struct judgement *);
/* of opts.say, without what of it is a secret */
struct span judge_said_line(const struct judgement *, size_t i);
/* there was no connection in time */
struct span judge_no_answer(struct judgement *, struct span text);
void judge_timeout(struct judgement *, struct judge_check *);
void judge_close(struct judgement *, struct judge_check *);		/* the peer was gone */
/* how QUIT was answered, if not with 221 */
void judge_farewell(struct judgement *);
/* a greet pause, a tarpit that was sat out */
void judge_slowness(struct judgement *);

enum probe_reason judge_resolve_reason(const struct probe_result *);
/* TLS is only tried: what is wrong with it warns */
bool judge_lenient(const struct judgement *);
/* one of the certificate's, a sentence */
struct span judge_problem_text(struct judgement *, const struct tls_problem *);
/* STARTTLS, where it was wanted */
void judge_not_offered(struct judgement *, struct judge_check *);
void judge_dane(struct judgement *);
void judge_tls(struct judgement *);
void judge_sts(struct judgement *);
void judge_extensions(struct judgement *);
void judge_ptr(struct judgement *);
void judge_thresholds(struct judgement *);

#endif
