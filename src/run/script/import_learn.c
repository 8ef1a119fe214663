/*
 * import - learns the markers of a log: what precedes reply codes is the server's marker, what
 * precedes commands the client's. To decide which of the shapes found there are markers, the log is
 * read with them, adding a few at a time, and the resulting dialogue is scored: a reply without a
 * command, a command without a reply, and a line that is neither count against them.
 */
#include "run/script/import_priv.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "smtp/mechanism.h"

enum {
	PREFIX_MAX = 400, /* maximum octets of a prefix */
	TALLIES = 48,
	TRIED = 10,	       /* number of shapes tried on each side, the most common ones */
	SAMPLE_MAX = 64 << 10, /* octets of the log that are read for a try */
	CODES_A_LINE = 3,
	WRAPPED = 3, /* shapes of each side that are searched for a common wrapper */
	WORDS = 512, /* maximum number of different words in prefixes */
};

struct tally {
	char shape[IMPORT_SHAPE_MAX];
	char tail[IMPORT_TAIL_MAX]; /* what follows a command that takes no argument */
	bool tails_differ, has_tail;
	unsigned count;
};

/* A word in prefixes, and how often it occurs on each side. */
struct word {
	struct span name;
	unsigned count[2];
};

struct learner {
	const struct import_names *ids;
	struct word *word; /* WORDS elements while import_find_names runs, else NULL */
	unsigned nwords, counted[2];
	struct tally tally[2][TALLIES];
	unsigned n[2];
	struct span sample;
};

/* ---- where a reply or a command may begin */

static bool
is_word(char c)
{
	return ascii_is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool
begins_reply(struct span line, size_t i)
{
	struct span rest = span_skip(line, i);

	if (!import_is_reply(span_first(rest, 4)) || rest.len < 4)
		return false;
	/* not the end of a time or date: "12:00:01.250 ", "2024-03-220 ", "00:00:01,345 " */
	return i == 0 || line.at[i - 1] == '>' ||
	    !(line.at[i - 1] == '.' ||
		(strchr(",:-", line.at[i - 1]) && i > 1 && ascii_is_digit(line.at[i - 2])));
}

/* Returns whether `s` is only a place in source code: "Client.js:682:19". */
static bool
ends_in_place(struct span s)
{
	struct span name = span_word(&s), place = name;

	return s.len == 0 && span_until(&place, ':').len > 0 && place.len > 0 &&
	    ascii_is_digit(place.at[0]) && span_has(name, '.');
}

/*
 * Returns the length of the command's fixed part at the front of `rest`; 0: no command begins here.
 * *bare is set when it takes no argument and what follows may be the suffix of the lines.
 */
static size_t
begins_command(struct span rest, bool *bare)
{
	static const char *const alone[] = { "DATA", "QUIT", "RSET", "STARTTLS", "NOOP" };
	static const char *const with[] = { "EHLO ", "HELO ", "LHLO ", "MAIL FROM:", "RCPT TO:" };

	*bare = false;
	for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
		size_t n = strlen(with[i]);
		if (span_starts_case(rest, span_of(with[i])) && rest.len > n &&
		    (i > 2 || is_word(rest.at[n]) || rest.at[n] == '['))
			return n;
	}
	for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
		size_t n = strlen(alone[i]);
		struct span after = span_skip(rest, n);
		if (!span_starts_case(rest, span_of(alone[i])) ||
		    (after.len > 0 && !strchr("'\"\\,[<` ", after.at[0])))
			continue;
		/*
		 * What follows directly is the suffix of the lines; a word is an argument, or
		 * prose.
		 */
		struct span mark = span_trim(after);
		*bare = after.len < IMPORT_TAIL_MAX &&
		    (after.len == 0 || after.at[0] != ' ' || mark.len == 0 ||
			!is_word(mark.at[0]) || span_has(mark, '=') || ends_in_place(mark));
		return *bare ? n : 0;
	}
	if (span_starts_case(rest, SPAN("BDAT ")) && rest.len > 5 && ascii_is_digit(rest.at[5]))
		return 5;
	if (!span_starts_case(rest, SPAN("AUTH ")))
		return 0;
	struct span args = span_skip(rest, 5), name = span_word(&args);
	while (name.len > 0 && strchr("'\"\\,", name.at[name.len - 1]))
		name.len--;
	return mechanism_named(name) && (args.len == 0 || base64_is(span_word(&args))) ? 5 : 0;
}

