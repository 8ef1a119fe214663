/*
 * varying - finds what varies in a reply from session to session.
 *
 * The text is read from left to right, and examined at the beginning of each word. What has a
 * format of its own (a date, an address, a UUID, the server's name) is recognized in any reply. Any
 * other word of letters and digits is an ID when a word before it says so ("queued as", "id="),
 * when it looks generated (alternating letters and digits, long runs of hex), or when it is in the
 * reply to a message and has a digit, since other words there have none; but never when it is a
 * version, or was sent by the client. A number varies when its unit says so, in the reply to a
 * message, or when it is long enough for a clock. In an EHLO keyword line, which is compared by its
 * parameters, only the clearest of these count.
 */
#include "run/script/varying.h"

#include "base/ascii.h"
#include "base/text.h"

enum {
	ID_MAX = 256,
	BEFORE_MAX = 48,   /* octets searched backward for the word before */
	CLOCK_DIGITS = 10, /* digits of a Unix time; no limit that a server announces is as long */
};

/* Returns whether a character may join the letters and digits of an ID. */
static bool
is_joint(char c)
{
	return c && strchr("._=@+/~$-", c);
}

static char
at(struct span s, size_t i)
{
	return i < s.len ? s.at[i] : '\0';
}

static size_t
digits_at(struct span s, size_t i)
{
	size_t n = 0;

	while (ascii_is_digit(at(s, i + n)))
		n++;
	return n;
}

static bool
has_mask(const struct varying_context *c, enum match_mask_bit bit)
{
	return c->masks >> bit & 1;
}

/* ---- the context of a word */

/*
 * How the text before a word announces it: not at all, as a number, as an ID, or as an ID even if
 * it has only letters.
 */
enum announced { ANNOUNCED_NOT, ANNOUNCED_NUMBER, ANNOUNCED_ID, ANNOUNCED_SURELY };

static struct span
word_before(struct span text, size_t *end)
{
	while (*end > 0 && text.at[*end - 1] == ' ')
		--*end;
	size_t from = *end;
	while (from > 0 && *end - from < BEFORE_MAX &&
	    (ascii_is_letter(text.at[from - 1]) || text.at[from - 1] == '-'))
		from--;
	struct span word = { text.at + from, *end - from };
	*end = from;
	return word;
}

static bool
is_one_of(struct span word, const char *const list[])
{
	for (size_t i = 0; list[i]; i++)
		if (span_eq_case(word, span_of(list[i])))
			return true;
	return false;
}

static enum announced
announced_at(struct span text, size_t i)
{
	static const char *const names[] = { "id", "qid", "msgid", "message-id", "messageid",
		"queue-id", "queueid", "session", "sessionid", "session-id", "ticket", "reference",
		"ref", "envelope", "transaction", "trace", "tracking", NULL };
	static const char *const numbers[] = { "qp", "pid", "port", "process", NULL };
	static const char *const kept[] = { "queued", "saved", "stored", "accepted", "spooled",
		"received", "message", NULL };
	size_t end = i;

	while (end > 0 && i - end < BEFORE_MAX && strchr(" <([{\"'", text.at[end - 1]))
		end--;
	if (end > 0 && text.at[end - 1] == '#')
		return ANNOUNCED_ID;
	char mark = end > 0 ? text.at[end - 1] : '\0';
	end -= mark == '=' || mark == ':';
	struct span word = word_before(text, &end);
	if (is_one_of(word, numbers))
		return ANNOUNCED_NUMBER;
	if (mark == '=')
		return span_ends_case(word, SPAN("id")) || span_ends_case(word, SPAN("name")) ?
		    ANNOUNCED_SURELY :
		    word.len > 0 ? ANNOUNCED_ID :
				   ANNOUNCED_NOT;
	if (span_eq_case(word, SPAN("as")))
		return is_one_of(word_before(text, &end), kept) ? ANNOUNCED_SURELY : ANNOUNCED_NOT;
	return is_one_of(word, names) ? ANNOUNCED_ID : ANNOUNCED_NOT;
}

/* Returns whether a unit follows the number. */
static bool
has_unit(struct span text, size_t i, bool of_time)
{
	static const char *const times[] = { "s", "ms", "sec", "secs", "msec", "second", "seconds",
		"min", "mins", "minute", "minutes", "hour", "hours", NULL };
	static const char *const sizes[] = { "b", "byte", "bytes", "octet", "octets", "kb", "kib",
		"mb", "mib", "chars", "characters", "lines", NULL };
	size_t n = 0;

	i += at(text, i) == ' ';
	while (ascii_is_letter(at(text, i + n)))
		n++;
	struct span word = span_first(span_skip(text, i), n);
	return n > 0 && (is_one_of(word, times) || (!of_time && is_one_of(word, sizes)));
}

