-- An operator of a municipality: every view that he may read shows him what the owner sees of his municipality,
-- and no way leads to another's rows: tables, views, functions, imports, the texts of errors.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;
SELECT shnor.create_region('probe');
SET search_path = probe, public;
SET shnor.today = '2025-10-01';

-- ---- a region in which schools have moved, a municipality is new, and rounds are closed, reopened, open and drafts ----
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Алый'), (2, 'Белый'), (3, 'Голубой');
INSERT INTO school (school_id, municipality_id, code, name)
SELECT i, (i + 2) / 3, 's' || i, 'Школа ' || CASE i WHEN 6 THEN 'тайная' ELSE i::text END FROM generate_series(1, 9) i;
UPDATE school SET kind = 'preschool' WHERE school_id = 3;
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO school_status (school_id, status, since, until, legal_act_id)
SELECT i, 'low_results', date '2023-01-01', CASE WHEN i % 2 = 0 THEN date '2025-01-01' END, 1 FROM unnest('{1,2,4,5,7,8}'::int[]) i
UNION ALL SELECT i, 'risk_zone', date '2024-01-01', NULL, NULL FROM unnest('{1,4,6,7}'::int[]) i;
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
SELECT y, (2022 + y)::text, make_date(2022 + y, 9, 1), make_date(2022 + y, 9, 20), make_date(2022 + y, 9, 1), 1, CASE WHEN y < 4 THEN 'open' ELSE 'draft' END
FROM generate_series(1, 4) y;
INSERT INTO target (round_id, indicator, municipality_id, threshold, plan)
SELECT r, 'teachers_supported', m, 40 + 10 * coalesce(m, 0), 80 FROM generate_series(1, 4) r, unnest('{1,2,NULL}'::int[]) m
UNION ALL SELECT r, 'schools_with_prevention', NULL, 50, NULL FROM generate_series(1, 4) r;
INSERT INTO submission (round_id, school_id, submitted_at, source, teachers, diagnosed_subject, diagnosed_method, supported, in_networks, in_events, has_curator, has_program, has_prevention, has_tutoring, internet_resolved, equipment_resolved)
SELECT r, i, make_date(2022 + r, 9, 10) + i, 'форма', 10 * i, 5 + i, 3 * i, 4 + r * i, i, i % 2 = 0, i % 3 = 0, (i + r) % 2 = 0, i % 4 <> 0, true, i % 2 = 1, r > 1
FROM generate_series(1, 2) r, generate_series(1, 8) i WHERE i <> 5 OR r = 2;
UPDATE submission SET supported = supported + 1 WHERE school_id IN (1, 4, 7);
INSERT INTO municipal_submission (round_id, municipality_id, submitted_at, has_results_note, has_practice_sharing)
SELECT r, m, make_date(2022 + r, 9, 12), m <> 2, r > 1 FROM generate_series(1, 2) r, generate_series(1, 3) m;
UPDATE municipal_submission SET has_resource_monitoring = true WHERE municipality_id < 3;
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count)
SELECT r, i, 'in_networks', 'unoi', 2 + i FROM generate_series(1, 2) r, unnest('{1,2,4,6}'::int[]) i;
UPDATE source_answer SET answer_count = answer_count + 1;
INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_yes)
SELECT r, m, 'has_results_note', 'ircoko', m = 2 FROM generate_series(1, 2) r, generate_series(1, 2) m;
INSERT INTO document (round_id, school_id, question, kind, link, check_state)
SELECT r, i, 'has_prevention', 'document', 'https://example.org/' || r || '/' || i, CASE WHEN i = 2 THEN 'rejected' ELSE 'accepted' END FROM generate_series(1, 2) r, unnest('{1,2,4,5,7}'::int[]) i;
INSERT INTO document (round_id, municipality_id, question, title) SELECT r, m, 'has_practice_sharing', 'Дорожная карта' FROM generate_series(1, 2) r, generate_series(1, 3) m;
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum)
SELECT y, i, 'ОГЭ', s, 9, 20 + i, (i * y + length(s)) % 19 FROM generate_series(2021, 2025) y, generate_series(1, 9) i, unnest('{математика,физика}'::text[]) s WHERE i <> 3;
INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) SELECT r, m, 'teachers_supported', 'Причина ' || m, '2024-11-01' FROM generate_series(1, 2) r, generate_series(1, 3) m;
INSERT INTO recommendation (recommendation_id, round_id, municipality_id, indicator, kind, addressee, wording, issued_on)
SELECT m, 1, m, 'teachers_supported', 'analysis', 'staff', 'Текст ' || m, '2023-11-01' FROM generate_series(1, 3) m;
INSERT INTO measure (measure_id, round_id, municipality_id, indicator, measure_kind, title, due_on, state, done_on)
SELECT v.n, 1, v.m, 'teachers_supported', k.measure_kind, 'Мера ' || v.n, '2024-03-01', v.s, CASE v.s WHEN 'done' THEN date '2024-02-01' END
FROM (VALUES (1, 1, 'done'), (2, 2, 'done'), (3, 3, 'planned'), (4, NULL, 'done')) AS v(n, m, s), (SELECT measure_kind FROM measure_kind ORDER BY position LIMIT 1) k;
INSERT INTO measure_school VALUES (1, 1), (1, 2), (2, 4), (4, 2), (4, 5);
INSERT INTO decision (decision_id, round_id, municipality_id, indicator, decision_kind, title, due_on)
SELECT m, 1, nullif(m, 4), 'teachers_supported', k.decision_kind, 'Решение ' || m, '2024-03-01' FROM generate_series(1, 4) m, (SELECT decision_kind FROM decision_kind ORDER BY position LIMIT 1) k;
INSERT INTO decision_school VALUES (1, 1), (2, 5), (3, 7);
UPDATE round SET state = 'closed' WHERE round_id < 3;
SELECT shnor.publish('probe', r, 1) FROM generate_series(1, 2) r;
-- after the lists were written down: schools cross over, a municipality is made of two schools of another
INSERT INTO municipality (municipality_id, name) VALUES (4, 'Новый');
UPDATE school SET municipality_id = 2 WHERE school_id = 1;
UPDATE school SET municipality_id = 1 WHERE school_id = 4;
UPDATE school SET municipality_id = 4 WHERE school_id = 7;
UPDATE school SET closed_on = '2025-01-01', successor_id = 9 WHERE school_id = 8;
INSERT INTO school (school_id, municipality_id, code, name) VALUES (10, 4, 's10', 'Школа 10');
INSERT INTO school_status (school_id, status, since) VALUES (1, 'adverse_conditions', '2025-02-01'), (4, 'adverse_conditions', '2025-02-01'), (10, 'low_results', '2025-02-01');
SELECT shnor.reopen_round('probe', 2, 'Школа тайная ошиблась');
UPDATE submission SET supported = 1 WHERE round_id = 2 AND school_id IN (1, 2, 4);
-- of a school that is not in the list: no report reads it
INSERT INTO submission (round_id, school_id, teachers) VALUES (2, 10, 3);
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, has_prevention) SELECT 3, i, '2025-09-10 12:00+03', 20, i, i % 2 = 0 FROM generate_series(1, 7) i;
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (3, 1, true), (3, 4, false);
INSERT INTO document (round_id, school_id, question, link) VALUES (3, 2, 'has_prevention', 'https://example.org/3/2'), (3, 6, 'has_prevention', 'https://example.org/3/6');
SELECT shnor.import_form('probe', 3, E'Код ОО;Наименование ОО;teachers\ns6;Школа тайная;x\n', 'секрет.csv');
SELECT shnor.publish('probe', 2, 1, 'Исправлено');
ANALYZE;
SELECT shnor.refresh('probe');

