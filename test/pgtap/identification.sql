-- Identification: the rules beside the legal list. Every count below is made by hand from the rows above it.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES
	(1, '5-о', '2024-08-01', 'Департамент', 'О перечне'), (2, '6-о', '2025-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 2, 'open'),
	(2, '2025', '2025-09-01', '2025-09-20', '2025-09-01', 2, 'open');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name, kind) VALUES
	(1, 1, 's1', 'Школа 1', 'school'), (2, 1, 's2', 'Школа 2', 'school'), (3, 1, 's3', 'Школа 3', 'school'),
	(4, 1, 's4', 'Школа 4', 'school'), (5, 1, 's5', 'Школа 5', 'school'), (6, 1, 's6', 'Школа 6', 'school'),
	(7, 1, 's7', 'Школа 7', 'school'), (8, 2, 's8', 'Школа 8', 'school'), (9, 2, 's9', 'Школа 9', 'school'),
	(10, 2, 'd10', 'Детский сад 10', 'preschool');
INSERT INTO school_status (school_id, status, since, until, legal_act_id) VALUES
	(3, 'low_results', '2024-01-01', NULL, 1), (4, 'low_results', '2024-01-01', NULL, NULL),
	(6, 'low_results', '2024-01-01', NULL, 1), (7, 'low_results', '2024-01-01', NULL, 1),
	(8, 'low_results', '2024-01-01', NULL, 1), (10, 'low_results', '2024-01-01', NULL, 1);

-- the seed
SELECT results_eq('SELECT status, valid_from, legal_act_id, source_note LIKE ''%приказом%'' FROM identification_rule ORDER BY rule_id',
	$$VALUES ('low_results', NULL::date, NULL::integer, true), ('risk_zone', NULL, NULL, true)$$, 'two rules to begin with, which an order must confirm');
SELECT is((SELECT count(*) FROM identification), (2 * 9 * 2)::bigint, 'every school of every round under every rule, results or not; a kindergarten is no school');
SELECT results_eq('SELECT DISTINCT candidate, difference FROM identification', $$VALUES (NULL::boolean, 'no_data')$$, 'without any result there is no verdict');

INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES
	-- school 1: 3 of 10 is exactly 30 %, twice running; a second assessment from this year on
	(2024, 1, 'ЕГЭ', 'математика', 11, 10, 3), (2025, 1, 'ЕГЭ', 'математика', 11, 10, 3), (2025, 1, 'ЕГЭ', 'русский язык', 11, 20, 6),
	-- school 2: nine participants are too few, 299 of 1000 is below 30 %, nobody came
	(2024, 2, 'ОГЭ', 'математика', 9, 9, 9), (2025, 2, 'ОГЭ', 'математика', 9, 9, 9),
	(2024, 2, 'ВПР', 'математика', 5, 1000, 300), (2025, 2, 'ВПР', 'математика', 5, 1000, 299), (2025, 2, 'ВПР', 'русский язык', 5, 0, 0),
	-- school 3, listed: nothing is marked any more, and it takes no year before to say so
	(2025, 3, 'ОГЭ', 'математика', 9, 50, 0),
	-- school 4, listed: results of the year before only
	(2024, 4, 'ОГЭ', 'математика', 9, 50, 50),
	-- schools 5 and 7: two marked, no results of the year before (those of 2023 do not count for it)
	(2025, 5, 'ОГЭ', 'математика', 9, 50, 25), (2025, 5, 'ОГЭ', 'русский язык', 9, 50, 25), (2023, 5, 'ОГЭ', 'математика', 9, 50, 25),
	(2025, 7, 'ОГЭ', 'математика', 9, 50, 25), (2025, 7, 'ОГЭ', 'русский язык', 9, 50, 25),
	-- school 6, listed: one marked, no results of the year before
	(2025, 6, 'ОГЭ', 'математика', 9, 50, 25), (2025, 6, 'ОГЭ', 'русский язык', 9, 50, 1),
	-- school 8, listed: two marked, one of them twice running
	(2024, 8, 'ОГЭ', 'математика', 9, 50, 25), (2025, 8, 'ОГЭ', 'математика', 9, 40, 12), (2025, 8, 'ОГЭ', 'русский язык', 9, 50, 25),
	-- school 9: marked the year before in another grade and another assessment, so nothing is repeated
	(2024, 9, 'ВПР', 'математика', 5, 50, 25), (2024, 9, 'ОГЭ', 'математика', 9, 50, 25),
	(2025, 9, 'ВПР', 'математика', 6, 50, 25), (2025, 9, 'ВПР', 'математика', 9, 50, 25);

