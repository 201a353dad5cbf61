-- Effectiveness over three years: spells, successors, re-inclusion, missing years. All worked out by hand.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;
SET shnor.today = '2025-10-01';

SELECT is_empty('SELECT * FROM monitoring_year', 'a region without data has no years');
SELECT is_empty('SELECT * FROM effectiveness', 'and no spells');

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '5-о', '2022-08-01', 'Департамент', 'О мониторинге');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name, kind, closed_on)
SELECT i, CASE WHEN i = 2 THEN 2 ELSE 1 END, 's' || i, 'Школа ' || i, CASE i WHEN 17 THEN 'preschool' ELSE 'school' END,
	   CASE WHEN i IN (10, 12, 21) THEN date '2023-07-01' WHEN i IN (15, 16, 18) THEN '2023-01-01' WHEN i IN (14, 19) THEN '2024-01-01' END
FROM generate_series(1, 30) i;
UPDATE school SET successor_id = CASE school_id WHEN 10 THEN 11 WHEN 12 THEN 13 WHEN 15 THEN 16 WHEN 16 THEN 15 WHEN 18 THEN 19 WHEN 19 THEN 20 WHEN 21 THEN 22 END
WHERE school_id IN (10, 12, 15, 16, 18, 19, 21);
INSERT INTO school_status (school_id, status, since, until, legal_act_id)
SELECT v.*, 1 FROM (VALUES
	(1, 'low_results', date '2022-08-01', date '2024-08-01'), (2, 'low_results', '2022-08-01', '2024-08-01'),
	(3, 'low_results', '2022-08-01', NULL), (4, 'low_results', '2022-08-01', '2024-08-01'), (5, 'low_results', '2023-08-01', NULL),
	(6, 'low_results', '2022-08-01', '2023-08-01'), (6, 'low_results', '2024-08-01', NULL),					-- back in t+2
	(7, 'adverse_conditions', '2022-08-01', '2023-08-01'), (7, 'adverse_conditions', '2025-08-01', NULL),		-- back in t+3
	(8, 'low_results', '2022-01-01', '2023-01-01'), (8, 'adverse_conditions', '2022-06-01', '2024-01-01'),	-- overlapping,
	(8, 'low_results', '2024-01-01', '2025-01-01'),															-- then adjacent
	(9, 'low_results', '2022-09-16', '2023-09-01'),															-- between two lists
	(10, 'low_results', '2022-08-01', '2023-07-01'),
	(12, 'low_results', '2022-08-01', NULL), (13, 'low_results', '2023-08-01', '2024-08-01'),				-- goes on with the successor
	(14, 'low_results', '2022-08-01', NULL), (15, 'low_results', '2022-08-01', NULL),
	(17, 'low_results', '2022-08-01', NULL),																	-- a kindergarten
	(18, 'low_results', '2022-08-01', '2023-01-01'),
	(21, 'low_results', '2022-08-01', NULL), (22, 'adverse_conditions', '2021-08-01', '2024-01-01'),			-- the successor's own
	(23, 'low_results', '2022-08-01', '2023-08-01'), (24, 'low_results', '2022-08-01', '2023-08-01')) AS v;
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2022', '2022-09-01', '2022-09-30', '2022-09-15', 1, 'closed');

INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum)
SELECT 2020 + y, s, 'ОГЭ', 'математика', 9, p, b
FROM (VALUES	-- school, year, participants, below minimum
	(1, 2, 100, 40), (1, 3, 100, 38), (1, 4, 100, 40), (1, 5, 100, 39),
	(2, 2, 50, 20), (2, 3, 50, 20), (2, 4, 100, 40), (2, 5, 100, 40),
	(3, 2, 50, 4), (3, 3, 100, 10), (3, 4, 100, 20), (3, 5, 100, 20),
	(4, 2, 100, 40), (4, 3, 100, 30), (4, 5, 100, 10),
	(5, 3, 100, 30), (5, 4, 100, 20),
	(6, 2, 100, 40), (6, 3, 100, 40), (6, 4, 100, 10), (6, 5, 100, 10),
	(7, 2, 100, 40), (7, 3, 100, 30), (7, 4, 100, 20), (7, 5, 100, 10),
	(8, 2, 100, 40), (8, 4, 100, 40), (8, 5, 100, 30),
	(10, 2, 100, 40), (11, 2, 100, 1), (11, 3, 100, 30), (11, 4, 100, 20), (11, 5, 100, 10),
	(12, 2, 100, 40), (13, 4, 100, 41), (13, 5, 100, 30),
	(14, 2, 100, 40), (14, 3, 100, 30), (15, 2, 100, 40),
	(18, 2, 100, 40), (20, 4, 100, 30), (20, 5, 100, 20),
	(21, 2, 100, 40), (22, 1, 100, 30), (22, 2, 100, 30), (22, 3, 100, 20), (22, 4, 100, 30), (22, 5, 100, 20),
	(23, 2, 100, 40), (23, 4, 0, 0), (23, 5, 100, 10), (24, 2, 100, 40),
	(30, 5, 300, 51)) AS v(s, y, p, b);
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES (2022, 3, 'ОГЭ', 'русский язык', 9, 50, 6);

