/*
 * /as - this session as the command line of another tool. What was secret stays out: the tool asks
 * for it.
 */
#include "base/ascii.h"
#include "base/text.h"
#include "ui/prompt/prompt.h"

enum { RCPTS = 50, TEXT = 320 };

struct story {
	char host[TEXT], helo[TEXT], sender[TEXT], mechanism[64];
	char rcpt[RCPTS][TEXT];
	size_t nrcpts;
	unsigned port;
	bool open, mail, data, auth;
	bool implicit, starttls, greeted;
};

static void
as_keep(char *out, size_t size, struct span s)
{
	snprintf(out, size, "%.*s", SPAN_ARG(span_first(s, size - 1)));
}

/* Of "FROM:<a@b> SIZE=1" the address. */
static struct span
address(struct span args)
{
	struct span rest = args, inner;

	span_until(&rest, ':');
	rest = span_trim(rest);
	if (rest.len == 0 || rest.at[0] != '<')
		return span_word(&rest);
	inner = span_skip(rest, 1);
	return span_until(&inner, '>');
}

static void
as_sent(struct story *st, struct span line)
{
	struct span args;

	switch (verb_of(line, &args)) {
	case VERB_EHLO: case VERB_HELO: case VERB_LHLO:
		as_keep(st->helo, sizeof st->helo, span_trim(args));
		break;
	case VERB_MAIL:
		st->mail = true;
		st->data = false;
		st->nrcpts = 0;
		as_keep(st->sender, sizeof st->sender, address(args));
		break;
	case VERB_RCPT:
		if (st->nrcpts < RCPTS)
			as_keep(st->rcpt[st->nrcpts++], TEXT, address(args));
		break;
	case VERB_DATA: case VERB_BDAT:
		st->data = true;
		break;
	case VERB_AUTH:
		st->auth = true;
		as_keep(st->mechanism, sizeof st->mechanism, span_word(&args));
		break;
	default:
		break;
	}
}

static void
as_on_event(struct prompt *p, void *state, const struct event *e)
{
	struct story *st = state;

	(void)p;
	switch (e->kind) {
	case EVENT_CONNECTED:
		*st = (struct story){ .open = true, .port = addr_port(&e->connected.peer) };
		as_keep(st->host, sizeof st->host, e->connected.host);
		break;
	case EVENT_TLS:
		*(st->greeted ? &st->starttls : &st->implicit) = true;
		break;
	case EVENT_REPLY:
		st->greeted = true;
		break;
	case EVENT_SENT:
		if (e->sent.kind == SENT_COMMAND || e->sent.kind == SENT_SECRET)
			as_sent(st, e->sent.text);
		break;
	default:
		break;
	}
}

/* For a shell: in single quotes where it has to be. */
static void
word(struct screen *s, const char *before, const char *text)
{
	struct span safe = text_safe(&s->arena, span_of(text));
	bool plain = safe.len > 0;

	for (size_t i = 0; i < safe.len; i++)
		plain &= safe.at[i] > 0 &&
		    (strchr("@%+=:,./-_", safe.at[i]) || ascii_is_digit(safe.at[i]) ||
			((safe.at[i] | 32) >= 'a' && (safe.at[i] | 32) <= 'z'));
	screen_print(s, "%s%s", before, plain ? "" : "'");
	for (size_t i = 0; i < safe.len; i++)
		screen_print(s, safe.at[i] == '\'' ? "'\\''" : "%c", safe.at[i]);
	screen_print(s, "%s", plain ? "" : "'");
}

static void
as_swaks(struct screen *s, const struct story *st)
{
	word(s, "swaks --server ", st->host);
	screen_print(s, " --port %u", st->port);
	if (st->helo[0])
		word(s, " --ehlo ", st->helo);
	if (st->implicit || st->starttls)
		screen_print(s, st->implicit ? " --tls-on-connect" : " --tls");
	if (st->auth)
		word(s, " --auth-user USER --auth ", st->mechanism);
	if (st->mail)
		word(s, " --from ", st->sender[0] ? st->sender : "<>");
	for (size_t i = 0; i < st->nrcpts; i++)
		word(s, i == 0 ? " --to " : ",", st->rcpt[i]);
	if (!st->data)
		screen_print(s, " --quit-after %s",
		    st->nrcpts	     ? "RCPT" :
			st->mail     ? "MAIL" :
			st->auth     ? "AUTH" :
			st->starttls ? "TLS" :
			st->helo[0]  ? "HELO" :
				       "CONNECT");
	screen_print(s, "\n");
}

static void
as_curl(struct screen *s, const struct story *st)
{
	char url[2 * TEXT + 64];

	snprintf(url, sizeof url, "%s://%s:%u/%s", st->implicit ? "smtps" : "smtp", st->host,
	    st->port, st->helo);
	word(s, "curl -v --url ", url);
	if (st->starttls)
		screen_print(s, " --ssl-reqd");
	if (st->auth) {
		screen_print(s, " --user USER");
		word(s, " --login-options AUTH=", st->mechanism);
	}
	if (st->mail && st->nrcpts > 0) {
		word(s, " --mail-from ", st->sender);
		for (size_t i = 0; i < st->nrcpts; i++)
			word(s, " --mail-rcpt ", st->rcpt[i]);
		screen_print(s, " --upload-file MESSAGE");
	}
	screen_print(s, "\n");
}

static void
as_openssl(struct screen *s, const struct story *st)
{
	char at[TEXT + 16];
	struct addr literal;

	snprintf(at, sizeof at, strchr(st->host, ':') ? "[%s]:%u" : "%s:%u", st->host, st->port);
	word(s, "openssl s_client -crlf -nocommands -connect ", at);
	if (!st->implicit)
		screen_print(s, " -starttls smtp");
	if (!st->implicit && st->helo[0])
		word(s, " -name ", st->helo);
	screen_print(s, " -verify_return_error");
	if (addr_parse(&literal, span_of(st->host), 0)) {
		word(s, " -verify_ip ", st->host);
	} else {
		word(s, " -verify_hostname ", st->host);
		word(s, " -servername ", st->host);
	}
	screen_print(s, "\n");
}

static void
as_run(struct prompt *p, void *state, struct span args)
{
	static const struct {
		const char *name;
		void (*print)(struct screen *, const struct story *);
	} tools[] = {
		{ "swaks", as_swaks },
		{ "curl", as_curl },
		{ "openssl", as_openssl },
	};
	struct story *st = state;
	bool any = false;

	if (!st->open) {
		prompt_note(p, "there was no connection yet");
		return;
	}
	if (st->port == 0)
		st->port = 25;
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
		if (args.len == 0 || span_eq(args, span_of(tools[i].name))) {
			tools[i].print(p->screen, st);
			any = true;
		}
	if (!any)
		prompt_problem(p, "/as: want swaks, curl or openssl");
}

const struct prompt_command prompt_as = {
	.name = "as",
	.group = GROUP_FILES,
	.args = "[swaks|curl|openssl]",
	.help = "Print this session as another tool's command line",
	.state_size = sizeof(struct story),
	.run = as_run,
	.on_event = as_on_event,
};
