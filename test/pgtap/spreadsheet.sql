-- spreadsheet_safe, and no text of a file that a spreadsheet would take for a formula anywhere in a region.
BEGIN;
SET client_min_messages = warning;
SET jit = off;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();

-- ---- text that a spreadsheet would take for a formula ----
SELECT is(shnor.spreadsheet_safe(v.value), v.safe, 'safe: ' || v.why) FROM (VALUES
	('=1+1', '''=1+1', 'equals'), ('+cmd|'' /C calc''!A0', '''+cmd|'' /C calc''!A0', 'plus'), ('-2+3', '''-2+3', 'minus'), ('@SUM(A1)', '''@SUM(A1)', 'at'),
	(E'\tx', E'''\tx', 'a tab'), (E'\rx', E'''\rx', 'CR'), (E'\nx', E'''\nx', 'LF'), ('＝1', '''＝1', 'full width equals'), ('＋1', '''＋1', 'full width plus'),
	('－1', '''－1', 'full width minus'), ('＠x', '''＠x', 'full width at'), ('−5', '''−5', 'the sign of minus'), ('  =1', '''  =1', 'behind blanks'), (U&'\00A0\FEFF\200B=1', U&'''\00A0\FEFF\200B=1', 'behind what is not seen'),
	('-', '''-', 'a dash alone'), ('-5', '-5', 'a number'), ('+3,5', '+3,5', 'a number with a comma'), ('-0.25', '-0.25', 'and with a point'), ('+1 234', '+1 234', 'in groups'),
	(E'-5\n=1', E'''-5\n=1', 'a number and more'), ('-5+1', '''-5+1', 'a sum'), ('+7 910 123-45-67', '''+7 910 123-45-67', 'a telephone'), ('5=5', '5=5', 'a sign within'), ('текст', 'текст', 'text'),
	('''=1', '''=1', 'safe already'), ('', '', 'nothing'), ('https://x.test/=1', 'https://x.test/=1', 'a link'), (NULL, NULL, 'NULL')) AS v(value, safe, why);
SELECT is(shnor.spreadsheet_raw(shnor.spreadsheet_safe(v)), v, 'and back: ' || v) FROM unnest('{=1,-5,текст,"''слово",-,""}'::text[]) AS v;
SELECT is((provolatile::text, proisstrict, proparallel::text), ('i'::text, true, 's'::text), 'immutable, strict, parallel safe') FROM pg_proc WHERE oid = 'shnor.spreadsheet_safe'::regproc;

SELECT shnor.create_region('f') \gset made_
INSERT INTO f.municipality (municipality_id, name) VALUES (1, 'городской округ Шуя');
INSERT INTO f.school (school_id, municipality_id, code, name) SELECT n, 1, 'УП-' || n, 'Учебный пример: школа № ' || n FROM generate_series(1, 9) n;
INSERT INTO f.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2024-01-01', 'Учебный пример', 'Приказ');
INSERT INTO f.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) SELECT n, 'Учебный пример ' || n, '2024-09-01', '2024-10-01', '2024-09-01', 1, 'open' FROM generate_series(1, 2) n;
INSERT INTO f.form_header VALUES ('Ещё учителя', 'teachers');

-- each evil text in each cell of a row that is right elsewhere, in the header, behind the last header, and as the file's name
CREATE TEMP TABLE seen (value text);
CREATE FUNCTION pg_temp.attack(evil text, data_source text, who text, header text[], cells text[], round_id int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	content text := '"' || array_to_string(header || replace(evil, '"', '""') || '1'::text, '","') || E'"\n"' || array_to_string(cells, '","') || E'"\n';
	n int;
	done record;
BEGIN
	FOR n IN 1 .. cardinality(cells) + 4 LOOP
		content := content || '"' || array_to_string(CASE WHEN n <= cardinality(cells) THEN cells[:n - 1] || evil || cells[n + 1:]
			ELSE cells || array_fill(''::text, ARRAY[n - cardinality(cells) - 1]) || evil END, '","') || E'"\n';
	END LOOP;
	INSERT INTO seen SELECT v.value FROM shnor.preview_form('f', round_id, content, evil, who, data_source) w CROSS JOIN LATERAL jsonb_each_text(to_jsonb(w)) v;
	SELECT * INTO done FROM shnor.import_form('f', round_id, content, evil, who, data_source);
	PERFORM shnor.dismiss_import_row('f', done.import_id, (SELECT max(line) FROM f.import_issue w WHERE w.import_id = done.import_id), evil);
	-- corrected to what is no better, and back
	BEGIN
		PERFORM shnor.correct_import_row('f', done.import_id, (SELECT min(line) FROM f.import_issue w WHERE w.import_id = done.import_id AND severity = 'refused'),
			(SELECT jsonb_object_agg(i::text, cells[i]) FROM generate_subscripts(cells, 1) i) || jsonb_build_object((cardinality(cells) + 2)::text, evil), evil);
	EXCEPTION WHEN data_exception THEN NULL;
	END;
END $$;
SELECT count(pg_temp.attack(e.evil, k.data_source, k.who, k.header, k.cells, (1 + e.n % 2)::int)) AS n
FROM unnest(ARRAY['=1+1', '+cmd', '-2+3', '@SUM(A1)', E'\tx', E'\rx', E'\nx', '＝1', '＋1', '－x', '＠x', ' =1', U&'\FEFF=1', '-', '=HYPERLINK("https://x.test/","а")', '=1,=2']) WITH ORDINALITY AS e(evil, n)
CROSS JOIN (VALUES
	('form', 'school', ARRAY['Отметка времени', 'Код ОО', 'Наименование ОО', 'Муниципалитет', 'teachers', 'Ещё учителя', 'has_program', 'Прикрепите документ', 'Цвет', 'has_results_note'],
		ARRAY['01.09.2024', 'УП-1', 'Учебный пример: школа № 1', 'Шуя', '5', '', 'да', 'https://x.test/1', 'синий', '']),
	('unoi', 'school', ARRAY['Отметка времени', 'Код ОО', 'Наименование ОО', 'Муниципалитет', 'in_networks', 'in_events', 'Прикрепите документ'],
		ARRAY['01.09.2024', 'УП-2', 'Учебный пример: школа № 2', 'Шуя', '5', 'да', 'https://x.test/1']),
	('form', 'municipality', ARRAY['Отметка времени', 'Муниципалитет', 'has_results_note', 'Прикрепите документ', 'Цвет'], ARRAY['01.09.2024', 'Шуя', 'да', 'https://x.test/1', ''])) AS k(data_source, who, header, cells) \gset attacks_
SELECT is(:attacks_n, 48, 'each kind of file, each kind of text');
SELECT cmp_ok((SELECT count(*) FROM f.import_issue)::int, '>', 60, 'most of it is refused or warned of');
SELECT cmp_ok((SELECT count(*) FROM f.import_issue WHERE raw_value LIKE '''%')::int, '>', 30, 'and kept, with an apostrophe');
SELECT cmp_ok((SELECT count(*) FROM f.import_correction WHERE value LIKE '''%')::int, '>', 5, 'corrections as well');
SELECT cmp_ok((SELECT count(*) FROM f.import_issue_history WHERE resolution_reason LIKE '''%')::int, '>', 40, 'and reasons');
ANALYZE f.import_issue;
CREATE FUNCTION pg_temp.dangerous(value text) RETURNS boolean LANGUAGE sql AS
	$$ SELECT ltrim(value, U&' \00A0\FEFF\200B') ~ '^[-=+@＝＋－＠]' AND value !~ '^[-+][0-9]+([.,][0-9]+)?$' OR value ~ E'^[\t\r\n]' $$;
-- each text in every table and view, in arrays too; the file itself apart
CREATE FUNCTION pg_temp.exposed() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	relation text;
BEGIN
	FOR relation IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'f'::regnamespace AND c.relkind IN ('r', 'v', 'm') LOOP
		RETURN QUERY EXECUTE format($q$SELECT %L || (v.value #>> '{}') FROM (SELECT to_jsonb(t) - 'content' AS line FROM f.%I t) t
			CROSS JOIN LATERAL jsonb_path_query(t.line, '$.** ? (@.type() == "string")') AS v(value) WHERE pg_temp.dangerous(v.value #>> '{}')$q$, relation || ': ', relation);
	END LOOP;
END $$;
SELECT is_empty('SELECT DISTINCT * FROM pg_temp.exposed() ORDER BY 1', 'no table or view of the region holds text that a spreadsheet would take for a formula');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE value LIKE '''%')::int, '>', 100, 'the preview shows the same text');
SELECT is_empty('SELECT DISTINCT value FROM seen WHERE pg_temp.dangerous(value)', 'safe as well');
ALTER TABLE f.import_issue DISABLE TRIGGER refuse_edit;
UPDATE f.import_issue SET row_values[2] = '=x' WHERE issue_id = (SELECT min(issue_id) FROM f.import_issue WHERE row_values IS NOT NULL);
SELECT results_eq('SELECT DISTINCT * FROM pg_temp.exposed()', $$VALUES ('import_issue: =x')$$, 'and such text would have been found');

SELECT finish();
ROLLBACK;
