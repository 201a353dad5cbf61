-- A small region from creation to reports: what a person sees in psql.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
\set VERBOSITY terse
SELECT shnor.create_region('regress_region', 'Малый регион');
SELECT position, indicator, unit, level, numerator, denominator, cohort, missing, polarity
FROM regress_region.indicator ORDER BY position;
SELECT position, question, respondent, answer_type, evidence, part_of FROM regress_region.question ORDER BY position;

-- no rounds yet: empty reports, no error
SELECT count(*) FROM regress_region.municipal_indicator;
SELECT count(*) FROM regress_region.regional_indicator;
SELECT count(*) FROM regress_region.municipal_score;
SELECT count(*) FROM regress_region.completeness;

INSERT INTO regress_region.municipality (municipality_id, name) VALUES (1, 'Берёзовский'), (2, 'Сосновский');
INSERT INTO regress_region.school (school_id, municipality_id, code, name) VALUES
	(1, 1, '101', 'Школа № 1'), (2, 1, '102', 'Школа № 2'), (3, 1, '103', 'Школа № 3'), (4, 2, '201', 'Школа № 4');
INSERT INTO regress_region.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES
	(1, '15', '2024-08-20', 'Отдел образования', 'О проведении мониторинга');
INSERT INTO regress_region.round (round_id, title, starts_on, due_on, ends_on, cohort_on, legal_act_id, state) VALUES
	(1, '2024 год', '2024-09-01', '2024-09-20', '2024-10-01', '2024-09-01', 1, 'open');
INSERT INTO regress_region.school_status (school_id, status, since, legal_act_id) VALUES
	(1, 'low_results', '2024-01-01', 1), (2, 'adverse_conditions', '2024-01-01', 1), (3, 'risk_zone', '2024-01-01', 1);
INSERT INTO regress_region.target (round_id, indicator, threshold, plan, legal_act_id) VALUES
	(1, 'teachers_supported', 30, 50, 1), (1, 'schools_with_program', 100, NULL, 1), (1, 'schools_with_tutoring', 50, NULL, 1);
INSERT INTO regress_region.submission (round_id, school_id, submitted_at, source, teachers, supported, has_program, has_tutoring) VALUES
	(1, 1, '2024-09-10 12:00+03', 'form.csv', 24, 3, true, true),
	(1, 2, '2024-09-22 12:00+03', 'form.csv', 16, 6, NULL, true);

-- the schools, the score card of a municipality, the region, the places, the completeness
SELECT school_id, low_results, adverse_conditions, risk_zone, teachers, supported, has_program
FROM regress_region.school_round ORDER BY school_id;
SELECT municipality_id, tally FROM regress_region.municipal_tally ORDER BY 1;
SELECT position, indicator, numerator, denominator, percent, threshold, plan, score, reason
FROM regress_region.municipal_indicator WHERE round_id = 1 AND municipality_id = 1 ORDER BY position;
SELECT position, answered, missing, percent_low, percent_high, gap, note_required
FROM regress_region.municipal_indicator WHERE round_id = 1 AND municipality_id = 1 ORDER BY position;
SELECT position, indicator, numerator, denominator, percent, score, reason
FROM regress_region.regional_indicator WHERE position IN (2, 6, 12, 15) ORDER BY position;
SELECT * FROM regress_region.municipal_score ORDER BY rank, municipality_id;
SELECT * FROM regress_region.completeness ORDER BY municipality_id;
SELECT school_id, indicator, numerator, denominator, score, reason
FROM regress_region.school_indicator WHERE indicator IN ('teachers_supported', 'schools_with_program') ORDER BY indicator, school_id;

-- a bad formula is refused with its indicator named, when the report is read
BEGIN;
UPDATE regress_region.indicator SET numerator = 'supported +' WHERE indicator = 'teachers_supported';
SELECT count(*) FROM regress_region.municipal_indicator;
ROLLBACK;

-- refusals
INSERT INTO regress_region.target (round_id, indicator, threshold) VALUES (1, 'teachers', 50);
INSERT INTO regress_region.submission (round_id, school_id, teachers) VALUES (1, 3, -1);
UPDATE regress_region.round SET legal_act_id = NULL;
SELECT shnor.create_region('regress_region');
SELECT shnor.create_region('pg_region');
SELECT shnor.create_region('');
SELECT shnor.create_region('other_region', time_zone => 'Europe/Nowhere');
SELECT shnor.upgrade_region('no_such_region');
SELECT shnor.upgrade_region('regress_region');

SET client_min_messages = warning;
DROP SCHEMA regress_region CASCADE;
