-- What follows from a figure: notes, recommendations, measures, decisions, and the ledger over them.
-- Each day and each number is counted by hand from the few rows below.
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

-- six of the eighteen indicators, catalogues and terms of our own
DELETE FROM indicator WHERE indicator NOT IN ('low_or_adverse_schools', 'results_note', 'diagnosed_subject', 'teachers_supported', 'schools_with_prevention', 'risks_resolved');
DELETE FROM recommendation_template;
DELETE FROM measure_kind;
DELETE FROM decision_kind;
DELETE FROM obligation_term;
INSERT INTO obligation_term (step, days, title) VALUES ('note', 10, 'Записка'), ('recommendation', 20, 'Рекомендации'), ('measure', 30, 'Меры'), ('decision', 40, 'Решение');
INSERT INTO measure_kind (measure_kind, position, title, clause) VALUES ('events', 1, 'Мероприятия', '1.2.10'), ('advice', 2, 'Консультации', '1.2.10');
INSERT INTO decision_kind (decision_kind, position, title, clause) VALUES ('acts', 1, 'Нормативные акты', '1.2.11');

-- entries numbered by hand below stay clear of those that are not
ALTER TABLE note ALTER note_id RESTART WITH 101;
ALTER TABLE recommendation ALTER recommendation_id RESTART WITH 101;
ALTER TABLE measure ALTER measure_id RESTART WITH 101;
ALTER TABLE decision ALTER decision_id RESTART WITH 101;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге'), (2, '7-о', '2024-11-01', 'Отдел', 'О дорожной карте');
INSERT INTO round (round_id, title, starts_on, due_on, ends_on, cohort_on, legal_act_id, state) VALUES
	(2, '2024', '2024-09-01', '2024-09-20', '2024-10-02', '2024-09-01', 1, 'open'),
	(3, '2025', '2025-09-01', '2025-09-20', NULL, '2025-09-01', 1, 'open'),
	(4, '2026', '2026-09-01', '2026-09-20', NULL, '2026-09-01', NULL, 'draft');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1'), (2, 1, 's2', 'Школа 2'), (3, 2, 's3', 'Школа 3');
INSERT INTO school_status (school_id, status, since) SELECT i, 'low_results', '2020-01-01' FROM generate_series(1, 3) i;
INSERT INTO submission (round_id, school_id, teachers, diagnosed_subject, supported, has_prevention) VALUES
	(2, 1, 30, 3, 9, true), (2, 2, 20, 2, 6, true), (2, 3, 10, 9, NULL, NULL);
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (2, 1, true);
INSERT INTO target (round_id, indicator, threshold, plan) VALUES
	(2, 'diagnosed_subject', 20, NULL), (2, 'teachers_supported', 30, 40), (2, 'schools_with_prevention', 100, 100), (2, 'risks_resolved', 50, 90);
-- the last day of round 2 is 2024-10-01, the day before ends_on: a note by 11.10, recommendations by 21.10, measures by 31.10, decisions by 10.11;
-- round 3 has no end of its own, its answers are due on 2025-09-20
SET shnor.today = '2024-10-05';
SELECT results_eq('SELECT round_id, step, due_on, today FROM round_term ORDER BY 1, 3',
	$$VALUES (2, 'note', '2024-10-11'::date, '2024-10-05'::date), (2, 'recommendation', '2024-10-21', '2024-10-05'), (2, 'measure', '2024-10-31', '2024-10-05'), (2, 'decision', '2024-11-10', '2024-10-05'),
			 (3, 'note', '2025-09-30', '2024-10-05'), (3, 'recommendation', '2025-10-10', '2024-10-05'), (3, 'measure', '2025-10-20', '2024-10-05'), (3, 'decision', '2025-10-30', '2024-10-05')$$,
	'terms run from the last day of the round, else from the day the answers are due; a draft has none');
SELECT results_eq('SELECT indicator, numerator, denominator, score, note_required FROM municipal_indicator WHERE round_id = 2 AND municipality_id = 1 ORDER BY position',
	$$VALUES ('low_or_adverse_schools', 2::bigint, 2::bigint, NULL::smallint, false), ('results_note', 1, 1, 1::smallint, false), ('diagnosed_subject', 5, 50, 0::smallint, true),
			 ('teachers_supported', 15, 50, 1::smallint, true), ('schools_with_prevention', 2, 2, 1::smallint, false), ('risks_resolved', 0, 0, NULL, false)$$,
	'the figures it all follows from: one below its threshold, one worse than planned, two good, one not scored, one empty');

-- notes
CREATE VIEW probe.notes AS SELECT municipality_id AS m, indicator, state, due_on, received_on, note_state, stated_reason, days_late FROM note_status WHERE round_id = 2;
SELECT results_eq('SELECT m, indicator, state, due_on, days_late FROM notes ORDER BY 1, 2',
	$$VALUES (1, 'diagnosed_subject', 'due', '2024-10-11'::date, 0), (1, 'teachers_supported', 'due', '2024-10-11', 0),
			 (2, 'results_note', 'due', '2024-10-11', 0), (2, 'schools_with_prevention', 'due', '2024-10-11', 0)$$,
	'a note is due where the score is 0 or the result is worse than planned, and nowhere else');
