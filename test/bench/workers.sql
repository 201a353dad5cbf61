-- workers.sql: one full pass over the answers, grouped by municipality, by one process and by more. Variables of rows.sql, and runs.
-- The process that asks (the leader) can take part in the work; both ways are measured. It needs as many processors as processes.
\set catalogue_runs 0
\ir rows.sql
\ir queries.sql
\ir lib.sql
DISCARD TEMP;
DELETE FROM query WHERE position NOT IN (1, CASE WHEN :nulls > 0 THEN 4 ELSE 3 END);
INSERT INTO query (position, name, text) VALUES (5, 'count(*)', 'SELECT municipality_id, count(*) FROM bench.school_round GROUP BY municipality_id');
CREATE TABLE setting (position integer, name text, workers integer, leader boolean);
INSERT INTO setting VALUES (1, 'alone', 0, true), (2, '1 worker', 1, false), (3, '2 workers', 2, false), (4, 'leader and 1 worker', 1, true), (5, 'leader and 2 workers', 2, true);
SET jit = off;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;

CREATE PROCEDURE set_up(name text) LANGUAGE sql AS $$
	SELECT set_config('max_parallel_workers_per_gather', s.workers::text, false), set_config('parallel_leader_participation', s.leader::text, false)
	FROM bench.setting s WHERE s.name = set_up.name
$$;
SELECT c.command
FROM generate_series(0, :runs) AS i(run)
CROSS JOIN setting s
CROSS JOIN LATERAL (
	VALUES (0, format('CALL set_up(%L)', s.name))
	UNION ALL
	SELECT q.position, format('CALL bench.timed(%s, %L, %L)', i.run, q.name || ': ' || s.name, q.text) FROM query q) AS c(step, command)
ORDER BY i.run, s.position, c.step \gexec

SELECT format('%s rows, %s municipalities, %s processors. PostgreSQL %s; medians of %s interleaved runs.', :rows, :groups, :processors, current_setting('server_version'), :runs) AS heading \gset
\qecho :heading
SELECT format('CALL bench.ratio(%L, %L, %L, %L, %L)', 'workers', format('%s: %s / %s', q.name, v.above, v.below), q.name || ': ' || v.above, q.name || ': ' || v.below,
	CASE WHEN q.position = 1 THEN v.bar ELSE '' END)
FROM query q
CROSS JOIN (VALUES (1, '1 worker', '2 workers', '>= 1.7'), (2, 'alone', 'leader and 1 worker', '>= 1.7'), (3, 'alone', 'leader and 2 workers', '')) AS v(position, above, below, bar)
ORDER BY q.position, v.position \gexec
-- what workers have used is not in it
UPDATE bench.line SET by_processor = NULL;
\ir report.sql

SELECT format('CALL set_up(%L)', s.name), format('INSERT INTO bench.plan (text) SELECT bench.explained(%L, %L)', 'workers: ' || q.name || ', ' || s.name, q.text)
FROM setting s CROSS JOIN query q ORDER BY s.position, q.position \gexec
\ir plans.sql
