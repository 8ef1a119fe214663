/* help - made from the tables of verbs, parameters, commands and topics. */
#include "ui/prompt/help.h"

#include <stdio.h>

#include "base/suggest.h"
#include "base/text.h"
#include "smtp/parameter.h"
#include "ui/prompt/prompt.h"
#include "ui/show/flow.h"

/* ---- topics */

static const char tls[] =
    "Port 25 and 587 begin in the clear; after EHLO the server offers STARTTLS, the client says "
    "it, and when the reply is 220 both "
    "begin TLS on the same connection. What EHLO said before is then void: say EHLO again. Port "
    "465 begins with TLS at once.\n"
    "    EHLO me.example\n"
    "    STARTTLS              by hand; the handshake follows by itself\n"
    "    /starttls             EHLO, STARTTLS, the handshake, EHLO again\n"
    "    smtpsh smtps://host   TLS from the start; also host 465\n"
    "The certificate's problems are always shown, and end the session only with --verify (or /set "
    "verify name). Mail servers on port 25 "
    "mostly send whatever the certificate says, unless DANE or MTA-STS asks for more; submission "
    "clients must check it.\n"
    "If the handshake fails: \"wrong version number\" means the other side did not speak TLS, an "
    "alert names what the server did not "
    "accept. --min-tls 1.0 lets an old server in, --sni NAME asks for another certificate.\n";

static const char auth[] =
    "EHLO lists the mechanisms behind AUTH. PLAIN and LOGIN send the password itself and belong "
    "inside TLS; SCRAM and CRAM-MD5 send a "
    "proof; XOAUTH2 and OAUTHBEARER a token; EXTERNAL takes the name from the client certificate.\n"
    "    AUTH PLAIN <base64 of NUL user NUL password>\n"
    "    AUTH LOGIN            the server asks 334 VXNlcm5hbWU6 (Username:), then 334 UGFzc3dvcmQ6 "
    "(Password:)\n"
    "After a 334 the line is an answer, in base64, and what is typed is not shown; a lone * "
    "cancels. 235 is success; 535 is a wrong "
    "name or password; 534 wants a stronger mechanism; 538 wants TLS first; 530 means that "
    "something else needs AUTH before it.\n"
    "Passwords are never shown, kept in the history or written to a log. AUTH over a connection "
    "whose certificate was not verified is "
    "asked about once.\n";

static const char dane[] =
    "A domain whose zone is signed by DNSSEC can publish in TLSA records which certificate its "
    "mail server shows, under "
    "_25._tcp. and the MX host's name. A sender that looks for it then insists on TLS and on that "
    "certificate, and no CA is needed (RFC 7672).\n"
    "    _25._tcp.mx1.example.org. TLSA 3 1 1 <SHA-256 of the public key>\n"
    "3 1 1 names the server's own key, 2 1 1 the key of the CA that signed it, which the server "
    "must then send along. Usages 0 and 1 "
    "do not count for SMTP. When the key changes, the new record must be published before the new "
    "key is used: most DANE failures are "
    "a renewed certificate with an old record.\n";

static const char relay[] =
    "A server that takes mail from anyone to anyone is an open relay and will soon be on block "
    "lists. To see that it is none, from an "
    "outside address and without AUTH:\n"
    "    EHLO me.example\n"
    "    MAIL FROM:<test@example.com>\n"
    "    RCPT TO:<test@example.net>     neither domain is the server's\n"
    "A 550, 551 or 554 (5.7.1) is right. 250 here may still be refused after DATA, so an open "
    "relay is proved only by a message that "
    "arrives. Also try RCPT TO:<user%other.example@their.example> and "
    "<\"user@other.example\"@their.example>. RSET or QUIT leaves nothing behind.\n";

static const char greylisting[] =
    "A server that greylists refuses the first attempt of an unknown client, sender and recipient "
    "with a 4yz and takes the second some "
    "minutes later; senders that do not try again are mostly spam. So a 450 or 451 with 4.7.1, "
    "4.2.0 or a word like \"try again\" is "
    "no fault: wait as long as it says, five minutes where it says nothing, and try the same "
    "envelope from the same address.\n"
    "421 and 452 are the other temporary refusals: too many connections, too much load, too many "
    "recipients, a full disk.\n";

