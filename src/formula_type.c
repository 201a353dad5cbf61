/*
 * formula_type.c
 *		The types that answers may have, and what they are called.
 */
#include "formula.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

/* FORMULA_UNBOUND means: answers may not have this type. */
FormulaType
formula_type_of(Oid type)
{
	switch (OidIsValid(type) ? getBaseType(type) : InvalidOid)
	{
		case BOOLOID:
			return FORMULA_BOOL;
		case INT2OID:
			return FORMULA_INT2;
		case INT4OID:
			return FORMULA_INT4;
		case INT8OID:
			return FORMULA_INT8;
		case NUMERICOID:
			return FORMULA_NUMERIC;
		default:
			return FORMULA_UNBOUND;
	}
}

/* The name of a type that a bound formula has. */
const char *
formula_type_name(FormulaType type)
{
	static const char *const names[] = {
		[FORMULA_BOOL] = "boolean",
		[FORMULA_INT2] = "smallint",
		[FORMULA_INT4] = "integer",
		[FORMULA_INT8] = "bigint",
		[FORMULA_NUMERIC] = "numeric"
	};

	Assert(type > FORMULA_UNBOUND && type <= FORMULA_NUMERIC);
	return names[type];
}
