-- shnor.explain: everything under a figure, line by line; each line is written by hand from the rows above it.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;		-- long queries over few rows
SELECT shnor.create_region('probe', 'Пробный край');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES
	(1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге'), (2, '2-о', '2024-08-02', 'Департамент', 'О перечне'), (3, '3-о', '2024-08-03', 'Департамент', 'О порогах'),
	(4, '4-о', '2024-08-04', 'Отдел', 'О плане'), (5, '5-о', '2024-08-05', 'Департамент', 'О кураторах');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, 'Мониторинг 2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'), (2, 'Мониторинг 2025', '2025-09-01', '2025-09-20', '2025-09-01', NULL, 'draft');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй'), (3, 'Без школ');
INSERT INTO school (school_id, municipality_id, code, name) VALUES
	(1, 1, 'a', 'Школа'), (2, 1, 'b', 'Школа'), (3, 1, 'c', 'Школа 3'), (4, 1, 'd', 'Школа 4'), (5, 2, 'e', 'Школа 5');
INSERT INTO school_status (school_id, status, since, until, legal_act_id) VALUES
	(1, 'low_results', '2024-01-01', NULL, 2), (1, 'adverse_conditions', '2024-01-01', NULL, NULL), (2, 'adverse_conditions', '2024-01-01', NULL, 2),
	(3, 'low_results', '2024-09-01', NULL, 2), (3, 'adverse_conditions', '2022-01-01', '2024-09-01', 3),	-- over on the day
	(5, 'low_results', '2024-01-01', NULL, 2), (5, 'risk_zone', '2024-01-01', NULL, 2);
UPDATE question SET wording = 'Сколько педагогов?' WHERE question = 'teachers';
UPDATE question SET wording = 'Скольким помогли?' WHERE question = 'supported';
UPDATE indicator SET title = 'Поддержка педагогов', collection_method = 'Форма', source_formula = 'Помощь / всего', source_defect = 'Читается так' WHERE indicator = 'teachers_supported';
INSERT INTO submission (round_id, school_id, submitted_at, source, teachers, supported, in_networks, in_active, has_curator) VALUES
	(1, 1, '2024-09-10 12:30+03', 'форма.csv, строка 2', 30, 9, 10, NULL, false), (1, 2, '2024-09-10 22:00+00', 'форма.csv, строка 3', 10, 1, 4, NULL, true),
	(1, 3, '2024-09-12 09:05+03', NULL, 8, 2, NULL, NULL, NULL), (1, 5, '2024-09-12 10:00+03', 'форма.csv, строка 5', 0, 0, 0, NULL, NULL);
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count, answer_yes, submitted_at, source, legal_act_id) VALUES
	(1, 1, 'in_networks', 'unoi', 12, NULL, '2024-09-15 10:00+03', 'Письмо УНОИ', NULL),
	(1, 1, 'has_curator', 'order', NULL, true, '2024-09-16 10:00+03', NULL, 5);
INSERT INTO municipal_submission (round_id, municipality_id, submitted_at, source, has_results_note, has_practice_sharing) VALUES
	(1, 1, '2024-09-17 10:00+03', 'муниципалитеты.csv, строка 2', true, NULL), (1, 2, '2024-09-18 10:00+03', 'муниципалитеты.csv, строка 3', false, NULL);
INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_yes, submitted_at, source) VALUES (1, 1, 'has_results_note', 'ircoko', false, '2024-09-19 10:00+03', 'Письмо ИРЦОКО');
INSERT INTO target (round_id, indicator, municipality_id, threshold, plan, legal_act_id) VALUES
	(1, 'teachers_supported', NULL, 25, 50, 3), (1, 'teachers_supported', 1, NULL, 40, 4), (1, 'teachers_supported', 2, 30, NULL, NULL),
	(1, 'results_note', NULL, 33.5, NULL, 3), (1, 'schools_with_curator', NULL, 50, NULL, 3), (1, 'schools_with_curator', 1, 66.6667, 66.6666, 4),
	(1, 'low_or_adverse_schools', NULL, 50, 50, 3);
