-- A round's life (clause 1.2.7): it opens by its order, locks what it rests on when it closes, opens again only with
-- a reason; and nothing that is done for next year moves a figure of a closed round.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

-- message, detail and hint of what a statement is refused with; «done» when it is not
CREATE FUNCTION probe.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; hint text;
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN format('%s %s [%s]', state, message, hint);
END
$$;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title, amends_id) VALUES
	(1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге', NULL),
	(2, '2-о', '2024-08-20', 'Департамент', 'Перечень', NULL),
	(3, '3-о', '2025-02-01', 'Департамент', 'Изменения', 2),
	(4, '4-о', '2025-06-01', 'Департамент', 'Ещё изменения', 3);
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name, kind) VALUES
	(1, 1, 's1', 'Школа 1', 'school'), (2, 1, 's2', 'Школа 2', 'school'), (3, 2, 's3', 'Школа 3', 'school'), (4, 2, 'd4', 'Сад 4', 'preschool');

-- ---- acts with amendments (1.2.2) ----
SELECT results_eq('SELECT legal_act_id, root_id, depth, amendments, last_amended_on FROM legal_act_chain ORDER BY 1',
	$$VALUES (1, 1, 0, 0::bigint, NULL::date), (2, 2, 0, 2, '2025-06-01'), (3, 2, 1, 2, '2025-06-01'), (4, 2, 2, 2, '2025-06-01')$$,
	'each act goes back to the act it amends, through other amendments');
SELECT is((SELECT full_title FROM legal_act_chain WHERE legal_act_id = 2),
	'Департамент от 20.08.2024 № 2-о «Перечень» (с изменениями от 01.02.2025 № 3-о, от 01.06.2025 № 4-о)', 'an act is named with its amendments');
UPDATE legal_act SET amends_id = 4 WHERE legal_act_id = 2;
SELECT results_eq('SELECT legal_act_id, root_id FROM legal_act_chain WHERE legal_act_id > 1 ORDER BY 1',
	$$VALUES (2, NULL::integer), (3, NULL), (4, NULL)$$, 'acts that amend each other in a circle go back to none, and nothing hangs');
UPDATE legal_act SET amends_id = NULL WHERE legal_act_id = 2;

-- ---- draft and opening ----
INSERT INTO round (round_id, title, starts_on, due_on, ends_on, cohort_on) VALUES
	(1, '2024', '2024-09-01', '2024-09-20', '2024-10-01', '2024-09-01'), (9, 'весна', '2025-03-01', '2025-03-20', NULL, '2025-03-01');
SELECT ok(goals ~ 'профилактики' AND tasks ~ 'Идентификация' AND methods ~ 'ИРЦОКО', 'a round carries goals, tasks and methods') FROM round WHERE round_id = 1;
SELECT results_eq('SELECT results_year FROM round ORDER BY round_id', 'VALUES (2024), (2024)', 'lists of spring rest on the results of the year before');
SELECT is(refusal($$UPDATE round SET state = 'open' WHERE round_id = 1$$),
	'23514 мониторинг «2024» нельзя открыть без приказа (п. 1.2.7) [Внесите приказ в таблицу probe.legal_act и укажите его: UPDATE probe.round SET legal_act_id = …, state = ''open'' …]',
	'a round cannot open without its order, and the error says what to do');
SELECT is(refusal($$INSERT INTO round (title, starts_on, due_on, cohort_on, state) VALUES ('x', '2024-09-01', '2024-09-20', '2024-09-01', 'closed')$$) ~ '^23514 ', true,
	'nor can it come in closed without one');
SELECT is((SELECT string_agg(state, ' ') FROM round), 'draft draft', 'and nothing has changed');
UPDATE round SET legal_act_id = 1, state = 'open' WHERE round_id = 1;

