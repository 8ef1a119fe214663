/* values - reads the values of options that are more than a word or a number. */
#include "ui/options/values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/quantity.h"
#include "run/script/file.h"
#include "smtp/mechanism.h"
#include "ui/options/mistakes.h"

/* ---- one word of several */

const char *
choice_words(const struct choice *choices, char out[CHOICE_WORDS])
{
	size_t n = 0;

	out[0] = '\0';
	for (const struct choice *c = choices; c->word && n < CHOICE_WORDS; c++) {
		const char *glue = c == choices ? "" : c[1].word ? ", " : " or ";
		n += (size_t)snprintf(out + n, CHOICE_WORDS - n, "%s%s", glue, c->word);
	}
	return out;
}

/* Returns the word of the list for what other tools call `v`; NULL: none. */
static const char *
choice_meant(const struct choice *choices, struct span v)
{
	enum mistake kind;
	const char *typed, *help;

	for (size_t i = 0; (help = mistake_row(i, &kind, &typed)); i++)
		for (const struct choice *c = choices; kind == MISTAKE_VALUE && c->word; c++)
			if (span_eq_case(v, span_of(typed)) && strcmp(c->word, help) == 0)
				return help;
	return NULL;
}

bool
choice_read(
    const struct choice *choices, const char *option, struct span v, int *out, struct err *err)
{
	char words[CHOICE_WORDS];

	for (const struct choice *c = choices; c->word; c++)
		if (span_eq_case(v, span_of(c->word))) {
			*out = c->value;
			return true;
		}
	const char *help = choice_meant(choices, v);
	return err_set(err, ERR_USAGE, "--%s %.*s: expected %s%s%s%s", option,
	    SPAN_ARG(span_first(v, 60)), choice_words(choices, words), help ? " (use " : "",
	    help ? help : "", help ? ")" : "");
}

/* ---- lines, the connection */

bool
option_command(struct options *o, struct span v, struct err *err)
{
	if (o->nlines == LINES_MAX)
		return err_set(err, ERR_USAGE, "more than %d lines with -c: use -f "
		    "FILE", LINES_MAX);
	if (!o->line)
		o->line = ARENA_ARRAY(&o->arena, const char *, LINES_MAX);
	o->line[o->nlines++] = arena_string(&o->arena, v);
	return true;
}

bool
option_quiet(struct options *o, struct span v, struct err *err)
{
	(void)v;
	(void)err;
	o->look.verbose = o->look.verbose < 0 ? -2 : -1;
	return true;
}

bool
option_port(struct options *o, struct span v, struct err *err)
{
	struct target t;

	if (!target_parse(&t, SPAN("x"), v, 0, &o->arena, err))
		return false;
	o->port = t.port;
	return true;
}

/* "30s" for every phase, or "connect=3s,greeting=5s". */
bool
option_timeout(struct options *o, struct span v, struct err *err)
{
	struct cursor c = { .line = v, .rest = v };

	o->timeouts_given = true;
	return timeouts_parse(&o->session.timeouts, v, &c, err);
}

void
option_timeout_show(const struct options *o, char *out)
{
	timeouts_show(&o->session.timeouts, out);
}

bool
option_write(struct options *o, struct span v, struct err *err)
{
	struct cursor c = { .line = v, .rest = v };
	struct pace pace = { 0 };

	if (!pace_parse(&pace, &c, err))
		return false;
	o->session.pace = pace;
	return true;
}

void
option_write_show(const struct options *o, char *out)
{
	pace_show(&o->session.pace, out, OPTION_SHOWN);
}

/* Checked now rather than when TLS begins. */
static bool
readable_file(const char *name, struct span v, const char **out, struct options *o, struct err *err)
{
	*out = arena_string(&o->arena, v);
	return access(*out, R_OK) == 0 ||
	    err_set(err, ERR_USAGE, "--%s: cannot read %s: %s", name, *out, strerror(errno));
}

bool
option_ca(struct options *o, struct span v, struct err *err)
{
	return readable_file("ca", v, &o->tls.ca, o, err);
}

bool
option_cert(struct options *o, struct span v, struct err *err)
{
	return readable_file("cert", v, &o->tls.cert, o, err);
}

bool
option_key(struct options *o, struct span v, struct err *err)
{
	return readable_file("key", v, &o->tls.key, o, err);
}

static bool
tls_version(const char *name, struct span v, const char **out, struct options *o, struct err *err)
{
	struct err why;

	*out = arena_string(&o->arena, v);
	return tls_version_ok(v, &why) || err_set(err, ERR_USAGE, "--%s: %s", name, why.text);
}

