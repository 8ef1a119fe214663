/* Between run/diagnosis/diagnose*.c only: the list while it is made. */
#ifndef RUN_DIAGNOSIS_DIAGNOSE_IMPL_H
#define RUN_DIAGNOSIS_DIAGNOSE_IMPL_H

#include "run/diagnosis/diagnose.h"

struct diagnosing {
	const struct facts *f;
	struct arena *arena;
	struct diagnosis *first, **end;
};

/* Adds one at the facts' place; `stage` is where, AT_ANY: the facts'. */
struct diagnosis *diagnosing_add(struct diagnosing *, enum cause, enum smtp_stage stage);
struct diagnosis *diagnosing_add_symptom(struct diagnosing *, enum cause, enum smtp_stage stage);

/* What a lookup came to; CAUSE_NONE: it was answered, or not asked. */
enum cause diagnosing_lookup(const struct dns_facts *, bool of_domain);
void diagnosing_set_lookup(struct diagnosis *, const struct dns_facts *, struct arena *);

/*
 * "mx.example.org.example.org": the domain stands twice at the end, as a zone file without the dot
 * makes it.
 */
bool diagnosing_lacks_dot(struct span host, struct span domain);

/* True: the reply of the facts was explained. */
bool diagnose_reply(struct diagnosing *);
void diagnose_handshake(struct diagnosing *);
void diagnose_certificate(struct diagnosing *);
void diagnose_policies(struct diagnosing *);

#endif