INSERT INTO school_status (school_id, status, since, until, legal_act_id) VALUES
	(1, 'low_results', '2024-09-01', NULL, 2), (1, 'adverse_conditions', '2024-01-01', '2025-01-01', 2), (3, 'risk_zone', '2024-01-01', NULL, 2), (2, 'low_results', '2024-09-02', NULL, 2);
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, has_curator) VALUES
	(1, 1, '2024-09-10 10:00+03', 40, 12, true), (1, 2, '2024-09-10 10:00+03', 20, 20, true), (1, 3, '2024-09-10 10:00+03', 30, 3, false);
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 1, true);
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (1, 1, 'in_networks', 'unoi', 5);
INSERT INTO document (round_id, school_id, question, kind, link) VALUES (1, 1, 'has_curator', 'order', 'https://example.org/1');
INSERT INTO target (round_id, indicator, threshold, plan, legal_act_id) VALUES (1, 'teachers_supported', 30, NULL, 1);
-- earlier versions of some
UPDATE submission SET has_curator = false WHERE school_id = 2;
UPDATE municipal_submission SET source = 'форма';
UPDATE source_answer SET source = 'письмо';
-- supported by ШНОР or ШНСУ: school 1 alone, 12/40 = 30 %, 1 point
SELECT results_eq('SELECT numerator, denominator, percent, score FROM municipal_indicator WHERE round_id = 1 AND municipality_id = 1 AND indicator = ''teachers_supported''',
	$$VALUES (12::bigint, 40::bigint, 30.0000, 1::smallint)$$, 'a school in two statuses counts once');

CREATE TABLE public.open_figures AS SELECT * FROM municipal_indicator WHERE round_id = 1;
CREATE TABLE public.open_region AS SELECT * FROM regional_indicator WHERE round_id = 1;
CREATE TABLE public.open_completeness AS SELECT * FROM completeness WHERE round_id = 1;
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT results_eq('SELECT * FROM municipal_indicator WHERE round_id = 1 ORDER BY municipality_id, position', 'SELECT * FROM public.open_figures ORDER BY municipality_id, position',
	'closing changes no figure');
SELECT results_eq('SELECT school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone FROM round_school ORDER BY 1',
	$$VALUES (1, 1, 'school', true, true, false), (2, 1, 'school', false, false, false), (3, 2, 'school', false, false, true), (4, 2, 'preschool', false, false, false)$$,
	'and writes down who belonged to the round');
SELECT results_eq('SELECT round_id, event, reason, happened_by FROM round_event ORDER BY round_event_id',
	$$VALUES (1, 'drafted', NULL, current_user), (9, 'drafted', NULL, current_user), (1, 'opened', NULL, current_user), (1, 'closed', NULL, current_user)$$, 'the journal tells of it');

-- ---- what is closed is locked: each of these is refused, says what to do instead, and changes nothing ----
CREATE FUNCTION probe.contents() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(x, '|' ORDER BY x)) FROM (
		SELECT to_jsonb(t)::text FROM submission t UNION ALL SELECT to_jsonb(t)::text FROM municipal_submission t UNION ALL SELECT to_jsonb(t)::text FROM source_answer t
		UNION ALL SELECT to_jsonb(t)::text FROM submission_history t UNION ALL SELECT to_jsonb(t)::text FROM municipal_submission_history t
		UNION ALL SELECT to_jsonb(t)::text FROM source_answer_history t UNION ALL SELECT to_jsonb(t)::text FROM document t UNION ALL SELECT to_jsonb(t)::text FROM target t UNION ALL SELECT to_jsonb(t)::text FROM school_status t
		UNION ALL SELECT to_jsonb(t)::text FROM indicator t UNION ALL SELECT to_jsonb(t)::text FROM question t UNION ALL SELECT to_jsonb(t)::text FROM question_source t
		UNION ALL SELECT to_jsonb(t)::text FROM round t UNION ALL SELECT to_jsonb(t)::text FROM round_school t UNION ALL SELECT to_jsonb(t)::text FROM round_event t) AS v(x)
