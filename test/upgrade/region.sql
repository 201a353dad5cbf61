-- A region made and filled by the version in :released, with what its users have built on it, is brought to this version:
-- nothing that was entered changes, no figure does, nothing of the users' goes, and the region comes out like a new one.
-- Then the extension is dropped with CASCADE and created again. For psql; test/pgtap/region-upgrade-*.sql call it.
BEGIN;
SET client_min_messages = warning;
SET jit = off;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor VERSION :'released';
SELECT no_plan();
\ir functions.sql
CREATE ROLE upgrade_reader;

-- ---- before ----
-- some municipalities of the sample, with their registries and answers, by the code of that version
SELECT shnor.create_region('region_old', 'Учебный пример') \gset before_
SET search_path = region_old, public;
\copy municipality (municipality_id, oktmo, name) from 'test/data/municipality.csv' with (format csv, header) where municipality_id between 7 and 14
\copy school (school_id, municipality_id, code, name, kind, opened_on, closed_on, successor_id) from 'test/data/school.csv' with (format csv, header) where municipality_id between 7 and 14
\copy legal_act (legal_act_id, number, issued_on, issuer, title, amends_id) from 'test/data/legal_act.csv' with (format csv, header)
\copy round (round_id, title, starts_on, due_on, ends_on, cohort_on, legal_act_id, state) from 'test/data/round.csv' with (format csv, header)
CREATE TEMP TABLE every_school_status AS SELECT school_id, status, since, until, legal_act_id FROM school_status;
\copy every_school_status (school_id, status, since, until, legal_act_id) from 'test/data/school_status.csv' with (format csv, header)
INSERT INTO school_status (school_id, status, since, until, legal_act_id) SELECT * FROM every_school_status WHERE school_id IN (SELECT school_id FROM school);
\copy target (round_id, indicator, municipality_id, threshold, plan, legal_act_id) from 'test/data/target.csv' with (format csv, header) where municipality_id is null or municipality_id between 7 and 14
\copy municipal_submission (round_id, municipality_id, submitted_at, source, has_results_note, has_practice_sharing, has_resource_monitoring) from 'test/data/municipal_submission.csv' with (format csv, header) where municipality_id between 7 and 14
\set form `cat test/data/form_2024.csv`
SELECT * FROM shnor.import_form('region_old', 1, :'form', source => 'form_2024.csv') \gset before_
\set form `cat test/data/form_2026.tsv`
SELECT * FROM shnor.import_form('region_old', 3, :'form', source => 'form_2026.tsv') \gset before_
\unset form
CREATE TEMP TABLE every_source_answer AS SELECT round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source, legal_act_id FROM source_answer;
\copy every_source_answer (round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source, legal_act_id) from 'test/data/source_answer.csv' with (format csv, header)
INSERT INTO source_answer (round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source, legal_act_id) SELECT * FROM every_source_answer WHERE school_id IN (SELECT school_id FROM school) OR municipality_id IN (SELECT municipality_id FROM municipality);
CREATE TEMP TABLE every_result AS SELECT year, school_id, assessment, subject, grade, participants, below_minimum, marks_sum, source FROM result;
\copy every_result (year, school_id, assessment, subject, grade, participants, below_minimum, marks_sum, source) from 'test/data/result.csv' with (format csv, header)
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum, marks_sum, source) SELECT * FROM every_result WHERE school_id IN (SELECT school_id FROM school);

-- what the region has made of the catalogues: a definition ended and another begun, a text reworded, one done away with
UPDATE indicator SET valid_until = '2026-01-01' WHERE indicator = 'teachers_in_active';
INSERT INTO indicator (indicator, indicator_id, section, clause, position, title, unit, level, numerator, denominator, cohort, missing, valid_from)
SELECT indicator, indicator_id, section, clause, position, title || ' (уточнено)', unit, level, numerator, denominator, cohort, missing, valid_until FROM indicator WHERE indicator = 'teachers_in_active';
UPDATE question SET wording = wording || ' (уточнено)', evidence = 'optional', evidence_kinds = '{}' WHERE question = 'has_curator';
UPDATE recommendation_template SET wording = wording || ' (уточнено)' WHERE template_id % 5 = 0;
DELETE FROM recommendation_template WHERE template_id = (SELECT max(template_id) FROM recommendation_template);
UPDATE setting SET min_n = 12;

