-- What the reports of a region say: each figure below is counted by hand from the few rows above it.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open'),
	(2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'),
	(3, '2025', '2025-09-01', '2025-09-20', '2025-09-01', NULL, 'draft');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй'), (3, 'Без школ');

-- Первый: 1..5, Второй: 6..9
INSERT INTO school (school_id, municipality_id, code, name, kind, opened_on, closed_on) VALUES
	(1, 1, 's1', 'Школа 1', 'school', NULL, NULL),
	(2, 1, 's2', 'Школа 2', 'school', '2024-09-01', NULL),			-- from the day of round 2 on
	(3, 1, 's3', 'Школа 3', 'school', '2024-09-02', NULL),			-- a day too late for round 2
	(4, 1, 's4', 'Школа 4', 'school', NULL, '2024-09-01'),			-- gone on the day of round 2
	(5, 1, 'd5', 'Детский сад 5', 'preschool', NULL, NULL),
	(6, 2, 's6', 'Школа 6', 'school', NULL, '2024-09-02'),			-- its last day is that of round 2
	(7, 2, 's7', 'Школа 7', 'school', NULL, NULL),
	(8, 2, 's8', 'Школа 8', 'school', NULL, NULL),
	(9, 2, 's9', 'Школа 9', 'school', NULL, NULL);
INSERT INTO school_status (school_id, status, since, until) VALUES
	(1, 'low_results', '2023-09-01', NULL), (1, 'adverse_conditions', '2023-09-01', NULL),	-- both: once in the cohort
	(2, 'low_results', '2024-09-01', NULL),
	(5, 'low_results', '2020-01-01', NULL),													-- not a school
	(6, 'low_results', '2023-01-01', '2024-09-01'),											-- ended on the day
	(7, 'adverse_conditions', '2024-09-01', '2024-09-02'),
	(8, 'low_results', '2024-09-02', NULL),													-- begins a day later
	(7, 'risk_zone', '2024-01-01', NULL), (8, 'risk_zone', '2024-01-01', NULL), (9, 'risk_zone', '2024-01-01', NULL);

SELECT results_eq('SELECT school_id, low_results, adverse_conditions FROM school_round WHERE round_id = 2 ORDER BY 1',
	$$VALUES (1, true, true), (2, true, false), (5, true, false), (6, false, false), (7, false, true), (8, false, false), (9, false, false)$$,
	'schools and statuses of a round are those of its day, half-open');
SELECT results_eq('SELECT school_id FROM school_round WHERE round_id = 1 ORDER BY 1', 'VALUES (1), (4), (5), (6), (7), (8), (9)',
	'an earlier round keeps its own schools');

-- round 2: 1 and 2 in L of the first municipality, 7 of the second
INSERT INTO submission (round_id, school_id, submitted_at, teachers, diagnosed_subject, diagnosed_method, supported, in_networks,
						in_active, with_route, in_events, has_prevention, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved) VALUES
	(2, 1, '2024-09-20 23:59:59+03', 30, 0, 9, 9, 10, NULL, 5, true, true, false, NULL, NULL, NULL),
	(2, 2, '2024-09-21 00:00:00+03', 20, 0, 6, 3, NULL, 7, 5, NULL, true, false, NULL, NULL, NULL),
	(2, 7, '2024-09-25 00:00:00+03', 0, 0, 0, 0, 0, 0, 0, false, NULL, false, true, true, false),
	(2, 8, '2024-09-10 00:00:00+03', 40, 40, 40, 40, 40, 40, 40, true, true, false, true, NULL, NULL),
	(2, 5, '2024-09-10 00:00:00+03', 99, 99, 99, 99, 99, 99, 99, true, true, true, true, true, true),
	(2, 4, '2024-09-10 00:00:00+03', 77, 77, 77, 77, 77, 77, 77, true, true, true, true, true, true);	-- not in the round
INSERT INTO submission_history (round_id, school_id, submitted_at, teachers) VALUES (2, 7, '2024-09-19 10:00+03', 1);
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note, has_practice_sharing) VALUES (2, 1, true, false);
INSERT INTO target (round_id, indicator, municipality_id, threshold, plan, legal_act_id) VALUES
	(2, 'diagnosed_subject', NULL, 10, NULL, 1),
	(2, 'diagnosed_method', NULL, 30, 40, 1),
	(2, 'teachers_supported', NULL, 20, 50, 1),
	(2, 'teachers_supported', 1, 25, NULL, 1),
	(2, 'schools_with_prevention', NULL, 50, NULL, 1),
	(2, 'schools_with_tutoring', NULL, 50, NULL, 1),
	(2, 'risks_resolved', NULL, 33.3333, NULL, 1),
	(2, 'results_note', NULL, 50, 90, 1),
	(2, 'low_or_adverse_schools', NULL, 50, 50, 1);

