/*
 * fuzz.c
 *		libFuzzer inside a backend: every text and every bytes that a user, a
 *		BI tool or a broken file can hand to the C code.
 *
 * Built together with the sources of src into one library (see test/fuzz/run) and started
 * in single-user mode: SELECT fuzz('target', 'libFuzzer options').  An input
 * may end in a value or in an error of its user.  A signal, an internal error
 * (XX000), two evaluations that differ, or a value that does not survive its
 * own output, is a finding: the process aborts, and libFuzzer keeps the input.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "../../src/counter.h"
#include "../../src/methodology_text.h"
#include "../../src/share.h"

PG_FUNCTION_INFO_V1(fuzz);

extern int	LLVMFuzzerRunDriver(int *argc, char ***argv,
								int (*callback) (const uint8_t *data, size_t size));

typedef void (*Target) (const uint8 *data, size_t size);

extern Datum share_in(PG_FUNCTION_ARGS);
extern Datum share_out(PG_FUNCTION_ARGS);
extern Datum share_recv(PG_FUNCTION_ARGS);
extern Datum share_send(PG_FUNCTION_ARGS);
extern Datum percent(PG_FUNCTION_ARGS);
extern Datum wilson_low(PG_FUNCTION_ARGS);
extern Datum methodology_in(PG_FUNCTION_ARGS);
extern Datum methodology_out(PG_FUNCTION_ARGS);
extern Datum methodology_recv(PG_FUNCTION_ARGS);
extern Datum methodology_send(PG_FUNCTION_ARGS);
extern Datum tally_in(PG_FUNCTION_ARGS);
extern Datum tally_out(PG_FUNCTION_ARGS);
extern Datum tally_recv(PG_FUNCTION_ARGS);
extern Datum tally_send(PG_FUNCTION_ARGS);
extern Datum tally_plus(PG_FUNCTION_ARGS);
extern Datum form_rows(PG_FUNCTION_ARGS);
extern Datum form_clean(PG_FUNCTION_ARGS);
extern Datum form_normalize(PG_FUNCTION_ARGS);
extern Datum form_count(PG_FUNCTION_ARGS);
extern Datum form_yes_no(PG_FUNCTION_ARGS);
extern Datum form_timestamp(PG_FUNCTION_ARGS);
extern Datum form_problem(PG_FUNCTION_ARGS);

static MemoryContext input_context;
static Target target;
static bool must_fail;			/* every input is to be refused: the drill */

#define FINDING(...) \
	do { \
		fprintf(stderr, "FINDING: " __VA_ARGS__); \
		fputc('\n', stderr); \
		abort(); \
	} while (0)

/* As the server would let it in: valid text of the database, without NUL. */
static char *
as_text(const uint8 *data, size_t size)
{
	char	   *text = palloc(size + 1);
	size_t		n = 0;

	while (n < size)
	{
		int			length;

		memcpy(text + n, data + n, 1);
		length = data[n] == 0 ? 0 : pg_encoding_verifymbchar(PG_UTF8, (const char *) data + n, size - n);
		if (length < 1)
		{
			text[n++] = '?';
			continue;
		}
		memcpy(text + n, data + n, length);
		n += length;
	}
	text[size] = '\0';
	return text;
}

/* What the call gives, or the code of the error it ends in. */
typedef struct Outcome
{
	int			sqlstate;		/* 0: value */
	bool		isnull;
	Datum		value;
} Outcome;

static int
forgive(MemoryContext context)
{
	ErrorData  *error;
	int			sqlstate;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	sqlstate = error->sqlerrcode;
	if (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR))
		FINDING("internal error: %s", error->message);
	if (error->message == NULL || error->message[0] == '\0')
		FINDING("an error without a message");
	return sqlstate;
}

static Outcome
call(PGFunction function, int nargs, Datum a, Datum b, Datum c)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	volatile Outcome outcome = {0};

	PG_TRY();
	{
		LOCAL_FCINFO(fcinfo, 3);

		InitFunctionCallInfoData(*fcinfo, NULL, nargs, DEFAULT_COLLATION_OID, NULL, NULL);
		fcinfo->args[0].value = a;
		fcinfo->args[1].value = b;
		fcinfo->args[2].value = c;
		fcinfo->args[0].isnull = fcinfo->args[1].isnull = fcinfo->args[2].isnull = false;
		outcome.value = function(fcinfo);
		outcome.isnull = fcinfo->isnull;
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		outcome.sqlstate = forgive(context);
	}
	PG_END_TRY();
	return outcome;
}

