/* send_words - sets what to send by names: the words of /send. */
#include "run/message/send.h"

#include "base/suggest.h"

typedef bool word_fn(struct send_plan *, struct span value, struct arena *, struct err *);

/* ---- values */

/* Turns "\n", written as two characters, into a line feed. */
static struct span
send_unescape(struct arena *arena, struct span text)
{
	char *out = arena_get(arena, text.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		bool newline = text.at[i] == '\\' && i + 1 < text.len && text.at[i + 1] == 'n';
		out[n++] = newline ? '\n' : text.at[i];
		i += newline;
	}
	return (struct span){ out, n };
}

struct span
send_xtext(struct arena *arena, struct span text)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_get(arena, text.len * 3 + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (c > 32 && c < 127 && c != '+' && c != '=') {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '+';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	return (struct span){ out, n };
}

static bool
is_one_line(struct span v, struct err *err)
{
	return (!span_has(v, '\r') && !span_has(v, '\n')) ||
	    err_set(err, ERR_USAGE, "a parameter contains a line ending");
}

/* ---- setting values */

static bool
set_from(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	if (!is_one_line(v, err))
		return false;
	v = span_trim(v);
	if (v.len >= 2 && v.at[0] == '<' && v.at[v.len - 1] == '>')
		v = span_skip(span_first(v, v.len - 1), 1);
	p->message.from = arena_copy(arena, v);
	p->from_given = true;
	return true;
}

static bool
set_subject(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	p->message.subject = arena_copy(arena, v);
	return is_one_line(v, err);
}

static bool
set_body(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	(void)err;
	p->message.body = send_unescape(arena, v);
	return true;
}

static bool
set_data(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	p->file = arena_string(arena, v);
	return v.len > 0 ||
	    err_set(err, ERR_USAGE, "data requires a file, or \"-\" for standard input");
}

static bool
set_size(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	(void)arena;
	return send_size_parse(v, &p->message.size, err);
}

static bool
set_chunk(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	(void)arena;
	if (v.len > 0 && !send_size_parse(v, &p->chunk, err))
		return false;
	if (v.len == 0)
		p->chunk = 1ull << 62;			/* a single chunk */
	return p->chunk > 0 || err_set(err, ERR_USAGE, "a chunk must have at least one octet");
}

static bool
set_bdat(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	if (!span_eq(v, SPAN("force")))
		return set_chunk(p, v, arena, err);
	p->forced = true;
	return p->chunk > 0 || set_chunk(p, SPAN_NONE, arena, err);
}

static bool
set_binary(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	p->binary = true;
	return p->chunk > 0 || set_chunk(p, v, arena, err);
}

static bool
set_pipeline(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	(void)v, (void)arena, (void)err;
	p->pipeline = true;
	return true;
}

static bool
set_plain(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	(void)v, (void)arena, (void)err;
	p->no_size = p->no_body = true;
	return true;
}

static bool
set_last(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	(void)arena;
	return send_stage_parse(v, &p->last, err);
}

static bool
add_to(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	return send_add_recipients(p, v, arena, err);
}

static bool
add_header(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	return send_add_header(p, v, arena, err);
}

static bool
add_attachment(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	return send_add_attachment(p, v, arena, err);
}

static bool
add_mail_param(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	p->mail_params = arena_join(arena, p->mail_params, " ", v);
	return is_one_line(v, err);
}

static bool
add_rcpt_param(struct send_plan *p, struct span v, struct arena *arena, struct err *err)
{
	p->rcpt_params = arena_join(arena, p->rcpt_params, " ", v);
	return is_one_line(v, err);
}

static const struct word {
	const char *name;
	bool flag;			/* takes no value; "bdat" may have one */
	word_fn *set;
	/* If ->set is NULL: a parameter of MAIL or RCPT. */
	const char *parameter;
	bool rcpt, xtext;
} words[] = {
	{ "from", false, set_from },
	{ "to", false, add_to },
	{ "subject", false, set_subject },
	{ "body", false, set_body },
	{ "data", false, set_data },
	{ "eml", false, set_data },
	{ "size", false, set_size },
	{ "header", false, add_header },
	{ "attach", false, add_attachment },
	{ "quit-after", false, set_last },
	{ "pipeline", true, set_pipeline },
	{ "bdat", true, set_bdat },
	{ "chunk", false, set_chunk },
	{ "binary", true, set_binary },
	{ "plain", true, set_plain },
	{ "mail-param", false, add_mail_param },
	{ "rcpt-param", false, add_rcpt_param },
	{ "body-type", false, NULL, "BODY=", false, false },
	{ "by", false, NULL, "BY=", false, false },
	{ "envid", false, NULL, "ENVID=", false, true },
	{ "hold-for", false, NULL, "HOLDFOR=", false, false },
	{ "hold-until", false, NULL, "HOLDUNTIL=", false, false },
	{ "mt-priority", false, NULL, "MT-PRIORITY=", false, false },
	{ "requiretls", true, NULL, "REQUIRETLS", false, false },
	{ "ret", false, NULL, "RET=", false, false },
	{ "smtputf8", true, NULL, "SMTPUTF8", false, false },
	{ "notify", false, NULL, "NOTIFY=", true, false },
	{ "orcpt", false, NULL, "ORCPT=rfc822;", true, true },
	{ "rrvs", false, NULL, "RRVS=", true, false },
};

bool
send_set(struct send_plan *plan, struct span name, struct span value, struct arena *arena,
    struct err *err)
{
	struct suggestion suggestion = suggest_begin(name);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const struct word *w = &words[i];
		suggest_try(&suggestion, w->name);
		if (!span_eq(name, span_of(w->name)))
			continue;
		if (value.len == 0 && !w->flag && w->parameter)
			return err_set(err, ERR_USAGE, "%s requires a value", w->name);
		if (w->set)
			return w->set(plan, value, arena, err);
		struct span param = arena_printf(arena, "%s%.*s", w->parameter,
		    SPAN_ARG(w->xtext ? send_xtext(arena, value) : value));
		return w->rcpt ? add_rcpt_param(plan, param, arena, err) :
				 add_mail_param(plan, param, arena, err);
	}
	return err_set(err, ERR_USAGE, "unknown message property \"%.*s\"%s%s%s",
	    SPAN_ARG(span_first(name, 40)), SUGGESTION_ARG(suggestion.best, "", ""));
}

