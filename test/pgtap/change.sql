-- Dynamics: change from round to round, its split into schools of both lists and turnover, and what may be claimed of it.
-- Each figure is counted by hand from the few rows above it; then every row is counted again from the tables by plain SQL,
-- here and in the sample region.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;		-- long queries over few rows

-- Newcombe's interval once more, in floating point: does it leave 0 out?
CREATE FUNCTION public.outside(n1 float, d1 float, n2 float, d2 float, z float) RETURNS boolean LANGUAGE sql AS $$
	SELECT b.p - a.p - sqrt((b.p - b.low) ^ 2 + (a.high - a.p) ^ 2) > 0 OR b.p - a.p + sqrt((b.high - b.p) ^ 2 + (a.p - a.low) ^ 2) < 0
	FROM (SELECT n1 / d1 AS p, (n1 + z*z/2 - z * sqrt(n1 * (1 - n1/d1) + z*z/4)) / (d1 + z*z) AS low, (n1 + z*z/2 + z * sqrt(n1 * (1 - n1/d1) + z*z/4)) / (d1 + z*z) AS high) AS a,
		 (SELECT n2 / d2 AS p, (n2 + z*z/2 - z * sqrt(n2 * (1 - n2/d2) + z*z/4)) / (d2 + z*z) AS low, (n2 + z*z/2 + z * sqrt(n2 * (1 - n2/d2) + z*z/4)) / (d2 + z*z) AS high) AS b $$;

SELECT shnor.create_region('probe');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open'),
	(2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'),
	(3, '2025', '2025-09-01', '2025-09-20', '2025-09-01', 1, 'open'),
	(5, 'Черновик между ними', '2024-03-01', '2024-03-20', '2024-03-01', NULL, 'draft'),
	(6, 'Черновик', '2026-09-01', '2026-09-20', '2026-09-01', NULL, 'draft');
INSERT INTO municipality (municipality_id, name) VALUES
	(1, 'Первый'), (2, 'Второй'), (3, 'Третий'), (4, 'Без школ'), (5, 'Пятый'), (6, 'Шестой');
INSERT INTO school (school_id, municipality_id, code, name, kind) VALUES
	(11, 1, 's11', 'Школа 11', 'school'), (12, 1, 's12', 'Школа 12', 'school'), (13, 1, 's13', 'Школа 13', 'school'),
	(14, 1, 's14', 'Школа 14', 'school'), (15, 1, 's15', 'Школа 15', 'school'), (16, 1, 'd16', 'Детский сад 16', 'preschool'),
	(21, 2, 's21', 'Школа 21', 'school'), (31, 3, 's31', 'Школа 31', 'school'), (32, 3, 's32', 'Школа 32', 'school'),
	(51, 5, 's51', 'Школа 51', 'school'), (52, 5, 's52', 'Школа 52', 'school'), (61, 6, 's61', 'Школа 61', 'school');
-- Первый: 11 and 12 stay, 13 leaves, 14 joins; Третий: 31 leaves, 32 joins, nobody stays
INSERT INTO school_status (school_id, status, since, until) VALUES
	(11, 'low_results', '2023-09-01', NULL), (11, 'adverse_conditions', '2022-09-01', NULL),	-- both: one school of the list
	(12, 'adverse_conditions', '2023-01-01', '2024-01-01'), (12, 'low_results', '2024-01-01', NULL),	-- another status, the same list
	(13, 'low_results', '2023-09-01', '2024-09-01'), (14, 'low_results', '2024-09-01', NULL),
	(16, 'low_results', '2020-01-01', NULL),													-- not a school
	(21, 'low_results', '2023-09-01', NULL), (31, 'low_results', '2023-09-01', '2024-09-01'), (32, 'low_results', '2024-09-01', NULL),
	(51, 'low_results', '2023-09-01', NULL), (52, 'low_results', '2023-09-01', NULL), (61, 'low_results', '2023-09-01', NULL);
UPDATE indicator SET polarity = 'lower_is_better' WHERE indicator = 'teachers_in_active';
UPDATE indicator SET polarity = 'context' WHERE indicator = 'teachers_with_route';

INSERT INTO submission (round_id, school_id, teachers, diagnosed_subject, diagnosed_method, supported, in_networks, in_active, with_route, has_prevention, has_tutoring) VALUES
	(1, 11, 40, NULL, NULL, 10, 10, 50, 0, true, true), (1, 12, 20, NULL, NULL, 6, 6, 20, 0, false, true),
	(1, 13, 40, NULL, 20, 24, 24, 40, 0, true, true),
	(1, 14, 30, 30, 30, 30, 30, 30, 30, NULL, true), (1, 15, 20, 20, 20, 20, 20, 20, 20, false, true), (1, 16, 10, 10, 10, 10, 10, 10, 10, true, true),
	(1, 21, 50, 43, 0, 34, 34, 34, 34, true, true), (1, 31, 30, NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL),
	(1, 51, 20, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL), (1, 52, 20, NULL, NULL, 15, NULL, NULL, NULL, NULL, NULL), (1, 61, 40, NULL, NULL, 8, NULL, NULL, NULL, NULL, NULL),
	(2, 11, 40, 10, 10, 20, 20, 10, 0, true, true), (2, 12, 20, 2, 2, 10, 10, 10, 0, true, true),
	(2, 13, 40, 40, 40, 40, 40, 40, 40, false, true), (2, 14, 30, 15, 15, 6, 6, 10, 0, true, true), (2, 16, 10, 10, 10, 10, 10, 10, 10, true, true),
	(2, 21, 50, 34, 0, 42, 43, 43, 43, true, true), (2, 32, 30, NULL, NULL, 27, NULL, NULL, NULL, NULL, NULL),
	(2, 51, 20, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL), (2, 52, 20, NULL, NULL, 16, NULL, NULL, NULL, NULL, NULL), (2, 61, 40, NULL, NULL, 8, NULL, NULL, NULL, NULL, NULL),
	(3, 11, 40, NULL, NULL, 30, NULL, NULL, NULL, NULL, NULL), (3, 14, 30, NULL, NULL, 6, NULL, NULL, NULL, NULL, NULL),
	(3, 21, 50, NULL, NULL, 42, NULL, 34, NULL, NULL, NULL);
UPDATE submission SET has_study_plans = true WHERE round_id = 2;
-- no: Первый; yes: Второй, Третий, Пятый; nothing from Без школ and Шестой. A year later nothing from Пятый and Шестой
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note, has_resource_monitoring) VALUES
	(1, 1, false, true), (1, 2, true, true), (1, 3, true, true), (1, 5, true, true),
	(2, 1, true, true), (2, 2, true, true), (2, 3, false, true), (2, 4, true, true);

