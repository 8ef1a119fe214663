/* What fuzz targets share: the octets as a span, and a promise that must hold. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define PROMISE(x)	do { if (!(x)) abort(); } while (0)

static inline struct span
fuzz_span(const uint8_t *octets, size_t n)
{
	return (struct span){ (const char *)octets, n };
}

#endif
