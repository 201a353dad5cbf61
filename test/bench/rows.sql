-- rows.sql: one table of synthetic answers, for tally.sql, matrix.sql and workers.sql. Variables: rows, groups, nulls,
-- and order: random, or clustered (a municipality's rows lie together).
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
SET search_path = bench, public;

-- One round's answers, in the columns and the order of a region's school_round.
CREATE TABLE school_round (
	round_id integer, municipality_id integer, school_id integer,
	low_results boolean, adverse_conditions boolean, risk_zone boolean,
	submitted_at timestamptz,
	teachers integer, diagnosed_subject integer, diagnosed_method integer, diagnosed_psych integer,
	supported integer, in_networks integer, in_active integer, with_route integer,
	in_events boolean, has_curator boolean, has_program boolean,
	has_prevention boolean, has_study_plans boolean, has_tutoring boolean,
	internet_resolved boolean, equipment_resolved boolean, staffing_resolved boolean
);

-- the same rows each time: random() is seeded, the order of municipalities is random unless it is asked for
SELECT setseed(0.42) \g /dev/null
\set part 'CASE WHEN random() >= :nulls THEN floor(t.n * random())::int END'
\set yes 'CASE WHEN random() >= :nulls THEN random() < 0.6 END'
INSERT INTO school_round
SELECT 1, 1 + CASE WHEN :'order' = 'clustered' THEN (t.i - 1)::bigint * :groups / :rows ELSE floor(:groups * random()) END::int, t.i,
	random() < 0.25, random() < 0.3, random() < 0.1,
	timestamptz '2026-10-01' + t.i * interval '1 second',
	CASE WHEN random() >= :nulls THEN t.n END,
	:part, :part, :part, :part, :part, :part, :part,
	:yes, :yes, :yes, :yes, :yes, :yes, :yes, :yes, :yes
FROM (SELECT i, 5 + floor(95 * random())::int AS n FROM generate_series(1, :rows) i OFFSET 0) t;
ALTER TABLE school_round SET (parallel_workers = 2);
VACUUM (ANALYZE, FREEZE) school_round;

-- The fifteen indicators that are computed from schools' answers.
CREATE TABLE indicator (id integer, numerator text, denominator text, cohort text, missing text);
INSERT INTO indicator VALUES
	(1, 'low_results OR adverse_conditions', NULL, NULL, 'exclude'),
	(3, 'diagnosed_subject', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(4, 'diagnosed_method', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(5, 'diagnosed_psych', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(6, 'supported', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(7, 'in_networks', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(8, 'in_active', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(9, 'with_route', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(10, 'in_events', NULL, 'low_results OR adverse_conditions', 'no'),
	(11, 'has_curator', NULL, 'low_results OR adverse_conditions', 'no'),
	(12, 'has_program', NULL, 'low_results OR adverse_conditions', 'no'),
	(13, 'has_prevention', NULL, NULL, 'no'),
	(14, 'has_study_plans', NULL, NULL, 'no'),
	(15, 'has_tutoring', NULL, NULL, 'no'),
	(18, 'yes_count(internet_resolved, equipment_resolved, staffing_resolved) >= 2', NULL, 'risk_zone', 'no');
CREATE TABLE methodology AS
SELECT shnor.methodology(id, numerator, denominator, cohort, missing ORDER BY id) AS methodology FROM indicator;
ANALYZE methodology;