-- ---- operators ----
CREATE ROLE access_1;
CREATE ROLE access_2;
CREATE ROLE access_3;
CREATE ROLE access_4;
CREATE ROLE access_12;
CREATE ROLE access_member IN ROLE access_1;
CREATE ROLE access_both;
SELECT shnor.grant_access('probe', 'access_' || m, 'operator', m) FROM generate_series(1, 4) m;
SELECT shnor.grant_access('probe', 'access_12', 'operator', m) FROM generate_series(1, 2) m;
SELECT shnor.grant_access('probe', 'access_both', 'operator', 1);
SELECT shnor.grant_access('probe', 'access_both', 'reader');
DO $$BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END$$;
GRANT ALL ON SCHEMA public TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;

-- what the owner sees of these municipalities: by the column, or by whose the school was in the round, or is
CREATE FUNCTION public.mine(view text, columns text[]) RETURNS text LANGUAGE sql AS $$
SELECT CASE
	WHEN view = 'ranked_source_answer' THEN '(x.municipality_id = ANY ($1) OR (x.round_id, x.school_id) IN (SELECT m.round_id, m.school_id FROM probe.round_member m WHERE m.municipality_id = ANY ($1)))'
	WHEN 'municipality_id' = ANY (columns) THEN 'x.municipality_id = ANY ($1)'
	WHEN '{round_id,school_id}' <@ columns THEN '(x.round_id, x.school_id) IN (SELECT m.round_id, m.school_id FROM probe.round_member m WHERE m.municipality_id = ANY ($1))'
	-- results: of a school that has left, those behind the lists in which it was here
	WHEN '{year,school_id}' <@ columns THEN '(x.school_id IN (SELECT s.school_id FROM probe.school s WHERE s.municipality_id = ANY ($1))
		OR EXISTS (SELECT FROM probe.round_school w JOIN probe.round r USING (round_id) WHERE w.school_id = x.school_id AND w.municipality_id = ANY ($1) AND x.year <= r.results_year))'
	-- of imports his own, and there are none
	WHEN view = 'import_state' THEN 'false'
	WHEN view = 'report_scope' THEN 'x.scope = ''municipality'''
	ELSE 'true'
