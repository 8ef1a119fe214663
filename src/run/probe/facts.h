/* Turns a probe's result into the facts that a diagnosis reads. */
#ifndef RUN_PROBE_FACTS_H
#define RUN_PROBE_FACTS_H

#include "run/diagnosis/facts.h"
#include "run/probe/judge.h"

/*
 * Fills *facts, whose pointers and spans borrow from the result. `helo`: the name sent in EHLO;
 * NULL: unknown.
 */
void probe_facts(struct probe_result *, const struct probe_opts *, const struct judge_opts *,
    struct facts *);

enum smtp_stage probe_stage(enum probe_phase);

#endif
