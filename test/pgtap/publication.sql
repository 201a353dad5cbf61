-- Publications: what is frozen, that it stays so, and that each difference names its cause. Figures counted by hand.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES
	(1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге'), (2, '2-о', '2024-11-01', 'Департамент', 'Об итогах мониторинга');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, 'Осень 2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'),
	(2, 'Осень 2025', '2025-09-01', '2025-09-20', '2025-09-01', NULL, 'draft');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name) VALUES
	(1, 1, 's1', 'Школа 1'), (2, 1, 's2', 'Школа 2'), (3, 1, 's3', 'Школа 3'), (4, 2, 's4', 'Школа 4'), (5, 2, 's5', 'Школа 5');
INSERT INTO school_status (school_id, status, since) VALUES
	(1, 'low_results', '2024-01-01'), (2, 'adverse_conditions', '2024-01-01'), (4, 'low_results', '2024-01-01');
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, has_curator, has_prevention) VALUES
	(1, 1, '2024-09-10 10:00+03', 10, 5, true, true),
	(1, 2, '2024-09-10 10:00+03', 20, 5, false, NULL),
	(1, 3, '2024-09-10 10:00+03', 30, NULL, NULL, false),
	(1, 4, '2024-09-10 10:00+03', 10, 10, true, NULL);
INSERT INTO municipal_submission (round_id, municipality_id, submitted_at, has_results_note) VALUES (1, 1, '2024-09-10 10:00+03', true);
INSERT INTO target (target_id, round_id, indicator, municipality_id, threshold, plan, legal_act_id) VALUES
	(1, 1, 'teachers_supported', NULL, 50, NULL, 1), (2, 1, 'schools_with_curator', NULL, 50, NULL, 1), (3, 1, 'results_note', NULL, 50, NULL, NULL);

CREATE TABLE public.part AS SELECT unnest(ARRAY['publication', 'publication_indicator', 'publication_definition', 'publication_target',
	'publication_school', 'publication_municipality', 'publication_school_indicator']) AS name;
