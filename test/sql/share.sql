-- The type share: text and binary form, order, hash, sums, percentage.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
SET search_path = public, shnor;

-- what a statement's failure says, or its value
CREATE FUNCTION pg_temp.outcome(statement text,
	OUT value text, OUT state text, OUT message text, OUT hint text) AS $$
BEGIN
	EXECUTE statement INTO value;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
		message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION pg_temp.plan_says(query text, pattern text) RETURNS boolean AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ pattern THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$ LANGUAGE plpgsql;

\pset null '(null)'

-- text form: good
SELECT quote_literal(input) AS input, input::share AS share
FROM unnest(ARRAY['12/40', '0/0', '5/0', '-3/7', '3/-7', '-3/-7', '+3/+7', '-0/1',
	' 12/40', '12/40 ', '12 / 40', E'\t12\n/\r40\t', '0000000000000000000000012/0040',
	'9223372036854775807/-9223372036854775808',
	'-9223372036854775808/9223372036854775807']) AS u(input);

-- text form: malformed, out of range, both (the syntax is reported)
SELECT input, o.*
FROM unnest(ARRAY['', ' ', '/', '12', '12/', '/40', '12//40', '12/40/', '12/40/3',
	'12 40', '1 2/40', '12/4 0', '- 3/7', '--3/7', '+-3/7', '3/+', '12,5/40', '12.0/40', '1e2/40',
	'0x1F/40', '1_000/40', 'a/b', '12/40x', 'x12/40', '12\40', '12:40', '30%', 'NaN/1', 'NULL',
	'9223372036854775808/1', '1/9223372036854775808', '-9223372036854775809/1', '1/-9223372036854775809',
	'99999999999999999999999999999999999999/1', '1/18446744073709551616',
	'99999999999999999999/x', '99999999999999999999']) AS u(input),
	pg_temp.outcome(format('SELECT %L::shnor.share', input)) AS o;
-- digits and blanks are those of ASCII
SELECT (pg_temp.outcome(format('SELECT %L::shnor.share', input))).state
FROM unnest(ARRAY['１２/40', '12 /40', '12／40']) AS u(input);
SELECT NULL::share;

-- constructor and parts
SELECT share(12, 40), numerator(share(12, 40)), denominator(share(12, 40)),
	share(numerator => 1, denominator => 2) AS named;
SELECT share(NULL, 40), share(12, NULL), numerator(NULL), denominator(NULL);

-- extremes for what follows
CREATE TEMP TABLE edge AS
SELECT n FROM unnest(ARRAY[-9223372036854775808, -9223372036854775807, -4611686018427387905,
	-4294967296, -3, -2, -1, 0, 1, 2, 3, 7, 100, 4294967297, 4611686018427387904,
	9223372036854775806, 9223372036854775807]) AS u(n);
CREATE TEMP TABLE pair AS
SELECT row_number() OVER (ORDER BY a.n, b.n)::int AS id, share(a.n, b.n) AS s, a.n, b.n AS d
FROM edge a, edge b;
SELECT count(*) AS pairs,
	count(*) FILTER (WHERE numerator(s) <> n OR denominator(s) <> d) AS wrong_parts,
	count(*) FILTER (WHERE s::text <> n || '/' || d) AS wrong_text,
	count(*) FILTER (WHERE (s::text)::share <> s) AS wrong_round_trip
FROM pair;

-- binary form: a version byte, then two integers in network order
SELECT encode(share_send(share(12, 40)), 'hex') AS plain,
	encode(share_send('-1/9223372036854775807'), 'hex') AS signed;
