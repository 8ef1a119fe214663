/*
 * What a session waits for: an enumeration, with its word in JSON and its phrase for sentences.
 */
#ifndef RUN_SESSION_WAIT_H
#define RUN_SESSION_WAIT_H

#include "smtp/verb.h"

#define WAITS(X)									\
	X(NOTHING,	"none",		NULL)						\
	X(ROUTE,	"resolve",	"the DNS answer")				\
	X(CONNECT,	"connect",	"a connection")					\
	X(PROXY,	"proxy",	"the proxy's reply")				\
	X(TLS,		"tls",		"the end of the TLS handshake")			\
	X(TLSA,		"tlsa",		"the TLSA records")				\
	X(POLICY,	"policy",	"the MTA-STS policy")				\
	X(GREETING,	"greeting",	"the greeting")					\
	X(REPLY,	"reply",	"the reply")		/* to a command */	\
	X(END_OF_DATA,	"end_of_data",	"the reply to the end of data")			\
	X(ROOM,		"room",		"room to send more of the message")		\
	X(OUTSTANDING,	"outstanding",	"the outstanding replies")			\
	X(ANYTHING,	"anything",	"anything from the server")			\
	X(CLOSE,	"close",	"the server to close the connection")			\
	X(SECOND,	"second_reply",	"a second reply, since the first may be late")	\
	X(PACED,	"pace",		"paced output to be sent")

enum wait {
#define X(name, word, phrase) WAIT_##name,
	WAITS(X)
#undef X
};

const char *wait_word(enum wait);			/* in JSON: "end_of_data" */
/*
 * Returns a phrase such as "the reply to EHLO". `verb` is that of a reply; VERB_OTHER: unknown.
 * NULL for WAIT_NOTHING.
 */
const char *wait_phrase(enum wait, enum verb);

#endif
