/* import - reads a log: finds its format and converts its lines to a script. */
#include "run/script/import_priv.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/script/script.h"
#include "run/script/transcript.h"

enum { TRIED_MAX = 1 << 20 }; /* larger scripts are not parsed again as a check */

/* Names accepted by --from for programs whose markers are learned. */
static const char *const programs[] = { "curl", "exim", "msmtp", "nodemailer", "phpmailer",
	"postfix", "postfix-notice", "python", "sendmail", "swaks" };

enum { PROGRAMS = sizeof programs / sizeof *programs };

const char *
import_form_name(unsigned n)
{
	unsigned rows = 0;

	while (import_rows[rows].name)
		rows++;
	return n < rows ? import_rows[n].name : n - rows < PROGRAMS ? programs[n - rows] : NULL;
}

static const struct import_row *
find_row(const char *name)
{
	for (const struct import_row *row = import_rows; row->name; row++)
		if (span_eq_case(span_of(name), span_of(row->name)))
			return row;
	for (size_t i = 0; i < PROGRAMS; i++)
		if (span_eq_case(span_of(name), span_of(programs[i])))
			return &import_learned;
	return NULL;
}

static bool
no_such_form(const char *name, struct err *err)
{
	struct buf names = { .max = 300 };

	for (unsigned i = 0; import_form_name(i); i++)
		buf_printf(&names, " %s", import_form_name(i));
	err_set(err, ERR_USAGE, "--from %s: unknown format; known formats:%.*s", name,
	    SPAN_ARG(buf_span(&names)));
	buf_release(&names);
	return false;
}

/* ---- is it a dialogue? */

/*
 * Refuses a log. The message has the first line that looks like a reply, wherever in it the reply
 * begins, to help a person who marks the log by hand.
 */
static bool
refuse(const struct secrecy *secrets, struct span log, const char *why, struct err *err)
{
	static const char by_hand[] = "mark the client's lines with \"C: \" and the server's with "
				      "\"S: \" by hand, and import that";
	struct arena arena = { 0 };
	struct span line;
	unsigned number = 0;

	while (span_line(&log, &line)) {
		number++;
		for (size_t i = 0; i + 4 < line.len && i < 1000; i++) {
			bool begins = i == 0 || !strchr("0123456789.:-", line.at[i - 1]);
			if (!begins || !import_is_reply(span_first(span_skip(line, i), 4)))
				continue;
			struct span shown = secrecy_shown(
			    secrets, &arena, span_first(span_trim(line), 100));
			shown = text_safe(&arena, shown);
			err_set(err, ERR_USAGE,
			    "%s; the first line that looks like a reply is line %u, \"%.*s\"; %s",
			    why, number, SPAN_ARG(shown), by_hand);
			arena_release(&arena);
			return false;
		}
	}
	return err_set(
	    err, ERR_USAGE, "%s; no line looks like a reply; if some are, %s", why, by_hand);
}

/*
 * Returns whether a side has no marker. Replies without a command then mean that the other side is
 * missing, or was not recognized.
 */
static bool
one_side_bare(const struct import_form *f)
{
	bool bare = f->row->terminal;

	for (unsigned i = 0; i < f->nmarks; i++)
		bare |= !f->mark[i].shape[0];
	return bare;
}

/*
 * Returns whether the log is a dialogue of two sides. If not, it is refused: lines of a side are
 * never made up.
 */
static bool
is_dialogue(const struct import *im, struct span log, struct err *err)
{
	unsigned said = im->commands + im->strange, wrong = im->unasked + im->misfits + im->late;
	char why[200];

	if (im->replies == 0 && said == 0)
		snprintf(why, sizeof why, "it contains no dialogue");
	else if (im->replies == 0)
		snprintf(why, sizeof why,
		    "the server's side is missing: there are %u client lines and no reply", said);
	else if (said == 0)
		snprintf(why, sizeof why, "the client's side is missing: there are only replies");
	else if (im->strange > im->commands)
		snprintf(why, sizeof why,
		    "most lines that should be commands do not begin with an SMTP verb");
	else if (im->unasked > 0 && one_side_bare(im->form))
		snprintf(why, sizeof why,
		    "one side is missing: there are replies without a command, or a message "
		    "without a 354");
	else if (im->unanswered * 3 > said && im->unanswered > 1)
		snprintf(why, sizeof why,
		    "the server's side is missing, or most of it: %u of the %u commands were sent "
		    "while a command before them had no reply yet",
		    im->unanswered, said);
	else if (wrong * 3 > im->replies && wrong > 2)
		snprintf(why, sizeof why,
		    "one side is missing, or the lines are out of order: %u of the %u replies do "
		    "not fit the command before them",
		    wrong, im->replies + im->late);
	else
		return true;
	return refuse(im->secrets, log, why, err);
}

