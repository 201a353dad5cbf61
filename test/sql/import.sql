-- What import_form says: every reason and hint, and every file that it refuses whole.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
SET datestyle = 'ISO';
SET timezone = 'Europe/Moscow';
\set SHOW_CONTEXT never
\pset null '~'

SELECT shnor.create_region('import_words', 'Слова загрузки');
INSERT INTO import_words.municipality (municipality_id, oktmo, name) VALUES
	(1, '24703', 'городской округ Вичуга'), (2, NULL, 'Вичугский район'), (3, '24611', 'Кинешемский район');
INSERT INTO import_words.school (school_id, municipality_id, code, name, opened_on, closed_on) VALUES
	(1, 1, '037-01', 'Учебный пример: школа № 1', '1990-09-01', NULL),
	(2, 2, '037-02', 'Учебный пример: лицей «Маяк»', '1990-09-01', NULL),
	(3, 3, '037-03', 'Учебный пример: лицей «Маяк»', '1990-09-01', NULL),
	(4, 3, '037-04', 'Учебный пример: школа № 4', '1990-09-01', '2024-09-01'),
	(5, 3, '037-05', 'Учебный пример: школа № 5', '2025-09-01', NULL);
INSERT INTO import_words.legal_act (legal_act_id, number, issued_on, issuer, title)
VALUES (1, '1', '2024-08-15', 'Учебный пример', 'Учебный пример: приказ');
INSERT INTO import_words.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, 'Учебный пример', '2024-09-10', '2024-10-10', '2024-09-01', 1, 'open'),
	(2, 'Черновик', '2025-09-10', '2025-10-10', '2025-09-01', NULL, 'draft'),
	(3, 'Закрытый', '2023-09-10', '2023-10-10', '2023-09-01', 1, 'closed');

-- ---- rows that are refused, each for its reason ----
\set form 'Отметка времени;Код ОО;Наименование ОО;Муниципалитет;Количество педагогических работников в ОУ;teachers;supported;has_program;Любимый цвет;;has_results_note;;\n'
\set form :form '01.10.2024;037-01;;;двенадцать;;;;;;;\n'
\set form :form '01.10.2024;037-01;;;50%;;;;;;;\n'
\set form :form '01.10.2024;037-01;;;12,5;;;;;;;\n'
\set form :form '01.10.2024;037-01;;;-3;;;;;;;\n'
\set form :form '01.10.2024;037-01;;;89101234567;;;;;;;\n'
\set form :form '01.10.2024;037-01;;;20;;21;;;;;\n'
\set form :form '01.10.2024;037-01;;;20;;;частично;;;;\n'
\set form :form '31.02.2024;037-01;;;20;;;;;;;\n'
\set form :form '01.10.2024;037-01;;;20;21;;;;;;\n'
\set form :form '01.10.2024;037-01;;;20;;;;;;;"лишнее;\nи ещё";и это\n'
\set form :form '01.10.2024;;;;20;;;;;;;\n'
\set form :form '01.10.2024;37 01;;;20;;;;;;;\n'
\set form :form '01.10.2024;99;;;20;;;;;;;\n'
\set form :form '01.10.2024;99;школа №1;;20;;;;;;;\n'
\set form :form '01.10.2024;;Учебный пример: школа № 7;Кинешемский муниципальный район;20;;;;;;;\n'
\set form :form '01.10.2024;;Школа;;20;;;;;;;\n'
\set form :form '01.10.2024;;УЧЕБНЫЙ ПРИМЕР: ЛИЦЕЙ "МАЯК";;20;;;;;;;\n'
\set form :form '01.10.2024;;Учебный пример: лицей Маяк;Шуя;20;;;;;;;\n'
\set form :form '01.10.2024;037-02;Учебный пример: школа № 1;;20;;;;;;;\n'
\set form :form '01.10.2024;037-04;;;20;;;;;;;\n'
\set form :form '01.10.2024;;Учебный пример: школа №5;;20;;;;;;;\n'
\set form :form '99.10.2024;037-99;;;много;;-1;может быть;;;;\n'
-- two good ones, the first with a warning
\set form :form '01.10.2024;037-00;Учебный пример: школа №1;;20;;7;да;синий;под пустым заголовком;Да;\n'
\set form :form '01.10.2024;;учебный пример: лицей маяк;Вичугский муниципальный район;20;20,0;7;да;;;;\n'
SELECT replace(:'form', '\n', E'\n') AS form \gset
SELECT rows_read, loaded, corrected, refused, unchanged, warnings FROM shnor.import_form('import_words', 1, :'form');
\x on
SELECT i.line, i.column_no, i.header, i.question, i.raw_value, i.reason, i.hint, i.severity
FROM import_words.import_issue i WHERE i.severity = 'warning' ORDER BY i.line, i.column_no, i.issue_id;
SELECT i.line, i.column_no, i.question, i.raw_value, i.reason, i.hint
FROM import_words.import_issue i WHERE i.severity = 'refused' ORDER BY i.line, i.column_no, i.issue_id;
\x off
SELECT line, row_values FROM import_words.import_issue WHERE line IN (11, 12) ORDER BY line;
SELECT school_id, submitted_at, source, teachers, supported, has_program, in_events FROM import_words.submission ORDER BY school_id;