SET shnor.today = '2024-10-11';
SELECT is((SELECT count(*) FROM notes WHERE state = 'due' AND days_late = 0), 4::bigint, 'on the last day it is still due');
SET shnor.today = '2024-10-12';
SELECT is((SELECT count(*) FROM notes WHERE state = 'overdue' AND days_late = 1), 4::bigint, 'the day after it is overdue by one day');

INSERT INTO note (note_id, round_id, municipality_id, indicator, reason, received_on, state) VALUES
	(1, 2, 1, 'diagnosed_subject', 'Нет диагностических материалов', '2024-10-09', 'returned'),
	(2, 2, 1, 'teachers_supported', 'Болезнь методиста', '2024-10-13', 'received'),
	(3, 2, 2, 'results_note', 'Нет специалиста', '2024-10-11', 'accepted'),
	(4, 2, 1, 'results_note', 'Для сведения', '2024-10-20', 'received'),				-- not required
	(5, 2, 1, 'schools_with_prevention', 'Для сведения', '2024-10-20', 'returned');		-- not required, and sent back
SET shnor.today = '2024-10-25';
SELECT results_eq('SELECT * FROM notes ORDER BY 1, 2',
	$$VALUES (1, 'diagnosed_subject', 'overdue', '2024-10-11'::date, '2024-10-09'::date, 'returned', 'Нет диагностических материалов', 14),
			 (1, 'results_note', 'received', NULL, '2024-10-20', 'received', 'Для сведения', 0),
			 (1, 'teachers_supported', 'received', '2024-10-11', '2024-10-13', 'received', 'Болезнь методиста', 2),
			 (2, 'results_note', 'received', '2024-10-11', '2024-10-11', 'accepted', 'Нет специалиста', 0),
			 (2, 'schools_with_prevention', 'overdue', '2024-10-11', NULL, NULL, NULL, 14)$$,
	'received late by days of the term; one sent back is still owed; one that nobody asked for is not late, nor owed when sent back');
INSERT INTO note (note_id, round_id, municipality_id, indicator, reason, received_on, state) VALUES
	(6, 2, 1, 'diagnosed_subject', 'Материалы поступили позже', '2024-10-15', 'received'),
	(7, 2, 2, 'results_note', 'Дополнение', '2024-10-24', 'received'),
	(8, 2, 2, 'results_note', 'Негодное дополнение', '2024-10-25', 'returned');
SELECT results_eq('SELECT m, state, received_on, stated_reason, days_late FROM notes WHERE (m, indicator) IN ((1, ''diagnosed_subject''), (2, ''results_note'')) ORDER BY 1',
	$$VALUES (1, 'received', '2024-10-15'::date, 'Материалы поступили позже', 4), (2, 'received', '2024-10-24', 'Дополнение', 0)$$,
	'the last note that stands speaks; a supplement does not make a note late that came in time');
SELECT is((SELECT count(*) FROM note_status), 5::bigint + (SELECT count(*) FROM municipal_indicator WHERE round_id = 3 AND note_required), 'one row per figure, whatever the number of notes');
DELETE FROM note WHERE note_id IN (6, 7, 8);

-- recommendations: conditions over the result
INSERT INTO recommendation_template (template_id, indicator, kind, addressee, condition, wording, valid_from, valid_until) VALUES
	(1, 'diagnosed_subject', 'analysis', 'staff', 'score = 0', 'Провести диагностику', NULL, NULL),
	(2, 'diagnosed_subject', 'materials', 'students', 'numerator * 2 < denominator', 'Памятка', NULL, NULL),		-- 10 < 50; 18 > 10
	(3, 'diagnosed_subject', 'practice', 'staff', 'score = 1', 'Поделиться практикой', NULL, NULL),
	(4, 'teachers_supported', 'analysis', 'staff', 'note_required', 'Составить план поддержки', NULL, NULL),
	(5, 'teachers_supported', 'practice', 'parents', 'percent >= 30', 'Рассказать о поддержке', NULL, NULL),
	(6, 'schools_with_prevention', 'practice', 'parents', 'score = 1 AND NOT note_required', 'Рассказать о программе', NULL, NULL),
	(7, 'risks_resolved', 'materials', 'staff', 'denominator = 0', 'Сохранить условия', NULL, NULL),
	(8, 'risks_resolved', 'analysis', 'staff', 'score = 0', 'Ликвидировать риски', NULL, NULL),
	(9, 'results_note', 'practice', 'staff', 'score = 1', 'Поделиться справкой', NULL, NULL),
	(10, 'results_note', 'analysis', 'staff', 'score IS NULL OR score = 0 AND missing > 0', 'Подготовить справку', NULL, NULL),
	(11, 'results_note', 'analysis', 'parents', 'true', 'Старый текст', NULL, '2024-09-01'),
	(12, 'results_note', 'analysis', 'parents', 'true', 'Новый текст', '2025-09-01', NULL),
	(13, 'results_note', 'materials', 'parents', 'true', 'Текст этого года', '2024-09-01', '2024-09-02');
