/*
 * /as - prints this session as the command line of another tool, with the same outcome. Secrets are
 * left out; the tool asks for them.
 */
#include "ui/prompt/commands/as.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/text.h"
#include "run/message/message.h"
#include "ui/prompt/commands/list.h"

enum { RCPTS = 50, TEXT = 320, MESSAGE_KEPT = 4096 };

struct story {
	char host[TEXT], helo[TEXT], sender[TEXT], mechanism[64], path[TEXT], sni[TEXT];
	char rcpt[RCPTS][TEXT];
	size_t nrcpts;
	unsigned port;
	enum target_kind kind;
	enum verb hello;
	bool open, mail, data, auth, refused; /* refused: a recipient was rejected */
	bool implicit, starttls, greeted, verified;
	struct buf message; /* as it was sent, while it fits */
	bool message_lost;
};

static void
as_keep(char *out, size_t size, struct span s)
{
	snprintf(out, size, "%.*s", SPAN_ARG(span_first(s, size - 1)));
}

/* Returns the address in "FROM:<a@b> SIZE=1". */
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
		st->hello = verb_of(line, NULL);
		as_keep(st->helo, sizeof st->helo, span_trim(args));
		break;
	case VERB_MAIL:
		st->mail = true;
		st->data = st->refused = st->message_lost = false;
		st->nrcpts = 0;
		buf_consume(&st->message, buf_span(&st->message).len);
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

/* Keeps a message that was sent in one piece. */
static void
as_read(struct story *st, const struct message *m)
{
	struct message_reader reader = { 0 };
	char piece[512];
	struct err err;
	size_t n = 0;

	while (!st->message_lost && message_read(m, &reader, piece, sizeof piece, &n, &err) &&
	    n > 0)
		st->message_lost = !buf_append(&st->message, (struct span){ piece, n });
}

static void
as_message(struct story *st, const struct event *e)
{
	st->message.max = MESSAGE_KEPT;
	if (e->sent.kind == SENT_OCTETS && e->sent.message && !e->sent.chunked)
		as_read(st, e->sent.message);
	else if (e->sent.kind == SENT_OCTETS)
		st->message_lost = true;
	else if (e->sent.kind == SENT_TEXT && !span_eq(e->sent.text, SPAN(".")))
		st->message_lost |= !buf_append(&st->message,
					span_starts(e->sent.text, SPAN("..")) ?
					    span_skip(e->sent.text, 1) :
					    e->sent.text) ||
		    !buf_append(&st->message, SPAN("\r\n"));
}

static void
as_connected(struct prompt *p, struct story *st, const struct event *e)
{
	const struct target *target = player_view(p->player).target;

	buf_release(&st->message);
	*st = (struct story){ .open = true, .port = addr_port(&e->connected.peer) };
	as_keep(st->host, sizeof st->host, e->connected.host);
	if (!target)
		return;
	st->kind = target->kind;
	as_keep(st->path, sizeof st->path, target->host);
}

static void
as_on_event(struct prompt *p, void *state, const struct event *e)
{
	struct story *st = state;

	switch (e->kind) {
	case EVENT_CONNECTED:
		as_connected(p, st, e);
		break;
	case EVENT_TLS:
		*(st->greeted ? &st->starttls : &st->implicit) = true;
		st->verified = tls_is_trusted(e->shaken.info);
		as_keep(st->sni, sizeof st->sni, e->shaken.info->sni);
		break;
	case EVENT_REPLY:
		st->greeted = true;
		st->refused |= e->answer.verb == VERB_RCPT && e->err != ERR_NONE;
		break;
	case EVENT_SENT:
		if (e->sent.kind == SENT_COMMAND || e->sent.kind == SENT_SECRET)
			as_sent(st, e->sent.text);
		else
			as_message(st, e);
		break;
	default:
		break;
	}
}

static void
as_release(void *state)
{
	struct story *st = state;

	buf_release(&st->message);
}

/* Appends a word for a shell, in single quotes where needed. */
static void
word(struct buf *out, const char *before, const char *text)
{
	struct arena arena = { 0 };
	struct span safe = text_safe(&arena, span_of(text));
	bool plain = safe.len > 0;

	for (size_t i = 0; i < safe.len; i++)
		plain &= safe.at[i] > 0 &&
		    (strchr("@%+=:,./-_", safe.at[i]) || ascii_is_alnum(safe.at[i]));
	buf_printf(out, "%s%s", before, plain ? "" : "'");
	for (size_t i = 0; i < safe.len; i++)
		buf_printf(out, safe.at[i] == '\'' ? "'\\''" : "%c", safe.at[i]);
	buf_printf(out, "%s", plain ? "" : "'");
	arena_release(&arena);
}

static bool
has_tls(const struct story *st)
{
	return st->implicit || st->starttls;
}

