/*
 * score.c
 *		Judging a share against a threshold in percent: the score of clause
 *		1.2.6 (0 or 1) and the gap, how many would still be needed.
 *
 * May call share.h.  All exact, in numeric: 100 n is compared with threshold
 * times d, never a rounded percentage with the threshold.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "share.h"

/* which side of the threshold is good */
typedef enum Polarity
{
	POLARITY_HIGHER,
	POLARITY_LOWER,
	POLARITY_CONTEXT			/* shown, never judged */
} Polarity;

PG_FUNCTION_INFO_V1(score);
PG_FUNCTION_INFO_V1(score_boolean);
PG_FUNCTION_INFO_V1(gap);

static Polarity
parse_polarity(text *word)
{
	char	   *str = text_to_cstring(word);

	if (strcmp(str, "higher_is_better") == 0)
		return POLARITY_HIGHER;
	if (strcmp(str, "lower_is_better") == 0)
		return POLARITY_LOWER;
	if (strcmp(str, "context") == 0)
		return POLARITY_CONTEXT;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown polarity: \"%s\"", str),
			 errhint("Allowed values are \"higher_is_better\", \"lower_is_better\" and \"context\".")));
}

static Datum
int64_numeric(int64 value)
{
	return NumericGetDatum(int64_to_numeric(value));
}

static Datum
multiply(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_mul, a, b);
}

/*
 * The threshold as one to count with.  No share of two bigints lies beyond
 * 100 * 2^63 percent, so thresholds further out are drawn in to somewhere
 * behind that; products with them then stay inside numeric's range.
 */
static Datum
check_threshold(Numeric threshold)
{
	Datum		value = NumericGetDatum(threshold);
	Datum		limit;

	if (numeric_is_nan(threshold) || numeric_is_inf(threshold))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold must be a finite number"),
				 errhint("Give the threshold in percent, for example 75, or NULL when none is set.")));

	limit = multiply(int64_numeric(PG_INT64_MAX), int64_numeric(1000));
	if (DatumGetBool(DirectFunctionCall2(numeric_gt, value, limit)))
		return limit;
	limit = DirectFunctionCall1(numeric_uminus, limit);
	if (DatumGetBool(DirectFunctionCall2(numeric_lt, value, limit)))
		return limit;
	return value;
}

/*
 * 1 when the share reaches the threshold, else 0; NULL for n/0 and for
 * indicators that are context only.
 */
Datum
score(PG_FUNCTION_ARGS)
{
	Share	   *s = PG_GETARG_SHARE_P(0);
	Datum		threshold = check_threshold(PG_GETARG_NUMERIC(1));
	Polarity	polarity = parse_polarity(PG_GETARG_TEXT_PP(2));
	int			cmp;

	if (polarity == POLARITY_CONTEXT || s->denominator == 0)
		PG_RETURN_NULL();

	cmp = DatumGetInt32(DirectFunctionCall2(numeric_cmp,
											multiply(int64_numeric(s->numerator),
													 int64_numeric(100)),
											multiply(int64_numeric(s->denominator),
													 threshold)));

	/* multiplying by a negative denominator has turned the order */
	if (s->denominator < 0)
		cmp = -cmp;

	PG_RETURN_INT16(polarity == POLARITY_HIGHER ? cmp >= 0 : cmp <= 0);
}

/* yes is 1; no, and no answer, is 0 (clause 1.2.6 A); not strict */
Datum
score_boolean(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT16(!PG_ARGISNULL(0) && PG_GETARG_BOOL(0) ? 1 : 0);
}

/*
 * The least k >= 0 with which (n + k)/d, or (n - k)/d where lower is better,
 * reaches the threshold: what lies between n and threshold * d / 100, rounded
 * up to whole ones.  A negative denominator is first turned, with its
 * numerator, so that k counts towards the threshold there too.
 */
Datum
gap(PG_FUNCTION_ARGS)
{
	Share	   *s = PG_GETARG_SHARE_P(0);
	Datum		threshold = check_threshold(PG_GETARG_NUMERIC(1));
	Polarity	polarity = parse_polarity(PG_GETARG_TEXT_PP(2));
	Datum		n;
	Datum		needed;
	Datum		k;

	if (polarity == POLARITY_CONTEXT || s->denominator == 0)
		PG_RETURN_NULL();

	/* a hundredth is exact in numeric, where a division might be rounded */
	n = int64_numeric(s->numerator);
	needed = multiply(multiply(int64_numeric(s->denominator), threshold),
					  NumericGetDatum(int64_div_fast_to_numeric(1, 2)));
	if (s->denominator < 0)
	{
		n = DirectFunctionCall1(numeric_uminus, n);
		needed = DirectFunctionCall1(numeric_uminus, needed);
	}

	if (polarity == POLARITY_HIGHER)
		k = DirectFunctionCall2(numeric_sub, needed, n);
	else
		k = DirectFunctionCall2(numeric_sub, n, needed);
	k = DirectFunctionCall1(numeric_ceil, k);

	if (DatumGetBool(DirectFunctionCall2(numeric_le, k, int64_numeric(0))))
		PG_RETURN_INT64(0);
	if (DatumGetBool(DirectFunctionCall2(numeric_gt, k,
										 int64_numeric(PG_INT64_MAX))))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("gap is out of range"),
				 errdetail("The number needed to reach the threshold does not fit into bigint."),
				 errhint("Give the threshold in percent, for example 75.")));
	PG_RETURN_DATUM(DirectFunctionCall1(numeric_int8, k));
}
