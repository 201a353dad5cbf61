-- Export for spreadsheets: no text of a stranger becomes a formula, nothing is lost or altered on the way.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;
SELECT shnor.create_region('probe', NULL, 'Asia/Vladivostok');

-- ---- cells ----
CREATE TABLE probe.kinds (id int, t text, b boolean, n numeric(12,4), i bigint, f double precision, d date, m timestamptz, j jsonb, a text[], "=1+1" text, "a;b""c" text);
COMMENT ON COLUMN probe.kinds.t IS 'Текст «как есть».';
COMMENT ON COLUMN probe.kinds.d IS '=День.';
INSERT INTO probe.kinds VALUES
	(1, 'просто', true, -1234567.5, -5, 0.5, '2024-09-01', '2024-09-01 12:00:00+00', '{"a": 1}', '{x,y}', '-', '+'),
	(2, '', false, 0, 9223372036854775807, 'NaN', 'infinity', '-infinity', '"=1"', '{=1}', '@x', ' '),
	(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT results_eq($$SELECT shnor.export_csv('probe', 'kinds')$$, $$VALUES
	('id;t;b;n;i;f;d;m;j;a;''=1+1;"a;b""c"'),
	('1;просто;да;-1234567,5000;-5;0,5;01.09.2024;01.09.2024 22:00:00;"{""a"": 1}";"{x,y}";''-;''+'),
	('2;"";нет;0,0000;9223372036854775807;NaN;infinity;-infinity;"""=1""";{=1};''@x;" "'),
	('3;;;;;;;;;;;')$$, 'each type as a spreadsheet with Russian settings reads it; NULL and an empty text differ');
SELECT results_eq($$SELECT shnor.export_csv('probe', 'kinds', ',', false)$$, $$VALUES
	('id,t,b,n,i,f,d,m,j,a,''=1+1,"a;b""c"'),
	('1,просто,да,-1234567.5000,-5,0.5,2024-09-01,2024-09-01 22:00:00,"{""a"": 1}","{x,y}",''-,''+'),
	('2,"",нет,0.0000,9223372036854775807,NaN,infinity,-infinity,"""=1""",{=1},''@x," "'),
	('3,,,,,,,,,,,')$$, 'and for programs');
SELECT is((SELECT c FROM shnor.export_csv('probe', 'kinds', ',') c OFFSET 1 LIMIT 1), '1,просто,да,"-1234567,5000",-5,"0,5",01.09.2024,01.09.2024 22:00:00,"{""a"": 1}","{x,y}",''-,''+', 'a decimal comma between commas is quoted');
SELECT is((SELECT c FROM shnor.export_csv('probe', 'kinds', E'\t') c LIMIT 1), E'id\tt\tb\tn\ti\tf\td\tm\tj\ta\t''=1+1\t"a;b""c"', 'tabs');
SELECT is((SELECT c FROM shnor.export_csv('probe', 'kinds', titles => true) c LIMIT 1), 'id;Текст «как есть»;b;n;i;f;''=День;m;j;a;''=1+1;"a;b""c"', 'comments as headers, names where there are none');
SELECT is((SELECT f.fields FROM shnor.form_rows((SELECT c FROM shnor.export_csv('probe', 'municipality', titles => true) c LIMIT 1), ';') f), (SELECT array_agg(rtrim(col_description('probe.municipality'::regclass, a.attnum), '.') ORDER BY a.attnum)
	FROM pg_attribute a WHERE a.attrelid = 'probe.municipality'::regclass AND a.attnum > 0), 'those of the region are Russian');
SELECT results_eq($$SELECT shnor.export_csv('probe', 'school')$$, $$VALUES ('school_id;municipality_id;code;name;kind;opened_on;closed_on;successor_id')$$, 'an empty table is a header');
ALTER TABLE probe.kinds DROP COLUMN b;
SELECT is((SELECT c FROM shnor.export_csv('probe', 'kinds') c OFFSET 2 LIMIT 1), '2;"";0,0000;9223372036854775807;NaN;infinity;-infinity;"""=1""";{=1};''@x;" "', 'a dropped column is not there');
CREATE TABLE probe.no_columns ();
INSERT INTO probe.no_columns DEFAULT VALUES;
SELECT lives_ok($$SELECT shnor.export_csv('probe', 'no_columns')$$, 'a table without columns is not an error');
SET TIME ZONE 'America/New_York';
SET datestyle = 'SQL, MDY';
SELECT is((SELECT c FROM shnor.export_csv('probe', 'kinds') c OFFSET 1 LIMIT 1), '1;просто;-1234567,5000;-5;0,5;01.09.2024;01.09.2024 22:00:00;"{""a"": 1}";"{x,y}";''-;''+', 'whatever the session''s settings');
RESET TIME ZONE;
RESET datestyle;

-- ---- round trip through a CSV reader ----
CREATE TABLE probe.texts (id int, t text, u text);
INSERT INTO probe.texts SELECT row_number() OVER (), v, v FROM unnest(ARRAY['a;b', 'a,b', 'a"b', '"', '""', '";"', E'two\nlines', E'tab\there', '|', ' blank ', 'a\b', '\.', E'x\n\\.\ny', '', '1,5', '00012', 'ё«»—', E'\u00a0', '''quoted']) v;
PREPARE back AS SELECT f.fields[2], f.fields[3] FROM shnor.form_rows((SELECT string_agg(c, E'\n') FROM shnor.export_csv('probe', 'texts', $1) c), $1) WITH ORDINALITY AS f(line, fields, n) WHERE f.n > 1 ORDER BY f.n;
PREPARE stored AS SELECT t, u FROM probe.texts ORDER BY id;
SELECT results_eq('EXECUTE back('';'')', 'stored', 'quotes, delimiters and line breaks come back: semicolon');
SELECT results_eq('EXECUTE back('','')', 'stored', 'comma');
SELECT results_eq('EXECUTE back(''|'')', 'stored', 'bar');
SELECT results_eq('EXECUTE back(E''\t'')', 'stored', 'tab');

-- ---- no formula anywhere: every text of every table and view ----
-- What a spreadsheet takes for a formula, plain numbers aside; told apart here by other means than spreadsheet_safe().
CREATE FUNCTION public.dangerous(cell text) RETURNS boolean LANGUAGE sql AS $$
	SELECT left(cell, 1) = ANY (ARRAY[E'\t', E'\r', E'\n'])
		OR left(ltrim(cell, E' \t\r\n\u00a0\u2003\u202f\u200b\ufeff'), 1) = ANY ('{=,+,-,@,＝,＋,－,＠}'::text[])
		   AND cell !~ '^[+-][0-9 ]+([.,][0-9]+)?$' AND cell !~ '^-infinity$'
$$;
SELECT results_eq($$SELECT v FROM unnest(ARRAY['=1', '@a', '+a', '-a', '-5', '+3,5', ' =1', E'\t5', '＝1', 'a=1', '''=1', '-5+1']) v WHERE public.dangerous(v)$$,
	$$SELECT unnest(ARRAY['=1', '@a', '+a', '-a', ' =1', E'\t5', '＝1', '-5+1'])$$, 'what is dangerous');

INSERT INTO probe.municipality (municipality_id, name) VALUES (1, '=HYPERLINK("http://x";"y")'), (2, E'\t@SUM(A1)');
INSERT INTO probe.school (school_id, municipality_id, code, name) VALUES (1, 1, '-1+1', '=cmd|'' /C calc''!A0'), (2, 1, '@2', '+7;"=1'), (3, 2, '＝3', E'\r=4');
INSERT INTO probe.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '=1-о', '2024-08-01', '@Департамент', '-О мониторинге');
INSERT INTO probe.school_status (school_id, status, since, legal_act_id) VALUES (1, 'low_results', '2024-01-01', 1), (2, 'risk_zone', '2024-01-01', 1), (3, 'low_results', '2024-01-01', 1);
INSERT INTO probe.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state, goals) VALUES (1, '=2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open', '=цель');
INSERT INTO probe.target (round_id, indicator, threshold, legal_act_id) VALUES (1, 'teachers_supported', 50, 1), (1, 'risks_resolved', 50, 1);
SELECT is((SELECT refused FROM shnor.import_form('probe', 1, E'Код ОО;=HYPERLINK("x");teachers;supported\n-1+1;a;5;=2+3\n@2;b;4;3\n=cmd;c;1;+1 чел\n', '=file.csv')), 2, 'hostile cells are refused');
INSERT INTO probe.submission (round_id, school_id, source, teachers, has_prevention) VALUES (1, 3, '@источник', 5, true);
INSERT INTO probe.municipal_submission (round_id, municipality_id, source, has_results_note) VALUES (1, 1, '=источник', true);
INSERT INTO probe.document (round_id, school_id, question, title, link, source) VALUES (1, 3, 'has_prevention', '=1+1', 'http://x', '-источник');
INSERT INTO probe.source_answer (round_id, school_id, question, data_source, answer_count, source) VALUES (1, 3, 'teachers', 'unoi', 6, '=источник');
UPDATE probe.setting SET title = '=Область';
UPDATE probe.indicator SET title = '=' || title, section = '@' || section, source_formula = '+' || source_formula;
UPDATE probe.question SET wording = '-' || wording;
UPDATE probe.recommendation_template SET wording = '=' || wording;
INSERT INTO probe.recommendation (round_id, municipality_id, indicator, kind, addressee, wording, recorded_in, issued_on) SELECT 1, 1, indicator, kind, addressee, '@текст', '=где', '2024-09-20' FROM probe.recommendation_template LIMIT 1;

