-- region.sql: a region of synthetic answers to measure on, schema `region`: rounds, the last of them open and the others
-- closed, each with an answer of every school. test/bench/run sets rounds, schools and municipalities.
-- Neighbours of a municipality lie far apart in the tables, as answers come in. 5,000,000 answers: 4 minutes.
SET client_min_messages = warning;
CREATE EXTENSION shnor;
SELECT shnor.create_region('region', 'Замеры: вымышленные школы') \g /dev/null
SET search_path = region;
-- loaded without triggers and keys; what they would have written is written below
SET session_replication_role = replica;

INSERT INTO legal_act (number, issued_on, issuer, title) VALUES ('1', '1990-01-01', 'Учебный пример', 'Учебный пример: приказ');
INSERT INTO municipality (municipality_id, name) SELECT m, 'Муниципалитет ' || m FROM generate_series(1, :municipalities) m;
INSERT INTO school (school_id, municipality_id, code, name)
SELECT s, 1 + s % :municipalities, 'С' || s, 'Вымышленная школа № ' || s FROM generate_series(1, :schools) s;
-- a quarter, three tenths and a tenth of the schools
INSERT INTO school_status (school_id, status, since)
SELECT s, v.status, date '1990-01-01'
FROM generate_series(1, :schools) s
CROSS JOIN LATERAL (VALUES
	('low_results', abs(hashint4(s)) % 4 = 0), ('adverse_conditions', abs(hashint4(s + 1)) % 10 < 3), ('risk_zone', abs(hashint4(s + 2)) % 10 = 0)
) AS v(status, holds)
WHERE v.holds;

-- two a year, so that many fit into the years that a region takes
INSERT INTO round (title, starts_on, due_on, cohort_on, legal_act_id, state, results_year)
SELECT 'Мониторинг ' || n, d, d + 90, d + 19, 1, 'open', extract(year FROM d)
FROM (SELECT n, (date '2026-09-01' - (:rounds - n) * interval '6 months')::date AS d FROM generate_series(1, :rounds) n) r ORDER BY n;
INSERT INTO target (round_id, indicator, threshold)
SELECT r.round_id, i.indicator, 50 FROM round r CROSS JOIN indicator i WHERE i.polarity <> 'context' AND i.unit <> 'yes_no';

-- one answer of thirty-two is missing
\set part 'CASE WHEN random() >= 0.03125 THEN floor(t.n * random())::int END'
\set yes 'CASE WHEN random() >= 0.03125 THEN random() < 0.6 END'
SELECT setseed(0.42) \g /dev/null
INSERT INTO submission (round_id, school_id, submitted_at, source, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported,
	in_networks, in_active, with_route, in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring,
	internet_resolved, equipment_resolved, staffing_resolved)
SELECT t.round_id, t.s, t.starts_on + interval '8 hours' + t.s * interval '1 second', 'форма',
	CASE WHEN random() >= 0.03125 THEN t.n END, :part, :part, :part, :part, :part, :part, :part, :yes, :yes, :yes, :yes, :yes, :yes, :yes, :yes, :yes
FROM (SELECT r.round_id, r.starts_on, s, 5 + floor(95 * random())::int AS n FROM round r CROSS JOIN generate_series(1, :schools) s
	  -- round after round, as answers come in
	  ORDER BY r.round_id, hashint4(s)) t;
INSERT INTO municipal_submission (round_id, municipality_id, submitted_at, has_results_note, has_practice_sharing, has_resource_monitoring)
SELECT r.round_id, m.municipality_id, r.starts_on + interval '8 hours', random() < 0.6, random() < 0.6, CASE WHEN random() < 0.9 THEN random() < 0.6 END
FROM round r CROSS JOIN municipality m;

-- what closing a round writes down
ANALYZE;
SELECT max(round_id) AS last_round FROM round \gset
INSERT INTO round_school (round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone)
SELECT m.round_id, m.school_id, m.municipality_id, m.kind, m.low_results, m.adverse_conditions, m.risk_zone
FROM round_member m WHERE m.round_id < :last_round ORDER BY m.round_id, m.school_id;
INSERT INTO round_municipality SELECT r.round_id, m.municipality_id FROM round r CROSS JOIN municipality m WHERE r.round_id < :last_round;
UPDATE round SET state = 'closed' WHERE round_id < :last_round;
INSERT INTO round_event (round_id, event) SELECT r.round_id, e FROM round r, unnest(ARRAY['opened', 'closed']) e WHERE r.round_id < :last_round OR e = 'opened';
RESET session_replication_role;
VACUUM (ANALYZE);

-- the first computation of the stored figures
SELECT clock_timestamp() AS started \gset
SELECT count(*) AS computed FROM shnor.refresh('region', everything => true) \gset
SELECT format('%s rounds × %s schools, %s municipalities, %s MB of answers; everything computed for the first time in %s s.',
	:'rounds', :'schools', :'municipalities', pg_table_size('submission') / 1048576, round(extract(epoch FROM clock_timestamp() - :'started'), 1)) AS region \gset
VACUUM (ANALYZE);
\qecho :region
