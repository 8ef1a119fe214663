/*
 * ere - regular expressions with bounded time and memory.
 *
 * The source is parsed into a tree, the size of its expansion is checked, and a program for K.
 * Thompson's simulation is generated (CACM 11, 6). The simulation reads the text byte by byte and
 * keeps a list of all places in the program that the match may have reached, each at most once,
 * so there is no backtracking. The list is in order of preference: threads that began further left
 * come first, then the source decides; of the matches with the same beginning, the longest wins.
 */
#include "base/ere.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/ascii.h"

enum node_kind {
	NODE_EMPTY,
	NODE_CHAR,
	NODE_ANY,
	NODE_SET,
	NODE_HOLDS,
	NODE_GROUP,
	NODE_SEQUENCE,
	NODE_EITHER,
	NODE_REPEAT
};
enum holds { AT_BEGIN, AT_END, AT_WORD_BEGIN, AT_WORD_END, AT_WORD, NOT_AT_WORD };
enum { MANY = -1, DEPTH_MAX = 200 };

struct set { uint32_t bit[8]; };

struct node {
	enum node_kind kind;
	unsigned char octet;
	enum holds holds;
	const struct set *set;
	unsigned group;
	int least, most;		/* REPEAT; MANY: unlimited */
	struct node *a, *b;
};

enum op_kind { OP_CHAR, OP_ANY, OP_SET, OP_HOLDS, OP_SPLIT, OP_JUMP, OP_OPEN, OP_CLOSE, OP_MATCH };

struct op {
	enum op_kind kind;
	unsigned char octet;
	enum holds holds;
	const struct set *set;
	unsigned x, y;			/* next op; SPLIT has two and prefers x */
};

struct ere {
	struct op *op;
	unsigned n, flags;
};

/* ---- parsing */

struct parser {
	struct span rest;
	struct arena *arena;
	struct err *err;
	unsigned flags, groups, depth;
	bool failed;
};

static struct node *parse_either(struct parser *);

static struct node *
make(struct parser *p, enum node_kind kind)
{
	struct node *n = ARENA_NEW(p->arena, struct node);

	n->kind = kind;
	return n;
}

static struct node *
fail(struct parser *p, const char *why)
{
	if (!p->failed)
		err_set(p->err, ERR_USAGE, "%s", why);
	p->failed = true;
	p->rest = SPAN_NONE;
	return make(p, NODE_EMPTY);
}

static int
peek(const struct parser *p)
{
	return p->rest.len ? (unsigned char)p->rest.at[0] : -1;
}

static int
take(struct parser *p)
{
	int c = peek(p);

	p->rest = span_skip(p->rest, 1);
	return c;
}

static bool
ere_in_set(const struct set *set, unsigned char c)
{
	return set->bit[c / 32] >> c % 32 & 1;
}

static void
add_range(struct set *set, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		set->bit[c / 32] |= 1u << c % 32;
}

/* ranges: pairs of first and last byte */
static const struct {
	const char *name, *ranges;
} classes[] = {
	{ "alnum", "09AZaz" },
	{ "alpha", "AZaz" },
	{ "blank", "  \t\t" },
	{ "cntrl", "\001\037\177\177" },
	{ "digit", "09" },
	{ "graph", "!~" },
	{ "lower", "az" },
	{ "print", " ~" },
	{ "punct", "!/:@[`{~" },
	{ "space", "  \t\r" },
	{ "upper", "AZ" },
	{ "xdigit", "09AFaf" },
};

static bool
add_class(struct set *set, struct span name)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (!span_eq(name, span_of(classes[i].name)))
			continue;
		for (const char *r = classes[i].ranges; *r; r += 2)
			add_range(set, (unsigned char)r[0], (unsigned char)r[1]);
		if (span_eq(name, SPAN("cntrl")))
			add_range(set, 0, 0);
		return true;
	}
	return false;
}

