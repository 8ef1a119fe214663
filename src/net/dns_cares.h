/*
 * The functions of c-ares that net/dns calls. A shared module (base/module.h), opened by cares():
 * connecting to an address literal needs no lookup.
 */
#ifndef NET_DNS_CARES_H
#define NET_DNS_CARES_H

#include <ares.h>

#include "base/module.h"

#define CARES_FUNCTIONS(X)						\
	X(destroy)							\
	X(init_options)							\
	X(library_cleanup)						\
	X(library_init)							\
	X(process_fd)							\
	X(send)								\
	X(set_servers_ports_csv)					\
	X(set_socket_functions)						\
	X(strerror)							\
	X(timeout)							\
	X(version)

/* Each is ares_NAME(3). */
struct cares {
#define X(name) __typeof__(ares_##name) *name;
	CARES_FUNCTIONS(X)
#undef X
};
extern const struct cares module_dns_cares MODULE_EXPORT;

static inline const struct cares *
cares(struct err *err)
{
	return module_open(MODULE_DNS_CARES, MODULE_LINKED_DNS_CARES, err);
}

#endif