static const char smuggling[] =
    "The end of a message is CR LF . CR LF. A server that also takes LF . LF, LF . CR LF or CR . "
    "CR as its end lets a sender hide a "
    "second message, with its own MAIL and RCPT, in the text of the first: the outer server sees "
    "one, the inner one two, and the second "
    "seems to come from the first server (CVE-2023-51764, -51765, -51766).\n"
    "A good server refuses or repairs bare LF and CR in message text, and never ends a message at "
    "them. To try it, send such an "
    "ending to a server of your own and see whether what follows is answered as commands; several "
    "replies to one message say yes.\n";

static const char ports[] =
    "    25    between servers. Clear, then STARTTLS; no AUTH as a rule. Often blocked outbound by "
    "providers\n"
    "    465   submission with TLS from the start (RFC 8314); AUTH wanted\n"
    "    587   submission; clear, then STARTTLS; AUTH wanted (RFC 6409)\n"
    "    24    LMTP, to a mailbox server: LHLO, and a reply for each recipient after the message "
    "(RFC 2033)\n"
    "    2525  no standard; what hosting providers open when 25 is blocked\n"
    "If 25 times out but 587 answers, the way is blocked, not the server broken. If a server "
    "connects and says nothing on 465, it waits "
    "for your TLS: use smtps://host. If it answers TLS with plain text, the port is one that "
    "begins in the clear.\n";

static const char scripts[] =
    "What is typed here also runs without a terminal: the lines of a file or a pipe are sent one "
    "after the other, each after the reply "
    "to the one before; the exit status says how it went.\n"
    "    smtpsh mx1.example.org 25 < lines\n"
    "    smtpsh -c 'EHLO me.example' -c 'MAIL FROM:<>' -c QUIT mx1.example.org\n"
    "A script may say what it expects, as S: lines, and is then a test; a log of a session is such "
    "a script. smtpsh-script(5) has the "
    "language.\n";

const struct help_topic help_topics[] = {
	{ "tls", "STARTTLS, TLS from the start, and certificates", tls },
	{ "auth", "logging in: mechanisms, base64, and where passwords go", auth },
	{ "dane", "certificates pinned in DNS by TLSA records", dane },
	{ "relay", "is it an open relay?", relay },
	{ "greylisting", "refused for now: 450, 451, 421", greylisting },
	{ "smuggling", "messages hidden in messages by odd line ends", smuggling },
	{ "ports", "25, 465, 587, 24: which is for what", ports },
	{ "scripts", "the same lines from a file, a pipe, a test", scripts },
	{ .name = NULL },
};

/* ---- what can be said */

/*
 * Columns of what stands on the left of a table: of anything, of the verbs that can come next, of
 * the groups.
 */
enum { LEFT = 34, LEFT_VERBS = 40, LEFT_GROUPS = 18 };

/*
 * `text` wrapped to the screen, each line behind `indent` blanks; the first one's are already
 * there.
 */
static void
wrapped(struct screen *s, struct span text, unsigned indent)
{
	unsigned columns = screen_columns(s),
		 room = columns > indent + 20 ? columns - indent - 1 : 20;

	for (bool first = true; text.len > 0; first = false) {
		struct span line = text_fit(text, room);
		screen_print(s, "%*s%.*s\n", first ? 0 : (int)indent, "", SPAN_ARG(line));
		text = span_trim(span_skip(text, line.len));
	}
}

static void
heading(struct screen *s, const char *text)
{
	screen_ink(s, INK_BOLD);
	screen_print(s, "%s", text);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "\n");
}

static void
row(struct screen *s, unsigned left, const char *name, const char *syntax, const char *help)
{
	unsigned width = (unsigned)(strlen(name) + strlen(syntax)) + 4;

	screen_print(s, "    ");
	screen_ink(s, INK_SENT);
	screen_print(s, "%s", name);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "%s", syntax);
	if (width + 2 > left)
		screen_print(s, "\n%*s", (int)left, "");
	else
		screen_print(s, "%*s", (int)(left - width), "");
	wrapped(s, span_of(help), left);
}

