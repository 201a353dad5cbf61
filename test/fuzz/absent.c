/*
 * absent.c
 *		What no target of the standalone build comes to.
 */
#include <stdio.h>
#include <stdlib.h>

#define ABSENT(name) \
extern void name(void); \
void \
name(void) \
{ \
	fputs("FINDING: " #name " was called\n", stderr); \
	abort(); \
}

ABSENT(AggGetAggref)
ABSENT(ArrayGetNItems)
ABSENT(DatumGetHeapTupleHeader)
ABSENT(InitMaterializedSRF)
ABSENT(construct_array)
ABSENT(deconstruct_array)
ABSENT(format_type_be)
ABSENT(formula_columns)
ABSENT(get_fn_expr_argtype)
ABSENT(get_fn_expr_variadic)
ABSENT(heap_deform_tuple)
ABSENT(list_sort)
ABSENT(lookup_rowtype_tupdesc_copy)
ABSENT(pg_detoast_datum_copy)
ABSENT(tuplestore_putvalues)
