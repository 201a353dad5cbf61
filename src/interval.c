/*
 * interval.c
 *		How far a share may be off by chance alone: Wilson's interval for one
 *		share, Newcombe's for the difference of two (his method 10, built from
 *		the two Wilson intervals).
 *
 * May call share.h.  This is the one place of the extension that computes in
 * floating point: an interval warns, no figure or score is made from it.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "share.h"

/* the least probability outside an interval that is computed */
#define MIN_OUTSIDE		1e-300

/* Wilson's interval of a share, all as fractions 0 to 1 */
typedef struct Interval
{
	double		share;
	double		low;
	double		high;
} Interval;

PG_FUNCTION_INFO_V1(wilson_low);
PG_FUNCTION_INFO_V1(wilson_high);
PG_FUNCTION_INFO_V1(changed);

/*
 * The z that a standard normal value exceeds with probability tail, for
 * 0 < tail <= 1/2.
 *
 * Starts from the rational approximation 26.2.23 of the Handbook of
 * Mathematical Functions (Dover, 1965), off by less than 4.5e-4; each step of
 * Halley's method then triples the number of good digits.
 */
static double
normal_upper_quantile(double tail)
{
	double		t = sqrt(-2.0 * log(tail));
	double		z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	for (int step = 0; step < 3; step++)
	{
		double		excess = 0.5 * erfc(z * M_SQRT1_2) - tail;
		double		density = exp(-0.5 * z * z) * M_SQRT1_2 * 0.5 * M_2_SQRTPI;
		double		newton = excess / density;

		z += newton / (1.0 + 0.5 * z * newton);
	}
	return Max(z, 0.0);
}

/* z for a two-sided interval; checks the confidence */
static double
confidence_to_z(Numeric confidence)
{
	Datum		one = NumericGetDatum(int64_to_numeric(1));
	Datum		zero = NumericGetDatum(int64_to_numeric(0));
	Datum		value = NumericGetDatum(confidence);
	double		outside;

	/* NaN and infinity are greater than 1 in numeric's order */
	if (DatumGetBool(DirectFunctionCall2(numeric_le, value, zero)) ||
		DatumGetBool(DirectFunctionCall2(numeric_ge, value, one)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence must lie between 0 and 1: %s",
						DatumGetCString(DirectFunctionCall1(numeric_out, value))),
				 errhint("Write 0.95, not 95.")));

	/* subtract before leaving numeric: 0.99999999999999999999 is not 1 */
	value = DirectFunctionCall2(numeric_sub, one, value);
	outside = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												 value));

	/* further out a double is no longer precise, or 0 */
	if (outside < MIN_OUTSIDE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence is too close to 1"),
				 errhint("Write 0.95, or 0.99 for more certainty.")));
	return normal_upper_quantile(outside / 2.0);
}

/* checks that the share is one of a whole; its denominator is not 0 here */
static Interval
wilson(const Share *s, double z)
{
	double		n = (double) s->numerator;
	double		d = (double) s->denominator;
	double		centre;
	double		margin;
	Interval	result;

	if (s->numerator < 0 || s->numerator > s->denominator)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("interval needs a share of a whole: %lld/%lld",
						(long long) s->numerator, (long long) s->denominator),
				 errhint("The numerator must lie between 0 and the denominator.")));

	centre = (n + z * z / 2.0) / (d + z * z);
	margin = z * sqrt(n * (1.0 - n / d) + z * z / 4.0) / (d + z * z);

	/* the ends are exact where nobody or everybody is counted */
	result.share = n / d;
	result.low = s->numerator == 0 ? 0.0 : Max(centre - margin, 0.0);
	result.high = s->numerator == s->denominator ? 1.0 : Min(centre + margin, 1.0);
	return result;
}

/* fraction to percent with 4 decimals */
static Numeric
fraction_to_percent(double fraction)
{
	return int64_div_fast_to_numeric((int64) rint(fraction * 1e6), 4);
}

Datum
wilson_low(PG_FUNCTION_ARGS)
{
	Share	   *s = PG_GETARG_SHARE_P(0);
	double		z = confidence_to_z(PG_GETARG_NUMERIC(1));

	if (s->denominator == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(fraction_to_percent(wilson(s, z).low));
}

Datum
wilson_high(PG_FUNCTION_ARGS)
{
	Share	   *s = PG_GETARG_SHARE_P(0);
	double		z = confidence_to_z(PG_GETARG_NUMERIC(1));

	if (s->denominator == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(fraction_to_percent(wilson(s, z).high));
}

/* does Newcombe's interval of after - before leave 0 out? */
Datum
changed(PG_FUNCTION_ARGS)
{
	Share	   *s1 = PG_GETARG_SHARE_P(0);
	Share	   *s2 = PG_GETARG_SHARE_P(1);
	double		z = confidence_to_z(PG_GETARG_NUMERIC(2));
	Interval	before;
	Interval	after;
	double		difference;

	if (s1->denominator == 0 || s2->denominator == 0)
		PG_RETURN_NULL();

	before = wilson(s1, z);
	after = wilson(s2, z);
	difference = after.share - before.share;

	/* hypot(x, y) is the square root of x^2 + y^2 */
	PG_RETURN_BOOL(difference - hypot(after.share - after.low,
									  before.high - before.share) > 0.0 ||
				   difference + hypot(after.high - after.share,
									  before.share - before.low) < 0.0);
}
