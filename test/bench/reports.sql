-- reports.sql: opening the main reports, live and stored, of the last round and of all. On a region of region.sql;
-- test/bench/run sets runs, runs_live (0: live once, not
-- warmed up), and bar_live and bar_stored, those of regional_indicator in milliseconds.
\ir lib.sql
SET work_mem = '64MB';
SELECT count(*) AS schools FROM region.school \gset
SELECT max(round_id) AS last_round, count(*) AS rounds FROM region.round \gset
CREATE TEMP TABLE query AS
SELECT v.position, v.name || CASE s.suffix WHEN '' THEN ', live' ELSE ', stored' END AS name, s.suffix = '' AS live,
	   format('SELECT * FROM region.%s%s', v.view, s.suffix) || v.filter AS text, CASE WHEN v.view = 'regional_indicator' THEN s.bar END AS bar
FROM (VALUES
	(1, 'municipal_indicator', format('%s schools, municipal_indicator, one round', :schools), format(' WHERE round_id = %s', :last_round)),
	(2, 'municipal_indicator', format('%s schools, municipal_indicator, all', :schools), ''),
	(3, 'regional_indicator', format('%s schools, regional_indicator, all', :schools), '')) AS v(position, view, name, filter)
CROSS JOIN (VALUES ('', :'bar_live'), ('_stored', :'bar_stored')) AS s(suffix, bar);

SELECT format('CALL bench.timed(%s, %L, %L)', CASE WHEN q.live AND :runs_live = 0 THEN 1 ELSE r.run END, q.name, q.text)
FROM generate_series(0, :runs) AS r(run) CROSS JOIN query q
WHERE NOT q.live OR r.run <= :runs_live
ORDER BY r.run, q.position, q.live \gexec

SELECT format('CALL bench.median(%L, %L, %L, %L)', 'reports', q.name, q.name, coalesce('<= ' || nullif(q.bar, ''), '')) FROM query q ORDER BY q.position, q.live DESC \gexec
\ir report.sql
INSERT INTO bench.plan (text) SELECT bench.explained(q.name, q.text) FROM query q WHERE NOT q.live OR :runs_live > 0;
\ir plans.sql
