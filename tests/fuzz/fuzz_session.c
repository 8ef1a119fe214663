/*
 * A server against a client's session. The first octet says how the connection ends, whether it is
 * LMTP, and whether the server sends a whole reply each time it was spoken to; the second, how many
 * octets it sends at once where it does not; the third, how many steps there are, and so many
 * octets choose them. The rest is what the server sends. Every step ends, the password is shown
 * nowhere, and what is called accepted was accepted by a reply.
 */
#include "fuzz_show.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/session/session.h"
#include "run/session/steps/open.h"

#define PASSWORD	"S3cr3t-Passw0rd"

enum {
	STEPS_MAX = 16,
	TURNS_MAX = 2000,
	SENT_LINE_MAX = 16 << 10,
	PATIENCE = 3,
	CODES = 1000,
	WAIT_MS = 20
};
enum { END_CLOSE, END_SHUT, END_RESET, END_SILENT, ENDS };
enum { FLAG_LMTP = 0x20, FLAG_POLITE = 0x40 };

static const char *const lines[] = {
	"EHLO me",
	"STARTTLS",
	"/starttls",
	"/auth PLAIN",
	"/auth LOGIN",
	"/auth SCRAM-SHA-256",
	"/auth",
	"MAIL FROM:<a@example.org>",
	"RCPT TO:<b@example.org>",
	"DATA",
	"Subject: hello",
	"..",
	".",
	"/body size=300",
	"/bdat size=300 chunk=100 force",
	"/send from=a@example.org to=b@example.org,c@example.org",
	"/send from=a@example.org to=b@example.org pipeline",
	"BDAT 4 LAST",
	"RSET",
	"QUIT",
	"/quit",
	"/pipeline \"MAIL FROM:<a@example.org>\" \"RCPT TO:<b@example.org>\" \"DATA\"",
	"/pipeline \"NOOP\" \"NOOP\" \"RSET\"",
	"LHLO me",
	"HELP",
	"/raw \"NOOP\\r\\nNOOP\\r\\n\"",
	"/reopen",
	"/eof",
	"/silence 1ms",
	"/ext diff",
	"/info",
	"/cert",
	"AUTH PLAIN AGpvZQBTM2NyM3QtUGFzc3cwcmQ=",
	"AUTH LOGIN",
	"/close",
};
enum { LINES = sizeof lines / sizeof *lines };

/*
 * The password, and what stands in every base64 of it. A server that says one of them before it was
 * told is repeated; once it was told, the password is starred in what it says.
 */
static const char *const secrets[] = { PASSWORD, "UzNjcjN0LVBhc3N3MHJk", "MzY3IzdC1QYXNzdzByZ",
	"TM2NyM3QtUGFzc3cwcm", NULL };
static const char *const password_alone[] = { PASSWORD, NULL };

struct heard {
	struct shown shown;
	/* the server says a secret of its own accord; it was sent one */
	bool guessed, told;
	size_t ended;			/* steps */
	/* commands said within the step in hand; replies that were owed */
	size_t asked, answered;
	bool code[CODES];		/* was heard, on time and asked for */
};

static struct session_env env;
static struct arena kept;
static const struct step *step[LINES];
static const struct target demo = { .kind = TARGET_DEMO, .text = SPAN_INIT("demo:") };
static int peer = -1;

static int
pair(struct session_env *e, unsigned as, struct err *err)
{
	int fds[2];

	(void)e, (void)as, (void)err;
	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	if (peer >= 0)
		close(peer);
	peer = fds[1];
	return fds[0];
}

static void
begin(void)
{
	struct err err = { 0 };

	env.loop = loop_new();
	env.demo = pair;
	for (size_t i = 0; i < LINES; i++)
		PROMISE((step[i] = step_parse(step_ops, span_of(lines[i]), MODE_COMMAND,
			     (struct place){ 0 }, &kept, &err)));
}

static bool
is_accepted(const struct heard *h, const struct verdict *v)
{
	return v->code >= 200 && v->code < 300 && h->code[v->code];
}

