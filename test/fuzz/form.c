/*
 * form.c
 *		What is fuzzed of the files of forms, and what must hold of it: records,
 *		and typed rows against what the functions for single values say.
 *
 * PostgreSQL's COPY reads them, so this needs a server.
 */
#include "rows.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

static Reader rows_reader = {.signature = "form_rows(text,text)",.nargs = 2};
static Reader rows_at_reader = {.signature = "form_rows_at(text,text,integer[])",.nargs = 3};
static Reader header_reader = {.signature = "form_header(text,text)",.nargs = 2};
static Reader typed_reader = {.signature = "form_read(text,text,integer,integer,text[],integer[],text)",.nargs = 7};

static Datum
delimiter_of(uint8 choice)
{
	static const char *const delimiters[] = {",", ";", "\t"};

	return CStringGetTextDatum(delimiters[choice % lengthof(delimiters)]);
}

/* Lines ascend, and no character of a value comes from nowhere. */
void
fuzz_form_rows(const uint8 *data, size_t size)
{
	Datum		args[2];
	Rows		rows;
	int			line = 0;
	size_t		length = 0;

	if (size == 0)
		return;
	args[0] = CStringGetTextDatum(as_text(data + 1, size - 1));
	args[1] = delimiter_of(data[0]);
	rows = rows_of(&rows_reader, args);
	for (int i = 0; i < rows.n; i++)
	{
		Array		fields = texts_of(rows.rows[i].values[1]);

		if (LINE(&rows.rows[i]) <= line)
			FINDING("lines do not ascend");
		line = LINE(&rows.rows[i]);
		for (int j = 0; j < fields.n; j++)
			if (!fields.nulls[j])
				length += VARSIZE_ANY_EXHDR(DatumGetPointer(fields.values[j]));
	}
	if (length > size)
		FINDING("more came out than went in");
}

/* ---- typed rows ---- */

/* those of form_read() in the order of its texts, then what it does not read */
typedef enum Kind
{
	CODE, NAME, PLACE, TIME, COUNT, YES_NO, UNKNOWN, NONE
} Kind;

static const char *const kind_names[] = {"school_code", "school_name", "municipality", "submitted_at", "count", "yes_no", "document"};

#define MAX_COLUMNS 8

typedef struct Form
{
	Datum		content;
	Datum		delimiter;
	Datum		zone;
	int			header;
	int			width;
	int			ncolumns;
	Kind		kinds[MAX_COLUMNS];
	int			places[MAX_COLUMNS];
	bool		misplaced;		/* an answer has no place */
	int			nanswers;
	Datum		kind_array;
	Datum		place_array;
} Form;

