/*
 * form_timestamp.c
 *		Timestamps as exports of forms write them.
 *
 * `19.09.2023 18:07:33`, `12/15/2025 10:18:29 GMT+7`, `2024/10/15 9:03:07 AM
 * GMT+3`, ISO 8601, and dates alone.  Texts come from form_text.c.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "form.h"

/* years outside are slips of the pen */
#define YEAR_MIN	1900
#define YEAR_MAX	2999

PG_FUNCTION_INFO_V1(form_timestamp);

/* one to max digits */
static bool
read_digits(const char **p, int max, int *value, int *digits)
{
	*value = 0;
	for (*digits = 0; *digits < max && isdigit((unsigned char) **p); ++*digits)
		*value = *value * 10 + (*(*p)++ - '0');
	return *digits > 0 && !isdigit((unsigned char) **p);
}

static void
skip_blank(const char **p)
{
	while (**p == ' ')
		++*p;
}

static bool
skip_word(const char **p, const char *word)
{
	size_t		length = strlen(word);

	if (strncmp(*p, word, length) != 0)
		return false;
	*p += length;
	return true;
}

/*
 * Day first with dots, month first with slashes, year first with any: these
 * are how forms write them, and a file must not change its mind by row.
 */
static bool
read_date(const char **p, struct pg_tm *tm)
{
	int			part[3];
	int			digits[3];
	char		separator;

	if (!read_digits(p, 4, &part[0], &digits[0]))
		return false;
	separator = **p;
	if (separator != '.' && separator != '/' && separator != '-')
		return false;
	++*p;
	if (!read_digits(p, 2, &part[1], &digits[1]) || **p != separator)
		return false;
	++*p;
	if (!read_digits(p, 4, &part[2], &digits[2]))
		return false;

	if (digits[0] == 4 && digits[2] <= 2)
	{
		tm->tm_year = part[0];
		tm->tm_mon = part[1];
		tm->tm_mday = part[2];
	}
	else if (separator == '.' && digits[0] <= 2 && (digits[2] == 4 || digits[2] == 2))
	{
		tm->tm_mday = part[0];
		tm->tm_mon = part[1];
		tm->tm_year = digits[2] == 2 ? 2000 + part[2] : part[2];
	}
	else if (separator == '/' && digits[0] <= 2 && digits[2] == 4)
	{
		tm->tm_mon = part[0];
		tm->tm_mday = part[1];
		tm->tm_year = part[2];
	}
	else
		return false;

	return tm->tm_year >= YEAR_MIN && tm->tm_year <= YEAR_MAX &&
		tm->tm_mon >= 1 && tm->tm_mon <= MONTHS_PER_YEAR &&
		tm->tm_mday >= 1 && tm->tm_mday <= day_tab[isleap(tm->tm_year)][tm->tm_mon - 1];
}

/* hours and minutes, perhaps seconds with a fraction, perhaps AM or PM */
static bool
read_clock(const char **p, FormTime *when)
{
	struct pg_tm *tm = &when->tm;
	int			digits;
	bool		afternoon;

	if (!read_digits(p, 2, &tm->tm_hour, &digits) || *(*p)++ != ':' ||
		!read_digits(p, 2, &tm->tm_min, &digits) || digits != 2)
		return false;
	if (**p == ':')
	{
		++*p;
		if (!read_digits(p, 2, &tm->tm_sec, &digits) || digits != 2)
			return false;
		if (**p == '.' && isdigit((unsigned char) (*p)[1]))
		{
			int			unit = 100000;

			/* digits below the microsecond are dropped */
			for (++*p; isdigit((unsigned char) **p); ++*p, unit /= 10)
			{
				CHECK_FOR_INTERRUPTS();
				when->fsec += (**p - '0') * unit;
			}
		}
	}

	skip_blank(p);
	afternoon = strncmp(*p, "pm", 2) == 0;
	if (skip_word(p, "am") || skip_word(p, "pm"))
	{
		if (tm->tm_hour < 1 || tm->tm_hour > 12)
			return false;
		tm->tm_hour = tm->tm_hour % 12 + (afternoon ? 12 : 0);
	}
	return tm->tm_hour < HOURS_PER_DAY && tm->tm_min < MINS_PER_HOUR && tm->tm_sec < SECS_PER_MINUTE;
}

/* GMT+7 is seven hours east of Greenwich, as in ISO and not as in POSIX */
static bool
read_offset(const char **p, FormTime *when)
{
	int			hours;
	int			minutes = 0;
	int			digits;
	int			sign;

	skip_blank(p);
	if (**p == '\0')
		return true;
	when->has_offset = true;
	if (skip_word(p, "gmt") || skip_word(p, "utc") || skip_word(p, "z"))
	{
		skip_blank(p);
		if (**p == '\0')
			return true;
	}
	if (**p != '+' && **p != '-')
		return false;
	sign = *(*p)++ == '-' ? -1 : 1;
	if (!read_digits(p, 4, &hours, &digits))
		return false;
	if (digits > 2)
	{
		minutes = hours % 100;
		hours /= 100;
	}
	else if (**p == ':')
	{
		++*p;
		if (!read_digits(p, 2, &minutes, &digits) || digits != 2)
			return false;
	}
	when->offset = sign * (hours * SECS_PER_HOUR + minutes * SECS_PER_MINUTE);
	return hours <= MAX_TZDISP_HOUR && minutes < MINS_PER_HOUR;
}

bool
form_read_time(const char *folded, FormTime *when)
{
	const char *p = folded;

	memset(when, 0, sizeof(*when));
	when->tm.tm_isdst = -1;
	if (!read_date(&p, &when->tm))
		return false;
	if (*p == '\0')
		return true;
	if (*p == 't')
		p++;
	else if (*p == ',' || *p == ' ')
	{
		if (*p == ',')
			p++;
		skip_blank(&p);
	}
	else
		return false;
	return read_clock(&p, when) && read_offset(&p, when) && *p == '\0';
}

pg_tz *
form_time_zone(const char *name)
{
	pg_tz	   *zone = pg_tzset(name);

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", name)));
	return zone;
}

bool
form_time_value(FormTime *when, pg_tz *zone, TimestampTz *result)
{
	int			west = when->has_offset ? -when->offset : DetermineTimeZoneOffset(&when->tm, zone);

	return tm2timestamp(&when->tm, when->fsec, &west, result) == 0;
}

/* form_timestamp(raw text, time_zone text): the zone serves a time that names none */
Datum
form_timestamp(PG_FUNCTION_ARGS)
{
	char	   *s = form_fold(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	pg_tz	   *zone = form_time_zone(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	FormTime	when;
	TimestampTz result;

	if (form_is_empty(s) || !form_read_time(s, &when) || !form_time_value(&when, zone, &result))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(result);
}
