-- What test/memory runs: a row of arguments, the cases, and measure(), which runs one of them.

CREATE EXTENSION shnor;

-- arguments are columns of a table: what is constant would be computed once
CREATE TYPE answers AS (a integer, b integer, c boolean);
CREATE TABLE argument AS
SELECT m::shnor.methodology, x::shnor.methodology, t::shnor.tally, s::shnor.share, names::text[], csv, large
FROM (VALUES (
	-- by lanes; formula by formula, for a number beyond bigint
	'[{"id": 1, "numerator": "a", "denominator": "b", "cohort": "c"}, {"id": 2, "numerator": "yes_count(c, a > 3)", "missing": "no"}]',
	'[{"id": 1, "numerator": "a + 9223372036854775808 > b", "denominator": "b", "cohort": "NOT c", "missing": "no"}]',
	'{1:12/40:38:2,2:1/1:1:0,77:-5/3:9:9}', '12/40', '{a,b,c}', E'n;yes\n1;"да\nнет"\n2;-\n'
	)) AS v(m, x, t, s, names, csv),
	-- a tally that arrives compressed and out of line
	(SELECT format('{%s}', string_agg(format('%s:%s/%s:%s:0', i, i * 7919, i * 104729, i), ','))::shnor.tally AS large
	 FROM generate_series(1, 200) i) AS l;
CREATE TABLE definition AS
SELECT * FROM (VALUES (1, 'a', 'b', 'c', 'exclude'), (2, 'yes_count(c, a > 3)', NULL, NULL, 'no')) AS d(id, numerator, denominator, cohort, missing);
-- of itself the aggregate combines in parallel plans only
CREATE AGGREGATE combined(shnor.methodology) (SFUNC = shnor.methodology_combine, STYPE = shnor.methodology, FINALFUNC = shnor.methodology_final);

/*
 * kind     what is done with the expression, which reads i, a, b, c and the columns of argument
 * million  it is an aggregate over a million rows
 * rows     the same over ten million
 * again    it stands in a statement that runs a million times
 * error    the same; it ends in this state each time, and is caught
 * copy     its values are written in binary form and read again
 * refused  its bytes are read as a value of the type, which ends in an error, a million times
 */
CREATE TABLE cases (n integer GENERATED ALWAYS AS IDENTITY, kind text, expression text, detail text);

INSERT INTO cases (kind, expression)
SELECT 'million', format('count(%s)', e)
FROM regexp_split_to_table($$
shnor.share_in(textout(a || '/' || b))
shnor.share_out(s)
shnor.share_send(s)
shnor.share(i, b)
shnor.numerator(s)
shnor.denominator(s)
shnor.percent(s, a)
shnor.share_add(s, shnor.share(a, b))
shnor.share_lt(s, shnor.share(a, b))
shnor.share_le(s, shnor.share(a, b))
shnor.share_eq(s, shnor.share(a, b))
shnor.share_ne(s, shnor.share(a, b))
shnor.share_ge(s, shnor.share(a, b))
shnor.share_gt(s, shnor.share(a, b))
shnor.share_cmp(s, shnor.share(a, b))
shnor.share_hash(s)
shnor.share_hash_extended(s, i)
shnor.share_accum(s, a, b)
shnor.share_accum(s, c)
shnor.share_combine(s, s)
shnor.score(s, a * 7.7)
shnor.score(c)
shnor.gap(s, 50.5)
shnor.wilson_low(s, 0.9)
shnor.wilson_high(s, 0.9)
shnor.changed(s, shnor.share(a, b + 10), 0.9)
shnor.methodology_in(textout(format('[{"id": %s, "numerator": "yes_count(c, a > 3) >= %s"}]', i, b)))
shnor.methodology_out(m)
shnor.methodology_send(m)
(SELECT shnor.methodology(id + a, numerator, denominator, cohort, missing) FROM definition)
(SELECT combined(v) FROM (VALUES (m), ('[{"id": 9, "numerator": "a"}]')) AS v(v))
shnor.columns(m)
shnor.yes_count(c, a > 3, NULL)
shnor.tally_in(textout(format('{%s:1/2:3:4}', i)))
shnor.tally_out(t)
shnor.tally_send(t)
shnor.tally_send(large)
shnor.tally_plus(t, t)
shnor.tally_plus(large, t)
shnor.tally_combine(t, t)
shnor.tally_final(t)
(SELECT shnor.tally(m, names, input.a, v, c) FROM (VALUES (b), (1), (NULL)) AS v(v))
(SELECT count(*) FROM shnor.items(t))
(SELECT count(*) FROM shnor.contribution(m, ROW(a, b, c)::answers))
(SELECT count(*) FROM shnor.contribution(CASE WHEN c THEN m ELSE x END, ROW(a, b, c)::answers))
shnor.counted(m, ROW(a, b, c)::answers)
(SELECT count(*) FROM shnor.form_rows(csv, ';'))
(SELECT count(*) FROM shnor.form_rows_at(csv, ';', ARRAY[2, a]))
(SELECT line FROM shnor.form_header(csv, ';'))
(SELECT count(*) FROM shnor.form_read(csv, ';', 1, 2, '{count,yes_no}', '{1,2}', 'UTC'))
(SELECT count(*) FROM shnor.report_progress('verify', 'region', i, b))
shnor.form_clean(E'  «a»\u00A0 ' || i)
shnor.form_normalize('  ЁЛКА  ' || i)
shnor.form_count(i || ' чел.')
shnor.form_yes_no(CASE WHEN c THEN 'Да' ELSE 'нет.' END)
shnor.form_timestamp('2024/10/15 9:03:' || a + 10 || ' AM GMT+3', 'Europe/Moscow')
shnor.form_problem(i || '?', 'count')
$$, E'\n') AS e WHERE e <> '';

