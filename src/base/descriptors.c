/* descriptors - the limit of open descriptors. */
#include "base/descriptors.h"

#include <limits.h>
#include <sys/resource.h>

void
descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

unsigned long long
descriptors_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	return limit.rlim_cur == RLIM_INFINITY ? ULLONG_MAX : limit.rlim_cur;
}
