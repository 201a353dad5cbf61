-- For test/cancel: values of :megabytes MB or of the greatest size allowed, and the statements that take long over them.
\encoding UTF8
SET client_min_messages = warning;
CREATE EXTENSION shnor;
SET search_path = public, shnor;
\set n :megabytes * 1000

-- one of a kind for each loop; stored as they are, so that no time goes into unpacking them
CREATE TABLE long (name text PRIMARY KEY, t text);
ALTER TABLE long ALTER t SET STORAGE EXTERNAL;
CREATE FUNCTION fill(unit text, thousands int) RETURNS text LANGUAGE sql RETURN repeat(repeat(unit, 1000 / octet_length(unit)), thousands);
INSERT INTO long VALUES
	('words', fill('а б ', :n)), ('quotes', fill('a"', :n)), ('number signs', fill('№ ', :n)), ('stars', fill('*', :n)), ('numbering', fill('1.', :n)),
	('digits', fill('1', :n)), ('groups', '1 ' || fill('111 ', :n) || '111'), ('decimals', '1,' || fill('0', :n)), ('seconds', '2024-01-01 01:01:01.' || fill('1', :n)),
	('one field', fill('a', :n)), ('returns', fill(E'\r', :n)), ('empty lines', fill(E'\n', :n)), ('lines', fill(E'a,b\n', :n)),
	('one record', '"' || fill('a', :n) || '"'), ('longest record', fill('a,', 4190)), ('empty fields', fill(',', 4190)), ('newlines', '"' || fill(E'\n', 4190) || '"'),
	('share', fill('0', :n) || '1/2'), ('blanks and share', fill(' ', :n) || '1/2'),
	('tally', (SELECT '{' || string_agg(i || ':0/0:0:0', ',') || '}' FROM generate_series(1, :n * 50) i)), ('zeros and tally', '{' || fill('0', :n) || '1:0/0:0:0}'), ('blanks and tally', fill(' ', :n) || '{}'),
	('methodologies', '[' || fill('{"id":1,"numerator":"a"},', :n) || '{"id":1,"numerator":"a"}]'),
	('definitions', (SELECT '[' || string_agg(format('{"id":%s,"numerator":"a"}', i), ',') || ']' FROM generate_series(1, 700000) i)),
	('longest definition', '[{"id":1,"numerator":"' || fill('a,', 8300) || '"}]'), ('keys', '[{"id":1,"numerator":"a"' || fill(',"b":1', :n) || '}]'), ('blanks and methodology', fill(' ', :n) || '[]'),
	('blank formula', fill(' ', :n)), ('list', (SELECT 'a IN (' || string_agg(i::text, ',') || ')' FROM generate_series(1, 160000) i)),
	('names', (SELECT 'yes_count(' || string_agg('a' || i, ',') || ')' FROM generate_series(1, 140000) i)),
	('lists in lists', 'a AND ' || repeat('a IN (', 700) || 'a' || repeat(',' || repeat('a,', 700) || 'a)', 700)),
	('numbers', '1' || repeat(' * ' || repeat('9', 65000), 14));
CREATE TABLE tallies (t tally);
CREATE TABLE methodologies (name text, m methodology);
ALTER TABLE tallies ALTER t SET STORAGE EXTERNAL;
ALTER TABLE methodologies ALTER m SET STORAGE EXTERNAL;
INSERT INTO tallies SELECT t::tally FROM long WHERE name = 'tally';
INSERT INTO methodologies
SELECT name, methodology(1, t, NULL, NULL, 'no') AS m FROM long WHERE name IN ('list', 'names', 'lists in lists', 'numbers') GROUP BY name
UNION ALL SELECT name, t::methodology FROM long WHERE name = 'definitions';
COPY tallies TO PROGRAM 'cat > tally.binary' (FORMAT binary);
COPY (SELECT m FROM methodologies WHERE name = 'definitions') TO PROGRAM 'cat > methodology.binary' (FORMAT binary);

-- a region with many schools, and a file from all of them
SELECT create_region('region') \gset made_
INSERT INTO region.municipality (municipality_id, name) SELECT n, 'Учебный пример ' || n FROM generate_series(1, 50) n;
INSERT INTO region.school (school_id, municipality_id, code, name) SELECT n, n % 50 + 1, 's' || n, 'Школа ' || n FROM generate_series(1, 5000) n;
INSERT INTO region.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2024-08-01', 'Учебный пример', 'О мониторинге');
INSERT INTO region.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
SELECT n, 'Учебный пример ' || n, '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open' FROM generate_series(1, 2) n;
INSERT INTO region.submission (round_id, school_id, submitted_at, teachers, supported, has_program) SELECT 2, n, '2024-09-02', 5, 3, n % 2 = 0 FROM generate_series(1, 5000) n;
UPDATE region.round SET state = 'closed' WHERE round_id = 2;
INSERT INTO long SELECT 'form', E'Отметка времени,Код ОО,teachers,supported,has_program\n' || string_agg(format('10.09.2024,s%s,10,5,Да', n), E'\n') FROM generate_series(1, 5000) n;