CREATE VIEW probe.due AS SELECT municipality_id AS m, indicator, template_id AS t, kind, addressee, state, due_on, recommendation_id, issued_on, days_late FROM recommendation_due WHERE round_id = 2;
SET shnor.today = '2024-10-21';
SELECT results_eq('SELECT m, indicator, t, kind, addressee, state, due_on, days_late FROM due ORDER BY m, t',
	$$VALUES (1, 'diagnosed_subject', 1, 'analysis', 'staff', 'due', '2024-10-21'::date, 0), (1, 'diagnosed_subject', 2, 'materials', 'students', 'due', '2024-10-21', 0),
			 (1, 'teachers_supported', 4, 'analysis', 'staff', 'due', '2024-10-21', 0), (1, 'teachers_supported', 5, 'practice', 'parents', 'due', '2024-10-21', 0),
			 (1, 'schools_with_prevention', 6, 'practice', 'parents', 'due', '2024-10-21', 0), (1, 'risks_resolved', 7, 'materials', 'staff', 'due', '2024-10-21', 0),
			 (1, 'results_note', 9, 'practice', 'staff', 'due', '2024-10-21', 0), (1, 'results_note', 13, 'materials', 'parents', 'due', '2024-10-21', 0),
			 (2, 'diagnosed_subject', 3, 'practice', 'staff', 'due', '2024-10-21', 0), (2, 'risks_resolved', 7, 'materials', 'staff', 'due', '2024-10-21', 0),
			 (2, 'results_note', 10, 'analysis', 'staff', 'due', '2024-10-21', 0), (2, 'results_note', 13, 'materials', 'parents', 'due', '2024-10-21', 0)$$,
	'a bad result, a good one and an empty one each call for their texts; a condition that is not known is not met; texts hold from day to day');
SELECT results_eq('SELECT template_id FROM recommendation_due WHERE round_id = 3 AND municipality_id = 1 AND indicator = ''results_note'' ORDER BY 1', 'VALUES (10), (12)',
	'round 3 has the text of its day');

INSERT INTO recommendation (recommendation_id, round_id, municipality_id, school_id, indicator, template_id, kind, addressee, wording, issued_on) VALUES
	(1, 2, 1, NULL, 'diagnosed_subject', 1, 'analysis', 'staff', 'Провести диагностику', '2024-10-20'),
	(2, 2, 1, NULL, 'risks_resolved', NULL, 'materials', 'staff', 'Свой текст', '2024-10-23'),			-- by kind and addressee
	(3, 2, 1, NULL, 'risks_resolved', NULL, 'analysis', 'staff', 'Другой вид', '2024-10-20'),
	(4, 2, 1, NULL, 'diagnosed_subject', NULL, 'materials', 'parents', 'Другой адресат', '2024-10-20'),
	(5, 2, 2, 3, 'results_note', 10, 'analysis', 'staff', 'Подготовить справку', '2024-10-24'),
	(6, 2, 2, NULL, 'results_note', 10, 'analysis', 'staff', 'Подготовить справку', '2024-10-22'),		-- the first counts
	(7, 3, 1, NULL, 'results_note', 9, 'practice', 'staff', 'Поделиться справкой', '2024-10-20');		-- of another round
SET shnor.today = '2024-10-31';
SELECT results_eq('SELECT m, t, state, recommendation_id, issued_on, days_late FROM due ORDER BY m, t',
	$$VALUES (1, 1, 'issued', 1, '2024-10-20'::date, 0), (1, 2, 'overdue', NULL, NULL, 10), (1, 4, 'overdue', NULL, NULL, 10), (1, 5, 'overdue', NULL, NULL, 10), (1, 6, 'overdue', NULL, NULL, 10),
			 (1, 7, 'issued', 2, '2024-10-23', 2), (1, 9, 'overdue', NULL, NULL, 10), (1, 13, 'overdue', NULL, NULL, 10),
			 (2, 3, 'overdue', NULL, NULL, 10), (2, 7, 'overdue', NULL, NULL, 10), (2, 10, 'issued', 6, '2024-10-22', 1), (2, 13, 'overdue', NULL, NULL, 10)$$,
	'issued by the text, or without one by kind and addressee; late by days');
-- a text taken from the catalogue need not be written again
INSERT INTO recommendation (recommendation_id, round_id, municipality_id, indicator, template_id, issued_on) VALUES (8, 2, 2, 'diagnosed_subject', 3, '2024-10-21');
SELECT results_eq('SELECT kind, addressee, wording FROM recommendation WHERE recommendation_id = 8', $$VALUES ('practice', 'staff', 'Поделиться практикой')$$, 'kind, addressee and wording are the text''s');

-- each text of one's own stands for one, what a school was given for none
INSERT INTO recommendation_template (template_id, indicator, kind, addressee, condition, wording) VALUES
	(21, 'schools_with_prevention', 'materials', 'students', 'true', 'Первый'), (22, 'schools_with_prevention', 'materials', 'students', 'true', 'Второй'),
	(23, 'schools_with_prevention', 'materials', 'students', 'true', 'Третий'), (24, 'schools_with_prevention', 'materials', 'students', 'true -- всегда', 'Четвёртый');
