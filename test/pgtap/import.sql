-- import_form: shapes of exports, versions of answers, importing again, other sources than the form, rights.
-- What it says: test/sql/import.sql; columns of documents: import-documents.sql.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET timezone = 'Asia/Vladivostok';    -- the region's own zone counts, not the session's

CREATE FUNCTION pg_temp.make_region(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM shnor.create_region(name);
	EXECUTE format($sql$
		-- what rules say at an import: validation.sql
		DELETE FROM %1$I.validation_rule;
		INSERT INTO %1$I.municipality (municipality_id, name) VALUES (1, 'городской округ Шуя'), (2, 'Шуйский район');
		INSERT INTO %1$I.school (school_id, municipality_id, code, name)
			SELECT n, 1 + n %% 2, 'УП-' || n, 'Учебный пример: школа № ' || n FROM generate_series(1, 9) n;
		INSERT INTO %1$I.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2024-01-01', 'Учебный пример', 'Приказ');
		INSERT INTO %1$I.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
			SELECT n, 'Учебный пример ' || n, '2024-09-01', '2024-10-01', '2024-09-01', 1, 'open' FROM generate_series(1, 30) n;
	$sql$, name);
END $$;
SELECT pg_temp.make_region('r');
-- the summary without import_id, as text
CREATE FUNCTION pg_temp.import(round_id int, content text, source text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged, warnings) FROM shnor.import_form('r', round_id, content, source) $$;
CREATE FUNCTION pg_temp.teachers(round_id int, school_id int) RETURNS int LANGUAGE sql AS
	$$ SELECT teachers FROM r.submission s WHERE s.round_id = $1 AND s.school_id = $2 $$;
CREATE FUNCTION pg_temp.earlier(round_id int) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(teachers::text, ',' ORDER BY submitted_at, teachers) FROM r.submission_history h WHERE h.round_id = $1 $$;

-- ---- shapes ----
SELECT is(pg_temp.import(1, E'\uFEFF«Отметка времени»,Код ОО,"1. Количество педагогических\nработников в ОУ *",Сформирована ли программа/система профилактики и ликвидации школьной неуспешности (да/нет):,,\n'
	'19.09.2023 18:07:33,УП-1,12 чел.,Да,,\n\n"19.09.2023 18:07:33",УП-2,"12,0",НЕТ\n19.09.2023 18:07:33, УП-3 ,—,,,\n'), '3 3 0 0 0 0', 'comma, byte order mark, quoted newline in a header, trailing empty headers, short rows, a blank row');
SELECT is(pg_temp.import(2, replace(U&'отметка времени;КОД ОО;2) КОЛИЧЕСТВО\00A0ПЕДАГОГИЧЕСКИХ РАБОТНИКОВ В ОУ;Сформирована ли программа/система профилактики и ликвидации школьной не успешности;;\000A'
	'09/19/2023 22:07:33 GMT+7;УП-1;\00A012;да.;;\000A09/19/2023 15:07:33 GMT+0;УП-2;12.0;нет ;;\000A09/19/2023 18:07:33;УП-3;;—;;\000A', E'\n', E'\r\n')), '3 3 0 0 0 0', 'semicolon, CR LF, month first, U+00A0');
SELECT is(pg_temp.import(3, U&'Отметка времени\0009Наименование ОО\0009Муниципалитет\0009teachers\0009has_prevention\000D'
	'2023/09/19 6:07:33\202FPM GMT+3\0009"Учебный пример:\000Aшкола №\202F1"\0009ШУЙСКИЙ РАЙОН\0009\202F12\00091\000D\000A2023-09-19 18:07:33\0009учебный  пример: школа №2\0009\0009+12\0009false\000A'
	'2023-09-19T18:07:33\0009Учебный пример: школа № 3\0009Шуйский\0009нет ответа\0009-'), '3 3 0 0 0 0', 'tab, mixed line ends, AM and PM, U+202F, schools by name');
SELECT results_eq('SELECT school_id, submitted_at, teachers, has_prevention FROM r.submission WHERE round_id = 1 ORDER BY 1',
	$$VALUES (1, '2023-09-19 18:07:33+03'::timestamptz, 12, true), (2, '2023-09-19 18:07:33+03', 12, false), (3, '2023-09-19 18:07:33+03', NULL, NULL)$$, 'values are read');
SELECT is((SELECT count(DISTINCT a)::int FROM (SELECT round_id, array_agg((school_id, submitted_at, teachers, has_prevention) ORDER BY school_id)::text AS a
	FROM r.submission GROUP BY round_id) s), 1, 'three shapes of one form give the same answers');
SELECT is((SELECT string_agg(source, '; ' ORDER BY school_id) FROM r.submission WHERE round_id = 1), 'форма, строка 3; форма, строка 5; форма, строка 6', 'source tells the physical line');

SELECT is(pg_temp.import(4, E'Код ОО,teachers,supported\nУП-1,"1 234",\nУП-2,12 человек,12\n', 'ф.csv'), '2 2 0 0 0 0', 'no column of time');
SELECT results_eq('SELECT submitted_at, source, teachers, supported, in_networks FROM r.submission WHERE round_id = 4 ORDER BY school_id',
	$$VALUES (now(), 'ф.csv, строка 2', 1234, NULL::int, NULL::int), (now(), 'ф.csv, строка 3', 12, 12, NULL)$$, 'then it is the time of the import');
SELECT results_eq('SELECT round_id, respondent, source, content, content_sha256, rows_read, loaded, imported_by FROM r.import WHERE round_id = 4',
	$$VALUES (4, 'school', 'ф.csv', E'Код ОО,teachers,supported\nУП-1,"1 234",\nУП-2,12 человек,12\n',
		encode(sha256(convert_to(E'Код ОО,teachers,supported\nУП-1,"1 234",\nУП-2,12 человек,12\n', 'UTF8')), 'hex'), 2, 2, current_user::name)$$, 'the file is kept as it came');
SELECT is(pg_temp.import(5, E'Муниципалитет,Школа,Школа,teachers\nШуйский район,Учебный пример: школа № 1,,1\nг. Шуя,,Учебный пример: школа № 2,2\n,Учебный пример: школа № 3,Учебный пример: школа № 4,3\n'),
	'3 2 0 1 0 0', 'one column of schools for each section of a form');

-- ---- versions ----
\set header 'Отметка времени,Код ОО,teachers\n'
\set versions '02.09.2024 10:00:00,УП-1,20\n03.09.2024 10:00:00,УП-1,30\n01.09.2024 10:00:00,УП-1,10\n01.09.2024,УП-2,5\n'
SELECT replace(:'header', '\n', E'\n') AS header, replace(:'versions', '\n', E'\n') AS versions \gset
SELECT is(pg_temp.import(10, :'header' || :'versions'), '4 2 2 0 0 0', 'the latest answer is loaded, earlier ones are corrected');
SELECT is(pg_temp.teachers(10, 1), 30, 'the latest by time stands, wherever its line');
SELECT is(pg_temp.earlier(10), '10,20', 'the earlier are in the history');
SELECT results_eq('SELECT source, replaced_by, replaced_at FROM r.submission_history WHERE round_id = 10 AND teachers = 10', $$VALUES ('форма, строка 4', current_user::name, now())$$, 'with their lines');
SELECT is(pg_temp.import(10, :'header' || :'versions'), '4 0 0 0 4 0', 'the same file again: all unchanged');
SELECT is(pg_temp.import(10, replace(replace(:'header' || :'versions', ',', ';'), E'\n', E'\r\n')), '4 0 0 0 4 0', 'the same answers saved by another program');
SELECT is(pg_temp.teachers(10, 1) || ' ' || pg_temp.earlier(10), '30 10,20', 'nothing has changed');
SELECT is(pg_temp.import(10, :'header' || E'02.09.2024 12:00:00,УП-1,25\n'), '1 0 0 0 1 0', 'older than what is stored: unchanged');
SELECT is(pg_temp.teachers(10, 1) || ' ' || pg_temp.earlier(10), '30 10,20,25', 'but kept in the history');
SELECT is(pg_temp.import(10, :'header' || E'02.09.2024 12:00:00,УП-1,25\n'), '1 0 0 0 1 0', 'once more');
SELECT is(pg_temp.earlier(10), '10,20,25', 'kept once');
SELECT is(pg_temp.import(10, :'header' || :'versions' || E'04.09.2024,УП-1,40\n05.09.2024,УП-1,50\n31.08.2024,УП-1,5\n'), '7 0 2 0 5 0', 'a longer export of the same form: the new rows only');
SELECT is(pg_temp.teachers(10, 1) || ' ' || pg_temp.earlier(10), '50 5,10,20,25,30,40', 'each version is there once');
SELECT is(pg_temp.import(10, :'header' || E'05.09.2024,УП-1,\n'), '1 0 1 0 0 0', 'the same time, another answer: what is imported later stands');
SELECT is(pg_temp.teachers(10, 1), NULL, 'an answer taken back is no answer');

SELECT is(pg_temp.import(11, :'header' || E'01.09.2024,УП-1,1\n01.09.2024,УП-1,2\n01.09.2024,УП-1,1\n01.09.2024,УП-2,7\n01.09.2024,УП-2,7\n'), '5 2 1 0 2 0', 'the same time: the later line; repeated rows are unchanged');
SELECT is(pg_temp.teachers(11, 1) || ' ' || pg_temp.earlier(11), '1 2', 'one version each');
SELECT is(pg_temp.import(11, :'header' || E'01.09.2024,УП-1,1\n01.09.2024,УП-1,2\n01.09.2024,УП-1,1\n01.09.2024,УП-2,7\n01.09.2024,УП-2,7\n'), '5 0 0 0 5 0', 'and again: unchanged');
SELECT is(pg_temp.teachers(11, 1) || ' ' || pg_temp.earlier(11), '1 2', 'nothing has changed');
DELETE FROM r.submission WHERE round_id = 11 AND school_id = 2;
SELECT is(pg_temp.import(11, :'header' || E'01.09.2024,УП-2,7\n'), '1 1 0 0 0 0', 'what was deleted is loaded again');

SELECT is(pg_temp.import(12, E'Код ОО,teachers\nУП-1,1\nУП-1,2\n'), '2 1 1 0 0 0', 'without times: the later line');
SELECT is(pg_temp.import(12, E'Код ОО,teachers\nУП-1,1\nУП-1,2\n'), '2 0 0 0 2 0', 'without times: again');
SELECT is(pg_temp.teachers(12, 1) || ' ' || pg_temp.earlier(12), '2 1', 'without times: nothing has changed');
SELECT is(pg_temp.import(12, E'Код ОО,teachers\nУП-1,1\n'), '1 0 1 0 0 0', 'without times: an answer is changed back');
SELECT is(pg_temp.teachers(12, 1) || ' ' || pg_temp.earlier(12), '1 1,2', 'without times: it stands');

SELECT is(pg_temp.import(13, :'header' || E'02.09.2024,УП-1,много\n01.09.2024,УП-1,3\n'), '2 1 0 1 0 0', 'a refused row does not stand in the way of an earlier good one');
SELECT is(pg_temp.teachers(13, 1), 3, 'the good one is loaded');
SELECT is(pg_temp.import(13, :'header' || E'02.09.2024,УП-1,4\n'), '1 0 1 0 0 0', 'the refused row, put right');

-- ---- two forms for one round ----
SELECT is(pg_temp.import(14, E'Отметка времени,Код ОО,teachers,has_program\n01.09.2024,УП-1,10,Да\n'), '1 1 0 0 0 0', 'one form');
SELECT is(pg_temp.import(14, E'Отметка времени,Код ОО,in_networks\n02.09.2024,УП-1,4\n02.09.2024,УП-2,4\n'), '2 1 1 0 0 0', 'another form asks what the first does not');
SELECT results_eq('SELECT school_id, teachers, in_networks, has_program FROM r.submission WHERE round_id = 14 ORDER BY 1',
	'VALUES (1, 10, 4, true), (2, NULL, 4, NULL)', 'questions that a file does not ask keep their answers');
SELECT is(pg_temp.import(14, E'Отметка времени,Код ОО,in_networks\n03.09.2024,УП-1,11\n'), '1 0 0 1 0 0', 'a part larger than the stored whole');
SELECT is(pg_temp.import(14, E'Отметка времени,Код ОО,teachers\n03.09.2024,УП-1,3\n03.09.2024,УП-2,4\n'), '2 0 1 1 0 0', 'a whole smaller than the stored part; equal is right');
SELECT results_eq($$SELECT line, question, raw_value FROM r.import_issue WHERE reason LIKE 'Часть%' ORDER BY issue_id$$,
	$$VALUES (2, 'in_networks', '11'), (2, 'teachers', '4')$$, 'the issue stands where the file has a column');

-- ---- municipalities answer too ----
SELECT is((SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged) FROM shnor.import_form('r', 15,
	E'Отметка времени,Муниципалитет,has_results_note\n01.09.2024,Шуйский муниципальный район,да\n02.09.2024,Шуйский район,нет\n01.09.2024,"г. Шуя",\n')), '3 2 1 0 0', 'the form of municipalities');
