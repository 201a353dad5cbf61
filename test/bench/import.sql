-- import.sql: the region and the files on which test/bench/import measures; it sets rows, bad, corrected and work.
SET client_min_messages = warning;
CREATE EXTENSION shnor;
SELECT shnor.create_region('region', 'Замеры: вымышленные школы') \g /dev/null
CREATE SCHEMA bench;

-- forty schools to a municipality, every fourth of low results
INSERT INTO region.municipality (municipality_id, name)
SELECT m, 'Муниципалитет ' || m FROM generate_series(1, 1 + (:rows - 1) / 40) AS m;
INSERT INTO region.school (school_id, municipality_id, code, name)
SELECT s, 1 + (s - 1) / 40, format('37-%s', lpad(s::text, 6, '0')), format('Вымышленная школа № %s', s) FROM generate_series(1, :rows) AS s;
INSERT INTO region.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2026-08-01', 'Учебный пример', 'Учебный пример: приказ');
INSERT INTO region.school_status (school_id, status, since) SELECT s, 'low_results', '2020-09-01' FROM generate_series(1, :rows, 4) AS s;
INSERT INTO region.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
VALUES (1, 'Мониторинг', '2026-09-10', '2026-12-10', '2026-09-01', 1, 'open');

-- the same answers each time, schools in random order; n is the row of the file
SELECT setseed(0.42) \g /dev/null
CREATE TABLE bench.answer AS
SELECT o.n, o.school_id, o.code, timestamptz '2026-09-10 08:00+03' + o.n * interval '40 seconds' AS submitted_at, o.t AS teachers,
	floor(o.t * random())::int AS diagnosed_subject, floor(o.t * random())::int AS diagnosed_method, floor(o.t * random())::int AS diagnosed_psych,
	1 + floor((o.t - 1) * random())::int AS supported, floor(o.t * random())::int AS in_networks, floor(o.t * random())::int AS in_active, floor(o.t * random())::int AS with_route,
	random() < 0.6 AS in_events, random() < 0.6 AS has_curator, random() < 0.6 AS has_program, random() < 0.6 AS has_prevention, random() < 0.6 AS has_study_plans,
	random() < 0.6 AS has_tutoring, random() < 0.6 AS internet_resolved, random() < 0.6 AS equipment_resolved, random() < 0.6 AS staffing_resolved
FROM (SELECT s.school_id, s.code, row_number() OVER (ORDER BY random()) AS n, 10 + floor(80 * random())::int AS t FROM region.school s) o
ORDER BY o.n;
-- those of the second file that are refused, and those who have answered before
CREATE FUNCTION bench.chosen(n bigint, share integer, place integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT (n * 7919 + place) % 1000 < share';

-- A file as a form gives it out: questions are the headers.
CREATE FUNCTION bench.line(cells text[]) RETURNS text LANGUAGE sql IMMUTABLE AS
$$SELECT string_agg(CASE WHEN c ~ '[",\n]' THEN '"' || replace(c, '"', '""') || '"' ELSE coalesce(c, '') END, ',' ORDER BY n) FROM unnest(cells) WITH ORDINALITY AS u(c, n)$$;
CREATE VIEW bench.header AS
SELECT bench.line(ARRAY['Отметка времени', 'Код ОО'] || array_agg(q.wording ORDER BY q.position)) AS line FROM region.question q WHERE q.respondent = 'school';
SELECT string_agg(format('a.%I', q.question), ', ' ORDER BY q.position) AS answers,
	   string_agg(CASE q.answer_type WHEN 'count' THEN format('a.%I::text', q.question) ELSE format('CASE WHEN a.%I THEN ''Да'' ELSE ''Нет'' END', q.question) END, ', ' ORDER BY q.position) AS cells,
	   string_agg(format('%I text', q.question), ', ' ORDER BY q.position) AS plain
FROM region.question q WHERE q.respondent = 'school' \gset
SELECT format($$COPY (SELECT line FROM (
	SELECT 0 AS n, line FROM bench.header
	UNION ALL
	SELECT a.n, bench.line(ARRAY[to_char(a.submitted_at AT TIME ZONE 'Europe/Moscow', 'DD.MM.YYYY HH24:MI:SS'), a.code, %s])
	FROM (SELECT n, school_id, code, submitted_at, %s FROM bench.answer a) a) l ORDER BY n) TO %L (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')$$,
	CASE f.file WHEN 'mixed' THEN replace(:'cells', 'a.teachers::text', format('CASE WHEN bench.chosen(a.n, %s, 0) THEN ''много'' ELSE a.teachers::text END', :bad)) ELSE :'cells' END,
	:'answers', format('%s/bench_%s.csv', :'work', f.file))
FROM (VALUES ('good'), ('mixed')) AS f(file) \gexec

-- the plain tables: the file's texts, and rows that are ready for the region
CREATE TABLE bench.plain (submitted_at text, school_code text, :plain);
CREATE TABLE bench.processed AS
SELECT 1 AS round_id, a.school_id, a.submitted_at, format('форма, строка %s', a.n + 1) AS source, :answers FROM bench.answer a ORDER BY a.n;
SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns FROM pg_attribute a WHERE a.attrelid = 'bench.processed'::regclass AND a.attnum > 0 \gset
COPY bench.processed TO :'rows_file' (FORMAT csv);
CREATE TABLE bench.earlier AS SELECT p.* FROM bench.processed p JOIN bench.answer a ON a.school_id = p.school_id WHERE bench.chosen(a.n, :corrected, 500);
UPDATE bench.earlier SET submitted_at = '2026-09-01 08:00+03', teachers = teachers + 1;

-- seconds on the processor
CREATE FUNCTION bench.processor() RETURNS numeric LANGUAGE sql AS
$$SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 100), ' ', 1)::numeric / 1e9$$;
CREATE TABLE bench.run (name text, seconds numeric, processor numeric);
VACUUM ANALYZE;
