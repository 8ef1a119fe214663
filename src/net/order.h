/*
 * The order in which addresses are tried. Addresses that this machine has a route to come first,
 * then RFC 6724's precedence decides, then the order given. Among those with a route, the two
 * families alternate (RFC 8305 4).
 */
#ifndef NET_ORDER_H
#define NET_ORDER_H

#include "net/addr.h"

/* Sorts n addresses in place. Connects a datagram socket to each, which sends nothing. */
void order_addresses(struct addr *, size_t n);

#endif
