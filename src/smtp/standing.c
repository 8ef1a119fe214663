/* standing - whether a reply's code fits the command that it answers. */
#include "smtp/standing.h"

#include <assert.h>
#include <stdio.h>

#include "smtp/mechanism.h"

const char *
standing_word(enum standing standing)
{
	static const char *const words[] = {
#define X(name, word) word,
		STANDINGS(X)
#undef X
	};
	assert((size_t)standing < sizeof words / sizeof *words);
	return words[standing];
}

/* The codes of all stages but DUE_COMMAND, whose codes are in the table of verbs. */
static const struct {
	const char *text;
	unsigned codes[VERB_CODES];
	const char *rfc;
} stages[] = {
	[DUE_GREETING]	= { "the greeting", { 220 }, "RFC 5321 4.3.2" },
	[DUE_RESPONSE]	= { "the AUTH response", { 235, 334 }, "RFC 4954 4" },
	[DUE_CANCEL]	= { "the cancelled AUTH", { 0 }, "RFC 4954 4" },
	[DUE_MESSAGE]	= { "the end of data", { 250, 353 }, "RFC 5321 4.3.2" },
	[DUE_RECIPIENT]	= { "the end of data", { 250 }, "RFC 2033 4.2" },
	[DUE_FURTHER]	= { "the command", { 0 }, "RFC 5321 4.2" },
	[DUE_NOTHING]	= { "nothing", { 0 }, "RFC 5321 4.2" },
	[DUE_PARTED]	= { "nothing", { 0 }, "RFC 5321 4.2" },
};

struct due
due_command(struct span line)
{
	struct span args;
	struct due due = { .verb = verb_of(line, &args) };

	/* the last chunk ends the message (RFC 3030 2) */
	if (due.verb == VERB_BDAT || due.verb == VERB_BURL) {
		span_word(&args);
		if (span_eq_case(span_trim(args), SPAN("LAST")))
			due.stage = DUE_MESSAGE;
	}
	if (due.verb == VERB_AUTH) {
		const struct mechanism *m = mechanism_named(span_word(&args));
		/* an unknown mechanism may succeed without a response */
		due.initial = args.len > 0 || !m || (m->flags & AUTH_NO_RESPONSE);
	}
	return due;
}

/* Returns the positive codes that may answer it, terminated by 0. */
static const unsigned *
codes_of(const struct due *due)
{
	return due->stage == DUE_COMMAND ? verb_info(due->verb)->codes : stages[due->stage].codes;
}

/* 235 needs an initial response, or one to a challenge; 353 needs PRDR. */
static bool
is_due(const struct due *due, unsigned code)
{
	return !(code == 235 && due->stage == DUE_COMMAND && !due->initial) &&
	    !(code == 353 && !due->prdr);
}

static bool
is_listed(const struct due *due, unsigned code)
{
	const unsigned *codes = codes_of(due);

	for (size_t i = 0; i < VERB_CODES && codes[i]; i++)
		if (codes[i] == code)
			return is_due(due, code);
	return false;
}

static bool
lists_class(const struct due *due, unsigned class)
{
	const unsigned *codes = codes_of(due);

	for (size_t i = 0; i < VERB_CODES && codes[i]; i++)
		if (codes[i] / 100 == class)
			return true;
	return false;
}

/*
 * Whether success starts something else: TLS, message data, or a SASL exchange. A 250 would not
 * start it.
 */
static bool
hands_over(const struct due *due)
{
	return due->stage == DUE_RESPONSE || due->stage == DUE_CANCEL ||
	    (due->stage == DUE_COMMAND &&
		(due->verb == VERB_STARTTLS || due->verb == VERB_DATA || due->verb == VERB_AUTH));
}

/* Whether a code belongs to another command: those specific to one, and 250 if hands_over(). */
static bool
is_another_ones(const struct due *due, unsigned code)
{
	static const unsigned theirs[] = { 220, 221, 235, 334, 353, 354 };

	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		if (code == theirs[i])
			return true;
	return code == 250 && hands_over(due);
}

