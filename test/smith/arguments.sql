-- For test/sqlsmith: expressions that stand for arguments, by name and type or, with no name, by type alone.
-- All of them can be evaluated, which is tried: an error in a call comes from what is called.
\encoding UTF8
SET client_min_messages = warning;
CREATE TABLE smith.argument (name text, type text, expression text);
GRANT SELECT ON smith.argument TO smith;

-- by name; what is wrong comes after what is right
INSERT INTO smith.argument SELECT a.name, 'text', quote_nullable(e) FROM (VALUES
	('region', array_fill('ivanovo'::text, '{20}') || '{nowhere,shnor,public,"",NULL,"Иваново; DROP"}'),
	('respondent', '{school,school,municipality,SYN-0001,SYN-0040,nobody}'),
	('data_source', '{form,form,unoi,irco,nobody}'),
	('answer_type', '{count,yes_no,timestamp,text}'),
	('polarity', '{higher_is_better,lower_is_better,context,none}'),
	('missing', '{no,exclude,zero,NULL}'),
	('numerator', '{teachers,supported,has_program,supported * 2,"teachers +",nobody}'),
	('denominator', '{teachers,NULL,"",1,"teachers >"}'),
	('cohort', '{low_results,low_results OR adverse_conditions,teachers > 10,NULL,"SELECT 1"}'),
	('condition', '{teachers > 0,NULL,"",1 = 1,"a\b"}'),
	('capability', '{reader,operator,approver,manager,owner}'),
	('role', '{smith,postgres,public,nobody}'),
	('time_zone', '{Europe/Moscow,UTC,Mars/North,""}'),
	('report', '{municipal_indicator,regional_indicator,municipal_score,submission,pg_authid,NULL}'),
	('target', '{municipal_indicator,school_indicator,regional_indicator,nobody}'),
	('delimiter', '{",",;,"\t",",,",""}'),
	('indicator', '{teachers_supported,risks_resolved,schools_with_program,results_note,nobody}'),
	('rule', '{part_diagnosed_subject,nobody}'),
	('question', '{teachers,has_program,nobody}'),
	('resolution', '{reimported,dismissed,superseded,NULL}'),
	('state', '{22023,42601,55000,nobody}'),
	('severity', '{warning,refused}'),
	('problem', '{too_large,not_a_number,negative,fraction,bad_timestamp,rule,nobody}'),
	('count_column', '{%s integer,NULL}'), ('yes_no_column', '{%s boolean}'),
	('name', '{"Учебный пример: школа № 1 (г. Иваново)",г. Шуя,"Шуйский муниципальный район",""}'),
	('raw', '{12,"12 чел.","1 234",Да,нет,"19.09.2023 18:07:33","12/15/2025 10:18:29 GMT+7","2024/10/15 9:03:07 AM GMT+3",=1+1,-,"№ 5","1. Школа*","https://example.org/a, https://example.org/b"}'),
	('value', '{=1+1,12,"''=1","a;b","\"",-5}'),
	('template', '{"Всего {teachers}, из них {supported}","{nobody}","{","}{"}')
) AS a(name, list), unnest(a.list) AS e;
UPDATE smith.argument SET expression = $$E'\t'$$ WHERE name = 'delimiter' AND expression = $$'t'$$;
INSERT INTO smith.argument SELECT a.name, 'integer', e::text FROM (VALUES
	('round_id', '{1,2,3,3,3,0,-1}'::int[]), ('municipality_id', '{1,2,3,27,0}'), ('publication_id', '{1,2,0}'), ('legal_act_id', '{1,2,0}'),
	('line', '{2,3,10,50,0}'), ('digits', '{0,1,4,100,101,-1}'), ('width', '{1,25,0,-1}'), ('column_no', '{1,4,0}'), ('id', '{1,2,2147483647}')
) AS a(name, list), unnest(a.list) AS e;
INSERT INTO smith.argument SELECT 'import_id', 'bigint', e::text FROM generate_series(0, 6) e;
INSERT INTO smith.argument SELECT a.attname, format_type(a.atttypid, NULL), format('(SELECT r.%I FROM smith.reading r WHERE r.n = %s)', a.attname, r.n)
FROM smith.reading r, pg_attribute a WHERE a.attrelid = 'smith.reading'::regclass AND a.attnum > 1;
INSERT INTO smith.argument SELECT a.name, 'jsonb', quote_literal(e) FROM (VALUES
	('rule', '{"{\"rule_id\": 1, \"rule\": \"r\", \"condition\": \"supported > teachers\", \"applies\": null}","{\"rule_id\": 2, \"condition\": \"teachers >\"}"}'::text[]),
	('rules', '{"[{\"rule_id\": 1, \"rule\": \"r\", \"condition\": \"supported > teachers\", \"applies\": null}]","[]"}'),
	('rows', '{"[{\"line\": 2, \"who\": 1, \"answers\": {\"teachers\": 5, \"supported\": 9}}]","[]"}'),
	('corrections', '{"{\"teachers\": \"12\"}","{\"4\": \"12\"}","[]"}'),
	('answers', '{"{\"teachers\": 40, \"has_program\": true}","{}"}')
) AS a(name, list), unnest(a.list) AS e;
INSERT INTO smith.argument SELECT 'content', 'text', format('(SELECT f.content FROM smith.form f WHERE f.n = %s)', f.n) FROM smith.form f;
INSERT INTO smith.argument VALUES
	('asked', 'text[]', $$'{teachers,supported,has_program}'$$), ('asked', 'text[]', $$'{}'$$),
	('lines', 'integer[]', 'NULL'), ('lines', 'integer[]', $$'{2,3}'$$),
	('confidence', 'numeric', '0.95'), ('confidence', 'numeric', '0.5'), ('confidence', 'numeric', '1'), ('confidence', 'numeric', '0.99999999999999999999'),
	('threshold', 'numeric', '75'), ('threshold', 'numeric', '-1'), ('threshold', 'numeric', '1e1000'),
	('', 'regclass', $$'ivanovo.submission'$$), ('', 'regclass', $$'pg_class'$$), ('', 'regclass', '0'),
	('', 'anyelement', 'NULL::ivanovo.submission'), ('', 'anyelement', 'NULL::ivanovo.municipal_submission'),
	('', 'cstring', $$'12/40'$$), ('', 'cstring', $$'[{"id": 1, "numerator": "teachers"}]'$$), ('', 'cstring', $$'{1:2/3:4:5}'$$), ('', 'cstring', $$'{'$$), ('', 'cstring', $$''$$);

