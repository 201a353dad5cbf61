/*
 * form_csv.c
 *		Records of a form's CSV export, read by PostgreSQL's own CSV reader.
 *
 * Line ends are made one kind and a byte order mark is dropped before; all
 * else (quotes, delimiters, quoted newlines) is COPY's business.  Calls
 * nothing of shnor but form.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_description.h"
#include "catalog/pg_type.h"
#include "commands/copy.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "form.h"

/*
 * The longest record.  The reader takes one apart without looking whether it
 * is to stop, so this also bounds how long a cancel waits.
 */
#define RECORD_MAX	(4 * 1024 * 1024)

/*
 * The reader's callback gets no argument of ours.  No user code runs between
 * setting this and the last read, so one call cannot meet another.
 */
static FormReader *form_source;

PG_FUNCTION_INFO_V1(form_rows);
PG_FUNCTION_INFO_V1(form_rows_at);
PG_FUNCTION_INFO_V1(form_header);

/* Hand on the file with every CR LF and lone CR made an LF. */
static int
read_source(void *buffer, pg_attribute_unused() int minread, int maxread)
{
	FormReader *source = form_source;
	const char *p = source->next;
	const char *end = source->end;
	char	   *out = buffer;
	char	   *full = out + maxread;

	if (p - source->record > RECORD_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
				 errmsg("a record of the form is longer than %d bytes", RECORD_MAX)));
	while (p < end && out < full)
	{
		char		c = *p++;

		CHECK_FOR_INTERRUPTS();
		if (c == '\r')
		{
			if (p < end && *p == '\n')
				p++;
			c = '\n';
		}
		if (c == '\n')
			source->lines++;
		*out++ = c;
	}
	source->next = p;
	return (int) (out - (char *) buffer);
}

/* How many physical lines there are, once the reader has read to its end. */
static int
count_lines(FormReader *source)
{
	char		buffer[1024];

	form_source = source;
	do
		source->record = source->next;
	while (read_source(buffer, 1, sizeof(buffer)) > 0);
	if (source->start < source->end && source->end[-1] != '\n' && source->end[-1] != '\r')
		return source->lines + 1;
	return source->lines;
}

/* Say where in the form the reader stopped, and what to do about it. */
static void
form_error_context(void *arg)
{
	FormReader *source = (FormReader *) arg;

	errcontext("form, record that starts on line %d", source->line);
	if (geterrcode() == ERRCODE_BAD_COPY_FILE_FORMAT)
		errhint("%s", psprintf(_("Look for a quotation mark without its pair in the record that starts on line %d."),
							   source->line));
}

static void
refuse_end_marker(int line)
{
	ereport(ERROR,
			(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
			 errmsg("line %d of the form is an end-of-data marker", line),
			 errdetail("A record that consists of \"\\.\" alone would end the input, and the records after it would be lost."),
			 errhint("Delete this line from the file.")));
}

static List *
reader_options(const char *delimiter)
{
	return list_make3(makeDefElem("format", (Node *) makeString("csv"), -1),
					  makeDefElem("delimiter", (Node *) makeString(pstrdup(delimiter)), -1),
					  makeDefElem("encoding", (Node *) makeString(pstrdup(GetDatabaseEncodingName())), -1));
}

/* Begin to read a file; the reader lives in the current memory context. */
FormReader *
form_open(text *content, const char *delimiter)
{
	FormReader *source = palloc0_object(FormReader);

	source->next = VARDATA_ANY(content);
	source->end = source->next + VARSIZE_ANY_EXHDR(content);
	if (GetDatabaseEncoding() == PG_UTF8 && source->end - source->next >= 3 &&
		memcmp(source->next, "\xEF\xBB\xBF", 3) == 0)
		source->next += 3;
	source->start = source->record = source->next;
	source->line = source->next_line = 1;

	/*
	 * The reader wants some relation with columns; raw fields are given out
	 * before it looks at them.  This one stands in every database.
	 */
	source->relation = table_open(DescriptionRelationId, AccessShareLock);
	form_source = source;
	source->copy = BeginCopyFrom(NULL, source->relation, NULL, NULL, false, read_source, NIL,
								 reader_options(delimiter));
	return source;
}

