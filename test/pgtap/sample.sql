-- The sample region: the imports against the generator's truth files, then every figure of the reports against
-- an independent computation from the base tables. Right of «independent» nothing of the extension and no view
-- of the region is read: school, school_status, round, target, submission and municipal_submission only.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
\ir ../sample/load.sql

-- ---- the truth files ----
CREATE TEMP TABLE header_file (question text, respondent text, answer_type text, wording text);
\copy header_file from 'test/data/headers.csv' with (format csv, header)
CREATE TEMP TABLE expected_import (file text, round_id int, rows_read int, loaded int, corrected int, refused int, unchanged int, warnings int);
\copy expected_import from 'test/data/expected_imports.csv' with (format csv, header)
CREATE TEMP TABLE expected_issue (file text, line int, question text, problem text, severity text);
\copy expected_issue from 'test/data/expected_issues.csv' with (format csv, header)
CREATE TEMP TABLE expected_submission AS SELECT * FROM ivanovo.submission WITH NO DATA;
ALTER TABLE expected_submission ALTER round_id SET DEFAULT 1;
\copy expected_submission (school_id, submitted_at, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route, in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved) from 'test/data/expected_answers_1.csv' with (format csv, header)
ALTER TABLE expected_submission ALTER round_id SET DEFAULT 2;
\copy expected_submission (school_id, submitted_at, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route, in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved) from 'test/data/expected_answers_2.csv' with (format csv, header)
ALTER TABLE expected_submission ALTER round_id SET DEFAULT 3;
\copy expected_submission (school_id, submitted_at, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route, in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved) from 'test/data/expected_answers_3.csv' with (format csv, header)
CREATE TEMP TABLE expected_municipal (municipality_id int, submitted_at timestamptz, has_results_note boolean, has_practice_sharing boolean, has_resource_monitoring boolean);
\copy expected_municipal from 'test/data/expected_municipal_3.csv' with (format csv, header)

-- ---- the import ----
SELECT set_eq('SELECT question, respondent, answer_type, wording FROM ivanovo.question', 'SELECT * FROM header_file',
	'the generator''s wordings are those of the region''s questions');
SELECT set_eq(
	$$SELECT i.source, i.round_id, i.rows_read, i.loaded, i.corrected, i.refused, i.unchanged,
		(SELECT count(*)::int FROM ivanovo.import_issue w WHERE w.import_id = i.import_id AND w.severity = 'warning') FROM ivanovo.import i$$,
	'SELECT * FROM expected_import', 'import summaries');
SELECT set_eq('SELECT source, respondent FROM ivanovo.import',
	$$VALUES ('form_2024.csv', 'school'), ('form_2025.csv', 'school'), ('form_2026.tsv', 'school'), ('form_municipal_2026.csv', 'municipality')$$,
	'who answers is told from the headers');

SELECT bag_eq('SELECT i.source, s.line, s.severity FROM ivanovo.import_issue s JOIN ivanovo.import i USING (import_id)',
	'SELECT file, line, severity FROM expected_issue', 'issues stand on the lines where the generator put them');
SELECT bag_eq(
	$$SELECT i.source, s.line, s.question FROM ivanovo.import_issue s JOIN ivanovo.import i USING (import_id) WHERE s.severity = 'refused'$$,
	$$SELECT file, line, question FROM expected_issue WHERE severity = 'refused'$$, 'issues name the column that could not be read');
SELECT is_empty($$SELECT * FROM ivanovo.import_issue WHERE severity = 'refused' AND (reason IS NULL OR hint IS NULL OR row_values IS NULL)$$,
	'every refused row is kept with a reason and a hint');

SELECT bag_eq(
	$$SELECT round_id, school_id, submitted_at, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route,
		in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved FROM ivanovo.submission$$,
	$$SELECT round_id, school_id, submitted_at, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route,
		in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved FROM expected_submission$$,
	'answers of schools, all three rounds');
SELECT bag_eq('SELECT municipality_id, submitted_at, has_results_note, has_practice_sharing, has_resource_monitoring FROM ivanovo.municipal_submission WHERE round_id = 3',
	'SELECT * FROM expected_municipal', 'answers of municipalities, 2026');
SELECT is((SELECT count(*) FROM ivanovo.submission_history) + (SELECT count(*) FROM ivanovo.municipal_submission_history),
	(SELECT sum(corrected) FROM expected_import), 'each corrected answer keeps its earlier version');

