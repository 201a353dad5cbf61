/*
 * stubs.c
 *		What stands for the server where there is none: calls, texts, messages,
 *		lists, tables, times.
 *
 * Own code, as simple as it can be, that does what PostgreSQL does as far as
 * shnor asks for it: each name must keep what PostgreSQL's promises.  String
 * buffers, hashing and encodings are PostgreSQL's own (libpgcommon, libpgport).
 */
#include "fuzz.h"

#include <signal.h>

#include "common/cryptohash.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"

volatile sig_atomic_t InterruptPending;

void
ProcessInterrupts(void)
{
}

/* an input is short, and so no tree is deep */
void
check_stack_depth(void)
{
}

int
AggCheckCallContext(FunctionCallInfo fcinfo, MemoryContext *aggcontext)
{
	return fcinfo->context != NULL && IsA(fcinfo->context, AggState) ? AGG_CONTEXT_AGGREGATE : 0;
}

/* ---- calls ---- */

static Datum
direct_call(PGFunction function, int nargs, Datum a, Datum b, Datum c)
{
	Datum		result;
	LOCAL_FCINFO(fcinfo, 3);

	InitFunctionCallInfoData(*fcinfo, NULL, nargs, InvalidOid, NULL, NULL);
	fcinfo->args[0] = (NullableDatum) {a, false};
	fcinfo->args[1] = (NullableDatum) {b, false};
	fcinfo->args[2] = (NullableDatum) {c, false};
	result = function(fcinfo);
	if (fcinfo->isnull)
		elog(ERROR, "function returned NULL");
	return result;
}

Datum
DirectFunctionCall1Coll(PGFunction func, Oid collation, Datum arg1)
{
	return direct_call(func, 1, arg1, (Datum) 0, (Datum) 0);
}

Datum
DirectFunctionCall2Coll(PGFunction func, Oid collation, Datum arg1, Datum arg2)
{
	return direct_call(func, 2, arg1, arg2, (Datum) 0);
}

Datum
DirectFunctionCall3Coll(PGFunction func, Oid collation, Datum arg1, Datum arg2, Datum arg3)
{
	return direct_call(func, 3, arg1, arg2, arg3);
}

/* ---- texts; nothing is compressed or stored elsewhere ---- */

struct varlena *
pg_detoast_datum(struct varlena *datum)
{
	return datum;
}

struct varlena *
pg_detoast_datum_packed(struct varlena *datum)
{
	return datum;
}

text *
cstring_to_text(const char *s)
{
	size_t		n = strlen(s);
	text	   *result = palloc(VARHDRSZ + n);

	SET_VARSIZE(result, VARHDRSZ + n);
	memcpy(VARDATA(result), s, n);
	return result;
}

char *
text_to_cstring(const text *t)
{
	return pnstrdup(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

int
GetDatabaseEncoding(void)
{
	return PG_UTF8;
}

const char *
GetDatabaseEncodingName(void)
{
	return "UTF8";
}

/* ---- messages ---- */

static const char *
take(StringInfo msg, int n)
{
	const char *data = msg->data + msg->cursor;

	if (n < 0 || n > msg->len - msg->cursor)
		ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("insufficient data left in message")));
	msg->cursor += n;
	return data;
}

static uint64
take_int(StringInfo msg, int n)
{
	const char *data = take(msg, n);
	uint64		value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | (uint8) data[i];
	return value;
}

int
pq_getmsgbyte(StringInfo msg)
{
	return take_int(msg, 1);
}

unsigned int
pq_getmsgint(StringInfo msg, int b)
{
	return take_int(msg, b);
}

int64
pq_getmsgint64(StringInfo msg)
{
	return take_int(msg, 8);
}

/* valid text of the server's encoding, which is the client's too */
char *
pq_getmsgtext(StringInfo msg, int rawbytes, int *nbytes)
{
	const char *data = take(msg, rawbytes);

	if (memchr(data, 0, rawbytes) != NULL || pg_encoding_verifymbstr(PG_UTF8, data, rawbytes) != rawbytes)
		ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE), errmsg("invalid byte sequence for encoding")));
	*nbytes = rawbytes;
	return pnstrdup(data, rawbytes);
}

void
pq_begintypsend(StringInfo buf)
{
	initStringInfo(buf);
	appendBinaryStringInfo(buf, "\0\0\0\0", VARHDRSZ);
}

