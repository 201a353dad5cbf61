/*
 * prefix.c
 *		What stands for src/formula.c, which needs PostgreSQL's parser, and for
 *		numeric: a reader of formulas in prefix notation, and numbers of 128 bits.
 *
 *	a to h	a column			T F		true, false
 *	0 to 9	that number			M L X	the largest integer and bigint, one more
 *	~ _ ! ? .	unary - and +, NOT, IS NULL, IS NOT NULL
 *	+ - * = # < > { }	+ - * = <> < > <= >= of two
 *	B V		BETWEEN and its negation, of three
 *	& | I J C W G Y, then their number	AND, OR, IN, NOT IN, coalesce, least, greatest, yes_count
 */
#include "fuzz.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "../../src/formula.h"

static const struct
{
	char		sign;
	FormulaKind kind;
	int			min;			/* arguments */
	int			max;
}			nodes[] = {
	{'~', FORMULA_MINUS, 1, 1}, {'_', FORMULA_PLUS, 1, 1}, {'!', FORMULA_NOT, 1, 1},
	{'?', FORMULA_IS_NULL, 1, 1}, {'.', FORMULA_IS_NOT_NULL, 1, 1},
	{'+', FORMULA_ADD, 2, 2}, {'-', FORMULA_SUB, 2, 2}, {'*', FORMULA_MUL, 2, 2},
	{'=', FORMULA_EQ, 2, 2}, {'#', FORMULA_NE, 2, 2}, {'<', FORMULA_LT, 2, 2},
	{'>', FORMULA_GT, 2, 2}, {'{', FORMULA_LE, 2, 2}, {'}', FORMULA_GE, 2, 2},
	{'B', FORMULA_BETWEEN, 3, 3}, {'V', FORMULA_NOT_BETWEEN, 3, 3},
	{'&', FORMULA_AND, 2, 9}, {'|', FORMULA_OR, 2, 9},
	{'I', FORMULA_IN, 2, 9}, {'J', FORMULA_NOT_IN, 2, 9},
	{'C', FORMULA_COALESCE, 1, 9}, {'W', FORMULA_LEAST, 1, 9},
	{'G', FORMULA_GREATEST, 1, 9}, {'Y', FORMULA_YES_COUNT, 1, 9}
};

void
formula_error(const FormulaSource *source, int location, int sqlstate,
			  const char *hint, const char *format,...)
{
	char		message[1024];
	va_list		args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("indicator %d, %s: %s", source->id, source->part, message),
			 errdetail("At %d of \"%s\".", location, source->text),
			 hint ? errhint("%s", hint) : 0));
}

static Formula *
make_constant(Formula *formula, FormulaType type, int64 value)
{
	formula->kind = FORMULA_CONST;
	formula->type = type;
	formula->value = value;
	return formula;
}

static Formula *
read_node(const FormulaSource *source, const char **at)
{
	Formula    *formula = palloc0(sizeof(Formula));
	char		sign = **at;

	formula->location = *at - source->text;
	if (sign != '\0')
		++*at;
	if (sign >= 'a' && sign <= 'h')
	{
		formula->kind = FORMULA_COLUMN;
		formula->name = pnstrdup(&sign, 1);
		return formula;
	}
	if (sign >= '0' && sign <= '9')
		return make_constant(formula, FORMULA_INT4, sign - '0');
	switch (sign)
	{
		case 'T':
		case 'F':
			return make_constant(formula, FORMULA_BOOL, sign == 'T');
		case 'M':
			return make_constant(formula, FORMULA_INT4, PG_INT32_MAX);
		case 'L':
			return make_constant(formula, FORMULA_INT8, PG_INT64_MAX);
		case 'X':
			formula->number = DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(int64_to_numeric(PG_INT64_MAX)),
																  NumericGetDatum(int64_to_numeric(1))));
			return make_constant(formula, FORMULA_NUMERIC, 0);
	}
	for (int i = 0; i < (int) lengthof(nodes); i++)
	{
		if (nodes[i].sign != sign)
			continue;
		formula->kind = nodes[i].kind;
		formula->nargs = nodes[i].min;
		if (nodes[i].max > nodes[i].min && **at >= '1' && **at <= '9')
		{
			formula->nargs = Max(nodes[i].min, **at - '0');
			++*at;
		}
		formula->args = palloc0(sizeof(Formula *) * formula->nargs);
		for (int j = 0; j < formula->nargs; j++)
			formula->args[j] = read_node(source, at);
		return formula;
	}
	formula_error(source, formula->location, ERRCODE_SYNTAX_ERROR, NULL, "no node: \"%c\"", sign);
}