CREATE FUNCTION public.said(place integer, code text, VARIADIC parts text[]) RETURNS TABLE (part text, subject text, value text, basis text) LANGUAGE sql AS $$
	SELECT e.part, e.subject, e.value, e.basis FROM shnor.explain('probe', 1, place, code) e WHERE e.part = ANY (parts) ORDER BY e.line $$;

-- 9 + 1 + 2 of 30 + 10 + 8; its own plan, and the threshold for all that its own row lacks; 100 × 12 = 25 × 48 is enough
SELECT results_eq($$SELECT * FROM shnor.explain('probe', 1, 1, 'teachers_supported')$$, $$VALUES
	(1, 'figure', 'Первый', '12 из 48 = 25,0000 %', '25 % (12 из 48) — не ниже порога 25 %. Ответили: 3, не ответили: 0'),
	(2, 'definition', 'Показатель', 'Поддержка педагогов', 'п. 1.2.4 методики; Форма'),
	(3, 'definition', 'Числитель', 'supported', 'Помощь / всего'),
	(4, 'definition', 'Знаменатель', 'teachers', NULL),
	(5, 'definition', 'Круг', 'low_results OR adverse_conditions', 'Виды учреждений: школы'),
	(6, 'definition', 'Нет ответа', 'организация не считается ни в числителе, ни в знаменателе', NULL),
	(7, 'definition', 'Прочтение', 'Читается так', NULL),
	(8, 'question', 'adverse_conditions', 'статус организации на дату состава', NULL),
	(9, 'question', 'low_results', 'статус организации на дату состава', NULL),
	(10, 'question', 'supported', 'Скольким помогли?', NULL),
	(11, 'question', 'teachers', 'Сколько педагогов?', NULL),
	(12, 'cohort', 'Мониторинг 2024', 'Дата состава 01.09.2024, открыт', 'Департамент, № 1-о от 01.08.2024'),
	(13, 'school', 'Школа (код a)', '9 из 30', 'Количество: балл ставится муниципалитету. ШНОР, Департамент, № 2-о от 02.08.2024; ШНСУ (приказ не указан)'),
	(14, 'answer', 'Школа (код a): supported', '9', 'Форма: ответ самой организации или муниципалитета; 10.09.2024 12:30; форма.csv, строка 2; считается'),
	(15, 'answer', 'Школа (код a): teachers', '30', 'Форма: ответ самой организации или муниципалитета; 10.09.2024 12:30; форма.csv, строка 2; считается'),
	(16, 'school', 'Школа (код b)', '1 из 10', 'Количество: балл ставится муниципалитету. ШНСУ, Департамент, № 2-о от 02.08.2024'),
	(17, 'answer', 'Школа (код b): supported', '1', 'Форма: ответ самой организации или муниципалитета; 11.09.2024 01:00; форма.csv, строка 3; считается'),	-- the region's time
	(18, 'answer', 'Школа (код b): teachers', '10', 'Форма: ответ самой организации или муниципалитета; 11.09.2024 01:00; форма.csv, строка 3; считается'),
	(19, 'school', 'Школа 3 (код c)', '2 из 8', 'Количество: балл ставится муниципалитету. ШНОР, Департамент, № 2-о от 02.08.2024'),
	(20, 'answer', 'Школа 3 (код c): supported', '2', 'Форма: ответ самой организации или муниципалитета; 12.09.2024 09:05; источник не указан; считается'),
	(21, 'answer', 'Школа 3 (код c): teachers', '8', 'Форма: ответ самой организации или муниципалитета; 12.09.2024 09:05; источник не указан; считается'),
	(22, 'target', 'Порог', '25 %', 'установлено для всех; Департамент, № 3-о от 03.08.2024'),
	(23, 'target', 'План', '40 %', 'установлено этому муниципалитету; Отдел, № 4-о от 04.08.2024'),
	(24, 'arithmetic', 'Числитель', '9 + 1 + 2 = 12', NULL),
	(25, 'arithmetic', 'Знаменатель', '30 + 10 + 8 = 48', NULL),
	(26, 'arithmetic', 'Доля', '100 × 12 / 48 = 25,0000 %', NULL),
	(27, 'arithmetic', 'Балл', '100 × 12 = 1200 = 25 × 48 = 1200, балл 1', '25 % (12 из 48) — не ниже порога 25 %'),
	(28, 'arithmetic', 'План', '100 × 12 = 1200 < 40 × 48 = 1920, хуже плана', NULL),
	(29, 'arithmetic', 'Записка', 'нужна аналитическая записка (п. 1.2.6)', NULL)$$,
	'every part of a figure; two schools of one name stay apart');

