-- import_form: columns of documents, the links in their cells, and the documents that these become. What it says
-- of cells and columns that cannot be read: test/sql/import.sql.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();

SELECT shnor.create_region('d') \gset made_
-- what rules say at an import: validation.sql
DELETE FROM d.validation_rule;
INSERT INTO d.municipality (municipality_id, name) VALUES (1, 'городской округ Шуя'), (2, 'Шуйский район');
INSERT INTO d.school (school_id, municipality_id, code, name) SELECT n, 1, 'УП-' || n, 'Учебный пример: школа № ' || n FROM generate_series(1, 9) n;
INSERT INTO d.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2024-01-01', 'Учебный пример', 'Приказ');
INSERT INTO d.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
	SELECT n, 'Учебный пример ' || n, '2024-09-01', '2024-10-01', '2024-09-01', 1, 'open' FROM generate_series(1, 30) n;

-- rows read, loaded, corrected, refused, unchanged, warnings; documents added
CREATE FUNCTION pg_temp.import(round_id int, content text, source text DEFAULT NULL, data_source text DEFAULT 'form') RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged, warnings) || '; ' || documents FROM shnor.import_form('d', round_id, content, source, data_source => data_source) $$;
-- school, question, link without its beginning, line
CREATE FUNCTION pg_temp.documents(round_id int) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', coalesce('школа ' || school_id, 'муниципалитет ' || municipality_id), question, substr(link, 16), substring(source from 'строка .*')), '; ' ORDER BY document_id)
	FROM d.document d WHERE d.round_id = $1 $$;
CREATE FUNCTION pg_temp.warned(round_id int) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', w.line, w.column_no, w.question, w.reason), '; ' ORDER BY w.issue_id) FROM d.import_issue w JOIN d.import i USING (import_id)
	WHERE i.round_id = $1 AND w.severity = 'warning' $$;

-- ---- the links of a cell ----
SELECT is(shnor.import_links(v.cell), v.links, 'links of a cell: ' || v.why) FROM (VALUES
	('https://x.test/a', '{https://x.test/a}'::text[], 'one'),
	(E' https://x.test/a,\n https://x.test/b ', '{https://x.test/a,https://x.test/b}', 'a comma and a line break'),
	('https://x.test/a,https://x.test/b', '{https://x.test/a,https://x.test/b}', 'a comma alone'),
	(E'https://x.test/a\r\nHTTP://x.test/b https://x.test/c;https://x.test/d; ', '{https://x.test/a,HTTP://x.test/b,https://x.test/c,https://x.test/d}', 'line breaks, blanks, semicolons, capitals'),
	(U&'https://x.test/a\00A0https://x.test/b\200B', '{https://x.test/a,https://x.test/b}', 'a no-break blank, an invisible character'),
	('https://x.test/?ll=40.9,57.0&a=1;2', '{"https://x.test/?ll=40.9,57.0&a=1;2"}', 'a comma inside a link is a part of it'),
	('Программа (https://x.test/a), план: «https://x.test/b».', '{https://x.test/a,https://x.test/b}', 'text and punctuation around'),
	('https://x.test/Школа_(Шуя)', '{https://x.test/Школа_(Шуя)}', 'brackets of its own'),
	('https://школа.рф/док, https://x.test/a', '{https://школа.рф/док,https://x.test/a}', 'Cyrillic'),
	('https://x.test/a, https://x.test/a', '{https://x.test/a,https://x.test/a}', 'the same twice: told apart later'),
	('www.x.test/a', '{}', 'no scheme'), ('ftp://x.test/a', '{}', 'another scheme'), ('https://', '{}', 'nothing behind the scheme'),
	('http://.', '{}', 'nothing but a point'), ('приказ № 5', '{}', 'text'), ('', '{}', 'nothing')) AS v(cell, links, why);
SELECT is(shnor.import_links(NULL), NULL, 'links of a cell: NULL');

-- ---- which question a column proves; several links, quoted line breaks ----
\set header 'Отметка времени,Код ОО,teachers,has_curator,Прикрепите документ,has_program,has_prevention,В случае положительного ответа прикрепить документ,Прикрепите документ,В случае положительного ответа необходимо прикрепить документ\n'
SELECT replace(:'header', '\n', E'\n') AS header \gset
SELECT is(pg_temp.import(1, :'header' || E'01.09.2024,УП-1,10,Да,https://x.test/a,Да,Да,"https://x.test/b,\nhttps://x.test/c\r\nhttps://x.test/d",https://x.test/e https://x.test/f,https://x.test/g\n'
	'01.09.2024,УП-2,10,Да,,Нет,Нет,-,нет,"Нет данных"\n', 'form_2024.csv'), '2 2 0 0 0 0; 7', 'repeated headers, several links in a cell; nothing, a dash and «нет» are nothing');