SELECT results_eq('SELECT municipality_id, has_results_note FROM r.municipal_submission WHERE round_id = 15 ORDER BY 1', 'VALUES (1, NULL::boolean), (2, false)', 'its answers');
SELECT results_eq('SELECT municipality_id, has_results_note FROM r.municipal_submission_history WHERE round_id = 15', 'VALUES (2, true)', 'its history');
SELECT is((SELECT respondent FROM r.import WHERE round_id = 15), 'municipality', 'told from the header');

-- ---- the questions are data ----
INSERT INTO r.question (question, respondent, position, wording, answer_type, valid_from) VALUES ('psychologists', 'school', 21, 'Сколько в школе психологов?', 'count', '2025-01-01');
ALTER TABLE r.submission ADD psychologists integer CHECK (psychologists >= 0);
ALTER TABLE r.submission_history ADD psychologists integer;
INSERT INTO r.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (31, 'Учебный пример 31', '2025-09-01', '2025-10-01', '2025-09-01', 1, 'open');
SELECT is(pg_temp.import(31, E'Код ОО,1. Сколько в школе психологов\nУП-1,2\n'), '1 1 0 0 0 0', 'a question of one''s own');
SELECT is(pg_temp.import(16, E'Код ОО,teachers,Сколько в школе психологов\nУП-1,1,2\n'), '1 1 0 0 0 1', 'not yet asked in an earlier round: a warning');
SELECT is((SELECT psychologists FROM r.submission WHERE round_id = 31), 2, 'its answer');
INSERT INTO r.form_header VALUES ('Педагоги (всего)', 'teachers'), ('Учреждение', 'school_name');
SELECT is(pg_temp.import(17, E'УЧРЕЖДЕНИЕ;«Педагоги» (всего)\nУчебный пример: школа № 1;7\n'), '1 1 0 0 0 0', 'headers of one''s own');
UPDATE r.school SET closed_on = '2024-01-01' WHERE school_id = 5;
INSERT INTO r.school (school_id, municipality_id, code, name, opened_on) VALUES (15, 2, 'УП-15', 'Учебный пример: школа № 5', '2024-01-01');
SELECT is(pg_temp.import(17, E'Учреждение;teachers\nУчебный пример: школа № 5;8\n'), '1 1 0 0 0 0', 'of two schools of one name the one in the round');
SELECT is(pg_temp.teachers(17, 15), 8, 'the successor');

