/* probe - the options of `smtpsh probe` that take more than a value. */
#include "ui/options/options.h"

#include <string.h>

const struct choice probe_formats[] = {
#define X(token, word) { #word, REPORT_##token },
	REPORT_FORMATS(X, X)
#undef X
	    { NULL, 0 },
};

bool
probe_format(struct options *o, struct span v, struct err *err)
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
