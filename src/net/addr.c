/* addr - a socket address. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

static bool
parse_v6(struct addr *a, char *text, unsigned port)
{
	char *zone = strchr(text, '%');

	if (zone)
		*zone++ = '\0';
	*a = (struct addr){ .len = sizeof a->in6 };
	a->in6.sin6_family = AF_INET6;
	a->in6.sin6_port = htons((uint16_t)port);
	if (inet_pton(AF_INET6, text, &a->in6.sin6_addr) != 1)
		return false;
	if (zone)
		a->in6.sin6_scope_id = if_nametoindex(zone);
	return !zone || a->in6.sin6_scope_id != 0;
}

bool
addr_parse(struct addr *a, struct span literal, unsigned port)
{
	char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];

	if (literal.len > 2 && literal.at[0] == '[' && literal.at[literal.len - 1] == ']') {
		literal = span_first(span_skip(literal, 1), literal.len - 2);
		if (span_starts_case(literal, SPAN("IPv6:")))
			literal = span_skip(literal, 5);
	}
	if (literal.len == 0 || literal.len >= sizeof text)
		return false;
	memcpy(text, literal.at, literal.len);
	text[literal.len] = '\0';

	*a = (struct addr){ .len = sizeof a->in4 };
	a->in4.sin_family = AF_INET;
	a->in4.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, text, &a->in4.sin_addr) == 1)
		return true;
	return parse_v6(a, text, port);
}

bool
addr_parse_listen(struct addr *a, struct span text, struct err *err)
{
	unsigned long long port;
	struct span host = SPAN("127.0.0.1"), number = text;

	for (size_t i = text.len; i-- > 0;)
		if (text.at[i] == ':') {
			host = span_first(text, i);
			number = span_skip(text, i + 1);
			break;
		}
	if (host.len == 0)
		host = SPAN("127.0.0.1");
	if (span_eq_case(host, SPAN("localhost")))
		host = SPAN("127.0.0.1");
	if (!span_number(number, 65535, &port) || !addr_parse(a, host, (unsigned)port))
		return err_set(err, ERR_USAGE,
		    "cannot listen on \"%.*s\": expected ADDRESS:PORT, such as 127.0.0.1:2525",
		    SPAN_ARG(text));
	return true;
}

bool
addr_unix(struct addr *a, struct span path, struct err *err)
{
	*a = (struct addr){ .len = sizeof a->un };
	a->un.sun_family = AF_UNIX;
	if (path.len == 0 || path.len >= sizeof a->un.sun_path)
		return err_set(err, ERR_USAGE,
		    "socket path \"%.*s\" is %zu octets long; 1 to %zu are possible",
		    SPAN_ARG(path), path.len, sizeof a->un.sun_path - 1);
	memcpy(a->un.sun_path, path.at, path.len);
	return true;
}

unsigned
addr_family(const struct addr *a)
{
	if (a->len == 0)
		return 0;
	return a->any.sa_family == AF_INET ? 4 : a->any.sa_family == AF_INET6 ? 6 : 0;
}

unsigned
addr_port(const struct addr *a)
{
	switch (addr_family(a)) {
	case 4:
		return ntohs(a->in4.sin_port);
	case 6:
		return ntohs(a->in6.sin6_port);
	default:
		return 0;
	}
}

void
addr_set_port(struct addr *a, unsigned port)
{
	if (addr_family(a) == 4)
		a->in4.sin_port = htons((uint16_t)port);
	else if (addr_family(a) == 6)
		a->in6.sin6_port = htons((uint16_t)port);
}

bool
addr_is_loopback(const struct addr *a)
{
	switch (addr_family(a)) {
	case 4:
		return ntohl(a->in4.sin_addr.s_addr) >> 24 == 127;
	case 6:
		return IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr) ||
		    (IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr) &&
			a->in6.sin6_addr.s6_addr[12] == 127);
	default:
		return a->len != 0;
	}
}

bool
addr_is_any(const struct addr *a)
{
	switch (addr_family(a)) {
	case 4:
		return a->in4.sin_addr.s_addr == INADDR_ANY;
	case 6:
		return IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr);
	default:
		return false;
	}
}

/*
 * Sets *out to the address's octets and returns their number. An IPv4-mapped address has the four
 * of the IPv4 address. 0: not an IP address.
 */
