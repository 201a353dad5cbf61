-- A hostile database: what others planted in public, in their own schemas, in pg_temp and in the schema shnor is never
-- called, before CREATE EXTENSION or after it, and changes no figure.
BEGIN;
-- pgTAP looks its functions up by the search path: away from what is planted
CREATE SCHEMA tap;
CREATE EXTENSION pgtap SCHEMA tap;
CREATE SCHEMA keep;
SET search_path = tap, pg_catalog, pg_temp;
SELECT no_plan();
SET jit = off;

CREATE ROLE hostile_attacker;
CREATE ROLE hostile_owner;
CREATE ROLE hostile_reader;
DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO hostile_attacker, hostile_owner', current_database()); END$$;
GRANT CREATE ON SCHEMA public TO hostile_attacker;
GRANT USAGE, CREATE ON SCHEMA keep TO PUBLIC;
GRANT USAGE ON SCHEMA tap TO PUBLIC;

-- ---- what is compared: a region from answers to reports, as its owner makes it and a reader sees it ----
-- Each value stands alone: a query of the caller's own is the caller's own business.
CREATE FUNCTION keep.fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM shnor.create_region('probe');
	INSERT INTO probe.municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
	INSERT INTO probe.school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1'), (2, 1, 's2', 'Школа 2'), (3, 2, 's3', 'Школа 3'), (4, 2, 's4', 'Школа 4');
	INSERT INTO probe.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
	INSERT INTO probe.school_status (school_id, status, since, legal_act_id) VALUES (1, 'low_results', '2024-01-01', 1), (2, 'risk_zone', '2024-01-01', 1), (3, 'low_results', '2024-01-01', 1);
	INSERT INTO probe.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
	INSERT INTO probe.target (round_id, indicator, threshold, legal_act_id) VALUES (1, 'teachers_supported', 50, 1), (1, 'schools_with_prevention', 50, 1);
	INSERT INTO probe.submission (round_id, school_id, submitted_at, teachers, supported, has_prevention) VALUES (1, 1, '2024-09-10 12:00+03', 10, 6, true), (1, 3, '2024-09-10 12:00+03', 10, 4, false);
	PERFORM shnor.import_form('probe', 1, E'Код ОО;Количество педагогических работников в ОУ;teachers;supported;has_prevention\ns2;;20;15;да\ns4;;8;ой;нет\n', 'form.csv');
	INSERT INTO probe.municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 1, true);
	UPDATE probe.submission SET supported = 7 WHERE school_id OPERATOR(pg_catalog.=) 1;
	UPDATE probe.round SET state = 'closed';
	PERFORM shnor.publish('probe', 1, 1, 'Итоги');
	PERFORM shnor.grant_access('probe', 'hostile_reader', 'reader');
END
$$;

