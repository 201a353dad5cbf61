/*
 * methodology.c
 *		The type methodology: from definitions to a value, and back.
 *
 * A value holds the texts of the formulas, not a program: what it means never
 * depends on the version that stored it.  Texts are parsed when a definition
 * enters (so that bad text is refused here, with its position) and once more
 * by each aggregation that uses the value.
 */
#include "methodology.h"

#include "common/cryptohash.h"
#include "lib/stringinfo.h"
#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "methodology_text.h"

PG_FUNCTION_INFO_V1(methodology_recv);
PG_FUNCTION_INFO_V1(methodology_send);
PG_FUNCTION_INFO_V1(methodology_accum);
PG_FUNCTION_INFO_V1(methodology_combine);
PG_FUNCTION_INFO_V1(methodology_final);
PG_FUNCTION_INFO_V1(columns);

/* A definition as it lies in a value. */
typedef struct StoredDefinition
{
	int32		id;
	MissingPolicy missing;
	const char *start;
	const char *end;
	int			lengths[DEFINITION_TEXTS];
	const char *texts[DEFINITION_TEXTS];
} StoredDefinition;

static const char *const part_names[DEFINITION_TEXTS] = {
	gettext_noop("numerator"), gettext_noop("denominator"), gettext_noop("cohort")
};

static int32
take_int32(const char **data)
{
	int32		value;

	memcpy(&value, *data, sizeof(value));
	*data += sizeof(value);
	return value;
}

static const char *
read_stored(const char *data, StoredDefinition *definition)
{
	definition->start = data;
	definition->id = take_int32(&data);
	definition->missing = (MissingPolicy) take_int32(&data);
	for (int i = 0; i < DEFINITION_TEXTS; i++)
	{
		definition->lengths[i] = take_int32(&data);
		definition->texts[i] = data;
		data += definition->lengths[i];
	}
	definition->end = data;
	return data;
}

static StoredDefinition *
read_all_stored(const Methodology *methodology)
{
	const char *data = methodology->data;
	StoredDefinition *result;

	result = palloc_array(StoredDefinition, Max(methodology->ndefinitions, 1));
	for (int i = 0; i < methodology->ndefinitions; i++)
	{
		CHECK_FOR_INTERRUPTS();
		data = read_stored(data, &result[i]);
	}
	return result;
}

static bool
is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n\f")] == '\0';
}

static Formula *
parse_part(const FormulaSource *source)
{
	return is_blank(source->text) ? NULL : formula_parse(source);
}

/* Refuse what would make a value too large. */
void
methodology_check_size(Size size)
{
	if (size > METHODOLOGY_MAX_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a methodology would be larger than %d bytes", METHODOLOGY_MAX_SIZE),
				 errhint("Pass the definitions of one round only, and shorten the longest formulas.")));
}

/* Add a definition to the bytes of a value, after reading its formulas. */
static void
append_definition(StringInfo buf, int32 id, MissingPolicy missing,
				  const char *const texts[DEFINITION_TEXTS])
{
	int32		policy = missing;

	CHECK_FOR_INTERRUPTS();
	if (is_blank(texts[0]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("indicator %d has no numerator", id),
				 errhint("Every indicator needs a formula that says what it counts.")));

	appendBinaryStringInfo(buf, (char *) &id, sizeof(id));
	appendBinaryStringInfo(buf, (char *) &policy, sizeof(policy));
	for (int i = 0; i < DEFINITION_TEXTS; i++)
	{
		FormulaSource source = {id, part_names[i], texts[i]};
		int32		length = is_blank(texts[i]) ? 0 : strlen(texts[i]);

		(void) parse_part(&source);
		appendBinaryStringInfo(buf, (char *) &length, sizeof(length));
		if (length > 0)
			appendBinaryStringInfo(buf, texts[i], length);
	}
	methodology_check_size(buf->len);
}

static void
begin_value(StringInfo buf)
{
	Methodology header = {0};

	header.version = METHODOLOGY_VERSION;
	initStringInfo(buf);
	appendBinaryStringInfo(buf, (char *) &header, offsetof(Methodology, data));
}

static Methodology *
end_value(StringInfo buf, int ndefinitions)
{
	Methodology *result = (Methodology *) buf->data;

	result->ndefinitions = ndefinitions;
	SET_VARSIZE(result, buf->len);
	return result;
}

static int
compare_stored(const void *a, const void *b)
{
	int32		left = ((const StoredDefinition *) a)->id;
	int32		right = ((const StoredDefinition *) b)->id;

	return (left > right) - (left < right);
}