static const struct set *
word_set(struct parser *p, const char *name, bool underscore, bool negated)
{
	struct set *set = ARENA_NEW(p->arena, struct set);

	add_class(set, span_of(name));
	if (underscore)
		add_range(set, '_', '_');
	for (size_t i = 0; negated && i < 8; i++)
		set->bit[i] = ~set->bit[i];
	return set;
}

/* Takes one element within brackets: "x", "[.x.]", "[=x=]"; -1: invalid, or no end. */
static int
bracket_octet(struct parser *p)
{
	int c = take(p);

	if (c != '[' || (peek(p) != '.' && peek(p) != '='))
		return c;
	char kind = (char)take(p);
	c = take(p);
	return take(p) == kind && take(p) == ']' ? c : -1;
}

static struct node *
parse_bracket(struct parser *p)
{
	struct set *set = ARENA_NEW(p->arena, struct set);
	bool negated = peek(p) == '^', first = true;
	struct node *n = make(p, NODE_SET);

	if (negated)
		take(p);
	for (; first || peek(p) != ']'; first = false) {
		if (span_starts(p->rest, SPAN("[:"))) {
			struct span end = span_find(p->rest, SPAN(":]"));
			if (end.len == 0 ||
			    !add_class(set,
				span_skip(span_first(p->rest, (size_t)(end.at - p->rest.at)), 2)))
				return fail(p, "unknown character class");
			p->rest = span_skip(end, 2);
			continue;
		}
		int from = bracket_octet(p), to = from;
		if (from >= 0 && peek(p) == '-' && p->rest.len > 1 && p->rest.at[1] != ']') {
			take(p);
			to = bracket_octet(p);
		}
		if (from < 0 || to < 0)
			return fail(p, "unmatched \"[\"");
		if (to < from)
			return fail(p, "invalid range end");
		add_range(set, (unsigned)from, (unsigned)to);
	}
	take(p);
	for (size_t i = 0; negated && i < 8; i++)
		set->bit[i] = ~set->bit[i];
	if (negated && p->flags & ERE_LINES)
		set->bit['\n' / 32] &= ~(1u << '\n' % 32);
	n->set = set;
	return n;
}

static struct node *
holds(struct parser *p, enum holds what)
{
	struct node *n = make(p, NODE_HOLDS);

	n->holds = what;
	return n;
}

static struct node *
parse_escape(struct parser *p)
{
	int c = take(p);
	struct node *n = make(p, NODE_SET);

	switch (c) {
	case -1:
		return fail(p, "trailing backslash");
	case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
		return fail(p, "back-references are not supported");
	case 'w': case 'W':
		n->set = word_set(p, "alnum", true, c == 'W');
		return n;
	case 's': case 'S':
		n->set = word_set(p, "space", false, c == 'S');
		return n;
	case 'b': case 'B':
		return holds(p, c == 'b' ? AT_WORD : NOT_AT_WORD);
	case '<': case '>':
		return holds(p, c == '<' ? AT_WORD_BEGIN : AT_WORD_END);
	default:
		n->kind = NODE_CHAR;
		n->octet = (unsigned char)c;
		return n;
	}
}

static struct node *
parse_group(struct parser *p)
{
	struct node *n = make(p, NODE_GROUP);

	if (++p->depth > DEPTH_MAX)
		return fail(p, "groups are nested too deeply");
	n->group = ++p->groups;
	n->a = parse_either(p);
	p->depth--;
	return p->failed || take(p) == ')' ? n : fail(p, "unmatched \"(\"");
}

static struct node *
parse_atom(struct parser *p)
{
	struct node *n;
	int c = take(p);

	switch (c) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_bracket(p);
	case '\\':
		return parse_escape(p);
	case '.':
		return make(p, NODE_ANY);
	case '^':
		return holds(p, AT_BEGIN);
	case '$':
		return holds(p, AT_END);
	case '*': case '+': case '?':
		return fail(p, "nothing to repeat before \"*\", \"+\" or \"?\"");
	default:
		n = make(p, NODE_CHAR);
		n->octet = (unsigned char)c;
		return n;
	}
}

