/* board - the addresses of a run as a table: gathers and draws them. */
#include "ui/report/board.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/diagnosis/diagnose.h"
#include "ui/report/bar.h"
#include "ui/report/report.h"
#include "ui/show/flow.h"

/* ---- gathering */

enum { PLACE_MOST = 200, TEXT_MOST = 1000, ROWS_FIRST = 64, DAYS_MOST = 9999 };

static unsigned
board_hash(struct span s)
{
	return span_hash(s) % BOARD_CHAINS;
}

/*
 * Returns what to do: for the server's administrator, who most likely watches the server, if there
 * is anything to do there; else for the client.
 */
static struct span
board_advice(const struct diagnosis *d, struct arena *arena)
{
	struct span server = diagnosis_next(d, FOR_SERVER, arena);

	return server.len > 0 ? server : diagnosis_next(d, FOR_CLIENT, arena);
}

/*
 * Returns the entry of the row's reason. A cause has one entry for all its rows, even if the names
 * in their texts differ.
 */
static struct board_reason *
board_reason(struct board *b, const struct fleet_report *one, struct span text)
{
	const struct diagnosis *d = one->verdict->diagnosis;
	enum cause cause = d && !d->vague ? d->cause : CAUSE_NONE;
	unsigned hash = cause ? (unsigned)cause % BOARD_CHAINS : board_hash(text);
	struct arena *own = &one->result->arena;
	struct board_reason *r = b->reason[hash];

	while (r && (r->cause != cause || (!cause && !span_eq(r->text, text))))
		r = r->next;
	if (!r) {
		r = ARENA_NEW(&b->arena, struct board_reason);
		r->cause = cause;
		r->text = arena_copy(&b->arena, text);
		r->advice = d ? arena_copy(&b->arena, board_advice(d, own)) : SPAN_NONE;
		r->next = b->reason[hash];
		b->reason[hash] = r;
	} else if (cause && !r->mixed && !span_eq(r->text, text)) {
		const struct diagnosis *any = diagnosis_new(cause, NULL, own);
		r->mixed = true;
		r->text = diagnosis_title(any);
		r->advice = arena_copy(&b->arena, board_advice(any, own));
	}
	return r;
}

static struct board_row *
board_new_row(struct board *b, struct span place)
{
	size_t last = b->rounds ? BOARD_LAST * sizeof(uint32_t) : 0;
	struct board_row *row = memory_zeroed(sizeof *row + last + place.len + 1);

	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : ROWS_FIRST;
		b->row = memory_resize(b->row, b->cap * sizeof *b->row);
	}
	b->row[b->n++] = row;
	row->last = last ? (uint32_t *)(row + 1) : NULL;
	row->place = (char *)(row + 1) + last;
	memcpy(row->place, place.at ? place.at : "", place.len);
	if (b->rounds) {
		unsigned hash = board_hash(place);
		row->next = b->place[hash];
		b->place[hash] = row;
	}
	return row;
}

/* Returns the row of an earlier round. A place that is probed twice in a round has two rows. */
static struct board_row *
board_find_row(struct board *b, struct span place)
{
	struct board_row *row = b->rounds ? b->place[board_hash(place)] : NULL;

	while (row && (row->seen || !span_eq(span_of(row->place), place)))
		row = row->next;
	return row;
}

/* If there are more rows than can be shown, those that are OK are only counted. */
static void
board_make_room(struct board *b)
{
	size_t kept = 0;

	if (b->rounds || !b->rows_most || b->n <= b->rows_most)
		return;
	for (size_t i = 0; i < b->n; i++)
		if (b->row[i]->state == STATE_OK)
			free(b->row[i]);
		else
			b->row[kept++] = b->row[i];
	b->nleft_out += b->n - kept;
	b->n = kept;
}

