/* The list of diagnoses in progress; for run/diagnosis/diagnose*.c only. */
#ifndef RUN_DIAGNOSIS_DIAGNOSE_IMPL_H
#define RUN_DIAGNOSIS_DIAGNOSE_IMPL_H

#include "run/diagnosis/diagnose.h"

struct diagnosing {
	const struct facts *f;
	struct arena *arena;
	struct diagnosis *first, **end;
};

/* Adds a diagnosis at the place of the facts. A symptom is marked as one unless it is the first. */
struct diagnosis *diagnosing_add(struct diagnosing *, enum cause, enum smtp_stage stage);
struct diagnosis *diagnosing_add_symptom(struct diagnosing *, enum cause, enum smtp_stage stage);

/*
 * Returns the cause of a failed lookup; CAUSE_NONE: it was answered, or not made. `of_domain`: the
 * name is the domain itself.
 */
enum cause diagnosing_lookup(const struct dns_facts *, bool of_domain);
void diagnosing_set_lookup(struct diagnosis *, const struct dns_facts *, struct arena *);

/*
 * Returns whether the host ends in the domain twice, "mx.example.org.example.org", as happens when
 * a name in a zone file lacks its final dot.
 */
bool diagnosing_lacks_dot(struct span host, struct span domain);

/* Returns true if the reply of the facts was explained. */
bool diagnose_reply(struct diagnosing *);
void diagnose_handshake(struct diagnosing *);
void diagnose_certificate(struct diagnosing *);
void diagnose_policies(struct diagnosing *);

#endif