END
$$;
CREATE FUNCTION public.compare(role text, municipalities integer[], OUT view text, OUT owners bigint, OUT differs bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	line text;
	hers text[];
	his text[];
BEGIN
	-- round_list says which lists the caller sees: an operator's are his own, and what the views make of them is compared
	FOR view IN SELECT v FROM unnest(shnor.region_access_operator_views()) v WHERE to_regclass('probe.' || v) IS NOT NULL AND v <> 'round_list' LOOP
		-- what was answered elsewhere the year before is not told
		line := CASE view WHEN 'validation_case' THEN '(to_jsonb(x) - ARRAY(SELECT ''previous_'' || q.question FROM shnor.validation_questions() q))::text' ELSE 'x::text' END;
		EXECUTE format('SELECT coalesce(array_agg(%s), ''{}'') FROM probe.%I x WHERE %s', line, view,
			public.mine(view, ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = format('probe.%I', view)::regclass AND attnum > 0))) INTO hers USING municipalities;
		EXECUTE format('SET LOCAL ROLE %I', role);
		EXECUTE format('SELECT coalesce(array_agg(%s), ''{}'') FROM probe.%I x', line, view) INTO his;
		RESET ROLE;
		owners := cardinality(hers);
		SELECT count(*) INTO differs FROM ((SELECT unnest(hers) EXCEPT ALL SELECT unnest(his)) UNION ALL (SELECT unnest(his) EXCEPT ALL SELECT unnest(hers))) d;
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE TEMP TABLE compared AS
SELECT r.role, r.municipalities, c.* FROM (VALUES ('access_1', '{1}'::int[]), ('access_2', '{2}'), ('access_3', '{3}'), ('access_4', '{4}'), ('access_12', '{1,2}'), ('access_member', '{1}')) AS r(role, municipalities)
CROSS JOIN LATERAL public.compare(r.role, r.municipalities) c;
SELECT results_eq($$SELECT role, view, owners, differs FROM compared WHERE differs > 0 ORDER BY 1, 2$$,
	$$SELECT ''::text, ''::text, 0::bigint, 0::bigint WHERE false$$, 'each operator, each view: the rows that the owner sees of his municipality, no less, no more');
