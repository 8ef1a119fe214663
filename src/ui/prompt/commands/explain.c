/*
 * /explain - explains one of the last replies, with what the session knows, or anything that smtpsh
 * explain knows.
 */
#include "ui/show/explain.h"
#include "ui/prompt/commands/last.h"

enum { WORDS = 64 };

static void
explain_last(struct prompt *p, const struct last_reply *m, struct arena *arena)
{
	struct session_view view = player_view(p->player);

	if (m->reply->code == 0) {
		prompt_note(p, "this reply has no code; /last shows its octets");
		return;
	}
	explain_show(p->screen, explain_reply(m->reply, m->stage, m->sent, &view, arena));
}

static void
explain_run(struct prompt *p, void *state, struct span args)
{
	struct span word[WORDS], rest = args;
	const struct last_reply *m;
	struct arena arena = { 0 };
	struct err err;
	size_t n = 0;

	(void)state;
	if (last_read(p, args, &m)) {
		if (m)
			explain_last(p, m, &arena);
		arena_release(&arena);
		return;
	}
	for (struct span w = span_word(&rest); w.len > 0 && n < WORDS; w = span_word(&rest))
		word[n++] = w;
	const struct explanation *e = explain_words(word, n, &arena, &err);
	if (e)
		explain_show(p->screen, e);
	else
		prompt_problem(p, "%s", err.text);
	arena_release(&arena);
}

const struct prompt_command prompt_explain = {
	.name = "explain",
	.group = GROUP_LOOK,
	.args = "[N|CODE|KEYWORD|ERROR...]",
	.help = "Explain the last reply (or the N-th last) and certificate problems, or a code, a "
	    "keyword, an error",
	.at_once = true,
	.everywhere = true,
	.pages = true,
	.run = explain_run,
};
