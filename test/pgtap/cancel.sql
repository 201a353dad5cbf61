-- Whatever takes long can be cancelled, and what was cancelled has left nothing behind.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET LOCAL search_path = public, shnor;
SET client_min_messages = warning;

-- ---- loops in C ----
-- A statement cancels itself as it evaluates the argument in < >. A function that looks for it stops with 57014;
-- one that does not runs to its end, and only then the executor stops: but the sequence has counted it.
CREATE TEMP SEQUENCE finished;
CREATE TYPE pg_temp.answers AS (a integer);
CREATE TEMP TABLE given AS SELECT
	(SELECT methodology(i, 'a + 1', NULL, NULL, 'no') FROM generate_series(1, 3) i) AS m,
	'{1:12/40:38:2,2:3/50:50:0}'::tally AS t, ROW(1)::pg_temp.answers AS r;
CREATE FUNCTION pg_temp.looks(expression text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	before	bigint := nextval('finished');
BEGIN
	EXECUTE format('SELECT nextval(''finished'') FROM (SELECT %s FROM given OFFSET 0) AS x',
				   regexp_replace(expression, '<(.*?)>', '(CASE WHEN pg_cancel_backend(pg_backend_pid()) THEN \1 END)', 'g'));
	RETURN false;
EXCEPTION WHEN query_canceled THEN
	RETURN nextval('finished') = before + 1;
END $$;
SELECT ok(NOT pg_temp.looks('<1> + 1'), 'a function that does not look is found out');

SELECT ok(pg_temp.looks(expression), expression)
FROM (VALUES
	('form_clean(<text ''a''>)'), ('form_normalize(<text ''a''>)'), ('form_count(<text ''12''>)'), ('form_yes_no(<text ''да''>)'),
	('form_problem(<text ''12''>, ''count'')'), ('form_timestamp(<text ''2024-01-01''>, ''UTC'')'), ('form_rows(<text ''a,b''>, '','')'),
	('<text ''12/40''>::share'), ('<text ''{}''>::tally'), ('<text ''[{"id": 1, "numerator": "a"}]''>::methodology'),
	('t + <t>'), ('tally_send(<t>)'), ('tally_out(<t>)'), ('items(<t>)'),
	('methodology_out(<m>)'), ('columns(<m>)'), ('contribution(<m>, r)'),
	('tally_accum(NULL, <m>, ''{a}'', 1)'), ('tally_accum(NULL, <m>, ''{a}'', 1.5)'),
	('yes_count(VARIADIC <''{t,f}''::boolean[]>)')
) AS v(expression);

-- ---- all or nothing ----
-- Cancelled in the middle, by triggers that stand for somebody's Ctrl-C, each of these leaves the region as it was, and
-- works afterwards.
SELECT shnor.create_region('probe') \gset made_
INSERT INTO probe.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2024-08-01', 'Учебный пример', 'О мониторинге');
INSERT INTO probe.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
VALUES (1, 'Учебный пример', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO probe.municipality (municipality_id, name) VALUES (1, 'Шуя');
INSERT INTO probe.school (school_id, municipality_id, code, name) SELECT n, 1, 's' || n, 'Школа ' || n FROM generate_series(1, 4) n;
INSERT INTO probe.submission (round_id, school_id, submitted_at, teachers) VALUES (1, 1, '2024-09-02', 5);

CREATE FUNCTION pg_temp.rows() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	relation	text;
	digest		text;
	result		text := '';
BEGIN
	FOR relation IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'r' ORDER BY 1 LOOP
		EXECUTE format('SELECT md5(string_agg(t::text, %L ORDER BY t::text)) FROM probe.%I t', E'\n', relation) INTO digest;
		result := concat(result, relation, ' ', digest, E'\n');
	END LOOP;
	RETURN result;
END $$;
CREATE FUNCTION pg_temp.objects() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(o, E'\n' ORDER BY o)) FROM (
		SELECT concat(c.oid, c.relname, c.relacl, CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END, obj_description(c.oid)) FROM pg_class c
		WHERE c.relnamespace = to_regnamespace('probe')
		UNION ALL SELECT concat(p.oid, p.proname, p.prosrc) FROM pg_proc p WHERE p.pronamespace = to_regnamespace('probe')
		UNION ALL SELECT concat(t.oid, t.tgname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = to_regnamespace('probe')
		UNION ALL SELECT nspname FROM pg_namespace
	) AS x(o)
$$;
CREATE FUNCTION pg_temp.cancelled(query text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN false;
EXCEPTION WHEN query_canceled THEN
	RETURN true;
END $$;
CREATE FUNCTION public.cancel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_cancel_backend(pg_backend_pid());
	RETURN NULL;
END $$;

-- a cancelled statement is tried with a trigger on each of the tables that it writes
CREATE FUNCTION pg_temp.leaves_nothing(query text, tables text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	relation	text;
	was			text := pg_temp.rows();
BEGIN
	FOREACH relation IN ARRAY tables LOOP
		EXECUTE format('CREATE TRIGGER zz_cancel AFTER INSERT ON probe.%I EXECUTE FUNCTION public.cancel()', relation);
		RETURN NEXT ok(pg_temp.cancelled(query), 'cancelled at ' || relation);
		RETURN NEXT is(pg_temp.rows(), was, 'nothing of it is left');
		EXECUTE format('DROP TRIGGER zz_cancel ON probe.%I', relation);
	END LOOP;
	EXECUTE query;
	RETURN NEXT isnt(pg_temp.rows(), was, 'and then it works: ' || left(query, 30));
END $$;

SELECT pg_temp.leaves_nothing($$SELECT shnor.import_form('probe', 1, E'Отметка времени,Код ОО,teachers,has_curator,Прикрепите документ\n'
	'10.09.2024,s1,10,Да,https://x.test/a\n10.09.2024,s2,20,Нет,\n10.09.2024,s3,много,Да,\n10.09.2024,s9,1,Да,\n', 'form.csv')$$,
	'{import,import_issue,submission,submission_history,document}');
SELECT results_eq('SELECT rows_read, loaded, corrected, refused FROM probe.import', 'VALUES (4, 1, 1, 2)', 'the file is imported once');
UPDATE probe.round SET state = 'closed';
SELECT pg_temp.leaves_nothing($$SELECT shnor.publish('probe', 1, 1)$$,
	'{publication,publication_definition,publication_indicator,publication_school,publication_municipality,publication_school_indicator}');
SELECT is((SELECT count(*) FROM shnor.check_publication('probe', (SELECT publication_id FROM probe.publication))), 0::bigint, 'what is published agrees with its answers');

-- DDL: cancelled at the n-th command
CREATE TEMP SEQUENCE command;
SET LOCAL test.command = 0;
CREATE FUNCTION public.cancel_command() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF nextval('pg_temp.command') = current_setting('test.command')::bigint THEN
		PERFORM pg_cancel_backend(pg_backend_pid());
	END IF;
END $$;
CREATE EVENT TRIGGER zz_cancel ON ddl_command_end EXECUTE FUNCTION public.cancel_command();
CREATE FUNCTION pg_temp.leaves_no_object(query text, command bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	was	text := pg_temp.objects() || pg_temp.rows();
BEGIN
	PERFORM set_config('test.command', command::text, true), setval('pg_temp.command', 1, false);
	RETURN NEXT ok(pg_temp.cancelled(query), format('cancelled at command %s: %s', command, query));
	RETURN NEXT is(pg_temp.objects() || pg_temp.rows(), was, 'no object is left or gone');
END $$;
DROP VIEW probe.municipal_score;
SELECT pg_temp.leaves_no_object($$SELECT shnor.create_region('other')$$, n) FROM unnest('{1,20,200}'::bigint[]) n;
SELECT pg_temp.leaves_no_object($$SELECT shnor.upgrade_region('probe')$$, n) FROM unnest('{1,20,200}'::bigint[]) n;
SET LOCAL test.command = 0;
SELECT lives_ok($$SELECT shnor.upgrade_region('probe')$$, 'and then it works');
SELECT has_view('probe', 'municipal_score', 'the view is back');

SELECT finish();
ROLLBACK;