enum standing
standing_of(const struct due *due, unsigned code)
{
	bool listless = (due->stage == DUE_COMMAND || due->stage == DUE_FURTHER) &&
	    codes_of(due)[0] == 0;

	/* a 421 before a close may come at any time (RFC 5321 3.8) */
	if (due->stage == DUE_NOTHING)
		return code == 421 ? REPLY_FITS : REPLY_OUT_OF_STEP;
	if (due->stage == DUE_PARTED)
		return REPLY_UNLISTED;
	if (listless || code / 100 == 4 || code / 100 == 5 || is_listed(due, code))
		return REPLY_FITS;
	return is_another_ones(due, code) ? REPLY_OUT_OF_STEP : REPLY_UNLISTED;
}

bool
due_is_message(const struct due *due)
{
	return due->stage == DUE_MESSAGE || due->stage == DUE_RECIPIENT;
}

/*
 * Only a single clear code answers the end of a message. With anything else it is unknown whether
 * the message was accepted.
 */
static enum err_kind
message_err(enum standing standing, const struct reply *r)
{
	unsigned class = r->code / 100;

	if (standing == REPLY_OUT_OF_STEP || class < 2 || class > 5 ||
	    (class == 3 && standing != REPLY_FITS) || (r->flaws & (REPLY_MIXED | REPLY_CUT)))
		return ERR_UNKNOWN;
	return class == 4 ? ERR_TEMPORARY : class == 5 ? ERR_REFUSED : ERR_NONE;
}

enum err_kind
standing_err(const struct due *due, enum standing standing, const struct reply *r)
{
	unsigned class = r->code / 100;

	if (due->stage == DUE_PARTED)
		return ERR_NONE;
	if (due_is_message(due))
		return message_err(standing, r);
	if (due->stage == DUE_NOTHING && standing == REPLY_OUT_OF_STEP)
		return ERR_PROTO;
	if (class == 4)
		return ERR_TEMPORARY;
	if (class == 5)
		return ERR_REFUSED;
	if (standing == REPLY_OUT_OF_STEP || (class != 2 && class != 3) || (r->flaws & REPLY_MIXED))
		return ERR_PROTO;
	if (standing == REPLY_FITS)
		return ERR_NONE;
	/* not if hands_over(): what follows would be read as commands */
	return class == 2 && lists_class(due, 2) && !hands_over(due) ? ERR_NONE : ERR_PROTO;
}

const char *
due_text(const struct due *due)
{
	const char *name = verb_info(due->verb)->name;

	return due->stage != DUE_COMMAND ? stages[due->stage].text : name[0] ? name : "the command";
}

/* "250, 251 or 252" */
static void
list_codes(const struct due *due, char *out, size_t size)
{
	const unsigned *codes = codes_of(due);
	unsigned listed[VERB_CODES];
	size_t n = 0, len = 0;

	snprintf(out, size, due->stage == DUE_CANCEL ? "501" : "none");
	for (size_t i = 0; i < VERB_CODES && codes[i]; i++)
		if (is_due(due, codes[i]))
			listed[n++] = codes[i];
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%u",
		    i == 0	   ? "" :
			i + 1 == n ? " or " :
				     ", ",
		    listed[i]);
}

void
standing_text(const struct due *due, enum standing standing, unsigned code, char out[STANDING_TEXT])
{
	char expected[60];
	const char *rfc = due->stage == DUE_COMMAND ? verb_info(due->verb)->codes_rfc :
						      stages[due->stage].rfc;

	out[0] = '\0';
	if (due->stage == DUE_PARTED)
		return;
	list_codes(due, expected, sizeof expected);
	if (standing == REPLY_OUT_OF_STEP && due->stage == DUE_NOTHING)
		snprintf(
		    out, STANDING_TEXT, "replies out of step: %03u is unsolicited (%s)", code, rfc);
	else if (standing == REPLY_OUT_OF_STEP)
		snprintf(out, STANDING_TEXT,
		    "replies out of step: %03u does not answer %s (expected %s, %s)", code,
		    due_text(due), expected, rfc);
	else if (standing == REPLY_UNLISTED)
		snprintf(out, STANDING_TEXT,
		    "%03u is not a standard reply to %s (expected %s, %s); only its first digit is "
		    "used",
		    code, due_text(due), expected, rfc);
}