INSERT INTO recommendation (recommendation_id, round_id, municipality_id, school_id, indicator, template_id, kind, addressee, wording, issued_on) VALUES
	(21, 2, 1, NULL, 'schools_with_prevention', 21, 'materials', 'students', 'Первый', '2024-10-20'),
	(22, 2, 1, NULL, 'schools_with_prevention', NULL, 'materials', 'students', 'Свой', '2024-10-19'),
	(23, 2, 1, 1, 'schools_with_prevention', NULL, 'materials', 'students', 'Свой для школы', '2024-10-18'),
	(24, 2, 1, 2, 'schools_with_prevention', 24, 'materials', 'students', 'Четвёртый', '2024-10-18');
CREATE VIEW probe.one_to_one AS SELECT t, recommendation_id, state FROM due WHERE m = 1 AND indicator = 'schools_with_prevention' AND t > 20;
SELECT results_eq('SELECT * FROM one_to_one ORDER BY t', $$VALUES (21, 21, 'issued'), (22, 22, 'issued'), (23, NULL, 'overdue'), (24, NULL, 'overdue')$$,
	'a text of one''s own stands for one that was not issued itself, and for one only; what a school was given settles nothing');
INSERT INTO recommendation (recommendation_id, round_id, municipality_id, indicator, kind, addressee, wording, issued_on)
VALUES (25, 2, 1, 'schools_with_prevention', 'materials', 'students', 'Ещё свой', '2024-10-21');
SELECT results_eq('SELECT * FROM one_to_one ORDER BY t', $$VALUES (21, 21, 'issued'), (22, 22, 'issued'), (23, 25, 'issued'), (24, NULL, 'overdue')$$, 'a second one, for a second');
DELETE FROM recommendation WHERE recommendation_id BETWEEN 21 AND 25;
DELETE FROM recommendation_template WHERE template_id BETWEEN 21 AND 24;
INSERT INTO recommendation_template (template_id, indicator, kind, addressee, condition, wording) VALUES (21, 'risks_resolved', 'analysis', 'students', 'missing', 'x');
SELECT is(left(refusal('SELECT * FROM recommendation_due'), 5), '42804', 'a number is no condition');
DELETE FROM recommendation_template WHERE template_id = 21;

-- measures and decisions: what their state is on the day
INSERT INTO measure (measure_id, round_id, municipality_id, indicator, measure_kind, title, starts_on, due_on, done_on, state) VALUES
	(1, 2, 1, 'diagnosed_subject', 'events', 'Диагностика', '2024-10-01', '2024-10-30', '2024-11-02', 'done'),		-- three days late
	(2, 2, 1, 'diagnosed_subject', 'advice', 'Консультации', '2024-10-01', '2024-11-01', NULL, 'in_progress'),
	(3, 2, 1, 'diagnosed_subject', 'advice', 'Отменено', NULL, '2024-10-01', NULL, 'cancelled'),
	(4, 2, 1, 'teachers_supported', 'advice', 'Наставничество', NULL, '2024-12-31', NULL, 'planned'),
	(5, 2, 1, 'risks_resolved', 'events', 'Хотя не требовалось', NULL, '2024-11-30', '2024-10-15', 'done'),
	(6, 2, NULL, 'schools_with_prevention', 'events', 'Мера региона', NULL, '2024-10-31', NULL, 'planned'),
	(7, 2, 2, NULL, 'events', 'Общая мера', NULL, '2024-11-11', NULL, 'planned');
INSERT INTO measure_school (measure_id, school_id) VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO decision (decision_id, round_id, municipality_id, indicator, decision_kind, title, measure_id, legal_act_id, adopted_on, due_on, done_on, state) VALUES
	(1, 2, 1, 'teachers_supported', 'acts', 'Дорожная карта', 4, 2, '2024-11-01', '2024-12-01', NULL, 'adopted'),
	(2, 2, 1, 'risks_resolved', 'acts', 'Исполнено', 5, 2, '2024-11-01', '2024-11-05', '2024-11-05', 'done'),
	(3, 2, 1, 'diagnosed_subject', 'acts', 'Отменено', NULL, NULL, NULL, '2024-10-01', NULL, 'cancelled'),
	(4, 2, NULL, NULL, 'acts', 'Решение региона', NULL, NULL, NULL, '2024-11-09', NULL, 'planned');
INSERT INTO decision_school (decision_id, school_id) VALUES (1, 1);
SET shnor.today = '2024-11-11';
SELECT results_eq('SELECT measure_id, municipality, indicator, kind_title, state, days_late, schools FROM measure_status ORDER BY 1',
	$$VALUES (1, 'Первый', 'diagnosed_subject', 'Мероприятия', 'done', 3, 2::bigint), (2, 'Первый', 'diagnosed_subject', 'Консультации', 'overdue', 10, 1),
			 (3, 'Первый', 'diagnosed_subject', 'Консультации', 'cancelled', 0, 0), (4, 'Первый', 'teachers_supported', 'Консультации', 'planned', 0, 0),
			 (5, 'Первый', 'risks_resolved', 'Мероприятия', 'done', 0, 0), (6, NULL, 'schools_with_prevention', 'Мероприятия', 'overdue', 11, 0),
			 (7, 'Второй', NULL, 'Мероприятия', 'planned', 0, 0)$$, 'measures: planned, done late, overdue, cancelled; its schools; the region''s own');