/* Returns whether the client sent this word. */
static bool
was_said(const struct varying_context *c, struct span word)
{
	struct span rest = c->said;

	for (size_t i = 0; word.len >= 3 && i + word.len <= rest.len; i++)
		if ((rest.at[i] | 0x20) == (word.at[0] | 0x20) &&
		    (i == 0 || !ascii_is_alnum(rest.at[i - 1])) &&
		    !ascii_is_alnum(at(rest, i + word.len)) &&
		    span_starts_case(span_skip(rest, i), word))
			return true;
	return false;
}

/* ---- words */

struct look {
	size_t len; /* letters and digits */
	size_t digits, upper, lower;
	size_t turns;	/* from letters to digits, or back */
	size_t humps;	/* changes from a lowercase to an uppercase letter */
	size_t longest; /* run of digits */
	bool hex;
};

static struct look
look_of(struct span word)
{
	struct look l = { .hex = true };
	char before = '\0';
	size_t run = 0;

	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];
		run = ascii_is_digit(c) ? run + 1 : 0;
		l.longest = run > l.longest ? run : l.longest;
		if (!ascii_is_alnum(c))
			continue;
		l.hex &= (ascii_hex(c) >= 0);
		l.len++;
		l.digits += ascii_is_digit(c);
		l.upper += ascii_is_upper(c);
		l.lower += ascii_is_letter(c) && !ascii_is_upper(c);
		l.turns += before && ascii_is_digit(before) != ascii_is_digit(c);
		l.humps += before && ascii_is_letter(before) && !ascii_is_upper(before) &&
		    ascii_is_upper(c);
		before = c;
	}
	return l;
}

/* Returns whether no language has such a word: mixed case, or five consonants in a row. */
static bool
is_unspeakable(struct span word, const struct look *l)
{
	size_t row = 0;

	for (size_t i = 0; i < word.len; i++) {
		row = ascii_is_letter(word.at[i]) && !strchr("aeiouyAEIOUY", word.at[i]) ? row + 1 :
											   0;
		if (row == 5 && l->lower > 0 && l->humps == 0)
			return true;
	}
	return l->humps >= 3 && l->len >= 8;
}

static bool
looks_made(const struct look *l)
{
	bool both = l->upper > 0 && l->lower > 0;

	return l->longest >= CLOCK_DIGITS ||
	    (l->hex && l->len >= 8 && l->digits >= 2 && l->digits < l->len && !both) ||
	    (l->len >= 10 && l->turns >= 3) ||
	    (l->len >= 10 && l->digits >= 2 && both && l->turns >= 2) ||
	    (l->len >= 16 && both && l->humps + l->turns >= 4);
}

/* For a keyword line, where no mechanism and no limit must match. */
static bool
looks_made_plainly(const struct look *l)
{
	bool both = l->upper > 0 && l->lower > 0;

	return l->len >= 16 && l->digits >= 2 && l->digits < l->len &&
	    ((l->hex && !both) || (both && l->humps + l->turns >= 4));
}

/*
 * Returns whether a word is a version: "4.96", "v1.6", "3.6.1-4+deb12u3", "Haraka/3.0.5",
 * "8.17.1.9/8.17.1.9/Debian-2".
 */
static bool
is_version(struct span word, const struct look *l)
{
	size_t i = 0, parts = 0, n;

	while (ascii_is_letter(at(word, i)))
		i++;
	if (i > 0 && at(word, i) != '/' && at(word, i) != '-' && at(word, i) != '_' &&
	    !(i == 1 && (word.at[0] == 'v' || word.at[0] == 'V')))
		return false;
	i += i > 0 && is_joint(at(word, i));
	if (i > 1 && (at(word, i) == 'v' || at(word, i) == 'V'))
		i++;
	for (; (n = digits_at(word, i)) > 0 && n <= 5; i += at(word, i) == '.') {
		i += n;
		parts++;
	}
	return parts > 1 && n == 0 && l->longest < CLOCK_DIGITS && l->digits + 1 < word.len;
}

/*
 * Returns whether a word is a host name: labels separated by dots, the last of letters
 * ("mx-2.example.org").
 */
