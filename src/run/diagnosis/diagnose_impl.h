/* For run/diagnosis/diagnose*.c only: the list of diagnoses while it is made. */
#ifndef RUN_DIAGNOSIS_DIAGNOSE_IMPL_H
#define RUN_DIAGNOSIS_DIAGNOSE_IMPL_H

#include "run/diagnosis/diagnose.h"

struct diagnosing {
	const struct facts *f;
	struct arena *arena;
	struct diagnosis *first, **end;
};

/* Adds a diagnosis about the facts' place; `stage` AT_ANY: the facts' stage. */
struct diagnosis *diagnosing_add(struct diagnosing *, enum cause, enum smtp_stage stage);
struct diagnosis *diagnosing_add_symptom(struct diagnosing *, enum cause, enum smtp_stage stage);

/* The cause of a failed lookup; CAUSE_NONE: it was answered, or not made. */
enum cause diagnosing_lookup(const struct dns_facts *, bool of_domain);
void diagnosing_set_lookup(struct diagnosis *, const struct dns_facts *, struct arena *);

/*
 * Whether the host repeats the domain at its end, "mx.example.org.example.org", as a zone file
 * makes of a name without its final dot.
 */
bool diagnosing_lacks_dot(struct span host, struct span domain);

/* True when the facts' reply was explained. */
bool diagnose_reply(struct diagnosing *);
void diagnose_handshake(struct diagnosing *);
void diagnose_certificate(struct diagnosing *);
void diagnose_policies(struct diagnosing *);

#endif