UPDATE round SET state = 'closed' WHERE round_id = 1;
UPDATE school SET municipality_id = 6 WHERE school_id = 52;
-- from 2024 on: other definitions, one indicator less, one more
UPDATE indicator SET valid_until = '2024-09-01' WHERE indicator IN ('schools_with_tutoring', 'resource_monitoring', 'diagnosed_psych');
INSERT INTO indicator (indicator_id, indicator, clause, section, position, title, unit, level, numerator, cohort, missing, valid_from) VALUES
	(15, 'schools_with_tutoring', '1.2.5', 'x', 15, 'Тьюторы и профилактика', 'percent', 'school', 'has_tutoring AND has_prevention', NULL, 'no', '2024-09-01'),
	(17, 'resource_monitoring', '1.2.6', 'x', 17, 'Уже не собственный ответ', 'percent', 'municipality', 'has_resource_monitoring', NULL, 'no', '2024-09-01'),
	(19, 'new_share', '1.2.5', 'x', 19, 'Новый', 'percent', 'school', 'has_prevention', NULL, 'no', '2024-09-01');

SELECT results_eq('SELECT round_id, round_title, results_year, previous_round_id, previous_round_title, previous_results_year FROM round_pair ORDER BY 1',
	$$VALUES (2, '2024', 2024, 1, '2023', 2023), (3, '2025', 2025, 2, '2024', 2024)$$,
	'three rounds make two pairs; drafts are compared with nothing and stand between nobody');

CREATE FUNCTION public.shown(place integer, code text) RETURNS TABLE (before text, after text, change numeric, both_lists numeric, turnover numeric,
	schools text, claim text, reason text, better boolean) LANGUAGE sql AS $$
	SELECT concat(c.numerator_before, '/', c.denominator_before, ' ', c.percent_before), concat(c.numerator_after, '/', c.denominator_after, ' ', c.percent_after),
		   c.change, c.both_lists_effect, c.turnover_effect, concat_ws(' ', c.schools_both, c.schools_left, c.schools_joined), c.claim, c.reason, c.better
	FROM probe.municipal_change c WHERE c.round_id = 2 AND c.municipality_id = place AND c.indicator = code $$;

-- (10 + 6 + 24)/(40 + 20 + 40), then (20 + 10 + 6)/(40 + 20 + 30); of both lists 16/60 = 26.6667 and 30/60 = 50
SELECT results_eq($$SELECT * FROM shown(1, 'teachers_supported')$$,
	$$VALUES ('40/100 40.0000', '36/90 40.0000', 0.0000, 23.3333, -23.3333, '2 1 1', 'в пределах колебаний',
			  'Не больше случайных колебаний (доверительная вероятность 95 %); в круге показателя осталось 2, выбыло 1, вошло 1', NULL::boolean)$$,
	'a list that changes can hide what its schools have done; a school of two statuses counts once');
SELECT results_eq($$SELECT * FROM shown(3, 'teachers_supported')$$,
	$$VALUES ('3/30 10.0000', '27/30 90.0000', 80.0000, 0.0000, 80.0000, '0 1 1', 'выросло',
			  'Больше случайных колебаний (доверительная вероятность 95 %); в круге показателя осталось 0, выбыло 1, вошло 1', true)$$,
	'of a list of which nobody stayed all is turnover');
SELECT results_eq($$SELECT * FROM shown(4, 'teachers_supported')$$,
	$$VALUES ('0/0 ', '0/0 ', NULL::numeric, NULL::numeric, NULL::numeric, '0 0 0', NULL, 'Доли нет ни в этом мониторинге, ни в предыдущем', NULL::boolean)$$,
	'where there is no share there is no change, and no part of one');
-- 12/90; nobody was asked before
SELECT results_eq($$SELECT before, after, change, both_lists, turnover, schools, claim, reason FROM shown(1, 'diagnosed_subject')$$,
	$$VALUES ('0/0 ', '27/90 30.0000', NULL::numeric, NULL::numeric, NULL::numeric, '2 1 1', NULL, 'В предыдущем мониторинге доли нет: сравнивать не с чем')$$,
	'no share in the round before');
SELECT results_eq($$SELECT numerator_after, denominator_after, change, claim, reason, schools_both FROM municipal_change WHERE round_id = 3 AND municipality_id = 1 AND indicator = 'diagnosed_subject'$$,
	$$VALUES (0::bigint, 0::bigint, NULL::numeric, NULL, 'В этом мониторинге доли нет: сравнивать не с чем', 3::bigint)$$, 'no share in the round itself');
-- 20/40 of the school that leaves; then (10 + 2 + 15)/90: those who stayed had no share before
SELECT results_eq($$SELECT * FROM shown(1, 'diagnosed_method')$$,
	$$VALUES ('20/40 50.0000', '27/90 30.0000', -20.0000, NULL::numeric, NULL::numeric, '2 1 1', 'снизилось',
			  'Больше случайных колебаний (доверительная вероятность 95 %); в круге показателя осталось 2, выбыло 1, вошло 1; разложить изменение нельзя: у оставшихся школ нет доли; без ответа было 2, стало 0', false)$$,
	'a change that cannot be split says so');
-- 36/90 -> (30 + 6)/(40 + 30): school 12 has not answered, and is still in both lists
SELECT results_eq($$SELECT numerator_after, denominator_after, percent_after, change, both_lists_effect, turnover_effect, schools_both, schools_left, schools_joined, claim, reason
	FROM municipal_change WHERE round_id = 3 AND municipality_id = 1 AND indicator = 'teachers_supported'$$,
	$$VALUES (36::bigint, 70::bigint, 51.4286, 11.4286, 11.4286, 0.0000, 3::bigint, 0::bigint, 0::bigint, NULL,
			  'Без ответа было 0, стало 1: вывод зависит от них; в круге показателя осталось 3, выбыло 0, вошло 0')$$,
	'a school of both lists that does not answer stays one of them; while it may, nothing is claimed of teachers');
-- 11 and 13 of 5 schools, then 11, 12 and 14; 14 had not answered, 15 has not
SELECT results_eq($$SELECT * FROM shown(1, 'schools_with_prevention')$$,
	$$VALUES ('2/5 40.0000', '3/5 60.0000', 20.0000, 20.0000, 0.0000, '5 0 0', 'в пределах колебаний', 'Знаменатель меньше 10: судить об изменении нельзя', NULL::boolean)$$,
	'five schools are too few for a claim; a kindergarten is none of them');