static bool
is_host(struct span word)
{
	struct span rest = word, label = SPAN_NONE;
	size_t letters = 0;
	bool named = false;

	if (!span_has(word, '.'))
		return false;
	while (rest.len > 0) {
		named |= letters > 0;
		label = span_until(&rest, '.');
		letters = 0;
		for (size_t i = 0; i < label.len; i++) {
			if (is_joint(label.at[i]) ? !strchr("-_", label.at[i]) :
						    !ascii_is_alnum(label.at[i]))
				return false;
			letters += ascii_is_letter(label.at[i]);
		}
		if (label.len == 0)
			return false;
	}
	return named && label.len >= 2 && letters == label.len;
}

/*
 * Returns the word at i, including what may join the parts of an ID, but not the punctuation at its
 * end.
 */
static struct span
word_at(struct span text, size_t i)
{
	size_t n = 0;

	while (n < ID_MAX && (ascii_is_alnum(at(text, i + n)) || is_joint(at(text, i + n))))
		n++;
	while (n > 0 && strchr(".@~$", text.at[i + n - 1]))
		n--;
	return span_first(span_skip(text, i), n);
}

/* ---- what has a format of its own */

static bool
is_product(struct span text, size_t i)
{
	size_t end = i;
	struct span word = word_before(text, &end);

	return span_eq_case(word, SPAN("version")) || span_eq_case(word, SPAN("v"));
}

static size_t
address_at(struct span text, size_t i)
{
	struct span rest = span_skip(text, i);
	size_t n = value_length(TYPE_IP, rest);

	if (n > 0 && (at(rest, n) == '/' || is_product(text, i)))
		return 0; /* 8.17.1.9/8.17.1.9, a version */
	return is_joint(at(rest, n)) && ascii_is_alnum(at(rest, n + 1)) ? 0 : n;
}

/* Returns whether an address, which may be in brackets, ends at i. */
static bool
address_before(struct span text, size_t i)
{
	size_t from = i;

	if (from > 0 && text.at[from - 1] == ']')
		from--;
	size_t end = from;
	while (from > 0 && end - from < BEFORE_MAX &&
	    ((ascii_hex(text.at[from - 1]) >= 0) || strchr(".:", text.at[from - 1])))
		from--;
	struct span address = { text.at + from, end - from };
	return address.len > 0 && value_length(TYPE_IP, address) == address.len;
}

static bool
address_follows(struct span text, size_t i)
{
	i += at(text, i) == ' ';
	i += at(text, i) == '(';
	if (at(text, i) != '[')
		return false;
	return value_length(TYPE_IP, span_skip(text, i)) > 0;
}

static size_t
own_name_at(struct span text, size_t i, const struct varying_context *c)
{
	size_t n = c->host.len;

	if (n == 0 || !span_starts_case(span_skip(text, i), c->host) ||
	    ascii_is_alnum(at(text, i + n)))
		return 0;
	return is_joint(at(text, i + n)) && ascii_is_alnum(at(text, i + n + 1)) ? 0 : n;
}

/*
 * Returns the length of a host name that the server looked up, its own or the client's. A name that
 * the client sent does not vary.
 */
static size_t
host_at(struct span text, size_t i, const struct varying_context *c)
{
	struct span word = word_at(text, i);
	bool open = c->place == PLACE_GREETING || c->place == PLACE_HELLO;
	bool named = i > 0 && text.at[i - 1] == '[';

	if (word.len == 0 || (i > 0 && text.at[i - 1] == '@'))
		return 0;
	if (is_host(word) && (open || named || c->place == PLACE_QUEUED))
		return was_said(c, word) ? 0 : word.len;
	struct look l = look_of(word);
	bool plain = is_host(word) || span_eq_case(word, SPAN("localhost")) ||
	    span_eq_case(word, SPAN("unknown")) || (l.digits > 0 && l.len + 2 > word.len);
	size_t end = i + word.len;
	return plain && (open || at(text, end) == '[') && address_follows(text, end) &&
		!was_said(c, word) ?
	    word.len :
	    0;
}

/* ---- numbers and IDs */

/*
 * Returns whether the number at i varies; *mask is what hides it. 9.876 and 1,234 are two numbers
 * each.
 */
static bool
number_varies(struct span text, size_t i, size_t n, const struct varying_context *c,
    enum match_mask_bit *mask)
{
	size_t from = i, end = i + n;
	bool queued = c->place == PLACE_QUEUED;

