/*
 * What a session waits for: an enumeration, with its word in JSON and its phrase for sentences.
 */
#ifndef RUN_SESSION_WAIT_H
#define RUN_SESSION_WAIT_H

#include "smtp/verb.h"

#define WAITS(X)									\
	X(NOTHING,	"none",		NULL)						\
	X(ROUTE,	"resolve",	"the answer to the name look-up")		\
	X(CONNECT,	"connect",	"a connection")					\
	X(PROXY,	"proxy",	"the proxy's answer")				\
	X(TLS,		"tls",		"the end of the TLS handshake")			\
	X(TLSA,		"tlsa",		"the TLSA records")				\
	X(POLICY,	"policy",	"the MTA-STS policy")				\
	X(GREETING,	"greeting",	"the banner")					\
	X(REPLY,	"reply",	"the reply")		/* to a command */	\
	X(END_OF_DATA,	"end_of_data",	"the reply to the message")			\
	X(ROOM,		"room",		"room to send more of the message")		\
	X(OUTSTANDING,	"outstanding",	"what is owed")					\
	X(ANYTHING,	"anything",	"a word of the server")				\
	X(CLOSE,	"close",	"the end of the connection")			\
	X(SECOND,	"second_reply",	"a second reply, since the first may be late")	\
	X(PACED,	"pace",		"what goes out slowly")

enum wait {
#define X(name, word, phrase) WAIT_##name,
	WAITS(X)
#undef X
};

const char *wait_word(enum wait);			/* in JSON: "end_of_data" */
/*
 * "the reply to EHLO"; the verb is that of a reply, VERB_OTHER when unknown. NULL for
 * WAIT_NOTHING.
 */
const char *wait_phrase(enum wait, enum verb);

#endif