bytea *
pq_endtypsend(StringInfo buf)
{
	SET_VARSIZE(buf->data, buf->len);
	return (bytea *) buf->data;
}

void
#if PG_VERSION_NUM >= 170000
pq_sendcountedtext(StringInfo buf, const char *str, int slen)
#else
pq_sendcountedtext(StringInfo buf, const char *str, int slen, bool countincludesself)
#endif
{
	pq_sendint32(buf, slen);
	appendBinaryStringInfo(buf, str, slen);
}

/* ---- lists, tables, digests ---- */

List *
lappend_int(List *list, int datum)
{
	if (list == NIL)
	{
		list = palloc0(sizeof(List));
		list->type = T_IntList;
	}
	/* a new array each time: who keeps a cell of the old one is seen */
	if (list->length == list->max_length)
	{
		ListCell   *cells = palloc(sizeof(ListCell) * (list->max_length = list->max_length * 2 + 1));

		if (list->length > 0)
		{
			memcpy(cells, list->elements, sizeof(ListCell) * list->length);
			pfree(list->elements);
		}
		list->elements = cells;
	}
	list->elements[list->length++].int_value = datum;
	return list;
}

#define BUCKETS 64

typedef struct Entry
{
	struct Entry *next;
	char	   *data;
} Entry;

struct HTAB
{
	Size		keysize;
	Size		entrysize;
	Entry	   *buckets[BUCKETS];
};

HTAB *
hash_create(const char *tabname, long nelem, const HASHCTL *info, int flags)
{
	HTAB	   *table = palloc0(sizeof(HTAB));

	Assert(flags == (HASH_ELEM | HASH_BLOBS | HASH_CONTEXT));
	table->keysize = info->keysize;
	table->entrysize = info->entrysize;
	return table;
}

void *
hash_search(HTAB *hashp, const void *keyPtr, HASHACTION action, bool *foundPtr)
{
	Entry	  **place = &hashp->buckets[hash_bytes(keyPtr, hashp->keysize) % BUCKETS];

	Assert(action == HASH_ENTER);
	while (*place != NULL && memcmp((*place)->data, keyPtr, hashp->keysize) != 0)
		place = &(*place)->next;
	*foundPtr = *place != NULL;
	if (*place == NULL)
	{
		*place = palloc0(sizeof(Entry));
		(*place)->data = palloc(hashp->entrysize);
		memcpy((*place)->data, keyPtr, hashp->keysize);
	}
	return (*place)->data;
}

/* 256 bits of another hash */
struct pg_cryptohash_ctx
{
	uint64		state[4];
};

pg_cryptohash_ctx *
pg_cryptohash_create(pg_cryptohash_type type)
{
	return palloc0(sizeof(pg_cryptohash_ctx));
}

int
pg_cryptohash_init(pg_cryptohash_ctx *ctx)
{
	return 0;
}

int
pg_cryptohash_update(pg_cryptohash_ctx *ctx, const uint8 *data, size_t len)
{
	for (int i = 0; i < 4; i++)
		ctx->state[i] = hash_bytes_extended(data, len, ctx->state[i] + i);
	return 0;
}

int
pg_cryptohash_final(pg_cryptohash_ctx *ctx, uint8 *dest, size_t len)
{
	memcpy(dest, ctx->state, Min(len, sizeof(ctx->state)));
	return 0;
}

void
pg_cryptohash_free(pg_cryptohash_ctx *ctx)
{
	pfree(ctx);
}

/* ---- times ---- */

const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

pg_tz *
pg_tzset(const char *tzname)
{
	static char zone;

	return (pg_tz *) &zone;
}

int
DetermineTimeZoneOffset(struct pg_tm *tm, pg_tz *tzp)
{
	return -3 * SECS_PER_HOUR;	/* Moscow */
}

/* the day's number is of no interest, as long as it is one */
int
tm2timestamp(struct pg_tm *tm, fsec_t fsec, int *tzp, Timestamp *dt)
{
	int64		days = (tm->tm_year * 12 + tm->tm_mon) * 31 + tm->tm_mday;

	*dt = ((days * SECS_PER_DAY + tm->tm_hour * SECS_PER_HOUR + tm->tm_min * SECS_PER_MINUTE + tm->tm_sec) + *tzp) * USECS_PER_SEC + fsec;
	return 0;
}
