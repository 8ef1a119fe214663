/*
 * What the prompt offers for a half-typed line: candidates for Tab, and the hint behind the cursor.
 */
#include "tests.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "ui/prompt/commands/list.h"
#include "ui/prompt/talk.h"

static struct session_env env;
static struct session_opts opts;
static struct talk talk;

static void
ignore(void *ctx, const struct event *event)
{
	(void)ctx, (void)event;
}

static int
begin(void **state)
{
	(void)state;
	env.loop = loop_new();
	talk.commands.table = prompt_commands;
	talk.commands.player = player_new(
	    &env, &opts, &(struct player_opts){ .interactive = true }, ignore, NULL);
	talk.history.lines.max = 1 << 16;
	buf_append(&talk.history.lines,
	    SPAN("/open mx.example\nEHLO me.example\nMAIL FROM:<a@one.example> SIZE=1\n"
		 "RCPT TO:<b@two.example>\nmail from:<\033[2J@bad.example>\n"));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	player_free(talk.commands.player);
	buf_release(&talk.history.lines);
	session_env_release(&env);
	return 0;
}

static const struct want {
	const char *line;
	size_t replaced;		/* octets at its end */
	const char *has;		/* a candidate; NULL: there is none at all */
	const char *lacks;		/* no candidate */
} table[] = {
	{ "EH", 2, "EHLO ", "HELO " },
	{ "eh", 2, "EHLO ", NULL },
	{ "/op", 2, "open ", "opne" },
	{ "/se", 2, "send ", "close" },
	{ "/set ver", 3, "verify ", "color " },
	{ "/set color al", 2, "always", "never" },
	{ "/help dat", 3, "DATA", "EHLO" },
	{ "/conn ", 0, NULL, "EHLO " },
	{ "", 0, "EHLO ", "LHLO " },
	{ "LH", 2, "LHLO ", "EHLO " },
	{ "XYZZY", 5, NULL, NULL },
	{ "/xyzzy", 5, NULL, NULL },

	/* a word of a syntax, at its place: "TARGET [PORT]", "v1|v2", "[k=A]" in any order */
	{ "/open ", 0, "demo:", "587" },
	{ "/open demo: ", 0, "587", "demo:" },
	{ "/open demo: 587 ", 0, NULL, "25" },
	{ "/proxy-protocol v", 1, "v1", "off" },
	{ "/tls ver", 3, "verify=", "sni=" },
	{ "/starttls ", 0, NULL, "verify=" },
	{ "/tls verify=", 0, "chain", "verify=" },
	{ "/tls verify=ch", 2, "chain", "name" },
	{ "/tls verify=chain ", 0, "sni=", "verify=" },
	{ "/send to", 2, "to=", "from=" },
	{ "/send from=<> to=a@b.example da", 2, "data=", "to=" },
	{ "/set timeout reply=5s,con", 3, "connect=", "reply=" },
	{ "/set strict ", 0, "on", "timeout " },
	{ "/set ", 0, "timeout ", "on" },
	{ "/again 3 EH", 2, "EHLO ", "open " },
	{ "/help re", 2, "relay", "MAIL" },
	{ "/tim", 3, "timing", "set " },

	/* what was used before */
	{ "MAIL", 4, "MAIL FROM:<", NULL },
	{ "MAIL ", 0, "FROM:<", "TO:<" },
	{ "MAIL FROM:<", 0, "a@one.example> ", NULL },
	{ "RCPT TO:<b", 1, "b@two.example> ", "a@one.example> " },
	{ "VRFY ", 0, "b@two.example", NULL },
	{ "EHLO m", 1, "me.example", NULL },
	{ "/open mx", 2, "mx.example", "demo:" },
};

static bool
lists(struct span all, const char *candidate)
{
	struct span line;

	while (span_line(&all, &line))
		if (span_eq(span_until(&line, '\t'), span_of(candidate)))
			return true;
	return false;
}

/* Every command has a sentence with it, that of the help. */
static void
meanings(void **state)
{
	struct buf out;
	unsigned n = 0;

	(void)state;
	buf_init(&out, 1 << 16);
	talk_complete(&talk, SPAN("/"), &out);
	for (struct span all = buf_span(&out), line; span_line(&all, &line); n++) {
		struct span meaning = line, name = span_trim(span_until(&meaning, '\t'));
		bool known = false;
		for (struct prompt_word w = { .table = prompt_commands }; prompt_next_word(&w);)
			known |= span_eq(name, span_of(w.name)) &&
			    span_eq(meaning, span_of(w.help));
		if (!known)
			fail_msg("%.*s", SPAN_ARG(line));
	}
	assert_true(n > 40);
	buf_release(&out);
}

static void
tab(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct want *w = &table[i];
		struct buf out;

		buf_init(&out, 1 << 16);
		size_t n = talk_complete(&talk, span_of(w->line), &out);
		struct span all = buf_span(&out);
		if ((w->has && (n != w->replaced || !lists(all, w->has))) ||
		    (!w->has && !w->lacks && all.len > 0) || (w->lacks && lists(all, w->lacks)))
			print_error("%s: %zu octets by\n%.*s\n", w->line, n, SPAN_ARG(all)),
			    wrong++;
		buf_release(&out);
	}
	assert_int_equal(wrong, 0);
}

