-- matrix.sql: tally over columns beside the hand-written query that is right for the same rows, grouped by hashing and by
-- sorting, JIT off and on: one set of rows of rows.sql. test/bench/run sets rows, groups, order, nulls and runs, one set after another.
\set catalogue_runs 0
\ir rows.sql
\ir queries.sql
\ir lib.sql
-- where rows lie together an index gives them in order; else they are sorted
SELECT 'CREATE INDEX ON school_round (municipality_id)' WHERE :'order' = 'clustered' \gexec
DISCARD TEMP;

DELETE FROM query WHERE position NOT IN (1, CASE WHEN :nulls > 0 THEN 4 ELSE 3 END);
CREATE TABLE setting (position integer, name text, hashed boolean, jit boolean);
INSERT INTO setting VALUES (1, 'hashed', true, false), (2, 'hashed, JIT', true, true), (3, 'sorted', false, false), (4, 'sorted, JIT', false, true);
SET max_parallel_workers_per_gather = 0;
SET jit_above_cost = 0;

CREATE PROCEDURE set_up(name text) LANGUAGE sql AS $$
	SELECT set_config('enable_hashagg', s.hashed::text, false), set_config('enable_sort', (NOT s.hashed)::text, false),
		   set_config('enable_indexscan', (NOT s.hashed)::text, false), set_config('jit', s.jit::text, false)
	FROM bench.setting s WHERE s.name = set_up.name
$$;
SELECT c.command
FROM generate_series(0, :runs) AS i(run)
CROSS JOIN setting s
CROSS JOIN LATERAL (
	VALUES (0, format('CALL set_up(%L)', s.name))
	UNION ALL
	SELECT q.position, format('CALL bench.timed(%s, %L, %L)', i.run, s.name || CASE q.position WHEN 1 THEN ': tally' ELSE ': by hand' END, q.text) FROM query q) AS c(step, command)
ORDER BY i.run, s.position, c.step \gexec

SELECT format('%s groups, %s, %s missing', :groups, :'order', :nulls) AS rows_name \gset
SELECT format('CALL bench.ratio(%L, %L, %L, %L, %L)', 'matrix', :'rows_name' || ', ' || s.name, s.name || ': tally', s.name || ': by hand', '<= 0.85')
FROM setting s ORDER BY s.position \gexec
\ir report.sql

SELECT format('CALL set_up(%L)', s.name), format('INSERT INTO bench.plan (text) SELECT bench.explained(%L, %L)', :'rows_name' || ', ' || s.name || ': ' || q.name, q.text)
FROM setting s CROSS JOIN query q ORDER BY s.position, q.position \gexec
\ir plans.sql
