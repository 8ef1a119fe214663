/*
 * /copy - copies a text to the terminal's clipboard (OSC 52): the last reply, this session as
 * another tool's command, or the server's certificate.
 */
#include <stdio.h>

#include "base/base64.h"
#include "base/text.h"
#include "ui/prompt/commands/as.h"
#include "ui/prompt/commands/last.h"

/* xterm accepts at most 100,000 bytes of base64. */
enum { COPY_MAX = 74000 };

/* Control characters are replaced: they could affect the terminal where the text is pasted. */
static bool
copy_last(struct prompt *p, struct span args, struct buf *out)
{
	const struct last_reply *m = last_reply(p, 1);
	struct span rest = m && m->reply ? m->reply->raw : SPAN_NONE, line;

	(void)args;
	if (rest.len == 0)
		prompt_note(p, "no reply received yet");
	while (span_line(&rest, &line)) {
		text_safe_to(out, line);
		buf_append(out, SPAN("\n"));
	}
	return buf_span(out).len > 0;
}

static bool
copy_as(struct prompt *p, struct span args, struct buf *out)
{
	struct span tool = span_word(&args);

	return as_command(p, tool.len > 0 ? tool : SPAN("swaks"), out);
}

static bool
copy_cert(struct prompt *p, struct span args, struct buf *out)
{
	const struct tls_info *tls = player_view(p->player).tls;

	(void)args;
	if (!tls || tls->der.len == 0) {
		prompt_note(p, "the server has not presented a certificate; use /starttls");
		return false;
	}
	base64_pem(out, "CERTIFICATE", tls->der);
	return buf_span(out).len > 0;
}

static const struct {
	const char *name, *what;
	/* false: there is none, and the reason was printed */
	bool (*gather)(struct prompt *, struct span args, struct buf *);
} things[] = {
	{ "last", "the last reply", copy_last },
	{ "as", "the command", copy_as },
	{ "cert", "the certificate", copy_cert },
};

static void
copy_give(struct prompt *p, const char *what, struct span text)
{
	struct screen *s = p->screen;
	struct span base64 = base64_encode(&s->arena, text);

	if (s->hide)
		s->hide(s->hide_ctx);
	fprintf(s->out, "\033]52;c;%.*s\a", SPAN_ARG(base64));
	prompt_note(p, "copied %s, %zu bytes, to the terminal's clipboard (OSC 52)", what,
	    text.len);
}

static void
copy_run(struct prompt *p, void *state, struct span args)
{
	struct span name = span_word(&args);
	struct buf text = { .max = COPY_MAX };
	size_t i = 0;

	(void)state;
	if (name.len == 0)
		name = span_of(things[0].name);
	while (i < sizeof things / sizeof *things && !span_eq(name, span_of(things[i].name)))
		i++;
	if (i == sizeof things / sizeof *things)
		prompt_problem(p, "/copy: expected last, as or cert");
	else if (!p->screen->able)
		prompt_problem(p, "/copy: this terminal (TERM) does not support escape sequences");
	else if (things[i].gather(p, args, &text))
		copy_give(p, things[i].what, buf_span(&text));
	buf_release(&text);
}

const struct prompt_command prompt_copy = {
	.name = "copy",
	.group = GROUP_FILES,
	.args = "[last|as|cert] [swaks|curl|openssl]",
	.help = "Copy the last reply, this session as another tool's command, or the server's "
		"certificate to the terminal's clipboard",
	.at_once = true,
	.run = copy_run,
};
