/*
 * mask - replaces secrets by stars.
 *
 * A secret is encoded in every form in which it might be shown (add_forms), and each form is cut
 * into windows: all of its runs of eight bytes, in lower case. Only a digest of each window is
 * kept, in a hash set, so that searching a text takes one lookup for each byte, whatever the
 * number of secrets. mask_shown slides a window over the text; if its digest is in the set, these
 * eight bytes and any base64 digits next to them are replaced. A form shorter than a window is kept
 * itself and compared at every position, where the surrounding text decides whether it counts.
 */
#include "base/mask.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/port.h"
#include "base/text.h"

enum { WINDOW = 8, ANYCASE_MIN = 4, ANYWHERE_MIN = 6, DIGESTS_MAX = 1 << 18, TWICE_MAX = 512 };

static unsigned char
lower(char c)
{
	return (unsigned char)ascii_lower(c);
}

static bool
is_digit(char c)			/* of base64, which includes hexadecimal */
{
	return ascii_is_alnum(c) || c == '+' || c == '/';
}

/* ---- digests: the eight bytes as a number, scrambled so that a core dump does not show them */

static uint64_t
digest_of(uint64_t window)
{
	window = (window ^ window >> 30) * 0xBF58476D1CE4E5B9u;
	window = (window ^ window >> 27) * 0x94D049BB133111EBu;
	window ^= window >> 31;
	return window ? window : 1;
}

static uint64_t *
place_of(const struct mask *m, uint64_t digest)
{
	size_t i = (size_t)digest & (m->cap - 1);

	while (m->digest[i] != 0 && m->digest[i] != digest)
		i = (i + 1) & (m->cap - 1);
	return &m->digest[i];
}

static void
drop_digests(struct mask *m)
{
	if (m->digest)
		port_wipe(m->digest, m->cap * sizeof *m->digest);
	free(m->digest);
	m->digest = NULL;
	m->n = m->cap = 0;
}

static void
grow(struct mask *m)
{
	struct mask old = *m;

	m->cap = old.cap ? old.cap * 4 : 1024;
	m->digest = memory_zeroed(m->cap * sizeof *m->digest);
	for (size_t i = 0; i < old.cap; i++)
		if (old.digest[i])
			*place_of(m, old.digest[i]) = old.digest[i];
	drop_digests(&old);
}

static void
add_form(struct mask *m, struct span form)
{
	uint64_t window = 0;

	for (size_t i = 0; i < form.len; i++) {
		window = window << 8 | lower(form.at[i]);
		if (i + 1 < WINDOW)
			continue;
		if (2 * m->n >= m->cap)
			grow(m);
		uint64_t digest = digest_of(window), *place = place_of(m, digest);
		m->n += *place == 0;
		*place = digest;
	}
}

/* ---- the forms */

/*
 * Returns those digits of base64 that depend on `text` alone when `before`, 0 to 2, other bytes
 * precede it in a group of three.
 */
static struct span
within_base64(struct arena *arena, struct span text, unsigned before)
{
	char *shifted = arena_get(arena, text.len + 2);

	memcpy(shifted + before, text.at, text.len);
	struct span all = base64_encode(arena, (struct span){ shifted, text.len + before });
	size_t begin = (before * 8 + 5) / 6, end = (before + text.len) * 8 / 6;
	return span_skip(span_first(all, end), begin);
}

static struct span
in_hexadecimal(struct arena *arena, struct span text)
{
	char *out = arena_get(arena, 2 * text.len + 1);

	return (struct span){ text_hex(out, text), 2 * text.len };
}

/*
 * How bytes other than letters and digits are escaped, by `mark` and two hexadecimal digits: all
 * except those in `kept`; with `only`, of the printable ones just those in `only`.
 */
struct escaping { const char *mark, *kept, *only; };

static struct span
in_escapes(struct arena *arena, struct span text, const struct escaping *e)
{
	size_t mark = strlen(e->mark);
	char *out = arena_get(arena, (mark + 2) * text.len + 1), *to = out;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		bool letter = is_digit(text.at[i]) && c != '+' && c != '/',
		     printable = c >= ' ' && c < 0x7F;
		if (letter || (c && strchr(e->kept, c)) ||
		    (e->only && printable && !strchr(e->only, c))) {
			*to++ = (char)c;
			continue;
		}
		memcpy(to, e->mark, mark);
		to += mark;
		text_hex(to, (struct span){ text.at + i, 1 });
		to += 2;
	}
	return (struct span){ out, (size_t)(to - out) };
}

static const struct escaping url = { "%", "-._~", NULL };

