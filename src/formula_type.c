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

const char *
formula_type_name(FormulaType type)
{
	switch (type)
	{
		case FORMULA_BOOL:
			return "boolean";
		case FORMULA_INT2:
			return "smallint";
		case FORMULA_INT4:
			return "integer";
		case FORMULA_INT8:
			return "bigint";
		case FORMULA_NUMERIC:
			return "numeric";
		case FORMULA_UNBOUND:
			break;
	}
	return "unknown";
}
