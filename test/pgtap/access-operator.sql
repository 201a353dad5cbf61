-- An operator of a municipality: every view that he may read shows him what the owner sees of his municipality,
-- and no way leads to another's rows: tables, views, functions, imports, the texts of errors.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
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
	WHEN view = 'report_scope' THEN 'x.scope = ''municipality'''
	ELSE 'true'
END
$$;
CREATE FUNCTION public.compare(role text, municipalities integer[], OUT view text, OUT owners bigint, OUT differs bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	hers text[];
	his text[];
BEGIN
	FOREACH view IN ARRAY shnor.region_access_operator_views() LOOP
		EXECUTE format('SELECT coalesce(array_agg(x::text), ''{}'') FROM probe.%I x WHERE %s', view,
			public.mine(view, ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = format('probe.%I', view)::regclass AND attnum > 0))) INTO hers USING municipalities;
		EXECUTE format('SET LOCAL ROLE %I', role);
		EXECUTE format('SELECT coalesce(array_agg(x::text), ''{}'') FROM probe.%I x', view) INTO his;
		RESET ROLE;
		owners := cardinality(hers);
		SELECT count(*) INTO differs FROM ((SELECT unnest(hers) EXCEPT ALL SELECT unnest(his)) UNION ALL (SELECT unnest(his) EXCEPT ALL SELECT unnest(hers))) d;
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE TEMP TABLE compared AS
SELECT r.role, r.municipalities, c.* FROM (VALUES ('access_1', '{1}'::int[]), ('access_2', '{2}'), ('access_3', '{3}'), ('access_4', '{4}'), ('access_12', '{1,2}'), ('access_member', '{1}'), ('access_both', '{1,2,3,4}')) AS r(role, municipalities)
CROSS JOIN LATERAL public.compare(r.role, r.municipalities) c;
SELECT results_eq($$SELECT role, view, owners, differs FROM compared WHERE differs > 0 AND role <> 'access_both' ORDER BY 1, 2$$,
	$$SELECT ''::text, ''::text, 0::bigint, 0::bigint WHERE false$$, 'each operator, each view: the rows that the owner sees of his municipality, no less, no more');
SELECT is_empty($$SELECT view FROM compared WHERE role = 'access_1' AND owners = 0$$, 'and there are rows to compare in every view');
SELECT finish();
ROLLBACK;
