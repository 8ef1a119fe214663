/* What cmocka wants included before it. */
#ifndef TESTS_UNIT_TESTS_H
#define TESTS_UNIT_TESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"

#define assert_span(s, literal)							\
	do {									\
		struct span assert_span_ = (s);					\
		assert_int_equal(assert_span_.len, sizeof(literal) - 1);	\
		assert_memory_equal(assert_span_.at, literal, sizeof(literal) - 1); \
	} while (0)

#endif