$$;
CREATE TABLE public.before AS SELECT contents() AS contents;
CREATE TABLE public.edit (command text, message text);
INSERT INTO public.edit VALUES
	('INSERT INTO submission (round_id, school_id, teachers) VALUES (1, 4, 3)', 'ответы менять нельзя'),
	('UPDATE submission SET teachers = 41 WHERE school_id = 1', 'ответы менять нельзя'),
	('DELETE FROM submission WHERE school_id = 1', 'ответы менять нельзя'),
	('TRUNCATE submission', 'ответы менять нельзя'),
	('UPDATE submission SET round_id = 9 WHERE school_id = 1', 'ответы менять нельзя'),
	('UPDATE municipal_submission SET has_results_note = false', 'ответы менять нельзя'),
	('INSERT INTO submission_history (round_id, school_id, submitted_at) VALUES (1, 1, ''2024-09-01'')', 'ответы менять нельзя'),
	('TRUNCATE submission_history', 'ответы менять нельзя'),
	('INSERT INTO municipal_submission (round_id, municipality_id) VALUES (1, 2)', 'ответы менять нельзя'),
	('UPDATE source_answer SET answer_count = 6', 'ответы других источников менять нельзя'),
	('DELETE FROM document', 'документы менять нельзя'),
	('UPDATE document SET check_state = ''rejected''', 'документы менять нельзя'),
	('UPDATE target SET threshold = 31', 'пороги и планы менять нельзя'),
	('INSERT INTO target (round_id, indicator, municipality_id, threshold) VALUES (1, ''teachers_supported'', 1, 10)', 'пороги и планы менять нельзя'),
	('INSERT INTO school_status (school_id, status, since) VALUES (2, ''adverse_conditions'', ''2024-09-01'')', 'статусы школ менять нельзя'),
	('UPDATE school_status SET until = ''2024-09-01'' WHERE school_id = 3', 'статусы школ менять нельзя'),
	('UPDATE school_status SET since = ''2024-09-01'' WHERE school_id = 2', 'статусы школ менять нельзя'),
	('UPDATE school_status SET legal_act_id = 1 WHERE school_id = 3', 'статусы школ менять нельзя'),
	('DELETE FROM school_status WHERE school_id = 3', 'статусы школ менять нельзя'),
	('UPDATE indicator SET numerator = ''teachers'' WHERE indicator = ''teachers_supported''', 'определения показателей менять нельзя'),
	('UPDATE indicator SET valid_until = ''2024-09-01'' WHERE indicator = ''teachers_supported''', 'определения показателей менять нельзя'),
	('DELETE FROM indicator WHERE indicator = ''teachers_supported''', 'определения показателей менять нельзя'),
	('UPDATE question SET evidence = ''none'' WHERE question = ''has_curator''', 'вопросы менять нельзя'),
	('UPDATE question_source SET precedence = 3 WHERE question = ''in_networks'' AND data_source = ''unoi''', 'порядок источников менять нельзя'),
	('INSERT INTO identification_rule (status, title, item_condition, enter_condition, leave_condition) VALUES (''adverse_conditions'', ''x'', ''true'', ''true'', ''true'')', 'правила выявления менять нельзя'),
	('TRUNCATE indicator', 'определения показателей менять нельзя'),
	('TRUNCATE question, question_source', 'вопросы менять нельзя'),
	('TRUNCATE school_status', 'статусы школ менять нельзя'),
	('UPDATE round SET due_on = ''2024-09-25'' WHERE round_id = 1', 'менять его нельзя'),
	('UPDATE round SET state = ''open'' WHERE round_id = 1', 'открыть его заново можно только с причиной'),
	('UPDATE round SET state = ''open'', reopening = '' '' WHERE round_id = 1', 'открыть его заново можно только с причиной'),
	('UPDATE round SET state = ''open'', reopening = ''причина'', cohort_on = ''2024-10-01'' WHERE round_id = 1', 'сначала откройте его заново, затем меняйте'),
	('UPDATE round SET state = ''draft'' WHERE round_id = 1', 'вернуть его в черновики нельзя'),
	('DELETE FROM round WHERE round_id = 1', 'удалить его нельзя');
