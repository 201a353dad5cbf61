-- What lint() finds: a new region is in order but for what orders have yet to say; each fault by itself is found,
-- named and explained.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;
SELECT shnor.create_region('probe');
SET search_path = probe, public;

SELECT results_eq($$SELECT severity, object, code, problem FROM shnor.lint('probe') ORDER BY 3$$,
	$$VALUES ('warning', 'identification_rule', '1 (low_results)', 'Правило без приказа'), ('warning', 'identification_rule', '2 (risk_zone)', 'Правило без приказа')$$,
	'of a new region only the rules of identification have to be confirmed');

-- a whole region in order
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге'), (2, '2-о', '2024-08-02', 'Департамент', 'Изменения');
UPDATE identification_rule SET legal_act_id = 1;
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый');
INSERT INTO school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO target (round_id, indicator, threshold, legal_act_id) SELECT 1, indicator, 50, 1 FROM indicator WHERE unit = 'percent' AND polarity <> 'context';
INSERT INTO school_status (school_id, status, since, legal_act_id) VALUES (1, 'low_results', '2024-01-01', 1), (1, 'risk_zone', '2024-01-01', 1);
INSERT INTO submission (round_id, school_id, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route, in_events, has_curator, has_program,
						has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved)
VALUES (1, 1, 10, 0, 0, 0, 0, 0, 0, 0, false, false, false, false, false, false, false, false, false);
INSERT INTO municipal_submission VALUES (1, 1, '2024-09-10', 'форма', false, false, false);
SELECT is_empty($$SELECT * FROM shnor.lint('probe')$$, 'nothing is found where nothing is wrong, zeros and noes included');

