/*
 * The order in which addresses are tried: those that this machine has a route to first, then by
 * RFC 6724's precedence, then as given; finally the two families alternate (RFC 8305 4).
 */
#ifndef NET_ORDER_H
#define NET_ORDER_H

#include "net/addr.h"

void order_addresses(struct addr *, size_t n);

#endif
