/*
 * Internationalised domain names (IDNA 2008, RFC 5891; libidn2). A shared module (base/module.h),
 * got by idn(). Only names with octets above 127 may be passed: libidn2 rejects some ASCII names
 * that exist.
 */
#ifndef NET_IDN_H
#define NET_IDN_H

#include "base/arena.h"
#include "base/module.h"

struct idn {
	/*
	 * Converts U-labels to A-labels, in the arena: "bücher.example" to
	 * "xn--bcher-kva.example". False with err (ERR_DNS).
	 */
	bool (*to_ascii)(struct span name, struct arena *, struct span *out, struct err *);
	/*
	 * Converts A-labels to U-labels, to be shown beside the A-labels, never alone; returns
	 * the name itself where it has none.
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
