/*
 * Internationalized domain names (IDNA 2008, RFC 5891) with libidn2. A shared module
 * (base/module.h), opened by idn(). Pass only names with bytes above 127: libidn2 rejects some
 * ASCII names that exist.
 */
#ifndef NET_IDN_H
#define NET_IDN_H

#include "base/arena.h"
#include "base/module.h"

struct idn {
	/*
	 * Converts U-labels to A-labels in the arena: "bücher.example" to
	 * "xn--bcher-kva.example". Returns false and sets err (ERR_DNS) on failure.
	 */
	bool (*to_ascii)(struct span name, struct arena *, struct span *out, struct err *);
	/*
	 * Converts A-labels to U-labels; returns `name` itself on failure. Show the result beside
	 * the A-labels, never alone: U-labels can be made to look like another name.
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
