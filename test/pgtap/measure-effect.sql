-- Results with a measure beside results without it (clause 1.2.12), counted by hand.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 1 + i / 5, 's' || i, 'Школа ' || i FROM generate_series(1, 8) i;	-- 1..4, 5..8
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open');
INSERT INTO school_status (school_id, status, since) SELECT i, 'low_results', '2023-01-01' FROM unnest(ARRAY[1, 2, 3, 5, 6, 7]) i;	-- 4 and 8 are not listed
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES
	(2023, 1, 'ЕГЭ', 'математика', 11, 20, 10), (2023, 1, 'ЕГЭ', 'русский язык', 11, 20, 10),	-- 20/40
	(2024, 1, 'ЕГЭ', 'математика', 11, 40, 4),													-- 4/40
	(2023, 2, 'ЕГЭ', 'математика', 11, 10, 5), (2024, 2, 'ЕГЭ', 'математика', 11, 10, 1),
	(2023, 3, 'ЕГЭ', 'математика', 11, 30, 15),													-- nothing in 2024: does not count
	(2023, 4, 'ЕГЭ', 'математика', 11, 50, 25), (2024, 4, 'ЕГЭ', 'математика', 11, 50, 50),		-- not listed
	(2023, 5, 'ЕГЭ', 'математика', 11, 20, 8), (2024, 5, 'ЕГЭ', 'математика', 11, 25, 9),
	(2023, 6, 'ЕГЭ', 'математика', 11, 0, 0), (2024, 6, 'ЕГЭ', 'математика', 11, 10, 0),		-- nobody took part: no share
	(2023, 7, 'ЕГЭ', 'математика', 11, 30, 12), (2024, 7, 'ЕГЭ', 'математика', 11, 25, 11);
INSERT INTO measure (measure_id, round_id, municipality_id, indicator, measure_kind, title, due_on, done_on, state) VALUES
	(1, 1, 1, 'teachers_supported', 'pupil_training', 'Занятия', '2024-06-01', '2024-05-31', 'done'),	-- all listed schools of the first: 1, 2 (3)
	(2, 1, 2, NULL, 'pupil_training', 'Занятия одной школы', '2024-06-01', '2024-02-01', 'done'),			-- school 5 by name
	(3, 1, NULL, NULL, 'project_advice', 'Консультации всем', '2024-06-01', '2024-02-01', 'done'),			-- the region: nobody is left to compare with
	(4, 1, 2, NULL, 'network_models', 'Отменено', '2024-06-01', NULL, 'cancelled'),
	(5, 1, 2, NULL, 'network_models', 'Школа без результатов', '2024-06-01', '2024-02-01', 'done'),
	(6, 1, 1, NULL, 'teacher_associations', 'Школа вне перечня', '2024-06-01', '2024-02-01', 'done');
INSERT INTO measure_school VALUES (2, 5), (5, 6), (6, 4);

SELECT results_eq('SELECT measure_id, school_id FROM measure_target ORDER BY 1, 2',
	'VALUES (1, 1), (1, 2), (1, 3), (2, 5), (3, 1), (3, 2), (3, 3), (3, 5), (3, 6), (3, 7), (5, 6), (6, 4)', 'whom each measure is for');
-- with: schools 1 and 2, 25/50 -> 5/50; without: school 7 (5 has a measure of that kind, 3 and 6 have no two years), 12/30 -> 11/25
SELECT results_eq('SELECT year_before, year_after, schools_with, below_with_before, participants_with_before, below_with_after, participants_with_after, percent_with_before, percent_with_after, change_with FROM measure_effect WHERE measure_id = 1',
	$$VALUES (2023, 2024, 2::bigint, 25::bigint, 50::bigint, 5::bigint, 50::bigint, 50.0000, 10.0000, -40.0000)$$, 'schools with the measure, paired years only');
SELECT results_eq('SELECT schools_without, below_without_before, participants_without_before, below_without_after, participants_without_after, change_without, difference FROM measure_effect WHERE measure_id = 1',
	$$VALUES (1::bigint, 12::bigint, 30::bigint, 11::bigint, 25::bigint, 4.0000, -44.0000)$$, 'listed schools without a measure of that kind: 40 % -> 44 %');
SELECT is((SELECT reason FROM measure_effect WHERE measure_id = 1), 'В школах с мерой доля ниже минимума снизилась', 'said only outside the noise');
-- school 5: 8/20 = 40 % -> 9/25 = 36 %
SELECT results_eq('SELECT schools_with, change_with, reason FROM measure_effect WHERE measure_id = 2',
	$$VALUES (1::bigint, -4.0000, 'Изменение в школах с мерой не больше случайных колебаний')$$, 'four points of twenty pupils are noise');
UPDATE setting SET min_n = 21;
SELECT is((SELECT reason FROM measure_effect WHERE measure_id = 2), 'За долей стоит меньше 21 участников: судить об изменении нельзя', 'the least number is data');
SELECT results_eq('SELECT schools_with, schools_without, change_without, difference, reason FROM measure_effect WHERE measure_id = 3',
	$$VALUES (4::bigint, 0::bigint, NULL::numeric, NULL::numeric, 'Сравнить не с кем: нет школ перечня без такой меры с результатами за оба года')$$, 'a measure for all has nobody beside it');
