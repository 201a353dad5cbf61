/*
 * share.c
 *		The type share: text and binary form, parts, order, sum, aggregates
 *		and the exact percentage.
 *
 * Calls nothing of shnor but share.h.  No floating point here.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/hashfn.h"
#include "common/int.h"
#include "common/int128.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "share.h"

/* first byte of the binary form: the layout of what follows */
#define SHARE_BINARY_VERSION	1

/* most decimals that percent() gives */
#define PERCENT_MAX_DIGITS		100

/* how a part of the text form was read */
typedef enum PartState
{
	PART_OK,
	PART_SYNTAX,
	PART_RANGE
} PartState;

PG_FUNCTION_INFO_V1(share_in);
PG_FUNCTION_INFO_V1(share_out);
PG_FUNCTION_INFO_V1(share_recv);
PG_FUNCTION_INFO_V1(share_send);
PG_FUNCTION_INFO_V1(share);
PG_FUNCTION_INFO_V1(numerator);
PG_FUNCTION_INFO_V1(denominator);
PG_FUNCTION_INFO_V1(share_add);
PG_FUNCTION_INFO_V1(share_lt);
PG_FUNCTION_INFO_V1(share_le);
PG_FUNCTION_INFO_V1(share_eq);
PG_FUNCTION_INFO_V1(share_ne);
PG_FUNCTION_INFO_V1(share_ge);
PG_FUNCTION_INFO_V1(share_gt);
PG_FUNCTION_INFO_V1(share_cmp);
PG_FUNCTION_INFO_V1(share_hash);
PG_FUNCTION_INFO_V1(share_hash_extended);
PG_FUNCTION_INFO_V1(share_accum);
PG_FUNCTION_INFO_V1(share_accum_boolean);
PG_FUNCTION_INFO_V1(share_combine);
PG_FUNCTION_INFO_V1(percent);

Share *
share_make(int64 n, int64 d)
{
	Share	   *result = palloc(sizeof(Share));

	result->numerator = n;
	result->denominator = d;
	return result;
}

/*
 * Text form
 */

static const char *
skip_blanks(const char *p)
{
	while (isspace((unsigned char) *p))
	{
		CHECK_FOR_INTERRUPTS();
		p++;
	}
	return p;
}

/*
 * Read one part, blanks around it included, and move the pointer past it.
 * The digits are summed up as a negative number, which has the wider range.
 */
static PartState
read_part(const char **ptr, int64 *part)
{
	const char *p = *ptr;
	int64		value = 0;
	bool		negative = false;
	bool		in_range = true;

	p = skip_blanks(p);
	if (*p == '-' || *p == '+')
		negative = (*p++ == '-');

	if (!isdigit((unsigned char) *p))
		return PART_SYNTAX;

	/* read on after an overflow: bad syntax is reported before bad range */
	for (; isdigit((unsigned char) *p); p++)
	{
		CHECK_FOR_INTERRUPTS();
		in_range = in_range &&
			!pg_mul_s64_overflow(value, 10, &value) &&
			!pg_sub_s64_overflow(value, *p - '0', &value);
	}

	*ptr = skip_blanks(p);
	if (!negative && in_range)
		in_range = !pg_mul_s64_overflow(value, -1, &value);
	*part = value;
	return in_range ? PART_OK : PART_RANGE;
}

/* text form "12/40" to share; blanks and signs are allowed at each part */
Datum
share_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	const char *p = str;
	int64		n;
	int64		d;
	PartState	n_state;
	PartState	d_state = PART_SYNTAX;

	n_state = read_part(&p, &n);
	if (n_state != PART_SYNTAX && *p++ == '/')
		d_state = read_part(&p, &d);

	if (d_state == PART_SYNTAX || *p != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						"share", str),
				 errhint("Write a share as two integers, numerator/denominator, for example 12/40.")));

	if (n_state == PART_RANGE || d_state == PART_RANGE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value \"%s\" is out of range for type %s",
						str, "share"),
				 errhint("Numerator and denominator are integers from -9223372036854775808 to 9223372036854775807.")));

	PG_RETURN_SHARE_P(share_make(n, d));
}

Datum
share_out(PG_FUNCTION_ARGS)
{
	Share	   *s = PG_GETARG_SHARE_P(0);

	PG_RETURN_CSTRING(psprintf(INT64_FORMAT "/" INT64_FORMAT,
							   s->numerator, s->denominator));
}