/* ---- counting the prefixes */

static void
count_words(struct learner *l, enum import_side side, struct span prefix)
{
	l->counted[side]++;
	for (size_t i = 0; i < prefix.len;) {
		struct span name = import_word_at(prefix, i);
		unsigned k = 0;
		i += name.len ? name.len : 1;
		for (; name.len > 0 && k < l->nwords && !span_eq(l->word[k].name, name); k++)
			;
		if (name.len == 0 || k == WORDS)
			continue;
		if (k == l->nwords)
			l->word[l->nwords++] = (struct word){ .name = name };
		l->word[k].count[side]++;
	}
}

static void
count(struct learner *l, enum import_side side, struct span prefix, const struct span *tail)
{
	struct tally *t = l->tally[side], *rarest = t;
	char shape[IMPORT_SHAPE_MAX], end[IMPORT_SHAPE_MAX];
	unsigned i = 0;

	if (l->word)
		count_words(l, side, prefix);
	if (!import_shape(prefix, l->ids, shape))
		return;
	for (; i < l->n[side] && strcmp(t[i].shape, shape) != 0; i++)
		if (t[i].count < rarest->count)
			rarest = &t[i];
	if (i == TALLIES) {
		if (rarest->count > 1)
			return;
		i = (unsigned)(rarest - t);
		t[i].count = 0;
	}
	if (i == l->n[side])
		l->n[side]++;
	if (t[i].count++ == 0) {
		memcpy(t[i].shape, shape, sizeof shape);
		t[i].has_tail = t[i].tails_differ = false;
	}
	if (!tail || !import_shape(*tail, NULL, end))
		return;
	if (strlen(end) >= IMPORT_TAIL_MAX)
		end[0] = '\0';
	if (t[i].has_tail && strcmp(t[i].tail, end) != 0)
		t[i].tails_differ = true;
	memcpy(t[i].tail, end, IMPORT_TAIL_MAX);
	t[i].tail[IMPORT_TAIL_MAX - 1] = '\0';
	t[i].has_tail = true;
}

static void
learn_line(struct learner *l, struct span line)
{
	unsigned codes = 0;
	size_t after_code = (size_t)-1;

	for (size_t i = 0; i < line.len && i < PREFIX_MAX && codes < CODES_A_LINE; i++) {
		bool bare;
		if (i > 0 && is_word(line.at[i - 1]))
			continue;
		struct span rest = span_skip(line, i), prefix = span_first(line, i);
		if (begins_reply(line, i)) {
			count(l, IMPORT_SERVER, prefix, NULL);
			codes++;
			after_code = i + 4;
			continue;
		}
		/* "250-STARTTLS" and "250-AUTH PLAIN" are offers, not commands. */
		bool offer = i == after_code && strchr("SsAa", line.at[i]);
		size_t n = offer ? 0 : begins_command(rest, &bare);
		if (n == 0)
			continue;
		struct span tail = span_skip(rest, n);
		count(l, IMPORT_CLIENT, prefix, bare ? &tail : NULL);
		return;
	}
}

/* Returns whether it is prose that mentions a command or a code: many words, and only once. */
static bool
is_prose(const struct tally *t)
{
	unsigned words = 0;

	for (const char *at = t->shape; *at; at++)
		words += is_word(*at) && (at == t->shape || at[-1] == ' ');
	return t->count == 1 && words > 2;
}

static void
sort(struct tally *t, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned k = i; k > 0 && t[k].count > t[k - 1].count; k--) {
			struct tally x = t[k];
			t[k] = t[k - 1];
			t[k - 1] = x;
		}
}

/* ---- trying the shapes */

static void
add_mark(struct import_form *f, enum import_side side, const struct tally *t)
{
	if (f->nmarks == IMPORT_MARKS)
		return;
	struct import_mark *m = &f->mark[f->nmarks++];
	m->side = side;
	memcpy(m->shape, t->shape, sizeof m->shape);
	m->tail[0] = '\0';
	if (t->has_tail && !t->tails_differ)
		memcpy(m->tail, t->tail, sizeof m->tail);
	/* The longest shape is matched first. */
	for (unsigned i = f->nmarks - 1;
	     i > 0 && strlen(f->mark[i].shape) > strlen(f->mark[i - 1].shape); i--) {
		struct import_mark x = f->mark[i];
		f->mark[i] = f->mark[i - 1];
		f->mark[i - 1] = x;
	}
}

