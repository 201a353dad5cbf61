-- docs/scale.md: counting on many nodes. What an aggregate needs to be taken apart, and what a view may not do when its
-- rows lie elsewhere, is told by the catalogs, anywhere. The rest runs where Citus is loaded (it is not in Debian): the
-- figures over shards are those of the region, each statement goes to the shards whole, and what comes back is counted.
-- Not in one transaction: nodes would not see it.
\encoding UTF8
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
\set name ivanovo
\set first 1
\set municipalities 27
\set schools 540
\ir ../scale/region.sql
RESET search_path;
SELECT no_plan();

-- ---- anywhere ----
SELECT is_empty($$SELECT a.aggfnoid::regprocedure, t.typname FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_type t ON t.oid = a.aggtranstype
	WHERE p.pronamespace = 'shnor'::regnamespace AND (t.typtype = 'p' OR a.aggcombinefn = 0 OR a.aggserialfn <> 0 OR a.aggkind <> 'n' OR p.proparallel <> 's' OR p.provolatile <> 'i' OR t.typsend = 0 OR t.typreceive = 0)$$,
	'every aggregate has a combine function and a state that is an ordinary value, to be sent as it is');
SELECT cmp_ok((SELECT count(*) FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE p.pronamespace = 'shnor'::regnamespace), '>=', 7::bigint, 'all seven');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'shnor'::regnamespace AND l.lanname = 'c' AND p.prokind = 'f'
	AND p.proname ~ '^(share|tally|sum|items|methodology|contribution|counted|percent|score|gap|numerator|denominator|columns|yes_count|wilson|changed)' AND (p.provolatile <> 'i' OR p.proparallel <> 's')$$, 'what computes gives the same on every node');
