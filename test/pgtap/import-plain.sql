-- The short way of an import beside the long one: what import_plain() lets pass is what import_rows() would give for these
-- rows, in 3000 rows of made-up answers, spellings and slips, and with rules, parts, statuses and earlier rounds.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;

SELECT shnor.create_region('p');
INSERT INTO p.municipality (municipality_id, oktmo, name) VALUES (1, '24701', 'городской округ Шуя'), (2, '24702', 'Шуйский район'), (3, NULL, 'Вичуга'), (4, NULL, '«Вичуга»');
INSERT INTO p.school (school_id, municipality_id, code, name, opened_on, closed_on)
SELECT n, 1 + n % 4, 'УП-' || n, CASE WHEN n <= 30 THEN 'Школа № ' || n WHEN n <= 40 THEN 'Лицей' ELSE 'Школа ' || n % 3 END,
	   CASE WHEN n % 11 = 0 THEN date '2025-01-01' END, CASE WHEN n % 13 = 0 THEN date '2024-01-01' END
FROM generate_series(1, 60) n;
INSERT INTO p.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2022-01-01', 'Учебный пример', 'Приказ');
INSERT INTO p.school_status (school_id, status, since) SELECT n, 'low_results', '2020-01-01' FROM generate_series(1, 60, 3) n;
INSERT INTO p.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
SELECT n, 'Мониторинг ' || n, make_date(2021 + n, 9, 1), make_date(2021 + n, 10, 1), make_date(2021 + n, 9, 1), 1, 'open' FROM generate_series(1, 3) n;
-- answers of the round before and of this one, which stand beside a file that asks less
INSERT INTO p.submission (round_id, school_id, submitted_at, teachers, supported, in_networks, has_curator)
SELECT r, n, '2023-09-10', 20 + n, n, n % 7, n % 2 = 0 FROM generate_series(2, 3) r, generate_series(1, 60) n WHERE (r, n % 2) <> (3, 0) AND n % 13 <> 0;
-- parts are told without rules, too
DELETE FROM p.validation_rule WHERE rule IN ('part_supported', 'part_with_route');
INSERT INTO p.validation_rule (rule, respondent, level, question, condition, applies, message) VALUES
	('status', 'school', 'warn', 'supported', 'low_results AND supported < 5', 'is_school', 'мало'),
	('stored', 'school', 'refuse', 'teachers', 'teachers > 90', NULL, 'много'),
	('one_school', 'school', 'warn', 'teachers', 'school_id = 7 AND municipality_id = 4 AND teachers > 50', NULL, 'школа 7'),
	('median', 'school', 'warn', 'teachers', 'median_teachers > 0', NULL, 'другие');

