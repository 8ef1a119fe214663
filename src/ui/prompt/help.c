/* help - generates help from the tables of verbs, parameters, commands and topics. */
#include "ui/prompt/help.h"

#include <stdio.h>

#include "base/suggest.h"
#include "base/text.h"
#include "smtp/parameter.h"
#include "ui/prompt/prompt.h"
#include "ui/show/flow.h"

/* ---- topics */

static const char tls[] =
    "Ports 25 and 587 start unencrypted: the server offers STARTTLS in its reply to EHLO, the "
    "client sends STARTTLS, and after a 220 both start TLS on the same connection. Extensions "
    "announced before TLS no longer apply; send EHLO again. Port 465 uses implicit TLS.\n"
    "    EHLO me.example\n"
    "    STARTTLS              by hand; the handshake follows by itself\n"
    "    /starttls             EHLO, STARTTLS, the handshake, EHLO again\n"
    "    smtpsh smtps://host   implicit TLS; the same as host 465\n"
    "Certificate problems are always shown; they end the session only with --verify (or /set "
    "verify name). On port 25 most mail servers send regardless of the certificate unless DANE "
    "or MTA-STS requires more; submission clients must verify it.\n"
    "If the handshake fails, \"wrong version number\" means that the server did not send TLS; an "
    "alert says what the server did not accept. --min-tls 1.0 allows old servers, --sni NAME "
    "requests another certificate.\n";

static const char auth[] =
    "The reply to EHLO lists the mechanisms after AUTH. PLAIN and LOGIN send the password itself "
    "and should be used only over TLS; SCRAM and CRAM-MD5 send a proof, XOAUTH2 and OAUTHBEARER "
    "a token; EXTERNAL uses the name in the client certificate.\n"
    "    AUTH PLAIN <base64 of NUL user NUL password>\n"
    "    AUTH LOGIN            the server sends 334 VXNlcm5hbWU6 (Username:), then 334 "
    "UGFzc3dvcmQ6 (Password:)\n"
    "After a 334 the next line is a response in base64, typed without echo; a lone * cancels. "
    "235 is success, 535 a wrong name or password; 534 requires a stronger mechanism, 538 TLS; "
    "530 means that another command requires AUTH first.\n"
    "Passwords are never shown, kept in the history or logged. Before AUTH over an unverified "
    "connection you are asked once.\n";

static const char dane[] =
    "A domain in a DNSSEC-signed zone can publish, in TLSA records at _25._tcp. and the name of "
    "its MX host, which certificate the server presents. A sender that supports DANE then "
    "requires TLS with that certificate; no CA is needed (RFC 7672).\n"
    "    _25._tcp.mx1.example.org. TLSA 3 1 1 <SHA-256 of the public key>\n"
    "3 1 1 pins the server's own key, 2 1 1 the key of the CA that issued its certificate, which "
    "the server must include in its chain. Usages 0 and 1 are not used for SMTP. Publish the new "
    "record before you change the key: most DANE failures are a renewed certificate with an old "
    "record.\n";

static const char relay[] =
    "An open relay accepts mail from anyone to anyone, and is soon on block lists. To test a "
    "server, connect from outside its network, without AUTH:\n"
    "    EHLO me.example\n"
    "    MAIL FROM:<test@example.com>\n"
    "    RCPT TO:<test@example.net>     neither domain is the server's\n"
    "550, 551 or 554 (5.7.1) is the right reply. After a 250 the message may still be rejected "
    "at DATA: only a message that arrives proves an open relay. Also try RCPT "
    "TO:<user%other.example@their.example> and <\"user@other.example\"@their.example>. RSET or "
    "QUIT ends the test without a message.\n";

static const char greylisting[] =
    "A server that uses greylisting defers the first attempt of an unknown client, sender and "
    "recipient with a 4xx reply, and accepts a retry some minutes later; most spam is never "
    "retried. A 450 or 451 with 4.7.1, 4.2.0 or a text like \"try again\" is therefore not an "
    "error: wait as long as the reply says, or five minutes, and retry with the same envelope "
    "from the same address.\n"
    "421 and 452 are other temporary failures: too many connections, high load, too many "
    "recipients, a full disk.\n";

static const char smuggling[] =
    "A message ends with CR LF . CR LF. A server that also accepts LF . LF, LF . CR LF or CR . "
    "CR as its end allows a sender to hide a second message, with its own MAIL and RCPT, in the "
    "text of the first: the first server sees one message, the next one two, and the second "
    "appears to come from the first server (CVE-2023-51764, -51765, -51766).\n"
    "A server should reject or repair bare LF and CR in message data, and never end a message at "
    "them. To test one of your own servers, send such an ending and see whether it replies to "
    "what follows as to commands; several replies to one message mean that it is vulnerable.\n";

