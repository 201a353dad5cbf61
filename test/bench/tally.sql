-- bench.sql: the benchmark itself; test/bench/run starts it and sets the
-- variables rows, groups, runs, catalogue_runs, nulls and noop.
SET client_min_messages = warning;
CREATE EXTENSION shnor;
CREATE SCHEMA bench;
SET search_path = bench, public;

-- One round's answers, in the columns and the order of a region's school_round.
CREATE TABLE school_round (
	round_id integer, municipality_id integer, school_id integer,
	low_results boolean, adverse_conditions boolean, risk_zone boolean,
	submitted_at timestamptz,
	teachers integer, diagnosed_subject integer, diagnosed_method integer, diagnosed_psych integer,
	supported integer, in_networks integer, in_active integer, with_route integer,
	in_events boolean, has_curator boolean, has_program boolean,
	has_prevention boolean, has_study_plans boolean, has_tutoring boolean,
	internet_resolved boolean, equipment_resolved boolean, staffing_resolved boolean
);

-- the same rows each time: random() is seeded, municipalities come in random order
SELECT setseed(0.42) \g /dev/null
\set part 'CASE WHEN random() >= :nulls THEN floor(t.n * random())::int END'
\set yes 'CASE WHEN random() >= :nulls THEN random() < 0.6 END'
INSERT INTO school_round
SELECT 1, 1 + floor(:groups * random())::int, t.i,
	random() < 0.25, random() < 0.3, random() < 0.1,
	timestamptz '2026-10-01' + t.i * interval '1 second',
	CASE WHEN random() >= :nulls THEN t.n END,
	:part, :part, :part, :part, :part, :part, :part,
	:yes, :yes, :yes, :yes, :yes, :yes, :yes, :yes, :yes
FROM (SELECT i, 5 + floor(95 * random())::int AS n FROM generate_series(1, :rows) i OFFSET 0) t;
ALTER TABLE school_round SET (parallel_workers = 2);
VACUUM (ANALYZE, FREEZE) school_round;