SELECT results_eq('SELECT school_id, listed, assessments, marked, repeated, marked_before, candidate, difference FROM identification WHERE round_id = 2 AND status = ''low_results'' ORDER BY 1',
	$$VALUES (1, false, 2::bigint, 2::bigint, 1::bigint, 1::bigint, true, 'should_enter'),
			 (2, false, 3, 0, 0, 1, false, 'none'),
			 (3, true, 1, 0, NULL, NULL, false, 'should_leave'),
			 (4, true, NULL, NULL, NULL, NULL, NULL, 'no_data'),
			 (5, false, 2, 2, NULL, NULL, NULL, 'no_data'),
			 (6, true, 2, 1, NULL, NULL, false, 'should_leave'),
			 (7, true, 2, 2, NULL, NULL, NULL, 'no_data'),
			 (8, true, 2, 2, 1, 1, true, 'none'),
			 (9, false, 2, 2, 0, 2, false, 'none')$$,
	'the rule beside the list: 30 % of ten is enough, nine are too few, what is unknown stays unknown');
SELECT results_eq('SELECT school_id, candidate, difference FROM identification WHERE round_id = 2 AND status = ''risk_zone'' ORDER BY 1',
	$$VALUES (1, true, 'should_enter'), (2, false, 'none'), (3, false, 'none'), (4, NULL, 'no_data'), (5, true, 'should_enter'),
			 (6, true, 'should_enter'), (7, true, 'should_enter'), (8, true, 'should_enter'), (9, true, 'should_enter')$$,
	'another rule needs no year before');
SELECT results_eq('SELECT municipality_id, municipality, school, year FROM identification WHERE round_id = 2 AND status = ''risk_zone'' AND school_id IN (1, 8) ORDER BY school_id',
	$$VALUES (1, 'Первый', 'Школа 1', 2025), (2, 'Второй', 'Школа 8', 2025)$$, 'with names, and the year of the results');
SELECT results_eq('SELECT school_id, assessments, marked, difference FROM identification WHERE round_id = 1 AND status = ''low_results'' AND school_id IN (1, 4) ORDER BY 1',
	$$VALUES (1, 1::bigint, 1::bigint, 'none'), (4, 1, 1, 'should_leave')$$, 'an earlier round looks at its own year');

-- the reasons
SELECT is((SELECT reason FROM identification WHERE round_id = 2 AND school_id = 8 AND status = 'low_results'),
	'В перечне (ШНОР): Департамент, № 5-о от 01.08.2024. За 2025 год отмечено результатов: 2 из 2; второй год подряд: 1. Условие исключения не выполнено. '
	|| 'Правило: ниже минимума не менее 30 % участников в двух и более результатах года (результат — процедура, предмет, класс), хотя бы в одном из них второй год подряд; считаются результаты, где не менее 10 участников. '
	|| 'Результат отмечается, если participants >= 10 AND 100 * below_minimum >= 30 * participants; школа исключается, если marked < 2 OR repeated = 0.',
	'a reason names the order, the numbers and the rule');
SELECT alike((SELECT reason FROM identification WHERE round_id = 2 AND school_id = 1 AND status = 'low_results'),
	'Не в перечне (ШНОР). За 2025 год отмечено результатов: 2 из 2; второй год подряд: 1. Выполнено условие включения. %школа включается, если marked >= 2 AND repeated >= 1.', 'why it should enter');
SELECT alike((SELECT reason FROM identification WHERE round_id = 2 AND school_id = 4 AND status = 'low_results'),
	'В перечне (ШНОР): приказ не указан. Результатов за 2025 год нет. Судить нельзя. %', 'a list without its order, a year without results');
SELECT alike((SELECT reason FROM identification WHERE round_id = 2 AND school_id = 7 AND status = 'low_results'),
	'%отмечено результатов: 2 из 2; отмечены ли они второй год подряд, неизвестно: за 2024 год результатов нет. Судить нельзя. %', 'and why repetition is unknown');

-- drill-down
SELECT results_eq('SELECT year, subject, grade, previous_participants, previous_below, marked, marked_before FROM result_mark WHERE school_id = 1 AND status = ''low_results'' ORDER BY 1, 2',
	$$VALUES (2024, 'математика', 11::smallint, NULL::integer, NULL::integer, true, NULL::boolean),
			 (2025, 'математика', 11::smallint, 10, 3, true, true), (2025, 'русский язык', 11::smallint, NULL, NULL, true, NULL)$$, 'each result and its mark');