-- ---- a file that cannot be read changes nothing ----
CREATE TEMP TABLE before AS SELECT (SELECT count(*) FROM r.submission) AS s, (SELECT count(*) FROM r.submission_history) AS h, (SELECT count(*) FROM r.import) AS i, (SELECT count(*) FROM r.import_issue) AS w;
SELECT throws_ok($$SELECT pg_temp.import(20, E'Код ОО,teachers\nУП-1,1\nУП-2,"2\nУП-3,3\n')$$, '22P04', NULL, 'a quotation mark without its pair');
SELECT throws_ok($$SELECT pg_temp.import(20, E'Код ОО,teachers\nУП-1,1\n\\.\nУП-3,3\n')$$, '22P04', NULL, 'an end marker in the middle');
SELECT throws_ok($$SELECT pg_temp.import(20, E'Имя,Возраст\nПётр,12\n')$$, '22P04', NULL, 'no header is known');
SELECT throws_ok($$SELECT pg_temp.import(20, E'teachers\n12\n')$$, '22P04', NULL, 'no column of schools');
SELECT throws_ok($$SELECT pg_temp.import(20, E'Код ОО,teachers\n,\n \n')$$, '22P04', NULL, 'no rows');
SELECT throws_ok($$SELECT pg_temp.import(20, '')$$, '22P04', NULL, 'nothing');
SELECT throws_ok($$SELECT pg_temp.import(20, NULL)$$, '22023', NULL, 'no content');
SELECT throws_ok($$SELECT pg_temp.import(99, 'x')$$, '22023', NULL, 'no such round');
SELECT throws_ok($$SELECT * FROM shnor.import_form('public', 1, 'x')$$, '3F000', NULL, 'no region');
UPDATE r.round SET state = 'closed' WHERE round_id = 20;
SELECT throws_ok($$SELECT pg_temp.import(20, E'Код ОО,teachers\nУП-1,1\n')$$, '55000', NULL, 'a closed round');
SELECT results_eq('SELECT * FROM before', 'SELECT (SELECT count(*) FROM r.submission), (SELECT count(*) FROM r.submission_history), (SELECT count(*) FROM r.import), (SELECT count(*) FROM r.import_issue)', 'nothing has changed');