bool
option_min_tls(struct options *o, struct span v, struct err *err)
{
	return tls_version("min-tls", v, &o->tls.min_version, o, err);
}

bool
option_max_tls(struct options *o, struct span v, struct err *err)
{
	return tls_version("max-tls", v, &o->tls.max_version, o, err);
}

/* curl's sha256//BASE64, the digest of the certificate or of its key. */
bool
option_pin(struct options *o, struct span v, struct err *err)
{
	struct session_opts *s = &o->session;
	struct span octets, prefix = SPAN("sha256//");
	bool ok = span_starts(v, prefix) &&
	    base64_decode(&o->arena, span_skip(v, prefix.len), &octets) && octets.len == 32;

	if (!ok)
		return err_set(err, ERR_USAGE,
		    "--pin %.*s: expected sha256// and the SHA-256 digest of a key or a "
		    "certificate in base64",
		    SPAN_ARG(span_first(v, 80)));
	if (s->npins == PINS_MAX)
		return err_set(err, ERR_USAGE, "--pin given more than %d times", PINS_MAX);
	s->pin[s->npins++] = arena_copy(&o->arena, octets);
	return true;
}

bool
option_proxy(struct options *o, struct span v, struct err *err)
{
	return proxy_parse(&o->session.proxy, arena_string(&o->arena, v), err);
}

bool
option_proxy_protocol(struct options *o, struct span v, struct err *err)
{
	struct err why;

	return proxy_header_parse(&o->session.proxy_header, arena_copy(&o->arena, v), &why) ||
	    err_set(err, ERR_USAGE, "--proxy-protocol: %s", why.text);
}

/* ADDR or ADDR:PORT, from which connections are made. */
bool
option_bind(struct options *o, struct span v, struct err *err)
{
	struct err ignored;

	return addr_parse(&o->session.from, v, 0) ||
	    (span_has(v, ':') && addr_parse_listen(&o->session.from, v, &ignored)) ||
	    err_set(err, ERR_USAGE,
		"--bind %.*s: expected a local address, as in 192.0.2.7 or 192.0.2.7:4711",
		SPAN_ARG(v));
}

/* ---- name resolution */

enum { RULES_MAX = 256, DNS_PORT = 53 };

/* ADDR, ADDR:PORT, [ADDR6] or [ADDR6]:PORT; the default port is `otherwise`. */
static bool
read_address_port(struct addr *a, struct span text, unsigned otherwise)
{
	struct span host = text, port = text;
	unsigned long long number;

	if (addr_parse(a, text, otherwise))
		return true;
	if (text.len > 0 && text.at[0] == '[') {
		host = span_until(&port, ']');
		host = span_skip(host, 1);
		if (port.len == 0 || port.at[0] != ':')
			return false;
		port = span_skip(port, 1);
	} else {
		host = span_until(&port, ':');
	}
	return span_number(port, 65535, &number) && number > 0 &&
	    addr_parse(a, host, (unsigned)number);
}

bool
option_dns(struct options *o, struct span v, struct err *err)
{
	o->dns.nservers = 0;
	while (v.len > 0) {
		struct span text = span_until(&v, ',');
		if (o->dns.nservers == SYSNAMES_SERVERS)
			return err_set(
			    err, ERR_USAGE, "--dns: more than %d servers", SYSNAMES_SERVERS);
		if (!read_address_port(&o->dns.server[o->dns.nservers], text, DNS_PORT))
			return err_set(err, ERR_USAGE,
			    "--dns %.*s: expected the address of a DNS server, with a port unless "
			    "it is 53, as in 192.0.2.53 or 127.0.0.1:5353",
			    SPAN_ARG(span_first(text, 80)));
		o->dns.nservers++;
	}
	return o->dns.nservers > 0 ||
	    err_set(err, ERR_USAGE, "--dns: expected the address of a DNS server");
}

bool
option_resolve(struct options *o, struct span v, struct err *err)
{
	struct route_opts *r = &o->session.route;
	struct span address = v, host = span_until(&address, ':');
	struct resolve_rule rule = { .host = arena_copy(&o->arena, host) };

	if (host.len == 0 || !read_address_port(&rule.addr, address, 0))
		return err_set(err, ERR_USAGE,
		    "--resolve %.*s: expected HOST:ADDRESS[:PORT], as in mx1.example.org:192.0.2.1",
		    SPAN_ARG(span_first(v, 80)));
	if (r->nrules == RULES_MAX)
		return err_set(err, ERR_USAGE, "--resolve given more than %d times", RULES_MAX);
	/* copied, since others may use the rules so far */
	struct resolve_rule *rules = ARENA_ARRAY(&o->arena, struct resolve_rule, r->nrules + 1);
	if (r->nrules > 0)
		memcpy(rules, r->rule, r->nrules * sizeof *rules);
	rules[r->nrules++] = rule;
	r->rule = rules;
	return true;
}

