/*
 * judge - the banner and the answers to the lines that were said, against what was expected of
 * them.
 */
#include "run/probe/judge_impl.h"
#include "smtp/verb.h"

/*
 * What an expression is held against: the text of the lines, or all of it as it came, without the
 * last line's end.
 */
static struct span
matched_text(struct judgement *j, const struct reply *r)
{
	struct buf b = { .max = 16 << 10 };

	if (!j->o->as_said)
		return judge_reply_text(j, r);
	for (size_t i = 0; i < r->nlines; i++) {
		if (!(r->flaws & REPLY_NO_CODE))
			buf_printf(&b, "%03u%c", r->code, i + 1 < r->nlines ? '-' : ' ');
		buf_append(&b, r->line[i]);
		buf_append(&b, i + 1 < r->nlines ? SPAN("\r\n") : SPAN_NONE);
	}
	struct span text = arena_copy(&j->r->arena, buf_span(&b));
	buf_release(&b);
	return text;
}

static bool
matches(struct judgement *j, const struct ere *expected, const struct reply *r)
{
	return ere_search(expected, matched_text(j, r), NULL);
}

bool
judge_banner_expected(struct judgement *j, const struct reply *r)
{
	return r && j->o->as_said && j->o->banner && matches(j, j->o->banner, r);
}

void
judge_banner(struct judgement *j)
{
	const struct reply *r = j->r->reply[PHASE_BANNER];

	if (!r || !(j->r->done & 1u << PHASE_BANNER))
		return;
	struct span text = judge_reply_text(j, r);
	if (!j->o->banner) {
		if (r->code != 220)
			judge_find(j, judge_add(j, "greeting", PHASE_BANNER), STATE_CRITICAL,
			    REASON_UNEXPECTED,
			    arena_printf(&j->r->arena,
				"a banner is 220 (RFC 5321 4.3.2), this one is %.*s",
				SPAN_ARG(text)));
		return;
	}
	struct judge_check *c = judge_add(j, "expect_banner", PHASE_BANNER);
	if (!matches(j, j->o->banner, r))
		judge_find(j, c, STATE_WARNING, REASON_ASSERTION, arena_printf(&j->r->arena,
		    "the banner is not what was expected: %.*s", SPAN_ARG(text)));
}

/* What follows AUTH's mechanism is a secret, and the answer to a 334. */
struct span
judge_said_line(const struct judgement *j, size_t i)
{
	struct span line = span_of(j->p->say[i]), rest = line;

	if (i > 0 && j->r->said[i - 1]->code == 334)
		return SPAN("the answer to 334");
	if (verb_of(line, NULL) != VERB_AUTH)
		return line;
	span_word(&rest), span_word(&rest);
	return span_trim(span_first(line, line.len - rest.len));
}

void
judge_said(struct judgement *j)
{
	for (size_t i = 0; i < j->r->nsaid; i++) {
		const struct reply *r = j->r->said[i];
		struct judge_check *c = judge_add(j, "command", PHASE_RCPT);
		struct span text = judge_reply_text(j, r);
		if (i < j->o->nsaid && !matches(j, j->o->said[i], r))
			judge_find(j, c, j->o->said_state, REASON_ASSERTION,
			    arena_printf(&j->r->arena,
				"\"%.*s\" was not answered as expected: %.*s",
				SPAN_ARG(judge_said_line(j, i)), SPAN_ARG(text)));
	}
}
