/*
 * formula_eval.c
 *		The value of a bound formula for one row, exactly as PostgreSQL would
 *		compute it: three-valued logic, order of evaluation, short cuts,
 *		overflow of each integer type, numeric.
 *
 * This evaluator decides what is right.  program.c has a faster one for whole
 * numbers, which hands every row it is not sure of to this one.
 */
#include "formula.h"

#include "access/tupmacs.h"
#include "common/int.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(yes_count);

static const FormulaValue null_value = {.isnull = true};

static FormulaValue
make_int(int64 i)
{
	FormulaValue value = {.isnull = false,.i = i};

	return value;
}

/* A value as numeric, whatever its type. */
static Numeric
as_numeric(const FormulaValue *value, FormulaType type)
{
	return type == FORMULA_NUMERIC ? value->n : int64_to_numeric(value->i);
}

static int
compare(const FormulaValue *a, FormulaType a_type,
		const FormulaValue *b, FormulaType b_type)
{
	if (a_type == FORMULA_NUMERIC || b_type == FORMULA_NUMERIC)
		return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
												 NumericGetDatum(as_numeric(a, a_type)),
												 NumericGetDatum(as_numeric(b, b_type))));
	return (a->i > b->i) - (a->i < b->i);
}

static bool
holds(FormulaKind kind, int order)
{
	switch (kind)
	{
		case FORMULA_EQ:
			return order == 0;
		case FORMULA_NE:
			return order != 0;
		case FORMULA_LT:
			return order < 0;
		case FORMULA_LE:
			return order <= 0;
		case FORMULA_GT:
			return order > 0;
		default:
			Assert(kind == FORMULA_GE);
			return order >= 0;
	}
}

static FormulaValue
eval_column(const Formula *formula, const NullableDatum *row)
{
	FormulaValue value = {.isnull = row[formula->column].isnull};
	Datum		datum = row[formula->column].value;

	if (value.isnull)
		return null_value;
	switch (formula->type)
	{
		case FORMULA_BOOL:
			value.i = DatumGetBool(datum) ? 1 : 0;
			break;
		case FORMULA_INT2:
			value.i = DatumGetInt16(datum);
			break;
		case FORMULA_INT4:
			value.i = DatumGetInt32(datum);
			break;
		case FORMULA_INT8:
			value.i = DatumGetInt64(datum);
			break;
		default:
			Assert(formula->type == FORMULA_NUMERIC);
			value.n = DatumGetNumeric(datum);
			break;
	}
	return value;
}

static FormulaValue
eval_arithmetic(const Formula *formula, const FormulaSource *source,
				const NullableDatum *row)
{
	FormulaKind kind = formula->kind;
	FormulaValue a = formula_eval(formula->args[0], source, row);
	FormulaValue b = make_int(0);
	FormulaValue result = make_int(0);
	bool		overflow;

	if (formula->nargs == 2)
		b = formula_eval(formula->args[1], source, row);
	if (a.isnull || b.isnull)
		return null_value;

	if (formula->type == FORMULA_NUMERIC)
	{
		Datum		left = NumericGetDatum(as_numeric(&a, formula->args[0]->type));
		Datum		right;

		if (kind == FORMULA_MINUS)
		{
			result.n = DatumGetNumeric(DirectFunctionCall1(numeric_uminus, left));
			return result;
		}
		right = NumericGetDatum(as_numeric(&b, formula->args[1]->type));
		result.n =
			DatumGetNumeric(DirectFunctionCall2(kind == FORMULA_ADD ? numeric_add :
												kind == FORMULA_SUB ? numeric_sub :
												numeric_mul, left, right));
		return result;
	}

	if (kind == FORMULA_ADD)
		overflow = pg_add_s64_overflow(a.i, b.i, &result.i);
	else if (kind == FORMULA_MUL)
		overflow = pg_mul_s64_overflow(a.i, b.i, &result.i);
	else if (kind == FORMULA_SUB)
		overflow = pg_sub_s64_overflow(a.i, b.i, &result.i);
	else
		overflow = pg_sub_s64_overflow(0, a.i, &result.i);
	if (formula->type == FORMULA_INT4)
		overflow |= result.i != (int32) result.i;
	else if (formula->type == FORMULA_INT2)
		overflow |= result.i != (int16) result.i;
	if (overflow)
		formula_error(source, formula->location,
					  ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, NULL,
					  _("%s out of range"), formula_type_name(formula->type));
	return result;
}

