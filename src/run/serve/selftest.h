/*
 * Plays a script against itself: sessions that open `demo:` get the same script in the server
 * role, over a socketpair.
 */
#ifndef RUN_SERVE_SELFTEST_H
#define RUN_SERVE_SELFTEST_H

#include "run/serve/mock.h"
#include "run/session/session.h"

struct selftest;
/*
 * Sets env's demo to it. The script must outlive it. NULL with err: the script cannot be served.
 */
struct selftest *selftest_new(struct session_env *, const struct script *, struct err *);
void selftest_free(struct selftest *);
const struct mock *selftest_mock(const struct selftest *);	/* its server's side */
/* The case that the next connections get, from 1. */
void selftest_case(struct selftest *, unsigned number);

#endif