-- The fifteen indicators that are computed from schools' answers.
CREATE TABLE indicator (id integer, numerator text, denominator text, cohort text, missing text);
INSERT INTO indicator VALUES
	(1, 'low_results OR adverse_conditions', NULL, NULL, 'exclude'),
	(3, 'diagnosed_subject', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(4, 'diagnosed_method', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(5, 'diagnosed_psych', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(6, 'supported', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(7, 'in_networks', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(8, 'in_active', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(9, 'with_route', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(10, 'in_events', NULL, 'low_results OR adverse_conditions', 'no'),
	(11, 'has_curator', NULL, 'low_results OR adverse_conditions', 'no'),
	(12, 'has_program', NULL, 'low_results OR adverse_conditions', 'no'),
	(13, 'has_prevention', NULL, NULL, 'no'),
	(14, 'has_study_plans', NULL, NULL, 'no'),
	(15, 'has_tutoring', NULL, NULL, 'no'),
	(18, 'yes_count(internet_resolved, equipment_resolved, staffing_resolved) >= 2', NULL, 'risk_zone', 'no');
CREATE TABLE methodology AS
SELECT shnor.methodology(id, numerator, denominator, cohort, missing ORDER BY id) AS methodology FROM indicator;
ANALYZE methodology;

-- An aggregate that is handed the same columns and does nothing with them.
CREATE FUNCTION noop_accum(bigint, VARIADIC "any") RETURNS bigint
	IMMUTABLE PARALLEL SAFE LANGUAGE c AS :'noop', 'noop_accum';
CREATE AGGREGATE noop(VARIADIC "any") (
	SFUNC = noop_accum, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE
);

-- The queries. Every one reads the same table and groups by municipality;
-- `plain` marks the hand-written one that is right only without missing answers.
CREATE TABLE query (position integer PRIMARY KEY, name text, needs_complete boolean DEFAULT false, slow boolean DEFAULT false, text text);

\set columns 'low_results, adverse_conditions, risk_zone, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route, in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved'

INSERT INTO query VALUES (1, 'tally over columns', false, false, format(
$$SELECT municipality_id, shnor.tally((SELECT methodology FROM bench.methodology), ARRAY[%s], %s) AS tally
  FROM bench.school_round GROUP BY municipality_id$$,
	(SELECT string_agg(quote_literal(trim(c)), ', ') FROM regexp_split_to_table(:'columns', ',') c), :'columns'));

INSERT INTO query VALUES (2, 'tally over whole rows', false, false,
$$SELECT municipality_id, shnor.tally((SELECT methodology FROM bench.methodology), s) AS tally
  FROM bench.school_round s GROUP BY municipality_id$$);

INSERT INTO query VALUES (3, 'hand-written, wide', true, false,
$$SELECT municipality_id,
	count(*) AS schools,
	count(*) FILTER (WHERE low_results OR adverse_conditions) AS low_or_adverse,
	sum(teachers) FILTER (WHERE low_results OR adverse_conditions) AS teachers,
	sum(diagnosed_subject) FILTER (WHERE low_results OR adverse_conditions) AS diagnosed_subject,
	sum(diagnosed_method) FILTER (WHERE low_results OR adverse_conditions) AS diagnosed_method,
	sum(diagnosed_psych) FILTER (WHERE low_results OR adverse_conditions) AS diagnosed_psych,
	sum(supported) FILTER (WHERE low_results OR adverse_conditions) AS supported,
	sum(in_networks) FILTER (WHERE low_results OR adverse_conditions) AS in_networks,
	sum(in_active) FILTER (WHERE low_results OR adverse_conditions) AS in_active,
	sum(with_route) FILTER (WHERE low_results OR adverse_conditions) AS with_route,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND in_events) AS in_events,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_curator) AS has_curator,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_program) AS has_program,
	count(*) FILTER (WHERE has_prevention) AS has_prevention,
	count(*) FILTER (WHERE has_study_plans) AS has_study_plans,
	count(*) FILTER (WHERE has_tutoring) AS has_tutoring,
	count(*) FILTER (WHERE risk_zone) AS risk_zone,
	count(*) FILTER (WHERE risk_zone AND (internet_resolved AND equipment_resolved
		OR staffing_resolved AND (internet_resolved OR equipment_resolved))) AS risks_resolved
  FROM bench.school_round GROUP BY municipality_id$$);

-- the same for columns that may be NULL: both parts of a share from the same schools
INSERT INTO query VALUES (4, 'hand-written, wide, for missing answers', false, false,
$$SELECT municipality_id,
	count(*) AS schools,
	count(*) FILTER (WHERE low_results OR adverse_conditions) AS low_or_adverse,
	sum(diagnosed_subject) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS diagnosed_subject,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND diagnosed_subject IS NOT NULL) AS of_subject,
	sum(diagnosed_method) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS diagnosed_method,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND diagnosed_method IS NOT NULL) AS of_method,
	sum(diagnosed_psych) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS diagnosed_psych,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND diagnosed_psych IS NOT NULL) AS of_psych,
	sum(supported) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS supported,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND supported IS NOT NULL) AS of_supported,
	sum(in_networks) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS in_networks,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND in_networks IS NOT NULL) AS of_networks,
	sum(in_active) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS in_active,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND in_active IS NOT NULL) AS of_active,
	sum(with_route) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS with_route,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND with_route IS NOT NULL) AS of_route,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND in_events) AS in_events,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_curator) AS has_curator,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_program) AS has_program,
	count(*) FILTER (WHERE has_prevention) AS has_prevention,
	count(*) FILTER (WHERE has_study_plans) AS has_study_plans,
	count(*) FILTER (WHERE has_tutoring) AS has_tutoring,
	count(*) FILTER (WHERE risk_zone) AS risk_zone,
	count(*) FILTER (WHERE risk_zone AND (internet_resolved AND equipment_resolved
		OR staffing_resolved AND (internet_resolved OR equipment_resolved))) AS risks_resolved
  FROM bench.school_round GROUP BY municipality_id$$);

-- one row per school and indicator, as systems with a catalogue of indicators do it
INSERT INTO query VALUES (5, 'catalogue-driven', false, true,
$$SELECT s.municipality_id, v.id, sum(v.numerator) AS numerator, sum(v.denominator) AS denominator
  FROM bench.school_round s
  CROSS JOIN LATERAL (VALUES
	(1, true, (low_results OR adverse_conditions)::int, 1),
	(3, low_results OR adverse_conditions, diagnosed_subject, teachers),
	(4, low_results OR adverse_conditions, diagnosed_method, teachers),
	(5, low_results OR adverse_conditions, diagnosed_psych, teachers),
	(6, low_results OR adverse_conditions, supported, teachers),
	(7, low_results OR adverse_conditions, in_networks, teachers),
	(8, low_results OR adverse_conditions, in_active, teachers),
	(9, low_results OR adverse_conditions, with_route, teachers),
	(10, low_results OR adverse_conditions, coalesce(in_events, false)::int, 1),
	(11, low_results OR adverse_conditions, coalesce(has_curator, false)::int, 1),
	(12, low_results OR adverse_conditions, coalesce(has_program, false)::int, 1),
	(13, true, coalesce(has_prevention, false)::int, 1),
	(14, true, coalesce(has_study_plans, false)::int, 1),
	(15, true, coalesce(has_tutoring, false)::int, 1),
	(18, risk_zone, coalesce(internet_resolved AND equipment_resolved
		OR staffing_resolved AND (internet_resolved OR equipment_resolved), false)::int, 1)
  ) AS v(id, in_cohort, numerator, denominator)
  WHERE v.in_cohort AND v.numerator IS NOT NULL AND v.denominator IS NOT NULL
  GROUP BY s.municipality_id, v.id$$);