static bool
help_offered(const struct session_view *v, const char *extension)
{
	return !extension || (v->extensions && extensions_offer(v->extensions, extension));
}

/* RFC 5321 4.1.4: these may be said at any time, and lead nowhere. */
static bool
leads_nowhere(enum verb verb)
{
	return verb == VERB_RSET || verb == VERB_VRFY || verb == VERB_EXPN || verb == VERB_HELP ||
	    verb == VERB_NOOP || verb == VERB_QUIT;
}

static const char *
help_where(const struct session_view *v)
{
	if (v->state == SESSION_CLOSED)
		return "There is no connection. /open TARGET makes one; demo: is a server to try "
		       "things with.";
	if (v->state == SESSION_OPENING)
		return "A connection is being made. ^C gives it up.";
	if (v->dialogue.mode == MODE_MESSAGE)
		return "The message is being typed: every line is sent as it is, until a line with "
		       "a lone dot. ^] reads one / command.";
	if (v->dialogue.mode == MODE_ANSWER)
		return "The server asked for an answer to AUTH, in base64; what is typed is not "
		       "shown. A lone * cancels. ^] reads one / command.";
	return "What is typed goes to the server as it is. What can come next:";
}

/* Those that are legal and offered, and no second hello; then those that go at any time. */
static void
next_verbs(struct screen *s, const struct session_view *v)
{
	const char *separator = "";

	if (v->state != SESSION_OPEN || v->dialogue.mode != MODE_COMMAND)
		return;
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++) {
		const struct verb_info *info = verb_info(verb);
		bool hello = verb_is_hello(verb);
		if (leads_nowhere(verb) || !dialogue_allows(&v->dialogue, verb) ||
		    !help_offered(v, info->extension))
			continue;
		if (!hello || (v->dialogue.hello == VERB_OTHER && (verb == VERB_LHLO) == v->lmtp))
			row(s, LEFT_VERBS, info->name, info->syntax, info->help);
	}
	struct flow f = flow_begin(s, 4, 8);
	screen_print(s, "    ");
	flow_print(&f, INK_DIM, "at any time: ");
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		if (leads_nowhere(verb)) {
			flow_print(&f, INK_PLAIN, "%s", separator);
			flow_print(&f, INK_SENT, "%s", verb_info(verb)->name);
			flow_print(&f, INK_PLAIN, "%s", verb_info(verb)->syntax);
			separator = ", ";
		}
	flow_end(&f);
}

/* ---- commands */

static void
command_row(struct screen *s, const struct prompt_word *w)
{
	char slashed[40], space_args[80];

	snprintf(slashed, sizeof slashed, "/%s", w->name);
	snprintf(space_args, sizeof space_args, "%s%s", w->args[0] ? " " : "", w->args);
	row(s, LEFT, slashed, space_args, w->help);
}

static void
keys_and_more(struct screen *s)
{
	static const struct {
		const char *key, *does;
	} keys[] = {
		{ "Tab", " completes, " },
		{ "^R", " searches the history, " },
		{ "^C", " drops the line or a wait, " },
		{ "^]", " reads one / command in every mode, " },
		{ "^D", " says QUIT and leaves" },
	};
	struct flow f = flow_begin(s, 0, 6);

	flow_print(&f, INK_BOLD, "Keys: ");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		flow_print(&f, INK_SENT, "%s", keys[i].key);
		flow_print(&f, INK_PLAIN, "%s", keys[i].does);
	}
	flow_end(&f);
	f = flow_begin(s, 0, 6);
	flow_print(&f, INK_BOLD, "More: ");
	flow_print(&f, INK_PLAIN,
	    "/help and a verb, a command, \"commands\" (each with a sentence), or one of");
	for (const struct help_topic *t = help_topics; t->name; t++)
		flow_print(&f, INK_SENT, " %s", t->name);
	flow_end(&f);
}