-- two years are closed, one is published, reopened, corrected and published again
UPDATE round SET state = 'closed' WHERE round_id IN (1, 2);
INSERT INTO document (round_id, school_id, question, title)
SELECT 3, s.school_id, 'has_prevention', 'Учебный пример: программа' FROM submission s WHERE s.round_id = 3 AND s.has_prevention AND s.school_id % 2 = 0;
INSERT INTO note (round_id, municipality_id, indicator, reason, received_on)
SELECT s.round_id, s.municipality_id, s.indicator, 'Учебный пример: причина', s.due_on FROM note_status s WHERE s.round_id = 1 AND s.municipality_id < 11;
INSERT INTO recommendation (round_id, municipality_id, indicator, template_id, kind, addressee, wording, issued_on)
SELECT d.round_id, d.municipality_id, d.indicator, d.template_id, d.kind, d.addressee, d.wording, d.due_on FROM recommendation_due d WHERE d.round_id = 1 AND d.municipality_id < 11;
INSERT INTO measure (round_id, municipality_id, indicator, measure_kind, title, due_on)
SELECT o.round_id, o.municipality_id, o.indicator, (SELECT min(k.measure_kind) FROM measure_kind k), 'Учебный пример: мера', o.measure_due_on FROM obligation o WHERE o.round_id = 1 AND o.note_required AND o.municipality_id < 11;
SELECT shnor.publish('region_old', 1, 17, 'Учебный пример: отчёт') \gset before_
SELECT shnor.reopen_round('region_old', 1, 'Учебный пример: ошибка в ответе') \gset before_
UPDATE submission SET supported = supported - 1 WHERE round_id = 1 AND supported > 3;
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT shnor.publish('region_old', 1, 18, 'Учебный пример: уточнённый отчёт') \gset before_

ANALYZE;

-- what its users have built on it
CREATE SCHEMA bi;
GRANT USAGE ON SCHEMA region_old, bi TO upgrade_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA region_old TO upgrade_reader;
CREATE VIEW bi.points AS SELECT municipality, round_id, sum(score) AS points FROM municipal_indicator GROUP BY 1, 2;
CREATE VIEW bi.best AS SELECT * FROM bi.points WHERE points > 5;
CREATE VIEW bi.whole_report AS SELECT m FROM municipal_indicator m;
CREATE VIEW bi.teachers AS SELECT school_id, shnor.percent(shnor.share(supported, teachers)) AS percent FROM submission WHERE round_id = 1;
CREATE MATERIALIZED VIEW bi.region AS SELECT round_id, indicator, numerator, denominator, percent FROM regional_indicator;
CREATE UNIQUE INDEX region_key ON bi.region (round_id, indicator);
CREATE MATERIALIZED VIEW bi.tallies AS SELECT round_id, municipality_id, tally FROM municipal_tally;
CREATE MATERIALIZED VIEW bi.of_best AS SELECT round_id, count(*) AS municipalities FROM bi.best GROUP BY 1;
CREATE VIEW bi.over_frozen AS SELECT r.*, b.municipalities FROM bi.region r JOIN bi.of_best b USING (round_id);
COMMENT ON MATERIALIZED VIEW bi.region IS 'Учебный пример: своё';
COMMENT ON COLUMN bi.points.points IS 'Учебный пример: баллы';
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO upgrade_reader;
CREATE FUNCTION public.own() RETURNS SETOF text LANGUAGE plpgsql AS $own$
BEGIN
	RETURN QUERY EXECUTE $$
		SELECT format('%s %s %s %s %s', c.oid, c.relname, c.relkind, c.relacl, obj_description(c.oid, 'pg_class')) FROM pg_class c WHERE c.relnamespace = 'bi'::regnamespace
		UNION ALL SELECT c.relname || pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relnamespace = 'bi'::regnamespace AND c.relkind IN ('v', 'm')
		UNION ALL SELECT col_description('bi.points'::regclass, 3)
		UNION ALL SELECT 'grant on ' || c.relname FROM pg_class c WHERE c.relnamespace = 'region_old'::regnamespace AND has_table_privilege('upgrade_reader', c.oid, 'SELECT') AND c.relname IN ('municipal_indicator', 'submission')
		UNION ALL SELECT v::text FROM bi.points v UNION ALL SELECT v::text FROM bi.best v UNION ALL SELECT v::text FROM bi.teachers v
		UNION ALL SELECT left(v::text, 60) FROM bi.whole_report v
		UNION ALL SELECT v::text FROM bi.region v UNION ALL SELECT v::text FROM bi.tallies v UNION ALL SELECT v::text FROM bi.of_best v UNION ALL SELECT v::text FROM bi.over_frozen v$$;