static void
set_digest(Methodology *methodology)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (context == NULL ||
		pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (uint8 *) methodology->data,
							 VARSIZE(methodology) - offsetof(Methodology, data)) < 0 ||
		pg_cryptohash_final(context, methodology->digest,
							sizeof(methodology->digest)) < 0)
		elog(ERROR, "could not compute the digest of a methodology");	/* unreachable: only without memory */
	pg_cryptohash_free(context);
}

/* Sort the definitions, refuse duplicates, set the digest. */
Methodology *
methodology_finish(const Methodology *methodology)
{
	StoredDefinition *definitions = read_all_stored(methodology);
	int			n = methodology->ndefinitions;
	StringInfoData buf;
	Methodology *result;

	qsort(definitions, n, sizeof(StoredDefinition), compare_stored);
	begin_value(&buf);
	for (int i = 0; i < n; i++)
	{
		if (i > 0 && definitions[i].id == definitions[i - 1].id)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("indicator %d is defined more than once", definitions[i].id),
					 errhint("Pass one definition of each indicator: those valid in one round.")));
		appendBinaryStringInfo(&buf, definitions[i].start,
							   definitions[i].end - definitions[i].start);
	}
	result = end_value(&buf, n);
	result->done = true;
	set_digest(result);
	return result;
}

MissingPolicy
methodology_missing_policy(int32 id, const char *name)
{
	if (name == NULL || strcmp(name, "exclude") == 0)
		return MISSING_EXCLUDE;
	if (strcmp(name, "no") == 0)
		return MISSING_NO;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("indicator %d: unknown policy for missing answers \"%s\"", id, name),
			 errhint("Allowed are \"no\" (no answer counts as \"no\") and \"exclude\" (the row is left out).")));
}

Methodology *
methodology_from_texts(const DefinitionTexts *definitions, int ndefinitions)
{
	StringInfoData buf;

	begin_value(&buf);
	for (int i = 0; i < ndefinitions; i++)
		append_definition(&buf, definitions[i].id, definitions[i].missing,
						  definitions[i].texts);
	return methodology_finish(end_value(&buf, ndefinitions));
}

DefinitionTexts *
methodology_to_texts(const Methodology *methodology)
{
	StoredDefinition *stored = read_all_stored(methodology);
	DefinitionTexts *result;

	result = palloc0_array(DefinitionTexts, Max(methodology->ndefinitions, 1));
	for (int i = 0; i < methodology->ndefinitions; i++)
	{
		CHECK_FOR_INTERRUPTS();
		result[i].id = stored[i].id;
		result[i].missing = stored[i].missing;
		for (int j = 0; j < DEFINITION_TEXTS; j++)
			if (stored[i].lengths[j] > 0)
				result[i].texts[j] = pnstrdup(stored[i].texts[j],
											  stored[i].lengths[j]);
	}
	return result;
}

/* The definitions with their formulas parsed, in the order of their ids. */
Definition *
methodology_definitions(const Methodology *methodology)
{
	DefinitionTexts *texts = methodology_to_texts(methodology);
	Definition *result;

	result = palloc0_array(Definition, Max(methodology->ndefinitions, 1));
	for (int i = 0; i < methodology->ndefinitions; i++)
	{
		Definition *definition = &result[i];
		FormulaSource *sources[DEFINITION_TEXTS] = {
			&definition->numerator_source,
			&definition->denominator_source,
			&definition->cohort_source
		};

		CHECK_FOR_INTERRUPTS();
		definition->id = texts[i].id;
		definition->missing = texts[i].missing;
		for (int j = 0; j < DEFINITION_TEXTS; j++)
		{
			sources[j]->id = texts[i].id;
			sources[j]->part = part_names[j];
			sources[j]->text = texts[i].texts[j];
		}
		definition->numerator = parse_part(&definition->numerator_source);
		definition->denominator = parse_part(&definition->denominator_source);
		definition->cohort = parse_part(&definition->cohort_source);
	}
	return result;
}