#define CALL1(f, a) call(f, 1, a, (Datum) 0, (Datum) 0)

static Outcome
receive(PGFunction function, const void *data, size_t size)
{
	StringInfo	buf = makeStringInfo();
	Outcome		outcome;

	appendBinaryStringInfo(buf, data, size);
	outcome = call(function, 3, PointerGetDatum(buf), ObjectIdGetDatum(0), Int32GetDatum(-1));
	/* what COPY BINARY would say of bytes left over is no value either */
	if (outcome.sqlstate == 0 && buf->cursor != buf->len)
		outcome.sqlstate = ERRCODE_INVALID_BINARY_REPRESENTATION;
	return outcome;
}

/* A value must come back from its own text and its own bytes. */
static void
survives(Datum value, PGFunction in, PGFunction out, PGFunction recv, PGFunction send)
{
	char	   *text = DatumGetCString(CALL1(out, value).value);
	bytea	   *bytes = DatumGetByteaPP(CALL1(send, value).value);
	Outcome		again;
	bytea	   *bytes_again;

	again = call(in, 3, CStringGetDatum(text), ObjectIdGetDatum(0), Int32GetDatum(-1));
	if (again.sqlstate != 0)
		FINDING("its own text is refused: %s", text);
	if (strcmp(text, DatumGetCString(CALL1(out, again.value).value)) != 0)
		FINDING("its own text reads as another value: %s", text);
	again = receive(recv, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	if (again.sqlstate != 0)
		FINDING("its own bytes are refused: %s", text);
	bytes_again = DatumGetByteaPP(CALL1(send, again.value).value);
	if (VARSIZE_ANY_EXHDR(bytes) != VARSIZE_ANY_EXHDR(bytes_again) ||
		memcmp(VARDATA_ANY(bytes), VARDATA_ANY(bytes_again), VARSIZE_ANY_EXHDR(bytes)) != 0)
		FINDING("its own bytes read as another value: %s", text);
	if (strcmp(text, DatumGetCString(CALL1(out, again.value).value)) != 0)
		FINDING("its bytes and its text differ: %s", text);
}

#define SURVIVES(value, type) survives(value, type##_in, type##_out, type##_recv, type##_send)

static Outcome
read_text(PGFunction in, const uint8 *data, size_t size)
{
	return call(in, 3, CStringGetDatum(as_text(data, size)), ObjectIdGetDatum(0), Int32GetDatum(-1));
}

static void
use_share(Outcome read)
{
	if (read.sqlstate != 0)
		return;
	SURVIVES(read.value, share);
	CALL1(percent, read.value);
}

static void
use_tally(Outcome read)
{
	Outcome		sum;

	if (read.sqlstate != 0)
		return;
	SURVIVES(read.value, tally);
	sum = call(tally_plus, 2, read.value, read.value, (Datum) 0);
	if (sum.sqlstate == 0)
		SURVIVES(sum.value, tally);
}

/* ---- a methodology meets rows ---- */

static const char *column_names[] = {"a", "b", "c", "d", "e", "f", "g"};
static Oid	column_types[] = {INT4OID, INT4OID, INT8OID, INT2OID, BOOLOID, BOOLOID, NUMERICOID};

#define NCOLUMNS ((int) lengthof(column_names))

/* Rows from the bytes at hand: per column a tag, then up to 8 bytes. */
static void
make_row(const uint8 **data, size_t *size, NullableDatum *row)
{
	static const int64 edges[] = {0, 1, -1, 2, PG_INT16_MAX, PG_INT16_MIN, PG_INT32_MAX, PG_INT32_MIN, PG_INT64_MAX, PG_INT64_MIN};

	for (int i = 0; i < NCOLUMNS; i++)
	{
		int64		value = 0;
		uint8		tag = 0;

		if (*size > 0)
		{
			tag = *(*data)++;
			(*size)--;
		}
		row[i].isnull = tag % 4 == 3;
		if (tag % 4 == 2)
			value = edges[(tag / 4) % lengthof(edges)];
		else if (tag % 4 == 1)
			value = tag / 4;
		else if (tag != 0)
		{
			size_t		n = Min(*size, sizeof(value));

			memcpy(&value, *data, n);
			*data += n;
			*size -= n;
		}
		switch (column_types[i])
		{
			case INT4OID:
				row[i].value = Int32GetDatum((int32) value);
				break;
			case INT2OID:
				row[i].value = Int16GetDatum((int16) value);
				break;
			case BOOLOID:
				row[i].value = BoolGetDatum(value & 1);
				break;
			case NUMERICOID:
				row[i].value = DirectFunctionCall1(int8_numeric, Int64GetDatum(value));
				break;
			default:
				row[i].value = Int64GetDatum(value);
		}
	}
}

/* What the rows of one definition come to, where nothing can overflow. */
typedef struct Wide
{
	__int128	numerator;
	__int128	denominator;
	int64		answered;
	int64		missing;
} Wide;

#define MAX_WIDE 64

/*
 * Add rows to a tally: the fast way, definition by definition, or (wide not
 * NULL) by contributions into sums that cannot overflow.
 */
static Outcome
count_rows(Datum methodology, bool fast, Wide *wide, const uint8 *data, size_t size)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	volatile Outcome outcome = {0};

	PG_TRY();
	{
		Counter		counter = {.context = AllocSetContextCreate(context, "counter", ALLOCSET_SMALL_SIZES)};
		FormulaColumns columns = {.ncolumns = NCOLUMNS, .names = column_names, .types = column_types};
		Tally	   *state = NULL;

		counter_compile(&counter, methodology, &columns);
		counter.program->fast &= fast;
		for (int i = 0; i < 4 && (i == 0 || size > 0); i++)
		{
			NullableDatum row[NCOLUMNS];

			make_row(&data, &size, row);
			if (wide == NULL)
			{
				state = counter_add_row(&counter, state, i % 2 == 0, row);
				continue;
			}
			for (int j = 0; j < Min(counter.program->ndefinitions, MAX_WIDE); j++)
			{
				const Definition *definition = &counter.program->definitions[j];
				Contribution c = program_contribution(definition, row);

				if (!c.in_cohort)
					continue;
				if (c.has_numerator && c.has_denominator)
				{
					wide[j].numerator += c.numerator;
					wide[j].denominator += c.denominator;
					wide[j].answered++;
				}
				else
				{
					wide[j].missing++;
					if (c.has_denominator && definition->missing == MISSING_NO)
						wide[j].denominator += c.denominator;
				}
			}
		}
		if (wide == NULL)
			outcome.value = PointerGetDatum(tally_items(state));
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		outcome.sqlstate = forgive(context);
	}
	PG_END_TRY();
	return outcome;
}

