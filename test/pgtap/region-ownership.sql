-- A region belongs to the ordinary role that made it, and outlives the extension.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();

CREATE ROLE region_analyst;
CREATE ROLE region_reader;
CREATE ROLE region_stranger;
DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO region_analyst', current_database()); END$$;
GRANT ALL ON SCHEMA public TO region_analyst, region_reader, region_stranger;
GRANT ALL ON ALL TABLES IN SCHEMA public TO region_analyst, region_reader, region_stranger;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO region_analyst, region_reader, region_stranger;

SET ROLE region_stranger;
SELECT throws_ok($$SELECT shnor.create_region('probe')$$, '42501', NULL, 'making a region needs CREATE on the database');
SET ROLE region_analyst;
SELECT lives_ok($$SELECT shnor.create_region('probe')$$, 'and nothing else: no superuser');
SELECT is_empty($$
	SELECT relname FROM pg_class WHERE relnamespace = 'probe'::regnamespace AND relowner <> 'region_analyst'::regrole
	UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'probe'::regnamespace AND proowner <> 'region_analyst'::regrole
	UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'probe' AND nspowner <> 'region_analyst'::regrole$$,
	'everything belongs to the role that made it');

INSERT INTO probe.municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO probe.school (school_id, municipality_id, code, name) SELECT i, 1 + i % 2, 's' || i, 'Школа ' || i FROM generate_series(1, 6) i;
INSERT INTO probe.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO probe.school_status (school_id, status, since) SELECT i, 'low_results', '2024-01-01' FROM generate_series(1, 4) i;
INSERT INTO probe.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO probe.target (round_id, indicator, threshold, legal_act_id) VALUES (1, 'teachers_supported', 50, 1), (1, 'schools_with_prevention', 50, 1);
INSERT INTO probe.submission (round_id, school_id, submitted_at, teachers, supported, has_prevention)
SELECT 1, i, '2024-09-10 12:00+03', 10, i, i > 3 FROM generate_series(1, 5) i;
UPDATE probe.submission SET supported = 6 WHERE school_id = 2;
INSERT INTO probe.municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 1, true);

-- readers
SELECT shnor.grant_access('probe', 'region_reader', 'reader');
GRANT USAGE ON SCHEMA probe TO region_stranger;
GRANT SELECT ON probe.municipal_indicator TO region_stranger;
SET ROLE region_reader;
SELECT is((SELECT count(*) FROM probe.municipal_indicator), 36::bigint, 'a reader reads the report');
SELECT throws_ok($$UPDATE probe.submission SET teachers = 1$$, '42501', NULL, 'and changes nothing');
SELECT throws_ok($$SELECT shnor.upgrade_region('probe')$$, '42501', NULL, 'nor upgrades what is another''s');
SET ROLE region_stranger;
SELECT throws_ok($$SELECT * FROM probe.municipal_indicator$$, '42501', NULL, 'a view gives nobody what its tables do not');
SET ROLE region_analyst;

-- upgrade_region where nothing is missing
CREATE VIEW probe.my_report AS SELECT municipality, sum(score) AS points FROM probe.municipal_indicator GROUP BY municipality;
COMMENT ON VIEW probe.municipal_indicator IS NULL;
SELECT is(shnor.upgrade_region('probe'), 'probe', 'upgrade_region of a whole region changes nothing but comments');
SELECT isnt(obj_description('probe.municipal_indicator'::regclass), NULL, 'which it writes anew');
SELECT isnt_empty('SELECT * FROM probe.my_report', 'a view built on the reports stays');
SELECT ok(has_table_privilege('region_reader', 'probe.municipal_indicator', 'SELECT'), 'and so do grants');

-- the extension goes and comes back
CREATE TABLE public.before_reports AS SELECT * FROM probe.municipal_indicator;
CREATE TABLE public.before_scores AS SELECT * FROM probe.municipal_score;
CREATE TABLE public.before_completeness AS SELECT * FROM probe.completeness;
CREATE FUNCTION public.contents() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	t text;
	rows jsonb;
	result jsonb = '{}';
BEGIN
	FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'probe'::regnamespace AND relkind = 'r' LOOP
		EXECUTE format('SELECT coalesce(jsonb_agg(x ORDER BY x::text), ''[]'') FROM probe.%I x', t) INTO rows;
		result := result || jsonb_build_object(t, rows);
	END LOOP;
	RETURN result;
END
$$;
CREATE TABLE public.before_contents AS SELECT public.contents();
RESET ROLE;
SET client_min_messages = error;
DROP EXTENSION shnor CASCADE;
RESET client_min_messages;
SET ROLE region_analyst;
SELECT is(public.contents(), (SELECT contents FROM public.before_contents), 'no table loses a row when the extension is dropped');
SELECT is((SELECT count(*) FROM jsonb_object_keys(public.contents())), 48::bigint, 'nor is one dropped');
SELECT hasnt_view('probe', 'municipal_indicator', 'the views that compute with it are gone');
SELECT has_view('probe', 'school_round', 'others stay');
UPDATE probe.submission SET supported = 7 WHERE school_id = 2;
UPDATE probe.submission SET supported = 6 WHERE school_id = 2;
SELECT is((SELECT count(*) FROM probe.submission_history), 3::bigint, 'answers and their history work without it');
RESET ROLE;
CREATE EXTENSION shnor;
SET ROLE region_analyst;
SELECT lives_ok($$SELECT shnor.upgrade_region('probe')$$, 'upgrade_region brings the views back');
SELECT results_eq('SELECT * FROM probe.municipal_indicator ORDER BY round_id, municipality_id, position',
				  'SELECT * FROM public.before_reports ORDER BY round_id, municipality_id, position', 'with the same figures');
SELECT results_eq('SELECT * FROM probe.municipal_score ORDER BY round_id, municipality_id',
				  'SELECT * FROM public.before_scores ORDER BY round_id, municipality_id', 'the same scores');
SELECT results_eq('SELECT * FROM probe.completeness ORDER BY round_id, municipality_id',
				  'SELECT * FROM public.before_completeness ORDER BY round_id, municipality_id', 'and the same completeness');
SELECT is_empty($$
	SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'v'
	AND coalesce(col_description(c.oid, a.attnum), '') !~ '[А-Яа-я]'$$, 'and comments on every column');

-- a renamed region goes on working
ALTER SCHEMA probe RENAME TO renamed;
SELECT lives_ok($$UPDATE renamed.submission SET supported = 8 WHERE school_id = 2$$, 'the history does not mind a new name of the schema');
SELECT lives_ok($$INSERT INTO renamed.target (round_id, indicator, threshold) VALUES (1, 'risks_resolved', 50)$$, 'nor do targets');
SELECT is((SELECT count(*) FROM renamed.municipal_indicator), 36::bigint, 'nor do reports');

RESET ROLE;
SELECT finish();
ROLLBACK;