-- ---- municipalities ----
SELECT rows_read, loaded, corrected, refused, unchanged, warnings FROM shnor.import_form('import_words', 1,
	E'Муниципальное образование,has_results_note,has_practice_sharing,teachers\nг. Вичуга,да,нет,5\nВичугский,,нет,\n24611,Да,,\nШуйский район,да,да,\n,да,да,\n', 'МО.csv');
SELECT s.municipality_id, s.source, s.has_results_note, s.has_practice_sharing, s.has_resource_monitoring FROM import_words.municipal_submission s ORDER BY 1;
SELECT i.line, i.question, i.raw_value, i.reason, i.hint, i.severity FROM import_words.import_issue i
WHERE i.import_id = (SELECT max(import_id) FROM import_words.import) ORDER BY i.line, i.column_no;

-- ---- columns of documents ----
INSERT INTO import_words.form_header VALUES ('Приказ', 'document:has_curator'), ('Записка', 'document:has_results_note'), ('Справка', 'document:no_such_question');
\set form 'Прикрепите документ,Код ОО,has_program,Прикрепите документ,Прикрепите документ,Приказ,Записка,Справка\n'
\set form :form ',037-01,да,"https://x.test/1,\nhttps://x.test/2",https://x.test/3,https://x.test/4,https://x.test/5,https://x.test/6\n'
\set form :form ',037-02,да,"пришлём\nпозже",www.x.test/7,нет,,\n'
\set form :form ',037-03,частично,https://x.test/8,потом,,,\n'
SELECT replace(:'form', '\n', E'\n') || ',037-01,да,https://x.test/' || repeat('9', 2000) || ',,,,' || E'\n' AS form \gset
SELECT rows_read, loaded, corrected, refused, unchanged, warnings, documents FROM shnor.import_form('import_words', 1, :'form', 'документы.csv');
SELECT school_id, question, kind, link, check_state, source FROM import_words.document ORDER BY document_id;
\x on
SELECT i.line, i.column_no, i.header, i.question, left(i.raw_value, 30) AS raw_value, left(i.reason, 130) AS reason, i.hint, i.severity, i.row_values IS NOT NULL AS row_kept
FROM import_words.import_issue i WHERE i.import_id = (SELECT max(import_id) FROM import_words.import) ORDER BY i.line, i.column_no, i.issue_id;
\x off

-- ---- other sources than the form ----
SELECT rows_read, loaded, corrected, refused, unchanged, warnings, documents FROM shnor.import_form('import_words', 1, E'Код ОО,in_networks\n037-01,21\n', 'УНОИ.csv', data_source => 'unoi');
SELECT i.line, i.question, i.raw_value, i.reason, i.hint, i.severity FROM import_words.import_issue i
WHERE i.import_id = (SELECT max(import_id) FROM import_words.import) ORDER BY i.line, i.column_no;
SELECT school_id, question, data_source, answer_count, answer_yes, source FROM import_words.source_answer;

-- ---- files that are refused whole ----
SELECT count(*) AS imports FROM import_words.import;
SELECT * FROM shnor.import_form('import_words', 1, '');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, E'\n \n');
SELECT * FROM shnor.import_form('import_words', 1, E'Имя,Возраст\nПётр,12\n');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, E'teachers,supported\n12,3\n');
SELECT * FROM shnor.import_form('import_words', 1, E'Код ОО,Комментарий\n037-01,-\n');
SELECT * FROM shnor.import_form('import_words', 1, E'has_results_note\nда\n');
SELECT * FROM shnor.import_form('import_words', 1, E'Код ОО,teachers\n037-01,12\n', respondent => 'municipality');
SELECT * FROM shnor.import_form('import_words', 1, E'Код ОО,teachers\n,\n');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, E'Код ОО,teachers\n037-01,12\n037-02,"12\n');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, E'Код ОО,teachers\n037-01,12\n\\.\n037-02,12\n');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, 'teachers', respondent => 'teacher');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, E'Код ОО,teachers\n037-01,12\n', data_source => 'unio');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 1, E'Код ОО,teachers\n037-01,12\n', data_source => NULL);
SELECT * FROM shnor.import_form('import_words', 3, E'Код ОО,teachers\n037-01,12\n', data_source => 'unoi');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 2, E'Код ОО,teachers\n037-01,12\n');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', 3, E'Код ОО,teachers\n037-01,12\n');
SELECT * FROM shnor.import_form('import_words', 4, E'Код ОО,teachers\n037-01,12\n');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form('import_words', NULL, E'Код ОО,teachers\n037-01,12\n');
SELECT * FROM shnor.import_form('no_such_region', 1, E'Код ОО,teachers\n037-01,12\n');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM shnor.import_form(NULL, 1, E'Код ОО,teachers\n037-01,12\n');
SELECT count(*) AS imports FROM import_words.import;

SET client_min_messages = warning;
DROP SCHEMA import_words CASCADE;