SELECT is(refusal(e.command) ~ format('^55000 мониторинг «2024» закрыт: %s \[.+\]$', e.message), true, 'refused: ' || e.command) FROM public.edit e;
SELECT is((SELECT count(*) FROM public.edit e WHERE refusal(e.command) !~ 'reopen_round\(''probe'', 1, |хранится всегда|причин|отдельные строки'), 0::bigint, 'each error says how to go on');
SELECT is(refusal(c) ~ '^55000 (таблица probe\.(round_event|[a-z_]+_history) заполняется сама|мониторинг «2024» закрыт: состав менять нельзя)', true, 'refused: ' || c)
FROM unnest(ARRAY['DELETE FROM round_school', 'DELETE FROM round_municipality', 'UPDATE round_municipality SET municipality_id = municipality_id', 'UPDATE round_school SET low_results = false', 'DELETE FROM round_event', 'TRUNCATE round_event', 'DELETE FROM submission_history', 'DELETE FROM municipal_submission_history', 'UPDATE source_answer_history SET answer_count = 0', 'TRUNCATE round_school',
	'INSERT INTO round_event (round_id, event) VALUES (1, ''opened'')']) AS c;
SELECT is(contents(), (SELECT contents FROM public.before), 'nothing has changed');

-- ---- next year's definition, target, status, a move and a changed kind leave it alone ----
SELECT lives_ok($$
	INSERT INTO round (round_id, title, starts_on, due_on, ends_on, cohort_on, legal_act_id, state) VALUES (2, '2025', '2025-09-01', '2025-09-20', '2025-10-01', '2025-09-01', 1, 'open');
	UPDATE indicator SET valid_until = '2025-09-01' WHERE indicator IN ('teachers_supported', 'schools_with_curator');
	INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, denominator, cohort, valid_from)
	VALUES ('teachers_supported', 6, '1.2.4', 's', 6, 'по-новому', 'percent', 'school', 'supported + in_networks', 'teachers', NULL, '2025-09-01');
	UPDATE question SET valid_until = '2025-09-01' WHERE question = 'has_curator';
	UPDATE question_source SET valid_until = '2025-09-01' WHERE question = 'in_networks';
	INSERT INTO target (round_id, indicator, threshold, plan) VALUES (2, 'teachers_supported', 99, 100);
	INSERT INTO submission (round_id, school_id, teachers, supported) VALUES (2, 1, 10, 1);
	UPDATE school_status SET until = '2025-09-01' WHERE school_id = 1 AND status = 'low_results';
	UPDATE school_status SET until = '2025-02-01' WHERE school_id = 1 AND status = 'adverse_conditions';
	INSERT INTO school_status (school_id, status, since) VALUES (3, 'low_results', '2025-09-01');
	UPDATE school SET municipality_id = 2, name = 'Школа 1, переведённая' WHERE school_id = 1;
	INSERT INTO municipality (municipality_id, name) VALUES (3, 'Новый');
	INSERT INTO school (school_id, municipality_id, code, name) VALUES (5, 3, 's5', 'Школа 5, найденная потом');
	UPDATE school SET kind = 'supplementary', closed_on = '2024-08-01' WHERE school_id = 2;
$$, 'all of this is allowed');
SELECT results_eq('SELECT * FROM municipal_indicator WHERE round_id = 1 ORDER BY municipality_id, position', 'SELECT * FROM public.open_figures ORDER BY municipality_id, position',
	'and every figure of the closed round is what it was, to the last digit');
SELECT results_eq('SELECT * FROM regional_indicator WHERE round_id = 1 ORDER BY position', 'SELECT * FROM public.open_region ORDER BY position', 'those of the region too: a municipality that is new has no part in them');
SELECT results_eq('SELECT * FROM completeness WHERE round_id = 1 ORDER BY municipality_id', 'SELECT * FROM public.open_completeness ORDER BY municipality_id', 'and its completeness');
SELECT is((SELECT count(*) FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 3), 17::bigint, 'the open round has the new municipality, with all indicators but the one that has ended');
SELECT results_eq('SELECT municipality_id, school_id, low_results, adverse_conditions, risk_zone FROM round_member ORDER BY round_id, school_id',
	$$VALUES (1, 1, true, true, false), (1, 2, false, false, false), (2, 3, false, false, true), (2, 4, false, false, false),
			 (2, 1, false, false, false), (2, 3, true, false, true), (2, 4, false, false, false), (3, 5, false, false, false),
			 (2, 1, true, false, false), (2, 3, false, false, true), (2, 4, false, false, false), (3, 5, false, false, false)$$, 'the closed round keeps its schools, the open one has today''s (and so has the draft of spring)');