-- by type: the columns of smith.value, and NULL
INSERT INTO smith.argument SELECT '', format_type(a.atttypid, NULL), format('(SELECT v.%I FROM smith.value v WHERE v.n = %s)', a.attname, v.n)
FROM pg_attribute a CROSS JOIN smith.value v WHERE a.attrelid = 'smith.value'::regclass AND a.attnum > 1;
INSERT INTO smith.argument SELECT '', t, e FROM (VALUES ('integer', '{0,1,-1,3,100,2147483647,-2147483648}'::text[]), ('boolean', '{true,false}')) AS a(t, list), unnest(a.list) AS e;
INSERT INTO smith.argument SELECT '', t, format('NULL::%s', t) FROM unnest('{text,integer,bigint,boolean,numeric,jsonb,text[],integer[],shnor.share,shnor.tally,shnor.methodology}'::text[]) t;
-- rows of what a reader may read
INSERT INTO smith.argument SELECT '', 'record', format('(SELECT r FROM ivanovo.%I r LIMIT 1 OFFSET %s)', v, o)
FROM unnest('{school_round,submission,municipal_submission,school,round}'::text[]) v CROSS JOIN unnest('{0,1,2}'::int[]) o;
INSERT INTO smith.argument VALUES ('', 'record', 'ROW(1, true, NULL)'), ('', 'record', 'NULL::ivanovo.submission');
ANALYZE smith.argument;

SET ROLE smith;
DO $$
DECLARE
	a	record;
BEGIN
	FOR a IN SELECT * FROM smith.argument WHERE type <> 'anyelement' LOOP
		EXECUTE format(CASE WHEN a.type = 'record' THEN 'SELECT %s' ELSE 'SELECT (%s)::%s' END, a.expression, a.type);
	END LOOP;
END $$;