/*
 * Reads name, name=value or name="a value", in which \" and \\ stand for a quote and a backslash.
 */
static bool
next_word(
    struct cursor *c, struct span *name, struct span *value, struct arena *arena, struct err *err)
{
	size_t n = 0;

	*value = SPAN_NONE;
	while (n < c->rest.len && c->rest.at[n] != '=' && c->rest.at[n] != ' ' &&
	    c->rest.at[n] != '\t')
		n++;
	*name = span_first(c->rest, n);
	c->rest = span_skip(c->rest, n);
	if (c->rest.len > 0 && c->rest.at[0] == '=')
		c->rest = span_skip(c->rest, 1);
	if (c->rest.len == 0 || c->rest.at[0] != '"') {
		if (c->rest.len > 0 && c->rest.at[0] != ' ' && c->rest.at[0] != '\t')
			*value = cursor_word(c);
		c->rest = span_trim(c->rest);
		return true;
	}
	char *out = arena_get(arena, c->rest.len);
	for (n = 1; n < c->rest.len && c->rest.at[n] != '"'; n++) {
		if (c->rest.at[n] == '\\' && n + 1 < c->rest.len &&
		    (c->rest.at[n + 1] == '"' || c->rest.at[n + 1] == '\\'))
			n++;
		out[value->len++] = c->rest.at[n];
	}
	value->at = out;
	if (n == c->rest.len)
		return cursor_fail(c, err, "unmatched \"");
	c->rest = span_trim(span_skip(c->rest, n + 1));
	return true;
}

const char *
send_word(size_t i, bool *flag)
{
	if (i >= sizeof words / sizeof *words)
		return NULL;
	*flag = words[i].flag;
	return words[i].name;
}

bool
send_parse_words(struct send_plan *plan, struct cursor *c, struct arena *arena, struct err *err)
{
	struct span name, value;
	struct err why;

	while (c->rest.len > 0) {
		struct cursor here = *c;
		if (!next_word(c, &name, &value, arena, err))
			return false;
		if (value.len == 0 && span_has(name, '@'))
			return cursor_fail(&here, err, "for a recipient use to=%.*s",
			    SPAN_ARG(span_first(name, 100)));
		if (!send_set(plan, name, value, arena, &why))
			return cursor_fail(&here, err, "%s", why.text);
	}
	return true;
}