-- ---- sums ----
SELECT is_empty('SELECT * FROM r.import WHERE rows_read <> loaded + corrected + refused + unchanged', 'each row is counted once');
SELECT is_empty($$SELECT import_id FROM r.import i WHERE refused <> (SELECT count(DISTINCT line) FROM r.import_issue s WHERE s.import_id = i.import_id AND s.severity = 'refused')$$,
	'each refused row has an issue');
SELECT is((SELECT sum(loaded) FROM r.import WHERE round_id NOT IN (11, 15)), (SELECT count(*) FROM r.submission WHERE round_id <> 11), 'loaded is what is stored');

-- ---- much ----
INSERT INTO r.school (school_id, municipality_id, code, name) SELECT n, 2, 'М-' || n, 'Учебный пример: гимназия № ' || n FROM generate_series(101, 3100) n;
SELECT is(pg_temp.import(21, 'Отметка времени,Наименование ОО,teachers,supported,has_program' || string_agg(
	format(E'\n%s,"Учебный пример:\nгимназия №%s",%s чел.,%s,%s', to_char(timestamp '2024-09-01' + v * interval '1 day', 'DD.MM.YYYY HH24:MI:SS'), n, n, n - v, CASE WHEN n % 2 = 0 THEN 'да' ELSE 'нет' END), '' ORDER BY v, n)),
	'6000 3000 3000 0 0 0', 'thousands of rows') FROM generate_series(101, 3100) n, generate_series(0, 1) v;