INSERT INTO cases (kind, expression, detail) VALUES
	('rows', 'shnor.tally(m, names, a, b, c)', NULL),
	('rows', 'shnor.tally(m, names, CASE WHEN b > 2 THEN a END, b, CASE WHEN b < 8 THEN c END)', NULL),
	('rows', 'shnor.tally(x, names, a, b, c)', NULL),
	('rows', 'shnor.tally(x, names, a::numeric, b::smallint, c)', NULL),
	('rows', 'shnor.tally(m, ROW(a, b, c)::answers)', NULL),
	('rows', 'shnor.sum(t)', NULL),
	('rows', 'shnor.share_agg(a, b)', NULL),
	('rows', 'shnor.share_agg(c)', NULL),
	('rows', 'shnor.sum(s)', NULL),
	('million', 'shnor.sum(large)', NULL),
	('again', 'shnor.share_in(textout(''1/'' || b))', NULL),
	('again', 'shnor.methodology_in(textout(format(''[{"id": %s, "numerator": "a"}]'', i)))', NULL),
	('again', 'shnor.tally(m, names, a, b, c)', NULL),
	('again', 'shnor.tally(x, ROW(a, b, c)::answers)', NULL),
	('again', 'shnor.items(t)', NULL),
	('again', 'shnor.contribution(x, ROW(a, b, c)::answers)', NULL),
	('again', 'shnor.form_rows(csv, '';'')', NULL),
	('again', 'shnor.form_read(csv, '';'', 1, 2, ''{count,yes_no}'', ''{1,2}'', ''UTC'')', NULL),
	('again', 'shnor.form_timestamp(''19.09.2023 18:07:'' || a + 10, ''Europe/Moscow'')', NULL),
	('copy', 's', 'shnor.share'),
	('copy', 'm', 'shnor.methodology'),
	('copy', 't', 'shnor.tally'),
	('error', 'shnor.share_in(textout(''1/''))', '22P02'),
	('error', 'shnor.share_add(s, shnor.share(9223372036854775807, b))', '22003'),
	('error', 'shnor.percent(s, -1 - a)', '22023'),
	('error', 'shnor.score(s, ''NaN''::numeric)', '22023'),
	('error', 'shnor.wilson_low(s, 1 + a)', '22023'),
	('error', 'shnor.methodology_in(textout(''[{"id": 1, "numerator": "a"}, {"id": 1, "numerator": "b"}]''))', '42710'),
	('error', 'shnor.methodology_in(textout(''[{"id": 1, "numerator": "a + (b"}]''))', '42601'),
	('error', 'shnor.methodology_in(textout(''[{"id": 1, "numerator": "a / b"}]''))', '0A000'),
	('error', 'shnor.methodology_in(textout(''[{"id": 1''))', '22P02'),
	('error', 'shnor.tally_in(textout(''{1:1/2:3:4,1''))', '22P02'),
	('error', 'shnor.tally_plus(large, ''{1:1/9223372036854775807:1:1}'')', '22003'),
	('error', 'shnor.tally(m, names, a, b)', '22023'),
	('error', 'shnor.tally(m, ''{a,b,d}'', a, b, c)', '42703'),
	('error', '(SELECT shnor.tally(m, names, v, 9223372036854775807, true) FROM (VALUES (1), (2)) AS v(v))', '22003'),
	('error', 'shnor.contribution(''[{"id": 1, "numerator": "a * 2147483647"}]'', ROW(a + 2, b, c)::answers)', '22003'),
	('error', 'shnor.contribution(m, ROW(a, b))', '42703'),
	('error', 'shnor.form_rows(E''a;b\n\\.\n1;2'', '';'')', '22P04'),
	('error', 'shnor.form_rows(E''a;b\n"1;2'', '';'')', '22P04'),
	('error', 'shnor.form_rows(csv, ''long'')', '0A000'),
	('error', 'shnor.form_timestamp(''19.09.2023 18:07:33'', ''Nowhere'')', '22023'),
	('error', 'shnor.form_problem(''1'', ''kind'')', '22023'),
	('refused', '\x63', 'shnor.share'),
	('refused', '\x0100000001', 'shnor.methodology'),
	('refused', '\x0100000001000000010000', 'shnor.tally');


