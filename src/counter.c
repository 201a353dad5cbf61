/*
 * counter.c
 *		From a row to a tally: the fast way where it is sure, else the exact
 *		one.
 */
#include "counter.h"

#include "access/htup_details.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "compat.h"

Counter *
counter_get(FunctionCallInfo fcinfo)
{
	Counter    *counter = fcinfo->flinfo->fn_extra;

	if (counter == NULL)
	{
		counter = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Counter));
		counter->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt,
												 "shnor program",
												 ALLOCSET_DEFAULT_SIZES);
		fcinfo->flinfo->fn_extra = counter;
	}
	return counter;
}

/*
 * Is the program of this methodology?  Asked for every row, so a value that
 * lies plain in memory is told by its digest, and one that is compressed or
 * stored elsewhere by its raw bytes, without opening it.
 */
bool
counter_knows(const Counter *counter, Datum methodology)
{
	struct varlena *raw = (struct varlena *) DatumGetPointer(methodology);

	if (counter->program == NULL)
		return false;
	if (VARATT_IS_4B_U(raw))
		return memcmp(((Methodology *) raw)->digest, counter->digest,
					  sizeof(counter->digest)) == 0;
	return counter->raw_size == VARSIZE_ANY(raw) &&
		memcmp(counter->raw, raw, counter->raw_size) == 0;
}

/* Compile a methodology; the counter forgets all it knew. */
void
counter_compile(Counter *counter, Datum methodology, const FormulaColumns *columns)
{
	struct varlena *raw = (struct varlena *) DatumGetPointer(methodology);
	Methodology *value = DatumGetMethodologyP(methodology);
	MemoryContext old = MemoryContextSwitchTo(counter->context);

	/* the state of somebody's own aggregate without our final function */
	if (!value->done)
		value = methodology_finish(value);
	counter->raw = NULL;
	counter->raw_size = 0;
	/* a pointer to memory may come to mean something else: do not know it */
	if (!VARATT_IS_4B_U(raw) &&
		(!VARATT_IS_EXTERNAL(raw) || VARATT_IS_EXTERNAL_ONDISK(raw)))
	{
		counter->raw_size = VARSIZE_ANY(raw);
		counter->raw = palloc(counter->raw_size);
		memcpy(counter->raw, raw, counter->raw_size);
	}
	counter->program = program_compile(value, columns);
	memcpy(counter->digest, value->digest, sizeof(counter->digest));
	MemoryContextSwitchTo(old);
}

/* The exact way: definition by definition, into items. */
static void
add_items(Tally *tally, const Program *program, const NullableDatum *row)
{
	Assert(tally->nitems == program->ndefinitions);
	for (int i = 0; i < program->ndefinitions; i++)
	{
		const Definition *definition = &program->definitions[i];
		Contribution contribution = program_contribution(definition, row);
		TallyItem	item = {.id = definition->id};

		if (!contribution.in_cohort)
			continue;
		if (contribution.has_numerator && contribution.has_denominator)
		{
			item.numerator = contribution.numerator;
			item.denominator = contribution.denominator;
			item.answered = 1;
		}
		else
		{
			item.missing = 1;
			if (contribution.has_denominator && definition->missing == MISSING_NO)
				item.denominator = contribution.denominator;
		}
		tally_add_item(&tally->items[i], &item);
	}
}

static Tally *
row_items(const Program *program, const NullableDatum *row)
{
	Tally	   *tally = tally_make(program->ndefinitions);

	for (int i = 0; i < program->ndefinitions; i++)
		tally->items[i].id = program->definitions[i].id;
	add_items(tally, program, row);
	return tally;
}

/*
 * A state plus a row.  The state is changed in place where that is allowed
 * and enough; a state that grows is returned as a new one in the current
 * memory context, which the executor copies to where it lives, once.
 */
Tally *
counter_add_row(Counter *counter, Tally *state, bool in_place,
				const NullableDatum *row)
{
	Program    *program = counter->program;
	LaneState  *lanes = (LaneState *) state;

	if (program->fast &&
		(state == NULL ||
		 (state->form == TALLY_LANES && lanes_belong(lanes, program))) &&
		likely(program_run(program, row)))
	{
		if (state == NULL)
		{
			const LaneState *zero = program->unanswered ? program->zero_extras : program->zero;

			lanes = palloc(VARSIZE(zero));
			memcpy(lanes, zero, VARSIZE(zero));
		}
		else if (program->unanswered && !lanes->has_extras)
			lanes = lanes_add_extras(lanes);
		else if (!in_place)
		{
			lanes = palloc(VARSIZE(state));
			memcpy(lanes, state, VARSIZE(state));
		}
		if (likely(lanes_add_row(lanes, program)))
			return (Tally *) lanes;
		if (lanes->narrow)
		{
			lanes = lanes_widen(lanes);
			if (lanes_add_row(lanes, program))
				return (Tally *) lanes;
		}
	}

	if (state == NULL)
		return row_items(program, row);
	if (state->form == TALLY_ITEMS && !in_place)
		return tally_sum(state, row_items(program, row));
	return tally_add(tally_items(state), row_items(program, row));
}

/* All columns of a row type; dropped ones cannot be named. */
static FormulaColumns
columns_of(TupleDesc desc)
{
	FormulaColumns columns = {.ncolumns = desc->natts};

	columns.names = palloc_array(const char *, Max(desc->natts, 1));
	columns.types = palloc_array(Oid, Max(desc->natts, 1));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		columns.names[i] = NameStr(attribute->attname);
		columns.types[i] = attribute->attisdropped ? InvalidOid : attribute->atttypid;
	}
	return columns;
}

/* The values of a whole row, after compiling for its type where needed. */
const NullableDatum *
counter_read_row(Counter *counter, Datum methodology, HeapTupleHeader tuple)
{
	Oid			type = HeapTupleHeaderGetTypeId(tuple);
	int32		typmod = HeapTupleHeaderGetTypMod(tuple);
	HeapTupleData data;

	if (!counter_knows(counter, methodology) ||
		type != counter->row_type || typmod != counter->row_typmod)
	{
		TupleDesc	desc;
		FormulaColumns columns;
		MemoryContext old;

		counter->program = NULL;
		MemoryContextReset(counter->context);
		old = MemoryContextSwitchTo(counter->context);
		desc = lookup_rowtype_tupdesc_copy(type, typmod);
		columns = columns_of(desc);
		counter->row_desc = desc;
		counter->row_type = type;
		counter->row_typmod = typmod;
		counter->row_values = palloc_array(Datum, Max(desc->natts, 1));
		counter->row_nulls = palloc_array(bool, Max(desc->natts, 1));
		counter->row = palloc_array(NullableDatum, Max(desc->natts, 1));
		MemoryContextSwitchTo(old);
		counter_compile(counter, methodology, &columns);
	}

	data.t_len = HeapTupleHeaderGetDatumLength(tuple);
	ItemPointerSetInvalid(&data.t_self);
	data.t_tableOid = InvalidOid;
	data.t_data = tuple;
	heap_deform_tuple(&data, counter->row_desc, counter->row_values,
					  counter->row_nulls);
	for (int i = 0; i < counter->row_desc->natts; i++)
	{
		counter->row[i].value = counter->row_values[i];
		counter->row[i].isnull = counter->row_nulls[i];
	}
	return counter->row;
}
