-- schedule() and pg_cron. No transaction holds it all: jobs are seen once they are committed. test/cron runs it.
SET client_min_messages = error;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
CREATE EXTENSION pg_cron;
SELECT no_plan();
CREATE ROLE cron_owner LOGIN;
CREATE ROLE cron_group;
CREATE ROLE cron_member LOGIN IN ROLE cron_group;
CREATE ROLE cron_stranger LOGIN;
GRANT CREATE ON DATABASE cron TO cron_owner, cron_group;
GRANT CREATE ON DATABASE cron_other TO cron_owner;
GRANT ALL ON SCHEMA public TO PUBLIC;

-- forgets the runs there were, and waits until each of the jobs has run, no longer than 100 s
CREATE PROCEDURE await_runs(VARIADIC jobs text[])
LANGUAGE plpgsql
AS $$
DECLARE
	deadline timestamptz := clock_timestamp() + interval '100 s';
BEGIN
	DELETE FROM cron.job_run_details;
	COMMIT;
	WHILE clock_timestamp() < deadline AND cardinality(jobs) > (SELECT count(DISTINCT j.jobname) FROM cron.job_run_details d JOIN cron.job j USING (jobid)
																WHERE j.jobname = ANY (jobs) AND d.status IN ('succeeded', 'failed')) LOOP
		COMMIT;
		PERFORM pg_sleep(0.5);
	END LOOP;