CREATE TEMP TABLE copied (LIKE pair);
\copy pair TO PROGRAM 'cat > "$PG_ABS_BUILDDIR/results/share.binary"' (FORMAT binary)
\copy copied FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/share.binary"; rm "$PG_ABS_BUILDDIR/results/share.binary"' (FORMAT binary)
SELECT count(*) AS copied, count(*) FILTER (WHERE p.s = c.s) AS same
FROM pair p JOIN copied c USING (id);
CREATE TEMP TABLE received (s share);
-- 12/40 by hand; then version 2, version 0, one byte short, one byte long, empty
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\21\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\377\377"' (FORMAT binary)
SELECT * FROM received;
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\21\2\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\377\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\21\0\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\377\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\20\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\377\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\22\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\377\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\377\377"' (FORMAT binary)
SELECT count(*) FROM received;

-- order: by the ratio, x/0 last, then by denominator and numerator
SELECT s FROM unnest(ARRAY['1/3', '5/0', '12/40', '-1/2', '3/10', '0/0', '0/5', '1/-2', '1/1', '-5/0',
	'0/1', '-3/-10', '2/1', '1/2', '2/4', NULL]::share[]) AS u(s) ORDER BY s;
SELECT share(3, 10) = share(12, 40) AS same_pair, share(3, 10) < share(12, 40) AS before,
	share(3, 10) <> share(12, 40) AS other, share(12, 40) = share(12, 40) AS itself,
	share(1, 2) > NULL AS unknown;

-- against numeric, over all pairs of pairs: the sign of share_cmp, and each operator
CREATE TEMP VIEW compared AS
SELECT a.s AS a, b.s AS b, share_cmp(a.s, b.s) AS cmp,
	CASE
		WHEN a.d = 0 OR b.d = 0 THEN (a.d = 0)::int - (b.d = 0)::int
		ELSE sign((a.n::numeric * b.d - b.n::numeric * a.d) * sign(a.d::numeric) * sign(b.d::numeric))::int
	END AS by_ratio,
	sign(a.d::numeric - b.d)::int AS by_denominator,
	sign(a.n::numeric - b.n)::int AS by_numerator
FROM pair a, pair b;
SELECT count(*) AS compared,
	count(*) FILTER (WHERE cmp <> coalesce(nullif(by_ratio, 0), nullif(by_denominator, 0), by_numerator)) AS wrong_order,
	count(*) FILTER (WHERE (a < b, a <= b, a = b, a <> b, a >= b, a > b)
		IS DISTINCT FROM (cmp < 0, cmp <= 0, cmp = 0, cmp <> 0, cmp >= 0, cmp > 0)) AS wrong_operators,
	count(*) FILTER (WHERE a = b AND share_hash(a) <> share_hash(b)) AS wrong_hash,
	count(*) FILTER (WHERE a = b AND share_hash_extended(a, 7) <> share_hash_extended(b, 7)) AS wrong_extended_hash
FROM compared;

-- hash: spread, seed, and the low half of an unseeded extended hash is the plain hash
SELECT count(DISTINCT share_hash(s)) > 280 AS spread,
	bool_and(share_hash_extended(s, 0)::bit(64) << 32 = share_hash(s)::bit(32)::bit(64)) AS low_half,
	count(*) FILTER (WHERE share_hash_extended(s, 1) = share_hash_extended(s, 2)) AS seed_ignored
FROM pair;

-- index, sort, hash aggregate and the three joins agree
CREATE TABLE share_index (s share PRIMARY KEY);
INSERT INTO share_index SELECT s FROM pair;
ANALYZE share_index;
SELECT pg_temp.plan_says('SELECT s FROM share_index ORDER BY s', 'Index') FROM set_config('enable_sort', 'off', false);
SELECT string_agg(s::text, ' ' ORDER BY place) = (SELECT string_agg(s::text, ' ' ORDER BY s) FROM pair) AS index_order
FROM (SELECT s, row_number() OVER () AS place FROM (SELECT s FROM share_index ORDER BY s) AS i) AS o;
SET enable_seqscan = off;
SELECT s FROM share_index WHERE s = '3/100';
SELECT count(*) FROM share_index WHERE s > '-1/3' AND s <= '2/3';
RESET enable_seqscan;
RESET enable_sort;
SELECT count(*) FROM pair WHERE s > '-1/3' AND s <= '2/3';
INSERT INTO share_index VALUES ('3/100');
INSERT INTO share_index VALUES ('6/200'), ('9/300');
SET enable_mergejoin = off; SET enable_nestloop = off;
SELECT pg_temp.plan_says('SELECT 1 FROM pair JOIN copied USING (s)', 'Hash Join') AS hash,
	count(*) FROM pair JOIN copied USING (s);