-- ---- independent: who belongs to a round ----
CREATE TEMP TABLE member AS
SELECT r.round_id, r.due_on, s.municipality_id, s.school_id, s.kind,
	EXISTS (SELECT FROM ivanovo.school_status t WHERE t.school_id = s.school_id AND t.status IN ('low_results', 'adverse_conditions')
		AND t.since <= r.cohort_on AND (t.until IS NULL OR t.until > r.cohort_on)) AS l,
	EXISTS (SELECT FROM ivanovo.school_status t WHERE t.school_id = s.school_id AND t.status = 'risk_zone'
		AND t.since <= r.cohort_on AND (t.until IS NULL OR t.until > r.cohort_on)) AS z
FROM ivanovo.round r
JOIN ivanovo.school s ON (s.opened_on IS NULL OR s.opened_on <= r.cohort_on) AND (s.closed_on IS NULL OR s.closed_on > r.cohort_on);

-- a school's answers, and how many of the three risks it has resolved
CREATE TEMP TABLE answer AS
SELECT m.round_id, m.municipality_id, m.school_id, m.l, m.z, s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych, s.supported,
	s.in_networks, s.in_active, s.with_route, s.in_events, s.has_curator, s.has_program, s.has_prevention, s.has_study_plans, s.has_tutoring,
	CASE WHEN num_nulls(s.internet_resolved, s.equipment_resolved, s.staffing_resolved) < 3 THEN
		CASE WHEN s.internet_resolved THEN 1 ELSE 0 END + CASE WHEN s.equipment_resolved THEN 1 ELSE 0 END + CASE WHEN s.staffing_resolved THEN 1 ELSE 0 END END AS risks
FROM member m LEFT JOIN ivanovo.submission s ON s.round_id = m.round_id AND s.school_id = m.school_id
WHERE m.kind = 'school';

-- ---- independent: the eighteen figures; municipality_id NULL is the region ----
CREATE TEMP TABLE rule (position int, indicator text, kind text);
INSERT INTO rule VALUES (1, 'low_or_adverse_schools', 'context'), (2, 'results_note', 'municipal'), (3, 'diagnosed_subject', 'count'),
	(4, 'diagnosed_method', 'count'), (5, 'diagnosed_psych', 'count'), (6, 'teachers_supported', 'count'), (7, 'teachers_in_networks', 'count'),
	(8, 'teachers_in_active', 'count'), (9, 'teachers_with_route', 'count'), (10, 'schools_in_events', 'school'), (11, 'schools_with_curator', 'school'),
	(12, 'schools_with_program', 'school'), (13, 'schools_with_prevention', 'school'), (14, 'schools_with_study_plans', 'school'),
	(15, 'schools_with_tutoring', 'school'), (16, 'practice_sharing', 'municipal'), (17, 'resource_monitoring', 'municipal'), (18, 'risks_resolved', 'school');

CREATE TEMP TABLE part (round_id int, municipality_id int, indicator text, n bigint, d bigint, answered bigint, missing bigint);
-- teachers of ШНОР and ШНСУ: a school counts only with both numbers
INSERT INTO part
SELECT round_id, municipality_id, v.indicator, sum(v.part) FILTER (WHERE teachers IS NOT NULL), sum(teachers) FILTER (WHERE v.part IS NOT NULL),
	count(teachers + v.part), count(*) - count(teachers + v.part)
FROM answer, LATERAL (VALUES ('diagnosed_subject', diagnosed_subject), ('diagnosed_method', diagnosed_method), ('diagnosed_psych', diagnosed_psych),
	('teachers_supported', supported), ('teachers_in_networks', in_networks), ('teachers_in_active', in_active), ('teachers_with_route', with_route)) v(indicator, part)
WHERE l GROUP BY v.indicator, GROUPING SETS ((round_id, municipality_id), (round_id));
-- schools: no answer is a no
INSERT INTO part
SELECT round_id, municipality_id, v.indicator, count(*) FILTER (WHERE v.yes), count(*), count(v.yes), count(*) - count(v.yes)
FROM answer, LATERAL (VALUES ('low_or_adverse_schools', true, l), ('schools_in_events', l, in_events), ('schools_with_curator', l, has_curator),
	('schools_with_program', l, has_program), ('schools_with_prevention', true, has_prevention), ('schools_with_study_plans', true, has_study_plans),
	('schools_with_tutoring', true, has_tutoring), ('risks_resolved', z, risks >= 2)) v(indicator, belongs, yes)
