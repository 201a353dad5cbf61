/*
 * form_csv.c
 *		Records of a form's CSV export, read by PostgreSQL's own CSV reader.
 *
 * Line ends are made one kind and a byte order mark is dropped before; all
 * else (quotes, delimiters, quoted newlines) is COPY's business.  Calls
 * nothing of shnor but compat.h.
 */
#include "postgres.h"

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

#include "compat.h"

/*
 * The longest record.  The reader takes one apart without looking whether it
 * is to stop, so this also bounds how long a cancel waits.
 */
#define RECORD_MAX	(4 * 1024 * 1024)

/* the file as the reader takes it */
typedef struct FormSource
{
	const char *data;
	size_t		length;
	size_t		position;
	int			lines;			/* physical lines in all */
	int			line;			/* line on which the current record starts */
	size_t		record;			/* position at or behind its start */
} FormSource;

/*
 * The reader's callback gets no argument of ours.  No user code runs between
 * setting this and the last read, so one call cannot meet another.
 */
static FormSource *form_source;

PG_FUNCTION_INFO_V1(form_rows);

static int
read_source(void *buffer, int minread, int maxread)
{
	size_t		length = Min((size_t) maxread, form_source->length - form_source->position);

	CHECK_FOR_INTERRUPTS();
	if (form_source->position - form_source->record > RECORD_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
				 errmsg("a record of the form is longer than %d bytes", RECORD_MAX)));
	memcpy(buffer, form_source->data + form_source->position, length);
	form_source->position += length;
	return (int) length;
}

/* Copy without a byte order mark, with every CR LF and lone CR made an LF. */
static void
open_source(FormSource *source, text *content)
{
	const char *p = VARDATA_ANY(content);
	const char *end = p + VARSIZE_ANY_EXHDR(content);
	char	   *data = MemoryContextAllocHuge(CurrentMemoryContext, end - p + 1);
	char	   *out = data;

	memset(source, 0, sizeof(*source));
	if (GetDatabaseEncoding() == PG_UTF8 && end - p >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	while (p < end)
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
	if (out > data && out[-1] != '\n')
		source->lines++;
	source->data = data;
	source->length = out - data;
	source->line = 1;
}

/* Say where in the form the reader stopped, and what to do about it. */
static void
form_error_context(void *arg)
{
	FormSource *source = (FormSource *) arg;

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

/* Store one record; returns how many newlines its quoted values hold. */
static int
put_record(ReturnSetInfo *rsinfo, int line, char **fields, int nfields)
{
	Datum	   *elements = palloc_array(Datum, nfields);
	bool	   *missing = palloc_array(bool, nfields);
	Datum		values[2];
	bool		nulls[2] = {false, false};
	int			dims[1];
	int			lower[1] = {1};
	int			newlines = 0;

	for (int i = 0; i < nfields; i++)
	{
		CHECK_FOR_INTERRUPTS();
		missing[i] = fields[i] == NULL;
		if (missing[i])
			continue;
		for (char *p = strchr(fields[i], '\n'); p != NULL; p = strchr(p + 1, '\n'))
			newlines++;
		elements[i] = CStringGetTextDatum(fields[i]);
	}
	dims[0] = nfields;
	values[0] = Int32GetDatum(line);
	values[1] = PointerGetDatum(construct_md_array(elements, missing, 1, dims, lower,
												   TEXTOID, -1, false, TYPALIGN_INT));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return newlines;
}

/*
 * form_rows(content text, delimiter text): the records of a CSV text with the
 * line on which each starts.
 */
Datum
form_rows(PG_FUNCTION_ARGS)
{
	text	   *content = PG_GETARG_TEXT_PP(0);
	char	   *delimiter = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ErrorContextCallback errcallback;
	MemoryContext record_context;
	FormSource	source;
	Relation	relation;
	CopyFromState reader;
	char	  **fields;
	int			nfields;

	InitMaterializedSRF(fcinfo, 0);
	open_source(&source, content);

	/*
	 * The reader wants some relation with columns; raw fields are given out
	 * before it looks at them.  This one stands in every database.
	 */
	relation = table_open(DescriptionRelationId, AccessShareLock);
	form_source = &source;
	reader = BeginCopyFrom(NULL, relation, NULL, NULL, false, read_source, NIL, reader_options(delimiter));
	record_context = AllocSetContextCreate(CurrentMemoryContext, "form record", ALLOCSET_DEFAULT_SIZES);

	errcallback.callback = form_error_context;
	errcallback.arg = &source;
	errcallback.previous = error_context_stack;
	error_context_stack = &errcallback;

	while (NextCopyFromRawFields(reader, &fields, &nfields))
	{
		MemoryContext old_context;

		CHECK_FOR_INTERRUPTS();
		/* PostgreSQL 18 gives the marker out as a value: no different there */
		if (nfields == 1 && fields[0] != NULL && strcmp(fields[0], "\\.") == 0)
		{
			error_context_stack = errcallback.previous;
			refuse_end_marker(source.line);
		}
		old_context = MemoryContextSwitchTo(record_context);
		source.line += 1 + put_record(rsinfo, source.line, fields, nfields);
		source.record = source.position;
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(record_context);
	}
	error_context_stack = errcallback.previous;

	/* until 17 the reader takes the marker for the end of the input */
	if (source.line <= source.lines)
		refuse_end_marker(source.line);

	EndCopyFrom(reader);
	form_source = NULL;
	table_close(relation, AccessShareLock);
	return (Datum) 0;
}