SELECT is_empty($$SELECT view FROM compared WHERE role = 'access_1' AND owners = 0 AND view <> 'import_state'$$, 'and there are rows to compare in every view');
SELECT set_eq($$SELECT view FROM compared WHERE role = 'access_4' AND owners = 0$$,
	$$SELECT unnest('{ranked_source_answer,school_source_answer,municipal_source_answer,answer_conflict,answer_proof,measure_status,decision_status,indicator_change_sum,municipal_change,publication_report,import_state}'::text[])$$,
	'a municipality that was not there has nothing in the rounds of the past, nor a list of its own in the one that was reopened');

CREATE TABLE public.explained AS SELECT * FROM shnor.explain('probe', 2, 1, 'teachers_supported');
GRANT SELECT ON public.explained TO PUBLIC;
-- a school that has moved: its answers stay where they were given
SET ROLE access_1;
SELECT results_eq('SELECT round_id, school_id FROM submission ORDER BY 1, 2', 'VALUES (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (3, 4)', 'answers: of the list in closed and reopened rounds, of the directory in others');
SELECT results_eq('SELECT DISTINCT school_id FROM submission_history ORDER BY 1', 'VALUES (1), (2)', 'so of what was replaced');
SELECT is_empty('SELECT * FROM submission_history WHERE (round_id, school_id) NOT IN (SELECT round_id, school_id FROM submission)', 'and nothing of a school that came later');
SELECT results_eq('SELECT school_id FROM school ORDER BY 1', 'VALUES (1), (2), (3), (4)', 'schools: those of today, and those of its lists');
SELECT results_eq('SELECT status FROM school_status WHERE school_id = 1 ORDER BY 1', $$VALUES ('low_results'), ('risk_zone')$$, 'of one that has left, the statuses behind the lists; not the new one');
SELECT results_eq('SELECT status FROM school_status WHERE school_id = 4 ORDER BY 1', $$VALUES ('adverse_conditions'), ('low_results'), ('risk_zone')$$, 'of one that has come, all');
SELECT is((SELECT max(year) FROM result WHERE school_id = 1), 2024, 'and so its results');
SELECT results_eq('SELECT name FROM municipality', $$VALUES ('Алый')$$, 'one municipality');
SELECT is((SELECT count(*) FROM indicator_result WHERE scope = 'region'), 0::bigint, 'no total that would be his own under the region''s name');
SELECT results_eq('SELECT count(*), count(DISTINCT publication_id) FROM publication_regional_report', 'VALUES (54::bigint, 3::bigint)', 'what was published of the region he reads');
SELECT is_empty($$SELECT * FROM shnor.explain('probe', 1, NULL, 'teachers_supported') WHERE part IN ('figure', 'arithmetic')$$, 'nor is one explained');
SELECT results_eq($$SELECT * FROM shnor.explain('probe', 2, 1, 'teachers_supported')$$, 'SELECT * FROM explained', 'his own is, as to the owner');
SELECT is_empty('SELECT * FROM round_event WHERE reason IS NOT NULL', 'why rounds were reopened is not told');
SELECT throws_ok('SELECT reopening FROM round', '42501', NULL, 'neither where the reason waits for the round to be closed');
SELECT results_eq('SELECT role, municipality_id FROM access', $$VALUES ('access_1', 1)$$, 'of who may do what he sees his own line');
SELECT is_empty('SELECT * FROM import', 'no file of others');
SELECT is_empty('SELECT * FROM import_issue', 'nor what was wrong with it');
RESET ROLE;

