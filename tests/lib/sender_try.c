/*
 * Runs one check of a sender (run/sender/sender_check.h) and prints it as JSON:
 * sender_try DNS FROM [source=IP] [ehlo=NAME] [envelope=ADDR] [selector=NAME]... [dnsbl=ZONE]...
 */
#include <stdlib.h>

#include "run/sender/sender_check.h"
#include "ui/show/json_put.h"

static bool done;

static void
on_sender(void *ctx, const struct sender *s)
{
	(void)ctx;
	json_print(stdout, json_sender(s));
	done = true;
}

int
main(int argc, char *argv[])
{
	struct arena arena = { 0 };
	struct dns_opts dns_opts = { .nservers = 1 };
	struct sender_opts opts = { 0 };
	struct span selector[SENDER_SELECTORS_MAX], dnsbl[SENDER_LISTS_MAX];
	struct addr source;
	struct err err = { 0 };
	struct loop *loop = loop_new();

	if (argc < 3 || !addr_parse_listen(&dns_opts.server[0], span_of(argv[1]), &err))
		return 2;
	opts = (struct sender_opts){
		.from = span_of(argv[2]), .selector = selector, .dnsbl = dnsbl
	};
	for (int i = 3; i < argc; i++) {
		struct span value = span_of(argv[i]), key = span_until(&value, '=');
		if (span_eq(key, SPAN("source")) && addr_parse(&source, value, 0))
			opts.source = &source;
		else if (span_eq(key, SPAN("ehlo")))
			opts.ehlo = value;
		else if (span_eq(key, SPAN("envelope")))
			opts.envelope = value;
		else if (span_eq(key, SPAN("selector")))
			selector[opts.nselectors++] = value;
		else if (span_eq(key, SPAN("dnsbl")))
			dnsbl[opts.ndnsbl++] = value;
		else
			return 2;
	}
	struct dns *dns = dns_new(loop, &dns_opts);
	struct sender_check *check = sender_check_start(
	    loop, dns, &opts, 10000, &arena, on_sender, NULL, &err);
	if (!check)
		fprintf(stderr, "%s\n", err.text);
	while (check && !done)
		loop_turn(loop, true);
	sender_check_free(check);
	dns_free(dns);
	loop_free(loop);
	arena_release(&arena);
	return check ? 0 : 2;
}