-- everything that can be read, by names that cannot be mistaken; times of the run itself are left out
CREATE TABLE keep.reading (run text, name text, content text);
GRANT INSERT ON keep.reading TO PUBLIC;
CREATE TABLE keep.query (name text, query text);
GRANT SELECT ON keep.query TO PUBLIC;
INSERT INTO keep.query VALUES
	('share', $$SELECT 'x' FROM shnor.percent(shnor.share(12, 40)) AS p$$),
	('percent', 'SELECT shnor.percent(shnor.share(12, 40))'),
	('score', 'SELECT shnor.score(shnor.share(12, 40), 30)'),
	('gap', 'SELECT shnor.gap(shnor.share(12, 40), 50)'),
	('interval', 'SELECT shnor.wilson_low(shnor.share(12, 40)), shnor.changed(shnor.share(12, 40), shnor.share(30, 40))'),
	('sum', $$SELECT shnor.sum(v.s) FROM (VALUES (shnor.share(1, 2)), (shnor.share(2, 2))) AS v(s)$$),
	('share_agg', 'SELECT shnor.share_agg(v.n, v.d) FROM (VALUES (1::pg_catalog.int8, 2::pg_catalog.int8), (2, 3)) AS v(n, d)'),
	('tally', $$SELECT i.* FROM (SELECT shnor.tally('[{"id": 1, "numerator": "teachers + 1", "cohort": "teachers > 2", "missing": "no"}]'::shnor.methodology, v) AS t FROM (VALUES (3, 4), (2, NULL)) AS v(teachers, supported)) AS x, shnor.items(x.t) AS i$$),
	('contribution', $$SELECT c.* FROM (SELECT shnor.methodology(1, 'teachers + 1', NULL, 'teachers > 2', 'no') AS m) AS m, (VALUES (3, 4)) AS v(teachers, supported), shnor.contribution(m.m, v) AS c$$),
	('form', $$SELECT shnor.form_count('12 чел.'), shnor.form_yes_no('Да'), shnor.form_timestamp('19.09.2023 18:07:33', 'Europe/Moscow'), shnor.form_problem('x', 'count')$$),
	('spreadsheet_safe', $$SELECT shnor.spreadsheet_safe('=1+1') AS a, shnor.spreadsheet_safe('-5') AS b$$),
	('helpers', $$SELECT shnor.explain_comparison(1, 2, 50), shnor.import_place('г. Вичуга')$$),
	('explain', $$SELECT * FROM shnor.explain('probe', 1, 1, 'teachers_supported')$$),
	('explain region', $$SELECT * FROM shnor.explain('probe', 1, NULL, 'teachers_supported')$$),
	('lint', $$SELECT * FROM shnor.lint('probe')$$),
	('export', $$SELECT * FROM shnor.export_csv('probe', 'municipal_indicator')$$);

