/*
 * fuzz.c
 *		libFuzzer inside a backend: every text and every bytes that a user, a
 *		BI tool or a broken file can hand to the C code.
 *
 * Built together with the sources of src into one library (see test/fuzz/run) and started
 * in single-user mode: SELECT fuzz('target', 'libFuzzer options').
 */
#include "fuzz.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(fuzz);

extern int	LLVMFuzzerRunDriver(int *argc, char ***argv,
								int (*callback) (const uint8_t *data, size_t size));

extern Datum form_rows(PG_FUNCTION_ARGS);

static MemoryContext input_context;
static Target target;
static bool must_fail;			/* every input is to be refused: the drill */

static void
fuzz_methodology_in(const uint8 *data, size_t size)
{
	Outcome		read = read_text(methodology_in, data, size);

	if (read.sqlstate == 0)
		SURVIVES(read.value, methodology);
}

static void
fuzz_form_rows(const uint8 *data, size_t size)
{
	static const char *const delimiters[] = {",", ";", "\t"};
	const char *delimiter = delimiters[size > 0 ? data[0] % 3 : 0];
	EState	   *estate;
	ReturnSetInfo rsinfo = {.type = T_ReturnSetInfo};
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	ResourceOwner outer = CurrentResourceOwner;
	text	   *content;
	volatile bool failed = false;

	if (size == 0)
		return;
	content = cstring_to_text(as_text(data + 1, size - 1));
	estate = CreateExecutorState();
	rsinfo.econtext = CreateExprContext(estate);
	rsinfo.allowedModes = SFRM_Materialize;
	rsinfo.expectedDesc = CreateTemplateTupleDesc(2);
	TupleDescInitEntry(rsinfo.expectedDesc, 1, "line", INT4OID, -1, 0);
	TupleDescInitEntry(rsinfo.expectedDesc, 2, "fields", TEXTARRAYOID, -1, 0);
	CurrentResourceOwner = ResourceOwnerCreate(outer, "form_rows");

	PG_TRY();
	{
		LOCAL_FCINFO(fcinfo, 2);
		static FmgrInfo flinfo;

		if (flinfo.fn_oid == InvalidOid)
			fmgr_info_cxt(DatumGetObjectId(DirectFunctionCall1(regprocedurein, CStringGetDatum("fuzz_form_rows(text,text)"))),
						  &flinfo, TopMemoryContext);
		InitFunctionCallInfoData(*fcinfo, &flinfo, 2, InvalidOid, NULL, (Node *) &rsinfo);
		fcinfo->args[0].value = PointerGetDatum(content);
		fcinfo->args[1].value = CStringGetTextDatum(delimiter);
		fcinfo->args[0].isnull = fcinfo->args[1].isnull = false;
		form_rows(fcinfo);
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		forgive(context);
		failed = true;
	}
	PG_END_TRY();

	if (!failed)
	{
		/* lines ascend, and no character of a value comes from nowhere */
		TupleTableSlot *slot = MakeSingleTupleTableSlot(rsinfo.setDesc, &TTSOpsMinimalTuple);
		int			line = 0;
		size_t		length = 0;

		while (tuplestore_gettupleslot(rsinfo.setResult, true, false, slot))
		{
			bool		isnull;
			int			next = DatumGetInt32(slot_getattr(slot, 1, &isnull));
			ArrayType  *fields = DatumGetArrayTypeP(slot_getattr(slot, 2, &isnull));
			Datum	   *values;
			bool	   *nulls;
			int			n;

			if (next <= line)
				FINDING("lines do not ascend");
			line = next;
			deconstruct_array(fields, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
			for (int i = 0; i < n; i++)
				if (!nulls[i])
					length += VARSIZE_ANY_EXHDR(DatumGetPointer(values[i]));
		}
		if (length > size)
			FINDING("more came out than went in");
		ExecDropSingleTupleTableSlot(slot);
	}
	ResourceOwnerRelease(CurrentResourceOwner, RESOURCE_RELEASE_BEFORE_LOCKS, !failed, false);
	ResourceOwnerRelease(CurrentResourceOwner, RESOURCE_RELEASE_LOCKS, !failed, false);
	ResourceOwnerRelease(CurrentResourceOwner, RESOURCE_RELEASE_AFTER_LOCKS, !failed, false);
	ResourceOwnerDelete(CurrentResourceOwner);
	CurrentResourceOwner = outer;
}

static const struct
{
	const char *name;
	Target		run;
}			targets[] = {
	{"formula", fuzz_formula},
	{"methodology_in", fuzz_methodology_in},
	{"methodology_recv", fuzz_methodology_recv},
	{"tally_in", fuzz_tally_in},
	{"tally_recv", fuzz_tally_recv},
	{"share_in", fuzz_share_in},
	{"share_recv", fuzz_share_recv},
	{"form_value", fuzz_form_value},
	{"form_rows", fuzz_form_rows},
};

static int
one_input(const uint8_t *data, size_t size)
{
	MemoryContext old = MemoryContextSwitchTo(input_context);

	if (must_fail && size > 2 && data[0] == 'b' && data[1] == 'u' && data[2] == 'g')
		FINDING("the drill");
	target(data, size);
	MemoryContextSwitchTo(old);
	MemoryContextReset(input_context);
	return 0;
}

/* fuzz(target text, options text): does not return; libFuzzer ends the process */
Datum
fuzz(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *options = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	  **argv = palloc0(sizeof(char *) * (strlen(options) + 3));
	int			argc = 0;

	if (strcmp(name, "drill") == 0)
	{
		must_fail = true;
		name = "share_in";
	}
	for (int i = 0; i < (int) lengthof(targets); i++)
		if (strcmp(targets[i].name, name) == 0)
			target = targets[i].run;
	if (target == NULL)
		ereport(ERROR, (errmsg("no target \"%s\"", name)));

	argv[argc++] = name;
	for (char *p = strtok(options, " "); p != NULL; p = strtok(NULL, " "))
		argv[argc++] = p;
	input_context = AllocSetContextCreate(TopMemoryContext, "fuzz input", ALLOCSET_DEFAULT_SIZES);
	LLVMFuzzerRunDriver(&argc, &argv, one_input);
	PG_RETURN_VOID();
}