CREATE VIEW probe.first AS SELECT * FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 1;
CREATE VIEW probe.second AS SELECT * FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 2;

SELECT is((SELECT count(*) FROM municipal_indicator), (3 * 3 * 18)::bigint, 'every municipality has every indicator in every round, drafts too');
SELECT results_eq('SELECT numerator, denominator, percent, score, reason, answered, missing, gap, note_required FROM first WHERE indicator = ''diagnosed_subject''',
	$$VALUES (0::bigint, 50::bigint, 0.0000, 0::smallint, '0 % (0 из 50) — ниже порога 10 %', 2::bigint, 0::bigint, 5::bigint, true)$$,
	'0 of 50 is 0 % and scored');
SELECT results_eq('SELECT numerator, denominator, percent, score, reason, answered, missing, gap, note_required FROM second WHERE indicator = ''diagnosed_method''',
	$$VALUES (0::bigint, 0::bigint, NULL::numeric, NULL::smallint, 'Знаменатель равен нулю', 1::bigint, 0::bigint, NULL::bigint, false)$$,
	'0 of 0 teachers is no percent and no score, with a reason');
SELECT results_eq('SELECT numerator, denominator, percent, threshold, plan, score, reason, gap, note_required FROM first WHERE indicator = ''diagnosed_method''',
	$$VALUES (15::bigint, 50::bigint, 30.0000, 30.0000, 40.0000, 1::smallint, '30 % (15 из 50) — не ниже порога 30 %', 0::bigint, true)$$,
	'equal to the threshold is 1 point; worse than the plan still needs a note');
SELECT results_eq('SELECT numerator, denominator, threshold, plan, score, reason, gap FROM first WHERE indicator = ''teachers_supported''',
	$$VALUES (12::bigint, 50::bigint, 25.0000, 50.0000, 0::smallint, '24 % (12 из 50) — ниже порога 25 %', 1::bigint)$$,
	'a municipality''s own threshold goes before the common one; the plan it lacks is the common one');
SELECT results_eq('SELECT numerator, denominator, percent, threshold, score FROM regional_indicator WHERE round_id = 2 AND indicator = ''teachers_supported''',
	$$VALUES (12::bigint, 50::bigint, 24.0000, 20.0000, 1::smallint)$$, 'the region is judged by the common one');
SELECT results_eq('SELECT numerator, denominator, answered, missing, percent, percent_low, percent_high, score, reason FROM first WHERE indicator = ''teachers_in_networks''',
	$$VALUES (10::bigint, 30::bigint, 1::bigint, 1::bigint, 33.3333, NULL::numeric, NULL::numeric, NULL::smallint, 'Порог не установлен приказом')$$,
	'a school without the numerator leaves the denominator too; no threshold, no score, with a reason');
SELECT results_eq('SELECT numerator, denominator, answered, missing, percent, percent_low, percent_high FROM first WHERE indicator = ''schools_in_events''',
	$$VALUES (1::bigint, 2::bigint, 1::bigint, 1::bigint, 50.0000, 50.0000, 100.0000)$$,
	'an unanswered yes or no counts as no, with the range still possible');
SELECT results_eq('SELECT numerator, denominator, missing, percent, percent_low, percent_high, score, gap FROM second WHERE indicator = ''schools_with_prevention''',
	$$VALUES (1::bigint, 4::bigint, 3::bigint, 25.0000, 25.0000, 100.0000, 0::smallint, 1::bigint)$$,
	'all schools, answered or not');