CREATE FUNCTION public.frozen(id integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t text;
	rows text;
	result text = '';
BEGIN
	FOR t IN SELECT name FROM public.part LOOP
		EXECUTE format('SELECT coalesce(string_agg(x::text, E''\n'' ORDER BY x::text), '''') FROM probe.%I x WHERE publication_id = $1', t) INTO rows USING id;
		result := result || t || E'\n' || rows;
	END LOOP;
	RETURN md5(result);
END
$$;

-- refusals
SELECT throws_ok($$SELECT shnor.publish('public', 1, 2)$$, '3F000', NULL, 'a schema that is not a region is refused');
SELECT throws_ok($$SELECT shnor.publish('probe', 7, 2)$$, '22023', 'в регионе «probe» нет мониторинга с номером 7', 'an unknown round is refused');
SELECT throws_ok($$SELECT shnor.publish('probe', NULL, 2)$$, '22023', NULL, 'and so is none');
SELECT throws_ok($$SELECT shnor.publish('probe', 2, 2)$$, '55000', 'мониторинг 2 — черновик: публиковать ещё нечего', 'a draft is refused');
SELECT throws_ok($$SELECT shnor.publish('probe', 1, 7)$$, '22023', 'в регионе «probe» нет приказа с номером записи 7', 'an unknown legal act is refused');
SELECT throws_ok($$SELECT shnor.publish('probe', 1, NULL)$$, '22023', NULL, 'a report is not published without one');
SELECT is_empty('SELECT * FROM publication', 'nothing is published by a refused call');
SELECT is_empty('SELECT * FROM publication_difference', 'and there is nothing to compare');

-- what is frozen
SELECT shnor.publish('probe', 1, 2) AS first \gset
SELECT results_eq('SELECT publication_id FROM publication', format('VALUES (%s)', :first), 'publish returns the publication');
SELECT results_eq('SELECT round_id, round_title, round_state, cohort_on, legal_act_id, legal_act, title, published_at, published_by FROM publication',
	$$VALUES (1, 'Осень 2024', 'open', date '2024-09-01', 2, 'Департамент от 01.11.2024 № 2-о', 'Осень 2024', now(), current_user)$$,
	'a publication names its round, state, order, time and author');
SELECT results_eq('SELECT round_id, round_title, municipality_id, municipality, position, indicator, section, title, unit, numerator, denominator, percent, threshold, plan, score, reason, answered, missing, percent_low, percent_high, gap, note_required FROM publication_report ORDER BY municipality_id, position',
	'SELECT * FROM municipal_indicator WHERE round_id = 1 ORDER BY municipality_id, position', 'figures of municipalities, all columns in their order');
SELECT results_eq('SELECT round_id, round_title, position, indicator, section, title, unit, numerator, denominator, percent, threshold, plan, score, reason, answered, missing, percent_low, percent_high, gap, note_required FROM publication_regional_report ORDER BY position',
	'SELECT * FROM regional_indicator WHERE round_id = 1 ORDER BY position', 'figures of the region');
SELECT results_eq('SELECT municipality_id, numerator, denominator, score FROM publication_indicator WHERE indicator = ''teachers_supported'' ORDER BY 1',
	$$VALUES (1, 10::bigint, 30::bigint, 0::smallint), (2, 10, 10, 1::smallint), (NULL, 20, 40, 1::smallint)$$, 'the region''s row has no municipality');
SELECT results_eq('SELECT indicator, indicator_id, definition_id, position, clause, section, title, unit, level, institution_kinds, collection_method, numerator, denominator, cohort, missing, polarity, source_formula, documents, source_defect FROM publication_definition ORDER BY position',
	'SELECT indicator, indicator_id, definition_id, position, clause, section, title, unit, level, institution_kinds, collection_method, numerator, denominator, cohort, missing, polarity, source_formula, documents, source_defect FROM round_indicator WHERE round_id = 1 ORDER BY position',
	'definitions');
SELECT results_eq('SELECT reads FROM publication_definition WHERE indicator IN (''teachers_supported'', ''results_note'') ORDER BY position',
	$$VALUES ('{has_results_note}'::text[]), ('{adverse_conditions,low_results,supported,teachers}')$$, 'and what they read');
SELECT results_eq('SELECT target_id, indicator, municipality_id, threshold, plan, legal_act_id, legal_act FROM publication_target ORDER BY 1',
	$$VALUES (1, 'teachers_supported', NULL::integer, 50.0000, NULL::numeric, 1, 'Департамент от 01.08.2024 № 1-о'),
			 (2, 'schools_with_curator', NULL, 50.0000, NULL, 1, 'Департамент от 01.08.2024 № 1-о'),
			 (3, 'results_note', NULL, 50.0000, NULL, NULL, NULL)$$, 'targets with their orders');
SELECT results_eq('SELECT school_id, municipality_id, code, name, kind, low_results, adverse_conditions, risk_zone, submitted_at, answers ->> ''teachers'', answers ->> ''has_curator'' FROM publication_school ORDER BY 1',
	$$VALUES (1, 1, 's1', 'Школа 1', 'school', true, false, false, '2024-09-10 10:00+03'::timestamptz, '10', 'true'),
			 (2, 1, 's2', 'Школа 2', 'school', false, true, false, '2024-09-10 10:00+03', '20', 'false'),
			 (3, 1, 's3', 'Школа 3', 'school', false, false, false, '2024-09-10 10:00+03', '30', NULL),
			 (4, 2, 's4', 'Школа 4', 'school', true, false, false, '2024-09-10 10:00+03', '10', 'true'),
			 (5, 2, 's5', 'Школа 5', 'school', false, false, false, NULL, NULL, NULL)$$, 'schools, statuses and answers');
SELECT set_eq('SELECT DISTINCT jsonb_object_keys(answers) FROM publication_school', 'SELECT question FROM question WHERE respondent = ''school''', 'all answers of schools, and nothing else');
SELECT set_eq('SELECT DISTINCT jsonb_object_keys(answers) FROM publication_municipality', 'SELECT question FROM question WHERE respondent = ''municipality''', 'and of municipalities');
SELECT results_eq('SELECT municipality_id, name, answers -> ''has_results_note'' FROM publication_municipality ORDER BY 1',
	$$VALUES (1, 'Первый', 'true'::jsonb), (2, 'Второй', 'null')$$, 'no answer is null');
SELECT results_eq('SELECT school_id, indicator, in_cohort, numerator, denominator FROM publication_school_indicator ORDER BY 1, 2',
	'SELECT school_id, indicator, in_cohort, numerator, denominator FROM school_indicator WHERE round_id = 1 ORDER BY 1, 2', 'contributions of schools');
SELECT is_empty('SELECT * FROM publication_difference', 'today is as published');
SELECT is_empty('SELECT * FROM publication_respondent_change', 'nobody has changed');
SELECT is_empty('SELECT * FROM publication_definition_change WHERE changes IS NOT NULL OR cohort_changed OR level IS NULL', 'nor has a definition');
SELECT is((SELECT count(*) FROM publication_definition_change), 18::bigint, 'eighteen definitions are compared');

-- it stays as it is
SELECT public.frozen(:first) AS frozen \gset
SELECT throws_ok(format('UPDATE probe.%I SET publication_id = publication_id', name), '55000', NULL, name || ' is not updated') FROM public.part;
SELECT throws_ok(format('DELETE FROM probe.%I', name), '55000', NULL, name || ' is not deleted from') FROM public.part;
SELECT throws_ok(format('TRUNCATE probe.%I CASCADE', name), '55000', NULL, name || ' is not truncated') FROM public.part;
SELECT throws_ok(format('INSERT INTO publication_target (publication_id, target_id, indicator, threshold) VALUES (%s, 9, ''risks_resolved'', 1)', :first), '55000',
	'публикация записывается сразу и целиком, вместе с определениями показателей: дописать в неё ничего нельзя', 'nothing is added to it, in its own transaction either');
SELECT throws_ok(format('INSERT INTO publication_indicator SELECT * FROM (SELECT (jsonb_populate_record(i, ''{"indicator": "other"}'')).* FROM publication_indicator i LIMIT 1) x'), '55000', NULL, 'no figure');
SELECT throws_ok(format('INSERT INTO publication_school (publication_id, school_id, municipality_id, code, name, kind, low_results, adverse_conditions, risk_zone, answers) VALUES (%s, 9, 1, ''s9'', ''Школа 9'', ''school'', false, false, false, ''{}'')', :first), '55000', NULL, 'no school');
SELECT throws_ok($$INSERT INTO publication (round_id, round_title, round_state, cohort_on, legal_act_id, legal_act, title)
				   VALUES (1, 'Осень 2024', 'open', '2024-09-01', 2, 'приказ', 'Пустая')$$, '55000', NULL, 'nor is an empty one written by hand');
SELECT throws_ok($$INSERT INTO publication (round_id, round_title, round_state, cohort_on, legal_act_id, legal_act, title)
				   VALUES (2, 'Осень 2025', 'draft', '2025-09-01', 2, 'приказ', 'Черновик')$$, '23514', NULL, 'nor one of a draft');
SELECT throws_ok(format($$WITH p AS (INSERT INTO publication (round_id, round_title, round_state, cohort_on, legal_act_id, legal_act, title, published_at)
									 VALUES (1, 'Осень 2024', 'open', '2024-09-01', 2, 'приказ', 'Задним числом', '2024-11-02') RETURNING publication_id)
				   INSERT INTO publication_definition SELECT (jsonb_populate_record(d, jsonb_build_object('publication_id', p.publication_id))).*
				   FROM publication_definition d, p WHERE d.publication_id = %s$$, :first), '55000', NULL, 'nor one of another day');
SELECT is(public.frozen(:first), :'frozen', 'and nothing has changed');
SELECT is((SELECT count(*) FROM publication), 1::bigint, 'nor come in');
SELECT throws_ok('DELETE FROM legal_act WHERE legal_act_id = 2', '23503', NULL, 'the order of a publication stays');

CREATE VIEW public.today AS
	SELECT municipality_id, indicator, numerator_before, denominator_before, score_before, numerator_after, denominator_after, score_after,
		   concat(CASE WHEN answers_changed THEN 'a' END, CASE WHEN definition_changed THEN 'd' END,
				  CASE WHEN cohort_changed THEN 'c' END, CASE WHEN target_changed THEN 't' END) AS flags, cause
	FROM publication_difference WHERE compared_with IS NULL;

-- an answer: of school 2; and one that nobody reads, of school 3, which is in no such cohort
UPDATE submission SET supported = 15 WHERE school_id = 2;
UPDATE submission SET teachers = 31 WHERE school_id = 3;
SELECT results_eq('SELECT * FROM public.today ORDER BY 1',
	$$VALUES (1, 'teachers_supported', 10::bigint, 30::bigint, 0::smallint, 20::bigint, 30::bigint, 1::smallint, 'a', 'ответы школ: 1'),
			 (NULL, 'teachers_supported', 20, 40, 1::smallint, 30, 40, 1::smallint, 'a', 'ответы школ: 1')$$, 'an answer');
SELECT results_eq('SELECT publication_id, round_id, municipality, title, percent_before, percent_after, threshold_before, threshold_after FROM publication_difference ORDER BY municipality_id',
	format($$SELECT %s, 1, v.m, i.title, v.was, v.is_now, 50.0000, 50.0000 FROM indicator i,
			 (VALUES (1, 'Первый', 33.3333, 66.6667), (2, NULL, 50.0000, 75.0000)) v(n, m, was, is_now)
			 WHERE i.indicator = 'teachers_supported' ORDER BY v.n$$, :first), 'with names, percents and thresholds');
SELECT results_eq('SELECT indicator, school_id, municipality_before, municipality_after, respondent, in_before, in_after, answers_changed, status_changed FROM publication_respondent_change',
	$$VALUES ('teachers_supported', 2, 1, 1, 'Школа 2', true, true, true, false)$$, 'and whose answer it was');

-- the same between two publications
SELECT shnor.publish('probe', 1, 2, 'Уточнённый отчёт') AS second \gset
SELECT is((SELECT title FROM publication WHERE publication_id = :second), 'Уточнённый отчёт', 'a publication may have a title of its own');
SELECT results_eq('SELECT publication_id, compared_with, municipality_id, numerator_before, numerator_after, cause FROM publication_difference ORDER BY compared_with, municipality_id',
	format($$VALUES (%1$s, %2$s, 1, 10::bigint, 20::bigint, 'ответы школ: 1'), (%1$s, %2$s, NULL, 20, 30, 'ответы школ: 1'),
					(%1$s, NULL, 1, 10, 20, 'ответы школ: 1'), (%1$s, NULL, NULL, 20, 30, 'ответы школ: 1')$$, :first, :second),
	'the earlier publication differs from the later and from today, the later from nothing');
UPDATE submission SET supported = 5 WHERE school_id = 2;
SELECT is_empty(format('SELECT * FROM publication_difference WHERE publication_id = %s AND compared_with IS NULL', :first), 'an answer taken back: today is as first published');
SELECT is((SELECT count(*) FROM publication_difference WHERE publication_id = :second), 2::bigint, 'and not as published later');
UPDATE submission SET supported = 15 WHERE school_id = 2;
CREATE OR REPLACE VIEW public.today AS
	SELECT municipality_id, indicator, numerator_before, denominator_before, score_before, numerator_after, denominator_after, score_after,
		   concat(CASE WHEN answers_changed THEN 'a' END, CASE WHEN definition_changed THEN 'd' END,
				  CASE WHEN cohort_changed THEN 'c' END, CASE WHEN target_changed THEN 't' END) AS flags, cause
	FROM publication_difference WHERE compared_with IS NULL AND publication_id = (SELECT max(publication_id) FROM publication);
SELECT is_empty('SELECT * FROM public.today', 'today is as the second publication');

-- an answer of another source that goes before the form, which is silent
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (1, 1, 'in_networks', 'unoi', 8);
SELECT results_eq('SELECT municipality_id, indicator, numerator_after, denominator_after, flags, cause FROM public.today ORDER BY 1',
	$$VALUES (1, 'teachers_in_networks', 8::bigint, 10::bigint, 'a', 'ответы школ: 1'), (NULL, 'teachers_in_networks', 8, 10, 'a', 'ответы школ: 1')$$,
	'an answer of another source');
DELETE FROM source_answer;

-- answers of municipalities
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 2, true);
SELECT results_eq('SELECT * FROM public.today ORDER BY 1',
	$$VALUES (2, 'results_note', 0::bigint, 1::bigint, 0::smallint, 1::bigint, 1::bigint, 1::smallint, 'a', 'ответ муниципалитета'),
			 (NULL, 'results_note', 1, 2, 1::smallint, 2, 2, 1::smallint, 'a', 'ответы муниципалитетов: 1')$$, 'an answer of a municipality');
