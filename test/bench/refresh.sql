-- refresh.sql: the stored figures brought up to date after so many corrected answers, beside REFRESH MATERIALIZED VIEW
-- CONCURRENTLY of the view that people write by hand for the same figures. On the region of region.sql; test/bench/run sets runs.
\ir lib.sql
\ir correct.sql
\ir hand-written.sql
SET work_mem = '256MB';

\qecho Computing the hand-written view …
CREATE MATERIALIZED VIEW bench.hand_written_stored AS SELECT * FROM bench.hand_written;
CREATE UNIQUE INDEX ON bench.hand_written_stored (round_id, municipality_id, indicator);
VACUUM ANALYZE bench.hand_written_stored;

-- the same figures or no timing
CREATE OR REPLACE PROCEDURE bench.compare() LANGUAGE plpgsql AS $$
DECLARE
	wrong	bigint;
	total	bigint;
BEGIN
	SELECT count(*) FILTER (WHERE (h.numerator, h.denominator) IS DISTINCT FROM (s.numerator, s.denominator)), count(*) INTO wrong, total
	FROM bench.hand_written_stored h FULL JOIN region.municipal_indicator_stored s USING (round_id, municipality_id, indicator);
	IF wrong > 0 OR total = 0 THEN
		RAISE EXCEPTION 'the hand-written view differs in % of % figures', wrong, total;
	END IF;
	PERFORM set_config('bench.figures', total::text, false);
END $$;
CALL bench.compare();

-- One correction of all in each run, and what others leave to autovacuum, which is off, after it.
CREATE TEMP TABLE step AS
SELECT n, format('after %s', n) AS name FROM unnest(ARRAY[0, 1, 100, 10000]) n WHERE n <= (SELECT count(*) FROM region.school);
SELECT c.command
FROM generate_series(0, :runs) AS i(run)
CROSS JOIN step s
CROSS JOIN LATERAL (VALUES
	(1, format('CALL bench.correct(%s, %s)', s.n, 100000 + 7 * i.run)),
	(2, format('CALL bench.timed(%s, %L, %L)', i.run, s.name, $$SELECT * FROM shnor.refresh('region')$$)),
	(3, format('CALL bench.timed(%s, %L, %L)', i.run, s.name || ': by hand', 'REFRESH MATERIALIZED VIEW CONCURRENTLY bench.hand_written_stored')),
	(4, 'VACUUM region.submission, region.submission_history, region.refresh_pending, region.refresh_state, region.stored_bucket, region.stored_tally, region.stored_result, region.stored_completeness, bench.hand_written_stored')) AS c(step, command)
ORDER BY i.run, s.n, c.step \gexec
CALL bench.compare();

SELECT format('%s answers in %s rounds; %s figures equal before and after. PostgreSQL %s, shared_buffers %s, work_mem %s; medians of %s interleaved runs.',
	(SELECT count(*) FROM region.submission), (SELECT count(*) FROM region.round), current_setting('bench.figures'),
	current_setting('server_version'), current_setting('shared_buffers'), current_setting('work_mem'), :'runs') AS heading \gset
\qecho :heading
SELECT format('CALL bench.ratio(%L, %L, %L, %L, %L)', 'refresh', format('hand-written view / refresh, after %s corrections', s.n),
	s.name || ': by hand', s.name, CASE s.n WHEN 100 THEN '>= 200' ELSE '' END)
FROM step s ORDER BY s.n \gexec
SELECT format('CALL bench.median(%L, %L, %L, %L)', 'refresh', format('refresh after %s corrections', s.n), s.name, CASE s.n WHEN 0 THEN '<= 5' ELSE '' END)
FROM step s ORDER BY s.n \gexec
\ir report.sql
INSERT INTO bench.plan (text) SELECT bench.explained('the hand-written view', 'SELECT * FROM bench.hand_written');
\ir plans.sql
