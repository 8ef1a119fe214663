/*
 * serve_show - clients as a user watches them. The marks are those of a script, so that the output
 * can be copied into one.
 */
#include "ui/show/serve_show.h"

static void
show_refusals(struct screen *s, const struct mta_refusal *list)
{
	for (const struct mta_refusal *r = list; r && r->who.len; r++) {
		screen_print(s, "#   %s ", mta_stage(r->stage)->shown);
		screen_put(s, r->who);
		screen_print(
		    s, "%s  ", r->stage == MTA_HELO || span_has(r->who, '@') ? "" : "@...");
		screen_put(s, r->reply);
		screen_print(s, "\n");
	}
}

void
serve_show_rules(struct screen *s, const struct mta_refusal *own, bool demo_account, bool keeps)
{
	screen_ink(s, INK_DIM);
	if (demo_account)
		screen_print(
		    s, "# AUTH: user " MTA_USER ", password " MTA_PASSWORD "\n");
	screen_print(
	    s, "# rejected on purpose (all else is accepted%s):\n", keeps ? "" : " and discarded");
	show_refusals(s, own);
	show_refusals(s, mta_refusals);
	screen_print(s, "# ^C stops the server\n");
	screen_ink(s, INK_PLAIN);
	fflush(s->out);
}

static void
mark(struct screen *s, const struct event *e, char who, enum ink ink)
{
	screen_ink(s, ink);
	if (e->session > 1)
		screen_print(s, "%c%u: ", who, e->session);
	else
		screen_print(s, "%c: ", who);
	screen_ink(s, INK_PLAIN);
}

static void
show_message_lines(struct screen *s, const struct event *e, char who, enum ink ink)
{
	struct span rest = e->text, line;

	do {
		if (!span_line(&rest, &line))
			line = SPAN_NONE;
		mark(s, e, who, ink);
		screen_put(s, line);
		screen_print(s, "\n");
	} while (rest.len > 0);
}

static void
show_serve_note(struct screen *s, const struct event *e, const char *before, struct span text)
{
	screen_ink(s, INK_DIM);
	screen_print(s, "# client %u %s", e->session, before);
	screen_put(s, text);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "\n");
}

static void
show_message(struct screen *s, const struct event *e)
{
	screen_ink(s, INK_DIM);
	screen_print(s, "# client %u sent a message of %llu octets from <", e->session,
	    (unsigned long long)e->message.octets);
	screen_put(s, e->message.from);
	screen_print(
	    s, "> to %zu recipient%s\n", e->message.nrcpts, e->message.nrcpts == 1 ? "" : "s");
	screen_ink(s, INK_PLAIN);
}

void
serve_show_event(struct screen *s, const struct event *e)
{
	static const char *const closed[] = {
		[CLOSED_BY_US] = "disconnected",
		[CLOSED_BY_PEER] = "closed the connection",
		[CLOSED_RESET] = "reset the connection",
		[CLOSED_TRUNCATED] = "closed the connection without ending TLS (no close_notify)",
	};
	char peer[ADDR_TEXT];

	switch (e->kind) {
	case EVENT_CONNECTED:
		show_serve_note(s, e, "connected ", span_of(addr_text(&e->connected.peer, peer)));
		break;
	case EVENT_COMMAND:
		show_message_lines(s, e, 'C', INK_SENT);
		break;
	case EVENT_ANSWERED:
		show_message_lines(
		    s, e, 'S', e->text.len && e->text.at[0] > '3' ? INK_BAD : INK_GOOD);
		break;
	case EVENT_MESSAGE:
		show_message(s, e);
		break;
	case EVENT_TLS:
		show_serve_note(s, e, "started TLS: ", e->shaken.info->version);
		break;
	case EVENT_PROBLEM: case EVENT_NOTE:
		show_serve_note(s, e, "", e->text);
		break;
	case EVENT_CLOSED:
		show_serve_note(s, e, closed[e->closed.by], SPAN_NONE);
		break;
	default:
		break;
	}
	arena_reset(&s->arena);
	fflush(s->out);
}
