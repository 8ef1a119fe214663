/* secrets - what may be shown, and what may be sent. */
#include "run/session/secrets.h"

#include "smtp/auth.h"

void
secrets_release(struct secrets *x)
{
	secrecy_release(&x->secrecy);
	secret_release(&x->unfinished);
	arena_release(&x->shown);
}

/* ---- what may be shown */

struct span
secrets_shown(struct secrets *x, struct span octets)
{
	arena_reset(&x->shown);
	return secrecy_shown(&x->secrecy, &x->shown, octets);
}

struct reply
secrets_shown_reply(struct secrets *x, const struct reply *r, struct arena *arena)
{
	struct reply shown = *r;

	shown.raw = secrecy_shown(&x->secrecy, arena, r->raw);
	if (shown.raw.at == r->raw.at)
		return shown;
	shown.line = ARENA_ARRAY(arena, struct span, r->nlines);
	for (size_t i = 0; i < r->nlines; i++)
		if (r->line[i].len > 0)
			shown.line[i] = (struct span){ shown.raw.at + (r->line[i].at - r->raw.at),
				r->line[i].len };
	return shown;
}

void
secrets_learn(struct secrets *x, const struct reply *r)
{
	for (size_t i = 0; i < r->nlines; i++)
		secrecy_received(&x->secrecy, r->code, r->line[i]);
}

struct span
secrets_piece(struct secrets *x, struct span piece, enum dialogue_mode mode, struct arena *arena)
{
	bool answer = mode == MODE_ANSWER, first = x->unfinished.len == 0,
	     over = piece.len > 0 && piece.at[piece.len - 1] == '\n';
	struct span whole = piece, shown = piece;

	if (mode == MODE_MESSAGE)
		return secrecy_shown(&x->secrecy, arena, piece);
	if (!first)
		whole = arena_printf(
		    arena, "%.*s%.*s", SPAN_ARG(secret_span(&x->unfinished)), SPAN_ARG(piece));
	if (secrecy_conceals(&x->secrecy, whole, answer))
		shown = first && verb_of(whole, NULL) == VERB_AUTH ?
		    SPAN("AUTH <secret>") :
		    arena_printf(arena, "<secret, %zu octets>", piece.len);
	if (over)
		secrecy_sent(&x->secrecy, span_trim(whole), answer, arena);
	if (over || whole.len > AUTH_RESPONSE_MAX)
		secret_release(&x->unfinished);
	else
		secret_set(&x->unfinished, whole);
	return secrecy_shown(&x->secrecy, arena, shown);
}

/*
 * How much a server remembers of its client's secrets: in all, and of one line. Nothing is shown of
 * a longer line.
 */
enum { SERVER_MASK_MAX = 1 << 15, SERVER_RESPONSE_MAX = 4096 };

struct span
secrets_of_client(struct secrets *x, const struct conv_event *e, struct arena *arena)
{
	bool answer = e->kind == CONV_ANSWER;
	struct span line = e->text;
	size_t same = 0;

	if (x->secrecy.mask.n > SERVER_MASK_MAX)
		mask_release(&x->secrecy.mask);
	if (line.len > SERVER_RESPONSE_MAX && secrecy_conceals(&x->secrecy, line, answer))
		return arena_printf(
		    arena, "<%s, %zu octets>", answer ? "answer" : "secret", line.len);
	struct span shown = secrecy_sent(&x->secrecy, line, answer, arena);
	if (shown.at == line.at)
		return secrecy_shown(&x->secrecy, arena, line);
	while (same < line.len && same < shown.len && line.at[same] == shown.at[same])
		same++;
	return arena_printf(arena, "%.*s<%s, %zu octets>", SPAN_ARG(span_first(line, same)),
	    answer ? "answer" : "secret", line.len - same);
}

/* ---- what may be sent */

/*
 * Returns whether TLS was requested. If STARTTLS is then stripped on the way, the session must not
 * continue without it (RFC 3207 6).
 */
static bool
needs_tls(const struct confidant *c)
{
	enum target_tls asked = c->asked ? c->asked : c->target->tls;

	return c->auth->needs_tls || c->dane_required || asked == TARGET_TLS_STARTTLS ||
	    asked == TARGET_TLS_IMPLICIT;
}

/*
 * The command line's secrets are for its target alone. If it names none, a script must not choose
 * one that is not on this machine.
 */
bool
secrets_are_meant_for(const struct confidant *c, struct err *err)
{
	const struct target *meant = c->auth->target;

	if (c->auth->anywhere || c->target->kind == TARGET_DEMO ||
	    (meant && target_is_same(meant, c->target)))
		return true;
	if (c->chosen_by_script && (meant || !c->local))
		return err_set(err, ERR_USAGE,
		    "secrets are sent only to the target of the command line, and a script may not "
		    "choose another (allow it with replay --allow-hosts)");
	return !meant ||
	    err_set(err, ERR_TLS,
		"the password was given for %.*s and is not sent to another server",
		SPAN_ARG(meant->text));
}

bool
secrets_may_leave(const struct confidant *c, enum secret_from from, bool forced, struct err *err)
{
	if (!c->connected)
		return err_set(err, ERR_CONNECT, "not connected");
	if (from == SECRET_GIVEN && !secrets_are_meant_for(c, err))
		return false;
	if (!c->tls && needs_tls(c))
		return err_set(
		    err, ERR_TLS, "credentials not sent without TLS, since TLS was requested");
	if (c->auth->insecure || forced || c->target->kind == TARGET_DEMO || c->local)
		return true;
	if (!c->tls)
		return err_set(err, ERR_TLS,
		    "credentials not sent without TLS: use /starttls or --tls first, or force it "
		    "(--auth-insecure%s)",
		    c->ours ? ", /auth insecure" : "");
	if (c->tls->name_from_file || c->trusted_by_script)
		return err_set(err, ERR_TLS,
		    "credentials not sent: the server is trusted only because of the script, which "
		    "chose the CA, the name or the TLS version; set them with --ca, --sni and "
		    "--min-tls, or force it with --auth-insecure");
	return tls_is_trusted(c->tls) ||
	    err_set(err, ERR_TLS,
		"credentials not sent, since certificate verification failed: %.*s; trust its "
		"issuer with --ca FILE, or force it with --auth-insecure",
		SPAN_ARG(c->tls->nproblems ? c->tls->problem[0].text :
					     SPAN("the host name was not verified")));
}
