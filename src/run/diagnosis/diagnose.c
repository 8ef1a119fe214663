/*
 * diagnose - what is wrong with a session, by its facts: first what ended it, then what happened
 * before that, then what is worth a note. This order is also the ranking.
 */
#include "base/text.h"
#include "net/dns_words.h"
#include "run/diagnosis/diagnose_impl.h"

static void
set_waited(struct diagnosing *x, struct diagnosis *d, uint64_t ms)
{
	char text[24];

	if (ms == 0)
		return;
	text_limit(text, ms < 1000 ? ms : (ms + 50) / 100 * 100);	/* "6 s", not "5.998 s" */
	diagnosis_set(d, FIELD_WAITED, span_of(text), x->arena);
}

/* Sets the option that gives more time. */
static void
set_option(struct diagnosing *x, struct diagnosis *d)
{
	static const char *const options[AT_COUNT] = {
		[AT_CONNECT] = "--timeout connect=30s",
		[AT_TLS] = "--timeout tls=60s",
		[AT_GREETING] = "--timeout greeting=60s",
	};
	const char *own = options[d->place.stage];

	d->field[FIELD_OPTION] = x->f->late ? SPAN("a larger -t") :
	    own				    ? span_of(own) :
					      SPAN("--timeout reply=5m");
}

/* Sets the first line of what was received, cut. */
static void
set_octets(struct diagnosing *x, struct diagnosis *d)
{
	enum { OCTETS_MAX = 60 };
	struct span rest = x->f->octets, line = rest;

	span_line(&rest, &line);
	diagnosis_set(d, FIELD_OCTETS, span_trim(span_first(line, OCTETS_MAX)), x->arena);
	d->evidence = d->field[FIELD_OCTETS];
}

/* ---- octets that are not SMTP */

/* How servers of other protocols greet. */
static const struct {
	struct span begins;
	enum cause cause;
	const char *what;
} foreign[] = {
	{ SPAN_INIT("SSH-"), CAUSE_NOT_SMTP, "an SSH server" },
	{ SPAN_INIT("HTTP/"), CAUSE_NOT_SMTP, "a web server (HTTP)" },
	{ SPAN_INIT("<!DOCTYPE"), CAUSE_NOT_SMTP, "a web server (HTML)" },
	{ SPAN_INIT("<html"), CAUSE_NOT_SMTP, "a web server (HTML)" },
	{ SPAN_INIT("+OK"), CAUSE_MAILBOX_SERVER, "a POP3 server (RFC 1939)" },
	{ SPAN_INIT("* OK"), CAUSE_MAILBOX_SERVER, "an IMAP server (RFC 9051)" },
	{ SPAN_INIT("* PREAUTH"), CAUSE_MAILBOX_SERVER, "an IMAP server (RFC 9051)" },
	{ SPAN_INIT("* BYE"), CAUSE_MAILBOX_SERVER, "an IMAP server (RFC 9051)" },
	{ SPAN_INIT("RFB 0"), CAUSE_NOT_SMTP, "a VNC server" },
	{ SPAN_INIT("@RSYNCD:"), CAUSE_NOT_SMTP, "an rsync server" },
	{ SPAN_INIT("AMQP"), CAUSE_NOT_SMTP, "an AMQP server" },
	{ SPAN_INIT("-ERR"), CAUSE_NOT_SMTP, "a POP3 or Redis server" },
	{ SPAN_INIT("\xFF\xFB"), CAUSE_NOT_SMTP, "a telnet server" },
	{ SPAN_INIT("\xFF\xFD"), CAUSE_NOT_SMTP, "a telnet server" },
	{ SPAN_INIT("\x15\x03"), CAUSE_TLS_PORT, "a TLS alert" },
	{ SPAN_INIT("\x16\x03"), CAUSE_TLS_PORT, "a TLS handshake" },
};

static enum cause
foreign_server(struct span octets, const char **what)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (span_starts_case(octets, foreign[i].begins)) {
			*what = foreign[i].what;
			return foreign[i].cause;
		}
	*what = NULL;
	return CAUSE_NONE;
}

const char *
diagnose_foreign(struct span octets)
{
	const char *what;

	foreign_server(octets, &what);
	return what;
}

static bool
is_mostly(struct span s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.at[i] == c;
	return n >= 5 && n * 2 > s.len;
}