/* ---- credentials */

bool
option_auth(struct options *o, struct span mech, struct err *err)
{
	o->session.auth.wanted = true;
	if (mech.len == 0)
		return true;
	const struct mechanism *known = mechanism_ours(mech);
	if (!known)
		return err_set(err, ERR_USAGE,
		    "--auth=%.*s: unknown mechanism; `smtpsh explain AUTH` lists them",
		    SPAN_ARG(mech));
	o->session.auth.mech = known->name;
	return true;
}

/*
 * curl's --user NAME:PASSWORD is rejected, because others can see the command line, and not shown.
 */
bool
option_user(struct options *o, struct span v, struct err *err)
{
	if (span_has(v, ':'))
		return err_set(err, ERR_USAGE,
		    "--user: \":\" is not allowed in a name, and passwords are not accepted on the "
		    "command line, where other users can see them; use --password-file, "
		    "--password-env, --password-command, --password-fd or --netrc");
	o->session.auth.user = arena_string(&o->arena, v);
	return true;
}

bool
option_password_file(struct options *o, struct span v, struct err *err)
{
	return credentials_file(&o->session.auth.password, arena_string(&o->arena, v), err);
}

bool
option_password_env(struct options *o, struct span v, struct err *err)
{
	return credentials_environment(&o->session.auth.password, arena_string(&o->arena, v), err);
}

bool
option_password_command(struct options *o, struct span v, struct err *err)
{
	return credentials_command(&o->session.auth.password, arena_string(&o->arena, v), err);
}

bool
option_password_fd(struct options *o, struct span v, struct err *err)
{
	unsigned long long fd;

	if (!span_number(v, 1 << 20, &fd))
		return err_set(err, ERR_USAGE,
		    "--password-fd %.*s: expected the number of an open descriptor", SPAN_ARG(v));
	return credentials_descriptor(&o->session.auth.password, (int)fd, err);
}

/* ---- a probe */

const struct choice probe_formats[] = {
#define X(token, word) { #word, REPORT_##token },
	REPORT_FORMATS(X, X)
#undef X
	    { NULL, 0 },
};

bool
option_format(struct options *o, struct span v, struct err *err)
{
	struct span file = v, name = span_until(&file, ':');
	int format;

	if (!choice_read(probe_formats, "format", name, &format, err))
		return false;
	if (o->probe.nreports == FORMATS_MAX)
		return err_set(err, ERR_USAGE, "more than %d formats", FORMATS_MAX);
	o->probe.report[o->probe.nreports].format = (enum report_format)format;
	o->probe.report[o->probe.nreports++].file = file.len > 0 ? arena_string(&o->arena, file) :
								   NULL;
	return true;
}

static bool
threshold(
    struct options *o, const char *option, struct range *ranges, struct span v, struct err *err)
{
	struct err why;

	return judge_threshold(ranges, v, &o->arena, &why) ||
	    err_set(err, why.kind, "%s: %s", option, why.text);
}

bool
option_warning(struct options *o, struct span v, struct err *err)
{
	return threshold(o, "-w", o->probe.judge.warn, v, err);
}

bool
option_critical(struct options *o, struct span v, struct err *err)
{
	return threshold(o, "-c", o->probe.judge.crit, v, err);
}

bool
option_state(struct options *o, struct span v, struct err *err)
{
	return judge_state_rule(&o->probe.judge, v, err);
}

bool
option_rate(struct options *o, struct span v, struct err *err)
{
	struct span number = v;
	unsigned long long n;

	if (span_ends_case(number, SPAN("/s")))
		number.len -= 2;
	if (!span_number(number, 1000000, &n) || n == 0)
		return err_set(err, ERR_USAGE,
		    "--rate %.*s: expected probes per second, as in 50/s",
		    SPAN_ARG(span_first(v, 40)));
	o->probe.fleet.rate = (unsigned)n;
	return true;
}

bool
option_expect_banner(struct options *o, struct span v, struct err *err)
{
	struct err why;

	o->probe.judge.banner = ere_new(v, 0, &o->arena, &why);
	return o->probe.judge.banner ||
	    err_set(
		err, ERR_USAGE, "--expect-banner %.*s: %s", SPAN_ARG(span_first(v, 80)), why.text);
}