-- each fault by itself: what makes it, and what is found then
CREATE TABLE public.fault (n int GENERATED ALWAYS AS IDENTITY, command text, severity text, object text, code text, problem text);
INSERT INTO public.fault (command, severity, object, code, problem) VALUES
	('UPDATE indicator SET denominator = NULL WHERE indicator = ''teachers_supported''', 'error', 'indicator', 'teachers_supported', 'Доля без знаменателя'),
	('UPDATE indicator SET numerator = ''supported +'' WHERE indicator = ''teachers_supported''', 'error', 'indicator', 'teachers_supported', 'Формула не читается'),
	('UPDATE indicator SET numerator = ''supportd'' WHERE indicator = ''teachers_supported''', 'error', 'indicator', 'teachers_supported', 'Формула не читается'),
	('UPDATE indicator SET cohort = ''teachers'' WHERE indicator = ''teachers_supported''', 'error', 'indicator', 'teachers_supported', 'Формула не читается'),
	('DELETE FROM target WHERE indicator = ''risks_resolved''', 'warning', 'target', 'risks_resolved, мониторинг 1', 'Порог не установлен'),
	('UPDATE target SET legal_act_id = NULL WHERE indicator = ''risks_resolved''', 'warning', 'target', 'risks_resolved, мониторинг 1', 'Порог или план без приказа'),
	('INSERT INTO target (round_id, indicator, threshold, legal_act_id) VALUES (1, ''low_or_adverse_schools'', 50, 1)', 'warning', 'target', 'low_or_adverse_schools, мониторинг 1', 'Порог у справочного показателя'),
	('UPDATE indicator SET valid_until = ''2024-01-01'' WHERE indicator = ''risks_resolved''', 'error', 'target', 'risks_resolved, мониторинг 1', 'Показателя с таким кодом в этом мониторинге нет'),
	('UPDATE question SET valid_until = ''2024-01-01'' WHERE question = ''supported''', 'error', 'indicator', 'teachers_supported, мониторинг 1', 'Вопрос «supported», который читает формула'),
	('UPDATE indicator SET valid_until = ''2024-01-01'' WHERE indicator = ''schools_in_events''', 'warning', 'question', 'in_events, мониторинг 1', 'Вопрос задаётся, но ни один показатель'),
	('INSERT INTO question (question, respondent, position, wording, answer_type) VALUES (''no_column'', ''school'', 99, ''?'', ''count'')', 'error', 'question', 'no_column', 'В таблице submission нет столбца'),
	('UPDATE submission SET in_active = NULL', 'warning', 'question', 'in_active, мониторинг 1', 'На вопрос не ответила ни одна организация'),
	('UPDATE municipal_submission SET has_results_note = NULL', 'warning', 'question', 'has_results_note, мониторинг 1', 'На вопрос не ответил ни один муниципалитет'),
	('DELETE FROM recommendation_template WHERE indicator = ''results_note''', 'warning', 'recommendation_template', 'results_note', 'Нет ни одной рекомендации'),
	('UPDATE recommendation_template SET condition = ''note_requird'' WHERE template_id = 1', 'error', 'recommendation_template', '1', 'Формула не читается'),
	('UPDATE round SET goals = ''''', 'warning', 'round', '2024', 'Не названы цели'),
	('DELETE FROM obligation_term WHERE step = ''note''', 'warning', 'obligation_term', 'note', 'Срок не задан'),
	('UPDATE school_status SET legal_act_id = NULL WHERE status = ''risk_zone''', 'warning', 'school_status', 's1, risk_zone с 2024-01-01', 'Статус без приказа'),
	('UPDATE school SET closed_on = ''2025-01-01''', 'warning', 'school_status', 's1, low_results с 2024-01-01', 'Статус у закрытой организации'),
	('INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (1, 1, ''teachers'', ''unoi'', 10)', 'warning', 'question_source', 'teachers: unoi', 'Порядок источника не задан'),
	('UPDATE legal_act SET amends_id = 3 - legal_act_id', 'error', 'legal_act', '1-о', 'Акты изменяют друг друга по кругу'),
	('UPDATE effectiveness_criterion SET in_use = false', 'error', 'effectiveness_criterion', NULL, 'Не выбран критерий'),
	('UPDATE effectiveness_condition SET condition = ''below_9 > 0'' WHERE criterion = ''default'' AND position = 2', 'error', 'effectiveness_condition', 'default, 2', 'Формула не читается'),
	('UPDATE identification_rule SET item_condition = ''marks > 0'' WHERE rule_id = 1', 'error', 'identification_rule', '1: item_condition', 'Формула не читается'),
	('UPDATE identification_rule SET legal_act_id = NULL WHERE rule_id = 1', 'warning', 'identification_rule', '1 (low_results)', 'Правило без приказа'),
	('UPDATE identification_rule SET leave_condition = ''marked = 0'' WHERE rule_id = 1', 'warning', 'identification_rule', '1 (low_results)', 'Выйти из перечня труднее, чем войти: при assessments = 1, marked = 1, repeated = 0, marked_before = 0'),
	('UPDATE identification_rule SET enter_condition = ''marked'' WHERE rule_id = 1', 'error', 'identification_rule', '1: enter_condition', 'Формула не читается'),
	('UPDATE recommendation_template SET condition = ''numerator'' WHERE template_id = 1', 'error', 'recommendation_template', '1', 'Формула не читается'),
	('UPDATE effectiveness_condition SET condition = ''below_3'' WHERE criterion = ''default'' AND position = 2', 'error', 'effectiveness_condition', 'default, 2', 'Формула не читается'),
	('UPDATE identification_rule SET enter_condition = ''marked * 9223372036854775807 > 1'' WHERE rule_id = 1', 'error', 'identification_rule', '1 (low_results)', 'Правило не удалось испытать'),
	('UPDATE indicator SET numerator = ''supported * 9223372036854775807'', denominator = NULL WHERE indicator = ''teachers_supported''', 'error', 'indicator', 'teachers_supported', 'Формулу не удалось испытать'),
	('INSERT INTO validation_rule (rule, respondent, level, condition, message) VALUES (''crooked'', ''school'', ''warn'', ''teechers > 1'', ''?'')', 'error', 'validation_rule', 'crooked', 'Формула не читается: column "teechers" does not exist. Она такая: condition: teechers > 1'),
	('INSERT INTO validation_rule (rule, respondent, level, condition, applies, message, valid_from) VALUES (''crooked'', ''municipality'', ''warn'', ''true'', ''schools_answered'', ''?'', ''2030-01-01'')', 'error', 'validation_rule', 'crooked с 2030-01-01', 'Формула не читается'),
	('INSERT INTO validation_rule (rule, respondent, level, condition, message) VALUES (''large'', ''school'', ''warn'', ''teachers * 9223372036854775807 > 1'', ''?'')', 'error', 'validation_finding', NULL, 'Отчёт не строится'),
	('UPDATE round SET results_year = 2023', 'warning', 'round', '2024', 'Перечень стоит на результатах 2023 года, а по дате состава ожидался 2024 год'),
	('UPDATE refresh_pending SET noted_at = noted_at - interval ''367 days''', 'warning', 'refresh_pending', NULL, 'Сохранённые показатели не пересчитывались больше года'),
	('SET LOCAL shnor.today = ''2026-11-24''', 'warning', 'reporting_day', '2026-11-24', 'Сроки считаются не на сегодня');

