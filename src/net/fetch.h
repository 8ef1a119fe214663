/*
 * Gets one small text by HTTPS on the loop, which watches the descriptors and runs the timer of
 * net/https.h.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "net/https.h"
#include "net/loop.h"

/*
 * Called once, never within fetch_start. The answer lives until fetch_free, which may be called
 * within.
 */
typedef void fetch_fn(void *ctx, const struct https_answer *);

struct fetch;
/*
 * Starts; fetch_fn is called within the options' timeout_ms. NULL with err (ERR_SYSTEM): libcurl
 * is missing or failed to start.
 */
struct fetch *fetch_start(
    struct loop *, const struct https_opts *, fetch_fn *, void *ctx, struct err *);
void fetch_free(struct fetch *);	/* also cancels; NULL is fine */

#endif