END
$own$;
CREATE TABLE public.own_before AS SELECT public.own() AS line;
SELECT ok(count(*) > 500, 'users have built things on a region of ' || :'released') FROM public.own_before;

CREATE TABLE public.before AS SELECT c.*, public.checksum('region_old', c.relation, c.columns) FROM public.region_columns('region_old') c;
SELECT is_empty($$SELECT relation FROM public.before WHERE kind = 'r' AND checksum ~ '^0 ' AND relation NOT IN ('decision', 'decision_school', 'measure_school', 'municipal_submission_history', 'source_answer_history')$$,
	'its tables are filled');

-- time has gone over the region's own objects
CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE OR REPLACE FUNCTION check_round_open() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
DROP TRIGGER check_indicator ON target;
DROP FUNCTION check_document() CASCADE;
ALTER TABLE publication DISABLE TRIGGER refuse_edit;
CREATE OR REPLACE TRIGGER check_versions AFTER INSERT ON question FOR EACH ROW EXECUTE FUNCTION check_versions('wording');
COMMENT ON VIEW municipal_indicator IS NULL;
COMMENT ON FUNCTION refuse_edit() IS NULL;
DROP VIEW publication_difference CASCADE;

-- ---- the extension is updated: the region as it is goes on ----
ALTER EXTENSION shnor UPDATE;
SELECT is(e.extversion, a.default_version, 'the extension is updated') FROM pg_extension e JOIN pg_available_extensions a ON a.name = e.extname WHERE e.extname = 'shnor';
SELECT results_eq('SELECT public.own() ORDER BY 1', 'SELECT line FROM public.own_before ORDER BY 1', 'what users built stays as it was');
SELECT is(public.checksum('region_old', b.relation, b.columns), b.checksum, 'and the report') FROM public.before b WHERE relation = 'municipal_indicator';

-- ---- the region is upgraded ----
SELECT is(shnor.upgrade_region('region_old'), 'region_old', 'the region is upgraded');
SELECT is(public.checksum('region_old', b.relation, b.columns), b.checksum, format('%s %s keeps its rows', CASE b.kind WHEN 'r' THEN 'table' ELSE 'view' END, b.relation)) FROM public.before b ORDER BY b.kind, b.relation;
SELECT results_eq('SELECT public.own() ORDER BY 1', 'SELECT line FROM public.own_before ORDER BY 1', 'what users built stays as it was');
SELECT lives_ok(c, c) FROM (VALUES ('REFRESH MATERIALIZED VIEW bi.region'), ('REFRESH MATERIALIZED VIEW CONCURRENTLY bi.region'), ('REFRESH MATERIALIZED VIEW bi.tallies'), ('REFRESH MATERIALIZED VIEW bi.of_best')) AS v(c);
SELECT results_eq('SELECT public.own() ORDER BY 1', 'SELECT line FROM public.own_before ORDER BY 1', 'and so does what was refreshed');
SET ROLE upgrade_reader;
SELECT ok((SELECT count(*) FROM region_old.municipal_indicator) = (SELECT count(*) FROM bi.whole_report), 'a reader reads on');
RESET ROLE;
-- its figures can be stored, of the rounds that it has closed too; undone, since what was entered is compared again below
SAVEPOINT stored;
SELECT results_eq($$SELECT round_id FROM shnor.refresh('region_old') ORDER BY 1$$, 'SELECT round_id FROM round ORDER BY 1', 'its figures are stored');
UPDATE submission SET supported = supported + 1 WHERE round_id = 3 AND school_id % 5 = 0;
SELECT results_eq($$SELECT round_id FROM shnor.refresh('region_old')$$, 'VALUES (3)', 'and follow a correction');
SELECT is_empty($$SELECT report, example FROM shnor.verify('region_old') WHERE different > 0 OR pending > 0$$, 'as the live ones do');
ROLLBACK TO stored;

