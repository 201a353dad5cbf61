-- Second sources: which answer counts, what it does to the figures, where sources differ. Counted by hand.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

-- what a refused command says: SQLSTATE, message and hint
CREATE FUNCTION probe.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN format('%s %s | %s', SQLSTATE, said, hint);
END
$$;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open'),
	(2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'),
	(3, '2025', '2025-09-01', '2025-09-20', '2025-09-01', NULL, 'draft');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй'), (3, 'Третий');
INSERT INTO school (school_id, municipality_id, code, name, opened_on) VALUES
	(1, 1, 's1', 'Школа 1', NULL), (2, 1, 's2', 'Школа 2', NULL), (3, 1, 's3', 'Школа 3', NULL),
	(4, 2, 's4', 'Школа 4', NULL), (5, 2, 's5', 'Школа 5', NULL),
	(6, 2, 's6', 'Школа 6', '2026-01-01');			-- in no round yet
INSERT INTO school_status (school_id, status, since) SELECT i, 'low_results', '2020-01-01' FROM generate_series(1, 4) i;
INSERT INTO target (round_id, indicator, threshold) VALUES (2, 'schools_in_events', 60);

SELECT results_eq('SELECT question, data_source, precedence FROM question_source ORDER BY 1, 3',
	$$VALUES ('has_curator', 'order', 1), ('has_curator', 'form', 2), ('has_results_note', 'ircoko', 1), ('has_results_note', 'form', 2),
			 ('in_events', 'unoi', 1), ('in_events', 'form', 2), ('in_networks', 'unoi', 1), ('in_networks', 'form', 2)$$,
	'where the methodology names two sources, who holds the record goes before the form');

-- the form alone: in_networks 10 of 30 and 4 of 10; school 2 has left it out, 3 has sent nothing
INSERT INTO submission (round_id, school_id, submitted_at, source, teachers, in_networks, in_events, has_curator, has_program) VALUES
	(2, 1, '2024-09-10 10:00+03', 'форма, строка 2', 30, 10, true, true, NULL),
	(2, 2, '2024-09-11 10:00+03', 'форма, строка 3', 20, NULL, false, true, NULL),
	(2, 4, '2024-09-12 10:00+03', 'форма, строка 4', 10, 4, NULL, false, false);
SELECT results_eq('SELECT municipality_id, numerator, denominator, percent, answered, missing FROM municipal_indicator WHERE round_id = 2 AND indicator = ''teachers_in_networks'' ORDER BY 1',
	$$VALUES (1, 10::bigint, 30::bigint, 33.3333, 1::bigint, 2::bigint), (2, 4, 10, 40.0000, 1, 0), (3, 0, 0, NULL, 0, 0)$$, 'the form alone');
SELECT results_eq('SELECT municipality_id, numerator, denominator, score FROM municipal_indicator WHERE round_id = 2 AND indicator = ''schools_in_events'' ORDER BY 1',
	$$VALUES (1, 1::bigint, 3::bigint, 0::smallint), (2, 0, 1, 0::smallint), (3, 0, 0, NULL)$$, 'the form alone, yes or no');
SELECT is_empty('SELECT * FROM answer_conflict', 'one source is no conflict');

INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count, answer_yes, submitted_at, source) VALUES
	(2, 1, 'in_networks', 'unoi', 12, NULL, '2024-10-01 12:00+03', 'письмо УНОИ'),		-- goes before the form's 10
	(2, 1, 'in_networks', 'order', 9, NULL, '2024-10-01 12:00+03', NULL),				-- not listed for this question: after both
	(2, 2, 'in_networks', 'unoi', 5, NULL, '2024-10-01 12:00+03', NULL),				-- the form is there, the answer is not
	(2, 3, 'in_networks', 'unoi', 7, NULL, '2024-10-01 12:00+03', NULL),				-- no form at all
	(2, 4, 'in_networks', 'unoi', 4, NULL, '2024-10-01 12:00+03', NULL),				-- says the same
	(2, 1, 'teachers', 'unoi', 99, NULL, '2024-10-01 12:00+03', NULL),					-- neither is listed: the form goes first
	(2, 3, 'teachers', 'unoi', 25, NULL, '2024-10-01 12:00+03', NULL),					-- not listed, but the only one
	(2, 2, 'in_events', 'unoi', NULL, true, '2024-10-01 12:00+03', NULL),				-- the form's no gives way
	(2, 2, 'in_events', 'order', NULL, false, '2024-10-01 12:00+03', NULL),
	(2, 3, 'in_events', 'order', NULL, true, '2024-10-01 12:00+03', NULL),
	(2, 1, 'has_curator', 'order', NULL, false, '2024-10-01 12:00+03', NULL),			-- the order's no goes before the form's yes
	(2, 4, 'has_curator', 'order', NULL, true, '2024-10-01 12:00+03', NULL),
	(2, 6, 'in_networks', 'unoi', 1000, NULL, '2024-10-01 12:00+03', NULL);				-- not in the round: nowhere