	*mask = MASK_BIT_NUMBER;
	if (n >= CLOCK_DIGITS)
		return true;
	if (i > 0 && text.at[i - 1] == '[' && at(text, end) == ']' && i > 1 &&
	    ascii_is_letter(text.at[i - 2])) {
		*mask = MASK_BIT_PID;
		return true;
	}
	enum announced announced = announced_at(text, i);
	if (announced == ANNOUNCED_NUMBER) {
		*mask = MASK_BIT_PID;
		return true;
	}
	if (announced != ANNOUNCED_NOT ||
	    (i > 0 && text.at[i - 1] == ':' && n >= 4 && address_before(text, i - 1)))
		return true;
	while (from > 1 && i - from < BEFORE_MAX &&
	    (text.at[from - 1] == '.' || text.at[from - 1] == ',') &&
	    ascii_is_digit(text.at[from - 2]))
		for (from--; from > 0 && ascii_is_digit(text.at[from - 1]); from--)
			;
	while (end - i < BEFORE_MAX && (at(text, end) == '.' || at(text, end) == ',') &&
	    digits_at(text, end + 1) > 0)
		end += 1 + digits_at(text, end + 1);
	if (from > 0 && (ascii_is_alnum(text.at[from - 1]) || text.at[from - 1] == '-'))
		return false;
	return has_unit(text, end, !queued) || (queued && (n >= 3 || end - from > n));
}

/*
 * Returns whether the word is the short session ID of a greeting: "ready (D0B2BF)". It is the
 * beginning of an ID, and may happen to have only letters or digits.
 */
static bool
is_short_session_id(struct span text, size_t i, struct span word, const struct look *l,
    const struct varying_context *c)
{
	return c->place == PLACE_GREETING && i > 0 && text.at[i - 1] == '(' &&
	    at(text, i + word.len) == ')' && l->hex && l->len == word.len && word.len >= 6 &&
	    (l->upper == 0 || l->lower == 0);
}

static bool
id_varies(struct span text, size_t i, struct span word, const struct look *l,
    const struct varying_context *c)
{
	bool queued = c->place == PLACE_QUEUED;

	if (c->place == PLACE_KEYWORD)
		return i > 0 && looks_made_plainly(l);
	switch (announced_at(text, i)) {
	case ANNOUNCED_SURELY:
		if (l->digits > 0 || l->len >= 4)
			return true;
		break;
	case ANNOUNCED_ID:
	case ANNOUNCED_NUMBER:
		if (l->digits > 0 || is_unspeakable(word, l))
			return true;
		break;
	default:
		break;
	}
	if (is_short_session_id(text, i, word, l, c))
		return true;
	/* "ESMTP Postal/3F2A1B4C" */
	if (c->place == PLACE_GREETING && i > 1 && text.at[i - 1] == '/' &&
	    ascii_is_letter(text.at[i - 2]) && l->len == word.len && l->len >= 6 && l->lower == 0)
		return true;
	if (looks_made(l) && (queued || !is_host(word)))
		return true;
	if (!queued)
		return false;
	if (l->digits > 0)
		/* "smtp1" is a name, "vrqorg2k" is not */
		return l->turns > 1 || l->digits > 3 || ascii_is_digit(word.at[0]) ||
		    (l->hex && l->len >= 8) || is_unspeakable(word, l);
	return is_unspeakable(word, l) ||
	    (l->hex && l->len >= 8 &&
		span_starts_case(span_skip(text, i + word.len), SPAN(" message accepted")));
}

/*
 * Returns the length of a message ID: it is generated, announced, or in the reply to a message. An
 * address that the client sent is not one; where it is unknown what was sent, digits are required.
 */
static size_t
message_id_at(struct span text, size_t i, const struct varying_context *c)
{
	size_t n = value_length(TYPE_MSGID, span_skip(text, i));

	if (n == 0 || was_said(c, span_skip(span_first(span_skip(text, i), n - 1), 1)))
		return 0;
	struct span local = span_skip(span_first(text, i + n), i + 1);
	struct look l = look_of(span_until(&local, '@'));
	bool queued = c->place == PLACE_QUEUED && (c->said.len > 0 || l.digits >= 3);
	return queued || looks_made(&l) || announced_at(text, i) != ANNOUNCED_NOT ? n : 0;
}

