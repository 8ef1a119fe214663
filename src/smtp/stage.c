/* stage - the stages of a session. */
#include "smtp/stage.h"

enum smtp_stage
smtp_stage_of(enum verb verb, bool greeting, bool end_of_data)
{
	static const enum smtp_stage of[VERB_COUNT] = {
		[VERB_OTHER] = AT_OTHER,
		[VERB_HELO] = AT_EHLO,
		[VERB_EHLO] = AT_EHLO,
		[VERB_LHLO] = AT_EHLO,
		[VERB_MAIL] = AT_MAIL,
		[VERB_RCPT] = AT_RCPT,
		[VERB_DATA] = AT_DATA,
		[VERB_BDAT] = AT_END_OF_DATA,
		[VERB_RSET] = AT_RSET,
		[VERB_VRFY] = AT_VRFY,
		[VERB_EXPN] = AT_VRFY,
		[VERB_HELP] = AT_VRFY,
		[VERB_NOOP] = AT_OTHER,
		[VERB_QUIT] = AT_QUIT,
		[VERB_STARTTLS] = AT_STARTTLS,
		[VERB_AUTH] = AT_AUTH,
		[VERB_ETRN] = AT_VRFY,
		[VERB_XCLIENT] = AT_OTHER,
		[VERB_XFORWARD] = AT_OTHER,
		[VERB_BURL] = AT_END_OF_DATA,
		[VERB_ATRN] = AT_OTHER,
		[VERB_TURN] = AT_OTHER,
		[VERB_SEND] = AT_MAIL,
		[VERB_SOML] = AT_MAIL,
		[VERB_SAML] = AT_MAIL,
	};

	return greeting ? AT_GREETING : end_of_data ? AT_END_OF_DATA : of[verb];
}

#define COLUMN(function, column)				\
	const char *						\
	function(enum smtp_stage stage)				\
	{							\
		static const char *const column_of[] = {	\
			STAGES(column)				\
		};						\
		return column_of[stage];			\
	}

#define X_WORD(name, word, text, awaited) [AT_##name] = word,
#define X_TEXT(name, word, text, awaited) [AT_##name] = text,
#define X_AWAITED(name, word, text, awaited) [AT_##name] = awaited,
COLUMN(smtp_stage_word, X_WORD)
COLUMN(smtp_stage_text, X_TEXT)
COLUMN(smtp_stage_awaited, X_AWAITED)
