/*
 * form_read.c
 *		A form's file as typed rows, in one pass: what an import does with the
 *		rows in which nothing is wrong.
 *
 * Of a record in which something is, form_read() says just that: what it is,
 * and how to put it right, is found out by the SQL of import_rows(), cell by
 * cell.  Values are read by the same functions either way.  Calls nothing of
 * shnor but form.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "form.h"

PG_FUNCTION_INFO_V1(form_read);

/* what a column holds; the texts of a row come in this order */
typedef enum FormKind
{
	FORM_CODE,
	FORM_NAME,
	FORM_PLACE,
	FORM_TIME,
	FORM_COUNT,
	FORM_YES_NO,
	FORM_UNREAD
} FormKind;

#define FORM_TEXTS	(FORM_PLACE + 1)

typedef struct FormColumn
{
	FormKind	kind;
	int			answer;			/* which of the answers, for counts and yes or no */
} FormColumn;

typedef struct FormRow
{
	char	   *texts[FORM_TEXTS];
	bool		has_time;		/* something is there, perhaps only a dash */
	bool		time_known;
	TimestampTz time;
	bool	   *filled;			/* of each answer: something is there */
	bool	   *missing;
	Datum	   *answers;
} FormRow;

/* what we do not know we do not read */
static FormKind
kind_of(const char *name)
{
	static const char *const names[] = {"school_code", "school_name", "municipality", "submitted_at", "count", "yes_no"};

	for (size_t i = 0; i < lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (FormKind) i;
	return FORM_UNREAD;
}

/* Columns by kinds and, for answers, their places; returns how many answers there are. */
static int
read_columns(ArrayType *kinds, ArrayType *places, FormColumn **columns, int *ncolumns)
{
	Datum	   *kind;
	Datum	   *place;
	bool	   *unread;
	bool	   *nowhere;
	int			nplaces;
	int			nanswers = 0;

	deconstruct_array(kinds, TEXTOID, -1, false, TYPALIGN_INT, &kind, &unread, ncolumns);
	deconstruct_array(places, INT4OID, sizeof(int32), true, TYPALIGN_INT, &place, &nowhere, &nplaces);
	*columns = palloc_array(FormColumn, Max(*ncolumns, 1));
	for (int i = 0; i < *ncolumns; i++)
	{
		FormColumn *column = &(*columns)[i];

		column->kind = unread[i] ? FORM_UNREAD : kind_of(TextDatumGetCString(kind[i]));
		column->answer = -1;
		if (column->kind != FORM_COUNT && column->kind != FORM_YES_NO)
			continue;
		if (i >= nplaces || nowhere[i] || DatumGetInt32(place[i]) < 1 || DatumGetInt32(place[i]) > MaxHeapAttributeNumber)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column %d of the form has no place among the answers", i + 1)));
		column->answer = DatumGetInt32(place[i]) - 1;
		nanswers = Max(nanswers, column->answer + 1);
	}
	return nanswers;
}

/* one to nine digits, as most counts are */
static bool
plain_count(const char *raw, int64 *count)
{
	int			digits = 0;

	for (*count = 0; raw[digits] >= '0' && raw[digits] <= '9' && digits < 9; digits++)
		*count = *count * 10 + (raw[digits] - '0');
	return digits > 0 && raw[digits] == '\0';
}

/* Reads a cell that is not blank: false when it or what stands beside it wants a closer look. */
static bool
read_cell(FormRow *row, const FormColumn *column, const char *raw, pg_tz *zone)
{
	const char *problem = NULL;
	char	   *folded;
	int64		count;
	bool		yes;

	switch (column->kind)
	{
		case FORM_CODE:
		case FORM_NAME:
		case FORM_PLACE:
			if (row->texts[column->kind] != NULL)
				return false;
			row->texts[column->kind] = column->kind == FORM_CODE ? form_clean_text(raw) : form_normalize_text(raw);
			return *row->texts[column->kind] != '\0';

		case FORM_TIME:
			{
				FormTime	when;

				if (row->has_time)
					return false;
				row->has_time = true;
				folded = form_fold(raw);
				if (form_is_empty(folded))
					return true;
				row->time_known = form_read_time(folded, &when) && form_time_value(&when, zone, &row->time);
				return row->time_known;
			}

		case FORM_COUNT:
		case FORM_YES_NO:
			/* two columns about one thing */
			if (row->filled[column->answer])
				return false;
			row->filled[column->answer] = true;
			if (column->kind == FORM_COUNT && plain_count(raw, &count))
				;
			else if (column->kind == FORM_YES_NO && (strcmp(raw, "Да") == 0 || strcmp(raw, "Нет") == 0))
				count = strcmp(raw, "Да") == 0;
			else
			{
				folded = form_fold(raw);
				if (form_is_empty(folded))
					return true;
				if (column->kind == FORM_COUNT)
					problem = form_read_count(folded, &count);
				else if ((problem = form_read_yes_no(folded, &yes)) == NULL)
					count = yes;
			}
			if (problem != NULL)
				return false;
			row->missing[column->answer] = false;
			row->answers[column->answer] = Int32GetDatum((int32) count);
			return true;

		case FORM_UNREAD:
			break;
	}
	return true;
}

/*
 * form_read(content text, delimiter text, header integer, width integer,
 * kinds text[], places integer[], time_zone text)
 */
Datum
form_read(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			header = PG_GETARG_INT32(2);
	int			width = PG_GETARG_INT32(3);
	pg_tz	   *zone = form_time_zone(text_to_cstring(PG_GETARG_TEXT_PP(6)));
	MemoryContext record_context;
	FormColumn *columns;
	FormReader *source;
	FormRow		row;
	char	  **fields;
	int			ncolumns;
	int			nanswers;
	int			nfields;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	nanswers = read_columns(PG_GETARG_ARRAYTYPE_P(4), PG_GETARG_ARRAYTYPE_P(5), &columns, &ncolumns);
	row.filled = palloc_array(bool, Max(nanswers, 1));
	row.missing = palloc_array(bool, Max(nanswers, 1));
	row.answers = palloc_array(Datum, Max(nanswers, 1));

	source = form_open(PG_GETARG_TEXT_PP(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
	record_context = AllocSetContextCreate(CurrentMemoryContext, "form record", ALLOCSET_DEFAULT_SIZES);
	while (form_next(source, &fields, &nfields))
	{
		MemoryContext old_context;
		Datum		values[7];
		bool		nulls[7] = {false};
		bool		blank = true;
		bool		plain = true;
		int			dims[1] = {nanswers};
		int			lbounds[1] = {1};

		if (source->line <= header)
			continue;
		old_context = MemoryContextSwitchTo(record_context);
		memset(row.texts, 0, sizeof(row.texts));
		row.has_time = row.time_known = false;
		memset(row.filled, false, nanswers);
		memset(row.missing, true, nanswers);
		for (int i = 0; i < nfields; i++)
		{
			if (fields[i] == NULL || form_is_blank(fields[i]))
				continue;
			blank = false;
			/* more values than headers */
			if (i >= width)
				plain = false;
			else if (plain && i < ncolumns)
				plain = read_cell(&row, &columns[i], fields[i], zone);
		}
		if (!blank)
		{
			values[0] = Int32GetDatum(source->line);
			values[1] = BoolGetDatum(plain);
			nulls[2] = !plain || !row.time_known;
			values[2] = TimestampTzGetDatum(row.time);
			for (int i = 0; i < FORM_TEXTS; i++)
			{
				nulls[3 + i] = !plain || row.texts[i] == NULL;
				if (!nulls[3 + i])
					values[3 + i] = CStringGetTextDatum(row.texts[i]);
			}
			nulls[6] = !plain;
			if (plain)
				values[6] = PointerGetDatum(construct_md_array(row.answers, row.missing, 1, dims, lbounds,
															   INT4OID, sizeof(int32), true, TYPALIGN_INT));
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(record_context);
	}
	form_close(source);
	return (Datum) 0;
}