SELECT results_eq('SELECT decision_id, municipality, indicator, kind_title, state, days_late, schools FROM decision_status ORDER BY 1',
	$$VALUES (1, 'Первый', 'teachers_supported', 'Нормативные акты', 'adopted', 0, 1::bigint), (2, 'Первый', 'risks_resolved', 'Нормативные акты', 'done', 0, 0),
			 (3, 'Первый', 'diagnosed_subject', 'Нормативные акты', 'cancelled', 0, 0), (4, NULL, NULL, 'Нормативные акты', 'overdue', 2, 0)$$, 'decisions');
SET shnor.today = '2024-11-01';
SELECT is((SELECT state FROM measure_status WHERE measure_id = 2), 'in_progress', 'on its last day a measure is not late');
SET shnor.today = '2024-12-02';
SELECT results_eq('SELECT state, days_late FROM decision_status WHERE decision_id = 1', $$VALUES ('overdue', 1)$$, 'a decision that is adopted and not carried out is late after its day');

-- the ledger of the first municipality, before the terms are over: nothing but the note of teachers_supported and what is above
SET shnor.today = '2024-11-11';
INSERT INTO recommendation (round_id, municipality_id, indicator, template_id, issued_on) VALUES
	(2, 1, 'teachers_supported', 4, '2024-10-20'), (2, 1, 'teachers_supported', 5, '2024-10-20'),
	(2, 1, 'results_note', 9, '2024-10-20'), (2, 1, 'results_note', 13, '2024-10-20');
CREATE VIEW probe.ledger AS
	SELECT indicator, note_required, note_state, note_due_on, note_received_on,
		   recommendation_state AS r_state, recommendations_due AS r_due, recommendations_issued AS r_issued,
		   measure_state AS m_state, measure_due_on AS m_due_on, measures AS m, measures_done AS m_done,
		   decision_state AS d_state, decision_due_on AS d_due_on, decisions AS d, decisions_done AS d_done, overdue, missing
	FROM obligation WHERE round_id = 2 AND municipality_id = 1 ORDER BY position;
SELECT results_eq('SELECT * FROM ledger', $$VALUES
	('low_or_adverse_schools', false, 'not_required', NULL::date, NULL::date, 'overdue', 0::bigint, 0::bigint, 'not_required', NULL::date, 0::bigint, 0::bigint, 'not_required', NULL::date, 0::bigint, 0::bigint, true,
	 'в справочнике нет подходящей рекомендации'),
	('results_note', false, 'received', NULL, '2024-10-20', 'done', 2, 2, 'not_required', NULL, 0, 0, 'not_required', NULL, 0, 0, false,
	 'Всё сделано или выполняется в срок'),
	('diagnosed_subject', true, 'overdue', '2024-10-11', NULL, 'overdue', 2, 1, 'overdue', '2024-10-31', 2, 1, 'overdue', '2024-11-10', 0, 0, true,
	 'аналитическая записка возвращена и не исправлена, срок был 11.10.2024; рекомендации: выдано 1 из 2, срок был 21.10.2024; меры просрочены: выполнено 1 из 2; управленческого решения нет, срок был 10.11.2024'),
	('teachers_supported', true, 'received', '2024-10-11', '2024-10-13', 'done', 2, 2, 'in_progress', '2024-10-31', 1, 0, 'in_progress', '2024-11-10', 1, 0, false,
	 'Всё сделано или выполняется в срок'),
	('schools_with_prevention', false, 'not_required', NULL, NULL, 'overdue', 1, 0, 'not_required', NULL, 0, 0, 'not_required', NULL, 0, 0, true,
	 'рекомендации: выдано 0 из 1, срок был 21.10.2024'),
	('risks_resolved', false, 'not_required', NULL, NULL, 'done', 1, 1, 'done', NULL, 1, 1, 'done', NULL, 1, 1, false,
	 'Всё сделано или выполняется в срок')$$,
	'the ledger, row by row: done, under way, overdue, not required; the region''s measures and cancelled ones settle nothing');
SELECT results_eq('SELECT indicator, numerator, denominator, percent, threshold, plan, score FROM obligation ORDER BY round_id, municipality_id, position',
	'SELECT indicator, numerator, denominator, percent, threshold, plan, score FROM municipal_indicator WHERE round_id < 4 ORDER BY round_id, municipality_id, position',
	'every figure of every round that has begun is there once, good ones too');
