/*
 * form_value.c
 *		Values in forms: counts, yes or no, and what is wrong with one that
 *		cannot be read.
 *
 * Texts come from form_text.c, moments from form_timestamp.c.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "form.h"

/* what a count's column holds */
#define COUNT_MAX	PG_INT32_MAX

PG_FUNCTION_INFO_V1(form_count);
PG_FUNCTION_INFO_V1(form_yes_no);
PG_FUNCTION_INFO_V1(form_problem);

/* a word that may follow a count */
static bool
is_unit(const char *word)
{
	static const char *const units[] = {"", "чел", "человек", "человека", "педагог", "педагога", "педагогов",
		"учитель", "учителя", "учителей", "работник", "работника", "работников",
		"педагогических работников", "педагогических работника", "педагогический работник"};

	for (size_t i = 0; i < lengthof(units); i++)
		if (strcmp(word, units[i]) == 0)
			return true;
	return false;
}

/* three digits and no fourth */
static bool
is_group(const char *p)
{
	return isdigit((unsigned char) p[0]) && isdigit((unsigned char) p[1]) && isdigit((unsigned char) p[2]) &&
		!isdigit((unsigned char) p[3]);
}

/* Reads a count from a folded text that is not empty: NULL, or the problem. */
const char *
form_read_count(const char *folded, int64 *count)
{
	const char *p = folded;
	bool		negative = *p == '-';
	bool		fraction = false;
	int			digits = 0;
	int64		value = 0;
	char	   *rest;

	if (*p == '-' || *p == '+')
		p++;
	while (*p == ' ')
		p++;
	if (!isdigit((unsigned char) *p))
		return "not_a_number";
	for (;; digits++)
	{
		CHECK_FOR_INTERRUPTS();
		/* thousands: one to three digits, then groups of three */
		if (*p == ' ' && digits <= 3 && is_group(p + 1))
		{
			digits = 0;
			p++;
		}
		if (!isdigit((unsigned char) *p))
			break;
		value = value * 10 + (*p - '0');
		value = Min(value, (int64) COUNT_MAX + 1);
		p++;
	}
	if ((*p == ',' || *p == '.') && isdigit((unsigned char) p[1]))
		while (isdigit((unsigned char) *++p))
		{
			CHECK_FOR_INTERRUPTS();
			fraction |= *p != '0';
		}
	while (*p == ' ')
		p++;

	rest = pstrdup(p);
	form_cut_end(rest, ".,;");
	if (strcmp(rest, "%") == 0)
		return "percent";
	if (!is_unit(rest))
		return "not_a_number";
	if (negative && (value > 0 || fraction))
		return "negative";
	if (fraction)
		return "fraction";
	if (value > COUNT_MAX)
		return "too_large";
	*count = value;
	return NULL;
}

/* Reads yes or no from a folded text that is not empty: NULL, or the problem. */
const char *
form_read_yes_no(const char *folded, bool *yes)
{
	static const char *const words[2][6] = {
		{"нет", "no", "n", "false", "0", "f"},
		{"да", "yes", "y", "true", "1", "+"}
	};
	char	   *word = pstrdup(folded);

	form_cut_end(word, ".!;,");
	for (int answer = 0; answer < 2; answer++)
		for (size_t i = 0; i < lengthof(words[answer]); i++)
			if (strcmp(word, words[answer][i]) == 0)
			{
				*yes = answer == 1;
				return NULL;
			}
	return "not_yes_no";
}

Datum
form_count(PG_FUNCTION_ARGS)
{
	char	   *s = form_fold_text(PG_GETARG_TEXT_PP(0));
	int64		count;

	if (form_is_empty(s) || form_read_count(s, &count) != NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT64(count);
}

Datum
form_yes_no(PG_FUNCTION_ARGS)
{
	char	   *s = form_fold_text(PG_GETARG_TEXT_PP(0));
	bool		yes;

	if (form_is_empty(s) || form_read_yes_no(s, &yes) != NULL)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(yes);
}

/* form_problem(raw text, answer_type text): why a value cannot be read */
Datum
form_problem(PG_FUNCTION_ARGS)
{
	char	   *s = form_fold_text(PG_GETARG_TEXT_PP(0));
	char	   *answer_type = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const char *problem;
	int64		count;
	bool		yes;
	FormTime	when;

	if (strcmp(answer_type, "count") == 0)
		problem = form_is_empty(s) ? NULL : form_read_count(s, &count);
	else if (strcmp(answer_type, "yes_no") == 0)
		problem = form_is_empty(s) ? NULL : form_read_yes_no(s, &yes);
	else if (strcmp(answer_type, "timestamp") == 0)
		problem = form_is_empty(s) || form_read_time(s, &when) ? NULL : "bad_timestamp";
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown type of answer: \"%s\"", answer_type),
				 errhint("The types are \"count\", \"yes_no\" and \"timestamp\".")));

	if (problem == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(problem));
}
