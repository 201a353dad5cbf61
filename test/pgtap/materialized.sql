-- Materialized reports, their refresh by the clock, and what shows their age and progress.
BEGIN;
SET client_min_messages = error;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 1 + i % 2, 's' || i, 'Школа ' || i FROM generate_series(1, 6) i;
INSERT INTO school_status (school_id, status, since) SELECT i, 'low_results', '2020-01-01' FROM generate_series(1, 6) i;
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO submission (round_id, school_id, teachers, supported) SELECT 1, i, 10, i FROM generate_series(1, 6) i;
CREATE ROLE materialized_reader;
CREATE ROLE materialized_later;
CREATE ROLE materialized_operator;
SELECT shnor.grant_access('probe', 'materialized_reader', 'reader');
SELECT shnor.grant_access('probe', 'materialized_operator', 'operator', 1);
GRANT ALL ON SCHEMA public TO PUBLIC;

-- ---- made ----
SELECT is(shnor.create_materialized('probe', r), r || '_materialized', r || ' is materialized, and its plain view named')
FROM unnest('{school_round,school_indicator,municipal_indicator,regional_indicator,municipal_score,completeness}'::text[]) r;
SELECT results_eq(format('SELECT to_jsonb(x)::text FROM %s x ORDER BY 1', r), format('SELECT (to_jsonb(x) - ''computed_at'')::text FROM %s_materialized x ORDER BY 1', r), r || ': the same rows')
FROM unnest('{school_round,school_indicator,municipal_indicator,regional_indicator,municipal_score,completeness}'::text[]) r;
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relname LIKE '%\_materialized' AND coalesce(col_description(c.oid, a.attnum), '') = ''$$, 'every column has its comment');
SELECT results_eq($$SELECT col_description('municipal_indicator_materialized'::regclass, attnum), obj_description('municipal_indicator_materialized'::regclass) LIKE 'То же, что municipal_indicator%' FROM pg_attribute WHERE attrelid = 'municipal_indicator_materialized'::regclass AND attname = 'gap'$$,
	$$SELECT col_description('municipal_indicator'::regclass, attnum), true FROM pg_attribute WHERE attrelid = 'municipal_indicator'::regclass AND attname = 'gap'$$, 'that of the report');
SELECT results_eq($$SELECT table_name::text COLLATE "default", table_type::text COLLATE "default" FROM information_schema.tables WHERE table_schema = 'probe' AND table_name ~ '^completeness_'$$,
	$$VALUES ('completeness_materialized', 'VIEW'), ('completeness_stored', 'VIEW')$$, 'BI tools find plain views');
SELECT results_eq($$SELECT indexdef FROM pg_indexes WHERE schemaname = 'probe' AND tablename = 'municipal_indicator_data'$$,
	$$VALUES ('CREATE UNIQUE INDEX municipal_indicator_data_round_id_municipality_id_indicator_idx ON probe.municipal_indicator_data USING btree (round_id, municipality_id, indicator)')$$, 'with the key as a unique index');

-- ---- refused ----
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'completeness')$$, '42P07', 'отчёт «completeness» уже материализован', 'twice');
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'nothing')$$, '42P01', NULL, 'no such report');
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'submission')$$, '42P01', NULL, 'a table is no report');
SELECT throws_ok($$SELECT shnor.create_materialized('probe', NULL)$$, '42P01', NULL, 'nor is NULL');
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'round_member')$$, '22023', NULL, 'a report whose key is not known');
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'round_member', '{}')$$, '22023', NULL, 'no columns');
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'round_member', '{round_id,schoolid}')$$, '42703', 'в отчёте «round_member» нет столбцов: schoolid', 'columns that are not there');
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'round_member', '{round_id}')$$, '23505', NULL, 'columns that repeat');
SELECT throws_ok($$SELECT shnor.refresh_materialized('probe', 'round_member')$$, '42P01', NULL, 'refresh of what is not materialized');
SELECT throws_ok($$SELECT shnor.drop_materialized('probe', 'round_member')$$, '42P01', NULL, 'removal of what is not');
CREATE VIEW stored AS SELECT round_id FROM round;
SELECT throws_ok($$SELECT shnor.create_materialized('probe', 'stored', '{round_id}')$$, '42939', 'имя «stored» занято сохранёнными показателями', 'the name of what is no materialized view');
CREATE MATERIALIZED VIEW own_data AS SELECT 1 AS a;
SELECT throws_ok($$SELECT shnor.drop_materialized('probe', 'own')$$, '42P01', 'отчёт «own» не материализован', 'a materialized view that others made');
DROP MATERIALIZED VIEW own_data;
SELECT throws_ok($$SELECT shnor.create_materialized('public', 'completeness')$$, '3F000', NULL, 'no region');
SELECT is(shnor.create_materialized('probe', 'round_member', '{round_id,school_id}'), 'round_member_materialized', 'with a key any view can be');
SET ROLE materialized_reader;
SELECT throws_ok(q, '42501', NULL, 'the owner''s work: ' || q) FROM unnest(ARRAY[
	$$SELECT shnor.create_materialized('probe', 'completeness')$$, $$SELECT shnor.drop_materialized('probe', 'completeness')$$,
	$$SELECT shnor.refresh_materialized('probe')$$, $$SELECT shnor.refresh_scheduled('probe')$$, $$SELECT shnor.schedule('probe', '* * * * *')$$]) q;