SELECT is_empty('SELECT * FROM obligation WHERE round_id = 4 UNION ALL SELECT * FROM obligation WHERE missing = '''' OR missing IS NULL OR overdue IS NULL', 'a draft is not');

-- the same on earlier days
SET shnor.today = '2024-10-05';
SELECT results_eq('SELECT indicator, note_state, r_state, m_state, d_state, overdue, missing FROM ledger WHERE indicator IN (''diagnosed_subject'', ''schools_with_prevention'')', $$VALUES
	('diagnosed_subject', 'due', 'due', 'in_progress', 'due', false,
	 'ждём исправленную аналитическую записку до 11.10.2024; рекомендации: выдано 1 из 2, срок 21.10.2024; нужно управленческое решение до 10.11.2024'),
	('schools_with_prevention', 'not_required', 'due', 'not_required', 'not_required', false, 'рекомендации: выдано 0 из 1, срок 21.10.2024')$$,
	'before the terms are over');
SELECT results_eq('SELECT note_state, recommendation_state, measure_state, decision_state, overdue, missing FROM obligation WHERE round_id = 2 AND municipality_id = 2 AND indicator = ''schools_with_prevention''', $$VALUES
	('due', 'due', 'due', 'due', false, 'ждём аналитическую записку до 11.10.2024; в справочнике нет подходящей рекомендации; нужны меры до 31.10.2024; нужно управленческое решение до 10.11.2024')$$,
	'nothing done yet');
SET shnor.today = '2024-11-11';
SELECT results_eq('SELECT note_state, recommendation_state, measure_state, decision_state, overdue, missing FROM obligation WHERE round_id = 2 AND municipality_id = 2 AND indicator = ''schools_with_prevention''', $$VALUES
	('overdue', 'overdue', 'overdue', 'overdue', true, 'нет аналитической записки, срок был 11.10.2024; в справочнике нет подходящей рекомендации; мер нет, срок был 31.10.2024; управленческого решения нет, срок был 10.11.2024')$$,
	'nothing done at all');
-- a text of one's own closes a figure that the catalogue has none for; one for a school does not
INSERT INTO recommendation (round_id, municipality_id, school_id, indicator, kind, addressee, wording, issued_on) VALUES (2, 1, 1, 'low_or_adverse_schools', 'analysis', 'staff', 'Школе', '2024-10-20');
SELECT results_eq('SELECT r_state FROM ledger WHERE indicator = ''low_or_adverse_schools''', $$VALUES ('overdue')$$, 'a recommendation to one school is not the municipality''s');
INSERT INTO recommendation (round_id, municipality_id, indicator, kind, addressee, wording, issued_on) VALUES (2, 1, 'low_or_adverse_schools', 'analysis', 'staff', 'Уточнить перечень', '2024-10-20');
SELECT results_eq('SELECT r_state, r_due, r_issued, overdue, missing FROM ledger WHERE indicator = ''low_or_adverse_schools''',
	$$VALUES ('done', 0::bigint, 0::bigint, false, 'Всё сделано или выполняется в срок')$$, 'a recommendation written for the case is one');
-- late measures and decisions that stand
INSERT INTO decision (round_id, municipality_id, indicator, decision_kind, title, due_on) VALUES (2, 1, 'diagnosed_subject', 'acts', 'Готовится', '2024-11-10');
UPDATE measure SET state = 'done', done_on = '2024-11-11' WHERE measure_id = 2;
DELETE FROM note WHERE note_id = 1;
SELECT results_eq('SELECT note_state, m_state, m, m_done, d_state, d, d_done, missing FROM ledger WHERE indicator = ''diagnosed_subject''', $$VALUES
	('overdue', 'done', 2::bigint, 2::bigint, 'overdue', 1::bigint, 0::bigint,
	 'нет аналитической записки, срок был 11.10.2024; рекомендации: выдано 1 из 2, срок был 21.10.2024; решения просрочены: исполнено 0 из 1')$$, 'all measures done; a decision that is late');

-- terms are data
UPDATE obligation_term SET days = 41 WHERE step = 'note';
SELECT results_eq('SELECT note_state, note_due_on FROM ledger WHERE indicator = ''diagnosed_subject''', $$VALUES ('due', '2024-11-11'::date)$$, 'a longer term: due to the day');
UPDATE obligation_term SET days = 0 WHERE step = 'note';
SELECT results_eq('SELECT state, due_on, days_late FROM notes WHERE m = 1 AND indicator IN (''diagnosed_subject'', ''teachers_supported'') ORDER BY indicator',
	$$VALUES ('overdue', '2024-10-01'::date, 41), ('received', '2024-10-01', 12)$$, 'a term of no days ends with the round');
DELETE FROM obligation_term;
SELECT results_eq('SELECT indicator, note_state, note_due_on, r_state, m_state, m_due_on, d_state, d_due_on, overdue, missing FROM ledger WHERE indicator IN (''results_note'', ''schools_with_prevention'')',
	$$VALUES ('results_note', 'received', NULL::date, 'done', 'not_required', NULL::date, 'not_required', NULL::date, false, 'Всё сделано или выполняется в срок'),
			 ('schools_with_prevention', 'not_required', NULL, 'due', 'not_required', NULL, 'not_required', NULL, false, 'рекомендации: выдано 0 из 1, срок не установлен')$$,
	'without a term nothing is late, and what is owed is still owed');
