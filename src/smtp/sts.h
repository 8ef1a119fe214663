/*
 * MTA-STS (RFC 8461): the TXT record that announces a domain's policy, the policy's text, and the
 * MX hosts it names, as functions of octets. run/route/sts.h fetches them.
 */
#ifndef SMTP_STS_H
#define SMTP_STS_H

#include <stdint.h>

#include "base/arena.h"

enum sts_mode { STS_MODE_NONE, STS_MODE_TESTING, STS_MODE_ENFORCE };

enum { STS_MX_MAX = 256 };

struct sts_policy {
	enum sts_mode mode;
	/* "mx1.example.org", "*.example.org"; octets of the peer's */
	struct span *mx;
	size_t nmx;
	uint64_t max_age;		/* seconds */
};

const char *sts_mode_word(enum sts_mode);

/*
 * Parses "v=STSv1; id=20160831085700Z;" and gives its id, a part of `text`. False: invalid, and
 * *why says what is wrong (RFC 8461 3.1).
 */
bool sts_record_parse(struct span text, struct span *id, const char **why);

/*
 * Parses a policy; *out is copied into the arena. False: invalid, and *why says what is wrong
 * (RFC 8461 3.2).
 */
bool sts_policy_parse(struct span text, struct arena *, struct sts_policy *out, const char **why);

/* Whether the policy names this MX host; "*." matches exactly one label (RFC 8461 4.1). */
bool sts_policy_names(const struct sts_policy *, struct span host);

#endif