/* Finds what all markers begin with: the prefix of everything that the program wrote. */
static void
find_base(struct import_form *f)
{
	size_t n = f->nmarks > 0 ? strlen(f->mark[0].shape) : 0;
	bool same = f->nmarks > 1;

	for (unsigned i = 1; i < f->nmarks; i++) {
		same &= strcmp(f->mark[i].shape, f->mark[0].shape) == 0;
		for (size_t k = 0; k < n; k++)
			if (f->mark[i].shape[k] != f->mark[0].shape[k])
				n = k;
	}
	/* do not split a word, and leave what opens a field or quotation to the markers */
	while (n > 0 && f->mark[0].shape[n] && is_word(f->mark[0].shape[n - 1]))
		n--;
	while (!same && n > 0 && f->mark[0].shape[n - 1] > 3 && f->mark[0].shape[n - 1] < 6)
		n--;
	memcpy(f->base, f->mark[0].shape, n);
	f->base[n] = '\0';
}

/*
 * Returns whether a shape is text of the other side rather than a marker. "C: Subject: " before
 * what looks like a reply is the client's text, where "C: " is far more common.
 */
static bool
is_text_of(const struct tally *t, const struct tally *mark)
{
	size_t n = strlen(mark->shape);

	return n > 0 && strlen(t->shape) > n && memcmp(t->shape, mark->shape, n) == 0 &&
	    t->count * 3 < mark->count;
}

/* Returns whether the nth tally of a side is text after a marker in use on the other side. */
static bool
is_text(const struct learner *l, int side, int nth, bool used[2][TRIED])
{
	for (int i = 0; nth >= 0 && i < TRIED; i++)
		if (used[!side][i] && is_text_of(&l->tally[side][nth], &l->tally[!side][i]))
			return true;
	return false;
}

/* Adds markers as long as the score improves: first the best pair, then one or two at a time. */
static void
climb(const struct learner *l, struct import_form *f, long *score)
{
	bool used[2][TRIED] = { { false } };
	int n[2];

	for (int side = 0; side < 2; side++)
		n[side] = l->n[side] < TRIED ? (int)l->n[side] : TRIED;
	for (bool first = true, better = true; better; first = false) {
		struct import_form from = *f;
		int best[2] = { -1, -1 };
		better = false;
		for (int c = -1; c < n[IMPORT_CLIENT] && (first || !better); c++)
			for (int s = -1; s < n[IMPORT_SERVER] && (first || !better); s++) {
				struct import_form more = from;
				if ((c >= 0 && is_prose(&l->tally[IMPORT_CLIENT][c])) ||
				    (s >= 0 && is_prose(&l->tally[IMPORT_SERVER][s])))
					continue;
				if (is_text(l, IMPORT_CLIENT, c, used) ||
				    is_text(l, IMPORT_SERVER, s, used) ||
				    (c >= 0 && s >= 0 &&
					(is_text_of(&l->tally[IMPORT_CLIENT][c],
					     &l->tally[IMPORT_SERVER][s]) ||
					    is_text_of(&l->tally[IMPORT_SERVER][s],
						&l->tally[IMPORT_CLIENT][c]))))
					continue;
				if (c + s == -2 || (c >= 0 && used[IMPORT_CLIENT][c]) ||
				    (s >= 0 && used[IMPORT_SERVER][s]))
					continue;
				if (c >= 0)
					add_mark(&more, IMPORT_CLIENT, &l->tally[IMPORT_CLIENT][c]);
				if (s >= 0)
					add_mark(&more, IMPORT_SERVER, &l->tally[IMPORT_SERVER][s]);
				find_base(&more);
				long got = import_try(&more, l->sample);
				if (got <= *score)
					continue;
				*score = got;
				*f = more;
				best[IMPORT_CLIENT] = c;
				best[IMPORT_SERVER] = s;
				better = true;
			}
		for (int side = 0; side < 2; side++)
			if (best[side] >= 0)
				used[side][best[side]] = true;
	}
}

