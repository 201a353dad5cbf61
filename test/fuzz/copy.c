/*
 * copy.c
 *		copy TYPE VALUES SEED FOLDER sends VALUES streams of COPY … (FORMAT binary)
 *		with one value of a type each, most of them wrong.
 *
 * Each ends in a row or in an error with a message.  A lost connection, an
 * error of the server's own (classes XX, 53, 57, 58), a value that is none
 * accepted, one that is refused for its bytes, and a value that does not come
 * back as it was, are findings: the stream is kept in FOLDER, for
 * \copy fuzzed FROM 'file' WITH (FORMAT binary).  Started by test/fuzz/copy.
 */
#include "copy_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SIGNATURE[11] = "PGCOPY\n\377\r\n";

#define STREAM_HEAD (sizeof(SIGNATURE) + 8)
#define ROW_HEAD (2 + 4 + 4 + 4)	/* fields, length and number of the row, length of the value */
#define BATCH 500				/* accepted values that are read back together */
#define SMALL 300				/* bytes of a value that is changed step by step */
#define DEEP 256				/* accepted values that are changed further */

static const char *const types[] = {"share", "methodology", "tally"};

/* what a value is used for, after it was accepted */
static const char *const uses[] = {
	"SELECT count(percent(v)), count(v + '0/0'), count(DISTINCT v) FROM fuzzed",
	"SELECT count(columns(v)) FROM fuzzed",
	"SELECT count(*) FROM fuzzed, items(v + '{}')"
};

static Kind kind;
static uint64_t seed;

static Bytes stream;			/* being sent */
static Bytes expected;			/* the stream in which the values of the batch must come back */
static int	nexpected;
static Bytes *pool;
static size_t nseeds;
static size_t npool;

static uint64_t sent,
			accepted,
			cut,
			batches;
static struct
{
	char		sqlstate[6];
	uint64_t	n;
	char	   *message;		/* the first one */
}			refused[100];

static void
begin_stream(Bytes *bytes)
{
	bytes->n = 0;
	put(bytes, SIGNATURE, sizeof(SIGNATURE));
	put_int(bytes, 8, 0);		/* flags, length of an extension */
}

static void
put_row(Bytes *bytes, int number, int32_t length, const unsigned char *value, size_t n)
{
	put_int(bytes, 2, 2);
	put_int(bytes, 4, 4);
	put_int(bytes, 4, number);
	put_int(bytes, 4, length);
	put(bytes, value, n);
}

/* ---- reading back ---- */

static void
must_be(const char *what, const Bytes *is, const Bytes *should)
{
	size_t		at = 0;

	if (is->n == should->n && memcmp(is->data, should->data, is->n) == 0)
		return;
	while (at < is->n && at < should->n && is->data[at] == should->data[at])
		at++;
	finding(&expected, "%s: %zu bytes for %zu, the first difference at byte %zu", what, is->n, should->n, at);
}

static void
store(const char *command, const Bytes *bytes)
{
	PGresult   *result = copy_in(command, bytes);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		finding(&expected, "%s of what was read: %s", command, PQresultErrorMessage(result));
	if (atoi(PQcmdTuples(result)) != nexpected)
		finding(&expected, "%s of what was read: %s rows for %d", command, PQcmdTuples(result), nexpected);
	PQclear(result);
}

/* The values accepted since the last time: as bytes, as texts, many in one COPY. */
static void
read_back(void)
{
	static Bytes binary;
	static Bytes text;
	static Bytes again;

	if (nexpected > 0)
	{
		put_int(&expected, 2, UINT16_MAX);
		copy_out("COPY (SELECT n, v FROM fuzzed ORDER BY n) TO STDOUT (FORMAT binary)", &binary);
		must_be("bytes written", &binary, &expected);
		store("COPY again FROM STDIN (FORMAT binary)", &binary);
		copy_out("COPY (SELECT n, v FROM again ORDER BY n) TO STDOUT (FORMAT binary)", &again);
		must_be("bytes written again", &again, &binary);
		copy_out("COPY (SELECT n, v FROM fuzzed ORDER BY n) TO STDOUT", &text);
		execute_only("TRUNCATE again");
		store("COPY again FROM STDIN", &text);
		copy_out("COPY (SELECT n, v FROM again ORDER BY n) TO STDOUT", &again);
		must_be("text written again", &again, &text);
		copy_out("COPY (SELECT n, v FROM again ORDER BY n) TO STDOUT (FORMAT binary)", &again);
		must_be("bytes of the text read", &again, &binary);
		PQclear(execute(uses[kind], PGRES_TUPLES_OK));
		execute_only("TRUNCATE fuzzed, again");
		batches++;
	}
	nexpected = 0;
	begin_stream(&expected);
}

