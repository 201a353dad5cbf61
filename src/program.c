/*
 * program.c
 *		A methodology bound to columns, and the exact evaluation of one
 *		definition for one row.
 */
#include "program.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "compat.h"

static Formula *
bind_part(const Formula *formula, const FormulaSource *source,
		  const FormulaColumns *columns)
{
	return formula == NULL ? NULL : formula_bind(formula, source, columns);
}

/* May the fast form compute this formula?  It knows whole numbers only. */
static bool
is_whole(const Formula *formula)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	if (formula == NULL)
		return true;
	if (formula->type == FORMULA_NUMERIC)
		return false;
	for (int i = 0; i < formula->nargs; i++)
		if (!is_whole(formula->args[i]))
			return false;
	return true;
}

Program *
program_compile(const Methodology *methodology, const FormulaColumns *columns)
{
	Program    *program = palloc0_object(Program);

	program->ndefinitions = methodology->ndefinitions;
	program->definitions = methodology_definitions(methodology);
	program->fast = true;
	for (int i = 0; i < program->ndefinitions; i++)
	{
		Definition *definition = &program->definitions[i];

		definition->numerator = bind_part(definition->numerator,
										  &definition->numerator_source, columns);
		definition->denominator = bind_part(definition->denominator,
											&definition->denominator_source, columns);
		definition->cohort = bind_part(definition->cohort,
									   &definition->cohort_source, columns);
		if (definition->cohort != NULL && definition->cohort->type != FORMULA_BOOL)
			formula_error(&definition->cohort_source, definition->cohort->location,
						  ERRCODE_DATATYPE_MISMATCH,
						  gettext_noop("Compare the number with something, as in \"teachers > 0\"."),
						  _("a cohort must be a condition, not of type %s"),
						  formula_type_name(definition->cohort->type));
		program->fast = program->fast && is_whole(definition->numerator) &&
			is_whole(definition->denominator) && is_whole(definition->cohort);
	}

	if (program->fast)
	{
		/* states of other methodologies, or of other types, must not mix */
		program->layout = hash_bytes_extended((const unsigned char *) columns->types,
											  sizeof(Oid) * columns->ncolumns, 0);
		program->layout ^= hash_bytes_extended(methodology->digest,
											   sizeof(methodology->digest), 1);
		program_compile_lanes(program);
	}
	return program;
}

/* What one row counts for one indicator. */
Contribution
program_contribution(const Definition *definition, const NullableDatum *row)
{
	Contribution result = {0};
	FormulaValue value;

	if (definition->cohort != NULL)
	{
		value = formula_eval(definition->cohort, &definition->cohort_source, row);
		if (value.isnull || value.i == 0)
			return result;
	}
	result.in_cohort = true;

	result.has_denominator = true;
	result.denominator = 1;
	if (definition->denominator != NULL)
	{
		value = formula_eval(definition->denominator,
							 &definition->denominator_source, row);
		result.has_denominator = !value.isnull;
		result.denominator = value.isnull ? 0 :
			formula_whole_number(&value, definition->denominator,
								 &definition->denominator_source);
	}
	/* without a denominator the row is missing, whatever its numerator is */
	if (!result.has_denominator)
		return result;

	value = formula_eval(definition->numerator, &definition->numerator_source, row);
	result.has_numerator = !value.isnull;
	if (!value.isnull)
		result.numerator = formula_whole_number(&value, definition->numerator,
												&definition->numerator_source);
	return result;
}