Formula *
formula_parse(const FormulaSource *source)
{
	const char *at = source->text;
	Formula    *formula = read_node(source, &at);

	if (*at != '\0')
		formula_error(source, at - source->text, ERRCODE_SYNTAX_ERROR, NULL, "something follows");
	return formula;
}

Oid
getBaseType(Oid typid)
{
	return typid;
}

/* ---- numeric ---- */

struct NumericData
{
	int32		vl_len_;
	__int128	value;
};

#define VALUE(n) (PG_GETARG_NUMERIC(n)->value)

static Numeric
make_number(bool overflow, __int128 value)
{
	Numeric		result = palloc0(sizeof(struct NumericData));

	if (overflow)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("value overflows numeric format")));
	SET_VARSIZE(result, sizeof(struct NumericData));
	result->value = value;
	return result;
}

#define ARITHMETIC(name, how) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	__int128	result; \
	bool		overflow = how(VALUE(0), VALUE(1), &result); \
	PG_RETURN_NUMERIC(make_number(overflow, result)); \
}

ARITHMETIC(numeric_add, __builtin_add_overflow)
ARITHMETIC(numeric_sub, __builtin_sub_overflow)
ARITHMETIC(numeric_mul, __builtin_mul_overflow)

Datum
numeric_uminus(PG_FUNCTION_ARGS)
{
	__int128	result;
	bool		overflow = __builtin_sub_overflow((__int128) 0, VALUE(0), &result);

	PG_RETURN_NUMERIC(make_number(overflow, result));
}

Datum
numeric_abs(PG_FUNCTION_ARGS)
{
	return VALUE(0) < 0 ? numeric_uminus(fcinfo) : PG_GETARG_DATUM(0);
}

Datum
numeric_div_trunc(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(make_number(VALUE(1) == 0, VALUE(0) / VALUE(1)));
}

/* every number is whole */
Datum
numeric_trunc(PG_FUNCTION_ARGS)
{
	return PG_GETARG_DATUM(0);
}

Datum
numeric_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((VALUE(0) > VALUE(1)) - (VALUE(0) < VALUE(1)));
}

Datum
numeric_int8(PG_FUNCTION_ARGS)
{
	if (VALUE(0) != (int64) VALUE(0))
		elog(ERROR, "bigint out of range");
	PG_RETURN_INT64((int64) VALUE(0));
}

Datum
int8_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(make_number(false, PG_GETARG_INT64(0)));
}

/* percent() asks for powers of ten; what is below one is one here */
Datum
numeric_in(PG_FUNCTION_ARGS)
{
	int			exponent = atoi(PG_GETARG_CSTRING(0) + strlen("1e"));
	__int128	value = 1;

	while (exponent-- > 0)
		value *= 10;
	PG_RETURN_NUMERIC(make_number(false, value));
}

Numeric
int64_to_numeric(int64 val)
{
	return make_number(false, val);
}

Numeric
int64_div_fast_to_numeric(int64 val1, int log10val2)
{
	return make_number(false, val1);
}

bool
numeric_is_nan(Numeric num)
{
	return false;
}

bool
numeric_is_inf(Numeric num)
{
	return false;
}

char *
numeric_normalize(Numeric num)
{
	return psprintf("%.0f", (double) num->value);
}