/* Appends an option with the user name, or with USER where it is not known. */
static void
as_user(struct prompt *p, struct buf *out, const char *before)
{
	const char *user = p->options->session.auth.user;

	word(out, before, user ? user : "USER");
}

/* Returns whether the message can be part of a command line, with \n for its line endings. */
static bool
is_short_message(const struct story *st)
{
	struct span m = buf_span(&st->message);

	for (size_t i = 0; i < m.len; i++)
		if (m.at[i] == '\\' || m.at[i] == '%' ||
		    ((m.at[i] < ' ' || m.at[i] > '~') && m.at[i] != '\r' && m.at[i] != '\n'))
			return false;
	return !st->message_lost && m.len > 0 && m.at[0] != '@';
}

/* Appends 'Subject: x\n\ntext\n' for a shell. */
static void
put_message(struct buf *out, const struct story *st, const char *end)
{
	struct span m = buf_span(&st->message);

	buf_printf(out, "'");
	for (size_t i = 0; i < m.len; i++)
		if (m.at[i] == '\n')
			buf_printf(out, "%s", end);
		else if (m.at[i] != '\r')
			buf_printf(out, m.at[i] == '\'' ? "'\\''" : "%c", m.at[i]);
	buf_printf(out, "'");
}

static void
note_message(struct prompt *p, const struct story *st)
{
	if (st->data && !is_short_message(st))
		prompt_note(p, "save the message as message.eml; it is too long to show here");
}

static bool
as_swaks(struct prompt *p, const struct story *st, struct buf *out)
{

	if (st->kind == TARGET_UNIX || st->kind == TARGET_PIPE) {
		word(out, st->kind == TARGET_UNIX ? "swaks --socket " : "swaks --pipe ", st->path);
	} else {
		word(out, "swaks --server ", st->host);
		buf_printf(out, " --port %u", st->port);
	}
	if (st->hello == VERB_LHLO || st->hello == VERB_HELO)
		buf_printf(out, " --protocol %s", st->hello == VERB_LHLO ? "LMTP" : "SMTP");
	if (st->helo[0])
		word(out, " --ehlo ", st->helo);
	if (has_tls(st))
		buf_printf(out, st->implicit ? " --tls-on-connect" : " --tls");
	if (has_tls(st) && p->env->tls.cert && p->env->tls.key) {
		word(out, " --tls-cert ", p->env->tls.cert);
		word(out, " --tls-key ", p->env->tls.key);
	}
	if (st->auth) {
		as_user(p, out, " --auth-user ");
		word(out, " --auth ", st->mechanism);
	}
	if (st->mail)
		word(out, " --from ", st->sender[0] ? st->sender : "<>");
	for (size_t i = 0; i < st->nrcpts; i++)
		word(out, i == 0 ? " --to " : ",", st->rcpt[i]);
	if (st->data && is_short_message(st)) {
		buf_printf(out, " --data ");
		put_message(out, st, "\\n");
	} else if (st->data) {
		buf_printf(out, " --data @message.eml");
	} else {
		buf_printf(out, " --quit-after %s",
		    st->nrcpts	    ? "RCPT" :
			st->mail    ? "MAIL" :
			st->auth    ? "AUTH" :
			has_tls(st) ? "TLS" :
			st->helo[0] ? "HELO" :
				      "CONNECT");
	}
	buf_printf(out, "\n");
	note_message(p, st);
	return true;
}

/* Writes an address with colons as "[::1]". */
static void
as_host(const char *host, char out[TEXT + 2])
{
	snprintf(out, TEXT + 2, strchr(host, ':') ? "[%s]" : "%s", host);
}