-- no row of another municipality in any table, whatever its columns
CREATE FUNCTION public.foreign_rows(role text, municipality integer, OUT relation text, OUT rows bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	columns text[];
	condition text;
BEGIN
	FOR relation, columns IN
		SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
		WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(role, c.oid, 'SELECT') GROUP BY 1 ORDER BY 1
	LOOP
		condition := concat_ws(' OR ',
			CASE WHEN 'municipality_id' = ANY (columns) AND relation <> 'school' THEN format('x.municipality_id <> %s', municipality) END,
			CASE WHEN 'school_id' = ANY (columns) THEN 'x.school_id IN (5, 6, 7, 8, 9, 10)' END,
			'x::text ~ ''тайная|секрет|Белый|Голубой|Новый|Причина [234]|Текст [234]|Мера [234]|Решение [234]''');
		EXECUTE format('SET LOCAL ROLE %I', role);
		EXECUTE format('SELECT count(*) FROM probe.%I x WHERE %s', relation, condition) INTO rows;
		RESET ROLE;
		CONTINUE WHEN rows = 0;
		RETURN NEXT;
	END LOOP;
END
$$;
SELECT is_empty($$SELECT * FROM public.foreign_rows('access_1', 1)$$, 'no table and no view has a row, a name or a text of others');
SELECT is_empty($$SELECT * FROM public.foreign_rows('access_member', 1)$$, 'nor for a member of his role');
SELECT isnt_empty($$SELECT * FROM public.foreign_rows('access_both', 1) WHERE relation = 'submission'$$, 'who is a reader, too, sees them');
SET ROLE access_both;
SELECT is((SELECT count(*) FROM regional_indicator), 72::bigint, 'and the region''s totals');
RESET ROLE;

-- the round before of a school that has come: its answers there were given to another municipality
SET ROLE access_1;
SELECT results_eq('SELECT school_id, previous_teachers FROM validation_case WHERE round_id = 3 ORDER BY 1', 'VALUES (2, 20::bigint), (3, 30), (4, NULL)', 'rules are not told them');
RESET ROLE;
SELECT results_eq('SELECT school_id, previous_teachers FROM validation_case WHERE round_id = 3 AND municipality_id = 1 ORDER BY 1', 'VALUES (2, 20::bigint), (3, 30), (4, 40)', 'as they are to the owner');

-- what he was not granted: totals and ranks of others' figures
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'v'
	AND has_table_privilege('access_1', c.oid, 'SELECT') <> (c.relname = ANY (shnor.region_access_operator_views()))$$, 'he may read these views and no others');
SET ROLE access_1;
SELECT lives_ok($$SELECT * FROM shnor.lint('probe')$$, 'he may look for mistakes');
SELECT throws_ok(format('SELECT * FROM %I', v), '42501', NULL, v || ' is not for operators')
FROM unnest('{regional_indicator,municipal_score,regional_change,regional_evidence,regional_competence,effectiveness,measure_effect,publication_difference,validation_finding}'::text[]) v;

-- ---- writing ----
SELECT lives_ok('UPDATE submission SET teachers = 21 WHERE round_id = 3 AND school_id = 2', 'he corrects an answer in an open round');
SELECT results_eq('SELECT teachers, replaced_by FROM submission_history WHERE round_id = 3', $$VALUES (20, 'access_1'::name)$$, 'and what it replaces is kept under his name');
SELECT lives_ok('UPDATE submission SET supported = 2 WHERE round_id = 2 AND school_id = 1', 'in a reopened one also of a school that has left since');
SELECT lives_ok('INSERT INTO submission (round_id, school_id, teachers) VALUES (3, 4, 9) ON CONFLICT (round_id, school_id) DO UPDATE SET teachers = excluded.teachers', 'of one that has come, in the rounds of today');
SELECT lives_ok('DELETE FROM submission WHERE round_id = 3 AND school_id = 3', 'he takes one back');
SELECT lives_ok($$INSERT INTO document (round_id, school_id, question, link) VALUES (3, 4, 'has_prevention', 'https://example.org/own')$$, 'he shows a document');
SELECT lives_ok($$UPDATE document SET title = 'Программа' WHERE link = 'https://example.org/own'$$, 'and names it');
SELECT throws_ok($$INSERT INTO document (round_id, school_id, question, link, check_state) VALUES (3, 4, 'has_prevention', 'https://example.org/x', 'accepted')$$, '42501', NULL, 'but does not accept it himself');
SELECT lives_ok('UPDATE municipal_submission SET has_practice_sharing = true WHERE round_id = 3', 'the municipality''s own answer');
SELECT is((SELECT count(*) FROM municipal_submission_history WHERE round_id = 3), 1::bigint, 'is kept, too');
RESET ROLE;
SELECT is((SELECT count(*) FROM municipal_submission WHERE round_id = 3 AND has_practice_sharing), 1::bigint, 'and nobody else''s');
UPDATE document SET check_state = 'accepted' WHERE link = 'https://example.org/own';
SET ROLE access_1;
UPDATE document SET link = 'https://example.org/other' WHERE link = 'https://example.org/own';
SELECT is((SELECT count(*) FROM document WHERE link = 'https://example.org/other'), 0::bigint, 'what was accepted is not put in another''s place');