/* Binary form: version 1, n 4, then id 4, policy 1, three counted texts. */
Datum
methodology_send(PG_FUNCTION_ARGS)
{
	Methodology *methodology = PG_GETARG_METHODOLOGY_P(0);
	StoredDefinition *stored = read_all_stored(methodology);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, METHODOLOGY_VERSION);
	pq_sendint32(&buf, methodology->ndefinitions);
	for (int i = 0; i < methodology->ndefinitions; i++)
	{
		pq_sendint32(&buf, stored[i].id);
		pq_sendbyte(&buf, stored[i].missing);
		for (int j = 0; j < DEFINITION_TEXTS; j++)
			send_counted_text(&buf, stored[i].texts[j], stored[i].lengths[j]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
methodology_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buf);
	int			n;
	DefinitionTexts *texts;

	if (version != METHODOLOGY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of the binary form of a methodology", version)));
	n = pq_getmsgint(buf, 4);
	/* the smallest definition takes 4 + 1 + 3 * 4 bytes */
	if (n < 0 || n > (buf->len - buf->cursor) / 17)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of indicators %d in the binary form of a methodology", n)));
	methodology_check_size((Size) n * DEFINITION_MIN_SIZE);
	texts = palloc0_array(DefinitionTexts, Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		int			policy;

		texts[i].id = pq_getmsgint(buf, 4);
		policy = pq_getmsgbyte(buf);
		if (policy != MISSING_EXCLUDE && policy != MISSING_NO)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid policy %d in the binary form of a methodology", policy)));
		texts[i].missing = (MissingPolicy) policy;
		for (int j = 0; j < DEFINITION_TEXTS; j++)
		{
			int			length = pq_getmsgint(buf, 4);
			int			converted;

			/* pq_getmsgtext() itself refuses a length beyond the message */
			texts[i].texts[j] = pq_getmsgtext(buf, length, &converted);
		}
	}
	PG_RETURN_METHODOLOGY_P(methodology_from_texts(texts, n));
}

/* A text argument as a C string; NULL where it is NULL. */
static char *
optional_text(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

static void
require_aggregate(FunctionCallInfo fcinfo, const char *name)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s is a part of the aggregate shnor.methodology and cannot be called alone", name)));
}

/* methodology_accum(state, id, numerator, denominator, cohort, missing) */
Datum
methodology_accum(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	const char *texts[DEFINITION_TEXTS];
	int32		id;
	int			ndefinitions = 0;

	require_aggregate(fcinfo, "methodology_accum");
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an indicator has no id"),
				 errhint("Give every indicator a number of its own in the first argument of methodology().")));
	id = PG_GETARG_INT32(1);
	for (int i = 0; i < DEFINITION_TEXTS; i++)
		texts[i] = optional_text(fcinfo, 2 + i);

	begin_value(&buf);
	if (!PG_ARGISNULL(0))
	{
		Methodology *state = PG_GETARG_METHODOLOGY_P(0);

		ndefinitions = state->ndefinitions;
		appendBinaryStringInfo(&buf, state->data,
							   VARSIZE(state) - offsetof(Methodology, data));
	}
	append_definition(&buf, id,
					  methodology_missing_policy(id, optional_text(fcinfo, 5)),
					  texts);
	PG_RETURN_METHODOLOGY_P(end_value(&buf, ndefinitions + 1));
}

Datum
methodology_combine(PG_FUNCTION_ARGS)
{
	Methodology *a;
	Methodology *b;
	StringInfoData buf;

	require_aggregate(fcinfo, "methodology_combine");
	a = PG_GETARG_METHODOLOGY_P(0);
	b = PG_GETARG_METHODOLOGY_P(1);
	methodology_check_size((Size) VARSIZE(a) + VARSIZE(b));
	begin_value(&buf);
	appendBinaryStringInfo(&buf, a->data, VARSIZE(a) - offsetof(Methodology, data));
	appendBinaryStringInfo(&buf, b->data, VARSIZE(b) - offsetof(Methodology, data));
	PG_RETURN_METHODOLOGY_P(end_value(&buf, a->ndefinitions + b->ndefinitions));
}

Datum
methodology_final(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "methodology_final");
	PG_RETURN_METHODOLOGY_P(methodology_finish(PG_GETARG_METHODOLOGY_P(0)));
}

/* also a place to stop: there may be a million of them */
static int
compare_names(const ListCell *a, const ListCell *b)
{
	CHECK_FOR_INTERRUPTS();
	return strcmp(strVal(lfirst(a)), strVal(lfirst(b)));
}

/* The names of the columns that a methodology's formulas read, sorted. */
Datum
columns(PG_FUNCTION_ARGS)
{
	Methodology *methodology = PG_GETARG_METHODOLOGY_P(0);
	Definition *definitions = methodology_definitions(methodology);
	List	   *names = NIL;
	const char *last = NULL;
	Datum	   *elements;
	ListCell   *lc;
	int			n = 0;

	for (int i = 0; i < methodology->ndefinitions; i++)
	{
		const Formula *parts[] = {
			definitions[i].numerator, definitions[i].denominator,
			definitions[i].cohort
		};

		for (size_t j = 0; j < lengthof(parts); j++)
			if (parts[j] != NULL)
				names = formula_columns(parts[j], names);
	}
	list_sort(names, compare_names);
	elements = palloc_array(Datum, Max(list_length(names), 1));
	foreach(lc, names)
	{
		const char *name = strVal(lfirst(lc));

		if (last == NULL || strcmp(name, last) != 0)
			elements[n++] = CStringGetTextDatum(name);
		last = name;
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, n, TEXTOID, -1, false,
										  TYPALIGN_INT));
}