-- the region: school 5 too, and what is set for all
SELECT results_eq($$SELECT * FROM said(NULL, 'teachers_supported', 'figure', 'target', 'arithmetic')$$, $$VALUES
	('figure', 'Пробный край', '12 из 48 = 25,0000 %', '25 % (12 из 48) — не ниже порога 25 %. Ответили: 4, не ответили: 0'),
	('target', 'Порог', '25 %', 'установлено для всех; Департамент, № 3-о от 03.08.2024'), ('target', 'План', '50 %', 'установлено для всех; Департамент, № 3-о от 03.08.2024'),
	('arithmetic', 'Числитель', '9 + 1 + 2 + 0 = 12', NULL), ('arithmetic', 'Знаменатель', '30 + 10 + 8 + 0 = 48', NULL), ('arithmetic', 'Доля', '100 × 12 / 48 = 25,0000 %', NULL),
	('arithmetic', 'Балл', '100 × 12 = 1200 = 25 × 48 = 1200, балл 1', '25 % (12 из 48) — не ниже порога 25 %'), ('arithmetic', 'План', '100 × 12 = 1200 < 50 × 48 = 2400, хуже плана', NULL),
	('arithmetic', 'Записка', 'нужна аналитическая записка (п. 1.2.6)', NULL)$$, 'the region is judged by what is set for all');
SELECT results_eq($$SELECT * FROM said(2, 'teachers_supported', 'figure', 'school', 'target', 'arithmetic')$$, $$VALUES
	('figure', 'Второй', '0 из 0', 'Знаменатель равен нулю. Ответили: 1, не ответили: 0'),
	('school', 'Школа 5 (код e)', '0 из 0', 'Количество: балл ставится муниципалитету. ШНОР, Департамент, № 2-о от 02.08.2024; зона риска, Департамент, № 2-о от 02.08.2024'),
	('target', 'Порог', '30 %', 'установлено этому муниципалитету; приказ не указан'), ('target', 'План', '50 %', 'установлено для всех; Департамент, № 3-о от 03.08.2024'),
	('arithmetic', 'Числитель', '0 = 0', NULL), ('arithmetic', 'Знаменатель', '0 = 0', NULL), ('arithmetic', 'Доля', 'знаменатель равен нулю: доли нет', NULL),
	('arithmetic', 'Балл', 'не ставится', 'Знаменатель равен нулю'), ('arithmetic', 'Записка', 'не нужна', NULL)$$,
	'0 of 0 is no share; a threshold of its own without an order says so');
SELECT results_eq($$SELECT * FROM said(3, 'teachers_supported', 'figure', 'school', 'answer', 'arithmetic')$$, $$VALUES
	('figure', 'Без школ', '0 из 0', 'В круг показателя не входит ни одна организация. Ответили: 0, не ответили: 0'),
	('arithmetic', 'Числитель', '0 = 0', NULL), ('arithmetic', 'Знаменатель', '0 = 0', NULL), ('arithmetic', 'Доля', 'знаменатель равен нулю: доли нет', NULL),
	('arithmetic', 'Балл', 'не ставится', 'В круг показателя не входит ни одна организация'), ('arithmetic', 'Записка', 'не нужна', NULL)$$, 'a municipality without schools');

