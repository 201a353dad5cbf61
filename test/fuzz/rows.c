/*
 * rows.c
 *		Calls functions that give rows, and what the rows' values are asked.
 */
#include "rows.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "nodes/execnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

static void
look_up(Reader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	Oid			oid = DatumGetObjectId(DirectFunctionCall1(regprocedurein, CStringGetDatum(reader->signature)));

	if (get_func_result_type(oid, NULL, &reader->desc) != TYPEFUNC_COMPOSITE || reader->desc->natts > MAX_RESULTS)
		elog(PANIC, "%s does not give rows", reader->signature);
	reader->slot = MakeSingleTupleTableSlot(reader->desc, &TTSOpsMinimalTuple);
	fmgr_info(oid, &reader->flinfo);
	MemoryContextSwitchTo(old);
}

/* Calls it as the executor does, whether it gives a set of rows or one. */
Rows
rows_of(Reader *reader, const Datum *args)
{
	static ResourceOwner owner;
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	ResourceOwner outer = CurrentResourceOwner;
	ExprContext econtext = {.type = T_ExprContext,.ecxt_per_query_memory = context};
	ReturnSetInfo rsinfo = {.type = T_ReturnSetInfo,.econtext = &econtext,.allowedModes = SFRM_Materialize};
	volatile Datum one = (Datum) 0;
	volatile int sqlstate = 0;
	Rows		result = {0};

	if (reader->desc == NULL)
		look_up(reader);
	rsinfo.expectedDesc = reader->desc;
	if (owner == NULL)
		owner = ResourceOwnerCreate(outer, "form");
	CurrentResourceOwner = owner;
	PG_TRY();
	{
		LOCAL_FCINFO(fcinfo, MAX_ARGUMENTS);

		InitFunctionCallInfoData(*fcinfo, &reader->flinfo, reader->nargs, InvalidOid, NULL,
								 reader->flinfo.fn_retset ? (Node *) &rsinfo : NULL);
		for (int i = 0; i < reader->nargs; i++)
		{
			fcinfo->args[i].value = args[i];
			fcinfo->args[i].isnull = false;
		}
		one = FunctionCallInvoke(fcinfo);
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		sqlstate = forgive(context);
		ResourceOwnerRelease(owner, RESOURCE_RELEASE_BEFORE_LOCKS, false, false);
		ResourceOwnerRelease(owner, RESOURCE_RELEASE_LOCKS, false, false);
		ResourceOwnerRelease(owner, RESOURCE_RELEASE_AFTER_LOCKS, false, false);
		CurrentResourceOwner = outer;
		ResourceOwnerDelete(owner);
		owner = NULL;
	}
	PG_END_TRY();
	CurrentResourceOwner = outer;

	result.sqlstate = sqlstate;
	if (rsinfo.setResult != NULL)
	{
		result.rows = palloc_array(Row, tuplestore_tuple_count(rsinfo.setResult) + 1);
		/* an input's rows stay in memory, and so do the values: no copies */
		while (tuplestore_gettupleslot(rsinfo.setResult, true, false, reader->slot))
		{
			slot_getallattrs(reader->slot);
			memcpy(result.rows[result.n].values, reader->slot->tts_values, sizeof(Datum) * reader->desc->natts);
			memcpy(result.rows[result.n].nulls, reader->slot->tts_isnull, sizeof(bool) * reader->desc->natts);
			result.n++;
		}
	}
	else if (sqlstate == 0)
	{
		HeapTupleData tuple = {.t_data = DatumGetHeapTupleHeader(one)};

		tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
		result.rows = palloc_object(Row);
		heap_deform_tuple(&tuple, reader->desc, result.rows->values, result.rows->nulls);
		result.n = 1;
	}
	return result;
}

Array
texts_of(Datum array)
{
	Array		result;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &result.values, &result.nulls, &result.n);
	return result;
}

/* of two texts or two arrays */
bool
same(Datum a, Datum b)
{
	struct varlena *left = PG_DETOAST_DATUM_PACKED(a);
	struct varlena *right = PG_DETOAST_DATUM_PACKED(b);

	return VARSIZE_ANY_EXHDR(left) == VARSIZE_ANY_EXHDR(right) &&
		memcmp(VARDATA_ANY(left), VARDATA_ANY(right), VARSIZE_ANY_EXHDR(left)) == 0;
}

bool
is_blank(Array fields, int i)
{
	return fields.nulls[i] || VARSIZE_ANY_EXHDR(DatumGetPointer(CALL1(form_clean, fields.values[i]).value)) == 0;
}

bool
all_blank(Array fields)
{
	for (int i = 0; i < fields.n; i++)
		if (!is_blank(fields, i))
			return false;
	return true;
}
