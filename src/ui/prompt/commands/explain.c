/*
 * /explain - the last reply where it came, with what the session knows; or anything that smtpsh
 * explain knows.
 */
#include "ui/show/explain.h"
#include "ui/prompt/commands/last.h"

enum { WORDS = 64 };

static void
explain_last(struct prompt *p, struct arena *arena)
{
	const struct last_reply *m = last_reply(p);
	struct session_view view = player_view(p->player);

	if (!m->reply) {
		prompt_note(
		    p, "no reply has come yet; /explain 550 5.7.1 explains any code or keyword");
		return;
	}
	if (m->reply->code == 0) {
		prompt_note(p, "the last reply has no code: /last shows its octets");
		return;
	}
	explain_show(p->screen, explain_reply(m->reply, m->stage, m->sent, &view, arena));
}

static void
explain_run(struct prompt *p, void *state, struct span args)
{
	struct span word[WORDS], rest = args;
	struct arena arena = { 0 };
	struct err err;
	size_t n = 0;

	(void)state;
	for (struct span w = span_word(&rest); w.len > 0 && n < WORDS; w = span_word(&rest))
		word[n++] = w;
	if (n == 0) {
		explain_last(p, &arena);
	} else {
		const struct explanation *e = explain_words(word, n, &arena, &err);
		if (e)
			explain_show(p->screen, e);
		else
			prompt_problem(p, "%s", err.text);
	}
	arena_release(&arena);
}

const struct prompt_command prompt_explain = {
	.name = "explain",
	.group = GROUP_LOOK,
	.args = "[CODE|KEYWORD|ERROR...]",
	.help =
	    "Explain the last reply and the certificate's problems, or a code, a keyword, an error",
	.at_once = true,
	.pages = true,
	.run = explain_run,
};