-- sources: УНОИ goes before the form; 12 + 4 of 30 + 10, school 3 has not answered
SELECT results_eq($$SELECT * FROM said(1, 'teachers_in_networks', 'figure', 'school', 'answer', 'target', 'arithmetic') WHERE subject !~ 'teachers'$$, $$VALUES
	('figure', 'Первый', '16 из 40 = 40,0000 %', 'Порог не установлен приказом. Ответили: 2, не ответили: 1'),
	('school', 'Школа (код a)', '12 из 30', 'Количество: балл ставится муниципалитету. ШНОР, Департамент, № 2-о от 02.08.2024; ШНСУ (приказ не указан)'),
	('answer', 'Школа (код a): in_networks', '12', 'Информация УНОИ; 15.09.2024 10:00; Письмо УНОИ; считается'),
	('answer', 'Школа (код a): in_networks', '10', 'Форма: ответ самой организации или муниципалитета; 10.09.2024 12:30; форма.csv, строка 2; не считается: есть более важный источник'),
	('school', 'Школа (код b)', '4 из 10', 'Количество: балл ставится муниципалитету. ШНСУ, Департамент, № 2-о от 02.08.2024'),
	('answer', 'Школа (код b): in_networks', '4', 'Форма: ответ самой организации или муниципалитета; 11.09.2024 01:00; форма.csv, строка 3; считается'),
	('school', 'Школа 3 (код c)', '— из —', 'Нет ответа. ШНОР, Департамент, № 2-о от 02.08.2024'),
	('arithmetic', 'Числитель', '12 + 4 = 16', NULL), ('arithmetic', 'Знаменатель', '30 + 10 = 40', NULL), ('arithmetic', 'Доля', '100 × 16 / 40 = 40,0000 %', NULL),
	('arithmetic', 'Балл', 'не ставится', 'Порог не установлен приказом'), ('arithmetic', 'Записка', 'не нужна', NULL)$$,
	'answers of all sources and which counts; without a threshold no score');
-- an order says yes where the school said no: 2 of 3 schools, school 3 counts as no. 66.6667 % as printed is more than 2/3, 66.6666 % less
SELECT results_eq($$SELECT * FROM said(1, 'schools_with_curator', 'figure', 'school', 'answer', 'target', 'arithmetic')$$, $$VALUES
	('figure', 'Первый', '2 из 3 ≈ 66,6667 %', '66,6667 % (2 из 3) — ниже порога 66,6667 %. Ответили: 2, не ответили: 1'),
	('school', 'Школа (код a)', '1 из 1', 'Да. ШНОР, Департамент, № 2-о от 02.08.2024; ШНСУ (приказ не указан)'),
	('answer', 'Школа (код a): has_curator', 'да', 'Приказ департамента образования (ДО ИО); 16.09.2024 10:00; Департамент, № 5-о от 05.08.2024; считается'),
	('answer', 'Школа (код a): has_curator', 'нет', 'Форма: ответ самой организации или муниципалитета; 10.09.2024 12:30; форма.csv, строка 2; не считается: есть более важный источник'),
	('school', 'Школа (код b)', '1 из 1', 'Да. ШНСУ, Департамент, № 2-о от 02.08.2024'),
	('answer', 'Школа (код b): has_curator', 'да', 'Форма: ответ самой организации или муниципалитета; 11.09.2024 01:00; форма.csv, строка 3; считается'),
	('school', 'Школа 3 (код c)', '— из 1', 'Нет ответа: 0 баллов. ШНОР, Департамент, № 2-о от 02.08.2024'),
	('target', 'Порог', '66,6667 %', 'установлено этому муниципалитету; Отдел, № 4-о от 04.08.2024'), ('target', 'План', '66,6666 %', 'установлено этому муниципалитету; Отдел, № 4-о от 04.08.2024'),
	('arithmetic', 'Числитель', '1 + 1 = 2', NULL), ('arithmetic', 'Знаменатель', '1 + 1 + 1 = 3', NULL), ('arithmetic', 'Доля', '100 × 2 / 3 ≈ 66,6667 %', NULL),
	('arithmetic', 'Балл', '100 × 2 = 200 < 66,6667 × 3 = 200,0001, балл 0', '66,6667 % (2 из 3) — ниже порога 66,6667 %'),
	('arithmetic', 'План', '100 × 2 = 200 > 66,6666 × 3 = 199,9998, не хуже плана', NULL), ('arithmetic', 'Записка', 'нужна аналитическая записка (п. 1.2.6)', NULL)$$,
	'its own threshold before that for all; judged on exact numbers; the order behind an answer');