static void
must_be(const char *way, Tally *tally, const Wide *wide)
{
	for (int i = 0; i < Min(tally->nitems, MAX_WIDE); i++)
	{
		const TallyItem *item = &tally->items[i];

		if (item->numerator != wide[i].numerator || item->denominator != wide[i].denominator ||
			item->answered != wide[i].answered || item->missing != wide[i].missing)
			FINDING("%s: wrong sums of %d: %lld/%lld:%lld:%lld, right (modulo 2^64) %lld/%lld:%lld:%lld", way, item->id,
					(long long) item->numerator, (long long) item->denominator, (long long) item->answered, (long long) item->missing,
					(long long) wide[i].numerator, (long long) wide[i].denominator, (long long) wide[i].answered, (long long) wide[i].missing);
	}
}

/*
 * A sum that leaves bigint on its way is an error or, when other rows bring it
 * back in time, the right value: that depends on their order.  A value is
 * always right.
 */
static void
count_both_ways(Datum methodology, const uint8 *data, size_t size)
{
	Wide		wide[MAX_WIDE] = {{0}};
	Outcome		fast = count_rows(methodology, true, NULL, data, size);
	Outcome		exact = count_rows(methodology, false, NULL, data, size);
	Outcome		sums = count_rows(methodology, false, wide, data, size);

	if (fast.sqlstate != exact.sqlstate &&
		!(sums.sqlstate == 0 && (fast.sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE || exact.sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE)))
		FINDING("fast ends in %s, exact in %s", pstrdup(unpack_sql_state(fast.sqlstate)), pstrdup(unpack_sql_state(exact.sqlstate)));
	if (sums.sqlstate != 0 && fast.sqlstate == 0)
		FINDING("a value in spite of a row that cannot be counted");
	if (exact.sqlstate == 0)
		must_be("exact", (Tally *) DatumGetPointer(exact.value), wide);
	if (fast.sqlstate == 0)
	{
		must_be("fast", (Tally *) DatumGetPointer(fast.value), wide);
		use_tally(fast);
	}
}

