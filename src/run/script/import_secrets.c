/*
 * import - finds the secrets of a log in any format: what follows AUTH and a mechanism anywhere in
 * a line, and what answers a 334. They are starred wherever the script would show them.
 */
#include "run/script/import_priv.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "smtp/auth.h"

/* lines searched after a 334: prompts, blank lines and remarks may precede the response */
enum { WINDOW_LINES = 12 };

/* Takes the next word, which also ends at any quotation mark or bracket. */
static struct span
token(struct span *rest)
{
	size_t n = 0;

	while (rest->len > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t'))
		*rest = span_skip(*rest, 1);
	while (n < rest->len && rest->at[n] && !strchr(" \t\"'\\<>&,;()[]{}\r", rest->at[n]))
		n++;
	struct span word = span_first(*rest, n);
	*rest = span_skip(*rest, n);
	return word;
}

/*
 * Returns whether a word is base64 and not likely an English word: it is long, `alone` in its line,
 * or has characters or capitals where a word has none.
 */
static bool
is_encoded(struct span word, bool alone)
{
	bool odd = word.len >= 12 || alone;

	if (word.len < 4 || !base64_is(word))
		return false;
	for (size_t i = 0; i < word.len; i++)
		odd |= !ascii_is_letter(word.at[i]) ||
		    (i > 0 && word.at[i] < 'a' && word.at[i - 1] >= 'a');
	return odd;
}

/* "250-AUTH PLAIN LOGIN": a reply that offers mechanisms. */
static bool
is_offer(struct span before)
{
	return before.len >= 4 && ascii_is_digit(before.at[before.len - 2]) &&
	    ascii_is_digit(before.at[before.len - 3]) && ascii_is_digit(before.at[before.len - 4]);
}

/*
 * Finds the credentials after AUTH in a line. Returns true for an AUTH without an initial response:
 * its responses follow, whether or not the log shows the 334s.
 */
static bool
scan_auth(struct secrecy *secrets, struct arena *arena, struct span line)
{
	bool waits = false;

	for (size_t i = 0; i + 4 < line.len; i++) {
		struct span rest = span_skip(line, i);
		if (!span_starts_case(rest, SPAN("AUTH ")) ||
		    (i > 0 && (ascii_is_letter(line.at[i - 1]) || is_offer(span_first(line, i)))))
			continue;
		rest = span_skip(rest, 5);
		struct span mech = token(&rest), response = token(&rest);
		if (!auth_is_name(mech) || mechanism_ours(response))
			continue;
		bool given = is_encoded(response, false);
		secrecy_sent(secrets,
		    given ?
			arena_printf(arena, "AUTH %.*s %.*s", SPAN_ARG(mech), SPAN_ARG(response)) :
			arena_printf(arena, "AUTH %.*s", SPAN_ARG(mech)),
		    false, arena);
		waits = !given && mechanism_ours(mech);
	}
	return waits;
}

/* Returns whether the line has a 334; *challenge is then its text. */
static bool
scan_challenge(struct secrecy *secrets, struct span line, struct span *challenge)
{
	for (size_t i = 0; i + 3 <= line.len; i++) {
		struct span rest = span_skip(line, i + 3);
		bool before = i == 0 ||
		    !(ascii_is_digit(line.at[i - 1]) || ascii_is_letter(line.at[i - 1]) ||
			line.at[i - 1] == '.');
		if (memcmp(line.at + i, "334", 3) != 0 || !before ||
		    (rest.len > 0 && rest.at[0] != ' ' && rest.at[0] != '\r' && rest.at[0] != '\\'))
			continue;
		*challenge = token(&rest);
		secrecy_received(secrets, 334, *challenge);
		return true;
	}
	return false;
}

static bool
has_reply(struct span line)
{
	for (size_t i = 0; i + 3 < line.len; i++)
		if ((i == 0 || line.at[i - 1] == ' ' || line.at[i - 1] == '\'' ||
			line.at[i - 1] == '"') &&
		    import_is_reply(span_first(span_skip(line, i), 4)) && line.at[i + 3] == ' ')
			return true;
	return false;
}

/*
 * Finds the responses in a line. Some programs log a challenge twice; the second one is not a
 * response.
 */
static void
scan_answers(struct secrecy *secrets, struct arena *arena, struct span line, struct span challenge)
{
	struct span rest = span_trim(line), whole = rest;

	while (rest.len > 0) {
		struct span word = token(&rest);
		if (word.len == 0)
			rest = span_skip(rest, 1);
		else if (is_encoded(word, word.len == whole.len) && !span_eq(word, challenge))
			secrecy_sent(secrets, word, true, arena);
	}
}

void
import_find_secrets(struct secrecy *secrets, const struct import_form *form, struct span log)
{
	struct arena arena = { 0 };
	struct span line, challenge = SPAN_NONE;
	unsigned waits = 0;

	while (span_line(&log, &line)) {
		struct span text = import_text_of(form, line);
		if (scan_auth(secrets, &arena, line) || scan_auth(secrets, &arena, text) ||
		    scan_challenge(secrets, line, &challenge)) {
			waits = WINDOW_LINES;
		} else if (waits > 0 && (has_reply(line) || has_reply(text))) {
			waits = 0;
		} else if (waits > 0 && verb_of(text, NULL) == VERB_OTHER) {
			scan_answers(secrets, &arena, text, challenge);
			waits--;
		}
		arena_reset(&arena);
	}
	arena_wipe(&arena);
}