/* what the columns are: a byte each */
static void
read_columns(Form *form, const uint8 *data, bool cut)
{
	/* most answers have a place, some the last there is, few none */
	static const int edges[] = {MaxHeapAttributeNumber, MaxHeapAttributeNumber + 1, 0, PG_INT32_MAX};
	Datum		kinds[MAX_COLUMNS];
	bool		unread[MAX_COLUMNS];
	Datum		places[MAX_COLUMNS];
	bool		nowhere[MAX_COLUMNS];
	int			nplaces = cut ? Max(form->ncolumns - 1, 0) : form->ncolumns;
	int			dims[1];
	int			lbounds[1] = {1};

	for (int i = 0; i < form->ncolumns; i++)
	{
		Kind		kind = data[i] % 8;
		int			place = data[i] / 8;

		place = place < 28 ? place % 7 + 1 : edges[place - 28];
		nowhere[i] = place == 0;
		places[i] = Int32GetDatum(place);
		unread[i] = kind == NONE;
		kinds[i] = unread[i] ? (Datum) 0 : CStringGetTextDatum(kind_names[kind]);
		form->kinds[i] = kind;
		form->places[i] = place;
		if (kind != COUNT && kind != YES_NO)
			continue;
		if (i >= nplaces || place < 1 || place > MaxHeapAttributeNumber)
			form->misplaced = true;
		else
			form->nanswers = Max(form->nanswers, place);
	}
	dims[0] = form->ncolumns;
	form->kind_array = PointerGetDatum(construct_md_array(kinds, unread, 1, dims, lbounds, TEXTOID, -1, false, TYPALIGN_INT));
	dims[0] = nplaces;
	form->place_array = PointerGetDatum(construct_md_array(places, nowhere, 1, dims, lbounds, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* a record, read the slow way */
typedef struct Judged
{
	bool		blank;
	bool		plain;
	NullableDatum texts[PLACE + 1];
	NullableDatum time;
	NullableDatum *answers;
	bool		filled[TIME + 1];
	bool	   *answered;
} Judged;

static bool
has_problem(Datum raw, const char *answer_type)
{
	return !call(form_problem, 2, raw, CStringGetTextDatum(answer_type), (Datum) 0).isnull;
}

static NullableDatum
value_of(Outcome outcome)
{
	return (NullableDatum) {.value = outcome.value,.isnull = outcome.isnull};
}

static void
judge_cell(Judged *row, const Form *form, int column, Datum raw)
{
	Kind		kind = form->kinds[column];
	bool	   *filled;

	if (kind >= UNKNOWN)
		return;
	filled = kind <= TIME ? &row->filled[kind] : &row->answered[form->places[column] - 1];
	if (*filled)
		row->plain = false;
	*filled = true;
	if (!row->plain)
		return;
	if (kind <= PLACE)
	{
		row->texts[kind] = value_of(CALL1(kind == CODE ? form_clean : form_normalize, raw));
		row->plain = VARSIZE_ANY_EXHDR(DatumGetPointer(row->texts[kind].value)) > 0;
	}
	else if (kind == TIME)
	{
		row->time = value_of(call(form_timestamp, 2, raw, form->zone, (Datum) 0));
		row->plain = !has_problem(raw, "timestamp");
	}
	else
	{
		row->answers[form->places[column] - 1] = value_of(CALL1(kind == COUNT ? form_count : form_yes_no, raw));
		row->plain = !has_problem(raw, kind == COUNT ? "count" : "yes_no");
	}
}

static Judged
judge(const Form *form, Array fields)
{
	Judged		row = {.blank = true,.plain = true};

	row.answers = palloc_array(NullableDatum, form->nanswers + 1);
	row.answered = palloc0_array(bool, form->nanswers + 1);
	for (int i = 0; i < form->nanswers; i++)
		row.answers[i].isnull = true;
	for (int i = 0; i < (int) lengthof(row.texts); i++)
		row.texts[i].isnull = true;
	row.time.isnull = true;
	for (int i = 0; i < fields.n; i++)
	{
		if (is_blank(fields, i))
			continue;
		row.blank = false;
		if (i >= form->width)
			row.plain = false;
		else if (i < form->ncolumns)
			judge_cell(&row, form, i, fields.values[i]);
	}
	return row;
}

/* line, plain, submitted_at, code, name, place, answers */
static void
must_be(const Row *typed, const Judged *row, int line, const Form *form)
{
	Array		answers;

	if (LINE(typed) != line)
		FINDING("line %d is given as line %d", line, LINE(typed));
	if (DatumGetBool(typed->values[1]) != row->plain)
		FINDING("line %d %s", line, row->plain ? "is not plain, but nothing is wrong in it" : "is plain, but something is wrong in it");
	if (!row->plain)
	{
		for (int i = 2; i < MAX_RESULTS; i++)
			if (!typed->nulls[i])
				FINDING("line %d is not plain, but its value %d is told", line, i);
		return;
	}
	if (typed->nulls[2] != row->time.isnull || (!row->time.isnull && typed->values[2] != row->time.value))
		FINDING("line %d: another time", line);
	for (int i = 0; i < (int) lengthof(row->texts); i++)
		if (typed->nulls[3 + i] != row->texts[i].isnull ||
			(!row->texts[i].isnull && !same(typed->values[3 + i], row->texts[i].value)))
			FINDING("line %d: another %s", line, kind_names[i]);
	deconstruct_array(DatumGetArrayTypeP(typed->values[6]), INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &answers.values, &answers.nulls, &answers.n);
	if (answers.n != form->nanswers)
		FINDING("line %d: %d answers of %d", line, answers.n, form->nanswers);
	/* a boolean's datum is 0 or 1 */
	for (int i = 0; i < answers.n; i++)
		if (answers.nulls[i] != row->answers[i].isnull ||
			(!answers.nulls[i] && DatumGetInt32(answers.values[i]) != DatumGetInt64(row->answers[i].value)))
			FINDING("line %d: another answer %d", line, i + 1);
}

static void
must_end(const char *function, int sqlstate, int expected)
{
	if (sqlstate != expected)
		FINDING("%s ends in %s, not as it should", function, sqlstate == 0 ? "rows" : unpack_sql_state(sqlstate));
}

/* form_read() against the records, value by value */
static void
compare_typed(const Form *form, Rows records, const Array *fields)
{
	Datum		args[] = {form->content, form->delimiter, Int32GetDatum(form->header), Int32GetDatum(form->width),
	form->kind_array, form->place_array, form->zone};
	Rows		typed = rows_of(&typed_reader, args);
	int			n = 0;

	must_end("form_read", typed.sqlstate, form->misplaced ? ERRCODE_INVALID_PARAMETER_VALUE : records.sqlstate);
	if (form->misplaced)
		return;
	for (int i = 0; i < records.n; i++)
	{
		Judged		row;

		if (LINE(&records.rows[i]) <= form->header)
			continue;
		row = judge(form, fields[i]);
		if (row.blank)
			continue;
		if (n == typed.n)
			FINDING("form_read has no row of line %d", LINE(&records.rows[i]));
		must_be(&typed.rows[n++], &row, LINE(&records.rows[i]), form);
	}
	if (n < typed.n)
		FINDING("form_read has rows that are not there");
}

/* form_header(): the first record that is not blank, as long as there is one before an error */
static void
compare_header(const Form *form, Rows records, const Array *fields)
{
	Datum		args[] = {form->content, form->delimiter};
	Rows		header = rows_of(&header_reader, args);
	int			first = 0;

	while (first < records.n && all_blank(fields[first]))
		first++;
	must_end("form_header", header.sqlstate, first < records.n ? 0 : records.sqlstate);
	if (header.sqlstate != 0)
		return;
	if (first == records.n)
	{
		if (!header.rows[0].nulls[0] || !header.rows[0].nulls[1])
			FINDING("a header where there is none");
	}
	else if (header.rows[0].nulls[0] || header.rows[0].nulls[1] ||
			 LINE(&header.rows[0]) != LINE(&records.rows[first]) ||
			 !same(header.rows[0].values[1], records.rows[first].values[1]))
		FINDING("another header than line %d", LINE(&records.rows[first]));
}

/* form_rows_at(): lines whose bit in a mask is set, from the last to one before the first, some twice, and NULL */
static void
compare_chosen(const Form *form, Rows records, uint8 mask)
{
	int			last = records.n > 0 ? LINE(&records.rows[records.n - 1]) : 0;
	Datum	   *lines = palloc_array(Datum, 2 * (last + 4));
	bool	   *nulls = palloc0_array(bool, 2 * (last + 4));
	int			dims[1] = {0};
	int			lbounds[1] = {1};
	Datum		args[3] = {form->content, form->delimiter};
	Rows		chosen;
	int			n = 0;

	for (int line = last + 1; line >= 0; line--)
		if (mask & (1 << line % 8))
		{
			lines[dims[0]++] = Int32GetDatum(line);
			if (line % 3 == 0)
				lines[dims[0]++] = Int32GetDatum(line);
		}
	nulls[dims[0]++] = true;
	args[2] = PointerGetDatum(construct_md_array(lines, nulls, 1, dims, lbounds, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	chosen = rows_of(&rows_at_reader, args);
	must_end("form_rows_at", chosen.sqlstate, records.sqlstate);
	for (int i = 0; i < records.n; i++)
	{
		if (!(mask & (1 << LINE(&records.rows[i]) % 8)))
			continue;
		if (n == chosen.n || LINE(&chosen.rows[n]) != LINE(&records.rows[i]) ||
			!same(chosen.rows[n].values[1], records.rows[i].values[1]))
			FINDING("form_rows_at has another line %d", LINE(&records.rows[i]));
		n++;
	}
	if (n < chosen.n)
		FINDING("form_rows_at has rows that were not asked for");
}

/*
 * One byte each: delimiter and time zone, header, width, lines, how many
 * columns; then one for each column, then the file.
 */
void
fuzz_form_read(const uint8 *data, size_t size)
{
	static const char *const zones[] = {"Europe/Moscow", "UTC", "America/New_York"};
	Form		form = {0};
	Datum		args[2];
	Rows		records;
	Array	   *fields;
	size_t		start;

	if (size < 5)
		return;
	form.ncolumns = data[4] % (MAX_COLUMNS + 1);
	start = 5 + form.ncolumns;
	if (size < start)
		return;
	form.delimiter = delimiter_of(data[0]);
	form.zone = CStringGetTextDatum(zones[data[0] / 3 % lengthof(zones)]);
	form.header = data[1] % 8;
	form.width = data[2] % (MAX_COLUMNS + 2);
	read_columns(&form, data + 5, data[4] >= 0xF0);
	form.content = CStringGetTextDatum(as_text(data + start, size - start));

	args[0] = form.content;
	args[1] = form.delimiter;
	records = rows_of(&rows_reader, args);
	fields = palloc_array(Array, records.n + 1);
	for (int i = 0; i < records.n; i++)
		fields[i] = texts_of(records.rows[i].values[1]);
	compare_typed(&form, records, fields);
	compare_header(&form, records, fields);
	compare_chosen(&form, records, data[3]);
}
