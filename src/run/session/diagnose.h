/*
 * What is wrong with a peer that does not behave, in one sentence: pure functions of the octets
 * that came and of what was waited for, with the section of the RFC where there is one, and what to
 * try. The sentences follow "*** " or "smtpsh: "; whatever of the peer's stands in them is escaped.
 */
#ifndef RUN_SESSION_DIAGNOSE_H
#define RUN_SESSION_DIAGNOSE_H

#include <stdint.h>

#include "smtp/extension.h"
#include "smtp/reply.h"
#include "run/session/wait.h"

enum { DIAGNOSIS_SIZE = 400 };

/*
 * What else than an SMTP server begins so: "an SSH server"; NULL: none that is known, or not told
 * yet.
 */
const char *diagnose_foreign(struct span octets);
/* The sentence for octets that diagnose_foreign knows. */
void diagnose_octets(struct span octets, const char *foreign, char out[DIAGNOSIS_SIZE]);

/* A wait that ended without a whole reply. */
struct silence {
	enum wait wait;
	enum verb verb;			/* of a reply */
	uint64_t ms;			/* how long it was waited for */
	struct span pending;		/* what came meanwhile and is no whole reply */
	unsigned pieces;		/* how often something came; 0: not known */
	bool tls;			/* it was waited for within TLS */
};
void diagnose_silence(const struct silence *, char out[DIAGNOSIS_SIZE]);
/* Nothing came for a while where a greeting is due, on a connection in the clear. */
void diagnose_hush(struct span host, unsigned port, uint64_t ms, char out[DIAGNOSIS_SIZE]);
/* A connection in the clear to a port whose servers begin with TLS; false: it is none of these. */
bool diagnose_tls_port(struct span host, unsigned port, char out[DIAGNOSIS_SIZE]);
/* What came so and did not end: a tarpit, a greet pause; NULL: it cannot be told. */
const char *diagnose_slowness(const struct silence *);

/*
 * Octets in the clear where TLS was to begin. `early`: they came before the first of ours went out.
 */
void diagnose_plain(struct span octets, bool implicit, bool early, char out[DIAGNOSIS_SIZE]);

/*
 * What the form of a banner or an EHLO reply tells though it is no flaw, as a middlebox's marks;
 * NULL: nothing.
 */
const char *diagnose_banner(const struct reply *);
/*
 * What else greets with 220 and does not know EHLO, LHLO or HELO, after a 5xx to one of them; NULL:
 * it cannot be told.
 */
const char *diagnose_refused_hello(const struct reply *banner, const struct reply *refusal);
const char *diagnose_extensions(const struct extensions *);

#endif
