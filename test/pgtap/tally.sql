-- One figure, however it is reached: tally over columns, over whole rows, from
-- contributions, from a hand-written query; serial, parallel, shuffled.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT plan(41);
SET LOCAL search_path = public, shnor;
SELECT setseed(0.5);

-- 40,000 rows (fewer under valgrind) in 50 groups; a tenth of the answers is missing; in group 0 none
\set rows 40000
\getenv rows TALLY_ROWS
CREATE TABLE answers (gone text, municipality int, teachers int, also_gone int, supported smallint, routes bigint,
	listed boolean, risk boolean, program boolean, r1 boolean, r2 boolean, r3 boolean);
CREATE FUNCTION unanswered(g int) RETURNS boolean LANGUAGE sql VOLATILE
RETURN random() < 0.1 AND g % 50 <> 0;
INSERT INTO answers
SELECT 'x', g % 50,
	CASE WHEN unanswered(g) THEN NULL ELSE (random() * 60)::int END, 7,
	CASE WHEN unanswered(g) THEN NULL ELSE (random() * 30)::smallint END,
	CASE WHEN unanswered(g) THEN NULL ELSE (random() * 1000000000000)::bigint END,
	CASE WHEN unanswered(g) THEN NULL ELSE random() < 0.4 END,
	CASE WHEN unanswered(g) THEN NULL ELSE random() < 0.2 END,
	CASE WHEN unanswered(g) THEN NULL ELSE random() < 0.5 END,
	CASE WHEN unanswered(g) THEN NULL ELSE random() < 0.5 END,
	CASE WHEN unanswered(g) THEN NULL ELSE random() < 0.5 END,
	CASE WHEN unanswered(g) THEN NULL ELSE random() < 0.5 END
FROM generate_series(0, :rows - 1) g;
-- columns dropped, and added with and without a default, after the rows were written
ALTER TABLE answers DROP COLUMN gone, DROP COLUMN also_gone;
ALTER TABLE answers ADD COLUMN extra int, ADD COLUMN preset int NOT NULL DEFAULT 3;
UPDATE answers SET extra = municipality WHERE teachers % 7 = 0;
ANALYZE answers;

CREATE TABLE definition (id int, numerator text, denominator text, cohort text, missing text);
INSERT INTO definition VALUES
	(1, 'listed', NULL, NULL, 'no'),
	(2, 'supported', 'teachers', 'listed', 'exclude'),
	(3, 'supported', 'teachers', 'listed', 'no'),
	(4, 'program', NULL, 'listed', 'no'),
	(5, 'program', NULL, 'listed', 'exclude'),
	(6, 'yes_count(r1, r2, r3) >= 2', NULL, 'risk', 'no'),
	(7, 'routes + supported', 'teachers * 2 + preset', 'NOT risk OR listed', 'exclude'),
	(8, 'coalesce(extra, 0)', 'preset', 'supported BETWEEN 5 AND 20', 'no'),
	(9, 'extra', 'extra', NULL, 'exclude'),
	(10, 'greatest(teachers, supported)', 'least(routes, 5)', 'teachers IN (1, 2, 3, 50, preset)', 'no'),
	(5000, '-teachers', '1', 'listed IS NULL', 'exclude');
CREATE TABLE method AS SELECT methodology(id, numerator, denominator, cohort, missing) AS m FROM definition;

CREATE VIEW over_columns AS
SELECT municipality, tally((SELECT m FROM method),
	ARRAY['listed', 'teachers', 'supported', 'program', 'r1', 'r2', 'r3', 'risk', 'routes', 'preset', 'extra'],
	listed, teachers, supported, program, r1, r2, r3, risk, routes, preset, extra) AS t
FROM answers GROUP BY municipality;
CREATE VIEW over_rows AS
SELECT municipality, tally((SELECT m FROM method), a) AS t FROM answers a GROUP BY municipality;

SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT municipality, t::text FROM over_columns;
SELECT is(count(*), 50::bigint, 'every group has a tally') FROM serial;