RESET ROLE;

-- ---- refreshed ----
UPDATE submission SET supported = 0;
SELECT is((SELECT sum(numerator) FROM regional_indicator_materialized WHERE indicator = 'teachers_supported'), 21::numeric, 'what is materialized stays as it was');
SELECT results_eq($$SELECT refreshed FROM shnor.refresh_materialized('probe', 'regional_indicator')$$, $$VALUES ('regional_indicator')$$, 'the one that is named');
SELECT is((SELECT sum(numerator) FROM regional_indicator_materialized WHERE indicator = 'teachers_supported'), 0::numeric, 'is refreshed');
SELECT is((SELECT sum(numerator) FROM municipal_indicator_materialized WHERE indicator = 'teachers_supported'), 21::numeric, 'and no other');
SELECT results_eq($$SELECT refreshed FROM shnor.refresh_materialized('probe')$$,
	$$VALUES ('completeness'), ('municipal_indicator'), ('municipal_score'), ('regional_indicator'), ('round_member'), ('school_indicator'), ('school_round')$$, 'all of them');
SELECT is((SELECT sum(numerator) FROM municipal_indicator_materialized WHERE indicator = 'teachers_supported'), 0::numeric, 'are refreshed');
SELECT cmp_ok((SELECT min(computed_at) FROM municipal_indicator_materialized), '>', now(), 'and say when');

-- ---- who reads ----
SET ROLE materialized_reader;
SELECT is((SELECT count(*) FROM municipal_indicator_materialized), 36::bigint, 'a reader reads them');
SET ROLE materialized_operator;
SELECT throws_ok('SELECT FROM municipal_indicator_materialized', '42501', NULL, 'an operator does not: no policy would bound him');
SELECT throws_ok('SELECT FROM municipal_indicator_data', '42501', NULL, 'nor past the view');
RESET ROLE;
SELECT shnor.grant_access('probe', 'materialized_later', 'reader');
SET ROLE materialized_later;
SELECT is((SELECT count(*) FROM municipal_score_materialized), 2::bigint, 'who becomes a reader later reads them too');
RESET ROLE;
SELECT is((SELECT count(*) FROM shnor.access('probe') WHERE NOT agrees), 0::bigint, 'and access() finds nothing amiss');

-- ---- by the clock ----
SELECT results_eq($$SELECT name, kind, refreshed_at, pending, state FROM staleness WHERE name = 'stored'$$,
	$$VALUES ('stored', 'stored', NULL::timestamptz, 1::bigint, 'Ещё не пересчитано')$$, 'staleness: not computed yet');
SELECT is(shnor.refresh_scheduled('probe'), 'обновлено: stored, completeness, municipal_indicator, municipal_score, regional_indicator, round_member, school_indicator, school_round', 'all that is stored, at once');
SELECT results_eq($$SELECT kind, state, pending, pending_since, age_seconds BETWEEN 0 AND 3600, took_seconds >= 0 FROM staleness WHERE name IN ('stored', 'completeness') ORDER BY name$$,
	$$VALUES ('materialized', 'На момент последнего обновления', NULL::bigint, NULL::timestamptz, true, true), ('stored', 'Изменений после пересчёта нет', 0, NULL, true, true)$$, 'staleness: fresh');
UPDATE submission SET supported = 1 WHERE school_id = 1;
SELECT results_eq($$SELECT state, pending, pending_since >= refreshed_at FROM staleness WHERE name = 'stored'$$, $$VALUES ('Есть изменения после пересчёта', 1::bigint, true)$$, 'staleness: changed since');
INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator) VALUES ('broken', 99, '1', '1', 99, 'Ошибка', 'percent', 'school', 'supported + ');
SELECT matches(shnor.refresh_scheduled('probe'), '^stored: .*\(42601\); municipal_indicator: .*\(42601\)', 'an error is returned');
SELECT results_eq($$SELECT name, last_error LIKE '%(42601)', last_error_at > now(), state FROM staleness WHERE last_error IS NOT NULL AND name IN ('stored', 'municipal_indicator', 'round_member') ORDER BY 1$$,
	$$VALUES ('municipal_indicator', true, true, 'Последний пересчёт по расписанию не удался'), ('stored', true, true, 'Последний пересчёт по расписанию не удался')$$, 'and stands in staleness');
