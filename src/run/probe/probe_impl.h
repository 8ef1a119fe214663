/* A probe in progress, for run/probe/probe*.c only. */
#ifndef RUN_PROBE_PROBE_IMPL_H
#define RUN_PROBE_PROBE_IMPL_H

#include "run/probe/probe.h"
#include "run/session/step.h"

struct probe {
	struct probe_job job;
	struct session *session;
	struct probe_script *script;	/* NULL: the dialogue of the options */
	struct step step, quit;
	struct loop_timer *deadline;
	enum probe_depth until;
	enum probe_phase phase;
	size_t nlines;
	uint64_t began_us, phase_us;
	bool over, authenticating, awaits_tlsa;
	/* problem reported in this phase, and the reason if the step then fails */
	struct span problem;
	enum err_kind problem_err;	/* its kind */
	enum err_cause cause;
};

/* The dialogue; .args is the probe. It ends where AUTH is due, and is pushed again after AUTH. */
extern const struct step_op probe_step;
void probe_begin_phase(struct probe *, enum probe_phase);

/* Return copies in the arena, of replies and lists only as much as is worth keeping. */
const struct reply *probe_keep_reply(struct arena *, const struct reply *);
const struct tls_info *probe_keep_tls(struct arena *, const struct tls_info *);
/* Returns a copy without the individual records; NULL for NULL. */
const struct tls_dane *probe_keep_dane(struct arena *, const struct tls_dane *);
/*
 * Copies what an event reports (address, EHLO extensions, TLS session), which otherwise lives only
 * as long as the session.
 */
void probe_keep_event(struct probe_result *, const struct event *);
/* Records a reply that is out of step, which overrides any other failure. */
void probe_keep_out_of_step(struct probe_result *, const struct event *, enum probe_phase);

/*
 * Plays job->opts->script instead of the dialogue: its cases one after the other, each on a
 * connection of its own. `done` is called once, unless probe_script_late ended it.
 */
struct probe_script;
struct probe_script *probe_script_new(const struct probe_job *, void (*done)(void *ctx), void *ctx);
void probe_script_free(struct probe_script *);		/* also cancels; NULL is fine */
/* Ends the script because its time expired, and records `why` in the result. */
void probe_script_late(struct probe_script *, struct span why);

#endif