SELECT results_eq('SELECT school_id, teachers, in_networks, in_events, has_curator FROM school_round WHERE round_id = 2 ORDER BY 1',
	$$VALUES (1, 30, 12, true, false), (2, 20, 5, true, true), (3, 25, 7, true, NULL), (4, 10, 4, NULL, true), (5, NULL, NULL, NULL, NULL)$$,
	'the answer that counts, question by question');
-- 12 + 5 + 7 = 24 of 30 + 20 + 25 = 75; the region 24 + 4 = 28 of 75 + 10 = 85
SELECT results_eq('SELECT municipality_id, numerator, denominator, percent, answered, missing FROM municipal_indicator WHERE round_id = 2 AND indicator = ''teachers_in_networks'' ORDER BY 1',
	$$VALUES (1, 24::bigint, 75::bigint, 32.0000, 3::bigint, 0::bigint), (2, 4, 10, 40.0000, 1, 0), (3, 0, 0, NULL, 0, 0)$$, 'the municipality follows the winner');
SELECT results_eq('SELECT numerator, denominator, percent FROM regional_indicator WHERE round_id = 2 AND indicator = ''teachers_in_networks''',
	$$VALUES (28::bigint, 85::bigint, 32.9412)$$, 'and so does the region');
-- in events: 1, 2 and 3 of three; threshold 60 %. School 4 has not answered anywhere
SELECT results_eq('SELECT municipality_id, numerator, denominator, score, missing FROM municipal_indicator WHERE round_id = 2 AND indicator = ''schools_in_events'' ORDER BY 1',
	$$VALUES (1, 3::bigint, 3::bigint, 1::smallint, 0::bigint), (2, 0, 1, 0::smallint, 1), (3, 0, 0, NULL, 0)$$, 'a yes or no, its score too');
SELECT results_eq('SELECT school_id, numerator, denominator, score, reason FROM school_indicator WHERE round_id = 2 AND in_cohort AND indicator = ''schools_with_curator'' ORDER BY 1',
	$$VALUES (1, 0::bigint, 1::bigint, 0::smallint, 'Нет'), (2, 1, 1, 1::smallint, 'Да'), (3, NULL, 1, 0::smallint, 'Нет ответа: 0 баллов'), (4, 1, 1, 1::smallint, 'Да')$$,
	'the school''s own row follows the winner');
SELECT results_eq('SELECT school_id, numerator, denominator FROM school_indicator WHERE round_id = 2 AND in_cohort AND indicator = ''teachers_in_networks'' ORDER BY 1',
	$$VALUES (1, 12::bigint, 30::bigint), (2, 5, 20), (3, 7, 25), (4, 4, 10)$$, 'a count as well');

-- a municipality's answers: ИРЦОКО goes before what it says of itself
INSERT INTO municipal_submission (round_id, municipality_id, submitted_at, has_results_note, has_practice_sharing) VALUES
	(2, 1, '2024-09-10 10:00+03', false, true), (2, 3, '2024-09-10 10:00+03', true, NULL);
INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_yes, submitted_at) VALUES
	(2, 1, 'has_results_note', 'ircoko', true, '2024-10-02 12:00+03'), (2, 2, 'has_results_note', 'ircoko', true, '2024-10-02 12:00+03'),
	(2, 3, 'has_results_note', 'ircoko', false, '2024-10-02 12:00+03'), (2, 1, 'has_practice_sharing', 'ircoko', false, '2024-10-02 12:00+03');
SELECT results_eq('SELECT municipality_id, numerator, denominator, score, reason FROM municipal_indicator WHERE round_id = 2 AND indicator = ''results_note'' ORDER BY 1',
	$$VALUES (1, 1::bigint, 1::bigint, 1::smallint, 'Да'), (2, 1, 1, 1::smallint, 'Да'), (3, 0, 1, 0::smallint, 'Нет')$$, 'ИРЦОКО goes before the municipality');
SELECT results_eq('SELECT municipality_id, numerator, score FROM municipal_indicator WHERE round_id = 2 AND indicator = ''practice_sharing'' ORDER BY 1',
	$$VALUES (1, 1::bigint, 1::smallint), (2, 0, 0::smallint), (3, 0, 0::smallint)$$, 'but not where nobody has put it first');
SELECT results_eq('SELECT numerator, denominator FROM regional_indicator WHERE round_id = 2 AND indicator = ''results_note''',
	$$VALUES (2::bigint, 3::bigint)$$, 'two of three municipalities');

-- all answers stand side by side
SELECT results_eq('SELECT data_source, answer_count, precedence, counts, source FROM answer WHERE round_id = 2 AND school_id = 1 AND question = ''in_networks'' ORDER BY NOT counts, precedence',
	$$VALUES ('unoi', 12, 1, true, 'письмо УНОИ'), ('form', 10, 2, false, 'форма, строка 2'), ('order', 9, NULL::integer, false, NULL::text)$$,
	'one question, three sources; a source that is not listed has no precedence');
SELECT is_empty($$SELECT round_id, municipality_id, school_id, question FROM answer GROUP BY 1, 2, 3, 4 HAVING count(*) FILTER (WHERE counts) <> 1$$,
	'of all answers to a question exactly one counts');
-- the form: 4 + 3 + 4 of schools 1, 2, 4, 2 + 1 of municipalities 1, 3; other sources: 12 of schools in the round, 4 of municipalities
SELECT results_eq('SELECT data_source = ''form'', count(*) FROM answer GROUP BY 1 ORDER BY 1', $$VALUES (false, 16::bigint), (true, 14::bigint)$$,
	'every answer is there, those of a school outside the round are not');
SELECT is_empty($$
	SELECT a.school_id, a.question FROM answer a JOIN school_round s USING (round_id, school_id)
	WHERE a.counts AND CASE a.question WHEN 'teachers' THEN s.teachers WHEN 'in_networks' THEN s.in_networks WHEN 'in_events' THEN s.in_events::integer
		WHEN 'has_curator' THEN s.has_curator::integer WHEN 'has_program' THEN s.has_program::integer END
		IS DISTINCT FROM coalesce(a.answer_count, a.answer_yes::integer)$$, 'what counts is what the reports read');

