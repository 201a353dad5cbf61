-- rollup.sql: the region's tally of every round, from the stored tallies of municipalities and from the answers.
-- On the region of region.sql; test/bench/run sets runs.
\ir lib.sql
SET work_mem = '256MB';
CREATE TEMP TABLE query (name text, text text);
INSERT INTO query VALUES
('stored', 'SELECT t.round_id, shnor.sum(t.tally) AS tally FROM region.municipal_tally_stored t GROUP BY t.round_id'),
('live', 'SELECT t.round_id, shnor.sum(t.tally) AS tally FROM region.municipal_tally t GROUP BY t.round_id'),
('rows', $$SELECT k.round_id, t.tally FROM region.round_methodology k CROSS JOIN LATERAL (
	SELECT shnor.tally(k.methodology, '{low_results,adverse_conditions,risk_zone,is_school,is_preschool,is_supplementary,
		teachers,diagnosed_subject,diagnosed_method,diagnosed_psych,supported,in_networks,in_active,with_route,
		in_events,has_curator,has_program,has_prevention,has_study_plans,has_tutoring,internet_resolved,equipment_resolved,staffing_resolved}'::text[],
		s.low_results, s.adverse_conditions, s.risk_zone, s.is_school, s.is_preschool, s.is_supplementary,
		s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych, s.supported, s.in_networks, s.in_active, s.with_route,
		s.in_events, s.has_curator, s.has_program, s.has_prevention, s.has_study_plans, s.has_tutoring,
		s.internet_resolved, s.equipment_resolved, s.staffing_resolved) AS tally
	FROM region.school_round s WHERE s.round_id = k.round_id) AS t WHERE k.level = 'school'$$);

-- the same figures or no timing; the rows of schools have no answers of municipalities
SELECT format('CREATE TEMP TABLE figures_%s AS SELECT q.round_id, x.* FROM (%s) q CROSS JOIN LATERAL shnor.items(q.tally) x', name, text) FROM query \gexec
DO $$
BEGIN
	IF EXISTS (SELECT FROM figures_stored s FULL JOIN figures_live l USING (round_id, id) WHERE s IS DISTINCT FROM l)
		OR EXISTS (SELECT FROM figures_stored s JOIN figures_rows r USING (round_id, id) WHERE s IS DISTINCT FROM r)
		OR (SELECT count(*) FROM figures_rows) <> (SELECT count(*) * 15 FROM region.round) THEN
		RAISE EXCEPTION 'the figures differ: nothing was timed';
	END IF;
END $$;

SELECT format('CALL bench.timed(%s, %L, %L)', run, name, text) FROM generate_series(0, :runs) run CROSS JOIN query ORDER BY run, name \gexec

SELECT format('%s answers, %s stored tallies. PostgreSQL %s; medians of %s interleaved runs.',
	(SELECT count(*) FROM region.submission), (SELECT count(*) FROM region.stored_tally), current_setting('server_version'), :runs) AS heading \gset
\qecho :heading
CALL bench.ratio('rollup', 'from rows / from stored tallies', 'rows', 'stored');
CALL bench.ratio('rollup', 'from live tallies / from stored tallies', 'live', 'stored');
CALL bench.median('rollup', 'from stored tallies', 'stored');
\ir report.sql
INSERT INTO bench.plan (text) SELECT bench.explained('rollup: ' || name, text) FROM query;
\ir plans.sql
