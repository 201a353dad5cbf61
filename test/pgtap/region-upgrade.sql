-- A region of the first tables only is brought to the installed version: it comes out like a new one, and what was in
-- it stays, closed rounds with their figures included.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;

-- what the first version made, and what a region had come to by then
CREATE SCHEMA region_before;
SELECT shnor.region_tables('region_before');
SELECT shnor.region_seed('region_before', 'Прежний', 'Europe/Moscow');
SET search_path = region_before, public;
-- it has done away with an indicator and a question of the seed
DELETE FROM indicator WHERE indicator = 'schools_in_events';
DELETE FROM question WHERE question = 'in_events';
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1'), (2, 1, 's2', 'Школа 2'), (3, 2, 's3', 'Школа 3');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'closed'), (2, 'весна', '2024-03-01', '2024-03-20', '2024-03-01', 1, 'open'), (3, '2024', '2024-09-01', '2024-09-20', '2024-09-01', NULL, 'draft');
INSERT INTO school_status (school_id, status, since, legal_act_id) VALUES (1, 'low_results', '2023-01-01', 1), (3, 'risk_zone', '2023-01-01', 1);
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, has_curator) VALUES (1, 1, '2023-09-10 10:00+03', 40, 12, true), (2, 1, '2024-03-10 10:00+03', 40, 20, true);
INSERT INTO target (round_id, indicator, threshold, legal_act_id) VALUES (1, 'teachers_supported', 30, 1);
CREATE VIEW my_answers AS SELECT round_id, school_id, teachers FROM submission;
CREATE TABLE public.entered AS SELECT to_jsonb(s) AS line FROM submission s UNION ALL SELECT to_jsonb(t) FROM target t UNION ALL SELECT to_jsonb(o) FROM school o;

SELECT throws_ok($$SELECT * FROM shnor.lint('region_before')$$, '55000', 'регион «region_before» создан прежней версией', 'what needs the new tables says that the region has to be upgraded');
SELECT is(shnor.upgrade_region('region_before'), 'region_before', 'an older region is brought to the installed version');
SELECT bag_eq('SELECT to_jsonb(s) - ''{recorded_at,recorded_by}''::text[] AS line FROM submission s UNION ALL SELECT to_jsonb(t) FROM target t UNION ALL SELECT to_jsonb(o) FROM school o',
	'SELECT line FROM public.entered', 'what was entered stays');
SELECT is((SELECT count(*) FROM my_answers), 2::bigint, 'so do views of one''s own');
SELECT results_eq('SELECT round_id, state, results_year, goals IS NOT NULL FROM round ORDER BY 1', $$VALUES (1, 'closed', 2023, false), (2, 'open', 2023, false), (3, 'draft', 2024, true)$$,
	'rounds keep their state and are given their years, drafts their goals');
SELECT results_eq('SELECT round_id, school_id, municipality_id, low_results, risk_zone FROM round_school ORDER BY 2',
	$$VALUES (1, 1, 1, true, false), (1, 2, 1, false, false), (1, 3, 2, false, true)$$, 'a round that was closed before has its schools written down');
SELECT results_eq('SELECT numerator, denominator, score FROM municipal_indicator WHERE round_id = 1 AND municipality_id = 1 AND indicator = ''teachers_supported''',
	$$VALUES (12::bigint, 40::bigint, 1::smallint)$$, 'its figures stand');
SELECT throws_ok('UPDATE submission SET teachers = 41 WHERE round_id = 1', '55000', NULL, 'and it is locked from now on');
SELECT lives_ok('UPDATE submission SET teachers = 41 WHERE round_id = 2', 'an open one is not');
SELECT is(shnor.upgrade_region('region_before'), 'region_before', 'a second time changes nothing');
SELECT is((SELECT count(*) FROM recommendation_template), (SELECT count(DISTINCT wording) FROM recommendation_template), 'no catalogue is filled twice');
SELECT is((SELECT count(*) FROM round_event), 1::bigint, 'nor a round closed twice');

-- it comes out like a new one
DROP VIEW my_answers;
SET search_path = public;
SELECT shnor.create_region('region_anew', 'Новый');
\ir ../upgrade/functions.sql
SELECT is((SELECT count(*) FROM public.shape('region_anew')) > 1000, true, 'a region consists of many things');
SELECT bag_eq($$SELECT * FROM public.shape('region_before')$$, $$SELECT * FROM public.shape('region_anew')$$, 'and an older one has them all, to the letter');

SELECT finish();
ROLLBACK;
