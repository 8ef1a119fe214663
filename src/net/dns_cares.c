/* dns_cares - c-ares, opened when the first name is looked up. */
#include "net/dns_cares.h"

const struct cares module_dns_cares = {
#define X(name) .name = ares_##name,
	CARES_FUNCTIONS(X)
#undef X
};
