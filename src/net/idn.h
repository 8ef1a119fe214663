/*
 * Names in other scripts than ASCII (IDNA 2008, RFC 5891; libidn2). A shared module
 * (base/module.h): idn() gets it. Only names with octets above 127 need it: libidn2 refuses some
 * ASCII names that exist.
 */
#ifndef NET_IDN_H
#define NET_IDN_H

#include "base/arena.h"
#include "base/module.h"

struct idn {
	/*
	 * U-labels as A-labels, in the arena: "bücher.example" is "xn--bcher-kva.example". False
	 * with err (ERR_DNS).
	 */
	bool (*to_ascii)(struct span name, struct arena *, struct span *out, struct err *);
	/*
	 * A-labels as U-labels, to be shown beside the A-labels, never alone; the name itself where
	 * it has none.
	 */
	struct span (*to_unicode)(struct span name, struct arena *);
};
extern const struct idn module_idn MODULE_EXPORT;

static inline const struct idn *
idn(struct err *err)
{
	return module_open(MODULE_IDN, MODULE_LINKED_IDN, err);
}


#endif