SELECT results_eq('SELECT numerator, denominator FROM municipal_indicator WHERE round_id = 2 AND indicator = ''teachers_supported'' ORDER BY municipality_id',
	$$VALUES (0::bigint, 0::bigint), (0, 0), (0, 0)$$, 'next year goes by its own definition: no networks answered, so nothing counts');

SELECT is(refusal(c) ~ '^55000 мониторинг «2025» ещё не закрывался: его состав записывается при закрытии \[.+school_status', true, 'a list cannot be planted in a round that has none: ' || c)
FROM unnest(ARRAY['INSERT INTO round_school VALUES (2, 1, 1, ''school'', false, false, false)', 'INSERT INTO round_municipality VALUES (2, 1)']) AS c;
SELECT is((SELECT count(*) FROM round_member WHERE round_id = 2), 4::bigint, 'all its schools are still there');
SELECT throws_ok($$INSERT INTO municipality (municipality_id, name) VALUES (0, 'Нулевой')$$, '23514', NULL, 'a municipality''s number is not that of the region');
SELECT throws_ok($$INSERT INTO school (school_id, municipality_id, code, name) VALUES (-1, 1, 'x', 'Школа')$$, '23514', NULL, 'nor a school''s that of a municipality');

-- ---- reopening ----
SELECT throws_ok($$SELECT shnor.reopen_round('probe', 1, '  ')$$, '22023', 'не названа причина, по которой мониторинг открывается заново', 'a reason is needed');
SELECT throws_ok($$SELECT shnor.reopen_round('probe', 1, NULL)$$, '22023', NULL, 'NULL is none');
SELECT throws_ok($$SELECT shnor.reopen_round('probe', 2, 'ошибка')$$, '55000', 'мониторинг 2 не закрыт: его состояние — открыт (open)', 'an open round need not be reopened');
SELECT throws_ok($$SELECT shnor.reopen_round('probe', 9, 'ошибка')$$, '55000', NULL, 'nor a draft');
SELECT throws_ok($$SELECT shnor.reopen_round('probe', 77, 'ошибка')$$, '22023', NULL, 'an unknown round');
SELECT throws_ok($$SELECT shnor.reopen_round('public', 1, 'ошибка')$$, '3F000', NULL, 'an unknown region');
SELECT is(shnor.reopen_round('probe', 1, 'школа 1 прислала справку'), 'open', 'with a reason a closed round opens again');
SELECT is((SELECT reason FROM round_event WHERE event = 'reopened' ORDER BY round_event_id LIMIT 1), 'школа 1 прислала справку', 'which stays in the journal');
SELECT results_eq('SELECT school_id, municipality_id, kind FROM round_member WHERE round_id = 1 ORDER BY 1', $$VALUES (1, 1, 'school'), (2, 1, 'school'), (3, 2, 'school'), (4, 2, 'preschool')$$,
	'its list stays as it was written down, whatever the directory says now');
SELECT results_eq('SELECT municipality_id FROM municipal_member WHERE round_id = 1 ORDER BY 1', 'VALUES (1), (2)', 'a municipality that is new stays out of it');
SELECT lives_ok($$UPDATE submission SET supported = 14 WHERE round_id = 1 AND school_id = 1$$, 'answers can be corrected');
SELECT is((SELECT supported FROM submission_history WHERE round_id = 1 AND school_id = 1), 12, 'and the earlier one is kept');
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT results_eq('SELECT school_id, municipality_id FROM round_school ORDER BY 1', 'VALUES (1, 1), (2, 1), (3, 2), (4, 2)', 'closed again, the list is the same');
SELECT results_eq('SELECT numerator, denominator FROM municipal_indicator WHERE round_id = 1 AND municipality_id = 1 AND indicator = ''teachers_supported''',
	$$VALUES (14::bigint, 40::bigint)$$, 'the corrected figure stands when it is closed again');
