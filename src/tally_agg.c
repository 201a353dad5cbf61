/*
 * tally_agg.c
 *		The aggregates tally() and sum(tally): transition, combine, final.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "counter.h"

PG_FUNCTION_INFO_V1(tally_accum);
PG_FUNCTION_INFO_V1(tally_accum_row);
PG_FUNCTION_INFO_V1(tally_combine);
PG_FUNCTION_INFO_V1(tally_final);

/* Where the columns stand among the arguments of tally_accum(). */
#define FIRST_COLUMN 3

static void
no_methodology(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("methodology is NULL"),
			 errhint("Are there definitions of indicators for these rows at all? An aggregate over no definition gives NULL.")));
}

/* Is the argument a constant of the query, so that it need not be compared? */
static bool
argument_is_constant(FunctionCallInfo fcinfo, int argument)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);
	TargetEntry *entry;

	/* the aggregate's arguments start behind the state */
	if (aggref == NULL || list_length(aggref->args) < argument)
		return false;
	entry = list_nth_node(TargetEntry, aggref->args, argument - 1);
	return IsA(entry->expr, Const);
}

static void
compile_for_columns(FunctionCallInfo fcinfo, Counter *counter)
{
	ArrayType  *names;
	FormulaColumns columns;
	Datum	   *elements;
	bool	   *nulls;
	int			nnames;
	MemoryContext old;

	counter->program = NULL;
	MemoryContextReset(counter->context);
	old = MemoryContextSwitchTo(counter->context);
	names = PG_GETARG_ARRAYTYPE_P_COPY(2);
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &nnames);
	columns.ncolumns = PG_NARGS() - FIRST_COLUMN;
	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("tally does not take its columns as an array"),
				 errhint("Pass the columns one by one, without VARIADIC.")));
	if (nnames != columns.ncolumns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tally was given %d names for %d columns",
						nnames, columns.ncolumns),
				 errhint("The names stand in the same order as the columns that follow them.")));

	columns.names = palloc_array(const char *, Max(nnames, 1));
	columns.types = palloc_array(Oid, Max(nnames, 1));
	for (int i = 0; i < nnames; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("name %d of tally is NULL", i + 1)));
		columns.names[i] = TextDatumGetCString(elements[i]);
		columns.types[i] = get_fn_expr_argtype(fcinfo->flinfo, FIRST_COLUMN + i);
		for (int j = 0; j < i; j++)
			if (strcmp(columns.names[i], columns.names[j]) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("tally was given the name \"%s\" twice",
								columns.names[i])));
	}
	counter->names = names;
	counter->names_fixed = argument_is_constant(fcinfo, 2);
	MemoryContextSwitchTo(old);
	counter_compile(counter, PG_GETARG_DATUM(1), &columns);
}

static bool
names_changed(FunctionCallInfo fcinfo, Counter *counter)
{
	ArrayType  *names;

	if (counter->names_fixed)
		return false;
	names = PG_GETARG_ARRAYTYPE_P(2);
	return VARSIZE(names) != VARSIZE(counter->names) ||
		memcmp(names, counter->names, VARSIZE(names)) != 0;
}

/* What every transition ends with. */
static Datum
accumulate(FunctionCallInfo fcinfo, Counter *counter, const NullableDatum *row)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	Tally	   *state = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY_P(0);

	state = counter_add_row(counter, state, in_aggregate, row);
	/* called by hand, give what a hand can keep */
	PG_RETURN_TALLY_P(in_aggregate ? state : tally_value(state));
}

/* tally_accum(state, methodology, names, VARIADIC columns) */
Datum
tally_accum(PG_FUNCTION_ARGS)
{
	Counter    *counter = counter_get(fcinfo);

	if (PG_ARGISNULL(1))
		no_methodology();
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the names of the columns are NULL")));
	if (unlikely(!counter_knows(counter, PG_GETARG_DATUM(1)) ||
				 names_changed(fcinfo, counter)))
		compile_for_columns(fcinfo, counter);
	return accumulate(fcinfo, counter, &fcinfo->args[FIRST_COLUMN]);
}

/* tally_accum_row(state, methodology, record): a NULL row does not count */
Datum
tally_accum_row(PG_FUNCTION_ARGS)
{
	Counter    *counter = counter_get(fcinfo);

	if (PG_ARGISNULL(1))
		no_methodology();
	if (PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	return accumulate(fcinfo, counter,
					  counter_read_row(counter, PG_GETARG_DATUM(1),
									   PG_GETARG_HEAPTUPLEHEADER(2)));
}

/* The sum of two states; also the transition of sum(tally). */
Datum
tally_combine(PG_FUNCTION_ARGS)
{
	Tally	   *a = PG_GETARG_TALLY_P(0);
	Tally	   *b = PG_GETARG_TALLY_P(1);
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;

	if (in_aggregate && a->form == TALLY_LANES && b->form == TALLY_LANES &&
		lanes_addable((LaneState *) a, (LaneState *) b))
	{
		LaneState  *sum = lanes_combine((LaneState *) a, (LaneState *) b);

		if (sum != NULL)
			PG_RETURN_TALLY_P(sum);
	}

	a = tally_items(a);
	b = tally_items(b);
	PG_RETURN_TALLY_P(in_aggregate ? tally_add(a, b) : tally_sum(a, b));
}

/* The value that leaves an aggregate. */
Datum
tally_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_TALLY_P(tally_value(PG_GETARG_TALLY_P(0)));
}
