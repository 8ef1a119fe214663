/*
 * import_lines - tells the lines of a log apart by the markers of a format, and makes them a
 * dialogue.
 */
#include "run/script/import_priv.h"

/*
 * Returns the text without the suffix of the format's lines, which was learned from commands that
 * take no argument.
 */
static struct span
without_tail(const struct import_form *f, struct span text)
{
	struct span rest;
	char closing;

	for (unsigned i = 0; i < f->nmarks; i++)
		for (size_t n = 1; f->mark[i].tail[0] && n <= text.len && n < IMPORT_TAIL_MAX; n++)
			if (import_shape_takes(
				f->mark[i].tail, span_skip(text, text.len - n), &rest, &closing) &&
			    rest.len == 0)
				return span_first(text, text.len - n);
	return text;
}

static void
put_line(struct import *im, enum import_side side, struct span line)
{
	if (side == IMPORT_CLIENT)
		import_client(im, line);
	else
		import_server(im, line);
}

/* Writes the unfinished line of a message, when no more of it follows. */
static void
put_partial(struct import *im)
{
	struct span line = arena_copy(&im->arena, buf_span(&im->partial));

	buf_consume(&im->partial, line.len);
	if (line.len > 0)
		import_client(im, line);
}

/*
 * Several lines sent at once: decodes the line endings between them, which the log spells the same
 * way as at the end of each line.
 */
static struct span
with_line_ends(struct import *im, struct span text)
{
	const struct import_form *f = im->form;
	char *out = arena_get(&im->arena, text.len + 1);
	size_t n = 0;
	struct span end = SPAN_NONE;

	for (unsigned i = 0; i < f->nmarks; i++)
		for (size_t k = 0; import_line_ends[k]; k++)
			if (span_eq_case(span_of(f->mark[i].tail), span_of(import_line_ends[k])))
				end = span_of(f->mark[i].tail);
	for (size_t i = 0; i < text.len; i++) {
		bool ends = end.len > 0 && span_starts(span_skip(text, i), end);
		out[n++] = ends ? '\n' : text.at[i];
		i += ends ? end.len - 1 : 0;
	}
	return (struct span){ out, n };
}

static void
marked_line(struct import *im, const struct import_mark *m, struct span text, char closing)
{
	struct span line;

	text = closing ? import_unquote(&im->arena, text, closing) : without_tail(im->form, text);
	if (!closing && m->side == IMPORT_CLIENT)
		text = with_line_ends(im, text);
	bool whole = text.len > 0 && text.at[text.len - 1] == '\n';
	im->lines_end |= whole;
	if (m->side == IMPORT_SERVER) {
		put_partial(im);
	} else if (buf_span(&im->partial).len > 0) {
		buf_append(&im->partial, text);
		text = arena_copy(&im->arena, buf_span(&im->partial));
		buf_consume(&im->partial, text.len);
	}
	do {
		if (!span_line(&text, &line))
			line = SPAN_NONE;
		/* Octets of a message as they were sent: the line continues in the next entry. */
		if (text.len == 0 && !whole && im->lines_end && im->mode == IMPORT_TEXT)
			buf_append(&im->partial, line);
		else
			put_line(im, m->side, line);
	} while (text.len > 0);
}

struct span
import_text_of(const struct import_form *f, struct span line)
{
	struct span rest;
	char closing;

	for (unsigned i = 0; i < f->nmarks; i++)
		if (f->mark[i].shape[0] &&
		    import_shape_takes(f->mark[i].shape, line, &rest, &closing))
			return rest;
	return import_shape_takes(f->base, line, &rest, &closing) ? rest : line;
}

static void
read_line(struct import *im, struct span line)
{
	const struct import_form *f = im->form;
	struct span rest = line;
	char closing = '\0';

	for (unsigned i = 0; i < f->nmarks; i++) {
		const struct import_mark *m = &f->mark[i];
		if (!m->shape[0])
			break; /* the side has no marker: see below */
		if (import_shape_takes(m->shape, line, &rest, &closing)) {
			marked_line(im, m, rest, closing);
			return;
		}
	}
	bool based = import_shape_takes(f->base, line, &rest, &closing);
	if (based && closing)
		rest = import_unquote(&im->arena, rest, closing);
	if (f->row->line && based)
		f->row->line(im, rest);
	else if (f->row->line)
		import_left_out(im, line);
	else
		import_unmarked(im, based ? rest : line, based);
}

void
import_read_lines(struct import *im, struct span text)
{
	struct span line;

	while (span_line(&text, &line)) {
		read_line(im, line);
		arena_reset(&im->arena);
	}
	put_partial(im);
	import_bare_end(im);
	import_end(im);
	import_connection(im);
	import_cut(im);
}

void
import_begin(struct import *im, const struct import_form *form, const struct secrecy *secrets)
{
	*im = (struct import){ .form = form,
		.secrets = secrets,
		.out = { .max = IMPORT_OUT_MAX },
		.pending = { .max = IMPORT_LINE_MAX },
		.first_line = { .max = IMPORT_LINE_MAX },
		.doubtful = { .max = IMPORT_LINE_MAX },
		.reply = { .max = IMPORT_LINE_MAX },
		.held = { .max = IMPORT_OUT_MAX },
		.loose = { .max = IMPORT_OUT_MAX },
		.partial = { .max = IMPORT_LINE_MAX },
		.banner = true };
	import_case(im);
}

void
import_finish(struct import *im)
{
	buf_release(&im->out);
	buf_release(&im->pending);
	buf_release(&im->doubtful);
	buf_release(&im->first_line);
	buf_release(&im->reply);
	buf_release(&im->held);
	buf_release(&im->loose);
	buf_release(&im->partial);
	buf_release(&im->chunk_lines);
	arena_wipe(&im->arena);
}

long
import_try(const struct import_form *form, struct span log)
{
	struct secrecy none = { 0 };
	struct import im;

	import_begin(&im, form, &none);
	import_read_lines(&im, log);
	long score = 4L * im.answered + 2L * im.messages -
	    6L * (im.unasked + im.unanswered + im.misfits) - 4L * im.strange - 2L * im.cut -
	    (long)(im.asides > 0) - (long)im.unended;
	import_finish(&im);
	return score;
}