-- school 52 moves from Пятый to Шестой after the first round is closed: 20/40 -> 5/20 and 8/40 -> 24/60
SELECT results_eq($$SELECT municipality_id, school_id FROM school_round WHERE round_id IN (1, 2) AND school_id IN (51, 52, 61) ORDER BY round_id, 1, 2$$,
	$$VALUES (5, 51), (5, 52), (6, 61), (5, 51), (6, 52), (6, 61)$$, 'the closed round keeps a school where it was');
SELECT results_eq($$SELECT before, after, change, both_lists, turnover, schools FROM shown(5, 'teachers_supported')$$,
	$$VALUES ('20/40 50.0000', '5/20 25.0000', -25.0000, 0.0000, -25.0000, '1 1 0')$$, 'a school that moves leaves one list');
SELECT results_eq($$SELECT before, after, change, both_lists, turnover, schools FROM shown(6, 'teachers_supported')$$,
	$$VALUES ('8/40 20.0000', '24/60 40.0000', 20.0000, 0.0000, 20.0000, '1 0 1')$$, 'and joins another');
-- 40 + 34 + 3 + 20 + 8 of 100 + 50 + 30 + 40 + 40, then 36 + 42 + 27 + 5 + 24 of 90 + 50 + 30 + 20 + 60;
-- of both lists (10 + 6 + 34 + 5 + 15 + 8)/190 = 41.0526 and (20 + 10 + 42 + 5 + 16 + 8)/190 = 53.1579
SELECT results_eq($$SELECT numerator_before, denominator_before, percent_before, numerator_after, denominator_after, percent_after, change, both_lists_effect, turnover_effect,
		schools_both, schools_left, schools_joined, claim, better FROM regional_change WHERE round_id = 2 AND indicator = 'teachers_supported'$$,
	$$VALUES (105::bigint, 260::bigint, 40.3846, 134::bigint, 250::bigint, 53.6000, 13.2154, 12.1053, 1.1101, 6::bigint, 2::bigint, 2::bigint, 'выросло', true)$$,
	'the region is sums, and in it the school that moves has stayed');

-- claims: Newcombe's 95 % interval of 34/50 -> 42/50 is -0.8 to 31.8 points, of 34/50 -> 43/50 it is 1.4 to 33.5
SELECT results_eq($$SELECT before, after, change, claim, better FROM shown(2, 'teachers_supported')$$,
	$$VALUES ('34/50 68.0000', '42/50 84.0000', 16.0000, 'в пределах колебаний', NULL::boolean)$$, 'a rise of eight in fifty is noise, and no better');
SELECT results_eq($$SELECT change, claim, better FROM shown(2, 'teachers_in_networks')$$, $$VALUES (18.0000, 'выросло', true)$$, 'a rise of nine is none');
SELECT results_eq($$SELECT change, claim, better FROM shown(2, 'teachers_in_active')$$, $$VALUES (18.0000, 'выросло', false)$$, 'which is worse where less is better');
SELECT results_eq($$SELECT change, claim, better FROM municipal_change WHERE round_id = 3 AND municipality_id = 2 AND indicator = 'teachers_in_active'$$,
	$$VALUES (-18.0000, 'снизилось', true)$$, 'and the fall of a year later better');
SELECT results_eq($$SELECT change, claim, better FROM shown(2, 'teachers_with_route')$$, $$VALUES (18.0000, 'выросло', NULL::boolean)$$, 'a context indicator is neither');
SELECT results_eq($$SELECT change, claim, better FROM shown(2, 'diagnosed_subject')$$, $$VALUES (-18.0000, 'снизилось', false)$$, 'a fall of nine');
SELECT results_eq($$SELECT before, after, change, both_lists, turnover, claim, better FROM shown(2, 'diagnosed_method')$$,
	$$VALUES ('0/50 0.0000', '0/50 0.0000', 0.0000, 0.0000, 0.0000, 'в пределах колебаний', NULL::boolean)$$, 'from 0 to 0 nothing has changed');
SELECT results_eq($$SELECT before, after, change, claim, reason, better FROM shown(1, 'teachers_in_active')$$,
	$$VALUES ('110/100 110.0000', '30/90 33.3333', -76.6667, NULL, 'Числитель больше знаменателя: проверьте ответы', NULL::boolean)$$,
	'of a part larger than its whole nothing is claimed');

UPDATE setting SET confidence = 0.9;	-- of 34/50 -> 42/50: 1.9 to 29.4
SELECT results_eq($$SELECT claim, reason, better FROM shown(2, 'teachers_supported')$$,
	$$VALUES ('выросло', 'Больше случайных колебаний (доверительная вероятность 90 %); в круге показателя осталось 1, выбыло 0, вошло 0', true)$$, 'with less confidence less is noise');
UPDATE setting SET confidence = 0.995;	-- of 34/50 -> 43/50 already at 0.99: -3.9 to 38.1
SELECT results_eq($$SELECT claim, reason FROM shown(2, 'teachers_in_networks')$$,
	$$VALUES ('в пределах колебаний', 'Не больше случайных колебаний (доверительная вероятность 99,5 %); в круге показателя осталось 1, выбыло 0, вошло 0')$$, 'with more, more');
UPDATE setting SET confidence = 0.95, min_n = 50;
SELECT results_eq($$SELECT claim FROM shown(2, 'teachers_in_networks')$$, $$VALUES ('выросло')$$, 'min_n is enough');
UPDATE setting SET min_n = 51;
SELECT results_eq($$SELECT claim, reason, better FROM shown(2, 'teachers_in_networks')$$,
	$$VALUES ('в пределах колебаний', 'Знаменатель меньше 51: судить об изменении нельзя', NULL::boolean)$$, 'one less is not, and better is not said either');
SELECT results_eq($$SELECT claim FROM shown(2, 'results_note')$$, $$VALUES ('без изменений')$$, 'a municipality''s own answer is no sample');
DELETE FROM setting;
SELECT results_eq($$SELECT claim, reason FROM shown(2, 'schools_with_prevention') UNION ALL SELECT claim, left(reason, 56) FROM shown(2, 'teachers_in_networks')$$,
	$$VALUES ('в пределах колебаний', 'Знаменатель меньше 10: судить об изменении нельзя'), ('выросло', 'Больше случайных колебаний (доверительная вероятность 95')$$, 'without settings: 10 and 95 %');
INSERT INTO setting (title) VALUES ('Проба');