DELETE FROM municipal_submission WHERE municipality_id = 2;

-- a definition: curators turned round (the figure of the first municipality stays 1 of 2)
UPDATE indicator SET numerator = 'NOT has_curator' WHERE indicator = 'schools_with_curator';
SELECT results_eq('SELECT * FROM public.today ORDER BY 1',
	$$VALUES (2, 'schools_with_curator', 1::bigint, 1::bigint, 1::smallint, 0::bigint, 1::bigint, 0::smallint, 'd', 'определение: числитель «has_curator» → «NOT has_curator»'),
			 (NULL, 'schools_with_curator', 2, 3, 1::smallint, 1, 3, 0::smallint, 'd', 'определение: числитель «has_curator» → «NOT has_curator»')$$, 'a definition');
UPDATE indicator SET numerator = 'has_curator' WHERE indicator = 'schools_with_curator';
-- a cohort's formula: all schools of which 3 and 5 were not in it; who comes in by it has no part in the cause
UPDATE indicator SET cohort = NULL, missing = 'exclude', polarity = 'lower_is_better' WHERE indicator = 'schools_with_curator';
UPDATE submission SET has_curator = true WHERE school_id = 3;
SELECT results_eq('SELECT * FROM public.today WHERE municipality_id IS NOT NULL ORDER BY 1',
	$$VALUES (1, 'schools_with_curator', 1::bigint, 2::bigint, 1::smallint, 2::bigint, 3::bigint, 0::smallint, 'd',
			  'вошли в круг: Школа 3; определение: круг «low_results OR adverse_conditions» → «все», нет ответа «считается за нет» → «не считается», что лучше «больше» → «меньше»'),
			 (2, 'schools_with_curator', 1, 1, 1::smallint, 1, 1, 0::smallint, 'd',
			  'вошли в круг: Школа 5; определение: круг «low_results OR adverse_conditions» → «все», нет ответа «считается за нет» → «не считается», что лучше «больше» → «меньше»')$$,
	'a cohort that the definition has changed: its cause is the definition');
