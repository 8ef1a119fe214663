/*
 * Describes what was observed of a peer that misbehaves, in one clause to follow "*** " or "smtpsh:
 * ". These are pure functions of the octets received and of what was waited for; octets of the peer
 * are escaped. The cause and the remedy are found by run/diagnosis.
 */
#ifndef RUN_SESSION_OBSERVE_H
#define RUN_SESSION_OBSERVE_H

#include <stdint.h>

#include "base/span.h"
#include "run/session/wait.h"

enum { OBSERVED_SIZE = 400 };

/* Describes octets received where a reply was due. */
void observe_octets(struct span octets, char out[OBSERVED_SIZE]);

/* A wait that ended without a complete reply. */
struct silence {
	enum wait wait;
	enum verb verb;	     /* the reply's verb */
	uint64_t ms;	     /* how long the wait was */
	struct span pending; /* received meanwhile, but not a complete reply */
	unsigned pieces;     /* number of reads of it; 0: unknown */
};
void observe_silence(const struct silence *, char out[OBSERVED_SIZE]);

/*
 * Describes cleartext received where TLS was to begin. `early`: it came before our first octets of
 * the handshake were sent.
 */
void observe_cleartext(struct span octets, bool implicit, bool early, char out[OBSERVED_SIZE]);

#endif