-- yes and no
SELECT results_eq($$SELECT municipality_id, numerator_before, numerator_after, change, both_lists_effect, turnover_effect, claim, reason, better
	FROM municipal_change WHERE round_id = 2 AND indicator = 'results_note' ORDER BY 1$$,
	$$VALUES (1, 0::bigint, 1::bigint, 100.0000, 100.0000, 0.0000, 'выросло', 'Было: нет, стало: да', true), (2, 1, 1, 0.0000, 0.0000, 0.0000, 'без изменений', 'Было: да, стало: да', NULL),
			 (3, 1, 0, -100.0000, -100.0000, 0.0000, 'снизилось', 'Было: да, стало: нет', false), (4, 0, 1, 100.0000, 100.0000, 0.0000, NULL, 'Было: нет ответа, стало: да', NULL),
			 (5, 1, 0, -100.0000, -100.0000, 0.0000, NULL, 'Было: да, стало: нет ответа', NULL), (6, 0, 0, 0.0000, 0.0000, 0.0000, NULL, 'Было: нет ответа, стало: нет ответа', NULL)$$,
	'a municipality''s answer changes or does not; no answer scores 0 and is no answer still');
SELECT results_eq($$SELECT numerator_before, denominator_before, numerator_after, denominator_after, change, both_lists_effect, turnover_effect, claim, reason
	FROM regional_change WHERE round_id = 2 AND indicator = 'results_note'$$,
	$$VALUES (3::bigint, 6::bigint, 3::bigint, 6::bigint, 0.0000, 0.0000, 0.0000, 'в пределах колебаний', 'Знаменатель меньше 10: судить об изменении нельзя')$$,
	'in the region it is k of n municipalities, too few here');
UPDATE setting SET min_n = 6;
SELECT results_eq($$SELECT claim, reason FROM regional_change WHERE round_id = 2 AND indicator = 'results_note'$$,
	$$VALUES ('в пределах колебаний', 'Не больше случайных колебаний (доверительная вероятность 95 %); без ответа было 2, стало 2')$$, 'and judged like any share where they are enough');
UPDATE setting SET min_n = 10;
SELECT results_eq($$SELECT numerator_before, denominator_before, numerator_after, denominator_after, claim, reason, better FROM regional_change WHERE round_id = 2 AND indicator = 'schools_with_study_plans'$$,
	$$VALUES (0::bigint, 11::bigint, 9::bigint, 11::bigint, NULL, 'В предыдущем мониторинге никто не ответил: сравнивать не с чем', NULL::boolean)$$,
	'a year without a single answer is no year of 0 %');
SELECT results_eq($$SELECT round_id, indicator, reason FROM regional_change WHERE indicator IN ('schools_in_events', 'schools_with_study_plans') AND (round_id = 3 OR position = 10) ORDER BY 1, 2$$,
	$$VALUES (2, 'schools_in_events', 'Никто не ответил ни в этом мониторинге, ни в предыдущем'), (3, 'schools_in_events', 'Никто не ответил ни в этом мониторинге, ни в предыдущем'),
			 (3, 'schools_with_study_plans', 'В этом мониторинге никто не ответил: сравнивать не с чем')$$,
	'nor are two');

-- definitions
SELECT results_eq($$SELECT indicator, change IS NOT NULL, claim, reason, better FROM municipal_change WHERE round_id = 2 AND municipality_id = 2 AND reason LIKE 'Опр%' ORDER BY 1$$,
	$$VALUES ('resource_monitoring', true, NULL, 'Определение показателя изменилось: сравнивать нельзя', NULL::boolean),
			 ('schools_with_tutoring', true, NULL, 'Определение показателя изменилось: сравнивать нельзя', NULL)$$,
	'over a change of definition nothing is claimed');
SELECT is_empty($$SELECT * FROM municipal_change WHERE round_id = 3 AND reason LIKE 'Опр%'$$, 'the year after it may be again');
SELECT results_eq($$SELECT DISTINCT round_id, indicator FROM municipal_change WHERE indicator IN ('diagnosed_psych', 'new_share')$$, $$VALUES (3, 'new_share')$$,
	'what one of the rounds does not have is not compared');
SELECT is((SELECT count(*) FROM municipal_change), (17 + 18) * 6::bigint, 'one row for each other indicator, municipality and pair');

-- every row again, from the tables alone: the list of the first round as it was on its day
CREATE VIEW public.counted AS
WITH member AS (
	SELECT r.round_id, s.school_id, CASE WHEN r.round_id = 1 AND s.school_id = 52 THEN 5 ELSE s.municipality_id END AS municipality_id,
		   EXISTS (SELECT FROM school_status t WHERE t.school_id = s.school_id AND t.status IN ('low_results', 'adverse_conditions') AND daterange(t.since, t.until) @> r.cohort_on) AS listed
	FROM round r, school s WHERE s.kind = 'school' AND r.state <> 'draft'
), worth AS (
	SELECT m.round_id, m.school_id, p.municipality_id, v.indicator, v.n, v.d
	FROM member m
	LEFT JOIN submission a USING (round_id, school_id)
	CROSS JOIN LATERAL (VALUES (m.municipality_id), (NULL)) AS p(municipality_id)
	CROSS JOIN LATERAL (VALUES
		('low_or_adverse_schools', m.listed::int, 1, true), ('diagnosed_subject', a.diagnosed_subject, a.teachers, m.listed),
		('diagnosed_method', a.diagnosed_method, a.teachers, m.listed), ('teachers_supported', a.supported, a.teachers, m.listed),
		('teachers_in_networks', a.in_networks, a.teachers, m.listed), ('teachers_in_active', a.in_active, a.teachers, m.listed),
		('teachers_with_route', a.with_route, a.teachers, m.listed), ('schools_in_events', coalesce(a.in_events, false)::int, 1, m.listed),
		('schools_with_curator', coalesce(a.has_curator, false)::int, 1, m.listed), ('schools_with_program', coalesce(a.has_program, false)::int, 1, m.listed),
		('schools_with_prevention', coalesce(a.has_prevention, false)::int, 1, true),
		('schools_with_study_plans', coalesce(a.has_study_plans, false)::int, 1, true)) AS v(indicator, n, d, in_list)
	WHERE v.in_list
), pair AS (
	SELECT coalesce(b.round_id, a.round_id + 1) AS round_id, coalesce(b.municipality_id, a.municipality_id) AS municipality_id, indicator,
		   sum(CASE WHEN a.d IS NOT NULL THEN a.n END) AS n0, sum(CASE WHEN a.n IS NOT NULL THEN a.d END) AS d0, sum(CASE WHEN b.d IS NOT NULL THEN b.n END) AS n1, sum(CASE WHEN b.n IS NOT NULL THEN b.d END) AS d1,
		   count(*) FILTER (WHERE a.round_id IS NOT NULL AND b.round_id IS NOT NULL) AS stay, count(*) FILTER (WHERE b.round_id IS NULL) AS leave, count(*) FILTER (WHERE a.round_id IS NULL) AS joined,
		   sum(a.n) FILTER (WHERE a.d IS NOT NULL AND b.round_id IS NOT NULL) AS m0, sum(a.d) FILTER (WHERE a.n IS NOT NULL AND b.round_id IS NOT NULL) AS e0,
		   sum(b.n) FILTER (WHERE b.d IS NOT NULL AND a.round_id IS NOT NULL) AS m1, sum(b.d) FILTER (WHERE b.n IS NOT NULL AND a.round_id IS NOT NULL) AS e1
	FROM (SELECT *, round_id + 1 AS next, coalesce(municipality_id, 0) AS place FROM worth) a
	FULL JOIN (SELECT *, round_id AS next, coalesce(municipality_id, 0) AS place FROM worth) b USING (next, place, school_id, indicator)
	GROUP BY 1, 2, 3
)
SELECT round_id, municipality_id, indicator, coalesce(n0, 0) AS numerator_before, coalesce(d0, 0) AS denominator_before, coalesce(n1, 0) AS numerator_after, coalesce(d1, 0) AS denominator_after,
	   stay AS schools_both, leave AS schools_left, joined AS schools_joined, c.p1 - c.p0 AS change, c.own AS both_lists_effect, c.p1 - c.p0 - c.own AS turnover_effect