UPDATE submission SET has_curator = NULL WHERE school_id = 3;
-- a cohort that reads an answer
UPDATE indicator SET cohort = 'low_results OR adverse_conditions', missing = 'no', polarity = 'higher_is_better' WHERE indicator = 'schools_with_curator';
UPDATE indicator SET cohort = 'teachers >= 25' WHERE indicator = 'schools_with_study_plans';
SELECT shnor.publish('probe', 1, 2) AS third \gset
UPDATE submission SET teachers = 25 WHERE school_id = 2;
SELECT results_eq('SELECT * FROM public.today WHERE indicator = ''schools_with_study_plans'' ORDER BY 1',
	$$VALUES (1, 'schools_with_study_plans', 0::bigint, 1::bigint, NULL::smallint, 0::bigint, 2::bigint, NULL::smallint, 'a', 'ответы школ: 1; вошли в круг: Школа 2'),
			 (NULL, 'schools_with_study_plans', 0, 1, NULL, 0, 2, NULL, 'a', 'ответы школ: 1; вошли в круг: Школа 2')$$, 'an answer that brings a school into a cohort');
UPDATE submission SET teachers = 20 WHERE school_id = 2;
SELECT is_empty('SELECT * FROM public.today', 'all is as published again');

-- a status
INSERT INTO school_status (school_id, status, since) VALUES (3, 'low_results', '2024-08-01');
SELECT results_eq('SELECT * FROM public.today WHERE indicator IN (''low_or_adverse_schools'', ''teachers_supported'', ''schools_with_curator'') ORDER BY indicator, municipality_id',
	$$VALUES (1, 'low_or_adverse_schools', 2::bigint, 3::bigint, NULL::smallint, 3::bigint, 3::bigint, NULL::smallint, 'c', 'сменили статус: Школа 3'),
			 (NULL, 'low_or_adverse_schools', 3, 5, NULL, 4, 5, NULL, 'c', 'сменили статус: Школа 3'),
			 (1, 'schools_with_curator', 1, 2, 1::smallint, 1, 3, 0::smallint, 'c', 'вошли в круг: Школа 3'),
			 (NULL, 'schools_with_curator', 2, 3, 1::smallint, 2, 4, 1::smallint, 'c', 'вошли в круг: Школа 3'),
			 (1, 'teachers_supported', 20, 30, 1::smallint, 20, 30, 1::smallint, 'c', 'вошли в круг: Школа 3'),
			 (NULL, 'teachers_supported', 30, 40, 1::smallint, 30, 40, 1::smallint, 'c', 'вошли в круг: Школа 3')$$,
	'a status: in the cohort, and where the numerator counts it; a new school without an answer is a difference too');