static void
board_keep_tls(struct board_row *row, const struct probe_result *r)
{
	double days;

	row->tls[0] = '\0';
	row->days = BOARD_NO_DAYS;
	if (!r->tls)
		return;
	struct span version = r->tls->version; /* "TLSv1.3", from OpenSSL */
	if (span_starts(version, SPAN("TLSv")))
		version = span_skip(version, 4);
	snprintf(row->tls, sizeof row->tls, "%.*s", SPAN_ARG(version));
	row->verified = r->tls->verified;
	if (judge_metric(r, METRIC_CERT_DAYS, &days) && days > -DAYS_MOST && days < DAYS_MOST)
		row->days = (short)(days < 0 ? -1 : days);
}

void
board_add(struct board *b, const struct fleet_report *one)
{
	struct probe_result *r = one->result;
	const struct finding *v = one->verdict;
	struct span place = text_first(report_place(one), PLACE_MOST);
	bool failed = v->state == STATE_CRITICAL || v->state == STATE_UNKNOWN;

	if (b->nleft_out > 0 && v->state == STATE_OK && !b->rounds) {
		b->nleft_out++;
		return;
	}
	struct board_row *row = board_find_row(b, place);
	bool known = row != NULL;
	if (!row)
		row = board_new_row(b, place);
	row->seen = true;
	row->changed = known && row->state != v->state;
	row->before = row->state;
	row->until = row->when;
	row->when = b->rounds ? time(NULL) : 0;
	row->state = v->state;
	row->number = r->number;
	row->us = r->total_us < BOARD_FAILED ? (uint32_t)r->total_us : BOARD_FAILED - 1;
	board_keep_tls(row, r);
	bar_make(r, BOARD_BAR, row->bar);
	row->reason = NULL;
	row->text = SPAN_NONE;
	row->more = 0;
	for (const struct judge_check *c = v->checks; c; c = c->next)
		row->more += c != v->worst && c->state != STATE_OK;
	if (v->worst) {
		struct span text = text_first(arena_printf(&r->arena, "%s: %.*s", v->worst->label,
						   SPAN_ARG(v->worst->message)),
		    TEXT_MOST);
		row->reason = board_reason(b, one, text);
		row->text = arena_copy(&b->arena, text);
	}
	if (row->changed)
		b->nchanged++;
	if (row->last) {
		if (row->nlast == BOARD_LAST)
			memmove(row->last, row->last + 1, --row->nlast * sizeof *row->last);
		row->last[row->nlast++] = failed ? BOARD_FAILED : row->us;
	}
	board_make_room(b);
}

void
board_begin_round(struct board *b)
{
	arena_release(&b->older);
	b->older = b->arena;
	b->arena = (struct arena){ 0 };
	memset(b->reason, 0, sizeof b->reason);
	b->nchanged = 0;
	for (size_t i = 0; i < b->n; i++)
		b->row[i]->seen = b->row[i]->changed = false;
}

void
board_end_round(struct board *b)
{
	size_t kept = 0;

	memset(b->place, 0, sizeof b->place);
	for (size_t i = 0; i < b->n; i++) {
		struct board_row *row = b->row[i];
		if (!row->seen) {
			free(row);
			continue;
		}
		unsigned hash = board_hash(span_of(row->place));
		row->next = b->place[hash];
		b->place[hash] = row;
		b->row[kept++] = row;
	}
	b->n = kept;
}

void
board_release(struct board *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->row[i]);
	free(b->row);
	arena_release(&b->arena);
	arena_release(&b->older);
	*b = (struct board){ 0 };
}

/* ---- drawing */

enum {
	MARGIN = 8, /* " CRIT * " */
	TIME = 7,
	TLS = 4,
	CERT = 7,
	GAP = 2,
	PLACE_LEAST = 16,
	REST_LEAST = BOARD_BAR + 3,
	WIDTH_LEAST = 40,
	NARROW = 64, /* below this width, no columns for TLS and the certificate */
	NOTES_MOST = 12,
	NOTE_INDENT = 5,
	CHANGES_MOST = 3,
};

const struct board_state board_states[] = {
	[STATE_OK] = { "OK", INK_GOOD },
	[STATE_WARNING] = { "WARN", INK_WARN },
	[STATE_CRITICAL] = { "CRIT", INK_BAD },
	[STATE_UNKNOWN] = { "UNKN", INK_SENT },
};