-- conflicts: only answers that differ
SELECT results_eq('SELECT municipality, school, question, sources, counts_source, counts_answer, answers, difference FROM answer_conflict WHERE round_id = 2 ORDER BY municipality_id, school_id NULLS LAST, question',
	$$VALUES
	('Первый', 'Школа 1', 'has_curator', 2::bigint, 'order', 'нет', 'Приказ департамента образования (ДО ИО): нет; Форма: ответ самой организации или муниципалитета: да', NULL::integer),
	('Первый', 'Школа 1', 'in_networks', 3, 'unoi', '12', 'Информация УНОИ: 12; Форма: ответ самой организации или муниципалитета: 10; Приказ департамента образования (ДО ИО): 9', 3),
	('Первый', 'Школа 1', 'teachers', 2, 'form', '30', 'Форма: ответ самой организации или муниципалитета: 30; Информация УНОИ: 99', 69),
	('Первый', 'Школа 2', 'in_events', 3, 'unoi', 'да', 'Информация УНОИ: да; Форма: ответ самой организации или муниципалитета: нет; Приказ департамента образования (ДО ИО): нет', NULL),
	('Первый', NULL, 'has_practice_sharing', 2, 'form', 'да', 'Форма: ответ самой организации или муниципалитета: да; Данные ИРЦОКО: нет', NULL),
	('Первый', NULL, 'has_results_note', 2, 'ircoko', 'да', 'Данные ИРЦОКО: да; Форма: ответ самой организации или муниципалитета: нет', NULL),
	('Второй', 'Школа 4', 'has_curator', 2, 'order', 'да', 'Приказ департамента образования (ДО ИО): да; Форма: ответ самой организации или муниципалитета: нет', NULL),
	('Третий', NULL, 'has_results_note', 2, 'ircoko', 'нет', 'Данные ИРЦОКО: нет; Форма: ответ самой организации или муниципалитета: да', NULL)$$,
	'conflicts say who counts, who said what, and how far apart the counts are; the same answer twice is none');

-- two sources before the form, two after it, and one that shares the form's place
INSERT INTO data_source (data_source, title) VALUES ('archive', 'Архив');
INSERT INTO question_source (question, data_source, precedence) VALUES
	('has_program', 'order', 1), ('has_program', 'unoi', 2), ('has_program', 'form', 3),
	('has_tutoring', 'form', 1), ('has_tutoring', 'unoi', 2), ('has_tutoring', 'order', 3),
	('supported', 'form', 1), ('supported', 'archive', 1),
	('with_route', 'archive', 2), ('with_route', 'unoi', 1);
INSERT INTO submission (round_id, school_id, has_program, has_tutoring, supported, with_route) VALUES
	(1, 1, true, NULL, 6, 8), (1, 2, true, false, NULL, NULL);
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_yes) VALUES
	(1, 1, 'has_program', 'unoi', true), (1, 1, 'has_program', 'order', false), (1, 2, 'has_program', 'unoi', false),
	(1, 1, 'has_tutoring', 'order', false), (1, 1, 'has_tutoring', 'unoi', true), (1, 2, 'has_tutoring', 'unoi', true);
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES
	(1, 1, 'supported', 'archive', 5), (1, 2, 'supported', 'archive', 3),
	(1, 1, 'with_route', 'archive', 2), (1, 1, 'with_route', 'unoi', 0),
	(1, 3, 'in_active', 'unoi', 2), (1, 3, 'in_active', 'order', 1);		-- neither is listed: the first code
SELECT results_eq('SELECT school_id, has_program, has_tutoring, supported, with_route, in_active FROM school_round WHERE round_id = 1 AND school_id < 4 ORDER BY 1',
	$$VALUES (1, false, true, 6, 0, NULL::integer), (2, false, false, 3, NULL, NULL), (3, NULL, NULL, NULL, NULL, 1)$$,
	'the best of those before the form, then the form, then the best of those after it; 0 is an answer');
SELECT results_eq('SELECT school_id, question, data_source FROM answer WHERE round_id = 1 AND counts ORDER BY 1, 2',
	$$VALUES (1, 'has_program', 'order'), (1, 'has_tutoring', 'unoi'), (1, 'supported', 'form'), (1, 'with_route', 'unoi'),
			 (2, 'has_program', 'unoi'), (2, 'has_tutoring', 'form'), (2, 'supported', 'archive'), (3, 'in_active', 'order')$$,
	'the list of all answers agrees, also where the form shares its place');
SELECT results_eq('SELECT answers FROM answer_conflict WHERE round_id = 1 AND school_id = 1 AND question IN (''supported'', ''with_route'') ORDER BY question',
	$$VALUES ('Форма: ответ самой организации или муниципалитета: 6; Архив: 5'),
			 ('Информация УНОИ: 0; Архив: 2; Форма: ответ самой организации или муниципалитета: 8')$$, 'the one that counts is named first');

