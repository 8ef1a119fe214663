/* dns - the options that say where names are found. */
#include "ui/options/dns.h"

enum { RULES_MAX = 256, DNS_PORT = 53 };

/* ADDR, ADDR:PORT, [ADDR6], [ADDR6]:PORT; without one the port is `otherwise`. */
static bool
read_address(struct addr *a, struct span text, unsigned otherwise)
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
options_dns(struct options *o, struct span v, struct err *err)
{
	o->dns.nservers = 0;
	while (v.len > 0) {
		struct span text = span_until(&v, ',');
		if (o->dns.nservers == SYSNAMES_SERVERS)
			return err_set(
			    err, ERR_USAGE, "--dns: more than %d servers", SYSNAMES_SERVERS);
		if (!read_address(&o->dns.server[o->dns.nservers], text, DNS_PORT))
			return err_set(err, ERR_USAGE,
			    "--dns %.*s: want the address of a name server, with a port where it "
			    "is "
			    "not 53, as in 192.0.2.53 or 127.0.0.1:5353",
			    SPAN_ARG(span_first(text, 80)));
		o->dns.nservers++;
	}
	return o->dns.nservers > 0 ||
	    err_set(err, ERR_USAGE, "--dns wants the address of a name server");
}

bool
options_resolve(struct options *o, struct span v, struct err *err)
{
	struct route_opts *r = &o->session.route;
	struct span address = v, host = span_until(&address, ':');
	struct resolve_rule rule = { .host = arena_copy(&o->arena, host) };

	if (host.len == 0 || !read_address(&rule.addr, address, 0))
		return err_set(err, ERR_USAGE,
		    "--resolve %.*s: want HOST:ADDRESS, as in mx1.example.org:192.0.2.1, and :PORT "
		    "where it is another",
		    SPAN_ARG(span_first(v, 80)));
	if (r->nrules == RULES_MAX)
		return err_set(err, ERR_USAGE, "more than %d times --resolve", RULES_MAX);
	/* those so far may be others' too */
	struct resolve_rule *rules = ARENA_ARRAY(&o->arena, struct resolve_rule, r->nrules + 1);
	if (r->nrules > 0)
		memcpy(rules, r->rule, r->nrules * sizeof *rules);
	rules[r->nrules++] = rule;
	r->rule = rules;
	return true;
}
