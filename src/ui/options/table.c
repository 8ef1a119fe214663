/* table - every option of every subcommand, a row each. */
#include "ui/options/options.h"
#include "ui/options/script.h"
#include "ui/options/serve.h"

#include "ui/options/auth.h"
#include "ui/options/dns.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define AT(member)	offsetof(struct options, member)

static bool
add_line(struct options *o, struct span v, struct err *err)
{
	if (o->nlines == LINES_MAX)
		return err_set(err, ERR_USAGE, "more than %d lines by -c: use -f FILE", LINES_MAX);
	if (!o->line)
		o->line = ARENA_ARRAY(&o->arena, const char *, LINES_MAX);
	o->line[o->nlines++] = arena_string(&o->arena, v);
	return true;
}

static bool
read_port(struct options *o, struct span v, struct err *err)
{
	struct target t;

	if (!target_parse(&t, SPAN("x"), v, 0, &o->arena, err))
		return false;
	o->port = t.port;
	return true;
}

/* "30s" for every wait, or "connect=3s,greeting=5s". */
static bool
read_timeout(struct options *o, struct span v, struct err *err)
{
	struct cursor c = { .line = v, .rest = v };

	o->timeouts_said = true;
	return timeouts_parse(&o->session.timeouts, v, &c, err);
}

static void
show_timeout(const struct options *o, char *out)
{
	timeouts_show(&o->session.timeouts, out);
}

static bool
read_pace(struct options *o, struct span v, struct err *err)
{
	struct cursor c = { .line = v, .rest = v };
	struct pace pace = { 0 };

	if (!pace_parse(&pace, &c, err))
		return false;
	o->session.pace = pace;
	return true;
}

static void
show_pace(const struct options *o, char *out)
{
	pace_show(&o->session.pace, out, OPTION_SHOWN);
}

/* Said now, not when TLS begins. */
static bool
readable_file(const char *name, struct span v, const char **out, struct options *o, struct err *err)
{
	*out = arena_string(&o->arena, v);
	return access(*out, R_OK) == 0 ||
	    err_set(err, ERR_USAGE, "--%s: cannot read %s: %s", name, *out, strerror(errno));
}

static bool
read_ca(struct options *o, struct span v, struct err *err)
{
	return readable_file("ca", v, &o->tls.ca, o, err);
}

static bool
read_cert(struct options *o, struct span v, struct err *err)
{
	return readable_file("cert", v, &o->tls.cert, o, err);
}

static bool
read_key(struct options *o, struct span v, struct err *err)
{
	return readable_file("key", v, &o->tls.key, o, err);
}

static bool
read_min_tls(struct options *o, struct span v, struct err *err)
{
	o->tls.min_version = arena_string(&o->arena, v);
	return tls_version_ok(v, err);
}

static const struct choice tls_choices[] = {
	{ "starttls", TARGET_TLS_STARTTLS }, { "off", TARGET_TLS_OFF }, { "try", TARGET_TLS_TRY },
	{ "implicit", TARGET_TLS_IMPLICIT }, { NULL, 0 },
};
static const struct choice verify_choices[] = {
#define X(word, verify) { word, verify },
	VERIFY_WORDS(X)
#undef X
	{ NULL, 0 },
};
static const struct choice dane_choices[] = {
	{ "check", DANE_CHECK }, { "off", DANE_OFF }, { "require", DANE_REQUIRE }, { NULL, 0 },
};
static const struct choice sts_choices[] = {
	{ "check", JUDGE_STS_CHECK },
	{ "off", JUDGE_STS_OFF },
	{ "require", JUDGE_STS_REQUIRE },
	{ NULL, 0 },
};
static const struct choice format_choices[] = { { "text", FORMAT_TEXT }, { "json", FORMAT_JSON },
	{ NULL, 0 } };
static const struct choice body_choices[] = { { "on", 0 }, { "off", 1 }, { NULL, 0 } };
static const struct choice update_choices[] = { { "all", UPDATE_ALL }, { "ask", UPDATE_ASK },
	{ NULL, 0 } };
static const struct choice replay_formats[] = {
#define X(token, word) { #word, REPORT_##token },
	REPORT_FORMATS(REPORT_FORMAT_NONE, X)
#undef X
	    { NULL, 0 },
};
/* Behind the first octet: "text|json|tap". */
#define X(token, word) "|" #word
static const char replay_format_words[] = REPORT_FORMATS(REPORT_FORMAT_NONE, X);
#undef X
static const struct choice until_choices[] = {
	{ "connect", DEPTH_CONNECT },
	{ "banner", DEPTH_BANNER },
	{ "ehlo", DEPTH_EHLO },
	{ "starttls", DEPTH_STARTTLS },
	{ "auth", DEPTH_AUTH },
	{ "mail", DEPTH_MAIL },
	{ "rcpt", DEPTH_RCPT },
	{ "data", DEPTH_DATA },
	{ NULL, 0 },
};
static const struct choice color_choices[] = {
	{ "always", WHEN_ALWAYS }, { "auto", WHEN_AUTO }, { "never", WHEN_NEVER }, { NULL, 0 },
};
static const struct choice marks_choices[] = {
	{ "swaks", MARKS_SWAKS }, { "rfc", MARKS_RFC }, { "none", MARKS_NONE }, { NULL, 0 },
};
static const struct choice exit_choices[] = { { "own", EXIT_OWN }, { "swaks", EXIT_SWAKS },
	{ "sysexits", EXIT_SYSEXITS }, { NULL, 0 } };
