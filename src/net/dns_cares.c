/* dns_cares - the module with c-ares, which is opened for the first lookup. */
#include "net/dns_cares.h"

const struct cares module_dns_cares = {
#define X(name) .name = ares_##name,
	CARES_FUNCTIONS(X)
#undef X
};