SELECT is_empty('SELECT * FROM measure_effect WHERE measure_id = 4', 'a cancelled measure is not judged');
SELECT results_eq('SELECT schools_with, change_with, reason FROM measure_effect WHERE measure_id = 5',
	$$VALUES (0::bigint, NULL::numeric, 'У школ, которых касается мера, нет результатов за оба года')$$, 'no participants are no result');
-- school 4, 25/50 -> 50/50, beside 1, 2, 5, 7: 25+8+12 of 50+20+30 = 45 % -> 5+9+11 of 50+25+25 = 25 %
SELECT results_eq('SELECT schools_with, change_with, schools_without, change_without, difference, reason FROM measure_effect WHERE measure_id = 6',
	$$VALUES (1::bigint, 50.0000, 4::bigint, -20.0000, 70.0000, 'В школах с мерой доля ниже минимума выросла')$$, 'a measure that did not help says so');
-- a measure acts from the day it is done: results of spring 2024 show nothing of June 2024
UPDATE measure SET done_on = '2024-06-01' WHERE measure_id = 1;
SELECT results_eq('SELECT year_before, year_after, schools_with, schools_without, change_with, change_without, reason FROM measure_effect WHERE measure_id = 1',
	$$VALUES (2023, NULL::integer, 0::bigint, 0::bigint, NULL::numeric, NULL::numeric, 'Результатов после исполнения меры ещё нет')$$, 'done in June, a measure does not show in the results of that spring');
UPDATE measure SET state = 'in_progress', done_on = NULL WHERE measure_id = 1;
SELECT results_eq('SELECT year_before, year_after, schools_with, schools_without, change_with, change_without, reason FROM measure_effect WHERE measure_id = 1',
	$$VALUES (2023, NULL::integer, 0::bigint, 0::bigint, NULL::numeric, NULL::numeric, 'Мера ещё не исполнена')$$, 'one that is not done has changed nothing');
SELECT results_eq('SELECT schools_without, below_without_before FROM measure_effect WHERE measure_id = 2', 'VALUES (1::bigint, 12::bigint)', 'its schools are no comparison for others of its kind either: 7 alone');
UPDATE measure SET state = 'done', done_on = '2026-06-01' WHERE measure_id = 1;
SELECT is((SELECT reason FROM measure_effect WHERE measure_id = 1), 'Мера исполнена позже, чем за три года после мониторинга', 'nor is one done when the three years are over judged');
UPDATE measure SET done_on = '2024-05-31' WHERE measure_id = 1;
-- a planned measure of the kind for school 7, first of the same round, then of the next
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO measure (measure_id, round_id, municipality_id, measure_kind, title, due_on) VALUES (7, 1, 2, 'pupil_training', 'Запланировано', '2025-06-01');
INSERT INTO measure_school VALUES (7, 7);
SELECT results_eq('SELECT schools_with, schools_without, change_without FROM measure_effect WHERE measure_id = 1', 'VALUES (2::bigint, 0::bigint, NULL::numeric)', 'a school that such a measure is planned for is not compared with');
UPDATE measure SET round_id = 2 WHERE measure_id = 7;
SELECT results_eq('SELECT schools_with, schools_without, change_without FROM measure_effect WHERE measure_id = 1', 'VALUES (2::bigint, 1::bigint, 4.0000)', 'what is planned after the results of 2024 does not bear on them');
UPDATE measure SET state = 'cancelled', round_id = 1 WHERE measure_id = 7;
SELECT is((SELECT schools_without FROM measure_effect WHERE measure_id = 1), 1::bigint, 'what is cancelled bears on nothing');
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES (2025, 7, 'ЕГЭ', 'математика', 11, 10, 1), (2025, 1, 'ЕГЭ', 'математика', 11, 10, 2);
UPDATE measure SET state = 'planned', round_id = 2 WHERE measure_id = 7;
SELECT results_eq('SELECT year_after, schools_with, schools_without FROM measure_effect WHERE measure_id = 1 ORDER BY 1', 'VALUES (2024, 2::bigint, 1::bigint), (2025, 1, 0)', 'on those of 2025 it does');
UPDATE measure SET done_on = '2024-06-01' WHERE measure_id = 1;
SELECT results_eq('SELECT year_after, schools_with FROM measure_effect WHERE measure_id = 1', 'VALUES (2025, 1::bigint)', 'June''s measure shows in the results of the year after');
UPDATE measure SET done_on = '2024-05-31' WHERE measure_id = 1;
DELETE FROM result WHERE year = 2025;
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES (2026, 1, 'ЕГЭ', 'математика', 11, 10, 0), (2027, 1, 'ЕГЭ', 'математика', 11, 10, 0);
SELECT results_eq('SELECT year_after, schools_with FROM measure_effect WHERE measure_id = 1 ORDER BY 1', 'VALUES (2024, 2::bigint), (2026, 1::bigint)', 'up to three years after, a missing year has no row');
DELETE FROM result WHERE year > 2023;
SELECT results_eq('SELECT year_after, schools_with, percent_with_after, reason FROM measure_effect WHERE measure_id = 1',
	$$VALUES (NULL::integer, 0::bigint, NULL::numeric, 'Результатов после исполнения меры ещё нет')$$, 'before the next results there is nothing to say');

SELECT finish();
ROLLBACK;