/* ---- sending ---- */

static void
count_refused(const char *sqlstate, const char *message)
{
	int			i = 0;

	while (refused[i].n > 0 && strcmp(refused[i].sqlstate, sqlstate) != 0)
		i++;
	if (refused[i].n++ == 0)
	{
		snprintf(refused[i].sqlstate, sizeof(refused[i].sqlstate), "%s", sqlstate);
		refused[i].message = strdup(message);
	}
}

static bool
is_one_of(const char *sqlstate, const char *const *codes)
{
	for (; *codes != NULL; codes++)
		if (strncmp(sqlstate, *codes, strlen(*codes)) == 0)
			return true;
	return false;
}

/* XX internal errors; 53 memory and disk, 57 time limit and shutdown, 58 files: no bytes may cost that */
static const char *const never[] = {"XX", "53", "57", "58", NULL};

/* what is said of bytes that are no value at all */
static const char *const bad_bytes[] = {"22P03", "22P04", "08P01", NULL};

/* Sends the stream, whose value, if it is whole, has n bytes after its head. */
static void
send_stream(void)
{
	static Bytes written;
	PGresult   *result;
	const char *sqlstate;
	const char *message;
	const unsigned char *value = stream.data + STREAM_HEAD + ROW_HEAD;
	/* a stream that ends before its first row has none, and is right */
	int			nrows = stream.n >= STREAM_HEAD + 2;
	int64_t		length = stream.n < STREAM_HEAD + ROW_HEAD ? -2 : get_int(value - 4, 4);
	bool		whole = length >= 0 && stream.n >= STREAM_HEAD + ROW_HEAD + (size_t) length;
	bool		good = whole && well_formed(kind, value, length, &written);

	sent++;
	snprintf(input_name, sizeof(input_name), "%s-%" PRIu64 "-%" PRIu64, types[kind], seed, sent);
	result = copy_in("COPY fuzzed FROM STDIN (FORMAT binary)", &stream);
	if (PQstatus(connection) != CONNECTION_OK)
		finding(&stream, "the connection is lost: %s", PQerrorMessage(connection));

	if (PQresultStatus(result) == PGRES_COMMAND_OK)
	{
		accepted++;
		if (atoi(PQcmdTuples(result)) != nrows)
			finding(&stream, "%s rows for %d", PQcmdTuples(result), nrows);
		if (nrows == 1)
		{
			if (!good && length != -1)
				finding(&stream, "accepted, but no value");
			put_row(&expected, sent, length == -1 ? -1 : (int32_t) written.n, written.data, length == -1 ? 0 : written.n);
			nexpected++;
		}
		/* from here further */
		if (good && length < 4096 && below(4) == 0)
		{
			size_t		slot = npool < nseeds + DEEP ? npool++ : nseeds + below(DEEP);

			pool[slot].n = 0;
			put(&pool[slot], value, length);
		}
	}
	else
	{
		sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
		message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
		if (sqlstate == NULL || message == NULL || message[0] == '\0')
			finding(&stream, "an error without a code or a message: %s", PQresultErrorMessage(result));
		if (is_one_of(sqlstate, never))
			finding(&stream, "%s: %s", sqlstate, message);
		/* only COPY itself, asked for a gigabyte, may say so */
		if (whole && strcmp(sqlstate, "54000") == 0)
			finding(&stream, "memory asked for without need: %s: %s", sqlstate, message);
		/* what follows the value may be refused, but not the value */
		if (good && stream.n <= STREAM_HEAD + ROW_HEAD + length + 2 && is_one_of(sqlstate, bad_bytes))
			finding(&stream, "a value, but refused: %s: %s", sqlstate, message);
		count_refused(sqlstate, message);
	}
	PQclear(result);
	if (nexpected >= BATCH || expected.n > 4 * 1024 * 1024)
		read_back();
}