-- precedence is data with days: from round 3 on the form goes first
UPDATE question_source SET valid_until = '2025-09-01' WHERE question = 'in_networks';
INSERT INTO question_source (question, data_source, precedence, valid_from) VALUES
	('in_networks', 'form', 1, '2025-09-01'), ('in_networks', 'unoi', 2, '2025-09-01');
INSERT INTO submission (round_id, school_id, teachers, in_networks) VALUES (3, 1, 30, 10), (3, 2, 20, NULL);
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (3, 1, 'in_networks', 'unoi', 12), (3, 2, 'in_networks', 'unoi', 5);
SELECT results_eq('SELECT round_id, school_id, in_networks FROM school_round WHERE round_id > 1 AND school_id < 3 ORDER BY 1, 2',
	$$VALUES (2, 1, 12), (2, 2, 5), (3, 1, 10), (3, 2, 5)$$, 'a new order of sources leaves earlier rounds alone');
SELECT results_eq('SELECT round_id, data_source, precedence, counts FROM answer WHERE school_id = 1 AND question = ''in_networks'' AND data_source <> ''order'' ORDER BY 1, 2',
	$$VALUES (2, 'form', 2, false), (2, 'unoi', 1, true), (3, 'form', 1, true), (3, 'unoi', 2, false)$$, 'each round shows its own order');
-- round 3: (10 + 5) of (30 + 20)
SELECT results_eq('SELECT numerator, denominator FROM municipal_indicator WHERE round_id = 3 AND municipality_id = 1 AND indicator = ''teachers_in_networks''',
	$$VALUES (15::bigint, 50::bigint)$$, 'and counts by it');
SELECT is(refusal($$INSERT INTO question_source (question, data_source, precedence, valid_from) VALUES ('in_networks', 'unoi', 1, '2026-01-01')$$),
	'23P01 место источника «unoi» для вопроса «in_networks» задано на один и тот же день дважды | Завершите прежнюю строку датой valid_until, затем добавьте новую с той же датой valid_from.',
	'one source has one place on one day');
SELECT is(refusal($$INSERT INTO question_source (question, data_source, precedence) VALUES ('in_network', 'unoi', 1)$$),
	'23503 вопроса с кодом «in_network» нет в справочнике | Коды вопросов перечислены в таблице probe.question.', 'a misspelt question would change nothing: refused');

-- history: what was replaced or deleted stays
UPDATE source_answer SET answer_count = 12 WHERE round_id = 2 AND school_id = 1 AND question = 'in_networks' AND data_source = 'unoi';
SELECT is_empty('SELECT * FROM source_answer_history', 'the same answer replaces nothing');
UPDATE source_answer SET answer_count = 14, source = 'письмо УНОИ, исправленное' WHERE round_id = 2 AND school_id = 1 AND question = 'in_networks' AND data_source = 'unoi';
DELETE FROM source_answer WHERE round_id = 2 AND school_id = 2 AND question = 'in_events' AND data_source = 'unoi';
SELECT results_eq('SELECT school_id, question, data_source, answer_count, answer_yes, submitted_at, source, replaced_by FROM source_answer_history ORDER BY 1',
	$$VALUES (1, 'in_networks', 'unoi', 12, NULL::boolean, '2024-10-01 12:00+03'::timestamptz, 'письмо УНОИ', current_user),
			 (2, 'in_events', 'unoi', NULL, true, '2024-10-01 12:00+03', NULL, current_user)$$, 'the earlier answer, with its source and time');
-- 14 + 5 + 7 of 75; without УНОИ school 2 falls back on the form's no
SELECT results_eq('SELECT indicator, numerator, denominator FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 1 AND indicator IN (''teachers_in_networks'', ''schools_in_events'') ORDER BY 1',
	$$VALUES ('schools_in_events', 2::bigint, 3::bigint), ('teachers_in_networks', 26, 75)$$, 'the figures follow');

