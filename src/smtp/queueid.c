/* queueid - finds the queue ID in the reply to the end of data. */
#include "smtp/queueid.h"

/* What servers write before the ID, and the characters that end it. */
static const struct {
	struct span before;
	const char *ends;
	bool at_start;
} forms[] = {
	{ SPAN_INIT("queued as "), " ,;)", false },		/* Postfix, many more */
	{ SPAN_INIT("OK id="), " ,;)", false },			/* Exim */
	{ SPAN_INIT("InternalId="), " ,]", false },		/* Exchange */
	{ SPAN_INIT("Message Queued ("), ")", false },		/* Haraka */
	{ SPAN_INIT(" qp "), " ", false },			/* qmail: "ok 1311 qp 27821" */
	{ SPAN_INIT("Message-ID: "), " ", false },
	{ SPAN_INIT("queued "), " ,;)", true },
};

/*
 * Returns the word before a known phrase: "vANB1x2y012345 Message accepted for delivery" (Sendmail,
 * OpenSMTPD), "1700000000 abc - gsmtp" (Google).
 */
static struct span
word_before(struct span text)
{
	static const struct span after[] = { SPAN_INIT(" Message accepted"),
		SPAN_INIT(" - gsmtp") };
	struct span rest, last = SPAN_NONE;

	for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
		struct span at = span_find(text, after[i]);
		if (at.len == 0)
			continue;
		rest = span_first(text, (size_t)(at.at - text.at));
		for (struct span word = span_word(&rest); word.len > 0; word = span_word(&rest))
			last = word;
	}
	return last;
}

struct span
queueid_find(struct span text)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct span at = span_find(text, forms[i].before);
		size_t n = 0;
		if (at.len == 0 || (forms[i].at_start && at.at != text.at))
			continue;
		at = span_skip(at, forms[i].before.len);
		while (n < at.len && at.at[n] != ' ' && !strchr(forms[i].ends, at.at[n]))
			n++;
		while (n > 0 && (at.at[n - 1] == '.' || at.at[n - 1] == '>'))
			n--;
		while (n > 0 && at.at[0] == '<') {
			at = span_skip(at, 1);
			n--;
		}
		return n <= 100 ? span_first(at, n) : SPAN_NONE;
	}
	return word_before(text);
}