struct table {
	const struct board *board;
	const struct board_look *look;
	struct screen *screen;
	unsigned place, last, rest; /* widths of these columns; last 0: left out */
	bool narrow;
};

bool
board_utf8(void)
{
	locale_t own = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8 = own && strcmp(nl_langinfo_l(CODESET, own), "UTF-8") == 0;

	if (own)
		freelocale(own);
	return utf8;
}

static int
by_state(const void *a, const void *b)
{
	const struct board_row *x = *(struct board_row *const *)a,
			       *y = *(struct board_row *const *)b;

	if (x->state != y->state)
		return judge_worse(x->state, y->state) == x->state ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return strcmp(x->place, y->place);
}

void
board_sort(struct board *b)
{
	if (b->n > 1)
		qsort(b->row, b->n, sizeof *b->row, by_state);
	for (size_t i = 0; i < b->n; i++)
		if (b->row[i]->reason)
			b->row[i]->reason->rows = b->row[i]->reason->targets = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct board_reason *r = b->row[i]->reason;
		if (!r)
			continue;
		r->targets += r->rows++ == 0 || r->number != b->row[i]->number;
		r->number = b->row[i]->number;
	}
}

void
board_count(const struct board_reason *r, char out[BOARD_COUNT])
{
	if (r->rows == r->targets)
		snprintf(out, BOARD_COUNT, "%zu target%s", r->rows, r->rows == 1 ? "" : "s");
	else if (r->targets == 1)
		snprintf(out, BOARD_COUNT, "%zu addresses", r->rows);
	else
		snprintf(out, BOARD_COUNT, "%zu addresses of %zu targets", r->rows, r->targets);
}

static bool
board_shows(const struct table *t, const struct board_row *row)
{
	return !t->look->only_bad || row->state != STATE_OK;
}

static struct table
table_of(const struct board *b, const struct board_look *look, struct screen *s)
{
	struct table t = { .board = b, .look = look, .screen = s };
	unsigned width = look->columns < WIDTH_LEAST ? WIDTH_LEAST : look->columns, most;

	t.narrow = width < NARROW;
	t.last = !b->rounds || width < 78 ? 0 : width < 98 ? BOARD_LAST / 2 : BOARD_LAST;
	width -= MARGIN + GAP + TIME + GAP + (t.narrow ? 0 : TLS + GAP + CERT + GAP) +
	    (t.last ? t.last + GAP : 0);
	most = width * 6 / 10 + REST_LEAST < width ? width * 6 / 10 : width - REST_LEAST;
	most = most > PLACE_LEAST ? most : PLACE_LEAST;
	t.place = sizeof "TARGET" - 1;
	for (size_t i = 0; i < b->n; i++) {
		unsigned own = text_width(span_of(b->row[i]->place));
		if (board_shows(&t, b->row[i]) && own > t.place)
			t.place = own < most ? own : most;
	}
	t.rest = width - t.place;
	return t;
}

/* Returns the beginning of a text that fits into this many columns. */
static struct span
table_head(struct span text, unsigned columns)
{
	size_t n = 0, len;

	while (n < text.len) {
		text_char(span_skip(text, n), &len);
		if (text_width(span_first(text, n + len)) > columns)
			break;
		n += len;
	}
	return span_first(text, n);
}

/* Prints a text in exactly this many columns; if it is longer, its end or its middle is omitted. */
static void
table_put(const struct table *t, struct span text, unsigned columns, bool middle)
{
	const char *mark = t->look->utf8 ? "\xE2\x80\xA6" : "..";
	unsigned marked = t->look->utf8 ? 1 : 2, width = text_width(text), tail = 0;
	struct span end = SPAN_NONE;

	if (width <= columns) {
		screen_print(t->screen, "%.*s%*s", SPAN_ARG(text), (int)(columns - width), "");
		return;
	}
	if (middle) {
		size_t len;
		for (end = text, tail = width; tail > (columns - marked) / 2;) {
			text_char(end, &len);
			end = span_skip(end, len);
			tail = text_width(end);
		}
	}
	struct span head = table_head(text, columns - marked - tail);
	width = text_width(head) + marked + tail;
	screen_print(t->screen, "%.*s%s%.*s%*s", SPAN_ARG(head), mark, SPAN_ARG(end),
	    (int)(columns - width), "");
}

