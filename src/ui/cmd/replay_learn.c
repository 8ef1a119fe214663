/*
 * replay_learn - --learn: turns what differs between two plays of a script into patterns.
 *
 * The cases are played twice, and every reply that was compared with an S: line is kept. A line of
 * the file whose text differed is rewritten: as recording writes it (varying.h) if that matches
 * every reply, else with a placeholder for each word that differed, else with [..] for everything
 * between the beginning and the end that all replies share. Each new line is tried against all
 * replies before it is used. If none matches, or if more than the text differed, the line is left
 * unchanged, which is reported.
 */
#include <stdlib.h>

#include "base/text.h"
#include "run/script/varying.h"
#include "ui/cmd/replay_run.h"

struct sample {
	const struct expect *x;
	struct reply reply;
	enum reply_place place;
	struct span host;
	bool starred; /* contains what must not be shown */
};

struct learn {
	struct replay *r;
	struct arena arena;
	struct sample *sample;
	size_t nsamples, room;
	size_t now;	   /* index of the case being played */
	unsigned *refused; /* of each case: the 5yz code that rejected AUTH; 0: none */
	struct rewrite rewrite;
	size_t left; /* number of differing lines left unchanged */
};

/* ---- what a script would do twice */

static bool
step_completes(const struct script_item *item)
{
	const struct step_op *op = item->step ? item->step->op : NULL;
	struct span rest = item->line.source, name;

	if (!op) {
		name = span_word(&rest);
		op = step_find(step_ops, span_skip(name, name.len > 0 && name.at[0] == '/'));
	}
	return op && op->traits & (STEP_SENDS_MESSAGE | STEP_SENDS_OCTETS);
}

static bool
say_completes(const struct script_say *say)
{
	struct span source = say->text.source;

	switch (say->kind) {
	case SAY_DOT:
		return true;
	case SAY_COMMAND:
		return span_eq(source, SPAN(".")) ||
		    (say->verb == VERB_BDAT && span_ends_case(source, SPAN("LAST")));
	case SAY_RAW:
		return span_find(source, SPAN(".\\r\\n")).len > 0 ||
		    span_find(source, SPAN("LAST")).len > 0;
	default:
		return false;
	}
}

/* Returns the item that completes a message; NULL: none does. */
static const struct script_item *
completes_message(const struct script_item *item)
{
	const struct script_item *within;

	for (; item; item = item->next) {
		if (item->kind == SCRIPT_STEP && step_completes(item))
			return item;
		for (size_t i = 0; i < item->nsay; i++)
			if (say_completes(&item->say[i]))
				return item;
		if ((within = completes_message(item->body)) ||
		    (within = completes_message(item->other)))
			return within;
	}
	return NULL;
}

bool
replay_may_learn(const struct replay *r, struct err *err)
{
	for (size_t i = 0; i < r->ncases && r->o->learn != LEARN_SEND; i++) {
		const struct replay_case *c = &r->cases[i];
		const struct script_item *item = completes_message(c->now->items);
		if (!item && !c->now->standalone)
			item = completes_message(c->file->script->prelude);
		if (!item)
			continue;
		struct place place = item->nsay > 0 ? item->say[item->nsay - 1].place : item->place;
		return err_set(err, ERR_USAGE,
		    "%s:%u: --learn runs a script twice, and this one sends a message each time; "
		    "--learn=send allows that",
		    place.file, place.line);
	}
	return true;
}

/* ---- playing */

static void
learn_on_judged(void *ctx, const struct expect *x, const struct reply *reply,
    enum reply_place place, struct span host, bool starred)
{
	struct learn *l = ctx;

	if (l->nsamples == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->sample = memory_resize(l->sample, l->room * sizeof *l->sample);
	}
	struct sample *s = &l->sample[l->nsamples++];
	*s = (struct sample){
		.x = x, .place = place, .host = arena_copy(&l->arena, host), .starred = starred
	};
	if (!starred)
		reply_parse(arena_copy(&l->arena, reply->raw), &l->arena, &s->reply);
}

static void
learn_on_begin(void *ctx, const struct replay_case *c)
{
	struct learn *l = ctx;

	l->now = (size_t)(c - l->r->cases);
}