/*
 * Returns OpenSSL's names for the signatures of the kinds of keys that people name; a list in
 * OpenSSL's own syntax is returned unchanged.
 */
const char *
option_way_sigalgs(const char *way)
{
	static const struct {
		const char *word, *list;
	} kinds[] = {
		{ "rsa",
		    "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:RSA+SHA256:RSA+"
		    "SHA384:RSA+SHA512" },
		{ "ecdsa", "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512" },
		{ "eddsa", "ed25519:ed448" },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(way, kinds[i].word) == 0)
			return kinds[i].list;
	return way;
}

bool
option_sigalgs(struct options *o, struct span v, struct err *err)
{
	o->probe.nways = 0;
	while (v.len > 0) {
		struct span way = span_trim(span_until(&v, ','));
		if (way.len == 0 || o->probe.nways == WAYS_MAX)
			return err_set(err, ERR_USAGE,
			    "--sigalgs: expected up to %d of rsa, ecdsa, eddsa or OpenSSL lists, "
			    "separated by commas",
			    WAYS_MAX);
		o->probe.way[o->probe.nways++] = arena_string(&o->arena, way);
	}
	return true;
}

/* ---- commands that play scripts: variables and secrets */

struct play_value *
options_new_value(struct options *o)
{
	if (!o->value)
		o->value = ARENA_ARRAY(&o->arena, struct play_value, VALUES_MAX);
	return o->nvalues < VALUES_MAX ? &o->value[o->nvalues++] : NULL;
}

static struct play_value *
new_value(struct options *o, struct span name, const char *option, struct err *err)
{
	if (!name_is_valid(name)) {
		err_set(err, ERR_USAGE, "--%s: \"%.*s\" is not a valid name for a variable", option,
		    SPAN_ARG(span_first(name, 60)));
		return NULL;
	}
	struct play_value *v = options_new_value(o);
	if (v)
		v->name = arena_copy(&o->arena, name);
	else
		err_set(err, ERR_USAGE, "more than %d variables", VALUES_MAX);
	return v;
}

bool
option_var(struct options *o, struct span value, struct err *err)
{
	struct span name = span_until(&value, '=');
	struct play_value *v = new_value(o, name, "var", err);

	if (v)
		v->value = arena_copy(&o->arena, value);
	return v != NULL;
}

/* NAME=@FILE, whose first line is the secret: others can see the command line. */
bool
option_secret(struct options *o, struct span value, struct err *err)
{
	struct span name = span_until(&value, '='), text, line = SPAN_NONE;
	struct play_value *v;

	if (value.len < 2 || value.at[0] != '@')
		return err_set(err, ERR_USAGE,
		    "--secret %.*s: expected NAME=@FILE; secrets are never accepted on the command "
		    "line",
		    SPAN_ARG(name));
	v = new_value(o, name, "secret", err);
	if (!v ||
	    !file_read(arena_string(&o->arena, span_skip(value, 1)), FILE_PIPE, 64 << 10, &o->arena,
		&text, err))
		return false;
	span_line(&text, &line);
	v->value = line;
	v->secret = true;
	return true;
}

bool
option_match(struct options *o, struct span value, struct err *err)
{
	o->match_level = match_level_of(value);
	return o->match_level != MATCH_UNSET ||
	    err_set(err, ERR_USAGE, "--match %.*s: expected class, code, enhanced, text or exact",
		SPAN_ARG(span_first(value, 40)));
}

struct script_opts *
options_script(struct options *o, struct script_opts *opts)
{
	struct span *known = ARENA_ARRAY(&o->arena, struct span, o->nvalues),
		    *secret = ARENA_ARRAY(&o->arena, struct span, o->nvalues);

	opts->known = known;
	opts->secret = secret;
	opts->only_at_prompt = o->program->only_at_prompt;
	for (size_t i = 0; i < o->nvalues; i++)
		if (o->value[i].secret)
			secret[opts->nsecret++] = o->value[i].name;
		else
			known[opts->nknown++] = o->value[i].name;
	return opts;
}

/* ---- a server */

/* The text is sent as a reply, so it must be one: a 4yz or 5yz code, and no line ending. */
static bool
is_reply(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 0x20)
			return false;
	return s.len >= 3 && (s.at[0] == '4' || s.at[0] == '5') && ascii_is_digit(s.at[1]) &&
	    ascii_is_digit(s.at[2]) && (s.len == 3 || s.at[3] == ' ');
}