SELECT is(shnor.reopen_round('probe', 1, 'школа 1 была записана не в тот муниципалитет'), 'open', 'reopened, the list itself can be corrected');
SELECT lives_ok('UPDATE round_school SET municipality_id = 2 WHERE round_id = 1 AND school_id = 1', 'a municipality that was wrong at the time');
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT results_eq('SELECT municipality_id, numerator, denominator FROM municipal_indicator WHERE round_id = 1 AND indicator = ''teachers_supported'' ORDER BY 1',
	$$VALUES (1, 0::bigint, 0::bigint), (2, 14, 40)$$, 'and the figure goes with it');
SELECT is((SELECT reopening FROM round WHERE round_id = 1), NULL, 'the reason is used up');
SELECT is(refusal('UPDATE round SET state = ''open'' WHERE round_id = 1') ~ '^55000', true, 'and another reopening needs another reason');
SELECT is((SELECT string_agg(event, ' ' ORDER BY round_event_id) FROM round_event WHERE round_id = 1), 'drafted opened closed reopened closed reopened closed', 'the whole life of the round');
SELECT is((SELECT results_year FROM round WHERE round_id = 9), 2024, 'the year of results of a draft of spring');
UPDATE round SET cohort_on = '2025-07-01' WHERE round_id = 9;
SELECT is((SELECT results_year FROM round WHERE round_id = 9), 2025, 'moves with its day');
UPDATE round SET results_year = 2023 WHERE round_id = 9;
UPDATE round SET cohort_on = '2025-03-01' WHERE round_id = 9;
SELECT is((SELECT results_year FROM round WHERE round_id = 9), 2023, 'unless it was set by hand');
SELECT lives_ok($$DELETE FROM round WHERE round_id = 9$$, 'a draft can be thrown away, with its journal');

-- a list that is there in part
SAVEPOINT part;
SELECT is(shnor.reopen_round('probe', 1, 'перечень муниципалитетов записан с ошибкой'), 'open', 'the list of municipalities can be done away with');
DELETE FROM round_municipality WHERE round_id = 1;
SELECT results_eq('SELECT municipality_id FROM municipal_member WHERE round_id = 1 ORDER BY 1', 'VALUES (1), (2), (3)', 'then all municipalities are the round''s, each once');
SELECT results_eq('SELECT numerator, denominator FROM municipal_indicator WHERE round_id = 1 AND municipality_id = 2 AND indicator = ''teachers_supported''',
	$$VALUES (14::bigint, 40::bigint)$$, 'and no school is counted twice');
ROLLBACK TO part;
-- a list follows the day of its round
SAVEPOINT day;
SELECT is(shnor.reopen_round('probe', 1, 'дата состава в приказе другая'), 'open', 'a day can be wrong, too');
UPDATE school SET closed_on = '2024-09-05' WHERE school_id = 3;
INSERT INTO school (school_id, municipality_id, code, name, opened_on) VALUES (6, 1, 's6', 'Школа 6', '2024-09-05');
SELECT results_eq('SELECT school_id FROM round_member WHERE round_id = 1 ORDER BY 1', 'VALUES (1), (2), (3), (4)', 'on the old day');
UPDATE round SET cohort_on = '2024-09-06' WHERE round_id = 1;
SELECT results_eq('SELECT school_id, municipality_id FROM round_member WHERE round_id = 1 ORDER BY 1', 'VALUES (1, 2), (4, 2), (6, 1)',
	'on the new one who has opened is there, who has closed is not, and the others are as they were written down');
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT results_eq('SELECT school_id, municipality_id FROM round_school WHERE round_id = 1 ORDER BY 1', 'VALUES (1, 2), (4, 2), (6, 1)', 'and so it closes');
ROLLBACK TO day;
-- a file for a reopened round goes by its list: an answer that no report reads is not taken for loaded
SAVEPOINT file;
SELECT is(shnor.reopen_round('probe', 1, 'файл пришёл позже'), 'open', 'opened for a file');
SELECT results_eq($$SELECT rows_read, corrected, refused FROM shnor.import_form('probe', 1, E'Код ОО;teachers\ns5;7\ns2;21\n')$$, 'VALUES (2, 1, 1)',
	'a school that is not in the list is refused; one of the list that has closed since is not');