FROM pair
CROSS JOIN LATERAL (SELECT round(100.0 * n0 / nullif(d0, 0), 4) AS p0, round(100.0 * n1 / nullif(d1, 0), 4) AS p1,
						   CASE WHEN d0 > 0 AND d1 > 0 THEN CASE stay WHEN 0 THEN 0 ELSE round(100.0 * m1 / nullif(e1, 0), 4) - round(100.0 * m0 / nullif(e0, 0), 4) END END AS own) AS c
WHERE round_id IN (2, 3);
CREATE VIEW public.reported AS
SELECT round_id, municipality_id, indicator, numerator_before, denominator_before, numerator_after, denominator_after, schools_both, schools_left, schools_joined, change, both_lists_effect, turnover_effect
FROM municipal_change UNION ALL
SELECT round_id, NULL, indicator, numerator_before, denominator_before, numerator_after, denominator_after, schools_both, schools_left, schools_joined, change, both_lists_effect, turnover_effect
FROM regional_change;
SELECT is((SELECT count(*) FROM counted), (2 * 6 * 12)::bigint, 'counted again: two pairs, five municipalities and the region, twelve indicators');
SELECT is_empty('SELECT * FROM counted EXCEPT SELECT * FROM reported', 'every figure, number of schools and part of a change is that of plain SQL over the tables');
SELECT is_empty('SELECT * FROM reported WHERE schools_both + schools_left + schools_joined > 0 AND indicator IN (SELECT indicator FROM counted) EXCEPT SELECT * FROM counted', 'and the other way round');

-- ---- results ----
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES
	(2023, 11, 'ЕГЭ', 'математика', 11, 40, 10), (2023, 12, 'ЕГЭ', 'математика', 11, 20, 4), (2023, 13, 'ЕГЭ', 'математика', 11, 40, 20), (2023, 15, 'ЕГЭ', 'математика', 11, 100, 100),
	(2024, 11, 'ЕГЭ', 'математика', 11, 40, 8), (2024, 14, 'ЕГЭ', 'математика', 11, 20, 12), (2024, 13, 'ЕГЭ', 'математика', 11, 40, 40),
	(2023, 12, 'ОГЭ', 'математика', 9, 50, 10), (2024, 14, 'ОГЭ', 'математика', 9, 25, 5),
	(2023, 11, 'ВПР', 'математика', 5, 0, 0), (2024, 11, 'ВПР', 'математика', 5, 10, 5), (2024, 12, 'ВПР', 'русский язык', 5, 10, 5), (2023, 13, 'ВПР', 'история', 5, 10, 5),
	(2023, 11, 'ВПР', 'математика', 6, 50, 30), (2024, 11, 'ВПР', 'математика', 6, 50, 10), (2023, 11, 'ВПР', 'математика', 7, 50, 10), (2024, 11, 'ВПР', 'математика', 7, 50, 30),
	(2023, 52, 'ВПР', 'биология', 6, 20, 5), (2024, 52, 'ВПР', 'биология', 6, 20, 4),
	(2022, 11, 'ВПР', 'химия', 8, 20, 5), (2026, 11, 'ВПР', 'химия', 8, 20, 5);		-- years of no round
CREATE VIEW public.of_results AS
SELECT concat_ws(' ', assessment, subject, grade) AS what, municipality_id AS place, concat(numerator_before, '/', denominator_before, ' ', percent_before) AS before, concat(numerator_after, '/', denominator_after, ' ', percent_after) AS after,
	   change, both_lists_effect AS both_lists, turnover_effect AS turnover, concat_ws(' ', schools_both, schools_left, schools_joined) AS schools, claim, reason, better
FROM probe.result_change WHERE round_id = 2;
-- 34/100 and 20/60; of both lists 10/40 and 8/40: school 12 (4/20) stays listed and has no results of 2024
SELECT results_eq($$SELECT * FROM of_results WHERE what = 'ЕГЭ математика 11' ORDER BY place$$,
	$$VALUES ('ЕГЭ математика 11', 1, '34/100 34.0000', '20/60 33.3333', -0.6667, -5.0000, 4.3333, '1 1 1', 'в пределах колебаний', 'Не больше случайных колебаний (доверительная вероятность 95 %); в перечне осталось 2, выбыло 1, вошло 1; из оставшихся с результатами только за один год: 1', NULL::boolean),
			 ('ЕГЭ математика 11', NULL, '34/100 34.0000', '20/60 33.3333', -0.6667, -5.0000, 4.3333, '1 1 1', 'в пределах колебаний', 'Не больше случайных колебаний (доверительная вероятность 95 %); в перечне осталось 2, выбыло 1, вошло 1; из оставшихся с результатами только за один год: 1', NULL)$$,
	'results of the schools on the list, each year''s list with the results of its own year');
-- 12 had 10/50 and nothing after, 14 has 5/25: that they come and go is turnover
SELECT results_eq($$SELECT before, after, change, both_lists, turnover, schools, claim, reason FROM of_results WHERE what = 'ОГЭ математика 9' AND place = 1$$,
	$$VALUES ('10/50 20.0000', '5/25 20.0000', 0.0000, 0.0000, 0.0000, '0 0 1', 'в пределах колебаний',
			  'Не больше случайных колебаний (доверительная вероятность 95 %); в перечне осталось 1, выбыло 0, вошло 1; из оставшихся с результатами только за один год: 1')$$,
	'a school of both lists without results in one year has no part in what those who stayed have changed');