-- bad input
UPDATE question SET valid_until = '2025-09-01' WHERE question = 'in_active';
CREATE TABLE probe.before AS SELECT * FROM source_answer;
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'in_network', 'unoi', 1)$$),
	'23503 вопроса с кодом «in_network» нет в мониторинге «2024» | Вопросы и дни их действия перечислены в таблице probe.question.', 'an unknown question');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (3, 1, 'in_active', 'unoi', 1)$$),
	'23503 вопроса с кодом «in_active» нет в мониторинге «2025» | Вопросы и дни их действия перечислены в таблице probe.question.', 'a question that is no longer asked');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (9, 1, 'in_networks', 'unoi', 1)$$),
	'23503 мониторинга с номером 9 нет | Мониторинги перечислены в таблице probe.round.', 'an unknown round');
SELECT is(refusal($$INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_count) VALUES (2, 1, 'in_networks', 'unoi', 1)$$),
	'23503 на вопрос «in_networks» отвечает организация, а не муниципалитет | Укажите school_id, а municipality_id оставьте пустым.', 'a school''s question answered for a municipality');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_yes) VALUES (2, 1, 'has_results_note', 'ircoko', true)$$),
	'23503 на вопрос «has_results_note» отвечает муниципалитет, а не организация | Укажите municipality_id, а school_id оставьте пустым.', 'and the other way round');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, municipality_id, question, data_source, answer_count) VALUES (2, 1, 1, 'supported', 'unoi', 1)$$),
	'23514 указаны и организация, и муниципалитет, а отвечает кто-то один | Заполните одно из двух: school_id или municipality_id.', 'two respondents');
SELECT is(refusal($$INSERT INTO source_answer (round_id, question, data_source, answer_count) VALUES (2, 'supported', 'unoi', 1)$$),
	'23514 не указано, кто отвечает: организация или муниципалитет | Заполните одно из двух: school_id или municipality_id.', 'no respondent');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_yes) VALUES (2, 1, 'supported', 'unoi', true)$$),
	'42804 ответ на вопрос «supported» — количество, а не «да» или «нет» | Впишите число в answer_count, answer_yes оставьте пустым.', 'yes where a count is asked');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'has_program', 'unoi', 1)$$),
	'42804 ответ на вопрос «has_program» — «да» или «нет», а не количество | Впишите true или false в answer_yes, answer_count оставьте пустым.', 'a count where yes or no is asked');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count, answer_yes) VALUES (2, 1, 'has_program', 'unoi', 1, true)$$),
	'42804 ответ на вопрос «has_program» — «да» или «нет», а не количество | Впишите true или false в answer_yes, answer_count оставьте пустым.', 'both');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source) VALUES (2, 1, 'supported', 'unoi')$$),
	'23514 ответа на вопрос «supported» нет | Впишите число в answer_count. Если источник не ответил, строка не нужна.', 'neither, a count');
SELECT is(refusal($$INSERT INTO source_answer (round_id, municipality_id, question, data_source) VALUES (2, 1, 'has_resource_monitoring', 'ircoko')$$),
	'23514 ответа на вопрос «has_resource_monitoring» нет | Впишите true или false в answer_yes. Если источник не ответил, строка не нужна.', 'neither, a yes or no');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'supported', 'form', 1)$$),
	'23514 ответы формы хранятся не здесь | Внесите ответ в таблицу probe.submission или загрузите выгрузку формы: shnor.import_form().', 'the form''s answers have their own table');
SELECT is(refusal($$INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_yes) VALUES (2, 1, 'has_results_note', 'form', true)$$),
	'23514 ответы формы хранятся не здесь | Внесите ответ в таблицу probe.municipal_submission или загрузите выгрузку формы: shnor.import_form().', 'a municipality''s as well');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'supported', 'unio', 1)$$),
	'23503 источника с кодом «unio» нет в справочнике | Исправьте код или добавьте источник в таблицу probe.data_source.', 'an unknown source');
