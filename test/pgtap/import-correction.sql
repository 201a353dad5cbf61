-- Rows that an import refused: the same file again, corrections in place, later files, dismissals. What is left in
-- import_issue is the open work; nothing that was there is lost.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET timezone = 'Europe/Moscow';

SELECT shnor.create_region('c') \gset made_
INSERT INTO c.municipality (municipality_id, name) VALUES (1, 'городской округ Шуя'), (2, 'Шуйский район');
INSERT INTO c.school (school_id, municipality_id, code, name) SELECT n, 1 + n % 2, 'УП-' || n, 'Учебный пример: школа № ' || n FROM generate_series(1, 9) n;
INSERT INTO c.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2024-01-01', 'Учебный пример', 'Приказ');
INSERT INTO c.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
	SELECT n, 'Учебный пример ' || n, '2024-09-01', '2024-10-01', '2024-09-01', 1, 'open' FROM generate_series(1, 20) n;

-- loaded, corrected, refused, unchanged, warnings; documents; #import
CREATE FUNCTION pg_temp.import(round_id int, content text, source text DEFAULT 'ф.csv', data_source text DEFAULT 'form') RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', loaded, corrected, refused, unchanged, warnings) || '; ' || documents || ' #' || import_id
	   FROM shnor.import_form('c', round_id, replace(content, '\n', E'\n'), source, data_source => data_source) $$;