SELECT results_eq('SELECT count(*), bool_and(flags = ''c'') FROM public.today', 'VALUES (22::bigint, true)', 'in the eleven indicators that read statuses, of its municipality and the region');
DELETE FROM school_status WHERE school_id = 3;
UPDATE school_status SET until = '2024-09-01' WHERE school_id = 4;
SELECT results_eq('SELECT * FROM public.today WHERE indicator = ''schools_with_curator'' ORDER BY municipality_id',
	$$VALUES (2, 'schools_with_curator', 1::bigint, 1::bigint, 1::smallint, 0::bigint, 0::bigint, NULL::smallint, 'c', 'вышли из круга: Школа 4'),
			 (NULL, 'schools_with_curator', 2, 3, 1::smallint, 1, 2, 1::smallint, 'c', 'вышли из круга: Школа 4')$$, 'a status that has ended');
UPDATE school_status SET until = NULL WHERE school_id = 4;

-- targets
UPDATE target SET legal_act_id = 2 WHERE target_id = 1;
SELECT is_empty('SELECT * FROM public.today', 'another order for the same threshold changes no figure');
UPDATE target SET threshold = 66.5, plan = 70, legal_act_id = 1 WHERE target_id = 1;
SELECT results_eq('SELECT * FROM public.today ORDER BY 1',
	$$VALUES (1, 'teachers_supported', 20::bigint, 30::bigint, 1::smallint, 20::bigint, 30::bigint, 1::smallint, 't', 'порог 50 → 66,5; план не установлен → 70'),
			 (2, 'teachers_supported', 10, 10, 1::smallint, 10, 10, 1::smallint, 't', 'порог 50 → 66,5; план не установлен → 70'),
			 (NULL, 'teachers_supported', 30, 40, 1::smallint, 30, 40, 1::smallint, 't', 'порог 50 → 66,5; план не установлен → 70')$$, 'a threshold and a plan');
UPDATE target SET threshold = 50, plan = NULL WHERE target_id = 1;
DELETE FROM target WHERE target_id = 3;
SELECT results_eq('SELECT * FROM public.today',
	$$VALUES (NULL::integer, 'results_note', 1::bigint, 2::bigint, 1::smallint, 1::bigint, 2::bigint, NULL::smallint, 't', 'порог 50 → не установлен')$$,
	'of a yes or no only the region''s share is measured');
INSERT INTO target (target_id, round_id, indicator, threshold) VALUES (3, 1, 'results_note', 50);
INSERT INTO target (target_id, round_id, indicator, municipality_id, threshold) VALUES (4, 1, 'teachers_supported', 1, 70);
SELECT results_eq('SELECT municipality_id, score_before, score_after, flags, cause FROM public.today', $$VALUES (1, 1::smallint, 0::smallint, 't', 'порог 50 → 70')$$, 'a threshold of its own is one municipality''s');
DELETE FROM target WHERE target_id = 4;