SELECT results_eq($$SELECT concat_ws(' ', assessment, subject, grade), schools_unpaired FROM result_change WHERE round_id = 2 AND municipality_id = 1 AND schools_unpaired > 0 ORDER BY 1$$,
	$$VALUES ('ВПР математика 5', 1::bigint), ('ВПР русский язык 5', 1), ('ЕГЭ математика 11', 1), ('ОГЭ математика 9', 1)$$,
	'stayed listed, and took part in one year only: 11, 12, 12 and 12');
SELECT results_eq($$SELECT what, before, after, change, both_lists, turnover, schools, claim, reason FROM of_results WHERE place = 1 AND what ~ 'ВПР .* 5' ORDER BY 1$$,
	$$VALUES ('ВПР история 5', '5/10 50.0000', '/ ', NULL::numeric, NULL::numeric, NULL::numeric, '0 1 0', NULL, 'В этом мониторинге доли нет: сравнивать не с чем'),
			 ('ВПР математика 5', '0/0 ', '5/10 50.0000', NULL, NULL, NULL, '0 0 0', NULL, 'В предыдущем мониторинге доли нет: сравнивать не с чем'),
			 ('ВПР русский язык 5', '/ ', '5/10 50.0000', NULL, NULL, NULL, '0 0 0', NULL, 'В предыдущем мониторинге доли нет: сравнивать не с чем')$$,
	'nobody took part, or there are no results at all: no share, and no change');
SELECT results_eq($$SELECT what, change, both_lists, turnover, claim, better FROM of_results WHERE place = 1 AND what ~ 'математика [67]' ORDER BY 1$$,
	$$VALUES ('ВПР математика 6', -40.0000, -40.0000, 0.0000, 'снизилось', true), ('ВПР математика 7', 40.0000, 40.0000, 0.0000, 'выросло', false)$$,
	'grades are kept apart; fewer below the minimum is better');
SELECT results_eq($$SELECT place, before, after, change, schools FROM of_results WHERE what = 'ВПР биология 6' ORDER BY 1$$,
	$$VALUES (5, '5/20 25.0000', '/ ', NULL::numeric, '0 1 0'), (6, '/ ', '4/20 20.0000', NULL, '0 0 1'), (NULL, '5/20 25.0000', '4/20 20.0000', -5.0000, '1 0 0')$$,
	'a school takes its results along when it moves');
SELECT is_empty($$SELECT * FROM result_change WHERE subject = 'химия'$$, 'years of no round are in no round');
UPDATE round SET results_year = 2023 WHERE round_id = 2;
SELECT results_eq($$SELECT before, after, change, schools, claim, reason, better FROM of_results WHERE what = 'ВПР математика 6' AND place = 1$$,
	$$VALUES ('30/50 60.0000', '30/50 60.0000', 0.0000, '1 0 0', NULL, 'Результаты мониторинга не новее результатов предыдущего: сравнивать нельзя', NULL::boolean)$$,
	'two rounds that rest on the results of one year show no change of results');
UPDATE round SET results_year = 2024 WHERE round_id = 2;