-- What this backend holds: in PostgreSQL's memory contexts, and as the system sees it, without the buffers that all
-- share. The second misses what finds room in freed memory, the first what does not come from palloc().
CREATE FUNCTION held() RETURNS integer[] LANGUAGE sql VOLATILE
RETURN ARRAY[(SELECT sum(used_bytes) / 1024 FROM pg_backend_memory_contexts),
			 substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s*([0-9]+)')::integer];

-- What the first tenth of the calls has taken may be kept: it is from then on that nothing may grow.
CREATE FUNCTION sample(i bigint, calls bigint) RETURNS boolean LANGUAGE sql VOLATILE
RETURN CASE WHEN i % (calls / 10) <> 0 THEN true
			ELSE set_config(CASE WHEN i = calls / 10 THEN 'memory.first' ELSE 'memory.last' END, held()::text, false) IS NOT NULL END;

-- kilobytes by which the calls of one case have grown this backend
CREATE FUNCTION measure(it cases, calls bigint) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	input text := '(SELECT i, i % 10 AS a, i % 11 AS b, i % 3 = 0 AS c, argument.* FROM argument, LATERAL (SELECT (SERIES)::integer AS i) AS g) AS input';
	many text;
	file text := current_setting('data_directory') || '/memory.copy';
	statement text;
BEGIN
	IF it.kind = 'rows' THEN
		calls := calls * 10;
	END IF;
	many := replace(input, 'SERIES', format('generate_series(1, %s)', calls)) || format(' WHERE sample(i, %s)', calls);
	CASE
		WHEN it.kind IN ('million', 'rows') THEN
			EXECUTE format('SELECT (%s) IS NULL FROM %s', it.expression, many);
		WHEN it.kind = 'copy' THEN
			EXECUTE format('COPY (SELECT i, %s FROM %s) TO %L WITH BINARY', it.expression, many, file);
			EXECUTE 'CREATE TEMP TABLE copied (i integer, value ' || it.detail || ')';
			EXECUTE format('COPY copied FROM %L WITH BINARY WHERE NOT sample(i, %s)', file, calls);
			DROP TABLE copied;
		ELSE
			statement := format('PERFORM %s FROM %s', it.expression, replace(input, 'SERIES', 'k'));
			IF it.kind = 'refused' THEN
				EXECUTE format('COPY (SELECT %L::bytea) TO %L WITH BINARY', it.expression, file);
				EXECUTE 'CREATE TEMP TABLE refused (value ' || it.detail || ')';
				statement := format('COPY refused FROM %L WITH BINARY', file);
				it.detail := '22P03';
			END IF;
			IF it.kind <> 'again' THEN
				statement := format($q$BEGIN
					%s;
					RAISE 'no error in %%', %L USING ERRCODE = 'P0004';
				EXCEPTION WHEN SQLSTATE %L THEN
					NULL;
				END$q$, statement, it.expression, it.detail);
			END IF;
			EXECUTE format('CREATE PROCEDURE pg_temp.again() LANGUAGE plpgsql AS $q$BEGIN
				FOR k IN 1 .. %s LOOP
					%s;
					PERFORM sample(k, %1$s);
				END LOOP;
			END$q$', calls, statement);
			CALL pg_temp.again();
			DROP PROCEDURE pg_temp.again;
			IF it.kind = 'refused' THEN
				DROP TABLE refused;
			END IF;
	END CASE;
	RETURN (SELECT max(l - f)
			FROM unnest(current_setting('memory.first')::integer[], current_setting('memory.last')::integer[]) AS v(f, l));
END $$;

-- Every function written in C stands in a case: by its name, as a part of an aggregate or as input and output of a type.
CREATE VIEW not_measured AS
SELECT p.oid::regprocedure
FROM pg_proc p
WHERE p.pronamespace = 'shnor'::regnamespace AND p.prolang = (SELECT l.oid FROM pg_language l WHERE l.lanname = 'c')
  AND NOT EXISTS (SELECT FROM cases c WHERE c.expression ~ format('shnor\.%s\(', p.proname))
  AND NOT EXISTS (SELECT FROM cases c JOIN pg_type t ON c.kind = 'copy' AND t.oid = c.detail::regtype WHERE p.oid IN (t.typreceive, t.typsend))
  AND NOT EXISTS (SELECT FROM cases c JOIN pg_aggregate a ON p.oid IN (a.aggtransfn, a.aggfinalfn)
				  JOIN pg_proc f ON f.oid = a.aggfnoid AND c.expression ~ format('%s\(', f.proname));
