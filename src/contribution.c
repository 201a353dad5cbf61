/*
 * contribution.c
 *		contribution(): what one row counts for each indicator; the way from a
 *		figure down to the schools behind it.  counted(): for which indicators
 *		it counts at all, which is what rules ask of many rows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "counter.h"

PG_FUNCTION_INFO_V1(contribution);
PG_FUNCTION_INFO_V1(counted);

/*
 * contribution(methodology, record): id, in_cohort, numerator, denominator.
 * What does not count is NULL, so that the sums over rows are the tally's.
 */
Datum
contribution(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Counter    *counter = counter_get(fcinfo);
	const NullableDatum *row;

	/*
	 * The caller knows the columns: looking them up anew leaves half a
	 * kilobyte in the query's memory, and a view calls this for each school.
	 */
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	row = counter_read_row(counter, PG_GETARG_DATUM(0),
						   PG_GETARG_HEAPTUPLEHEADER(1));
	for (int i = 0; i < counter->program->ndefinitions; i++)
	{
		const Definition *definition = &counter->program->definitions[i];
		Contribution part = program_contribution(definition, row);
		bool		left_out = !part.has_numerator &&
		definition->missing == MISSING_EXCLUDE;
		Datum		values[4] = {
			Int32GetDatum(definition->id),
			BoolGetDatum(part.in_cohort),
			Int64GetDatum(part.numerator),
			Int64GetDatum(part.denominator)
		};
		bool		nulls[4] = {
			false, false, !part.has_numerator, !part.has_denominator || left_out
		};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* counted(methodology, record): ids whose numerator is above zero; NULL for none. */
Datum
counted(PG_FUNCTION_ARGS)
{
	Counter    *counter = counter_get(fcinfo);
	const NullableDatum *row = counter_read_row(counter, PG_GETARG_DATUM(0),
												PG_GETARG_HEAPTUPLEHEADER(1));
	Datum	   *ids = NULL;
	int			nids = 0;

	for (int i = 0; i < counter->program->ndefinitions; i++)
	{
		const Definition *definition = &counter->program->definitions[i];
		Contribution part = program_contribution(definition, row);

		if (!part.has_numerator || part.numerator <= 0)
			continue;
		if (ids == NULL)
			ids = palloc_array(Datum, counter->program->ndefinitions);
		ids[nids++] = Int32GetDatum(definition->id);
	}
	if (nids == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(construct_array(ids, nids, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}