SELECT results_eq('SELECT numerator, denominator, missing, percent, score FROM second WHERE indicator = ''risks_resolved''',
	$$VALUES (1::bigint, 3::bigint, 1::bigint, 33.3333, 1::smallint)$$,
	'two risks of three, school 9 without an answer; the exact third is not below 33.3333 %');
SELECT results_eq('SELECT numerator, denominator, percent, score, reason, note_required FROM first WHERE indicator = ''low_or_adverse_schools''',
	$$VALUES (2::bigint, 2::bigint, 100.0000, NULL::smallint, 'Справочный показатель, не оценивается', false)$$,
	'a school of both kinds counts once; a context indicator has no score, target or not');
SELECT results_eq('SELECT numerator, denominator, percent, threshold, score, reason, missing, note_required FROM municipal_indicator WHERE round_id = 2 AND indicator = ''results_note'' ORDER BY municipality_id',
	$$VALUES (1::bigint, 1::bigint, 100.0000, NULL::numeric, 1::smallint, 'Да', 0::bigint, false),
			 (0::bigint, 1::bigint, 0.0000, NULL, 0::smallint, 'Нет ответа: 0 баллов', 1::bigint, true),
			 (0::bigint, 1::bigint, 0.0000, NULL, 0::smallint, 'Нет ответа: 0 баллов', 1::bigint, true)$$,
	'a municipality''s yes is 1, no answer is 0, without a threshold');
SELECT results_eq('SELECT numerator, denominator, percent, threshold, score, reason, note_required FROM regional_indicator WHERE round_id = 2 AND unit = ''yes_no'' ORDER BY position',
	$$VALUES (1::bigint, 3::bigint, 33.3333, 50.0000, 0::smallint, '33,3333 % (1 из 3) — ниже порога 50 %', true),
			 (0::bigint, 3::bigint, 0.0000, NULL::numeric, NULL::smallint, 'Муниципалитетов с ответом «да»: 0 из 3. Порог не установлен приказом', false),
			 (0::bigint, 3::bigint, 0.0000, NULL::numeric, NULL::smallint, 'Муниципалитетов с ответом «да»: 0 из 3. Порог не установлен приказом', false)$$,
	'in the region it is k of n municipalities, scored where a common target is set');
SELECT results_eq('SELECT DISTINCT numerator, denominator, percent, score, reason FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 3 AND indicator LIKE ''%school%'' AND score IS NULL AND indicator <> ''low_or_adverse_schools''',
	$$VALUES (0::bigint, 0::bigint, NULL::numeric, NULL::smallint, 'В круг показателя не входит ни одна организация')$$,
	'a municipality without schools has 0/0 rows that say so');
SELECT results_eq('SELECT reason FROM municipal_indicator WHERE round_id = 1 AND municipality_id = 1 AND indicator = ''diagnosed_psych''',
	$$VALUES ('Нет ответов')$$, 'nobody has answered: no figure, with that reason');

-- exact judgement: the percent rounds to the threshold, the fraction does not reach it
UPDATE submission SET teachers = 10000000, supported = 2499999 WHERE round_id = 2 AND school_id = 1;
UPDATE submission SET teachers = 0, supported = 0 WHERE round_id = 2 AND school_id = 2;
SELECT results_eq('SELECT percent, score, reason, gap FROM first WHERE indicator = ''teachers_supported''',
	$$VALUES (25.0000, 0::smallint, '25 % (2499999 из 10000000) — ниже порога 25 %', 1::bigint)$$,
	'a rounded percent decides nothing');
UPDATE indicator SET polarity = 'lower_is_better' WHERE indicator = 'teachers_supported';
SELECT results_eq('SELECT score, reason, note_required FROM first WHERE indicator = ''teachers_supported''',
	$$VALUES (1::smallint, '25 % (2499999 из 10000000) — не выше порога 25 %', false)$$, 'where less is better, less scores and is not worse than plan');