-- the years and their lists
SELECT results_eq('SELECT year, round_id, listed_on, reached FROM monitoring_year ORDER BY 1',
	$$VALUES (2021, NULL::integer, date '2021-09-01', true), (2022, 1, '2022-09-15', true), (2023, NULL, '2023-09-01', true),
			 (2024, NULL, '2024-09-01', true), (2025, NULL, '2025-09-01', true)$$, 'a year from the first status to today, on its round''s day or the usual one');

-- spells
SELECT results_eq('SELECT school_id, spell, year, last_listed_year, statuses, stands_id FROM effectiveness ORDER BY 1, 2',
	$$VALUES (1, 1, 2022, 2023, 'ШНОР', NULL::integer), (2, 1, 2022, 2023, 'ШНОР', NULL), (3, 1, 2022, 2025, 'ШНОР', NULL), (4, 1, 2022, 2023, 'ШНОР', NULL),
			 (5, 1, 2023, 2025, 'ШНОР', NULL), (6, 1, 2022, 2022, 'ШНОР', NULL), (6, 2, 2024, 2025, 'ШНОР', NULL),
			 (7, 1, 2022, 2022, 'ШНСУ', NULL), (7, 2, 2025, 2025, 'ШНСУ', NULL),
			 (8, 1, 2022, 2024, 'ШНОР и ШНСУ', NULL),
			 (10, 1, 2022, 2022, 'ШНОР', 11), (12, 1, 2022, 2023, 'ШНОР', 13), (14, 1, 2022, 2023, 'ШНОР', NULL), (15, 1, 2022, 2022, 'ШНОР', NULL),
			 (18, 1, 2022, 2022, 'ШНОР', 20), (21, 1, 2022, 2023, 'ШНОР', 22), (22, 1, 2021, 2023, 'ШНСУ', NULL), (23, 1, 2022, 2022, 'ШНОР', NULL),
			 (24, 1, 2022, 2022, 'ШНОР', NULL)$$,
	'one spell for two statuses, none between two lists, none for a successor that goes on, two after a gap; a circle of successors ends');

-- how each ends
SELECT results_eq('SELECT school_id, spell, conditions_met::integer, conditions::integer, state FROM effectiveness ORDER BY 1, 2',
	$$VALUES (1, 1, 3, 3, 'effective'), (2, 1, 2, 3, 'partly'), (3, 1, 0, 3, 'not_effective'), (4, 1, 2, 3, 'insufficient_data'),
			 (5, 1, NULL, 3, 'in_support'), (6, 1, NULL, 3, 'not_effective'), (6, 2, NULL, 3, 'in_support'),
			 (7, 1, 2, 3, 'partly'), (7, 2, NULL, 3, 'in_support'), (8, 1, 3, 3, 'effective'),
			 (10, 1, 3, 3, 'effective'), (12, 1, 2, 3, 'partly'), (14, 1, 0, 3, 'insufficient_data'), (15, 1, 0, 3, 'insufficient_data'),
			 (18, 1, 3, 3, 'effective'), (21, 1, 3, 3, 'effective'), (22, 1, 2, 3, 'partly'), (23, 1, 2, 3, 'insufficient_data'),
			 (24, 1, 1, 3, 'insufficient_data')$$, 'every way a spell can end');
SELECT results_eq('SELECT below_0, participants_0, percent_0, percent_1, percent_2, below_3, participants_3, percent_3, listed_1, listed_2, listed_3 FROM effectiveness WHERE school_id = 3',
	$$VALUES (10::bigint, 100::bigint, 10.0000, 10.0000, 20.0000, 20::bigint, 100::bigint, 20.0000, true, true, true)$$, 'figures are sums over all assessments');
SELECT results_eq('SELECT percent_0, percent_1, percent_2, percent_3, stands FROM effectiveness WHERE school_id = 10',
	$$VALUES (40.0000, 30.0000, 20.0000, 10.0000, 'Школа 11')$$, 'the baseline is the school''s own, later years are those of who stands for it');