END
$$;
-- a round with answers of six schools; who runs a refresh is written down
CREATE FUNCTION make_region(name text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM shnor.create_region(name);
	EXECUTE format($f$
		INSERT INTO %1$I.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
		INSERT INTO %1$I.municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
		INSERT INTO %1$I.school (school_id, municipality_id, code, name) SELECT i, 1 + i %% 2, 's' || i, 'Школа ' || i FROM generate_series(1, 6) i;
		INSERT INTO %1$I.school_status (school_id, status, since) SELECT i, 'low_results', '2020-01-01' FROM generate_series(1, 6) i;
		INSERT INTO %1$I.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
		INSERT INTO %1$I.submission (round_id, school_id, teachers, supported) SELECT 1, i, 10, i FROM generate_series(1, 6) i;
		CREATE TABLE %1$I.refresher (name text);
		CREATE FUNCTION %1$I.note_refresher() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN EXECUTE format(''INSERT INTO %%I.refresher VALUES (session_user)'', TG_TABLE_SCHEMA); RETURN NULL; END';
		CREATE TRIGGER note_refresher AFTER UPDATE ON %1$I.refresh_state FOR EACH ROW EXECUTE FUNCTION %1$I.note_refresher();
	$f$, name);
END
$$;
SET ROLE cron_owner;
SELECT make_region('alpha');
SELECT shnor.create_materialized('alpha', 'completeness');

-- ---- who may ----
SELECT throws_ok($$SELECT shnor.schedule('alpha', $r$* * * * *$r$)$$, '42501', 'роли «cron_owner» не разрешён pg_cron', 'no USAGE on schema cron');
SELECT throws_ok($$SELECT shnor.schedule('alpha', NULL)$$, '42501', 'роли «cron_owner» не разрешён pg_cron', 'nor without a time');
RESET ROLE;
GRANT USAGE ON SCHEMA cron TO cron_owner, cron_group, cron_member, cron_stranger;
SET ROLE cron_stranger;
SELECT throws_ok($$SELECT shnor.schedule('alpha', '* * * * *')$$, '42501', NULL, 'a stranger');
SET ROLE cron_group;
SELECT make_region('beta');
SELECT throws_ok($$SELECT shnor.schedule('beta', '* * * * *')$$, '55000', 'роль «cron_group» не может подключаться, её заданий pg_cron не выполнит', 'an owner who may not log in');
SET ROLE cron_member;
SELECT is(shnor.schedule('beta', '0 0 1 1 *'), 'задание pg_cron «shnor beta»: 0 0 1 1 *', 'his member may');

-- ---- the time ----
SET ROLE cron_owner;
SELECT throws_ok(format('SELECT shnor.schedule(''alpha'', %L)', c), '22023', format('расписание не понято: «%s»', c), 'no schedule: ' || to_json(c))
FROM unnest(ARRAY['', '99 * * * *', '* * * *', '* * * * * *', '* * * * *; rm', E'* *\n* * *', '90 seconds', '@reboot', 'every day']) c;
SELECT is((SELECT count(*) FROM cron.job), 0::bigint, 'nothing is registered then');

-- ---- once, again, and removed ----
SELECT is(shnor.schedule('alpha', '0 0 1 1 *'), 'задание pg_cron «shnor alpha»: 0 0 1 1 *', 'registered');
SELECT is(shnor.schedule('alpha', '*/7 1 1 1 MON'), 'задание pg_cron «shnor alpha»: */7 1 1 1 MON', 'again');
SELECT results_eq($$SELECT jobname::text COLLATE "default", schedule, command, database, username, active FROM cron.job$$,
	$$VALUES ('shnor alpha', '*/7 1 1 1 MON', 'SELECT shnor.refresh_scheduled(''alpha'')', 'cron', 'cron_owner', true)$$, 'one job, with the later time');
SELECT is(shnor.schedule('alpha', NULL), 'задание pg_cron «shnor alpha» снято', 'removed');
SELECT is((SELECT count(*) FROM cron.job), 0::bigint, 'and gone');
SELECT throws_ok($$SELECT shnor.schedule('alpha', NULL)$$, '55000', 'у роли «cron_owner» нет задания pg_cron «shnor alpha»', 'nothing is left to remove');
SELECT throws_ok($$SELECT shnor.schedule('beta', NULL)$$, '55000', 'у роли «cron_owner» нет задания pg_cron «shnor beta»', 'another''s job stays');

-- ---- names ----
SELECT shnor.create_region(n) FROM unnest(ARRAY[repeat('r', 63), repeat('r', 62), repeat('ж', 31), 'it''s 5%']) n;
SELECT is(shnor.schedule(n, '0 0 1 1 *') LIKE 'задание pg_cron «shnor %»: 0 0 1 1 *', true, 'a region called ' || n) FROM unnest(ARRAY[repeat('r', 63), repeat('r', 62), repeat('ж', 31), 'it''s 5%']) n;
SELECT is((SELECT count(*) FROM cron.job WHERE command LIKE '%''r%' OR command LIKE '%ж%' OR command LIKE '%it''''s 5%'), 4::bigint, 'long names that begin alike do not meet');
SELECT matches(shnor.schedule(n, NULL), 'снято$', 'and are found again: ' || n) FROM unnest(ARRAY[repeat('r', 63), repeat('r', 62), repeat('ж', 31), 'it''s 5%']) n;
SELECT is((SELECT count(*) FROM cron.job), 0::bigint, 'each of them');

-- ---- runs ----
RESET ROLE;
-- shorter than a minute where pg_cron can
SELECT CASE WHEN extversion::numeric >= 1.5 THEN '5 seconds' ELSE '* * * * *' END AS often FROM (SELECT replace(extversion, '-1', '') AS extversion FROM pg_extension WHERE extname = 'pg_cron') v \gset
-- the hours are Greenwich's; those of the server differ. Every minute of this hour and the next.
SELECT format('* %s,%s * * *', extract(hour FROM t), extract(hour FROM t + interval '1 hour')) AS gmt, format('* %s,%s * * *', extract(hour FROM l), extract(hour FROM l + interval '1 hour')) AS local
FROM (SELECT now() AT TIME ZONE 'GMT' AS t, now()::timestamp AS l) x \gset
SET ROLE cron_owner;
SELECT make_region('gamma');
SELECT make_region('delta');
SELECT shnor.schedule('alpha', :'often');
SELECT shnor.schedule('delta', :'local');
SELECT shnor.schedule('gamma', :'gmt');
SET ROLE cron_member;
SELECT shnor.schedule('beta', :'often');
RESET ROLE;
-- pg_cron in this database, the region in another: the administrator's statement, as docs/operations.md has it
\set other `psql -XAtq -v ON_ERROR_STOP=1 -d cron_other -c "CREATE EXTENSION shnor" -c "SET ROLE cron_owner" -c "SELECT shnor.create_region('other')" -c "SELECT shnor.schedule('other', '* * * * *')" | tail -n 1`
SELECT is(:'other'::text, $$* * * * * psql -X -q -d 'cron_other' -c 'SELECT shnor.refresh_scheduled('\''other'\'')'$$, 'out of another database: a line for crontab');
SELECT cron.schedule_in_database('shnor cron_other other', :'often', $$SELECT shnor.refresh_scheduled('other')$$, 'cron_other', 'cron_owner');
CALL await_runs('shnor alpha', 'shnor beta', 'shnor gamma', 'shnor cron_other other');
SELECT is((SELECT count(*) FROM delta.refresher), 0::bigint, 'hours are not the server''s');
SELECT results_eq($$SELECT DISTINCT name FROM gamma.refresher$$, $$VALUES ('cron_owner')$$, 'but Greenwich''s');
SELECT results_eq($$SELECT DISTINCT name FROM alpha.refresher$$, $$VALUES ('cron_owner')$$, 'the job ran as who scheduled it');
SELECT results_eq($$SELECT DISTINCT name FROM beta.refresher$$, $$VALUES ('cron_member')$$, 'a member too');
SELECT is((SELECT array_agg(name || ': ' || state ORDER BY name) FROM alpha.staleness), ARRAY['completeness: На момент последнего обновления', 'stored: Изменений после пересчёта нет'], 'staleness: all is refreshed');
SELECT is((SELECT count(*) FROM alpha.staleness WHERE age_seconds < 100 AND pending IS DISTINCT FROM 1), 2::bigint, 'just now');
SELECT is((SELECT sum(numerator) FROM alpha.regional_indicator_stored WHERE indicator = 'teachers_supported'), 21::numeric, 'the figures are there: 1 + … + 6');
\set other `psql -XAtq -d cron_other -c "SELECT state FROM other.staleness"`
SELECT is(:'other'::text, 'Изменений после пересчёта нет', 'and in the other database');

-- ---- runs that fail ----
SET ROLE cron_owner;
INSERT INTO alpha.indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator) VALUES ('broken', 99, '1', '1', 99, 'Ошибка', 'percent', 'school', 'supported + ');
UPDATE alpha.submission SET supported = 10;
RESET ROLE;
DROP SCHEMA delta CASCADE;
DROP SCHEMA gamma CASCADE;
CALL await_runs('shnor alpha', 'shnor gamma');
SELECT results_eq($$SELECT error LIKE '%(42601)', error_at > now() - interval '200 s' FROM alpha.refresh_state WHERE name = 'stored'$$, $$VALUES (true, true)$$, 'the error is in refresh_state');
SELECT is((SELECT state FROM alpha.staleness WHERE name = 'stored'), 'Последний пересчёт по расписанию не удался', 'and in staleness');
SELECT is((SELECT sum(numerator) FROM alpha.regional_indicator_stored WHERE indicator = 'teachers_supported'), 21::numeric, 'the figures are what they were');
SELECT is((SELECT array_agg(DISTINCT status) FROM cron.job_run_details d JOIN cron.job j USING (jobid) WHERE j.jobname = 'shnor alpha'), ARRAY['succeeded'], 'to pg_cron the run has succeeded');
SET ROLE cron_owner;
DELETE FROM alpha.indicator WHERE indicator = 'broken';

-- ---- a region that is gone ----
SELECT matches((SELECT max(return_message) FROM cron.job_run_details d JOIN cron.job j USING (jobid) WHERE j.jobname = 'shnor gamma'), 'схема «gamma» не является регионом', 'its job goes on, and fails');
SELECT throws_ok($$SELECT shnor.schedule('gamma', '* * * * *')$$, '3F000', NULL, 'it cannot be scheduled');
SELECT is(shnor.schedule('gamma', NULL), 'задание pg_cron «shnor gamma» снято', 'its job can be removed');
RESET ROLE;
CALL await_runs('shnor alpha');
SELECT is((SELECT count(*) FROM cron.job_run_details WHERE command LIKE '%gamma%'), 0::bigint, 'and runs no more');
SELECT is((SELECT state FROM alpha.staleness WHERE name = 'stored'), 'Изменений после пересчёта нет', 'what was mended is refreshed, and the error gone');
SELECT is((SELECT sum(numerator) FROM alpha.regional_indicator_stored WHERE indicator = 'teachers_supported'), 60::numeric, 'with what had been pending: six times 10');
SELECT * FROM finish();