-- the four rules of counting, written out in plain SQL for each indicator
CREATE FUNCTION by_hand(municipality int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	d definition;
	part text;
	result text := '';
BEGIN
	FOR d IN SELECT * FROM definition ORDER BY id LOOP
		EXECUTE format($q$
			SELECT format('%%s/%%s:%%s:%%s',
				coalesce(sum(n) FILTER (WHERE c AND n IS NOT NULL AND d IS NOT NULL), 0),
				coalesce(sum(d) FILTER (WHERE c AND d IS NOT NULL AND (n IS NOT NULL OR %4$L = 'no')), 0),
				count(*) FILTER (WHERE c AND n IS NOT NULL AND d IS NOT NULL),
				count(*) FILTER (WHERE c AND (n IS NULL OR d IS NULL)))
			FROM (SELECT (%1$s)::text AS nt, (%2$s)::text AS dt, %3$s AS c FROM answers WHERE municipality = $1) r,
				LATERAL (SELECT CASE nt WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE nt::numeric END AS n, dt::numeric AS d) v
			$q$, d.numerator, coalesce(d.denominator, '1'), coalesce(d.cohort, 'true'), d.missing)
		INTO part USING municipality;
		result := result || CASE WHEN result = '' THEN '' ELSE ',' END || d.id || ':' || part;
	END LOOP;
	RETURN '{' || result || '}';
END $$;
SELECT results_eq('SELECT municipality, t FROM serial ORDER BY 1',
	'SELECT g, by_hand(g) FROM generate_series(0, 49) g ORDER BY 1',
	'tally over columns equals plain SQL, indicator by indicator');
SELECT results_eq('SELECT municipality, t::text FROM over_rows ORDER BY 1',
	'SELECT municipality, t FROM serial ORDER BY 1',
	'tally over whole rows equals it, with columns dropped and added');
SELECT results_eq($$
	SELECT municipality, c.id, coalesce(sum(numerator), 0), coalesce(sum(denominator), 0)
	FROM answers a, method, contribution(m, a) c GROUP BY 1, 2 ORDER BY 1, 2 $$, $$
	SELECT municipality, (i).id, numerator((i).share)::numeric, denominator((i).share)::numeric
	FROM (SELECT municipality, items(t::tally) AS i FROM serial) s ORDER BY 1, 2 $$,
	'the sums of contributions are the tally');
SELECT is((SELECT (regexp_matches(t, '2:[^:]*:[^:]*:(\d+)'))[1] FROM serial WHERE municipality = 0), '0',
	'a group where nothing is missing');
SELECT isnt((SELECT (regexp_matches(t, '2:[^:]*:[^:]*:(\d+)'))[1] FROM serial WHERE municipality = 1), '0',
	'a group where answers are missing');

-- sorted and hashed grouping, JIT, clustered rows
SET LOCAL enable_hashagg = off;
SELECT results_eq('SELECT municipality, t::text FROM over_columns ORDER BY 1', 'SELECT * FROM serial ORDER BY 1', 'sorted grouping');
SET LOCAL enable_hashagg = on;
SET LOCAL enable_sort = off;
SELECT set_eq('SELECT municipality, t::text FROM over_columns', 'SELECT * FROM serial', 'hashed grouping');
SET LOCAL work_mem = '64kB';
SELECT set_eq('SELECT municipality, t::text FROM over_columns', 'SELECT * FROM serial', 'hashed grouping that spills');
RESET work_mem;
RESET enable_sort;
SET LOCAL jit = on;
SET LOCAL jit_above_cost = 0;
SELECT set_eq('SELECT municipality, t::text FROM over_columns', 'SELECT * FROM serial', 'JIT');
RESET jit_above_cost;
SELECT is(t::text, (SELECT t::text FROM over_columns WHERE municipality = 7), 'rows in another order')
FROM (SELECT tally((SELECT m FROM method), a ORDER BY a.teachers DESC, a.supported) AS t FROM answers a WHERE municipality = 7) s;

-- parallel plans; the leader would have counted all these rows before the workers are up
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;

CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF, VERBOSE) ' || query LOOP
		result := result || line || E'\n';
	END LOOP;
	RETURN result;
END $$;
SELECT matches(plan_of('SELECT * FROM over_columns'), 'Gather.*Partial', 'columns: the plan is parallel and partial');
SELECT matches(plan_of('SELECT * FROM over_rows'), 'Gather.*Partial', 'rows: the plan is parallel and partial');
SELECT results_eq('SELECT municipality, t::text FROM over_columns ORDER BY 1', 'SELECT * FROM serial ORDER BY 1', 'parallel, over columns');
SELECT results_eq('SELECT municipality, t::text FROM over_rows ORDER BY 1', 'SELECT * FROM serial ORDER BY 1', 'parallel, over rows');

