/* What a certificate must satisfy (--verify, /tls verify=), and the other settings of /tls. */
#ifndef RUN_SESSION_VERIFY_H
#define RUN_SESSION_VERIFY_H

#include "base/span.h"

/* From the least to the most strict; UNSET means OFF unless noted otherwise. */
enum verify { VERIFY_UNSET, VERIFY_OFF, VERIFY_CHAIN, VERIFY_NAME };

/* The first is the meaning of --verify without a value. */
#define VERIFY_WORDS(X)			\
	X("name", VERIFY_NAME)		\
	X("off", VERIFY_OFF)		\
	X("chain", VERIFY_CHAIN)

const char *verify_word(enum verify);

/* The settings of /tls, whether typed as a step or as a word of a script. */
struct tls_settings {
	enum verify verify;		/* UNSET: not given */
	struct span min, sni, ca;	/* empty: not given */
};
#define TLS_SETTINGS_WORDS "verify=off|chain|name, min=1.0|1.1|1.2|1.3, sni=NAME"
/* Parses one word, KEY=VALUE; the value points into it. Returns false if it is none of these. */
bool tls_settings_read(struct tls_settings *, struct span word);

#endif
