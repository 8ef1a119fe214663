/*
 * What was observed of a peer that does not behave, in a clause: pure functions of the octets that
 * came and of what was waited for. The clauses follow "*** " or "smtpsh: "; whatever of the peer's
 * stands in them is escaped. What it comes of and what to do about it, run/diagnosis says.
 */
#ifndef RUN_SESSION_OBSERVE_H
#define RUN_SESSION_OBSERVE_H

#include <stdint.h>

#include "base/span.h"
#include "run/session/wait.h"

enum { OBSERVED_SIZE = 400 };

/* What came where a reply is due. */
void observe_octets(struct span octets, char out[OBSERVED_SIZE]);

/* A wait that ended without a whole reply. */
struct silence {
	enum wait wait;
	enum verb verb;	     /* of a reply */
	uint64_t ms;	     /* how long it was waited for */
	struct span pending; /* what came meanwhile and is no whole reply */
	unsigned pieces;     /* how often something came; 0: not known */
};
void observe_silence(const struct silence *, char out[OBSERVED_SIZE]);

/*
 * Octets in the clear where TLS was to begin. `early`: they came before the first of ours went out.
 */
void observe_cleartext(struct span octets, bool implicit, bool early, char out[OBSERVED_SIZE]);

#endif