static void
send_value(const Bytes *value, int32_t length)
{
	begin_stream(&stream);
	put_row(&stream, sent + 1, length, value->data, value->n);
	put_int(&stream, 2, UINT16_MAX);
	send_stream();
}

/* The seeds as they are, their streams cut before each byte, all their small changes or every stride-th. */
static void
step_by_step(uint64_t values)
{
	Bytes		value = {0};
	uint64_t	steps = 0;
	uint64_t	stride;

	for (size_t i = 0; i < nseeds; i++)
	{
		send_value(&pool[i], pool[i].n);
		if (pool[i].n > SMALL)
			continue;
		for (size_t n = 0; n < STREAM_HEAD + ROW_HEAD + pool[i].n + 2 && sent < values / 4; n++)
		{
			begin_stream(&stream);
			put_row(&stream, sent + 1, pool[i].n, pool[i].data, pool[i].n);
			put_int(&stream, 2, UINT16_MAX);
			stream.n = n;
			cut++;
			send_stream();
		}
		for (size_t step = 0; change(&pool[i], step, &value); step++)
			steps++;
	}
	/* leave half for what is changed at random */
	stride = steps / (values / 2 + 1) + 1;
	for (size_t i = 0; i < nseeds; i++)
	{
		if (pool[i].n > SMALL)
			continue;
		for (size_t step = below(stride); sent < values && change(&pool[i], step, &value); step += stride)
		{
			cut += value.n < pool[i].n;
			send_value(&value, value.n);
		}
	}
	free(value.data);
}

static void
at_random(uint64_t values)
{
	Bytes		value = {0};

	while (sent < values)
	{
		mutate(kind, pool, npool, &value);
		send_value(&value, below(16) == 0 ? lying_length(value.n) : (int32_t) value.n);
	}
	free(value.data);
}

static void
take_seeds(void)
{
	Bytes		all = {0};
	size_t		at = STREAM_HEAD;
	char		command[100];

	snprintf(command, sizeof(command), "COPY seed_%s TO STDOUT (FORMAT binary)", types[kind]);
	copy_out(command, &all);
	while (get_int(all.data + at, 2) == 1)
	{
		size_t		n = get_int(all.data + at + 2, 4);

		pool = realloc(pool, sizeof(Bytes) * (nseeds + 1 + DEEP));
		memset(&pool[nseeds], 0, sizeof(Bytes) * (1 + DEEP));
		put(&pool[nseeds++], all.data + at + 6, n);
		at += 6 + n;
	}
	npool = nseeds;
	free(all.data);
}

int
main(int argc, char **argv)
{
	uint64_t	values;
	char		command[200];

	if (argc != 5)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (strcmp(types[kind], argv[1]) != 0)
		if (++kind > TALLY)
			return 2;
	values = strtoull(argv[2], NULL, 10);
	random_state = seed = strtoull(argv[3], NULL, 10);
	findings_folder = argv[4];
	being_read = &expected;

	connection = PQconnectdb("");
	if (PQstatus(connection) != CONNECTION_OK)
	{
		fputs(PQerrorMessage(connection), stderr);
		return 2;
	}
	execute_only("SET search_path = public, shnor");
	execute_only("SET statement_timeout = '10s'");
	for (int i = 0; i < 2; i++)
	{
		snprintf(command, sizeof(command), "CREATE TEMP TABLE %s (n integer, v %s)", i == 0 ? "fuzzed" : "again", types[kind]);
		execute_only(command);
	}
	take_seeds();
	read_back();
	step_by_step(values);
	at_random(values);
	read_back();

	printf("%s: %" PRIu64 " sent, %" PRIu64 " cut short, %" PRIu64 " accepted and read back in %" PRIu64 " batches\n", types[kind], sent, cut, accepted, batches);
	for (int i = 0; refused[i].n > 0; i++)
		printf("  %8" PRIu64 " %s %s\n", refused[i].n, refused[i].sqlstate, refused[i].message);
	PQfinish(connection);
	return 0;
}