-- like a new one
SELECT shnor.create_region('region_new', 'Учебный пример') \gset after_
SELECT bag_eq($$SELECT public.shape('region_old')$$, $$SELECT public.shape('region_new')$$, 'a region of ' || :'released' || ' comes out like a new one: tables, constraints, functions, triggers, views, comments');
CREATE TABLE public.shape_after AS SELECT public.shape('region_old') AS line;
SELECT ok(count(*) > 2000, 'which consists of many things') FROM public.shape_after;
SELECT shnor.upgrade_region('region_old') \gset after_
SELECT bag_eq($$SELECT public.shape('region_old')$$, 'SELECT line FROM public.shape_after', 'a second time changes nothing');

-- its triggers work again
SAVEPOINT triggers;
SELECT throws_ok('UPDATE submission SET teachers = 1 WHERE round_id = 1', '55000', NULL, 'a closed round is locked');
SELECT throws_ok('DELETE FROM publication', '55000', NULL, 'what is published stays');
SELECT throws_ok($$INSERT INTO target (round_id, indicator, threshold) VALUES (3, 'no_such', 50)$$, '23503', NULL, 'targets have indicators');
SELECT throws_ok($$INSERT INTO document (round_id, school_id, question) VALUES (3, 1, 'has_prevention')$$, '23514', NULL, 'documents can be found');
CREATE TABLE public.history_before AS SELECT count(*) FROM submission_history;
UPDATE submission SET teachers = teachers + 1 WHERE round_id = 3 AND school_id = (SELECT min(school_id) FROM submission WHERE round_id = 3 AND teachers IS NOT NULL);
SELECT is((SELECT count(*) FROM submission_history), (SELECT count + 1 FROM public.history_before), 'replaced answers are kept');
ROLLBACK TO triggers;

-- ---- the extension goes with all that stands on it, and comes back ----
DROP SCHEMA bi CASCADE;
-- with the tables that are new
INSERT INTO public.before SELECT c.*, public.checksum('region_old', c.relation, c.columns) FROM public.region_columns('region_old') c
WHERE c.kind = 'r' AND NOT EXISTS (SELECT FROM public.before b WHERE b.relation = c.relation);
DROP EXTENSION shnor CASCADE;
SELECT hasnt_view('region_old', 'municipal_indicator', 'the reports are gone');
SELECT is(public.checksum('region_old', b.relation, b.columns), b.checksum, format('table %s outlives the extension', b.relation)) FROM public.before b WHERE kind = 'r' ORDER BY b.relation;
SELECT throws_ok('UPDATE submission SET teachers = 1 WHERE round_id = 1', '55000', NULL, 'a closed round is locked without it');
CREATE EXTENSION shnor;
SELECT shnor.upgrade_region('region_old') \gset after_
SELECT bag_eq($$SELECT public.shape('region_old')$$, 'SELECT line FROM public.shape_after', 'upgrade_region puts everything back');
SELECT is(public.checksum('region_old', b.relation, b.columns), b.checksum, format('%s %s is back', CASE b.kind WHEN 'r' THEN 'table' ELSE 'view' END, b.relation)) FROM public.before b WHERE b.relation <> 'refresh_pending' ORDER BY b.kind, b.relation;

SELECT finish();
ROLLBACK;