-- the drill-down adds up, also where the denominator is not known
UPDATE submission SET teachers = NULL, in_active = 3 WHERE round_id = 2 AND school_id = 7;
SELECT is_empty($$
	SELECT m.municipality_id, m.indicator, m.numerator, m.denominator
	FROM municipal_indicator m JOIN round_indicator d USING (round_id, indicator)
	WHERE m.round_id = 2 AND d.level = 'school'
	EXCEPT
	SELECT m.municipality_id, d.indicator, coalesce(sum(s.numerator), 0), coalesce(sum(s.denominator), 0)
	FROM municipality m CROSS JOIN round_indicator d
	LEFT JOIN school_indicator s ON s.round_id = d.round_id AND s.municipality_id = m.municipality_id AND s.indicator = d.indicator
	WHERE d.round_id = 2 GROUP BY 1, 2$$, 'contributions of schools add up to the municipality');
SELECT results_eq('SELECT school_id, in_cohort, numerator, denominator, score, reason FROM school_indicator WHERE round_id = 2 AND indicator = ''schools_in_events'' ORDER BY 1',
	$$VALUES (1, true, 1::bigint, 1::bigint, 1::smallint, 'Да'), (2, true, NULL, 1, 0::smallint, 'Нет ответа: 0 баллов'),
			 (5, false, NULL, NULL, NULL, 'Не входит в круг организаций показателя'), (6, false, NULL, NULL, NULL, 'Не входит в круг организаций показателя'),
			 (7, true, 0, 1, 0::smallint, 'Нет'), (8, false, NULL, NULL, NULL, 'Не входит в круг организаций показателя'),
			 (9, false, NULL, NULL, NULL, 'Не входит в круг организаций показателя')$$, 'a yes or no scores the school too');
SELECT results_eq('SELECT school_id, numerator, denominator, score, reason FROM school_indicator WHERE round_id = 2 AND indicator = ''teachers_in_active'' AND in_cohort ORDER BY 1',
	$$VALUES (1, NULL::bigint, NULL::bigint, NULL::smallint, 'Нет ответа'), (2, 7, 0, NULL, 'Количество: балл ставится муниципалитету'),
			 (7, NULL, NULL, NULL, 'Нет ответа')$$, 'a count does not');
UPDATE submission SET teachers = 0, in_active = 0 WHERE round_id = 2 AND school_id = 7;

-- completeness: the kindergarten answers nothing that is counted
SELECT results_eq('SELECT municipality_id, expected, submitted, on_time, answers_expected FROM completeness WHERE round_id = 2 ORDER BY 1',
	$$VALUES (1, 2::bigint, 2::bigint, 1::bigint, 34::bigint), (2, 4::bigint, 2::bigint, 2::bigint, 68::bigint), (3, 0::bigint, 0::bigint, 0::bigint, 0::bigint)$$,
	'on time is the first version, to the end of the due day in the region''s time zone');
SELECT results_eq('SELECT municipality_id, answers_given FROM completeness WHERE round_id = 2 ORDER BY 1',
	-- school 1: 6 counts, 3 yes or no; school 2: 6 and 2; school 7: 7 and 5; school 8: 7 and 4
	$$VALUES (1, (9 + 8)::bigint), (2, (12 + 11)::bigint), (3, 0::bigint)$$, 'answers given');
UPDATE question SET valid_until = '2024-09-01' WHERE question = 'teachers';
SELECT results_eq('SELECT round_id, answers_expected, answers_given FROM completeness WHERE municipality_id = 1 AND round_id < 3 ORDER BY 1',
	$$VALUES (1, 34::bigint, 0::bigint), (2, 32::bigint, 15::bigint)$$, 'only questions valid in the round are expected');
UPDATE setting SET time_zone = 'UTC';
SELECT is((SELECT on_time FROM completeness WHERE round_id = 2 AND municipality_id = 1), 2::bigint, 'the due day ends by the region''s clock');

