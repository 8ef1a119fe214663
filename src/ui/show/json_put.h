/*
 * json_put - for json*.c only, which alone use jansson: adds values to an object, and prints an
 * object as a line.
 */
#ifndef UI_SHOW_JSON_PUT_H
#define UI_SHOW_JSON_PUT_H

#include <jansson.h>

#include "ui/show/json.h"

json_t *json_text(struct span);	/* bytes that are not UTF-8 are replaced */
/* Adds a string and, if it is not UTF-8, its bytes in base64 under KEY_base64. */
void json_put(json_t *, const char *key, struct span);
void json_put_string(json_t *, const char *key, const char *s);	/* NULL becomes null */
void json_put_hex(json_t *, const char *key, struct span octets);
void json_put_bool(json_t *, const char *key, bool b);
void json_put_number(json_t *, const char *key, uint64_t n);
/* Adds "seconds", from microseconds. */
void json_put_seconds(json_t *, uint64_t us);
/* Adds a time in microseconds since 1970, written in UTC. `fraction`: with microseconds. */
void json_put_time(json_t *, const char *key, int64_t us, bool fraction);
/* Adds a time in seconds since 1970; adds nothing for TLS_NO_DATE. */
void json_put_date(json_t *, const char *key, int64_t seconds);
void json_put_addr(json_t *, const char *key, const struct addr *);
void json_put_texts(json_t *, const char *key, const struct span *s, size_t n);
/* Prints the object as one line in ASCII, without control characters, and frees it. */
void json_print(FILE *, json_t *);

void json_add_message(json_t *, const struct event *); /* of EVENT_MESSAGE */

struct sts;
json_t *json_sts(const struct sts *);	/* the MTA-STS policy of a domain */

struct sender;
struct spf;
struct dmarc;
struct diagnosis;
json_t *json_diagnosis(const struct diagnosis *); /* a finding */
json_t *json_sender(const struct sender *);	/* without "event" */
json_t *json_spf(const struct spf *);
json_t *json_dmarc(const struct dmarc *);

void json_add_tls(json_t *, const struct tls_info *);	/* adds its members */
/* Adds "cause" (its word), "meaning" and "next" (sentences). */
void json_add_diagnosis(json_t *, const struct diagnosis *);

#endif
