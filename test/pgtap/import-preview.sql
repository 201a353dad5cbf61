-- preview_form says what import_form then does, and writes nothing.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET timezone = 'Europe/Moscow';

-- everything in the region's tables, to the row version
CREATE FUNCTION pg_temp.everything(region text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t text; part text; total text := '';
BEGIN
	FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = region::regnamespace AND c.relkind = 'r' ORDER BY 1 LOOP
		EXECUTE format('SELECT md5(coalesce(string_agg(x.v, '','' ORDER BY x.v), '''')) FROM (SELECT t.ctid || t::text AS v FROM %I.%I t) x', region, t) INTO part;
		total := total || t || part;
	END LOOP;
	RETURN md5(total);
END $$;
-- what a query gives in a READ ONLY transaction, or its SQLSTATE; undone, so that the rest of the test may write
CREATE FUNCTION pg_temp.read_only(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	SET LOCAL transaction_read_only = on;
	EXECUTE format('SELECT string_agg(x::text, E''\n'') FROM (%s) x', query) INTO result;
	RAISE EXCEPTION SQLSTATE 'P9999';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE SQLSTATE WHEN 'P9999' THEN result ELSE SQLSTATE END;
END $$;
SELECT is(provolatile, 's', 'preview_form is stable: nothing it calls can write') FROM pg_proc WHERE oid = 'shnor.preview_form'::regproc;

-- ---- the sample's files, before each is loaded, once more after that, and with the next file's answers in place ----
SELECT shnor.create_region('ivanovo') \gset made_
\copy ivanovo.municipality (municipality_id, oktmo, name) from 'test/data/municipality.csv' with (format csv, header)
\copy ivanovo.school (school_id, municipality_id, code, name, kind, opened_on, closed_on, successor_id) from 'test/data/school.csv' with (format csv, header)
\copy ivanovo.legal_act (legal_act_id, number, issued_on, issuer, title, amends_id) from 'test/data/legal_act.csv' with (format csv, header)
\copy ivanovo.round (round_id, title, starts_on, due_on, ends_on, cohort_on, legal_act_id, state) from 'test/data/round.csv' with (format csv, header)
INSERT INTO ivanovo.form_header (header, field) VALUES ('Всего педагогов (повторный вопрос)', 'teachers');
CREATE TEMP TABLE file (name text, round_id int, data_source text, content text);
\set form `cat test/data/form_2024.csv`
INSERT INTO file VALUES ('form_2024.csv', 1, 'form', :'form');
\set form `cat test/data/form_2025.csv`
INSERT INTO file VALUES ('form_2025.csv', 2, 'form', :'form');
\set form `cat test/data/form_2026.tsv`
INSERT INTO file VALUES ('form_2026.tsv', 3, 'form', :'form');
\set form `cat test/data/form_municipal_2026.csv`
INSERT INTO file VALUES ('form_municipal_2026.csv', 3, 'form', :'form');
\set form `cat test/data/unoi_2026.csv`
INSERT INTO file VALUES ('unoi_2026.csv', 3, 'unoi', :'form');
-- the same answers a year on: what was not in a list then, and answers beside those of another file
INSERT INTO file SELECT 'wrong round', 3, 'form', content FROM file WHERE name = 'form_2024.csv';
INSERT INTO file SELECT 'as УНОИ', 3, 'unoi', content FROM file WHERE name = 'form_2026.tsv';
\unset form

CREATE FUNCTION pg_temp.check_file(f file, moment text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	before text := pg_temp.everything('ivanovo');
	answers jsonb; had jsonb; got jsonb;
	said record; done record;
BEGIN
	had := (SELECT jsonb_object_agg(s.round_id || ' ' || o.code, to_jsonb(s)) FROM ivanovo.submission s JOIN ivanovo.school o USING (school_id));
	CREATE TEMP TABLE said AS SELECT * FROM shnor.preview_form('ivanovo', f.round_id, f.content, f.name, data_source => f.data_source);
	RETURN NEXT is(pg_temp.everything('ivanovo'), before, format('%s, %s: the preview changes nothing', f.name, moment));
	SELECT count(*)::int AS rows_read, count(*) FILTER (WHERE outcome = 'loaded')::int AS loaded, count(*) FILTER (WHERE outcome = 'corrected')::int AS corrected,
		count(*) FILTER (WHERE outcome = 'refused')::int AS refused, count(*) FILTER (WHERE outcome = 'unchanged')::int AS unchanged,
		(SELECT count(*) FROM said WHERE severity = 'warning')::int AS warnings, (SELECT count(*) FROM said WHERE reason = 'Новый документ')::int AS documents
	INTO said FROM (SELECT DISTINCT p.line, p.outcome FROM said p WHERE outcome IS NOT NULL) o;
	SELECT i.rows_read, i.loaded, i.corrected, i.refused, i.unchanged, i.warnings, i.documents, i.import_id INTO done
	FROM shnor.import_form('ivanovo', f.round_id, f.content, f.name, data_source => f.data_source) i;
	RETURN NEXT is((said.rows_read, said.loaded, said.corrected, said.refused, said.unchanged, said.warnings, said.documents)::text,
		(done.rows_read, done.loaded, done.corrected, done.refused, done.unchanged, done.warnings, done.documents)::text, format('%s, %s: the counts are those of the import', f.name, moment));
	RETURN NEXT is((SELECT count(*) FROM said WHERE severity IS NOT NULL) > 0, (SELECT count(*) FROM ivanovo.import_issue w WHERE w.import_id = done.import_id) > 0, 'issues or none');
	RETURN NEXT bag_eq('SELECT line, column_no, header, question, new_value, severity, reason, hint FROM said WHERE severity IS NOT NULL',
		format('SELECT line, column_no, header, question, raw_value, severity, reason, hint FROM ivanovo.import_issue WHERE import_id = %s', done.import_id), format('%s, %s: the issues are those of the import', f.name, moment));
	IF f.data_source = 'form' AND f.name <> 'form_municipal_2026.csv' THEN
		-- what has changed in each school's answers is what was said to change
		RETURN NEXT bag_eq(format($q$
			SELECT o.code, n.key, CASE n.value #>> '{}' WHEN 'true' THEN 'да' WHEN 'false' THEN 'нет' ELSE n.value #>> '{}' END
			FROM ivanovo.submission s JOIN ivanovo.school o USING (school_id)
			CROSS JOIN LATERAL jsonb_each(to_jsonb(s)) n
			WHERE s.round_id = %s AND n.key IN (SELECT question FROM ivanovo.question)
			  AND nullif(n.value, 'null') IS DISTINCT FROM nullif(%L::jsonb -> (s.round_id || ' ' || o.code) -> n.key, 'null')$q$, f.round_id, had),
			$q$SELECT code, question, new_value FROM said WHERE severity IS NULL AND question IS NOT NULL AND reason IS NULL$q$, format('%s, %s: the answers are those that change', f.name, moment));
	END IF;
	DROP TABLE said;
END $$;
SELECT pg_temp.check_file(f, 'first') FROM file f;
SELECT pg_temp.check_file(f, 'again') FROM file f;
SELECT is((SELECT count(*)::int FROM ivanovo.import), 7, 'a file is one import, however often it is loaded');

-- ---- what it says ----
SELECT shnor.create_region('p') \gset made_
INSERT INTO p.municipality (municipality_id, oktmo, name) VALUES (1, '24711', 'городской округ Шуя'), (2, NULL, 'Шуйский район');
INSERT INTO p.school (school_id, municipality_id, code, name) SELECT n, 1, 'УП-' || n, 'Учебный пример: школа № ' || n FROM generate_series(1, 9) n;
INSERT INTO p.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2024-01-01', 'Учебный пример', 'Приказ');
INSERT INTO p.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) SELECT n, 'Учебный пример ' || n, '2024-09-01', '2024-10-01', '2024-09-01', 1, 'open' FROM generate_series(1, 9) n;
INSERT INTO p.submission (round_id, school_id, submitted_at, teachers, has_program) VALUES (1, 1, '2024-09-01', 10, false), (1, 2, '2024-09-01', 10, false), (1, 3, '2024-09-03', 10, false);
SELECT E'Отметка времени,Код ОО,teachers,has_program,Прикрепите документ,Цвет\n02.09.2024,УП-1,12,Да,https://x.test/1,\n02.09.2024,УП-2,,нет,,\n02.09.2024,УП-3,9,,,\n02.09.2024,УП-4,много,Да,потом,\n02.09.2024,УП-5,6,,,\n01.09.2024,УП-5,5,,,\n02.09.2024,УП-99,,,,\n' AS form \gset
SELECT pg_temp.everything('p') AS state \gset before_
SELECT results_eq(format($$SELECT line, outcome, code, column_no, question, old_value, new_value, severity, reason FROM shnor.preview_form('p', 1, %L)$$, :'form'), $$VALUES
	(1, NULL, NULL, 6, NULL, NULL, NULL, 'warning', 'Неизвестный заголовок: «Цвет»'),
	(2, 'corrected', 'УП-1', 3, 'teachers', '10', '12', NULL, NULL),
	(2, 'corrected', 'УП-1', 4, 'has_program', 'нет', 'да', NULL, NULL),
	(2, 'corrected', 'УП-1', 5, 'has_program', NULL, 'https://x.test/1', NULL, 'Новый документ'),
	(3, 'corrected', 'УП-2', 3, 'teachers', '10', NULL, NULL, NULL),
	(4, 'unchanged', 'УП-3', NULL, NULL, NULL, NULL, NULL, NULL),
	(5, 'refused', 'УП-4', 3, 'teachers', NULL, 'много', 'refused', 'Не число: «много»'),
	(5, 'refused', 'УП-4', 5, 'has_program', NULL, 'потом', 'warning', 'Нет ссылки на документ: «потом»'),
	(6, 'loaded', 'УП-5', 3, 'teachers', NULL, '6', NULL, NULL),
	(7, 'corrected', 'УП-5', NULL, NULL, NULL, NULL, NULL, NULL),
	(8, 'refused', NULL, 2, 'school_code', NULL, 'УП-99', 'refused', 'Школа не найдена по коду: «УП-99»')$$, 'line by line');
SELECT is(pg_temp.read_only(format($$SELECT * FROM shnor.preview_form('p', 1, %L)$$, :'form')),
	(SELECT string_agg(x::text, E'\n') FROM shnor.preview_form('p', 1, :'form') x), 'and so in a READ ONLY transaction');
SELECT is(pg_temp.read_only($$SELECT * FROM shnor.import_form('p', 1, E'Код ОО,teachers\nУП-1,3\n')$$), '25006', 'where import_form cannot work');
SELECT is((SELECT count(*) FROM regexp_matches(pg_temp.read_only(format($$SELECT * FROM shnor.preview_form('p', 1, %L)$$, :'form')), '\n', 'g')), 10::bigint, 'eleven rows');
SELECT results_eq($$SELECT line, outcome, code, name, question, old_value, new_value FROM shnor.preview_form('p', 1, E'Муниципалитет,has_results_note\nг. Шуя,да\nШуйский район,\n')$$,
	$$VALUES (2, 'loaded', '24711', 'городской округ Шуя', 'has_results_note', NULL, 'да'), (3, 'loaded', NULL, 'Шуйский район', NULL, NULL, NULL)$$, 'municipalities');
SELECT results_eq($$SELECT line, outcome, code, name, question, new_value FROM shnor.preview_form('p', 1, E'Код ОО,in_networks\nУП-1,3\nУП-2,\n', data_source => 'unoi')$$,
	$$VALUES (2, 'loaded', 'УП-1', 'Учебный пример: школа № 1', 'in_networks', '3'), (3, 'unchanged', 'УП-2', 'Учебный пример: школа № 2', NULL, NULL)$$, 'another source');
SELECT throws_ok($$SELECT * FROM shnor.preview_form('p', 1, E'Имя\nПётр\n')$$, '22P04', NULL, 'it refuses what import_form refuses: no header is known');
SELECT throws_ok($$SELECT * FROM shnor.preview_form('p', 1, E'Код ОО,teachers\n')$$, '22P04', NULL, 'no rows');
SELECT throws_ok($$SELECT * FROM shnor.preview_form('p', 99, 'x')$$, '22023', NULL, 'no such round');
SELECT throws_ok($$SELECT * FROM shnor.preview_form('p', 1, NULL)$$, '22023', NULL, 'no content');
SELECT throws_ok($$SELECT * FROM shnor.preview_form('public', 1, 'x')$$, '3F000', NULL, 'no region');
SELECT is(pg_temp.everything('p'), :'before_state', 'nothing has changed');

-- what was set aside, what was corrected
SELECT is((SELECT import_id FROM shnor.import_form('p', 1, :'form', 'ф.csv')), 1::bigint, 'the file is loaded');
SELECT is(shnor.dismiss_import_row('p', 1, 8, 'проба'), 1, 'a row is dismissed');
SELECT is((SELECT outcome FROM shnor.correct_import_row('p', 1, 5, '{"teachers": 7}', 'п')), 'loaded', 'another corrected');
SELECT results_eq(format($$SELECT line, outcome, code, column_no, new_value, severity, reason, hint FROM shnor.preview_form('p', 1, %L)$$, :'form'), $$VALUES
	(1, NULL, NULL, 6, NULL, 'warning', 'Неизвестный заголовок: «Цвет»', 'Столбец не прочитан. Если это вопрос формы, добавьте заголовок в таблицу form_header и загрузите файл ещё раз.'),
	(2, 'unchanged', 'УП-1', NULL, NULL, NULL, NULL, NULL), (3, 'unchanged', 'УП-2', NULL, NULL, NULL, NULL, NULL), (4, 'unchanged', 'УП-3', NULL, NULL, NULL, NULL, NULL),
	(5, 'unchanged', 'УП-4', 5, 'потом', 'warning', 'Нет ссылки на документ: «потом»', 'Вставьте ссылку целиком, вместе с http:// или https://, и загрузите файл ещё раз. Несколько ссылок разделите запятой, пробелом или новой строкой. Если документа нет, оставьте ячейку пустой.'),
	(6, 'unchanged', 'УП-5', NULL, NULL, NULL, NULL, NULL), (7, 'unchanged', 'УП-5', NULL, NULL, NULL, NULL, NULL),
	(8, 'refused', NULL, NULL, NULL, NULL, 'Строка снята: проба', 'Загрузить её можно так: SELECT * FROM shnor.correct_import_row(''p'', 1, 8, исправления, причина);')$$, 'the same file again');

SELECT finish();
ROLLBACK;