INSERT INTO query VALUES (6, 'no-op aggregate', false, false, format(
$$SELECT municipality_id, bench.noop(%s) AS noop
  FROM bench.school_round GROUP BY municipality_id$$, :'columns'));

INSERT INTO query VALUES (7, 'count(*) per group', false, false,
$$SELECT municipality_id, count(*) AS schools
  FROM bench.school_round GROUP BY municipality_id$$);

DELETE FROM query WHERE needs_complete AND :nulls > 0 OR slow AND :catalogue_runs = 0;

-- Same figures or no timing: every query in the long form (municipality, indicator, numerator, denominator).
SET work_mem = '256MB';
SELECT format(
$$CREATE TEMP TABLE %1$s AS
  SELECT w.municipality_id, v.id, coalesce(v.numerator, 0)::bigint AS numerator, coalesce(v.denominator, 0)::bigint AS denominator
  FROM (%2$s) w
  CROSS JOIN LATERAL (VALUES
	(1, w.low_or_adverse, w.schools),
	(3, w.diagnosed_subject, w.%3$s), (4, w.diagnosed_method, w.%4$s), (5, w.diagnosed_psych, w.%5$s),
	(6, w.supported, w.%6$s), (7, w.in_networks, w.%7$s), (8, w.in_active, w.%8$s), (9, w.with_route, w.%9$s),
	(10, w.in_events, w.low_or_adverse), (11, w.has_curator, w.low_or_adverse), (12, w.has_program, w.low_or_adverse),
	(13, w.has_prevention, w.schools), (14, w.has_study_plans, w.schools), (15, w.has_tutoring, w.schools),
	(18, w.risks_resolved, w.risk_zone)
  ) AS v(id, numerator, denominator)$$,
	f.name, q.text, f.d[1], f.d[2], f.d[3], f.d[4], f.d[5], f.d[6], f.d[7])
FROM query q
JOIN (VALUES
	(3, 'figures_3', array_fill('teachers'::text, ARRAY[7])),
	(4, 'figures_4', ARRAY['of_subject', 'of_method', 'of_psych', 'of_supported', 'of_networks', 'of_active', 'of_route'])
) AS f(position, name, d) USING (position) \gexec
SELECT format(
$$CREATE TEMP TABLE figures_%s AS
  SELECT t.municipality_id, i.id, shnor.numerator(i.share) AS numerator, shnor.denominator(i.share) AS denominator
  FROM (%s) t CROSS JOIN LATERAL shnor.items(t.tally) i$$, position, text)
FROM query WHERE position IN (1, 2) \gexec
-- this one has no row where a cohort is empty
SELECT format(
$$CREATE TEMP TABLE figures_5 AS
  SELECT municipality_id, id, coalesce(numerator, 0)::bigint AS numerator, coalesce(denominator, 0)::bigint AS denominator
  FROM (SELECT DISTINCT municipality_id FROM bench.school_round) m CROSS JOIN (SELECT id FROM bench.indicator) i
  LEFT JOIN (%s) c USING (municipality_id, id)$$, text)
FROM query WHERE position = 5 \gexec

DO $check$
DECLARE
	q record;
	wrong bigint;
	total bigint;
BEGIN
	SELECT count(*) INTO total FROM figures_4;
	FOR q IN SELECT position, name FROM query WHERE position IN (1, 2, 3, 5) ORDER BY position LOOP
		EXECUTE format('SELECT count(*) FROM figures_4 f FULL JOIN figures_%s g USING (municipality_id, id)
			WHERE (f.numerator, f.denominator) IS DISTINCT FROM (g.numerator, g.denominator)', q.position) INTO wrong;
		IF wrong > 0 THEN
			RAISE EXCEPTION '"%" differs from the hand-written query in % of % figures: nothing was timed', q.name, wrong, total;
		END IF;
	END LOOP;
END
$check$;
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