static bool
as_curl(struct prompt *p, const struct story *st, struct buf *out)
{
	char url[2 * TEXT + 64], host[TEXT + 2], there[2 * TEXT];
	bool other = st->sni[0] && strcmp(st->sni, st->host) != 0;

	if (st->kind == TARGET_UNIX || st->kind == TARGET_PIPE ||
	    st->hello == VERB_LHLO) {
		prompt_note(p, "curl supports SMTP to a host only");
		return false;
	}
	as_host(other ? st->sni : st->host, host);
	snprintf(url, sizeof url, "%s://%s:%u/%s", st->implicit ? "smtps" : "smtp", host, st->port,
	    st->helo);
	if (st->data && is_short_message(st)) {
		buf_printf(out, "printf ");
		put_message(out, st, "\\r\\n");
		buf_printf(out, " | ");
	}
	/* -g: brackets are literal */
	word(out, strchr(url, '[') ? "curl -v -g --url " : "curl -v --url ", url);
	as_host(st->host, host);
	snprintf(there, sizeof there, "::%s:%u", host, st->port);
	if (other)
		word(out, " --connect-to ", there);
	if (st->starttls)
		buf_printf(out, " --ssl-reqd");
	if (has_tls(st) && !st->verified)
		buf_printf(out, " -k");
	if (has_tls(st) && st->verified && p->env->tls.ca)
		word(out, " --cacert ", p->env->tls.ca);
	if (has_tls(st) && p->env->tls.cert && p->env->tls.key) {
		word(out, " --cert ", p->env->tls.cert);
		word(out, " --key ", p->env->tls.key);
	}
	if (st->auth) {
		as_user(p, out, " --user ");
		word(out, " --login-options AUTH=", st->mechanism);
	}
	if (st->mail && st->nrcpts > 0 && st->data) {
		/* curl 8 rejects an empty argument; it sends this one as the null sender too */
		word(out, " --mail-from ", st->sender[0] ? st->sender : "<>");
		for (size_t i = 0; i < st->nrcpts; i++)
			word(out, " --mail-rcpt ", st->rcpt[i]);
		if (st->refused && st->nrcpts > 1)
			buf_printf(out, " --mail-rcpt-allowfails");
		buf_printf(out, " --upload-file %s", is_short_message(st) ? "-" : "message.eml");
	}
	buf_printf(out, "\n");
	if (!st->data && st->mail)
		prompt_note(p, "curl sends HELP instead of an envelope without a message");
	note_message(p, st);
	return true;
}

static bool
as_openssl(struct prompt *p, const struct story *st, struct buf *out)
{
	char at[TEXT + 16], host[TEXT + 2];
	enum verify asked = p->options->session.verify;
	struct addr literal;

	if (st->kind == TARGET_PIPE || !has_tls(st)) {
		prompt_note(p, "openssl s_client requires TLS, which this session did not use");
		return false;
	}
	as_host(st->host, host);
	snprintf(at, sizeof at, "%s:%u", host, st->port);
	buf_printf(out, "openssl s_client -crlf -nocommands");
	if (st->kind == TARGET_UNIX)
		word(out, " -unix ", st->path);
	else
		word(out, " -connect ", at);
	if (!st->implicit)
		buf_printf(out, " -starttls %s", st->hello == VERB_LHLO ? "lmtp" : "smtp");
	if (!st->implicit && st->helo[0])
		word(out, " -name ", st->helo);
	if (asked == VERIFY_CHAIN || asked == VERIFY_NAME)
		buf_printf(out, " -verify_return_error");
	if (st->kind == TARGET_UNIX)
		;
	else if (addr_parse(&literal, span_of(st->host), 0))
		word(out, " -verify_ip ", st->host);
	else
		word(out, " -verify_hostname ", st->sni[0] ? st->sni : st->host);
	if (st->sni[0])
		word(out, " -servername ", st->sni);
	else
		buf_printf(out, " -noservername");
	if (p->env->tls.ca)
		word(out, " -CAfile ", p->env->tls.ca);
	if (p->env->tls.cert && p->env->tls.key) {
		word(out, " -cert ", p->env->tls.cert);
		word(out, " -key ", p->env->tls.key);
	}
	buf_printf(out, "\n");
	return true;
}

static const struct {
	const char *name;
	/* appends one line; false: the tool cannot do that, which was noted */
	bool (*print)(struct prompt *, const struct story *, struct buf *);
} tools[] = {
	{ "swaks", as_swaks },
	{ "curl", as_curl },
	{ "openssl", as_openssl },
};

bool
as_command(struct prompt *p, struct span tool, struct buf *out)
{
	struct story *st = prompt_state(p, &prompt_as);
	bool known = false, any = false;

	if (!st->open || st->kind == TARGET_DEMO) {
		prompt_note(p,
		    st->open ? "demo: runs inside this process, where no other program can reach "
		        "it; smtpsh serve listens on a port" :
			       "no connection yet");
		return false;
	}
	if (st->port == 0)
		st->port = 25;
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		if (tool.len > 0 && !span_eq(tool, span_of(tools[i].name)))
			continue;
		known = true;
		any |= tools[i].print(p, st, out);
	}
	if (!known)
		prompt_problem(p, "/as: expected swaks, curl or openssl");
	return any;
}

static void
as_run(struct prompt *p, void *state, struct span args)
{
	struct buf out = { .max = 64 << 10 };

	(void)state;
	if (as_command(p, args, &out))
		screen_print(p->screen, "%.*s", SPAN_ARG(buf_span(&out)));
	buf_release(&out);
}

const struct prompt_command prompt_as = {
	.name = "as",
	.group = GROUP_FILES,
	.args = "[swaks|curl|openssl]",
	.help = "Print this session as another tool's command line",
	.at_once = true,
	.state_size = sizeof(struct story),
	.run = as_run,
	.on_event = as_on_event,
	.release = as_release,
};
