/*
 * count.c
 *		A methodology meets rows: what is fuzzed of formulas and of counting.
 */
#include "fuzz.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "../../src/counter.h"
#include "../../src/methodology_text.h"

extern Datum tally_combine(PG_FUNCTION_ARGS);

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

/* Two states of one aggregate, as its workers leave them. */
static Tally *
combine(Tally *a, Tally *b)
{
	/* all that AggCheckCallContext() looks at */
	static Node aggregate = {T_AggState};
	LOCAL_FCINFO(fcinfo, 2);

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, (Node *) &aggregate, NULL);
	fcinfo->args[0].value = PointerGetDatum(a);
	fcinfo->args[1].value = PointerGetDatum(b);
	fcinfo->args[0].isnull = fcinfo->args[1].isnull = false;
	return DatumGetTallyP(tally_combine(fcinfo));
}

typedef enum Way
{
	FAST,
	EXACT,						/* definition by definition */
	PARTS,						/* fast, every other row into a state of its own */
	SUMS						/* contributions, into sums that cannot overflow */
} Way;

static bool
compiles(Counter *counter, Datum methodology)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	FormulaColumns columns = {.ncolumns = NCOLUMNS, .names = column_names, .types = column_types};
	volatile bool done = false;

	counter->context = AllocSetContextCreate(context, "counter", ALLOCSET_SMALL_SIZES);
	PG_TRY();
	{
		counter_compile(counter, methodology, &columns);
		done = true;
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		forgive(context);
	}
	PG_END_TRY();
	return done;
}

/* Add rows to a tally. */
static Outcome
count_rows(Counter *counter, Way way, Wide *wide, const uint8 *data, size_t size)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	bool		fast = counter->program->fast;
	volatile Outcome outcome = {0};

	PG_TRY();
	{
		Tally	   *states[2] = {NULL, NULL};

		counter->program->fast = fast && way != EXACT;
		for (int i = 0; i < 6 && (i == 0 || size > 0); i++)
		{
			Tally	  **state = &states[way == PARTS ? i % 2 : 0];
			NullableDatum row[NCOLUMNS];

			make_row(&data, &size, row);
			if (way != SUMS)
			{
				*state = counter_add_row(counter, *state, i % 3 == 0, row);
				continue;
			}
			for (int j = 0; j < Min(counter->program->ndefinitions, MAX_WIDE); j++)
			{
				const Definition *definition = &counter->program->definitions[j];
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
		if (way != SUMS)
			outcome.value = PointerGetDatum(tally_items(combine(states[0], states[1])));
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		outcome.sqlstate = forgive(context);
	}
	PG_END_TRY();
	counter->program->fast = fast;
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
	Counter		counter = {0};
	Wide		wide[MAX_WIDE] = {{0}};
	Outcome		fast;
	Outcome		exact;
	Outcome		parts;
	Outcome		sums;

	if (!compiles(&counter, methodology))
		return;
	fast = count_rows(&counter, FAST, NULL, data, size);
	exact = count_rows(&counter, EXACT, NULL, data, size);
	parts = count_rows(&counter, PARTS, NULL, data, size);
	sums = count_rows(&counter, SUMS, wide, data, size);

	if (fast.sqlstate != exact.sqlstate &&
		!(sums.sqlstate == 0 && (fast.sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE || exact.sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE)))
		FINDING("fast ends in %s, exact in %s", pstrdup(unpack_sql_state(fast.sqlstate)), pstrdup(unpack_sql_state(exact.sqlstate)));
	if (parts.sqlstate != sums.sqlstate && parts.sqlstate != ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE)
		FINDING("parts end in %s, the sums in %s", pstrdup(unpack_sql_state(parts.sqlstate)), pstrdup(unpack_sql_state(sums.sqlstate)));
	if (sums.sqlstate != 0 && (fast.sqlstate == 0 || parts.sqlstate == 0))
		FINDING("a value in spite of a row that cannot be counted");
	if (exact.sqlstate == 0)
		must_be("exact", (Tally *) DatumGetPointer(exact.value), wide);
	if (parts.sqlstate == 0)
		must_be("in parts", (Tally *) DatumGetPointer(parts.value), wide);
	if (fast.sqlstate == 0)
	{
		must_be("fast", (Tally *) DatumGetPointer(fast.value), wide);
		use_tally(fast);
	}
}

/* rows, then 0xFE, then up to six texts of two definitions parted by \1 */
void
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

void
fuzz_methodology_recv(const uint8 *data, size_t size)
{
	Outcome		read = receive(methodology_recv, data, size);

	if (read.sqlstate != 0)
		return;
	SURVIVES(read.value, methodology);
	count_both_ways(read.value, data, Min(size, 40));
}