SELECT results_eq('SELECT year, previous_participants, marked_before FROM result_mark WHERE school_id = 5 AND status = ''low_results'' AND subject = ''математика'' ORDER BY 1',
	$$VALUES (2023, NULL::integer, NULL::boolean), (2025, NULL, NULL)$$, 'the year before is exactly the year before');
SELECT results_eq('SELECT year, assessments, participants, below_minimum, percent FROM school_result WHERE school_id = 2 ORDER BY 1',
	$$VALUES (2024, 2::bigint, 1009::bigint, 309::bigint, 30.6244), (2025, 3, 1009, 308, 30.5253)$$, 'sums of a school, and the share of the sums');

-- the list decides: the view shows a difference and changes nothing
SELECT is((SELECT low_results FROM round_member WHERE round_id = 2 AND school_id = 1), false, 'a candidate is not on the list');

-- a closed round keeps its list and its rules
UPDATE round SET state = 'closed' WHERE round_id = 1;
CREATE TEMP TABLE before_edit AS SELECT * FROM identification WHERE round_id = 1;
UPDATE school_status SET until = '2025-03-01' WHERE school_id = 3;
INSERT INTO school_status (school_id, status, since, legal_act_id) VALUES (1, 'low_results', '2025-03-01', 1);
UPDATE school SET municipality_id = 2 WHERE school_id = 1;
UPDATE identification_rule SET valid_until = '2025-01-01' WHERE status = 'low_results';
INSERT INTO identification_rule (rule_id, status, title, item_condition, enter_condition, leave_condition, legal_act_id, valid_from)
VALUES (4711, 'low_results', 'строже', 'below_minimum > 0', 'marked >= 1', 'marked = 0', 2, '2025-01-01');
SELECT results_eq('SELECT * FROM identification WHERE round_id = 1 ORDER BY school_id, status', 'SELECT * FROM before_edit ORDER BY school_id, status', 'a closed round stays as it was');
SELECT results_eq('SELECT school_id, listed, marked, difference, rule_id FROM identification WHERE round_id = 2 AND status = ''low_results'' AND school_id <= 3 ORDER BY 1',
	$$VALUES (1, true, 2::bigint, 'none', 4711), (2, false, 2, 'should_enter', 4711), (3, false, 0, 'none', 4711)$$, 'the next one has new statuses and a new rule');
SELECT throws_ok('UPDATE identification_rule SET leave_condition = ''marked = 1'' WHERE valid_until = ''2025-01-01''', '55000', NULL, 'a rule that a closed round rests on is locked');
SELECT throws_ok('DELETE FROM identification_rule WHERE status = ''risk_zone''', '55000', NULL, 'and is not deleted');
SELECT throws_ok('UPDATE identification_rule SET valid_from = ''2024-12-31'' WHERE rule_id = 4711', '23P01', NULL, 'two rules of one status do not hold on one day');

-- what a rule sees, and what it cannot judge
UPDATE identification_rule SET item_condition = '100 * below_minimum * previous_participants > 100 * previous_below * participants' WHERE rule_id = 4711;
SELECT results_eq('SELECT school_id, assessments, marked, repeated, candidate, difference FROM identification WHERE round_id = 2 AND status = ''low_results'' AND school_id IN (1, 2, 3, 8) ORDER BY 1',
	$$VALUES (1, 2::bigint, NULL::bigint, NULL::bigint, NULL::boolean, 'no_data'), (2, 3, NULL, NULL, NULL, 'no_data'), (3, 1, NULL, NULL, NULL, 'no_data'), (8, 2, NULL, NULL, NULL, 'no_data')$$,
	'a result without a year before cannot be compared with it: not known is not "not marked"');
SELECT alike((SELECT reason FROM identification WHERE round_id = 2 AND status = 'low_results' AND school_id = 8), '%результатов: 2, из них правило не может судить: 1. Судить нельзя.%', 'and the reason says so');
UPDATE identification_rule SET item_condition = 'coalesce(100 * below_minimum * previous_participants > 100 * previous_below * participants, false)',
	enter_condition = 'NOT listed AND assessments > assessments_before AND participants + below_minimum > 0 AND marked_before = 0 AND unjudged = 0' WHERE rule_id = 4711;
SELECT results_eq('SELECT school_id, marked, candidate FROM identification WHERE round_id = 2 AND status = ''low_results'' AND school_id IN (2, 9) ORDER BY 1',
	$$VALUES (2, 0::bigint, true), (9, 0, false)$$, 'a rule may say what the unknown counts as; its conditions see all the columns');
