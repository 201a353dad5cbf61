/*
 * tally_io.c
 *		The type tally in SQL: text and binary form, +, and its items as rows.
 *
 * Text: {1:12/40:38:2,2:3/50:50:0}, for each indicator, in the order of ids,
 * id:numerator/denominator:answered:missing.
 * Binary: version 1, number of items 4, then id 4 and four times 8 bytes each.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/int.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "lanes.h"
#include "share.h"
#include "tally.h"

PG_FUNCTION_INFO_V1(tally_in);
PG_FUNCTION_INFO_V1(tally_out);
PG_FUNCTION_INFO_V1(tally_recv);
PG_FUNCTION_INFO_V1(tally_send);
PG_FUNCTION_INFO_V1(tally_plus);
PG_FUNCTION_INFO_V1(items);

#define ITEM_BINARY_SIZE 36

/* What must hold for every item that comes from outside. */
static const char *
item_problem(const TallyItem *item, const TallyItem *previous)
{
	if (previous != NULL && item->id <= previous->id)
		return gettext_noop("The ids of the indicators must ascend.");
	if (item->answered < 0 || item->missing < 0)
		return gettext_noop("The numbers of answered and missing rows cannot be negative.");
	return NULL;
}

static void
bad_text(const char *text, const char *at, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%s\"", "tally", text),
			 detail ? errdetail("%s", _(detail)) :
			 errdetail("Unexpected character at position %d.", (int) (at - text) + 1),
			 errhint("Write {id:numerator/denominator:answered:missing, ...}, such as {1:12/40:38:2}.")));
}

static void
out_of_range(const char *text)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("a number is out of range for type %s: \"%s\"", "tally", text),
			 errhint("Ids are of type integer, the other numbers of type bigint.")));
}

static const char *
skip_blanks(const char *at)
{
	for (; *at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'; at++)
		CHECK_FOR_INTERRUPTS();
	return at;
}

/* One number and the character that ends it. */
static const char *
read_number(const char *text, const char *at, int64 *number, char end)
{
	bool		negative;
	bool		in_range = true;

	at = skip_blanks(at);
	negative = *at == '-';
	at += negative ? 1 : 0;
	if (!isdigit((unsigned char) *at))
		bad_text(text, at, NULL);
	/* summed up as a negative number, which has the wider range */
	for (*number = 0; isdigit((unsigned char) *at); at++)
	{
		CHECK_FOR_INTERRUPTS();
		in_range = in_range &&
			!pg_mul_s64_overflow(*number, 10, number) &&
			!pg_sub_s64_overflow(*number, *at - '0', number);
	}
	if (in_range && !negative)
		in_range = !pg_mul_s64_overflow(*number, -1, number);
	if (!in_range)
		out_of_range(text);
	at = skip_blanks(at);
	if (end == '\0')
		return at;
	if (*at != end)
		bad_text(text, at, NULL);
	return at + 1;
}

Datum
tally_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	const char *at = skip_blanks(text);
	Tally	   *result;
	int			maxitems = 1;

	for (const char *c = text; *c; c++)
	{
		CHECK_FOR_INTERRUPTS();
		maxitems += *c == ',';
	}
	result = tally_make(maxitems);
	result->nitems = 0;

	if (*at != '{')
		bad_text(text, at, NULL);
	at = skip_blanks(at + 1);
	while (*at != '}')
	{
		TallyItem  *item = &result->items[result->nitems];
		int64		id;
		const char *problem;

		at = read_number(text, at, &id, ':');
		if (id != (int32) id)
			out_of_range(text);
		item->id = id;
		at = read_number(text, at, &item->numerator, '/');
		at = read_number(text, at, &item->denominator, ':');
		at = read_number(text, at, &item->answered, ':');
		at = read_number(text, at, &item->missing, '\0');
		problem = item_problem(item, result->nitems > 0 ? item - 1 : NULL);
		if (problem)
			bad_text(text, at, problem);
		result->nitems++;
		if (*at == ',')
		{
			at = skip_blanks(at + 1);
			if (*at == '}')
				bad_text(text, at, NULL);
		}
		else if (*at != '}')
			bad_text(text, at, NULL);
	}
	at = skip_blanks(at + 1);
	if (*at != '\0')
		bad_text(text, at, NULL);

	SET_VARSIZE(result, TALLY_SIZE(result->nitems));
	PG_RETURN_TALLY_P(result);
}

Datum
tally_out(PG_FUNCTION_ARGS)
{
	Tally	   *tally = tally_items(PG_GETARG_TALLY_P(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	for (int i = 0; i < tally->nitems; i++)
	{
		const TallyItem *item = &tally->items[i];

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&buf, "%s%d:" INT64_FORMAT "/" INT64_FORMAT ":"
						 INT64_FORMAT ":" INT64_FORMAT, i > 0 ? "," : "",
						 item->id, item->numerator, item->denominator,
						 item->answered, item->missing);
	}
	appendStringInfoChar(&buf, '}');
	PG_RETURN_CSTRING(buf.data);
}

Datum
tally_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buf);
	int			nitems;
	Tally	   *result;

	if (version != TALLY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of the binary form of a tally", version)));
	nitems = pq_getmsgint(buf, 4);
	if (nitems < 0 || nitems > (buf->len - buf->cursor) / ITEM_BINARY_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of indicators %d in the binary form of a tally", nitems)));
	result = tally_make(nitems);
	for (int i = 0; i < nitems; i++)
	{
		TallyItem  *item = &result->items[i];
		const char *problem;

		CHECK_FOR_INTERRUPTS();
		item->id = pq_getmsgint(buf, 4);
		item->numerator = pq_getmsgint64(buf);
		item->denominator = pq_getmsgint64(buf);
		item->answered = pq_getmsgint64(buf);
		item->missing = pq_getmsgint64(buf);
		problem = item_problem(item, i > 0 ? item - 1 : NULL);
		if (problem)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid binary form of a tally"),
					 errdetail("%s", _(problem))));
	}
	PG_RETURN_TALLY_P(result);
}

Datum
tally_send(PG_FUNCTION_ARGS)
{
	Tally	   *tally = tally_items(PG_GETARG_TALLY_P(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, TALLY_VERSION);
	pq_sendint32(&buf, tally->nitems);
	for (int i = 0; i < tally->nitems; i++)
	{
		const TallyItem *item = &tally->items[i];

		CHECK_FOR_INTERRUPTS();
		pq_sendint32(&buf, item->id);
		pq_sendint64(&buf, item->numerator);
		pq_sendint64(&buf, item->denominator);
		pq_sendint64(&buf, item->answered);
		pq_sendint64(&buf, item->missing);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* tally + tally: the indicators of both */
Datum
tally_plus(PG_FUNCTION_ARGS)
{
	PG_RETURN_TALLY_P(tally_sum(tally_items(PG_GETARG_TALLY_P(0)),
								tally_items(PG_GETARG_TALLY_P(1))));
}

/* items(tally): id, share, answered, missing */
Datum
items(PG_FUNCTION_ARGS)
{
	Tally	   *tally = tally_items(PG_GETARG_TALLY_P(0));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	/* looking the columns up anew leaves half a kilobyte in the query's memory */
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < tally->nitems; i++)
	{
		const TallyItem *item = &tally->items[i];
		Share		share = {item->numerator, item->denominator};
		Datum		values[4] = {
			Int32GetDatum(item->id),
			SharePGetDatum(&share),
			Int64GetDatum(item->answered),
			Int64GetDatum(item->missing)
		};
		bool		nulls[4] = {0};

		CHECK_FOR_INTERRUPTS();
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
