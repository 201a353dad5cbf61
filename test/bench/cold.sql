-- cold.sql: refresh() as a schedule calls it, first thing in a session, where nothing is cached yet. After refresh.sql, on
-- its region; test/bench/run sets run and runs, one after another.
CALL bench.correct(100, 900000 + :run);
\connect
CALL bench.timed(1, 'cold', $$SELECT * FROM shnor.refresh('region')$$);
VACUUM region.refresh_pending;
SELECT :run = :runs AS last \gset
\if :last
	TRUNCATE bench.line;
	CALL bench.ratio('refresh', 'hand-written view / refresh, after 100 corrections, in a new session', 'after 100: by hand', 'cold');
	CALL bench.median('refresh', 'refresh after 100 corrections, in a new session', 'cold');
	\ir report.sql
\endif
