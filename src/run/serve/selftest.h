/*
 * selftest - plays a script against itself: sessions that open `demo:` are served the same script
 * in the server role, over a socket pair.
 */
#ifndef RUN_SERVE_SELFTEST_H
#define RUN_SERVE_SELFTEST_H

#include "run/serve/mock.h"
#include "run/session/session.h"

struct selftest;
/*
 * Makes the selftest and sets it as env's demo. The script must outlive it. Returns NULL with err
 * if the script cannot be served.
 */
struct selftest *selftest_new(struct session_env *, const struct script *, struct err *);
void selftest_free(struct selftest *);
const struct mock *selftest_mock(const struct selftest *);	/* the server's side */
/* Sets the case (from 1) that further connections play. */
void selftest_case(struct selftest *, unsigned number);

#endif