/* Returns whether the base is what pasting adds to all lines: numbers, spaces, "> ". */
static bool
wraps(const char *base)
{
	for (; *base; base++)
		if (ascii_is_letter(*base))
			return false;
	return true;
}

static bool
has_tail(const struct import_form *f)
{
	for (unsigned i = 0; i < f->nmarks; i++)
		if (f->mark[i].tail[0])
			return true;
	return false;
}

/*
 * Sets `base` to the common prefix of the nth pair of the most common markers. Returns false when
 * there is none.
 */
static bool
wrapping(const struct learner *l, unsigned n, char base[IMPORT_SHAPE_MAX])
{
	struct import_form f = { .row = NULL };
	unsigned c = n % WRAPPED, s = n / WRAPPED;

	if (c >= l->n[IMPORT_CLIENT] || s >= l->n[IMPORT_SERVER])
		return false;
	add_mark(&f, IMPORT_CLIENT, &l->tally[IMPORT_CLIENT][c]);
	add_mark(&f, IMPORT_SERVER, &l->tally[IMPORT_SERVER][s]);
	find_base(&f);
	memcpy(base, f.base, sizeof f.base);
	return base[0] != '\0';
}

void
import_learn(struct span log, const struct import_row *only, const struct import_names *ids,
    struct import_form *best, struct import_form pairs[IMPORT_PAIRS])
{
	struct learner *l = memory_zeroed(sizeof *l);
	struct span rest = log, line;
	long most = 0;

	l->ids = ids;
	while (span_line(&rest, &line))
		learn_line(l, line);
	for (int side = 0; side < 2; side++)
		sort(l->tally[side], l->n[side]);
	/* the log or its beginning, in whole lines */
	l->sample = span_first(log, SAMPLE_MAX);
	while (
	    l->sample.len < log.len && l->sample.len > 0 && l->sample.at[l->sample.len - 1] != '\n')
		l->sample.len--;

	*best = (struct import_form){ .row = only ? only : &import_learned };
	struct import_form learned = { .row = &import_learned };
	if (!only || only == &import_learned) {
		climb(l, &learned, &most);
		*best = learned;
	}
	for (unsigned n = 0; n < IMPORT_PAIRS; n++) {
		const unsigned nth[2] = { n % IMPORT_COMMON, n / IMPORT_COMMON };
		pairs[n] = (struct import_form){ .row = &import_learned };
		for (int side = 0; side < 2; side++)
			if (nth[side] < l->n[side])
				add_mark(&pairs[n], side, &l->tally[side][nth[side]]);
		find_base(&pairs[n]);
	}
	/* A known format may be wrapped, in what the markers of both sides begin with. */
	for (const struct import_row *row = import_rows; row->name; row++)
		for (unsigned based = 0; based < 1 + WRAPPED * WRAPPED; based++) {
			struct import_form f = { .row = row };
			if (row == &import_learned || (only && row != only) ||
			    (row->sign && !import_has(log, row)) ||
			    (based && !wrapping(l, based - 1, f.base)))
				continue;
			long score = import_try(&f, l->sample);
			if (score > most ||
			    (score == most && best->row == &import_learned && wraps(f.base) &&
				!has_tail(best))) {
				most = score;
				*best = f;
			}
		}
	/*
	 * No format fits: use the most common prefixes, so that the message can say what is
	 * missing.
	 */
	if (most == 0 && (!only || only == &import_learned))
		*best = pairs[0];
	free(l);
}

void
import_find_names(struct span log, struct import_names *out)
{
	struct learner *l = memory_zeroed(sizeof *l);
	struct span rest = span_first(log, SAMPLE_MAX), line;

	l->word = memory_get(WORDS * sizeof *l->word);
	while (span_line(&rest, &line))
		learn_line(l, line);
	out->n = 0;
	for (unsigned i = 0; i < l->nwords && out->n < IMPORT_NAMES; i++) {
		const unsigned *n = l->word[i].count;
		bool all = n[0] >= l->counted[0] && n[1] >= l->counted[1];
		/*
		 * a marker may precede text of the other side inside a message, but much more
		 * rarely
		 */
		if (!all && n[0] > 1 && n[1] > 1 && n[0] <= 3 * n[1] && n[1] <= 3 * n[0])
			out->name[out->n++] = l->word[i].name;
	}
	free(l->word);
	free(l);
}
