/* player_judge - S: lines among lines as they are typed. */
#include "run/player_judge.h"

#include <stdlib.h>

struct judge {
	struct arena arena;		/* of names, values and patterns: as long as the judge */
	struct arena now;		/* of the reply */
	struct script_names names;
	struct script_vars vars;
	struct expect_ere *eres;
	struct expect expect;
	bool open, answered;
	struct reply *reply;
	enum verb verb;
};

struct judge *
judge_new(void)
{
	struct judge *j = memory_zeroed(sizeof *j);

	j->vars = (struct script_vars){ .names = &j->names, .arena = &j->arena };
	return j;
}

void
judge_free(struct judge *j)
{
	if (!j)
		return;
	ere_free_all(j->eres);
	arena_release(&j->arena);
	arena_release(&j->now);
	free(j);
}

void
judge_heard(struct judge *j, const struct reply *r, enum verb verb)
{
	arena_reset(&j->now);
	j->reply = ARENA_NEW(&j->now, struct reply);
	if (reply_parse(arena_copy(&j->now, r->raw), &j->now, j->reply) == 0)
		j->reply = NULL;
	j->verb = verb;
	j->answered = j->reply != NULL;
	j->open = false;
}

void
judge_sent(struct judge *j)
{
	j->answered = false;
}

bool
judge_takes(const struct judge *j, struct span line)
{
	return span_starts(line, SPAN("S:")) && (j->answered || j->open);
}

enum judged
judge_line(struct judge *j, struct span line, struct place place, struct err *err)
{
	struct cursor c = { .place = place, .line = line, .rest = span_skip(line, 2) };
	struct text_context ctx = { .arena = &j->arena, .names = &j->names, .reply = true };
	struct match_how how = { .level = MATCH_CODE, .masks = MASKS_ALL, .ehlo = j->verb == VERB_EHLO || j->verb == VERB_LHLO };
	struct match_result result;

	if (c.rest.len > 0 && c.rest.at[0] == ' ')
		c.rest = span_skip(c.rest, 1);
	if (!j->open)
		j->expect = (struct expect){ 0 };
	if (!expect_add_line(&j->expect, &c, &ctx, &j->eres, &j->open, err))
		return JUDGED_BAD;
	if (j->open)
		return JUDGED_OPEN;
	j->answered = false;
	if (expect_match(&j->expect, j->reply, &how, &j->vars, &j->now, &result))
		return JUDGED_GOOD;
	err_set(err, ERR_EXPECT, "%s:%u: %s", place.file, place.line, result.why);
	return JUDGED_BAD;
}