SELECT results_eq($$SELECT subject, value, basis FROM said(1, 'low_or_adverse_schools', 'figure', 'school', 'target', 'arithmetic')$$, $$VALUES
	('Первый', '3 из 4 = 75,0000 %', 'Справочный показатель, не оценивается. Ответили: 4, не ответили: 0'),
	('Школа (код a)', '1 из 1', 'Справочный показатель, не оценивается. ШНОР, Департамент, № 2-о от 02.08.2024; ШНСУ (приказ не указан)'),
	('Школа (код b)', '1 из 1', 'Справочный показатель, не оценивается. ШНСУ, Департамент, № 2-о от 02.08.2024'),
	('Школа 3 (код c)', '1 из 1', 'Справочный показатель, не оценивается. ШНОР, Департамент, № 2-о от 02.08.2024'), ('Школа 4 (код d)', '0 из 1', 'Справочный показатель, не оценивается'),
	('Порог', '50 %', 'установлено для всех; Департамент, № 3-о от 03.08.2024'), ('План', '50 %', 'установлено для всех; Департамент, № 3-о от 03.08.2024'),
	('Числитель', '1 + 1 + 1 + 0 = 3', NULL), ('Знаменатель', '1 + 1 + 1 + 1 = 4', NULL), ('Доля', '100 × 3 / 4 = 75,0000 %', NULL),
	('Балл', 'не ставится', 'Справочный показатель, не оценивается'), ('Записка', 'не нужна', NULL)$$, 'a context indicator is explained and not judged');
SELECT results_eq($$SELECT subject, value, basis FROM said(1, 'low_or_adverse_schools', 'definition') WHERE subject IN ('Знаменатель', 'Круг')$$,
	$$VALUES ('Знаменатель', '1 на каждую организацию', NULL), ('Круг', 'все организации мониторинга', 'Виды учреждений: школы')$$, 'no denominator, no cohort: in words');

-- a municipality's own answer, and the region's k of n
SELECT results_eq($$SELECT * FROM said(1, 'results_note', 'figure', 'municipality', 'answer', 'target', 'arithmetic')$$, $$VALUES
	('figure', 'Первый', '0 из 1 = 0,0000 %', 'Нет. Ответили: 1, не ответили: 0'), ('municipality', 'Первый', '0 из 1', 'Нет'),
	('answer', 'Первый: has_results_note', 'нет', 'Данные ИРЦОКО; 19.09.2024 10:00; Письмо ИРЦОКО; считается'),
	('answer', 'Первый: has_results_note', 'да', 'Форма: ответ самой организации или муниципалитета; 17.09.2024 10:00; муниципалитеты.csv, строка 2; не считается: есть более важный источник'),
	('arithmetic', 'Числитель', '0 = 0', NULL), ('arithmetic', 'Знаменатель', '1 = 1', NULL), ('arithmetic', 'Доля', '100 × 0 / 1 = 0,0000 %', NULL), ('arithmetic', 'Балл', '0', 'Нет'),
	('arithmetic', 'Записка', 'нужна аналитическая записка (п. 1.2.6)', NULL)$$, 'a municipality''s own answer, without a threshold');