-- a school moves: a change of both cohorts, none of the region's; its new answer is the region's cause alone
UPDATE school SET municipality_id = 2 WHERE school_id = 2;
SELECT results_eq('SELECT * FROM public.today WHERE indicator = ''teachers_supported'' ORDER BY 1',
	$$VALUES (1, 'teachers_supported', 20::bigint, 30::bigint, 1::smallint, 5::bigint, 10::bigint, 1::smallint, 'c', 'вышли из круга: Школа 2'),
			 (2, 'teachers_supported', 10, 10, 1::smallint, 25, 30, 1::smallint, 'c', 'вошли в круг: Школа 2')$$, 'a school that has moved');
SELECT is_empty('SELECT * FROM public.today WHERE municipality_id IS NULL OR flags <> ''c''', 'to the region it is the same school');
UPDATE submission SET supported = 10 WHERE school_id = 2;
SELECT results_eq('SELECT municipality_id, numerator_after, flags, cause FROM public.today WHERE indicator = ''teachers_supported'' ORDER BY 1',
	$$VALUES (1, 5::bigint, 'c', 'вышли из круга: Школа 2'), (2, 20, 'c', 'вошли в круг: Школа 2'), (NULL, 25, 'a', 'ответы школ: 1')$$, 'and has changed its answer');
UPDATE school SET municipality_id = 1 WHERE school_id = 2;

-- two causes at once, and all four
UPDATE target SET threshold = 60 WHERE target_id = 1;
SELECT results_eq('SELECT * FROM public.today ORDER BY 1',
	$$VALUES (1, 'teachers_supported', 20::bigint, 30::bigint, 1::smallint, 15::bigint, 30::bigint, 0::smallint, 'at', 'ответы школ: 1; порог 50 → 60'),
			 (2, 'teachers_supported', 10, 10, 1::smallint, 10, 10, 1::smallint, 't', 'порог 50 → 60'),
			 (NULL, 'teachers_supported', 30, 40, 1::smallint, 25, 40, 1::smallint, 'at', 'ответы школ: 1; порог 50 → 60')$$, 'an answer and a threshold');
UPDATE indicator SET denominator = 'teachers - 1' WHERE indicator = 'teachers_supported';
UPDATE school_status SET until = '2024-09-01' WHERE school_id = 1;
SELECT results_eq('SELECT * FROM public.today WHERE indicator = ''teachers_supported'' AND municipality_id = 1',
	$$VALUES (1, 'teachers_supported', 20::bigint, 30::bigint, 1::smallint, 10::bigint, 19::bigint, 0::smallint, 'adct',
			  'ответы школ: 1; вышли из круга: Школа 1; определение: знаменатель «teachers» → «teachers - 1»; порог 50 → 60')$$, 'all four causes');
UPDATE indicator SET denominator = 'teachers' WHERE indicator = 'teachers_supported';
UPDATE school_status SET until = NULL WHERE school_id = 1;
UPDATE target SET threshold = 50 WHERE target_id = 1;
UPDATE submission SET supported = 15 WHERE school_id = 2;
SELECT is_empty('SELECT * FROM public.today', 'and all is as published again');

-- many names; schools opened, closed, of another kind
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 2, 's' || i, 'Школа ' || i FROM generate_series(11, 16) i;
INSERT INTO school_status (school_id, status, since) SELECT i, 'risk_zone', '2024-01-01' FROM generate_series(11, 16) i;
UPDATE school SET closed_on = '2024-09-01' WHERE school_id = 4;
UPDATE school SET kind = 'preschool' WHERE school_id = 3;
SELECT results_eq('SELECT indicator, municipality_id, numerator_before, denominator_before, numerator_after, denominator_after, flags, cause FROM public.today WHERE indicator IN (''risks_resolved'', ''schools_with_prevention'') AND municipality_id IS NOT NULL ORDER BY 1, 2',
	$$VALUES ('risks_resolved', 2, 0::bigint, 0::bigint, 0::bigint, 6::bigint, 'c', 'вошли в круг: Школа 11, Школа 12, Школа 13, Школа 14, Школа 15 и ещё 1'),
			 ('schools_with_prevention', 1, 1, 3, 1, 2, 'c', 'вышли из круга: Школа 3'),
			 ('schools_with_prevention', 2, 0, 2, 0, 7, 'c', 'вошли в круг: Школа 11, Школа 12, Школа 13, Школа 14, Школа 15 и ещё 1; вышли из круга: Школа 4')$$,
	'five names and how many more; schools new, closed and of another kind');
UPDATE school SET closed_on = NULL WHERE school_id = 4;
UPDATE school SET kind = 'school' WHERE school_id = 3;
DELETE FROM school_status WHERE school_id > 10;
DELETE FROM school WHERE school_id > 10;
SELECT is_empty('SELECT * FROM public.today', 'and all is as published once more');

