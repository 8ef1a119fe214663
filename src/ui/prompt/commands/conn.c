/* /conn - lists the sessions, and selects the one that lines are typed to. */
#include "base/text.h"
#include "ui/prompt/prompt.h"

static const char *
state_word(const struct session_view *v)
{
	if (v->state == SESSION_CLOSED)
		return "closed";
	if (v->state == SESSION_OPENING)
		return "connecting";
	if (v->dialogue.mode == MODE_MESSAGE)
		return "in a message";
	return v->dialogue.mail	      ? "in a transaction" :
	    v->dialogue.authenticated ? "logged in" :
					"open";
}

static void
conn_list(struct prompt *p, unsigned used)
{
	for (unsigned n = 1; n <= PLAYER_SESSIONS; n++) {
		struct session_view v = player_view_of(p->player, n);
		if (v.number == 0)
			continue;
		struct span host = v.host.len ? text_safe(&p->screen->arena, v.host) :
						SPAN("not opened yet");
		prompt_note(p, "%s#%u  %.*s, %s%s%.*s", n == used ? "* " : "  ", n, SPAN_ARG(host),
		    state_word(&v), v.tls ? ", " : "", v.tls ? (int)v.tls->version.len : 0,
		    v.tls ? v.tls->version.at : "");
	}
	prompt_note(p, "/conn N switches to session N");
}

/* A new session connects to the target of the previous one. */
static void
conn_begin(struct prompt *p, unsigned n, const struct target *target)
{
	if (target)
		player_open(p->player, target);
	else
		prompt_note(p, "session %u: not connected; use /open TARGET", n);
}

static void
conn_run(struct prompt *p, void *state, struct span args)
{
	struct session_view v = player_view(p->player);
	unsigned long long n = 0;

	(void)state;
	if (args.len == 0) {
		conn_list(p, v.number);
		return;
	}
	if (!span_number(args, PLAYER_SESSIONS, &n) || n == 0) {
		prompt_problem(p, "/conn: expected the number of a session, 1 to "
		    "%d", PLAYER_SESSIONS);
		return;
	}
	bool fresh = player_view_of(p->player, (unsigned)n).number == 0;
	if (!player_use(p->player, (unsigned)n)) {
		prompt_problem(p, "/conn: waiting for session %u; ^C cancels", v.number);
		return;
	}
	if (fresh && !p->screen->numbered)
		prompt_note(p,
		    "changes by /set, /timeout, /tls, /helo, /early and /write apply to all "
		    "sessions");
	p->screen->numbered = true;
	if (fresh)
		conn_begin(p, (unsigned)n, v.target);
}

const struct prompt_command prompt_conn = {
	.name = "conn",
	.group = GROUP_CONNECTION,
	.args = "[SESSION]",
	.help = "Switch to another session, up to nine; alone: list them",
	.run = conn_run,
};
