/* order - the order in which addresses are tried. */
#include "net/order.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/port.h"

/* RFC 6724 2.1, without the prefixes that are not in use any more. */
static int
order_precedence(const struct addr *a)
{
	const unsigned char *six = a->in6.sin6_addr.s6_addr;

	if (addr_family(a) != 6)
		return 35;
	if (addr_is_loopback(a))
		return 50;
	if (IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return 34;
	if (six[0] == 0x20 && six[1] == 0x02)
		return 30;			/* 6to4 */
	if (six[0] == 0x20 && six[1] == 0x01 && six[2] == 0 && six[3] == 0)
		return 5;			/* Teredo */
	return (six[0] & 0xFE) == 0xFC ? 3 : 40;	/* unique local, or any */
}

/*
 * Whether this machine has a route and a source address for it. Connecting a datagram socket tells,
 * and sends nothing.
 */
static bool
order_is_reachable(const struct addr *a)
{
	struct addr to = *a;

	addr_set_port(&to, 53);
	int fd = port_socket(to.any.sa_family, SOCK_DGRAM, 0, false);
	bool ok = fd >= 0 && connect(fd, &to.any, to.len) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

struct ranked {
	struct addr addr;
	int rank;
};

static void
order_sort(struct ranked *list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct ranked r = list[i];
		size_t j = i;
		for (; j > 0 && list[j - 1].rank < r.rank; j--)
			list[j] = list[j - 1];
		list[j] = r;
	}
}

/*
 * Takes the first address of at least this rank and of the family, if not 0, out of the list by
 * making its rank negative. NULL: none.
 */
static const struct ranked *
take(struct ranked *list, size_t n, unsigned family, int rank_least)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].rank >= rank_least &&
		    (!family || addr_family(&list[i].addr) == family)) {
			list[i].rank = -list[i].rank - 1;
			return &list[i];
		}
	return NULL;
}

void
order_addresses(struct addr *addr, size_t n)
{
	enum { REACHABLE = 100 };

	if (n < 2)
		return;
	struct ranked *list = memory_get(n * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct ranked){ addr[i],
			order_precedence(&addr[i]) +
			    (order_is_reachable(&addr[i]) ? REACHABLE : 0) };
	order_sort(list, n);
	for (size_t i = 0, family = 0; i < n; i++) {
		const struct ranked *next = take(list, n, (unsigned)family, REACHABLE);
		if (!next)
			next = take(list, n, 0, REACHABLE);
		if (!next)
			next = take(list, n, 0, 0);
		assert(next);			/* each iteration takes one of n */
		addr[i] = next->addr;
		family = addr_family(&addr[i]) == 6 ? 4 : 6;
	}
	free(list);
}
