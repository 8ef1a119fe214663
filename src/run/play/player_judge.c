/* player_judge - S: lines among typed lines. */
#include "run/play/player_judge.h"

#include <stdlib.h>

struct received {
	struct received *next;
	struct reply reply;
	struct due due;
	enum standing standing;
	enum err_kind failed;
};

struct judge {
	struct arena arena;		/* names, values and patterns, kept as long as the judge */
	struct arena now;		/* the replies */
	struct script_names names;
	struct script_vars vars;
	struct expect_ere *eres;
	struct expect expect;
	/* open: the expectation continues; sent: a line was sent since the replies came */
	bool open, sent;
	struct received *first, **end;	/* replies not judged yet, in order */
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
	arena_release(&j->arena);
	arena_release(&j->now);
	free(j);
}

static void
forget(struct judge *j)
{
	arena_reset(&j->now);
	j->first = NULL;
	j->end = &j->first;
	j->sent = false;
}

void
judge_received(struct judge *j, const struct event *e)
{
	const struct reply *r = e->answer.reply;

	if (e->answer.late)
		return;
	if (j->sent || !j->first || !e->answer.dot)
		forget(j);
	struct received *received = ARENA_NEW(&j->now, struct received);
	received->due = e->answer.due;
	received->standing = e->answer.standing;
	received->failed = e->err;
	j->open = false;
	if (reply_parse(arena_copy(&j->now, r->raw), &j->now, &received->reply) == 0)
		return;
	*j->end = received;
	j->end = &received->next;
}

void
judge_sent(struct judge *j)
{
	j->sent = true;
}

bool
judge_has_rejection(const struct judge *j)
{
	for (const struct received *h = j->sent ? NULL : j->first; h; h = h->next)
		if (h->failed != ERR_NONE)
			return true;
	return false;
}

bool
judge_waits(const struct judge *j)
{
	return (j->first && !j->sent) || j->open;
}

bool
judge_takes(struct span line)
{
	return span_starts(line, SPAN("S:"));
}

enum judged
judge_line(struct judge *j, struct span line, struct place place, struct err *err)
{
	struct cursor c = { .place = place, .line = line, .rest = span_skip(line, 2) };
	struct text_context ctx = { .arena = &j->arena, .names = &j->names, .reply = true };
	const struct received *received = j->sent ? NULL : j->first;
	enum verb verb = received ? received->due.verb : VERB_OTHER;
	struct match_how how = { .level = MATCH_CODE,
		.masks = MASKS_ALL,
		.place = received ? reply_place_of(&received->due) : PLACE_ANY,
		.ehlo = verb_is_ehlo(verb) };
	struct match_result result;

	if (c.rest.len > 0 && c.rest.at[0] == ' ')
		c.rest = span_skip(c.rest, 1);
	if (!j->open)
		j->expect = (struct expect){ 0 };
	if (!expect_add_line(&j->expect, &c, &ctx, &j->eres, &j->open, err))
		return JUDGED_BAD;
	if (j->open)
		return JUDGED_OPEN;
	if (!received) {
		err_set(err, ERR_EXPECT, "%s:%u: no reply for this S: line to check", place.file,
		    place.line);
		return JUDGED_BAD;
	}
	j->first = received->next;
	if (!j->first)
		j->end = &j->first;
	if (!expect_match(&j->expect, &received->reply, &how, &j->vars, &j->now, &result)) {
		err_set(err, ERR_EXPECT, "%s:%u: %s", place.file, place.line, result.why);
		return JUDGED_BAD;
	}
	if (received->standing != REPLY_OUT_OF_STEP ||
	    expect_names(&j->expect, received->reply.code))
		return JUDGED_GOOD;
	char text[STANDING_TEXT];
	standing_text(&received->due, received->standing, received->reply.code, text);
	err_set(err, ERR_EXPECT, "%s:%u: %s", place.file, place.line, text);
	return JUDGED_BAD;
}
