-- tally.sql: tally beside the queries that people write by hand; test/bench/run sets the
-- variables rows, groups, order, runs, catalogue_runs, nulls and noop.
\ir rows.sql
\ir queries.sql

-- An aggregate that is handed the same columns and does nothing with them.
CREATE FUNCTION noop_accum(bigint, VARIADIC "any") RETURNS bigint
	IMMUTABLE PARALLEL SAFE LANGUAGE c AS :'noop', 'noop_accum';
CREATE AGGREGATE noop(VARIADIC "any") (
	SFUNC = noop_accum, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE
);
INSERT INTO query VALUES (6, 'no-op aggregate', false, false, format(
$$SELECT municipality_id, bench.noop(%s) AS noop
  FROM bench.school_round GROUP BY municipality_id$$, :'columns'));

INSERT INTO query VALUES (7, 'count(*) per group', false, false,
$$SELECT municipality_id, count(*) AS schools
  FROM bench.school_round GROUP BY municipality_id$$);

\qecho
SELECT format('%s submissions, %s municipalities, %s of the answers missing, %s MB; %s figures equal in all queries.',
	(SELECT count(*) FROM school_round), (SELECT count(DISTINCT municipality_id) FROM school_round), :nulls,
	pg_table_size('school_round') / 1048576, (SELECT count(*) FROM figures_4)) AS "bench" \gset
\qecho :bench
SELECT format('PostgreSQL %s, shared_buffers %s, work_mem %s; medians of %s interleaved runs (catalogue-driven: %s).',
	current_setting('server_version'), current_setting('shared_buffers'), current_setting('work_mem'), :runs, :catalogue_runs) AS "bench" \gset
\qecho :bench
DISCARD TEMP;

-- Times, in the order of execution. EXECUTE without INTO runs a query to its end and drops the rows.
CREATE TABLE setting (position integer PRIMARY KEY, name text, workers integer, jit boolean);
INSERT INTO setting VALUES
	(1, 'serial', 0, false), (2, 'serial, jit', 0, true), (3, '2 workers', 2, false), (4, '2 workers, jit', 2, true);
CREATE TABLE run (run integer, setting integer, query integer, seconds numeric);
CREATE TABLE plan (setting integer, query integer, nodes text, jit text);

-- The node types of a plan from the top down, with the numbers that matter.
CREATE FUNCTION nodes(plan jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, bench, pg_temp
AS $nodes$
DECLARE
	facts text := concat_ws(', ', (plan->>'Workers Launched') || ' workers',
		CASE WHEN (plan->>'HashAgg Batches')::int > 1 THEN (plan->>'HashAgg Batches') || ' batches' END,
		(plan->>'Peak Memory Usage') || ' kB');
	below text := '';
	child jsonb;
BEGIN
	FOR child IN SELECT jsonb_array_elements(plan->'Plans') LOOP
		CONTINUE WHEN child->>'Parent Relationship' = 'InitPlan';
		below := below || ' < ' || bench.nodes(child);
	END LOOP;
	RETURN concat_ws(' ', NULLIF(plan->>'Partial Mode', 'Simple'), NULLIF(plan->>'Strategy', 'Plain'), plan->>'Node Type',
		'(' || NULLIF(facts, '') || ')') || below;
END
$nodes$;

SET max_parallel_workers_per_gather = 0;
SET jit_above_cost = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET bench.runs = :runs;
SET bench.catalogue_runs = :catalogue_runs;
DO $time$
DECLARE
	n integer;
	s record;
	q record;
	started timestamptz;
	explained json;
BEGIN
	-- run 0 warms up and shows the plan; it is not measured
	FOR n IN 0..current_setting('bench.runs')::int LOOP
		FOR s IN SELECT * FROM bench.setting ORDER BY position LOOP
			PERFORM set_config('max_parallel_workers_per_gather', s.workers::text, false);
			PERFORM set_config('jit', s.jit::text, false);
			FOR q IN SELECT * FROM bench.query ORDER BY position LOOP
				IF n = 0 THEN
					EXECUTE format('EXPLAIN (%s FORMAT JSON) %s',
						CASE WHEN NOT q.slow THEN 'ANALYZE, TIMING OFF, ' END, q.text) INTO explained;
					INSERT INTO bench.plan VALUES (s.position, q.position,
						bench.nodes((explained->0->'Plan')::jsonb),
						(SELECT concat_ws('', CASE WHEN (j->'Options'->>'Inlining')::boolean THEN 'inlining ' END,
							CASE WHEN (j->'Options'->>'Optimization')::boolean THEN 'optimised ' END, j->>'Functions', ' functions')
						 FROM (SELECT explained->0->'JIT') AS t(j) WHERE j IS NOT NULL));
				ELSIF NOT q.slow OR n <= current_setting('bench.catalogue_runs')::int THEN
					started := clock_timestamp();
					EXECUTE q.text;
					INSERT INTO bench.run VALUES (n, s.position, q.position, extract(epoch FROM clock_timestamp() - started));
				END IF;
			END LOOP;
		END LOOP;
	END LOOP;
END
$time$;
SET jit = off;

CREATE TABLE median AS
SELECT setting, query, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::numeric AS seconds,
	min(seconds) AS fastest, max(seconds) AS slowest
FROM run GROUP BY setting, query;

-- the hand-written query that is right for these data stands at 1.00
SELECT min(position) AS base FROM query WHERE position IN (3, 4) \gset
\qecho
\qecho 'Ratio to the hand-written query (seconds, median)'
SELECT q.name AS query,
	max(format('%s (%s)', round(m.seconds / b.seconds, 2), round(m.seconds, 3))) FILTER (WHERE m.setting = 1) AS "serial",
	max(format('%s (%s)', round(m.seconds / b.seconds, 2), round(m.seconds, 3))) FILTER (WHERE m.setting = 2) AS "serial, jit",
	max(format('%s (%s)', round(m.seconds / b.seconds, 2), round(m.seconds, 3))) FILTER (WHERE m.setting = 3) AS "2 workers",
	max(format('%s (%s)', round(m.seconds / b.seconds, 2), round(m.seconds, 3))) FILTER (WHERE m.setting = 4) AS "2 workers, jit"
FROM query q JOIN median m ON m.query = q.position JOIN median b ON b.setting = m.setting AND b.query = :base
GROUP BY q.position, q.name ORDER BY q.position;

\qecho 'Fastest and slowest run, seconds'
SELECT q.name AS query,
	max(round(m.fastest, 3) || ' – ' || round(m.slowest, 3)) FILTER (WHERE m.setting = 1) AS "serial",
	max(round(m.fastest, 3) || ' – ' || round(m.slowest, 3)) FILTER (WHERE m.setting = 2) AS "serial, jit",
	max(round(m.fastest, 3) || ' – ' || round(m.slowest, 3)) FILTER (WHERE m.setting = 3) AS "2 workers",
	max(round(m.fastest, 3) || ' – ' || round(m.slowest, 3)) FILTER (WHERE m.setting = 4) AS "2 workers, jit"
FROM query q JOIN median m ON m.query = q.position
GROUP BY q.position, q.name ORDER BY q.position;

\qecho 'Plans, from the top down; last what JIT compiled'
SELECT q.name AS query, s.name AS setting, p.nodes AS plan, j.jit
FROM plan p
JOIN query q ON q.position = p.query
JOIN setting s ON s.position = p.setting AND NOT s.jit
LEFT JOIN plan j ON j.query = p.query AND j.setting = p.setting + 1
ORDER BY q.position, s.position;
