/*
 * Dates in UTC as seconds since 1970, in 64 bits: a certificate may end beyond 2038, where a time_t
 * of 32 bits, and with it timegm() and gmtime_r(), ends.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdint.h>
#include <time.h>

/* from a date in the proleptic Gregorian calendar */
int64_t utc_seconds(const struct tm *);
void utc_date(int64_t seconds, struct tm *);	/* for strftime(); the year must fit an int */
int64_t utc_now_us(void);		/* microseconds since 1970 */
void utc_text(char out[24], int64_t seconds);	/* "2026-01-31 12:00:00 UTC", NUL-terminated */
void utc_now(char out[24]);	/* "2026-01-31T12:00:00Z", NUL-terminated (RFC 3339) */

#endif
