/*
 * What is wrong with a peer that does not behave, in one sentence: pure functions of the octets
 * received and of what was waited for, with the RFC section where there is one, and what to try.
 * The sentences follow "*** " or "smtpsh: "; the peer's octets in them are escaped.
 */
#ifndef RUN_SESSION_DIAGNOSE_H
#define RUN_SESSION_DIAGNOSE_H

#include <stdint.h>

#include "smtp/extension.h"
#include "smtp/reply.h"
#include "run/session/wait.h"

enum { DIAGNOSIS_SIZE = 400 };

/*
 * What kind of server other than SMTP sends this first: "an SSH server"; NULL: none known, or too
 * early to tell.
 */
const char *diagnose_foreign(struct span octets);
/* The sentence for octets that diagnose_foreign knows. */
void diagnose_octets(struct span octets, const char *foreign, char out[DIAGNOSIS_SIZE]);

/* A wait that ended without a complete reply. */
struct silence {
	enum wait wait;
	enum verb verb;			/* of the reply, if for one */
	uint64_t ms;			/* how long it lasted */
	struct span pending;		/* what came and is not a complete reply */
	unsigned pieces;		/* number of reads that gave it; 0: unknown */
	bool tls;			/* within TLS */
};
void diagnose_silence(const struct silence *, char out[DIAGNOSIS_SIZE]);
/* Nothing came for a while where a greeting is due, on a connection without TLS. */
void diagnose_hush(struct span host, unsigned port, uint64_t ms, char out[DIAGNOSIS_SIZE]);
/* A connection without TLS to a port for implicit TLS; false: the port is not one. */
bool diagnose_tls_port(struct span host, unsigned port, char out[DIAGNOSIS_SIZE]);
/* Why a reply is slow: a tarpit, a greet pause; NULL: unknown. */
const char *diagnose_slowness(const struct silence *);

/* Cleartext where TLS was to begin. `early`: it came before our own first octets left. */
void diagnose_plain(struct span octets, bool implicit, bool early, char out[DIAGNOSIS_SIZE]);

/*
 * What the form of a greeting or an EHLO reply reveals without being a flaw, such as a
 * middlebox's marks; NULL: nothing.
 */
const char *diagnose_banner(const struct reply *);
/*
 * What other kind of server sends a 220 and rejects EHLO, LHLO or HELO with a 5xx; NULL: unknown.
 */
const char *diagnose_refused_hello(const struct reply *banner, const struct reply *refusal);
const char *diagnose_extensions(const struct extensions *);

#endif