SET enable_hashjoin = off; RESET enable_mergejoin;
SELECT pg_temp.plan_says('SELECT 1 FROM pair JOIN copied USING (s)', 'Merge Join') AS merge,
	count(*) FROM pair JOIN copied USING (s);
RESET enable_nestloop; RESET enable_hashjoin;
SELECT count(*) FROM (SELECT s FROM pair UNION SELECT s FROM copied) AS u;
CREATE TABLE share_part (s share) PARTITION BY HASH (s);
CREATE TABLE share_part_0 PARTITION OF share_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE share_part_1 PARTITION OF share_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO share_part SELECT s FROM pair;
SELECT count(*) AS rows, count(DISTINCT tableoid) AS parts FROM share_part;
DROP TABLE share_index, share_part;
SELECT amname, opcname, amvalidate(c.oid) AS valid
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'share'::regtype ORDER BY amname;

-- sum of two
SELECT share(12, 40) + share(3, 10) AS sum, share(1, 0) + share(-1, 5) AS any_pair, share(1, 2) + NULL AS unknown;
SELECT s.statement, o.*
FROM unnest(ARRAY[
	$$SELECT '9223372036854775807/1'::share + '1/1'$$,
	$$SELECT '1/9223372036854775807'::share + '1/1'$$,
	$$SELECT '-9223372036854775808/1'::share + '-1/1'$$,
	$$SELECT '1/-9223372036854775808'::share + '1/-1'$$,
	$$SELECT '9223372036854775807/-9223372036854775808'::share + '-9223372036854775808/9223372036854775807'$$
]) AS s(statement), pg_temp.outcome(s.statement) AS o;

-- aggregates: only rows with both parts count; no row that counts gives NULL
SELECT share_agg(n, d) AS both, share_agg(n, d) FILTER (WHERE n > 100) AS none
FROM (VALUES (12, 40), (NULL, 50), (7, NULL), (NULL, NULL), (3, 10), (0, 50)) AS v(n, d);
SELECT share_agg(n, d) AS first_row_skipped FROM (VALUES (NULL, 1), (1, 2)) AS v(n, d);
SELECT share_agg(1, 2) AS numbers, share_agg(true) AS answers, sum(share(1, 2)) AS shares
FROM generate_series(1, 0);
SELECT share_agg(NULL::bigint, 2), share_agg(NULL::boolean), sum(NULL::share) FROM generate_series(1, 3);
SELECT share_agg(answer) AS answers, share_agg(answer) FILTER (WHERE answer) AS yes,
	share_agg(answer) FILTER (WHERE NOT answer) AS no
FROM (VALUES (true), (false), (NULL), (true), (NULL)) AS v(answer);
SELECT sum(s), sum(DISTINCT s) AS distinct FROM (VALUES ('12/40'::share), (NULL), ('3/10'), ('3/10')) AS v(s);
SELECT share_agg(n, d) AS smallint_and_integer FROM (VALUES (1::smallint, 2::integer)) AS v(n, d);
SELECT s.statement, o.*
FROM unnest(ARRAY[
	'SELECT share_agg(9223372036854775807, 1) FROM generate_series(1, 2)',
	'SELECT share_agg(1, -9223372036854775808) FROM generate_series(1, 2)',
	'SELECT share_agg(9223372036854775807, 1) FROM generate_series(1, 1)',
	$$SELECT sum('1/4611686018427387904'::share) FROM generate_series(1, 2)$$,
	$$SELECT sum('1/4611686018427387903'::share) FROM generate_series(1, 2)$$
]) AS s(statement), pg_temp.outcome(s.statement) AS o;