static void
on_event(void *ctx, const struct event *e)
{
	struct heard *h = ctx;
	struct event copy = *e;

	if (h->guessed && !h->told)
		shown_from_here(&h->shown);
	h->told |= e->kind == EVENT_SENT && e->sent.kind == SENT_SECRET;
	show(&h->shown, &copy);
	if (e->kind == EVENT_SENT)
		h->asked += e->sent.kind == SENT_COMMAND;
	if (e->kind == EVENT_REPLY && !e->answer.late && !e->answer.surprise) {
		h->answered++;
		if (e->answer.reply->code < CODES)
			h->code[e->answer.reply->code] = true;
	}
	for (size_t i = 0; e->kind == EVENT_DELIVERY && i < e->delivery.nrcpts; i++)
		PROMISE(e->delivery.rcpt[i].fate != FATE_ACCEPTED ||
		    is_accepted(h, &e->delivery.rcpt[i]));
	if (e->kind != EVENT_STEP_ENDED)
		return;
	if (e->step->op == &step_line && e->err == ERR_NONE)
		PROMISE(h->asked <= h->answered || span_eq(e->step->text, SPAN("QUIT")));
	h->ended++;
	h->asked = h->answered = 0;
}

/* The next octets that are sent at once: a piece, or a whole reply. */
static size_t
next_piece(struct span rest, size_t piece, bool polite)
{
	struct span all = rest, line;

	if (!polite)
		return rest.len < piece ? rest.len : piece;
	while (span_line(&all, &line))
		if (line.len < 4 || line.at[3] != '-')
			break;
	return rest.len - all.len;
}

static bool
was_spoken_to(void)
{
	char octets[4096];
	bool any = false;

	while (peer >= 0 && recv(peer, octets, sizeof octets, MSG_DONTWAIT) > 0)
		any = true;
	return any;
}

static void
talk(const struct heard *h, struct span rest, size_t piece, bool polite, size_t steps)
{
	unsigned quiet = PATIENCE;		/* the banner comes unasked */

	for (unsigned turn = 0; turn < TURNS_MAX && rest.len > 0 && h->ended < steps; turn++) {
		quiet = was_spoken_to() ? PATIENCE : quiet + 1;
		if (peer >= 0 && (!polite || quiet >= PATIENCE)) {
			ssize_t n = send(peer, rest.at, next_piece(rest, piece, polite),
			    MSG_DONTWAIT | MSG_NOSIGNAL);
			rest = span_skip(rest, n > 0 ? (size_t)n : 0);
			quiet = 0;
		}
		loop_turn(env.loop, false);
	}
}

static void
end(unsigned how)
{
	static const struct linger at_once = { .l_onoff = 1 };

	was_spoken_to();
	if (how == END_SHUT)
		shutdown(peer, SHUT_WR);
	if (how == END_RESET)
		setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	if (how == END_CLOSE || how == END_RESET) {
		close(peer);
		peer = -1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static char user[] = "joe", password[] = PASSWORD;
	struct session_opts opts = { .helo = "me",
		.lmtp = n > 0 && octets[0] & FLAG_LMTP,
		.timeouts = { WAIT_MS, WAIT_MS, WAIT_MS, WAIT_MS, WAIT_MS, WAIT_MS, WAIT_MS },
		.auth = { .user = user,
		    .password = { password, sizeof password - 1 },
		    .anywhere = true } };
	struct heard heard = { .guessed = false };
	struct arena arena = { 0 };
	size_t steps, pushed = 0;

	if (n < 3 || n > SENT_LINE_MAX || (steps = octets[2] % STEPS_MAX) > n - 3)
		return 0;
	if (!env.loop)
		begin();
	struct span said = fuzz_span(octets + 3 + steps, n - 3 - steps);
	for (size_t i = 0; secrets[i]; i++)
		heard.guessed |= span_find(said, span_of(secrets[i])).len > 0;
	heard.shown.never = heard.guessed ? password_alone : secrets;
	shown_begin(&heard.shown);
	struct session *s = session_new(&env, &opts, on_event, &heard);
	session_push(s, step_new_open(&demo, &arena));
	for (pushed = 1; pushed <= steps; pushed++)
		session_push(s, step[octets[2 + pushed] % LINES]);
	loop_turn(env.loop, false);
	talk(&heard, said, 1 + octets[1], octets[0] & FLAG_POLITE, pushed);
	if (peer >= 0)
		end(octets[0] % ENDS);
	for (unsigned turn = 0; turn < TURNS_MAX && heard.ended < pushed; turn++) {
		/* no wait of the session's is without end */
		loop_turn(env.loop, true);
		was_spoken_to();
	}
	PROMISE(heard.ended == pushed);
	session_free(s);
	loop_turn(env.loop, false);
	if (peer >= 0)
		close(peer);
	peer = -1;
	if (heard.guessed && !heard.told)
		shown_from_here(&heard.shown);
	shown_end(&heard.shown);
	arena_release(&arena);
	session_env_release(&env);		/* the next input's secrets are not this one's */
	return 0;
}