/* Diagnoses the form of the greeting. */
static void
diagnose_greeting(struct diagnosing *x)
{
	const struct reply *r = x->f->greeting;
	struct diagnosis *d;

	if (!r || r->nlines == 0)
		return;
	if (is_mostly(r->line[0], '*')) {
		diagnosing_add(x, CAUSE_GREETING_MASKED, AT_GREETING);
	} else if (r->code == 220 && span_find_case(r->line[0], SPAN("ftp")).len &&
	    !span_find_case(r->line[0], SPAN("smtp")).len) {
		d = diagnosing_add(x, CAUSE_NOT_SMTP, AT_GREETING);
		d->field[FIELD_WHAT] = SPAN("an FTP server (RFC 959)");
	} else if (r->code == 200 || r->code == 201) {
		d = diagnosing_add(x, CAUSE_NOT_SMTP, AT_GREETING);
		d->field[FIELD_WHAT] = SPAN("a news server (NNTP, RFC 3977)");
	}
}

/* ---- how it ended */

bool
smtp_port_is_tls(unsigned port)
{
	return port == 465 || port == 2465;
}

enum { PIECES_OF_A_TARPIT = 4 };

static void
diagnose_silence(struct diagnosing *x)
{
	const struct facts *f = x->f;
	struct diagnosis *d;

	if ((f->stage == AT_GREETING || f->before_greeting) && f->octets.len == 0) {
		bool tls = f->implicit_tls || f->dialogue.tls;
		d = diagnosing_add(x,
		    tls						   ? CAUSE_SILENT_IN_TLS :
			f->tls_probed || smtp_port_is_tls(f->port) ? CAUSE_TLS_PORT :
								     CAUSE_SILENT_PORT,
		    AT_GREETING);
		/* Port 25 never uses implicit TLS (RFC 8314 3). */
		if (d->cause == CAUSE_SILENT_PORT && f->port != 25) {
			diagnosis_set(d, FIELD_OTHER,
			    arena_printf(x->arena, "smtps://%.*s:%u",
				SPAN_ARG(d->field[FIELD_HOST]), f->port),
			    x->arena);
		}
		set_waited(x, d, f->waited_ms);
		set_option(x, d);
		return;
	}
	/* postscreen sends its first line at once and holds back the last one */
	bool held = f->stage == AT_GREETING && f->octets.at[f->octets.len - 1] == '\n';
	bool drops = f->octets.len > 0 && f->pieces >= PIECES_OF_A_TARPIT;
	d = diagnosing_add(x,
	    held		    ? CAUSE_GREETING_DELAY :
		drops		    ? CAUSE_TARPIT :
		f->octets.len > 0   ? CAUSE_REPLY_UNFINISHED :
		f->stage == AT_EHLO ? CAUSE_EHLO_TIMEOUT :
				      CAUSE_REPLY_TIMEOUT,
	    f->stage);
	if (held || drops)
		d->state = STATE_CRITICAL;		/* this client did not wait long enough */
	if (drops)
		d->field[FIELD_WHAT] = arena_printf(x->arena, "%s arrived in %u pieces, incomplete",
		    smtp_stage_awaited(f->stage), f->pieces);
	if (d->cause == CAUSE_REPLY_UNFINISHED && f->octets.at[f->octets.len - 1] == '\n')
		d->field[FIELD_WHAT] =
		    SPAN("a server that marks its last line with \"-\", as if more followed");
	if (!held)
		set_waited(x, d, f->waited_ms);
	set_option(x, d);
	if (f->octets.len > 0)
		set_octets(x, d);
}

/*
 * Returns whether the end of data was sent and it is unknown whether the message was accepted (RFC
 * 1047).
 */
static bool
is_fate_unknown(const struct facts *f)
{
	return f->fate_unknown ||
	    (f->stage == AT_END_OF_DATA && !f->reply && !f->fate_known &&
		(f->end == END_TIMED_OUT || f->end == END_CLOSED || f->end == END_RESET ||
		    f->end == END_TRUNCATED));
}

/* A close within less than this does not mean that the server was waiting for something. */
enum { SILENT_MS = 2000 };