ROLLBACK TO file;
-- a list of schools that is taken away is none: the directory's schools come in, and are counted where they are
SAVEPOINT schools;
SELECT is(shnor.reopen_round('probe', 1, 'перечень школ записан с ошибкой'), 'open', 'the list of schools may be wrong, too');
DELETE FROM round_school WHERE round_id = 1;
SELECT results_eq('SELECT DISTINCT municipality_id FROM school_round WHERE round_id = 1 ORDER BY 1', 'VALUES (2), (3)', 'then those of the directory are the round''s');
SELECT results_eq('SELECT municipality_id FROM municipal_member WHERE round_id = 1 ORDER BY 1', 'VALUES (1), (2), (3)', 'with their municipalities, the new one too');
SELECT is((SELECT denominator FROM regional_indicator WHERE round_id = 1 AND indicator = 'schools_with_prevention'),
	(SELECT count(*) FROM school_round WHERE round_id = 1 AND kind = 'school'), 'none of them is left out of the figures');
SELECT lives_ok($$UPDATE round SET state = 'closed' WHERE round_id = 1$$, 'closed again');
SELECT results_eq('SELECT municipality_id FROM municipal_member WHERE round_id = 1 ORDER BY 1', 'VALUES (1), (2), (3)', 'it writes them down');
ROLLBACK TO schools;
-- a journal with reasons is not thrown away
SAVEPOINT journal;
SELECT is(shnor.reopen_round('probe', 1, 'убрать совсем'), 'open', 'opened to be deleted');
DELETE FROM submission; DELETE FROM municipal_submission; DELETE FROM source_answer; DELETE FROM document; DELETE FROM target; DELETE FROM round_school; DELETE FROM round_municipality;
UPDATE round SET state = 'draft' WHERE round_id = 1;
SELECT is(refusal('DELETE FROM round WHERE round_id = 1') ~ '^55000 мониторинг «2024» уже закрывался: удалить его нельзя', true, 'a round that was closed once stays, with its journal');
ROLLBACK TO journal;
-- a round that closed before there was anybody
SAVEPOINT nobody;
SELECT shnor.create_region('empty');
INSERT INTO empty.legal_act (number, issued_on, issuer, title) VALUES ('1', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO empty.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'closed');
INSERT INTO empty.municipality (municipality_id, name) VALUES (1, 'Первый');
INSERT INTO empty.school (municipality_id, code, name) VALUES (1, 's1', 'Школа 1');
SELECT is_empty('SELECT round_id, municipality_id FROM empty.municipal_indicator', 'nobody comes into it afterwards');
SELECT is(shnor.reopen_round('empty', 1, 'закрыт раньше времени'), 'open', 'opened again');
SELECT results_eq('SELECT DISTINCT municipality_id FROM empty.municipal_indicator', 'VALUES (1)', 'it has who is there by now');
SELECT lives_ok($$UPDATE empty.round SET state = 'closed'$$, 'and closed');
SELECT results_eq('SELECT municipality_id FROM empty.round_municipality', 'VALUES (1)', 'keeps them');
ROLLBACK TO nobody;
-- rounds that close in one statement, and writers of many rounds
SELECT lives_ok($$UPDATE round SET state = 'closed'$$, 'all rounds can close at once');
SELECT is((SELECT count(DISTINCT round_id) FROM round_school), 2::bigint, 'each with its schools');
-- overlapping spells of one status
SELECT is(refusal($$INSERT INTO school_status (school_id, status, since) VALUES (3, 'low_results', '2026-01-01')$$) ~ '^23P01', true, 'overlapping spells of one status are refused');

SELECT finish();
ROLLBACK;
