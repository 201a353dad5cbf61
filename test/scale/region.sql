-- A region of synthetic answers for the tests of docs/scale.md, in a database of its own: psql variables name, first (number of
-- the first of its three rounds, of 2024 to 2026), municipalities, schools. Leaves in the variable truth what six indicators
-- come to, counted by hand from the rows: {"year indicator": "numerator/denominator", …}.
\encoding UTF8
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
SELECT shnor.create_region(:'name') \gset ignored_
SELECT set_config('search_path', format('%I, public', :'name'), false) AS path \gset ignored_
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO municipality (municipality_id, name) SELECT i, 'Муниципалитет ' || i FROM generate_series(1, :municipalities) i;
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 1 + (i - 1) % :municipalities, 's' || i, 'Школа ' || i FROM generate_series(1, :schools) i;
INSERT INTO school_status (school_id, status, since)
SELECT i, (ARRAY['low_results', 'adverse_conditions', 'risk_zone'])[1 + i % 3], '2020-01-01' FROM generate_series(1, :schools) i WHERE i % 4 <> 0;
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
SELECT :first + n, format('%s год', 2024 + n), make_date(2024 + n, 9, 1), make_date(2024 + n, 9, 20), make_date(2024 + n, 9, 1), 1, 'open' FROM generate_series(0, 2) n;
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, in_networks, in_events, has_prevention, internet_resolved, equipment_resolved, staffing_resolved)
SELECT r.round_id, i, r.starts_on, 10 + i % 31, nullif(i % 11, 3), i % 5, i % 2 = 0, nullif((i + r.round_id) % 3, 2) = 0, i % 2 = 1, i % 5 > 1, CASE WHEN i % 3 > 0 THEN false END
FROM round r CROSS JOIN generate_series(1, :schools) i WHERE (i + r.round_id) % 7 <> 0;
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note)
SELECT r.round_id, i, i % 3 = 0 FROM round r CROSS JOIN generate_series(1, :municipalities) i WHERE i % 4 > 0;
UPDATE round SET state = 'closed' WHERE round_id < :first + 2;
SELECT count(*) AS refreshed FROM shnor.refresh(:'name') \gset ignored_
ANALYZE;

SELECT jsonb_object_agg(concat_ws(' ', y.year, y.indicator), y.fraction)::text AS truth
FROM (
	WITH listed AS (
		SELECT r.round_id, extract(year FROM r.cohort_on) AS year, o.school_id, s.*,
			   EXISTS (SELECT FROM school_status t WHERE t.school_id = o.school_id AND t.status IN ('low_results', 'adverse_conditions')) AS weak,
			   EXISTS (SELECT FROM school_status t WHERE t.school_id = o.school_id AND t.status = 'risk_zone') AS risk
		FROM round r CROSS JOIN school o
		LEFT JOIN (SELECT round_id AS of_round, school_id AS of_school, teachers, supported, in_events, has_prevention,
						  coalesce(internet_resolved::int, 0) + coalesce(equipment_resolved::int, 0) + coalesce(staffing_resolved::int, 0) AS resolved
				   FROM submission) s ON s.of_round = r.round_id AND s.of_school = o.school_id
	)
	SELECT l.year, v.indicator, v.fraction
	FROM (SELECT year, count(*) AS schools, count(*) FILTER (WHERE weak) AS weak, count(*) FILTER (WHERE risk) AS risk,
				 sum(supported) FILTER (WHERE weak AND teachers IS NOT NULL AND supported IS NOT NULL) AS supported,
				 sum(teachers) FILTER (WHERE weak AND teachers IS NOT NULL AND supported IS NOT NULL) AS teachers,
				 count(*) FILTER (WHERE weak AND in_events) AS events, count(*) FILTER (WHERE has_prevention) AS prevention,
				 count(*) FILTER (WHERE risk AND resolved >= 2) AS resolved
		  FROM listed GROUP BY year) AS l
	CROSS JOIN LATERAL (VALUES ('low_or_adverse_schools', weak || '/' || schools), ('teachers_supported', supported || '/' || teachers), ('schools_in_events', events || '/' || weak),
		('schools_with_prevention', prevention || '/' || schools), ('risks_resolved', resolved || '/' || risk)) AS v(indicator, fraction)
	UNION ALL
	SELECT extract(year FROM r.cohort_on), 'results_note', (SELECT count(*) FROM municipal_submission m WHERE m.round_id = r.round_id AND m.has_results_note) || '/' || (SELECT count(*) FROM municipality)
	FROM round r
) AS y \gset