static size_t
found(struct varying *out, enum value_type type, enum match_mask_bit mask, size_t n)
{
	*out = (struct varying){ type, mask };
	return n;
}

static size_t
word_varies(struct span text, size_t i, const struct varying_context *c, struct varying *out)
{
	struct span word = word_at(text, i);
	struct look l = look_of(word);
	enum match_mask_bit mask;
	size_t n, key = 0;

	if (word.len == 0)
		return 1;
	if (!ascii_is_alnum(word.at[0])) {
		struct span named = word;
		span_until(&named, '=');
		if (!has_mask(c, MASK_BIT_QUEUEID) || c->place == PLACE_KEYWORD ||
		    !looks_made(&l) || ascii_is_alnum(at(named, 0)))
			return 1;
		return found(out, TYPE_QUEUEID, MASK_BIT_QUEUEID, word.len);
	}
	if (has_mask(c, MASK_BIT_HOST) && c->place != PLACE_KEYWORD &&
	    (n = host_at(text, i, c)) > 0)
		return found(out, TYPE_HOST, MASK_BIT_HOST, n);
	if (is_version(word, &l))
		return word.len;
	while (ascii_is_letter(at(word, key)) || (key > 0 && at(word, key) == '-'))
		key++;
	struct look behind = look_of(span_skip(word, key + 1));
	bool named = at(word, key) == '=' ||
	    (at(word, key) == '/' && c->place == PLACE_GREETING && behind.lower == 0 &&
		behind.len + key + 1 == word.len);
	if (key > 0 && named && ascii_is_alnum(at(word, key + 1)))
		return key + 1; /* "id=": the value follows */
	n = digits_at(word, 0);
	if (n > 0 && l.digits + 1 >= word.len && (n == word.len || strchr("./", word.at[n]))) {
		enum announced announced = announced_at(text, i);
		bool id = announced == ANNOUNCED_ID || announced == ANNOUNCED_SURELY ||
		    (n == word.len && n >= 5 && c->place == PLACE_QUEUED &&
			announced != ANNOUNCED_NUMBER && !has_unit(text, i + n, false));
		if (is_short_session_id(text, i, word, &l, c) && has_mask(c, MASK_BIT_QUEUEID))
			return found(out, TYPE_QUEUEID, MASK_BIT_QUEUEID, n);
		if (c->place == PLACE_KEYWORD || !number_varies(text, i, n, c, &mask) ||
		    was_said(c, word))
			return n;
		if (id || (n >= CLOCK_DIGITS && !has_unit(text, i + n, false)))
			mask = MASK_BIT_QUEUEID; /* it may have letters in the next session */
		if (!has_mask(c, mask))
			return n;
		return found(out, mask == MASK_BIT_QUEUEID ? TYPE_QUEUEID : TYPE_INT, mask, n);
	}
	if (!has_mask(c, MASK_BIT_QUEUEID) || !id_varies(text, i, word, &l, c))
		return 1;
	if (was_said(c, word))
		return word.len;
	return found(out, TYPE_QUEUEID, MASK_BIT_QUEUEID, word.len);
}

size_t
varying_at(struct span text, size_t i, const struct varying_context *c, struct varying *out)
{
	struct span rest = span_skip(text, i);
	size_t n;

	*out = (struct varying){ TYPE_NONE, MASK_BITS };
	if (is_joint(rest.at[0]) && (i == 0 || strchr(" <([", text.at[i - 1])))
		return word_varies(text, i, c, out); /* base64 may begin like this */
	if (!ascii_is_alnum(rest.at[0]) && rest.at[0] != '<')
		return 1;
	if (i > 0 && ascii_is_alnum(rest.at[0]) && ascii_is_alnum(text.at[i - 1]))
		return 1;
	if (rest.at[0] == '<') {
		n = has_mask(c, MASK_BIT_MSGID) ? message_id_at(text, i, c) : 0;
		return n ? found(out, TYPE_MSGID, MASK_BIT_MSGID, n) : 1;
	}
	n = has_mask(c, MASK_BIT_HOST) ? own_name_at(text, i, c) : 0;
	if (n > 0)
		return found(out, TYPE_HOST, MASK_BIT_HOST, n);
	n = value_length(TYPE_DATE, rest);
	enum match_mask_bit bit = at(rest, 2) == ':' ? MASK_BIT_TIME : MASK_BIT_DATE;
	if (n > 0 && has_mask(c, bit))
		return found(out, TYPE_DATE, bit, n);
	n = value_length(TYPE_UUID, rest);
	if (n > 0 && has_mask(c, MASK_BIT_UUID) && word_at(text, i).len == n)
		return found(out, TYPE_UUID, MASK_BIT_UUID, n);
	n = has_mask(c, MASK_BIT_IP) ? address_at(text, i) : 0;
	if (n > 0)
		return found(out, TYPE_IP, MASK_BIT_IP, n);
	return ascii_is_alnum(rest.at[0]) ? word_varies(text, i, c, out) : 1;
}