-- the state functions leave their arguments alone outside an aggregate
SELECT s, share_accum(s, 1, 1), share_accum(s, true), share_combine(s, s), share_accum(s, NULL, 1) AS skipped, s AS still
FROM (VALUES (share(1, 2))) AS v(s);
SELECT share_accum(NULL, 1, 2), share_accum(NULL, NULL, 2), share_accum(NULL, false), share_accum(NULL, NULL::boolean);

-- running totals: each row keeps its own
SELECT array_agg(total ORDER BY x) AS totals, array_agg(moving ORDER BY x) AS moving
FROM (SELECT x, share_agg(x, 10) OVER (ORDER BY x) AS total,
		sum(share(x, 1)) OVER (ORDER BY x ROWS 1 PRECEDING) AS moving
	FROM generate_series(1, 5) AS x) AS w;

-- stored states add up to the same
CREATE TABLE share_answers AS
SELECT g, g % 7 AS municipality, CASE WHEN g % 11 <> 0 THEN g % 40 END AS n,
	CASE WHEN g % 13 <> 0 THEN g % 40 + 1 END AS d, nullif(g % 3, 0) = 1 AS answer
FROM generate_series(1, 20000) AS g;
CREATE TEMP TABLE stored AS
SELECT municipality, share_agg(n, d) AS s FROM share_answers GROUP BY municipality;
SELECT sum(s) AS rolled_up, (SELECT share_agg(n, d) FROM share_answers) AS at_once,
	(SELECT sum(n) || '/' || sum(d) FROM share_answers WHERE n IS NOT NULL AND d IS NOT NULL) AS plain_sql
FROM stored;

-- parallel plans give the same
CREATE TEMP TABLE serial AS
SELECT municipality, share_agg(n, d) AS counts, share_agg(answer) AS answers, sum(share(n, d)) AS shares
FROM share_answers GROUP BY municipality;
ALTER TABLE share_answers SET (parallel_workers = 2);
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off;
SELECT pg_temp.plan_says($$SELECT municipality, share_agg(n, d), share_agg(answer), sum(share(n, d))
	FROM share_answers GROUP BY municipality$$, 'Partial .*Aggregate') AS partial;
SELECT pg_temp.plan_says($$SELECT share_agg(n, d), share_agg(answer), sum(share(n, d)) FROM share_answers$$,
	'Partial Aggregate') AS partial;
CREATE TABLE share_parallel AS
SELECT municipality, share_agg(n, d) AS counts, share_agg(answer) AS answers, sum(share(n, d)) AS shares
FROM share_answers GROUP BY municipality;
SELECT share_agg(n, d) FILTER (WHERE g < 0) AS none, share_agg(n, d) FILTER (WHERE g = 1) AS one,
	share_agg(answer) AS answers
FROM share_answers;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather; RESET parallel_leader_participation;
SELECT count(*) AS groups, count(*) FILTER (WHERE s IS DISTINCT FROM p) AS wrong
FROM serial s FULL JOIN share_parallel p USING (municipality);
DROP TABLE share_answers, share_parallel;

-- percent: exact, the half away from zero, once
SELECT percent('12/40'), percent('0/50') AS zero, percent('50/50') AS whole, percent('5/0') AS nothing,
	percent('0/0') AS empty, percent(NULL), percent('1/2', NULL) AS unknown;
SELECT d AS digits, percent('2/3', d), percent('-2/3', d) AS negative
FROM generate_series(0, 8) AS d;
SELECT percent('1/200', 0) AS half_up, percent('-1/200', 0) AS half_down, percent('1/-200', 0) AS half_down_too,
	percent('3/200', 0), percent('1/201', 0) AS less, percent('1/199', 0) AS more,
	percent('1/2000000', 4) AS half_of_fourth, percent('-1/2000000'), percent('999999/2000000'),
	percent('-1/1000000000', 2) AS no_minus_zero;