WHERE v.belongs GROUP BY v.indicator, GROUPING SETS ((round_id, municipality_id), (round_id));
-- municipalities about themselves
INSERT INTO part
SELECT r.round_id, m.municipality_id, v.indicator, count(*) FILTER (WHERE v.yes), count(*), count(v.yes), count(*) - count(v.yes)
FROM ivanovo.round r CROSS JOIN ivanovo.municipality m
LEFT JOIN ivanovo.municipal_submission s ON s.round_id = r.round_id AND s.municipality_id = m.municipality_id
CROSS JOIN LATERAL (VALUES ('results_note', s.has_results_note), ('practice_sharing', s.has_practice_sharing), ('resource_monitoring', s.has_resource_monitoring)) v(indicator, yes)
GROUP BY v.indicator, GROUPING SETS ((r.round_id, m.municipality_id), (r.round_id));

-- every municipality and the region have every indicator in every round, 0 of 0 where nobody belongs
CREATE TEMP TABLE figure AS
SELECT f.*, (t).threshold, (t).plan,
	CASE WHEN kind = 'context' OR d = 0 THEN NULL
		WHEN kind = 'municipal' AND municipality_id IS NOT NULL THEN n
		WHEN (t).threshold IS NOT NULL THEN CASE WHEN 100 * n::numeric >= (t).threshold * d THEN 1 ELSE 0 END END::smallint AS score
FROM (SELECT r.round_id, m.municipality_id, rule.position, rule.indicator, rule.kind, coalesce(p.n, 0) AS n, coalesce(p.d, 0) AS d,
		coalesce(p.answered, 0) AS answered, coalesce(p.missing, 0) AS missing,
		-- a municipality's own target goes before the target for all
		coalesce((SELECT o FROM ivanovo.target o WHERE o.round_id = r.round_id AND o.indicator = rule.indicator AND o.municipality_id = m.municipality_id),
			(SELECT a FROM ivanovo.target a WHERE a.round_id = r.round_id AND a.indicator = rule.indicator AND a.municipality_id IS NULL)) AS t
	FROM ivanovo.round r CROSS JOIN (SELECT municipality_id FROM ivanovo.municipality UNION ALL SELECT NULL) m CROSS JOIN rule
	LEFT JOIN part p ON p.round_id = r.round_id AND p.municipality_id IS NOT DISTINCT FROM m.municipality_id AND p.indicator = rule.indicator) f;

CREATE TEMP TABLE independent AS
SELECT round_id, municipality_id, position, indicator, n AS numerator, d AS denominator, round(100.0 * n / nullif(d, 0), 4) AS percent, threshold, plan,
	score, answered, missing, coalesce(score = 0, false) OR coalesce(d > 0 AND 100 * n::numeric < plan * d, false) AS note_required
FROM figure;

SELECT is(count(*)::int, 3 * 28 * 18, 'independent: three rounds, 27 municipalities and the region, eighteen indicators') FROM independent;

CREATE FUNCTION pg_temp.differences(left_query text, right_query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	EXECUTE format('SELECT (SELECT count(*) FROM (%1$s EXCEPT ALL %2$s) a) + (SELECT count(*) FROM (%2$s EXCEPT ALL %1$s) b)', left_query, right_query) INTO n;
	RETURN n;
END $$;
\set columns 'round_id, position, indicator, numerator, denominator, percent::numeric, threshold::numeric, plan::numeric, score::smallint, answered, missing, note_required'
\set municipal 'SELECT municipality_id, ' :columns ' FROM ivanovo.municipal_indicator'
\set municipal_independent 'SELECT municipality_id, ' :columns ' FROM independent WHERE municipality_id IS NOT NULL'
\set regional 'SELECT ' :columns ' FROM ivanovo.regional_indicator'
\set regional_independent 'SELECT ' :columns ' FROM independent WHERE municipality_id IS NULL'

SELECT is((SELECT count(*) FROM ivanovo.municipal_indicator), 1458::bigint, 'municipal_indicator: 3 x 27 x 18 rows');
SELECT is((SELECT count(*) FROM ivanovo.regional_indicator), 54::bigint, 'regional_indicator: 3 x 18 rows');
SELECT is(pg_temp.differences(:'municipal', :'municipal_independent'), 0::bigint, 'municipal figures equal the independent computation, to the last row');
SELECT is(pg_temp.differences(:'regional', :'regional_independent'), 0::bigint, 'regional figures equal the independent computation, to the last row');
SELECT bag_eq(:'municipal', :'municipal_independent', 'municipal figures, difference by difference');
SELECT bag_eq(:'regional', :'regional_independent', 'regional figures, difference by difference');

SELECT * FROM finish();
ROLLBACK;