SELECT is((SELECT count(*)::int FROM r.submission WHERE round_id = 21 AND teachers = school_id AND supported = school_id - 1 AND has_program = (school_id % 2 = 0)), 3000, 'are read right');

-- ---- other sources than the form ----
CREATE FUNCTION pg_temp.import_from(data_source text, round_id int, content text, source text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged, warnings) FROM shnor.import_form('r', round_id, content, source, data_source => data_source) $$;
-- school, question, answer, day, line; the source tells the file
CREATE FUNCTION pg_temp.told(round_id int, data_source text DEFAULT 'unoi') RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', coalesce(school_id, -municipality_id), question, coalesce(answer_count::text, answer_yes::text), to_char(submitted_at AT TIME ZONE 'Europe/Moscow', 'DD.MM'), source), '; '
		ORDER BY school_id, municipality_id, question) FROM r.source_answer a WHERE a.round_id = $1 AND a.data_source = $2 $$;
CREATE FUNCTION pg_temp.told_earlier(round_id int) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', school_id, question, coalesce(answer_count::text, answer_yes::text), to_char(submitted_at AT TIME ZONE 'Europe/Moscow', 'DD.MM')), '; '
		ORDER BY school_id, question, submitted_at, answer_count) FROM r.source_answer_history h WHERE h.round_id = $1 $$;

SELECT is(pg_temp.import(23, E'Отметка времени,Код ОО,teachers,in_networks,in_events\n01.09.2024,УП-1,20,5,Нет\n01.09.2024,УП-2,20,6,\n01.09.2024,УП-3,20,7,Да\n'), '3 3 0 0 0 0', 'the form');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks,in_events\n05.09.2024,УП-1,8,\n05.09.2024,УП-2,6,да\n05.09.2024,УП-3,,\n05.09.2024,УП-4,0,нет\n05.09.2024,УП-5,много,\n', 'УНОИ.csv'),
	'5 3 0 1 1 0', 'what УНОИ says: a row that answers nothing changes nothing');
SELECT is(pg_temp.told(23), '1 in_networks 8 05.09 УНОИ.csv, строка 2; 2 in_events true 05.09 УНОИ.csv, строка 3; 2 in_networks 6 05.09 УНОИ.csv, строка 3; '
	'4 in_events false 05.09 УНОИ.csv, строка 5; 4 in_networks 0 05.09 УНОИ.csv, строка 5', 'one row for each answer; an empty cell is none, 0 and no are');
SELECT results_eq('SELECT school_id, in_networks, in_events, source FROM r.submission WHERE round_id = 23 ORDER BY 1',
	$$VALUES (1, 5, false, 'форма, строка 2'), (2, 6, NULL, 'форма, строка 3'), (3, 7, true, 'форма, строка 4')$$, 'the form''s answers stay');
SELECT results_eq('SELECT school_id, question, counts_source, counts_answer, answers, difference FROM r.answer_conflict WHERE round_id = 23',
	$$VALUES (1, 'in_networks', 'unoi', '8', 'Информация УНОИ: 8; Форма: ответ самой организации или муниципалитета: 5', 3)$$, 'where they differ is a conflict');
SELECT results_eq('SELECT school_id, teachers, in_networks, in_events FROM r.school_round WHERE round_id = 23 AND school_id < 5 ORDER BY 1',
	'VALUES (1, 20, 8, false), (2, 20, 6, true), (3, 20, 7, true), (4, NULL, 0, false)', 'УНОИ counts where it answers, the form elsewhere');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks,in_events\n05.09.2024,УП-1,8,\n05.09.2024,УП-2,6,да\n05.09.2024,УП-3,,\n05.09.2024,УП-4,0,нет\n', 'ещё раз.csv'), '4 0 0 0 4 0', 'importing again changes nothing');