SELECT results_eq('SELECT below_2, participants_2, percent_2 FROM effectiveness WHERE school_id = 23', $$VALUES (NULL::bigint, NULL::bigint, NULL::numeric)$$,
	'nobody took part: no share, no success');
SELECT results_eq('SELECT listed_1, listed_2, listed_3, percent_1, percent_2 FROM effectiveness WHERE school_id = 14',
	$$VALUES (true, NULL::boolean, NULL::boolean, 30.0000, NULL::numeric)$$, 'a school that is gone is neither listed nor not');
SELECT results_eq('SELECT municipality_id, municipality, school, criterion FROM effectiveness WHERE school_id = 2', $$VALUES (2, 'Второй', 'Школа 2', 'default')$$, 'with names');

-- the reasons
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 1), 'Выполнено: не включена снова к третьему году; результаты лучше исходных; на второй год не хуже исходных.', 'effective: why');
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 2), 'Выполнено: не включена снова к третьему году; на второй год не хуже исходных. Не выполнено: результаты лучше исходных.', 'partly: why');
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 4),
	'Выполнено: не включена снова к третьему году; результаты лучше исходных. Судить нельзя: на второй год не хуже исходных (нет результатов за 2024 год).', 'insufficient: what is missing, of which year');
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 5), 'Идёт поддержка: итог — по перечню 2026 года.', 'in support: until when');
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 6 AND spell = 1),
	'Снова в перечне с 2024 года, раньше третьего года: меры не дали результата. Дальше наблюдается новое включение.', 're-included early: since when');
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 7 AND spell = 1),
	'Выполнено: результаты лучше исходных; на второй год не хуже исходных. Не выполнено: не включена снова к третьему году. Снова в перечне с 2025 года: это уже новое включение.', 're-included in the third year: judged');
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 12),
	'Выполнено: не включена снова к третьему году; результаты лучше исходных. Не выполнено: на второй год не хуже исходных. '
	|| 'С 2023 года за школу стоит правопреемник: Школа 13; его место в перечне продолжает это включение.', 'the successor, and that its listing goes on');
SELECT alike((SELECT reason FROM effectiveness WHERE school_id = 10), '% С 2023 года за школу стоит правопреемник: Школа 11.', 'a successor that was not listed');
SELECT alike((SELECT reason FROM effectiveness WHERE school_id = 18), '% С 2024 года за школу стоит правопреемник: Школа 20.', 'the last of two successors');
SELECT is((SELECT reason FROM effectiveness WHERE school_id = 14),
	'Судить нельзя: не включена снова к третьему году (в 2024 году нет ни школы, ни правопреемника, в 2025 году нет ни школы, ни правопреемника); '
	|| 'результаты лучше исходных (в 2025 году нет ни школы, ни правопреемника); на второй год не хуже исходных (в 2024 году нет ни школы, ни правопреемника). '
	|| 'С 2024 года школы нет, правопреемник не действует.', 'closed without a successor');
SELECT results_eq('SELECT position, met, missing FROM spell_condition WHERE school_id = 24 ORDER BY 1',
	$$VALUES (1, true, NULL), (2, NULL::boolean, 'нет результатов за 2025 год'), (3, NULL, 'нет результатов за 2024 год')$$, 'condition by condition');

-- a day later
SET shnor.today = '2025-08-31';
SELECT results_eq('SELECT DISTINCT state FROM effectiveness WHERE year = 2022 AND school_id <> 6', $$VALUES ('in_support')$$, 'before the third year''s list nothing is judged');
SELECT results_eq('SELECT state FROM effectiveness WHERE school_id = 6 AND year = 2022', $$VALUES ('not_effective')$$, 'but for a school that is back');
SELECT is_empty('SELECT * FROM effectiveness WHERE year = 2025', 'a list that is still to come includes nobody');
SELECT results_eq('SELECT listed_3, percent_3, last_listed_year FROM effectiveness WHERE school_id = 3', $$VALUES (NULL::boolean, NULL::numeric, 2024)$$, 'and its year is not known');
SELECT results_eq('SELECT position, met, missing FROM spell_condition WHERE school_id = 1 ORDER BY 1',
	$$VALUES (1, NULL::boolean, 'перечня 2025 года ещё нет'), (2, NULL, 'перечня 2025 года ещё нет'), (3, true, NULL)$$, 'what can be seen by then');