/* ---- the script */

static void
put_head(const struct import *im, struct buf *out)
{
	buf_printf(out, "# imported from a log of %s\n", im->form->row->help);
	if (im->contradiction[0])
		buf_printf(out, "# not valid SMTP in the log: %s\n", im->contradiction);
	if (im->needs_user && !transcript_put_user(out, span_of(im->user)))
		buf_printf(out, "# the log does not show the user name\n/secret user\n");
	if (im->needs_password)
		buf_printf(out, "/secret password\n");
	if (im->needs_token)
		buf_printf(out, "/secret token\n");
}

/* Returns whether the script can be parsed; a script that is too long is assumed to be fine. */
static bool
is_script(const struct import *im, const struct buf *head, struct span log, struct err *err)
{
	struct buf whole = { .max = IMPORT_OUT_MAX };
	struct err parse = { 0 };
	struct script *s = NULL;
	char why[500];

	if (buf_span(&im->out).len > TRIED_MAX)
		return true;
	buf_append(&whole, buf_span(head));
	buf_append(&whole, buf_span(&im->out));
	s = script_parse("the script", buf_span(&whole), &(struct script_opts){ 0 }, &parse);
	snprintf(why, sizeof why, "its lines are not in dialogue order: %s", parse.text);
	buf_release(&whole);
	if (!s)
		return refuse(im->secrets, log, why, err);
	script_free(s);
	return true;
}

/* Finds the format, and separates sessions whose lines are interleaved. */
static void
learn(struct buf *text, const struct import_row *row, struct import_form *form)
{
	struct import_names names;
	struct import_form other, pairs[IMPORT_PAIRS];
	const struct import_form *pair = NULL;
	unsigned nth, other_nth;

	import_learn(buf_span(text), row, NULL, form, pairs);
	long score = import_parting(buf_span(text), form, &nth);
	for (unsigned i = 0; i < IMPORT_PAIRS && form->row == &import_learned; i++) {
		long got = import_parting(buf_span(text), &pairs[i], &other_nth);
		if (got <= score || other_nth == IMPORT_IDS_TRIED)
			continue;
		score = got;
		nth = other_nth;
		pair = &pairs[i];
	}
	if (pair) {
		import_part(text, pair, nth);
		import_learn(buf_span(text), row, NULL, form, pairs);
		return;
	}
	import_find_names(buf_span(text), &names);
	if (names.n > 0) {
		import_learn(buf_span(text), row, &names, &other, pairs);
		if (import_parting(buf_span(text), &other, &other_nth) > score) {
			*form = other;
			nth = other_nth;
		}
	}
	import_part(text, form, nth);
}

bool
import_log(
    const struct import_opts *opts, struct buf *log, struct import_result *result, struct err *err)
{
	const struct import_row *row = opts->from ? find_row(opts->from) : NULL;
	struct buf text = { .max = 3 * (size_t)IMPORT_LOG_MAX };
	struct secrecy secrets = { 0 };
	struct import_form form;
	struct import im;
	struct span line;
	size_t room;

	*result = (struct import_result){ .head = { .max = 4096 },
		.body = { .max = IMPORT_OUT_MAX } };
	if (opts->from && !row) {
		buf_release(log);
		return no_such_form(opts->from, err);
	}
	import_read(buf_span(log), &text);
	buf_release(log);
	learn(&text, row, &form);
	import_find_secrets(&secrets, &form, buf_span(&text));
	import_begin(&im, &form, &secrets);
	im.opts = opts;
	buf_reserve(&im.out, 2 * buf_span(&text).len, &room);
	import_read_lines(&im, buf_span(&text));
	put_head(&im, &result->head);
	bool ok = is_dialogue(&im, buf_span(&text), err) &&
	    is_script(&im, &result->head, buf_span(&text), err);
	if (!ok)
		buf_release(&result->head);
	if (ok) {
		result->form = form.row->help;
		memcpy(result->contradiction, im.contradiction, sizeof result->contradiction);
		result->body = im.out;
		im.out = (struct buf){ 0 };
		/* A single case needs no name: remove "\n/case …\n". */
		struct span body = buf_span(&result->body), all = body;
		for (int i = 0; im.ncases == 1 && i < 2; i++)
			span_line(&body, &line);
		buf_consume(&result->body, (size_t)(all.len - body.len));
	}
	import_finish(&im);
	buf_release(&text);
	secrecy_release(&secrets);
	return ok;
}

void
import_result_release(struct import_result *r)
{
	buf_release(&r->head);
	buf_release(&r->body);
}