CREATE FUNCTION keep.reads(run text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	q	record;
BEGIN
	FOR q IN SELECT * FROM keep.query
			 UNION ALL
			 -- the commands themselves are not the same in both runs
			 SELECT c.relname, pg_catalog.format(CASE WHEN c.relname OPERATOR(pg_catalog.=) 'history_change'::pg_catalog.name
				THEN 'SELECT pg_catalog.to_jsonb(v) OPERATOR(pg_catalog.-) ''{statement,changed_at}''::pg_catalog.text[] AS line FROM probe.%I v' ELSE 'SELECT * FROM probe.%I' END, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
			 WHERE n.nspname OPERATOR(pg_catalog.=) 'probe'::pg_catalog.name AND c.relkind OPERATOR(pg_catalog.=) 'v'::pg_catalog."char" LOOP
		-- what is asked for stands in a view of its own, under the caller's search path
		EXECUTE pg_catalog.format('CREATE TEMP TABLE hostile_rows AS %s', q.query);
		INSERT INTO keep.reading
		SELECT reads.run, q.name, pg_catalog.string_agg(r.line, E'\n' ORDER BY r.line)
		FROM (SELECT pg_catalog.regexp_replace(h::pg_catalog.text, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(\+\d\d)?', 'now', 'g') AS line FROM hostile_rows h) r;
		DROP TABLE hostile_rows;
	END LOOP;
END
$$;

SAVEPOINT clean;
CREATE EXTENSION shnor;
SET ROLE hostile_owner;
SELECT keep.fill();
SET ROLE hostile_reader;
SELECT keep.reads('clean');
RESET ROLE;
-- kept over the way back
SELECT jsonb_agg(r) AS clean FROM keep.reading r \gset
ROLLBACK TO clean;
INSERT INTO keep.reading SELECT * FROM jsonb_to_recordset(:'clean') AS r(run text, name text, content text);
SELECT cmp_ok((SELECT count(*) FROM keep.reading WHERE content <> ''), '>', 40::bigint, 'there is something to compare');

-- ---- what is planted: every call raises an error ----
-- The names that our scripts call, with all pairs of common types: among them what fits better than PostgreSQL's own
-- (format(text, integer) for format(text, VARIADIC "any"), count(integer) for count("any")), and the same signatures,
-- for a search path with evil in front.
CREATE TABLE keep.called (name text);
CREATE EXTENSION shnor;
INSERT INTO keep.called
SELECT DISTINCT m[1] FROM pg_proc p CROSS JOIN LATERAL regexp_matches(p.prosrc, '\m([a-z_0-9]+)\(', 'g') AS m
WHERE p.pronamespace = 'shnor'::regnamespace AND EXISTS (SELECT FROM pg_proc c WHERE c.proname = m[1] AND c.pronamespace = 'pg_catalog'::regnamespace);
DROP EXTENSION shnor;
GRANT SELECT ON keep.called TO PUBLIC;
SELECT cmp_ok((SELECT count(*) FROM keep.called WHERE name IN ('count', 'format', 'string_agg', 'max', 'concat', 'jsonb_build_object', 'to_char', 'replace')), '=', 8::bigint, 'the names that our scripts call are known');

CREATE FUNCTION keep.plant(place text, names text[] DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	types	text[] := '{text,integer,bigint,numeric,boolean,jsonb}';
	body	text := 'LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION USING ERRCODE = ''''P0666'''', MESSAGE = ''''planted''''; END''';
	command	text;
	planted	bigint := 0;
BEGIN
	FOR command IN
		-- one argument, two, and three after a text
		SELECT format('CREATE FUNCTION %I.%I(%s) RETURNS text %s', place, c.name, a.arguments, body)
		FROM keep.called c
		CROSS JOIN (SELECT x AS arguments FROM unnest(types) x
					UNION ALL SELECT x || '[]' FROM unnest(types) x
					UNION ALL SELECT x || ',' || y FROM unnest(types) x, unnest(types) y
					UNION ALL SELECT 'text,' || x || ',' || y FROM unnest(types) x, unnest(types) y WHERE x IN ('text', 'integer')) AS a
		WHERE names IS NULL OR c.name = ANY (names)
		UNION ALL
		SELECT format('CREATE FUNCTION %I.trap(%s,%s) RETURNS boolean %s', place, x, y, body) FROM unnest(types || '{name,oid}') x, unnest(types || '{name,oid}') y
		UNION ALL
		SELECT format('CREATE OPERATOR %I.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = %1$I.trap)', place, o.name, x, y)
		FROM unnest('{=,<>,<,>,<=,>=,+,-,*,/,||,~,!~,@>,?,->,->>,#>>,&&,~~}'::text[]) AS o(name), unnest(types || '{name,oid}') x, unnest(types || '{name,oid}') y
		UNION ALL
		SELECT format('CREATE TABLE %I.%I (x int)', place, t) FROM unnest('{municipality,school,round,submission,indicator,question,setting,target,pg_class,pg_proc,pg_namespace,pg_attribute,pg_type}'::text[]) t
		UNION ALL
		SELECT format('CREATE TYPE %I.%I AS ENUM (''planted'')', place, t) FROM unnest('{text,date,jsonb,timestamptz,daterange,share,tally,methodology}'::text[]) t
		UNION ALL
		SELECT format('CREATE FUNCTION %I.trap(%1$I.share) RETURNS bigint %s', place, body)
		UNION ALL
		SELECT format('CREATE CAST (%I.share AS bigint) WITH FUNCTION %1$I.trap(%1$I.share) AS IMPLICIT', place)
	LOOP
		BEGIN
			EXECUTE command;
			planted := planted + 1;
		EXCEPTION WHEN duplicate_function OR duplicate_table OR invalid_parameter_value THEN NULL;
		END;
	END LOOP;
	-- and the very signatures of PostgreSQL's functions
	FOR command IN
		SELECT format('CREATE FUNCTION %I.%I(%s) RETURNS text %s', place, p.proname, pg_get_function_identity_arguments(p.oid), body)
		FROM pg_proc p JOIN keep.called c ON c.name = p.proname
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.pronargs > 0 AND (names IS NULL OR c.name = ANY (names))
	LOOP
		BEGIN
			EXECUTE command;
			planted := planted + 1;
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
	END LOOP;
	RETURN planted;
END
$$;

-- ---- a schema shnor that is there before ----
CREATE FUNCTION keep.refused(state text, described text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT throws_ok('CREATE EXTENSION shnor', state, NULL, described);
	RETURN NEXT is((SELECT count(*) FROM pg_extension WHERE extname = 'shnor'), 0::bigint, described || ': nothing is created');
END
$$;
DROP SCHEMA shnor;
SAVEPOINT before;
SET ROLE hostile_attacker;
CREATE SCHEMA shnor;
RESET ROLE;
SELECT keep.refused('42501', 'an empty schema shnor of a role that is no superuser');
SELECT throws_like('CREATE EXTENSION shnor', 'schema "shnor" belongs to role "hostile_attacker"%', 'says whose it is');
SET ROLE hostile_attacker;
SELECT cmp_ok(keep.plant('shnor', '{count,format,concat,aclexplode,coalesce,string_agg,pg_describe_object,current_setting,set_config,quote_ident}'), '>', 1500::bigint, 'many things are planted in the schema shnor');
RESET ROLE;
SELECT keep.refused('42501', 'a schema shnor full of planted functions and operators');
ALTER SCHEMA shnor OWNER TO CURRENT_USER;
SELECT keep.refused('55000', 'the same, taken over by a superuser without looking at it');
ROLLBACK TO before;
CREATE SCHEMA shnor;
CREATE TYPE shnor.grade AS ENUM ('a');
SELECT keep.refused('55000', 'a type alone');
ROLLBACK TO before;
CREATE SCHEMA shnor;
CREATE FUNCTION shnor.format(text, integer) RETURNS text LANGUAGE sql AS 'SELECT $1';
SELECT throws_like('CREATE EXTENSION shnor', 'schema "shnor" is not empty', 'a function alone, even a superuser''s');
ROLLBACK TO before;
CREATE SCHEMA shnor;
CREATE OPERATOR shnor.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
SELECT keep.refused('55000', 'an operator alone');
ROLLBACK TO before;
CREATE SCHEMA shnor;
GRANT CREATE ON SCHEMA shnor TO PUBLIC;
SELECT keep.refused('42501', 'a schema in which everybody may create');
ROLLBACK TO before;
CREATE SCHEMA shnor;
GRANT ALL ON SCHEMA shnor TO hostile_attacker;
SELECT throws_like('CREATE EXTENSION shnor', 'role "hostile_attacker" may create objects in schema "shnor"', 'or one role');
ROLLBACK TO before;
CREATE SCHEMA shnor;
GRANT USAGE ON SCHEMA shnor TO PUBLIC;
SELECT lives_ok('CREATE EXTENSION shnor', 'an empty schema of the installing role is taken');
DROP EXTENSION shnor;
SELECT lives_ok('CREATE EXTENSION shnor', 'and what DROP EXTENSION leaves');
ROLLBACK TO before;

-- ---- everything planted in public, in evil and in pg_temp, then CREATE EXTENSION ----
SET ROLE hostile_attacker;
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
SELECT cmp_ok(keep.plant('evil'), '>', 4000::bigint, 'many things are planted in a schema');
SELECT cmp_ok(keep.plant('public', '{count,format,concat,string_agg,max,array_agg,jsonb_build_object,to_jsonb}'), '>', 1500::bigint, 'and in public');
RESET ROLE;
CREATE FUNCTION keep.plant_temporary() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	t	text;
BEGIN
	FOREACH t IN ARRAY '{municipality,school,round,submission,indicator,question,setting,target,school_status,legal_act,answer,round_member,pg_class,pg_proc,pg_namespace,pg_attribute,pg_type,pg_roles,share,tally,text,jsonb}'::pg_catalog.text[] LOOP
		EXECUTE pg_catalog.format('CREATE TEMP TABLE %1$I (x int); GRANT ALL ON pg_temp.%1$I TO PUBLIC', t);
	END LOOP;
END
$$;
SELECT keep.plant_temporary();

-- the trap works: unqualified calls do fall into it
CREATE FUNCTION keep.state(path text, query text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	PERFORM set_config('search_path', path, true);
	EXECUTE query;
	RETURN NULL;
EXCEPTION WHEN others THEN
	RETURN SQLSTATE;
END
$$;
SELECT is(keep.state('evil, pg_catalog', 'SELECT initcap(''x''), ascii(''x'')'), NULL, 'what nobody planted is called as ever');
SELECT is(keep.state('evil, public, pg_catalog', 'SELECT format(''%s'', 1)'), 'P0666', 'what is planted is called where nobody took care');
SELECT is(keep.state('evil, public, pg_catalog', 'SELECT 1 = 1'), 'P0666', 'operators as well');
SELECT is(keep.state('public', 'SELECT count(v.x) FROM (VALUES (1)) AS v(x)'), 'P0666', 'and what fits better than PostgreSQL''s own, though that comes first');
SET search_path = evil, public, pg_catalog;

CREATE EXTENSION shnor;
SET search_path = tap, pg_catalog, pg_temp;
-- now that the types are there: our own functions and operators, too
CREATE FUNCTION keep.plant_ours() RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	command	text;
	planted	bigint := 0;
BEGIN
	FOR command IN
		SELECT format('CREATE FUNCTION evil.%I(%s) RETURNS text LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION USING ERRCODE = ''''P0666''''; END''', p.proname,
					  pg_get_function_identity_arguments(p.oid))
		FROM pg_proc p WHERE p.pronamespace = 'shnor'::regnamespace AND p.pronargs > 0
		UNION ALL
		SELECT 'CREATE FUNCTION evil.trap(shnor.share, shnor.share) RETURNS boolean LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION USING ERRCODE = ''''P0666''''; END'''
		UNION ALL
		SELECT format('CREATE OPERATOR evil.%s (LEFTARG = shnor.share, RIGHTARG = shnor.share, FUNCTION = evil.trap)', o) FROM unnest('{+,=,<,>}'::text[]) o
	LOOP
		BEGIN
			EXECUTE command;
			planted := planted + 1;
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
	END LOOP;
	RETURN planted;
END
$$;
SET ROLE hostile_attacker;
SELECT cmp_ok(keep.plant_ours(), '>', 60::bigint, 'our own names are planted, too');
RESET ROLE;

CREATE FUNCTION keep.attempt(command text) RETURNS text LANGUAGE plpgsql SET search_path = evil, public, pg_catalog AS $$
DECLARE
	message	pg_catalog.text;
	context	pg_catalog.text;
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
	RETURN pg_catalog.concat_ws(E'\n', message, context);
END
$$;
-- the owner and the reader have the worst search path there is
SET ROLE hostile_owner;
SELECT is(keep.attempt('SELECT keep.fill()'), 'done', 'a region is made, filled, closed and published with evil in front of everything');
SET ROLE hostile_reader;
SELECT is(keep.attempt('SELECT keep.reads(''evil'')'), 'done', 'and read');
RESET ROLE;
SELECT results_eq($$SELECT name, content FROM keep.reading WHERE run = 'evil' ORDER BY name COLLATE "C"$$, $$SELECT name, content FROM keep.reading WHERE run = 'clean' ORDER BY name COLLATE "C"$$,
	'every figure, report and text is that of a clean database');
SELECT is_empty($$
	WITH foreign_object AS MATERIALIZED (
		SELECT f.classid, f.oid FROM (
			SELECT 'pg_proc'::regclass AS classid, oid, pronamespace AS place FROM pg_proc
			UNION ALL SELECT 'pg_operator', oid, oprnamespace FROM pg_operator
			UNION ALL SELECT 'pg_type', oid, typnamespace FROM pg_type
			UNION ALL SELECT 'pg_class', oid, relnamespace FROM pg_class) AS f
		WHERE f.place IN ('evil'::regnamespace, 'public'::regnamespace)
	)
	SELECT pg_describe_object(d.classid, d.objid, d.objsubid)
	FROM pg_depend d JOIN foreign_object f ON f.classid = d.refclassid AND f.oid = d.refobjid
	WHERE (pg_identify_object(d.classid, d.objid, 0)).identity ~ '\m(shnor|probe)\.'
	  AND (d.classid, d.objid) NOT IN (SELECT x.classid, x.oid FROM foreign_object x)$$, 'no view, trigger or function of ours depends on what is planted');
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM pg_depend WHERE refobjid = (SELECT oid FROM pg_extension WHERE extname = 'shnor') AND deptype = 'e'
	AND (pg_identify_object(classid, objid, 0)).schema IN ('evil', 'public', 'pg_temp')$$, 'no member of the extension lies outside of its schema');

-- ---- planted in the region by a role that may create there, but is not its owner ----
SET ROLE hostile_owner;
GRANT USAGE, CREATE ON SCHEMA probe TO hostile_attacker;
SELECT lives_ok($$SELECT * FROM shnor.lint('probe')$$, 'that somebody may create in the schema stops nothing yet');
SAVEPOINT unplanted;
SET ROLE hostile_attacker;
CREATE FUNCTION probe.format(text, integer) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = 'P0666'; END$$;
SET ROLE hostile_owner;
PREPARE entries AS SELECT * FROM (VALUES
	($$SELECT * FROM shnor.explain('probe', 1, 1, 'teachers_supported')$$),
	($$SELECT * FROM shnor.lint('probe')$$),
	($$SELECT * FROM shnor.import_form('probe', 1, 'x')$$),
	($$SELECT shnor.publish('probe', 1, 1, 'Снова')$$),
	($$SELECT shnor.reopen_round('probe', 1, 'Причина')$$),
	($$SELECT * FROM shnor.export_csv('probe', 'municipal_indicator')$$),
	($$SELECT * FROM shnor.refresh('probe')$$),
	($$SELECT * FROM shnor.verify('probe')$$),
	($$SELECT shnor.create_materialized('probe', 'completeness')$$),
	($$SELECT shnor.drop_materialized('probe', 'completeness')$$),
	($$SELECT * FROM shnor.refresh_materialized('probe')$$),
	($$SELECT shnor.refresh_scheduled('probe')$$),
	($$SELECT shnor.schedule('probe', '* * * * *')$$),
	($$SELECT shnor.upgrade_region('probe')$$)) AS v(call);
CREATE TABLE keep.entry AS EXECUTE entries;
SELECT throws_like(call, 'в схеме региона «probe» есть чужие функции%', 'refused: ' || call) FROM keep.entry;
ROLLBACK TO unplanted;
SET ROLE hostile_attacker;
CREATE FUNCTION probe.trap(jsonb, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = 'P0666'; END$$;
ALTER FUNCTION probe.trap(jsonb, text) OWNER TO hostile_attacker;
CREATE OPERATOR probe.|| (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = probe.trap);
SET ROLE hostile_owner;
SELECT throws_ok($$SELECT * FROM shnor.lint('probe')$$, '42501', NULL, 'an operator');
ROLLBACK TO unplanted;
SET ROLE hostile_attacker;
CREATE VIEW probe.pg_attribute AS SELECT 1 AS x;
SET ROLE hostile_owner;
SELECT throws_ok($$SELECT shnor.upgrade_region('probe')$$, '42501', NULL, 'a view with the name of a catalog');
ROLLBACK TO unplanted;
SET ROLE hostile_attacker;
CREATE VIEW probe.my_report AS SELECT 1 AS x;
SET ROLE hostile_owner;
SELECT lives_ok($$SELECT shnor.upgrade_region('probe')$$, 'a report of their own stops nothing');
CREATE FUNCTION probe.helper(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
SELECT lives_ok($$SELECT * FROM shnor.lint('probe')$$, 'nor does a function of the owner''s');
RESET ROLE;
GRANT hostile_owner TO hostile_attacker;
ALTER FUNCTION probe.helper(integer) OWNER TO hostile_attacker;
SELECT lives_ok($$SELECT * FROM shnor.lint('probe')$$, 'or of a member of the owning role');
REVOKE hostile_owner FROM hostile_attacker;
SELECT throws_ok($$SELECT * FROM shnor.lint('probe')$$, '42501', NULL, 'and of nobody else, for a superuser neither');

SELECT finish();
ROLLBACK;
