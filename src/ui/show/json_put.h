/*
 * What the parts of json share: values into an object, and an object onto a line. Only
 * files named json*.c know jansson.
 */
#ifndef UI_SHOW_JSON_PUT_H
#define UI_SHOW_JSON_PUT_H

#include <jansson.h>

#include "ui/show/json.h"

json_t *json_text(struct span);	/* what is not UTF-8 replaced */
/* and beside it the octets in base64, where they are not UTF-8 */
void json_put(json_t *, const char *key, struct span);
void json_put_string(json_t *, const char *key, const char *s);	/* NULL is null */
void json_put_hex(json_t *, const char *key, struct span octets);
void json_put_bool(json_t *, const char *key, bool b);
void json_put_number(json_t *, const char *key, uint64_t n);
void json_put_seconds(json_t *, uint64_t us);
/* microseconds since 1970; in UTC */
void json_put_time(json_t *, const char *key, int64_t us, bool fraction);
/* seconds since 1970; TLS_NO_DATE: nothing is put */
void json_put_date(json_t *, const char *key, int64_t seconds);
void json_put_addr(json_t *, const char *key, const struct addr *);
void json_put_texts(json_t *, const char *key, const struct span *s, size_t n);
/* One line, in ASCII, without control octets; the object is given back. */
void json_print(FILE *, json_t *);

struct sts;
json_t *json_sts(const struct sts *);	/* the MTA-STS policy of a domain */

struct sender;
struct spf;
struct dmarc;
struct diagnosis;
json_t *json_diagnosis(const struct diagnosis *); /* a finding */
json_t *json_sender(const struct sender *);	/* all of it, without "event" */
json_t *json_spf(const struct spf *);
json_t *json_dmarc(const struct dmarc *);

/* judged: by the certificates of a handshake */
json_t *json_dane(const struct tls_dane *, bool judged);
void json_add_tls(json_t *, const struct tls_info *);	/* its members, into the object */
/* "cause", its word; "meaning" and "next", sentences */
void json_add_diagnosis(json_t *, const struct diagnosis *);

#endif