static int
parse_number(struct parser *p)
{
	int n = -1;

	for (; peek(p) >= '0' && peek(p) <= '9'; take(p))
		n = n > ERE_PLACES ? n : (n < 0 ? 0 : n * 10) + peek(p) - '0';
	return n;
}

/* Parses "{2}", "{2,}", "{2,5}" or "{,5}", after the "{". */
static bool
parse_interval(struct parser *p, struct node *n)
{
	n->least = parse_number(p);
	n->most = n->least;
	if (peek(p) == ',') {
		take(p);
		n->most = parse_number(p);		/* -1 is MANY */
		if (n->least < 0 && n->most < 0)
			return false;
		n->least = n->least < 0 ? 0 : n->least;
	}
	return take(p) == '}' && n->least >= 0 && (n->most == MANY || n->most >= n->least);
}

static struct node *
parse_piece(struct parser *p)
{
	struct node *n = parse_atom(p);

	for (int c = peek(p); !p->failed; c = peek(p)) {
		bool interval = c == '{' && p->rest.len > 1 &&
		    ((p->rest.at[1] >= '0' && p->rest.at[1] <= '9') || p->rest.at[1] == ',');
		if (c != '*' && c != '+' && c != '?' && !interval)
			break;
		struct node *repeat = make(p, NODE_REPEAT);
		take(p);
		if (interval && !parse_interval(p, repeat))
			return fail(p, "invalid repeat count");
		if (!interval) {
			repeat->least = c == '+';
			repeat->most = c == '?' ? 1 : MANY;
		}
		repeat->a = n;
		n = repeat;
		if (++p->depth > DEPTH_MAX)
			return fail(p, "repeat of a repeat");
	}
	return n;
}

static struct node *
parse_sequence(struct parser *p)
{
	struct node *all = make(p, NODE_EMPTY);

	while (
	    !p->failed && p->rest.len > 0 && peek(p) != '|' && !(peek(p) == ')' && p->depth > 0)) {
		struct node *both = make(p, NODE_SEQUENCE);
		unsigned depth = p->depth;
		both->a = all;
		both->b = parse_piece(p);
		p->depth = depth;
		all = both;
	}
	return all;
}

static struct node *
parse_either(struct parser *p)
{
	struct node *all = parse_sequence(p);

	while (!p->failed && peek(p) == '|') {
		struct node *both = make(p, NODE_EITHER);
		take(p);
		both->a = all;
		both->b = parse_sequence(p);
		all = both;
	}
	return all;
}

/* ---- the size of the expansion; counting stops at the bound */

static unsigned
bounded(unsigned long long n)
{
	return n > ERE_PLACES ? ERE_PLACES + 1 : (unsigned)n;
}

static unsigned
places(const struct node *n)
{
	unsigned long long a;

	switch (n->kind) {
	case NODE_EMPTY:
		return 0;
	case NODE_SEQUENCE:
		return bounded((unsigned long long)places(n->a) + places(n->b));
	case NODE_EITHER:
		return bounded(2ull + places(n->a) + places(n->b));
	case NODE_GROUP:
		return bounded(2ull + places(n->a));
	case NODE_REPEAT:
		a = places(n->a);
		if (n->most == MANY)
			return bounded(a * (unsigned)(n->least > 0 ? n->least : 1) + 2);
		return bounded(a * (unsigned)n->most + (unsigned)(n->most - n->least));
	default:
		return 1;
	}
}

/* ---- the program */

static unsigned
put(struct ere *e, enum op_kind kind)
{
	e->op[e->n] = (struct op){ .kind = kind, .x = e->n + 1 };
	return e->n++;
}

static void emit(struct ere *, const struct node *);

