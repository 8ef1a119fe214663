/*
 * Getting one small text by HTTPS on the loop: net/https.h with its descriptors watched and its
 * timer set.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "net/https.h"
#include "net/loop.h"

/*
 * Told once, never from within fetch_start; the answer lives until fetch_free, which may be called
 * from within.
 */
typedef void fetch_fn(void *ctx, const struct https_answer *);

struct fetch;
/*
 * Told within the timeout_ms of the options. NULL with err (ERR_SYSTEM): there is no libcurl, or it
 * cannot begin.
 */
struct fetch *fetch_start(
    struct loop *, const struct https_opts *, fetch_fn *, void *ctx, struct err *);
void fetch_free(struct fetch *);	/* also cancels; NULL is fine */

#endif
