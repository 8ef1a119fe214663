/* text - parses text with placeholders into pieces. */
#include "run/script/text.h"

#include "base/ascii.h"

size_t
names_find(const struct script_names *names, struct span name)
{
	for (size_t i = 0; i < names->n; i++)
		if (span_eq(names->of[i].name, name))
			return i;
	return NAME_NONE;
}

size_t
names_add(struct script_names *names, struct span name, bool secret)
{
	size_t i = names_find(names, name);

	if (i == NAME_NONE && names->n < NAMES_MAX) {
		i = names->n++;
		names->of[i].name = name;
	}
	if (i != NAME_NONE)
		names->of[i].secret |= secret;
	return i;
}

const struct function *
function_find(struct span name)
{
	for (const struct function *f = functions; f->name; f++)
		if (span_eq(name, span_of(f->name)))
			return f;
	return NULL;
}

bool
name_is_valid(struct span name)
{
	if (name.len == 0 || name.len > 64 || ascii_is_digit(name.at[0]))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		if (!(ascii_is_alnum(c) || c == '-' || c == '_'))
			return false;
	}
	return function_find(name) == NULL;
}

struct pieces {
	struct script_text *out;
	size_t cap;
	struct buf literal;
	const struct text_context *ctx;
};

static struct piece *
new_piece(struct pieces *p, enum piece_kind kind)
{
	if (p->out->n == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 4;
		struct piece *more = ARENA_ARRAY(p->ctx->arena, struct piece, cap);
		if (p->out->n > 0)
			memcpy(more, p->out->piece, p->out->n * sizeof *more);
		p->out->piece = more;
		p->cap = cap;
	}
	struct piece *piece = &p->out->piece[p->out->n++];
	piece->kind = kind;
	piece->name = NAME_NONE;
	return piece;
}

static void
end_literal(struct pieces *p)
{
	struct span text = buf_span(&p->literal);

	if (text.len == 0)
		return;
	new_piece(p, PIECE_TEXT)->text = arena_copy(p->ctx->arena, text);
	buf_consume(&p->literal, text.len);
}

/* Takes the next argument of a function: a word, or a quoted text, which may contain spaces. */
static bool
next_arg(struct span *rest, struct span *arg, bool *quoted)
{
	*rest = span_trim(*rest);
	*quoted = rest->len > 0 && rest->at[0] == '"';
	if (*quoted) {
		*rest = span_skip(*rest, 1);
		*arg = span_until(rest, '"');
		return true;
	}
	*arg = span_word(rest);
	return arg->len > 0;
}

static bool
parse_call(struct pieces *p, const struct function *f, struct span rest, const struct cursor *c,
    struct err *err)
{
	struct piece *piece = new_piece(p, PIECE_CALL);
	bool quoted;

	piece->function = f;
	p->out->secret |= f->builds_auth;
	for (unsigned i = 0; i < f->nargs; i++) {
		struct call_arg *arg = &piece->arg[i];
		if (!next_arg(&rest, &arg->text, &quoted))
			return cursor_fail(c, err, "{{%s}} requires %s", f->name, f->args);
		arg->text = arena_copy(p->ctx->arena, arg->text);
		arg->name = names_find(p->ctx->names, arg->text);
		if (arg->name == NAME_NONE && !quoted && f->takes_secrets &&
		    name_is_valid(arg->text))
			/* an unknown name declares a secret, as /secret does */
			arg->name = names_add(p->ctx->names, arg->text, true);
		arg->literal = quoted ||
		    (arg->name == NAME_NONE &&
			(span_eq(span_of(f->name), SPAN("repeat")) ||
			    span_eq(span_of(f->name), SPAN("env"))));
		if (!arg->literal && arg->name == NAME_NONE)
			return cursor_fail(c, err,
			    "{{%s}}: \"%.*s\" is not set on an earlier line (put literal text in "
			    "quotes)",
			    f->name, SPAN_ARG(span_first(arg->text, 60)));
		p->out->secret |= !arg->literal && p->ctx->names->of[arg->name].secret;
	}
	return span_trim(rest).len == 0 ||
	    cursor_fail(c, err, "{{%s}} takes %s", f->name, f->nargs ? f->args : "nothing");
}

static bool
parse_typed(
    struct pieces *p, struct span name, struct span type, const struct cursor *c, struct err *err)
{
	struct piece *piece = new_piece(p, PIECE_PLACE);
	struct span given = type;

	type = span_trim(span_until(&given, '='));
	piece->type = value_type_of(type);
	if (piece->type == TYPE_NONE)
		return cursor_fail(c, err,
		    "unknown type \"%.*s\": expected any, word, rest, int, host, ip, enh, queueid, "
		    "msgid, date, b64 or uuid",
		    SPAN_ARG(span_first(type, 40)));
	if (given.len > 0 && value_length(piece->type, given) != given.len)
		return cursor_fail(c, err, "\"%.*s\" is not a value of type %s",
		    SPAN_ARG(span_first(given, 60)), value_type_word(piece->type));
	if (given.len > 0)
		piece->given = arena_copy(p->ctx->arena, given);
	p->out->patterns = true;
	if (name.len == 0)
		return true;
	if (!name_is_valid(name))
		return cursor_fail(c, err, "\"%.*s\" is not a valid variable name",
		    SPAN_ARG(span_first(name, 60)));
	piece->name = names_add(p->ctx->names, arena_copy(p->ctx->arena, name), false);
	p->out->secret |= piece->name != NAME_NONE && p->ctx->names->of[piece->name].secret;
	return piece->name != NAME_NONE || cursor_fail(c, err, "more than %d variables", NAMES_MAX);
}

