/*
 * form_text.c
 *		What people type into forms, made comparable: blanks, quotes, dashes,
 *		letters, numbering.
 *
 * Calls nothing of shnor but form.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "form.h"

PG_FUNCTION_INFO_V1(form_clean);
PG_FUNCTION_INFO_V1(form_normalize);

static bool
is_blank(pg_wchar c)
{
	return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* soft hyphen, zero-width blanks and joiners, direction marks, byte order mark */
static bool
is_invisible(pg_wchar c)
{
	return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c == 0x2060 || c == 0xFEFF;
}

static bool
is_quote(pg_wchar c)
{
	return c == '"' || c == '\'' || c == '`' || c == 0xAB || c == 0xBB ||
		(c >= 0x2018 && c <= 0x201F) || c == 0x2039 || c == 0x203A;
}

static bool
is_dash(pg_wchar c)
{
	return (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

/*
 * Lower case of Latin and Cyrillic letters, ё as е, every dash as a hyphen.
 * Of our own, so that a database's locale does not decide what is equal.
 */
static pg_wchar
fold(pg_wchar c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x410 && c <= 0x42F))
		return c + 0x20;
	if (c == 0x401 || c == 0x451)
		return 0x435;
	if (c >= 0x400 && c <= 0x40F)
		return c + 0x50;
	if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
		return c | 1;
	return is_dash(c) ? '-' : c;
}

/*
 * One ASCII blank for each run of blanks of any kind, none at the ends, no
 * invisible characters; folded and without quotes as asked for.
 */
static char *
tidy(const char *raw, size_t length, bool folded, bool quotes)
{
	const unsigned char *p = (const unsigned char *) raw;
	const unsigned char *end = p + length;
	char	   *result;
	unsigned char *out;
	pg_wchar	last = 0;
	bool		blank = false;

	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("forms can be read only in a database with encoding UTF8"),
				 errdetail("The encoding of this database is %s.", GetDatabaseEncodingName())));

	/* no character grows: folding keeps the length or shortens it */
	result = palloc(end - p + 1);
	out = (unsigned char *) result;
	while (p < end)
	{
		pg_wchar	c = utf8_to_unicode(p);

		CHECK_FOR_INTERRUPTS();
		p += pg_utf_mblen(p);
		if (is_blank(c))
		{
			blank = true;
			continue;
		}
		if (is_invisible(c) || (!quotes && is_quote(c)))
			continue;
		if (folded)
		{
			c = fold(c);
			/* й and ё written as two characters */
			if (c == 0x308 && last == 0x435 && !blank)
				continue;
			if (c == 0x306 && last == 0x438 && !blank)
			{
				unicode_to_utf8(last = 0x439, out - 2);
				continue;
			}
		}
		if (blank && out != (unsigned char *) result)
			*out++ = ' ';
		blank = false;
		unicode_to_utf8(c, out);
		out += pg_utf_mblen(out);
		last = c;
	}
	*out = '\0';
	return result;
}

static char *
tidy_text(text *raw, bool folded, bool quotes)
{
	return tidy(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw), folded, quotes);
}

char *
form_fold(const char *raw)
{
	return tidy(raw, strlen(raw), true, true);
}

char *
form_fold_text(text *raw)
{
	return tidy_text(raw, true, true);
}

char *
form_clean_text(const char *raw)
{
	return tidy(raw, strlen(raw), false, true);
}

bool
form_is_blank(const char *raw)
{
	/* most begin with a letter or a digit */
	if (*raw > ' ' && *raw < 0x7F)
		return false;
	return *raw == '\0' || *form_clean_text(raw) == '\0';
}

/* drop what ends s of these characters, and blanks */
void
form_cut_end(char *s, const char *characters)
{
	size_t		length = strlen(s);

	while (length > 0 && (s[length - 1] == ' ' || strchr(characters, s[length - 1]) != NULL))
	{
		CHECK_FOR_INTERRUPTS();
		length--;
	}
	s[length] = '\0';
}

/* «1.», «1)», «1.2.» before a text */
static char *
skip_numbering(char *s)
{
	char	   *p = s;

	if (!isdigit((unsigned char) *p))
		return s;
	while (isdigit((unsigned char) *p) || (*p == '.' && isdigit((unsigned char) p[1])))
	{
		CHECK_FOR_INTERRUPTS();
		p++;
	}
	if (*p != '.' && *p != ')')
		return s;
	p++;
	while (*p == ' ')
		p++;
	return *p == '\0' ? s : p;
}

/* the blank after № is a matter of taste */
static void
close_number_sign(char *s)
{
	static const char sign[] = "№";
	const int	length = strlen(sign);
	char	   *out = s;

	for (const char *p = s; *p != '\0'; p++)
	{
		CHECK_FOR_INTERRUPTS();
		if (*p != ' ' || out - s < length || memcmp(out - length, sign, length) != 0)
			*out++ = *p;
	}
	*out = '\0';
}

bool
form_is_empty(const char *folded)
{
	static const char *const marks[] = {"нет ответа", "нет ответа.", "нет данных", "нет данных.", "не указано", "н/д"};

	if (folded[strspn(folded, "-")] == '\0')
		return true;
	for (size_t i = 0; i < lengthof(marks); i++)
		if (strcmp(folded, marks[i]) == 0)
			return true;
	return false;
}

/* form_clean(raw text): blanks made single, none at the ends */
Datum
form_clean(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(tidy_text(PG_GETARG_TEXT_PP(0), false, true)));
}

static char *
normalize(char *tidied)
{
	char	   *s = skip_numbering(tidied);

	form_cut_end(s, "*:.?!;,");
	close_number_sign(s);
	return s;
}

char *
form_normalize_text(const char *raw)
{
	return normalize(tidy(raw, strlen(raw), true, false));
}

/* form_normalize(raw text): by what headers and names are compared */
Datum
form_normalize(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(normalize(tidy_text(PG_GETARG_TEXT_PP(0), true, false))));
}