UPDATE source_answer SET answer_yes = true WHERE data_source = 'ircoko';
SELECT results_eq($$SELECT * FROM said(NULL, 'results_note', 'figure', 'municipality', 'answer', 'target', 'arithmetic')$$, $$VALUES
	('figure', 'Пробный край', '1 из 3 ≈ 33,3333 %', '33,3333 % (1 из 3) — ниже порога 33,5 %. Ответили: 2, не ответили: 1'),
	('municipality', 'Без школ', '0 из 1', 'Нет ответа: 0 баллов'),
	('municipality', 'Второй', '0 из 1', 'Нет'), ('answer', 'Второй: has_results_note', 'нет', 'Форма: ответ самой организации или муниципалитета; 18.09.2024 10:00; муниципалитеты.csv, строка 3; считается'),
	('municipality', 'Первый', '1 из 1', 'Да'), ('answer', 'Первый: has_results_note', 'да', 'Данные ИРЦОКО; 19.09.2024 10:00; Письмо ИРЦОКО; считается'),
	('answer', 'Первый: has_results_note', 'да', 'Форма: ответ самой организации или муниципалитета; 17.09.2024 10:00; муниципалитеты.csv, строка 2; не считается: есть более важный источник'),
	('target', 'Порог', '33,5 %', 'установлено для всех; Департамент, № 3-о от 03.08.2024'),
	('arithmetic', 'Числитель', '0 + 0 + 1 = 1', NULL), ('arithmetic', 'Знаменатель', '1 + 1 + 1 = 3', NULL), ('arithmetic', 'Доля', '100 × 1 / 3 ≈ 33,3333 %', NULL),
	('arithmetic', 'Балл', '100 × 1 = 100 < 33,5 × 3 = 100,5, балл 0', '33,3333 % (1 из 3) — ниже порога 33,5 %'), ('arithmetic', 'Записка', 'нужна аналитическая записка (п. 1.2.6)', NULL)$$,
	'in the region each municipality is a line, answered or not');
SELECT results_eq($$SELECT subject, value, basis FROM said(1, 'practice_sharing', 'definition') WHERE subject IN ('Показатель', 'Знаменатель', 'Круг', 'Нет ответа') AND value !~ '^Наличие'$$,
	$$VALUES ('Знаменатель', '1 на муниципалитет', NULL), ('Круг', 'все муниципалитеты', NULL), ('Нет ответа', 'считается за «нет»', NULL)$$, 'municipalities have no kinds of institution');
SELECT is((SELECT basis FROM said(1, 'practice_sharing', 'definition') WHERE subject = 'Показатель'), 'п. 1.2.5 методики', 'nothing hangs after the clause where no method of collection is known');

-- what the formulas read and no question asks
UPDATE question SET valid_until = '2024-09-01' WHERE question = 'supported';
SELECT results_eq($$SELECT subject, value FROM said(1, 'teachers_supported', 'question') WHERE subject = 'supported'$$, $$VALUES ('supported', 'такого вопроса в этом мониторинге нет')$$, 'a question that is not asked is not taken for a status');
SELECT is((SELECT count(*) FROM said(1, 'teachers_supported', 'answer') WHERE subject ~ 'supported'), 3::bigint, 'and its answers, which still count, are shown');
UPDATE question SET valid_until = NULL WHERE question = 'supported';
UPDATE indicator SET institution_kinds = '{school,preschool,supplementary}', missing = 'no', polarity = 'lower_is_better' WHERE indicator = 'teachers_supported';
SELECT results_eq($$SELECT subject, value, basis FROM said(1, 'teachers_supported', 'definition', 'arithmetic') WHERE subject IN ('Круг', 'Нет ответа', 'Балл', 'План', 'Записка')$$,
	$$VALUES ('Круг', 'low_results OR adverse_conditions', 'Виды учреждений: школы, ДОУ, УДО'), ('Нет ответа', 'считается за «нет»', NULL),
			 ('Балл', '100 × 12 = 1200 = 25 × 48 = 1200, балл 1', '25 % (12 из 48) — не выше порога 25 %'), ('План', '100 × 12 = 1200 < 40 × 48 = 1920, не хуже плана', NULL), ('Записка', 'не нужна', NULL)$$,
	'kinds in words; where less is better, less than planned is not worse');