static void
emit_repeat(struct ere *e, const struct node *n)
{
	unsigned first = e->n, split;

	for (int i = 0; i < n->least; i++) {
		first = e->n;
		emit(e, n->a);
	}
	/* after the last required one: repeat it, or go on */
	if (n->most == MANY && n->least > 0) {
		split = put(e, OP_SPLIT);
		e->op[split].x = first;
		e->op[split].y = e->n;
	} else if (n->most == MANY) {
		split = put(e, OP_SPLIT);
		emit(e, n->a);
		unsigned jump = put(e, OP_JUMP);
		e->op[jump].x = split;
		e->op[split].y = e->n;
	}
	unsigned before = e->n;
	for (int i = n->least; i < n->most; i++) {
		split = put(e, OP_SPLIT);
		e->op[split].y = before;		/* a linked list, until the end is known */
		before = split;
		emit(e, n->a);
	}
	for (int i = n->least; i < n->most; i++) {
		unsigned next = e->op[before].y;
		e->op[before].y = e->n;
		before = next;
	}
}

static void
emit(struct ere *e, const struct node *n)
{
	unsigned at, split;

	switch (n->kind) {
	case NODE_EMPTY:
		return;
	case NODE_CHAR:
		at = put(e, OP_CHAR);
		e->op[at].octet = n->octet;
		return;
	case NODE_ANY:
		put(e, OP_ANY);
		return;
	case NODE_SET:
		at = put(e, OP_SET);
		e->op[at].set = n->set;
		return;
	case NODE_HOLDS:
		at = put(e, OP_HOLDS);
		e->op[at].holds = n->holds;
		return;
	case NODE_GROUP:
		if (n->group == 1)
			put(e, OP_OPEN);
		emit(e, n->a);
		if (n->group == 1)
			put(e, OP_CLOSE);
		return;
	case NODE_SEQUENCE:
		emit(e, n->a);
		emit(e, n->b);
		return;
	case NODE_EITHER:
		split = put(e, OP_SPLIT);
		emit(e, n->a);
		at = put(e, OP_JUMP);
		e->op[split].y = e->n;
		emit(e, n->b);
		e->op[at].x = e->n;
		return;
	case NODE_REPEAT:
		emit_repeat(e, n);
		return;
	}
}

const struct ere *
ere_new(struct span source, unsigned flags, struct arena *arena, struct err *err)
{
	struct parser p = { .rest = source, .arena = arena, .err = err, .flags = flags };

	if (source.len > ERE_OCTETS) {
		err_set(err, ERR_USAGE, "longer than %d octets", ERE_OCTETS);
		return NULL;
	}
	struct node *root = parse_either(&p);
	if (p.failed)
		return NULL;
	unsigned n = places(root);
	if (n > ERE_PLACES) {
		err_set(err, ERR_USAGE,
		    "its counted repeats expand to more than %d states; use smaller counts, * or +",
		    ERE_PLACES);
		return NULL;
	}
	struct ere *e = ARENA_NEW(arena, struct ere);
	e->flags = flags;
	e->op = ARENA_ARRAY(arena, struct op, n + 1);
	emit(e, root);
	put(e, OP_MATCH);
	return e;
}

/* ---- matching */

/* A place that the match may have reached. close 0: the group has not been closed. */
struct thread { unsigned at; size_t begin, open, close; };
struct list { struct thread *of; unsigned n; };

struct search {
	const struct ere *e;
	struct span text;
	/* by place: offset in the text, plus 1, at which it was added last */
	size_t *seen;
	void *stack;
	bool found;
	struct thread best;
	size_t end;
};

static bool
is_word(const struct search *s, size_t at)
{
	char c = at < s->text.len ? s->text.at[at] : ' ';

	return ascii_is_alnum(c) || c == '_';
}