-- every row of a region again, by joins of the reports with the schools under them: what differs
CREATE FUNCTION public.differences() RETURNS TABLE (row_of text, said jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH pair AS (
		SELECT r.round_id, q.round_id AS other_id, r.results_year > q.results_year AS newer, r.state <> 'closed' AS open, q.state <> 'closed' AS other_open
		FROM round r
		CROSS JOIN LATERAL (SELECT * FROM round o WHERE o.state <> 'draft' AND (o.cohort_on, o.round_id) < (r.cohort_on, r.round_id)
							ORDER BY o.cohort_on DESC, o.round_id DESC LIMIT 1) AS q
		WHERE r.state <> 'draft'
	), attempt AS (
		SELECT m.round_id, m.municipality_id, m.school_id, concat_ws('|', t.assessment, t.subject, t.grade) AS code, s.below_minimum, s.participants
		FROM round_member m
		JOIN round r USING (round_id)
		CROSS JOIN (SELECT DISTINCT assessment, subject, grade FROM result) t
		LEFT JOIN result s ON s.school_id = m.school_id AND s.year = r.results_year AND (s.assessment, s.subject, s.grade) = (t.assessment, t.subject, t.grade)
		WHERE m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
	), school AS (
		SELECT round_id, p.place, indicator AS code, school_id, numerator AS n, denominator AS d, true AS present
		FROM school_indicator s CROSS JOIN LATERAL (VALUES (s.municipality_id), (0)) AS p(place) WHERE in_cohort
		UNION ALL
		SELECT round_id, p.place, code, school_id, below_minimum, participants, participants > 0
		FROM attempt s CROSS JOIN LATERAL (VALUES (s.municipality_id), (0)) AS p(place)
	), figure AS (
		SELECT round_id, municipality_id AS place, indicator AS code, numerator AS n, denominator AS d, percent, answered, missing, unit = 'yes_no' AS own FROM municipal_indicator
		UNION ALL
		SELECT round_id, 0, indicator, numerator, denominator, percent, answered, missing, false FROM regional_indicator
		UNION ALL
		SELECT round_id, place, code, sum(n), sum(d), round(100.0 * sum(n) / nullif(sum(d), 0), 4), NULL, NULL, false FROM school WHERE code ~ '[|]' AND d IS NOT NULL GROUP BY 1, 2, 3
	), both_rounds AS (
		SELECT round_id, place, code, a.n AS n0, a.d AS d0, a.percent AS p0, b.n AS n1, b.d AS d1, b.percent AS p1, b.own, least(a.answered, b.answered) = 0 AS silent,
			   a.missing AS m0, b.missing AS m1, a.answered + a.missing AS r0, b.answered + b.missing AS r1
		FROM (SELECT p.round_id, place, code, n, d, percent, answered, missing FROM pair p JOIN figure f ON f.round_id = p.other_id) AS a
		FULL JOIN (SELECT p.round_id, place, code, n, d, percent, answered, missing, own FROM pair p JOIN figure f ON f.round_id = p.round_id) AS b USING (round_id, place, code)
		WHERE code ~ '[|]' OR a.d IS NOT NULL AND b.d IS NOT NULL
	), list AS (
		SELECT round_id, place, code,
			   count(*) FILTER (WHERE a.present AND b.present) AS stayed, count(*) FILTER (WHERE a.listed AND b.listed AND coalesce(a.present, false) <> coalesce(b.present, false)) AS torn,
			   count(*) FILTER (WHERE b.listed IS NULL AND a.present) AS gone, count(*) FILTER (WHERE a.listed IS NULL AND b.present) AS come,
			   round(100.0 * sum(b.n) FILTER (WHERE a.present) / nullif(sum(b.d) FILTER (WHERE a.present), 0), 4)
			   - round(100.0 * sum(a.n) FILTER (WHERE b.present) / nullif(sum(a.d) FILTER (WHERE b.present), 0), 4) AS moved
		FROM (SELECT p.round_id, place, code, school_id, coalesce(n, 0) AS n, d, present, true AS listed FROM pair p JOIN school s ON s.round_id = p.other_id) AS a
		FULL JOIN (SELECT p.round_id, place, code, school_id, coalesce(n, 0) AS n, d, present, true AS listed FROM pair p JOIN school s ON s.round_id = p.round_id) AS b USING (round_id, place, code, school_id)
		GROUP BY 1, 2, 3
	), judged AS (
		SELECT b.*, coalesce(l.stayed, 0) AS stayed, coalesce(l.gone, 0) AS gone, coalesce(l.come, 0) AS come, CASE WHEN code ~ '[|]' THEN coalesce(l.torn, 0) END AS torn, coalesce(d.polarity, 'lower_is_better') AS polarity, p1 - p0 AS change,
			   CASE WHEN p1 - p0 IS NULL THEN NULL WHEN d.level = 'municipality' THEN p1 - p0 WHEN coalesce(l.stayed, 0) = 0 THEN 0 ELSE l.moved END AS panel,
			   CASE WHEN p1 - p0 IS NULL OR n0 > d0 OR n1 > d1 OR silent
						 OR code ~ '[|]' AND NOT p.newer
						 OR (d.level, d.unit, d.numerator, d.denominator, d.cohort, d.missing, d.institution_kinds)
							IS DISTINCT FROM (e.level, e.unit, e.numerator, e.denominator, e.cohort, e.missing, e.institution_kinds) THEN NULL
					-- what missing answers leave open: all four corners
					WHEN NOT own AND m0 + m1 > 0 AND CASE WHEN d.denominator IS NULL THEN
						(SELECT count(DISTINCT CASE WHEN least(e0, e1) < t.min_n THEN 0 WHEN outside(k0, e0, k1, e1, 1.959963984540054) THEN sign(1.0 * k1 * e0 - 1.0 * k0 * e1) ELSE 0 END) > 1
						 FROM (VALUES (n0, d0, n1, d1), (n0, r0, n1, r1), (n0 + m0, r0, n1, r1), (n0, r0, n1 + m1, r1), (n0 + m0, r0, n1 + m1, r1)) AS v(k0, e0, k1, e1))
						ELSE m0 > 0 AND p.other_open OR m1 > 0 AND p.open END THEN NULL
					WHEN own AND p1 = p0 THEN 'без изменений'
					WHEN NOT coalesce(own, false) AND (least(d0, d1) < t.min_n OR NOT outside(n0, d0, n1, d1, 1.959963984540054)) THEN 'в пределах колебаний'
					WHEN p1 > p0 THEN 'выросло' ELSE 'снизилось' END AS claim
		FROM both_rounds b
		JOIN pair p USING (round_id)
		LEFT JOIN list l USING (round_id, place, code)
		LEFT JOIN round_indicator d ON d.round_id = p.round_id AND d.indicator = code
		LEFT JOIN round_indicator e ON e.round_id = p.other_id AND e.indicator = code
		CROSS JOIN setting t
	), wanted AS (
		SELECT concat_ws(' ', round_id, place, code) AS row_of, jsonb_build_array(n0, d0, p0, n1, d1, p1, change, panel, change - panel, stayed, gone, come, torn, claim,
			CASE WHEN claim IN ('выросло', 'снизилось') AND polarity <> 'context' THEN (claim = 'выросло') = (polarity = 'higher_is_better') END) AS said
		FROM judged
	), given AS (
		SELECT concat_ws(' ', round_id, coalesce(municipality_id, 0), code) AS row_of, jsonb_build_array(numerator_before, denominator_before, percent_before, numerator_after, denominator_after, percent_after,
			change, both_lists_effect, turnover_effect, schools_both, schools_left, schools_joined, unpaired, claim, better) AS said
		FROM (SELECT round_id, municipality_id, indicator AS code, numerator_before, denominator_before, percent_before, numerator_after, denominator_after, percent_after,
					 change, both_lists_effect, turnover_effect, schools_both, schools_left, schools_joined, NULL::bigint AS unpaired, claim, better FROM municipal_change
			  UNION ALL SELECT round_id, NULL, indicator, numerator_before, denominator_before, percent_before, numerator_after, denominator_after, percent_after,
					 change, both_lists_effect, turnover_effect, schools_both, schools_left, schools_joined, NULL, claim, better FROM regional_change
			  UNION ALL SELECT round_id, municipality_id, concat_ws('|', assessment, subject, grade), numerator_before, denominator_before, percent_before, numerator_after, denominator_after, percent_after,
					 change, both_lists_effect, turnover_effect, schools_both, schools_left, schools_joined, schools_unpaired, claim, better FROM result_change) AS v
	)
	(SELECT 'said: ' || g.row_of, g.said FROM given g EXCEPT SELECT 'said: ' || w.row_of, w.said FROM wanted w)
	UNION ALL (SELECT 'counted: ' || w.row_of, w.said FROM wanted w EXCEPT SELECT 'counted: ' || g.row_of, g.said FROM given g);
END
$$;
SELECT is_empty('SELECT * FROM differences()', 'every row, claims too, is that of plain joins');
SELECT is_empty('SELECT change, both_lists_effect, turnover_effect FROM change_result WHERE both_lists_effect + turnover_effect <> change
				 UNION ALL SELECT change, both_lists_effect, turnover_effect FROM change_result WHERE num_nulls(both_lists_effect, turnover_effect) = 1 OR change IS NULL AND both_lists_effect IS NOT NULL',
	'the parts add up to the change, or both are unknown');

-- drafts: opened, a round is compared, and with the one before it
UPDATE round SET state = 'open', legal_act_id = 1 WHERE round_id = 5;
SELECT results_eq('SELECT round_id, previous_round_id FROM round_pair ORDER BY 1', 'VALUES (2, 5), (3, 2), (5, 1)', 'a round that is opened takes its place by its day');
SELECT results_eq($$SELECT numerator_before, denominator_after, schools_both, schools_left, schools_joined FROM municipal_change WHERE round_id = 5 AND municipality_id = 5 AND indicator = 'schools_with_program'$$,
	$$VALUES (0::bigint, 1::bigint, 1::bigint, 1::bigint, 0::bigint)$$, 'with the places and lists of its day');
SELECT is_empty('SELECT * FROM differences()', 'every row again, with three pairs');

-- missing answers: 40 schools, of which 20 are listed; all have answered in the round before, 30 of them yes, and 60 of 200 teachers
SELECT shnor.create_region('half');
SET search_path = half, public;
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open'), (2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый');
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 1, 's' || i, 'Школа ' || i FROM generate_series(1, 40) i;
INSERT INTO school_status (school_id, status, since) SELECT i, 'low_results', '2023-01-01' FROM generate_series(1, 20) i;
INSERT INTO submission (round_id, school_id, teachers, supported, has_prevention) SELECT 1, i, 10, 3, i <= 30 FROM generate_series(1, 40) i;
UPDATE round SET state = 'closed' WHERE round_id = 1;
INSERT INTO submission (round_id, school_id, teachers, supported, has_prevention) SELECT 2, i, 10, 6, true FROM generate_series(1, 10) i;
CREATE VIEW public.halves AS
SELECT indicator, concat(numerator_before, '/', denominator_before) AS before, concat(numerator_after, '/', denominator_after) AS after, claim, reason, better
FROM half.municipal_change WHERE indicator IN ('teachers_supported', 'schools_with_prevention');
-- 10 of 40 now, 40 of 40 if all the others say yes; 60 of 100 teachers of ten schools
SELECT results_eq('SELECT * FROM halves ORDER BY 1', $$VALUES
	('schools_with_prevention', '30/40', '10/40', NULL, 'Без ответа было 0, стало 30: вывод зависит от них; в круге показателя осталось 40, выбыло 0, вошло 0', NULL::boolean),
	('teachers_supported', '60/200', '60/100', NULL, 'Без ответа было 0, стало 10: вывод зависит от них; в круге показателя осталось 20, выбыло 0, вошло 0', NULL)$$,
	'of a round that is half filled nothing is claimed, although no answer scores like a no');