-- what changes nothing, and what is refused; texts do not tell whether there is such a row
CREATE TEMP TABLE refused (statement text, said text);
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
	detail text;
	hint text;
	n bigint;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN format('%s rows', n);
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws('|', SQLSTATE, said, nullif(detail, ''), nullif(hint, ''));
END
$$;
SELECT results_eq($$SELECT role, agrees FROM shnor.access('probe')$$, $$SELECT role, true FROM access ORDER BY role$$, 'the list of who may do what tells his own lines, and nothing of others');
CREATE TEMP TABLE own (statement text);
CREATE FUNCTION pg_temp.own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE NEW.statement; RETURN NEW; END $$;
CREATE TRIGGER own AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION pg_temp.own();
SELECT matches(pg_temp.refusal(format('INSERT INTO pg_temp.own VALUES (%L)', v.s)), v.refusal, v.s) FROM (VALUES
	-- entries that no trigger of the region would make: of a table that is not an operator's, of another municipality's documents
	('^42501.', 'INSERT INTO probe.history (table_name, operation, key, new_row, changed_at, changed_by, session_by) VALUES (''school'', ''insert'', ''{}'', ''{}'', clock_timestamp(), current_user, session_user)'),
	('^42501.', 'INSERT INTO probe.history (table_name, operation, key, old_row, changed_at, changed_by, session_by) VALUES (''document'', ''delete'', ''{"document_id": 999}'', ''{"document_id": 999, "round_id": 3, "school_id": 1000000}'', clock_timestamp(), current_user, session_user)'),
	('^42501.', 'INSERT INTO probe.history (table_name, operation, key, old_row, changed_at, changed_by, session_by) VALUES (''document'', ''delete'', ''{"document_id": 999}'', ''{"document_id": 999, "round_id": 3, "municipality_id": 2}'', clock_timestamp(), current_user, session_user)'),
	('^55000.(когда и кем|журнал)', 'INSERT INTO probe.submission_history (round_id, school_id, submitted_at, recorded_at, replaced_at) VALUES (3, 2, now(), ''2024-01-01'', ''2024-02-01'')')) AS v(refusal, s);
DROP TABLE own;
SELECT is(pg_temp.refusal(s), '0 rows', s) FROM unnest(ARRAY[
	'UPDATE submission SET teachers = 1 WHERE school_id IN (5, 6, 7)', 'DELETE FROM submission WHERE school_id IN (5, 6, 7)',
	'UPDATE submission SET teachers = 1 WHERE round_id = 1', 'DELETE FROM submission WHERE round_id = 1',
	'UPDATE submission SET teachers = 1 WHERE round_id = 2 AND school_id = 4', 'UPDATE submission SET teachers = 1 WHERE round_id = 3 AND school_id = 1',
	'UPDATE municipal_submission SET has_results_note = false WHERE municipality_id <> 1', 'DELETE FROM municipal_submission WHERE municipality_id <> 1',
	'UPDATE document SET title = ''x'' WHERE school_id = 6', 'DELETE FROM document WHERE school_id = 6 OR municipality_id = 2', 'DELETE FROM document WHERE round_id = 1',
	'DELETE FROM import_issue']) s;
