/*
 * formula_fold.c
 *		Constants are folded in the order and with the short cuts of
 *		PostgreSQL's planner (eval_const_expressions), because which errors a
 *		formula raises depends on it: x > 1 OR 2147483647 + 1 > 0 is refused
 *		whatever x is, FALSE AND 2147483647 + 1 > 0 is not.
 */
#include "formula.h"

#include "miscadmin.h"
#include "utils/builtins.h"

static Formula *
make_constant(const Formula *like, FormulaType type, int64 value)
{
	Formula    *result = palloc0(sizeof(Formula));

	result->kind = FORMULA_CONST;
	result->type = type;
	result->location = like->location;
	if (type == FORMULA_NUMERIC)
		result->number = int64_to_numeric(value);
	else
		result->value = value;
	return result;
}

static bool
is_constant(const Formula *formula)
{
	return formula->kind == FORMULA_CONST;
}

static bool
is_boolean_constant(const Formula *formula, bool value)
{
	return is_constant(formula) && formula->value == (value ? 1 : 0);
}

/* A node all of whose arguments are constants is its value. */
static Formula *
compute(Formula *formula, const FormulaSource *source)
{
	FormulaValue value;
	Formula    *result;

	for (int i = 0; i < formula->nargs; i++)
		if (!is_constant(formula->args[i]))
			return formula;

	/* no constant is NULL, and so nothing computed from them is */
	value = formula_eval(formula, source, NULL);
	Assert(!value.isnull);
	result = make_constant(formula, formula->type, value.i);
	if (formula->type == FORMULA_NUMERIC)
		result->number = value.n;
	return result;
}

static Formula *
fold_args(Formula *formula, const FormulaSource *source)
{
	for (int i = 0; i < formula->nargs; i++)
		formula->args[i] = formula_fold(formula->args[i], source);
	return compute(formula, source);
}

/*
 * AND, OR: a constant that decides ends the list, and what stands after it is
 * not looked at; the other constants go.
 */
static Formula *
fold_junction(Formula *formula, const FormulaSource *source)
{
	bool		deciding = formula->kind == FORMULA_OR;
	int			kept = 0;

	for (int i = 0; i < formula->nargs; i++)
	{
		Formula    *arg = formula_fold(formula->args[i], source);

		if (is_boolean_constant(arg, deciding))
			return arg;
		if (!is_constant(arg))
			formula->args[kept++] = arg;
	}
	if (kept == 0)
		return make_constant(formula, FORMULA_BOOL, !deciding);
	formula->nargs = kept;
	return kept == 1 ? formula->args[0] : formula;
}

static Formula *
make_comparison(const Formula *like, FormulaKind kind, Formula *left,
				Formula *right, const FormulaSource *source)
{
	Formula    *result = make_constant(like, FORMULA_BOOL, 0);

	result->kind = kind;
	result->nargs = 2;
	result->args = palloc(sizeof(Formula *) * 2);
	result->args[0] = left;
	result->args[1] = right;
	return compute(result, source);
}

/* As PostgreSQL reads it: value >= low AND value <= high, and its negation. */
static Formula *
fold_between(Formula *formula, const FormulaSource *source)
{
	bool		negated = formula->kind == FORMULA_NOT_BETWEEN;
	Formula    *value = formula_fold(formula->args[0], source);
	Formula    *low = formula_fold(formula->args[1], source);
	Formula    *high;
	Formula    *first;
	Formula    *second;

	first = make_comparison(formula, negated ? FORMULA_LT : FORMULA_GE,
							value, low, source);
	if (is_boolean_constant(first, negated))
		return first;
	high = formula_fold(formula->args[2], source);
	second = make_comparison(formula, negated ? FORMULA_GT : FORMULA_LE,
							 value, high, source);
	if (is_boolean_constant(second, negated) || is_constant(first))
		return second;
	if (is_constant(second))
		return first;

	formula->args[0] = value;
	formula->args[1] = low;
	formula->args[2] = high;
	return formula;
}

static bool
reads_columns(const Formula *formula)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	if (formula->kind == FORMULA_COLUMN)
		return true;
	for (int i = 0; i < formula->nargs; i++)
		if (reads_columns(formula->args[i]))
			return true;
	return false;
}

static bool
constants_equal(const Formula *formula, Formula *left, Formula *right,
				const FormulaSource *source)
{
	return is_constant(left) && is_constant(right) &&
		make_comparison(formula, FORMULA_EQ, left, right, source)->value == 1;
}

/*
 * The list of IN as PostgreSQL takes it: two or more members that read no
 * column are one array, computed before everything else in the list; the
 * others are comparisons joined by OR.
 */
static Formula *
fold_in(Formula *formula, const FormulaSource *source)
{
	bool		negated = formula->kind == FORMULA_NOT_IN;
	Formula    *value = formula_fold(formula->args[0], source);
	Formula   **members = palloc(sizeof(Formula *) * formula->nargs);
	bool		is_array;
	bool		found = false;
	int			narray = 0;
	int			kept = 1;

	for (int i = 1; i < formula->nargs; i++)
		if (!reads_columns(formula->args[i]))
			narray++;
	is_array = narray > 1;

	for (int pass = is_array ? 0 : 1; pass < 2 && !found; pass++)
	{
		for (int i = 1; i < formula->nargs; i++)
		{
			Formula    *member = formula->args[i];

			if (is_array && reads_columns(member) == (pass == 0))
				continue;
			member = formula_fold(member, source);
			if (constants_equal(formula, value, member, source))
				found = true;
			else if (!is_constant(value) || !is_constant(member))
				members[kept++] = member;
			if (found && pass == 1)
				break;
		}
	}
	if (found || kept == 1)
		return make_constant(formula, FORMULA_BOOL, found != negated);

	members[0] = value;
	formula->args = members;
	formula->nargs = kept;
	return formula;
}

/* A constant ends the list: what stands after it is not looked at. */
static Formula *
fold_coalesce(Formula *formula, const FormulaSource *source)
{
	for (int i = 0; i < formula->nargs; i++)
	{
		formula->args[i] = formula_fold(formula->args[i], source);
		if (is_constant(formula->args[i]))
			formula->nargs = i + 1;
	}
	return compute(formula, source);
}

Formula *
formula_fold(Formula *formula, const FormulaSource *source)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	switch (formula->kind)
	{
		case FORMULA_CONST:
		case FORMULA_COLUMN:
			return formula;
		case FORMULA_PLUS:
			return formula_fold(formula->args[0], source);
		case FORMULA_AND:
		case FORMULA_OR:
			return fold_junction(formula, source);
		case FORMULA_BETWEEN:
		case FORMULA_NOT_BETWEEN:
			return fold_between(formula, source);
		case FORMULA_IN:
		case FORMULA_NOT_IN:
			return fold_in(formula, source);
		case FORMULA_COALESCE:
			return fold_coalesce(formula, source);
		default:
			return fold_args(formula, source);
	}
}