/* Parses what is between {{ and }}. */
static bool
parse_place(struct pieces *p, struct span inside, const struct cursor *c, struct err *err)
{
	struct span rest = inside, word = span_word(&rest), type = inside;
	const struct function *f = function_find(word);

	if (f)
		return parse_call(p, f, rest, c, err);
	if (span_has(inside, ':')) {
		struct span name = span_until(&type, ':');
		return parse_typed(p, span_trim(name), span_trim(type), c, err);
	}
	bool matched = span_eq(inside, NAME_MATCHED);
	if (matched && !p->ctx->matched)
		return cursor_fail(c, err,
		    "{{1}} stands for what a rule's /expression/ matched, but this is not a reply "
		    "of a rule with one");
	if (!matched && (!name_is_valid(word) || rest.len > 0))
		return cursor_fail(c, err,
		    "\"{{%.*s%s}}\" is neither a variable nor a function; to send it, write \\{{",
		    SPAN_ARG(span_first(word, 60)), rest.len > 0 ? " ..." : "");
	struct piece *piece = new_piece(p, PIECE_PLACE);
	piece->name = matched ? names_add(p->ctx->names, NAME_MATCHED, false) :
				names_find(p->ctx->names, word);
	if (piece->name == NAME_NONE)
		return cursor_fail(c, err,
		    "{{%.*s}} is not set on an earlier line: /var %.*s=…, or {{%.*s:type}} in an "
		    "S: line",
		    SPAN_ARG(word), SPAN_ARG(word), SPAN_ARG(word));
	p->out->secret |= p->ctx->names->of[piece->name].secret;
	return true;
}

/*
 * Takes a backslash and what it makes literal off the front. Returns false when the backslash is an
 * ordinary one.
 */
static bool
literal_form(struct pieces *p, struct span *rest, const char *start)
{
	static const struct {
		struct span form;
		size_t keep;
		bool reply;
		enum { ANY_PLACE, AT_START, AT_END } where;
	} forms[] = {
		{ SPAN_INIT("\\{{"), 2, false, ANY_PLACE },
		{ SPAN_INIT("\\[..]"), 4, true, ANY_PLACE },
		{ SPAN_INIT("\\/"), 1, true, AT_START },
		{ SPAN_INIT("\\..."), 3, true, AT_END },
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (!span_starts(*rest, forms[i].form) || (forms[i].reply && !p->ctx->reply) ||
		    (forms[i].where == AT_START && rest->at != start) ||
		    (forms[i].where == AT_END &&
			(rest->len != 4 || rest->at == start || rest->at[-1] != ' ')))
			continue;
		buf_append(&p->literal, span_skip(forms[i].form, 1));
		*rest = span_skip(*rest, forms[i].form.len);
		return true;
	}
	return false;
}

static void
anything(struct pieces *p, enum piece_kind kind)
{
	end_literal(p);
	new_piece(p, kind);
	p->out->patterns = true;
}

static bool
is_rest(const struct pieces *p, struct span rest)
{
	return p->ctx->reply &&
	    (span_eq(rest, SPAN(" ...")) ||
		(span_eq(rest, SPAN("...")) && p->out->n == 0 && buf_span(&p->literal).len == 0));
}

bool
text_parse(
    struct script_text *out, struct cursor *c, const struct text_context *ctx, struct err *err)
{
	struct pieces p = { .out = out, .ctx = ctx, .literal = { .max = c->rest.len + 1 } };
	struct span rest = c->rest;
	const char *start = rest.at;
	bool ok = true;

	*out = (struct script_text){ .source = arena_copy(ctx->arena, rest) };
	while (ok && rest.len > 0) {
		c->rest = rest;
		if (rest.at[0] == '\\' && literal_form(&p, &rest, start)) {
			continue;
		} else if (is_rest(&p, rest)) {
			anything(&p, PIECE_REST);
			rest = span_skip(rest, rest.len);
		} else if (ctx->reply && span_starts(rest, SPAN("[..]"))) {
			anything(&p, PIECE_ANYTHING);
			rest = span_skip(rest, 4);
		} else if (span_starts(rest, SPAN("{{"))) {
			struct span close = span_find(rest, SPAN("}}"));
			end_literal(&p);
			if (close.len == 0) {
				ok = cursor_fail(
				    c, err, "\"{{\" without \"}}\"; to send it, write \\{{");
				break;
			}
			ok = parse_place(&p,
			    span_trim(span_skip(span_first(rest, rest.len - close.len), 2)), c,
			    err);
			rest = span_skip(close, 2);
		} else {
			buf_append(&p.literal, span_first(rest, 1));
			rest = span_skip(rest, 1);
		}
	}
	end_literal(&p);
	buf_release(&p.literal);
	if (ok)
		c->rest = rest;
	return ok;
}