SELECT is(pg_temp.refusal(s), '42501|new row violates row-level security policy for table "' || t || '"', s) FROM (VALUES
	-- a school of others, one that is not there, a closed round, a list of another municipality, a draft
	('submission', 'INSERT INTO submission (round_id, school_id, teachers) VALUES (3, 6, 1)'),
	('submission', 'INSERT INTO submission (round_id, school_id, teachers) VALUES (3, 999, 1)'),
	('submission', 'INSERT INTO submission (round_id, school_id, teachers) VALUES (1, 2, 1)'),
	('submission', 'INSERT INTO submission (round_id, school_id, teachers) VALUES (2, 4, 1)'),
	('submission', 'INSERT INTO submission (round_id, school_id, teachers) VALUES (4, 2, 1)'),
	('submission', 'INSERT INTO submission (round_id, school_id, teachers) VALUES (3, 6, 1) ON CONFLICT (round_id, school_id) DO UPDATE SET teachers = 1'),
	('submission', 'INSERT INTO submission (round_id, school_id, teachers) VALUES (3, 6, 1) ON CONFLICT DO NOTHING'),
	('submission', 'UPDATE submission SET school_id = 6 WHERE round_id = 3 AND school_id = 2'),
	('submission_history', 'INSERT INTO submission_history (round_id, school_id, submitted_at) VALUES (3, 6, now())'),
	('submission_history', 'INSERT INTO submission_history (round_id, school_id, submitted_at, replaced_by) VALUES (3, 2, now(), ''postgres'')'),
	('municipal_submission', 'INSERT INTO municipal_submission (round_id, municipality_id) VALUES (3, 2)'),
	('municipal_submission', 'INSERT INTO municipal_submission (round_id, municipality_id) VALUES (3, 4)'),
	('municipal_submission', 'UPDATE municipal_submission SET municipality_id = 2 WHERE round_id = 3'),
	('document', 'INSERT INTO document (round_id, school_id, question, link) VALUES (3, 6, ''has_prevention'', ''https://example.org/3/6'')'),
	('document', 'INSERT INTO document (round_id, municipality_id, question, link) VALUES (3, 2, ''has_practice_sharing'', ''x'')'),
	('document', 'UPDATE document SET school_id = 6 WHERE round_id = 3 AND school_id = 2'),
	('round', 'UPDATE round SET reopening = ''x'' WHERE round_id = 3'),
	('import_issue', 'INSERT INTO import_issue (import_id, reason, severity) VALUES (1, ''x'', ''warning'')')) AS v(t, s);
SELECT matches(pg_temp.refusal(s), '^42501\|permission denied for (table|view)', s) FROM unnest(ARRAY[
	'UPDATE round SET state = ''closed''', 'UPDATE round SET title = ''x''', 'UPDATE school SET name = ''x''', 'UPDATE target SET threshold = 1', 'UPDATE indicator SET missing = ''no''',
	'INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (3, 2, ''in_networks'', ''unoi'', 1)',
	'DELETE FROM submission_history', 'UPDATE access SET municipality_id = 2', 'INSERT INTO access (role, capability) VALUES (''access_1'', ''reader'')',
	'UPDATE import SET content = ''x''', 'TRUNCATE submission', 'INSERT INTO publication (round_id) VALUES (1)', 'SELECT shnor.publish(''probe'', 3, 1)', 'SELECT shnor.reopen_round(''probe'', 1, ''x'')']) s;
SELECT is(pg_temp.refusal($$INSERT INTO submission (round_id, school_id) VALUES (3, 2)$$), '23505|duplicate key value violates unique constraint "submission_pkey"', 'a key that is there twice is not spelled out');
SELECT is(pg_temp.refusal($$INSERT INTO document (round_id, school_id, municipality_id, question, link) VALUES (3, 2, 2, 'has_prevention', 'x')$$) !~ 'Белый|тайная', true, 'triggers name no other municipality');
SELECT matches(pg_temp.refusal($$SELECT shnor.grant_access('probe', 'access_1', 'reader')$$), '^42501.права в регионе «probe» раздаёт только его владелец', 'nor can he let himself in');
SELECT matches(pg_temp.refusal($$SELECT * FROM shnor.explain('probe', 1, 2, 'teachers_supported')$$), '^22023.в регионе «probe» нет муниципалитета с номером 2', 'another municipality is none');
-- a function that tells what it is shown is not shown it
CREATE FUNCTION pg_temp.tell(school integer, teachers integer) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	IF school IN (5, 6, 7) THEN RAISE EXCEPTION 'school % has %', school, teachers; END IF;
	RETURN true;
