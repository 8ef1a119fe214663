/*
 * The stages of a session: those before the greeting, and one for each kind of reply. The same code
 * means different things at different stages (RFC 5321 4.3.2).
 */
#ifndef SMTP_STAGE_H
#define SMTP_STAGE_H

#include "smtp/verb.h"

/* stage, its word in JSON, its name in a sentence, what is waited for in it */
#define STAGES(X)									\
	X(ANY,		"any",		"",			"the reply")		\
	X(RESOLVE,	"resolve",	"the lookup",		"the DNS")		\
	X(CONNECT,	"connect",	"the connection",	"the connection")	\
	X(PROXY,	"proxy",	"the proxy",		"the proxy's reply")	\
	X(TLS,		"tls",		"the TLS handshake",	"the end of the TLS handshake") \
	X(GREETING,	"greeting",	"the greeting",		"the greeting")		\
	X(EHLO,		"ehlo",		"EHLO",			"the reply to EHLO")	\
	X(STARTTLS,	"starttls",	"STARTTLS",		"the reply to STARTTLS") \
	X(AUTH,		"auth",		"AUTH",			"the reply to AUTH")	\
	X(MAIL,		"mail",		"MAIL",			"the reply to MAIL")	\
	X(RCPT,		"rcpt",		"RCPT",			"the reply to RCPT")	\
	X(DATA,		"data",		"DATA",			"the reply to DATA")	\
	X(MESSAGE,	"message",	"the message data",	"room to send the message") \
	X(END_OF_DATA,	"end_of_data",	"the end of data",	"the reply to the end of data") \
	X(RSET,		"rset",		"RSET",			"the reply to RSET")	\
	X(QUIT,		"quit",		"QUIT",			"the reply to QUIT")	\
	X(VRFY,		"vrfy",		"VRFY",			"the reply to VRFY")	\
	X(OTHER,	"other",	"the command",		"the reply")

enum smtp_stage {
#define X(name, word, text, awaited) AT_##name,
	STAGES(X)
#undef X
	AT_COUNT
};

/*
 * Returns the stage of a verb. AT_EHLO includes HELO and LHLO, AT_VRFY includes EXPN, HELP and
 * ETRN, and AT_END_OF_DATA includes BDAT.
 */
enum smtp_stage smtp_stage_of(enum verb, bool greeting, bool end_of_data);
const char *smtp_stage_word(enum smtp_stage);		/* in JSON: "end_of_data" */
const char *smtp_stage_text(enum smtp_stage);		/* "the end of data", "RCPT" */
const char *smtp_stage_awaited(enum smtp_stage);	/* "the reply to RCPT" */

#endif
