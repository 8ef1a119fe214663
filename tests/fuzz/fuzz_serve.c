/*
 * A client against a server's session, in every role that has one: the plain server, LMTP, a script
 * with rules, and record in front of the plain server. The first octet chooses the role and how
 * small the socket's buffers are, the second how many octets are sent before some are read; the
 * rest is what the client says, STARTTLS included. Replies are read slowly, then not at all, then
 * to their end: no assertion, no hang, and the session is over when the client is.
 */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "run/serve/mock.h"
#include "run/serve/record.h"
#include "run/serve/serve.h"
#include "run/script/script.h"

enum { ROLE_PLAIN, ROLE_LMTP, ROLE_RULES, ROLE_RECORD, ROLES };
enum { TURNS_MAX = 3000, SENT_LINE_MAX = 64 << 10, REPEATS_MAX = 4 };

static const char rules[] = "/on EHLO\nS: 250-mock\nS: 250-STARTTLS\nS: 250 AUTH PLAIN\n"
			    "/on HELP\nS: 214-a\nS: 214-b\nS: 214 c\n"
			    "/on AUTH\nS: 235 in\n/on VRFY then=close\nS: 421 later\n/on EXPN "
			    "then=rst\nS: 421 later\n/on NOOP\nS: 250 {{repeat 4000 x}}\n";

static struct session_env env;
static struct tls_made *made;
static struct tls_context *tls;
static struct script *script;

static void
begin(void)
{
	static const char *const names[] = { "localhost" };
	struct err err = { 0 };

	env.loop = loop_new();
	env.demo = serve_demo;
	made = tls_make(names, 1, &err);
	tls = tls_context_new(&(struct tls_opts){ .server = true, .made = made }, &err);
	script = script_parse(
	    "rules", span_of(rules), &(struct script_opts){ .server = true }, &err);
	PROMISE(tls && script);
}

static bool
nothing_written(void *ctx, struct span text, struct err *err)
{
	(void)ctx, (void)text, (void)err;
	return true;
}

/* Reads at most `n` octets of what the server said; false: it has closed. */
static bool
hear(int fd, size_t n)
{
	char octets[4096];
	ssize_t got = recv(fd, octets, n < sizeof octets ? n : sizeof octets, MSG_DONTWAIT);

	return got != 0;
}

static void
talk(int fd, struct span said, size_t piece, unsigned repeats)
{
	struct span rest = said;

	for (unsigned turn = 0; turn < TURNS_MAX && (rest.len > 0 || repeats > 0); turn++) {
		if (rest.len == 0) {
			rest = said;
			repeats--;
		}
		ssize_t n = send(
		    fd, rest.at, rest.len < piece ? rest.len : piece, MSG_DONTWAIT | MSG_NOSIGNAL);
		rest = span_skip(rest, n > 0 ? (size_t)n : 0);
		loop_turn(env.loop, false);
		if (n <= 0 && !hear(fd, 1 + piece / 2))		/* no more than it must */
			return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	int pair[2], small = 4096;
	struct err err = { 0 };
	struct serve *serve = NULL;
	struct mock *mock = NULL;
	struct record *record = NULL;
	struct target demo = { 0 };
	struct arena arena = { 0 };
	static const struct session_opts session;

	if (n < 3 || n > SENT_LINE_MAX)
		return 0;
	if (!env.loop)
		begin();
	unsigned role = octets[0] % ROLES;
	struct span said = fuzz_span(octets + 2, n - 2);

	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
	for (int i = 0; i < 2 && octets[0] & 0x80; i++)
		PROMISE(setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
	if (role == ROLE_RECORD) {
		PROMISE(target_parse(&demo, SPAN("demo:"), SPAN_NONE, 0, &arena, &err));
		record = record_new(&env,
		    &(struct record_opts){
			.to = &demo, .session = &session, .tls = tls, .write = nothing_written });
		record_client(record, pair[0]);
	} else {
		if (role == ROLE_RULES)
			PROMISE((mock = mock_new(script, &(struct mock_opts){ 0 }, &err)));
		serve = serve_new(&env,
		    &(struct serve_opts){ .tls = tls,
			.mta = { .lmtp = role == ROLE_LMTP,
			    .errors_max = 1000000,
			    .keep_text = true,
			    .size_limit = 1 << 20 },
			.play = mock ? mock_plays : NULL,
			.play_ctx = mock },
		    NULL, NULL);
		PROMISE(serve_client(serve, pair[0], &err));
	}
	talk(pair[1], said, 1 + octets[1] * 64u, octets[0] & 0x40 ? REPEATS_MAX : 0);
	shutdown(pair[1], SHUT_WR);
	for (unsigned turn = 0; turn < TURNS_MAX && hear(pair[1], 4096); turn++)
		loop_turn(env.loop, false);
	close(pair[1]);
	loop_turn(env.loop, false);
	serve_free(serve);
	record_free(record);
	mock_free(mock);
	arena_release(&arena);
	loop_turn(env.loop, false);
	return 0;
}
