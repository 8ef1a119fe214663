/*
 * What is typed, line by line, at a prompt whose server has said what stands before the first NUL:
 * completed, hinted at, judged, understood in every mode, and shown by the commands that only show.
 */
#include "fuzz_show.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/prompt/commands/list.h"
#include "ui/prompt/talk.h"

enum { TYPED_MAX = 4096, TURNS = 8 };

static struct session_env env;
static struct session_opts opts = { .helo = "me",
	.timeouts = { .greeting = 60000, .reply = 60000, .quit = 1 } };
static const struct target demo = { .kind = TARGET_DEMO, .text = SPAN_INIT("demo:") };
static struct options settings = { .no_bodies = 1 };
static int peer;

static int
pair(struct session_env *e, unsigned as, struct err *err)
{
	int fds[2];

	(void)e, (void)as, (void)err;
	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	peer = fds[1];
	return fds[0];
}

struct typing {
	struct talk talk;
	struct shown shown;
};

static void
on_event(void *ctx, const struct event *e)
{
	struct typing *t = ctx;
	struct event copy = *e;

	show(&t->shown, &copy);
	prompt_on_event(&t->talk.commands, e);
}

/* The prompt stands as the server's words have it; it is not waited for. */
static void
serve(struct typing *t, struct span said)
{
	t->talk.commands.player = player_new(
	    &env, &opts, &(struct player_opts){ .interactive = true }, on_event, t);
	player_open(t->talk.commands.player, &demo);
	player_line(t->talk.commands.player, SPAN("EHLO me"), (struct place){ 0 });
	loop_turn(env.loop, false);
	PROMISE(send(peer, "220 hello\r\n", 11, MSG_NOSIGNAL) == 11);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		char octets[512];
		if (said.len > 0 && recv(peer, octets, sizeof octets, MSG_DONTWAIT) > 0) {
			PROMISE(send(peer, said.at, said.len, MSG_NOSIGNAL) == (ssize_t)said.len);
			said = SPAN_NONE;
		}
		loop_turn(env.loop, false);
	}
}

/* No octet that a terminal obeys, whoever the words are from. */
static bool
is_harmless(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F)
			return false;
	return true;
}

static void
assist(struct typing *t, struct span line)
{
	struct buf out;
	struct span candidate;

	buf_init(&out, 1 << 16);
	size_t n = talk_complete(&t->talk, line, &out);
	struct span all = buf_span(&out), hint = talk_hint(&t->talk, line);
	PROMISE(n == EDIT_PLAIN_TAB || n <= line.len);
	PROMISE(all.len == 0 || all.at[all.len - 1] == '\n');
	PROMISE(hint.len < sizeof t->talk.hint);
	while (span_line(&all, &candidate)) {
		PROMISE(is_harmless(span_until(&candidate, '\t')));	/* a word, and what it is */
		PROMISE(is_harmless(candidate));
	}
	PROMISE(is_harmless(hint));
	buf_release(&out);
}

static void
judge_line(struct typing *t, struct span line, struct lint_message *message)
{
	struct session_view v = player_view(t->talk.commands.player);
	struct buf found = { .max = 4096 };
	struct span all, finding;

	lint_command(line, &v.dialogue, v.extensions, &found);
	lint_text(message, line, v.extensions, &found);
	for (all = buf_span(&found); span_line(&all, &finding);) {
		prompt_warn(&t->talk.commands, finding);
		prompt_problem(&t->talk.commands, "%.*s", SPAN_ARG(finding));
	}
	buf_release(&found);
}

static void
understand(struct typing *t, struct span line)
{
	static const enum dialogue_mode modes[] = { MODE_COMMAND, MODE_MESSAGE, MODE_ANSWER };
	struct arena arena = { 0 };

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		struct err err = { 0 };
		const struct step *step = step_parse(
		    step_ops, line, modes[i], (struct place){ 0 }, &arena, &err);
		PROMISE(step ? step->op != NULL : err.kind != ERR_NONE && err.text[0]);
		if (!step)
			prompt_problem(&t->talk.commands, "%s", err.text);
	}
	arena_release(&arena);
}

static void
ask(struct typing *t, struct span line)
{
	struct prompt *p = &t->talk.commands;
	struct span name;

	prompt_run(p, SPAN("help"), line);
	prompt_run(p, SPAN("explain"), line);
	if (cursor_is_command(line, &name) && !prompt_find(prompt_commands, name))
		prompt_run(p, name, span_trim(span_skip(line, 1 + name.len)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span rest = fuzz_span(octets, n), said = SPAN_NONE, line;
	struct typing t = { .talk.commands.table = prompt_commands };
	struct lint_message message = { 0 };

	if (n > TYPED_MAX)
		return 0;
	if (!env.loop) {
		env.loop = loop_new();
		env.demo = pair;
	}
	if (span_has(rest, '\0'))
		said = span_until(&rest, '\0');
	shown_begin(&t.shown);
	t.talk.commands.options = &settings;
	t.talk.commands.screen = &t.shown.screen;
	t.talk.history.lines.max = 1 << 16;
	serve(&t, said);
	while (span_line(&rest, &line)) {
		assist(&t, line);
		judge_line(&t, line, &message);
		understand(&t, line);
		ask(&t, line);
		history_add(&t.talk.history, line);
	}
	player_free(t.talk.commands.player);
	prompt_end(&t.talk.commands);
	history_release(&t.talk.history);
	shown_end(&t.shown);
	close(peer);
	loop_turn(env.loop, false);
	session_env_release(&env);
	return 0;
}