-- each municipality's tally is made and read once, not once per indicator
CREATE FUNCTION probe.plan_of(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
	RETURN plan;
END
$$;
SELECT is(jsonb_path_query_array(plan_of('SELECT * FROM municipal_indicator WHERE round_id = 2'),
								 'strict $.**?(@."Function Name" == "items")."Actual Loops"'), '[3]', 'one pass for a round');
SELECT is(jsonb_path_query_array(plan_of('SELECT * FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 1'),
								 'strict $.**?(@."Function Name" == "items")."Actual Loops"'), '[1]', 'one for a score card');
SELECT is(jsonb_path_query_array(plan_of('SELECT * FROM regional_indicator WHERE round_id = 2'),
								 'strict $.**?(@."Function Name" == "items")."Actual Loops"'), '[1]', 'one for the region');

-- points and places
INSERT INTO municipality (municipality_id, name) SELECT i, 'М' || i FROM generate_series(11, 14) i;
DELETE FROM target WHERE round_id = 2;
UPDATE indicator SET polarity = 'context' WHERE unit = 'yes_no' AND indicator <> 'results_note';
UPDATE indicator SET polarity = 'higher_is_better' WHERE indicator = 'teachers_supported';
SELECT results_eq('SELECT municipality_id, points, max_points, scored, unscored, rank FROM municipal_score WHERE round_id = 2 ORDER BY 1',
	$$VALUES (1, 1::bigint, 1::bigint, 1::bigint, 17::bigint, 1::bigint), (2, 0, 1, 1, 17, 2), (3, 0, 1, 1, 17, 2),
			 (11, 0, 1, 1, 17, 2), (12, 0, 1, 1, 17, 2), (13, 0, 1, 1, 17, 2), (14, 0, 1, 1, 17, 2)$$, 'equal results share their place');
INSERT INTO target (round_id, indicator, municipality_id, threshold) VALUES
	(2, 'schools_with_prevention', 1, 100), (2, 'schools_with_tutoring', 1, 100), (2, 'schools_with_prevention', 2, 20), (2, 'schools_with_study_plans', 1, 0);
SELECT results_eq('SELECT municipality_id, points, max_points, rank FROM municipal_score WHERE round_id = 2 AND municipality_id < 4 ORDER BY 1',
	$$VALUES (1, 3::bigint, 4::bigint, 1::bigint), (2, 1, 2, 2), (3, 0, 1, 3)$$, 'places go by the exact part of the possible points');
UPDATE indicator SET polarity = 'context' WHERE unit = 'yes_no';
SELECT results_eq('SELECT municipality_id, points, max_points, unscored, rank FROM municipal_score WHERE round_id = 2 AND municipality_id IN (1, 3) ORDER BY 1',
	$$VALUES (1, 2::bigint, 3::bigint, 15::bigint, 2::bigint), (3, 0, 0, 18, NULL)$$, 'without a score there is no place');

-- definitions are those of the round's day, and so are their kinds of institutions
UPDATE indicator SET valid_until = '2024-09-01' WHERE indicator = 'schools_with_tutoring';
INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, institution_kinds, numerator, missing, valid_from)
VALUES ('schools_with_tutoring', 15, '1.2.5', '1.2.5', 15, 'Новое определение', 'percent', 'school', '{school,preschool}', 'has_tutoring', 'no', '2024-09-01');
SELECT results_eq('SELECT round_id, numerator, denominator, title LIKE ''Новое%'' FROM municipal_indicator WHERE municipality_id = 1 AND round_id < 3 AND indicator = ''schools_with_tutoring'' ORDER BY 1',
	$$VALUES (1, 0::bigint, 2::bigint, false), (2, 1::bigint, 3::bigint, true)$$, 'a new definition changes no earlier round');
SELECT is((SELECT expected FROM completeness WHERE round_id = 2 AND municipality_id = 1), 3::bigint, 'the kindergarten is expected to answer now');
DELETE FROM indicator WHERE level = 'municipality';
SELECT is((SELECT count(*) FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 1), 15::bigint, 'a region may do without municipal questions');
DELETE FROM indicator;
SELECT is_empty('SELECT * FROM regional_indicator', 'and without indicators the reports are empty');

SELECT finish();
ROLLBACK;