SELECT is(pg_temp.documents(1), 'школа 1 has_curator a строка 2; школа 1 has_prevention b строка 2; школа 1 has_prevention c строка 2; школа 1 has_prevention d строка 2; '
	'школа 1 has_prevention e строка 2; школа 1 has_prevention f строка 2; школа 1 has_prevention g строка 2', 'each column proves the question nearest to its left, in the order of the file');
SELECT results_eq($$SELECT DISTINCT kind, title, round_id, municipality_id, check_state, source, issued_on, valid_from, valid_until, added_at FROM d.document WHERE round_id = 1$$,
	$$VALUES ('document', NULL::text, 1, NULL::int, 'unchecked', 'form_2024.csv, строка 2', NULL::date, NULL::date, NULL::date, now())$$, 'what stands in a document');
SELECT results_eq('SELECT source FROM d.submission WHERE round_id = 1 AND school_id = 1', $$VALUES ('form_2024.csv, строка 2')$$, 'its source is that of the answer');
SELECT is(pg_temp.import(1, :'header' || E'01.09.2024,УП-1,10,Да,https://x.test/a,Да,Да,"https://x.test/b,\nhttps://x.test/c\r\nhttps://x.test/d",https://x.test/e https://x.test/f,https://x.test/g\n', 'form_2024.csv'),
	'1 0 0 0 1 0; 0', 'importing again adds nothing');

-- the document proves the answer: clause «документ обязателен»
SELECT results_eq('SELECT school_id, question, documents, proven, reason FROM d.answer_proof WHERE round_id = 1 ORDER BY 1, 2',
	$$VALUES (1, 'has_curator', 1::bigint, false, 'Не хватает: действующего приказа, действующего договора о сотрудничестве'), (1, 'has_prevention', 6, true, 'Подтверждено документом'),
		(1, 'has_program', 0, true, 'Документ не требуется'), (2, 'has_curator', 0, false, 'Документа нет')$$, 'answers with documents are proven');

-- ---- what is there is not added again, whatever else is known of it ----
UPDATE d.document SET kind = 'order', title = 'Приказ о кураторе', check_state = 'accepted', source = 'письмо' WHERE round_id = 1 AND link = 'https://x.test/a';
SELECT is(pg_temp.import(1, :'header' || E'02.09.2024,УП-1,10,Да,"https://x.test/a https://x.test/z https://x.test/z",Да,Да,,https://x.test/z,https://x.test/z\n'),
	'1 0 1 0 0 0; 2', 'a link in two cells of a question is one document, in those of two questions it is two');
SELECT is(pg_temp.documents(1), 'школа 1 has_curator a; школа 1 has_prevention b строка 2; школа 1 has_prevention c строка 2; школа 1 has_prevention d строка 2; '
	'школа 1 has_prevention e строка 2; школа 1 has_prevention f строка 2; школа 1 has_prevention g строка 2; школа 1 has_curator z строка 2; школа 1 has_prevention z строка 2',
	'what has been checked stays, documents of an earlier answer stay');
SELECT results_eq($$SELECT kind, title, check_state, source FROM d.document WHERE round_id = 1 AND link = 'https://x.test/a'$$, $$VALUES ('order', 'Приказ о кураторе', 'accepted', 'письмо')$$, 'as it was');

-- ---- refused, corrected and older rows ----
\set versions 'Отметка времени,Код ОО,teachers,Прикрепите документ\n02.09.2024,УП-1,много,https://x.test/refused\n02.09.2024,УП-1,12,https://x.test/late\n01.09.2024,УП-1,11,https://x.test/early\n01.09.2024,УП-99,5,https://x.test/nobody\n'
SELECT replace(:'versions', '\n', E'\n') AS versions \gset
SELECT is(pg_temp.import(2, :'versions'), '4 1 1 2 0 0; 2', 'a refused row gives no documents, each other row does');
SELECT is(pg_temp.documents(2), 'школа 1 teachers late строка 3; школа 1 teachers early строка 4', 'of the answer that stands and of the one it replaces');
SELECT is(pg_temp.import(2, :'versions'), '4 0 0 2 2 0; 0', 'again: nothing');
SELECT is(pg_temp.import(2, E'Отметка времени,Код ОО,teachers,Прикрепите документ\n30.08.2024,УП-1,9,https://x.test/older\n02.09.2024,УП-1,12,https://x.test/more\n02.09.2024,УП-1,13,https://x.test/put-right\n'),
	'3 0 1 0 2 0; 3', 'a row older than the stored answer, an unchanged one and a correction: all give documents');