static void
learn_on_event(void *ctx, const struct event *e)
{
	struct learn *l = ctx;

	if (e->kind == EVENT_REPLY && e->answer.verb == VERB_AUTH &&
	    e->answer.reply->code / 100 == 5)
		l->refused[l->now] = e->answer.reply->code;
}

/* Credentials that were rejected are not sent a second time. */
static void
learn_drop_refused(struct learn *l)
{
	struct replay *r = l->r;
	size_t kept = 0;

	for (size_t i = 0; i < r->ncases; i++) {
		struct replay_case *c = &r->cases[i];
		if (l->refused[i]) {
			play_free(c->play);
			fprintf(stderr,
			    "%s: case \"%.*s\" not repeated: AUTH was rejected with %u\n",
			    c->file->name, SPAN_ARG(replay_name(c)), l->refused[i]);
		} else
			r->cases[kept++] = *c;
	}
	r->ncases = kept;
}

static void
learn_play(struct learn *l)
{
	struct replay *r = l->r;

	r->next = r->told = r->running = 0;
	for (size_t i = 0; i < r->ncases; i++) {
		play_free(r->cases[i].play);
		r->cases[i].play = NULL;
		r->cases[i].begun = r->cases[i].done = false;
	}
	if (r->ncases > 0)
		replay_run(r, 1);
}

/* ---- one line for all replies */

static bool
fits_all(struct span line, const struct sample *s, size_t n, size_t k)
{
	struct buf file = { .max = 1 << 20 };
	struct arena arena = { 0 };
	struct err err = { 0 };
	bool ok;

	buf_printf(&file, "S: %03u %.*s\n", s->reply.code, SPAN_ARG(line));
	struct script *script = script_parse("", buf_span(&file), NULL, &err);
	ok = script && script->prelude && script->prelude->nreply == 1;
	for (size_t i = 0; ok && i < n; i++) {
		struct script_vars *vars = ARENA_NEW(&arena, struct script_vars);
		struct match_how how = { .level = MATCH_EXACT };
		vars->names = &script->names;
		vars->arena = &arena;
		ok = script->prelude->reply[0]->line[0].text.patterns &&
		    expect_pattern_fits(&script->prelude->reply[0]->line[0], s[i].reply.line[k],
			&how, vars, &arena);
	}
	script_free(script);
	buf_release(&file);
	arena_release(&arena);
	return ok;
}

/* Returns the narrowest type that has both values; TYPE_NONE: no type has. */
static enum value_type
type_of_both(struct span a, struct span b)
{
	static const enum value_type types[] = { TYPE_INT, TYPE_UUID, TYPE_IP, TYPE_DATE, TYPE_ENH,
		TYPE_MSGID, TYPE_QUEUEID, TYPE_WORD };

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (a.len > 0 && b.len > 0 && value_length(types[i], a) == a.len &&
		    value_length(types[i], b) == b.len)
			return types[i];
	return TYPE_NONE;
}

static bool
is_bound(struct span s, size_t i)
{
	return i == 0 || i == s.len || strchr(" \t()[]<>,;:\"'", s.at[i - 1]) ||
	    strchr(" \t()[]<>,;:\"'", s.at[i]);
}

/* Returns how many bytes both begin with, up to a word boundary. */
static size_t
common_front(struct span a, struct span b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.at[n] == b.at[n])
		n++;
	while (n > 0 && !(is_bound(a, n) && is_bound(b, n)))
		n--;
	return n;
}

static size_t
common_back(struct span a, struct span b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.at[a.len - 1 - n] == b.at[b.len - 1 - n])
		n++;
	while (n > 0 && !(is_bound(a, a.len - n) && is_bound(b, b.len - n)))
		n--;
	return n;
}

