/* /pipeline - several commands in one write, and a reply to each (RFC 2920). */
#include "run/session/steps/quoted.h"

#include "run/session/steps/handshake.h"

enum { GROUP_MAX = 1000 };

struct group {
	struct span line[GROUP_MAX];
	size_t n;
};

struct state {
	size_t left;
	bool shaking;
	struct amid amid;
	enum err_kind failed;
};

static bool
pipeline_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct group *group = ARENA_NEW(arena, struct group);

	step->args = group;
	while (c->rest.len > 0) {
		if (group->n == GROUP_MAX)
			return cursor_fail(c, err, "more than %d commands at once", GROUP_MAX);
		if (!quoted_take(c, arena, &group->line[group->n++], err))
			return false;
	}
	return group->n > 0 ||
	    cursor_fail(c, err, "expected commands in double quotes, such as \"RSET\" \"NOOP\"");
}

static void
pipeline_remark(struct session *s, const struct group *group)
{
	const struct extensions *e = session_view(s).extensions;

	if (!e)
		session_note(s,
		    "PIPELINING is not known to be offered before EHLO (RFC 2920 3.1); sending the "
		    "commands together anyway");
	else if (!extensions_offer(e, "PIPELINING"))
		session_note(s,
		    "the server does not offer PIPELINING (RFC 2920); sending the commands "
		    "together anyway");
	for (size_t i = 0; i + 1 < group->n; i++) {
		enum verb verb = verb_of(group->line[i], NULL);
		if (verb != VERB_OTHER && verb_info(verb)->ends_group)
			session_note(s, "%s may only be the last command of a group (RFC 2920 3.1)",
			    verb_info(verb)->name);
	}
}

static enum progress
pipeline_start(struct session *s, const struct step *step, void *mem)
{
	struct state *state = mem;
	const struct group *group = step->args;

	pipeline_remark(s, group);
	for (size_t i = 0; i < group->n; i++)
		if (!session_send(s, group->line[i]))
			return STEP_FAIL;
	state->left = group->n;
	return STEP_WAIT;
}

static enum progress
pipeline_on_news(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct state *state = mem;

	(void)step;
	if (state->shaking)
		return amid_on_news(s, &state->amid, news);
	if (news->kind != NEWS_REPLY)
		return STEP_FAIL;
	if (news->due->stage == DUE_NOTHING || news->event->late)
		return STEP_WAIT;
	if (news->failed != ERR_NONE)
		state->failed = err_worse(state->failed, news->failed);
	state->left--;
	if (news->verb == VERB_STARTTLS && news->failed == ERR_NONE) {
		state->shaking = true;
		return amid_begin(s, &state->amid, state->left);
	}
	if (state->left > 0) {
		session_wait_reply(s, VERB_OTHER);
		return STEP_WAIT;
	}
	return state->failed ? session_failed(s, state->failed) : STEP_DONE;
}

const struct step_op step_pipeline = {
	.name = "pipeline",
	.group = GROUP_WIRE,
	.args = "\"COMMAND\"...",
	.help = "Send several commands together, and match the replies to them",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_COMMAND | STEP_GETS_ALL | STEP_SENDS_TYPED,
	.state_size = sizeof(struct state),
	.parse = pipeline_parse,
	.start = pipeline_start,
	.on_news = pipeline_on_news,
};