UPDATE identification_rule SET item_condition = 'marks_sum > 0 OR grade = 9' WHERE rule_id = 4711;
UPDATE result SET marks_sum = 100 WHERE school_id = 1 AND year = 2025 AND subject = 'математика';
SELECT results_eq('SELECT subject, marked FROM result_mark WHERE rule_id = 4711 AND year = 2025 AND school_id IN (1, 3) ORDER BY school_id, subject',
	$$VALUES ('математика', true), ('русский язык', NULL), ('математика', true)$$, 'an unknown sum of marks is unknown');

-- bad formulas: the message names the rule
UPDATE identification_rule SET item_condition = 'true', enter_condition = 'marked >= ' WHERE rule_id = 4711;
SELECT throws_ok('SELECT * FROM identification', '42601', NULL, 'half a formula');
SELECT throws_like('SELECT * FROM identification', '% 4711%', 'and its rule is named');
UPDATE identification_rule SET enter_condition = 'pupils > 1' WHERE rule_id = 4711;
SELECT throws_ok('SELECT * FROM identification', '42703', NULL, 'an unknown column');
SELECT throws_like('SELECT * FROM identification', '% 4711%pupils%', 'and its rule is named, and the column');
UPDATE identification_rule SET enter_condition = 'marked' WHERE rule_id = 4711;
SELECT throws_ok('SELECT * FROM identification', '42804', NULL, 'a number is no condition');
UPDATE identification_rule SET enter_condition = 'true', item_condition = 'participants' WHERE rule_id = 4711;
SELECT throws_like('SELECT * FROM result_mark', '% 4711%', 'neither where results are marked');
UPDATE identification_rule SET item_condition = 'false -- пока так', enter_condition = 'marked >= 0 -- любая', leave_condition = 'marked < 0 /* никогда */' WHERE rule_id = 4711;
SELECT results_eq('SELECT school_id, candidate FROM identification WHERE round_id = 2 AND rule_id = 4711 AND school_id IN (1, 2) ORDER BY 1',
	$$VALUES (1, true), (2, true)$$, 'a comment ends with its line');

SELECT throws_ok('INSERT INTO identification_rule (status, title, item_condition, enter_condition, leave_condition) VALUES (''adverse_conditions'', ''x'', ''true'', ''true'', ''true'')', '55000', NULL, 'a new rule does not reach back to a closed round');

-- a rule of its own for adverse conditions; a region without rules
UPDATE identification_rule SET item_condition = 'false' WHERE rule_id = 4711;
INSERT INTO identification_rule (status, title, item_condition, enter_condition, leave_condition, valid_from) VALUES ('adverse_conditions', 'все', 'false', 'assessments > 0', 'false', '2025-01-01');
INSERT INTO school_status (school_id, status, since) VALUES (9, 'adverse_conditions', '2025-08-01');
SELECT results_eq('SELECT school_id, listed, difference FROM identification WHERE round_id = 2 AND status = ''adverse_conditions'' AND school_id >= 8 ORDER BY 1',
	$$VALUES (8, false, 'should_enter'), (9, true, 'none')$$, 'any of the three statuses may have a rule');
SELECT shnor.reopen_round('probe', 1, 'проверка');
DELETE FROM identification_rule;
SELECT is_empty('SELECT * FROM identification', 'no rule, no rows');
SELECT is_empty('SELECT * FROM result_mark', 'and no error');

-- bad input
SELECT throws_ok('INSERT INTO result VALUES (2025, 1, ''ЕГЭ'', ''физика'', 11, 10, 11)', '23514', NULL, 'more below the minimum than took part');
SELECT throws_ok('INSERT INTO result VALUES (2025, 1, ''ЕГЭ'', ''физика'', 11, -1, 0)', '23514', NULL, 'fewer than nobody');
SELECT throws_ok('INSERT INTO result VALUES (2025, 1, ''ЕГЭ'', ''математика'', 11, 10, 1)', '23505', NULL, 'one row per school, assessment, subject and grade of a year');
SELECT throws_ok('INSERT INTO result VALUES (2025, 99, ''ЕГЭ'', ''физика'', 11, 10, 1)', '23503', NULL, 'a school that is not there');
SELECT throws_ok('INSERT INTO identification_rule (status, title, item_condition, enter_condition, leave_condition) VALUES (''poor'', ''x'', ''true'', ''true'', ''true'')', '23514', NULL, 'a status that is not there');

SELECT finish();
ROLLBACK;