struct span
varying_host(struct span line)
{
	static const char *const protocols[] = { "SMTP", "ESMTP", "LMTP", NULL };
	struct span rest = line, host = span_word(&rest), next = span_word(&rest),
		    then = span_word(&rest);
	struct look l = look_of(host);

	if (!span_eq(host, word_at(host, 0)) || value_length(TYPE_HOST, host) != host.len)
		return SPAN_NONE;
	return span_has(host, '.') || is_one_of(next, protocols) ||
		(l.digits > 0 && is_one_of(then, protocols)) ?
	    host :
	    SPAN_NONE;
}

/* ---- writing it as an S: line */

static size_t
backslashes(struct span text)
{
	size_t n = 0;

	while (at(text, n) == '\\')
		n++;
	return n;
}

/*
 * Returns the length of what must be replaced by [..] at the front: unprintable characters, and the
 * backslashes before them.
 */
static size_t
unprintable_length(struct span text)
{
	size_t before = backslashes(text), all = before, n;

	while (all < text.len && text.at[all] != '\t' &&
	    !text_is_printable(text_char(span_skip(text, all), &n)))
		all += n;
	return all > before ? all : 0;
}

/*
 * Appends one character of `whole`, or several that have a meaning together, escaped if necessary.
 * Returns how many octets it took.
 */
static size_t
put_literal(struct buf *out, struct span whole, size_t i, bool *pattern)
{
	struct span text = span_skip(whole, i);
	bool literal = (i == 0 && span_starts(text, SPAN("\\/"))) ||
	    (i > 0 && whole.at[i - 1] == ' ' && span_eq(text, SPAN("\\...")));
	/* the text looks like an escape of a script */
	size_t n = literal ? 1 : unprintable_length(text);

	if (n > 0) {
		buf_append(out, SPAN("[..]"));
		*pattern = true;
		return n;
	}
	text_char(text, &n);
	n = text.at[0] == '\\' ? backslashes(text) : n;
	bool place = span_starts(text, SPAN("{{")), any = span_starts(text, SPAN("[..]")),
	     rest = span_eq(text, SPAN("...")) && i > 0 && whole.at[i - 1] == ' ';
	if (place || any || rest || (i == 0 && text.at[0] == '/'))
		buf_append(out, SPAN("\\"));
	n = place ? 2 : any ? 4 : rest ? 3 : n;
	buf_append(out, span_first(text, n));
	return n;
}

/*
 * Writes a typed placeholder with what was received, unless that contains the end of a placeholder.
 */
static void
put_place(struct buf *out, enum value_type type, struct span value)
{
	bool ends = span_find(value, SPAN("}}")).at ||
	    (value.len > 0 && value.at[value.len - 1] == '}');

	buf_printf(out, "{{:%s%s%.*s}}", value_type_word(type), ends ? "" : "=",
	    SPAN_ARG(ends ? SPAN_NONE : value));
}

void
varying_put(struct buf *out, struct span text, const struct varying_context *c)
{
	struct varying v = { TYPE_NONE, MASK_BITS };
	bool pattern = false;

	if (span_eq(text, SPAN("..."))) {
		buf_append(out, SPAN("/^\\.\\.\\.$/"));
		return;
	}
	size_t last = span_trim_end(text, " \t").len; /* a pattern does not match trailing spaces */
	for (size_t i = 0; i < (pattern ? last : text.len);) {
		size_t end = i + (c ? varying_at(text, i, c, &v) : 1);
		if (i > 0 && strchr("{\\", text.at[i - 1]))
			v.type = TYPE_NONE; /* "{{{" and "\{{" would be read differently */
		pattern |= v.type != TYPE_NONE;
		if (v.type != TYPE_NONE)
			put_place(out, v.type, span_first(span_skip(text, i), end - i));
		while (v.type == TYPE_NONE && i < end)
			i += put_literal(out, text, i, &pattern);
		i = i > end ? i : end;
	}
}
