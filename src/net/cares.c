/* cares - c-ares, opened when the first name is looked up. */
#include "net/cares.h"

const struct cares module_cares = {
#define X(name) .name = ares_##name,
	CARES_FUNCTIONS(X)
#undef X
};