/* Writes a word of the first text, with a pattern for what differs from a word of the second. */
static void
put_word(struct buf *out, struct span a, struct span b)
{
	size_t front = common_front(a, b),
	       back = common_back(span_skip(a, front), span_skip(b, front));
	struct span x = span_skip(span_first(a, a.len - back), front),
		    y = span_skip(span_first(b, b.len - back), front);
	enum value_type type = type_of_both(x, y);

	if (x.len == 0 && y.len == 0) {
		varying_put(out, a, NULL);
		return;
	}
	varying_put(out, span_first(a, front), NULL);
	if (type == TYPE_NONE)
		buf_append(out, SPAN("[..]"));
	else
		buf_printf(out, "{{:%s=%.*s}}", value_type_word(type), SPAN_ARG(x));
	varying_put(out, span_skip(a, a.len - back), NULL);
}

static size_t
words_of(struct span text)
{
	size_t n = 0;

	for (; text.len > 0; n++)
		span_until(&text, ' ');
	return n;
}


/*
 * Writes a text for the k-th line that matches all samples to `out`. Returns false when there is
 * none.
 */
static bool
learn_line(const struct sample *s, size_t n, size_t k, struct buf *out)
{
	struct span a = s[0].reply.line[k], b = a;
	size_t front = a.len, back = front;
	struct varying_context context = {
		.place = reply_place_of_line(s[0].place, k),
		.masks = MASKS_ALL,
		.host = s[0].host,
	};

	for (size_t i = 1; i < n; i++) {
		struct span text = s[i].reply.line[k];
		if (!span_eq(text, a))
			b = text;
		size_t f = common_front(a, text), e = common_back(a, text);
		front = f < front ? f : front;
		back = e < back ? e : back;
	}
	for (unsigned way = 0; way < 3; way++) {
		buf_consume(out, buf_span(out).len);
		if (way == 0) {
			varying_put(out, a, &context);
		} else if (way == 1 && words_of(a) == words_of(b)) {
			for (struct span x = a, y = b; x.len > 0 || y.len > 0;) {
				struct span of_x = span_until(&x, ' '), of_y = span_until(&y, ' ');
				put_word(out, of_x, of_y);
				buf_append(out, x.len > 0 ? SPAN(" ") : SPAN_NONE);
			}
		} else if (way == 2) {
			back = back > a.len - front ? a.len - front : back;
			varying_put(out, span_first(a, front), NULL);
			buf_append(out, SPAN("[..]"));
			varying_put(out, span_skip(a, a.len - back), NULL);
		}
		if (fits_all(buf_span(out), s, n, k))
			return true;
	}
	return false;
}

/* Returns why the difference cannot be learned; NULL: it can. */
static const char *
reason_not_to(const struct sample *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct reply *r = &s[i].reply;
		if (s[i].starred)
			return "the reply contains a secret";
		if (r->flaws & REPLY_IRREGULAR)
			return "the reply is malformed";
		if (r->code != s[0].reply.code || r->nlines != s[0].reply.nlines)
			return "more than the text differs";
	}
	return s[0].reply.nlines != s[0].x->nlines ? "the reply has a different number of "
	    "lines" : NULL;
}

/* Learns from all samples of one expectation. */
static void
learn_expect(struct learn *l, const struct replay_file *file, const struct sample *s, size_t n)
{
	const struct expect *x = s[0].x;
	struct buf out = { .max = 1 << 20 };
	const char *why = reason_not_to(s, n);

	if (x->any || x->more || (x->nlines == 1 && x->line[0].separator == 0))
		return;
	if (why) {
		bool same = true;
		for (size_t i = 1; i < n; i++)
			same &= span_eq(s[i].reply.raw, s[0].reply.raw) && !s[i].starred;
		l->left += !same;
		if (!same)
			fprintf(
			    stderr, "%s:%u: left unchanged: %s\n", file->name, x->place.line, why);
		return;
	}
	for (size_t k = 0; k < x->nlines; k++) {
		const struct expect_line *line = &x->line[k];
		bool differ = false;
		for (size_t i = 1; i < n; i++)
			differ |= !span_eq(s[i].reply.line[k], s[0].reply.line[k]);
		if (!differ || line->text.patterns)
			continue;
		if (!learn_line(s, n, k, &out)) {
			l->left++;
			fprintf(stderr, "%s:%u: left unchanged: no pattern fits all the replies\n",
			    file->name, line->place.line);
			continue;
		}
		size_t code = line->ncodes * 4;		/* with the character after each */
		unsigned number = line->place.line;
		struct span old = rewrite_old_line(&l->rewrite, file, number),
			    text = arena_printf(&l->arena, "%.*s%.*s%.*s\n",
				SPAN_ARG(rewrite_mark(&l->rewrite, file, number)),
				SPAN_ARG(span_first(line->source, code)),
				SPAN_ARG(buf_span(&out)));
		rewrite_add(&l->rewrite, number, 1, text);
		fprintf(l->r->out, "%s:%u:\n- %.*s\n+ %.*s", file->name, number,
		    SPAN_ARG(text_safe(&l->arena, old)), SPAN_ARG(text));
	}
	buf_release(&out);
}