CREATE FUNCTION pg_temp.open(import_id bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', line, column_no, question, severity, coalesce('школа ' || school_id, 'муниципалитет ' || municipality_id)), '; ' ORDER BY line, column_no) FROM c.import_issue w WHERE w.import_id = $1 $$;
CREATE FUNCTION pg_temp.settled(import_id bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', line, column_no, resolution) || ': ' || resolution_reason, '; ' ORDER BY issue_id) FROM c.import_issue_history w WHERE w.import_id = $1 $$;
CREATE FUNCTION pg_temp.teachers(round_id int) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', 'школа ' || school_id, coalesce(teachers::text, '-'), source), '; ' ORDER BY school_id) FROM c.submission s WHERE s.round_id = $1 $$;
CREATE FUNCTION pg_temp.earlier(round_id int) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', school_id, coalesce(teachers::text, '-')), '; ' ORDER BY school_id, submitted_at, teachers) FROM c.submission_history s WHERE s.round_id = $1 $$;
CREATE FUNCTION pg_temp.counts(import_id bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged) || ' ' || refused_lines::text FROM c.import i WHERE i.import_id = $1 $$;
-- everything in the region's tables; cut: without what says when a row was written
CREATE FUNCTION pg_temp.everything() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t text; part text; total text := '';
BEGIN
	FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'c'::regnamespace AND c.relkind = 'r' ORDER BY 1 LOOP
		EXECUTE format('SELECT md5(coalesce(string_agg(x.v, '','' ORDER BY x.v), '''')) FROM (SELECT t.ctid || t::text AS v FROM c.%I t) x', t) INTO part;
		total := total || t || part;
	END LOOP;
	RETURN md5(total);
END $$;
CREATE FUNCTION pg_temp.error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'нет ошибки';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || said || ' | ' || hint;
END $$;
CREATE FUNCTION pg_temp.correct(import_id bigint, line int, corrections jsonb, reason text DEFAULT 'по телефону') RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', outcome, 'школа ' || school_id, 'муниципалитет ' || municipality_id) || '; ' || documents FROM shnor.correct_import_row('c', import_id, line, corrections, reason) $$;

-- ---- the same file again ----
\set first 'Отметка времени,Код ОО,Наименование ОО,teachers,has_program,Прикрепите документ,Цвет\n01.09.2024,УП-1,,10,Да,https://x.test/1,синий\n02.09.2024,УП-2,,много,Да,https://x.test/2,\n02.09.2024,УП-10,,30,нет,потом,\n02.09.2024,,Школа без кода,31,нет,,\n'
SELECT is(pg_temp.import(1, :'first'), '1 0 3 0 2; 1 #1', 'a file with a good row and three bad ones');
SELECT is(pg_temp.open(1), '1 7 warning; 3 4 teachers refused школа 2; 4 2 school_code refused; 4 6 has_program warning; 5 3 school_name refused', 'its issues know whose they are, where it can be told');
SELECT is((SELECT submitted_at FROM c.import_issue WHERE import_id = 1 AND line = 3), '2024-09-02'::timestamptz, 'and of what time');
SELECT is(pg_temp.counts(1), '4 1 0 3 0 {3,4,5}', 'the journal knows the lines that are refused');
SELECT pg_temp.everything() AS state \gset before_
SELECT is(pg_temp.import(1, :'first'), '0 0 3 1 2; 0 #1', 'again: the same import, unchanged and refused as before');
SELECT is(pg_temp.import(1, :'first', 'другое имя.csv'), '0 0 3 1 2; 0 #1', 'under another name');
SELECT is(pg_temp.everything(), :'before_state', 'nothing has changed, to the row version');
SELECT is(pg_temp.import(2, :'first'), '1 0 3 0 2; 1 #2', 'another round is another import');
SELECT is(pg_temp.import(1, :'first', 'УНОИ.csv', 'unoi'), '1 0 3 0 2; 0 #3', 'so is another source');
-- the directory is put right
INSERT INTO c.school (school_id, municipality_id, code, name) VALUES (10, 1, 'УП-10', 'Учебный пример: школа № 10');
SELECT is(pg_temp.import(1, :'first'), '1 0 2 1 2; 0 #1', 'a school is entered: its row is loaded');
SELECT is(pg_temp.teachers(1), 'школа 1 10 ф.csv, строка 2; школа 10 30 ф.csv, строка 4', 'by the same import');
SELECT is(pg_temp.counts(1), '4 2 0 2 0 {3,5}', 'which counts it');
SELECT is(pg_temp.settled(1), '4 2 reimported: При повторной загрузке файла замечания больше нет', 'its issue is settled');
SELECT is(pg_temp.open(1), '1 7 warning; 3 4 teachers refused школа 2; 4 6 has_program warning школа 10; 5 3 school_name refused', 'its warning stays, and tells whose it is');
INSERT INTO c.form_header VALUES ('Цвет', 'ignore');
SELECT is(pg_temp.import(1, :'first'), '0 0 2 2 1; 0 #1', 'a header is told: its warning goes');
DELETE FROM c.form_header WHERE header = 'Цвет';
UPDATE c.school SET closed_on = '2024-01-01' WHERE school_id = 1;
SELECT is(pg_temp.import(1, :'first'), '0 0 2 2 2; 0 #1', 'a row that was accepted is not refused by what was changed since');
UPDATE c.school SET closed_on = NULL WHERE school_id = 1;
-- what was stored since stays
UPDATE c.submission SET teachers = 11 WHERE round_id = 1 AND school_id = 1;
SELECT is(pg_temp.import(1, :'first'), '0 0 2 2 2; 0 #1', 'an answer that was changed by hand is not changed back');
-- without times
SELECT is(pg_temp.import(3, 'Код ОО,teachers\nУП-1,1\n', 'первый'), '1 0 0 0 0; 0 #4', 'without times: a file');
SELECT is(pg_temp.import(3, 'Код ОО,teachers\nУП-1,2\n', 'второй'), '0 1 0 0 0; 0 #5', 'without times: a later one');
SELECT is(pg_temp.import(3, 'Код ОО,teachers\nУП-1,1\n', 'первый'), '0 0 0 1 0; 0 #4', 'without times: the first again is as old as it was');
SELECT is(pg_temp.teachers(3) || ', ' || pg_temp.earlier(3), 'школа 1 2 второй, строка 2, 1 1', 'without times: the later one stands');

-- ---- corrected in place ----
SELECT is(pg_temp.error_of(v.call), v.error, v.why) FROM (VALUES
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"teachers": "мало"}', 'п')$$, '22000 строка 3 не читается и с исправлениями: Не число: «мало» | Впишите число цифрами, например 12. Если ответа нет, оставьте ячейку пустой.', 'still not a number'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"Код ОО": "УП-77", "teachers": "5"}', 'п')$$, '22000 строка 3 не читается и с исправлениями: Школа не найдена по коду: «УП-77» | Проверьте код: он должен быть таким, как в справочнике школ (таблица school).', 'now an unknown school'),
	($$SELECT shnor.correct_import_row('c', 99, 3, '{}', 'п')$$, '22023 в регионе «c» нет загрузки с номером 99 | Загрузки перечислены в таблице c.import.', 'no such import'),
	($$SELECT shnor.correct_import_row('c', NULL, 3, '{}', 'п')$$, '22023 в регионе «c» нет загрузки с номером NULL | Загрузки перечислены в таблице c.import.', 'no import'),
	($$SELECT shnor.correct_import_row('public', 1, 3, '{}', 'п')$$, '3F000 схема «public» не является регионом | Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.', 'no region'),
	($$SELECT shnor.correct_import_row('c', 1, 77, '{"teachers": "5"}', 'п')$$, '22023 в файле загрузки 1 нет записи, которая начинается в строке 77 | Номера строк с замечаниями — в столбце line таблицы c.import_issue.', 'no such line'),
	($$SELECT shnor.correct_import_row('c', 1, 1, '{"teachers": "5"}', 'п')$$, '22023 в файле загрузки 1 нет записи, которая начинается в строке 1 | Номера строк с замечаниями — в столбце line таблицы c.import_issue.', 'the header'),
	($$SELECT shnor.correct_import_row('c', 1, NULL, '{"teachers": "5"}', 'п')$$, '22023 не указана строка файла | Номера строк с замечаниями — в столбце line таблицы c.import_issue.', 'no line'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"teachers": "5"}', ' ')$$, '22023 не указана причина | Напишите, почему так: это останется в журнале, например «исправлено по телефону с директором».', 'no reason'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"педагоги": "5"}', 'п')$$, '22023 в файле нет столбца «педагоги» | Столбец называют номером, заголовком или кодом вопроса. В файле: 1 — «Отметка времени», 2 — «Код ОО», 3 — «Наименование ОО», 4 — «teachers», 5 — «has_program», 6 — «Прикрепите документ», 7 — «Цвет».', 'no such column'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"8": "5"}', 'п')$$, '22023 в файле нет столбца «8» | Столбец называют номером, заголовком или кодом вопроса. В файле: 1 — «Отметка времени», 2 — «Код ОО», 3 — «Наименование ОО», 4 — «teachers», 5 — «has_program», 6 — «Прикрепите документ», 7 — «Цвет».', 'no such number'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"4": "5", "teachers": "6"}', 'п')$$, '22023 столбец 4 назван дважды | Назовите каждый столбец один раз: номером, заголовком или кодом вопроса.', 'one column twice'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"4": [5]}', 'п')$$, '22023 значение столбца «4» — не текст | Значение — это текст ячейки в кавычках, число, true, false или null (пустая ячейка).', 'no text'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '["5"]', 'п')$$, '22023 исправления не названы | Назовите столбцы и новые значения: {"teachers": "12", "Код ОО": "37-01"}. Столбец называют номером, заголовком или кодом вопроса.', 'no names'),
	($$SELECT shnor.correct_import_row('c', 1, 3, NULL, 'п')$$, '22023 исправления не названы | Назовите столбцы и новые значения: {"teachers": "12", "Код ОО": "37-01"}. Столбец называют номером, заголовком или кодом вопроса.', 'no corrections'),
	($$SELECT shnor.correct_import_row('c', 1, 3, '{"1": null, "2": null, "3": null, "4": null, "5": null, "6": ""}', 'п')$$, '22000 с исправлениями строка 3 пуста | Если эта строка не нужна, снимите её: SELECT shnor.dismiss_import_row(''c'', 1, 3, ''причина'');', 'nothing is left'),
	($$SELECT shnor.correct_import_row('c', 1, 2, '{"teachers": "5"}', 'п')$$, '55000 строка 2 загружена без замечаний | Исправить можно отклонённую строку или строку с замечанием. Другой ответ загрузите файлом с этой строкой.', 'a row without issues'),
	($$SELECT shnor.correct_import_row('c', 1, 4, '{"Код ОО": "УП-5"}', 'п')$$, '55000 строка 4 загружена как ответ другой организации | Исправить можно ответы этой организации, но не то, чьи они. Её ответ удалите, а верный загрузите отдельным файлом.', 'an accepted row cannot become another school''s'),
	($$SELECT shnor.correct_import_row('c', 1, 5, '{}', 'п')$$, '22000 строка 5 не читается и с исправлениями: Школа не найдена: «Школа без кода» | Проверьте название и муниципалитет по справочнику школ (таблица school) или впишите код школы.', 'nothing is corrected')) AS v(call, error, why);
SELECT is_empty('SELECT * FROM c.import_correction', 'nothing was corrected');
SELECT pg_temp.everything() AS state \gset before_
SELECT is((SELECT string_agg(pg_temp.error_of(format('SELECT shnor.correct_import_row(''c'', 1, 3, %L, ''п'')', x))::char(5), ',') FROM unnest('{"{\"4\": \"-1\"}","{\"9\": \"1\"}"}'::text[]) AS x), '22000,22023', 'refused once more');
SELECT is(pg_temp.everything(), :'before_state', 'a correction that does not do changes nothing');

SELECT is(pg_temp.correct(1, 3, '{"teachers": 12}'), 'loaded школа 2; 1', 'a number, by the question''s code; its document as well');
SELECT is(pg_temp.teachers(1), 'школа 1 11 SQL; школа 2 12 ф.csv, строка 3 (исправлена); школа 10 30 ф.csv, строка 4', 'the source says that the row was corrected');
SELECT results_eq('SELECT line, column_no, value_before, value, reason, corrected_by, corrected_at FROM c.import_correction', $$VALUES (3, 4, 'много', '12', 'по телефону', current_user::name, now())$$, 'the correction is kept');
SELECT is(pg_temp.open(1), '1 7 warning; 4 6 has_program warning школа 10; 5 3 school_name refused', 'its issue is no longer open');
SELECT results_eq('SELECT question, raw_value, reason, severity, school_id, resolved_at, resolved_by, resolution, resolution_reason, row_values[4] FROM c.import_issue_history WHERE import_id = 1 AND line = 3',
	$$VALUES ('teachers', 'много', 'Не число: «много»', 'refused', 2, now(), current_user::name, 'corrected', 'по телефону', 'много')$$, 'it is kept, with who settled it and why');
SELECT is(pg_temp.counts(1), '4 3 0 1 0 {5}', 'the journal counts the row');
SELECT is((SELECT content FROM c.import WHERE import_id = 1), replace(:'first', '\n', E'\n'), 'the file stays verbatim');
SELECT pg_temp.everything() AS state \gset before_
SELECT is(pg_temp.import(1, :'first'), '0 0 1 3 2; 0 #1', 'the same file again is read with the correction');
SELECT is(pg_temp.everything(), :'before_state', 'and changes nothing');
SELECT is(pg_temp.correct(1, 4, '{"Прикрепите документ": "https://x.test/4"}'), 'unchanged школа 10; 1', 'a warning is put right as well, by the header');
SELECT is(pg_temp.correct(1, 3, '{"4": "13", "has_program": null}', 'ошиблись'), 'corrected школа 2; 0', 'a correction is corrected, by number');
SELECT results_eq('SELECT teachers, has_program FROM c.submission WHERE round_id = 1 AND school_id = 2', 'VALUES (13, NULL::boolean)', 'it stands');
SELECT is(pg_temp.earlier(1), '1 10; 2 12', 'the one before is in the history');
SELECT is(pg_temp.correct(1, 3, '{"4": "12", "has_program": "Да"}', 'и снова'), 'corrected школа 2; 0', 'back to an earlier value: what was corrected last stands');
SELECT results_eq('SELECT teachers, has_program FROM c.submission WHERE round_id = 1 AND school_id = 2', 'VALUES (12, true)', 'in the answers as in the journal of corrections');
SELECT is(pg_temp.earlier(1), '1 10; 2 12; 2 13', 'what it replaced is kept too');
SELECT is(pg_temp.import(1, :'first'), '0 0 1 3 1; 0 #1', 'the file is read with it');
SELECT results_eq('SELECT teachers, has_program FROM c.submission WHERE round_id = 1 AND school_id = 2', 'VALUES (12, true)', 'and changes nothing');
SELECT is(pg_temp.correct(1, 5, '{"Код ОО": "УП-5", "Наименование ОО": null}', 'нашли'), 'loaded школа 5; 0', 'the school was found');
SELECT is(pg_temp.open(1), '1 7 warning', 'the column is all that is left');
SELECT is(pg_temp.import(1, :'first'), '0 0 0 4 1; 0 #1', 'the same file again');
-- its own row beside others of the same school: the file as it would have been
SELECT is(pg_temp.import(4, 'Отметка времени,Код ОО,teachers\n01.09.2024,УП-1,много\n01.09.2024,УП-1,3\n02.09.2024,УП-2,2\n03.09.2024,УП-2,-\n03.09.2024,УП-2,сто\n'), '2 1 2 0 0; 0 #6', 'several rows of a school');
SELECT is(pg_temp.correct(6, 2, '{"teachers": "1"}'), 'unchanged школа 1; 0', 'at the same time the later line stands');
SELECT is(pg_temp.correct(6, 6, '{"teachers": "100"}'), 'corrected школа 2; 0', 'and is put in place when it is corrected');
SELECT is(pg_temp.teachers(4) || ', ' || pg_temp.earlier(4), 'школа 1 3 ф.csv, строка 3; школа 2 100 ф.csv, строка 6 (исправлена), 1 1; 2 2; 2 -', 'as in a file that was right at once');
-- other rows of the file that could be loaded by now are left alone
SELECT is(pg_temp.import(5, 'Код ОО,teachers\nУП-1,много\nУП-11,4\n'), '0 0 2 0 0; 0 #7', 'two refused rows');
INSERT INTO c.school (school_id, municipality_id, code, name) VALUES (11, 1, 'УП-11', 'Учебный пример: школа № 11');
SELECT is(pg_temp.correct(7, 2, '{"teachers": "4"}'), 'loaded школа 1; 0', 'one is corrected');
SELECT is(pg_temp.teachers(5), 'школа 1 4 ф.csv, строка 2 (исправлена)', 'the other waits for its turn');
SELECT is(pg_temp.correct(7, 3, '{}', 'школу внесли'), 'loaded школа 11; 0', 'it is read as it is');
SELECT is(pg_temp.settled(7), '2 2 corrected: по телефону; 3 1 reimported: школу внесли', 'which is no correction');
-- more cells than headers
SELECT is(pg_temp.import(6, 'Код ОО,teachers\nУП-1,4,лишнее\n'), '0 0 1 0 0; 0 #8', 'a ragged row');
SELECT is(pg_temp.correct(8, 2, '{"3": null}'), 'loaded школа 1; 0', 'the cell is emptied');
-- a repeated header, the form of municipalities, another source
SELECT is(pg_temp.import(7, 'Муниципалитет,has_results_note,has_practice_sharing,Прикрепите документ,Прикрепите документ\nг. Шуя,возможно,да,,\n'), '0 0 1 0 0; 0 #9', 'municipalities');
SELECT is(pg_temp.error_of($$SELECT pg_temp.correct(9, 2, '{"Прикрепите документ": "x"}')$$), '22023 столбцов «Прикрепите документ» в файле несколько: 4, 5 | Назовите столбец номером.', 'two columns of one header');
SELECT is(pg_temp.correct(9, 2, '{"has_results_note": false, "5": "https://x.test/5"}'), 'loaded муниципалитет 1; 1', 'are told apart by their numbers');
SELECT results_eq('SELECT has_results_note, has_practice_sharing, source FROM c.municipal_submission WHERE round_id = 7', $$VALUES (false, true, 'ф.csv, строка 2 (исправлена)')$$, 'no is no');
SELECT is(pg_temp.import(8, 'Код ОО,in_networks\nУП-1,много\nУП-2,1\n', 'УНОИ.csv', 'unoi'), '1 0 1 0 0; 0 #10', 'another source');
SELECT is(pg_temp.correct(10, 2, '{"in_networks": "0"}'), 'loaded школа 1; 0', 'is corrected there');
SELECT results_eq('SELECT school_id, answer_count, source FROM c.source_answer WHERE round_id = 8 ORDER BY 1', $$VALUES (1, 0, 'УНОИ.csv, строка 2 (исправлена)'), (2, 1, 'УНОИ.csv, строка 3')$$, 'and stays beside the form');

-- ---- a later file ----
\set wrong 'Отметка времени,Код ОО,teachers\n02.09.2024,УП-1,много\n02.09.2024,УП-2,мало\n02.09.2024,УП-99,5\n'
SELECT is(pg_temp.import(10, :'wrong', 'неделя 1'), '0 0 3 0 0; 0 #11', 'three refused rows');
SELECT is(pg_temp.import(10, 'Отметка времени,Код ОО,supported\n02.09.2024,УП-1,1\n', 'другая форма'), '1 0 0 0 0; 0 #12', 'a file that asks something else');
SELECT is(pg_temp.open(11), '2 3 teachers refused школа 1; 3 3 teachers refused школа 2; 4 2 school_code refused', 'settles nothing');
SELECT is(pg_temp.import(10, 'Отметка времени,Код ОО,teachers\n01.09.2024,УП-1,9\n', 'старое'), '0 0 0 1 0; 0 #13', 'nor does an older answer');
SELECT is(pg_temp.open(11), '2 3 teachers refused школа 1; 3 3 teachers refused школа 2; 4 2 school_code refused', 'the later one is still missing');
SELECT is(pg_temp.import(10, 'Отметка времени,Код ОО,teachers\n02.09.2024,УП-1,10\n02.09.2024,УП-2,мало\n02.09.2024,УП-99,5\n', 'неделя 2'), '0 1 2 0 0; 0 #14', 'the file, put right in a row');
SELECT is(pg_temp.open(11), NULL, 'nothing of the first is open');
SELECT is(pg_temp.settled(11), '2 3 superseded: Ответ загружен позже: загрузка 14, строка 2; 3 3 superseded: Та же запись отклонена и в файле, загруженном позже: загрузка 14, строка 3; '
	'4 2 superseded: Та же запись отклонена и в файле, загруженном позже: загрузка 14, строка 4', 'answered, or open in the latest file only');
SELECT is(pg_temp.open(14), '3 3 teachers refused школа 2; 4 2 school_code refused', 'there');
SELECT pg_temp.everything() AS state \gset before_
SELECT is(pg_temp.import(10, :'wrong', 'неделя 1'), '0 0 3 0 0; 0 #11', 'the first file again');
SELECT is(pg_temp.everything(), :'before_state', 'opens nothing');
SELECT is(pg_temp.error_of($$SELECT pg_temp.correct(11, 2, '{"teachers": "5"}')$$), '55000 исправлять нечего: Ответ загружен позже: загрузка 14, строка 2 | Исправьте ответ там, где он загружен.', 'and has nothing to correct');
SELECT is(pg_temp.correct(14, 3, '{"teachers": "20"}'), 'loaded школа 2; 0', 'a row is corrected');
SELECT is(shnor.dismiss_import_row('c', 14, 4, 'проба формы'), 1, 'another is dismissed');
SELECT is(pg_temp.import(10, 'Отметка времени,Код ОО,teachers\n02.09.2024,УП-1,10\n02.09.2024,УП-2,мало\n02.09.2024,УП-99,5\n03.09.2024,УП-3,30\n03.09.2024,УП-4,сорок\n', 'неделя 3'), '1 0 3 1 0; 0 #15', 'next week the form is exported again');
SELECT is(pg_temp.open(15), '6 3 teachers refused школа 4', 'what was corrected or dismissed is not asked again');
SELECT is(pg_temp.settled(15), '3 3 superseded: Такая же запись уже исправлена: загрузка 14, строка 3; 4 2 superseded: Такая же запись уже снята: загрузка 14, строка 4', 'because it was');
SELECT is(pg_temp.teachers(10), 'школа 1 10 неделя 2, строка 2; школа 2 20 неделя 2, строка 3 (исправлена); школа 3 30 неделя 3, строка 5', 'the answers stand');
SELECT is(pg_temp.import(10, 'Отметка времени,Код ОО,in_networks\n05.09.2024,УП-4,1\n', 'УНОИ.csv', 'unoi'), '1 0 0 0 0; 0 #16', 'another source');
SELECT is(pg_temp.open(15), '6 3 teachers refused школа 4', 'does not answer for the form');

-- ---- dismissed ----
SELECT is(pg_temp.import(11, 'Отметка времени,Код ОО,teachers,has_program,Прикрепите документ,Цвет\n02.09.2024,УП-1,много,да,\n02.09.2024,УП-2,2,да,потом,синий\n02.09.2024,УП-12,2,да,,\n'), '1 0 2 0 2; 0 #17', 'refused rows and warnings');
SELECT is(pg_temp.error_of(v.call), v.error, v.why) FROM (VALUES
	($$SELECT shnor.dismiss_import_row('c', 17, 77, 'п')$$, '22023 у строки 77 загрузки 17 нет открытых замечаний | Открытые замечания — в таблице c.import_issue, прежние — в c.import_issue_history.', 'nothing to dismiss'),
	($$SELECT shnor.dismiss_import_row('c', 17, 2, NULL)$$, '22023 не указана причина | Напишите, почему так: это останется в журнале, например «исправлено по телефону с директором».', 'no reason to'),
	($$SELECT shnor.dismiss_import_row('c', 1000, 2, 'п')$$, '22023 в регионе «c» нет загрузки с номером 1000 | Загрузки перечислены в таблице c.import.', 'no import to dismiss from')) AS v(call, error, why);
SELECT is(shnor.dismiss_import_row('c', 17, 4, 'школа закрыта'), 1, 'a refused row');
SELECT is(shnor.dismiss_import_row('c', 17, 3, 'документ не нужен'), 1, 'the warning of an accepted one');
SELECT is(shnor.dismiss_import_row('c', 17, 1, 'лишний столбец'), 1, 'that of a column');
SELECT is(pg_temp.open(17), '2 3 teachers refused школа 1', 'one is left');
SELECT is(pg_temp.counts(17), '3 1 0 2 0 {2,4}', 'what was dismissed was not loaded');
INSERT INTO c.school (school_id, municipality_id, code, name) VALUES (12, 1, 'УП-12', 'Учебный пример: школа № 12');
SELECT pg_temp.everything() AS state \gset before_
SELECT is(pg_temp.import(11, 'Отметка времени,Код ОО,teachers,has_program,Прикрепите документ,Цвет\n02.09.2024,УП-1,много,да,\n02.09.2024,УП-2,2,да,потом,синий\n02.09.2024,УП-12,2,да,,\n'), '0 0 2 1 0; 0 #17', 'again: dismissed is dismissed, though the row could be read by now');
SELECT is(pg_temp.everything(), :'before_state', 'nothing has changed');
SELECT is(pg_temp.import(11, 'Отметка времени,Код ОО,teachers,has_program,Прикрепите документ,Цвет\n02.09.2024,УП-2,2,да,потом,синий\n'), '0 0 0 1 0; 0 #18', 'in the next export the same warnings are not raised once more');
SELECT is(pg_temp.correct(17, 4, '{}', 'школа всё-таки есть'), 'loaded школа 12; 0', 'a dismissed row can still be loaded');
SELECT results_eq('SELECT rows_read, loaded, refused, open_rows, closed_rows, corrected_rows, open_warnings FROM c.import_state WHERE import_id = 17', 'VALUES (3, 2, 1, 1::bigint, 0::bigint, 0::bigint, 0::bigint)', 'import_state: what is left to do');
SELECT results_eq('SELECT refused, open_rows, closed_rows, corrected_rows FROM c.import_state WHERE import_id = 15', 'VALUES (3, 1::bigint, 2::bigint, 0::bigint)', 'import_state: what was settled without being loaded');

-- ---- a round that is closed ----
UPDATE c.round SET state = 'closed' WHERE round_id = 11;
SELECT is(pg_temp.error_of($$SELECT pg_temp.correct(17, 2, '{"teachers": "5"}')$$)::char(5), '55000', 'its rows are not corrected');
SELECT is(shnor.dismiss_import_row('c', 17, 2, 'мониторинг закрыт'), 1, 'but dismissed');

-- ---- a file in which something fails half way ----
CREATE FUNCTION pg_temp.stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.school_id = 9 THEN RAISE 'споткнулись'; END IF; RETURN NEW; END $$;
CREATE TRIGGER stumble BEFORE INSERT ON c.submission FOR EACH ROW EXECUTE FUNCTION pg_temp.stumble();
SELECT pg_temp.everything() AS state \gset before_
SELECT is(pg_temp.error_of(format('SELECT pg_temp.import(12, %L)', 'Код ОО,teachers,Прикрепите документ\nУП-1,1,https://x.test/1\nУП-2,много,\nУП-9,9,\nУП-3,3,\n')), 'P0001 споткнулись | ', 'an error in the middle');
SELECT is(pg_temp.error_of(format('SELECT pg_temp.import(12, %L)', 'Код ОО,teachers\nУП-1,1\nУП-2,"2\nУП-3,3\n'))::char(5), '22P04', 'a quotation mark without its pair in the middle');
SELECT is(pg_temp.error_of(format('SELECT pg_temp.import(12, %L, NULL, %L)', 'Код ОО,in_networks\nУП-1,1\nУП-2,99999999999999999999999999\nУП-3,3\n', 'nobody'))::char(5), '22023', 'an unknown source');
SELECT is(pg_temp.everything(), :'before_state', 'the whole file is undone, its journal and issues included');
DROP TRIGGER stumble ON c.submission;

-- ---- somebody else stores an answer after the file's has been judged ----
INSERT INTO c.submission (round_id, school_id, submitted_at, teachers, supported) VALUES (14, 1, '2024-09-20', 20, 2), (14, 2, '2024-09-20', 20, 2);
SELECT is(shnor.import_store('c', 14, 'school', ARRAY[ROW(2, 1, false, '2024-09-10', 'loaded', NULL, true, '{10}', NULL, NULL), ROW(3, 2, false, '2024-09-30', 'loaded', NULL, true, '{30}', NULL, NULL)]::shnor.import_verdict[],
	'{teachers}', 'ф'), '{2}', 'a later answer keeps its place');
SELECT results_eq('SELECT school_id, teachers, supported, source FROM c.submission WHERE round_id = 14 ORDER BY 1', $$VALUES (1, 20, 2, 'SQL'), (2, 30, 2, 'ф, строка 3')$$, 'an earlier one gives way, and keeps what the file does not ask');
SELECT results_eq('SELECT school_id, teachers, source FROM c.submission_history WHERE round_id = 14 ORDER BY 1', $$VALUES (1, 10, 'ф, строка 2'), (2, 20, 'SQL')$$, 'the other one is in the history');
INSERT INTO c.source_answer (round_id, school_id, question, data_source, answer_count, submitted_at) VALUES (14, 1, 'in_networks', 'unoi', 5, '2024-09-20');
SELECT shnor.import_store_source('c', 14, 'school', ARRAY[ROW(2, 1, false, '2024-09-10', 'loaded', NULL, NULL, NULL, '{"in_networks": 4, "in_events": true}', NULL)]::shnor.import_verdict[], 'unoi', 'ф');
SELECT results_eq('SELECT question, answer_count, answer_yes FROM c.source_answer WHERE round_id = 14 ORDER BY 1', $$VALUES ('in_events', NULL, true), ('in_networks', 5, NULL)$$, 'so it is with another source, question by question');
SELECT results_eq('SELECT question, answer_count, source FROM c.source_answer_history WHERE round_id = 14', $$VALUES ('in_networks', 4, 'ф, строка 2')$$, 'nothing is lost');

-- ---- the journal of an older version ----
SELECT is(pg_temp.import(13, 'Код ОО,teachers\nУП-1,много\nУП-2,2\n'), '1 0 1 0 0; 0 #20', 'a file (the number of the one that failed is gone)');
UPDATE c.import SET data_source = NULL, asked = NULL WHERE import_id = 20;
SELECT is(pg_temp.error_of($$SELECT pg_temp.correct(20, 2, '{"teachers": "5"}')$$),
	'55000 загрузка 20 сделана прежней версией: неизвестно, из какого источника её файл | Загрузите этот файл ещё раз функцией shnor.import_form(): изменится только это.', 'loaded before sources were noted');
SELECT is(pg_temp.import(13, 'Код ОО,teachers\nУП-1,много\nУП-2,2\n'), '0 0 1 1 0; 0 #20', 'is known again');
SELECT is(pg_temp.correct(20, 2, '{"teachers": "5"}'), 'loaded школа 1; 0', 'and can be corrected');

-- ---- the sums ----
SELECT is_empty('SELECT import_id FROM c.import WHERE rows_read <> loaded + corrected + refused + unchanged OR refused <> cardinality(refused_lines)', 'each row is counted once');
SELECT is_empty($$SELECT w.import_id, w.line FROM c.import_issue w JOIN c.import i USING (import_id) WHERE w.severity = 'refused' AND w.line <> ALL (i.refused_lines)$$, 'no loaded row is open work');
SELECT is_empty('SELECT issue_id FROM c.import_issue INTERSECT SELECT issue_id FROM c.import_issue_history', 'an issue is open or settled');
SELECT is_empty($$SELECT h.issue_id FROM c.import_issue_history h WHERE resolution = 'corrected' AND NOT EXISTS (SELECT FROM c.import_correction k WHERE k.import_id = h.import_id AND k.line = h.line)$$, 'what was corrected has its correction');

-- ---- nothing of it is lost to SQL either ----
SELECT is(pg_temp.error_of('DELETE FROM c.import_issue'), '55000 замечания загрузок не удаляют | Исправьте строку: shnor.correct_import_row(''c'', …); или снимите замечание: shnor.dismiss_import_row(''c'', …, ''причина'').', 'issues are not deleted');
SELECT throws_ok(s, '55000', format('таблица c.%s заполняется сама: править её нельзя', substring(s FROM 'c\.(\w+)')), s)
FROM unnest(ARRAY['UPDATE c.import_issue SET reason = ''x''',
	'DELETE FROM c.import_issue_history', 'TRUNCATE c.import_issue_history', 'UPDATE c.import_issue_history SET reason = ''x''',
	'DELETE FROM c.import_correction', 'TRUNCATE c.import_correction', 'UPDATE c.import_correction SET value = ''x''',
	'DELETE FROM c.import', 'UPDATE c.import SET content = ''x''', 'UPDATE c.import SET imported_by = ''x''']) s;
SELECT throws_ok('TRUNCATE c.import_issue', '55000', NULL, 'all at once');
SELECT throws_ok('TRUNCATE c.import CASCADE', '55000', NULL, 'nor with all that stands on it');

SELECT finish();
ROLLBACK;