static void
diagnose_end(struct diagnosing *x)
{
	static const enum cause causes[] = {
		[END_REFUSED] = CAUSE_CONNECT_REFUSED,
		[END_UNREACHABLE] = CAUSE_UNREACHABLE,
		[END_NO_ROUTE] = CAUSE_NO_ROUTE,
		[END_FORBIDDEN] = CAUSE_BLOCKED_HERE,
		[END_PROXY] = CAUSE_PROXY_FAILED,
	};
	const struct facts *f = x->f;
	bool reset = f->end == END_RESET;
	struct diagnosis *d;
	enum cause cause;

	if (is_fate_unknown(f))
		return; /* diagnose() has reported it */
	switch (f->end) {
	case END_NONE: case END_TLS_FAILED:
		return;
	case END_TIMED_OUT:
		if (f->lookup_ms > 0) {
			d = diagnosing_add(x, CAUSE_DNS_SLOW, AT_RESOLVE);
			diagnosis_set(
			    d, FIELD_NAME, f->host.len > 0 ? f->host : f->domain, x->arena);
			set_waited(x, d, f->lookup_ms);
		} else if (f->stage == AT_RESOLVE) {
			d = diagnosing_add(x, CAUSE_DNS_TIMEOUT, AT_RESOLVE);
			diagnosis_set(
			    d, FIELD_NAME, f->host.len > 0 ? f->host : f->domain, x->arena);
		} else if (f->stage == AT_CONNECT) {
			d = diagnosing_add(x, CAUSE_CONNECT_TIMEOUT, AT_CONNECT);
			set_waited(x, d, f->waited_ms);
		} else if (f->stage == AT_PROXY) {
			diagnosing_add(x, CAUSE_PROXY_FAILED, AT_PROXY);
		} else if (f->stage == AT_TLS) {
			d = diagnosing_add(x, CAUSE_TLS_TIMEOUT, AT_TLS);
			set_waited(x, d, f->waited_ms);
			set_option(x, d);
		} else {
			diagnose_silence(x);
		}
		return;
	case END_TRUNCATED:
		/* A missing close_notify is worth a diagnosis only if the close was expected. */
		if (f->asked_to_close || f->stage == AT_ANY || f->stage == AT_QUIT) {
			diagnosing_add(x, CAUSE_TLS_TRUNCATED, f->stage);
			return;
		}
		__attribute__((fallthrough));
	case END_CLOSED: case END_RESET:
		if (f->asked_to_close || (f->reply && f->reply->code / 100 >= 4))
			return;			/* expected after QUIT, or explained by the reply */
		cause = f->stage == AT_TLS			  ? CAUSE_TLS_CLOSED :
		    f->octets.len > 0				  ? CAUSE_CLOSED_IN_REPLY :
		    f->before_greeting && f->stage != AT_GREETING ? CAUSE_CLOSED_BEFORE_GREETING :
		    f->stage == AT_MESSAGE     ? CAUSE_CLOSED_IN_DATA :
		    f->stage == AT_EHLO && !f->dialogue.tls &&
			verb_of(f->sent, NULL) != VERB_HELO ?
			CAUSE_CLOSED_AT_EHLO :
		    f->stage == AT_AUTH	       ? CAUSE_CLOSED_AT_AUTH :
		    f->stage == AT_ANY	       ? CAUSE_CLOSED_IDLE :
		    f->stage == AT_GREETING ?
			(smtp_port_is_tls(f->port) && !f->implicit_tls ? CAUSE_TLS_PORT :
			    reset ? CAUSE_RESET_BEFORE_GREETING :
			    f->waited_ms >= SILENT_MS ? CAUSE_CLOSED_WAITING :
							CAUSE_CLOSED_BEFORE_GREETING) :
		    reset		       ? CAUSE_CONNECTION_RESET :
						 CAUSE_CONNECTION_CLOSED;
		d = diagnosing_add(x, cause, f->stage);
		if (cause == CAUSE_CLOSED_WAITING)
			set_waited(x, d, f->waited_ms);
		if (f->octets.len > 0)
			set_octets(x, d);
		return;
	default:
		/* Nobody configured this host for mail; without an MX it is the default. */
		if (f->end == END_REFUSED && f->implicit_mx)
			diagnosing_add(x, CAUSE_NO_MX_REFUSED, AT_CONNECT);
		diagnosing_add(x, causes[f->end], f->end == END_PROXY ? AT_PROXY : AT_CONNECT);
	}
}