-- 10 to 18 of 40, against 30; 10 to 23 of 40: Newcombe's interval of 30/40 -> 23/40 holds 0
INSERT INTO submission (round_id, school_id, has_prevention) SELECT 2, i, false FROM generate_series(11, 32) i;
SELECT results_eq($$SELECT after, claim, reason, better FROM halves WHERE indicator = 'schools_with_prevention'$$, $$VALUES
	('10/40', 'снизилось', 'Больше случайных колебаний (доверительная вероятность 95 %); в круге показателя осталось 40, выбыло 0, вошло 0; без ответа было 0, стало 8', false)$$,
	'what the missing answers cannot turn is claimed, and their number said');
DELETE FROM submission WHERE round_id = 2 AND school_id BETWEEN 28 AND 32;
SELECT results_eq($$SELECT after, claim, left(reason, 50) FROM halves WHERE indicator = 'schools_with_prevention'$$, $$VALUES
	('10/40', NULL, 'Без ответа было 0, стало 13: вывод зависит от них;')$$, 'five more of them can');
-- closed: the teachers of those who answered are all there will be; the schools are not answered still
UPDATE round SET state = 'closed' WHERE round_id = 2;
SELECT results_eq('SELECT * FROM halves ORDER BY 1', $$VALUES
	('schools_with_prevention', '30/40', '10/40', NULL, 'Без ответа было 0, стало 13: вывод зависит от них; в круге показателя осталось 40, выбыло 0, вошло 0', NULL::boolean),
	('teachers_supported', '60/200', '60/100', 'выросло', 'Больше случайных колебаний (доверительная вероятность 95 %); в круге показателя осталось 20, выбыло 0, вошло 0; без ответа было 0, стало 10', true)$$,
	'closed, a round is judged by the teachers of those who answered; schools without an answer stay open');
-- the other end: missing before
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (3, '2025', '2025-09-01', '2025-09-20', '2025-09-01', 1, 'open');
INSERT INTO submission (round_id, school_id, has_prevention) SELECT 3, i, i <= 20 FROM generate_series(1, 40) i;
SELECT results_eq($$SELECT numerator_before, numerator_after, claim, better, left(reason, 50) FROM municipal_change WHERE round_id = 3 AND indicator = 'schools_with_prevention'$$, $$VALUES
	(10::bigint, 20::bigint, NULL, NULL::boolean, 'Без ответа было 13, стало 0: вывод зависит от них;')$$, 'answers missing in the round before leave the rise open');
SELECT is_empty('SELECT * FROM differences()', 'and every row again, by all four corners of what is possible');
SET search_path = probe, public;

-- one pass: however the planner joins, each school is drilled into once, and each tally made once
SET track_functions = 'all';
CREATE FUNCTION public.calls(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint := coalesce((SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'contribution'), 0);
BEGIN
	EXECUTE query;
	RETURN (SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'contribution') - before;
END
$$;
SELECT cmp_ok(calls(q), '<=', (SELECT count(*) FROM school_round), q)
FROM unnest(ARRAY['SELECT * FROM municipal_change', 'SELECT * FROM regional_change', 'SELECT * FROM municipal_change WHERE round_id = 3 AND indicator = ''teachers_supported''']) AS q;

-- the sample region, every row of it
SET search_path = public;
\ir ../sample/load.sql
SET search_path = ivanovo, public;
SELECT cmp_ok((SELECT count(*) FROM municipal_change), '>', 900::bigint, 'the sample: municipalities, indicators and pairs');
SELECT is_empty('SELECT * FROM differences()', 'every row of the sample is that of plain joins');
SELECT is_empty('SELECT change, both_lists_effect, turnover_effect FROM change_result WHERE both_lists_effect + turnover_effect <> change
				 UNION ALL SELECT change, both_lists_effect, turnover_effect FROM change_result WHERE num_nulls(both_lists_effect, turnover_effect) = 1 OR change IS NULL AND both_lists_effect IS NOT NULL',
	'and in each the parts add up to the change');
SELECT cmp_ok((SELECT count(*) FROM municipal_change WHERE both_lists_effect <> 0 AND turnover_effect <> 0), '>', 50::bigint, 'both parts are there');
SELECT set_eq('SELECT DISTINCT claim FROM municipal_change', ARRAY['выросло', 'снизилось', 'в пределах колебаний', 'без изменений', NULL], 'and each claim');

SELECT finish();
ROLLBACK;