static const struct choice explain_choices[] = { { "on", 0 }, { "off", 1 }, { NULL, 0 } };
static const struct choice tempfail_choices[] = { { "warning", 0 }, { "critical", 1 },
	{ NULL, 0 } };
static const struct choice address_choices[] = {
	{ "all", ADDRESSES_ALL },
	{ "first", ADDRESSES_FIRST },
	{ "any", ADDRESSES_ANY },
	{ NULL, 0 },
};
static const struct choice four[] = { { "4", 4 }, { NULL, 0 } },
			   six[] = { { "6", 6 }, { NULL, 0 } };
static const struct choice quiet[] = { { "quiet", -1 }, { NULL, 0 } };

const struct option options[] = {
	/* what to say */
	{ "command", 'c', SCOPE_TALK, "LINE",
	    "Send this line, then the next one's, instead of a prompt", .call = add_line },
	{ "file", 'f', SCOPE_TALK, "FILE", "Take the lines from a file", OPTION_TEXT, AT(file) },
	{ "fail-fast", 0, SCOPE_TALK | SCOPE_SERVE, NULL, "End at the first refusal", OPTION_FLAG,
	    AT(fail_fast) },

	/* where to */
	{ "port", 'p', SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_RESOLVE, "PORT",
	    "Connect to this port", .call = read_port },
	{ "ipv4", '4', SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_RESOLVE, NULL,
	    "Use IPv4 only", OPTION_CHOICE, AT(session.route.family), four },
	{ "ipv6", '6', SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_RESOLVE, NULL,
	    "Use IPv6 only", OPTION_CHOICE, AT(session.route.family), six },
	{ "dns", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_RESOLVE, "SERVER[:PORT]",
	    "Ask this name server, and neither hosts nor the search list", .call = options_dns },
	{ "resolve", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_RESOLVE,
	    "HOST:ADDR[:PORT]", "This host has this address, and port; may be repeated",
	    .call = options_resolve },
	{ "trust-ad", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_RESOLVE, NULL,
	    "Trust the resolver to validate (DNSSEC) though it is not on this machine", OPTION_FLAG,
	    AT(dns.trust_ad) },
	{ "bind", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK, "ADDR[:PORT]",
	    "Connect from this address", .call = options_bind },
	{ "proxy", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK, "URL",
	    "Go through this proxy: socks5://HOST:PORT or http://HOST:PORT",
	    .call = options_proxy },
	{ "proxy-protocol", 0, SCOPE_CONNECT | SCOPE_PROBE, "v1|v2[,src=ADDR:PORT,...]",
	    "Begin with a PROXY protocol header", .call = options_proxy_protocol },
	{ "timeout", 0,
	    SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_SELFTEST | SCOPE_RESOLVE | SCOPE_SET,
	    "T|PHASE=T,...",
	    "How long to wait: for all, or for resolve, connect, tls, greeting, reply, "
	    "dot or quit; rfc: as RFC 5321",
	    .call = read_timeout, .show = show_timeout },

	/* how */
	{ "helo", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_SET, "NAME",
	    "Say this name in EHLO (default: this host's)", OPTION_TEXT, AT(session.helo) },
	{ "lmtp", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_SERVE, NULL,
	    "Speak LMTP: LHLO, and a reply for each recipient", OPTION_FLAG, AT(session.lmtp) },

	{ "write", 0, SCOPE_SET, PACE_SYNTAX, "Send slowly, or cut at these octets",
	    .call = read_pace, .show = show_pace },
	{ "early", 0, SCOPE_TALK, NULL, "Do not wait for the banner, to try a greet pause",
	    OPTION_FLAG, AT(session.no_banner) },

	/* TLS */
	{ "tls", 0, SCOPE_CONNECT | SCOPE_SERVE, "[=off|try|starttls|implicit]",
	    "Begin with TLS (alone: starttls)", OPTION_CHOICE, AT(session.tls), tls_choices },
	{ "verify", 0, SCOPE_CONNECT | SCOPE_SET, "[=off|chain|name]",
	    "End when the certificate does not verify (alone: name)", OPTION_CHOICE,
	    AT(session.verify), verify_choices },
	{ "dane", 0, SCOPE_CONNECT | SCOPE_PROBE, "[=off|check|require]",
	    "Compare with the TLSA records of the host (default: off, alone: check)", OPTION_CHOICE,
	    AT(session.dane), dane_choices },
	{ "ca", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_RESOLVE, "FILE",
	    "Trust the certificates in this file or folder (default: the system's)",
	    .call = read_ca },
	{ "cert", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_SERVE, "FILE",
	    "Show this certificate (PEM)", .call = read_cert },
	{ "key", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_SERVE, "FILE",
	    "Its key (default: in the same file)", .call = read_key },
	{ "sni", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_SET, "NAME",
	    "Ask for this name in the handshake", OPTION_TEXT, AT(session.sni) },
	{ "min-tls", 0, SCOPE_CONNECT | SCOPE_PROBE | SCOPE_CHECK | SCOPE_SERVE, "VERSION",
	    "Accept no TLS below 1.0, 1.1, 1.2 or 1.3 (default: 1.2)", .call = read_min_tls },
	{ "legacy-renegotiation", 0, SCOPE_CONNECT | SCOPE_PROBE, NULL,
	    "Accept a server without secure renegotiation (RFC 5746)", OPTION_FLAG,
	    AT(tls.legacy_renegotiation) },

	/* logging in */
	{ "auth", 0, SCOPE_CONNECT | SCOPE_PROBE, "[=MECHANISM]",
	    "Log in before anything else (alone: by the best mechanism offered)",
	    .call = options_auth },
	{ "user", 0, SCOPE_CONNECT | SCOPE_PROBE, "NAME", "Log in as this user", OPTION_TEXT,
	    AT(session.auth.user) },
	{ "authzid", 0, SCOPE_CONNECT | SCOPE_PROBE, "NAME", "Having logged in, act as this user",
	    OPTION_TEXT, AT(session.auth.authzid) },
	{ "password-file", 0, SCOPE_CONNECT | SCOPE_PROBE, "FILE",
	    "The password, or OAuth token, is the file's first line",
	    .call = options_password_file },
	{ "password-env", 0, SCOPE_CONNECT | SCOPE_PROBE, "NAME",
	    "It is in this variable of the environment", .call = options_password_env },
	{ "password-command", 0, SCOPE_CONNECT | SCOPE_PROBE, "COMMAND",
	    "It is the first line that this command prints", .call = options_password_command },
	{ "password-fd", 0, SCOPE_CONNECT | SCOPE_PROBE, "N",
	    "It is the first line read from this open descriptor", .call = options_password_fd },
	{ "netrc", 0, SCOPE_CONNECT | SCOPE_PROBE, NULL, "User and password are in ~/.netrc",
	    OPTION_FLAG, AT(session.auth.netrc) },
	{ "auth-insecure", 0, SCOPE_CONNECT | SCOPE_PROBE, NULL,
	    "Log in also in the clear, and to a server that does not verify", OPTION_FLAG,
	    AT(session.auth.insecure) },

	/* a message */
	{ "from", 'f', SCOPE_SEND, "ADDR",
	    "The sender (default: smtpsh@ this host; <>: the null sender)", OPTION_SEND },
	{ "to", 't', SCOPE_SEND, "ADDR,...", "A recipient, or several; may be said again",
	    OPTION_SEND },
	{ "quit-after", 0, SCOPE_SEND, "STAGE",
	    "Go no further than connect, ehlo, starttls, auth, mail or rcpt", OPTION_SEND },
	{ "subject", 0, SCOPE_SEND, "TEXT", "The subject (default: a ready one)", OPTION_SEND },
	{ "body", 0, SCOPE_SEND, "TEXT",
	    "The text, a written \\n begins a new line (default: a ready one)", OPTION_SEND },
	{ "header", 0, SCOPE_SEND, "LINE",
	    "A header, in place of ours of that name; may be said again", OPTION_SEND },
	{ "attach", 0, SCOPE_SEND, "FILE", "Attach a file; may be said again", OPTION_SEND },
	{ "data", 'd', SCOPE_SEND, "FILE|-",
	    "Send this file, header and all, octet for octet, instead", OPTION_SEND },
	{ "eml", 0, SCOPE_SEND, "FILE", "The same", OPTION_SEND },
	{ "size", 0, SCOPE_SEND, "N", "Make the message this large: 10M, 64k", OPTION_SEND },
	{ "pipeline", 0, SCOPE_SEND, NULL, "Send commands in groups where PIPELINING is offered",
	    OPTION_SEND },
	{ "bdat", 0, SCOPE_SEND, "[=force]",
	    "Send the message by one BDAT; force: though CHUNKING is not offered", OPTION_SEND },
	{ "chunk", 0, SCOPE_SEND, "N", "Send it by BDAT, so many octets each", OPTION_SEND },
	{ "binary", 0, SCOPE_SEND, NULL,
	    "Send it by BDAT as BINARYMIME: line ends stay as they are", OPTION_SEND },
	{ "plain", 0, SCOPE_SEND, NULL, "Say no SIZE=, BODY= or SMTPUTF8 unasked", OPTION_SEND },
	{ "mail-param", 0, SCOPE_SEND, "PARAM", "A parameter of MAIL, as it is; may be said again",
	    OPTION_SEND },
	{ "rcpt-param", 0, SCOPE_SEND, "PARAM", "A parameter of RCPT, as it is; may be said again",
	    OPTION_SEND },
	{ "body-type", 0, SCOPE_SEND, "7BIT|8BITMIME|BINARYMIME", "BODY= of MAIL", OPTION_SEND },
	{ "by", 0, SCOPE_SEND, "SECONDS;R|N[T]", "BY= of MAIL: deliver within this time",
	    OPTION_SEND },
	{ "envid", 0, SCOPE_SEND, "TEXT", "ENVID= of MAIL, written as xtext", OPTION_SEND },
	{ "hold-for", 0, SCOPE_SEND, "SECONDS", "HOLDFOR= of MAIL", OPTION_SEND },
	{ "hold-until", 0, SCOPE_SEND, "DATE", "HOLDUNTIL= of MAIL", OPTION_SEND },
	{ "mt-priority", 0, SCOPE_SEND, "N", "MT-PRIORITY= of MAIL, -9 to 9", OPTION_SEND },
	{ "requiretls", 0, SCOPE_SEND, NULL, "REQUIRETLS of MAIL: passed on over verified TLS only",
	    OPTION_SEND },
	{ "ret", 0, SCOPE_SEND, "FULL|HDRS", "RET= of MAIL: how much a notification returns",
	    OPTION_SEND },
	{ "smtputf8", 0, SCOPE_SEND, NULL, "SMTPUTF8 of MAIL", OPTION_SEND },
	{ "notify", 0, SCOPE_SEND, "NEVER|SUCCESS,FAILURE,DELAY", "NOTIFY= of RCPT", OPTION_SEND },
	{ "orcpt", 0, SCOPE_SEND, "ADDR", "ORCPT= of RCPT, written as xtext", OPTION_SEND },
	{ "rrvs", 0, SCOPE_SEND, "DATE", "RRVS= of RCPT", OPTION_SEND },

	/* probe: how deep, what is judged */
	{ "tls", 0, SCOPE_PROBE, "[=off|try|starttls|implicit]",
	    "TLS (default: try on 25, starttls on 587, implicit on 465; alone: starttls)",
	    OPTION_CHOICE, AT(session.tls), tls_choices },
	{ "verify", 0, SCOPE_PROBE, "[=off|chain|name]",
	    "What of the certificate is judged (default: name; asked for it is CRITICAL)",
	    OPTION_CHOICE, AT(probe.judge.verify), verify_choices },
	{ "sts", 0, SCOPE_PROBE, "[=off|check|require]",
	    "Judge each MX of @domain by the domain's MTA-STS policy (default: off, alone: check)",
	    OPTION_CHOICE, AT(probe.judge.sts), sts_choices },
	{ "sigalgs", 0, SCOPE_PROBE, "LIST",
	    "Probe once with each: rsa, ecdsa, eddsa, or OpenSSL's own with colons (servers may "
	    "have several certificates)",
	    .call = probe_sigalgs },
	{ "until", 0, SCOPE_PROBE, "PHASE",
	    "Go no deeper than connect, banner, ehlo, starttls, auth, mail, rcpt or data (default: "
	    "ehlo, or "
	    "as other options need)",
	    OPTION_CHOICE, AT(probe.probe.until), until_choices },
	{ "from", 0, SCOPE_PROBE, "ADDR", "Say MAIL FROM with this address", OPTION_TEXT,
	    AT(probe.probe.from) },
	{ "to", 0, SCOPE_PROBE, "ADDR", "Say RCPT TO with this address, then RSET", OPTION_TEXT,
	    AT(probe.probe.to) },
	{ "send", 0, SCOPE_PROBE, "FILE|auto", "Send this message after RCPT; auto: a short one",
	    OPTION_TEXT, AT(probe.send) },
	{ "script", 0, SCOPE_PROBE, "FILE",
	    "Play this script (smtpsh-script(5)) in place of the dialogue; it has to pass",
	    OPTION_TEXT, AT(probe.script) },
	{ "warning", 'w', SCOPE_PROBE, "RANGE|NAME=RANGE,...",
	    "WARNING outside this: of the total seconds, a phase's, cert_days, "
	    "size_limit, extensions",
	    .call = probe_warn },
	{ "critical", 'c', SCOPE_PROBE, "RANGE|NAME=RANGE,...", "CRITICAL outside this",
	    .call = probe_crit },
	{ "require-ext", 0, SCOPE_PROBE, "KW[=RANGE|=TEXT],...",
	    "CRITICAL when EHLO does not offer these", OPTION_TEXT, AT(probe.judge.require_ext) },
	{ "expect-ext", 0, SCOPE_PROBE, "KW[=RANGE|=TEXT],...",
	    "WARNING when EHLO does not offer these", OPTION_TEXT, AT(probe.judge.expect_ext) },
	{ "forbid-ext", 0, SCOPE_PROBE, "KW[@clear|@tls],...", "CRITICAL when EHLO offers these",
	    OPTION_TEXT, AT(probe.judge.forbid_ext) },
	{ "expect-ext-set", 0, SCOPE_PROBE, "FILE",
	    "WARNING when the extensions differ from this record", OPTION_TEXT, AT(probe.ext_set) },
	{ "write-ext-set", 0, SCOPE_PROBE, "FILE", "Make that record", OPTION_TEXT,
	    AT(probe.write_ext_set) },
	{ "expect-banner", 0, SCOPE_PROBE, "ERE", "WARNING when the banner does not match",
	    .call = probe_banner },
	{ "expect-ptr", 0, SCOPE_PROBE, NULL,
	    "WARNING when the address has no name (PTR) that points back to it and is the banner's",
	    OPTION_FLAG, AT(probe.judge.expect_ptr) },
	{ "tempfail", 0, SCOPE_PROBE, "warning|critical", "What a 4yz is (default: warning)",
	    OPTION_CHOICE, AT(probe.judge.tempfail_critical), tempfail_choices },
	{ "state", 0, SCOPE_PROBE, "PHASE.REASON=STATE,...",
	    "Judge this reason otherwise, as in rcpt.reply=WARNING", .call = probe_state },
	{ "warn-ok", 0, SCOPE_PROBE, NULL, "Exit 0 on WARNING", OPTION_FLAG, AT(probe.warn_ok) },

	/* probe: which, how many, how fast */
	{ "addresses", 0, SCOPE_PROBE, "first|any|all",
	    "Which addresses: the first that connects, any that answers, or each (default: all)",
	    OPTION_CHOICE, AT(probe.fleet.addresses), address_choices },
	{ "mx", 0, SCOPE_PROBE, NULL, "Targets are domains: probe their MX", OPTION_FLAG,
	    AT(probe.mx) },
	{ "total", 't', SCOPE_PROBE, "T", "How long one address may take (default: 10s)", OPTION_MS,
	    AT(probe.probe.total_ms) },
	{ "deadline", 0, SCOPE_PROBE, "T", "How long the whole run may take", OPTION_MS,
	    AT(probe.deadline_ms) },
	{ "retries", 0, SCOPE_PROBE, "N",
	    "Try again so often what failed before there was a verdict", OPTION_NUMBER,
	    AT(probe.fleet.retries) },
	{ "retry-wait", 0, SCOPE_PROBE, "T", "Wait so long before that (default: 1s)", OPTION_MS,
	    AT(probe.fleet.retry_wait_ms) },
	{ "targets", 0, SCOPE_PROBE, "FILE|-",
	    "Read targets, one a line, with options as key=value behind them", OPTION_TEXT,
	    AT(probe.targets) },
	{ "jobs", 0, SCOPE_PROBE, "N",
	    "So many probes at once (default: 256, more while they only wait)", OPTION_NUMBER,
	    AT(probe.fleet.jobs) },
	{ "per-host", 0, SCOPE_PROBE, "N", "So many at once to one address and port (default: 2)",
	    OPTION_NUMBER, AT(probe.fleet.per_host) },
	{ "rate", 0, SCOPE_PROBE, "N/s", "Begin no more than this in a second",
	    .call = probe_rate },
	{ "spread", 0, SCOPE_PROBE, "T", "Begin each target at a random time within this",
	    OPTION_MS, AT(probe.fleet.spread_ms) },
	{ "watch", 0, SCOPE_PROBE, "T", "Stay, and probe all again after this time, more or less",
	    OPTION_MS, AT(probe.watch_ms) },
	{ "fail-fast", 0, SCOPE_PROBE, NULL, "End at the first target that is not OK", OPTION_FLAG,
	    AT(probe.fleet.fail_fast) },
	{ "quorum", 0, SCOPE_PROBE, "N",
	    "A target is OK when so many of its addresses pass (or all, of fewer)", OPTION_NUMBER,
	    AT(probe.fleet.quorum) },
	{ "resume", 0, SCOPE_PROBE, "FILE",
	    "Note targets done in this file, and leave out those noted", OPTION_TEXT,
	    AT(probe.resume) },
	{ "format", 0, SCOPE_PROBE, "FORMAT[:FILE]",
#define X(token, word) " " #word
	    "Write a report in FORMAT, to FILE where given (repeatable):" REPORT_FORMATS(X, X),
#undef X
	    .choices = probe_formats, .call = probe_format },
	{ "output", 'o', SCOPE_PROBE, "FILE",
	    "Print into this file, in its place when all is written", OPTION_TEXT,
	    AT(probe.output) },

	/* check */
	{ "from", 'f', SCOPE_CHECK, "ADDR", "Envelope sender (default: <>, the null sender)",
	    OPTION_TEXT, AT(check.from) },
	{ "rcpt", 't', SCOPE_CHECK, "ADDR",
	    "Recipient to ask for (default: the address given, or postmaster)", OPTION_TEXT,
	    AT(check.rcpt) },
	{ "mx", 0, SCOPE_CHECK, "HOST", "Check HOST as if it were the domain's MX", OPTION_TEXT,
	    AT(check.mx) },
	{ "source", 0, SCOPE_CHECK, "IP",
	    "With --from and no target: the address that the mail is sent from", OPTION_TEXT,
	    AT(check.source) },
	{ "return-path", 0, SCOPE_CHECK, "ADDR",
	    "With --source: the envelope sender, where it is not --from (\"<>\": null)",
	    OPTION_TEXT, AT(check.return_path) },
	{ "selector", 0, SCOPE_CHECK, "NAME", "A DKIM selector to look up; repeatable",
	    .call = options_check_selector },
	{ "dnsbl", 0, SCOPE_CHECK, "ZONE", "Ask this block list about --source; repeatable",
	    .call = options_check_zone },
	{ "relay", 0, SCOPE_CHECK, NULL,
	    "Also test for an open relay (only on servers that you run)", OPTION_FLAG,
	    AT(check.relay) },
	{ "dry-run", 0, SCOPE_CHECK, NULL,
	    "List the lookups and connections, and make no connection", OPTION_FLAG,
	    AT(check.dry_run) },
	{ "targets", 0, SCOPE_CHECK, "FILE|-", "Check the domains in FILE, one a line", OPTION_TEXT,
	    AT(check.targets) },
	{ "deadline", 0, SCOPE_CHECK, "T", "Time limit for a domain (default: 60s)", OPTION_MS,
	    AT(check.deadline_ms) },
	{ "format", 0, SCOPE_CHECK, "FORMAT[:FILE]", "text, json, html or markdown; repeatable",
	    .call = options_check_format },
	{ "output", 'o', SCOPE_CHECK, "FILE", "Write the report to FILE, replacing it atomically",
	    OPTION_TEXT, AT(check.output) },

	/* the server's side */
	{ "allow-port", 0, SCOPE_EXPORTER, "PORT,...",
	    "Where /probe may connect to (default: 25,465,587)", OPTION_TEXT, AT(allow_port) },
	{ "allow-target", 0, SCOPE_EXPORTER, "ADDR/BITS",
	    "Connect to no address outside this network; may be repeated (default on loopback: "
	    "any)",
	    .call = options_allow_target },
	{ "modules", 0, SCOPE_EXPORTER, "FILE",
	    "Modules of your own, an ini file: [module NAME], options = OPTION...", OPTION_TEXT,
	    AT(modules) },
	{ "listen", 0, SCOPE_SERVE | SCOPE_EXPORTER | SCOPE_RECORD, "ADDR:PORT",
	    "Listen here (default: 127.0.0.1, a port that is free)", OPTION_TEXT, AT(listen) },

	{ "hostname", 0, SCOPE_SERVE, "NAME", "Be this host in the banner and in EHLO", OPTION_TEXT,
	    AT(serve.mta.host) },
	{ "ca-out", 0, SCOPE_SERVE, "FILE",
	    "Write the CA of the certificate made at start, for clients to verify", OPTION_TEXT,
	    AT(ca_out) },
	{ "account-file", 0, SCOPE_SERVE, "FILE",
	    "Accounts for AUTH, user:password a line (default: one, shown)", OPTION_TEXT,
	    AT(account_file) },
	{ "require-tls", 0, SCOPE_SERVE, NULL, "Refuse with 530 what comes before STARTTLS",
	    OPTION_FLAG, AT(serve.mta.require_tls) },
	{ "require-auth", 0, SCOPE_SERVE, NULL, "Refuse MAIL with 530 before AUTH", OPTION_FLAG,
	    AT(serve.mta.require_auth) },
	{ "without", 0, SCOPE_SERVE, "KEYWORD,...", "Do not offer these in EHLO, nor do them",
	    OPTION_TEXT, AT(serve.mta.without) },
	{ "refuse", 0, SCOPE_SERVE, "STAGE:WHO[=REPLY]",
	    "Refuse a name (helo:), a sender (mail:), a recipient (rcpt:), or their message "
	    "(data:, dot:)",
	    .call = option_refuse },
	{ "delay", 0, SCOPE_SERVE, "T|VERB=T,...",
	    "Wait before each reply, or before those to some (banner and dot too)",
	    .call = option_delay },
	{ "size", 0, SCOPE_SERVE, "N[k|m|g]", "The largest message (default: 25m)",
	    .call = option_size },
	{ "max-recipients", 0, SCOPE_SERVE, "N", "Of a message (default: 1000)", OPTION_NUMBER,
	    AT(serve.mta.rcpt_max) },
	{ "max-messages", 0, SCOPE_SERVE, "N", "Of a connection (default: no bound)", OPTION_NUMBER,
	    AT(serve.mta.messages_max) },
	{ "max-errors", 0, SCOPE_SERVE, "N", "Of a connection, then 421 (default: 20)",
	    OPTION_NUMBER, AT(serve.mta.errors_max) },
	{ "max-clients", 0, SCOPE_SERVE, "N", "At a time; who comes beyond is told 421",
	    OPTION_NUMBER, AT(serve.clients_max) },
	{ "idle", 0, SCOPE_SERVE, "T", "421 to a client that says nothing so long (default: 5m)",
	    OPTION_MS, AT(serve.idle_ms) },
	{ "max-clients", 0, SCOPE_RECORD, "N",
	    "Maximum concurrent connections; further ones get 421 (default: 250)", OPTION_NUMBER,
	    AT(serve.clients_max) },
	{ "idle", 0, SCOPE_RECORD, "T",
	    "421 when neither side says anything so long (default: 10m)", OPTION_MS,
	    AT(serve.idle_ms) },
	{ "maildir", 0, SCOPE_SERVE, "DIR", "Keep messages in this Maildir", OPTION_TEXT,
	    AT(maildir) },
	{ "mbox", 0, SCOPE_SERVE, "FILE", "Append messages to this mbox", OPTION_TEXT, AT(mbox) },
	{ "messages", 0, SCOPE_SERVE, "FILE",
	    "Append messages as JSON, one a line, with their envelope (-: standard output)",
	    OPTION_TEXT, AT(messages) },
	{ "profile", 0, SCOPE_SERVE, "NAME",
	    "Play this script of the project's: go-smtp-mock, subetha", OPTION_TEXT, AT(profile) },
	{ "realtime", 0, SCOPE_SERVE, NULL,
	    "Reply as late as the script's /took lines say (record --time writes them)",
	    OPTION_FLAG, AT(realtime) },
	{ "times", 0, SCOPE_SERVE, "N", "End when so many connections were played", OPTION_NUMBER,
	    AT(times) },
	{ "count", 0, SCOPE_SERVE, "N", "End when so many messages came", OPTION_NUMBER,
	    AT(count) },
	{ "debug", 0, SCOPE_CONNECT | SCOPE_PROBE, "FILE",
	    "Write a trace fit for a bug report here, without secrets", OPTION_TEXT, AT(debug) },
	{ "deadline", 0,
	    SCOPE_CONNECT | SCOPE_SERVE | SCOPE_SELFTEST | SCOPE_RESOLVE | SCOPE_IMPORT |
		SCOPE_EXPORTER,
	    "T",
	    "Time limit for the whole run; exit status 9 when it expires (from serve only with "
	    "--count)",
	    OPTION_MS, AT(deadline_ms) },

	/* scripts */
	{ "against", 0, SCOPE_REPLAY, "TARGET", "Play against this server", OPTION_TEXT,
	    AT(against) },
	{ "match", 0, SCOPE_REPLAY | SCOPE_SELFTEST | SCOPE_SERVE, "LEVEL",
	    "Compare by class, code, enhanced, text or exact, whatever the script says (default: "
	    "code)",
	    .call = option_match },
	{ "var", 0, SCOPE_REPLAY | SCOPE_SERVE | SCOPE_PROBE, "NAME=VALUE",
	    "Set a variable of scripts", .call = option_var },
	{ "secret", 0, SCOPE_REPLAY | SCOPE_SERVE | SCOPE_PROBE, "NAME=@FILE",
	    "Set a secret of scripts to the file's first line", .call = option_secret },
	{ "tags", 0, SCOPE_REPLAY, "A,B", "Play only cases that have one of these tags",
	    OPTION_TEXT, AT(tags) },
	{ "case", 0, SCOPE_REPLAY, "NAME", "Play only cases of this name", OPTION_TEXT, AT(only) },
	{ "jobs", 'j', SCOPE_REPLAY, "N", "Play so many cases side by side (default: 1)",
	    OPTION_NUMBER, AT(jobs) },
	{ "update", 0, SCOPE_REPLAY, "[=all|ask]",
	    "Rewrite failing literal S: lines of the scripts to what came", OPTION_CHOICE,
	    AT(update), update_choices },
	{ "keep-going", 'k', SCOPE_REPLAY, NULL, "Go on in a case after a failure", OPTION_FLAG,
	    AT(keep_going) },
	{ "file-root", 0, SCOPE_REPLAY, "DIR",
	    "Scripts may read files below this folder (default: their own)", OPTION_TEXT,
	    AT(file_root) },
	{ "allow-env", 0, SCOPE_REPLAY, NULL, "Scripts may read the environment", OPTION_FLAG,
	    AT(allow_env) },
	{ "allow-hosts", 0, SCOPE_REPLAY, NULL, "Secrets may go to where a script's /open leads",
	    OPTION_FLAG, AT(allow_hosts) },
	{ "allow-pipe", 0, SCOPE_REPLAY, NULL, "Scripts may run commands (pipe: targets)",
	    OPTION_FLAG, AT(allow_pipe) },
	{ "allow-unix", 0, SCOPE_REPLAY, NULL, "Scripts may open Unix sockets", OPTION_FLAG,
	    AT(allow_unix) },

	{ "from", 0, SCOPE_IMPORT, "DIALECT", "Whose log it is (default: recognised)", OPTION_TEXT,
	    AT(from_dialect) },

	/* what is printed */
	{ "to", 0, SCOPE_RECORD, "TARGET", "Hand everything on to this server", OPTION_TEXT,
	    AT(to) },
	{ "log", 0, SCOPE_TALK | SCOPE_SEND | SCOPE_RECORD, "FILE",
	    "Write what is said as a script, behind what the file holds", OPTION_TEXT, AT(log) },
	{ "log-bodies", 0, SCOPE_TALK | SCOPE_SEND | SCOPE_RECORD, "[=on|off]",
	    "Keep messages in it (default), or their size", OPTION_CHOICE, AT(no_bodies),
	    body_choices },
	{ "format", 0, SCOPE_TALK | SCOPE_SEND | SCOPE_RESOLVE | SCOPE_EXPLAIN, "text|json",
	    "Print for people, or one JSON object a line", OPTION_CHOICE, AT(format),
	    format_choices },
	{ "marks", 0, SCOPE_CONNECT | SCOPE_SET, "swaks|rfc|none", "How lines are marked in text",
	    OPTION_CHOICE, AT(look.marks), marks_choices },
	{ "time", 0, SCOPE_CONNECT | SCOPE_SET, NULL,
	    "A time stamp before each line; in --log and record, how long each reply took",
	    OPTION_FLAG, AT(look.time) },
	{ "color", 0,
	    SCOPE_CONNECT | SCOPE_PROBE | SCOPE_SELFTEST | SCOPE_SERVE | SCOPE_EXPLAIN | SCOPE_SET,
	    "[=auto|always|never]", "Colour (default: on a terminal)", OPTION_CHOICE,
	    AT(look.color), color_choices },
	{ "format", 0, SCOPE_REPLAY | SCOPE_SELFTEST, replay_format_words + 1,
	    "Report for people, as TAP 13 or 14, JUnit XML, or JSON", OPTION_CHOICE, AT(report),
	    replay_formats },
	{ "format", 0, SCOPE_SERVE, replay_format_words + 1,
	    "Print what is said for people or as JSON; or, at the end, a test a connection: TAP, "
	    "JUnit XML",
	    OPTION_CHOICE, AT(report), replay_formats },
	{ "exit", 0, SCOPE_CONNECT | SCOPE_RESOLVE | SCOPE_SELFTEST, "own|swaks|sysexits",
	    "Exit with the numbers of this table", OPTION_CHOICE, AT(exit), exit_choices },
	{ "strict", 0, SCOPE_TALK | SCOPE_SERVE | SCOPE_SET, NULL,
	    "Refuse a line that looks wrong instead of noting it; serve FILE: what the script does "
	    "not have fails",
	    OPTION_FLAG, AT(strict) },
	{ "explain", 0, SCOPE_TALK | SCOPE_SET, "[=on|off]",
	    "Explain a 4yz or 5yz under it (default: on a terminal, or with -v)", OPTION_CHOICE,
	    AT(look.no_explain), explain_choices },
	{ "no-history", 0, SCOPE_TALK, NULL, "Keep no history of the prompt", OPTION_FLAG,
	    AT(no_history) },
	{ "quiet", 'q', SCOPE_ALL, NULL, "Say less", OPTION_CHOICE, AT(look.verbose), quiet },
	{ "verbose", 'v', SCOPE_ALL, NULL, "Say more", OPTION_COUNT, AT(look.verbose) },
	{ "version", 'V', SCOPE_ALL, NULL, "The version, and the libraries', then end", OPTION_FLAG,
	    AT(version) },
	{ "help", 'h', SCOPE_ALL, NULL, "This, then end", OPTION_FLAG, AT(help) },
	{ .name = NULL },
};