static int
by_expect(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;
	unsigned m = x->x->place.line, n = y->x->place.line;

	return m != n ? (m > n) - (m < n) : (x->x > y->x) - (x->x < y->x);
}

/* Reports failures for another reason than a text that was learned. */
static void
learn_tell_failures(struct learn *l, const struct replay_file *file)
{
	for (size_t i = 0; i < l->r->ncases; i++) {
		if (l->r->cases[i].file != file)
			continue;
		const struct play_failure *f = l->r->cases[i].play ?
		    play_result(l->r->cases[i].play)->failure :
		    NULL;
		for (; f; f = f->next) {
			const struct expect *x = f->expect;
			bool learnt = false;
			for (size_t k = 0; x && k < x->nlines; k++)
				learnt |= rewrite_has(&l->rewrite, x->line[k].place.line);
			if (learnt && f->kind == ERR_EXPECT)
				continue;
			l->left++;
			struct span why = text_safe(&l->arena, span_of(f->why));
			fprintf(stderr, "%s:%u: %.*s\n",
			    f->place.file ? f->place.file : l->r->cases[i].file->name,
			    f->place.line, SPAN_ARG(why));
			l->r->status = err_worse(l->r->status, f->kind);
		}
	}
}

static bool
learn_file(struct learn *l, const struct replay_file *file, struct err *err)
{
	const char *to = l->r->o->learn_output ? l->r->o->learn_output : file->name;
	bool always = l->r->o->learn_output != NULL;

	l->rewrite = (struct rewrite){ .arena = &l->arena };
	for (size_t i = 0, n; i < l->nsamples; i += n) {
		const struct sample *s = &l->sample[i];
		for (n = 1; i + n < l->nsamples && s[n].x == s->x; n++)
			;
		if (s->x->place.file && strcmp(s->x->place.file, file->name) == 0 && n > 1)
			learn_expect(l, file, s, n);
	}
	rewrite_sort(&l->rewrite);
	learn_tell_failures(l, file);
	if ((l->rewrite.n > 0 || always) && !rewrite_write(&l->rewrite, file, to, err))
		return false;
	fprintf(l->r->out, "%s: %zu line%s turned into patterns", file->name, l->rewrite.n,
	    l->rewrite.n == 1 ? "" : "s");
	fprintf(l->r->out, always ? ", written to %s\n" : "\n", to);
	return true;
}

bool
replay_learn(struct replay *r, struct err *err)
{
	struct learn l = { .r = r };
	bool ok = true;

	l.refused = ARENA_ARRAY(&l.arena, unsigned, r->ncases + 1);
	r->silent = true;
	r->opts.keep_going = true;
	r->opts.judged = learn_on_judged;
	r->opts.judged_ctx = &l;
	r->event = learn_on_event;
	r->event_ctx = r->begin_ctx = &l;
	r->on_begin = learn_on_begin;
	learn_play(&l);
	if (!r->stop) {
		learn_drop_refused(&l);
		learn_play(&l);
	}
	r->status = ERR_NONE;
	qsort(l.sample, l.nsamples, sizeof *l.sample, by_expect);
	for (size_t i = 0; ok && !r->stop && i < r->nfiles; i++)
		ok = learn_file(&l, &r->file[i], err);
	if (l.left > 0 && r->status == ERR_NONE)
		r->status = ERR_EXPECT;
	free(l.sample);
	arena_release(&l.arena);
	return ok;
}