-- a table of what stands in the cells of all exports
CREATE TABLE public.cell (report text, line int, n int, content text);
CREATE FUNCTION public.export_all(region text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	report text;
BEGIN
	FOR report IN SELECT relname FROM pg_class WHERE relnamespace = region::regnamespace AND relkind IN ('r', 'v') AND relname NOT IN ('kinds', 'texts', 'no_columns') LOOP
		INSERT INTO public.cell
		SELECT report, f.line, v.n, v.content
		FROM shnor.form_rows((SELECT string_agg(c, E'\n') FROM shnor.export_csv(region, report) c), ';') WITH ORDINALITY AS f(first_line, fields, line)
		CROSS JOIN LATERAL unnest(f.fields) WITH ORDINALITY AS v(content, n);
	END LOOP;
END
$$;
SELECT lives_ok($$SELECT public.export_all('probe')$$, 'every table and view can be exported');
SELECT is_empty('SELECT report, n, content FROM public.cell WHERE public.dangerous(content)', 'no cell of any of them begins with a formula');
SELECT cmp_ok((SELECT count(DISTINCT report) FROM public.cell WHERE content ~ '^''[\s]*[=+@＝-]'), '>', 25::bigint, 'though there are hostile texts in many of them');
SELECT is_empty($$
	SELECT c.report, a.columns, c.width FROM (SELECT report, max(n) AS width, count(DISTINCT line) AS lines FROM public.cell GROUP BY report) c
	JOIN (SELECT k.relname AS report, count(*) AS columns FROM pg_class k JOIN pg_attribute a ON a.attrelid = k.oid AND a.attnum > 0 AND NOT a.attisdropped
		  WHERE k.relnamespace = 'probe'::regnamespace AND k.relkind IN ('r', 'v') GROUP BY k.relname) a USING (report)
	WHERE c.width <> a.columns$$, 'as many cells as there are columns');
SELECT is_empty($$
	SELECT c.report, c.line FROM public.cell c GROUP BY c.report, c.line HAVING count(*) <> (SELECT max(n) FROM public.cell x WHERE x.report = c.report)$$, 'in every line: no text breaks out of its cell');
SELECT is((SELECT count(DISTINCT line) - 1 FROM public.cell WHERE report = 'municipal_indicator'), (SELECT count(*) FROM probe.municipal_indicator), 'and as many lines as rows');
-- figures are what the report says
SELECT results_eq($$SELECT string_agg(content, '|' ORDER BY n) FROM public.cell WHERE report = 'municipal_indicator' AND line > 1 AND n IN (3, 6, 10, 11, 12, 13, 15) GROUP BY line ORDER BY line$$,
	$$SELECT concat_ws('|', municipality_id, indicator, numerator, denominator, replace(percent::text, '.', ','), replace(threshold::text, '.', ','), score) FROM probe.municipal_indicator
	  ORDER BY round_id, round_title, municipality_id, municipality, position$$, 'the figures are the report''s, digit by digit');

-- ---- whose rights ----
CREATE ROLE export_reader;
CREATE ROLE export_stranger;
GRANT USAGE ON SCHEMA probe TO export_stranger;
SELECT shnor.grant_access('probe', 'export_reader', 'reader');
GRANT USAGE ON SCHEMA public TO export_reader, export_stranger;
-- region_check() looks at the catalogs only
SET ROLE export_stranger;
SELECT throws_ok($$SELECT shnor.export_csv('probe', 'school')$$, '42501', NULL, 'who may not read a table does not export it');
SET ROLE export_reader;
SELECT is((SELECT count(*) FROM shnor.export_csv('probe', 'school')), 4::bigint, 'who may, does');
RESET ROLE;
SELECT shnor.revoke_access('probe', 'export_reader');
SELECT shnor.grant_access('probe', 'export_reader', 'operator', 2);
SET ROLE export_reader;
SELECT results_eq($$SELECT left(c, 3) FROM shnor.export_csv('probe', 'school') c$$, $$VALUES ('sch'), ('3;2')$$, 'row-level security holds');
SELECT throws_ok($$SELECT shnor.export_csv('probe', 'regional_indicator')$$, '42501', NULL, 'and what is not granted is refused');
RESET ROLE;

-- ---- what is refused ----
SELECT throws_ok($$SELECT shnor.export_csv('nowhere', 'school')$$, '3F000', NULL, 'no such region');
SELECT throws_ok($$SELECT shnor.export_csv(NULL, 'school')$$, '3F000', NULL, 'NULL is none');
SELECT throws_ok($$SELECT shnor.export_csv('public', 'school')$$, '3F000', NULL, 'a schema that is no region');
SELECT throws_ok($$SELECT shnor.export_csv('probe', NULL)$$, '42P01', NULL, 'no report');
SELECT throws_ok($$SELECT shnor.export_csv('probe', 'pg_class')$$, '42P01', 'в регионе «probe» нет таблицы или отчёта «pg_class»', 'a table outside of the region');
SELECT throws_ok($$SELECT shnor.export_csv('probe', 'school; DROP TABLE school')$$, '42P01', NULL, 'a name is a name');
SELECT throws_ok($$SELECT shnor.export_csv('probe', 'school_pkey')$$, '42P01', NULL, 'an index is no table');
SELECT throws_ok(format($$SELECT shnor.export_csv('probe', 'school', %L)$$, v), '22023', NULL, 'delimiter: ' || coalesce(to_json(v)::text, 'NULL')) FROM unnest(ARRAY['', ';;', '"', E'\n', '.', '-', '5', '''', 'ж', NULL]) v;
SELECT throws_ok($$SELECT shnor.export_csv('probe', 'school', ';', NULL)$$, '22004', NULL, 'NULL is neither true nor false');

SELECT finish();
ROLLBACK;
