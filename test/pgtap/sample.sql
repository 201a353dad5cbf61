-- The sample region: the imports against the generator's truth files, then every figure of the reports against
-- an independent computation from the base tables. Right of «independent» nothing of the extension and no view
-- of the region is read: school, school_status, round, target, submission, municipal_submission and source_answer only.
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

-- ---- the files ----
\set generated `d=$(mktemp -d) && perl test/sample/generate.pl "$d" && for f in "$d"/*; do cmp "$f" "test/data/${f##*/}"; done 2>&1 && echo same; rm -rf "$d"`
SELECT is(:'generated'::text, 'same', 'the generator writes what stands in test/data, byte by byte');

-- ---- the import ----
SELECT set_eq('SELECT question, respondent, answer_type, wording FROM ivanovo.question', 'SELECT * FROM header_file',
	'the generator''s wordings are those of the region''s questions');
SELECT set_eq(
	$$SELECT i.source, i.round_id, i.rows_read, i.loaded, i.corrected, i.refused, i.unchanged,
		(SELECT count(*)::int FROM ivanovo.import_issue w WHERE w.import_id = i.import_id AND w.severity = 'warning'
			AND coalesce(w.hint, '') NOT LIKE '%Правило проверки: %') FROM ivanovo.import i$$,
	'SELECT * FROM expected_import', 'import summaries');
SELECT set_eq('SELECT source, respondent FROM ivanovo.import',
	$$VALUES ('form_2024.csv', 'school'), ('form_2025.csv', 'school'), ('form_2026.tsv', 'school'), ('form_municipal_2026.csv', 'municipality'), ('unoi_2026.csv', 'school')$$,
	'who answers is told from the headers');