/* STAGE:WHO[=REPLY] */
bool
option_refuse(struct options *o, struct span v, struct err *err)
{
	struct span whole = v, stage = span_until(&v, ':'), who = span_until(&v, '=');

	for (enum mta_stage at = MTA_HELO; at < MTA_STAGE_COUNT; at++) {
		if (!span_eq_case(stage, span_of(mta_stage(at)->word)))
			continue;
		if (who.len == 0)
			break;
		if (v.len > 0 && !is_reply(v))
			return err_set(err, ERR_USAGE,
			    "--refuse %.*s: \"%.*s\" is not a rejection: expected a 4xx or 5xx "
			    "code and a text",
			    SPAN_ARG(whole), SPAN_ARG(v));
		if (o->nrefusals == REFUSALS_MAX)
			return err_set(err, ERR_USAGE,
			    "--refuse given more than %d times; a script with /on rules has no "
			    "such limit",
			    REFUSALS_MAX);
		if (!o->refusal)
			o->refusal = ARENA_ARRAY(&o->arena, struct mta_refusal, REFUSALS_MAX + 1);
		struct span reply = v.len ? v : span_of(mta_stage(at)->reply);
		o->refusal[o->nrefusals++] = (struct mta_refusal){ at,
			span_of(arena_string(&o->arena, who)),
			span_of(arena_string(&o->arena, reply)) };
		return true;
	}
	return err_set(err, ERR_USAGE,
	    "--refuse %.*s: expected helo:NAME, or mail:, rcpt:, data: or dot: and an address; "
	    "=REPLY sets the reply",
	    SPAN_ARG(whole));
}

static bool
delay_all(struct mta_opts *m, uint64_t ms)
{
	for (size_t v = 0; v < VERB_COUNT; v++)
		m->delay_ms[v] = ms;
	m->delay_banner_ms = m->delay_dot_ms = ms;
	return true;
}

/* "2s" for every reply, or "banner=5s,RCPT=1s,dot=3s". */
bool
option_delay(struct options *o, struct span v, struct err *err)
{
	struct mta_opts *m = &o->serve.mta;
	struct cursor c = { .line = v, .rest = v };
	uint64_t ms;

	while (v.len > 0) {
		struct span time = span_until(&v, ','), name = { 0 };
		if (span_has(time, '='))
			name = span_until(&time, '=');
		if (!cursor_milliseconds(&c, time, &ms, err))
			return false;
		enum verb verb = verb_of(name, NULL);
		if (name.len == 0)
			delay_all(m, ms);
		else if (span_eq_case(name, SPAN("banner")))
			m->delay_banner_ms = ms;
		else if (span_eq_case(name, SPAN("dot")))
			m->delay_dot_ms = ms;
		else if (verb != VERB_OTHER)
			m->delay_ms[verb] = ms;
		else
			return err_set(err, ERR_USAGE,
			    "--delay: \"%.*s\" is not an SMTP command, banner or dot",
			    SPAN_ARG(name));
	}
	return true;
}

bool
option_size(struct options *o, struct span v, struct err *err)
{
	uint64_t n;

	if (!quantity_octets(v, &n) || n == 0 || n >> 40)
		return err_set(err, ERR_USAGE, "--size %.*s: expected a number of octets, as in "
		    "10240, 64k or 25m",
		    SPAN_ARG(span_first(v, 40)));
	o->serve.mta.size_limit = n;
	return true;
}

bool
option_allow_host(struct options *o, struct span v, struct err *err)
{
	if (o->nallow_host == VALUES_MAX)
		return err_set(err, ERR_USAGE, "--allow-host given more than %d times", VALUES_MAX);
	if (!o->allow_host)
		o->allow_host = ARENA_ARRAY(&o->arena, const char *, VALUES_MAX);
	o->allow_host[o->nallow_host++] = arena_string(&o->arena, v);
	return true;
}

enum { HISTORY_MAX = 500 };

bool
option_history(struct options *o, struct span v, struct err *err)
{
	unsigned long long n;

	if (!span_number(v, HISTORY_MAX, &n))
		return err_set(err, ERR_USAGE, "--history %.*s: expected a number up to %d",
		    SPAN_ARG(span_first(v, 40)), HISTORY_MAX);
	o->history = (unsigned)n;
	return true;
}

bool
option_allow_target(struct options *o, struct span v, struct err *err)
{
	if (o->nallow_target == VALUES_MAX)
		return err_set(err, ERR_USAGE, "--allow-target given more than %d "
		    "times", VALUES_MAX);
	if (!o->allow_target)
		o->allow_target = ARENA_ARRAY(&o->arena, struct addr_net, VALUES_MAX);
	return addr_net_parse(&o->allow_target[o->nallow_target++], v, err);
}