SELECT is(pg_temp.told_earlier(23), NULL, 'nor the history');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks,in_events\n06.09.2024,УП-1,9,\n06.09.2024,УП-2,,нет\n06.09.2024,УП-3,3,\n04.09.2024,УП-4,1,да\n', 'новый.csv'), '4 1 2 0 1 0',
	'a change, a change of one of two answers, a first answer, and a row older than what is stored');
SELECT is(pg_temp.told(23), '1 in_networks 9 06.09 новый.csv, строка 2; 2 in_events false 06.09 новый.csv, строка 3; 2 in_networks 6 05.09 УНОИ.csv, строка 3; '
	'3 in_networks 3 06.09 новый.csv, строка 4; 4 in_events false 05.09 УНОИ.csv, строка 5; 4 in_networks 0 05.09 УНОИ.csv, строка 5', 'an empty cell deletes nothing');
SELECT is(pg_temp.told_earlier(23), '1 in_networks 8 05.09; 2 in_events true 05.09', 'what is replaced goes to the history');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks\n05.09.2024,УП-1,8\n'), '1 0 0 0 1 0', 'the first file once more: older, unchanged');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks\n06.09.2024,УП-1,4\n'), '1 0 1 0 0 0', 'the same time, another answer: what is imported later stands');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks\n06.09.2024,УП-1,9\n'), '1 0 0 0 1 0', 'and is not turned back by the file before');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks\n08.09.2024,УП-1,4\n', 'позже.csv'), '1 0 1 0 0 0', 'the same answer, later');
SELECT is(pg_temp.import_from('unoi', 23, E'Отметка времени,Код ОО,in_networks\n07.09.2024,УП-1,6\n'), '1 0 0 0 1 0', 'is not replaced by one between');
SELECT is((SELECT answer_count FROM r.source_answer WHERE round_id = 23 AND school_id = 1), 4, 'the latest stands');
SELECT is(pg_temp.import_from('unoi', 23, E'Код ОО,in_events\nУП-1,Да\n'), '1 1 0 0 0 0', 'a first answer to what the file asks is loaded, whatever else that source has answered');
SELECT is(pg_temp.import_from('order', 23, E'Код ОО,has_curator,in_networks\nУП-1,Да,1\n'), '1 1 0 0 0 0', 'a third source: its own first answer');
SELECT is(pg_temp.told(23, 'order'), '1 has_curator true ' || to_char(now() AT TIME ZONE 'Europe/Moscow', 'DD.MM') || ' Приказ департамента образования (ДО ИО), строка 2; '
	'1 in_networks 1 ' || to_char(now() AT TIME ZONE 'Europe/Moscow', 'DD.MM') || ' Приказ департамента образования (ДО ИО), строка 2', 'without a time it is that of the import, without a file the title of the source');
UPDATE r.source_answer SET legal_act_id = 1 WHERE round_id = 23 AND data_source = 'order';
SELECT is(pg_temp.import_from('order', 23, E'Код ОО,has_curator,in_networks\nУП-1,Да,2\n'), '1 0 1 0 0 0', 'one answer of two changes');
SELECT results_eq($$SELECT question, legal_act_id FROM r.source_answer WHERE round_id = 23 AND data_source = 'order' ORDER BY 1$$,
	$$VALUES ('has_curator', 1), ('in_networks', NULL)$$, 'the order behind an answer is not behind another one');

-- several rows of one school
SELECT is(pg_temp.import_from('unoi', 24, E'Отметка времени,Код ОО,in_networks,in_events\n02.09.2024,УП-1,2,\n01.09.2024,УП-1,1,да\n02.09.2024,УП-2,1,\n02.09.2024,УП-2,2,\n01.09.2024,УП-3,,\n', 'ф'),
	'5 2 1 0 2 0', 'the latest is loaded; an earlier one that alone answers a question adds to it');
SELECT is(pg_temp.told(24), '1 in_events true 01.09 ф, строка 3; 1 in_networks 2 02.09 ф, строка 2; 2 in_networks 2 02.09 ф, строка 5', 'of each question the latest answer');
SELECT is(pg_temp.import_from('unoi', 24, E'Отметка времени,Код ОО,in_networks,in_events\n02.09.2024,УП-1,2,\n01.09.2024,УП-1,1,да\n02.09.2024,УП-2,1,\n02.09.2024,УП-2,2,\n01.09.2024,УП-3,,\n', 'ф'),
	'5 0 0 0 5 0', 'again: unchanged');
