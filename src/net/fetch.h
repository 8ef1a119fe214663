/*
 * Fetches one small text by HTTPS on the loop: watches the descriptors and runs the timer that
 * net/https.h asks for.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "net/https.h"
#include "net/loop.h"

/*
 * Is called once, never from within fetch_start. The answer lives until fetch_free, which may be
 * called from here.
 */
typedef void fetch_fn(void *ctx, const struct https_answer *);

struct fetch;
/*
 * Starts a fetch; fetch_fn is called within the options' timeout_ms. Returns NULL and sets err
 * (ERR_SYSTEM) when libcurl is missing or failed to start.
 */
struct fetch *fetch_start(
    struct loop *, const struct https_opts *, fetch_fn *, void *ctx, struct err *);
void fetch_free(struct fetch *);	/* also cancels; NULL is fine */

#endif