SELECT is((SELECT count(*) FROM pending_group), 1::bigint, 'what was pending still is');
SELECT is((SELECT sum(numerator) FROM regional_indicator_stored WHERE indicator = 'teachers_supported'), 0::numeric, 'and the figures are what they were');
DELETE FROM indicator WHERE indicator = 'broken';
SELECT matches(shnor.refresh_scheduled('probe'), '^обновлено: ', 'mended, it goes on');
SELECT is((SELECT count(*) FROM staleness WHERE last_error IS NOT NULL), 0::bigint, 'and the error is gone');
SELECT is((SELECT sum(numerator) FROM regional_indicator_stored WHERE indicator = 'teachers_supported'), 1::numeric, 'with what had been pending');

-- ---- the line for crontab ----
SELECT is(shnor.schedule('probe', '*/10 * * * *'), format('*/10 * * * * psql -X -q -d ''%s'' -c ''SELECT shnor.refresh_scheduled(''\''''probe''\'''')''', current_database()), 'without pg_cron: a line for crontab');
SELECT throws_ok(format('SELECT shnor.schedule(''probe'', %L)', c), '22023', NULL, 'no schedule: ' || c) FROM unnest(ARRAY['', '* * * *', '* * * * * *', 'every day', '* * * * *; rm', E'* * *\n* *', E'* * * * *\n', '30 seconds']) c;
SELECT throws_ok($$SELECT shnor.schedule('probe', NULL)$$, '55000', NULL, 'nothing to remove');
SELECT shnor.create_region('it''s 5%');
SELECT is(shnor.schedule('it''s 5%', '0 3 * * 1-5'), format('0 3 * * 1-5 psql -X -q -d ''%s'' -c ''SELECT shnor.refresh_scheduled(''\''''it''\''''''\''''s 5\%%''\'''')''', current_database()), 'a name with a quote and a per cent sign, as sh and crontab want it');
\set said `sh -c 'printf %s '\''SELECT shnor.refresh_scheduled('\''\'\'''\''it'\''\'\'''\'''\''\'\'''\''s 5%'\''\'\'''\'')'\'''`
SELECT is(:'said'::text, 'SELECT shnor.refresh_scheduled(''it''''s 5%'')', 'which sh reads so');

-- ---- progress ----
SELECT shnor.report_progress('verify', 'probe', 3, 10);
SELECT pg_stat_clear_snapshot();
SELECT results_eq($$SELECT pid, database, work, region, done, total FROM shnor.progress() WHERE database = current_database()$$,
	$$SELECT pg_backend_pid(), current_database()::text COLLATE "default", 'verify', 'probe', 3::bigint, 10::bigint$$, 'progress is shown');
SELECT is(current_setting('application_name'), (SELECT current_setting('application_name') WHERE current_setting('application_name') NOT LIKE 'shnor:%'), 'and the session''s own name is not touched');
SELECT shnor.report_progress('verify', repeat('ж', 60), 9223372036854775807, 10);
SELECT pg_stat_clear_snapshot();
SELECT is((SELECT count(*) FROM shnor.progress() WHERE database = current_database()), 0::bigint, 'a count beyond all is no progress');
SELECT is((SELECT bool_and(application_name ~ '^shnor: verify 9223372036854775807/10 ж+$') FROM pg_stat_activity WHERE pid = pg_backend_pid()), true, 'a long name is cut between letters');

-- ---- the extension goes and comes back ----
CREATE VIEW own AS SELECT * FROM municipal_indicator;
SELECT shnor.create_materialized('probe', 'own', '{round_id,municipality_id,indicator}');
DROP EXTENSION shnor CASCADE;
SELECT hasnt_materialized_view('probe', 'municipal_indicator_data', 'what calls the extension goes with it');
CREATE EXTENSION shnor;
SELECT shnor.upgrade_region('probe');
SELECT results_eq($$SELECT to_jsonb(x)::text FROM municipal_indicator x ORDER BY 1$$, $$SELECT (to_jsonb(x) - 'computed_at')::text FROM municipal_indicator_materialized x ORDER BY 1$$, 'and upgrade_region brings it back');
SET ROLE materialized_reader;
SELECT is((SELECT count(*) FROM municipal_indicator_materialized), 36::bigint, 'with its grants');
RESET ROLE;
SELECT hasnt_view('probe', 'own', 'but no view of one''s own, whose row stays');
SELECT lives_ok($$SELECT shnor.drop_materialized('probe', 'own')$$, 'which is struck off');
SELECT is((SELECT count(*) FROM staleness WHERE name = 'own'), 0::bigint, 'and forgotten');
SELECT shnor.drop_materialized('probe', 'completeness');
SELECT hasnt_materialized_view('probe', 'completeness_data', 'removed');
SELECT is((SELECT count(*) FROM staleness WHERE name = 'completeness'), 0::bigint, 'and struck off');
SELECT is((SELECT count(*) FROM completeness), 2::bigint, 'the report stays');
SELECT * FROM finish();
ROLLBACK;