SET shnor.today = '2025-09-01';
SELECT results_eq('SELECT state FROM effectiveness WHERE school_id IN (1, 2, 3) ORDER BY school_id', $$VALUES ('effective'), ('partly'), ('not_effective')$$, 'on its day all is judged');
SET shnor.today = '2026-09-01';
SELECT results_eq('SELECT state, conditions_met FROM effectiveness WHERE school_id = 5', $$VALUES ('insufficient_data', 0::smallint)$$,
	'another year on: still listed, no results of 2025 and 2026');
SET shnor.today = '2025-10-01';

-- another criterion: half of the gap to the region's 300 of 1500, that is 20 %
SELECT results_eq('SELECT DISTINCT region_below_3, region_participants_3 FROM spell_case WHERE year = 2022', $$VALUES (300::bigint, 1500::bigint)$$, 'the region in the third year');
UPDATE effectiveness_criterion SET in_use = false WHERE in_use;
SELECT results_eq('SELECT school_id, criterion, conditions::integer, state, reason FROM effectiveness WHERE school_id IN (1, 5, 6) AND spell = 1 ORDER BY 1',
	$$VALUES (1, NULL, 0, 'insufficient_data', 'Судить нельзя: критерий эффективности не выбран.'),
			 (5, NULL, 0, 'in_support', 'Идёт поддержка: итог — по перечню 2026 года.'),
			 (6, NULL, 0, 'not_effective', 'Снова в перечне с 2024 года, раньше третьего года: меры не дали результата. Дальше наблюдается новое включение.')$$,
	'without a criterion nothing is a success');
UPDATE effectiveness_criterion SET in_use = true WHERE criterion = 'gap_closed';
SELECT results_eq('SELECT school_id, conditions_met::integer, conditions::integer, state FROM effectiveness WHERE year = 2022 AND school_id NOT IN (6, 10, 15, 18, 21) ORDER BY 1',
	$$VALUES (1, 1, 3, 'partly'), (2, 1, 3, 'partly'),
			 (3, 0, 3, 'not_effective'),			-- it was better than the region: no gap to close
			 (4, 3, 3, 'effective'),				-- does without t+2
			 (7, 2, 3, 'partly'),
			 (8, 3, 3, 'effective'),				-- 40 to 30 % where the region has 20: half of the gap, exactly
			 (12, 3, 3, 'effective'), (14, 0, 3, 'insufficient_data'), (23, 3, 3, 'effective'), (24, 1, 3, 'insufficient_data')$$,
	'half of the gap closed, to the last pupil');
UPDATE result SET below_minimum = 31 WHERE school_id = 8 AND year = 2025;
UPDATE result SET below_minimum = 50 WHERE school_id = 30 AND year = 2025;
SELECT results_eq('SELECT conditions_met, state FROM effectiveness WHERE school_id = 8', $$VALUES (2::smallint, 'partly')$$, 'one more below the minimum is one too many');
-- the region got worse, from 581 of 5000 (11.62 %) to 548 of 1500: school 8 went from 40 to 31 %, which is half way to the
-- share of 2025, and not to that of 2022; 25 % is (50 <= 40 + 11.62), 26 % is not
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES (2022, 30, 'ОГЭ', 'математика', 9, 3350, 0);
UPDATE result SET below_minimum = 298 WHERE school_id = 30 AND year = 2025;
SELECT results_eq('SELECT DISTINCT region_below_0, region_participants_0, region_below_3, region_participants_3 FROM spell_case WHERE year = 2022',
	$$VALUES (581::bigint, 5000::bigint, 548::bigint, 1500::bigint)$$, 'the region in both years');
SELECT results_eq('SELECT position, met FROM spell_condition WHERE school_id = 8 ORDER BY 1', $$VALUES (1, true), (2, true), (3, false)$$, 'where the region gets worse a gap does not close by itself');
UPDATE result SET below_minimum = 26 WHERE school_id = 8 AND year = 2025;
SELECT results_eq('SELECT state FROM effectiveness WHERE school_id = 8', $$VALUES ('partly')$$, 'almost half of the gap');
UPDATE result SET below_minimum = 25 WHERE school_id = 8 AND year = 2025;
SELECT results_eq('SELECT state FROM effectiveness WHERE school_id = 8', $$VALUES ('effective')$$, 'half of the gap');
DELETE FROM result WHERE year = 2025;
SELECT results_eq('SELECT missing FROM spell_condition WHERE school_id = 1 AND position = 2', $$VALUES ('нет результатов за 2025 год')$$, 'no results of the region either');
UPDATE effectiveness_condition SET condition = 'region_below_3 = 0 AND listed_1' WHERE criterion = 'gap_closed' AND position = 2;
SELECT results_eq('SELECT missing FROM spell_condition WHERE school_id = 1 AND position = 2', $$VALUES ('нет результатов за 2025 год')$$, 'nor where only the region is asked for');
DELETE FROM effectiveness_condition WHERE criterion = 'gap_closed';
SELECT results_eq('SELECT state, reason FROM effectiveness WHERE school_id = 1', $$VALUES ('insufficient_data', 'Судить нельзя: в критерии нет ни одного условия.')$$, 'a criterion without conditions');

