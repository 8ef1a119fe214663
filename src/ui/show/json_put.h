/*
 * For json*.c only, which alone know jansson: puts values into an object, and an object onto a
 * line.
 */
#ifndef UI_SHOW_JSON_PUT_H
#define UI_SHOW_JSON_PUT_H

#include <jansson.h>

#include "ui/show/json.h"

json_t *json_text(struct span);	/* with replacements for what is not UTF-8 */
/* Adds a string, and the octets in base64 beside it where they are not UTF-8. */
void json_put(json_t *, const char *key, struct span);
void json_put_string(json_t *, const char *key, const char *s);	/* NULL becomes null */
void json_put_hex(json_t *, const char *key, struct span octets);
void json_put_bool(json_t *, const char *key, bool b);
void json_put_number(json_t *, const char *key, uint64_t n);
void json_put_seconds(json_t *, uint64_t us);
/* Adds a time in microseconds since 1970, written in UTC. */
void json_put_time(json_t *, const char *key, int64_t us, bool fraction);
/* Adds a time in seconds since 1970; nothing for TLS_NO_DATE. */
void json_put_date(json_t *, const char *key, int64_t seconds);
void json_put_addr(json_t *, const char *key, const struct addr *);
void json_put_texts(json_t *, const char *key, const struct span *s, size_t n);
/* Prints one line in ASCII, without control octets, and frees the object. */
void json_print(FILE *, json_t *);

void json_add_message(json_t *, const struct event *); /* of EVENT_MESSAGE */

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

void json_add_tls(json_t *, const struct tls_info *);	/* adds its members to the object */
/* Adds "cause", its word, and "meaning" and "next", sentences. */
void json_add_diagnosis(json_t *, const struct diagnosis *);

#endif