END
$$;
SELECT lives_ok('SELECT count(*) FROM submission WHERE pg_temp.tell(school_id, teachers)', 'no condition of his is evaluated on others'' rows');
SELECT lives_ok('SELECT count(*) FROM school_round WHERE pg_temp.tell(school_id, teachers)', 'through a view neither');

-- ---- import ----
SELECT results_eq($$SELECT rows_read, loaded, corrected, refused, documents FROM shnor.import_form('probe', 3, E'Код ОО;Наименование ОО;Муниципалитет;teachers;supported;has_prevention;документ\ns3;;;12;3;да;https://example.org/s3\ns2;;;25;5;да;\ns6;Школа тайная;;9;9;нет;\ns06;;;9;9;нет;\n;Школа тайная;Белый;9;9;нет;\n;школа  тайна;;9;9;нет;\ns1;;;7;1;да;\n', 'форма.csv')$$,
	'VALUES (7, 1, 1, 5, 0)', 'a form: his schools are loaded, others are refused');
SELECT results_eq('SELECT line, reason FROM import_issue WHERE severity = ''refused'' ORDER BY line', $$VALUES
	(4, 'Школа не найдена по коду: «s6»'), (5, 'Школа не найдена по коду: «s06»'), (6, 'Муниципалитет не найден: «Белый»'),
	(7, 'Школа не найдена: «школа тайна»'), (8, 'Школа не найдена по коду: «s1»')$$, 'as ones that are not there');
SELECT is_empty($$SELECT hint FROM import_issue WHERE hint ~ 'тайна|Белый|Голубой|Новый|Школа (1|5|6|7|8|9|10)\M'$$, 'no hint names one; they name his own');
SELECT results_eq('SELECT source, imported_by FROM import', $$VALUES ('форма.csv', 'access_1'::name)$$, 'he sees the import that is his own');
SELECT throws_ok($$SELECT * FROM shnor.import_form('probe', 1, E'Код ОО;teachers\ns2;12\n')$$, '55000', NULL, 'a closed round takes no form');
SELECT throws_ok($$SELECT * FROM shnor.import_form('probe', 3, E'Код ОО;in_networks\ns2;12\n', data_source => 'unoi')$$, '42501', NULL, 'other sources are the manager''s');
SELECT results_eq($$SELECT loaded, corrected, refused FROM shnor.import_form('probe', 3, E'Муниципалитет;has_results_note;has_practice_sharing;has_resource_monitoring\nАлый;да;да;нет\nБелый;нет;нет;нет\n')$$,
	'VALUES (0, 1, 1)', 'the form of municipalities: his own');
SET ROLE access_2;
SELECT is_empty('SELECT * FROM import', 'another operator sees neither file');
SELECT is_empty('SELECT * FROM import_issue', 'nor its issues');
RESET ROLE;
SELECT is((SELECT teachers FROM submission WHERE round_id = 3 AND school_id = 6), 20, 'and nothing of others has changed');

-- ---- membership ----
SET ROLE access_member;
SELECT lives_ok('UPDATE submission SET teachers = 22 WHERE round_id = 3 AND school_id = 2', 'a member of a group writes as it may');
SELECT is((SELECT replaced_by FROM submission_history WHERE round_id = 3 AND school_id = 2 ORDER BY replaced_by DESC, teachers LIMIT 1), 'access_member', 'under his own name');
RESET ROLE;
ALTER ROLE access_member NOINHERIT;
SELECT shnor.revoke_access('probe', 'access_12', municipality_id => 2);
SET ROLE access_12;
SELECT results_eq('SELECT municipality_id FROM municipality', 'VALUES (1)', 'one of two municipalities is taken back');
RESET ROLE;
SELECT shnor.revoke_access('probe', 'access_12');
SELECT is_empty($$SELECT * FROM shnor.region_access_actual('probe') WHERE role = 'access_12'$$, 'and with the last one every privilege');

SELECT finish();
ROLLBACK;