/* rows, then 0xFE, then up to six texts of two definitions parted by \1 */
static void
fuzz_formula(const uint8 *data, size_t size)
{
	MemoryContext context = CurrentMemoryContext;
	const uint8 *nul = memchr(data, 0xFE, size);
	DefinitionTexts definitions[2] = {{.id = 1, .missing = MISSING_NO}, {.id = 2, .missing = MISSING_EXCLUDE}};
	volatile Outcome made = {0};
	char	   *text;
	int			n = 0;

	if (nul == NULL)
		return;
	text = as_text(nul + 1, size - (nul + 1 - data));
	for (char *p = text; p != NULL && n < 2 * DEFINITION_TEXTS; n++)
	{
		char	   *end = strchr(p, '\1');

		if (end != NULL)
			*end = '\0';
		if (*p != '\0')
			definitions[n / DEFINITION_TEXTS].texts[n % DEFINITION_TEXTS] = p;
		p = end != NULL ? end + 1 : NULL;
	}
	if (definitions[0].texts[0] == NULL)
		return;

	PG_TRY();
	{
		made.value = PointerGetDatum(methodology_from_texts(definitions, definitions[1].texts[0] != NULL ? 2 : 1));
		methodology_definitions((Methodology *) DatumGetPointer(made.value));
	}
	PG_CATCH();
	{
		made.sqlstate = forgive(context);
	}
	PG_END_TRY();
	if (made.sqlstate != 0)
		return;
	SURVIVES(made.value, methodology);
	count_both_ways(made.value, data, nul - data);
}

static void
fuzz_methodology_in(const uint8 *data, size_t size)
{
	Outcome		read = read_text(methodology_in, data, size);

	if (read.sqlstate == 0)
		SURVIVES(read.value, methodology);
}

static void
fuzz_methodology_recv(const uint8 *data, size_t size)
{
	Outcome		read = receive(methodology_recv, data, size);

	if (read.sqlstate != 0)
		return;
	SURVIVES(read.value, methodology);
	count_both_ways(read.value, data, Min(size, 40));
}

static void
fuzz_tally_in(const uint8 *data, size_t size)
{
	use_tally(read_text(tally_in, data, size));
}

static void
fuzz_tally_recv(const uint8 *data, size_t size)
{
	use_tally(receive(tally_recv, data, size));
}

static void
fuzz_share_in(const uint8 *data, size_t size)
{
	use_share(read_text(share_in, data, size));
}

static void
fuzz_share_recv(const uint8 *data, size_t size)
{
	use_share(receive(share_recv, data, size));
}

/* ---- forms ---- */

static void
fuzz_form_value(const uint8 *data, size_t size)
{
	Datum		raw = CStringGetTextDatum(as_text(data, size));
	Datum		clean = CALL1(form_clean, raw).value;
	Outcome		normal = CALL1(form_normalize, raw);
	static const char *const types[] = {"count", "yes_no", "timestamp"};
	Outcome		values[3];

	if (strcmp(TextDatumGetCString(clean), TextDatumGetCString(CALL1(form_clean, clean).value)) != 0)
		FINDING("form_clean is not the same twice");
	if (strcmp(TextDatumGetCString(normal.value), TextDatumGetCString(CALL1(form_normalize, clean).value)) != 0)
		FINDING("form_normalize depends on blanks");
	values[0] = CALL1(form_count, raw);
	values[1] = CALL1(form_yes_no, raw);
	values[2] = call(form_timestamp, 2, raw, CStringGetTextDatum("Europe/Moscow"), (Datum) 0);
	for (int i = 0; i < 3; i++)
	{
		Outcome		problem = call(form_problem, 2, raw, CStringGetTextDatum(types[i]), (Datum) 0);

		if (values[i].sqlstate != 0)
			FINDING("%s ends in an error", types[i]);
		if (!values[i].isnull && !problem.isnull)
			FINDING("%s has a value and a problem", types[i]);
	}
	if (!values[0].isnull && DatumGetInt64(values[0].value) < 0)
		FINDING("a negative count");
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
		InitFunctionCallInfoData(*fcinfo, &flinfo, 2, InvalidOid, NULL, (fmNodePtr) &rsinfo);
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