/* ---- what EHLO offers */

static bool
is_stripped(const struct extensions *e)
{
	for (size_t i = 0; e && i < e->n; i++)
		if (e->list[i].keyword.len >= 7 && e->list[i].keyword.len <= 9 &&
		    is_mostly(e->list[i].keyword, 'X'))
			return true;
	return false;
}

static void
diagnose_offers(struct diagnosing *x)
{
	const struct facts *f = x->f;
	const struct extensions *clear = f->clear ? f->clear :
	    f->dialogue.tls || f->implicit_tls		  ? NULL :
							    f->offered;

	if (f->login_wanted && f->tls && f->offered && !extensions_offer(f->offered, "AUTH"))
		diagnosing_add(x, CAUSE_AUTH_NOT_ENABLED, AT_EHLO);
	if (!clear || f->implicit_tls)
		return;
	bool starttls = extensions_offer(clear, "STARTTLS"), auth = extensions_offer(clear, "AUTH");
	if (is_stripped(clear)) {
		if (x->first && x->first->cause == CAUSE_GREETING_MASKED)
			x->first->symptom = true;	/* both are due to the same firewall */
		diagnosing_add(x, CAUSE_STARTTLS_STRIPPED, AT_EHLO);
	} else if (f->starttls_wanted && !starttls) {
		bool taken = f->elsewhere.len > 0 || f->recorded_starttls;
		struct diagnosis *d = diagnosing_add(
		    x, taken ? CAUSE_STARTTLS_TAKEN : CAUSE_STARTTLS_MISSING, AT_EHLO);
		diagnosis_set(d, FIELD_OTHER, f->elsewhere, x->arena);
		if (f->verify)
			d->state = STATE_CRITICAL;
	}
	if (auth && !starttls)
		diagnosing_add(x, CAUSE_PASSWORDS_IN_CLEAR, AT_EHLO);
	else if (auth)
		diagnosing_add(x, CAUSE_AUTH_BEFORE_TLS, AT_EHLO);
}

/* ---- time */

enum { SLOW_MS = 2000 };		/* a greeting that takes longer is worth a note */

static void
diagnose_slowness(struct diagnosing *x)
{
	const struct facts *f = x->f;

	if (f->greeting_ms >= SLOW_MS) {
		struct diagnosis *d = diagnosing_add(
		    x, f->greeting_held ? CAUSE_GREETING_DELAY : CAUSE_GREETING_SLOW, AT_GREETING);
		set_waited(x, d, f->greeting_ms);
		set_option(x, d);
	}
	if (f->nslow > 0) {
		struct diagnosis *d = diagnosing_add(
		    x, f->nslow > 1 || f->drawn ? CAUSE_TARPIT : CAUSE_REPLY_SLOW, AT_ANY);
		diagnosis_set(d, FIELD_WHAT, f->slow, x->arena);
	}
}

/* ---- replies that break the protocol */

static bool
diagnose_form(struct diagnosing *x)
{
	const unsigned broken = REPLY_NO_CODE | REPLY_BAD_CODE | REPLY_MIXED;
	const struct facts *f = x->f;
	const struct reply *r = f->reply;
	struct diagnosis *d;
	const char *what;

	if (f->injected) {
		d = diagnosing_add(x, CAUSE_INJECTION, AT_STARTTLS);
		set_octets(x, d);
		return true;
	}
	struct span octets = r && (r->flaws & REPLY_NO_CODE) ? r->raw : f->octets;
	enum cause cause = foreign_server(octets, &what);
	if (cause != CAUSE_NONE && f->handshake != SHAKE_CLEARTEXT) {
		d = diagnosing_add(x, cause, f->stage);
		d->field[FIELD_WHAT] = span_of(what);
		if (cause != CAUSE_TLS_PORT) {
			diagnosis_set(d, FIELD_OCTETS, span_trim(span_first(octets, 60)), x->arena);
			d->evidence = d->field[FIELD_OCTETS];
		}
		return true;
	}
	if (f->unsolicited || f->standing == REPLY_OUT_OF_STEP) {
		diagnosing_add(x, CAUSE_OUT_OF_STEP, f->stage);
		return true;
	}
	if (!r || !(r->flaws & broken))
		return false;
	unsigned left = r->flaws & broken;
	d = diagnosing_add(x, CAUSE_REPLY_MALFORMED, f->stage);
	d->field[FIELD_WHAT] = span_of(reply_flaw_next(&left)->text);
	d->evidence =
	    text_safe(x->arena, arena_copy(x->arena, span_trim(span_first(r->raw, 100))));
	return true;
}