/* Replaces some characters, those in `octets`, by words, as JSON, C and HTML do. */
static struct span
in_words(struct arena *arena, struct span text, const char *const words[], const char *octets)
{
	char *out = arena_get(arena, 6 * text.len + 1), *to = out;

	for (size_t i = 0; i < text.len; i++) {
		const char *at = text.at[i] ? strchr(octets, text.at[i]) : NULL,
			   *word = at ? words[at - octets] : NULL;
		size_t n = word ? strlen(word) : 1;
		memcpy(to, word ? word : &text.at[i], n);
		to += n;
	}
	return (struct span){ out, (size_t)(to - out) };
}

/* Adds the escaped forms used in mail and on the web. */
static void
add_escaped(struct mask *m, struct arena *arena, struct span text)
{
	static const struct escaping forms[] = {
		/* quoted-printable, with everything escaped, and with as little as possible */
		{ "=", "", NULL }, { "=", "", "=" },
		{ "+", "", NULL }, { "+", "", "+=" },		/* xtext (RFC 3461 4) */
		{ "%", "", NULL }, { "\\x", "", NULL }, { "\\x", "", "\\" }, { "\\u00", "", NULL },
	};
	static const char *const html[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" },
				 *const quoted[] = { "\\\"", "\\\\", "\\'" };

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		add_form(m, in_escapes(arena, text, &forms[i]));
	add_form(m, in_words(arena, text, html, "&<>\"'"));
	add_form(m, in_words(arena, text, quoted, "\"\\'"));
	add_form(m, in_words(arena, text, (const char *const[]){ "+" }, " "));
}

static void
add_forms(struct mask *m, struct arena *arena, struct span text, unsigned deep)
{
	add_form(m, text);
	add_form(m, in_escapes(arena, text, &url));
	if (deep < 2)
		add_form(m, in_hexadecimal(arena, text));
	for (unsigned before = 0; deep < 2 && before < 3; before++)
		add_forms(m, arena, within_base64(arena, text, before),
		    text.len <= TWICE_MAX ? deep + 1 : 2);
	if (deep > 0)
		return;
	add_form(m, base64_encode(arena, text));
	add_escaped(m, arena, text);
}

static void
keep_brief(struct mask *m, struct span form)
{
	if (!m->brief)
		m->brief = memory_zeroed(MASK_BRIEF * sizeof *m->brief);
	for (size_t i = 0; i < MASK_BRIEF; i++)
		if (span_eq(secret_span(&m->brief[i]), form))
			return;
	secret_set(&m->brief[m->nbrief++ % MASK_BRIEF], form);
}

/* Adds a secret shorter than a window, and those of its forms that are shorter too. */
static void
add_brief(struct mask *m, struct arena *arena, struct span secret)
{
	struct span hexadecimal = in_hexadecimal(arena, secret),
		    base64 = base64_encode(arena, secret);
	struct span escaped = in_escapes(arena, secret, &url);

	keep_brief(m, secret);
	if (base64.len < WINDOW)
		keep_brief(m, base64);
	if (hexadecimal.len < WINDOW && hexadecimal.len >= ANYCASE_MIN)
		keep_brief(m, hexadecimal);
	if (escaped.len < WINDOW)
		keep_brief(m, escaped);
}

void
mask_add(struct mask *m, struct span secret)
{
	struct arena arena = { 0 };

	if (secret.len == 0)
		return;
	if (secret.len < WINDOW)
		add_brief(m, &arena, secret);
	for (size_t half = secret.len / 2, i = 0; half >= ANYWHERE_MIN && half < WINDOW && i < 2;
	     i++)
		keep_brief(m, i ? span_skip(secret, half) : span_first(secret, half));
	if (m->n > DIGESTS_MAX)
		drop_digests(m);
	add_forms(m, &arena, secret, 0);
	arena_wipe(&arena);
}

void
mask_join(struct mask *m, const struct mask *more)
{
	for (size_t i = 0; i < more->cap; i++) {
		if (!more->digest[i])
			continue;
		if (2 * m->n >= m->cap)
			grow(m);
		uint64_t *place = place_of(m, more->digest[i]);
		m->n += *place == 0;
		*place = more->digest[i];
	}
	for (size_t i = 0; more->brief && i < MASK_BRIEF; i++)
		if (more->brief[i].len > 0)
			keep_brief(m, secret_span(&more->brief[i]));
}

void
mask_release(struct mask *m)
{
	drop_digests(m);
	for (size_t i = 0; m->brief && i < MASK_BRIEF; i++)
		secret_release(&m->brief[i]);
	free(m->brief);
	m->brief = NULL;
	m->nbrief = 0;
}

/* ---- showing */

/* Whether text[from..to) is part of a longer word, name or address. */
static bool
is_within(struct span text, size_t from, size_t to)
{
	char before = from > 0 ? text.at[from - 1] : ' ',
	     after = to < text.len ? text.at[to] : ' ';
	char next = to + 1 < text.len ? text.at[to + 1] : ' ';

	if (before == '-' && (from == 4 || (from > 4 && text.at[from - 5] == '\n')))
		before = ' ';		/* the "-" after a reply code */
	return is_digit(before) || (before && strchr("-._@", before)) || is_digit(after) ||
	    (after && strchr("-_@", after)) || (after == '.' && is_digit(next));
}

static bool
is_quoted(struct span text, size_t from, size_t to)
{
	return from > 0 && to < text.len && text.at[from - 1] && text.at[to] &&
	    strchr("\"'<([{=:", text.at[from - 1]) && strchr("\"'>)]},;", text.at[to]);
}

/* Whether text[from..to), which equals a short secret, is to be replaced. */
static bool
is_meant(struct span text, size_t from, size_t to, struct span secret)
{
	if (secret.len >= ANYWHERE_MIN)
		return true;
	if (is_within(text, from, to))
		return false;
	if (secret.len >= ANYCASE_MIN)
		return true;
	if (from == 0 || text.at[from - 1] == '\n' ||
	    !span_eq(secret, span_first(span_skip(text, from), secret.len)))
		return false;
	return secret.len > 1 || is_quoted(text, from, to);
}

/* Returns the end of a short secret that begins at i; 0: none does. */
static size_t
brief_at(const struct mask *m, struct span text, size_t i)
{
	for (size_t k = 0; k < MASK_BRIEF; k++) {
		struct span secret = secret_span(&m->brief[k]);
		size_t end = i + secret.len;
		if (secret.len == 0 || lower(text.at[i]) != lower(secret.at[0]) ||
		    !span_eq_case(span_first(span_skip(text, i), secret.len), secret))
			continue;
		if (is_meant(text, i, end, secret))
			return end;
	}
	return 0;
}

/*
 * Replaces text[at..end) and the adjacent base64 digits, which are part of the same word, back to
 * *done at most, and sets *done to the end.
 */
static void
star(char *copy, struct span text, size_t at, size_t end, size_t *done)
{
	while (at > *done && is_digit(text.at[at - 1]))
		at--;
	while (end < text.len && (is_digit(text.at[end]) || text.at[end] == '='))
		end++;
	/* short secrets in it may have been replaced already */
	memset(copy + at, '*', end - at);
	*done = end;
}

/*
 * Returns the end of a base64 word that begins at i and contains a short secret when decoded; 0:
 * none does.
 */
static size_t
brief_in_base64(const struct mask *m, struct arena *arena, struct span text, size_t i)
{
	size_t n = i;
	struct span octets;

	if (i > 0 && is_digit(text.at[i - 1]))
		return 0;
	while (n < text.len && (is_digit(text.at[n]) || text.at[n] == '='))
		n++;
	if (n - i < WINDOW ||
	    !base64_decode(arena, span_first(span_skip(text, i), (n - i) / 4 * 4), &octets))
		return 0;
	for (size_t k = 0; k < octets.len; k++)
		if (brief_at(m, octets, k) > 0)
			return n;
	return 0;
}

/* Returns the end of a short secret, or of base64 that contains one, which begins at i; 0: none. */
static size_t
hidden_at(const struct mask *m, struct arena *arena, struct span text, size_t i)
{
	size_t end = brief_at(m, text, i);

	return end ? end : brief_in_base64(m, arena, text, i);
}

struct span
mask_shown(const struct mask *m, struct arena *arena, struct span octets)
{
	uint64_t window = 0;
	char *copy = NULL;
	size_t done = 0, end;

	for (size_t i = 0; (m->n > 0 || m->nbrief > 0) && i < octets.len; i++) {
		window = window << 8 | lower(octets.at[i]);
		bool seen = m->n > 0 && i + 1 >= WINDOW && *place_of(m, digest_of(window)) != 0;
		size_t brief = m->nbrief > 0 ? hidden_at(m, arena, octets, i) : 0;
		if ((!seen && !brief) || (i < done && brief <= done))
			continue;
		if (!copy)
			copy = memcpy(arena_get(arena, octets.len), octets.at, octets.len);
		if (seen && i >= done)
			star(copy, octets, i + 1 - WINDOW, i + 1, &done);
		for (end = done > i ? done : i; end < brief; end++)
			copy[end] = '*';
		done = brief > done ? brief : done;
	}
	return copy ? (struct span){ copy, octets.len } : octets;
}
