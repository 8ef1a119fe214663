/* import - recognises a log's dialect and reads it line by line. */
#include "run/script/import_priv.h"

#include "base/text.h"

const struct import_dialect *
import_dialect(struct span name)
{
	for (const struct import_dialect *d = import_dialects; d->name; d++)
		if (span_eq_case(name, span_of(d->name)))
			return d;
	return NULL;
}

/* The mark that a line has, and what stands behind it. */
static const struct import_mark *
dialect_mark(const struct import_dialect *d, struct span line, struct span *text)
{
	for (const struct import_mark *m = d->mark; m->text; m++) {
		struct span mark = span_of(m->text), hit = line;
		/* What ends in a blank may stand there without it, when nothing follows. */
		struct span shorter = span_first(mark, mark.len - 1);
		bool bare = mark.at[mark.len - 1] == ' ' &&
		    (m->inside ? span_ends_case(line, shorter) : span_eq(line, shorter));
		if (m->inside)
			hit = bare && span_find(line, mark).len == 0 ?
			    span_skip(line, line.len - shorter.len) :
			    span_find(line, mark);
		else if (!span_starts(line, mark) && !bare)
			continue;
		if (hit.len == 0)
			continue;
		*text = span_skip(hit, mark.len);
		return m;
	}
	return NULL;
}

/* How many lines of the log look like this dialect. */
static unsigned
dialect_score(const struct import_dialect *d, struct span log)
{
	struct span line, text;
	unsigned n = 0, replies = 0, sides[2] = { 0 };
	bool signed_for = d->sign == NULL;

	for (unsigned i = 0; i < 2000 && span_line(&log, &line); i++) {
		struct span trimmed = span_trim(line);
		const struct import_mark *m = dialect_mark(
		    d, d->indented ? trimmed : line, &text);
		if (m) {
			n++;
			sides[m->side]++;
		}
		signed_for |= d->sign && span_starts(trimmed, span_of(d->sign));
		replies += import_is_reply(trimmed);
	}
	if (!signed_for)
		return 0;
	if (d->terminal)
		return replies > 0 ? d->sign ? 1000000 : 1 : 0;
	return sides[IMPORT_CLIENT] && (sides[IMPORT_SERVER] || d->bare_server) ?
	    n + 1 :
	    0;
}

const struct import_dialect *
import_recognise(struct span log)
{
	const struct import_dialect *best = NULL;
	unsigned most = 0;

	for (const struct import_dialect *d = import_dialects; d->name; d++) {
		unsigned n = dialect_score(d, log);
		if (n > most) {
			most = n;
			best = d;
		}
	}
	return best;
}

/* In "< unknown[192.0.2.1]: EHLO x" and "< mx[192.0.2.1]:25: 220 x" what was said. */
static struct span
behind_peer(struct span text)
{
	return span_skip(span_find(span_find(text, SPAN("]")), SPAN(": ")), 2);
}

/*
 * Does the side that the marks call the client speak in reply codes? Then the log is the other
 * end's.
 */
static bool
dialect_is_swapped(const struct import_dialect *d, struct span log)
{
	struct span line, text;
	int codes[2] = { 0 };

	while (d->symmetric && span_line(&log, &line)) {
		const struct import_mark *m = dialect_mark(d, line, &text);
		if (m)
			codes[m->side] += import_is_reply(d->names_peer ? behind_peer(text) : text);
	}
	return codes[IMPORT_CLIENT] > codes[IMPORT_SERVER];
}

static void
import_line(struct import *im, struct span line)
{
	struct span text;

	if (im->dialect->line && im->dialect->line(im, line))
		return;
	const struct import_mark *m = dialect_mark(im->dialect, line, &text);
	if (!m)
		return;
	if (im->dialect->names_peer && (text = behind_peer(text)).len == 0)
		return;
	if ((m->side == IMPORT_CLIENT) != im->swapped)
		import_client(im, text);
	else
		import_server(im, text);
}