-- bad formulas
INSERT INTO effectiveness_condition VALUES ('gap_closed', 4711, 'плохое', 'below_3 <');
SELECT throws_like('SELECT * FROM effectiveness', '% 4711%', 'the message names the condition');
UPDATE effectiveness_condition SET condition = 'below_4 = 0' WHERE position = 4711;
SELECT throws_ok('SELECT * FROM effectiveness', '42703', NULL, 'there is no fourth year');
UPDATE effectiveness_condition SET condition = 'below_3' WHERE position = 4711;
SELECT throws_ok('SELECT * FROM effectiveness', '42804', NULL, 'a number is no condition');
UPDATE effectiveness_condition SET condition = 'true -- всегда' WHERE position = 4711;
SELECT lives_ok('SELECT * FROM effectiveness', 'a comment ends with its line');
UPDATE effectiveness_criterion SET in_use = criterion = 'default' WHERE criterion = 'gap_closed';
UPDATE effectiveness_criterion SET in_use = true WHERE criterion = 'default';

-- bad input
SELECT throws_ok('UPDATE effectiveness_criterion SET in_use = true', '23505', NULL, 'one criterion at a time');
SELECT throws_ok('INSERT INTO effectiveness_condition VALUES (''none'', 1, ''x'', ''true'')', '23503', NULL, 'a condition of no criterion');
SELECT throws_ok('INSERT INTO school_status VALUES (3, ''low_results'', ''2024-01-01'', NULL, 1)', '23P01', NULL, 'overlapping spells of one status are refused');
SELECT throws_ok('DELETE FROM school_status WHERE school_id = 1', '55000', NULL, 'a status that a closed round rests on is locked');

-- what is entered later changes no closed round's list
UPDATE school SET closed_on = '2022-09-01', successor_id = 1 WHERE school_id = 24;
SELECT results_eq('SELECT year, last_listed_year, stands_id, listed_1 FROM effectiveness WHERE school_id = 24', $$VALUES (2022, 2023, 1, true)$$,
	'a closing entered late: on the list of 2022, and then with the successor''s');

-- which round makes the year's list
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state, results_year) VALUES
	(2, 'весна', '2025-03-01', '2025-03-20', '2025-03-01', 1, 'open', NULL),		-- on the results of 2024
	(3, 'осень', '2024-09-05', '2024-09-20', '2024-09-05', 1, 'open', NULL),		-- an earlier list of the same year
	(4, 'план', '2025-05-01', '2025-05-20', '2025-05-01', NULL, 'draft', NULL),
	(5, 'давно', '2019-09-05', '2019-09-20', '2019-09-05', 1, 'open', NULL),
	(6, 'скоро', '2025-10-02', '2025-10-20', '2025-10-02', 1, 'open', NULL);
UPDATE setting SET list_month = 12, list_day = 25;
SELECT results_eq('SELECT year, round_id, listed_on, reached FROM monitoring_year ORDER BY 1',
	$$VALUES (2019, 5, date '2019-09-05', true), (2020, NULL::integer, '2020-12-25', true), (2021, NULL, '2021-12-25', true), (2022, 1, '2022-09-15', true),
			 (2023, NULL, '2023-12-25', true), (2024, 2, '2025-03-01', true), (2025, 6, '2025-10-02', false)$$, 'the latest that is no draft');
SELECT results_eq('SELECT state FROM effectiveness WHERE school_id = 1', $$VALUES ('in_support')$$, 'the third year is over when its list is there');
SET shnor.today = '2025-02-28';
SELECT results_eq('SELECT round_id, listed_on, reached FROM monitoring_year WHERE year = 2024', $$VALUES (3, date '2024-09-05', true)$$,
	'a round of spring that is opened ahead does not take the year from the one of autumn before its day');
RESET shnor.today;
SELECT is((SELECT today FROM reporting_day), (now() AT TIME ZONE 'Europe/Moscow')::date, 'today is today');

SELECT finish();
ROLLBACK;