-- a municipality that was not there, and indicators
INSERT INTO municipality (municipality_id, name) VALUES (3, 'Третий');
SELECT results_eq('SELECT * FROM public.today WHERE indicator IN (''results_note'', ''schools_with_curator'') ORDER BY indicator, municipality_id',
	$$VALUES (3, 'results_note', NULL::bigint, NULL::bigint, NULL::smallint, 0::bigint, 1::bigint, 0::smallint, 'c', 'муниципалитета не было'),
			 (NULL, 'results_note', 1, 2, 1::smallint, 1, 3, 0::smallint, 'c', 'вошли в круг: Третий'),
			 (3, 'schools_with_curator', NULL, NULL, NULL, 0, 0, NULL, 'c', 'муниципалитета не было')$$, 'a new municipality');
DELETE FROM municipality WHERE municipality_id = 3;
UPDATE indicator SET valid_until = '2024-09-01' WHERE indicator = 'results_note';
INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, missing)
VALUES ('practice_note', 99, '1.2.2', 'Раздел', 99, 'Новый показатель', 'yes_no', 'municipality', 'has_results_note', 'no');
SELECT results_eq('SELECT * FROM public.today ORDER BY indicator, municipality_id',
	$$VALUES (1, 'practice_note', NULL::bigint, NULL::bigint, NULL::smallint, 1::bigint, 1::bigint, 1::smallint, 'd', 'определение: показатель введён'),
			 (2, 'practice_note', NULL, NULL, NULL, 0, 1, 0::smallint, 'd', 'определение: показатель введён'),
			 (NULL, 'practice_note', NULL, NULL, NULL, 1, 2, NULL, 'd', 'определение: показатель введён'),
			 (1, 'results_note', 1, 1, 1::smallint, NULL, NULL, NULL, 'd', 'определение: показатель исключён'),
			 (2, 'results_note', 0, 1, 0::smallint, NULL, NULL, NULL, 'd', 'определение: показатель исключён'),
			 (NULL, 'results_note', 1, 2, 1::smallint, NULL, NULL, NULL, 'd', 'определение: показатель исключён')$$, 'indicators come and go');
DELETE FROM indicator WHERE indicator = 'practice_note';
UPDATE indicator SET valid_until = NULL WHERE indicator = 'results_note';
-- a share of municipalities becomes the yes of each: the threshold leaves the report, but nobody has changed it
UPDATE indicator SET unit = 'percent' WHERE indicator = 'results_note';
SELECT results_eq('SELECT municipality_id, score_before, score_after, flags, cause FROM public.today ORDER BY 1',
	$$VALUES (1, 1::smallint, 1::smallint, 'd', 'определение: единица «да или нет» → «доля в процентах»'),
			 (2, 0::smallint, 0::smallint, 'd', 'определение: единица «да или нет» → «доля в процентах»')$$, 'a target that another unit uncovers is not a changed target');
UPDATE indicator SET unit = 'yes_no' WHERE indicator = 'results_note';
SELECT is_empty('SELECT * FROM public.today', 'as published');
SELECT isnt_empty('SELECT * FROM publication_difference', 'the publications differ as before');
SELECT is_empty('SELECT * FROM publication_difference WHERE NOT (answers_changed OR definition_changed OR cohort_changed OR target_changed) OR coalesce(cause, '''') = ''''',
	'no difference without a cause');

-- a closed round: next year's edits touch nothing; a correction after reopening shows
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT shnor.publish('probe', 1, 2, 'Итоги') AS final \gset
SELECT public.frozen(:final) AS frozen \gset
UPDATE round SET state = 'open', legal_act_id = 1 WHERE round_id = 2;
UPDATE school SET municipality_id = 2, name = 'Школа 2 имени Второго' WHERE school_id = 2;
UPDATE school SET kind = 'preschool' WHERE school_id = 3;
UPDATE school_status SET until = '2025-01-01' WHERE school_id = 1;
INSERT INTO school_status (school_id, status, since) VALUES (5, 'low_results', '2025-01-01');
UPDATE indicator SET valid_until = '2025-01-01' WHERE indicator = 'teachers_supported';
INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, denominator, valid_from)
SELECT indicator, indicator_id, clause, section, position, title, unit, level, 'supported + 1', denominator, '2025-01-01' FROM indicator WHERE indicator = 'teachers_supported';
INSERT INTO target (target_id, round_id, indicator, threshold) VALUES (5, 2, 'teachers_supported', 90);
INSERT INTO submission (round_id, school_id, teachers, supported) VALUES (2, 1, 10, 1);
SELECT is(public.frozen(:final), :'frozen', 'a publication of a closed round is what it was after next year''s edits');
SELECT is_empty('SELECT * FROM public.today', 'and so is the round itself');
SELECT lives_ok($$SELECT shnor.publish('probe', 2, 1)$$, 'next year is published for itself');
SELECT is_empty('SELECT * FROM public.today', 'and equals today');
SELECT is_empty(format('SELECT * FROM publication_pair a JOIN publication p ON p.publication_id = a.publication_id JOIN publication q ON q.publication_id = a.compared_with WHERE p.round_id <> q.round_id OR q.publication_id <= p.publication_id'),
	'only publications of one round are compared, the earlier with the later');