static bool
ere_holds(const struct search *s, enum holds what, size_t at)
{
	bool lines = s->e->flags & ERE_LINES, before = at > 0 && is_word(s, at - 1),
	     after = is_word(s, at);

	switch (what) {
	case AT_BEGIN:
		return at == 0 || (lines && s->text.at[at - 1] == '\n');
	case AT_END:
		return at == s->text.len || (lines && s->text.at[at] == '\n');
	case AT_WORD_BEGIN:
		return !before && after;
	case AT_WORD_END:
		return before && !after;
	case AT_WORD:
		return before != after;
	case NOT_AT_WORD:
		return before == after;
	}
	return false;
}

/* Adds the places that a thread reaches without reading the byte at `at`, by preference. */
static void
add(struct search *s, struct list *list, struct thread t, size_t at)
{
	struct { unsigned at; size_t open, close; } *todo = s->stack;
	unsigned n = 0;

	todo[n].at = t.at, todo[n].open = t.open, todo[n++].close = t.close;
	while (n > 0) {
		n--;
		t.at = todo[n].at, t.open = todo[n].open, t.close = todo[n].close;
		while (s->seen[t.at] != at + 1) {
			const struct op *op = &s->e->op[t.at];
			s->seen[t.at] = at + 1;
			if (op->kind == OP_SPLIT) {
				todo[n].at = op->y, todo[n].open = t.open,
				todo[n++].close = t.close;
			} else if (op->kind == OP_OPEN) {
				t.open = at;
				t.close = 0;
			} else if (op->kind == OP_CLOSE) {
				t.close = at + 1;
			} else if (op->kind == OP_HOLDS) {
				if (!ere_holds(s, op->holds, at))
					break;
			} else if (op->kind != OP_JUMP) {
				list->of[list->n++] = t;
				break;
			}
			t.at = op->x;
		}
	}
}

static bool
ere_takes(const struct search *s, const struct op *op, unsigned char c)
{
	switch (op->kind) {
	case OP_CHAR:
		return op->octet == c;
	case OP_ANY:
		return !(s->e->flags & ERE_LINES) || c != '\n';
	case OP_SET:
		return ere_in_set(op->set, c);
	default:
		return false;
	}
}

static void
ere_run(struct search *s, struct list *now, struct list *next)
{
	for (size_t at = 0; ; at++) {
		if (!s->found)
			add(s, now, (struct thread){ .begin = at, .open = 1 }, at);
		next->n = 0;
		for (unsigned i = 0; i < now->n; i++) {
			struct thread t = now->of[i];
			const struct op *op = &s->e->op[t.at];
			if (s->found && t.begin > s->best.begin)
				break;
			if (op->kind == OP_MATCH) {
				s->found = true;
				s->best = t;
				s->end = at;
			} else if (at < s->text.len &&
			    ere_takes(s, op, (unsigned char)s->text.at[at])) {
				t.at = op->x;
				add(s, next, t, at + 1);
			}
		}
		struct list swap = *now;
		*now = *next;
		*next = swap;
		if (at == s->text.len || (s->found && now->n == 0))
			return;
	}
}

unsigned
ere_places(const struct ere *e)
{
	return e->n;
}

bool
ere_search(const struct ere *e, struct span text, struct span *hit)
{
	struct search s = { .e = e, .text = span_first(text, ERE_TEXT) };
	/* two lists, the stack of places to visit later, and `seen` */
	size_t each = sizeof(struct thread) * 3 + sizeof *s.seen;
	_Alignas(struct thread) char small[8192];
	char *memory = each * e->n <= sizeof small ? memset(small, 0, each * e->n) :
						     memory_zeroed(each * e->n);
	struct list now = { .of = (void *)memory }, next = { .of = now.of + e->n };

	s.stack = (void *)(next.of + e->n);
	s.seen = (void *)((char *)s.stack + sizeof(struct thread) * e->n);
	ere_run(&s, &now, &next);
	if (memory != small)
		free(memory);
	if (s.found && hit)
		*hit = s.best.close > 0 ?
		    span_first(span_skip(s.text, s.best.open), s.best.close - 1 - s.best.open) :
		    span_first(span_skip(s.text, s.best.begin), s.end - s.best.begin);
	return s.found;
}