static FormulaValue
eval_comparison(const Formula *formula, const FormulaSource *source,
				const NullableDatum *row)
{
	FormulaValue a = formula_eval(formula->args[0], source, row);
	FormulaValue b = formula_eval(formula->args[1], source, row);

	if (a.isnull || b.isnull)
		return null_value;
	return make_int(holds(formula->kind, compare(&a, formula->args[0]->type,
												 &b, formula->args[1]->type)));
}

/* AND, OR: the first deciding value ends the evaluation. */
static FormulaValue
eval_junction(const Formula *formula, const FormulaSource *source,
			  const NullableDatum *row)
{
	int64		deciding = formula->kind == FORMULA_OR ? 1 : 0;
	FormulaValue result = make_int(!deciding);

	for (int i = 0; i < formula->nargs; i++)
	{
		FormulaValue arg = formula_eval(formula->args[i], source, row);

		if (arg.isnull)
			result = null_value;
		else if (arg.i == deciding)
			return arg;
	}
	return result;
}

static FormulaValue
eval_between(const Formula *formula, const FormulaSource *source,
			 const NullableDatum *row)
{
	bool		negated = formula->kind == FORMULA_NOT_BETWEEN;
	FormulaValue value = formula_eval(formula->args[0], source, row);
	FormulaValue result = make_int(negated ? 0 : 1);

	for (int i = 1; i <= 2; i++)
	{
		FormulaValue bound = formula_eval(formula->args[i], source, row);
		int			order;

		if (value.isnull || bound.isnull)
		{
			result = null_value;
			continue;
		}
		order = compare(&value, formula->args[0]->type,
						&bound, formula->args[i]->type);
		if (i == 1 ? order < 0 : order > 0)
			return make_int(negated ? 1 : 0);
	}
	return result;
}

static FormulaValue
eval_in(const Formula *formula, const FormulaSource *source,
		const NullableDatum *row)
{
	bool		negated = formula->kind == FORMULA_NOT_IN;
	FormulaValue value = formula_eval(formula->args[0], source, row);
	FormulaValue result = make_int(negated ? 1 : 0);

	for (int i = 1; i < formula->nargs; i++)
	{
		FormulaValue member = formula_eval(formula->args[i], source, row);

		if (value.isnull || member.isnull)
			result = null_value;
		else if (compare(&value, formula->args[0]->type,
						 &member, formula->args[i]->type) == 0)
			return make_int(negated ? 0 : 1);
	}
	return result;
}

static FormulaValue
as_type(FormulaValue value, FormulaType from, FormulaType to)
{
	if (!value.isnull && to == FORMULA_NUMERIC)
		value.n = as_numeric(&value, from);
	return value;
}

/* coalesce, least, greatest: one of the arguments, in the common type. */
static FormulaValue
eval_choice(const Formula *formula, const FormulaSource *source,
			const NullableDatum *row)
{
	FormulaValue result = null_value;

	for (int i = 0; i < formula->nargs; i++)
	{
		FormulaValue arg = as_type(formula_eval(formula->args[i], source, row),
								   formula->args[i]->type, formula->type);
		int			order;

		if (arg.isnull)
			continue;
		if (formula->kind == FORMULA_COALESCE)
			return arg;
		if (result.isnull)
		{
			result = arg;
			continue;
		}
		order = compare(&arg, formula->type, &result, formula->type);
		if (formula->kind == FORMULA_LEAST ? order < 0 : order > 0)
			result = arg;
	}
	return result;
}

static FormulaValue
eval_yes_count(const Formula *formula, const FormulaSource *source,
			   const NullableDatum *row)
{
	FormulaValue result = null_value;

	for (int i = 0; i < formula->nargs; i++)
	{
		FormulaValue arg = formula_eval(formula->args[i], source, row);

		if (!arg.isnull)
			result = make_int(result.i + arg.i);
	}
	return result;
}