-- what rules say: below
SELECT bag_eq($$SELECT i.source, s.line, s.severity FROM ivanovo.import_issue s JOIN ivanovo.import i USING (import_id)
	WHERE coalesce(s.hint, '') NOT LIKE '%Правило проверки: %'$$,
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

CREATE TEMP TABLE expected_document (file text, respondent_id int, question text, link text);
\copy expected_document from 'test/data/expected_documents.csv' with (format csv, header)
SELECT bag_eq($$SELECT regexp_replace(d.source, ', строка [0-9]+$', ''), coalesce(d.school_id, d.municipality_id), d.question, d.link FROM ivanovo.document d WHERE d.link IS NOT NULL$$,
	'SELECT * FROM expected_document', 'links in the forms have become documents, each once, of the question that its column proves');
CREATE TEMP TABLE unoi_file (code text, answer int);
\copy unoi_file from 'test/data/unoi_2026.csv' with (format csv, header, delimiter ';')
SELECT bag_eq($$SELECT o.code, a.answer_count FROM ivanovo.source_answer a JOIN ivanovo.school o USING (school_id) WHERE a.round_id = 3 AND a.data_source = 'unoi'$$,
	'SELECT * FROM unoi_file', 'the list of УНОИ stands beside the forms');

-- ---- independent: who belongs to a round ----
CREATE TEMP TABLE member AS
SELECT r.round_id, r.due_on, s.municipality_id, s.school_id, s.kind,
	EXISTS (SELECT FROM ivanovo.school_status t WHERE t.school_id = s.school_id AND t.status IN ('low_results', 'adverse_conditions')
		AND t.since <= r.cohort_on AND (t.until IS NULL OR t.until > r.cohort_on)) AS l,
	EXISTS (SELECT FROM ivanovo.school_status t WHERE t.school_id = s.school_id AND t.status = 'risk_zone'
		AND t.since <= r.cohort_on AND (t.until IS NULL OR t.until > r.cohort_on)) AS z
FROM ivanovo.round r
JOIN ivanovo.school s ON (s.opened_on IS NULL OR s.opened_on <= r.cohort_on) AND (s.closed_on IS NULL OR s.closed_on > r.cohort_on);

-- a school's answers, and how many of the three risks it has resolved; of two sources УНОИ and the order go before the form
CREATE TEMP TABLE said AS
SELECT m.round_id, m.school_id, s.*, coalesce((SELECT a.answer_count FROM ivanovo.source_answer a WHERE a.round_id = m.round_id AND a.school_id = m.school_id
		AND a.question = 'in_networks' AND a.data_source = 'unoi'), s.form_in_networks) AS in_networks,
	coalesce((SELECT a.answer_yes FROM ivanovo.source_answer a WHERE a.round_id = m.round_id AND a.school_id = m.school_id
		AND a.question = 'has_curator' AND a.data_source = 'order'), s.form_has_curator) AS has_curator
FROM member m LEFT JOIN LATERAL (
	SELECT f.teachers, f.diagnosed_subject, f.diagnosed_method, f.diagnosed_psych, f.supported, f.in_networks AS form_in_networks, f.in_active, f.with_route,
		f.in_events, f.has_curator AS form_has_curator, f.has_program, f.has_prevention, f.has_study_plans, f.has_tutoring,
		f.internet_resolved, f.equipment_resolved, f.staffing_resolved
	FROM ivanovo.submission f WHERE f.round_id = m.round_id AND f.school_id = m.school_id) s ON true;
CREATE TEMP TABLE answer AS
SELECT m.round_id, m.municipality_id, m.school_id, m.l, m.z, s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych, s.supported,
	s.in_networks, s.in_active, s.with_route, s.in_events, s.has_curator, s.has_program, s.has_prevention, s.has_study_plans, s.has_tutoring,
	CASE WHEN num_nulls(s.internet_resolved, s.equipment_resolved, s.staffing_resolved) < 3 THEN
		CASE WHEN s.internet_resolved THEN 1 ELSE 0 END + CASE WHEN s.equipment_resolved THEN 1 ELSE 0 END + CASE WHEN s.staffing_resolved THEN 1 ELSE 0 END END AS risks
FROM member m LEFT JOIN said s ON s.round_id = m.round_id AND s.school_id = m.school_id
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
CROSS JOIN LATERAL (VALUES ('results_note', coalesce((SELECT a.answer_yes FROM ivanovo.source_answer a WHERE a.round_id = r.round_id
	AND a.municipality_id = m.municipality_id AND a.question = 'has_results_note' AND a.data_source = 'ircoko'), s.has_results_note)), ('practice_sharing', s.has_practice_sharing), ('resource_monitoring', s.has_resource_monitoring)) v(indicator, yes)
GROUP BY v.indicator, GROUPING SETS ((r.round_id, m.municipality_id), (r.round_id));

-- every municipality and the region have every indicator in every round, 0 of 0 where nobody belongs
CREATE TEMP TABLE figure AS
SELECT r.round_id, m.municipality_id, rule.position, rule.indicator, rule.kind, coalesce(p.n, 0) AS n, coalesce(p.d, 0) AS d,
	coalesce(p.answered, 0) AS answered, coalesce(p.missing, 0) AS missing, t.threshold, t.plan
FROM ivanovo.round r CROSS JOIN (SELECT municipality_id FROM ivanovo.municipality UNION ALL SELECT NULL) m CROSS JOIN rule
LEFT JOIN part p ON p.round_id = r.round_id AND p.municipality_id IS NOT DISTINCT FROM m.municipality_id AND p.indicator = rule.indicator
LEFT JOIN LATERAL (    -- a municipality's own target goes before the target for all; its own yes or no needs none
	SELECT o.threshold, o.plan FROM ivanovo.target o
	WHERE o.round_id = r.round_id AND o.indicator = rule.indicator AND (o.municipality_id IS NULL OR o.municipality_id = m.municipality_id)
		AND NOT (rule.kind = 'municipal' AND m.municipality_id IS NOT NULL)
	ORDER BY o.municipality_id NULLS LAST LIMIT 1) t ON true;

CREATE TEMP TABLE independent AS
SELECT s.round_id, s.municipality_id, s.position, s.indicator, s.kind, s.n AS numerator, s.d AS denominator, s.percent, s.threshold, s.plan, s.score,
	s.answered, s.missing,
	CASE WHEN s.missing = 0 OR s.kind <> 'count' THEN s.percent END AS percent_low,    -- no answer counts as no already
	CASE WHEN s.missing = 0 THEN s.percent WHEN s.kind <> 'count' THEN round(100.0 * (s.n + s.missing) / s.d, 4) END AS percent_high,
	CASE WHEN s.d > 0 AND s.threshold IS NOT NULL THEN greatest(ceil(s.threshold * s.d / 100) - s.n, 0) END AS gap,
	coalesce(s.score = 0, false) OR coalesce(s.d > 0 AND 100 * s.n::numeric < s.plan * s.d, false) AS note_required
FROM (SELECT f.*, round(100.0 * n / nullif(d, 0), 4) AS percent,
		CASE WHEN kind = 'context' OR d = 0 THEN NULL
			WHEN kind = 'municipal' AND municipality_id IS NOT NULL THEN n
			WHEN threshold IS NOT NULL THEN CASE WHEN 100 * n::numeric >= threshold * d THEN 1 ELSE 0 END END AS score
	FROM figure f) s;

SELECT is(count(*)::int, 3 * 28 * 18, 'independent: three rounds, 27 municipalities and the region, eighteen indicators') FROM independent;

CREATE FUNCTION pg_temp.differences(left_query text, right_query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	EXECUTE format('SELECT (SELECT count(*) FROM (%1$s EXCEPT ALL %2$s) a) + (SELECT count(*) FROM (%2$s EXCEPT ALL %1$s) b)', left_query, right_query) INTO n;
	RETURN n;
END $$;
\set columns 'round_id, position, indicator, numerator, denominator, percent::numeric, threshold::numeric, plan::numeric, score::smallint, answered, missing, percent_low::numeric, percent_high::numeric, gap::bigint, note_required'
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

-- ---- independent: one school's part in each figure ----
CREATE TEMP TABLE school_part AS
SELECT a.round_id, a.municipality_id, a.school_id, v.indicator, v.belongs AS in_cohort,
	-- of two counts, neither without the other: the parts add up to the figure
	CASE WHEN v.belongs AND v.whole IS NOT NULL THEN v.part END AS numerator,
	CASE WHEN v.belongs AND (v.part IS NOT NULL OR v.scored) THEN v.whole END AS denominator,
	CASE WHEN v.belongs AND v.scored THEN coalesce(v.part, 0) END AS score
FROM answer a, LATERAL (VALUES ('low_or_adverse_schools', true, l::int, 1, false),
	('diagnosed_subject', l, diagnosed_subject, teachers, false), ('diagnosed_method', l, diagnosed_method, teachers, false),
	('diagnosed_psych', l, diagnosed_psych, teachers, false), ('teachers_supported', l, supported, teachers, false),
	('teachers_in_networks', l, in_networks, teachers, false), ('teachers_in_active', l, in_active, teachers, false),
	('teachers_with_route', l, with_route, teachers, false), ('schools_in_events', l, in_events::int, 1, true),
	('schools_with_curator', l, has_curator::int, 1, true), ('schools_with_program', l, has_program::int, 1, true),
	('schools_with_prevention', true, has_prevention::int, 1, true), ('schools_with_study_plans', true, has_study_plans::int, 1, true),
	('schools_with_tutoring', true, has_tutoring::int, 1, true), ('risks_resolved', z, (risks >= 2)::int, 1, true)) v(indicator, belongs, part, whole, scored)
UNION ALL
SELECT m.round_id, m.municipality_id, m.school_id, rule.indicator, false, NULL, NULL, NULL FROM member m CROSS JOIN rule
WHERE m.kind <> 'school' AND rule.kind <> 'municipal';

SELECT is((SELECT count(*) FROM ivanovo.school_indicator), (SELECT count(*) * 15 FROM member), 'school_indicator: fifteen rows for each institution of a round');
SELECT bag_eq('SELECT round_id, municipality_id, school_id, indicator, in_cohort, numerator::numeric, denominator::numeric, score::int FROM ivanovo.school_indicator',
	'SELECT round_id, municipality_id, school_id, indicator, in_cohort, numerator::numeric, denominator::numeric, score FROM school_part', 'what each school adds to each figure');
SELECT bag_eq('SELECT round_id, municipality_id, school_id, low_results OR adverse_conditions, risk_zone, kind FROM ivanovo.school_round',
	'SELECT round_id, municipality_id, school_id, l, z, kind FROM member', 'institutions of a round and their statuses on its cohort date');

-- ---- independent: points, places, completeness ----
CREATE TEMP TABLE points AS
SELECT round_id, municipality_id, coalesce(sum(score), 0) AS points, count(score) AS scored, count(*) - count(score) AS unscored
FROM independent WHERE municipality_id IS NOT NULL GROUP BY round_id, municipality_id;
SELECT is((SELECT count(*) FROM points), 81::bigint, 'independent: points of 27 municipalities in three rounds');
SELECT bag_eq('SELECT round_id, municipality_id, points::numeric, max_points::bigint, scored::bigint, unscored::bigint, rank::bigint FROM ivanovo.municipal_score',
	$$SELECT round_id, municipality_id, points::numeric, scored AS max_points, scored, unscored,
		CASE WHEN scored > 0 THEN 1 + (SELECT count(*) FROM points b WHERE b.round_id = a.round_id AND b.scored > 0 AND b.points * a.scored > a.points * b.scored) END AS rank
	FROM points a$$, 'points and places');

-- schools only; in time when the first version came before the end of the due day in Moscow
CREATE TEMP TABLE complete AS
SELECT m.round_id, m.municipality_id, count(*) AS expected, count(s.school_id) AS submitted,
	count(*) FILTER (WHERE ((SELECT min(v.submitted_at) FROM (SELECT s.submitted_at UNION ALL SELECT h.submitted_at FROM ivanovo.submission_history h
		WHERE h.round_id = m.round_id AND h.school_id = m.school_id) v) AT TIME ZONE 'Europe/Moscow')::date <= m.due_on) AS on_time,
	17 * count(*) AS answers_expected,
	sum(num_nonnulls(teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route, in_events, has_curator,
		has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved)) AS answers_given
FROM member m LEFT JOIN ivanovo.submission s ON s.round_id = m.round_id AND s.school_id = m.school_id
WHERE m.kind = 'school' GROUP BY m.round_id, m.municipality_id;
SELECT is((SELECT count(*) FROM complete), 81::bigint, 'independent: completeness of 27 municipalities in three rounds');
SELECT bag_eq('SELECT round_id, municipality_id, expected::bigint, submitted::bigint, on_time::bigint, answers_expected::bigint, answers_given::bigint FROM ivanovo.completeness',
	'SELECT * FROM complete', 'completeness');

-- ---- what the sample is made to show ----
SELECT is_empty($$SELECT * FROM ivanovo.municipal_indicator WHERE municipality_id = 7 AND indicator ~ '^(diagnosed|teachers)|events|curator|program'
	AND (denominator <> 0 OR percent IS NOT NULL OR score IS NOT NULL OR reason IS NULL)$$, 'no ШНОР and ШНСУ: 0 of 0, no percent, no score, and why');
SELECT is_empty($$SELECT * FROM ivanovo.municipal_indicator WHERE municipality_id = 18 AND indicator = 'risks_resolved'
	AND (denominator <> 0 OR percent IS NOT NULL OR score IS NOT NULL OR reason IS NULL)$$, 'an empty risk zone likewise');
SELECT results_eq($$SELECT submitted, answers_given FROM ivanovo.completeness WHERE municipality_id = 16 AND round_id < 3$$,
	'VALUES (0::bigint, 0::bigint), (0, 0)', 'nobody answered: completeness is 0');
SELECT is_empty($$SELECT * FROM ivanovo.municipal_indicator WHERE municipality_id = 16 AND round_id < 3 AND indicator LIKE 'schools_with_%' AND denominator > 0
	AND (percent <> 0 OR score <> 0 OR missing <> denominator)$$, 'nobody answered: a yes/no is 0 %, not unknown');
SELECT isnt_empty($$SELECT * FROM ivanovo.municipal_indicator WHERE threshold = 66.6667 AND 3 * numerator = 2 * denominator AND percent = threshold AND score = 0$$,
	'2 of 3 is below 66.6667 %, though its rounded percent is not');
SELECT is_empty($$SELECT * FROM ivanovo.municipal_indicator WHERE score IS NULL AND reason IS NULL$$, 'no missing score without a reason');

-- ---- findings, as joins and thresholds in plain SQL give them ----
SELECT set_eq($$SELECT round_id, school_id, rule FROM ivanovo.validation_finding$$, $$
	WITH a AS (
		SELECT s.round_id, s.municipality_id, s.school_id, s.kind, s.has_curator, s.supported, v.question, v.value, s.teachers,
			   count(*) FILTER (WHERE num_nonnulls(s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych, s.supported, s.in_networks, s.in_active, s.with_route, s.in_events, s.has_curator,
				s.has_program, s.has_prevention, s.has_study_plans, s.has_tutoring, s.internet_resolved, s.equipment_resolved, s.staffing_resolved) > 0) OVER (PARTITION BY s.round_id, s.municipality_id, v.question) AS schools
		FROM ivanovo.school_round s
		CROSS JOIN LATERAL (VALUES ('teachers', s.teachers), ('diagnosed_subject', s.diagnosed_subject), ('diagnosed_method', s.diagnosed_method), ('diagnosed_psych', s.diagnosed_psych),
			('supported', s.supported), ('in_networks', s.in_networks), ('in_active', s.in_active), ('with_route', s.with_route)) AS v(question, value)
	), o AS (
		SELECT a.*, b.value AS before, p.median, p.equals
		FROM a
		LEFT JOIN a b ON b.round_id = a.round_id - 1 AND b.school_id = a.school_id AND b.question = a.question
		CROSS JOIN LATERAL (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x.value) AS median, count(*) FILTER (WHERE x.value = a.value) AS equals FROM a x
			WHERE x.round_id = a.round_id AND x.municipality_id = a.municipality_id AND x.question = a.question AND x.school_id <> a.school_id) AS p
	)
	SELECT round_id, school_id, 'part_' || question FROM o WHERE question <> 'teachers' AND value > teachers
	UNION ALL SELECT round_id, school_id, 'jump_' || question FROM o WHERE question IN ('teachers', 'in_networks', 'in_active', 'with_route') AND before > 0 AND abs(value - before) > 20 AND (value / 3.0 > before OR value * 3 < before)
	UNION ALL SELECT round_id, school_id, 'same_' || question FROM o WHERE question IN ('in_active', 'with_route') AND value >= 20 AND (equals >= 2 OR equals = 1 AND schools = 2)
	UNION ALL SELECT round_id, school_id, 'outlier_' || question FROM o WHERE question IN ('teachers', 'in_networks', 'in_active', 'with_route') AND schools >= 4 AND median > 0 AND value - median > 50 AND value / 5.0 > median
	UNION ALL SELECT round_id, school_id, 'no_teachers' FROM o WHERE question = 'teachers' AND kind = 'school' AND value = 0
	UNION ALL SELECT round_id, school_id, 'curator_without_support' FROM o WHERE question = 'supported' AND has_curator AND value = 0$$, 'findings');
SELECT is((SELECT count(DISTINCT rule) >= 6 AND count(*) > 50 FROM ivanovo.validation_finding), true, 'of many rules');
SELECT is_empty($$SELECT s.* FROM ivanovo.import_issue s WHERE s.hint LIKE '%Правило проверки: %' AND (s.severity <> 'warning' OR s.question IS NULL OR s.raw_value IS NULL OR s.row_values IS NULL)$$, 'an import warns of some');

-- ---- and of what follows from figures ----
SET shnor.today = '2026-11-24';
SELECT results_eq('SELECT DISTINCT state FROM ivanovo.effectiveness ORDER BY 1',
	$$VALUES ('effective'), ('in_support'), ('insufficient_data'), ('not_effective'), ('partly')$$, 'spells of support end each way');
SELECT results_eq('SELECT school_id, spell, year, state FROM ivanovo.effectiveness WHERE school_id IN (SELECT school_id FROM ivanovo.effectiveness WHERE year < 2024) AND year < 2024 ORDER BY 1, 2',
	$$VALUES (5, 1, 2021, 'effective'), (6, 1, 2021, 'not_effective'), (15, 1, 2021, 'partly'), (26, 1, 2021, 'insufficient_data'),
			 (37, 1, 2020, 'not_effective'), (37, 2, 2022, 'effective'), (237, 1, 2022, 'effective')$$, 'those the generator has made: by results, by missing ones, by re-inclusion, by a successor');
SELECT is((SELECT stands_id FROM ivanovo.effectiveness WHERE school_id = 237 AND year = 2022), (SELECT successor_id FROM ivanovo.school WHERE school_id = 237),
	'a school that was merged is followed through its successor');
SELECT is((SELECT count(DISTINCT round_id) FROM ivanovo.answer_conflict), 3::bigint, 'sources differ in each round');
SELECT is((SELECT count(DISTINCT reason) FROM ivanovo.answer_proof WHERE NOT proven) >= 4, true, 'claims are unproven for several reasons');
SELECT is_empty('SELECT * FROM ivanovo.regional_evidence WHERE proven > claimed OR unproven <> claimed - proven OR NOT proof_required AND unproven > 0', 'proven is never more than claimed');
SELECT results_eq('SELECT DISTINCT state FROM ivanovo.note_status ORDER BY 1', $$VALUES ('due'), ('overdue'), ('received')$$, 'notes are due, received and overdue');
SELECT results_eq('SELECT DISTINCT state FROM ivanovo.recommendation_due ORDER BY 1', $$VALUES ('due'), ('issued'), ('overdue')$$, 'so are recommendations');
SELECT results_eq('SELECT DISTINCT state FROM ivanovo.measure_status ORDER BY 1', $$VALUES ('cancelled'), ('done'), ('overdue')$$, 'measures are done, late and cancelled');
SELECT is_empty('SELECT * FROM ivanovo.obligation WHERE recommendations_due = 0', 'from every figure of the sample something follows');
SELECT is((SELECT count(*) FROM ivanovo.obligation), 1458::bigint, 'the ledger has a row for every figure');
SELECT is_empty($$SELECT * FROM ivanovo.identification WHERE difference NOT IN ('none', 'no_data', 'should_enter', 'should_leave') OR reason IS NULL$$, 'each school is told why');
SELECT results_eq($$SELECT DISTINCT claim FROM ivanovo.regional_change WHERE claim IS NOT NULL ORDER BY 1$$, $$VALUES ('в пределах колебаний'), ('выросло'), ('снизилось')$$, 'figures have risen, fallen and wavered');
SELECT is_empty('SELECT * FROM ivanovo.municipal_change WHERE change <> both_lists_effect + turnover_effect', 'the parts add up to the change, to the last digit');
SELECT results_eq($$SELECT cause, count(*) FROM ivanovo.publication_difference WHERE publication_id = 1 AND compared_with = 2 GROUP BY 1 ORDER BY 1$$,
	$$VALUES ('ответы школ: 1', 2::bigint), ('порог 60 → 55', 28::bigint)$$, 'two publications of a round differ by a threshold everywhere and by an answer in a municipality and the region');
SELECT is_empty('SELECT * FROM ivanovo.publication_difference WHERE publication_id = 2', 'the later one is what stands today');
SELECT is_empty($$SELECT * FROM shnor.lint('ivanovo') WHERE severity = 'error'$$, 'nothing in the set-up is wrong');
RESET shnor.today;

SELECT * FROM finish();
ROLLBACK;