SELECT is(pg_temp.import(3, E'Код ОО,teachers,Прикрепите документ\nУП-1,1,https://x.test/a\nУП-1,1,https://x.test/a\nУП-2,1,https://x.test/a\n'), '3 2 0 0 1 0; 2', 'one link of two schools is two documents');
SELECT is(pg_temp.documents(3), 'школа 1 teachers a строка 2; школа 2 teachers a строка 4', 'that of the first row');
SELECT is(pg_temp.import(3, E'Код ОО,supported,Прикрепите документ\nУП-1,1,https://x.test/a\n'), '1 0 1 0 0 0; 1', 'another question: another document');
SELECT is(pg_temp.import(4, E'Код ОО,teachers,Прикрепите документ\nУП-1,1,https://x.test/a\n'), '1 1 0 0 0 0; 1', 'another round: another document');

-- ---- text without a link ----
SELECT is(pg_temp.import(5, E'Код ОО,has_program,Прикрепите документ\nУП-1,Да,пришлём позже\nУП-2,Да,Да\nУП-3,Да,Программа: https://x.test/a\nУП-4,частично,потом\nУП-5,Да,https://x.test/' || repeat('a', 2000) || E' https://x.test/b\n'),
	'5 4 0 1 0 4; 2', 'a warning, not a refusal');
SELECT is(pg_temp.warned(5), '2 3 has_program Нет ссылки на документ: «пришлём позже»; 3 3 has_program Нет ссылки на документ: «Да»; 5 3 has_program Нет ссылки на документ: «потом»; '
	'6 3 has_program Слишком длинная ссылка на документ: «https://x.test/' || repeat('a', 185) || '…»', 'which and where, in a refused row too');
SELECT is(pg_temp.documents(5), 'школа 3 has_program a строка 4; школа 5 has_program b строка 6', 'what holds a link is read');
SELECT is((SELECT raw_value FROM d.import_issue w JOIN d.import i USING (import_id) WHERE i.round_id = 5 AND line = 2), 'пришлём позже', 'the cell is kept');

-- ---- columns named to a question ----
INSERT INTO d.form_header VALUES ('Приказ о кураторе', 'document:has_curator'), ('Записка муниципалитета', 'document:has_results_note'), ('Справка', 'document: no_such_question'), ('Программа', 'document:has_program');
SELECT is(pg_temp.import(6, E'Код ОО,Программа,has_prevention,Приказ о кураторе,Прикрепите документ,has_program,document:has_tutoring\nУП-1,https://x.test/p,Да,https://x.test/c,https://x.test/n,Да,https://x.test/t\n'),
	'1 1 0 0 0 0; 4', 'document:question');
SELECT is(pg_temp.documents(6), 'школа 1 has_program p строка 2; школа 1 has_curator c строка 2; школа 1 has_prevention n строка 2; школа 1 has_tutoring t строка 2',
	'proves that question, wherever the column stands and whether the file asks it or not');
SELECT is(pg_temp.import(7, E'Прикрепите документ,Код ОО,Справка,has_results_note,Прикрепите документ,Записка муниципалитета,teachers,has_program\nтекст,УП-1,текст,Да,https://x.test/1,https://x.test/2,5,Да\n'),
	'1 1 0 0 0 5; 0', 'a column without a question of this form: a warning for the column, none for its cells');
SELECT is(pg_temp.warned(7), '1 1 Столбец документов, левее которого нет вопроса: «Прикрепите документ»; 1 3 Столбец документов к вопросу, которого нет в этом мониторинге: «Справка»; '
	'1 4 Вопрос из другой формы: «has_results_note»; 1 5 Столбец документов, левее которого нет вопроса: «Прикрепите документ»; 1 6 Столбец документов к вопросу из другой формы: «Записка муниципалитета»',
	'which columns, and why');