-- shuffled combination: any split of the rows, added in any order
CREATE TABLE parts AS
SELECT municipality, part, tally((SELECT m FROM method),
	ARRAY['listed', 'teachers', 'supported', 'program', 'r1', 'r2', 'r3', 'risk', 'routes', 'preset', 'extra'],
	listed, teachers, supported, program, r1, r2, r3, risk, routes, preset, extra) AS t, random() AS place
FROM (SELECT *, floor(random() * 40)::int AS part FROM answers) a GROUP BY 1, 2;
ANALYZE parts;
SELECT cmp_ok(count(*), '>=', least(1900, :rows / 2)::bigint, 'the rows are split into many parts') FROM parts;
SELECT results_eq('SELECT municipality, (sum(t ORDER BY place))::text FROM parts GROUP BY 1 ORDER BY 1',
	'SELECT * FROM serial ORDER BY 1', 'parts added in random order');
SELECT results_eq('SELECT municipality, (sum(t ORDER BY place DESC))::text FROM parts GROUP BY 1 ORDER BY 1',
	'SELECT * FROM serial ORDER BY 1', 'and in the opposite order');
SELECT matches(plan_of('SELECT sum(t) FROM parts'), 'Gather.*Partial', 'sum(tally): the plan is parallel and partial');
SELECT is((SELECT sum(t)::text FROM parts), (SELECT sum(t::tally)::text FROM serial), 'parallel sum of parts');

-- partitioned tables are aggregated partition by partition
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL enable_partitionwise_aggregate = on;
CREATE TABLE by_part (LIKE answers) PARTITION BY HASH (municipality);
CREATE TABLE by_part_0 PARTITION OF by_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_part_1 PARTITION OF by_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO by_part SELECT * FROM answers;
SELECT results_eq('SELECT municipality, tally((SELECT m FROM method), a)::text FROM by_part a GROUP BY 1 ORDER BY 1',
	'SELECT * FROM serial ORDER BY 1', 'partitionwise aggregation');

-- a group that lies in several partitions: the states of each are combined, whoever is quick; rows without a missing
-- answer lie apart, so that narrow states meet wide ones, and the other way round
CREATE TABLE split (LIKE answers, part int) PARTITION BY LIST (part);
CREATE TABLE split_0 PARTITION OF split FOR VALUES IN (0);
CREATE TABLE split_1 PARTITION OF split FOR VALUES IN (1);
CREATE TABLE split_2 PARTITION OF split FOR VALUES IN (2);
INSERT INTO split SELECT a.*, CASE WHEN a IS NULL OR NOT a IS NOT NULL THEN 1 WHEN random() < 0.5 THEN 0 ELSE 2 END FROM answers a;
ANALYZE split;
CREATE VIEW over_split AS SELECT municipality, tally((SELECT m FROM method), s) AS t FROM split s GROUP BY 1;
SELECT cmp_ok(min(n), '>', CASE WHEN :rows < 40000 THEN :rows / 100 ELSE 1000 END::bigint, 'there are enough rows with and without a missing answer') FROM (SELECT count(*) AS n FROM split GROUP BY part) c;
SELECT matches(plan_of('SELECT * FROM over_split'), 'Finalize.*Append.*Partial', 'tally: the plan combines states of partitions');
SELECT results_eq('SELECT municipality, t::text FROM over_split ORDER BY 1', 'SELECT * FROM serial ORDER BY 1', 'and gives the same');
CREATE VIEW shares AS
SELECT municipality, share_agg(supported, teachers) AS pair, share_agg(program) AS yes, sum(share(routes, preset)) AS total FROM split GROUP BY 1;
SELECT matches(plan_of('SELECT * FROM shares'), 'Finalize.*Append.*Partial', 'share_agg, sum(share): the plan combines states of partitions');
SELECT results_eq('SELECT municipality, pair::text, yes::text, total::text FROM shares ORDER BY 1', $$
	SELECT municipality, sum(supported) FILTER (WHERE teachers IS NOT NULL) || '/' || sum(teachers) FILTER (WHERE supported IS NOT NULL),
		count(*) FILTER (WHERE program) || '/' || count(program),
		sum(routes) || '/' || sum(preset) FILTER (WHERE routes IS NOT NULL)
	FROM answers GROUP BY 1 ORDER BY 1 $$, 'and gives what plain SQL gives');