-- a closed round, and one that has not begun
UPDATE indicator SET institution_kinds = '{school}', missing = 'exclude', polarity = 'higher_is_better' WHERE indicator = 'teachers_supported';
UPDATE round SET state = 'closed' WHERE round_id = 1;
UPDATE school SET municipality_id = 2 WHERE school_id = 3;
UPDATE school_status SET until = '2025-01-01' WHERE school_id = 2;
INSERT INTO school_status (school_id, status, since, legal_act_id) VALUES (2, 'adverse_conditions', '2025-02-01', 5);
SELECT results_eq($$SELECT subject, value, basis FROM said(1, 'teachers_supported', 'cohort', 'school')$$, $$VALUES
	('Мониторинг 2024', 'Дата состава 01.09.2024, закрыт', 'Департамент, № 1-о от 01.08.2024'),
	('Школа (код a)', '9 из 30', 'Количество: балл ставится муниципалитету. ШНОР, Департамент, № 2-о от 02.08.2024; ШНСУ (приказ не указан)'),
	('Школа (код b)', '1 из 10', 'Количество: балл ставится муниципалитету. ШНСУ, Департамент, № 2-о от 02.08.2024'),
	('Школа 3 (код c)', '2 из 8', 'Количество: балл ставится муниципалитету. ШНОР, Департамент, № 2-о от 02.08.2024')$$,
	'a closed round keeps its municipality and the order of its day');
SELECT results_eq($$SELECT part, subject, value, basis FROM shnor.explain('probe', 2, 2, 'teachers_supported') WHERE part IN ('figure', 'cohort', 'school') ORDER BY line$$, $$VALUES
	('figure', 'Второй', '0 из 0', 'Нет ответов. Ответили: 0, не ответили: 2'), ('cohort', 'Мониторинг 2025', 'Дата состава 01.09.2025, черновик', 'Приказ не указан'),
	('school', 'Школа 3 (код c)', '— из —', 'Нет ответа. ШНОР, Департамент, № 2-о от 02.08.2024'),
	('school', 'Школа 5 (код e)', '— из —', 'Нет ответа. ШНОР, Департамент, № 2-о от 02.08.2024; зона риска, Департамент, № 2-о от 02.08.2024')$$, 'a draft is explained too');

-- many schools: the sum is not written out
INSERT INTO school (school_id, municipality_id, code, name) SELECT 100 + i, 3, 'm' || i, 'Школа' FROM generate_series(1, 51) AS i;
SELECT results_eq($$SELECT subject, value FROM shnor.explain('probe', 2, 3, 'low_or_adverse_schools') WHERE part = 'arithmetic' AND subject LIKE '%тель' ORDER BY line$$,
	$$VALUES ('Числитель', 'сумма по строкам выше (их 51) = 0'), ('Знаменатель', 'сумма по строкам выше (их 51) = 51')$$, 'fifty-one schools');
UPDATE school SET closed_on = '2025-09-01' WHERE code = 'm51';
SELECT is((SELECT value FROM shnor.explain('probe', 2, 3, 'low_or_adverse_schools') WHERE part = 'arithmetic' AND subject = 'Числитель'), repeat('0 + ', 49) || '0 = 0', 'fifty are');
SELECT results_eq($$SELECT line FROM shnor.explain('probe', 2, NULL, 'low_or_adverse_schools')$$, $$SELECT generate_series(1, (SELECT count(*)::integer FROM shnor.explain('probe', 2, NULL, 'low_or_adverse_schools')))$$, 'lines are numbered in their order');