/* As much as an 80x24 terminal shows at once. */
void
help_state(
    struct screen *s, const struct session_view *v, const struct prompt_command *const table[])
{
	heading(s, help_where(v));
	next_verbs(s, v);
	heading(s, "What begins with / and a word talks to smtpsh (//text sends /text):");
	for (enum step_group group = GROUP_NONE + 1; group < GROUP_COUNT; group++) {
		struct flow f = flow_begin(s, 4, LEFT_GROUPS);
		screen_print(s, "    ");
		flow_print(&f, INK_DIM, "%s", step_groups[group]);
		flow_pad(&f, LEFT_GROUPS);
		for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
			if (w.group == group)
				flow_print(&f, INK_SENT, "/%s ", w.name);
		flow_end(&f);
	}
	keys_and_more(s);
}

static bool
help_verb(struct screen *s, const struct session_view *v, struct span word)
{
	enum verb verb = verb_of(word, NULL);
	const struct verb_info *info = verb_info(verb);

	if (verb == VERB_OTHER)
		return false;
	screen_ink(s, INK_SENT);
	screen_print(s, "%s", info->name);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "%s\n    %s (%s). Its usual reply is %u.\n", info->syntax, info->help,
	    info->rfc, info->success);
	if (verb == VERB_STARTTLS && v->tls)
		screen_print(s, "    TLS is active on this connection (%.*s).\n",
		    SPAN_ARG(v->tls->version));
	else if (v->state == SESSION_OPEN && !dialogue_allows(&v->dialogue, verb))
		screen_print(s, "    It is out of sequence now.\n");
	else if (v->extensions && !help_offered(v, info->extension))
		screen_print(s, "    This server did not offer %s.\n", info->extension);
	for (const struct parameter *p = parameters; p->name; p++)
		if (p->verb == verb) {
			char text[200];
			snprintf(text, sizeof text, "%s (%s)%s", p->help, p->rfc,
			    v->extensions && !help_offered(v, p->extension) ? "; not offered here" :
									      "");
			row(s, LEFT, p->name, p->syntax, text);
		}
	return true;
}

static bool
help_command(struct screen *s, struct span word, const struct prompt_command *const table[])
{
	struct span name = word.at[0] == '/' ? span_skip(word, 1) : word;
	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
		if (span_eq(name, span_of(w.name)))
			return command_row(s, &w), true;
	return false;
}

static bool
help_topic(struct screen *s, struct span word)
{
	const struct help_topic *t = help_topics;
	struct span text, line;

	while (t->name && !span_eq_case(word, span_of(t->name)))
		t++;
	if (!t->name)
		return false;
	heading(s, t->title);
	for (text = span_of(t->text); span_line(&text, &line);)
		if (line.len == 0 || line.at[0] == ' ')
			screen_print(s, "%.*s\n", SPAN_ARG(line));
		else
			wrapped(s, line, 0);
	return true;
}

/* A word with a slash is a command; without one all that has this name is shown. */
bool
help_word(struct screen *s, const struct session_view *v, struct span word,
    const struct prompt_command *const table[])
{
	bool all = span_eq(word, SPAN("commands"));

	for (enum step_group group = GROUP_NONE + 1; all && group < GROUP_COUNT; group++) {
		heading(s, step_groups[group]);
		for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
			if (w.group == group)
				command_row(s, &w);
	}
	if (all)
		return true;
	if (word.at[0] == '/')
		return help_command(s, word, table);
	bool verb = help_verb(s, v, word), command = help_command(s, word, table);
	return help_topic(s, word) || verb || command;
}

const char *
help_nearest(struct span word, const struct prompt_command *const table[])
{
	struct suggestion suggestion = suggest_begin(word.at[0] == '/' ? span_skip(word, 1) : word);

	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		suggest_try(&suggestion, verb_info(verb)->name);
	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
		suggest_try(&suggestion, w.name);
	for (const struct help_topic *t = help_topics; t->name; t++)
		suggest_try(&suggestion, t->name);
	return suggestion.best;
}