SELECT results_eq('SELECT note_state, recommendation_state, measure_state, decision_state, overdue, missing FROM obligation WHERE round_id = 2 AND municipality_id = 2 AND indicator = ''schools_with_prevention''', $$VALUES
	('due', 'due', 'due', 'due', false, 'ждём аналитическую записку, срок не установлен; в справочнике нет подходящей рекомендации; нужны меры, срок не установлен; нужно управленческое решение, срок не установлен')$$,
	'and said so');
INSERT INTO obligation_term (step, days, title) VALUES ('note', 10, 'Записка'), ('recommendation', 20, 'Рекомендации'), ('measure', 30, 'Меры'), ('decision', 40, 'Решение');

-- a corrected result changes what is owed
UPDATE submission SET diagnosed_subject = 20 WHERE round_id = 2 AND school_id = 1;		-- 22 of 50: 44 %
SELECT results_eq('SELECT note_required, note_state, r_due, r_issued, d_state, missing FROM ledger WHERE indicator = ''diagnosed_subject''',
	$$VALUES (false, 'not_required', 2::bigint, 0::bigint, 'overdue', 'рекомендации: выдано 0 из 2, срок был 21.10.2024; решения просрочены: исполнено 0 из 1')$$,
	'templates 2 (44 < 50) and 3 are due now; the decision once planned is still to be made');
UPDATE submission SET diagnosed_subject = 3 WHERE round_id = 2 AND school_id = 1;
-- a closed round's follow-up goes on
UPDATE round SET state = 'closed' WHERE round_id = 2;
SELECT is(refusal($$INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) VALUES (2, 1, 'diagnosed_subject', 'Причина', '2024-11-11')$$), 'done', 'notes are written after the round is closed');

-- bad input
CREATE VIEW probe.registers AS
	SELECT 'note' AS register, n::text AS entry FROM note n UNION ALL SELECT 'recommendation', r::text FROM recommendation r
	UNION ALL SELECT 'measure', s::text FROM measure s UNION ALL SELECT 'decision', d::text FROM decision d;
CREATE TABLE probe.before AS SELECT * FROM registers;
SELECT is(refusal(c), '55000 мониторинг «2026» ещё черновик: по нему нет результатов | Сначала откройте мониторинг: UPDATE probe.round SET state = ''open'' …', c)
FROM (VALUES ($$INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) VALUES (4, 1, 'diagnosed_subject', 'Причина', '2026-11-11')$$),
			 ($$INSERT INTO recommendation (round_id, municipality_id, indicator, kind, addressee, wording, issued_on) VALUES (4, 1, 'diagnosed_subject', 'analysis', 'staff', 'Текст', '2026-11-11')$$),
			 ($$INSERT INTO measure (round_id, municipality_id, indicator, measure_kind, title, due_on) VALUES (4, 1, 'diagnosed_subject', 'events', 'Мера', '2026-11-11')$$),
			 ($$INSERT INTO decision (round_id, municipality_id, indicator, decision_kind, title, due_on) VALUES (4, 1, 'diagnosed_subject', 'acts', 'Решение', '2026-11-11')$$),
			 ($$UPDATE measure SET round_id = 4$$)) AS v(c);
SELECT is(refusal(c), '23503 показателя с кодом «diagnosed» нет в справочнике | Коды показателей перечислены в таблице probe.indicator.', c)
FROM (VALUES ($$INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) VALUES (2, 1, 'diagnosed', 'Причина', '2024-11-11')$$),
			 ($$INSERT INTO recommendation (round_id, municipality_id, indicator, kind, addressee, wording, issued_on) VALUES (2, 1, 'diagnosed', 'analysis', 'staff', 'Текст', '2024-11-11')$$),
			 ($$INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES ('diagnosed', 'analysis', 'staff', 'true', 'Текст')$$),
			 ($$UPDATE measure SET indicator = 'diagnosed' WHERE measure_id = 1$$),
			 ($$INSERT INTO decision (round_id, municipality_id, indicator, decision_kind, title, due_on) VALUES (2, 1, 'diagnosed', 'acts', 'Решение', '2024-11-11')$$)) AS v(c);
SELECT is(refusal(format($$INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) VALUES (2, 1, 'diagnosed_subject', %L, '2024-11-11')$$, r)),
	'23514 в записке не названа причина (п. 1.2.6) | Впишите в reason, почему результат разошёлся с порогом или плановым значением.', 'no reason: ' || what)
FROM (VALUES ('', 'empty'), (E' \n\t', 'blank'), (NULL, 'NULL')) AS v(r, what);
SELECT is(refusal($$INSERT INTO recommendation (round_id, municipality_id, indicator, template_id, issued_on) VALUES (2, 1, 'results_note', 1, '2024-11-11')$$),
	'23514 текст 1 справочника — для показателя «diagnosed_subject», вида analysis, адресата staff | Укажите indicator, kind и addressee этого текста или другой template_id; для своего текста оставьте template_id пустым.', 'a text of another indicator');
SELECT is(left(refusal($$INSERT INTO recommendation (round_id, municipality_id, indicator, template_id, kind, addressee, wording, issued_on) VALUES (2, 1, 'diagnosed_subject', 1, 'analysis', 'parents', 'Текст', '2024-11-11')$$), 27),
	'23514 текст 1 справочника —', 'or for another addressee');