SELECT is(pg_temp.import(8, E'Код ОО,has_program,has_results_note,Прикрепите документ\nУП-1,Да,Да,https://x.test/1\n'), '1 1 0 0 0 1; 1', 'a question of the other form does not count');
SELECT is(pg_temp.documents(8), 'школа 1 has_program 1 строка 2', 'the next one to the left does');
SELECT throws_ok($$SELECT pg_temp.import(8, E'Код ОО,Приказ о кураторе\nУП-1,https://x.test/1\n')$$, '22P04', NULL, 'a file of documents alone asks nothing');
-- a question that the round does not ask
INSERT INTO d.question (question, respondent, position, wording, answer_type, valid_from) VALUES ('later_question', 'school', 30, 'Позже?', 'yes_no', '2025-01-01');
INSERT INTO d.form_header VALUES ('Позже: документ', 'document:later_question');
SELECT is(pg_temp.import(9, E'Код ОО,has_program,Позже: документ\nУП-1,Да,https://x.test/1\n'), '1 1 0 0 0 1; 0', 'not asked yet');
SELECT is((SELECT hint FROM d.import_issue w JOIN d.import i USING (import_id) WHERE i.round_id = 9),
	'Столбец не прочитан. Вопроса с кодом «later_question» нет среди вопросов этого мониторинга (таблица question). Исправьте поле document:код_вопроса в таблице form_header.', 'the hint names it');

-- ---- municipalities ----
SELECT is(pg_temp.import(10, E'Муниципалитет;has_results_note;has_practice_sharing;Прикрепите документ;Записка муниципалитета\nг. Шуя;да;да;https://x.test/s;https://x.test/n\nШуйский район;;нет;не требуется;\n'),
	'2 2 0 0 0 1; 2', 'the form of municipalities');
SELECT is(pg_temp.documents(10), 'муниципалитет 1 has_practice_sharing s строка 2; муниципалитет 1 has_results_note n строка 2', 'its documents');
SELECT is(pg_temp.import(10, E'Муниципалитет;has_practice_sharing;Прикрепите документ\nг. Шуя;да;https://x.test/s\n'), '1 0 0 0 1 0; 0', 'again: nothing');

-- ---- another source than the form ----
SELECT is(pg_temp.import(11, E'Код ОО,in_events,Прикрепите документ\nУП-1,да,https://x.test/a\nУП-2,,https://x.test/b\nУП-9,возможно,https://x.test/c\n', 'УНОИ.csv', 'unoi'), '3 1 0 1 1 0; 2', 'documents of another source, also where it answers nothing');
SELECT is(pg_temp.documents(11), 'школа 1 in_events a строка 2; школа 2 in_events b строка 3', 'stand beside those of the form');

-- ---- a header of one's own that is not to be read stays so ----
SELECT set_eq($$SELECT header FROM d.form_header WHERE field = 'document'$$,
	$$VALUES ('Прикрепите документ'), ('В случае положительного ответа прикрепить документ'), ('В случае положительного ответа необходимо прикрепить документ')$$, 'headers known from the start');
UPDATE d.form_header SET field = 'ignore' WHERE header = 'Прикрепите документ';
SELECT is(pg_temp.import(12, E'Код ОО,teachers,Прикрепите документ\nУП-1,1,https://x.test/a\n'), '1 1 0 0 0 0; 0', 'a column that is not to be read is not');
UPDATE d.form_header SET field = 'document' WHERE header = 'Прикрепите документ';

-- ---- much, and the sums ----
SELECT is(pg_temp.import(13, 'Код ОО,teachers,Прикрепите документ' || string_agg(format(E'\nУП-%s,%s,"https://x.test/%s,\nhttps://x.test/0"', 1 + n % 9, n, n), '' ORDER BY n)), '3000 9 2991 0 0 0; 3009', 'thousands of rows')
FROM generate_series(1, 3000) n;
UPDATE d.round SET state = 'closed' WHERE round_id = 1;
SELECT throws_ok(format('SELECT pg_temp.import(1, %L)', :'header' || E'02.09.2024,УП-1,10,Да,https://x.test/new,,,,,\n'), '55000', NULL, 'a closed round takes no documents');
SELECT is((SELECT count(*)::int FROM d.document WHERE round_id = 1), 9, 'nothing is added to it');
SELECT is_empty('SELECT round_id, school_id, municipality_id, question, link FROM d.document GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1', 'no document stands twice');
SELECT is_empty('SELECT * FROM d.import WHERE rows_read <> loaded + corrected + refused + unchanged', 'each row is counted once');

SELECT * FROM finish();
ROLLBACK;