/*
 * Binary form: version byte, numerator and denominator in network order
 */
Datum
share_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buf);
	int64		n;
	int64		d;

	if (version != SHARE_BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of the binary form of type %s",
						version, "share"),
				 errhint("This release of the extension reads version %d.",
						 SHARE_BINARY_VERSION)));

	n = pq_getmsgint64(buf);
	d = pq_getmsgint64(buf);
	PG_RETURN_SHARE_P(share_make(n, d));
}

Datum
share_send(PG_FUNCTION_ARGS)
{
	Share	   *s = PG_GETARG_SHARE_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, SHARE_BINARY_VERSION);
	pq_sendint64(&buf, s->numerator);
	pq_sendint64(&buf, s->denominator);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * Constructor and parts
 */
Datum
share(PG_FUNCTION_ARGS)
{
	PG_RETURN_SHARE_P(share_make(PG_GETARG_INT64(0), PG_GETARG_INT64(1)));
}

Datum
numerator(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_SHARE_P(0)->numerator);
}

Datum
denominator(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_SHARE_P(0)->denominator);
}

/*
 * Order
 */

static int
int64_cmp(int64 a, int64 b)
{
	return (a > b) - (a < b);
}

/*
 * The exact ratio decides first, x/0 after every other; then the denominator,
 * then the numerator, so that only the same pair is equal.  No product can
 * overflow 128 bits: neither factor exceeds 2^63 in magnitude.
 */
static int
share_order(const Share *a, const Share *b)
{
	int			cmp = 0;

	if (a->denominator == 0 || b->denominator == 0)
		cmp = (a->denominator == 0) - (b->denominator == 0);
	else
	{
		INT128		left = int64_to_int128(0);
		INT128		right = int64_to_int128(0);

		int128_add_int64_mul_int64(&left, a->numerator, b->denominator);
		int128_add_int64_mul_int64(&right, b->numerator, a->denominator);
		cmp = int128_compare(left, right);

		/* multiplying by denominators of different signs turns the order */
		if ((a->denominator < 0) != (b->denominator < 0))
			cmp = -cmp;
	}

	if (cmp == 0)
		cmp = int64_cmp(a->denominator, b->denominator);
	if (cmp == 0)
		cmp = int64_cmp(a->numerator, b->numerator);
	return cmp;
}

static bool
share_same(const Share *a, const Share *b)
{
	return a->numerator == b->numerator && a->denominator == b->denominator;
}

Datum
share_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(share_order(PG_GETARG_SHARE_P(0), PG_GETARG_SHARE_P(1)) < 0);
}

Datum
share_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(share_order(PG_GETARG_SHARE_P(0), PG_GETARG_SHARE_P(1)) <= 0);
}

Datum
share_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(share_same(PG_GETARG_SHARE_P(0), PG_GETARG_SHARE_P(1)));
}

Datum
share_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!share_same(PG_GETARG_SHARE_P(0), PG_GETARG_SHARE_P(1)));
}

Datum
share_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(share_order(PG_GETARG_SHARE_P(0), PG_GETARG_SHARE_P(1)) >= 0);
}

Datum
share_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(share_order(PG_GETARG_SHARE_P(0), PG_GETARG_SHARE_P(1)) > 0);
}

Datum
share_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(share_order(PG_GETARG_SHARE_P(0), PG_GETARG_SHARE_P(1)));
}

/* equal values are the same sixteen bytes: the struct has no padding */
Datum
share_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_SHARE_P(0), sizeof(Share));
}

Datum
share_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_SHARE_P(0),
							 sizeof(Share), PG_GETARG_INT64(1));
}

/*
 * Sum
 */

static void
add_into(Share *sum, int64 n, int64 d)
{
	if (pg_add_s64_overflow(sum->numerator, n, &sum->numerator) ||
		pg_add_s64_overflow(sum->denominator, d, &sum->denominator))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("share out of range"),
				 errdetail("The sum of numerators or of denominators does not fit into bigint.")));
}

/* roll-up: numerators and denominators are added, each by itself */
Datum
share_add(PG_FUNCTION_ARGS)
{
	Share	   *a = PG_GETARG_SHARE_P(0);
	Share	   *b = PG_GETARG_SHARE_P(1);
	Share	   *sum = share_make(a->numerator, a->denominator);

	add_into(sum, b->numerator, b->denominator);
	PG_RETURN_SHARE_P(sum);
}