static void
table_put_heading(const struct table *t)
{
	struct screen *s = t->screen;

	screen_ink(s, INK_DIM);
	screen_print(s, " STATE  %-*s  %*s  ", (int)t->place, "TARGET", TIME, "TIME");
	if (t->last) {
		char last[16];
		snprintf(last, sizeof last, "LAST %u", t->last);
		screen_print(s, "%-*s  ", (int)t->last, last);
	}
	if (!t->narrow)
		screen_print(s, "%-*s  %*s  ", TLS, "TLS", CERT, "CERT");
	screen_print(s, "PHASES / REASON");
	screen_ink(s, INK_PLAIN);
	screen_print(s, "\n");
}

/* Each level is 1.5 times the one below; the lowest is that of the row's fastest time. */
static unsigned
table_level(uint32_t us, uint32_t least)
{
	double step = least ? (double)least : 1;
	unsigned level = 0;

	while (level < 7 && us >= (step *= 1.5))
		level++;
	return level;
}

static void
table_put_last(const struct table *t, const struct board_row *row)
{
	static const char *const blocks[] = { "\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83",
		"\xE2\x96\x84", "\xE2\x96\x85", "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88" };
	static const char *const letters[] = { "_", ".", "-", "~", "=", "+", "*", "#" };
	const char *failed = t->look->utf8 ? "\xC3\x97" : "x";
	unsigned from = row->nlast > t->last ? row->nlast - t->last : 0;
	uint32_t least = BOARD_FAILED;

	for (unsigned i = from; i < row->nlast; i++)
		least = row->last[i] < least ? row->last[i] : least;
	for (unsigned i = from; i < row->nlast; i++) {
		bool bad = row->last[i] == BOARD_FAILED;
		unsigned level = bad ? 0 : table_level(row->last[i], least);
		if (bad)
			screen_ink(t->screen, INK_BAD);
		screen_print(t->screen, "%s",
		    bad		      ? failed :
			t->look->utf8 ? blocks[level] :
					letters[level]);
		if (bad)
			screen_ink(t->screen, INK_PLAIN);
	}
	screen_print(t->screen, "%*s  ", (int)(t->last - (row->nlast - from)), "");
}

static void
table_put_reason(const struct table *t, const struct board_row *row)
{
	const struct board_reason *r = row->reason;
	unsigned room = t->rest;
	char note[32] = "";
	struct flow f;

	if (r && (r->note || row->more)) {
		int n = r->note ? snprintf(note, sizeof note, " (%u)", r->note) : 0;
		if (row->more)
			snprintf(note + n, sizeof note - (size_t)n, " +%u", row->more);
		room -= room > strlen(note) ? (unsigned)strlen(note) : room;
	}
	if (!r) {
		if (room < BOARD_BAR + 2 || !row->bar[0])
			return;
		f = flow_begin(t->screen, 0, 0);
		bar_put(&f, row->bar);
		screen_ink(t->screen, INK_PLAIN);
		return;
	}
	struct span brief = r->cause ? span_of(cause_row(r->cause)->title) : row->text;
	struct span text = text_width(row->text) <= room ? row->text : brief;
	if (row->state == STATE_WARNING && row->bar[0] &&
	    text_width(text) + BOARD_BAR + 3 <= room) {
		f = flow_begin(t->screen, 0, 0);
		bar_put(&f, row->bar);
		screen_ink(t->screen, INK_PLAIN);
		screen_print(t->screen, " ");
	}
	if (text_width(text) <= room)
		screen_print(t->screen, "%.*s", SPAN_ARG(text));
	else
		table_put(t, text, room, false);
	screen_print(t->screen, "%s", note);
}