SELECT shnor.reopen_round('probe', 1, 'Школа 4 исправила ответ') AS reopened \gset
UPDATE submission SET supported = 0 WHERE round_id = 1 AND school_id = 4;
SELECT results_eq(format('SELECT municipality_id, flags, cause FROM (SELECT d.*, concat(answers_changed::int, cohort_changed::int) AS flags FROM publication_difference d WHERE publication_id = %s AND compared_with IS NULL AND indicator = ''teachers_supported'') x ORDER BY 1', :final),
	$$VALUES (2, '10', 'ответы школ: 1'), (NULL, '10', 'ответы школ: 1')$$,
	'a reopened round keeps its list: what has moved meanwhile does not show, the correction alone does');
UPDATE school SET municipality_id = 1 WHERE school_id = 2;
UPDATE school SET kind = 'school' WHERE school_id = 3;
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT results_eq(format('SELECT municipality_id, indicator, numerator_before, numerator_after, score_after, cause FROM publication_difference WHERE publication_id = %s AND compared_with IS NULL ORDER BY 1', :final),
	$$VALUES (2, 'teachers_supported', 10::bigint, 0::bigint, 0::smallint, 'ответы школ: 1'), (NULL, 'teachers_supported', 30, 20, 1::smallint, 'ответы школ: 1')$$,
	'closed again, the round differs from its publication by the correction');
SELECT is(public.frozen(:final), :'frozen', 'the publication says what it said');

-- who may
CREATE ROLE publication_editor;
CREATE ROLE publication_reader;
GRANT USAGE ON SCHEMA probe, public TO publication_editor, publication_reader;
SELECT shnor.grant_access('probe', 'publication_editor', 'approver'), shnor.grant_access('probe', 'publication_reader', 'reader');
GRANT ALL ON ALL TABLES IN SCHEMA public TO publication_editor, publication_reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO publication_editor, publication_reader;
SET ROLE publication_reader;
SELECT throws_ok($$SELECT shnor.publish('probe', 1, 2)$$, '42501', NULL, 'who only reads does not publish');
SELECT isnt_empty('SELECT * FROM publication_difference', 'but sees the differences');
SET ROLE publication_editor;
SELECT lives_ok($$SELECT shnor.publish('probe', 1, 2, 'Исправленные итоги')$$, 'publishing takes an approver, not ownership');
SELECT results_eq('SELECT published_by FROM publication ORDER BY publication_id DESC LIMIT 1', $$VALUES ('publication_editor'::name)$$, 'and is signed');
SELECT throws_ok('UPDATE publication SET title = title', '42501', NULL, 'it cannot be changed');
RESET ROLE;

-- one command has written all of a publication: the figures and what stands behind them are of one moment
SELECT is((SELECT count(*) FROM (
	SELECT xmin::text, cmin::text FROM publication WHERE publication_id = :final
	UNION SELECT xmin::text, cmin::text FROM publication_indicator WHERE publication_id = :final
	UNION SELECT xmin::text, cmin::text FROM publication_definition WHERE publication_id = :final
	UNION SELECT xmin::text, cmin::text FROM publication_target WHERE publication_id = :final
	UNION SELECT xmin::text, cmin::text FROM publication_school WHERE publication_id = :final
	UNION SELECT xmin::text, cmin::text FROM publication_municipality WHERE publication_id = :final
	UNION SELECT xmin::text, cmin::text FROM publication_school_indicator WHERE publication_id = :final) x), 1::bigint, 'a publication is written by one command');

-- without the views that compute, what is published is read as before
SET client_min_messages = error;
DROP VIEW publication_difference, publication_respondent_change, publication_definition_change, round_indicator CASCADE;
RESET client_min_messages;
SELECT is(public.frozen(:final), :'frozen', 'what is published needs none of the views that computed it');
SELECT is((SELECT count(*) FROM publication_report WHERE publication_id = :final), 36::bigint, 'and its report is read as before');
SELECT throws_ok('DELETE FROM publication_indicator', '55000', NULL, 'nor is it less guarded');
SELECT is(shnor.upgrade_region('probe'), 'probe', 'upgrade_region brings the views back');
SELECT is((SELECT count(*) FROM publication_difference WHERE publication_id = :final AND compared_with IS NULL), 2::bigint, 'with the same differences');
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname LIKE 'publication%'
	AND coalesce(col_description(c.oid, a.attnum), '') !~ '[А-Яа-я]'$$, 'and comments on every column');

SELECT finish();
ROLLBACK;