SELECT is(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'supported', 'unoi', -1)$$),
	'23514 количество не может быть отрицательным: -1 | Впишите в answer_count ноль или положительное число.', 'less than nothing');
SELECT is(left(refusal($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'in_networks', 'unoi', 1)$$), 5), '23505',
	'one source answers a question once: a correction is an update');
SELECT is(left(refusal($$UPDATE source_answer SET question = 'has_program' WHERE round_id = 2 AND school_id = 4 AND question = 'in_networks'$$), 5), '42804',
	'an update is checked too');
SELECT results_eq('SELECT * FROM source_answer ORDER BY source_answer_id', 'SELECT * FROM before ORDER BY source_answer_id', 'and nothing has changed');

-- a closed round is locked: its answers, and the order of sources that it counts by
UPDATE round SET state = 'closed' WHERE round_id = 2;
CREATE TABLE probe.figures AS SELECT * FROM municipal_indicator WHERE round_id = 2;
SELECT is(refusal(c), '55000 мониторинг «2024» закрыт: ответы других источников менять нельзя | Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(''probe'', 2, ''причина'');', c)
FROM (VALUES ('INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 5, ''in_networks'', ''unoi'', 1)'),
			 ('UPDATE source_answer SET answer_count = 1 WHERE round_id = 2 AND school_id = 1 AND question = ''in_networks'''),
			 ('UPDATE source_answer SET round_id = 2, school_id = 5 WHERE round_id = 3 AND school_id = 1'),
			 ('DELETE FROM source_answer WHERE round_id = 2')) AS v(c);
SELECT is(refusal(c), '55000 мониторинг «2024» закрыт: порядок источников менять нельзя | Для будущих мониторингов завершите прежнюю запись датой valid_until позже этого дня и добавьте новую с той же датой valid_from. Чтобы исправить закрытый мониторинг, откройте его заново: SELECT shnor.reopen_round(''probe'', 2, ''причина'');', c)
FROM (VALUES ('UPDATE question_source SET precedence = 3 WHERE question = ''in_events'' AND data_source = ''unoi'''),
			 ('UPDATE question_source SET valid_until = ''2024-09-01'' WHERE question = ''in_events'''),
			 ('DELETE FROM question_source WHERE question = ''in_events'''),
			 ('INSERT INTO question_source (question, data_source, precedence) VALUES (''teachers'', ''unoi'', 1)')) AS v(c);
SELECT is(refusal($$UPDATE question_source SET valid_until = '2024-09-02' WHERE question = 'in_events'$$), 'done', 'its order of sources may end the day after');
SELECT is(refusal($$INSERT INTO question_source (question, data_source, precedence, valid_from) VALUES ('in_events', 'form', 1, '2024-09-02')$$), 'done', 'and another begin');
SELECT is(refusal($$DELETE FROM question_source WHERE question = 'in_networks' AND valid_from = '2025-09-01'$$), 'done', 'what it does not see is free');
UPDATE source_answer SET answer_count = 13 WHERE round_id = 3 AND school_id = 1;
SELECT results_eq('SELECT * FROM municipal_indicator WHERE round_id = 2 ORDER BY municipality_id, position', 'SELECT * FROM figures ORDER BY municipality_id, position',
	'the closed round''s figures are what they were');
SELECT is((SELECT count(*) FROM source_answer_history), 3::bigint, 'what was refused left no trace in the history');	-- two from above, one of round 3

-- two sessions that add versions at the same time wait for each other: before, both passed, and every figure doubled
UPDATE identification_rule SET title = title;
UPDATE indicator SET title = title;
UPDATE question SET wording = wording;
SELECT results_eq($$SELECT t FROM unnest('{identification_rule,indicator,question,question_source}'::text[]) AS t
	WHERE EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid() AND l.granted
				  AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('probe.' || t, 0)) ORDER BY 1$$,
	$$VALUES ('identification_rule'), ('indicator'), ('question'), ('question_source')$$, 'versions are added by one session at a time');
SELECT finish();
ROLLBACK;