SELECT setseed(0.6) \g /dev/null
CREATE FUNCTION pg_temp.one_of(choice text[]) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT choice[1 + floor(random() * cardinality(choice))::int]';
-- a file: most cells are as they should be
CREATE FUNCTION pg_temp.file(header text, cells text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	content	text := header;
	line	text;
	c		text;
	n		int;
BEGIN
	FOR i IN 1 .. 500 LOOP
		n := 1 + floor(60 * random());
		line := NULL;
		FOREACH c IN ARRAY cells LOOP
			line := concat(line || ';', CASE c
				WHEN 'code' THEN CASE WHEN random() < 0.9 THEN 'УП-' || n ELSE pg_temp.one_of(ARRAY[' УП-7 ', 'УП-999', '', '—', 'уп-3']) END
				WHEN 'name' THEN CASE WHEN random() < 0.8 THEN (SELECT s.name FROM p.school s WHERE s.school_id = n)
									  ELSE pg_temp.one_of(ARRAY['ШКОЛА №3', 'Лицей', 'Гимназия', '', '«»', 'школа  №  4', 'Школа 1']) END
				WHEN 'place' THEN CASE WHEN random() < 0.6 THEN (SELECT m.name FROM p.school s JOIN p.municipality m USING (municipality_id) WHERE s.school_id = n)
									   ELSE pg_temp.one_of(ARRAY['', 'Шуя', '24701', 'Вичуга', 'шуйский  РАЙОН', 'Москва', '"—"']) END
				WHEN 'time' THEN CASE WHEN random() < 0.9 THEN '19.09.2024 18:07:33' ELSE pg_temp.one_of(ARRAY['', '—', 'вчера', '2024/10/15 9:03:07 AM GMT+3', '31.02.2024', '15.10.2024']) END
				WHEN 'count' THEN CASE WHEN random() < 0.9 THEN floor(25 * random())::int::text
									   ELSE pg_temp.one_of(ARRAY['', '—', 'много', '12 чел.', U&'1\00A0234', '12,0', '12,5', '-1', '99999999999', '50%', '007', 'нет данных', '300']) END
				WHEN 'teachers' THEN CASE WHEN random() < 0.9 THEN (25 + floor(70 * random()))::int::text ELSE pg_temp.one_of(ARRAY['', '0', 'двадцать', '—']) END
				WHEN 'yes' THEN CASE WHEN random() < 0.9 THEN pg_temp.one_of('{Да,Нет}') ELSE pg_temp.one_of(ARRAY['', 'да.', ' НЕТ ', '+', '-', 'возможно', 'true', '0']) END
				WHEN 'none' THEN CASE WHEN random() < 0.97 THEN '' ELSE 'x' END
				END);
		END LOOP;
		content := content || E'\n' || CASE WHEN random() < 0.02 THEN repeat(';', cardinality(cells)) ELSE line END || CASE WHEN random() < 0.02 THEN ';лишнее' ELSE '' END;
	END LOOP;
	RETURN content;
END $$;

CREATE TEMP TABLE file (n int, content text);
INSERT INTO file VALUES
	(1, pg_temp.file('Отметка времени;Код ОО;teachers;supported;in_networks;has_curator', '{time,code,teachers,count,count,yes}')),
	(2, pg_temp.file('Код ОО;supported;in_networks;with_route', '{code,count,count,count}')),
	(3, pg_temp.file('Отметка времени;Код ОО;Наименование ОО;Муниципалитет;teachers;supported', '{time,code,name,place,teachers,count}')),
	(4, pg_temp.file('Наименование ОО;Муниципалитет;teachers;has_curator', '{name,place,teachers,yes}')),
	-- a question asked twice, a column that nobody reads, a question of the other form, one without a header
	(5, pg_temp.file('Код ОО;supported;supported;Комментарий;has_results_note;has_curator;', '{code,count,none,none,yes,yes,none}')),
	(6, pg_temp.file('Наименование ОО;teachers;diagnosed_method;diagnosed_psych', '{name,teachers,count,count}'));

CREATE TEMP TABLE short (n int, line int, plain boolean, who int, submitted_at timestamptz, answers int[]);
CREATE TEMP TABLE long (n int, line int, who int, submitted_at timestamptz, answers int[], issues jsonb, refused boolean);
DO $$
DECLARE
	f		record;
	columns	jsonb;
	asked	text[];
	p		record;
BEGIN
	FOR f IN SELECT * FROM file ORDER BY n LOOP
		columns := shnor.import_document_columns('p', 3, shnor.import_columns('p', 3, f.content), 'school') || '{"corrections": {}}';
		asked := ARRAY(SELECT DISTINCT c ->> 'field' FROM jsonb_array_elements(columns -> 'columns') c WHERE c ->> 'respondent' = 'school' ORDER BY 1);
		SELECT * INTO p FROM shnor.import_plain('p', 3, f.content, columns, asked, '{5,6}');
		INSERT INTO short SELECT f.n, r.line, true, r.who, r.submitted_at, r.answers FROM unnest(p.plain) r;
		INSERT INTO short SELECT f.n, l, false FROM unnest(p.others) l;
		INSERT INTO long SELECT f.n, r.line, r.who, r.submitted_at, r.answers, r.issues, r.refused
		FROM shnor.import_rows('p', 3, 'school', f.content, columns, asked, 'form', NULL) r;
	END LOOP;
END $$;
SELECT cmp_ok((SELECT count(*) FROM long), '>', 2900::bigint, 'there are rows to compare');
SELECT bag_eq('SELECT n, line FROM short', 'SELECT n, line FROM long', 'each row that is not blank is told of once');
SELECT is_empty($$SELECT s.*, l.* FROM short s JOIN long l USING (n, line)
	WHERE s.plain AND (l.issues <> '[]' OR l.refused OR (s.who, s.submitted_at, s.answers) IS DISTINCT FROM (l.who, l.submitted_at, l.answers))$$, 'plain rows are the same rows, and nothing is wrong in them');
SELECT is_empty($$SELECT n, count(*) FROM short s JOIN long l USING (n, line) WHERE l.issues = '[]' GROUP BY n HAVING count(*) FILTER (WHERE s.plain) < CASE n WHEN 4 THEN 0.4 ELSE 0.85 END * count(*)$$,
	'and most of those in which nothing is wrong are plain (names of places are looked up in one spelling)');
SELECT is_empty('SELECT * FROM short WHERE plain AND line IN (5, 6)', 'rows that are to be looked at stay apart');
SELECT cmp_ok((SELECT count(DISTINCT i ->> 'problem') FROM long l CROSS JOIN LATERAL jsonb_array_elements(l.issues) i), '>=', 15::bigint, 'there are all kinds of issues');

SELECT finish();
ROLLBACK;