FormulaValue
formula_eval(const Formula *formula, const FormulaSource *source,
			 const NullableDatum *row)
{
	FormulaValue value;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	switch (formula->kind)
	{
		case FORMULA_CONST:
			value = make_int(formula->value);
			value.n = formula->number;
			return value;

		case FORMULA_COLUMN:
			return eval_column(formula, row);

		case FORMULA_ADD:
		case FORMULA_SUB:
		case FORMULA_MUL:
		case FORMULA_MINUS:
			return eval_arithmetic(formula, source, row);

		case FORMULA_EQ:
		case FORMULA_NE:
		case FORMULA_LT:
		case FORMULA_LE:
		case FORMULA_GT:
		case FORMULA_GE:
			return eval_comparison(formula, source, row);

		case FORMULA_AND:
		case FORMULA_OR:
			return eval_junction(formula, source, row);

		case FORMULA_NOT:
			value = formula_eval(formula->args[0], source, row);
			return value.isnull ? value : make_int(!value.i);

		case FORMULA_IS_NULL:
		case FORMULA_IS_NOT_NULL:
			value = formula_eval(formula->args[0], source, row);
			return make_int(value.isnull == (formula->kind == FORMULA_IS_NULL));

		case FORMULA_BETWEEN:
		case FORMULA_NOT_BETWEEN:
			return eval_between(formula, source, row);

		case FORMULA_IN:
		case FORMULA_NOT_IN:
			return eval_in(formula, source, row);

		case FORMULA_COALESCE:
		case FORMULA_LEAST:
		case FORMULA_GREATEST:
			return eval_choice(formula, source, row);

		case FORMULA_YES_COUNT:
			return eval_yes_count(formula, source, row);

		case FORMULA_PLUS:		/* unreachable: folding takes it away */
			break;				/* unreachable: the same */
	}
	elog(ERROR, "unrecognized kind of formula: %d", (int) formula->kind);	/* unreachable: all stand above */
}

static int
numeric_cmp_int64(Numeric a, int64 b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a),
											 NumericGetDatum(int64_to_numeric(b))));
}

/* A count as bigint; a numeric one must be whole and fit. */
int64
formula_whole_number(const FormulaValue *value, const Formula *formula,
					 const FormulaSource *source)
{
	Numeric		whole;

	Assert(!value->isnull);
	if (formula->type != FORMULA_NUMERIC)
		return value->i;

	if (numeric_is_nan(value->n) || numeric_is_inf(value->n))
		formula_error(source, formula->location,
					  ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, NULL,
					  _("%s is not a count"), numeric_normalize(value->n));
	whole = DatumGetNumeric(DirectFunctionCall2(numeric_trunc,
												NumericGetDatum(value->n),
												Int32GetDatum(0)));
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(whole),
										  NumericGetDatum(value->n))) != 0)
		formula_error(source, formula->location,
					  ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
					  gettext_noop("Numerators and denominators are counts: make the formula give whole numbers."),
					  _("%s is not a whole number"), numeric_normalize(value->n));

	if (numeric_cmp_int64(whole, PG_INT64_MIN) < 0 ||
		numeric_cmp_int64(whole, PG_INT64_MAX) > 0)
		formula_error(source, formula->location,
					  ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, NULL,
					  _("%s is out of range for bigint"), numeric_normalize(value->n));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 NumericGetDatum(whole)));
}

/*
 * How many of the arguments are true; NULL when none of them is known.
 * Clause 1.2.6: "at least two of the three risks".
 */
Datum
yes_count(PG_FUNCTION_ARGS)
{
	ArrayType  *array;
	const char *value;
	const uint8 *bitmap;
	int			nvalues;
	int32		yes = 0;
	bool		known = false;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	array = PG_GETARG_ARRAYTYPE_P(0);
	value = ARR_DATA_PTR(array);
	bitmap = ARR_NULLBITMAP(array);
	nvalues = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	/* values lie byte by byte, those that are NULL not at all */
	for (int i = 0; i < nvalues; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (bitmap != NULL && att_isnull(i, bitmap))
			continue;
		known = true;
		yes += *value++ != 0;
	}
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_INT32(yes);
}
