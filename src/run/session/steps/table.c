/* table - every command that acts on a session, and the parser of a line that names one. */
#include "base/suggest.h"
#include "run/session/steps/list.h"

const char *const step_groups[GROUP_COUNT] = {
#define X(name, word) [GROUP_##name] = word,
	STEP_GROUPS(X)
#undef X
};

const struct step_op *const step_ops[] = {
#define X(name) &step_##name,
	STEP_OPS(X)
#undef X
	NULL
};

const struct step_op *
step_find(const struct step_op *const ops[], struct span name)
{
	for (size_t i = 0; ops[i]; i++)
		if (span_eq(name, span_of(ops[i]->name)))
			return ops[i];
	return NULL;
}

static const char *
nearest(const struct step_op *const ops[], struct span name)
{
	struct suggestion suggestion = suggest_begin(name);

	for (size_t i = 0; ops[i]; i++)
		suggest_try(&suggestion, ops[i]->name);
	return suggestion.best;
}

static const struct step *
new_line_step(struct span line, struct place place, struct arena *arena)
{
	struct step *step = ARENA_NEW(arena, struct step);

	*step = (struct step){ .op = &step_line, .place = place, .text = arena_copy(arena, line) };
	return step;
}

const struct step *
step_parse(const struct step_op *const ops[], struct span line, enum dialogue_mode mode,
    struct place place, struct arena *arena, struct err *err)
{
	struct cursor cursor = { .place = place, .line = line, .rest = line };
	struct span name;

	if (mode != MODE_COMMAND)
		return new_line_step(line, place, arena);
	if (span_starts(line, SPAN("//")))
		return new_line_step(span_skip(line, 1), place, arena);
	if (!cursor_is_command(line, &name)) {
		if (line.len == 0 || line.at[0] != '/')
			return new_line_step(line, place, arena);
		cursor_fail(&cursor, err,
		    "lines that begin with \"/\" are smtpsh commands; to send such a line, double "
		    "its \"/\"");
		return NULL;
	}

	struct step *step = ARENA_NEW(arena, struct step);
	*step = (struct step){
		.op = step_find(ops, name), .place = place, .text = arena_copy(arena, line)
	};
	if (!step->op ||
	    (1 + name.len < line.len && line.at[1 + name.len] != ' ' &&
		line.at[1 + name.len] != '\t')) {
		const char *near = nearest(ops, name);
		bool path = !step->op ? false : line.at[1 + name.len] == '/';
		cursor_fail(&cursor, err,
		    "unknown command \"/%.*s\"%s%s%s; to send such a line, double its \"/\"",
		    SPAN_ARG(name), SUGGESTION_ARG(path ? NULL : near, "/", ""));
		return NULL;
	}
	cursor.rest = span_skip(step->text, 1 + name.len);
	cursor.line = step->text;
	while (cursor.rest.len > 0 && (cursor.rest.at[0] == ' ' || cursor.rest.at[0] == '\t'))
		cursor.rest = span_skip(cursor.rest, 1);
	bool ok = step->op->parse ? step->op->parse(step, &cursor, arena, err) :
				    cursor_end(&cursor, err);
	return ok ? step : NULL;
}
