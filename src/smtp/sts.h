/*
 * MTA-STS (RFC 8461): parses the TXT record that announces a domain's policy and the policy itself,
 * and matches MX hosts. Pure functions; run/route/sts.h fetches record and policy.
 */
#ifndef SMTP_STS_H
#define SMTP_STS_H

#include <stdint.h>

#include "base/arena.h"

enum sts_mode { STS_MODE_NONE, STS_MODE_TESTING, STS_MODE_ENFORCE };

enum { STS_MX_MAX = 256 };

struct sts_policy {
	enum sts_mode mode;
	/* "mx1.example.org", "*.example.org"; from the peer */
	struct span *mx;
	size_t nmx;
	uint64_t max_age;		/* seconds */
};

const char *sts_mode_word(enum sts_mode);

/*
 * Parses a record such as "v=STSv1; id=20160831085700Z;" (RFC 8461 3.1) and sets *id to its id, a
 * part of `text`. Returns false and sets *why to what is wrong when it is invalid.
 */
bool sts_record_parse(struct span text, struct span *id, const char **why);

/*
 * Parses a policy (RFC 8461 3.2) into the arena. Returns false and sets *why to what is wrong when
 * it is invalid.
 */
bool sts_policy_parse(struct span text, struct arena *, struct sts_policy *out, const char **why);

/* Whether the policy lists this MX host; "*." matches exactly one label (RFC 8461 4.1). */
bool sts_policy_names(const struct sts_policy *, struct span host);

#endif
