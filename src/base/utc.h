/*
 * Dates in UTC as 64-bit seconds since 1970. Certificates may expire after 2038, where timegm(3)
 * and gmtime_r(3) fail on systems with a 32-bit time_t.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdint.h>
#include <time.h>

/* Converts a date of the proleptic Gregorian calendar; tm_wday and tm_yday are ignored. */
int64_t utc_seconds(const struct tm *);
void utc_date(int64_t seconds, struct tm *);	/* for strftime(); the year must fit an int */
int64_t utc_now_us(void);		/* microseconds since 1970 */
void utc_text(char out[24], int64_t seconds);	/* "2026-01-31 12:00:00 UTC", NUL-terminated */
void utc_now(char out[24]);	/* "2026-01-31T12:00:00Z", NUL-terminated (RFC 3339) */

#endif