SELECT is(pg_temp.told_earlier(24), NULL, 'nothing was replaced');
SELECT is(pg_temp.import_from('unoi', 24, E'Код ОО,in_networks\nУП-1,2\nУП-2,3\n', 'без времени'), '2 0 1 0 1 0', 'without times: what is new');
SELECT is(pg_temp.import_from('unoi', 24, E'Код ОО,in_networks\nУП-2,2\n', 'без времени'), '1 0 1 0 0 0', 'without times: changed back');
DELETE FROM r.source_answer WHERE round_id = 24 AND school_id = 2;
SELECT is(pg_temp.import_from('unoi', 24, E'Отметка времени,Код ОО,in_networks\n02.09.2024,УП-2,2\n', 'ф'), '1 1 0 0 0 0', 'what was deleted is loaded again');

-- a part and its whole: a source must agree with itself, from the form it may differ
SELECT is(pg_temp.import(25, E'Код ОО,teachers,in_networks\nУП-1,10,5\nУП-2,10,5\nУП-3,10,5\n'), '3 3 0 0 0 0', 'the form: ten teachers');
SELECT is(pg_temp.import_from('unoi', 25, E'Код ОО,in_networks\nУП-1,12\nУП-2,10\nУП-3,\n'), '3 2 0 0 1 1', 'more than the form''s whole: kept, with a warning');
SELECT is(pg_temp.import_from('unoi', 25, E'Код ОО,teachers,in_networks\nУП-1,11,\nУП-2,,11\nУП-3,7,8\n'), '3 0 1 2 0 1', 'more than its own: refused');
SELECT results_eq($$SELECT w.line, w.question, w.raw_value, w.severity, w.reason FROM r.import_issue w JOIN r.import i USING (import_id) WHERE i.round_id = 25 ORDER BY issue_id$$,
	$$VALUES (2, 'in_networks', '12', 'warning', 'Часть больше целого вместе с ответом формы: 12 больше, чем 10 (вопрос «Количество педагогических работников в ОУ»)'),
		(2, 'teachers', '12', 'refused', 'Часть больше целого: 12 больше, чем 11 (вопрос «Количество педагогических работников в ОУ»)'),
		(3, 'in_networks', '11', 'warning', 'Часть больше целого вместе с ответом формы: 11 больше, чем 10 (вопрос «Количество педагогических работников в ОУ»)'),
		(4, 'in_networks', '8', 'refused', 'Часть больше целого: 8 больше, чем 7 (вопрос «Количество педагогических работников в ОУ»)')$$, 'whose whole it is decides');

SELECT is(pg_temp.import_from('unoi', 25, E'Код ОО,teachers,in_networks\nУП-1,,\n'), '1 0 0 0 1 0', 'a row that says nothing is not blamed for what stands');
SELECT is(pg_temp.import_from('order', 25, E'Код ОО,teachers\nУП-4,4\n'), '1 1 0 0 0 0', 'the whole in one source');
SELECT is(pg_temp.import_from('unoi', 25, E'Код ОО,in_networks\nУП-4,9\n'), '1 1 0 0 0 0', 'is not that of another');

-- municipalities
SELECT is(pg_temp.import(26, E'Муниципалитет,has_results_note\nг. Шуя,да\nШуйский район,да\n'), '2 2 0 0 0 0', 'the form of municipalities');
SELECT is(pg_temp.import_from('ircoko', 26, E'Отметка времени,Муниципалитет,has_results_note,has_practice_sharing\n01.09.2024,г. Шуя,нет,\n01.09.2024,Шуйский район,да,да\n', 'ИРЦОКО.csv'), '2 2 0 0 0 0', 'what ИРЦОКО says');
SELECT is(pg_temp.told(26, 'ircoko'), '-1 has_results_note false 01.09 ИРЦОКО.csv, строка 2; -2 has_practice_sharing true 01.09 ИРЦОКО.csv, строка 3; -2 has_results_note true 01.09 ИРЦОКО.csv, строка 3', 'its answers');
SELECT is(pg_temp.import_from('ircoko', 26, E'Отметка времени,Муниципалитет,has_results_note,has_practice_sharing\n01.09.2024,г. Шуя,нет,\n01.09.2024,Шуйский район,да,да\n', 'ИРЦОКО.csv'), '2 0 0 0 2 0', 'again: nothing');
SELECT results_eq('SELECT municipality_id, school_id, counts_source, counts_answer FROM r.answer_conflict WHERE round_id = 26', $$VALUES (1, NULL::int, 'ircoko', 'нет')$$, 'a conflict of municipalities');