CREATE TABLE split_definition (LIKE definition) PARTITION BY LIST (missing);
CREATE TABLE definition_no PARTITION OF split_definition FOR VALUES IN ('no');
CREATE TABLE definition_exclude PARTITION OF split_definition FOR VALUES IN ('exclude');
INSERT INTO split_definition SELECT * FROM definition;
-- so few rows are worth it only when aggregation costs nothing
SET LOCAL cpu_operator_cost = 0;
SELECT matches(plan_of('SELECT methodology(id, numerator, denominator, cohort, missing) FROM split_definition'), 'Finalize.*Append.*Partial',
	'methodology: the plan combines states of partitions');
SELECT is(methodology(id, numerator, denominator, cohort, missing)::text, (SELECT m::text FROM method), 'and gives the same')
FROM split_definition;

-- the states of small sums take less: every two rows of edge values, added as rows, as states, and as stored tallies
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE edge (place int, a bigint, b bigint);
INSERT INTO edge
SELECT row_number() OVER (), x.v, y.v
FROM (VALUES (0), (1), (-1), (16383), (16384), (32767), (32768), (65535), (4294967296), (NULL)) AS x(v),
	 (VALUES (0), (1), (-1), (16383), (16384), (32767), (32768), (65535), (4294967296), (NULL)) AS y(v);
CREATE TABLE pair (one int, other int, part int, a bigint, b bigint) PARTITION BY LIST (part);
CREATE TABLE pair_0 PARTITION OF pair FOR VALUES IN (0);
CREATE TABLE pair_1 PARTITION OF pair FOR VALUES IN (1);
INSERT INTO pair
SELECT o.place, e.place, p.part, v.a, v.b
FROM edge o, edge e, generate_series(0, 1) AS p(part), LATERAL (SELECT (CASE p.part WHEN 0 THEN o ELSE e END).*) AS v;
ANALYZE pair;
CREATE TABLE edge_method AS SELECT methodology(id, numerator, denominator, cohort, missing) AS m
FROM (VALUES (1, 'a', 'b', NULL, 'exclude'), (2, 'a', NULL, NULL, 'exclude'), (3, 'a', 'b', NULL, 'no'), (4, 'a > 0', NULL, 'b > 0', 'no'),
			 (5, 'b > 0', NULL, NULL, 'no'), (6, 'a', 'a', 'b > 0', 'exclude')) AS d(id, numerator, denominator, cohort, missing);
CREATE TABLE edge_by_hand AS
SELECT one, other, format('{1:%s/%s:%s:%s,2:%s/%s:%s:%s,3:%s/%s:%s:%s,4:%s/%s:%s:%s,5:%s/%s:%s:%s,6:%s/%s:%s:%s}',
	coalesce(sum(a) FILTER (WHERE b IS NOT NULL), 0), coalesce(sum(b) FILTER (WHERE a IS NOT NULL), 0), count(a + b), 2 - count(a + b),
	coalesce(sum(a), 0), count(a), count(a), 2 - count(a),
	coalesce(sum(a) FILTER (WHERE b IS NOT NULL), 0), coalesce(sum(b), 0), count(a + b), 2 - count(a + b),
	count(*) FILTER (WHERE a > 0 AND b > 0), count(*) FILTER (WHERE b > 0), count(a) FILTER (WHERE b > 0), count(*) FILTER (WHERE a IS NULL AND b > 0),
	count(*) FILTER (WHERE b > 0), 2, count(b), 2 - count(b),
	coalesce(sum(a) FILTER (WHERE b > 0), 0), coalesce(sum(a) FILTER (WHERE b > 0), 0), count(a) FILTER (WHERE b > 0), count(*) FILTER (WHERE a IS NULL AND b > 0)) AS t