static void
diagnose_flaws(struct diagnosing *x)
{
	const unsigned breaking = REPLY_BARE_LF | REPLY_NUL | REPLY_BAD_SEPARATOR |
	    REPLY_CODES_DIFFER | REPLY_UNFINISHED;
	const struct reply *r = x->f->reply ? x->f->reply : x->f->greeting;
	unsigned left = r ? r->flaws & breaking : 0;
	const struct reply_flaw_info *flaw;

	while ((flaw = reply_flaw_next(&left))) {
		struct diagnosis *d = diagnosing_add(x, CAUSE_REPLY_FLAWED, x->f->stage);
		d->field[FIELD_WHAT] = span_of(flaw->text);
	}
}

/*
 * An MX with a loopback or private address leads other senders to themselves or nowhere; that this
 * client met no server there is only a consequence.
 */
static void
diagnose_mx_address(struct diagnosing *x)
{
	const struct facts *f = x->f;
	bool met_nobody = f->stage == AT_CONNECT &&
	    (f->end == END_REFUSED || f->end == END_UNREACHABLE || f->end == END_TIMED_OUT);
	struct addr addr;

	if (!f->mx || f->port != 25 || !met_nobody || !addr_parse(&addr, f->address, 25))
		return;
	enum cause cause = CAUSE_NONE;
	if (addr_is_loopback(&addr) || addr_is_any(&addr))
		cause = CAUSE_MX_LOOPBACK;
	else if (addr_is_private(&addr))
		cause = CAUSE_MX_PRIVATE;
	if (cause != CAUSE_NONE)
		diagnosis_set(diagnosing_add(x, cause, AT_RESOLVE), FIELD_NAME, f->host, x->arena);
}

struct diagnosis *
diagnose(const struct facts *f, struct arena *arena)
{
	struct addr literal;

	struct diagnosing x = { .f = f, .arena = arena };
	bool of_domain = !f->mx && f->domain.len > 0 && span_eq_case(f->dns.name, f->domain);
	enum cause lookup = diagnosing_lookup(&f->dns, of_domain);

	x.end = &x.first;
	if (lookup != CAUSE_NONE) {
		bool dot = f->mx && diagnosing_lacks_dot(f->host, f->domain);
		if (f->mx)
			lookup = addr_parse(&literal, f->host, 25) ? CAUSE_MX_IS_ADDRESS :
			    dot				     ? CAUSE_MX_TRAILING_DOT :
			    lookup == CAUSE_DNS_NO_HOST	     ? CAUSE_MX_NO_HOST :
			    lookup == CAUSE_DNS_NO_ADDRESS   ? CAUSE_MX_NO_ADDRESS :
							       lookup;
		struct diagnosis *d = diagnosing_add(&x, lookup, AT_RESOLVE);
		diagnosing_set_lookup(d, &f->dns, arena);
		if (dot)
			diagnosis_set(d, FIELD_OTHER,
			    span_first(f->host, f->host.len - f->domain.len - 1), arena);
	}
	if (f->null_mx)
		diagnosing_add(&x, CAUSE_NULL_MX, AT_RESOLVE);
	/* First, so that the message is not sent again because of what follows. */
	if (is_fate_unknown(f)) {
		struct diagnosis *d = diagnosing_add(&x, CAUSE_FATE_UNKNOWN, AT_END_OF_DATA);
		if (f->end == END_TIMED_OUT)
			set_waited(&x, d, f->waited_ms);
	}
	if (!diagnose_form(&x)) {
		diagnose_greeting(&x);
		bool is_other = x.first && x.first->cause == CAUSE_NOT_SMTP;
		diagnose_mx_address(&x);
		if (!is_other && !diagnose_reply(&x))
			diagnose_end(&x);
	}
	diagnose_handshake(&x);
	diagnose_offers(&x);
	diagnose_certificate(&x);
	diagnose_policies(&x);
	diagnose_slowness(&x);
	diagnose_flaws(&x);
	return x.first;
}