static void
import_put_head(const struct import *im, struct buf *out)
{
	buf_printf(out, "# imported from a log of %s\n", im->dialect->help);
	if (im->needs_user && im->user[0])
		buf_printf(out, "/var user=%s\n", im->user);
	else if (im->needs_user)
		buf_printf(out, "# the log does not show the user's name\n/secret user\n");
	if (im->needs_password)
		buf_printf(out, "/secret password\n");
	if (im->needs_token)
		buf_printf(out, "/secret token\n");
}

/*
 * The first line that looks like a reply, wherever in it the reply begins, for who marks the log by
 * hand.
 */
static void
import_refuse(const struct import *im, struct span log, const char *why, struct err *err)
{
	struct arena arena = { 0 };
	struct span line;
	unsigned number = 0;

	while (span_line(&log, &line)) {
		number++;
		for (size_t i = 0; i + 4 < line.len; i++) {
			bool begins = i == 0 || !(line.at[i - 1] >= '0' && line.at[i - 1] <= '9');
			if (!begins || line.at[i + 3] == '\r' ||
			    !import_is_reply(span_first(span_skip(line, i), 4)))
				continue;
			struct span shown = secrecy_shown(
			    &im->secrets, &arena, span_first(span_trim(line), 100));
			shown = text_safe(&arena, shown);
			err_set(err, ERR_USAGE,
			    "this is not read as a log of %s: %s; the first line that looks like a "
			    "reply is line %u, "
			    "\"%.*s\"; mark the lines by hand with \"C: \" and \"S: \" and use "
			    "--from rfc",
			    im->dialect->help, why, number, SPAN_ARG(shown));
			arena_release(&arena);
			return;
		}
	}
	err_set(err, ERR_USAGE, "this is not read as a log of %s: %s", im->dialect->help, why);
}

/* Is it a dialogue of two sides, in this dialect? A line of a side is never made up. */
static bool
is_dialogue(const struct import *im, struct span log, struct err *err)
{
	unsigned said = im->commands + im->strange;

	if (im->replies == 0 && said == 0)
		return err_set(
		    err, ERR_USAGE, "there is no dialogue of %s in it", im->dialect->help);
	if (im->replies == 0)
		return err_set(err, ERR_USAGE,
		    "the server's side is missing: there are %u lines of a client, and no reply",
		    said);
	if (im->strange > im->commands)
		import_refuse(
		    im, log, "most lines that would be commands begin with no SMTP verb", err);
	else if (said == 0)
		import_refuse(im, log, "the client's side is missing, there are only replies", err);
	else if (im->dialect->terminal && im->unasked > 0)
		import_refuse(im, log,
		    "a side is missing, there are replies that no command asks for, or a message "
		    "that no 354 does",
		    err);
	else
		return true;
	return false;
}

bool
import_log(const struct import_dialect *d, struct span log, struct buf *out, struct err *err)
{
	struct buf body = { .max = IMPORT_OUT_MAX };
	struct import im = { .dialect = d,
		.swapped = dialect_is_swapped(d, log),
		.out = &body,
		.cases = { .max = IMPORT_OUT_MAX },
		.pending = { .max = IMPORT_LINE_MAX },
		.doubtful = { .max = IMPORT_LINE_MAX },
		.held = { .max = IMPORT_OUT_MAX },
		.banner = true };
	struct span line, all = log;

	import_find_secrets(&im, log);
	while (span_line(&log, &line)) {
		import_line(
		    &im, import_clean(&im.arena, span_first(line, IMPORT_LINE_MAX), d->terminal));
		arena_reset(&im.arena);
	}
	import_end(&im);
	import_connection(&im);
	bool ok = is_dialogue(&im, all, err);
	if (ok) {
		/* What was missed where it was written, a comment say, is starred. */
		struct span cases = secrecy_shown(&im.secrets, &im.arena, buf_span(&im.cases));
		import_put_head(&im, out);
		/* A case alone needs no name: "\n/case …\n" goes. */
		for (int i = 0; im.ncases == 1 && i < 2; i++)
			span_line(&cases, &line);
		buf_append(out, cases);
	}
	buf_release(&body);
	buf_release(&im.cases);
	buf_release(&im.pending);
	buf_release(&im.held);
	buf_release(&im.doubtful);
	secrecy_release(&im.secrets);
	arena_wipe(&im.arena);
	return ok;
}