static const struct { const char *line, *hint;
} hints[] = {
	/* hint: begins so; "": none */
	{ "EHL", "O domain" },
	{ "ehl", "O domain" },
	{ "MAIL", " FROM:<sender>" },
	{ "MAIL FROM:<a", ">" },
	{ "/ope", "n " },
	{ "/set time ", "on|off" },
	{ "/set color ", "always|auto|never" },
	{ "/set color", "" },
	{ "/set write ", "slow=N/s" },
	{ "/open", " TARGET" },
	{ "/open ", "TARGET" },
	{ "/open x", "" },
	{ "/hel", "o NAME" },
	{ "MAIL F", "ROM:<sender>" },
	{ "MAIL FROM:", "<sender>" },
	{ "MAIL FROM:a", "   no angle brackets" },
	{ "MAIL FROM:<", "sender> [parameters]" },
	{ "MAIL FROM:<> ", "[parameters]" },
	{ "MAIL FROM:<> SI", "ZE=" },
	{ "MAIL FROM:<> XYZZY", "   unknown parameter" },
	{ "RCPT TO:", "<recipient>" },
	{ "RCPT TO:<a@b> NOT", "IFY=" },
	{ "VRFY", " " },
	{ "DATA", "" },
	{ "", "" },
	{ "XYZZY", "" },
	{ "//EHL", "" },
};

static void
ghosts(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
		struct span hint = talk_hint(&talk, span_of(hints[i].line));

		if (!span_starts(hint, span_of(hints[i].hint)) ||
		    (hints[i].hint[0] == '\0' && hint.len > 0))
			print_error("%s: \"%.*s\"\n", hints[i].line, SPAN_ARG(hint)), wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* What stood in the history, and may be shown of it. */
static void
earlier_lines(void **state)
{
	static const struct {
		const char *line, *rest;
	} rows[] = {
		{ "/open m", "x.example" },
		{ "EHLO", " me.example" },
		{ "EHLO me.example", "" },
		{ "ehlo", "" },
		{ "", "" },
		{ "mail from:<", "" },		/* a terminal would obey it */
		{ "AUTH PLAIN ", "" },		/* secrets, whoever wrote them there */
		{ "/auth PLAIN u", "" },
		{ "RCPT TO:<b@two.example> N", "OTIFY=NEVER" },
	};

	(void)state;
	buf_append(&talk.history.lines,
	    SPAN("AUTH PLAIN AGEAYg==\n/auth PLAIN user=a password=b\n"
		 "RCPT TO:<b@two.example> NOTIFY=DELAY\n\nRCPT TO:<b@two.example> NOTIFY=NEVER\n"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span rest = talk_ghost(&talk, span_of(rows[i].line));
		if (!span_eq(rest, span_of(rows[i].rest)))
			fail_msg("%s: \"%.*s\"", rows[i].line, SPAN_ARG(rest));
	}
}

/* ---- what a server offers */

static int server = -1;

static int
pair(struct session_env *e, unsigned as, struct err *err)
{
	int fds[2];

	(void)e, (void)as, (void)err;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	server = fds[1];
	return fds[0];
}

static void
a_terminal_obeys_nothing_that_a_server_offers(void **state)
{
	static const char said[] = "220 hello\r\n",
			  offers[] = "250-mx\r\n250 AUTH \033]0;x\007 PLAIN\r\n";
	static const struct session_opts patient = { .helo = "me",
		.timeouts = { .greeting = 60000, .reply = 60000 } };
	static const struct target demo = { .kind = TARGET_DEMO, .text = SPAN_INIT("demo:") };
	struct talk with = { .commands.table = prompt_commands };
	struct buf out;

	(void)state;
	env.demo = pair;
	with.commands.player = player_new(
	    &env, &patient, &(struct player_opts){ .interactive = true }, ignore, NULL);
	player_open(with.commands.player, &demo);
	player_line(with.commands.player, SPAN("EHLO me"), (struct place){ 0 });
	while (server < 0)
		loop_turn(env.loop, false);
	assert_int_equal(write(server, said, sizeof said - 1), sizeof said - 1);
	for (char octet; recv(server, &octet, 1, MSG_DONTWAIT) != 1;)
		loop_turn(env.loop, false);
	assert_int_equal(write(server, offers, sizeof offers - 1), sizeof offers - 1);
	while (!player_view(with.commands.player).extensions)
		loop_turn(env.loop, true);

	buf_init(&out, 1 << 16);
	assert_int_equal(talk_complete(&with, SPAN("AUTH "), &out), 0);
	struct span all = buf_span(&out), meaning, name;
	assert_true(span_line(&all, &meaning) && all.len == 0);
	name = span_until(&meaning, '\t');
	assert_true(span_eq(name, SPAN("PLAIN")) && text_is_safe(meaning));
	assert_true(span_eq(talk_hint(&with, SPAN("AUTH ")), SPAN("PLAIN")));
	assert_true(span_eq(talk_hint(&with, SPAN("AUTH \033")), SPAN("   not offered")));
	buf_release(&out);
	player_free(with.commands.player);
	close(server);
	env.demo = NULL;
}

/* Each name once, and each of them found again. */
static void
every_command_is_one_word(void **state)
{
	size_t n = 0;

	(void)state;
	for (struct prompt_word w = { .table = prompt_commands }; prompt_next_word(&w); n++) {
		size_t same = 0;
		for (struct prompt_word other = { .table = prompt_commands };
		     prompt_next_word(&other);)
			same += strcmp(w.name, other.name) == 0;
		if (same != 1)
			fail_msg("/%s is %zu commands", w.name, same);
	}
	assert_true(n > 40);
	assert_true(prompt_knows(SPAN("help")) && !prompt_knows(SPAN("open")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tab),
		cmocka_unit_test(ghosts),
		cmocka_unit_test(a_terminal_obeys_nothing_that_a_server_offers),
		cmocka_unit_test(every_command_is_one_word),
		cmocka_unit_test(meanings),
		cmocka_unit_test(earlier_lines),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
