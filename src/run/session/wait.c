/* wait - what a session waits for, in words. */
#include "run/session/wait.h"

#include <assert.h>
#include <stddef.h>

const char *
wait_word(enum wait wait)
{
	static const char *const words[] = {
#define X(name, word, phrase) word,
		WAITS(X)
#undef X
	};
	assert((size_t)wait < sizeof words / sizeof *words);
	return words[wait];
}

const char *
wait_phrase(enum wait wait, enum verb verb)
{
	static const char *const phrases[] = {
#define X(name, word, phrase) phrase,
		WAITS(X)
#undef X
	};
	static const char *const replies[VERB_COUNT] = {
		[VERB_OTHER] = "the reply",
		[VERB_HELO] = "the reply to HELO",
		[VERB_EHLO] = "the reply to EHLO",
		[VERB_LHLO] = "the reply to LHLO",
		[VERB_MAIL] = "the reply to MAIL",
		[VERB_RCPT] = "the reply to RCPT",
		[VERB_DATA] = "the reply to DATA",
		[VERB_BDAT] = "the reply to BDAT",
		[VERB_RSET] = "the reply to RSET",
		[VERB_VRFY] = "the reply to VRFY",
		[VERB_EXPN] = "the reply to EXPN",
		[VERB_HELP] = "the reply to HELP",
		[VERB_NOOP] = "the reply to NOOP",
		[VERB_QUIT] = "the reply to QUIT",
		[VERB_STARTTLS] = "the reply to STARTTLS",
		[VERB_AUTH] = "the reply to AUTH",
		[VERB_ETRN] = "the reply to ETRN",
		[VERB_XCLIENT] = "the reply to XCLIENT",
		[VERB_XFORWARD] = "the reply to XFORWARD",
		[VERB_BURL] = "the reply to BURL",
		[VERB_ATRN] = "the reply to ATRN",
		[VERB_TURN] = "the reply to TURN",
		[VERB_SEND] = "the reply to SEND",
		[VERB_SOML] = "the reply to SOML",
		[VERB_SAML] = "the reply to SAML",
	};

	return wait == WAIT_REPLY ? replies[verb] : phrases[wait];
}
