/*
 * formula_bind.c
 *		A formula meets the columns of the rows at hand: names become column
 *		numbers, and types are checked by PostgreSQL's rules.
 */
#include "formula.h"

#include "miscadmin.h"
#include "utils/builtins.h"

typedef struct BindContext
{
	const FormulaSource *source;
	const FormulaColumns *columns;
} BindContext;

static Formula *bind(BindContext *context, const Formula *formula);

static void
require_boolean(BindContext *context, const Formula *formula, const char *where)
{
	if (formula->type != FORMULA_BOOL)
		formula_error(context->source, formula->location,
					  ERRCODE_DATATYPE_MISMATCH, NULL,
					  _("argument of %s must be type boolean, not type %s"),
					  where, formula_type_name(formula->type));
}

static const char *
kind_name(FormulaKind kind)
{
	switch (kind)
	{
		case FORMULA_ADD:
		case FORMULA_PLUS:
			return "+";
		case FORMULA_SUB:
		case FORMULA_MINUS:
			return "-";
		case FORMULA_MUL:
			return "*";
		case FORMULA_EQ:
			return "=";
		case FORMULA_NE:
			return "<>";
		case FORMULA_LT:
			return "<";
		case FORMULA_LE:
			return "<=";
		case FORMULA_GT:
			return ">";
		case FORMULA_GE:
			return ">=";
		case FORMULA_AND:
			return "AND";
		case FORMULA_OR:
			return "OR";
		case FORMULA_NOT:
			return "NOT";
		case FORMULA_BETWEEN:
		case FORMULA_NOT_BETWEEN:
			return "BETWEEN";
		case FORMULA_IN:
		case FORMULA_NOT_IN:
			return "IN";
		case FORMULA_COALESCE:
			return "coalesce";
		case FORMULA_LEAST:
			return "least";
		case FORMULA_GREATEST:
			return "greatest";
		case FORMULA_YES_COUNT:
			return "yes_count";
		default:
			return "?";
	}
}

static Formula *
make_bound(const Formula *like, FormulaType type)
{
	Formula    *result = palloc0(sizeof(Formula));

	result->kind = like->kind;
	result->type = type;
	result->location = like->location;
	result->value = like->value;
	result->number = like->number;
	result->name = like->name;
	result->nargs = like->nargs;
	if (like->nargs > 0)
		result->args = palloc0(sizeof(Formula *) * like->nargs);
	return result;
}

static Formula *
bind_column(BindContext *context, const Formula *formula)
{
	const FormulaColumns *columns = context->columns;
	Formula    *result = make_bound(formula, FORMULA_UNBOUND);
	Oid			type;

	for (result->column = 0; result->column < columns->ncolumns; result->column++)
		if (OidIsValid(columns->types[result->column]) &&
			strcmp(columns->names[result->column], formula->name) == 0)
			break;
	if (result->column == columns->ncolumns)
		formula_error(context->source, formula->location,
					  ERRCODE_UNDEFINED_COLUMN,
					  gettext_noop("Check the spelling against the columns that are passed to the function; "
								   "shnor.columns(methodology) lists what the formulas read."),
					  _("column \"%s\" does not exist"), formula->name);

	type = columns->types[result->column];
	result->type = formula_type_of(type);
	if (result->type == FORMULA_UNBOUND)
		formula_error(context->source, formula->location,
					  ERRCODE_DATATYPE_MISMATCH,
					  gettext_noop("Answers may be smallint, integer, bigint, boolean or numeric."),
					  _("column \"%s\" has type %s"), formula->name,
					  format_type_be(type));
	return result;
}

/* The type of a node whose arguments have theirs; refuses what does not fit. */
static FormulaType
result_type(BindContext *context, const Formula *formula)
{
	const char *name = kind_name(formula->kind);
	FormulaType type = formula->nargs > 0 ? formula->args[0]->type : formula->type;

	switch (formula->kind)
	{
		case FORMULA_CONST:
		case FORMULA_COLUMN:
			return formula->type;

		case FORMULA_ADD:
		case FORMULA_SUB:
		case FORMULA_MUL:
		case FORMULA_PLUS:
		case FORMULA_MINUS:
			for (int i = 0; i < formula->nargs; i++)
			{
				if (formula->args[i]->type == FORMULA_BOOL)
					formula_error(context->source, formula->location,
								  ERRCODE_DATATYPE_MISMATCH, NULL,
								  _("operator %s cannot take a boolean"), name);
				type = Max(type, formula->args[i]->type);
			}
			return type;

		case FORMULA_AND:
		case FORMULA_OR:
		case FORMULA_NOT:
		case FORMULA_YES_COUNT:
			for (int i = 0; i < formula->nargs; i++)
				require_boolean(context, formula->args[i], name);
			return formula->kind == FORMULA_YES_COUNT ? FORMULA_INT4 : FORMULA_BOOL;

		case FORMULA_IS_NULL:
		case FORMULA_IS_NOT_NULL:
			return FORMULA_BOOL;

		case FORMULA_EQ:
		case FORMULA_NE:
		case FORMULA_LT:
		case FORMULA_LE:
		case FORMULA_GT:
		case FORMULA_GE:
		case FORMULA_BETWEEN:
		case FORMULA_NOT_BETWEEN:
		case FORMULA_IN:
		case FORMULA_NOT_IN:
		case FORMULA_COALESCE:
		case FORMULA_LEAST:
		case FORMULA_GREATEST:
			for (int i = 1; i < formula->nargs; i++)
			{
				FormulaType other = formula->args[i]->type;

				if ((type == FORMULA_BOOL) != (other == FORMULA_BOOL))
					formula_error(context->source, formula->location,
								  ERRCODE_DATATYPE_MISMATCH, NULL,
								  _("%s cannot take %s and %s together"), name,
								  formula_type_name(type),
								  formula_type_name(other));
				type = Max(type, other);
			}
			return formula->kind < FORMULA_COALESCE ? FORMULA_BOOL : type;
	}
	elog(ERROR, "unrecognized kind of formula: %d", (int) formula->kind);	/* unreachable: all stand above */
}

static Formula *
bind(BindContext *context, const Formula *formula)
{
	Formula    *result;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	if (formula->kind == FORMULA_COLUMN)
		return bind_column(context, formula);

	result = make_bound(formula, formula->type);
	for (int i = 0; i < formula->nargs; i++)
		result->args[i] = bind(context, formula->args[i]);
	result->type = result_type(context, result);
	return result;
}

Formula *
formula_bind(const Formula *formula, const FormulaSource *source,
			 const FormulaColumns *columns)
{
	BindContext context = {source, columns};

	return formula_fold(bind(&context, formula), source);
}
