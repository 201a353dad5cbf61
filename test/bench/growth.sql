-- growth.sql: one point of the curves: what a refresh, a full round and the live reports cost on this region.
-- test/bench/run sets runs, and along (answers or rounds) with x: which curve the region is a point of.
\ir lib.sql
\ir correct.sql
SET work_mem = '256MB';
SELECT max(round_id) AS last_round FROM region.round \gset

SELECT c.command
FROM generate_series(0, :runs) AS i(run)
CROSS JOIN LATERAL (VALUES
	(1, format('CALL bench.timed(%s, %L, %L)', i.run, 'none', $$SELECT * FROM shnor.refresh('region')$$)),
	(2, format('CALL bench.correct(100, %s)', i.run)),
	(3, format('CALL bench.timed(%s, %L, %L)', i.run, 'hundred', $$SELECT * FROM shnor.refresh('region')$$)),
	(4, format('INSERT INTO region.refresh_pending (round_id) VALUES (%s)', :last_round)),
	(5, format('CALL bench.timed(%s, %L, %L)', i.run, 'round', $$SELECT * FROM shnor.refresh('region')$$)),
	(6, format('CALL bench.timed(%s, %L, %L)', i.run, 'live', format('SELECT * FROM region.municipal_indicator WHERE round_id = %s', :last_round))),
	(7, format('CALL bench.timed(%s, %L, %L)', i.run, 'stored', format('SELECT * FROM region.municipal_indicator_stored WHERE round_id = %s', :last_round))),
	(8, 'VACUUM region.submission, region.submission_history, region.refresh_pending, region.refresh_state, region.stored_bucket, region.stored_tally, region.stored_result, region.stored_completeness')) AS c(step, command)
ORDER BY i.run, c.step \gexec

SELECT format('CALL bench.median(%L, %L, %L, %L, %s)', 'growth-' || :'along', v.title, v.name, '', :x)
FROM (VALUES ('none', 'refresh after nothing'), ('hundred', 'refresh after 100 corrections'), ('round', 'refresh of a whole round'),
			 ('live', 'municipal_indicator of a round, live'), ('stored', 'municipal_indicator of a round, stored')) AS v(name, title) \gexec
\ir report.sql
INSERT INTO bench.plan (text) SELECT bench.explained(format('%s %s, live', :'along', :x), format('SELECT * FROM region.municipal_indicator WHERE round_id = %s', :last_round));
\ir plans.sql