-- the findings while a fault stands; it is undone again
CREATE FUNCTION probe.found(command text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	lines text[];
BEGIN
	BEGIN
		EXECUTE command;
		SELECT array_agg(format('%s|%s|%s|%s|%s', severity, object, code, problem, hint)) INTO lines FROM shnor.lint('probe');
		RAISE EXCEPTION 'undo' USING ERRCODE = 'P0099';
	EXCEPTION WHEN SQLSTATE 'P0099' THEN NULL;
	END;
	RETURN QUERY SELECT unnest(lines);
END
$$;
SELECT is((SELECT count(*) FROM found(f.command) l WHERE starts_with(l, format('%s|%s|%s|%s', f.severity, f.object, f.code, f.problem)) AND split_part(l, '|', 5) <> ''),
		  1::bigint, 'found once: ' || f.command) FROM public.fault f ORDER BY f.n;
SELECT is_empty($$SELECT * FROM shnor.lint('probe')$$, 'each was undone');

-- one finding hides no other, and is found once
SELECT is((SELECT count(*) FROM found($$UPDATE indicator SET denominator = NULL WHERE indicator = 'teachers_supported'; UPDATE submission SET in_active = NULL; UPDATE identification_rule SET leave_condition = 'marked = 0' WHERE rule_id = 1$$)),
	3::bigint, 'a share without a denominator hides neither questions nor rules');
SELECT is((SELECT count(*) FROM found($$UPDATE indicator SET numerator = 'supported +' WHERE indicator = 'teachers_supported'; UPDATE identification_rule SET leave_condition = 'marked = 0' WHERE rule_id = 1$$)),
	2::bigint, 'an indicator that cannot be read hides no rule');
SELECT is((SELECT count(*) FROM found($$UPDATE identification_rule SET enter_condition = 'marks > 0' WHERE rule_id = 1; UPDATE identification_rule SET leave_condition = 'marked < 0' WHERE rule_id = 2$$)),
	2::bigint, 'nor does one rule another');
SELECT is((SELECT count(*) FROM found($$UPDATE validation_rule SET condition = 'teechers' WHERE rule = 'no_teachers'; UPDATE validation_rule SET condition = 'supportd' WHERE rule = 'part_supported'; UPDATE submission SET in_active = NULL$$)), 3::bigint, 'nor does a rule of validation');
SELECT is((SELECT count(*) FROM found($$UPDATE recommendation_template SET condition = 'missing' WHERE template_id = 1; UPDATE submission SET in_active = NULL$$)), 2::bigint, 'nor a text what the answers lack');
SELECT alike((SELECT l FROM found($$UPDATE recommendation_template SET condition = 'note_requird' WHERE template_id = 1$$) l), 'error|recommendation_template|1|Формула не читается: %note_requird%. Она такая: note_requird|%',
	'a finding names the table, the row, the text and the reason');
SELECT alike((SELECT l FROM found($$UPDATE recommendation_template SET condition = 'note_required AND' WHERE template_id = 1$$) l), 'error|recommendation_template|1|Формула не читается: syntax error %',
	'a text is not called an indicator');
SELECT is_empty($$SELECT * FROM found('UPDATE identification_rule SET enter_condition = ''year >= 2000 AND round_id > 0 AND '' || enter_condition WHERE rule_id = 1') l$$, 'a rule may ask for every column of its case');
SELECT is_empty($$SELECT * FROM found('UPDATE identification_rule SET enter_condition = enter_condition || '' -- входит'', leave_condition = leave_condition || '' -- выходит''; UPDATE recommendation_template SET condition = condition || '' -- текст''; UPDATE effectiveness_condition SET condition = condition || '' -- критерий''; UPDATE validation_rule SET condition = condition || '' -- правило'', applies = applies || '' -- к кому''') l$$, 'a comment ends with its line');
SAVEPOINT comment;
UPDATE indicator SET cohort = cohort || ' -- перечень' WHERE indicator = 'teachers_supported';
SELECT lives_ok('SELECT * FROM probe.municipal_indicator', 'in the cohort of an indicator too, for the reports as for lint()');
ROLLBACK TO comment;
-- what only the data show
SELECT alike((SELECT l FROM found($$UPDATE setting SET time_zone = 'Mars/Olympus'$$) l), 'error|reporting_day||Отчёт не строится: time zone "Mars/Olympus" not recognized|%time_zone%', 'a time zone that is none');
SELECT alike((SELECT l FROM found($$UPDATE indicator SET numerator = 'teachers * 1000000000' WHERE indicator = 'teachers_supported'; UPDATE submission SET teachers = 100$$) l WHERE l ~ '^error'),
	'error|municipal_indicator||Отчёт не строится: indicator 6, numerator: integer out of range|%', 'a number that does not fit, only found with answers');
SELECT is_empty($$SELECT * FROM found('UPDATE round SET goals = ''''; UPDATE round SET state = ''closed''') l$$, 'goals of a closed round cannot be mended');
SELECT is_empty($$SELECT * FROM found('UPDATE round SET cohort_on = ''2024-06-30'', results_year = 2023; UPDATE school_status SET since = ''2020-01-01''') l$$, 'before July the results are those of the year before');
SELECT is_empty($$SELECT * FROM found('SET LOCAL jit = on') l WHERE l NOT LIKE 'warning|server|jit|%'$$, 'a setting of the server');
SET jit = on;
SELECT is((SELECT count(*) FROM shnor.lint('probe')), pg_jit_available()::integer::bigint, 'found once where there is a compiler');
RESET jit;

SELECT is_empty($$SELECT * FROM found('UPDATE identification_rule SET enter_condition = ''unjudged = 0 AND '' || enter_condition, leave_condition = ''unjudged > 0 OR '' || leave_condition WHERE rule_id = 1') l$$, 'a rule may ask for what could not be judged');
-- not found: easier to leave than to enter, the exact negation, a municipality's yes or no without a threshold
SELECT is_empty($$SELECT * FROM found('UPDATE identification_rule SET leave_condition = ''marked < 3 OR repeated = 0'' WHERE rule_id = 1') l$$, 'a rule may be easier to leave');
SELECT is_empty($$SELECT * FROM found('UPDATE indicator SET numerator = ''supported > 0'', denominator = NULL WHERE indicator = ''teachers_supported''') l$$, 'a condition counts schools and needs no denominator');
SELECT throws_ok($$SELECT * FROM shnor.lint('public')$$, '3F000', NULL, 'an unknown region');
SELECT throws_ok($$SELECT * FROM shnor.lint(NULL)$$, '3F000', NULL, 'NULL is none');

SELECT finish();
ROLLBACK;
