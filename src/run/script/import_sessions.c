/*
 * import - separates sessions whose lines are interleaved. In a server's log they are told apart by
 * an ID (a process, a session, a port) in the prefix of each line. Each varying word of the prefix
 * is tried as the ID: the lines are grouped by it, and the word is used if the dialogue reads
 * better that way than the log as it is.
 */
#include "run/script/import_priv.h"

#include <stdlib.h>

enum {
	IDS = 1 << 12, /* maximum number of IDs */
	LINES_MAX = 1 << 20,
	SAMPLE_MAX = 64 << 10,
};

struct lines {
	struct span all;
	unsigned *offset, *id; /* of each line */
	size_t n;
	struct span name[IDS]; /* of each id */
	unsigned nids;
	unsigned place[2 * IDS]; /* hash table: index of an id, plus 1; 0: free */
};

/* Returns the index of an id, which is added if new; IDS: there are too many. */
static unsigned
id_of(struct lines *l, struct span word)
{
	unsigned hash = 5381;

	for (size_t i = 0; i < word.len; i++)
		hash = hash * 33 ^ (unsigned char)word.at[i];
	for (unsigned i = hash % (2 * IDS);; i = (i + 1) % (2 * IDS)) {
		if (l->place[i] && span_eq(l->name[l->place[i] - 1], word))
			return l->place[i] - 1;
		if (l->place[i])
			continue;
		if (l->nids == IDS)
			return IDS;
		l->name[l->nids] = word;
		l->place[i] = l->nids + 1;
		return l->nids++;
	}
}

/* Finds the nth varying word of the line's prefix, whether before or after the marker. */
static bool
word_before(const struct import_form *f, struct span line, unsigned nth, struct span *word)
{
	for (unsigned i = 0; i < f->nmarks; i++)
		if (f->mark[i].shape[0] && import_shape_word(f->mark[i].shape, line, nth, word))
			return true;
	return import_shape_word(f->base, line, nth, word);
}

/*
 * Gives each line the ID in the nth varying word of its prefix; a line without one gets that of the
 * line above. Returns false when this cannot be a session ID.
 */
static bool
lines_tell(struct lines *l, const struct import_form *form, unsigned nth)
{
	struct span rest = l->all, line, word;
	unsigned id = 0;

	l->n = l->nids = 0;
	memset(l->place, 0, sizeof l->place);
	while (span_line(&rest, &line)) {
		if (l->n == LINES_MAX)
			return false;
		if (word_before(form, line, nth, &word))
			id = id_of(l, word);
		if (id == IDS)
			return false;
		l->offset[l->n] = (unsigned)(line.at - l->all.at);
		l->id[l->n++] = id;
	}
	/* A time differs in nearly every line, a session ID does not. */
	return l->nids > 1 && l->n / l->nids >= 3;
}

/*
 * Appends the lines grouped by ID, in the order of each ID's first line, and in their own order
 * within a group.
 */
static void
lines_put(const struct lines *l, struct buf *out)
{
	unsigned *next = memory_zeroed((l->nids + 1) * sizeof *next);
	unsigned *order = memory_get(l->n * sizeof *order + 1);
	struct span line;

	for (size_t i = 0; i < l->n; i++)
		next[l->id[i] + 1]++;
	for (unsigned id = 0; id < l->nids; id++)
		next[id + 1] += next[id];
	for (size_t i = 0; i < l->n; i++)
		order[next[l->id[i]]++] = (unsigned)i;
	for (size_t i = 0; i < l->n; i++) {
		struct span rest = span_skip(l->all, l->offset[order[i]]);
		span_line(&rest, &line);
		buf_append(out, line);
		buf_append(out, SPAN("\n"));
	}
	free(next);
	free(order);
}

/* Returns the beginning of the log, in whole lines; *lines is at least their number. */
static struct span
sample_of(struct span log, size_t *lines)
{
	struct span sample = span_first(log, SAMPLE_MAX);

	while (sample.len < log.len && sample.len > 0 && sample.at[sample.len - 1] != '\n')
		sample.len--;
	*lines = 1;
	for (size_t i = 0; i < sample.len; i++)
		*lines += sample.at[i] == '\n';
	return sample;
}

static void
lines_begin(struct lines *l, struct span log, size_t n)
{
	free(l->offset);
	free(l->id);
	l->all = log;
	l->offset = memory_get(n * sizeof *l->offset);
	l->id = memory_get(n * sizeof *l->id);
}

static void
lines_release(struct lines *l)
{
	free(l->offset);
	free(l->id);
	free(l);
}

long
import_parting(struct span log, const struct import_form *form, unsigned *nth)
{
	struct lines *l = memory_zeroed(sizeof *l);
	struct buf parted = { .max = SAMPLE_MAX + 1 };
	size_t n;
	struct span sample = sample_of(log, &n);
	long most = import_try(form, sample);

	*nth = IMPORT_IDS_TRIED;
	lines_begin(l, sample, n);
	for (unsigned i = 0; i < IMPORT_IDS_TRIED; i++) {
		if (!lines_tell(l, form, i))
			continue;
		lines_put(l, &parted);
		long score = import_try(form, buf_span(&parted));
		if (score > most) {
			most = score;
			*nth = i;
		}
		buf_release(&parted);
	}
	lines_release(l);
	return most;
}

void
import_part(struct buf *log, const struct import_form *form, unsigned nth)
{
	struct lines *l = memory_zeroed(sizeof *l);
	struct buf parted = { .max = log->max };
	size_t n = 1;

	for (size_t i = 0; i < buf_span(log).len; i++)
		n += buf_span(log).at[i] == '\n';
	if (nth < IMPORT_IDS_TRIED && n <= LINES_MAX) {
		lines_begin(l, buf_span(log), n);
		if (lines_tell(l, form, nth)) {
			lines_put(l, &parted);
			buf_release(log);
			*log = parted;
		}
	}
	lines_release(l);
}
