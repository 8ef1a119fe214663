/* utc - dates in UTC, independent of the size of time_t. */
#include "base/utc.h"

#include <string.h>

enum { DAY = 86400, DAYS_OF_400_YEARS = 146097, DAYS_FROM_0000_03_TO_1970 = 719468 };

static int64_t
divide_down(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

/*
 * Counts years from March, so that the leap day is the last day of a year. The number of days
 * before a month is then (153 * month + 2) / 5. The calendar repeats every 400 years.
 */
int64_t
utc_seconds(const struct tm *tm)
{
	int64_t year = (int64_t)tm->tm_year + 1900 - (tm->tm_mon < 2), era = divide_down(year, 400);
	int64_t of_era = year - era * 400, month = (tm->tm_mon + 10) % 12;
	int64_t days = of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 +
	    tm->tm_mday - 1;

	days += era * DAYS_OF_400_YEARS - DAYS_FROM_0000_03_TO_1970;
	return days * DAY + tm->tm_hour * 3600 + tm->tm_min * 60 + tm->tm_sec;
}

void
utc_date(int64_t seconds, struct tm *tm)
{
	int64_t days = divide_down(seconds, DAY) + DAYS_FROM_0000_03_TO_1970,
		time = seconds - divide_down(seconds, DAY) * DAY;
	int64_t era = divide_down(days, DAYS_OF_400_YEARS), left = days - era * DAYS_OF_400_YEARS;
	int64_t of_era = (left - left / 1460 + left / 36524 - left / (DAYS_OF_400_YEARS - 1)) / 365;
	int64_t of_year = left - (of_era * 365 + of_era / 4 - of_era / 100),
		month = (5 * of_year + 2) / 153;
	int64_t year = era * 400 + of_era + (month >= 10);

	memset(tm, 0, sizeof *tm);
	tm->tm_year = (int)(year - 1900);
	tm->tm_mon = (int)((month + 2) % 12);
	tm->tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1);
	tm->tm_hour = (int)(time / 3600);
	tm->tm_min = (int)(time / 60 % 60);
	tm->tm_sec = (int)(time % 60);
	tm->tm_wday = (int)((divide_down(seconds, DAY) % 7 + 11) % 7);
}

int64_t
utc_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
utc_text(char out[24], int64_t seconds)
{
	struct tm tm;

	utc_date(seconds, &tm);
	if (strftime(out, 24, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		out[0] = '\0';
}

void
utc_now(char out[24])
{
	struct tm tm;

	utc_date(time(NULL), &tm);
	strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