static size_t
octets(const struct addr *a, const unsigned char **out)
{
	*out = (const unsigned char *)&a->in4.sin_addr;
	if (addr_family(a) != 6)
		return addr_family(a);
	*out = a->in6.sin6_addr.s6_addr;
	if (!IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return 16;
	*out += 12;
	return 4;
}

bool
addr_net_parse(struct addr_net *net, struct span text, struct err *err)
{
	struct span bits = text, base = span_until(&bits, '/');
	unsigned long long n = 0;
	bool whole = !span_has(text, '/');

	bool ok = addr_parse(&net->base, base, 0);
	unsigned most = ok && addr_family(&net->base) == 4 ? 32 : 128;
	if (!ok || (!whole && !span_number(bits, most, &n)))
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is not a network: expected ADDRESS/BITS, such as 192.0.2.0/24 or "
		    "2001:db8::/32",
		    SPAN_ARG(span_first(text, 80)));
	net->bits = whole ? most : (unsigned)n;
	if (addr_family(&net->base) == 6 && IN6_IS_ADDR_V4MAPPED(&net->base.in6.sin6_addr) &&
	    net->bits >= 96) {
		/* addr_net_has takes mapped addresses for IPv4 */
		struct sockaddr_in four = { .sin_family = AF_INET };
		memcpy(&four.sin_addr, net->base.in6.sin6_addr.s6_addr + 12, sizeof four.sin_addr);
		net->base = (struct addr){ .in4 = four, .len = sizeof four };
		net->bits -= 96;
	}
	return true;
}

bool
addr_net_has(const struct addr_net *net, const struct addr *a)
{
	const unsigned char *base = (const unsigned char *)&net->base.in4.sin_addr, *own;
	size_t n = addr_family(&net->base) == 6 ? 16 : 4;

	if (n == 16)
		base = net->base.in6.sin6_addr.s6_addr;
	if (octets(a, &own) != n || memcmp(own, base, net->bits / 8) != 0)
		return false;
	unsigned rest = net->bits % 8;
	return rest == 0 || (own[net->bits / 8] ^ base[net->bits / 8]) >> (8 - rest) == 0;
}

bool
addr_is_allowed(const struct addr_net *net, size_t n, const struct addr *a)
{
	bool ok = n == 0;

	for (size_t i = 0; i < n && !ok; i++)
		ok = addr_net_has(&net[i], a);
	return ok;
}

const char *
addr_host(const struct addr *a, char out[ADDR_TEXT])
{
	char zone[IF_NAMESIZE];

	out[0] = '\0';
	switch (addr_family(a)) {
	case 4:
		inet_ntop(AF_INET, &a->in4.sin_addr, out, ADDR_TEXT);
		break;
	case 6:
		inet_ntop(AF_INET6, &a->in6.sin6_addr, out, ADDR_TEXT);
		if (a->in6.sin6_scope_id != 0 && if_indextoname(a->in6.sin6_scope_id, zone))
			snprintf(out + strlen(out), ADDR_TEXT - strlen(out), "%%%s", zone);
		break;
	default:
		if (a->len)
			snprintf(out, ADDR_TEXT, "%s", a->un.sun_path);
	}
	return out;
}

const char *
addr_text(const struct addr *a, char out[ADDR_TEXT])
{
	char host[ADDR_TEXT];

	addr_host(a, host);
	if (addr_family(a) == 0)
		snprintf(out, ADDR_TEXT, "%s", host);
	else
		snprintf(out, ADDR_TEXT, addr_family(a) == 6 ? "[%.100s]:%u" : "%.100s:%u", host,
		    addr_port(a));
	return out;
}

bool
addr_is_private(const struct addr *a)
{
	static const char *const nets[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
		"100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10" };
	struct addr_net net;

	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
		if (addr_net_parse(&net, span_of(nets[i]), NULL) && addr_net_has(&net, a))
			return true;
	return false;
}