FROM pair GROUP BY one, other;
SELECT is(count(*), 10000::bigint, 'ten thousand pairs of rows') FROM edge_by_hand;
CREATE TABLE edge_part AS SELECT one, other, part, tally((SELECT m FROM edge_method), '{a,b}', a, b) AS t FROM pair GROUP BY one, other, part;
SELECT results_eq($$SELECT one, other, tally((SELECT m FROM edge_method), '{a,b}', a, b ORDER BY part)::text FROM pair GROUP BY one, other ORDER BY one, other$$,
	'SELECT one, other, t FROM edge_by_hand ORDER BY one, other', 'as rows');
CREATE VIEW edge_state AS SELECT one, other, tally((SELECT m FROM edge_method), '{a,b}', a, b) AS t FROM pair GROUP BY one, other;
SELECT matches(plan_of('SELECT * FROM edge_state'), 'Finalize.*Append.*Partial', 'the plan combines states');
SELECT results_eq('SELECT one, other, t::text FROM edge_state ORDER BY one, other', 'SELECT one, other, t FROM edge_by_hand ORDER BY one, other', 'as states');
SELECT results_eq('SELECT one, other, sum(t ORDER BY part)::text FROM edge_part GROUP BY one, other ORDER BY one, other',
	'SELECT one, other, t FROM edge_by_hand ORDER BY one, other', 'as stored tallies');
SELECT results_eq('SELECT one, other, sum(t ORDER BY part DESC)::text FROM edge_part GROUP BY one, other ORDER BY one, other',
	'SELECT one, other, t FROM edge_by_hand ORDER BY one, other', 'in the other order');
SELECT results_eq('SELECT one, other, (p.t + q.t)::text FROM edge_part p JOIN edge_part q USING (one, other) WHERE p.part = 0 AND q.part = 1 ORDER BY one, other',
	'SELECT one, other, t FROM edge_by_hand ORDER BY one, other', 'and by the operator');
SELECT is((SELECT sum(t::text::tally)::text FROM edge_part), (SELECT sum(t)::text FROM edge_part), 'a stored tally adds to what its text adds to');
SELECT is((SELECT count(*) FROM edge_part WHERE tally_send(t) <> tally_send(t::text::tally)), 0::bigint, 'and is sent as its text is');
SELECT cmp_ok(max(pg_column_size(t)), '<', min(pg_column_size(t::text::tally)), 'small sums take less than the list of items') FROM edge_part
WHERE one = 2 AND other = 2;

-- States of two methodologies whose layouts are one number, found by trying types of columns that no formula reads: the number alone
-- must not decide, or lanes of the one would be written beyond the other's.
CREATE TABLE forged AS
SELECT 1 AS n, tally('[{"id": 1, "numerator": "1"}]', '{c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11}',
	NULL::integer, NULL::cid[], NULL::date[], NULL::oid, NULL::oid, NULL::point, NULL::xid[], NULL::path[], NULL::double precision, NULL::double precision, NULL::boolean) AS t;
CREATE TABLE large AS SELECT methodology(i, i::text, NULL, NULL, 'exclude') AS m FROM generate_series(1, 4000) i;
INSERT INTO forged
SELECT 2, tally((SELECT m FROM large), '{c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11}', NULL::character varying, NULL::text[], NULL::line[],
	NULL::timestamp without time zone[], NULL::path[], NULL::xml, NULL::xid[], NULL::tid, NULL::point[], NULL::json[], NULL::integer);
SELECT is((SELECT sum(t ORDER BY n)::text FROM forged), (SELECT (a.t + b.t)::text FROM forged a, forged b WHERE a.n = 1 AND b.n = 2), 'a forged layout, the small state first');
SELECT is((SELECT sum(t ORDER BY n DESC)::text FROM forged), (SELECT (a.t + b.t)::text FROM forged a, forged b WHERE a.n = 1 AND b.n = 2), 'and the large one first');
SELECT is((SELECT tally_accum(a.t, l.m, '{c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11}', NULL::character varying, NULL::text[], NULL::line[],
	NULL::timestamp without time zone[], NULL::path[], NULL::xml, NULL::xid[], NULL::tid, NULL::point[], NULL::json[], NULL::integer)::text FROM forged a, large l WHERE a.n = 1),
	(SELECT (a.t + b.t)::text FROM forged a, forged b WHERE a.n = 1 AND b.n = 2), 'nor is a row added to a state that is not its own');

SELECT * FROM finish();
ROLLBACK;
