/* serve - the connections of `serve FILE`, in the report formats of `replay`. */
#include "ui/report/serve.h"

#include <stdlib.h>

#include "ui/report/replay.h"

struct connection {
	struct play_result result;
	struct play_failure failure;
	uint64_t began_us;
	bool ended;
};

struct serve_report {
	const struct script *script;
	const struct mock *mock;
	struct arena arena;
	struct connection *connection;	/* by number - 1 */
	size_t n, room;
};

struct serve_report *
serve_report_new(const struct script *script, const struct mock *mock)
{
	struct serve_report *r = memory_zeroed(sizeof *r);

	r->script = script;
	r->mock = mock;
	return r;
}

void
serve_report_free(struct serve_report *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	free(r->connection);
	free(r);
}

/* Returns the connection's record; NULL: beyond SERVE_REPORT_MAX. */
static struct connection *
serve_report_connection_of(struct serve_report *r, unsigned number, uint64_t now_us)
{
	if (number == 0 || number > SERVE_REPORT_MAX)
		return NULL;
	while (number > r->room) {
		size_t room = r->room ? r->room * 2 : 16;
		struct connection *more = memory_zeroed(room * sizeof *more);
		if (r->room)
			memcpy(more, r->connection, r->room * sizeof *more);
		free(r->connection);
		r->connection = more;
		r->room = room;
	}
	if (number > r->n)
		r->n = number;
	struct connection *c = &r->connection[number - 1];
	if (c->began_us == 0)
		c->began_us = now_us;
	return c;
}

static void
serve_report_note_failure(struct serve_report *r, struct connection *c, const struct event *e,
    const struct mock_stray *stray)
{
	c->failure.place = stray->place;
	c->failure.want = arena_copy(&r->arena, stray->want);
	c->failure.kind = e->err;
	snprintf(c->failure.why, sizeof c->failure.why, "%.*s", SPAN_ARG(e->text));
	c->result.verdict = PLAY_FAILED;
}

void
serve_report_event(struct serve_report *r, const struct event *e, const struct mock_stray *stray)
{
	struct connection *c = serve_report_connection_of(r, e->session, e->at_us);

	if (!c)
		return;
	if (e->kind == EVENT_PROBLEM && e->err == ERR_EXPECT)
		serve_report_note_failure(r, c, e, stray);
	if (e->kind != EVENT_STEP_ENDED)
		return;
	c->ended = true;
	c->result.took_us = e->at_us - c->began_us;
	c->result.where = arena_printf(&r->arena, "connection %u", e->session);
}

/* Lists the connections that have ended as cases. */
static void
serve_report_list(
    struct serve_report *r, struct replay *replay, struct replay_file *file, struct arena *arena)
{
	replay->cases = ARENA_ARRAY(arena, struct replay_case, r->n);
	for (size_t i = 0; i < r->n; i++) {
		struct connection *c = &r->connection[i];
		if (!c->ended)
			continue;
		if (c->result.verdict == PLAY_FAILED)
			c->result.failure = &c->failure;
		replay->cases[replay->ncases++] = (struct replay_case){ .replay = replay,
			.file = file,
			.now = mock_case(r->mock, (unsigned)i + 1),
			.number = ++file->n,
			.result = &c->result,
			.done = true,
			.failed = c->result.failure != NULL };
	}
}

void
serve_report_write(struct serve_report *r, const struct options *o, const struct screen *screen)
{
	const struct replay_report *report = replay_reports[o->report];
	struct replay_file file = { .name = r->script->file };
	struct replay replay = {
		.o = o, .screen = *screen, .file = &file, .nfiles = 1, .out = stdout
	};
	struct arena arena = { 0 };

	replay.screen.arena = (struct arena){ 0 };
	serve_report_list(r, &replay, &file, &arena);
	if (report->begin)
		report->begin(&replay);
	report->file(&replay, &file);
	for (size_t i = 0; i < replay.ncases; i++)
		report->one(&replay, &replay.cases[i]);
	report->file_end(&replay, &file);
	if (report->end)
		report->end(&replay);
	arena_release(&replay.screen.arena);
	arena_release(&arena);
}

void
serve_report_passed_over(const struct mock *mock, bool opens)
{
	const struct script_item *item;

	for (size_t i = 0; (item = mock_passed_over(mock, i)); i++) {
		struct span rest = item->line.source, word = span_word(&rest);
		if (opens || !span_ends_case(word, SPAN("open")))
			fprintf(stderr,
			    "smtpsh: note: %s:%u: %.*s does not apply to a server; skipped\n",
			    item->place.file, item->place.line, SPAN_ARG(word));
	}
}