SELECT is(refusal($$INSERT INTO recommendation (round_id, municipality_id, indicator, template_id, issued_on) VALUES (2, 1, 'diagnosed_subject', 99, '2024-11-11')$$),
	'23503 текста 99 нет в справочнике рекомендаций | Тексты перечислены в таблице probe.recommendation_template; для своего текста оставьте template_id пустым.', 'or of none');
SELECT is(refusal($$INSERT INTO decision (round_id, municipality_id, decision_kind, title, due_on, state) VALUES (2, 1, 'acts', 'Решение', '2024-12-01', 'adopted')$$),
	'23514 решение нельзя считать принятым без приказа и даты | Внесите приказ в таблицу probe.legal_act и впишите его legal_act_id и день принятия adopted_on; пока их нет, state = ''planned''.', 'a decision without an act');
SELECT is(left(refusal(c), 56), '23514 решение нельзя считать принятым без приказа и даты', c)
FROM (VALUES ($$INSERT INTO decision (round_id, municipality_id, decision_kind, title, due_on, state, legal_act_id) VALUES (2, 1, 'acts', 'Решение', '2024-12-01', 'adopted', 2)$$),
			 ($$INSERT INTO decision (round_id, municipality_id, decision_kind, title, due_on, state, adopted_on) VALUES (2, 1, 'acts', 'Решение', '2024-12-01', 'adopted', '2024-11-01')$$),
			 ($$INSERT INTO decision (round_id, municipality_id, decision_kind, title, due_on, state, done_on) VALUES (2, 1, 'acts', 'Решение', '2024-12-01', 'done', '2024-11-01')$$),
			 ($$UPDATE decision SET legal_act_id = NULL WHERE decision_id = 1$$)) AS v(c);
SELECT is(refusal(c), '23514 исполнено, а день исполнения не указан | Впишите done_on.', c)
FROM (VALUES ($$UPDATE measure SET state = 'done' WHERE measure_id = 4$$), ($$UPDATE decision SET state = 'done' WHERE decision_id = 1$$)) AS v(c);
SELECT is(refusal(c), '23514 день исполнения указан, а состояние — не done | Поставьте state = ''done'' или очистите done_on.', c)
FROM (VALUES ($$UPDATE measure SET done_on = '2024-11-11' WHERE measure_id = 4$$), ($$UPDATE decision SET state = 'cancelled' WHERE decision_id = 2$$)) AS v(c);
SELECT is(left(refusal($$INSERT INTO measure (round_id, municipality_id, measure_kind, title, due_on) VALUES (2, 1, 'event', 'Мера', '2024-11-11')$$), 5), '23503', 'an unknown kind of measure');
SELECT is(left(refusal($$INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) VALUES (9, 1, 'diagnosed_subject', 'Причина', '2024-11-11')$$), 5), '23503', 'an unknown round');
SELECT is(left(refusal($$INSERT INTO obligation_term (step, days, title) VALUES ('notes', 1, 'Записки')$$), 5), '23514', 'an unknown step');
SELECT is(left(refusal($$UPDATE obligation_term SET days = -1$$), 5), '23514', 'a term before the end');
SELECT is(left(refusal($$SELECT set_config('shnor.today', '31 ноября', true); SELECT * FROM reporting_day$$), 5), '22007', 'a day that is none');
SELECT is(refusal($$SET LOCAL shnor.today = ''$$), 'done', 'an empty day');
SELECT is((SELECT today FROM reporting_day), (now() AT TIME ZONE 'Europe/Moscow')::date, 'is today, by the region''s clock');
SELECT results_eq('SELECT * FROM registers ORDER BY 1, 2', 'SELECT * FROM before ORDER BY 1, 2', 'and nothing has changed');

-- a day that no term can be counted from would break the ledger for everybody, not for its row
SELECT matches(refusal(c), '^23514 (день|мониторинг «2025»: день) вне 1990–2200 годов \| Проверьте год', 'refused: ' || c)
FROM unnest(ARRAY[
	$$INSERT INTO measure (round_id, measure_kind, title, due_on) VALUES (2, 'events', 'x', 'infinity')$$,
	$$INSERT INTO measure (round_id, measure_kind, title, due_on) VALUES (2, 'events', 'x', '20244-10-01')$$,
	$$INSERT INTO decision (round_id, decision_kind, title, due_on) VALUES (2, 'acts', 'x', '-infinity')$$,
	$$INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) VALUES (2, 1, 'results_note', 'x', 'infinity')$$,
	$$INSERT INTO recommendation (round_id, municipality_id, indicator, kind, addressee, wording, issued_on) VALUES (2, 1, 'results_note', 'analysis', 'staff', 'x', '0202-10-01')$$,
	$$UPDATE round SET due_on = '20255-09-20' WHERE round_id = 3$$,
	$$UPDATE round SET ends_on = 'infinity' WHERE round_id = 3$$,
	$$UPDATE round SET cohort_on = 'infinity' WHERE round_id = 3$$]) AS c;
SELECT throws_ok('UPDATE obligation_term SET days = 2147483647', '23514', NULL, 'nor a term of ages');
SELECT finish();
ROLLBACK;