-- functions of each view, those of PostgreSQL too, which pg_depend leaves out
CREATE TEMP TABLE called AS
SELECT DISTINCT c.relname::text AS view, p.oid::regprocedure::text AS function, p.provolatile, p.proparallel, p.proname::text AS name
FROM pg_class c
JOIN pg_rewrite r ON r.ev_class = c.oid
CROSS JOIN LATERAL regexp_matches(r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') AS m
JOIN pg_proc p ON p.oid = m[1]::oid
WHERE c.relnamespace = 'ivanovo'::regnamespace AND c.relkind = 'v';
SELECT cmp_ok((SELECT count(DISTINCT view) FROM called), '>', 60::bigint, 'the views were read');
SELECT bag_eq($$SELECT view, function FROM called WHERE provolatile = 'v' OR name ~ 'lock|nextval|currval|lastval|txid|xact|backend'$$, $$VALUES ('staleness', 'clock_timestamp()')$$, 'no view draws numbers, locks, or gives another answer when it is asked twice; the age of figures does');
-- checks of a rule's text catch its error, which no parallel worker may
SELECT bag_eq($$SELECT view, function FROM called WHERE proparallel <> 's'$$, $$VALUES ('round_rule_set', 'shnor.rule_methodology(jsonb,anyelement)'), ('validation_finding', 'shnor.rule_columns(jsonb)')$$, 'all but rules of plausibility run in parallel');
SELECT is_empty($$SELECT c.relname, d.refobjid::regclass, d.refobjsubid FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
	JOIN pg_class t ON t.oid = d.refobjid WHERE c.relnamespace = 'ivanovo'::regnamespace AND c.relkind = 'v' AND (d.refobjsubid < 0 OR t.relkind NOT IN ('r', 'v') OR t.relpersistence <> 'p')$$, 'no view reads where a row lies, a sequence or a temporary table');
SELECT is_empty($$SELECT c.relname FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid WHERE c.relnamespace = 'ivanovo'::regnamespace AND c.relkind = 'v' AND r.ev_action::text ~ ':rowMarks \('$$, 'no view locks rows');

-- ---- where Citus is ----
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citus') AND current_setting('shared_preload_libraries') ~ 'citus' AS available \gset
\if :available
SET client_min_messages = error;
CREATE EXTENSION citus;
\getenv password PGPASSWORD
\if :{?password}
INSERT INTO pg_dist_authinfo (nodeid, rolename, authinfo) SELECT n, current_user, format('password=%s', :'password') FROM (VALUES (0), (-1)) AS v(n);
\endif
\ir ../../docs/scale/citus.sql
INSERT INTO country.methodology SELECT extract(year FROM r.cohort_on), k.level, k.methodology FROM ivanovo.round_methodology k JOIN ivanovo.round r USING (round_id);
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS answers FROM pg_attribute WHERE attrelid = 'country.answer'::regclass AND attnum > 4 \gset
INSERT INTO country.answer SELECT 'ivanovo', extract(year FROM r.cohort_on), s.municipality_id, s.school_id, :answers FROM ivanovo.school_round s JOIN ivanovo.round r USING (round_id);
INSERT INTO country.municipal_answer SELECT 'ivanovo', extract(year FROM r.cohort_on), s.municipality_id, s.has_results_note, s.has_practice_sharing, s.has_resource_monitoring FROM ivanovo.municipal_round s JOIN ivanovo.round r USING (round_id);
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	lines text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		lines := concat_ws(E'\n', lines, line);
	END LOOP;
	RETURN lines;
END
$$;
-- rows that the coordinator was sent
CREATE FUNCTION received(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT JSON) ' || query INTO plan;
	RETURN (SELECT sum((n ->> 'Actual Rows')::numeric) FROM jsonb_path_query(plan, 'strict $.**') AS n WHERE jsonb_typeof(n) = 'object' AND n ->> 'Custom Plan Provider' = 'Citus Adaptive');
END
$$;
\set of_region 'SELECT extract(year FROM r.cohort_on)::int AS year, shnor.sum(t.tally)::text FROM ivanovo.municipal_tally t JOIN ivanovo.round r USING (round_id) GROUP BY 1'

SELECT bag_eq('SELECT year, municipality_id, shnor.sum(tally)::text FROM country.municipal_tally GROUP BY year, municipality_id',
	'SELECT extract(year FROM r.cohort_on)::int, t.municipality_id, t.tally::text FROM ivanovo.municipal_tally t JOIN ivanovo.round r USING (round_id)', 'tallies over shards are those of the region');
SELECT matches(plan('SELECT * FROM country.municipal_tally'), '^Custom Scan \(Citus Adaptive\).*Query: SELECT [^\n]*shnor\.tally\([^\n]* GROUP BY a\.region, a\.year, a\.municipality_id UNION ALL', 'made on the shards');
SELECT is(received('SELECT * FROM country.municipal_tally'), 162::bigint, 'a row per municipality, year and level comes back: 27 * 3 * 2');
SELECT bag_eq('SELECT year, shnor.sum(tally)::text FROM country.municipal_tally GROUP BY year', :'of_region', 'and their sum');
SELECT matches(plan('SELECT year, shnor.sum(tally) FROM country.municipal_tally GROUP BY year'), 'coord_combine_agg.*worker_partial_agg\(''shnor\.sum\(shnor\.tally\)''', 'of which each shard sends its part');
-- in parts, an aggregate over whole rows or "any" is refused, not wrong
SELECT throws_like($$SELECT a.year, shnor.tally(m.methodology, a) FROM country.answer a JOIN country.methodology m ON m.year = a.year AND m.level = 'school' GROUP BY a.year$$, '%could not confirm type correctness%', 'over rows, by year at once: refused');
SELECT throws_like($$SELECT a.year, shnor.tally(m.methodology, '{teachers,supported}'::text[], a.teachers, a.supported) FROM country.answer a JOIN country.methodology m ON m.year = a.year AND m.level = 'school' GROUP BY a.year$$, '%could not confirm type correctness%', 'over columns too');
SELECT results_eq('SELECT year, shnor.share_agg(supported, teachers)::text, shnor.share_agg(has_prevention)::text FROM country.answer WHERE low_results OR adverse_conditions GROUP BY year ORDER BY year',
	$$SELECT extract(year FROM r.cohort_on)::int, sum(supported) FILTER (WHERE teachers IS NOT NULL) || '/' || sum(teachers) FILTER (WHERE supported IS NOT NULL), count(*) FILTER (WHERE has_prevention) || '/' || count(has_prevention)
	FROM ivanovo.school_round s JOIN ivanovo.round r USING (round_id) WHERE low_results OR adverse_conditions GROUP BY 1 ORDER BY 1$$, 'shares are taken apart by anything');

-- stored: on the shards, nothing travels
\set store 'INSERT INTO country.tally SELECT * FROM country.municipal_tally ON CONFLICT (region, year, municipality_id, level) DO UPDATE SET tally = excluded.tally'
SELECT matches(plan(:'store'), '^Custom Scan \(Citus Adaptive\).*-> +Insert on country\.tally_\d+', 'tallies are stored where the answers lie');
SELECT unalike(plan(:'store'), '%INSERT/SELECT method%', 'no row comes to the coordinator');
:store;
SELECT bag_eq('SELECT year, shnor.sum(tally)::text FROM country.tally GROUP BY year', :'of_region', 'the sum of stored tallies');
UPDATE country.answer SET supported = supported + 1 WHERE municipality_id = 7 AND year = 2025 AND low_results AND teachers > supported;
:store;
SELECT is((SELECT sum(shnor.numerator(x.share)) FROM (SELECT tally FROM country.tally WHERE year = 2025 AND level = 'school') t, shnor.items(t.tally) x WHERE x.id = 6),
	(SELECT sum(supported) FROM country.answer WHERE year = 2025 AND (low_results OR adverse_conditions) AND teachers IS NOT NULL)::numeric, 'stored again after a correction');
-- EXPLAIN ANALYZE of Citus fails over parts of aggregates: counted on each shard
SELECT is((SELECT sum(result::int) FROM run_command_on_shards('country.tally', 'SELECT count(DISTINCT year) FROM %s')),
	(SELECT 3 * count(DISTINCT get_shard_id_for_distribution_column('country.tally', i)) FROM generate_series(1, 27) i), 'the roll-up: a row per year and shard that is not empty');
SELECT is(received($$SELECT year, shnor.sum(tally), string_agg(DISTINCT region, ',') FROM country.tally GROUP BY year$$), 162::bigint, 'beside an aggregate that cannot be taken apart: every tally');
SELECT is(received('SELECT year, percentile_cont(0.5) WITHIN GROUP (ORDER BY teachers) FROM country.answer GROUP BY year'), 1620::bigint, 'and one over answers: every answer, 540 * 3');
SELECT matches(plan('SELECT shnor.sum(tally) FROM country.tally WHERE municipality_id = 7'), 'Task Count: 1\n', 'a municipality is asked on its own shard');
SELECT * FROM finish();
DROP SCHEMA country CASCADE;
DROP EXTENSION citus CASCADE;
\else
SELECT skip('Citus is not loaded', 16);
SELECT * FROM finish();
\endif