-- two roundings, 0.4445 -> 0.445 -> 0.45 -> 0.5, would give 1
SELECT percent('4445/1000000', 0), percent('44449999999/10000000000000', 0), percent('44449999999/10000000000000', 2);
SELECT percent('-9223372036854775808/1', 0), percent('1/-9223372036854775808', 30), percent('1/3', 100);
SELECT digits, o.*
FROM unnest(ARRAY[-2147483648, -1, 0, 100, 101, 2147483647]) AS u(digits),
	pg_temp.outcome(format($$SELECT percent('1/8', %s)$$, digits)) AS o;
-- over all pairs and many small ones, checked without division: the result times |d|
-- exceeds 100 |n| by at most half a unit of its last decimal, and lacks less than that
CREATE TEMP VIEW percents AS
SELECT n, d, digits, p, (abs(p) * abs(d::numeric) - 100 * abs(n::numeric)) * ('1e' || digits)::numeric AS excess
FROM (SELECT n, d FROM pair UNION ALL
	SELECT n, d FROM generate_series(-3, 60) AS n, generate_series(-2, 60) AS d UNION ALL
	SELECT n, d FROM unnest(ARRAY[999999999999, 1000000000000, 1000000000001, 333333333333]) AS n,
		unnest(ARRAY[1, 7, 999999999999, 1000000000000, 1000000000001, 666666666667]) AS d) AS v,
	unnest(ARRAY[0, 1, 2, 3, 4, 5, 9, 20, 41]) AS digits,
	percent(share(n, d), digits) AS p;
SELECT count(*) AS percents,
	count(*) FILTER (WHERE (p IS NULL) <> (d = 0)) AS wrong_null,
	count(*) FILTER (WHERE scale(p) <> digits) AS wrong_scale,
	count(*) FILTER (WHERE p <> 0 AND sign(p) <> sign(n::numeric) * sign(d::numeric)) AS wrong_sign,
	count(*) FILTER (WHERE NOT (
		2 * excess > - abs(d::numeric) AND 2 * excess <= abs(d::numeric))) AS wrong_value
FROM percents;

-- catalogs: immutable, parallel safe, strict where it should be; every object has its comment
SELECT p.oid::regprocedure AS function, provolatile, proparallel
FROM pg_proc p
WHERE pronamespace = 'shnor'::regnamespace
	AND (proname LIKE 'share%' OR proname IN ('numerator', 'denominator', 'percent', 'score', 'gap',
		'wilson_low', 'wilson_high', 'changed')
		OR (proname = 'sum' AND prorettype = 'share'::regtype))
	AND (proparallel <> 's' OR provolatile <> 'i' OR obj_description(p.oid, 'pg_proc') IS NULL);
SELECT p.oid::regprocedure AS not_strict
FROM pg_proc p
WHERE pronamespace = 'shnor'::regnamespace AND prokind = 'f' AND NOT proisstrict
	AND (proname LIKE 'share%' OR proname IN ('numerator', 'denominator', 'percent', 'score', 'gap',
		'wilson_low', 'wilson_high', 'changed'))
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT a.aggfnoid::regprocedure AS aggregate, aggtranstype::regtype AS state, aggcombinefn, c.proisstrict AS strict
FROM pg_aggregate a JOIN pg_proc p ON p.oid = aggfnoid JOIN pg_proc c ON c.oid = aggcombinefn
WHERE p.prorettype = 'share'::regtype
ORDER BY a.aggfnoid::regprocedure::text COLLATE "C";
SELECT typlen, typalign, typstorage, typbyval FROM pg_type WHERE oid = 'share'::regtype;
SELECT castsource::regtype, casttarget::regtype FROM pg_cast
WHERE 'share'::regtype IN (castsource, casttarget);
SELECT count(*) AS operators, count(*) FILTER (WHERE obj_description(oid, 'pg_operator') IS NULL) AS uncommented
FROM pg_operator WHERE oprleft = 'share'::regtype;