static void
table_put_row(const struct table *t, const struct board_row *row)
{
	struct screen *s = t->screen;
	char took[24] = "-", days[16] = "-";

	if (row->us > 0)
		text_time(took, row->us);
	if (row->days >= 0)
		snprintf(days, sizeof days, "%d d", row->days);
	else if (row->days != BOARD_NO_DAYS)
		snprintf(days, sizeof days, "expired");
	screen_print(s, " ");
	screen_ink(s, board_states[row->state].ink);
	screen_print(s, "%-4s", board_states[row->state].word);
	screen_ink(s, INK_PLAIN);
	screen_print(s, " %c ", row->changed ? '*' : ' ');
	table_put(t, span_of(row->place), t->place, true);
	screen_print(s, "  %*s  ", TIME, took);
	if (t->last)
		table_put_last(t, row);
	if (!t->narrow)
		screen_print(s, "%s%-*s  %*s  ", row->tls[0] ? row->tls : "-",
		    TLS - (row->tls[0] ? (int)strlen(row->tls) : 1),
		    row->tls[0] && !row->verified ? "!" : "", CERT, days);
	table_put_reason(t, row);
	screen_print(s, "\n");
}

/* Prints the previous state of some rows that changed, and until when it lasted. */
static void
table_put_changes(const struct table *t)
{
	const struct board *b = t->board;
	size_t shown = 0;
	char when[16];
	struct tm tm;

	for (size_t i = 0; i < b->n && shown < CHANGES_MOST; i++) {
		const struct board_row *row = b->row[i];
		if (!row->changed || !localtime_r(&row->until, &tm))
			continue;
		strftime(when, sizeof when, "%H:%M:%S", &tm);
		screen_print(t->screen, " ");
		struct flow f = flow_begin(t->screen, 1, NOTE_INDENT);
		flow_print(&f, INK_PLAIN, "* changed in this round: ");
		if (b->nchanged > 1) {
			flow_put(&f, INK_PLAIN, span_of(row->place));
			flow_print(&f, INK_PLAIN, ", ");
		}
		flow_print(&f, board_states[row->before].ink, "%s", board_states[row->before].word);
		flow_print(&f, INK_PLAIN, " until %s", when);
		flow_end(&f);
		shown++;
	}
	if (b->nchanged > shown)
		screen_print(t->screen, " * and %zu more\n", b->nchanged - shown);
}

static void
table_put_note(const struct table *t, const struct board_reason *r)
{
	struct arena *arena = &t->screen->arena;
	char count[BOARD_COUNT];

	screen_print(t->screen, " ");
	struct flow f = flow_begin(t->screen, 1, NOTE_INDENT);
	flow_print(&f, INK_PLAIN, "(%u) ", r->note);
	if (r->rows > 1) {
		board_count(r, count);
		flow_print(&f, INK_BOLD, "%s: ", count);
	}
	flow_put(&f, INK_PLAIN, arena_printf(arena, "%.*s.", SPAN_ARG(r->text)));
	if (r->advice.len > 0) {
		flow_print(&f, INK_BOLD, " Next: ");
		flow_put(&f, INK_PLAIN, arena_printf(arena, "%.*s.", SPAN_ARG(r->advice)));
	}
	flow_end(&f);
}

static void
table_put_more(const struct table *t)
{
	for (size_t i = 0; i < t->board->n; i++)
		if (t->board->row[i]->more && board_shows(t, t->board->row[i])) {
			screen_print(t->screen, " ");
			struct flow f = flow_begin(t->screen, 1, NOTE_INDENT);
			flow_print(&f, INK_DIM,
			    "+1: another check failed too; probe that target alone to see it.");
			flow_end(&f);
			return;
		}
}

/* Numbers the reasons that need a note: they have advice, or text longer than the column. */
static size_t
table_number_notes(const struct table *t, const struct board_reason *note[NOTES_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < t->board->n; i++)
		if (t->board->row[i]->reason)
			t->board->row[i]->reason->note = 0;
	for (size_t i = 0; i < t->board->n && n < NOTES_MOST; i++) {
		const struct board_row *row = t->board->row[i];
		struct board_reason *r = row->reason;
		if (!r || r->note || !board_shows(t, row) ||
		    (r->advice.len == 0 && text_width(row->text) <= t->rest))
			continue;
		note[n] = r;
		r->note = (unsigned)++n;
	}
	return n;
}

