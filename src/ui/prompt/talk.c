/* talk - handles a line when its turn comes. */
#include "ui/prompt/talk.h"

#include "base/text.h"
#include "smtp/auth.h"
#include "smtp/secrecy.h"
#include "ui/options/config.h"

/* Prints what was found. Returns false when that prevents the line from being sent. */
static bool
talk_print_findings(struct talk *t, struct buf *found)
{
	struct span all = buf_span(found), line;
	bool strict = t->commands.options->strict && all.len > 0;

	while (span_line(&all, &line)) {
		if (strict)
			prompt_problem(&t->commands, "%.*s", SPAN_ARG(line));
		else
			prompt_warn(&t->commands, line);
	}
	if (strict)
		prompt_note(&t->commands, "/set strict off sends such a line anyway");
	buf_release(found);
	return !strict;
}

/*
 * Returns whether AUTH with more than a mechanism occurs anywhere in the line: among the bytes for
 * /raw, or after a typing error.
 */
static bool
is_auth_line(struct span line)
{
	bool command = span_starts_case(line, SPAN("/auth"));		/* [MECH] [USER] */

	while (line.len > 0) {
		struct span word = span_word(&line), rest = line, mech = span_word(&rest);
		if (word.len < 4 || !span_eq_case(span_skip(word, word.len - 4), SPAN("AUTH")))
			continue;
		if (command && mechanism_ours(mech))
			span_word(&rest);
		return rest.len > 0 || span_has(mech, '\\');
	}
	return false;
}

/* A secret must not be kept: a response, a password= word, a URL that may contain one. */
bool
talk_may_keep(struct span line)
{
	struct secrecy nothing = { 0 };

	if (is_auth_line(line) || secrecy_conceals(&nothing, line, false))
		return false;
	if (span_find(line, SPAN(" password=")).len > 0)
		return false;
	return span_find(line, SPAN("://")).len == 0 || !span_has(line, '@');
}

static void
talk_remember(struct talk *t, struct span line)
{
	if (!talk_may_keep(line))
		return;
	edit_remember(t->edit, line);
	history_add(&t->history, line);
}

/* Takes the last line, without its LF. */
static bool
last_line(struct span *all, struct span *line)
{
	size_t n = all->len;

	if (n == 0)
		return false;
	n -= all->at[n - 1] == '\n';
	*line = span_first(*all, n);
	while (n > 0 && all->at[n - 1] != '\n')
		n--;
	*line = span_skip(*line, n);
	*all = span_first(*all, n);
	return true;
}

/* Returns the rest of the newest line that begins with this one. */
struct span
talk_ghost(struct talk *t, struct span line)
{
	struct span rest = buf_span(&t->history.lines), earlier;
	bool slash = line.len > 0 && line.at[0] == '/';

	if (line.len == 0 ||
	    (player_view(t->commands.player).dialogue.mode != MODE_COMMAND && !slash))
		return SPAN_NONE;
	while (last_line(&rest, &earlier))
		if (earlier.len > line.len && span_starts(earlier, line) && text_is_safe(earlier) &&
		    talk_may_keep(earlier))
			return span_skip(earlier, line.len);
	return SPAN_NONE;
}

/*
 * Credentials should be sent over verified TLS only; loopback and the built-in server count as
 * such. Otherwise the user is asked once: the line comes back, and is sent when entered again.
 */
static bool
confirm_auth(struct talk *t, const struct session_view *v, struct span line)
{
	bool trusted = (v->tls && tls_is_trusted(v->tls)) || v->local;
	struct span args;

	if (verb_of(line, &args) != VERB_AUTH || args.len == 0 || t->auth_confirmed || trusted ||
	    v->state != SESSION_OPEN)
		return true;
	t->auth_confirmed = true;
	prompt_problem(&t->commands,
	    "AUTH would be sent %s; Enter sends it anyway, ^C cancels",
	    v->tls ? "over TLS with an unverified certificate" :
		     "in the clear, readable on the network");
	return false;
}

static void
note_marker(struct talk *t, struct span line)
{
	struct span mark = lint_marker(line);

	if (mark.len > 0)
		prompt_warn(&t->commands,
		    arena_printf(&t->commands.screen->arena,
			"\"%.*s\" before a line has no meaning here; it was sent as typed",
			SPAN_ARG(mark)));
}