/* The next record: its fields, which live until the next call, and source->line. */
bool
form_next(FormReader *source, char ***fields, int *nfields)
{
	ErrorContextCallback errcallback;
	bool		found;

	CHECK_FOR_INTERRUPTS();
	source->line = source->next_line;
	errcallback.callback = form_error_context;
	errcallback.arg = source;
	errcallback.previous = error_context_stack;
	error_context_stack = &errcallback;
	form_source = source;
	source->record = source->next;
	found = NextCopyFromRawFields(source->copy, fields, nfields);
	error_context_stack = errcallback.previous;

	if (!found)
	{
		/* until 17 the reader takes the marker for the end of the input */
		if (source->line <= count_lines(source))
			refuse_end_marker(source->line);
		return false;
	}
	/* PostgreSQL 18 gives the marker out as a value: no different there */
	if (*nfields == 1 && (*fields)[0] != NULL && strcmp((*fields)[0], "\\.") == 0)
		refuse_end_marker(source->line);

	source->next_line++;
	for (int i = 0; i < *nfields; i++)
		if ((*fields)[i] != NULL)
			for (char *p = strchr((*fields)[i], '\n'); p != NULL; p = strchr(p + 1, '\n'))
				source->next_line++;
	return true;
}

void
form_close(FormReader *source)
{
	EndCopyFrom(source->copy);
	form_source = NULL;
	table_close(source->relation, AccessShareLock);
}

static Datum
make_fields(char **fields, int nfields)
{
	Datum	   *elements = palloc_array(Datum, nfields);
	bool	   *missing = palloc_array(bool, nfields);
	int			dims[1] = {nfields};
	int			lbounds[1] = {1};

	for (int i = 0; i < nfields; i++)
	{
		CHECK_FOR_INTERRUPTS();
		missing[i] = fields[i] == NULL;
		if (!missing[i])
			elements[i] = CStringGetTextDatum(fields[i]);
	}
	return PointerGetDatum(construct_md_array(elements, missing, 1, dims, lbounds,
											  TEXTOID, -1, false, TYPALIGN_INT));
}

static int
compare_lines(const void *a, const void *b)
{
	int32		left = *(const int32 *) a;
	int32		right = *(const int32 *) b;

	return left < right ? -1 : left > right ? 1 : 0;
}

/* Store the records, all of them or those that start on lines. */
static void
put_rows(FunctionCallInfo fcinfo, const Datum *lines, int nlines)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext record_context;
	FormReader *source;
	int32	   *wanted = NULL;
	char	  **fields;
	int			nfields;

	/* looking the columns up anew leaves half a kilobyte in the query's memory */
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (lines != NULL)
	{
		wanted = palloc_array(int32, Max(nlines, 1));
		for (int i = 0; i < nlines; i++)
			wanted[i] = DatumGetInt32(lines[i]);
		qsort(wanted, nlines, sizeof(int32), compare_lines);
	}
	source = form_open(PG_GETARG_TEXT_PP(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
	record_context = AllocSetContextCreate(CurrentMemoryContext, "form record", ALLOCSET_DEFAULT_SIZES);
	while (form_next(source, &fields, &nfields))
	{
		MemoryContext old_context;
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (lines != NULL && bsearch(&source->line, wanted, nlines, sizeof(int32), compare_lines) == NULL)
			continue;
		old_context = MemoryContextSwitchTo(record_context);
		values[0] = Int32GetDatum(source->line);
		values[1] = make_fields(fields, nfields);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(record_context);
	}
	form_close(source);
}

/*
 * form_rows(content text, delimiter text): the records of a CSV text with the
 * line on which each starts.
 */
Datum
form_rows(PG_FUNCTION_ARGS)
{
	put_rows(fcinfo, NULL, 0);
	return (Datum) 0;
}

/* form_rows_at(content text, delimiter text, lines integer[]): some of them */
Datum
form_rows_at(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(2);
	Datum	   *lines;
	bool	   *nulls;
	int			nlines;
	int			kept = 0;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &lines, &nulls, &nlines);
	for (int i = 0; i < nlines; i++)
		if (!nulls[i])
			lines[kept++] = lines[i];
	put_rows(fcinfo, lines, kept);
	return (Datum) 0;
}

/* form_header(content text, delimiter text): the first record that is not blank */
Datum
form_header(PG_FUNCTION_ARGS)
{
	FormReader *source = form_open(PG_GETARG_TEXT_PP(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
	Datum		values[2];
	bool		nulls[2] = {true, true};
	TupleDesc	desc;
	char	  **fields;
	int			nfields;
	bool		blank = true;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");	/* unreachable: the function has OUT parameters */
	while (blank && form_next(source, &fields, &nfields))
		for (int i = 0; i < nfields && blank; i++)
			blank = fields[i] == NULL || form_is_blank(fields[i]);
	if (!blank)
	{
		values[0] = Int32GetDatum(source->line);
		values[1] = make_fields(fields, nfields);
		nulls[0] = nulls[1] = false;
	}
	form_close(source);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
