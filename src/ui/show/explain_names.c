/*
 * explain_names - everything that has a name: keywords, verbs, parameters, mechanisms, alerts,
 * errors, rcodes.
 */
#include "ui/show/explain_priv.h"

#include "net/dns_words.h"
#include "net/tls_words.h"
#include "smtp/extension.h"
#include "smtp/mechanism.h"
#include "smtp/parameter.h"
#include "smtp/term.h"

static bool
add_keyword(struct explaining *x, struct span name)
{
	static const char *const kind[] = {
		[EXTENSION_REGISTERED] = "registered with IANA",
		[EXTENSION_HISTORIC] = "historic: not used any more",
		[EXTENSION_VENDOR] = "not registered: of one maker",
		[EXTENSION_MASKED] = "no extension at all",
	};
	const struct extension_info *info = extension_info(name);

	if (!info)
		return false;
	explain_add(
	    x, "EHLO keyword", span_of(info->keyword), "%s (%s)", info->meaning, info->source);
	explain_fact(x, "status", "%s", kind[info->kind]);
	explain_fact(x, "behind it", "%s", info->argument ? info->argument : "");
	explain_fact(x, "adds", "%s", info->adds ? info->adds : "");
	if (info->kind == EXTENSION_MASKED)
		explain_fact(x, "next",
		    "compare with a connection from elsewhere; on a Cisco ASA or PIX turn off its "
		    "SMTP inspection");
	return true;
}

static bool
add_verb(struct explaining *x, struct span name)
{
	enum verb verb = verb_of(name, NULL);
	const struct verb_info *info = verb_info(verb);

	if (verb == VERB_OTHER || name.len != strlen(info->name))
		return false;
	explain_add(x, "command", span_of(info->name), "%s (%s)", info->help, info->rfc);
	explain_fact(x, "syntax", "%s%s", info->name, info->syntax);
	explain_fact(x, "usual reply", "%u", info->success);
	explain_fact(x, "offered by", "%s", info->extension ? info->extension : "");
	if (info->ends_group)
		explain_fact(x, "pipelining",
		    "may only be the last of several commands in one write (RFC 2920 3.1)");
	return true;
}

static bool
add_parameter(struct explaining *x, struct span name)
{
	struct span word = span_until(&name, '=');
	bool any = false;

	for (const struct parameter *p = parameters; p->name; p++) {
		if (!span_eq_case(word, span_of(p->name)))
			continue;
		explain_add(x, "parameter", span_of(p->name), "%s (%s)", p->help, p->rfc);
		explain_fact(x, "syntax", "%s ... %s%s",
		    p->verb == VERB_MAIL ? "MAIL FROM:<sender>" : "RCPT TO:<recipient>", p->name,
		    p->syntax);
		explain_fact(x, "offered by", "%s", p->extension);
		any = true;
	}
	return any;
}

static bool
add_mechanism(struct explaining *x, struct span name)
{
	const struct mechanism *info = mechanism_named(name);

	if (!info)
		return false;
	explain_add(
	    x, "SASL mechanism", span_of(info->name), "%s (%s)", info->meaning, info->source);
	explain_fact(x, "on the wire", "%s", mechanism_kind_text(info->kind));
	return true;
}

static bool
add_limit(struct explaining *x, struct span name)
{
	struct span word = span_until(&name, '=');
	const char *meaning = limit_meaning(word);

	if (!meaning)
		return false;
	explain_add(x, "limit", word, "%s, as LIMITS tells (RFC 9422)", meaning);
	return true;
}

static bool
add_term(struct explaining *x, struct span name)
{
	const struct term *t = term_find(name);

	if (!t)
		return false;
	explain_add(x, t->kind, span_of(t->name), "%s (%s)", t->meaning, t->source);
	return true;
}

static bool
add_alert(struct explaining *x, struct span name)
{
	const struct alert_info *info = alert_named(name);

	if (!info)
		return false;
	explain_add(x, "TLS alert", span_of(info->name), "%s (%s)", info->means, info->rfc);
	explain_fact(x, "number", "%u", info->number);
	explain_fact(x, "next", "%s", info->next ? info->next : "");
	return true;
}

static bool
add_verify(struct explaining *x, struct span name)
{
	const struct verify_info *info = verify_named(name);
	int code = info ? info->code : verify_text_code(name);

	if (code == 0)
		return false;
	if (!info) {
		explain_add(x, "certificate error", arena_printf(x->arena, "error %d", code),
		    "%s (so OpenSSL words it)", verify_text(code));
		return true;
	}
	explain_add(x, "certificate error", span_of(info->name), "%s", info->means);
	explain_fact(x, "number", "%d", info->code);
	explain_fact(x, "next", "%s", info->next ? info->next : "");
	return true;
}

static bool
add_rcode(struct explaining *x, struct span name)
{
	const struct rcode_info *info = rcode_named(name);

	if (!info)
		return false;
	explain_add(x, "DNS rcode", span_of(info->name), "%s (%s)", info->means, info->rfc);
	explain_fact(x, "number", "%u", info->number);
	explain_fact(x, "next", "%s", info->next ? info->next : "");
	return true;
}

bool
explain_name(struct explaining *x, struct span name)
{
	bool (*const kinds[])(struct explaining *, struct span) = {
		add_keyword,
		add_verb,
		add_parameter,
		add_mechanism,
		add_limit,
		add_alert,
		add_verify,
		add_rcode,
		add_term,
	};
	bool any = false;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		any |= kinds[i](x, name);
	return any;
}
