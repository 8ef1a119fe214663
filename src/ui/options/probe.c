/* probe - the options of `smtpsh probe` that take more than a value. */
#include "ui/options/options.h"

#include <string.h>


#define X(name) ", " #name
static const char formats_behind_commas[] = REPORT_FORMATS(X);
#undef X

static bool
is_format(struct span name)
{
	static const char *const names[] = {
#define X(name) #name,
		REPORT_FORMATS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_eq(name, span_of(names[i])))
			return true;
	return false;
}

bool
probe_format(struct options *o, struct span v, struct err *err)
{
	struct span file = v, name = span_until(&file, ':');

	if (!is_format(name))
		return err_set(err, ERR_USAGE, "--format %.*s: want %s, alone or with \":FILE\"",
		    SPAN_ARG(span_first(v, 60)), formats_behind_commas + 2);
	if (o->probe.nformats == FORMATS_MAX)
		return err_set(err, ERR_USAGE, "more than %d formats", FORMATS_MAX);
	o->probe.format[o->probe.nformats++] = arena_string(&o->arena, v);
	return true;
}

bool
probe_until(struct options *o, struct span v, struct err *err)
{
	static const char *const words[] = { "", "connect", "banner", "ehlo", "starttls", "auth",
		"mail", "rcpt", "data" };

	for (unsigned i = 1; i < sizeof words / sizeof *words; i++)
		if (span_eq(v, span_of(words[i]))) {
			o->probe.probe.until = (enum probe_depth)i;
			return true;
		}
	return err_set(err, ERR_USAGE,
	    "--until %.*s: want connect, banner, ehlo, starttls, auth, mail, rcpt or data",
	    SPAN_ARG(span_first(v, 60)));
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
probe_warn(struct options *o, struct span v, struct err *err)
{
	return threshold(o, "-w", o->probe.judge.warn, v, err);
}

bool
probe_crit(struct options *o, struct span v, struct err *err)
{
	return threshold(o, "-c", o->probe.judge.crit, v, err);
}

bool
probe_state(struct options *o, struct span v, struct err *err)
{
	return judge_state_rule(&o->probe.judge, v, err);
}

bool
probe_rate(struct options *o, struct span v, struct err *err)
{
	struct span number = v;
	unsigned long long n;

	if (span_ends_case(number, SPAN("/s")))
		number.len -= 2;
	if (!span_number(number, 1000000, &n) || n == 0)
		return err_set(err, ERR_USAGE,
		    "--rate %.*s: want how many to begin in a second, as in 50/s",
		    SPAN_ARG(span_first(v, 40)));
	o->probe.fleet.rate = (unsigned)n;
	return true;
}

bool
probe_banner(struct options *o, struct span v, struct err *err)
{
	struct err why;

	o->probe.judge.banner = ere_new(v, 0, &o->arena, &why);
	return o->probe.judge.banner ||
	    err_set(
		err, ERR_USAGE, "--expect-banner %.*s: %s", SPAN_ARG(span_first(v, 80)), why.text);
}

/* TLS that was asked for must be there, also on port 25. */
bool
probe_tls(struct options *o, struct span v, struct err *err)
{
	static const struct {
		const char *word;
		enum target_tls mode;
	} words[] = {
		{ "starttls", TARGET_TLS_STARTTLS },
		{ "off", TARGET_TLS_OFF },
		{ "try", TARGET_TLS_TRY },
		{ "implicit", TARGET_TLS_IMPLICIT },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (v.len == 0 || span_eq(v, span_of(words[i].word))) {
			o->session.tls = words[i].mode;
			o->probe.judge.tls_said = words[i].mode != TARGET_TLS_TRY &&
			    words[i].mode != TARGET_TLS_OFF;
			return true;
		}
	return err_set(err, ERR_USAGE, "--tls=%.*s: want off, try, starttls or implicit",
	    SPAN_ARG(span_first(v, 40)));
}

/*
 * Kinds of keys people name, and what OpenSSL calls what they sign with; a list of its own goes as
 * it is.
 */
const char *
probe_way_sigalgs(const char *way)
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
probe_sigalgs(struct options *o, struct span v, struct err *err)
{
	o->probe.nways = 0;
	while (v.len > 0) {
		struct span way = span_trim(span_until(&v, ','));
		if (way.len == 0 || o->probe.nways == WAYS_MAX)
			return err_set(err, ERR_USAGE,
			    "--sigalgs: want up to %d of rsa, ecdsa, eddsa or OpenSSL's lists, "
			    "separated by commas",
			    WAYS_MAX);
		o->probe.way[o->probe.nways++] = arena_string(&o->arena, way);
	}
	return true;
}
