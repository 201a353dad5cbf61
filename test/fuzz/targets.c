/*
 * targets.c
 *		What is fuzzed of the types and of the values in forms, and what must
 *		hold of it.
 */
#include "fuzz.h"

#include "catalog/pg_collation.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

extern Datum share_in(PG_FUNCTION_ARGS);
extern Datum share_out(PG_FUNCTION_ARGS);
extern Datum share_recv(PG_FUNCTION_ARGS);
extern Datum share_send(PG_FUNCTION_ARGS);
extern Datum percent(PG_FUNCTION_ARGS);
extern Datum tally_in(PG_FUNCTION_ARGS);
extern Datum tally_out(PG_FUNCTION_ARGS);
extern Datum tally_recv(PG_FUNCTION_ARGS);
extern Datum tally_send(PG_FUNCTION_ARGS);
extern Datum tally_plus(PG_FUNCTION_ARGS);

/* As the server would let it in: valid text of the database, without NUL. */
char *
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

int
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

Outcome
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

Outcome
receive(PGFunction function, const void *data, size_t size)
{
	/* no room behind the message but for its NUL: a sanitizer sees what reads on */
	StringInfoData buf = {.data = palloc(size + 1),.len = size,.maxlen = size + 1};
	Outcome		outcome;

	memcpy(buf.data, data, size);
	buf.data[size] = '\0';
	outcome = call(function, 3, PointerGetDatum(&buf), ObjectIdGetDatum(0), Int32GetDatum(-1));
	/* what COPY BINARY would say of bytes left over is no value either */
	if (outcome.sqlstate == 0 && buf.cursor != buf.len)
		outcome.sqlstate = ERRCODE_INVALID_BINARY_REPRESENTATION;
	return outcome;
}

/* A value must come back from its own text, where in and out can be had, and from its own bytes. */
void
survives(Datum value, PGFunction in, PGFunction out, PGFunction recv, PGFunction send)
{
	char	   *text = out == NULL ? "?" : DatumGetCString(CALL1(out, value).value);
	bytea	   *bytes = DatumGetByteaPP(CALL1(send, value).value);
	Outcome		again;
	bytea	   *bytes_again;

	if (in != NULL)
	{
		again = call(in, 3, CStringGetDatum(text), ObjectIdGetDatum(0), Int32GetDatum(-1));
		if (again.sqlstate != 0)
			FINDING("its own text is refused: %s", text);
		if (strcmp(text, DatumGetCString(CALL1(out, again.value).value)) != 0)
			FINDING("its own text reads as another value: %s", text);
	}
	again = receive(recv, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	if (again.sqlstate != 0)
		FINDING("its own bytes are refused: %s", text);
	bytes_again = DatumGetByteaPP(CALL1(send, again.value).value);
	if (VARSIZE_ANY_EXHDR(bytes) != VARSIZE_ANY_EXHDR(bytes_again) ||
		memcmp(VARDATA_ANY(bytes), VARDATA_ANY(bytes_again), VARSIZE_ANY_EXHDR(bytes)) != 0)
		FINDING("its own bytes read as another value: %s", text);
	if (out != NULL && strcmp(text, DatumGetCString(CALL1(out, again.value).value)) != 0)
		FINDING("its bytes and its text differ: %s", text);
}

Outcome
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

void
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

void
fuzz_tally_in(const uint8 *data, size_t size)
{
	use_tally(read_text(tally_in, data, size));
}

void
fuzz_tally_recv(const uint8 *data, size_t size)
{
	use_tally(receive(tally_recv, data, size));
}

void
fuzz_share_in(const uint8 *data, size_t size)
{
	use_share(read_text(share_in, data, size));
}

void
fuzz_share_recv(const uint8 *data, size_t size)
{
	use_share(receive(share_recv, data, size));
}

void
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