-- bad input
CREATE TEMP TABLE told_so_far AS SELECT (SELECT count(*) FROM r.source_answer) AS a, (SELECT count(*) FROM r.source_answer_history) AS h, (SELECT count(*) FROM r.import) AS i;
SELECT throws_ok($$SELECT pg_temp.import_from('unio', 23, E'Код ОО,in_networks\nУП-1,1\n')$$, '22023', 'неизвестный источник ответов: «unio»', 'an unknown source');
SELECT throws_ok($$SELECT pg_temp.import_from(NULL, 23, E'Код ОО,in_networks\nУП-1,1\n')$$, '22023', NULL, 'no source');
SELECT throws_ok($$SELECT pg_temp.import_from('unoi', 20, E'Код ОО,in_networks\nУП-1,1\n')$$, '55000', NULL, 'another source into a closed round');
SELECT throws_ok($$SELECT pg_temp.import_from('unoi', 23, E'Код ОО,Комментарий\nУП-1,1\n')$$, '22P04', NULL, 'another source that answers no question');
SELECT results_eq('SELECT * FROM told_so_far', 'SELECT (SELECT count(*) FROM r.source_answer), (SELECT count(*) FROM r.source_answer_history), (SELECT count(*) FROM r.import)', 'nothing has changed');
INSERT INTO r.data_source VALUES ('inspection', 'Проверка');
SELECT is(pg_temp.import_from('inspection', 23, E'Код ОО,in_networks\nУП-1,1\n'), '1 1 0 0 0 0', 'a source of one''s own');
SELECT is(pg_temp.import_from('unoi', 27, 'Отметка времени,Код ОО,in_networks,in_events' || string_agg(format(E'\n%s,М-%s,%s,да', to_char(timestamp '2024-09-01' + v * interval '1 day', 'DD.MM.YYYY'), n, v), '' ORDER BY v, n)),
	'6000 3000 0 0 3000 0', 'thousands of rows') FROM generate_series(101, 3100) n, generate_series(0, 1) v;
SELECT is(pg_temp.import_from('unoi', 27, 'Отметка времени,Код ОО,in_networks,in_events' || string_agg(format(E'\n%s,М-%s,%s,да', to_char(timestamp '2024-09-01' + v * interval '1 day', 'DD.MM.YYYY'), n, v), '' ORDER BY v, n)),
	'6000 0 0 0 6000 0', 'again') FROM generate_series(101, 3100) n, generate_series(0, 1) v;
SELECT is((SELECT count(*)::int FROM r.source_answer WHERE round_id = 27 AND (answer_count = 1 OR answer_yes)), 6000, 'are read right');
SELECT is_empty('SELECT * FROM r.import WHERE rows_read <> loaded + corrected + refused + unchanged', 'each row is counted once');

-- ---- rights and names ----
CREATE ROLE import_owner;
SELECT format('GRANT CREATE ON DATABASE %I TO import_owner', current_database()) \gexec
SET ROLE import_owner;
SELECT pg_temp.make_region('Край "37"');
SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged) AS summary FROM shnor.import_form('Край "37"', 1, E'Отметка времени,Код ОО,teachers\n01.09.2024,УП-1,1\n02.09.2024,УП-1,2\n02.09.2024,УП-2,-2\n') \gset owner_
RESET ROLE;
SELECT is(:'owner_summary'::text, '3 1 1 1 0', 'the owner of a region needs no superuser''s rights; its name may need quotes');
SELECT is((SELECT imported_by::text FROM "Край ""37""".import), 'import_owner', 'who imported is written down');
CREATE ROLE import_stranger;
SET ROLE import_stranger;
SELECT throws_ok($$SELECT * FROM shnor.import_form('Край "37"', 1, E'Код ОО,teachers\nУП-1,1\n')$$, '42501', NULL, 'a stranger may not import');
RESET ROLE;

-- what stands in a region or in the caller's path is not called by mistake
CREATE FUNCTION r.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '1999-01-01' $$;
CREATE FUNCTION r.form_clean(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
SET search_path = r, public, pg_catalog;
SELECT is(pg_temp.import(22, E'Код ОО,teachers\nУП-1,1\n'), '1 1 0 0 0 0', 'functions of the same name elsewhere');
SELECT is((SELECT submitted_at FROM r.submission WHERE round_id = 22), pg_catalog.now(), 'are not used');
SELECT is(current_setting('search_path'), 'r, public, pg_catalog', 'the caller''s path stays');

SELECT * FROM finish();
ROLLBACK;