/*
 * The state, argument 0, as a value that may be changed: itself inside an
 * aggregate, whose executor owns it, else a copy.
 */
static Share *
writable_state(FunctionCallInfo fcinfo)
{
	Share	   *state = PG_GETARG_SHARE_P(0);

	if (AggCheckCallContext(fcinfo, NULL))
		return state;
	return share_make(state->numerator, state->denominator);
}

/*
 * Add a row to the state.  The first row's state is made in the current
 * context: the executor copies it, once, to where the group lives.
 */
static Datum
accumulate(FunctionCallInfo fcinfo, int64 n, int64 d)
{
	Share	   *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_SHARE_P(share_make(n, d));

	state = writable_state(fcinfo);
	add_into(state, n, d);
	PG_RETURN_SHARE_P(state);
}

/* the answer of a row that does not count: the state as it was */
static Datum
skip_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* transition of share_agg(bigint, bigint); not strict: the state starts NULL */
Datum
share_accum(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skip_row(fcinfo);
	return accumulate(fcinfo, PG_GETARG_INT64(1), PG_GETARG_INT64(2));
}

/* transition of share_agg(boolean) */
Datum
share_accum_boolean(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return skip_row(fcinfo);
	return accumulate(fcinfo, PG_GETARG_BOOL(1) ? 1 : 0, 1);
}

/* transition of sum(share), and the combine function of all; strict */
Datum
share_combine(PG_FUNCTION_ARGS)
{
	Share	   *other = PG_GETARG_SHARE_P(1);

	return accumulate(fcinfo, other->numerator, other->denominator);
}

/*
 * Percentage
 */

/* 10^exponent, with as many decimals as a negative exponent asks for */
static Datum
power_of_ten(int exponent)
{
	return DirectFunctionCall3(numeric_in,
							   CStringGetDatum(psprintf("1e%d", exponent)),
							   ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

static Datum
numeric_magnitude(int64 value)
{
	return DirectFunctionCall1(numeric_abs,
							   NumericGetDatum(int64_to_numeric(value)));
}

/*
 * 100 n/d with the given number of decimals, the half rounded away from zero,
 * once: the quotient (2 |n| 10^(digits+2) + |d|) / (2 |d|), cut to an integer,
 * counts units of the last decimal.  NULL for d = 0.
 */
Datum
percent(PG_FUNCTION_ARGS)
{
	Share	   *s = PG_GETARG_SHARE_P(0);
	int32		digits = PG_GETARG_INT32(1);
	int64		n = s->numerator;
	int64		d = s->denominator;
	Datum		double_d;
	Datum		units;

	if (digits < 0 || digits > PERCENT_MAX_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of decimals is out of range: %d", digits),
				 errhint("Give a number of decimals from 0 to %d.",
						 PERCENT_MAX_DIGITS)));

	if (d == 0)
		PG_RETURN_NULL();

	/* counts of people and schools: 2 n 10^6 and 2 d fit into 64 bits */
	if (digits <= 4 &&
		n >= 0 && n <= INT64CONST(1000000000000) &&
		d > 0 && d <= INT64CONST(1000000000000))
	{
		int64		quotient = 2 * n * 100;

		for (int i = 0; i < digits; i++)
			quotient *= 10;
		quotient = (quotient + d) / (2 * d);
		PG_RETURN_NUMERIC(int64_div_fast_to_numeric(quotient, digits));
	}

	double_d = DirectFunctionCall2(numeric_mul, numeric_magnitude(d),
								   NumericGetDatum(int64_to_numeric(2)));
	units = DirectFunctionCall2(numeric_mul, numeric_magnitude(n),
								DirectFunctionCall2(numeric_mul,
													power_of_ten(digits + 2),
													NumericGetDatum(int64_to_numeric(2))));
	units = DirectFunctionCall2(numeric_add, units, numeric_magnitude(d));
	units = DirectFunctionCall2(numeric_div_trunc, units, double_d);
	if ((n < 0) != (d < 0))
		units = DirectFunctionCall1(numeric_uminus, units);
	PG_RETURN_DATUM(DirectFunctionCall2(numeric_mul, units,
										power_of_ten(-digits)));
}