-- bad arguments
CREATE FUNCTION public.refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws('|', SQLSTATE, message, hint);
END
$$;
SELECT is(refusal($$SELECT shnor.explain('nowhere', 1, 1, 'results_note')$$), '3F000|схема «nowhere» не является регионом|Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.', 'no such region');
SELECT is(left(refusal($$SELECT shnor.explain(NULL, 1, 1, 'results_note')$$), 5), '3F000', 'no region at all');
SELECT is(refusal($$SELECT shnor.explain('probe', 7, 1, 'results_note')$$), '22023|в регионе «probe» нет мониторинга с номером 7|Мониторинги перечислены в таблице probe.round.', 'no such round');
SELECT is(refusal($$SELECT shnor.explain('probe', NULL, 1, 'results_note')$$), '22023|в регионе «probe» нет мониторинга с номером NULL|Мониторинги перечислены в таблице probe.round.', 'no round at all');
SELECT is(refusal($$SELECT shnor.explain('probe', 1, 7, 'results_note')$$), '22023|в регионе «probe» нет муниципалитета с номером 7|Муниципалитеты перечислены в таблице probe.municipality. NULL — весь регион.', 'no such municipality');
SELECT is(refusal($$SELECT shnor.explain('probe', 1, 1, 'results')$$), '22023|в мониторинге 1 нет показателя «results»|Показатели этого мониторинга: '
	|| 'low_or_adverse_schools, results_note, diagnosed_subject, diagnosed_method, diagnosed_psych, teachers_supported, teachers_in_networks, teachers_in_active, teachers_with_route, '
	|| 'schools_in_events, schools_with_curator, schools_with_program, schools_with_prevention, schools_with_study_plans, schools_with_tutoring, practice_sharing, resource_monitoring, risks_resolved.', 'no such indicator, and those there are');
SELECT matches(refusal($$SELECT shnor.explain('probe', 1, 1, NULL)$$), '^22023.*нет показателя «NULL»', 'no indicator at all');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on) VALUES (3, 'Ничего не действует', '2030-09-01', '2030-09-20', '2030-09-01');
UPDATE indicator SET valid_until = '2030-01-01';
SELECT is(refusal($$SELECT shnor.explain('probe', 3, 1, 'results_note')$$), '22023|в мониторинге 3 нет показателя «results_note»|На дату состава этого мониторинга не действует ни один показатель из таблицы probe.indicator.',
	'a round without indicators has none to name');

-- a reader; another region in the same session; a name that needs quoting
CREATE ROLE explain_reader;
CREATE ROLE explain_stranger;
GRANT USAGE ON SCHEMA probe, public TO explain_reader, explain_stranger;
SELECT shnor.grant_access('probe', 'explain_reader', 'reader');
SET ROLE explain_reader;
SELECT is((SELECT value FROM shnor.explain('probe', 1, 1, 'teachers_supported') WHERE line = 1), '12 из 48 = 25,0000 %', 'a reader may ask');
SET ROLE explain_stranger;
SELECT throws_ok($$SELECT * FROM shnor.explain('probe', 1, 1, 'teachers_supported')$$, '42501', NULL, 'and without it there is nothing to read');
RESET ROLE;
SELECT shnor.create_region('Край "Ю"');
INSERT INTO "Край ""Ю""".municipality (municipality_id, name) VALUES (1, 'Южный');
INSERT INTO "Край ""Ю""".round (round_id, title, starts_on, due_on, cohort_on) VALUES (1, 'Первый', '2024-09-01', '2024-09-20', '2024-09-01');
SELECT results_eq($$SELECT subject, value FROM shnor.explain('Край "Ю"', 1, NULL, 'results_note') WHERE part IN ('figure', 'municipality')$$,
	$$VALUES ('Край "Ю"', '0 из 1 = 0,0000 %'), ('Южный', '0 из 1')$$, 'the next region is read from its own schema');
SELECT results_eq($$SELECT subject, value FROM shnor.explain('probe', 1, 1, 'teachers_supported') WHERE part = 'figure'$$, $$VALUES ('Первый', '12 из 48 = 25,0000 %')$$, 'and the first one again');
SELECT is(current_setting('search_path'), 'probe, public', 'the caller''s search path stays');

-- only what is asked for is computed: schools of one round, each once for each view that needs it
SET track_functions = 'all';
CREATE FUNCTION public.calls(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint := coalesce((SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'contribution'), 0);
BEGIN
	EXECUTE query;
	RETURN coalesce((SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'contribution'), 0) - before;
END
$$;
SELECT is(calls($$SELECT * FROM shnor.explain('probe', 1, NULL, 'teachers_supported')$$), 5::bigint, 'each of the five schools of the round is drilled into once');
SELECT is(calls($$SELECT * FROM shnor.explain('probe', 1, 1, 'teachers_supported')$$), 4::bigint, 'and of one municipality its own');

SELECT finish();
ROLLBACK;
