/* fill - fills in texts with the values of variables, and replaces secrets in what is shown. */
#include "run/script/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/base64.h"

void
vars_set(struct script_vars *v, size_t name, struct span value)
{
	if (name >= NAMES_MAX)
		return;
	if (value.len > v->room[name] || !v->value[name].at) {
		v->room[name] = 2 * value.len + 16;
		v->value[name].at = arena_get(v->arena, v->room[name]);
	}
	char *own;
	memcpy(&own, &v->value[name].at, sizeof own);
	/* the value may be part of the old one */
	memmove(own, value.at ? value.at : "", value.len);
	v->value[name].len = value.len;
	v->set[name] = true;
	v->secret[name] |= v->names->of[name].secret;
	v->tainted[name] = v->tainting;
	v->secrets += v->secret[name];
}

bool
vars_secret(struct script_vars *v, size_t name, char variable[SECRET_VARIABLE_MAX])
{
	struct span k = v->names->of[name].name;
	size_t n = (size_t)snprintf(variable, SECRET_VARIABLE_MAX, "SMTPSH_SECRET_");

	for (size_t i = 0; i < k.len && n < SECRET_VARIABLE_MAX - 1; i++)
		variable[n++] = k.at[i] == '-' ? '_' : ascii_upper(k.at[i]);
	variable[n] = '\0';
	v->secret[name] = true;
	const char *value = getenv(variable);
	if (!v->set[name] && value)
		vars_set(v, name, span_of(value));
	return v->set[name];
}

static bool
name_value(struct script_vars *v, size_t name, struct span *out, struct err *err)
{
	struct span k = v->names->of[name].name;
	char variable[SECRET_VARIABLE_MAX];
	bool secret = v->names->of[name].secret,
	     known = v->set[name] || (secret && vars_secret(v, name, variable));

	*out = v->value[name];
	if (secret && !known)
		return err_set(err, ERR_USAGE,
		    "the secret %.*s has no value: use --secret %.*s=@FILE, or %s in the "
		    "environment",
		    SPAN_ARG(k), SPAN_ARG(k), variable);
	return known || err_set(err, ERR_USAGE, "{{%.*s}} has no value here", SPAN_ARG(k));
}

static bool
call(const struct piece *p, struct script_vars *v, struct arena *arena, struct span *out,
    struct err *err)
{
	struct span arg[2] = { SPAN_NONE, SPAN_NONE };

	for (unsigned i = 0; i < p->function->nargs; i++) {
		arg[i] = p->arg[i].text;
		if (!p->arg[i].literal && !name_value(v, p->arg[i].name, &arg[i], err))
			return false;
	}
	return p->function->make(v, arg, arena, out, err);
}

static bool
piece_value(const struct piece *p, struct script_vars *v, struct arena *arena, struct span *out,
    struct err *err)
{
	*out = SPAN_NONE;
	switch (p->kind) {
	case PIECE_TEXT:
		*out = p->text;
		return true;
	case PIECE_CALL:
		return call(p, v, arena, out, err);
	case PIECE_PLACE:
		if (p->type == TYPE_NONE || (p->name != NAME_NONE && v->set[p->name]))
			return name_value(v, p->name, out, err);
		*out = p->given.at ? p->given : value_make(p->type, arena);
		vars_set(v, p->name, *out);
		return true;
	default:
		return true;		/* [..] and ... are sent as nothing */
	}
}

static bool
piece_is_secret(const struct piece *p, const struct script_vars *v)
{
	if (p->kind == PIECE_PLACE)
		return p->name != NAME_NONE && v->secret[p->name];
	if (p->kind != PIECE_CALL)
		return false;
	for (unsigned i = 0; i < p->function->nargs; i++)
		if (!p->arg[i].literal && v->secret[p->arg[i].name])
			return true;
	return p->function->builds_auth;
}

static bool
piece_is_tainted(const struct piece *p, const struct script_vars *v)
{
	if (p->kind == PIECE_PLACE)
		return p->name != NAME_NONE && v->tainted[p->name];
	for (unsigned i = 0; p->kind == PIECE_CALL && i < p->function->nargs; i++)
		if (!p->arg[i].literal && v->tainted[p->arg[i].name])
			return true;
	return false;
}

bool
text_names_secret(const struct script_text *t, const struct script_vars *v)
{
	bool secret = t->secret;

	for (size_t i = 0; i < t->n && !secret; i++)
		secret = piece_is_secret(&t->piece[i], v);
	return secret;
}

