/* In which order addresses are tried. */
#include "tests.h"

#include <stdio.h>
#include <unistd.h>

#include "net/order.h"

/* Loopback can be reached on every machine, and broadcast on none (without SO_BROADCAST). */
static const struct {
	const char *name, *in, *out;
} table[] = {
	{ "none", "", "" },
	{ "one", "127.0.0.1", "127.0.0.1" },
	{ "as they came", "127.0.0.3 127.0.0.1 127.0.0.2", "127.0.0.3 127.0.0.1 127.0.0.2" },
	{ "IPv6 first, then in turn", "127.0.0.1 127.0.0.2 ::1 127.0.0.3",
	    "::1 127.0.0.1 127.0.0.2 127.0.0.3" },
	{ "what cannot be reached is last", "255.255.255.255 127.0.0.1 ::1",
	    "::1 127.0.0.1 255.255.255.255" },
};

static bool
has_ipv6(void)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6, .sin6_port = htons(53), .sin6_addr = IN6ADDR_LOOPBACK_INIT
	};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void
order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (strchr(table[i].in, ':') && !has_ipv6())
			continue;
		struct addr addr[8];
		struct span words = span_of(table[i].in), word;
		char out[300] = "", host[ADDR_TEXT];
		size_t n = 0;
		while ((word = span_word(&words)).len > 0)
			n += addr_parse(&addr[n], word, 25);
		order_addresses(addr, n);
		for (size_t j = 0; j < n; j++)
			snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", j ? " " : "",
			    addr_host(&addr[j], host));
		if (strcmp(out, table[i].out) != 0)
			fail_msg("%s: %s", table[i].name, out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(order) };
	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