/* Writes at most this many lines, each with line_end. Returns how many were written. */
static unsigned
table_write(FILE *out, struct span lines, unsigned most, const char *line_end)
{
	struct span line;
	unsigned n = 0;

	while (n < most && span_line(&lines, &line)) {
		fprintf(out, "%.*s%s", SPAN_ARG(line), line_end);
		n++;
	}
	return n;
}

/* Prints the rows; if there are too many, the last line says how many are missing. */
static void
table_put_rows(const struct table *t, size_t most)
{
	const struct board *b = t->board;
	size_t okay = t->look->only_bad ? 0 : b->nleft_out, all = okay, shown = 0;

	for (size_t i = 0; i < b->n; i++)
		all += board_shows(t, b->row[i]);
	if (all > most || okay > 0)
		most--;
	for (size_t i = 0; i < b->n; i++) {
		const struct board_row *row = b->row[i];
		if (!board_shows(t, row))
			continue;
		if (shown < most) {
			table_put_row(t, row);
			shown++;
		} else {
			okay += row->state == STATE_OK;
		}
	}
	if (shown == all)
		return;
	screen_print(t->screen, "%*sand %zu more, %zu of them OK\n", MARGIN, "", all - shown, okay);
}

void
board_draw(struct board *b, struct screen *screen, const struct board_look *look)
{
	struct screen s = screen_like(screen, NULL, look->columns);
	const struct board_reason *note[NOTES_MOST];
	char *rows, *notes;
	size_t nrows, nnotes, n;
	unsigned most = look->lines ? look->lines : UINT_MAX, below = 0;
	struct span line, rest;

	board_sort(b);
	struct table t = table_of(b, look, &s);
	n = table_number_notes(&t, note);
	s.out = memory_file(&notes, &nnotes);
	table_put_changes(&t);
	for (size_t i = 0; i < n; i++)
		table_put_note(&t, note[i]);
	table_put_more(&t);
	fclose(s.out);
	for (rest = (struct span){ notes, nnotes }; span_line(&rest, &line);)
		below++;
	/* the notes get a third of the lines, or more if the rows leave more */
	if (below > most / 3)
		below = b->n + 1 + below <= most ? below :
		    b->n + 1 < most - most / 3	 ? most - 1 - (unsigned)b->n :
						   most / 3;
	s.out = memory_file(&rows, &nrows);
	table_put_heading(&t);
	table_put_rows(&t, most - 1 - below);
	fclose(s.out);
	table_write(screen->out, (struct span){ rows, nrows }, most, look->line_end);
	table_write(screen->out, (struct span){ notes, nnotes }, below, look->line_end);
	free(rows);
	free(notes);
	arena_release(&s.arena);
}

unsigned
board_draw_counts(struct screen *s, const struct fleet_summary *sum)
{
	static const char *const words[] = { "ok", "warn", "crit", "unknown" };
	char text[80];
	int n = snprintf(
	    text, sizeof text, " %zu target%s", sum->targets, sum->targets == 1 ? "" : "s");

	if (sum->addresses > sum->targets)
		n += snprintf(text + n, sizeof text - (size_t)n, ", %zu addresses", sum->addresses);
	screen_print(s, "%s   ", text);
	n += 3;
	for (unsigned i = 0; i < 4; i++) {
		if (sum->state[i] == 0 && i == STATE_UNKNOWN)
			continue;
		screen_ink(s, sum->state[i] ? board_states[i].ink : INK_DIM);
		snprintf(text, sizeof text, "%zu %s", sum->state[i], words[i]);
		screen_print(s, "%s", text);
		screen_ink(s, INK_PLAIN);
		screen_print(s, "  ");
		n += (int)strlen(text) + 2;
	}
	return (unsigned)n;
}