bool
text_is_secret(const struct script_text *t, const struct script_vars *v)
{
	bool secret = text_names_secret(t, v);

	for (size_t i = 0; i < t->n && !secret; i++)
		secret = piece_is_tainted(&t->piece[i], v);
	return secret;
}

/* Remembers what was made of a secret, which a peer may echo and which is as secret. */
static void
remember_built(struct script_vars *v, struct span value, struct span source)
{
	size_t max = sizeof v->built / sizeof *v->built;

	for (size_t i = 0; i < v->nbuilt; i++)
		if (span_eq(v->built[i].value, value))
			return;
	size_t at = v->nbuilt < max ? v->nbuilt++ : max - 1;
	v->secrets++;
	v->built[at].value = arena_copy(v->arena, value);
	v->built[at].source = arena_copy(v->arena, source);
}

static void
show_piece(struct buf *shown, const struct piece *p, const struct script_vars *v)
{
	if (p->kind == PIECE_PLACE) {
		buf_printf(shown, "{{%.*s}}", SPAN_ARG(v->names->of[p->name].name));
		return;
	}
	buf_printf(shown, "{{%s", p->function->name);
	for (unsigned i = 0; i < p->function->nargs; i++) {
		/* a literal password in the script */
		bool own = p->arg[i].literal && p->function->takes_secrets &&
		    i + 1 == p->function->nargs;
		buf_printf(shown,
		    own			  ? " \"***\"" :
			p->arg[i].literal ? " \"%.*s\"" :
					    " %.*s",
		    SPAN_ARG(p->arg[i].text));
	}
	buf_append(shown, SPAN("}}"));
}

bool
text_fill(const struct script_text *t, struct script_vars *v, struct arena *arena, struct span *out,
    struct span *shown, struct err *err)
{
	struct buf all = { .max = FILLED_MAX }, safe = { .max = FILLED_MAX };
	bool ok = true;

	if (t->n == 0 || (t->n == 1 && t->piece[0].kind == PIECE_TEXT)) {
		*out = t->n ? t->piece[0].text : SPAN_NONE;
		if (shown)
			*shown = *out;
		return true;
	}
	for (size_t i = 0; ok && i < t->n; i++) {
		struct span value;
		ok = piece_value(&t->piece[i], v, arena, &value, err);
		if (ok && !buf_append(&all, value))
			ok = err_set(err, ERR_USAGE, "line longer than %d octets", FILLED_MAX);
		if (!ok)
			break;
		if (!piece_is_secret(&t->piece[i], v)) {
			buf_append(&safe, value);
			continue;
		}
		size_t before = buf_span(&safe).len;
		show_piece(&safe, &t->piece[i], v);
		if (t->piece[i].kind == PIECE_CALL)
			remember_built(v, value, span_skip(buf_span(&safe), before));
	}
	*out = arena_copy(arena, buf_span(&all));
	if (shown)
		*shown = arena_copy(arena, buf_span(&safe));
	buf_release(&all);
	buf_release(&safe);
	return ok;
}

static struct span
replace_all(struct arena *arena, struct span text, struct span what, struct span by)
{
	struct buf out = { .max = text.len * (by.len + 1) + 1 };
	struct span hit, rest = text;

	if (what.len < 3 || span_find(text, what).len == 0)
		return text;
	while ((hit = span_find(rest, what)).len > 0) {
		buf_append(&out, span_first(rest, rest.len - hit.len));
		buf_append(&out, by);
		rest = span_skip(hit, what.len);
	}
	buf_append(&out, rest);
	struct span result = arena_copy(arena, buf_span(&out));
	buf_release(&out);
	return result;
}

struct span
vars_redact(const struct script_vars *v, struct arena *arena, struct span text)
{
	for (size_t i = 0; i < v->nbuilt; i++)
		text = replace_all(arena, text, v->built[i].value, v->built[i].source);
	for (size_t i = 0; v->names && i < v->names->n; i++) {
		if (!v->set[i] || !v->secret[i])
			continue;
		struct span name = v->names->of[i].name;
		text = replace_all(
		    arena, text, v->value[i], arena_printf(arena, "{{%.*s}}", SPAN_ARG(name)));
		text = replace_all(arena, text, base64_encode(arena, v->value[i]),
		    arena_printf(arena, "{{b64 %.*s}}", SPAN_ARG(name)));
	}
	return text;
}
