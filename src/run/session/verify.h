/* What a certificate must satisfy: --verify of every subcommand, and verify= of /tls. */
#ifndef RUN_SESSION_VERIFY_H
#define RUN_SESSION_VERIFY_H

#include "base/span.h"

/* From the least to the most strict; UNSAID means OFF unless noted otherwise. */
enum verify { VERIFY_UNSET, VERIFY_OFF, VERIFY_CHAIN, VERIFY_NAME };

/* The first is the meaning of --verify without a value. */
#define VERIFY_WORDS(X)			\
	X("name", VERIFY_NAME)		\
	X("off", VERIFY_OFF)		\
	X("chain", VERIFY_CHAIN)

bool verify_read(enum verify *, struct span word);	/* false: it is none of them */
const char *verify_word(enum verify);

#endif
