-- For test/sqlsmith, after test/sample/load.sql: who asks, what may be asked about, and what a statement leaves alone.
\encoding UTF8
SET client_min_messages = warning;
CREATE ROLE smith LOGIN PASSWORD :'password';
ALTER ROLE smith SET log_min_duration_statement = 0;
SELECT shnor.grant_access('ivanovo', 'smith', 'reader') \gset smith_
SELECT shnor.publish('ivanovo', 1, (SELECT min(legal_act_id) FROM ivanovo.legal_act)) \gset smith_
CREATE SCHEMA smith;

-- ---- what sqlsmith takes for pg_proc: it stands before pg_catalog in its search_path ----
-- Of PostgreSQL's own functions those that give what ours take; ours ten times over, under numbers of their own, so that
-- they are picked often. Those that give sets are shown as if they did not, else sqlsmith leaves them out.
CREATE TABLE smith.pg_proc AS
SELECT p.oid::bigint + n * 100000000 AS oid, p.proname, p.pronamespace, p.prorettype, false AS proretset, p.prokind, p.proargtypes
FROM pg_catalog.pg_proc p CROSS JOIN generate_series(1, 10) n WHERE p.pronamespace = 'shnor'::regnamespace
UNION ALL
SELECT p.oid, p.proname, p.pronamespace, p.prorettype, p.proretset, p.prokind, p.proargtypes
FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.provolatile = 'i' AND NOT p.proretset
  AND p.prorettype = ANY ('{text,integer,bigint,numeric,boolean,jsonb,timestamptz,text[],bool[]}'::regtype[])
  AND p.proargtypes::oid[] <@ '{text,integer,bigint,numeric,boolean,jsonb,timestamptz,smallint,date}'::regtype[]::oid[];
ALTER TABLE smith.pg_proc ALTER oid TYPE oid, ADD PRIMARY KEY (oid);

-- ---- values to call with: without them sqlsmith knows of a share only that it may be NULL ----
CREATE TABLE smith.value (
	n integer PRIMARY KEY, share shnor.share, tally shnor.tally, methodology shnor.methodology,
	yes boolean[], words text[], numbers integer[], big bigint[], text text, bigint bigint, numeric numeric, json jsonb, moment timestamptz
);
INSERT INTO smith.value
SELECT n,
	(ARRAY['12/40', '0/50', '7/0', '-3/4', '9223372036854775807/1', '1/9223372036854775807', '0/0', '38/38', NULL])[n % 9 + 1]::shnor.share,
	(ARRAY['{}', '{1:12/40:38:2,2:3/50:50:0}', '{-5:-1/-2:0:0}', '{1:9223372036854775807/9223372036854775807:9:9}', NULL])[n % 5 + 1]::shnor.tally,
	(ARRAY['[]', '[{"id": 1, "numerator": "teachers", "denominator": "supported", "cohort": "low_results"}]', '[{"id": 2, "numerator": "1", "missing": "no"}]',
		'[{"id": 1, "numerator": "has_program", "missing": "no"}, {"id": 7, "numerator": "supported * 2147483647", "denominator": "teachers"}]', NULL])[n % 5 + 1]::shnor.methodology,
	(ARRAY['{t,f,NULL}', '{}', '{NULL}', '{{t,t},{f,t}}'])[n % 4 + 1]::boolean[],
	(ARRAY['{teachers,supported}', '{has_program}', '{}', '{Да,Нет,NULL}'])[n % 4 + 1]::text[],
	(ARRAY['{2,3}', '{}', '{-1,NULL}'])[n % 3 + 1]::integer[], (ARRAY['{1,2}', '{}', '{9223372036854775807}'])[n % 3 + 1]::bigint[],
	(ARRAY['ivanovo', 'Да', '12 чел.', '19.09.2023 18:07:33', 'teachers > 0', 'school', 'municipal_indicator', '=1+1', '',
		'1. Количество педагогов', 'https://example.org/1', 'Europe/Moscow', 'reader', 'count', 'form', ';'])[n % 16 + 1],
	(ARRAY[0, 1, -1, 40, 9223372036854775807, -9223372036854775808])[n % 6 + 1], (ARRAY[0, 0.95, 75, -1, 'NaN', 'Infinity', 1e100])[n % 7 + 1],
	(ARRAY['{}', '[]', '{"teachers": 40, "has_program": true}', '{"rule_id": 1, "rule": "r", "condition": "teachers > 0"}', '"x"', 'null'])[n % 6 + 1]::jsonb,
	(ARRAY['2026-11-24', '-infinity', '2025-01-01 00:00+03', NULL])[n % 4 + 1]::timestamptz
FROM generate_series(1, 60) n;

-- files of forms, whole and cut, and what the import makes of them on its way
CREATE TABLE smith.form (n integer PRIMARY KEY, round_id integer, respondent text, data_source text, content text);
INSERT INTO smith.form
SELECT row_number() OVER (), i.round_id, i.respondent, i.data_source, v.content
FROM ivanovo.import i CROSS JOIN LATERAL (VALUES (i.content), (left(i.content, 3000)), ((SELECT string_agg(l, E'\n') FROM (SELECT l FROM regexp_split_to_table(i.content, '\n') l LIMIT 30) x))) v(content);
INSERT INTO smith.form VALUES (101, 3, 'school', 'form', ''), (102, 3, NULL, 'form', E'a,b\n1,2'), (103, 3, 'school', 'form', E'a;"b\n');
CREATE TABLE smith.reading AS
SELECT f.n, r.columns, r.known, r.plain, r.readings, r.cells,
	   shnor.import_judge('ivanovo', f.round_id, f.respondent, r.plain || r.readings, ARRAY(SELECT jsonb_array_elements_text(r.columns -> 'asked')), f.data_source, now()) AS judged
FROM smith.form f
CROSS JOIN LATERAL shnor.import_reading('ivanovo', f.round_id, f.content, f.respondent, f.data_source) r
WHERE f.n IN (SELECT min(f.n) FROM smith.form f WHERE f.n < 100 GROUP BY f.round_id, f.respondent, f.data_source);

GRANT USAGE ON SCHEMA smith TO smith;
GRANT SELECT ON ALL TABLES IN SCHEMA smith TO smith;

-- ---- what must be the same before and after ----
-- every table and view of the region, as the owner sees it
CREATE FUNCTION smith.figures() RETURNS TABLE (relation text, rows bigint, digest text) LANGUAGE plpgsql SET shnor.today = '2026-11-24' AS $$
BEGIN
	FOR relation IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'ivanovo'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY 1 LOOP
		EXECUTE format('SELECT count(*), md5(string_agg(t::text, %L ORDER BY t::text)) FROM ivanovo.%I t', E'\n', relation) INTO rows, digest;
		RETURN NEXT;
	END LOOP;
END $$;
CREATE TABLE smith.before AS SELECT * FROM smith.figures();
CREATE TABLE smith.objects AS SELECT c.oid, c.relname, c.relnamespace::regnamespace, c.relacl::text FROM pg_class c
	WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('ivanovo', 'shnor', 'public'));
ANALYZE;
SELECT pg_stat_reset() \gset smith_