/* Words that quit other programs or ask for their version: here they are sent to the server. */
static void
note_not_ours(struct talk *t, struct span line)
{
	static const struct {
		const char *word, *ours;
	} words[] = { { "exit", "use /quit or ^D to leave smtpsh" },
		{ ":q", "use /quit or ^D to leave smtpsh" }, { "bye", "use /quit or ^D to leave "
		    "smtpsh" },
		{ "version", "use /version for smtpsh's own" } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_eq_case(span_trim(line), span_of(words[i].word)))
			prompt_warn(&t->commands,
			    arena_printf(&t->commands.screen->arena,
				"\"%s\" was sent to the server; %s", words[i].word, words[i].ours));
}

static bool
command_turn(struct talk *t, struct span line)
{
	struct session_view v = player_view(t->commands.player);
	struct buf found = { .max = 4096 };
	bool slash = line.len > 0 && line.at[0] == '/' && !span_starts(line, SPAN("//"));

	t->message = (struct lint_message){ 0 };
	/* otherwise it may be a response that came too late */
	if (!v.auth_pending || slash || verb_of(line, NULL) != VERB_OTHER)
		talk_remember(t, line);
	if (slash || v.state != SESSION_OPEN)
		return true;
	if (!confirm_auth(t, &v, line))
		return false;
	note_marker(t, line);
	note_not_ours(t, line);
	lint_command(span_starts(line, SPAN("//")) ? span_skip(line, 1) : line, &v.dialogue,
	    v.extensions, &found);
	return talk_print_findings(t, &found);
}

struct span
talk_expand(struct talk *t, struct span line)
{
	bool bare = player_view(t->commands.player).state == SESSION_CLOSED;
	struct span name;

	if (cursor_is_command(line, &name) &&
	    config_alias(t->commands.options->config, name).len > 0)
		return line;
	return shorthand_expand(&t->written_out, t->commands.table, line, bare);
}

/* Nobody has read each of several pasted lines: none of them may run a program. */
static bool
talk_asks_shell(struct talk *t, struct span line)
{
	struct span command;

	if (!shell_is_asked(line, &command) && !shell_split(t->commands.table, &line, &command))
		return false;
	prompt_problem(&t->commands, "not run: programs are not run from pasted lines; type it");
	return true;
}

bool
talk_shell(struct talk *t, struct span *line)
{
	struct prompt *p = &t->commands;
	struct span command, name, whole = *line;

	if (shell_is_asked(*line, &command)) {
		shell_run(p, command);
		return true;
	}
	if (!shell_split(p->table, line, &command))
		return false;
	if (!shell_pipe_begin(&t->pipe, p, command)) {
		*line = whole;
		return true;
	}
	cursor_is_command(*line, &name);
	if (!prompt_find(p->table, name))
		return false;
	prompt_run(p, name, span_trim(span_skip(*line, 1 + name.len)));
	shell_pipe_end(&t->pipe, p);
	return true;
}

enum player_turn
talk_turn(struct talk *t, struct span *line, struct place place, enum dialogue_mode mode)
{
	struct session_view v = player_view(t->commands.player);
	struct buf found = { .max = 4096 };
	bool goes = true, typed = !place.file || place.file == place_pasted;

	shell_pipe_end(&t->pipe, &t->commands);
	t->commands.screen->echo = t->ahead > 0;
	if (t->ahead > 0)
		t->ahead--;
	/* Enter alone: an empty line is sent only from a file or a pipe */
	if (mode == MODE_COMMAND && typed && line->len == 0)
		return TURN_TAKEN;
	if (mode == MODE_COMMAND)
		goes = command_turn(t, *line);
	if (mode == MODE_COMMAND && typed)
		*line = talk_expand(t, *line);
	if (mode == MODE_COMMAND && !place.file && talk_shell(t, line))
		return TURN_TAKEN;
	if (mode == MODE_COMMAND && place.file == place_pasted && talk_asks_shell(t, *line))
		return TURN_TAKEN;
	if (mode == MODE_MESSAGE) {
		lint_text(&t->message, *line, v.extensions, &found);
		goes = talk_print_findings(t, &found);
	}
	return goes ? TURN_SEND : TURN_BACK;
}
