/*
 * conv in the server role, with a script's rules: up to a NUL it is a server's script, behind it
 * what a client says. It is played to its end, within bounds, whatever the two are.
 */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "run/serve/mock.h"
#include "run/serve/serve.h"

enum { PLAY_MS = 300 };

/* Lines that wait, or reach for anything beyond the conversation, are not for a fuzzer. */
static bool
is_plain(struct span script)
{
	static const char *const words[] = { "/on", "/otherwise", "/match", "/close", "/name",
		"/strict", "/connection" };
	struct span line;

	if (span_find(script, SPAN("delay")).len > 0)
		return false;
	while (span_line(&script, &line)) {
		struct span rest = span_trim(line), word = span_word(&rest);
		bool known = word.len == 0 || word.at[0] != '/';
		for (size_t i = 0; !known && i < sizeof words / sizeof *words; i++)
			known = span_eq(word, span_of(words[i]));
		if (!known)
			return false;
	}
	return true;
}

static void
on_time(void *ctx, unsigned ready)
{
	(void)ready;
	*(bool *)ctx = true;
}

static void
play(struct session_env *env, struct mock *mock, struct span said)
{
	const struct serve_opts opts = {
		.mta = { .host = "mx1.example.org" }, .play = mock_plays, .play_ctx = mock
	};
	struct err err = { 0 };
	bool late = false;
	int fds[2];

	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	struct serve *serve = serve_new(env, &opts, NULL, NULL);
	struct loop_timer *timer = loop_timer(env->loop, on_time, &late);
	PROMISE(write(fds[1], said.at, said.len) == (ssize_t)said.len &&
	    shutdown(fds[1], SHUT_WR) == 0);
	PROMISE(serve_client(serve, fds[0], &err));
	loop_timer_set(timer, PLAY_MS);
	while (serve_clients(serve) > 0 && !late)
		loop_turn(env->loop, true);
	close(fds[1]);
	serve_free(serve);
	loop_timer_free(timer);
	loop_turn(env->loop, false);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static struct session_env env;
	struct span said = fuzz_span(octets, n), text = span_until(&said, '\0');
	struct err err = { 0 };

	if (said.len == 0 || said.len > 32 << 10 || !is_plain(text))
		return 0;
	struct script *script = script_parse("fuzz", text, NULL, &err);
	if (!script)
		return 0;
	if (!env.loop)
		env.loop = loop_new();
	struct mock *mock = mock_new(script, &(struct mock_opts){ .strict = n % 2 }, &err);
	PROMISE(mock || err.text[0]);
	if (mock)
		play(&env, mock, said);
	mock_free(mock);
	script_free(script);
	return 0;
}