CREATE TABLE statement (place serial, name text, query text);
INSERT INTO statement (name, query)
SELECT format('%s: %s', f.call, l.name), format('SELECT %s FROM long WHERE name = %L', replace(f.call, '(…', '(t'), l.name)
FROM (VALUES ('form_clean(…)', '{words}'::text[]), ('form_normalize(…)', '{quotes,number signs,stars,numbering}'), ('form_count(…)', '{digits,groups,decimals}'), ('form_yes_no(…)', '{digits}'),
	('form_problem(…, ''count'')', '{digits}'), ('form_timestamp(…, ''UTC'')', '{seconds}')) AS f(call, names), unnest(f.names) AS u(name) JOIN long l USING (name);
INSERT INTO statement (name, query)
SELECT 'form_rows: ' || name, format($$SELECT count(*) FROM form_rows((SELECT t FROM long WHERE name = %L), ',')$$, name)
FROM unnest('{one field,returns,empty lines,lines,one record,longest record,empty fields,newlines}'::text[]) name;
INSERT INTO statement (name, query)
SELECT format('text to %s: %s', f.type, n), format('SELECT pg_column_size(t::%s) FROM long WHERE name = %L', f.type, n)
FROM (VALUES ('share', '{share,blanks and share,digits}'::text[]), ('tally', '{tally,zeros and tally,blanks and tally,empty fields}'),
	('methodology', '{methodologies,definitions,longest definition,keys,blanks and methodology}')) AS f(type, names), unnest(f.names) n;
INSERT INTO statement (name, query) VALUES
	('tally to text', 'SELECT length(t::text) FROM tallies'), ('tally to binary', 'SELECT length(tally_send(t)) FROM tallies'),
	('tally from binary', 'COPY tallies FROM ''tally.binary'' (FORMAT binary)'), ('tally + tally', 'SELECT pg_column_size(t + t) FROM tallies'),
	('items(tally)', 'SELECT count(*) FROM items((SELECT t FROM tallies))'), ('sum(tally)', 'SELECT pg_column_size(sum(t)) FROM (SELECT t FROM tallies UNION ALL SELECT t FROM tallies UNION ALL SELECT t FROM tallies) x'),
	('methodology to text', 'SELECT length(m::text) FROM methodologies WHERE name = ''definitions'''), ('methodology to binary', 'SELECT length(methodology_send(m)) FROM methodologies WHERE name = ''definitions'''),
	('methodology from binary', 'COPY methodologies (m) FROM ''methodology.binary'' (FORMAT binary)'),
	('methodology(): many definitions', 'SELECT methodology(i, ''a'', NULL, NULL, ''no'') FROM generate_series(1, 500000) i'),
	('methodology(): blank formula', 'SELECT methodology(1, ''a'', t, NULL, ''no'') FROM long WHERE name = ''blank formula'''),
	('methodology(): list', 'SELECT methodology(1, t, NULL, NULL, ''no'') FROM long WHERE name = ''list'''),
	('columns(): definitions', 'SELECT columns(m) FROM methodologies WHERE name = ''definitions'''), ('columns(): names', 'SELECT columns(m) FROM methodologies WHERE name = ''names'''),
	('contribution(): definitions', 'SELECT count(*) FROM methodologies, LATERAL contribution(m, (SELECT r FROM (SELECT 1 AS a) r)) WHERE name = ''definitions'''),
	('tally(): definitions', 'SELECT length(tally(m, ''{a}'', a)::text) FROM methodologies, generate_series(1, 100) a WHERE name = ''definitions'''),
	('tally(): list', 'SELECT tally(m, ''{a}'', -a) FROM methodologies, generate_series(1, 100000) a WHERE name = ''list'''),
	('tally(): lists in lists', 'SELECT tally(m, ''{a}'', a) FROM methodologies, unnest(''{t,f,t}''::bool[]) a WHERE name = ''lists in lists'''),
	('tally(): numbers', 'SELECT tally(m, ''{a}'', a) FROM methodologies, generate_series(1, 3) a WHERE name = ''numbers'''),
	('tally(): rows', 'SELECT tally(''[{"id": 1, "numerator": "a + 1"}]'', ''{a}'', a) FROM generate_series(1, 1000000000::bigint) a'),
	('create_region()', 'SELECT create_region(''other'')'), ('upgrade_region()', 'SELECT upgrade_region(''region'')'),
	('preview_form(): 5,000 schools', 'SELECT count(*) FROM preview_form(''region'', 1, (SELECT t FROM long WHERE name = ''form''))'),
	('import_form(): 5,000 schools', 'SELECT import_form(''region'', 1, t) FROM long WHERE name = ''form'''),
	('publish(): 5,000 schools', 'SELECT publish(''region'', 2, 1)'), ('lint()', 'SELECT count(*) FROM lint(''region'')'),
	('explain()', 'SELECT count(*) FROM explain(''region'', 2, 1, ''schools_with_program'')'), ('export_csv()', 'SELECT count(*) FROM export_csv(''region'', ''municipal_indicator'')');

-- milliseconds from the timeout to the end; negative where the statement ended before
CREATE FUNCTION delay(query text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		BEGIN
			EXECUTE query;
			RAISE EXCEPTION 'rolled back';
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
	EXCEPTION WHEN query_canceled THEN
		NULL;
	END;
	RETURN 1000 * extract(epoch FROM clock_timestamp() - statement_timestamp() - current_setting('statement_timeout')::interval);
END $$;