static const char ports[] =
    "    25    between servers: STARTTLS, usually no AUTH; often blocked by providers for "
    "outgoing mail\n"
    "    465   submission with implicit TLS (RFC 8314): AUTH\n"
    "    587   submission (RFC 6409): STARTTLS, then AUTH\n"
    "    24    LMTP, to a message store: LHLO, and one reply per recipient after the message "
    "(RFC 2033)\n"
    "    2525  not registered; opened by some hosting providers because 25 is blocked\n"
    "If port 25 times out but 587 replies, the network blocks port 25; the server works. If port "
    "465 accepts the connection but sends nothing, it is waiting for a TLS handshake: use "
    "smtps://host. If the server sends cleartext during a TLS handshake, the port does not use "
    "implicit TLS.\n";

static const char scripts[] =
    "The lines typed here also work without a terminal: lines from a file or a pipe are sent one "
    "at a time, each after the reply to the one before, and the exit status shows the result.\n"
    "    smtpsh mx1.example.org 25 < lines\n"
    "    smtpsh -c 'EHLO me.example' -c 'MAIL FROM:<>' -c QUIT mx1.example.org\n"
    "A script may also contain the expected replies, as S: lines, and is then a test; the log of "
    "a session is such a script. See smtpsh-script(5).\n";

const struct help_topic help_topics[] = {
	{ "tls", "STARTTLS, implicit TLS, and certificates", tls },
	{ "auth", "logging in: mechanisms, base64, and where passwords go", auth },
	{ "dane", "certificates pinned in DNS by TLSA records", dane },
	{ "relay", "testing for an open relay", relay },
	{ "greylisting", "temporary failures: 450, 451, 421", greylisting },
	{ "smuggling", "messages hidden in messages by non-standard line endings", smuggling },
	{ "ports", "what 25, 465, 587 and 24 are for", ports },
	{ "scripts", "lines from a file or a pipe, and tests", scripts },
	{ .name = NULL },
};

/* ---- what can be sent */

/*
 * Width of the left column of a table: in general, of the verbs that can come next, of the groups.
 */
enum { LEFT = 34, LEFT_VERBS = 40, LEFT_GROUPS = 18 };

/*
 * Prints `text` wrapped to the screen, each line after `indent` spaces, which the first one has
 * already.
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

/* RFC 5321 4.1.4: these are valid at any time and do not change the state. */
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
		return "Not connected. Use /open TARGET; demo: is a built-in test server.";
	if (v->state == SESSION_OPENING)
		return "Connecting. ^C cancels.";
	if (v->dialogue.mode == MODE_MESSAGE)
		return "In message data: every line is sent as typed; a lone dot ends the message. "
		       "^] reads one / command.";
	if (v->dialogue.mode == MODE_ANSWER)
		return "The server expects an AUTH response in base64, typed without echo. "
		       "A lone * cancels. ^] reads one / command.";
	return "Lines go to the server as typed. Valid now:";
}

/*
 * Shows the verbs that are valid and offered, but no second hello; then those that are valid at any
 * time.
 */
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
		{ "^C", " discards the line or cancels a wait, " },
		{ "^]", " reads one / command in every mode, " },
		{ "^D", " sends QUIT and exits" },
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
	    "/help with a verb, a command, \"commands\" (all, described) or a topic:");
	for (const struct help_topic *t = help_topics; t->name; t++)
		flow_print(&f, INK_SENT, " %s", t->name);
	flow_end(&f);
}

/* Fits on an 80x24 terminal. */
void
help_state(
    struct screen *s, const struct session_view *v, const struct prompt_command *const table[])
{
	heading(s, help_where(v));
	next_verbs(s, v);
	heading(s, "Commands of smtpsh begin with / (//text sends /text):");
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
	screen_print(s, "%s\n    %s (%s).\n    Its usual reply is %u.\n", info->syntax,
	    info->help, info->rfc, info->success);
	if (verb == VERB_STARTTLS && v->tls)
		screen_print(s, "    TLS is active on this connection (%.*s).\n",
		    SPAN_ARG(v->tls->version));
	else if (v->state == SESSION_OPEN && !dialogue_allows(&v->dialogue, verb))
		screen_print(s, "    Out of sequence now.\n");
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

/* With a slash it is a command; without one, everything of this name is shown. */
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
